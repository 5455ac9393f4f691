"""What is usual in one repository: lines that stand in most of its descriptions, and where its news fragments lie."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_SHARE, _LEAST = 0.15, 3
"""A line is a template's if it stands in so large a share of descriptions, and in so many at least."""

_CHECKBOX = re.compile(r"^(?:[-*+]\s*)?\[[ xX]?\]\s*")
_LONGEST = 20_000
_KEPT = ("#", "<!--", "-->")


@dataclass(frozen=True, slots=True)
class Conventions:
    """A repository's habits.

    Attributes:
        boilerplate: lines that come with its templates, as `normal` writes them.
        fragment_folders: where its news fragments lie, as its own configuration says.
    """

    boilerplate: frozenset[str] = frozenset()
    fragment_folders: tuple[str, ...] = ()

    def without_boilerplate(self, text: str) -> str:
        """Return a description without the lines of templates; headings and comments stay, they tell what is below them."""
        if not self.boilerplate:
            return text
        lines = text.split("\n")
        return "\n".join(
            line for line in lines if line.lstrip().startswith(_KEPT) or normal(line) not in self.boilerplate
        )


def normal(line: str) -> str:
    """Return what a line has in common with its copies: not its case, its blanks, its ticks."""
    return re.sub(r"\s+", " ", _CHECKBOX.sub("", line.strip())).lower()


def learn_boilerplate(texts: Iterable[str]) -> frozenset[str]:
    """Return the lines, as `normal` writes them, that stand in most of these descriptions."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        lines = {normal(line) for line in text[:_LONGEST].split("\n")} - {""}
        total += bool(lines)
        counts.update(lines)
    least = max(_LEAST, _SHARE * total)
    return frozenset(line for line, count in counts.items() if count >= least)


def fragment_folders(pyproject: str) -> tuple[str, ...]:
    """Return the folder that `[tool.towncrier]` of a pyproject.toml names; nothing for what names none or is no TOML."""
    try:
        folder = tomllib.loads(pyproject).get("tool", {}).get("towncrier", {}).get("directory", "")
    except (tomllib.TOMLDecodeError, AttributeError, RecursionError):
        return ()
    return (folder.strip("/"),) if isinstance(folder, str) and folder.strip("/") else ()
