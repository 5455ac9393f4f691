"""Which commits answer a question best: BM25 over title and text, plus facts, areas and importance.

BM25 with a weight for each field is Robertson, Zaragoza and Taylor's BM25F (2004): occurrences in the title count for more
before they saturate.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from analysis.commits.title import AROUND, ChangeType
from analysis.entry import Entry
from analysis.facts import FactKind
from analysis.questions.clauses import Clause
from analysis.questions.query import Query
from analysis.questions.words import inflected, is_chinese, stem
from analysis.statements.symptoms import found_in
from analysis.triage.hardware import shown_in

_SATURATION, _BY_LENGTH = 1.2, 0.4
"""BM25's k1 and b."""
_IN_TITLE = 3.0
"""How much more an occurrence in the title counts than one in the text."""
_ALIKE = 0.6
"""The weight of a name for nearly the same thing."""
_AREA, _AREA_WORD = 0.6, 0.3
"""What it is worth to be of an area that is named itself, or by one of its words, and to say neither."""
_DEVICE = 0.7
_MOST_SIGN = 2.6
"""The rarity that a kind of change counts as at most: `fix` says less of a question than what is to be fixed."""
_FIRST_TYPE, _OTHER_TYPE, _FACT, _SYMPTOM = 1.0, 0.6, 0.9, 0.9
_SAID = 0.4
"""What it is worth, as a share of what is asked for, that words say a kind of change which neither type nor facts bear out."""
_RANK = 0.25
"""Bonus for each level of importance."""
_SURROUNDS = 0.75
"""Factor for commits that only touch tests, CI or documentation, unless these were asked for."""
_TOGETHER = 0.6
"""What it adds, as a share of the rarity, that two things stand side by side in the title as in the question."""
_HELD = 0.4
"""The least share of a clause that a commit must contain to count as being about it."""
_PARTLY, _APART = 0.35, 0.7
"""What some of the words of a name are worth, and all of them apart from each other."""
_HALF_LIFE, _RECENT, _NEWEST = 45.0, 0.6, 1.8
"""Days in which what it adds to be recent is halved; and what that is, also where a question asks how something is now."""
_TITLE_OF_MERGE = re.compile(r"\bbackport|\[pr #\d+|cherry[- ]pick", re.IGNORECASE)
_COPY = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commit that may be an answer, with its title and its text in the words of the index."""

    entry: Entry
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """What was found.

    Attributes:
        counts: for each clause, how many commits hold it, as far as was counted; of `total` commits, as far as was counted.
    """

    found: tuple[Candidate, ...]
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A commit as an answer.

    Attributes:
        coverage: which share of what was asked for it holds, by how rare each part is: 0 to 1.
        is_about: it holds something of what the question names, and not only a kind of change.
        held: the clauses it contains some part of.
    """

    entry: Entry
    score: float
    coverage: float
    is_about: bool = True
    held: frozenset[Clause] = frozenset()


def rarity(count: int, total: int) -> float:
    """Return BM25's inverse document frequency."""
    return math.log(1 + (max(total, count) - count + 0.5) / (count + 0.5))


def weights(query: Query, found: Candidates) -> tuple[float, ...]:
    """Return each clause's weight: the rarer, the higher; 0 if no commit matches it."""
    rarities = (rarity(count, found.total) if count else 0.0 for count in found.counts)
    pairs = zip(query.clauses, rarities, strict=True)
    return tuple(min(weight, _MOST_SIGN) if clause.sign else weight for clause, weight in pairs)


def rank(query: Query, found: Candidates, now: datetime) -> list[Hit]:
    """Return the commits by how well they answer a question, the best first."""
    each = weights(query, found)
    whole = sum(each)
    lengths = [len(candidate.text) for candidate in found.found]
    usual = sum(lengths) / len(lengths) if lengths else 1.0
    asked = {kind for clause in query.clauses if clause.sign for kind in clause.sign.types}
    hits = []
    for candidate in found.found:
        length = 1 - _BY_LENGTH + _BY_LENGTH * len(candidate.text) / (usual or 1.0)
        score = held = 0.0
        is_about = False
        factual = _factual(query.clauses, candidate.entry)
        matched = set(factual)
        for clause, weight in zip(query.clauses, each, strict=True):
            if not weight:
                continue
            points, share = _match(clause, candidate, length, clause in factual)
            matched |= {clause} if share >= (0 if clause.sign else _HELD) and share else set()
            score += weight * points
            held += weight * share
            is_about = is_about or (share > 0 and not clause.sign)
        score += sum(
            _together(one, other, candidate.title) * min(a, b) for (one, a), (other, b) in _pairs(query.clauses, each)
        )
        coverage = held / whole if whole else 1.0
        score = (
            score * (0.4 + 0.6 * coverage)
            + _RANK * candidate.entry.triage.importance.rank
            + 0.1 * candidate.entry.triage.score
        )
        age = max((now - candidate.entry.commit.committed_at) / timedelta(days=1), 0.0)
        score += (_NEWEST if query.newest else _RECENT) * 2 ** (-age / _HALF_LIFE)
        score *= _share(candidate.entry, asked)
        hits.append(Hit(candidate.entry, score, coverage, is_about, frozenset(matched)))
    return sorted(hits, key=lambda hit: (hit.score, hit.entry.commit.committed_at), reverse=True)


