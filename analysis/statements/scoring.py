"""How well a sentence says what a change does to people, as a number; hand-set weights, few and general.

A learned order of sentences did no better on labelled days than these.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.i18n.patterns import Patterns
from analysis.statements.candidate import Candidate
from analysis.statements.lexicon import lexicon
from analysis.statements.statement import Source
from analysis.statements.symptoms import found_in

GOOD = 1.7
"""The least score at which a sentence is shown; below it, silence is better."""

_SOURCES = {
    Source.FRAGMENT: 2.5,
    Source.BODY: 0.5,
    Source.PULL_REQUEST: 0.5,
    Source.ISSUE: 0.0,
    Source.PULL_COMMENT: -0.3,
    Source.CODE_COMMENT: 0.3,
}
_SECTIONS = {"effect": 0.5, "how": -0.2, "tests": -1.5, "figures": -0.8, "caveat": -0.8, "skip": -3.0}
_FIRST = 1.2
"""Bonus for the first sentence of its text; the second gets half of it, the third a third."""

_CATEGORIES = {"breaking": 0.5, "security": 0.8, "internal": -4.0}
"""What a fragment's own kind contributes."""

_MARKS = {"trouble": 0.7, "benefit": 0.5, "now": 0.4, "reach": 0.3, "offer": 0.3}
_GRAVE = 0.6
"""A symptom that carries weight by itself: a crash, wrong results, a leak."""
_CONSEQUENCE = 0.7
"""A problem together with its consequence."""
_CLOSE = 1.0
"""At most, for words shared with the title."""
_REPEATS = -1.5
"""It adds nothing to the title."""
_THIN = -0.8
"""It shares most of the title and adds few words, and no problem, reason or benefit."""
_CHORE = -1.2
_UNIT = 0.3
_LINKED, _ADDRESS = -0.4, -1.0
"""It refers to an issue; it contains a URL."""
_LEANS = -0.8
"""It begins with a word that points to the sentence before."""
_STEP = -1.5
"""A step of work without a reason or benefit; two thirds of it if it names something in code."""
_MACHINERY = -0.9
"""It describes the implementation, without a problem or benefit."""
_SUPPOSED = -3.0
"""It describes something that would never have happened to anybody."""
_AS_BEFORE = -3.0
"""It says what did not change, and nothing that did."""
_ANSWERED = -3.0
"""It describes a problem that the next sentence resolves, in a change made for something else: alone it would read as the outcome."""
_ASIDE = -1.0
"""In a change to tests, CI or documentation only: it does not describe a problem with its consequence."""
_FAR, _LEAST_CLOSE, _TEST_CLOSE = -4.0, 0.2, 0.5
"""A comment in the code that shares too little with the title is about something else; tests need even more."""
_IDLE = -0.2
"""A comment that names no harm, reason or benefit."""
_LABEL = -1.5
"""A comment that only spells out a name, or is about tests."""
_SHORT, _LONG, _ENDLESS = -0.7, -0.4, -1.5
_FEW_WORDS, _MANY_WORDS, _TOO_MANY_WORDS = 7, 45, 70
_NEW_WORDS, _MANY_NEW_WORDS, _MOSTLY = 3, 7, 0.4
_NEW_SHARE = 0.4

_PATTERNS = Patterns(__file__)
_STOP_WORDS = "the and for with that this from into are was were has have not its when which then than only also but can all any use used using on in of to by as at is be or an if it we no so do up us our their"
_GENERIC_STEMS = (
    "pr pull request change commit patch add fix update support adapt implement introduc enabl new error issue bug"
)
_GENERIC = frozenset(_GENERIC_STEMS.split(" "))
"""Stems that count for nothing when compared with a title."""
_STOP = frozenset(_STOP_WORDS.split(" "))


