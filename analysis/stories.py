"""Entries that are one change: a series, a feature and its follow-ups, a change with its revert or its copies, tests that moved."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from posixpath import basename, dirname

from analysis.entry import Entry
from analysis.facts import FactKind
from analysis.net import originals
from analysis.paths import FileKind, kind_of
from analysis.title import ChangeType, read_title


class StoryKind(StrEnum):
    """What holds a story together; the first that fits names it."""

    REVERT = "revert"
    BACKPORT = "backport"
    SERIES = "series"
    FOLLOW_UP = "follow_up"
    MOVED_TESTS = "moved_tests"
    SAME_WORK = "same_work"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A commit of another day that a story goes back to; where it is not known here (`sha` is empty), its title is all there is.

    Attributes:
        committed_at: UTC.
    """

    sha: str
    title: str
    committed_at: datetime | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Entries that are one change.

    Attributes:
        shas: its commits, oldest first; a revert of an earlier day's commit may have only one.
        lead: the SHA of the commit that stands for it.
        earlier: what is taken back, where that landed on another day.
    """

    kind: StoryKind
    shas: tuple[str, ...]
    lead: str
    earlier: Earlier | None = None


_FOLLOW_UP = re.compile(
    r"(?:follow[- ]?ups?|continuation|second part|next step|based on top|depends on|on top)\s*(?:of|to|for|:)?\s*"
    r"(?:PR\s*)?(?:https?://\S+/pull/|#)(\d+)",
    re.IGNORECASE,
)
_CLOSE = timedelta(hours=24)
_SHARED = 0.5
_ALIKE, _LEAST_ALIKE = 0.5, 3
"""Which part of their titles' words, and how many, two commits have in common that repeat each other elsewhere."""
_EVERYBODYS = 3
"""A word that so many authors use on one day tells nobody's work apart."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*|\d+(?:\.\w+)*|[一-鿿]{2}")
_COUNTED = re.compile(r"(?<=[a-z]{4})\d+$")
_SHORTEST = 3
_GENERAL = frozenset(
    """add all allow also and are avoid better bug bugfix bump change chore ci clean cleanup code correct default disable doc
    docs documentation enable error failure feat feature file fix fixe fixed for format from get handle hot hotfix improve
    in initial instead into issue it lint logic make minor misc model more move new not of on one optimize or part perf
    performance problem refactor refine release remove rename request revert set simplify small some style super support temporarily
    test tests that the this tiny to typo unit update upgrade use using version via when with without work wrong""".split()  # noqa: SIM905 - a hundred quoted words are no easier to read
)
"""What titles say of anything."""
_LEAST_MOVED = 0.5
_SEEN_BY_USERS = {
    FactKind.FLAG_ADDED, FactKind.FLAG_REMOVED, FactKind.COMMAND_ADDED, FactKind.COMMAND_REMOVED, FactKind.ENDPOINT_ADDED, FactKind.ENDPOINT_REMOVED,
    FactKind.DEFAULT_CHANGED, FactKind.ENV_ADDED, FactKind.ENV_REMOVED,
}  # fmt: skip
# Where everybody writes: sharing such a file says nothing about being one piece of work.
_HUB = re.compile(
    r"^\.github/|(^|/)(__init__\.py|README\.md|run_suite\.py|server_args\.py|conftest\.py|setup\.py|pyproject\.toml|mod\.rs|lib\.rs|Cargo\.toml)$"
)


def find_stories(entries: Sequence[Entry], earlier: dict[str, Earlier] | None = None) -> tuple[Story, ...]:
    """Group entries into stories; those that belong to none are in none.

    `earlier` gives, by the SHA of a revert among `entries`, what it takes back, if that is known from other days.
    """
    ordered = sorted(entries, key=lambda entry: entry.commit.committed_at)
    links: list[tuple[int, int, StoryKind]] = []
    everybodys = _used_by_many(ordered)
    places = {entry.commit.sha: place for place, entry in enumerate(ordered)}
    for sha, original in originals(ordered).items():
        links.append((places[original], places[sha], StoryKind.BACKPORT))
    for first, second in combinations(range(len(ordered)), 2):
        kind = _link(ordered[first], ordered[second], everybodys)
        if kind:
            links.append((first, second, kind))
    stories = [_story([ordered[i] for i in group], kinds) for group, kinds in _groups(len(ordered), links)]
    told = {sha for story in stories for sha in story.shas}
    for entry in ordered:
        sha = entry.commit.sha
        named = next((fact.name for fact in entry.facts if fact.kind is FactKind.REVERTS and fact.name), "")
        if named and sha not in told:
            origin = (earlier or {}).get(sha) or Earlier("", named)
            stories.append(Story(StoryKind.REVERT, (sha,), sha, origin))
    return tuple(sorted(stories, key=lambda story: -_weight(story, entries)))


def _weight(story: Story, entries: Sequence[Entry]) -> float:
    return max(entry.triage.score for entry in entries if entry.commit.sha in story.shas)


def _story(group: list[Entry], kinds: set[StoryKind]) -> Story:
    kind = next(kind for kind in StoryKind if kind in kinds)
    # A revert stands for the pair, since it is what holds; otherwise the most important one that users can see.
    reverts = [entry for entry in group if ChangeType.REVERT in entry.triage.types[:1]]
    lead = reverts[-1] if kind is StoryKind.REVERT and reverts else max(group, key=_prominence)
    return Story(kind, tuple(entry.commit.sha for entry in group), lead.commit.sha)


def _prominence(entry: Entry) -> tuple[int, bool, float]:
    visible = any(fact.kind in _SEEN_BY_USERS for fact in entry.facts)
    return entry.triage.importance.rank, visible, entry.triage.score


def _groups(count: int, links: list[tuple[int, int, StoryKind]]) -> list[tuple[list[int], set[StoryKind]]]:
    parent = list(range(count))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for first, second, _ in links:
        parent[root(second)] = root(first)
    groups: dict[int, tuple[list[int], set[StoryKind]]] = {}
    for index in range(count):
        groups.setdefault(root(index), ([], set()))[0].append(index)
    for first, _, kind in links:
        groups[root(first)][1].add(kind)
    return [group for group in groups.values() if len(group[0]) > 1]


def _link(first: Entry, second: Entry, everybodys: frozenset[str]) -> StoryKind | None:  # noqa: PLR0911 - a rule a line
    """What makes two entries one story, `first` being the older one."""
    if _reverts(second, first):
        return StoryKind.REVERT
    if _names_what_it_reverts(first) or _names_what_it_reverts(second):
        return None
    if _follows(first, second):
        return StoryKind.FOLLOW_UP
    if _moves_tests(first, second):
        return StoryKind.MOVED_TESTS
    if first.commit.author != second.commit.author:
        return None
    if second.commit.committed_at - first.commit.committed_at > _CLOSE:
        return None
    if _in_series(first, second):
        return StoryKind.SERIES
    if _moved_between(first) & _moved_between(second):
        # What also changes the product is more than a move, and is not to be hidden among moves.
        return StoryKind.MOVED_TESTS if _touches_product(first) is _touches_product(second) else None
    return StoryKind.SAME_WORK if _is_same_work(first, second, everybodys) else None


def _reverts(revert: Entry, original: Entry) -> bool:
    for fact in revert.facts:
        if fact.kind is not FactKind.REVERTS:
            continue
        number = original.commit.pull_request
        if fact.before and original.commit.sha.startswith(fact.before):
            return True
        if fact.detail and number and fact.detail == f"#{number}":
            return True
        title = re.sub(r"\s*\(#\d+\)\s*$", "", original.commit.subject)
        if fact.name == title or (fact.name.endswith("…") and title.startswith(fact.name[:-1])):
            return True
    return False


def _names_what_it_reverts(entry: Entry) -> bool:
    """Whether it belongs to the change that it takes back; "Roll back to the old cache" names none, and is work like any other."""
    return any(fact.kind is FactKind.REVERTS for fact in entry.facts)


def _follows(first: Entry, second: Entry) -> bool:
    followed = _followed(second.commit.message)
    return bool(followed) and first.commit.pull_request in followed


@lru_cache(maxsize=2048)  # every two commits of a time are held against each other
def _followed(message: str) -> frozenset[int]:
    """The pull requests that a commit says it follows."""
    return frozenset(int(found[1]) for found in _FOLLOW_UP.finditer(message))


def _in_series(first: Entry, second: Entry) -> bool:
    one, two = read_title(first.commit.subject), read_title(second.commit.subject)
    if not one.series or not two.series or one.series[1] != two.series[1] or one.series[0] == two.series[0]:
        return False
    words = set(re.findall(r"\w{4,}", one.text.lower())) & set(re.findall(r"\w{4,}", two.text.lower()))
    return bool(words) or bool(set(one.topics) & set(two.topics)) or _share_files(first, second)


def _is_same_work(first: Entry, second: Entry, everybodys: frozenset[str]) -> bool:
    """Whether two commits of one author on one day are one piece of work.

    The same files alone say little: who works on a part of the code changes it several times a day for several reasons.
    Both must speak of the same thing as well, or one must build on files that the other brought; or they do the same to
    other files, by nearly the same words.
    """
    one, two = _words(first), _words(second)
    if len(one & two) >= _LEAST_ALIKE and len(one & two) >= _ALIKE * len(one | two):
        return True
    return _share_files(first, second) and bool((one & two) - _GENERAL - everybodys or _builds_on(first, second))


def _words(entry: Entry) -> set[str]:
    """The words of a title, without its tags, in lower case and without a plural's `s`; names and versions are whole."""
    return _words_of(read_title(entry.commit.subject).text)


