"""What makes two commits one story: the rules, and an index that finds the pairs that may match one.

A rule matches only pairs that share something: a pull request's number, a test's name, an author plus a file or a rare
word. Pairs that share no such key are never compared, so that a day of thousands costs no more per commit.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import chain, islice
from posixpath import basename, dirname

from analysis.commits.bots import is_bot
from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import Title, in_force_by, read_title
from analysis.entry import Entry
from analysis.facts import Fact, FactKind
from analysis.i18n.patterns import Patterns


class StoryKind(StrEnum):
    """What holds a story together; the first match names it."""

    REVERT = "revert"
    BACKPORT = "backport"
    SERIES = "series"
    FOLLOW_UP = "follow_up"
    MOVED_TESTS = "moved_tests"
    SAME_WORK = "same_work"


_PATTERNS = Patterns(__file__)
_CLOSE = timedelta(hours=24)
_SHARED = 0.5
_PART = 0.25
"""The least share of its files that a commit has in common with another one, if one word is all that links them."""
_ALIKE, _LEAST_ALIKE = 0.5, 3
"""Share and number of title words in common between two commits that do the same work in different places."""
_EVERYBODYS = 3
"""A word that this many authors use on one day distinguishes nobody's work."""
_CROWD = 100
"""How many later commits a commit is compared with per key: a key that more of them share distinguishes nothing."""
_SHORTEST = 3
_OPENING = 8  # letters of a title; one that was cut has more
_ABBREVIATED = 7  # letters of a SHA that git shows at least
_GENERAL = frozenset(
    """add all allow also and are avoid better bug bugfix bump change chore ci clean cleanup code commit correct default disable doc
    docs documentation enable error failure feat feature file fix fixe fixed flaky for fork format from get handle hot hotfix improve
    in initial instead into issue it lint logic make merge minor misc model more move new not of on one optimize or part perf
    performance problem refactor refine release remove rename request revert set simplify small some style super support temporarily
    test tests that the this tiny to typo unit update upgrade use using version via when with without work wrong""".split()  # noqa: SIM905 - a hundred quoted words are no easier to read
)
"""Words that any title may contain."""
_LEAST_MOVED = 0.5
_EVERYWHERE = frozenset({"__init__.py", "conftest.py", "util.py", "utils.py"})
"""Names of test files that do not say what is tested."""


@dataclass(frozen=True, slots=True)
class _Traits:
    """What the rules read from an entry, gathered once.

    Attributes:
        words: of the title, without its tags, in lower case and without a plural's `s`; names and versions are kept whole.
        paths: the files that distinguish its work, before and after; `product`: those of the product.
        removed, added: the names of test files that it removes and adds.
        moves: the folders that its tests move from and to.
        follows: the pull requests that it says it follows.
        reverts: what it reverts.
    """

    commit: Commit
    title: Title
    plain: str
    words: frozenset[str]
    paths: frozenset[str]
    product: frozenset[str]
    brought: frozenset[str]
    touches_product: bool
    removed: frozenset[str]
    added: frozenset[str]
    moves: frozenset[tuple[str, str]]
    follows: frozenset[int]
    reverts: tuple[Fact, ...]


def links(ordered: Sequence[Entry]) -> Iterator[tuple[int, int, StoryKind]]:
    """Yield the indices of each pair of entries that belong together, with the reason; `ordered` is oldest first."""
    everybodys = _used_by_many(ordered)
    traits = [_traits(entry) for entry in ordered]
    for first, others in enumerate(_partners(traits)):
        for second in sorted(others):
            kind = _link(traits[first], traits[second], everybodys)
            if kind:
                yield first, second, kind


def _traits(entry: Entry) -> _Traits:
    commit, title = entry.commit, read_title(entry.commit.subject)
    paths = {file.path for file in commit.files} | {file.old_path for file in commit.files if file.old_path}
    own = frozenset(path for path in paths if not _PATTERNS.hub.search(path))
    tests = [file for file in commit.files if _is_test(file.path)]
    return _Traits(
        commit,
        title,
        _PATTERNS.number.sub("", commit.subject),
        frozenset(_words_of(title.text)),
        own,
        frozenset(path for path in own if _is_product(path)),
        frozenset(file.path for file in commit.files if file.status == "added"),
        any(_is_product(file.path) for file in commit.files),
        frozenset(basename(file.path) for file in tests if file.status == "removed") - _EVERYWHERE,
        frozenset(basename(file.path) for file in tests if file.status == "added"),
        frozenset(_moved(commit)),
        frozenset(int(found[1]) for found in _PATTERNS.follow_up.finditer(commit.message)),
        tuple(fact for fact in entry.facts if fact.kind is FactKind.REVERTS),
    )


