"""Words that change what the rest of a question asks for, checked before anything becomes a word to look for.

Whatever no reader has taken (`before` without a day, `how many files`, `the second one` without a list) is told, never dropped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.i18n.patterns import Patterns
from analysis.i18n.words import WORDS
from analysis.questions.signs import filling, signs

Kind = Literal["wish", "hours", "exclusion", "comparison", "amount", "order", "place"]
"""What an operator does: asks for news to come, counts in hours, leaves out, compares, counts, puts in an order, refers to a list."""

_PATTERNS = Patterns(__file__, "operators_of_lists")
KINDS: tuple[Kind, ...] = ("wish", "hours", "exclusion", "comparison", "amount", "order", "place")
_NARRATIVE = 4
"""Things to look for from which on a question tells a story, in which an operator is a word among others."""


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator, as it is written, and where.

    Attributes:
        is_symptom: it only denies the word behind it (`not loading`), which can be looked for without it if that is said.
    """

    kind: Kind
    text: str
    start: int
    end: int
    is_symptom: bool = False


def operators(text: str) -> Iterator[Operator]:
    """Yield the operators of a text, by kind.

    `first`, `last`, `two` and their like are none before a word to look for: `first token` is a name.
    """
    forms = WORDS.patterns("operators")
    for kind in KINDS:
        for found in forms[kind].finditer(text):
            word = found[0].strip()
            is_leading = _leads_a_name(text, found.end())
            if word and not (is_leading and kind in {"order", "place"}):
                yield Operator(kind, word, *found.span(), is_leading and bool(_PATTERNS.denies.fullmatch(word)))


def refused(found: Sequence[Operator], things: int = 0) -> Operator | None:
    """Return the operator for which a question of so many things to look for cannot be answered; None if it can."""
    return None if things >= _NARRATIVE else next((one for one in found if not one.is_symptom), None)


def _leads_a_name(text: str, at: int) -> bool:
    """Whether a word to look for follows directly."""
    following = _PATTERNS.next_word.match(text, at)
    word = following["word"].lower() if following else ""
    return bool(word) and word not in filling() | signs().keys() | WORDS.one_of(
        "operators_of_lists.nouns"
    ) | WORDS.one_of("query.left_of_time")
