"""The analyser that asks a model: which commits go into one request, and how much of the answers is believed.

Prompts are files in `prompts/`. What the commit does not support is not shown (`analysis.llm.verify`).
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import KNOWN_TYPES
from analysis.entry import Analysis, Aspect, Claim, Comparison, Depth, Entry, Order, Quote, Reading, Theme
from analysis.i18n.language import Language
from analysis.i18n.typography import without_stop
from analysis.llm.checker import Checker
from analysis.llm.client import BadAnswer, Hopeless, Model, Tally, question
from analysis.llm.excerpt import Excerpt, estimate, excerpt, opened
from analysis.llm.injection import addresses_reader
from analysis.llm.questions import candidate, fenced, prompt, system, told, version, within
from analysis.llm.shapes import Commits, Day, Item, Part, Sentence
from analysis.llm.verify.ground import Ground
from analysis.llm.verify.judging import Verdict, believed, judge
from analysis.statements import Statement, headline_of, why_of
from analysis.statements.choice import MOST_QUOTED
from analysis.statements.quoting import sentences_quoted
from analysis.triage.triage import Importance

_BUDGET = {Importance.HIGH: 10_000, Importance.MEDIUM: 7_000, Importance.LOW: 7_000}
"""Tokens of diff, by importance. Even low-ranking commits are judged by code the model saw; only other files are left out."""
_TOGETHER = {Importance.HIGH: (1, 0), Importance.MEDIUM: (3, 5_000), Importance.LOW: (8, 5_000)}
"""By importance, the most commits in one request and the most tokens of diff: high-ranking ones are read alone."""
_ANSWER = {Importance.HIGH: 1_200, Importance.MEDIUM: 500, Importance.LOW: 150}
"""Typical tokens of an answer for one commit."""
_LINE_BESIDES = 300  # tokens of diff for a commit of low importance, in addition to the product's code
_HEADER = 15  # tokens that a file's name costs, in addition to its length
_DAY_TOKENS = 12_000
_ATTEMPTS = 3
_LEAST_ORDERED = 0.5
"""The least share of the entries that an order must name to be valid."""
_FIRST_SCREEN = 6
_MOST_WORDS = 12
"""Words of a reason; in Chinese, three characters for each."""
_MOST_THEMES = 5
_NOT_BORNE_OUT = "the model left it out, or the commit supports nothing that it said about it"


@dataclass(frozen=True, slots=True)
class ModelAnalyser:
    """Implements Analyser. Holds settings only, so that it can be sent to another process.

    Attributes:
        areas: the keys from which the model may choose.
        mark: the delimiter around outside text; authors of commits cannot know it, so they cannot fake an earlier end. One per
            run, so that the beginning of requests stays the same.
    """

    model: Model
    areas: tuple[str, ...] = ()
    mark: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def prompt(self) -> str:
        """The versions of the prompts."""
        return version(("commits", "check"))

    def checker(self) -> Checker:
        """Return the reader that checks claims against their quotes."""
        return Checker(self.model, self.prompt, self.mark)

    def jobs(self, entries: tuple[Entry, ...], *, more: bool = False) -> list[tuple[Entry, ...]]:
        """Batches of one importance, as large as fits, the most important first; with `more`, only full ones."""
        jobs: list[list[Entry]] = []
        tokens = 0
        for entry in sorted(entries, key=lambda entry: (-entry.triage.importance.rank, -entry.triage.score)):
            most, room = _TOGETHER[entry.triage.importance]
            cost = min(_diff_tokens(entry), _budget(entry))
            # A commit that addresses its reader is read alone, so that it cannot influence other commits.
            is_alone = addresses_reader(entry) or (jobs and addresses_reader(jobs[-1][0]))
            fits = jobs and not is_alone and jobs[-1][0].triage.importance is entry.triage.importance
            if not fits or len(jobs[-1]) >= most or tokens + cost > room:
                jobs.append([])
                tokens = 0
            jobs[-1].append(entry)
            tokens += cost
        last = {job[-1].triage.importance: job for job in jobs}
        return [tuple(job) for job in jobs if not more or job is not last[job[-1].triage.importance] or _is_full(job)]

    def cost(self, job: tuple[Entry, ...]) -> int:
        """Return the tokens that the instructions, the diffs as shown, and an answer of typical length take."""
        answers = sum(_ANSWER[entry.triage.importance] for entry in job)
        return estimate(prompt("commits")) + answers + sum(min(_diff_tokens(entry), _budget(entry)) for entry in job)

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        """Read the commits of a batch."""
        session = _Questions(self, language)
        reason = hopeless = ""
        try:
            reason = session.ask(job, _ATTEMPTS)
        except Hopeless as error:
            reason = hopeless = str(error)
        found = session.doubtful | session.found
        failures = {sha: session.reasons.get(sha, reason) for entry in job if (sha := entry.commit.sha) not in found}
        return Reading(found, failures, session.tally.usage, hopeless, frozenset(session.refused))

    def compare(self, entries: tuple[Entry, ...], repo: str, language: Language) -> Comparison:
        """Compare a day's entries, as far as they fit."""
        tally = Tally()
        heard = [entry for entry in entries if entry.analysis and entry.analysis.importance]
        lines = list(within(_DAY_TOKENS, (candidate(entry, self.model.secret) for entry in heard)))
        left_out = len(heard) - len(lines)
        text = "\n".join([*lines, *([f"- and {left_out} more, less important ones"] if left_out else [])])
        asked = system("day", repo, language, self.mark)
        try:
            answer = question(self.model, Day, asked, fenced(text, self.mark), tally)
        except (BadAnswer, Hopeless) as error:
            return Comparison(usage=tally.usage, failure=str(error))
        known = {entry.commit.short: entry.commit.sha for entry in heard[: len(lines)]}
        ranked = [entry for entry in heard[: len(lines)] if entry.triage.importance is not Importance.LOW]
        shas = _named([*answer.must_know, *answer.order], known)
        if len({*shas} & {entry.commit.sha for entry in ranked}) < _LEAST_ORDERED * len(ranked):
            return Comparison(usage=tally.usage, failure="the model did not put the commits in order")
        themes = [Theme(one.text.strip(), _named(one.commits, known)) for one in answer.themes[:_MOST_THEMES]]
        kept = tuple(theme for theme in themes if believed(theme.text, text))
        return Comparison(Order(shas, _named(answer.must_know, known)[:_FIRST_SCREEN]), kept, tally.usage)