# -- the index


def _partners(traits: Sequence[_Traits]) -> list[set[int]]:
    """Return for each index the later ones with which a rule may match.

    A large day has millions of such pairs, and storing them as pairs would take three times the memory.
    """
    found: list[set[int]] = [set() for _ in traits]
    for first, second in chain(_of_anybody(traits), _of_one_author(traits)):
        found[first].add(second)
    return found


def _of_anybody(traits: Sequence[_Traits]) -> Iterator[tuple[int, int]]:
    """Pairs in which one names the other, or adds the tests that the other removes."""
    offered: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(traits):
        for key in _offers(one):
            offered[key].append(place)
    for place, one in enumerate(traits):
        for key in _wants(one):
            for other in offered.get(key, ())[-_CROWD:]:
                if other != place:
                    yield min(place, other), max(place, other)


def _offers(one: _Traits) -> Iterator[tuple[str, str]]:
    yield "sha", one.commit.sha[:_ABBREVIATED]
    yield "title", _state(one.plain)
    yield "opening", one.plain[:_OPENING]
    if one.commit.pull_request:
        yield "pull request", f"#{one.commit.pull_request}"
    yield from (("test", name) for name in one.added)


def _state(title: str) -> str:
    """What a title leaves applied or reverted, however it is worded: `Revert "…"` and `fix: revert, "…"` are one."""
    changed, in_force = in_force_by(title)
    return changed if in_force else f"not {changed}"


def _wants(one: _Traits) -> Iterator[tuple[str, str]]:
    for fact in one.reverts:
        yield "sha", fact.before[:_ABBREVIATED]
        yield "pull request", fact.detail
        yield ("opening", fact.name[:_OPENING]) if fact.name.endswith("…") else ("title", _state(fact.name))
    yield from (("pull request", f"#{number}") for number in one.follows)
    yield from (("test", name) for name in one.removed)


def _of_one_author(traits: Sequence[_Traits]) -> Iterator[tuple[int, int]]:
    """Pairs by one author at one time that share a series, a file, a test move, or enough words to be alike."""
    often = Counter(word for one in traits for word in one.words)
    sharing: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, one in enumerate(traits):
        author = one.commit.authors[0]
        if one.title.series:
            sharing[author, "series", one.title.series[1]].append(place)
        for kind, keys in (("file", one.paths), ("move", one.moves), ("word", _rare(one.words, often))):
            for key in keys:
                sharing[author, kind, key].append(place)
    for places in sharing.values():
        for at, first in enumerate(places):
            for second in islice(places, at + 1, at + 1 + _CROWD):
                if traits[second].commit.committed_at - traits[first].commit.committed_at > _CLOSE:
                    break
                yield first, second


def _rare(words: frozenset[str], often: Counter[str]) -> list[str]:
    """Return just enough of the rarest words that similar titles share at least one of them.

    The prefix filter of set similarity joins: Chaudhuri et al., A Primitive Operator for Similarity Joins, ICDE 2006.
    """
    rarest = sorted(words, key=lambda word: (often[word], word))
    return rarest[: len(rarest) - math.ceil(_ALIKE * len(rarest)) + 1]


# -- the rules


def _link(first: _Traits, second: _Traits, everybodys: frozenset[str]) -> StoryKind | None:  # noqa: PLR0911 - a rule a line
    """What makes two entries one story; `first` is the older one."""
    if first.commit.only_catches_up or second.commit.only_catches_up:
        return None
    if _reverts(second, first):
        return StoryKind.REVERT
    # A revert that names its target belongs to that; "Roll back to the old cache" names none, and is work like any other.
    if first.reverts or second.reverts:
        return None
    if first.commit.pull_request in second.follows:
        return StoryKind.FOLLOW_UP
    if _moves_tests(first, second):
        return StoryKind.MOVED_TESTS
    if first.commit.authors[0] != second.commit.authors[0]:
        return None
    if second.commit.committed_at - first.commit.committed_at > _CLOSE:
        return None
    if _in_series(first, second):
        return StoryKind.SERIES
    if first.moves & second.moves:
        # A commit that also changes the product is more than a move and must not be hidden among moves.
        return StoryKind.MOVED_TESTS if first.touches_product is second.touches_product else None
    return StoryKind.SAME_WORK if _is_same_work(first, second, everybodys) else None


