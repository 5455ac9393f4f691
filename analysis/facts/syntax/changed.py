"""A changed file as the extractors see it: kind, language, hunks, both sides; and how two sides are compared."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from itertools import groupby
from typing import TypeVar

from analysis.commits.commit import FileChange
from analysis.commits.file_kinds import FileKind, kind_of, language_of
from analysis.commits.patch import Hunk, Line, Side, hunks
from analysis.facts.syntax.code import blank

_LONGEST_LINE = 1_000
"""A longer line is data or generated; nobody declares anything in it."""


@dataclass(frozen=True, slots=True)
class View:
    """What a hunk shows of a file, before or after the change.

    Attributes:
        code: the text with comments and docstrings blanked out, character for character.
        heading: the line that git shows as the hunk's context.
    """

    side: Side
    code: str
    heading: str

    @property
    def text(self) -> str:
        """The text as is."""
        return self.side.text

    def mention(self, name: str, path: str, at: int, value: str = "", detail: str = "") -> "Mention":
        """What is defined under `name` at the offset `at`."""
        line, changed = self.side.line_at(at), self.side.is_changed(at, at + 1)
        return Mention(name, path, line, value, detail, changed=changed)

    def lines(self) -> Iterator[tuple[int, str, bool]]:
        """Each line: its number in the file, its code, and whether it is not on the other side."""
        return zip(self.side.numbers, self.code.split("\n"), self.side.marks, strict=False)


class ChangedFile:
    """A file in a commit, with its hunks parsed once."""

    def __init__(self, change: FileChange) -> None:
        self.change = change
        self.path = change.path
        self.kind = kind_of(change.path)
        self.language = language_of(change.path)

    @cached_property
    def hunks(self) -> tuple[Hunk, ...]:
        """The hunks of its patch, without carriage returns and overlong lines; none if the patch is missing."""
        patch = self.change.patch or ""
        is_plain = "\r" not in patch and max(map(len, patch.split("\n"))) <= _LONGEST_LINE
        return tuple(hunks(patch)) if is_plain else tuple(map(_plain, hunks(patch)))

    @cached_property
    def is_whole(self) -> bool:
        """Whether its patch shows all lines that changed; GitHub and records may leave some out."""
        seen = sum(line.added or line.removed for hunk in self.hunks for line in hunk.lines)
        return seen >= self.change.additions + self.change.deletions

    @cached_property
    def views(self) -> tuple[tuple[View, View], ...]:
        """What each hunk shows before and after."""
        return tuple(
            (self._view(hunk.before(), hunk.heading), self._view(hunk.after(), hunk.heading)) for hunk in self.hunks
        )

    def _view(self, side: Side, heading: str) -> View:
        return View(side, blank(side.text, self.language, heading), heading)

    @property
    def is_product(self) -> bool:
        """Whether users run or build it: what surrounds the product proves nothing about the product."""
        return self.kind in {FileKind.PRODUCTION, FileKind.BUILD}


@lru_cache(maxsize=64)
def changed_file(change: FileChange) -> ChangedFile:
    """Return a commit's file, its hunks parsed once for facts, evidence and sentences alike."""
    return ChangedFile(change)


def _plain(hunk: Hunk) -> Hunk:
    return Hunk(hunk.heading[:_LONGEST_LINE], tuple(map(_plain_line, hunk.lines)))


def _plain_line(line: Line) -> Line:
    if len(line.text) > _LONGEST_LINE:
        return replace(line, text="")
    return replace(line, text=line.text.replace("\r", "")) if "\r" in line.text else line


@dataclass(frozen=True, slots=True)
class Mention:
    """A definition found on one side of a hunk.

    Attributes:
        changed: its line is not on the other side.
    """

    name: str
    path: str
    line: int
    value: str = ""
    detail: str = ""
    changed: bool = False


M = TypeVar("M", bound=Mention)


def only_in(these: Iterable[M], those: Iterable[Mention]) -> Iterator[M]:
    """Those of `these`, one per name, whose name is not in `those`: moved and reindented ones cancel out."""
    known = {mention.name for mention in those}
    for mention in these:
        if mention.changed and mention.name not in known:
            known.add(mention.name)
            yield mention


def new_values(before: Iterable[Mention], after: Iterable[Mention]) -> Iterator[tuple[Mention, Mention]]:
    """Pairs of the same name in the same file whose value changed.

    If a name occurs several times (two parsers, two overloads), one value must have been replaced by one other in every place:
    pairs that could be matched arbitrarily prove nothing.
    """
    old, new = _by_place(before), _by_place(after)
    for place, mentions in new.items():
        earlier = old.get(place)
        if not earlier:
            continue
        gone = Counter(same_value(mention.value) for mention in earlier)
        gone.subtract(same_value(mention.value) for mention in mentions)
        was = [value for value, count in gone.items() if count > 0]
        now = [value for value, count in gone.items() if count < 0]
        if (
            len(was) == len(now) == 1
            and gone[was[0]] == -gone[now[0]]
            and was[0]
            and now[0]
            and not {was[0], now[0]} <= _NOTHING
        ):
            yield (
                next(mention for mention in earlier if same_value(mention.value) == was[0]),
                next(mention for mention in mentions if same_value(mention.value) == now[0]),
            )


def _by_place(mentions: Iterable[Mention]) -> dict[tuple[str, str], list[Mention]]:
    places: dict[tuple[str, str], list[Mention]] = {}
    for mention in mentions:
        places.setdefault((mention.path, mention.name), []).append(mention)
    return places


def in_one_run(file: ChangedFile, old: int, new: int, most: int) -> bool:
    """Whether an old and a new line are in one run of at most `most` changed lines, so that one replaces the other."""
    for hunk in file.hunks:
        for is_changed, lines in groupby(hunk.lines, key=lambda line: line.added or line.removed):
            run = list(lines) if is_changed else []
            if any(line.old == old for line in run) and any(line.new == new for line in run):
                return len(run) <= most
    return False


_ALIKE, _SHORT_RUN = 0.6, 12


def is_reworded(old: Mention, new: Mention, file: ChangedFile) -> bool:
    """Whether `new` rewords `old` in that file: similar, or written in its place."""
    if old.path != new.path or old.value != new.value:
        return False
    in_place = old.changed and new.changed and in_one_run(file, old.line, new.line, _SHORT_RUN)
    return in_place or alike(old.name, new.name, _ALIKE)


def alike(one: str, other: str, least: float) -> bool:
    """Whether two short texts are similar: at least `least`, on a scale from 0 to 1."""
    matcher = SequenceMatcher(None, one[:200], other[:200])
    return matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and matcher.ratio() >= least


def same_value(value: str) -> str:
    """Normalise a value's spelling: quotes, underscores and zeros are style."""
    if len(value) > 1 and value[0] in "\"'`" and value[-1] == value[0]:
        inner = value[1:-1]  # YAML also writes strings unquoted, unless they look like something else
        return inner if inner == same_value(inner) and inner.lower() not in _WORDS else repr(inner)
    try:
        return repr(float(value.replace("_", "")))
    except ValueError:
        return value


_WORDS = {"", "none", "null", "true", "false", "yes", "no", "on", "off", "~", "nil", "[]", "{}", "()"}
_NOTHING = {"[]", "{}", "()", "None"}
"""Swapping an empty container and None is only a matter of Python style."""
