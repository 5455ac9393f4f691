"""The analyser that asks a model: what it is asked, by importance, and what of its answers passes.

Prompts are files in `prompts/` with versions. What the commit does not bear out does not pass.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pydantic

from analysis.completions import BadAnswer, Hopeless, Model, Tally, question
from analysis.entry import (
    Analysis,
    Aspect,
    Claim,
    Depth,
    Entry,
    Language,
    Overview,
    Reading,
    Theme,
)
from analysis.excerpt import estimate, excerpt
from analysis.grounding import Ground, keep_grounded, keep_sentences
from analysis.paths import FileKind, kind_of
from analysis.triage import Importance
from analysis.wording import say_reason

_LANGUAGE_NAMES = {"en": "English", "zh": "Chinese (简体中文)"}
_BUDGET = {Depth.FULL: 10_000, Depth.SHORT: 7_000, Depth.LINE: 3_000}
"""Tokens of diff, by depth."""
_LINE_BESIDES = 300  # tokens of diff for a commit of low importance, besides the product's code
_JOINT_TOKENS, _JOINT_COMMITS = 5_000, 8
_LONGEST_BODY = 2_000
_ATTEMPTS = 3
_SHALLOWER = {Depth.FULL: Depth.SHORT, Depth.SHORT: Depth.LINE, Depth.LINE: Depth.LINE}

# -- what is asked for: every field required and nothing besides, so that the schema is strict as it stands


class _Shape(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")


class _Claim(_Shape):
    text: str
    paths: list[str]


class _Insight(_Shape):
    aspect: Literal["architecture", "performance", "security", "maintainability", "compatibility", "reliability"]
    text: str
    paths: list[str]


class _Short(_Shape):
    summary: str
    effect: str
    importance: Literal["high", "medium", "low"]
    risks: list[_Claim]
    recommendations: list[_Claim]


class _Full(_Short):
    impact: list[_Claim]
    insight: list[_Insight]


class _Line(_Shape):
    sha: str
    summary: str
    effect: str
    importance: Literal["high", "medium", "low"]


class _Lines(_Shape):
    items: list[_Line]


class _Theme(_Shape):
    text: str
    commits: list[str]


class _Themes(_Shape):
    themes: list[_Theme]


# -- the analyser


@dataclass(frozen=True, slots=True)
class ModelAnalyser:
    """Implements Analyser. Holds settings only, so that it can be sent to another process."""

    model: Model

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def prompt(self) -> str:
        """The versions of the prompts."""
        return "-".join(_prompt(name)[0] for name in ("commit", "lines"))

    def jobs(self, entries: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
        """One commit a piece where the depth is full or short; several of low importance together."""
        ordered = sorted(entries, key=lambda entry: (-entry.triage.importance.rank, -entry.triage.score))
        single = [(entry,) for entry in ordered if Depth.of(entry.triage.importance) is not Depth.LINE]
        joint: list[tuple[Entry, ...]] = []
        piece: list[Entry] = []
        tokens = 0
        for entry in ordered:
            if Depth.of(entry.triage.importance) is not Depth.LINE:
                continue
            cost = min(estimate("".join(file.patch or "" for file in entry.commit.files)), _line_budget(entry))
            if piece and (tokens + cost > _JOINT_TOKENS or len(piece) >= _JOINT_COMMITS):
                joint.append(tuple(piece))
                piece, tokens = [], 0
            piece.append(entry)
            tokens += cost
        if piece:
            joint.append(tuple(piece))
        return [*single, *joint]

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        """Analyse one commit, or several of low importance together."""
        try:
            if len(job) == 1 and Depth.of(job[0].triage.importance) is not Depth.LINE:
                return self._one(job[0], language)
            return self._several(job, language)
        except Hopeless as hopeless:
            return Reading({}, dict.fromkeys((e.commit.sha for e in job), str(hopeless)), hopeless=str(hopeless))

    def overview(self, entries: tuple[Entry, ...], repo: str, language: Language) -> Overview:
        """Say what the day was about, from the entries' own words."""
        tally = Tally()
        mark = _mark()
        told = "\n".join(_told(entry) for entry in entries)
        system = _prompt("overview")[1].format(repo=repo, language=_LANGUAGE_NAMES[language], mark=mark)
        try:
            answer = question(self.model, _Themes, system, f"{mark}\n{told}\n{mark}", tally)
        except (BadAnswer, Hopeless) as error:
            return Overview((), tally.usage, str(error))
        ground = Ground(told, tuple(file.path for entry in entries for file in entry.commit.files), (len(entries),))
        shas = {entry.commit.short: entry.commit.sha for entry in entries}
        themes = []
        for theme in answer.themes[:5]:
            text, _ = keep_sentences(theme.text, ground)
            named = tuple(shas[sha[:7]] for sha in theme.commits if sha[:7] in shas)
            if text:
                themes.append(Theme(text, named))
        return Overview(tuple(themes), tally.usage, "" if themes else "no theme of the model's was borne out")

    # -- one commit

    def _one(self, entry: Entry, language: Language) -> Reading:
        tally, sha = Tally(), entry.commit.sha
        depth, budget, reason = Depth.of(entry.triage.importance), _BUDGET[Depth.of(entry.triage.importance)], ""
        for _ in range(_ATTEMPTS):
            shape: type[_Short] = _Full if depth is Depth.FULL else _Short
            mark = _mark()
            shown = excerpt(entry.commit, budget)
            system = _prompt("commit")[1].format(
                repo=entry.commit.repo,
                language=_LANGUAGE_NAMES[language],
                mark=mark,
                summary_length="two or three sentences" if depth is Depth.FULL else "one or two sentences",
                parts=_PARTS[depth],
            )
            try:
                answer = question(self.model, shape, system, f"{mark}\n{_evidence(entry, shown.text)}\n{mark}", tally)
            except BadAnswer as bad:
                reason = bad.reason
                if bad.is_final:
                    break
                if bad.is_long:  # what did not fit is asked for smaller; it is never shown half
                    depth, budget = _SHALLOWER[depth], budget // 2
                continue
            analysis = self._grounded(entry, answer, language, depth, shown.unseen)
            if analysis:
                return Reading({sha: analysis}, {}, tally.usage)
            reason = "nothing that the model said was borne out by the commit"
        return Reading({}, {sha: reason}, tally.usage)

    def _grounded(
        self, entry: Entry, answer: _Short, language: Language, depth: Depth, unseen: tuple[str, ...]
    ) -> Analysis | None:
        ground = Ground.of(entry.commit)
        summary, cut = keep_sentences(answer.summary, ground)
        effect, cut_too = keep_sentences(answer.effect, ground)
        if not summary:
            return None
        dropped = cut + cut_too

        def kept(claims: Sequence[_Claim | _Insight]) -> tuple[Claim, ...]:
            nonlocal dropped
            found, gone = keep_grounded(
                [
                    Claim(c.text.strip(), tuple(c.paths), Aspect(c.aspect) if isinstance(c, _Insight) else None)
                    for c in claims
                ],
                ground,
            )
            dropped += gone
            return found

        impact = kept(answer.impact) if isinstance(answer, _Full) else ()
        insight = kept(answer.insight) if isinstance(answer, _Full) else ()
        risks, recommendations = kept(answer.risks), kept(answer.recommendations)
        return Analysis(
            analyser=self.name,
            prompt=self.prompt,
            language=language,
            depth=depth,
            summary=summary,
            effect=effect,
            impact=impact,
            insight=insight,
            risks=risks,
            recommendations=recommendations,
            importance=Importance(answer.importance),
            unseen=unseen,
            dropped=dropped,
        )

    # -- several commits

    def _several(self, job: Sequence[Entry], language: Language, attempt: int = 1) -> Reading:
        tally = Tally()
        mark = _mark()
        shown = {entry.commit.sha: excerpt(entry.commit, _line_budget(entry)) for entry in job}
        system = _prompt("lines")[1].format(repo=job[0].commit.repo, language=_LANGUAGE_NAMES[language], mark=mark)
        commits = "\n\n".join(f"## {e.commit.short}\n{_evidence(e, shown[e.commit.sha].text)}" for e in job)
        reason, answers = "", dict[str, _Line]()
        try:
            answer = question(self.model, _Lines, system, f"{mark}\n{commits}\n{mark}", tally)
            answers = _by_sha(job, answer.items)
        except BadAnswer as bad:
            reason = bad.reason
            if bad.is_final:
                return Reading({}, dict.fromkeys((entry.commit.sha for entry in job), reason), tally.usage)
        analyses: dict[str, Analysis] = {}
        for entry in job:
            item = answers.get(entry.commit.sha)
            analysis = self._line(entry, item, language, shown[entry.commit.sha].unseen) if item else None
            if analysis:
                analyses[entry.commit.sha] = analysis
        missing = [entry for entry in job if entry.commit.sha not in analyses]
        if missing and attempt < _ATTEMPTS:
            middle = (len(missing) + 1) // 2
            for half in (missing[:middle], missing[middle:]):
                if half:
                    again = self._several(half, language, attempt + 1)
                    analyses |= again.analyses
                    tally.usage += again.usage
            missing = [entry for entry in missing if entry.commit.sha not in analyses]
        why = reason or "the model left it out, or nothing that it said of it was borne out by the commit"
        return Reading(analyses, dict.fromkeys((entry.commit.sha for entry in missing), why), tally.usage)

    def _line(self, entry: Entry, item: _Line, language: Language, unseen: tuple[str, ...]) -> Analysis | None:
        ground = Ground.of(entry.commit)
        summary, cut = keep_sentences(item.summary, ground)
        effect, cut_too = keep_sentences(item.effect, ground)
        if not summary:
            return None
        return Analysis(
            self.name, self.prompt, language, Depth.LINE, summary, effect,
            importance=Importance(item.importance), unseen=unseen, dropped=cut + cut_too,
        )  # fmt: skip


