"""How a commit is sorted and ranked: change types, importance with its reasons, areas.

Rules decide what the title says outright and what the diff proves; the rest was learned (`analysis.triage.learned`),
within bounds set by the rules.

Importance is the effect on people who use the repository. What only surrounds the product (tests, CI, documentation,
tooling) is never high; what breaks or changes the product's behaviour is never low.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.pull_request import PullRequest
from analysis.commits.title import AROUND, ChangeType, Title, read_title
from analysis.facts import Fact, FactKind
from analysis.facts.releases import is_final, is_main
from analysis.facts.syntax.changed import changed_file
from analysis.statements import Source, Statement, StatementKind
from analysis.statements.symptoms import found_in
from analysis.triage.areas import Areas
from analysis.triage.certainty import Typed, typed
from analysis.triage.change_types import is_breaking, released, types_named
from analysis.triage.inert import is_inert
from analysis.triage.learned import Judgement, general_judgement
from analysis.triage.learned.evidence import gather
from analysis.triage.learned.explain import explain
from analysis.triage.people import labelled_type, signals_of_people
from analysis.triage.prominence import GRAVE, Prominence, Signal, shipped, signals
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
    """A commit's types, areas and rank.

    Attributes:
        types: the surest first, at least one.
        is_type_certain: whether the first type was said or proven; otherwise it is the likeliest, for ranking and searching.
        score: 0 to 1, comparable between commits and repositories; `importance` is cut from it, within the rules' bounds.
        reasons: the strongest first.
        areas: keys, the surest first; may be empty.
        floor, ceiling: the lowest and highest importance allowed: by the rules for a classifier, by the facts for a model.
        by_rules: the importance by the rules alone, if a model gives another; None if both agree.
    """

    types: tuple[ChangeType, ...]
    importance: Importance
    score: float
    reasons: tuple[Reason, ...]
    areas: tuple[str, ...]
    floor: Importance = Importance.LOW
    ceiling: Importance = Importance.HIGH
    by_rules: Importance | None = None
    is_type_certain: bool = True

    @property
    def shown_types(self) -> tuple[ChangeType, ...]:
        """The types that readers are told: a guessed one is left out, and what the author calls the change remains."""
        return tuple(kind for kind in self.types[not self.is_type_certain :] if kind is not ChangeType.UNKNOWN)

    @property
    def counted_type(self) -> ChangeType:
        """The type that it counts as in statistics: `unknown` if readers are told none."""
        return next(iter(self.shown_types), ChangeType.UNKNOWN)

    @property
    def may_hurt(self) -> bool:
        """Whether it fixes, breaks or reverts something: people running the product may have the trouble, or get it."""
        return self.types[0] in MENDING or any(reason.code in _HURTS for reason in self.reasons)

    @property
    def is_grave(self) -> bool:
        """Whether its title names, or its diff proves, a problem that carries weight by itself."""
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
"""Facts about the product that are never low, whatever else the commit is."""

_RELEASED = 3.0
"""The log-odds of a release of the repository's main package: it is what people wait for."""

_GRAVE = 0.5
"""The log-odds from which a problem counts as grave: named in the title of its fix, or proved by the diff."""

_HURTS = GRAVE | {"dropped_support"} | {kind.value for kind in _FLOORED}
"""Reason codes that name a problem; unlike the floor, they are stored with a commit."""

_TESTING = re.compile(r"(?:^|_)(?:TEST|CI)(?:_|$)")
"""Tests' own settings: an environment variable with such a name concerns no user."""

_NEW_DEFAULT = re.compile(
    r"\b(?:chang|updat|increas|reduc|lower|rais|set|us|enabl|disabl|mak|switch|turn)(?:e|es|ed|ing|s|ting)?\b.{0,60}\bdefaults?\b"
    r"|\bdefaults?\b.{0,40}\b(?:from|to)\b",
    re.IGNORECASE,
)
"""A title that says what diffs alone rarely prove: "Use the new kernels by default"."""

HIGH, MEDIUM = 0.68, 0.22
"""The scores from which a commit is high, and medium: about one in ten, and half, of a busy repository's day."""

_MEDIUM_WEIGHT = 0.3
MENDING = {ChangeType.BUGFIX, ChangeType.SECURITY, ChangeType.BREAKING, ChangeType.REVERT}
"""Types of changes that remove a problem, or may cause one."""
_PRODUCT = {FileKind.PRODUCTION, FileKind.BUILD, FileKind.VENDORED}


