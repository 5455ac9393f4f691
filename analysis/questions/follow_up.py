"""Questions that lean on the one before: `and on AMD?`, `那AMD呢？`, `only the fixes`."""

import re
from dataclasses import replace

from analysis.questions.query import Clause, Query
from analysis.triage.areas import Areas

_FOLLOWS = re.compile(
    r"\W*(?:and|also|but|or|then|so|ok(?:ay)?|what about|how about|same|the same|only|just|instead)\b"
    r"|\W*(?:那么?|还有|以及|另外|换成|只看|只要|再看|如果是|同样|其中)"
    r"|.{1,24}呢[？?]?\W*$",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"\W*(?:on|for|in|with|without|since|before|after|from|by|until|从|自)\b", re.IGNORECASE)
"""How a question begins that may lean on another, where it is short."""
_SHORT = 5
"""Words of a short one."""
_NARROWS = re.compile(r"\W*(?:only|just|but only|with)\b|\W*(?:只看|只要|其中)", re.IGNORECASE)
_NUMBERS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "last": -1,
    "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "最后一": -1,
}  # fmt: skip
_POINTS = re.compile(
    rf"\W*(?:and |ok(?:ay)?,? )?(?:show|tell|open|details? of|what about|what is|how about)?(?: me)?(?: more)?(?: about)? ?the (?P<number>{'|'.join(key for key in _NUMBERS if key.isascii())})"
    r"(?: (?:one|commit|result|hit|answer))?\W*"
    r"|\W*(?:那|看看?|打开|展开|详细说说)?(?:第(?P<chinese>[一二三四五])|(?P<end>最后一))(?:个|条|项)(?:提交)?(?:呢)?\W*",
    re.IGNORECASE,
)


def pointed_at(text: str) -> int:
    """Return which of the commits of the last answer a text points at, from 1, or -1 for the last; 0 for none."""
    found = _POINTS.fullmatch(text)
    if not found:
        return 0
    return _NUMBERS[(found["number"] or found["chinese"] or found["end"]).lower()]


def leans(text: str) -> bool:
    """Whether a question is to be read with the one before it, if there was one."""
    return bool(_FOLLOWS.match(text) or (_BEGINS.match(text) and len(text.split()) <= _SHORT) or pointed_at(text))


def joined(before: Query, now: Query, areas: Areas) -> Query:
    """Return what a question asks for that leans on another: what it names takes the place of its like, the rest stays.

    A place (a device, a platform) takes that of a place, a kind of change that of a kind, a thing that of a thing.
    """
    narrows = bool(_NARROWS.match(now.text))
    clauses: list[Clause] = []
    for sort in ("thing", "place", "kind"):
        own = [clause for clause in now.clauses if _sort(clause, areas) == sort]
        earlier = [clause for clause in before.clauses if _sort(clause, areas) == sort]
        clauses += [*earlier, *own] if narrows or not own else own
    return replace(
        now,
        clauses=tuple(dict.fromkeys(clauses)),
        days=now.days or before.days,
        person=now.person or before.person,
        least=max(now.least, before.least),
        newest=now.newest or before.newest,
        release=now.release if now.days else before.release,
        repo=now.repo or before.repo,
    )


def _sort(clause: Clause, areas: Areas) -> str:
    if clause.sign:
        return "kind"
    return "place" if clause.device or (clause.area and areas.is_platform(clause.area)) else "thing"
