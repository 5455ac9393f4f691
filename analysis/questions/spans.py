"""Spans of days that a question names within its words, with what stands around them: `since Monday`, `between March 3 and 5`."""

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta

from analysis.i18n.patterns import Patterns
from analysis.questions.dates import in_digits, number
from analysis.questions.named_spans import NoDays, named_spans

_PATTERNS = Patterns(__file__, "spans")


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` to `last`, both included; None for no bound on that side."""

    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        return self.first is not None or self.last is not None


@dataclass(frozen=True, slots=True)
class DaysRead:
    """What was read of days: the days, the text without the words that say so, and what cannot be taken for days, if anything."""

    days: Days
    rest: str
    wrong: NoDays | None = None


@dataclass(frozen=True, slots=True)
class _Named:
    """Days that stand in a text, by where their words begin and end there."""

    start: int
    end: int
    first: date
    last: date


def read_days(text: str, today: date) -> DaysRead:
    """Return the days that a question is about, and the question without the words that say so."""
    text = in_digits(text)
    lowered = text.lower()
    named = list[_Named]()
    for start, end, meant in named_spans(lowered, today):
        if isinstance(meant, NoDays):
            return DaysRead(Days(), text, replace(meant, text=text[start:end].strip()))
        named.append(_Named(start, end, *meant))
    if not named:
        return DaysRead(Days(), text)
    found, cuts, at = list[Days](), list[tuple[int, int]](), 0
    while at < len(named):
        one = named[at]
        following = named[at + 1] if at + 1 < len(named) else None
        if following and _PATTERNS.between.fullmatch(lowered[one.end : following.start]):
            first, last = sorted([(one.first, one.last), (following.first, following.last)])
            before = _PATTERNS.before_two.search(lowered[: one.start])
            after = _PATTERNS.behind_two.match(lowered[following.end :])
            cuts.append((before.start() if before else one.start, following.end + (after.end() if after else 0)))
            found.append(Days(first[0], last[1]))
            at += 2
            continue
        span, cut = _related(lowered, one)
        found.append(span)
        cuts.append(cut)
        at += 1
    return DaysRead(_joined(found), _without(text, cuts))


def read_hours(text: str) -> tuple[int, str]:
    """Return up to how many hours ago a question goes back, 0 if it does not say so in hours; and the question without that."""
    for form in _PATTERNS["hours"].values():
        if found := form.search(text.lower()):
            count = math.ceil(number(found["count"])) if found.groupdict().get("count") else 1
            return max(count, 1), _without(text, [found.span()])
    return 0, text


def _related(text: str, one: _Named) -> tuple[Days, tuple[int, int]]:
    """Return what a date means by the words around it, and from where to where these stand."""
    before, after = text[: one.start], text[one.end :]
    for form, made in (
        (_PATTERNS.since, Days(one.first)),
        (_PATTERNS.after, Days(one.last + timedelta(days=1))),
        (_PATTERNS.until, Days(None, one.last)),
        (_PATTERNS.before, Days(None, one.first - timedelta(days=1))),
    ):
        if found := form.search(before):
            end = one.end
            if following := _PATTERNS.from_then.match(after):
                end += following.end()
            elif form is _PATTERNS.since and not found[0].isascii() and (up_to := _PATTERNS.up_to_then.match(after)):
                end += up_to.end()
            return made, (found.start(), end)
    start = found.start() if (found := _PATTERNS.on.search(before)) else one.start
    if following := _PATTERNS.from_then.match(after):
        return Days(one.first), (start, one.end + following.end())
    if following := _PATTERNS.up_to_then.match(after):
        return Days(None, one.first - timedelta(days=1)), (start, one.end + following.end())
    if following := _PATTERNS.within.match(after):
        return Days(one.first, one.last), (start, one.end + following.end())
    return Days(one.first, one.last), (start, one.end)


def _joined(found: list[Days]) -> Days:
    """Return what several spans have in common; the last one where that is nothing."""
    firsts = [one.first for one in found if one.first]
    lasts = [one.last for one in found if one.last]
    first, last = max(firsts, default=None), min(lasts, default=None)
    return found[-1] if first and last and first > last else Days(first, last)


def _without(text: str, cuts: list[tuple[int, int]]) -> str:
    for start, end in reversed(cuts):
        text = f"{text[:start]} {text[end:]}"
    return text