@dataclass(frozen=True, slots=True)
class Sorted:
    """A sorted commit, with the basis of its rank.

    Attributes:
        is_type_certain: as in `Triage`; `unguessed` are the signals without a guessed type, the same if it is certain.
        shares: what each piece of evidence adds to the level learned from maintainers' labels, itself one signal among others.
    """

    types: tuple[ChangeType, ...]
    areas: tuple[str, ...]
    signals: tuple[Signal, ...]
    shares: tuple[tuple[str, float], ...]
    is_type_certain: bool = True
    unguessed: tuple[Signal, ...] = ()


def sort(
    commit: Commit,
    facts: Sequence[Fact],
    areas: Areas,
    judgement: Judgement | None = None,
    statements: Sequence[Statement] = (),
    prominence: Prominence | None = None,
    pull_request: PullRequest | None = None,
) -> Sorted:
    """Find a commit's types, areas and signals of prominence; a merge gets those of the weightiest commit it brought in."""
    if commit.only_catches_up:
        return Sorted((ChangeType.CHORE,), (), (), ())
    judgement, model = judgement or general_judgement(), prominence or shipped()
    title = read_title(commit.subject)
    kinds = {file.path: kind_of(file.path) for file in commit.files}
    text = read_title(title.restores).text if title.restores else title.text
    evidence = gather(commit, text, facts, sketch(commit))
    labelled = None if title.restores else labelled_type(pull_request)
    expected = judgement.classifier.types(evidence)
    own = typed(commit, title, kinds, facts, statements, expected, labelled=labelled, is_own=judgement.is_own)
    found_areas = judgement.areas_of(areas, title, commit.files, evidence, commit.repo)
    # Hardware that the whole repository is for does not distinguish its commits.
    everywhere = areas.named_by(commit.repo.rpartition("/")[2])
    platform = next((key for key in found_areas if areas.is_platform(key) and key != everywhere), "")
    levels = judgement.classifier.levels(evidence)
    learned = Signal("learned", _odds(levels["high"] + _MEDIUM_WEIGHT * levels["medium"]))

    def weighed(read: Typed, commit: Commit, title: Title) -> tuple[Signal, ...]:
        return tuple(signals(commit, title, facts, kinds, read.types, statements, platform))

    found = (own, commit, title, weighed(own, commit, title))
    for one in commit.brought:
        alone, its_title = replace(commit, message=one.subject, brought=()), read_title(one.subject)
        its = own
        if _NAMES_BRANCH.match(commit.subject):
            expected = judgement.classifier.types(evidence.titled(its_title.text))
            its = typed(alone, its_title, kinds, facts, (), expected, is_own=judgement.is_own)
        found = max(
            found, (its, alone, its_title, weighed(its, alone, its_title)), key=lambda read: model.odds(read[3])
        )
    read, chosen, its_title, its_signals = found
    rest = (*signals_of_people(pull_request), *(() if commit.is_unseen else (learned,)))
    unguessed = its_signals if read.is_certain else weighed(_UNKNOWN, chosen, its_title)
    return Sorted(
        tuple(dict.fromkeys([*read.types, *types_named(commit, title, kinds)])),
        found_areas,
        (*its_signals, *rest),
        () if commit.is_unseen else tuple(judgement.classifier.why(evidence)),
        read.is_certain,
        (*unguessed, *rest),
    )


_UNKNOWN = Typed((ChangeType.UNKNOWN,))
_NAMES_BRANCH = re.compile(r"Merge\b")
"""A merge title written by git: it says what was merged, not what changes."""


def triage(
    commit: Commit,
    facts: Sequence[Fact],
    areas: Areas,
    judgement: Judgement | None = None,
    statements: Sequence[Statement] = (),
    prominence: Prominence | None = None,
    pull_request: PullRequest | None = None,
) -> Triage:
    """Sort and rank one commit; `judgement` is what was learned from its repository, by default from others.

    `pull_request` is the one it came from, if known.
    """
    title = read_title(commit.subject)
    kinds = {file.path: kind_of(file.path) for file in commit.files}
    found = sort(commit, facts, areas, judgement, statements, prominence, pull_request)
    model = prominence or shipped()
    odds, weight = model.odds(found.signals), model.weights["learned"]
    learned = explain(((name, weight * share) for name, share in found.shares), title.text)
    known = model.reasons(found.signals if found.is_type_certain else found.unguessed)
    reasons = sorted([*known, *learned], key=_telling)
    floor, ceiling = _bounds(commit, title, facts, kinds, statements)
    release = released(facts)
    if release is not None:
        reasons = [Reason("released", release.after, _RELEASED)]
        odds = _RELEASED
    elif commit.only_catches_up:
        reasons = [Reason("catches_up", points=-1.0)]
    elif ceiling is Importance.LOW and kinds:
        against = [reason for reason in reasons if reason.points < 0 and reason.code != "surroundings"]
        reasons = [Reason("surroundings", ",".join(sorted(set(kinds.values())))), *against]
    if commit.is_unseen and release is None:
        reasons = [Reason("unseen"), *reasons]
    score = _squash(odds)
    importance = Importance.HIGH if score >= HIGH else Importance.MEDIUM if score >= MEDIUM else Importance.LOW
    if importance is Importance.MEDIUM and release is None and _is_raised_by_a_guess(commit, model, found):
        importance = Importance.LOW
    ranked = Triage(
        found.types,
        importance,
        score,
        tuple(reasons),
        found.areas,
        floor,
        ceiling,
        is_type_certain=found.is_type_certain,
    )
    return settled(ranked, ranked.bounded(importance))


