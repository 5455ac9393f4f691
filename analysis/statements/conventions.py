"""One repository's conventions: lines that recur in most of its descriptions, and where its news fragments live."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_SHARE, _LEAST = 0.15, 3
"""A line belongs to a template if it occurs in this share of descriptions, and in at least this many."""

_CHECKBOX = re.compile(r"^(?:[-*+]\s*)?\[[ xX]?\]\s*")
_LONGEST = 20_000
_KEPT = ("#", "<!--", "-->")


@dataclass(frozen=True, slots=True)
class Conventions:
    """A repository's habits.

    Attributes:
        boilerplate: lines that come with its templates, as `normal` writes them.
        fragment_folders: where its news fragments live, according to its own configuration.
    """

    boilerplate: frozenset[str] = frozenset()
    fragment_folders: tuple[str, ...] = ()

    def without_boilerplate(self, text: str) -> str:
        """Return a description without template lines; headings and comments stay, as they say what is below them."""
        if not self.boilerplate:
            return text
        lines = text.split("\n")
        return "\n".join(
            line for line in lines if line.lstrip().startswith(_KEPT) or normal(line) not in self.boilerplate
        )


def normal(line: str) -> str:
    """Normalise a line so that its copies compare equal, whatever their case, whitespace and ticks."""
    return re.sub(r"\s+", " ", _CHECKBOX.sub("", line.strip())).lower()


def learn_boilerplate(texts: Iterable[str]) -> frozenset[str]:
    """Return the lines, as `normal` writes them, that occur in most of these descriptions."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        lines = {normal(line) for line in text[:_LONGEST].split("\n")} - {""}
        total += bool(lines)
        counts.update(lines)
    least = max(_LEAST, _SHARE * total)
    return frozenset(line for line, count in counts.items() if count >= least)


def fragment_folders(pyproject: str) -> tuple[str, ...]:
    """Return the folder that `[tool.towncrier]` in a pyproject.toml names; empty if it names none or is not valid TOML."""
    try:
        folder = tomllib.loads(pyproject).get("tool", {}).get("towncrier", {}).get("directory", "")
    except (tomllib.TOMLDecodeError, AttributeError, RecursionError):
        return ()
    return (folder.strip("/"),) if isinstance(folder, str) and folder.strip("/") else ()