@lru_cache(maxsize=4_000)
def stems(text: str) -> frozenset[str]:
    """Return the stems of a text's words, which inflected forms share."""
    words = (word.lower() for word in _PATTERNS.word.findall(_PATTERNS.parting.sub(" ", text)))
    return frozenset(_PATTERNS.ending.sub("", word) for word in words if word not in _STOP)


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores the sentences of one commit.

    Attributes:
        title: the stems of its title.
        is_product: it changes what people run, not only tests, CI or documents.
        is_release: its changelog lists many things, and only the serious ones may represent it.
        is_mending: its title says that it fixes something, so a problem is what it was made for.
    """

    title: frozenset[str]
    is_product: bool = True
    is_release: bool = False
    is_mending: bool = True

    def score(self, candidate: Candidate) -> float:
        """Return how well the sentence describes the effect; GOOD and above is fit to be shown."""
        text, words = candidate.text, lexicon()
        marks = words.marks(text)
        points = _SOURCES.get(candidate.source, 0.0) + _SECTIONS.get(candidate.section, 0.0)
        points += _CATEGORIES.get(candidate.category, 0.0) + _FIRST / (1 + candidate.order)
        points += sum(_MARKS.get(mark, 0.0) for mark in marks)
        if "trouble" in marks:
            points += _CONSEQUENCE if "consequence" in marks else 0.0
            points += _GRAVE if any(code != "error" for code, _ in found_in(text)) else 0.0
        elif "chores" in marks and "now" not in marks:
            points += _CHORE
        points += self._against_title(text, marks)
        points += _UNIT if _PATTERNS.quantity.search(text) else 0.0
        points += _ADDRESS if "://" in text else _LINKED if _PATTERNS.pointer.search(text) else 0.0
        points += _LEANS if words.leaning.match(text) else 0.0
        points += _SUPPOSED if words.supposed.search(text) else 0.0
        points += _AS_BEFORE if "unchanged" in marks and not {"now", "trouble"} & marks else 0.0
        points += _ANSWERED if candidate.is_answered and "trouble" in marks and not self.is_mending else 0.0
        if self.is_release and candidate.source is Source.FRAGMENT:
            points += 0.0 if _is_weighty(candidate, marks) else _ASIDE * 3
        if candidate.source is Source.CODE_COMMENT:
            points += self._of_comment(candidate, marks)
        elif candidate.source is not Source.FRAGMENT:
            points += _of_prose(text, marks)
            points += 0.0 if self.is_product or {"trouble", "consequence"} <= marks else _ASIDE
        return points + _length(text)

    def closeness(self, text: str) -> float:
        """Return the share of the title's words that occur in a sentence."""
        return len(stems(text) & self.title) / len(self.title) if self.title else 0.0

    def _against_title(self, text: str, marks: Collection[str]) -> float:
        words = stems(text)
        new = len(words - self.title - _GENERIC)
        if self.title and (new < _NEW_WORDS or new < _NEW_SHARE * len(words)) and not _PATTERNS.chinese.search(text):
            return _REPEATS
        closeness = self.closeness(text)
        is_thin = closeness >= _MOSTLY and new < _MANY_NEW_WORDS and not _EARNS & set(marks)
        return _CLOSE * closeness + (_THIN if is_thin else 0.0)

    def _of_comment(self, candidate: Candidate, marks: Collection[str]) -> float:
        least = _TEST_CLOSE if kind_of(candidate.path) is FileKind.TEST else _LEAST_CLOSE
        if self.closeness(candidate.text) < least:
            return _FAR
        if lexicon().labels.match(candidate.text) or _PATTERNS.of_tests.search(candidate.text):
            return _LABEL
        if lexicon().steps.match(candidate.text) and "trouble" not in marks:
            return _STEP
        return 0.0 if _EARNS & set(marks) else _IDLE


def _is_weighty(candidate: Candidate, marks: Collection[str]) -> bool:
    is_grave = candidate.category in {"breaking", "security"} or "security" in dict(found_in(candidate.text))
    return is_grave or ("trouble" in marks and not _PATTERNS.taken_back.match(candidate.text))


def _of_prose(text: str, marks: Collection[str]) -> float:
    if lexicon().steps.match(text) and not {"consequence", "benefit", "now"} & set(marks):
        return _STEP * 2 / 3 if "`" in text else _STEP
    return 0.0 if _TELLING & set(marks) else _MACHINERY


_EARNS = {"trouble", "consequence", "benefit"}
"""A harm, a reason, a benefit: what a comment in the code must name to be quoted."""
_TELLING = {"trouble", "now", "benefit", "consequence", "offer"}


def _length(text: str) -> float:
    count = len(text.split()) + len(_PATTERNS.chinese.findall(text)) // 2
    if count < _FEW_WORDS:
        return _SHORT
    return _ENDLESS if count > _TOO_MANY_WORDS else _LONG if count > _MANY_WORDS else 0.0


def repeats(text: str, others: Collection[str], title: Collection[str] = ()) -> bool:
    """Whether a sentence repeats what others, together with the title (as stems), already say."""
    words = stems(text)
    known = frozenset(title).union(*map(stems, others)) if others else frozenset()
    each, together = 0.6, 0.7
    return bool(words) and (
        any(len(words & stems(other)) >= each * len(words) for other in others)
        or len(words & known) >= together * len(words)
    )
