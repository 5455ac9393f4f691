"""Hunks of a patch, line by line, with the numbers that lines have on both sides.

`unidiff` would do, but it raises on a hunk that was cut off, and cut patches are what GitHub's limits and filter
programs hand us; a count in a header is therefore not believed further than the text goes.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

_HEADER = re.compile(r"^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a hunk, without its mark.

    Attributes:
        old, new: its number before and after; None on the side that lacks it.
    """

    text: str
    old: int | None
    new: int | None

    @property
    def added(self) -> bool:
        """Whether it exists only after the change."""
        return self.old is None

    @property
    def removed(self) -> bool:
        """Whether it exists only before the change."""
        return self.new is None


@dataclass(frozen=True, slots=True)
class Side:
    """What a hunk shows of a file before or after the change, as one text.

    Attributes:
        starts, numbers, marks: for each line, its offset in the text, its number in the file, and whether the other side lacks it.
        changed: the numbers of those that the other side lacks.
    """

    text: str
    starts: tuple[int, ...]
    numbers: tuple[int, ...]
    marks: tuple[bool, ...]
    changed: frozenset[int]

    def line_at(self, offset: int) -> int:
        """The line number, in the file, of the text's `offset`."""
        return self.numbers[bisect_right(self.starts, offset) - 1]

    def is_changed(self, start: int, end: int) -> bool:
        """Whether any line that the text's characters `start` to `end` touch is not on the other side."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, max(start, end - 1)) - 1
        return any(self.marks[first : last + 1])


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk; `heading` is what git shows behind the second `@@`, usually the enclosing definition."""

    heading: str
    lines: tuple[Line, ...]

    def before(self) -> Side:
        """The file's lines before the change that the hunk shows."""
        return _side([(line.text, line.old, line.removed) for line in self.lines if line.old is not None])

    def after(self) -> Side:
        """The file's lines after the change that the hunk shows."""
        return _side([(line.text, line.new, line.added) for line in self.lines if line.new is not None])


def _side(lines: list[tuple[str, int | None, bool]]) -> Side:
    starts, numbers, offset = [], [], 0
    for text, number, _ in lines:
        assert number is not None
        starts.append(offset)
        numbers.append(number)
        offset += len(text) + 1
    marks = tuple([is_changed for _, _, is_changed in lines])
    changed = frozenset(compress(numbers, marks))
    return Side("\n".join([text for text, _, _ in lines]), tuple(starts), tuple(numbers), marks, changed)


def hunks(patch: str) -> Iterator[Hunk]:
    """Read the hunks of `patch`, which begins with `@@`; what stands before the first header is passed over."""
    heading: str | None = None
    lines: list[Line] = []
    old = new = old_end = new_end = 0
    raws = patch.split("\n")
    for index, raw in enumerate(raws):
        header = _HEADER.match(raw) if raw.startswith("@@") else None
        if header:
            if heading is not None:
                yield Hunk(heading, tuple(lines))
            old, new, heading, lines = int(header[1]), int(header[3]), header[5], []
            old_end, new_end = old + int(header[2] or 1), new + int(header[4] or 1)
            continue
        if heading is None:
            continue
        mark, text = raw[:1], raw[1:]
        if mark == "+":
            lines.append(Line(text, None, new))
            new += 1
        elif mark == "-":
            lines.append(Line(text, old, None))
            old += 1
        elif mark == " " or (not raw and old < old_end and new < new_end and index < len(raws) - 1):
            # A tool that trims lines makes an empty string of an empty line; else that is the end of the patch.
            lines.append(Line(text, old, new))
            old, new = old + 1, new + 1
        # A backslash says that the file ends without a newline.
    if heading is not None:
        yield Hunk(heading, tuple(lines))
