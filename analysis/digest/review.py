"""A look back on a week or a month, from stored entries: what mattered, reverts and repeat fixes, what to try, who is new."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import ChangeType
from analysis.commits.window import Window
from analysis.digest.digest import order
from analysis.digest.period import Day
from analysis.digest.scope import EVERYTHING, Scope
from analysis.digest.stories import Earlier, Story, StoryKind, find_stories
from analysis.entry import Entry
from analysis.facts import FactKind
from analysis.i18n.language import Language
from analysis.triage.triage import Importance

_TOP, _TRY, _AREAS, _IN_AREA, _FIXED = 8, 6, 8, 3, 6
_OFTEN = 3
_SPAN = 7  # days searched for stories at once: every pair of entries is compared
NEW = {FactKind.FLAG_ADDED, FactKind.COMMAND_ADDED, FactKind.ENDPOINT_ADDED, FactKind.ENV_ADDED, FactKind.CONFIG_ADDED}
"""What people can try out."""


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that mattered: a single commit, or the one that represents its story.

    Attributes:
        shas: all commits of the story, oldest first.
    """

    lead: Entry
    story: Story | None
    shas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaReview:
    """An area's share: its commits, those of high importance, and its most important matters."""

    key: str
    commits: int
    high: int
    matters: tuple[Matter, ...]


@dataclass(frozen=True, slots=True)
class FixedAgain:
    """A file of the product that was fixed several times; `shas` are the fixes, oldest first."""

    path: str
    shas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """A look back on several days of a repository.

    Attributes:
        entries: the most important first.
        unread: days of the window that were not read after they ended: what landed on them may be missing.
        days: the known days of the window; `before`: those of the period before it, four times as long.
        reverted: reverts, with what they revert if known.
        newcomers: the first commits of authors unknown until then, the most important first; None if too little is
            known of the time before to say.
        scope: the part of the repository that it is about.
    """

    repo: str
    window: Window
    language: Language
    entries: tuple[Entry, ...]
    unread: tuple[date, ...]
    days: tuple[Day, ...]
    before: tuple[Day, ...]
    top: tuple[Matter, ...]
    areas: tuple[AreaReview, ...]
    reverted: tuple[tuple[Entry, Earlier | None], ...]
    fixed_again: tuple[FixedAgain, ...]
    to_try: tuple[Entry, ...]
    newcomers: tuple[Entry, ...] | None
    scope: Scope = EVERYTHING


def review(
    repo: str,
    window: Window,
    language: Language,
    entries: Sequence[Entry],
    unread: tuple[date, ...],
    days: Sequence[Day],
    earlier: Mapping[str, Earlier],
    new_authors: Sequence[str] | None,
) -> Review:
    """Look back on a window's entries.

    `days` are the known days of the window and of the time before that it is compared with, in order. `earlier` has what
    reverts revert, if known; `new_authors` were unknown before.
    """
    ordered = order(entries)
    stories = _stories(ordered, earlier)
    matters = _matters(ordered, stories)
    taken_back = {sha for story in stories if story.kind is StoryKind.REVERT for sha in story.shas}
    return Review(
        repo=repo,
        window=window,
        language=language,
        entries=ordered,
        unread=unread,
        days=tuple(day for day in days if day.date >= window.first),
        before=tuple(day for day in days if day.date < window.first),
        top=tuple(matter for matter in matters if matter.lead.triage.importance is not Importance.LOW)[:_TOP],
        areas=_areas(ordered, matters),
        reverted=_reverted(ordered, stories, earlier),
        fixed_again=_fixed_again(ordered),
        to_try=tuple(entry for entry in ordered if _is_new(entry) and entry.commit.sha not in taken_back)[:_TRY],
        newcomers=None if new_authors is None else _first_commits(ordered, new_authors),
    )


def _stories(entries: Sequence[Entry], earlier: Mapping[str, Earlier]) -> list[Story]:
    if not entries:
        return []
    by_time = sorted(entries, key=lambda entry: entry.commit.committed_at)
    start = by_time[0].commit.committed_at
    spans = groupby(by_time, key=lambda entry: (entry.commit.committed_at - start).days // _SPAN)
    return [story for _, some in spans for story in find_stories(list(some), dict(earlier))]


def _matters(entries: Sequence[Entry], stories: Sequence[Story]) -> list[Matter]:
    story_of = {sha: story for story in stories for sha in story.shas}
    by_sha = {entry.commit.sha: entry for entry in entries}
    found: dict[str, Matter] = {}
    for entry in entries:
        story = story_of.get(entry.commit.sha)
        lead = by_sha[story.lead] if story else entry
        found.setdefault(lead.commit.sha, Matter(lead, story, story.shas if story else (entry.commit.sha,)))
    return list(found.values())


def _areas(entries: Sequence[Entry], matters: Sequence[Matter]) -> tuple[AreaReview, ...]:
    commits, high = Counter[str](), Counter[str]()
    for entry in entries:
        commits.update(entry.triage.areas)
        high.update(entry.triage.areas if entry.triage.importance is Importance.HIGH else ())
    told = {
        key: tuple(matter for matter in matters if matter.lead.triage.areas[:1] == (key,))[:_IN_AREA] for key in commits
    }
    # What only surrounds the product is counted, but its own entries are rarely worth listing.
    ranked = sorted(commits, key=lambda key: (-high[key], -commits[key], key))[:_AREAS]
    return tuple(AreaReview(key, commits[key], high[key], told[key]) for key in ranked)


def _reverted(
    entries: Sequence[Entry], stories: Sequence[Story], earlier: Mapping[str, Earlier]
) -> tuple[tuple[Entry, Earlier | None], ...]:
    by_sha = {entry.commit.sha: entry for entry in entries}
    within: dict[str, Earlier] = {}
    for story in stories:
        others = [by_sha[sha].commit for sha in story.shas if sha != story.lead]
        if story.kind is StoryKind.REVERT and others:
            within[story.lead] = Earlier(others[0].sha, others[0].subject, others[0].committed_at, others[0].url)
    reverts = [entry for entry in entries if entry.triage.types[0] is ChangeType.REVERT]
    return tuple((entry, within.get(entry.commit.sha) or earlier.get(entry.commit.sha)) for entry in reverts)


def _fixed_again(entries: Sequence[Entry]) -> tuple[FixedAgain, ...]:
    fixes: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.triage.counted_type is ChangeType.BUGFIX:
            for file in entry.commit.files:
                if kind_of(file.path) is FileKind.PRODUCTION and file.status != "removed":
                    fixes.setdefault(file.path, []).append(entry)
    often = sorted(
        (item for item in fixes.items() if len(item[1]) >= _OFTEN), key=lambda item: (-len(item[1]), item[0])
    )
    return tuple(
        FixedAgain(path, tuple(e.commit.sha for e in sorted(some, key=lambda e: e.commit.committed_at)))
        for path, some in often[:_FIXED]
    )


def _is_new(entry: Entry) -> bool:
    return entry.triage.importance is not Importance.LOW and (
        entry.triage.types[0] is ChangeType.FEATURE and any(fact.kind in NEW for fact in entry.facts)
    )


def _first_commits(entries: Sequence[Entry], authors: Sequence[str]) -> tuple[Entry, ...]:
    first: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: entry.commit.committed_at):
        for author in entry.commit.authors:
            if author in authors:
                first.setdefault(author, entry)
    return order(first.values())
