"""The analyser that asks a model: what it is asked, by importance, and what of its answers passes.

Prompts are files in `prompts/`. What the commit does not bear out does not pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pydantic

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.entry import Analysis, Aspect, Claim, Depth, Entry, Language, Overview, Ranking, Reading, Theme
from analysis.llm.client import BadAnswer, Hopeless, Model, Tally, question
from analysis.llm.excerpt import estimate, excerpt
from analysis.llm.questions import LANGUAGE_NAMES, PARTS, Example, evidence, marked, past, prompt, told, version, within
from analysis.llm.verify.grounding import Ground, keep_grounded, keep_sentences
from analysis.statements import why_of
from analysis.triage.triage import Importance

_BUDGET = {Depth.FULL: 10_000, Depth.SHORT: 7_000, Depth.LINE: 7_000}
"""Tokens of diff, by depth. A line, too, is said of code that was seen: of what ranks low, only the rest is left out."""
_ANSWER = {Depth.FULL: 800, Depth.SHORT: 300, Depth.LINE: 100}
"""Tokens of an answer, by depth, as models usually answer."""
_INSTRUCTIONS = 1_200
"""Tokens of what goes with the diffs: the prompt, the shape of the answer, the repository's past."""
_LINE_BESIDES = 300  # tokens of diff for a commit of low importance, besides the product's code
_HEADER = 15  # tokens that a file's name costs, besides its length
_JOINT_TOKENS, _JOINT_COMMITS = 5_000, 8
_OVERVIEW_TOKENS, _RANKING_TOKENS = 12_000, 8_000
_ATTEMPTS = 3
_LEAST_RANKED = 0.5
"""Which part of the entries an order must name to be one."""
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
    headline: str
    effect: str
    importance: Literal["high", "medium", "low"]
    risks: list[_Claim]
    recommendations: list[_Claim]


class _Full(_Short):
    impact: list[_Claim]
    insight: list[_Insight]


class _Line(_Shape):
    sha: str
    headline: str
    effect: str
    importance: Literal["high", "medium", "low"]


class _Lines(_Shape):
    items: list[_Line]


class _Theme(_Shape):
    text: str
    commits: list[str]


class _Themes(_Shape):
    themes: list[_Theme]


class _Order(_Shape):
    shas: list[str]


# -- the analyser


