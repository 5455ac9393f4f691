"""The blocks that contain a line of a file, whatever its language.

They are read from indentation, which any formatted code has, and from preprocessor conditions.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.commits.patch import Hunk

MOST = 6
"""Lines that open the blocks around one place, the innermost ones."""
LONGEST = 160
"""Characters of a line; what is longer opens no block that anybody reads."""
_TAB = 4
_NO_OPENER = (")", "]", "}", "//", "/*", "*", "--", "'''", '"""', "@", "#")
"""How lines begin that open nothing: what closes, comments, decorators, the preprocessor."""
_BRANCH = re.compile(r"\}?\s*(?:else\b|elif\b|except\b|finally\b|catch\b|rescue\b)")
_BRANCHES_OFF = re.compile(r"\}?\s*(?:if|elif|else if|try|for|while|begin|unless)\b")
_C = re.compile(r"\.(?:c|cc|cpp|cxx|cu|cuh|h|hh|hpp|hxx|m|mm|metal|glsl|cl)$")
_CONDITION = re.compile(r"\s*#\s*(?P<word>if|ifdef|ifndef|elif|else|endif)\b")


@dataclass(frozen=True, slots=True)
class Opener:
    """A line that opens a block, with its number after the change."""

    number: int
    text: str


def around_hunk(hunk: Hunk, lines: Sequence[str], path: str) -> list[Opener]:
    """Return the lines that open the blocks in which a hunk's first change stands, outermost first; `lines` are its file's after the change."""
    at = next((n for n, line in enumerate(hunk.lines) if (line.added or line.removed) and line.text.strip()), None)
    if at is None:
        return []
    below = next((line.new for line in hunk.lines[at:] if line.new), None)
    above = next((line.new for line in reversed(hunk.lines[:at]) if line.new), 0)
    return _around(hunk.lines[at].text, min(below or above + 1, len(lines) + 1), lines, path)


def around_line(number: int, lines: Sequence[str], path: str) -> list[Opener]:
    """Return the lines that open the blocks around a line of a file, outermost first."""
    return _around(lines[number - 1], number, lines, path)


def _around(text: str, start: int, lines: Sequence[str], path: str) -> list[Opener]:
    numbers = [*_by_indentation(_indent(text), lines, start)]
    numbers += _by_preprocessor(lines, start) if _C.search(path) else []
    return [Opener(number, lines[number - 1]) for number in sorted(numbers)]


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