def _is_raised_by_a_guess(commit: Commit, model: Prominence, found: Sorted) -> bool:
    """Whether only a guessed type lifts a commit above the low ones, and nobody tells of a grave problem."""
    told = {code for code, _ in found_in(commit.message)} | {signal.code for signal in found.unguessed}
    return not told & GRAVE and _squash(model.odds(found.unguessed)) < MEDIUM


def _telling(reason: Reason) -> tuple[bool, float]:
    """Sort key: specific reasons before those that apply to many commits, such as being a fix or coming with tests."""
    is_general = reason.code in {"tested", "documented"} or reason.code.startswith(("type.", "learned."))
    return is_general and reason.points > 0, -abs(reason.points)


def bound(triage: Triage, commit: Commit, facts: Sequence[Fact], statements: Sequence[Statement]) -> Triage:
    """Return a stored triage with its bounds, which are not stored."""
    kinds = {file.path: kind_of(file.path) for file in commit.files}
    floor, ceiling = _bounds(commit, read_title(commit.subject), facts, kinds, statements)
    return replace(triage, floor=max(floor, triage.floor, key=_rank), ceiling=min(ceiling, triage.ceiling, key=_rank))


def raised(triage: Triage) -> Triage:
    """Return the triage of a commit that belongs among the day's most important ones: high, if that is allowed."""
    return triage if triage.importance is Importance.HIGH else settled(triage, triage.bounded(Importance.HIGH))


def settled(triage: Triage, importance: Importance) -> Triage:
    """Give the triage this importance and a matching score; within a level, scores keep their order."""
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
    """Return the lowest and highest importance the rules allow, whatever was learned: by proof and by the author's words."""
    floor, ceiling = proven(commit, facts, kinds)
    if commit.only_catches_up or released(facts) is not None:
        return floor, ceiling
    if not _is_untold(commit) and not any(kind in _PRODUCT for kind in kinds.values()):
        return Importance.LOW, Importance.LOW
    if _is_untold(commit) and not commit.message.strip():  # nothing at all is known about it
        return Importance.LOW, Importance.LOW
    grave = _said_grave(commit, title, statements) and (_is_untold(commit) or FileKind.PRODUCTION in kinds.values())
    return (Importance.MEDIUM if grave else floor), ceiling


def proven(
    commit: Commit, facts: Sequence[Fact], kinds: dict[str, FileKind], *, is_read: bool = False
) -> tuple[Importance, Importance]:
    """Return the lowest and highest importance that facts allow any ranker; `is_read`: the diff is known to change what runs."""
    if commit.only_catches_up:
        return Importance.LOW, Importance.LOW
    release = released(facts)
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
    is_idle = not is_read and all(is_inert(changed_file(change)) for change in product)
    ceiling = Importance.MEDIUM if is_idle else Importance.HIGH
    # What existed yesterday is gone, and somebody is using it.
    floored = FileKind.PRODUCTION in kinds.values() and any(fact.kind is FactKind.REVERTS for fact in facts)
    floored = floored or any(fact.kind in _FLOORED and not _TESTING.search(fact.name) for fact in facts)
    return (Importance.MEDIUM if floored else Importance.LOW), ceiling


def _is_untold(commit: Commit) -> bool:
    """Whether nothing is known about what it touches, so that only its words count."""
    return not commit.files and commit.more_files


_TOLD = {Source.BODY, Source.PULL_REQUEST, Source.FRAGMENT}
"""Where people say what a change does to others."""


def _said_grave(commit: Commit, title: Title, statements: Sequence[Statement]) -> bool:
    """Whether people's words name what users suffer from or must act on; templates and bots' texts do not count."""
    told = (one.text for one in statements if one.source in _TOLD and one.kind is not StatementKind.FIGURE)
    texts = (title.text, *told, *(brought.subject for brought in commit.brought))
    symptoms = {code for text in texts for code, _ in found_in(text)} - {"error"}
    is_around = bool(title.types) and title.types[0] in AROUND
    is_told = bool(_NEW_DEFAULT.search(title.text)) or (not is_around and withdraws(commit.subject))
    return bool(symptoms) or is_told or is_breaking(commit, title)
