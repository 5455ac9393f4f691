"""Spans of days that a question names within its words: `since Monday`, `in the last three days`, `December 2025`, `last week`."""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from analysis.commits.window import parse_day
from analysis.errors import BadInput
from analysis.i18n.patterns import Patterns
from analysis.i18n.words import WORDS
from analysis.questions.dates import days as days_of_date
from analysis.questions.dates import month, number, unit, weekday

_WEEK, _MONTH, _SATURDAY = 7, 30, 5
_DAYS = {"hour": 1 / 24, "day": 1, "week": _WEEK, "month": _MONTH, "year": 365}
_DECEMBER = 12
_PATTERNS = Patterns(__file__, "spans")


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` to `last`, both included; None for no bound on that side."""

    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        return self.first is not None or self.last is not None


@dataclass(frozen=True, slots=True)
class _Named:
    """Days that stand in a text, by where their words begin and end there."""

    start: int
    end: int
    first: date
    last: date


def read_days(text: str, today: date) -> tuple[Days, str]:
    """Return the days that a question is about, and the question without the words that say so."""
    lowered = text.lower()
    named = list(_named(lowered, today))
    if not named:
        return Days(), text
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
    return _joined(found), _without(text, cuts)


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


def _named(text: str, today: date) -> Iterator[_Named]:
    """Yield the days that a text names, from left to right, the longest at each place."""
    found = [
        _Named(match.start(), match.end(), *span)
        for forms, read in _readers()
        for form in forms.values()
        for match in form.finditer(text)
        if (span := read(match, today))
    ]
    end = 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= end:
            yield one
            end = one.end


_Span = tuple[date, date]
_Read = Callable[[re.Match[str], date], _Span | None]


def _one(match: re.Match[str], today: date) -> _Span | None:
    """Read a date; of two that it may be, the later one that is not to come."""
    found = [day for day in days_of_date(match[0].strip(), today) if day <= today]
    return (max(found), max(found)) if found else None


def _named_day(match: re.Match[str], today: date) -> _Span | None:
    """Read a day that has a name; of a weekday, the last one."""
    if found := _one(match, today):
        return found
    try:
        day = parse_day(match["day"], today)
    except BadInput:
        return None
    return day, day


def _back(match: re.Match[str], today: date) -> _Span | None:
    """Read `last week` and `last month` as the calendar's; `the last three days` and `past week` as so many days up to today."""
    parts = match.groupdict()
    named = unit(parts["unit"])
    if parts.get("whole") and not parts["count"]:
        if named == "week":
            return _week_before(today)
        if named == "month":
            first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
            return _month_of(first.year, first.month)
    return _earlier(today, max(round(number(parts["count"] or "1") * _DAYS[named]), 1)), today


def _ago(match: re.Match[str], today: date) -> _Span | None:
    day = _earlier(today, round(number(match["count"]) * _DAYS[unit(match["unit"])]))
    return day, day


def _earlier(today: date, count: int) -> date:
    try:
        return today - timedelta(days=count)
    except OverflowError:
        return date.min


def _week(match: re.Match[str], today: date) -> _Span | None:
    return (today - timedelta(days=today.weekday()), today) if match["this"] else _week_before(today)


def _week_before(today: date) -> _Span:
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(days=_WEEK), monday - timedelta(days=1)


def _weekend(_match: re.Match[str], today: date) -> _Span | None:
    """Read a weekend: the last one that has begun."""
    saturday = today - timedelta(days=(today.weekday() - _SATURDAY) % _WEEK)
    return saturday, min(saturday + timedelta(days=1), today)


def _this_month(match: re.Match[str], today: date) -> _Span | None:
    first = today.replace(day=1)
    parts = match.groupdict()
    if not parts.get("this"):
        first = (first - timedelta(days=1)).replace(day=1)
    return _part(_month_of(first.year, first.month), parts.get("part") or "", today)


def _year(match: re.Match[str], today: date) -> _Span | None:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else today.year - bool(parts.get("last"))
    return (date(year, 1, 1), date(year, 12, 31)) if 0 < year <= today.year else None


def _month(match: re.Match[str], today: date) -> _Span | None:
    """Read a month by its name or its number; without a year it is the last one that has begun."""
    parts = match.groupdict()
    number_of_month = month(parts["month"])
    if not 1 <= number_of_month <= _DECEMBER:
        return None
    year = int(parts["year"]) if parts.get("year") else today.year - (number_of_month > today.month)
    if parts.get("last"):
        year = today.year - 1
    span = _month_of(year, number_of_month)
    return _part(span, parts.get("part") or "", today) if span[0] <= today else None


def _month_of(year: int, of_year: int) -> _Span:
    return date(year, of_year, 1), date(year, of_year, calendar.monthrange(year, of_year)[1])


def _part(span: _Span, part: str, today: date) -> _Span:
    """Return a third of a month, where one is named, up to today."""
    first, last = span
    if named := WORDS.names("spans.thirds").get(part):
        third = int(named)
        first, last = first + timedelta(days=10 * third), last if third == 2 else first + timedelta(days=10 * third + 9)  # noqa: PLR2004 - the last third
    return first, min(last, today) if first <= today else last


def _weekday(match: re.Match[str], today: date) -> _Span | None:
    """Read a weekday: the last one, today included where it says that it is this week's."""
    back = (today.weekday() - weekday(match["day"])) % _WEEK
    if not match["this"]:
        back = back or _WEEK
    day = today - timedelta(days=back)
    return day, day


@lru_cache(maxsize=1)
def _readers() -> tuple[tuple[dict[str, re.Pattern[str]], _Read], ...]:
    """Return what names days, with what reads it; at one place the longest stands."""
    return (
        (_PATTERNS["date_in_digits"], _one),
        (_PATTERNS["date"], _one),
        (_PATTERNS["named_day"], _named_day),
        (_PATTERNS["weekday"], _weekday),
        (_PATTERNS["back"], _back),
        (_PATTERNS["ago"], _ago),
        (_PATTERNS["week"], _week),
        (_PATTERNS["weekend"], _weekend),
        (_PATTERNS["current_month"], _this_month),
        (_PATTERNS["month"], _month),
        (_PATTERNS["month_in_digits"], _month),
        (_PATTERNS["year"], _year),
    )