def _by_sha(job: Sequence[Entry], items: Sequence[_Line]) -> dict[str, _Line]:
    """Match items to commits by SHA; a model that garbled every SHA but kept the number has kept the order."""
    known = {entry.commit.short: entry.commit.sha for entry in job}
    found = {known[item.sha[:7]]: item for item in items if item.sha[:7] in known}
    if not found and len(items) == len(job):
        return {entry.commit.sha: item for entry, item in zip(job, items, strict=True)}
    return found


# -- prompts

_PARTS = {
    Depth.FULL: (
        "\n- impact: which parts of the project or which uses it reaches, one claim each."
        "\n- insight: what an engineer would want to know of how it is done, by aspect; only aspects with something to say."
        "\n- risks: what can go wrong for users because of it, concrete ones only."
        "\n- recommendations: what users should do now: set, pin, test with their setup, migrate."
    ),
    Depth.SHORT: (
        "\n- risks: what can go wrong for users because of it, concrete ones only; usually none or one."
        "\n- recommendations: what users should do now; usually none or one."
    ),
    Depth.LINE: "\n- risks, recommendations: leave them empty.",
}


@lru_cache(maxsize=8)
def _prompt(name: str) -> tuple[str, str]:
    """Return a prompt's version and its text."""
    text = (Path(__file__).parent / "prompts" / f"{name}.md").read_text(encoding="utf-8")
    head, _, body = text.partition("---\n")
    return head.partition(":")[2].strip(), body.strip()


