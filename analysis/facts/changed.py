"""A changed file as the extractors look at it: kind, language, hunks, both sides; and how two sides are compared."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from analysis.commit import FileChange
from analysis.patch import Hunk, Side, hunks
from analysis.paths import FileKind, kind_of, language_of

_LITERAL = re.compile(
    r"""[-+]?[\d_.]+(?:e[-+]?\d+)?|"[^"\n]*"|'[^'\n]*'|True|False|None|true|false|null|[\[({][\])}]"""
)


class ChangedFile:
    """A file of a commit, its hunks read once."""

    def __init__(self, change: FileChange) -> None:
        self.change = change
        self.path = change.path
        self.kind = kind_of(change.path)
        self.language = language_of(change.path)

    @cached_property
    def hunks(self) -> tuple[Hunk, ...]:
        """The hunks of its patch; none if the patch is not here."""
        return tuple(hunks(self.change.patch)) if self.change.patch else ()

    @cached_property
    def sides(self) -> tuple[tuple[Hunk, Side, Side], ...]:
        """Each hunk with what it shows before and after."""
        return tuple((hunk, hunk.before(), hunk.after()) for hunk in self.hunks)

    @property
    def is_product(self) -> bool:
        """Whether users run or build it: what surrounds the product proves nothing about the product."""
        return self.kind in {FileKind.PRODUCTION, FileKind.BUILD}


@dataclass(frozen=True, slots=True)
class Mention:
    """A definition found on one side of a hunk."""

    name: str
    path: str
    line: int
    value: str = ""
    detail: str = ""
    changed: bool = False


def only_in(these: Iterable[Mention], those: Iterable[Mention]) -> Iterator[Mention]:
    """Those of `these`, one a name, whose name nothing in `those` has: moved and reindented ones cancel out."""
    known = {mention.name for mention in those}
    for mention in these:
        if mention.changed and mention.name not in known:
            known.add(mention.name)
            yield mention


def literal(text: str) -> str:
    """Return the literal that `text` starts with, or an empty string if it starts with an expression."""
    found = _LITERAL.match(text.strip())
    if not found:
        return ""
    rest = text.strip()[found.end() :].lstrip()
    return found[0] if not rest or rest[0] in ",)#;}\n]" else ""


def call_text(text: str, opening: int, limit: int = 2_000) -> str:
    """Return what stands between the parenthesis at `opening` and its partner, or up to `limit` characters."""
    depth, quote = 0, ""
    for index in range(opening, min(len(text), opening + limit)):
        char = text[index]
        if quote:
            if char == quote and text[index - 1] != "\\":
                quote = ""
        elif char in "\"'":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth == 0:
                return text[opening + 1 : index]
    return text[opening + 1 : opening + limit]


def string_after(key: str, call: str) -> str:
    """Return the string literal given for the keyword `key` in `call`, its pieces joined, on one line."""
    found = re.search(rf"""\b{key}\s*=\s*\(?\s*((?:[rf]?(?:"[^"\n]*"|'[^'\n]*')\s*)+)""", call)
    return joined(found[1]) if found else ""


def joined(literals: str) -> str:
    """Join adjacent string literals, as Python does, into one line of text."""
    pieces = re.findall(r""""([^"\n]*)"|'([^'\n]*)'""", literals)
    return re.sub(r"\s+", " ", "".join(a or b for a, b in pieces)).strip()
