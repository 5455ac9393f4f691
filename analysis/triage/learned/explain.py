"""Why the classifier decided as it did, for people: its evidence in groups, with a sentence for each.

Single pieces of evidence overlap ("touches tests", "test lines", "share of tests"): what readers understand is their
sum. `explain.toml` says which belong together; the catalogue has the sentences for and against each group.
"""

import string
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.triage.learned.evidence import stems
from analysis.triage.reason import Reason

STRONGEST = 3
_SIGNS = "".join(sign for sign in string.punctuation if sign not in "-_")
_TELLS_NOTHING = frozenset({
    "a", "an", "and", "as", "at", "be", "by", "do", "for", "from", "if", "in", "into", "is", "it", "no", "not", "of", "on",
    "or", "per", "so", "that", "the", "this", "to", "use", "using", "via", "when", "with",
})  # fmt: skip
_LEAST = 0.15  # log-odds; less has no visible effect


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "explain.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _groups() -> dict[str, str]:
    return {name: group for group, table in _table().items() for name in table["evidence"]}


def explain(shares: Iterable[tuple[str, float]], title: str) -> list[Reason]:
    """Return the strongest reasons, given what each named piece of evidence added to the log-odds.

    Words are spelt as in the title; evidence outside the groups is not explained.
    """
    sums: dict[tuple[str, str], float] = {}
    groups = _groups()
    for name, share in shares:
        if name.startswith("word "):
            key = ("word", _as_written(name.removeprefix("word ").removeprefix("^"), title))
        else:
            key = (groups.get(name, ""), "")
        if key[0] and key != ("word", "") and key[1].lower() not in _TELLS_NOTHING:
            sums[key] = sums.get(key, 0.0) + share
    strongest = sorted(sums.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:STRONGEST]
    return [
        Reason(f"learned.{group}", detail, round(share, 2))
        for (group, detail), share in strongest
        if abs(share) >= _LEAST
    ]


def _as_written(word: str, title: str) -> str:
    return next((part.strip(_SIGNS) for part in title.split() if word in stems(part)), "")