@dataclass(frozen=True, slots=True)
class ModelAnalyser:
    """Implements Analyser. Holds settings only, so that it can be sent to another process.

    Attributes:
        examples: by repository, how commits of its own past ranked, or of which types they are, the most telling first. They
            are no part of the version: what was read before more was known of a repository still holds.
    """

    model: Model
    examples: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def prompt(self) -> str:
        """The versions of the prompts."""
        return version(("commit", "lines"))

    def _past(self, repo: str) -> str:
        return past(self.examples.get(repo, ()), self.model.secret)

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

    def cost(self, job: tuple[Entry, ...]) -> int:
        """Return what the instructions, the diffs as far as they are shown, and an answer of usual length take."""
        tokens = _INSTRUCTIONS
        for entry in job:
            depth = Depth.of(entry.triage.importance)
            diff = estimate("".join(file.patch or "" for file in entry.commit.files))
            tokens += min(diff, _BUDGET[depth]) + _ANSWER[depth]
        return tokens

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        """Analyse one commit, or several of low importance together."""
        tally, found, hopeless = Tally(), dict[str, Analysis](), ""
        is_alone = len(job) == 1 and Depth.of(job[0].triage.importance) is not Depth.LINE
        try:
            read = self._one if is_alone else self._several
            reason = read(job, language, tally, found)
        except Hopeless as error:
            reason = hopeless = str(error)
        failures = {entry.commit.sha: reason for entry in job if entry.commit.sha not in found}
        return Reading(found, failures, tally.usage, hopeless)

    def overview(self, entries: tuple[Entry, ...], repo: str, language: Language) -> Overview:
        """Say what the day was about, from the entries' own words."""
        tally = Tally()
        lines = list(within(_OVERVIEW_TOKENS, (told(entry, self.model.secret) for entry in entries)))
        left_out = len(entries) - len(lines)
        text = "\n".join([*lines, *([f"- and {left_out} more, less important ones"] if left_out else [])])
        mark, asked = marked(text)
        system = prompt("overview").format(repo=repo, language=LANGUAGE_NAMES[language], mark=mark)
        try:
            answer = question(self.model, _Themes, system, asked, tally)
        except (BadAnswer, Hopeless) as error:
            return Overview((), tally.usage, str(error))
        ground = Ground(text, tuple(file.path for entry in entries for file in entry.commit.files), (len(entries),))
        shas = {entry.commit.short: entry.commit.sha for entry in entries}
        themes = []
        for theme in answer.themes[:5]:
            said, _ = keep_sentences(theme.text, ground)
            named = tuple(dict.fromkeys(shas[sha[:7]] for sha in theme.commits if sha[:7] in shas))
            if said:
                themes.append(Theme(said, named))
        return Overview(tuple(themes), tally.usage, "" if themes else "no theme of the model's was borne out")

    def rank(self, entries: tuple[Entry, ...], repo: str) -> Ranking:
        """Compare the entries with each other, as far as they fit, and weigh the model's order against the given one."""
        tally, own = Tally(), self.model.secret
        lines = list(within(_RANKING_TOKENS, (told(entry, own) for entry in entries)))
        mark, asked = marked(self._past(repo) + "\n".join(lines))
        system = prompt("rank").format(repo=repo, mark=mark)
        try:
            answer = question(self.model, _Order, system, asked, tally)
        except (BadAnswer, Hopeless) as error:
            return Ranking((), tally.usage, str(error))
        given = [entry.commit.sha for entry in entries[: len(lines)]]
        known = {sha[:7]: sha for sha in given}
        wanted = list(dict.fromkeys(known[sha[:7]] for sha in answer.shas if sha[:7] in known))
        if len(wanted) < _LEAST_RANKED * len(given):
            return Ranking((), tally.usage, "the model did not order the commits that it was given")
        return Ranking(_weighed(given, wanted), tally.usage)

    # -- one commit

    def _one(self, job: Sequence[Entry], language: Language, tally: Tally, found: dict[str, Analysis]) -> str:
        """Put the analysis into `found`, or return why there is none."""
        (entry,) = job
        depth, reason = Depth.of(entry.triage.importance), ""
        budget = _BUDGET[depth]
        for _ in range(_ATTEMPTS):
            shape: type[_Short] = _Full if depth is Depth.FULL else _Short
            shown, own = excerpt(entry.commit, budget), self.model.secret
            mark, asked = marked(self._past(entry.commit.repo) + evidence(entry, shown.text, own))
            system = prompt("commit").format(
                repo=entry.commit.repo,
                language=LANGUAGE_NAMES[language],
                mark=mark,
                parts=PARTS[depth],
            )
            try:
                answer = question(self.model, shape, system, asked, tally)
            except BadAnswer as bad:
                reason = bad.reason
                if bad.is_final:
                    break
                if bad.is_long:  # what did not fit is asked for smaller; it is never shown half
                    depth, budget = _SHALLOWER[depth], budget // 2
                continue
            analysis = self._grounded(entry, answer, language, depth, shown.unseen)
            if analysis:
                found[entry.commit.sha] = analysis
                return ""
            reason = "nothing that the model said was borne out by the commit"
        return reason

    def _grounded(
        self, entry: Entry, answer: _Short, language: Language, depth: Depth, unseen: tuple[str, ...]
    ) -> Analysis | None:
        ground = Ground.of(entry.commit, entry.facts)
        headline, cut = keep_sentences(answer.headline, ground)
        effect, cut_too = keep_sentences(answer.effect, ground)
        if not headline:
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
            headline=headline,
            why=why_of(entry.statements),
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

    def _several(
        self, job: Sequence[Entry], language: Language, tally: Tally, found: dict[str, Analysis], attempt: int = 1
    ) -> str:
        """Put the analyses into `found`, and return why those that are missing are."""
        own = self.model.secret
        shown = {entry.commit.sha: excerpt(entry.commit, _line_budget(entry)) for entry in job}
        commits = "\n\n".join(f"## {e.commit.short}\n{evidence(e, shown[e.commit.sha].text, own)}" for e in job)
        mark, asked = marked(self._past(job[0].commit.repo) + commits)
        system = prompt("lines").format(repo=job[0].commit.repo, language=LANGUAGE_NAMES[language], mark=mark)
        reason, may_split = "the model left it out, or nothing that it said of it was borne out by the commit", False
        try:
            answer = question(self.model, _Lines, system, asked, tally)
        except BadAnswer as bad:
            # One commit that a server refuses must not take the others with it.
            reason, may_split = bad.reason, bad.is_refused and len(job) > 1
            if bad.is_final and not may_split:
                return reason
        else:
            for sha, (entry, item) in _by_sha(job, answer.items).items():
                analysis = self._line(entry, item, language, shown[sha].unseen)
                if analysis:
                    found[sha] = analysis
        missing = [entry for entry in job if entry.commit.sha not in found]
        if missing and (attempt < _ATTEMPTS or may_split):
            middle = (len(missing) + 1) // 2
            halves = [half for half in (missing[:middle], missing[middle:]) if half]
            reasons = [self._several(half, language, tally, found, attempt + 1) for half in halves]
            reason = next(filter(None, reasons), "")
        return reason if missing else ""

    def _line(self, entry: Entry, item: _Line, language: Language, unseen: tuple[str, ...]) -> Analysis | None:
        ground = Ground.of(entry.commit, entry.facts)
        headline, cut = keep_sentences(item.headline, ground)
        effect, cut_too = keep_sentences(item.effect, ground)
        if not headline:
            return None
        return Analysis(
            self.name, self.prompt, language, Depth.LINE, headline, why_of(entry.statements), effect,
            importance=Importance(item.importance), unseen=unseen, dropped=cut + cut_too,
        )  # fmt: skip


def _by_sha(job: Sequence[Entry], items: Sequence[_Line]) -> dict[str, tuple[Entry, _Line]]:
    """Match items to commits by SHA; a model that garbled every SHA but kept the number has kept the order."""
    known = {entry.commit.short: entry for entry in job}
    pairs = [(known[item.sha[:7]], item) for item in items if item.sha[:7] in known]
    if not pairs and len(items) == len(job):
        pairs = list(zip(job, items, strict=True))
    return {entry.commit.sha: (entry, item) for entry, item in pairs}


def _line_budget(entry: Entry) -> int:
    product = [file for file in entry.commit.files if kind_of(file.path) is FileKind.PRODUCTION]
    needed = sum(estimate(f"{file.path}{file.old_path or ''}{file.patch or ''}") + _HEADER for file in product)
    return min(_BUDGET[Depth.LINE], needed + _LINE_BESIDES)


def _weighed(given: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the order halfway between the two, the second one's where that is between; what it leaves out keeps its place."""
    places = {sha: place for place, sha in enumerate(given)}
    asked = places | {sha: place for place, sha in enumerate(wanted)}
    return tuple(sorted(given, key=lambda sha: (places[sha] + asked[sha], asked[sha])))