def _share(entry: Entry, asked: set[ChangeType]) -> float:
    is_around = entry.triage.types[0] in AROUND and entry.triage.types[0] not in asked
    return (_SURROUNDS if is_around else 1.0) * (_COPY if _TITLE_OF_MERGE.search(entry.commit.subject) else 1.0)


def _match(clause: Clause, candidate: Candidate, length: float, is_factual: bool) -> tuple[float, float]:
    """Return a clause's points, 0 to BM25's most, and which share of it the commit holds, 0 to 1."""
    entry = candidate.entry
    best = share = 0.0
    for forms, worth in ((clause.forms, 1.0), (clause.alike, _ALIKE)):
        for form in forms:
            in_title, in_text = _count(form, candidate.title), _count(form, candidate.text)
            weighed = _IN_TITLE * in_title + in_text / length
            best = max(best, worth * weighed * (_SATURATION + 1) / (weighed + _SATURATION))
            share = max(share, worth * min(1.0, max(in_title, in_text)))
    other = 0.0
    if clause.area and clause.area in entry.triage.areas:
        other = _AREA if clause.is_area else _AREA_WORD
    if clause.device and clause.device in shown_in(candidate.text):
        other = max(other, _DEVICE)
    if clause.sign:
        other = max(other, _signed(clause, entry), _FACT if is_factual else 0.0)
        best += other  # that it is a fix is told by its type and by its words
        share *= _SAID
    return max(best, other), max(share, min(other, 1.0))


def _signed(clause: Clause, entry: Entry) -> float:
    sign, types = clause.sign, entry.triage.types
    assert sign is not None
    worth = _FIRST_TYPE if types[0] in sign.types else _OTHER_TYPE if sign.types & set(types) else 0.0
    if sign.symptoms:
        told = " ".join([entry.commit.subject, *(one.text for one in entry.statements[:3])])
        worth = max(worth, _SYMPTOM if sign.symptoms & {code for code, _ in found_in(told)} else 0.0)
    return worth


def _factual(clauses: Sequence[Clause], entry: Entry) -> set[Clause]:
    """Return the clauses that one of a commit's facts answers: of all facts, the one that answers most of them at once."""
    asked = [clause for clause in clauses if clause.sign and clause.sign.facts]
    answered = [{clause for clause in asked if answers(clause, kind)} for kind in {fact.kind for fact in entry.facts}]
    best = max(answered, key=len, default=set())
    return best if len(best) == len(asked) else set()


def answers(clause: Clause, kind: FactKind) -> bool:
    """Whether facts of a kind are what a clause asks for."""
    return clause.sign is not None and kind in clause.sign.facts


def _pairs(clauses: Sequence[Clause], each: Sequence[float]) -> list[tuple[tuple[Clause, float], tuple[Clause, float]]]:
    weighed = [(clause, weight) for clause, weight in zip(clauses, each, strict=True) if weight and not clause.sign]
    return list(pairwise(weighed))


def _together(one: Clause, other: Clause, title: str) -> float:
    """Return whether two things that stand side by side in the question do so in a title."""
    return _TOGETHER if any(_count(f"{a} {b}", title) >= 1 for a in one.forms[:2] for b in other.forms[:2]) else 0.0


def _count(form: str, words: str) -> float:
    """Count occurrences of a form; below 1 if only some words of a longer name occur, or all of them apart."""
    whole, parts = _patterns(form)
    held = sum(start in words and part.search(words) is not None for start, part in parts)
    if held == len(parts):
        found = len(whole.findall(words))
        return found or (_APART if held > 1 else 0.0)
    return _PARTLY * held / len(parts)


@lru_cache(maxsize=2_000)
def _patterns(form: str) -> tuple[re.Pattern[str], tuple[tuple[str, re.Pattern[str]], ...]]:
    """Return how a form is found in the words of the index, and each of its words, with letters without which it is not.

    Between two words of a name stand the parts of the first, where it is written in several letters' cases.
    """
    if is_chinese(form):
        whole = re.compile(rf"(?<!\S){re.escape(form)}")
        return whole, ((form, whole),)
    words = form.split()
    parts = [_part(word) for word in words]
    between = r"(?: \S{1,12}){0,3}? "
    whole = re.compile(rf"(?<!\S){between.join(parts)}")
    starts = (word if inflected(word) else stem(word) for word in words)
    return whole, tuple((start, re.compile(rf"(?<!\S){part}")) for start, part in zip(starts, parts, strict=True))


def _part(word: str) -> str:
    if whole := inflected(word):
        return rf"(?:{'|'.join(map(re.escape, sorted(whole, key=len, reverse=True)))})(?!\S)"
    return rf"{re.escape(stem(word))}\S*"


def held(clauses: Sequence[Clause], each: Sequence[float], words: str) -> float:
    """Return how much of what is asked for stands in the words of a sentence."""
    return sum(
        weight
        * max(
            (
                worth * min(1.0, _count(form, words))
                for forms, worth in ((clause.forms, 1.0), (clause.alike, _ALIKE))
                for form in forms
            ),
            default=0.0,
        )
        for clause, weight in zip(clauses, each, strict=True)
    )