def _mark() -> str:
    # Nobody who writes a commit can know it, so nobody can pretend that the outside text ends earlier.
    return f"=== {secrets.token_hex(8)} ==="


def _line_budget(entry: Entry) -> int:
    product = sum(estimate(f.patch or "") for f in entry.commit.files if kind_of(f.path) is FileKind.PRODUCTION)
    return min(_BUDGET[Depth.LINE], product + _LINE_BESIDES)


def _evidence(entry: Entry, diff: str) -> str:
    return "\n".join(_lines_of_evidence(entry, diff))


def _lines_of_evidence(entry: Entry, diff: str) -> Iterator[str]:
    commit, triage = entry.commit, entry.triage
    yield f"Commit {commit.short}: {commit.subject}"
    yield f"Found by rule: types {', '.join(triage.types)}; importance {triage.importance}; because " + "; ".join(
        say_reason(reason, "en") for reason in triage.reasons[:4]
    )
    for fact in entry.facts[:20]:
        change = f" {fact.before or '-'} -> {fact.after or '-'}" if fact.before or fact.after else ""
        detail = f" ({fact.detail[:200]})" if fact.detail else ""
        yield f"Fact: {fact.kind} {fact.name}{change}{detail} [{fact.path}:{fact.line}]"
    for brought in commit.brought[:20]:
        yield f"Brings in {brought.sha[:7]}: {brought.subject}"
    if commit.body:
        yield f"Message: {commit.body[:_LONGEST_BODY]}"
    yield f"Diff (+{commit.additions} -{commit.deletions} in {len(commit.files)} files):"
    yield diff


def _told(entry: Entry) -> str:
    said = f"{entry.analysis.summary} {entry.analysis.effect}" if entry.analysis else ""
    where = f" [{', '.join(entry.triage.areas)}]" if entry.triage.areas else ""
    return f"- {entry.commit.short} ({entry.triage.importance}){where} {entry.commit.subject}: {said}"
