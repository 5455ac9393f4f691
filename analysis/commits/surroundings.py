"""A commit's surroundings: the blocks around its hunks, who uses what it changes, and names in the files it touches.

A diff shows three lines around a change. Whether it runs at all is often decided further up (`if is_in_ci():`), and its
callers are elsewhere.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from analysis.commits.blocks import LONGEST, MOST, Opener, around_hunk
from analysis.commits.commit import Commit, FileChange
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.patch import hunks
from analysis.commits.references import Reference

_MOST_NEIGHBOURS = 3
_A_DAY = timedelta(days=1)
_NAME = re.compile(r"--[A-Za-z][\w-]+|[A-Za-z_]\w+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another commit of the same day, and the product's files that both touch."""

    sha: str
    subject: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The surroundings of one commit's changes, in its files as they are after it.

    Attributes:
        blocks: by path and the place of a hunk in its patch, the lines above it that open the blocks it stands in, outermost first.
        names: the identifiers and flags of the files that are touched.
        references: who uses what it changes, as the project is at the end of the day.
        neighbours: what else touched the same files that day, what touched most of them first.
        has_tree: whether names in none of these files can be looked up in the whole project.
    """

    blocks: Mapping[tuple[str, int], tuple[Opener, ...]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    references: tuple[Reference, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    has_tree: bool = False

    def of(self, path: str, at: int) -> tuple[Opener, ...]:
        """Return the openers of a hunk."""
        return self.blocks.get((path, at), ())


NOTHING = Surroundings()


def surroundings(files: Sequence[tuple[FileChange, str]]) -> Surroundings:
    """Read the surroundings of changes in files, each given with its text after the commit."""
    blocks: dict[tuple[str, int], tuple[Opener, ...]] = {}
    names: set[str] = set()
    for file, text in files:
        lines = text.split("\n")
        found = list(hunks(file.patch or ""))
        shown = {line.new for hunk in found for line in hunk.lines}
        for at, hunk in enumerate(found):
            openers = around_hunk(hunk, lines, file.path)
            above = [one for one in openers if one.number not in shown and len(one.text) <= LONGEST]
            if above:
                blocks[file.path, at] = tuple(above[-MOST:])
        names.update(_NAME.findall(text))
    return Surroundings(blocks, frozenset(names))


def neighbours(commit: Commit, others: Sequence[tuple[Commit, frozenset[str]]]) -> tuple[Neighbour, ...]:
    """Return which others, each given with the paths that it touches, touched a commit's product files within a day of it."""
    own = {file.path for file in commit.files if kind_of(file.path) is FileKind.PRODUCTION}
    itself = {commit.sha, *(brought.sha for brought in commit.brought)}
    found = [
        Neighbour(one.sha, one.subject, tuple(sorted(own & paths)))
        for one, paths in others
        if one.sha not in itself and abs(one.committed_at - commit.committed_at) < _A_DAY
    ]
    return tuple(sorted((one for one in found if one.paths), key=lambda one: -len(one.paths))[:_MOST_NEIGHBOURS])
