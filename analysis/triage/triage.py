"""How a commit is sorted and ranked: change types, importance with its reasons, areas.

What the title says outright and what the diff proves is taken by rule; what they leave open was learned
(`analysis.triage.learned`), and the rules bound it.

Importance is the effect on people who use the repository. What only surrounds the product (tests, CI, documents,
tooling) is never high; what breaks or changes the product's behaviour is never low.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from analysis.commits.bots import is_bot
from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.pull_request import PullRequest
from analysis.commits.title import AROUND, ChangeType, Title, plain_type, read_title, says_revert
from analysis.facts import Fact, FactKind
from analysis.facts.releases import is_final, is_main
from analysis.facts.syntax.changed import changed_file
from analysis.statements import Source, Statement, StatementKind
from analysis.statements.breaking import says_breaking
from analysis.statements.symptoms import found_in
from analysis.triage.areas import Areas
from analysis.triage.inert import is_inert, is_laid_out_anew, is_moved
from analysis.triage.learned import Judgement, general_judgement
from analysis.triage.learned.evidence import gather
from analysis.triage.learned.explain import explain
from analysis.triage.people import labelled_type, signals_of_people
from analysis.triage.prominence import GRAVE, Prominence, Signal, facts_for_users, shipped, signals
from analysis.triage.reason import Reason
from analysis.triage.sketch import sketch
from analysis.triage.withdrawals import withdraws


class Importance(StrEnum):
    """How much the repository's users should care."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for low to 2 for high."""
        return {"low": 0, "medium": 1, "high": 2}[self.value]


@dataclass(frozen=True, slots=True)
class Triage:
    """A commit's place among the others.

    Attributes:
        types: the surest first, at least one.
        score: 0 to 1, comparable between commits and repositories; `importance` is cut from it, within the rules' bounds.
        reasons: the strongest first.
        areas: keys, the surest first; may be empty.
        floor, ceiling: what is allowed at least and at most: to a classifier by the rules, to a model by the facts.
        by_rules: the importance that the rules alone gave, where a model gives another; None where both agree.
    """

    types: tuple[ChangeType, ...]
    importance: Importance
    score: float
    reasons: tuple[Reason, ...]
    areas: tuple[str, ...]
    floor: Importance = Importance.LOW
    ceiling: Importance = Importance.HIGH
    by_rules: Importance | None = None

    @property
    def may_hurt(self) -> bool:
        """Whether it mends, breaks or takes back something: whoever runs the product may have the trouble, or get it."""
        return self.types[0] in _MENDING or any(reason.code in _HURTS for reason in self.reasons)

    @property
    def is_grave(self) -> bool:
        """Whether its title names, or its diff proves, a trouble that weighs by itself."""
        named = any(reason.code in _HURTS and reason.points >= _GRAVE for reason in self.reasons)
        return named or self.types[0] in {ChangeType.SECURITY, ChangeType.BREAKING, ChangeType.REVERT}

    def bounded(self, wanted: Importance) -> Importance:
        """Return `wanted`, moved to what the rules allow."""
        return max(self.floor, min(wanted, self.ceiling, key=_rank), key=_rank)


def _rank(importance: Importance) -> int:
    return importance.rank


_FLOORED = {
    FactKind.FLAG_REMOVED, FactKind.DEFAULT_CHANGED, FactKind.COMMAND_REMOVED, FactKind.ENDPOINT_REMOVED, FactKind.NAME_REMOVED,
    FactKind.NAME_RENAMED, FactKind.MODULE_REMOVED, FactKind.ENV_REMOVED, FactKind.CONFIG_REMOVED, FactKind.UNSAFE_ADDED,
    FactKind.METRIC_REMOVED, FactKind.GATE_REMOVED, FactKind.CHOICE_REMOVED, FactKind.RENAMED, FactKind.FORMAT_CHANGED, FactKind.REQUIREMENT_CHANGED,
}  # fmt: skip
"""Facts of the product that are never low, whatever else the commit is."""

_RELEASED = 3.0
"""The log-odds of a release of what the repository is named for: it is what people wait for."""

_GRAVE = 0.5
"""The log-odds from which on a trouble is a grave one: named in the title of what mends it, or proved by the diff."""

_HURTS = GRAVE | {"dropped_support"} | {kind.value for kind in _FLOORED}
"""Codes of reasons that name a trouble; they are remembered with a commit, as the floor is not."""

