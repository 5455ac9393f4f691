"""Named days and spans of days, wherever they occur in a text: each form, and what reads it.

Weeks, months and quarters that are named (`last week`, `this month`) are the calendar's; so many days (`the last 3 days`, `past week`)
are those that end with today.
"""

import calendar
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from analysis.commits.window import parse_day
from analysis.errors import BadInput
from analysis.i18n.patterns import Patterns
from analysis.i18n.words import WORDS
from analysis.questions.dates import days as days_of_date
from analysis.questions.dates import month, number, numeral, unit, weekday, with_part_of_day

_WEEK, _MONTH, _SATURDAY = 7, 30, 5
_DAYS = {"hour": 1 / 24, "day": 1, "week": _WEEK, "month": _MONTH, "year": 365}
_DECEMBER, _QUARTER = 12, 3
_MOST_UNITS = 9_999
"""More days, weeks or years than any history has."""
_PATTERNS = Patterns(__file__, "spans")


@dataclass(frozen=True, slots=True)
class NoDays:
    """Text that looks like a day or span of days but is not a valid one.

    Attributes:
        text: as written.
        why: the calendar has no such day, it may be either of two `days`, or it is in the future.
    """

    text: str
    why: Literal["none", "either", "coming"]
    days: tuple[date, ...] = ()


_Span = tuple[date, date]


def named_spans(text: str, today: date) -> Iterator[tuple[int, int, _Span | NoDays]]:
    """Yield where days are named in a text, in small letters, from left to right, the longest at each place: start, end, what they are."""
    found = [
        (match.start(), with_part_of_day(text, match.end()), span)
        for forms, read in _readers()
        for form in forms.values()
        for match in form.finditer(text)
        if (span := read(match, today))
    ]
    beyond = 0
    for start, end, span in sorted(found, key=lambda one: (one[0], -one[1])):
        if start >= beyond:
            yield start, end, span
            beyond = end


_Read = Callable[[re.Match[str], date], _Span | NoDays | None]
_NONE, _COMING = NoDays("", "none"), NoDays("", "coming")


def _one(match: re.Match[str], today: date) -> _Span | NoDays:
    """Read what can only be a date."""
    return _perhaps(match, today) or _NONE


def _perhaps(match: re.Match[str], today: date) -> _Span | NoDays | None:
    """Read what may be a date."""
    found = days_of_date(match[0].strip(), today)
    if len(found) > 1:
        return NoDays("", "either", found)
    if not found:
        return None
    return (found[0], found[0]) if found[0] <= today else _COMING


def _days_of_month(match: re.Match[str], today: date) -> _Span | NoDays:
    """Read `March 5-7`; without a year it is the last one in which the first of these days is over."""
    parts = match.groupdict()
    named, days = month(parts["month"]), (int(parts["first"]), int(parts["last"]))
    years = [int(parts["year"])] if parts.get("year") else [today.year, today.year - 1]
    try:
        spans = [(date(year, named, days[0]), date(year, named, days[1])) for year in years]
    except ValueError:
        return _NONE
    begun = [span for span in spans if span[0] <= today]
    if not begun:
        return _COMING
    first, last = begun[0]
    return (first, min(last, today)) if first <= last else _NONE


def _named_day(match: re.Match[str], today: date) -> _Span | NoDays | None:
    """Read a day that has a name; of a weekday, the last one."""
    if found := _perhaps(match, today):
        return found
    try:
        day = parse_day(match["day"], today)
    except BadInput:
        return None
    return day, day


def _back(match: re.Match[str], today: date) -> _Span | None:
    """Read `last week` and `last month` as the calendar's; `the last three days` and `past week` as so many days with today.

    So many hours, or `the last day`, may have begun the day before.
    """
    parts = match.groupdict()
    named = unit(parts["unit"])
    if parts.get("whole") and not parts["count"]:
        if named == "week":
            return _week_of(today, -1)
        if named == "month":
            return _months_before(today, 1)
        if named == "year":
            return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)
    count = min(number(parts["count"] or "1"), _MOST_UNITS) * _DAYS[named]
    return _earlier(today, math.ceil(count) if named == "hour" or count <= 1 else round(count) - 1), today


def _ago(match: re.Match[str], today: date) -> _Span | None:
    day = _earlier(today, round(number(match["count"]) * _DAYS[unit(match["unit"])]))
    return day, day


def _earlier(today: date, count: int) -> date:
    try:
        return today - timedelta(days=count)
    except OverflowError:
        return date.min


def _week(match: re.Match[str], today: date) -> _Span:
    return _week_of(today, int(WORDS.names("spans.weeks")[match["week"]]))


def _week_of(today: date, weeks: int) -> _Span:
    """Return a week from Monday to Sunday, up to today."""
    monday = today + timedelta(days=weeks * _WEEK - today.weekday())
    return monday, min(monday + timedelta(days=_WEEK - 1), today)


def _week_of_date(match: re.Match[str], today: date) -> _Span | NoDays | None:
    """Read `the week of March 9`: the calendar's week in which that day is."""
    found = days_of_date(match["day"], today)
    if len(found) != 1:
        return NoDays("", "either", found) if found else _NONE
    monday = found[0] - timedelta(days=found[0].weekday())
    return (monday, min(monday + timedelta(days=_WEEK - 1), today)) if monday <= today else _COMING


def _week_by_number(match: re.Match[str], today: date) -> _Span | NoDays:
    """Read `week 11` as ISO 8601 numbers weeks; without a year it is the last one that has begun."""
    parts = match.groupdict()
    named = _count_of_week(parts["number"])
    years = [int(parts["year"])] if parts.get("year") else [today.year, today.year - 1]
    begun = list[date]()
    for year in years:
        try:
            begun.append(date.fromisocalendar(year, named, 1))
        except ValueError:
            return _NONE
    monday = next((day for day in begun if day <= today), None)
    return (monday, min(monday + timedelta(days=_WEEK - 1), today)) if monday else _COMING


