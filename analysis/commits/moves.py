"""Blocks that a commit moves unchanged: the same lines are removed in one place and added in another.

Differently indented lines have changed: they may be under a condition now.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.commits.commit import Commit
from analysis.commits.patch import Hunk, Line, hunks

_LEAST = 6
"""Non-empty lines that make a block: fewer may occur in two places by chance."""
_MOST_LINES = 40_000
"""Changed lines of a commit beyond which moves are not searched for."""


@dataclass(frozen=True, slots=True)
class Move:
    """A block in a hunk that is a move: the lines from `start` up to `end` of the hunk, and where they stand on the other side."""

    start: int
    end: int
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class _Changed:
    """A changed line that is not empty, with its place: the file, the hunk, the run of lines that come or go together, and the line."""

    text: str
    path: str
    hunk: int
    run: int
    at: int
    number: int


def moves(commit: Commit) -> Mapping[tuple[str, int], tuple[Move, ...]]:
    """Return what moves, by path and place of the hunk, in the hunk's order: of a block both where it went and where it came."""
    gone, come = _changed(commit, removed=True), _changed(commit, removed=False)
    found: dict[tuple[str, int], list[Move]] = {}
    if len(gone) + len(come) <= _MOST_LINES:
        for old, new in _pairs(gone, come):
            for here, there in ((old, new), (new, old)):
                move = Move(here[0].at, here[-1].at + 1, there[0].path, there[0].number)
                found.setdefault((here[0].path, here[0].hunk), []).append(move)
    return {place: tuple(sorted(some, key=lambda move: move.start)) for place, some in found.items()}


def _changed(commit: Commit, *, removed: bool) -> list[_Changed]:
    return [
        _Changed(line.text.rstrip(), file.path, number, run, at, (line.old if removed else line.new) or 0)
        for file in commit.files
        for number, hunk in enumerate(hunks(file.patch or ""))
        for run, at, line in _runs(hunk, removed=removed)
        if line.text.strip()
    ]


def _runs(hunk: Hunk, *, removed: bool) -> Iterator[tuple[int, int, Line]]:
    """Yield the lines of one side with the number of their run and their place in the hunk."""
    run = 0
    for at, line in enumerate(hunk.lines):
        if line.removed if removed else line.added:
            yield run, at, line
        else:
            run = at + 1


def _pairs(
    gone: Sequence[_Changed], come: Sequence[_Changed]
) -> Iterator[tuple[Sequence[_Changed], Sequence[_Changed]]]:
    """Yield the same blocks on both sides, each line in one of them at most."""
    known: dict[tuple[str, ...], int] = {}
    for at in range(len(gone) - _LEAST, -1, -1):
        known[tuple(line.text for line in gone[at : at + _LEAST])] = at
    taken, at = set[int](), 0
    while at <= len(come) - _LEAST:
        start = known.get(tuple(line.text for line in come[at : at + _LEAST]))
        length = 0
        while (
            start is not None
            and at + length < len(come)
            and start + length < len(gone)
            and start + length not in taken
            and come[at + length].text == gone[start + length].text
            and _place(come[at + length]) == _place(come[at])
            and _place(gone[start + length]) == _place(gone[start])
        ):
            length += 1
        if start is None or length < _LEAST:
            at += 1
            continue
        taken.update(range(start, start + length))
        yield gone[start : start + length], come[at : at + length]
        at += length


def _place(line: _Changed) -> tuple[str, int, int]:
    return line.path, line.hunk, line.run