_TESTING = re.compile(r"(?:^|_)(?:TEST|CI)(?:_|$)")
"""What tests set for themselves: an environment variable of this name concerns no user."""

_NEW_DEFAULT = re.compile(
    r"\b(?:chang|updat|increas|reduc|lower|rais|set|us|enabl|disabl|mak|switch|turn)(?:e|es|ed|ing|s|ting)?\b.{0,60}\bdefaults?\b"
    r"|\bdefaults?\b.{0,40}\b(?:from|to)\b",
    re.IGNORECASE,
)
"""A title that says what diffs alone seldom prove: "Use the new kernels by default"."""

CORRECTED = "corrected"
"""The reason's code where a person said how important a commit is."""

HIGH, MEDIUM = 0.68, 0.22
"""The scores from which on a commit is high, and medium: some one in ten, and half, of a busy repository's day."""

_MEDIUM_WEIGHT = 0.3
_MENDS = re.compile(r"\b(?:fix|correct|repair|resolv|restor|prevent|avoid|handl|bug|wrong|missing)\w*", re.IGNORECASE)
_SAYS_FIX = re.compile(r"\W*(?:fix(?:es|ed|ing)?|repair(?:s|ed)?|correct(?:s|ed)?)\b", re.IGNORECASE)
_MENDING = {ChangeType.BUGFIX, ChangeType.SECURITY, ChangeType.BREAKING, ChangeType.REVERT}
_PRODUCT = {FileKind.PRODUCTION, FileKind.BUILD, FileKind.VENDORED}
_KIND_TYPES = {
    FileKind.DOCS: ChangeType.DOCS,
    FileKind.TEST: ChangeType.TESTS,
    FileKind.CI: ChangeType.CI_BUILD,
    FileKind.BUILD: ChangeType.CI_BUILD,
    FileKind.LOCK: ChangeType.DEPENDENCIES,
}


@dataclass(frozen=True, slots=True)
class Sorted:
    """A commit sorted, with what its rank comes from.

    Attributes:
        shares: what each piece of evidence adds to the level that was learned of maintainers' labels, itself a signal among others.
    """

    types: tuple[ChangeType, ...]
    areas: tuple[str, ...]
    signals: tuple[Signal, ...]
    shares: tuple[tuple[str, float], ...]


def sort(
    commit: Commit,
    facts: Sequence[Fact],
    areas: Areas,
    judgement: Judgement | None = None,
    statements: Sequence[Statement] = (),
    prominence: Prominence | None = None,
    pull_request: PullRequest | None = None,
) -> Sorted:
    """Find a commit's types, its areas and the signals of its prominence; a merge's are those of the weightiest that it brought."""
    judgement, model = judgement or general_judgement(), prominence or shipped()
    title = read_title(commit.subject)
    kinds = {file.path: kind_of(file.path) for file in commit.files}
    text = read_title(title.restores).text if title.restores else title.text
    evidence = gather(commit, text, facts, sketch(commit))
    said = _said(commit, title, facts, kinds, statements)
    labelled = None if title.restores else labelled_type(pull_request)
    types = said or (
        labelled
        or (
            _type_unseen(title, kinds)
            if commit.is_unseen
            else _likeliest(judgement.classifier.types(evidence), title, facts)
        ),
    )
    found_areas = judgement.areas_of(areas, title, commit.files, evidence, commit.repo)
    # Hardware that the whole repository is for tells none of its commits apart.
    own = areas.named_by(commit.repo.rpartition("/")[2])
    platform = next((key for key in found_areas if areas.is_platform(key) and key != own), "")
    levels = judgement.classifier.levels(evidence)
    learned = Signal("learned", _odds(levels["high"] + _MEDIUM_WEIGHT * levels["medium"]))
    found = (types, tuple(signals(commit, title, facts, kinds, types, statements, platform)))
    for one in commit.brought:
        alone, its_title = replace(commit, message=one.subject, brought=()), read_title(one.subject)
        its_types = types
        if _NAMES_BRANCH.match(commit.subject):
            likeliest = judgement.classifier.types(evidence.titled(its_title.text))
            its_types = _said(alone, its_title, facts, kinds, ()) or (_likeliest(likeliest, its_title, facts),)
        other = (its_types, tuple(signals(alone, its_title, facts, kinds, its_types, statements, platform)))
        found = max(found, other, key=lambda read: model.odds(read[1]))
    types, weighed = found
    return Sorted(
        tuple(dict.fromkeys([*types, *title.types])),
        found_areas,
        (*weighed, *signals_of_people(pull_request), *(() if commit.is_unseen else (learned,))),
        () if commit.is_unseen else tuple(judgement.classifier.why(evidence)),
    )


