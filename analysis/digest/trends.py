"""What is unusual about a day compared with the four weeks before; nothing if those are not known well enough."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from analysis.digest.period import Day

LOOK_BACK = 28
"""Days that a day is compared with, just before it."""

_ENOUGH = 14  # known days among these; with fewer, nothing can be called usual
_MOST = 4
_FAR = 3.0  # standard deviations
_LEAST_REVERTS, _LEAST_IN_AREA = 3, 6
_TIMES = 3.0
_STREAKS = (5, 10, 20)  # reported once at each of these lengths, not every day in between
_SELDOM = 1 / 3
_RARE = 0.5


class UnusualKind(StrEnum):
    """Closed set, in the order of display."""

    REVERTS = "reverts"
    COMMITS = "commits"
    AREA = "area"
    STREAK = "streak"
    NEWCOMER = "newcomer"


@dataclass(frozen=True, slots=True)
class Unusual:
    """One thing that differs from the usual.

    Attributes:
        name: an area's key, a file's path or an author; empty if it is about the day as a whole.
        count: commits or reverts today, or consecutive days on which the file changed.
        usual: the average per day before; 0 if that is meaningless.
    """

    kind: UnusualKind
    name: str = ""
    count: int = 1
    usual: float = 0.0


def find_unusual(today: Day, before: Sequence[Day], newcomers: Sequence[str] = ()) -> tuple[Unusual, ...]:
    """Return what is unusual today; `before` are the known days of the weeks before, `newcomers` are first-time authors."""
    if len(before) < _ENOUGH or not today.commits:
        return ()
    found = [*_reverts(today, before), *_commits(today, before), *_areas(today, before), *_streaks(today, before)]
    # If somebody new comes every day, that is no news.
    if newcomers and _arrivals(before) < _RARE:
        found += [Unusual(UnusualKind.NEWCOMER, author) for author in newcomers]
    return tuple(found[:_MOST])


def _reverts(today: Day, before: Sequence[Day]) -> Iterator[Unusual]:
    counts = [day.reverts for day in before]
    if today.reverts >= _LEAST_REVERTS and _is_far(today.reverts, counts):
        yield Unusual(UnusualKind.REVERTS, "", today.reverts, _mean(counts))


def _commits(today: Day, before: Sequence[Day]) -> Iterator[Unusual]:
    counts = [day.commits for day in before]
    if _is_far(today.commits, counts) and today.commits >= 1.5 * _mean(counts):
        yield Unusual(UnusualKind.COMMITS, "", today.commits, _mean(counts))


def _areas(today: Day, before: Sequence[Day]) -> Iterator[Unusual]:
    busy = []
    for key, count in today.by_area.items():
        counts = [day.by_area.get(key, 0) for day in before]
        if count >= max(_LEAST_IN_AREA, _TIMES * _mean(counts)) and _is_far(count, counts):
            busy.append(Unusual(UnusualKind.AREA, key, count, _mean(counts)))
    yield from sorted(busy, key=lambda one: (one.usual - one.count, one.name))[:2]


def _streaks(today: Day, before: Sequence[Day]) -> Iterator[Unusual]:
    """Files that changed on each of the last days but usually do not."""
    days = sorted(before, key=lambda day: day.date, reverse=True)
    found = []
    for path in today.paths:
        length = 1 + next((index for index, day in enumerate(days) if path not in day.paths), len(days))
        older = days[length - 1 :]
        if length in _STREAKS and older and sum(path in day.paths for day in older) < _SELDOM * len(older):
            found.append(Unusual(UnusualKind.STREAK, path, length))
    yield from sorted(found, key=lambda one: (-one.count, one.name))[:1]


def _arrivals(before: Sequence[Day]) -> float:
    """Average number of authors per day in the second half of these days who are unknown to the first half."""
    days = sorted(before, key=lambda day: day.date)
    half = len(days) // 2
    known = {author for day in days[:half] for author in day.authors}
    later = Counter(author for day in days[half:] for author in day.authors)
    return len(set(later) - known) / max(len(days) - half, 1)


def _is_far(value: float, others: Sequence[int]) -> bool:
    # A count varies by its square root even when nothing happens; a few equal days must not make the next one unusual.
    mean = _mean(others)
    spread = sqrt(sum((other - mean) ** 2 for other in others) / len(others))
    return value > mean + _FAR * max(spread, sqrt(mean), 0.5)


def _mean(counts: Sequence[int]) -> float:
    return sum(counts) / len(counts)