def _words_of(text: str) -> set[str]:
    found = {_COUNTED.sub("", word.lower()).removesuffix("s") for word in _WORD.findall(text)}
    return {word for word in found if len(word) >= _SHORTEST or not word.isascii()}


def _used_by_many(entries: Sequence[Entry]) -> frozenset[str]:
    """The words that many authors use in titles, or that name where many work."""
    authors: dict[str, set[str]] = {}
    for entry in entries:
        for word in _words(entry) | _words_of(" ".join(file.path for file in entry.commit.files)):
            authors.setdefault(word, set()).add(entry.commit.author)
    return frozenset(word for word, names in authors.items() if len(names) >= _EVERYBODYS)


def _builds_on(first: Entry, second: Entry) -> bool:
    """Whether the later one changes files that the earlier one brought."""
    brought = {file.path for file in first.commit.files if file.status == "added"}
    return bool(brought & _own_files(second))


def _share_files(first: Entry, second: Entry) -> bool:
    """Whether they change the same files of the product; of those without product files, whether of any kind."""
    one, two = _own_files(first), _own_files(second)
    product_one, product_two = ({name for name in names if _is_product(name)} for names in (one, two))
    one, two = (product_one, product_two) if product_one or product_two else (one, two)
    return bool(one and two) and len(one & two) >= _SHARED * min(len(one), len(two))