def _count_of_week(text: str) -> int:
    return int(text) if text.isdecimal() else numeral(text)


def _weekend(_match: re.Match[str], today: date) -> _Span | None:
    """Read a weekend: the last one that has begun."""
    saturday = today - timedelta(days=(today.weekday() - _SATURDAY) % _WEEK)
    return saturday, min(saturday + timedelta(days=1), today)


def _this_month(match: re.Match[str], today: date) -> _Span:
    parts = match.groupdict()
    back = WORDS.names("spans.months_before").get(parts.get("which") or "", "0")
    return _part(_months_before(today, int(back)), parts.get("part") or "", today)


def _months_before(today: date, back: int) -> _Span:
    at = today.year * _DECEMBER + today.month - 1 - back
    return _month_of(at // _DECEMBER, at % _DECEMBER + 1)


def _quarter(match: re.Match[str], today: date) -> _Span | NoDays:
    """Read a quarter by its number; without a year it is the last one that has begun. Or this one, or the last one."""
    parts = match.groupdict()
    this = (today.month - 1) // _QUARTER
    if which := parts.get("which"):
        at = today.year * 4 + this - int(WORDS.names("spans.months_before")[which])
    else:
        named = int(number(parts["quarter"])) - 1
        if not 0 <= named < 4:  # noqa: PLR2004 - quarters of a year
            return _NONE
        at = (int(parts["year"]) if parts.get("year") else today.year - (named > this)) * 4 + named
    first = _month_of(at // 4, at % 4 * _QUARTER + 1)[0]
    last = _month_of(first.year, first.month + _QUARTER - 1)[1]
    return (first, min(last, today)) if first <= today else _COMING


def _half(match: re.Match[str], today: date) -> _Span | NoDays:
    """Read a half of a year; without a year it is the last one that has begun."""
    parts = match.groupdict()
    first_month = 1 + 6 * int(WORDS.names("spans.halves")[parts["half"]])
    year = int(parts["year"]) if parts.get("year") else today.year - (first_month > today.month)
    first, last = date(year, first_month, 1), _month_of(year, first_month + 5)[1]
    return (first, min(last, today)) if first <= today else _COMING


def _coming(_match: re.Match[str], _today: date) -> NoDays:
    return _COMING


def _year(match: re.Match[str], today: date) -> _Span | NoDays | None:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else today.year - bool(parts.get("last"))
    if year > today.year:
        return _COMING
    return (date(year, 1, 1), min(date(year, 12, 31), today)) if year > 0 else None


def _month(match: re.Match[str], today: date) -> _Span | NoDays | None:
    """Read a month by its name or its number; without a year it is the last one that has begun."""
    parts = match.groupdict()
    number_of_month = month(parts["month"])
    if not 1 <= number_of_month <= _DECEMBER:
        return _NONE
    year = int(parts["year"]) if parts.get("year") else today.year - (number_of_month > today.month)
    if parts.get("last"):
        year = today.year - 1
    span = _month_of(year, number_of_month)
    return _part(span, parts.get("part") or "", today) if span[0] <= today else _COMING


def _month_of(year: int, of_year: int) -> _Span:
    return date(year, of_year, 1), date(year, of_year, calendar.monthrange(year, of_year)[1])


def _part(span: _Span, part: str, today: date) -> _Span:
    """Return a third of a month, where one is named, up to today."""
    first, last = span
    if named := WORDS.names("spans.thirds").get(part):
        third = int(named)
        first, last = first + timedelta(days=10 * third), last if third == 2 else first + timedelta(days=10 * third + 9)  # noqa: PLR2004 - the last third
    return first, min(last, today) if first <= today else last


def _weekday(match: re.Match[str], today: date) -> _Span | NoDays:
    """Read a weekday: the last one, or this week's where it says so."""
    back = today.weekday() - weekday(match["day"])
    if match["this"] and back < 0:
        return _COMING
    day = today - timedelta(days=back if match["this"] else (back - 1) % _WEEK + 1)
    return day, day


@lru_cache(maxsize=1)
def _readers() -> tuple[tuple[dict[str, re.Pattern[str]], _Read], ...]:
    """Return what names days, with what reads it; at one place the longest stands."""
    return (
        (_PATTERNS["date_in_digits"], _one),
        (_PATTERNS["date_in_dots"], _perhaps),
        (_PATTERNS["date"], _one),
        (_PATTERNS["date_perhaps"], _perhaps),
        (_PATTERNS["days_of_month"], _days_of_month),
        ({"words": _words("dates.days_from_today")}, _one),
        (_PATTERNS["named_day"], _named_day),
        (_PATTERNS["weekday"], _weekday),
        (_PATTERNS["back"], _back),
        (_PATTERNS["ago"], _ago),
        (_PATTERNS["week"], _week),
        (_PATTERNS["week_of_date"], _week_of_date),
        (_PATTERNS["week_by_number"], _week_by_number),
        (_PATTERNS["weekend"], _weekend),
        (_PATTERNS["current_month"], _this_month),
        (_PATTERNS["quarter"], _quarter),
        (_PATTERNS["half"], _half),
        (_PATTERNS["coming"], _coming),
        (_PATTERNS["month"], _month),
        (_PATTERNS["month_in_digits"], _month),
        (_PATTERNS["year"], _year),
    )


def _words(group: str) -> re.Pattern[str]:
    """Return what finds the words of a group, the longest first."""
    words = sorted(WORDS.names(group), key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in words))
