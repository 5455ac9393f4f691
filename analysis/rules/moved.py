"""Code that moved from one file to another, line for line."""

import re
from collections import Counter
from dataclasses import dataclass

from analysis.commits.commit import Commit

_LEAST, _TELLING = 8, 13
"""The number of lines that must match for code to count as moved, and their least length: shorter ones are everywhere."""
_MOST_PAIRS = 2_500
"""Pairs of files beyond which comparing each with each takes longer than it is worth."""
_IMPORT = re.compile(
    r"(?:import\b|from\s+\S+\s+import\b|use\s|#include\b|package\b|using\b|export \{)|[\w.]+ as \w+,?$"
)


@dataclass(frozen=True, slots=True)
class Moved:
    """Lines that went from one file to another."""

    count: int
    source: str
    target: str


def moved(commit: Commit) -> tuple[Moved, ...]:
    """Return where code moved from and to, the most lines first."""
    lost: dict[str, Counter[str]] = {}
    won: dict[str, Counter[str]] = {}
    for change in commit.files:
        for line in (change.patch or "").split("\n"):
            text = line[1:].strip()
            if text and line[:1] in "+-" and line[:3] not in {"+++", "---"} and not _IMPORT.match(text):
                side = won if line[0] == "+" else lost
                side.setdefault(change.path, Counter())[text] += 1
    for path in lost.keys() & won.keys():  # what a file loses and gains has not left it
        stays = lost[path] & won[path]
        lost[path], won[path] = lost[path] - stays, won[path] - stays
    if len(lost) * len(won) > _MOST_PAIRS:
        return ()
    pairs = [
        (gone & come, source, target)
        for source, gone in lost.items()
        for target, come in won.items()
        if source != target
    ]
    found = [
        Moved(same.total(), source, target)
        for same, source, target in pairs
        if sum(count for text, count in same.items() if len(text) >= _TELLING) >= _LEAST
    ]
    return tuple(sorted(found, key=lambda one: -one.count))