def _own_files(entry: Entry) -> set[str]:
    names = {file.path for file in entry.commit.files} | {file.old_path for file in entry.commit.files if file.old_path}
    return {name for name in names if not _HUB.search(name)}


def _touches_product(entry: Entry) -> bool:
    return any(_is_product(file.path) for file in entry.commit.files)


def _is_product(path: str) -> bool:
    return kind_of(path) is FileKind.PRODUCTION


def _moves_tests(first: Entry, second: Entry) -> bool:
    """Whether one deletes test files which the other adds under another path."""
    for gone, come in ((first, second), (second, first)):
        if all(file.status != "removed" for file in gone.commit.files):
            continue
        removed = {basename(f.path) for f in gone.commit.files if f.status == "removed" and _is_test(f.path)}
        added = {basename(f.path) for f in come.commit.files if f.status == "added" and _is_test(f.path)}
        removed -= {"__init__.py", "conftest.py", "util.py", "utils.py"}
        if removed and len(removed & added) >= _LEAST_MOVED * len(removed):
            return True
    return False


def _moved_between(entry: Entry) -> set[tuple[str, str]]:
    """The folders from which and to which its tests go, two levels deep: who moves tests does it a part at a time."""
    moved = [file for file in entry.commit.files if file.old_path and _is_test(file.path) and _is_test(file.old_path)]
    folders = {(_two_levels(file.old_path or ""), _two_levels(file.path)) for file in moved}
    return {(old, new) for old, new in folders if old != new}


def _two_levels(path: str) -> str:
    return "/".join(dirname(path).split("/")[:2])


def _is_test(path: str) -> bool:
    return kind_of(path) is FileKind.TEST
