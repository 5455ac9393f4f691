"""What questions ask for besides names: kinds of changes, troubles, what of an interface changed; and words that fill them."""

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.commits.title import ChangeType
from analysis.facts import FactKind
from analysis.i18n.language import FOLDER, LANGUAGES

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sign:
    """What a word such as “faster” or “removed” asks for.

    Attributes:
        types, facts, symptoms: what a commit has that is an answer.
        words: by which titles and sentences of commits say it, as beginnings of words.
        is_noun: it names what a commit is about (`tests`), not what happened to something (`reverted`).
    """

    name: str
    types: frozenset[ChangeType]
    facts: frozenset[FactKind]
    symptoms: frozenset[str]
    words: tuple[str, ...]
    is_noun: bool = False


def _sign(name: str, table: dict[str, Any]) -> Sign:
    patterns = table.get("facts", ())
    return Sign(
        name,
        frozenset(ChangeType(kind) for kind in table.get("types", ())),
        frozenset(kind for kind in FactKind if any(fnmatchcase(kind.value, pattern) for pattern in patterns)),
        frozenset(table.get("symptoms", ())),
        tuple(table["words"]),
        table.get("is_noun", False),
    )


@lru_cache(maxsize=1)
def signs() -> dict[str, Sign]:
    """Return the signs by how questions say them, in small letters, in both languages."""
    tables = tomllib.loads((_HERE / "signs.toml").read_text(encoding="utf-8"))
    return {
        word: made
        for name, table in tables.items()
        for made in [_sign(name, table)]
        for said in _said()
        for word in said["signs"][name]
    }


@lru_cache(maxsize=1)
def filling() -> frozenset[str]:
    """Return the words of questions that name nothing to look for, in both languages."""
    return frozenset(word for said in _said() for word in said["filling"])


def _said() -> list[dict[str, Any]]:
    return [tomllib.loads((FOLDER / language / "questions.toml").read_text(encoding="utf-8")) for language in LANGUAGES]
