"""Questions that continue the previous one: `and on AMD?`, `only the fixes`."""

from collections.abc import Iterator
from dataclasses import replace

from analysis.i18n.patterns import Patterns
from analysis.i18n.words import WORDS
from analysis.questions.clauses import Clause
from analysis.questions.dates import number
from analysis.questions.query import Query
from analysis.questions.spans import Days
from analysis.triage.areas import Areas

_PATTERNS = Patterns(__file__, "follow_up")
_SHORT = 5
"""Words of a short one."""


LAST = -1
"""The place of the last commit of an answer."""


def pointed_at(text: str) -> int | None:
    """Return which of the commits of the last answer a text points at, from 1, or LAST; None for none.

    A place that no answer has, such as `show -1`, is 0.
    """
    for form in _PATTERNS["points"].values():
        if found := form.fullmatch(text):
            named = found["number"].lower()
            digits = _PATTERNS.digits.match(named)
            return max(int(digits[0]), 0) if digits else int(WORDS.names("follow_up.numbers")[named])
    return None


def several_pointed_at(text: str, count: int) -> tuple[int, ...]:
    """Return the places of several commits of a list of `count` that a text points at, from 1: `1-3`, `the last two`; empty for none.

    A place beyond the list is returned as it is.
    """
    for form in _PATTERNS["several"].values():
        if found := form.fullmatch(text):
            parts = found.groupdict()
            if parts.get("all"):
                return tuple(range(1, count + 1))
            if many := parts.get("count"):
                some = int(number(many.lower()))
                return (
                    tuple(range(1, some + 1)) if parts["start"] else tuple(range(max(count - some, 0) + 1, count + 1))
                )
            return tuple(_enumerated(parts["numbers"]))
    return ()


def _enumerated(text: str) -> Iterator[int]:
    """Yield the numbers of `1, 3-5`."""
    before = 0
    for found in _PATTERNS.each_number.finditer(text):
        named = int(found["number"])
        yield from range(before + 1, named) if before and found["to"] and named > before else ()
        yield named
        before = named


def places_within(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield where a question names commits of the last list (`was the first one reverted`): start, end, place from 1, or from its end below 0."""
    found = sorted((match.span(), match) for form in _PATTERNS["within"].values() for match in form.finditer(text))
    beyond = 0
    for (start, end), match in found:
        if start < beyond:
            continue
        parts = match.groupdict()
        named = (parts.get("back") or parts["number"]).lower()
        digits = _PATTERNS.digits.match(named)
        place = int(digits[0]) if digits else int(WORDS.names("follow_up.numbers")[named])
        yield start, end, -place if parts.get("back") else place
        beyond = end


def leans(text: str) -> bool:
    """Whether a question is to be read together with the previous one, if there was one."""
    return bool(
        _PATTERNS.follows.match(text)
        or (_PATTERNS.begins.match(text) and len(text.split()) <= _SHORT)
        or pointed_at(text) is not None
    )


def joined(before: Query, now: Query, areas: Areas) -> Query:
    """Return what a follow-up question asks for: what it names replaces its like in the previous one, the rest stays.

    A place (a device, a platform) takes that of a place, a kind of change that of a kind, a thing that of a thing.
    """
    narrows = bool(_PATTERNS.narrows.match(now.text))
    clauses: list[Clause] = []
    for sort in ("thing", "place", "kind"):
        own = [clause for clause in now.clauses if _sort(clause, areas) == sort]
        earlier = [clause for clause in before.clauses if _sort(clause, areas) == sort]
        clauses += [*earlier, *own] if narrows or not own else own
    return replace(
        now,
        clauses=tuple(dict.fromkeys(clauses)),
        days=now.days or (Days() if now.hours else before.days),
        people=now.people or before.people,
        not_by=now.not_by or (() if now.people else before.not_by),
        without=tuple(dict.fromkeys((*before.without, *now.without))),
        hours=now.hours or (0 if now.days else before.hours),
        least=max(now.least, before.least),
        newest=now.newest or before.newest,
        release=now.release if now.days else before.release,
        repo=now.repo or before.repo,
    )


def _sort(clause: Clause, areas: Areas) -> str:
    if clause.sign:
        return "kind"
    return "place" if clause.device or (clause.area and areas.is_platform(clause.area)) else "thing"