_NAMES_BRANCH = re.compile(r"Merge\b")
"""The title of a merge that git wrote: it says what was merged, and nothing of what changes."""


def triage(
    commit: Commit,
    facts: Sequence[Fact],
    areas: Areas,
    judgement: Judgement | None = None,
    statements: Sequence[Statement] = (),
    prominence: Prominence | None = None,
    pull_request: PullRequest | None = None,
) -> Triage:
    """Sort and rank one commit; `judgement` is what was learned of its repository, by default of others.

    `pull_request` is what it came from, where that is known.
    """
    title = read_title(commit.subject)
    kinds = {file.path: kind_of(file.path) for file in commit.files}
    found = sort(commit, facts, areas, judgement, statements, prominence, pull_request)
    model = prominence or shipped()
    odds, weight = model.odds(found.signals), model.weights["learned"]
    learned = explain(((name, weight * share) for name, share in found.shares), title.text)
    reasons = sorted([*model.reasons(found.signals), *learned], key=_telling)
    floor, ceiling = _bounds(commit, title, facts, kinds, statements)
    release = _released(facts)
    if release is not None:
        reasons = [Reason("released", release.after, _RELEASED)]
        odds = _RELEASED
    elif commit.catches_up and not commit.brought:
        reasons = [Reason("catches_up", points=-1.0)]
    elif ceiling is Importance.LOW and kinds:
        against = [reason for reason in reasons if reason.points < 0 and reason.code != "surroundings"]
        reasons = [Reason("surroundings", ",".join(sorted(set(kinds.values())))), *against]
    if commit.is_unseen and release is None:
        reasons = [Reason("unseen"), *reasons]
    score = _squash(odds)
    importance = Importance.HIGH if score >= HIGH else Importance.MEDIUM if score >= MEDIUM else Importance.LOW
    ranked = Triage(found.types, importance, score, tuple(reasons), found.areas, floor, ceiling)
    return _settled(ranked, ranked.bounded(importance))


def _telling(reason: Reason) -> tuple[bool, float]:
    """Sort what can be pointed at before what holds for many: that it is a fix, that tests come with it."""
    is_general = reason.code in {"tested", "documented"} or reason.code.startswith(("type.", "learned."))
    return is_general and reason.points > 0, -abs(reason.points)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model makes of a commit's rank, and why; types and areas are empty where it leaves them to the rules."""

    importance: Importance
    reason: str = ""
    types: tuple[ChangeType, ...] = ()
    areas: tuple[str, ...] = ()


OPINION = "opinion"
"""The reason's code where a model says why a commit ranks as it does."""


def decide(triage: Triage, opinion: Opinion, commit: Commit, facts: Sequence[Fact]) -> Triage:
    """Let a model's opinion stand, unless a person has spoken or a fact forbids it.

    What a release is, what takes something back and where the rules named an area of the repository's own is not the model's to say.
    """
    if any(reason.code == CORRECTED for reason in triage.reasons):
        return triage
    kinds = {file.path: kind_of(file.path) for file in commit.files}
    floor, ceiling = _proven(commit, facts, kinds)
    bounded = replace(triage, floor=floor, ceiling=ceiling)
    importance = bounded.bounded(opinion.importance)
    reasons = tuple(reason for reason in triage.reasons if reason.code != OPINION)
    if opinion.reason and importance is opinion.importance:
        reasons = (Reason(OPINION, opinion.reason, 1.0), *reasons)
    fixed = tuple(kind for kind in triage.types if kind in {ChangeType.RELEASE, ChangeType.REVERT})
    return replace(
        _settled(bounded, importance),
        reasons=reasons,
        types=tuple(dict.fromkeys((*fixed, *opinion.types)))
        if opinion.types and not commit.is_unseen
        else triage.types,
        areas=opinion.areas or triage.areas,
        by_rules=triage.importance if importance is not triage.importance else None,
    )