def _reverts(revert: _Traits, original: _Traits) -> bool:
    number = original.commit.pull_request
    for fact in revert.reverts:
        if fact.before and original.commit.sha.startswith(fact.before):
            return True
        if fact.detail and number and fact.detail == f"#{number}":
            return True
        if _state(fact.name) == _state(original.plain) or (
            fact.name.endswith("…") and original.plain.startswith(fact.name[:-1])
        ):
            return True
    return False


def _in_series(first: _Traits, second: _Traits) -> bool:
    one, two = first.title, second.title
    if not one.series or not two.series or one.series[1] != two.series[1] or one.series[0] == two.series[0]:
        return False
    words = set(_PATTERNS.long_word.findall(one.text.lower())) & set(_PATTERNS.long_word.findall(two.text.lower()))
    return bool(words) or bool(set(one.topics) & set(two.topics)) or _share_files(first, second)


def _is_same_work(first: _Traits, second: _Traits, everybodys: frozenset[str]) -> bool:
    """Whether two commits by one author on one day are one piece of work.

    Sharing files says little: people working on a part of the code change it several times a day for different reasons.
    Both must also be about the same thing, or one must build on files that the other added; or both do the same to different
    files, in nearly the same words.
    """
    if is_bot(first.commit):
        return False  # what a bot commits each morning has nothing in common but the bot
    one, two = first.words, second.words
    if (one & two) - _GENERAL and len(one & two) >= _LEAST_ALIKE and len(one & two) >= _ALIKE * len(one | two):
        return True
    # That both mention the name of their common file says no more than that they change it.
    said = (
        (one & two)
        - _GENERAL
        - everybodys
        - {basename(path).partition(".")[0] for path in first.product & second.product}
    )
    # Nor does one word, if for one of them that file is a small part of what it changes; unless it is a name.
    names = set(_PATTERNS.name.findall(first.title.text)) & set(_PATTERNS.name.findall(second.title.text))
    is_near = len(said) > 1 or (bool(said) and (bool(names) or _is_even(first, second)))
    return _share_files(first, second) and (is_near or bool(first.brought & second.paths))


def _share_files(first: _Traits, second: _Traits) -> bool:
    """Whether they change the same product files; if neither has any, whether they change the same files of any kind."""
    by_product = first.product or second.product
    one, two = (first.product, second.product) if by_product else (first.paths, second.paths)
    return bool(one and two) and len(one & two) >= _SHARED * min(len(one), len(two))


def _is_even(first: _Traits, second: _Traits) -> bool:
    """Whether the files in common are more than a small part of the product files that either changes."""
    most = max(len(first.product), len(second.product))
    return len(first.product & second.product) >= _PART * most


def _moves_tests(first: _Traits, second: _Traits) -> bool:
    """Whether one deletes test files that the other adds under another path."""
    return any(
        gone.removed and len(gone.removed & come.added) >= _LEAST_MOVED * len(gone.removed)
        for gone, come in ((first, second), (second, first))
    )


# -- what is read of a commit


def _words_of(text: str) -> set[str]:
    found = {_PATTERNS.counted.sub("", word.lower()).removesuffix("s") for word in _PATTERNS.word.findall(text)}
    return {word for word in found if len(word) >= _SHORTEST or not word.isascii()}


def _used_by_many(entries: Sequence[Entry]) -> frozenset[str]:
    """The words that many authors use in titles, or that name places where many work."""
    authors: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        said = " ".join([read_title(entry.commit.subject).text, *(file.path for file in entry.commit.files)])
        for word in _words_of(said):
            authors[word].add(entry.commit.author)
    return frozenset(word for word, names in authors.items() if len(names) >= _EVERYBODYS)


def _moved(commit: Commit) -> Iterator[tuple[str, str]]:
    """Yield the folders that its tests move between, two levels deep: people move tests one part at a time."""
    for file in commit.files:
        if file.old_path and _is_test(file.path) and _is_test(file.old_path):
            old, new = _two_levels(file.old_path), _two_levels(file.path)
            if old != new:
                yield old, new


def _two_levels(path: str) -> str:
    return "/".join(dirname(path).split("/")[:2])


def _is_product(path: str) -> bool:
    return kind_of(path) is FileKind.PRODUCTION


def _is_test(path: str) -> bool:
    return kind_of(path) is FileKind.TEST
