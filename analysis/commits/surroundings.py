"""What stands around a commit's changes: the blocks that its hunks stand in, and the names of the files that it touches.

A diff shows three lines around a change. Whether it runs at all often stands further up (`if is_in_ci():`). Blocks are read from
indentation, which every language that is laid out has, and from the preprocessor's conditions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.commits.commit import FileChange
from analysis.commits.patch import Hunk, hunks

_MOST = 6
"""Lines that open the blocks of one hunk, the innermost ones."""
_LONGEST = 160
"""Characters of a line; what is longer opens no block that anybody reads."""
_TAB = 4
_NO_OPENER = (")", "]", "}", "//", "/*", "*", "--", "'''", '"""', "@", "#")
"""How lines begin that open nothing: what closes, comments, decorators, the preprocessor."""
_BRANCH = re.compile(r"\}?\s*(?:else\b|elif\b|except\b|finally\b|catch\b|rescue\b)")
_BRANCHES_OFF = re.compile(r"\}?\s*(?:if|elif|else if|try|for|while|begin|unless)\b")
_C = re.compile(r"\.(?:c|cc|cpp|cxx|cu|cuh|h|hh|hpp|hxx|m|mm|metal|glsl|cl)$")
_CONDITION = re.compile(r"\s*#\s*(?P<word>if|ifdef|ifndef|elif|else|endif)\b")
_NAME = re.compile(r"--[A-Za-z][\w-]+|[A-Za-z_]\w+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Opener:
    """A line that opens a block, with its number after the change."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the changes of one commit, in its files as they are after it.

    Attributes:
        blocks: by path and the place of a hunk in its patch, the lines above it that open the blocks it stands in, outermost first.
        names: the identifiers and flags of the files that are touched.
    """

    blocks: Mapping[tuple[str, int], tuple[Opener, ...]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    def of(self, path: str, at: int) -> tuple[Opener, ...]:
        """Return the openers of a hunk."""
        return self.blocks.get((path, at), ())


NOTHING = Surroundings()


def surroundings(files: Sequence[tuple[FileChange, str]]) -> Surroundings:
    """Read what stands around the changes of files, each given with its text after the commit."""
    blocks: dict[tuple[str, int], tuple[Opener, ...]] = {}
    names: set[str] = set()
    for file, text in files:
        lines = text.split("\n")
        found = list(hunks(file.patch or ""))
        shown = {line.new for hunk in found for line in hunk.lines}
        for at, hunk in enumerate(found):
            openers = [Opener(number, lines[number - 1]) for number in _openers(hunk, lines, file.path)]
            above = [one for one in openers if one.number not in shown and len(one.text) <= _LONGEST]
            if above:
                blocks[file.path, at] = tuple(sorted(above, key=lambda one: one.number)[-_MOST:])
        names.update(_NAME.findall(text))
    return Surroundings(blocks, frozenset(names))


def _openers(hunk: Hunk, lines: Sequence[str], path: str) -> Iterator[int]:
    """Yield the numbers of the lines that open the blocks in which a hunk's first change stands, the innermost first."""
    at = next((n for n, line in enumerate(hunk.lines) if (line.added or line.removed) and line.text.strip()), None)
    if at is None:
        return
    below = next((line.new for line in hunk.lines[at:] if line.new), None)
    above = next((line.new for line in reversed(hunk.lines[:at]) if line.new), 0)
    start = min(below or above + 1, len(lines) + 1)
    yield from _by_indentation(_indent(hunk.lines[at].text), lines, start)
    if _C.search(path):
        yield from _by_preprocessor(lines, start)


def _by_indentation(indent: int, lines: Sequence[str], start: int) -> Iterator[int]:
    wants_first = False  # of an `else`, the `if` tells when it holds
    for number in range(start - 1, 0, -1):
        line = lines[number - 1]
        bare = line.strip()
        if not bare or (bare.startswith(_NO_OPENER) and not _BRANCH.match(bare)):
            continue
        own = _indent(line)
        if own < indent or (wants_first and own == indent and _BRANCHES_OFF.match(bare)):
            yield number
            indent, wants_first = own, bool(_BRANCH.match(bare))
        if indent == 0 and not wants_first:
            return


def _by_preprocessor(lines: Sequence[str], start: int) -> Iterator[int]:
    depth = 0
    for number in range(start - 1, 0, -1):
        found = _CONDITION.match(lines[number - 1])
        if not found:
            continue
        if found["word"] == "endif":
            depth += 1
        elif found["word"].startswith("if"):
            if depth == 0:
                yield number
            depth = max(0, depth - 1)
        elif depth == 0:
            yield number


def _indent(line: str) -> int:
    wide = line.expandtabs(_TAB)
    return len(wide) - len(wide.lstrip())