def bound(triage: Triage, commit: Commit, facts: Sequence[Fact], statements: Sequence[Statement]) -> Triage:
    """Return a remembered triage with its bounds, which are not remembered."""
    kinds = {file.path: kind_of(file.path) for file in commit.files}
    floor, ceiling = _bounds(commit, read_title(commit.subject), facts, kinds, statements)
    return replace(triage, floor=max(floor, triage.floor, key=_rank), ceiling=min(ceiling, triage.ceiling, key=_rank))


def raised(triage: Triage) -> Triage:
    """Return the triage of a commit that belongs among the day's most important ones: high, where that is allowed."""
    return triage if triage.importance is Importance.HIGH else _settled(triage, triage.bounded(Importance.HIGH))


def corrected(triage: Triage, wanted: Importance) -> Triage:
    """Return the triage with the importance that a person gave the commit: whatever rules and models say, it holds."""
    rest = tuple(reason for reason in triage.reasons if reason.code != CORRECTED)
    return replace(_settled(triage, wanted), reasons=(Reason(CORRECTED, wanted.value, 1.0), *rest))


def _settled(triage: Triage, importance: Importance) -> Triage:
    """Give the triage this importance, and a score that fits it; within a level, scores keep their order."""
    least = {Importance.HIGH: HIGH, Importance.MEDIUM: MEDIUM, Importance.LOW: 0.0}[importance]
    most = {Importance.HIGH: 1.0, Importance.MEDIUM: HIGH, Importance.LOW: MEDIUM}[importance]
    score = triage.score if least <= triage.score < most else least + (most - least) * min(triage.score, 0.99)
    # Rounded down: rounded up, it could be the next level's.
    return replace(triage, importance=importance, score=math.floor(score * 10_000) / 10_000)


def _odds(chance: float) -> float:
    chance = min(max(chance, 1e-4), 1 - 1e-4)
    return math.log(chance / (1 - chance))


