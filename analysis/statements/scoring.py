"""How well a sentence tells what a change does to people, as a number; hand-set weights, few and general.

A learned order of sentences did no better on labelled days than these (see docs/judgement.md).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from analysis.statements.candidate import Candidate
from analysis.statements.lexicon import lexicon
from analysis.statements.statement import Source
from analysis.symptoms import found_in

GOOD = 1.5
"""The least score at which a sentence is shown; below it, silence is better."""

_SOURCES = {
    Source.FRAGMENT: 2.5,
    Source.BODY: 0.5,
    Source.PULL_REQUEST: 0.5,
    Source.ISSUE: 0.0,
    Source.PULL_COMMENT: -0.3,
    Source.CODE_COMMENT: 0.0,
}
_SECTIONS = {"effect": 0.5, "how": -0.2, "tests": -1.5, "figures": -0.8, "caveat": -0.8, "skip": -3.0}
_FIRST = 0.8
"""What it adds to stand first in its text; the second gets half of it, the third a third."""

_MARKS = {"trouble": 0.7, "benefit": 0.5, "now": 0.4, "reach": 0.3, "offer": 0.3}
_GRAVE = 0.5
"""A symptom that weighs by itself: a crash, wrong results, a leak."""
_CONSEQUENCE = 0.4
"""Trouble with what follows from it."""
_CLOSE = 0.7
"""At most, for words shared with the title."""
_REPEATS = -1.5
"""It says no more than the title."""
_CHORE = -1.2
_UNIT = 0.3
_LINKED = -0.4
_LEANS = -0.3
"""It begins with a word that points to the sentence before."""
_SHORT, _LONG, _ENDLESS = -0.7, -0.4, -1.5
_FEW_WORDS, _MANY_WORDS, _TOO_MANY_WORDS = 7, 45, 70
_NEW_WORDS = 3
_SHORT_WORD = 4  # "uses" is no "us"

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_QUANTITY = re.compile(
    r"\b\d[\d.,]*\s?(?:%|x\b|×|ms\b|s\b|µs\b|us\b|GB\b|MB\b|GiB\b|MiB\b|tok(?:ens)?/s|req/s|times\b)"
)
_LEANING = re.compile(
    r"(?:this|that|these|those)\b(?! (?:pr|pull request|change|commit|patch|fix|adds?|allows?|enables?))|(?:it|they|both|such|hence|but|however|in that case|then|also|otherwise|instead)\b",
    re.IGNORECASE,
)
_POINTER = re.compile(r"https?://|#\d{2,}")
_STOP_WORDS = "the and for with that this from into are was were has have not its when which then than only also but can all any use used using"
_STOP = frozenset(_STOP_WORDS.split(" "))


@lru_cache(maxsize=4_000)
def stems(text: str) -> frozenset[str]:
    """Return what the words of a text have in common with their inflections."""
    words = (word.lower() for word in _WORD.findall(re.sub(r"[_/.-]", " ", text)))
    return frozenset(
        re.sub(r"(?:ing|ed|es|s)$", "", word) if len(word) > _SHORT_WORD else word
        for word in words
        if word not in _STOP
    )


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores the sentences of one commit.

    Attributes:
        title: the stems of its title.
        is_bot: a machine wrote its message.
    """

    title: frozenset[str]
    is_bot: bool = False

    def score(self, candidate: Candidate) -> float:
        """Return how well the sentence tells the effect; GOOD and above is fit to be shown."""
        text = candidate.text
        marks = lexicon().marks(text)
        points = _SOURCES.get(candidate.source, 0.0) + _SECTIONS.get(candidate.section, 0.0)
        points += _FIRST / (1 + candidate.order)
        points += sum(_MARKS.get(mark, 0.0) for mark in marks)
        if "trouble" in marks:
            points += _CONSEQUENCE if "consequence" in marks else 0.0
            points += _GRAVE if any(code != "error" for code, _ in found_in(text)) else 0.0
        elif "chores" in marks and "now" not in marks:
            points += _CHORE
        points += self._against_title(text)
        points += _UNIT if _QUANTITY.search(text) else 0.0
        points += _LEANS if _LEANING.match(text) else 0.0
        points += _LINKED if _POINTER.search(text) else 0.0
        return points + _length(text)

    def _against_title(self, text: str) -> float:
        words = stems(text)
        if not words or not self.title:
            return 0.0
        if len(words - self.title) < _NEW_WORDS and not _CHINESE.search(text):
            return _REPEATS
        return _CLOSE * len(words & self.title) / len(self.title)


def _length(text: str) -> float:
    count = len(text.split()) + len(_CHINESE.findall(text)) // 2
    if count < _FEW_WORDS:
        return _SHORT
    return _ENDLESS if count > _TOO_MANY_WORDS else _LONG if count > _MANY_WORDS else 0.0


def repeats(text: str, others: Collection[str]) -> bool:
    """Whether a sentence says again what others say already."""
    words = stems(text)
    most = 0.6
    return any(
        words and len(words & stems(other)) >= most * min(len(words), len(stems(other)) or 1) for other in others
    )
