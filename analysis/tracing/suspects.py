"""Which commits in a range may have broken something: suspects, not culprits, each with the evidence against it.

What is reported is compared with what each commit says and touches, words that few commits have counting more. The weights were fitted to
regressions of four repositories whose culprit a later fix names, and tried on two others (`benchmarks/suspects.py`).
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import AROUND, ChangeType
from analysis.entry import Entry
from analysis.facts import FactKind
from analysis.sources.revisions import Between
from analysis.tracing.vocabulary import shared, stems

_READ = 60
"""Commits whose diffs are read: those with the most other evidence against them."""
_BODY, _DIFF = 3_000, 60_000
"""Characters of a message and of a file's diff that are read."""
_OFTEN = 12
"""So many lines with a word are as good as any more."""
_LARGE = 6.0
"""The logarithm of a large commit's lines."""


class Clue(StrEnum):
    """Evidence against a commit. Closed set."""

    TAKEN_BACK = "taken_back"
    TITLE = "title"
    BODY = "body"
    PATH = "path"
    DIFF = "diff"
    AREA = "area"
    DEFAULT = "default"
    DEPENDENCY = "dependency"
    PERFORMANCE = "performance"
    SIZE = "size"


_WEIGHTS = {
    Clue.TITLE: 3.7, Clue.BODY: 1.8, Clue.PATH: 2.8, Clue.DIFF: 6.5, Clue.PERFORMANCE: 0.6, Clue.SIZE: 0.6,
    Clue.TAKEN_BACK: 3.0, Clue.AREA: 3.0, Clue.DEFAULT: 0.3, Clue.DEPENDENCY: 0.3,
}  # fmt: skip
"""Fitted, but for the last four: taken back since, and the area that was asked for, are told by whoever asks or by later commits, and
without any words given defaults and dependencies are what is left to go by."""
_NOTHING_OF_THE_PRODUCT, _AROUND_IT = -2.0, -0.6

_DEFAULTS = {FactKind.DEFAULT_CHANGED, FactKind.SELECTION_CHANGED, FactKind.CONSTANT_CHANGED}
_DEPENDENCIES = {FactKind.DEPENDENCY_CHANGED, FactKind.REQUIREMENT_CHANGED}


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence against a commit.

    Attributes:
        detail: the words that it shares with the report, as stems, but for those that a stronger reason has; the name of a default or a dependency; the number of lines.
        points: of the commit's score.
    """

    clue: Clue
    detail: tuple[str, ...]
    points: float


@dataclass(frozen=True, slots=True)
class Suspect:
    """A commit of a range with what speaks against it, the strongest first; the score orders, and is no probability."""

    entry: Entry
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The commits of a range, the likeliest first; `words` and `areas` are what was reported."""

    repo: str
    between: Between
    words: str
    areas: tuple[str, ...]
    suspects: tuple[Suspect, ...]


def suspects(
    entries: Sequence[Entry],
    words: str,
    areas: Collection[str],
    taken_back: Collection[str],
    diffs: Callable[[Sequence[str]], Mapping[str, Commit]],
) -> tuple[Suspect, ...]:
    """Rank the commits of a range by how likely they touch what is reported, the likeliest first.

    Args:
        entries: in any order; their diffs need not be there.
        words: the report, in a few words; may be empty.
        areas: keys of the areas that it is about, may be empty.
        taken_back: SHAs of those that were reverted, or named as the cause, since.
        diffs: returns the commits of these SHAs with their diffs, as far as they are at hand.
    """
    wanted = stems(words)
    looked = [_Look(entry, wanted) for entry in entries]
    rarity = _rarity(wanted, looked)
    for one in looked:
        one.weigh(rarity, areas, taken_back)
    looked.sort(key=lambda one: -one.score)
    near = looked[:_READ] if wanted else []
    read = diffs([one.entry.commit.sha for one in near]) if near else {}
    for one in near:
        if one.entry.commit.sha in read:
            one.read(read[one.entry.commit.sha], rarity)
    looked.sort(key=lambda one: -one.score)
    return tuple(one.suspect() for one in looked)


