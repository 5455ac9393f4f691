"""What is only seen across the files of a commit: code that moved, tests that stood nowhere before, names of its files."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches

from analysis.commit import Commit
from analysis.edits import IMPORT
from analysis.facts.changed import changed_file
from analysis.paths import FileKind

_LEAST_CARRIED, _TELLING = 8, 13
"""Lines of so many letters that code must have in common with what went elsewhere: shorter ones stand everywhere."""
_ALIKE = 0.9
_FILE = re.compile(
    r"(?<![\w/.-])[A-Za-z_][\w-]{2,60}\.(?:py|rs|go|cpp|cu|cuh|cc|h|ts|js|yml|yaml|toml|json|md|rst|sh)\b"
)
_TEST = re.compile(r"^\s*(?:async\s+)?(?:def|fn|func|void|fun)\s+(?P<name>[Tt]est\w+)\s*\(")


@dataclass(frozen=True, slots=True)
class Carried:
    """Code that left one file and stands in another, line for line."""

    count: int
    source: str
    target: str


def carried(commit: Commit) -> tuple[Carried, ...]:
    """Return from where to where code moved, the most lines first."""
    lost: dict[str, Counter[str]] = {}
    won: dict[str, Counter[str]] = {}
    for change in commit.files:
        if not change.patch:
            continue
        for line in change.patch.split("\n"):
            text = line[1:].strip()
            if text and line[:1] in "+-" and line[:3] not in {"+++", "---"} and not IMPORT.match(text):
                side = won if line[0] == "+" else lost
                side.setdefault(change.path, Counter())[text] += 1
    pairs = [
        (gone & come, source, target)
        for source, gone in lost.items()
        for target, come in won.items()
        if source != target
    ]
    moves = [
        Carried(same.total(), source, target)
        for same, source, target in pairs
        if sum(count for text, count in same.items() if len(text) >= _TELLING) >= _LEAST_CARRIED
    ]
    return tuple(sorted(moves, key=lambda move: -move.count))


def new_tests(commit: Commit) -> tuple[str, ...]:
    """Return the names of tests that the commit adds and does not take from elsewhere, in order."""
    added: dict[str, None] = {}
    removed = set()
    for change in commit.files:
        file = changed_file(change)
        if file.kind is not FileKind.TEST or not change.patch:
            continue
        for line in change.patch.split("\n"):
            found = _TEST.match(line[1:])
            if found and line[0] == "+":
                added.setdefault(found["name"])
            elif found and line[0] == "-":
                removed.add(found["name"])
    return tuple(name for name in added if name not in removed)


def with_paths(text: str, commit: Commit) -> str:
    """Return a title with the names of files as the commit has them: who writes one down in haste misspells it."""
    names = {path.rpartition("/")[2] for file in commit.files for path in (file.path, file.old_path or file.path)}

    def named(found: re.Match[str]) -> str:
        name = found[0]
        close = [] if name in names else get_close_matches(name, names, 1, _ALIKE)
        return close[0] if close else name

    return _FILE.sub(named, text)
