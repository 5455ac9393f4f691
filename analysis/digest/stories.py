"""Entries that form one change: a series, a feature and its follow-ups, a change with its revert or copies, moved tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analysis.commits.title import ChangeType
from analysis.digest.net import originals
from analysis.digest.story_links import StoryKind, links
from analysis.entry import Entry
from analysis.facts import FactKind

__all__ = ["Earlier", "Story", "StoryKind", "find_stories"]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A commit of another day that a story refers to; if it is unknown (`sha` is empty), only its title is available.

    Attributes:
        committed_at: UTC.
    """

    sha: str
    title: str
    committed_at: datetime | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Entries that form one change.

    Attributes:
        shas: its commits, oldest first; a revert of an earlier day's commit may have only one.
        lead: the SHA of the commit that represents it.
        earlier: what is reverted, if that landed on another day.
    """

    kind: StoryKind
    shas: tuple[str, ...]
    lead: str
    earlier: Earlier | None = None


_SEEN_BY_USERS = {
    FactKind.FLAG_ADDED, FactKind.FLAG_REMOVED, FactKind.COMMAND_ADDED, FactKind.COMMAND_REMOVED, FactKind.ENDPOINT_ADDED, FactKind.ENDPOINT_REMOVED,
    FactKind.DEFAULT_CHANGED, FactKind.ENV_ADDED, FactKind.ENV_REMOVED,
}  # fmt: skip


def find_stories(entries: Sequence[Entry], earlier: dict[str, Earlier] | None = None) -> tuple[Story, ...]:
    """Group entries into stories; not every entry belongs to one.

    `earlier` maps the SHA of a revert among `entries` to what it reverts, if known from other days.
    """
    ordered = sorted(entries, key=lambda entry: entry.commit.committed_at)
    places = {entry.commit.sha: place for place, entry in enumerate(ordered)}
    copies = [(places[original], places[sha], StoryKind.BACKPORT) for sha, original in originals(ordered).items()]
    found = _groups(len(ordered), [*copies, *links(ordered)])
    stories = [_story([ordered[i] for i in group], kinds) for group, kinds in found]
    told = {sha for story in stories for sha in story.shas}
    for entry in ordered:
        sha = entry.commit.sha
        named = next((fact.name for fact in entry.facts if fact.kind is FactKind.REVERTS and fact.name), "")
        if named and sha not in told:
            origin = (earlier or {}).get(sha) or Earlier("", named)
            stories.append(Story(StoryKind.REVERT, (sha,), sha, origin))
    scores = {entry.commit.sha: entry.triage.score for entry in entries}
    return tuple(sorted(stories, key=lambda story: -max(scores[sha] for sha in story.shas)))


def _story(group: list[Entry], kinds: set[StoryKind]) -> Story:
    kind = next(kind for kind in StoryKind if kind in kinds)
    # A revert represents the pair, since it is what holds; otherwise the most important one that users can see.
    reverts = [entry for entry in group if ChangeType.REVERT in entry.triage.types[:1]]
    lead = reverts[-1] if kind is StoryKind.REVERT and reverts else max(group, key=_prominence)
    return Story(kind, tuple(entry.commit.sha for entry in group), lead.commit.sha)


def _prominence(entry: Entry) -> tuple[int, bool, float]:
    visible = any(fact.kind in _SEEN_BY_USERS for fact in entry.facts)
    return entry.triage.importance.rank, visible, entry.triage.score


def _groups(count: int, joined: Sequence[tuple[int, int, StoryKind]]) -> list[tuple[list[int], set[StoryKind]]]:
    parent = list(range(count))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for first, second, _ in joined:
        parent[root(second)] = root(first)
    groups: dict[int, tuple[list[int], set[StoryKind]]] = {}
    for index in range(count):
        groups.setdefault(root(index), ([], set()))[0].append(index)
    for first, _, kind in joined:
        groups[root(first)][1].add(kind)
    return [group for group in groups.values() if len(group[0]) > 1]
