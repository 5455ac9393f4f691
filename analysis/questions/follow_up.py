"""Questions that continue the previous one: `and on AMD?`, `only the fixes`."""

from dataclasses import replace

from analysis.i18n.patterns import Patterns
from analysis.i18n.words import WORDS
from analysis.questions.query import Clause, Query
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
        days=now.days or before.days,
        people=now.people or before.people,
        least=max(now.least, before.least),
        newest=now.newest or before.newest,
        release=now.release if now.days else before.release,
        repo=now.repo or before.repo,
    )


def _sort(clause: Clause, areas: Areas) -> str:
    if clause.sign:
        return "kind"
    return "place" if clause.device or (clause.area and areas.is_platform(clause.area)) else "thing"
