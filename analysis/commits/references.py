"""Who else in the project uses what a commit changes: a diff does not show the callers of the function it fixes.

Names are followed by their text alone, so only unambiguous ones are: those made of several words and defined in no file
that the commit does not touch.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.commits.blocks import LONGEST, Opener, around_line
from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.patch import hunks
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_MOST_TRACED = 10
"""Names of a commit that are looked for, those that most of its lines are about."""
_SHORTEST = 5
"""Least length of an unambiguous name, in characters."""
_EVERYWHERE = 30
"""What more lines use tells nothing by three of them."""
_MOST_NAMES, _MOST_USES, _MOST_BLOCKS = 4, 3, 2
"""Names of a commit that are shown, uses of each, and definitions and other blocks around each use."""
_REDEFINED = 3
"""So much a line that defines a name counts, against one of what the name does."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a project's files."""

    path: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Use:
    """A line that uses a name, with the lines that open the blocks around it, outermost first."""

    line: SourceLine
    blocks: tuple[Opener, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """Some of the `count` lines of other code that use a name."""

    name: str
    uses: tuple[Use, ...]
    count: int


def traced(commit: Commit) -> tuple[str, ...]:
    """Return the names changed in the product's files that can be followed, the most changed first."""
    weights: dict[str, int] = {}
    for file in commit.files:
        if kind_of(file.path) is not FileKind.PRODUCTION or file.status == "added":
            continue
        for hunk in hunks(file.patch or ""):
            within = _defined(hunk.heading)
            for line in hunk.lines:
                defined = _defined(line.text)
                within = defined or within
                if line.added or line.removed:
                    name = defined or _constant(line.text)
                    weights[name or within] = weights.get(name or within, 0) + (_REDEFINED if name else 1)
    names = [name for name in sorted(weights, key=lambda name: -weights[name]) if _can_be_followed(name)]
    return tuple(names[:_MOST_TRACED])


def holding(names: Collection[str], lines: Iterable[SourceLine]) -> dict[str, list[SourceLine]]:
    """Return by name the lines of the product's code that hold it."""
    found: dict[str, list[SourceLine]] = {name: [] for name in names}
    for line in lines:
        if kind_of(line.path) is FileKind.PRODUCTION and not _PATTERNS.no_use.match(line.text):
            for name in {*_PATTERNS.word.findall(line.text)} & found.keys():
                found[name].append(line)
    return found


def uses(commit: Commit, holding: Mapping[str, Sequence[SourceLine]]) -> dict[str, list[SourceLine]]:
    """Return which of the lines that hold a commit's names use them outside its diff, those of files that it leaves alone first."""
    shown = {file.path: _texts(file.patch) for file in commit.files}
    touched = {path for file in commit.files for path in (file.path, file.old_path)}
    found = {name: _uses(name, holding[name], touched, shown) for name in traced(commit)}
    return {name: some for name, some in found.items() if 0 < len(some) <= _EVERYWHERE}


def references(found: Mapping[str, Sequence[SourceLine]], texts: Mapping[str, str]) -> tuple[Reference, ...]:
    """Return what uses tell, with the blocks that they stand in; `texts` are the files by path."""
    whole = []
    for name, some in found.items():
        each = [Use(line, _blocks(line, texts[line.path])) for line in chosen(some) if line.path in texts]
        if kept := [one for one in each if not any(_PATTERNS.tests.search(block.text) for block in one.blocks)]:
            whole.append(Reference(name, tuple(kept), len(some)))
    return tuple(whole[:_MOST_NAMES])


def chosen(some: Sequence[SourceLine]) -> list[SourceLine]:
    """Return the uses of a name that stand for all: of one file each, as far as there are files."""
    firsts = list({line.path: line for line in reversed(some)}.values())[::-1]
    return [*firsts, *(line for line in some if line not in firsts)][:_MOST_USES]


def _blocks(line: SourceLine, text: str) -> tuple[Opener, ...]:
    """Return what encloses a line closest: definitions, which tell who uses, and other blocks, which tell when."""
    lines = text.split("\n")
    if line.number > len(lines):
        return ()
    around = [one for one in around_line(line.number, lines, line.path) if len(one.text) <= LONGEST]
    closest = {*[one for one in around if _defined(one.text)][-_MOST_BLOCKS:], *around[-_MOST_BLOCKS:]}
    return tuple(one for one in around if one in closest)


def _uses(
    name: str, lines: Sequence[SourceLine], touched: Collection[str | None], shown: Mapping[str, Collection[str]]
) -> list[SourceLine]:
    """Return the lines that call a name or build upon it, or that read it where it is a constant; none where it may be another's."""
    if any(line.path not in touched and _defines(line.text, name) for line in lines):
        return []
    called, built_upon = _PATTERNS.of("called", name=name), _PATTERNS.of("built_upon", name=name)
    in_string = _PATTERNS.of("in_string", name=name)
    found = [
        line
        for line in lines
        if (name.isupper() or called.search(line.text) or built_upon.search(line.text))
        and not _defines(line.text, name)
        and not in_string.search(line.text)
        and line.text.strip() not in shown.get(line.path, ())
    ]
    return sorted(found, key=lambda line: line.path in touched)


def _texts(patch: str | None) -> set[str]:
    return {line.text.strip() for hunk in hunks(patch or "") for line in hunk.lines}


def _defined(line: str) -> str:
    """Return the name that a line defines, or an empty string."""
    found = next((one for form in _PATTERNS["definition"].values() if (one := form.match(line))), None)
    return found["name"] if found else ""


def _constant(line: str) -> str:
    found = _PATTERNS.constant.match(line)
    return found["name"] if found else ""


def _defines(line: str, name: str) -> bool:
    return name in {_defined(line), _constant(line)}


def _can_be_followed(name: str) -> bool:
    return len(name) >= _SHORTEST and bool(_PATTERNS.compound.search(name)) and not _PATTERNS.no_name.match(name)
