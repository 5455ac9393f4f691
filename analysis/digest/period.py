"""Days side by side: each one's counts, for charts and for spotting the unusual."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import ChangeType
from analysis.entry import Entry
from analysis.triage.triage import Importance


@dataclass(frozen=True, slots=True)
class Day:
    """One day in numbers.

    Attributes:
        by_importance: every importance, even with a count of 0. `by_area`: see `count_areas`.
        production, tests: lines added and deleted in files of that kind.
        paths: files of the product that changed.
    """

    date: date
    commits: int
    by_importance: Mapping[str, int]
    by_area: Mapping[str, int]
    production: int
    tests: int
    reverts: int
    authors: frozenset[str] = field(default=frozenset(), repr=False)
    paths: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def high(self) -> int:
        """Commits of high importance."""
        return self.by_importance[Importance.HIGH.value]


def count_areas(entries: Iterable[Entry]) -> dict[str, int]:
    """Count commits by area, the most frequent first: each under its first area only, as in the post."""
    return dict(Counter(area for entry in entries for area in entry.triage.areas[:1]).most_common())


def count_day(day: date, entries: Iterable[Entry]) -> Day:
    """Count a day's entries."""
    entries = tuple(entries)
    lines: Counter[FileKind] = Counter()
    paths = set()
    for entry in entries:
        for file in entry.commit.files:
            kind = kind_of(file.path)
            lines[kind] += file.additions + file.deletions
            if kind is FileKind.PRODUCTION:
                paths.add(file.path)
    levels = Counter(entry.triage.importance for entry in entries)
    return Day(
        date=day,
        commits=len(entries),
        by_importance={level.value: levels[level] for level in Importance},
        by_area=count_areas(entries),
        production=lines[FileKind.PRODUCTION],
        tests=lines[FileKind.TEST],
        reverts=sum(entry.triage.types[0] is ChangeType.REVERT for entry in entries),
        authors=frozenset(author for entry in entries for author in entry.commit.authors),
        paths=frozenset(paths),
    )