def size(entry: Entry) -> int:
    """Return how many lines of the product a commit changes."""
    return sum(
        file.additions + file.deletions for file in entry.commit.files if kind_of(file.path) is FileKind.PRODUCTION
    )


def _rarity(wanted: Collection[str], looked: Sequence["_Look"]) -> dict[str, float]:
    """Return what each word of a report counts: all together 1, those that few commits have the more."""
    have = {word: sum(word in one.all for one in looked) for word in wanted}
    weights = {word: math.log(1 + (len(looked) - count + 0.5) / (count + 0.5)) for word, count in have.items()}
    whole = sum(weights.values()) or 1.0
    return {word: weight / whole for word, weight in weights.items()}


class _Look:
    """One commit, looked at."""

    def __init__(self, entry: Entry, wanted: Collection[str]) -> None:
        self.entry = entry
        self.score = 0.0
        self._reasons: list[Reason] = []
        self._paths = [file.path for file in entry.commit.files if kind_of(file.path) is FileKind.PRODUCTION]
        if wanted:
            self._title = shared(entry.commit.subject, wanted)
            self._body = shared(entry.commit.body[:_BODY], wanted)
            paths = [shared(path, wanted) for path in self._paths]
            self._in_paths = {word: sum(word in path for path in paths) for word in set().union(*paths)}
        else:
            self._title = self._body = frozenset()
            self._in_paths = {}
        self.all = {*self._title, *self._body, *self._in_paths}

    def weigh(self, rarity: Mapping[str, float], areas: Collection[str], taken_back: Collection[str]) -> None:
        """Sum up the evidence against it, except from its diff."""
        triage = self.entry.triage
        self._add(Clue.TITLE, sum(rarity[word] for word in self._title), self._title)
        self._add(Clue.BODY, sum(rarity[word] for word in self._body), self._body - self._title)
        share = {word: math.sqrt(count / len(self._paths)) for word, count in self._in_paths.items()}
        self._add(Clue.PATH, sum(rarity[word] * part for word, part in share.items()), self._in_paths)
        if areas:
            self._add(Clue.AREA, float(any(area in areas for area in triage.areas)), triage.areas)
        self._add(Clue.TAKEN_BACK, float(self.entry.commit.sha in taken_back), ())
        self._add(Clue.PERFORMANCE, float(ChangeType.PERFORMANCE in triage.types), ())
        self._add(Clue.SIZE, math.log1p(size(self.entry)) / _LARGE, (str(size(self.entry)),))
        if not rarity:
            for clue, kinds in ((Clue.DEFAULT, _DEFAULTS), (Clue.DEPENDENCY, _DEPENDENCIES)):
                names = dict.fromkeys(fact.name for fact in self.entry.facts if fact.kind in kinds)
                self._add(clue, float(bool(names)), tuple(names))
        if not self._paths:
            self.score += _NOTHING_OF_THE_PRODUCT
        if triage.types and triage.types[0] in AROUND:
            self.score += _AROUND_IT

    def read(self, commit: Commit, rarity: Mapping[str, float]) -> None:
        """Add what its diff has of the report."""
        found: dict[str, int] = {}
        for file in commit.files:
            if file.patch and kind_of(file.path) is FileKind.PRODUCTION:
                for line in file.patch[:_DIFF].split("\n"):
                    if line[:1] in {"+", "-", "@"}:
                        for word in shared(line, rarity):
                            found[word] = found.get(word, 0) + 1
        part = {word: min(1.0, math.log1p(count) / math.log(_OFTEN)) for word, count in found.items()}
        self._add(Clue.DIFF, sum(rarity[word] * share for word, share in part.items()), tuple(found))

    def suspect(self) -> Suspect:
        """Return the result."""
        return Suspect(self.entry, self.score, tuple(sorted(self._reasons, key=lambda reason: -reason.points)))

    def _add(self, clue: Clue, amount: float, detail: Collection[str]) -> None:
        points = amount * _WEIGHTS[clue]
        self.score += points
        if amount > 0:
            self._reasons.append(Reason(clue, tuple(sorted(detail)), points))