def _squash(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def _bounds(
    commit: Commit, title: Title, facts: Sequence[Fact], kinds: dict[str, FileKind], statements: Sequence[Statement]
) -> tuple[Importance, Importance]:
    """Return what the rules allow at least and at most, whatever was learned: what is proven, and what the author's words say."""
    floor, ceiling = _proven(commit, facts, kinds)
    if (commit.catches_up and not commit.brought) or _released(facts) is not None:
        return floor, ceiling
    if not _is_untold(commit) and not any(kind in _PRODUCT for kind in kinds.values()):
        return Importance.LOW, Importance.LOW
    grave = _said_grave(commit, title, statements) and (_is_untold(commit) or FileKind.PRODUCTION in kinds.values())
    return (Importance.MEDIUM if grave else floor), ceiling


def _proven(commit: Commit, facts: Sequence[Fact], kinds: dict[str, FileKind]) -> tuple[Importance, Importance]:
    """Return what facts allow at least and at most, whoever ranks."""
    if commit.catches_up and not commit.brought:
        return Importance.LOW, Importance.LOW
    release = _released(facts)
    if release is not None:
        if not is_final(release.after):
            return Importance.LOW, Importance.LOW
        is_news = is_main(release.name, commit.repo)
        return Importance.MEDIUM, Importance.HIGH if is_news else Importance.MEDIUM
    if _is_untold(commit):
        return Importance.LOW, Importance.HIGH
    if not any(kind in _PRODUCT for kind in kinds.values()):
        return Importance.LOW, Importance.MEDIUM
    product = [change for change in commit.files if kinds[change.path] in _PRODUCT]
    ceiling = Importance.MEDIUM if all(is_inert(changed_file(change)) for change in product) else Importance.HIGH
    # What was there yesterday is gone: somebody has it.
    floored = FileKind.PRODUCTION in kinds.values() and any(fact.kind is FactKind.REVERTS for fact in facts)
    floored = floored or any(fact.kind in _FLOORED and not _TESTING.search(fact.name) for fact in facts)
    return (Importance.MEDIUM if floored else Importance.LOW), ceiling


def _released(facts: Sequence[Fact]) -> Fact | None:
    """The version that a commit sets, if it sets one."""
    return next((fact for fact in facts if fact.kind is FactKind.VERSION_CHANGED), None)


def _is_untold(commit: Commit) -> bool:
    """Whether nothing is known of what it touches, so that its words alone decide."""
    return not commit.files and commit.more_files


_TOLD = {Source.BODY, Source.PULL_REQUEST, Source.FRAGMENT}
"""Where people tell what a change does to others."""


def _said_grave(commit: Commit, title: Title, statements: Sequence[Statement]) -> bool:
    """Whether its people's words name what users suffer from or must act on; templates and what bots wrote are nobody's."""
    told = (one.text for one in statements if one.source in _TOLD and one.kind is not StatementKind.FIGURE)
    texts = (title.text, *told, *(brought.subject for brought in commit.brought))
    symptoms = {code for text in texts for code, _ in found_in(text)} - {"error"}
    is_around = bool(title.types) and title.types[0] in AROUND
    is_told = bool(_NEW_DEFAULT.search(title.text)) or (not is_around and withdraws(commit.subject))
    return bool(symptoms) or is_told or _is_breaking(commit, title)


def _said(
    commit: Commit, title: Title, facts: Sequence[Fact], kinds: dict[str, FileKind], statements: Sequence[Statement]
) -> tuple[ChangeType, ...]:
    """Return the types that the title says outright, or a note for users; what only the files say stands above a prefix. Often none."""
    found: list[ChangeType] = []
    takes_back = any(fact.kind is FactKind.REVERTS for fact in facts) or says_revert(title.text)
    if title.restores is None and takes_back:
        found.append(ChangeType.REVERT)
    named = [kind for kind in title.types if kind is not ChangeType.CHORE]
    if ChangeType.DEPENDENCIES in named:  # `build(deps): …` says it, wherever the list of them lies
        named.sort(key=lambda kind: kind is not ChangeType.DEPENDENCIES)
    around = _surrounding(kinds) if named and named[0] is not ChangeType.DEPENDENCIES else None
    if around and named[0] in AROUND and _share(commit, kinds, named[0]) >= _ITS_SHARE:
        around = None  # of two kinds around the product, the prefix says which it is about
    found += [around] if around else []
    found += named
    idle = _idle(commit, kinds) if not found or found[0] in _ACTS else None
    found[:0] = [idle] if idle and not title.restores else []
    if _released(facts) is not None:
        found.insert(0, ChangeType.RELEASE)
    elif _is_breaking(commit, title):
        found.insert(0, ChangeType.BREAKING)  # whatever else it is, users must act
    elif hidden := _hidden(found, facts):
        found.insert(0, hidden)
    plain = None if found or title.restores else plain_type(title.text, by_bot=is_bot(commit)) or _announced(statements)
    return tuple(dict.fromkeys([*found, plain] if plain else found))


_ANNOUNCED = {
    "breaking": ChangeType.BREAKING,
    "deprecation": ChangeType.BREAKING,
    "security": ChangeType.SECURITY,
    "feature": ChangeType.FEATURE,
    "bugfix": ChangeType.BUGFIX,
    "performance": ChangeType.PERFORMANCE,
}


def _announced(statements: Sequence[Statement]) -> ChangeType | None:
    """The type that a note made for users gives the change."""
    found = (_ANNOUNCED.get(one.category) for one in statements if one.source is Source.FRAGMENT)
    return next(filter(None, found), None)


def _hidden(found: Sequence[ChangeType], facts: Sequence[Fact]) -> ChangeType | None:
    """The type of what the diff proves of the product, where the title speaks of what surrounds it."""
    if found[:1] and found[0] in {*AROUND, ChangeType.REFACTOR}:
        kinds = {fact.kind for fact in facts_for_users(facts)}
        if FactKind.UNSAFE_ADDED in kinds:
            return ChangeType.SECURITY
        if kinds & _PUBLIC:
            return ChangeType.BREAKING
    return None


_PUBLIC = {
    FactKind.RENAMED,
    FactKind.FLAG_REMOVED,
    FactKind.COMMAND_REMOVED,
    FactKind.ENDPOINT_REMOVED,
    FactKind.GATE_REMOVED,
}
"""What people type or call: without it, what they have written fails."""
_LOST = _PUBLIC | {
    FactKind.ENV_REMOVED, FactKind.CONFIG_REMOVED, FactKind.CHOICE_REMOVED, FactKind.METRIC_REMOVED, FactKind.NAME_REMOVED, FactKind.NAME_RENAMED,
    FactKind.MODULE_REMOVED, FactKind.SIGNATURE_CHANGED, FactKind.DEFAULT_CHANGED, FactKind.DEPRECATED, FactKind.REQUIREMENT_CHANGED,
}  # fmt: skip
_BREAKS = re.compile(
    r"\b(?:deprecat|incompatib|break(?:s|ing)\b|disallow|legacy"
    r"|no longer (?:be )?(?:support|accept|allow|work|availab|valid|provid|export|expos|includ|ship|run|return|read|honou?r|respect))",
    re.IGNORECASE,
)
"""Words that say it; what is merely removed or changed may be nobody's."""

_REMOVES_IDLE = re.compile(
    r"\b(?:remov|delet|drop)\w*\b.{0,20}\b(?:unused|dead|useless|unnecessary|unneeded|redundant|duplicated?)\b"
    r"(?!.*\b(?:param|arg|flag|option|setting|field|env|endpoint))",
    re.IGNORECASE,
)
"""Who takes away what does nothing breaks nothing; what people pass or set breaks them even where nothing reads it."""


def _likeliest(expected: Iterable[ChangeType], title: Title, facts: Sequence[Fact]) -> ChangeType:
    """The first of the expected types that title and diff do not rule out.

    What calls itself a chore says so if it mends something; what takes something back says so; and what breaks has lost something.
    """
    ruled_out = {ChangeType.REVERT}
    if ChangeType.CHORE in title.types and not found_in(title.text) and not _MENDS.search(title.text):
        ruled_out.add(ChangeType.BUGFIX)
    symptoms = {code for code, _ in found_in(title.text)}
    may_break = _BREAKS.search(title.text) or withdraws(title.text) or "dropped_support" in symptoms
    may_break = may_break and not _REMOVES_IDLE.search(title.text)
    if not may_break and not any(fact.kind in _LOST for fact in facts):
        ruled_out.add(ChangeType.BREAKING)
    return next(kind for kind in expected if kind not in ruled_out)


def _is_breaking(commit: Commit, title: Title) -> bool:
    """Whether it says so itself."""
    return title.breaking or says_breaking(commit.body)


_ACTS = {ChangeType.FEATURE, ChangeType.BUGFIX, ChangeType.PERFORMANCE}
"""Types of what changes how the product behaves."""


def _idle(commit: Commit, kinds: dict[str, FileKind]) -> ChangeType | None:
    """The type of what leaves the product as it was, whatever it is called: of comments, of layout, of other paths; None for others."""
    files = [changed_file(file) for file in commit.files if kinds[file.path] in _PRODUCT]
    if not files or not all(is_moved(file) or is_inert(file) for file in files):
        return None
    around = _surrounding({path: kind for path, kind in kinds.items() if kind not in _PRODUCT})
    words = [file for file in files if not is_moved(file) and not is_laid_out_anew(file)]
    return around or (ChangeType.DOCS if words else ChangeType.REFACTOR)


_ITS_SHARE = 0.2
"""The share of its lines from which on a change is about CI or documents as its prefix says: `[ci] move the tests` moves tests."""


def _share(commit: Commit, kinds: dict[str, FileKind], wanted: ChangeType) -> float:
    """The share of the lines of tests, CI, packaging and documents that are in files of that type."""
    lines: Counter[ChangeType] = Counter()
    for file in commit.files:
        if (kind := _KIND_TYPES.get(kinds[file.path])) in AROUND:
            lines[kind] += 1 + file.additions + file.deletions
    return lines[wanted] / max(1, lines.total())


def _type_unseen(title: Title, kinds: dict[str, FileKind]) -> ChangeType:
    """The type of a change of which at most the names of its files are known: what these or its author's verb say."""
    return _surrounding(kinds) or (ChangeType.BUGFIX if _SAYS_FIX.match(title.text) else ChangeType.UNKNOWN)


def _surrounding(kinds: dict[str, FileKind]) -> ChangeType | None:
    """The type that the files give alone: where only tests are touched it is a change of tests, whatever it is called."""
    present = set(kinds.values()) - {FileKind.GENERATED, FileKind.TOOLING}
    if not present or FileKind.PRODUCTION in present or FileKind.VENDORED in present:
        return None
    if FileKind.LOCK in present and present <= {FileKind.LOCK, FileKind.BUILD}:
        return ChangeType.DEPENDENCIES
    for kind in (FileKind.TEST, FileKind.DOCS, FileKind.CI, FileKind.BUILD):
        if kind in present and len(present - {kind, FileKind.CI, FileKind.DOCS}) == 0:
            return _KIND_TYPES[kind]
    return ChangeType.CI_BUILD