class _Questions:
    """The requests about one batch, with their results.

    Attributes:
        found: analyses by SHA; `doubtful`: those to ask for again, used if nothing better comes.
        reasons: why there is none; `refused`: the SHAs of those that the model or its server refuses to discuss.
    """

    def __init__(self, analyser: ModelAnalyser, language: Language) -> None:
        self.analyser, self.language, self.tally = analyser, language, Tally()
        self.found: dict[str, Analysis] = {}
        self.doubtful: dict[str, Analysis] = {}
        self.reasons: dict[str, str] = {}
        self.refused: set[str] = set()
        self._complaints: dict[str, list[str]] = {}

    def ask(self, job: Sequence[Entry], attempts: int, scale: float = 1.0) -> str:
        """Add analyses to `found`, and return why any are missing; `scale` is the share of the diffs that is shown."""
        model = self.analyser.model
        shown = {one.commit.sha: excerpt(one.commit, int(scale * _budget(one)), one.surroundings) for one in job}
        texts = [
            told(entry, shown[entry.commit.sha].text, model.secret, self._complaints.get(entry.commit.sha, ()))
            for entry in job
        ]
        repo = job[0].commit.repo
        asked = system("commits", repo, self.language, self.analyser.mark, self.analyser.areas)
        reason, may_split = _NOT_BORNE_OUT, False
        try:
            answer = question(model, Commits, asked, fenced("\n\n".join(texts), self.analyser.mark), self.tally)
        except BadAnswer as bad:
            # One commit that a server refuses must not take the others with it.
            reason, may_split = bad.reason, (bad.is_refused or bad.is_long) and len(job) > 1
            scale /= 2 if bad.is_long and len(job) == 1 else 1
            for entry in job:
                self.reasons[entry.commit.sha] = reason
                self._complaints[entry.commit.sha] = [reason]
            if bad.is_final and not may_split:
                self.refused |= {entry.commit.sha for entry in job} if bad.is_refused else set()
                return reason
        else:
            self._take(job, answer.items, shown)
        missing = [entry for entry in job if entry.commit.sha not in self.found]
        if missing and (attempts > 1 or may_split):
            middle = (len(missing) + 1) // 2 if may_split else len(missing)
            halves = [half for half in (missing[:middle], missing[middle:]) if half]
            reasons = [self.ask(half, attempts - 1, scale) for half in halves]
            reason = next(filter(None, reasons), "")
        return reason if missing else ""

    def _take(self, job: Sequence[Entry], items: Sequence[Item], shown: Mapping[str, Excerpt]) -> None:
        for sha, (entry, item) in _by_sha(job, items).items():
            analysis, complaints = _Answer(entry, item, self.language, self.analyser).read(shown[sha].unseen)
            is_second = sha in self._complaints
            if analysis and (is_second or len(complaints) <= 1 + len(item.claims) // 2):
                self.found[sha] = analysis
                continue
            if analysis:
                self.doubtful[sha] = analysis
            self.reasons[sha] = _NOT_BORNE_OUT
            self._complaints[sha] = complaints


class _Answer:
    """What a model says about one commit, checked against it."""

    def __init__(self, entry: Entry, item: Item, language: Language, analyser: ModelAnalyser) -> None:
        self.entry, self.item, self.language, self.analyser = entry, item, language, analyser
        self.ground = Ground.of(entry)
        self.complaints: list[str] = []
        self.dropped = 0

    def read(self, unseen: tuple[str, ...]) -> tuple[Analysis | None, list[str]]:
        """Return the analysis, or None if none of it is supported, and what was rejected and why."""
        entry, item = self.entry, self.item
        headline = self._claim(item.headline)
        effect = self._claim(item.effect) if item.effect.text.strip() else None
        if effect and self.ground.is_around:  # users notice nothing of a change to tests, CI or documentation only
            effect = replace(effect, unchecked=True)
        impact, insight, risks, advice = list[Claim](), list[Claim](), list[Claim](), list[Claim]()
        parts = {Part.IMPACT: impact, Part.RISK: risks, Part.ADVICE: advice}
        if effect and effect.unchecked:  # effects are shown without a mark, so this one goes among the claims
            impact.append(effect)
            effect = None
        said = {item.headline.text.strip(), item.effect.text.strip()}
        for one in item.claims:
            if one.text.strip() not in said and (claim := self._claim(one)):
                said.add(claim.text)
                aspect = None if one.part in parts else Aspect(one.part)
                parts.get(one.part, insight).append(replace(claim, aspect=aspect))
        if not (headline or effect or impact or insight or risks or advice):
            return None, self.complaints
        is_good = headline is not None and not headline.unchecked
        # A commit that addresses its reader gets no say in its rank: the rules' rank holds.
        is_heard = not addresses_reader(entry)
        offered = set(self.analyser.areas)
        analysis = Analysis(
            analyser=self.analyser.name,
            prompt=self.analyser.prompt,
            language=self.language,
            depth=Depth.of(item.importance),
            headline=headline.text if headline and is_good else headline_of(entry.commit, entry.statements),
            headline_quotes=headline.quotes if headline and is_good else (),
            why=self._why(),
            effect=effect.text if effect else "",
            effect_quotes=effect.quotes if effect else (),
            impact=tuple(impact),
            insight=tuple(insight),
            risks=tuple(risks),
            recommendations=tuple(advice),
            importance=item.importance if is_heard else None,
            reason=self._reason() if is_heard else "",
            types=tuple(kind for kind in dict.fromkeys(item.types) if kind in KNOWN_TYPES)[:2] if is_heard else (),
            areas=tuple(dict.fromkeys(key for key in item.areas if key in offered)) if is_heard else (),
            is_thin=item.thin,
            unseen=unseen,
            dropped=self.dropped,
        )
        return analysis, self.complaints

    def _claim(self, said: Sentence) -> Claim | None:
        """Return a sentence with the evidence found for it, marked if it could not be checked; None if it is refuted."""
        quotes = [quote for one in said.evidence if (quote := self.ground.find(one.line, one.path, one.side))]
        judgement = judge(said.text, said.before, said.after, quotes, self.ground)
        if judgement.verdict is Verdict.REFUTED:
            self.complaints.append(f"“{said.text.strip()[:200]}”: {judgement.why}")
            self.dropped += 1
            return None
        return claim_of(said, tuple(quotes), unchecked=judgement.verdict is not Verdict.BORNE_OUT)

    def _why(self) -> tuple[Statement, ...]:
        """Return the statements that the effect and the headline rest on; else those that describe the effect best."""
        item, entry = self.item, self.entry
        lines = [one.line for one in (*item.effect.evidence, *item.headline.evidence)]
        about = f"{item.effect.text} {item.headline.text}"
        quoted = sentences_quoted(entry.commit, entry.pull_request, lines, about)
        rest = [one for one in why_of(entry.statements) if all(one.text != other.text for other in quoted)]
        return (*quoted, *rest)[:MOST_QUOTED]

    def _reason(self) -> str:
        """Return the reason for its rank, if it is short and mentions nothing that is not there."""
        why = without_stop(self.item.why.strip())
        length = len(why.split()) if self.language == "en" else len(re.sub(r"\s", "", why)) // 3
        return why if length <= _MOST_WORDS and believed(why, self.ground.text) else ""


def claim_of(said: Sentence, quotes: tuple[Quote, ...], *, unchecked: bool) -> Claim:
    """Return a sentence as a claim located at its first line in the diff, or at what people wrote."""
    line = next((quote for quote in quotes if quote.line), None)
    url = next((quote.url for quote in quotes if quote.url), "") if line is None else ""
    return Claim(
        said.text.strip(),
        tuple(dict.fromkeys(quote.path for quote in quotes if quote.path)),
        unchecked=unchecked,
        line=line.line if line else 0,
        is_before=bool(line and line.is_before),
        url=url,
        before=said.before.strip(),
        after=said.after.strip(),
        quotes=quotes,
    )


def _by_sha(job: Sequence[Entry], items: Sequence[Item]) -> dict[str, tuple[Entry, Item]]:
    """Match items to commits by SHA; a model that garbled every SHA but returned the right number kept the order."""
    known = {entry.commit.short: entry for entry in job}
    pairs = [(known[item.sha[:7]], item) for item in items if item.sha[:7] in known]
    if not pairs and len(items) == len(job):
        pairs = list(zip(job, items, strict=True))
    return {entry.commit.sha: (entry, item) for entry, item in pairs}


def _named(shas: Sequence[str], known: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(known[sha[:7]] for sha in shas if sha[:7] in known))


def _is_full(job: Sequence[Entry]) -> bool:
    most, _ = _TOGETHER[job[0].triage.importance]
    return len(job) >= most or addresses_reader(job[0])


def _diff_tokens(entry: Entry) -> int:
    return estimate("".join(file.patch or "" for file in entry.commit.files))


def _budget(entry: Entry) -> int:
    most = _BUDGET[entry.triage.importance]
    if entry.triage.importance is not Importance.LOW:
        return most
    product = [file for file in entry.commit.files if kind_of(file.path) is FileKind.PRODUCTION]
    needed = sum(estimate(f"{file.path}{file.old_path or ''}{file.patch or ''}") + _HEADER for file in product)
    needed += sum(estimate(opened(one)) for openers in entry.surroundings.blocks.values() for one in openers)
    return min(most, needed + _LINE_BESIDES)
