"""Dates as people write them, in digits or with a month's name, as the days that they may mean."""

import contextlib
import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.commands.pieces import fold

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<word>{'|'.join(_MONTHS)})[a-z]*\.?"
_YEAR = r"(?P<year>\d{4}|\d\d)"
_NTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_SIGN = r"\s*[-/.]\s*"
_FIRST_YEAR = re.compile(
    rf"(?P<year>\d{{4}}){_SIGN}(?P<month>\d{{1,2}}){_SIGN}(?P<day>\d{{1,2}})|(?P<y>\d{{4}})(?P<m>\d\d)(?P<d>\d\d)"
)
_CHINESE = re.compile(r"(?:(?P<year>\d{4}|\d\d)\s*年\s*)?(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?")
_NAMED = re.compile(
    rf"(?:{_NTH}(?:\s+of)?[\s-]+{_MONTH}|{_MONTH.replace('word', 'first')}\s+{_NTH.replace('day', 'second')}),?(?:[\s-]+{_YEAR})?"
)
_LAST_YEAR = re.compile(rf"(?P<one>\d{{1,2}})(?P<sign>{_SIGN})(?P<two>\d{{1,2}}){_SIGN}{_YEAR}")
_CENTURY = 2000
_AGO = re.compile(
    r"(?:(?P<count>\d{1,4})|an?|one)\s*(?P<unit>day|week)s?\s+ago|(?P<number>\d{1,4})\s*(?P<of>天|日|周)[之以]?前"
)
_BEFORE = re.compile(r"(?:the\s+)?day\s+before\s+yesterday")
_OF_LAST_WEEK = re.compile(r"上(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_WEEK = 7


def days(text: str, today: date) -> tuple[date, ...]:
    """Return the days that a date may mean: none if it is no date, two where month and day could be either.

    `5/5/2026`, `2026/5/5`, `2026年5月5日`, `5 May 2026`; without a year it is the last one that is over. Dots part day,
    month and year in that order, as where they are used.
    """
    return tuple(dict.fromkeys(_read(fold(text).lower(), today)))


def _read(text: str, today: date) -> Iterator[date]:
    if found := _FIRST_YEAR.fullmatch(text):
        year, month, day = (found[name] or found[name[0]] for name in ("year", "month", "day"))
        yield from _day(int(year), int(month), int(day))
    elif found := _CHINESE.fullmatch(text):
        yield from _dated(found["year"], int(found["month"]), int(found["day"]), today)
    elif found := _NAMED.fullmatch(text):
        month = _MONTHS.index(found["word"] or found["first"]) + 1
        yield from _dated(found["year"], month, int(found["day"] or found["second"]), today)
    elif found := _AGO.fullmatch(text):
        is_weeks = (found["unit"] or found["of"]) in {"week", "周"}
        with contextlib.suppress(OverflowError):
            yield today - timedelta(days=int(found["count"] or found["number"] or 1) * (_WEEK if is_weeks else 1))
    elif _BEFORE.fullmatch(text):
        yield today - timedelta(days=2)
    elif found := _OF_LAST_WEEK.fullmatch(text):
        number = min("一二三四五六日天".index(found["day"]), _WEEK - 1)
        yield today - timedelta(days=today.weekday() + _WEEK - number)
    elif found := _LAST_YEAR.fullmatch(text):
        one, two = int(found["one"]), int(found["two"])
        if "." not in found["sign"]:
            yield from _dated(found["year"], one, two, today)
        yield from _dated(found["year"], two, one, today)


def _dated(year: str | None, month: int, day: int, today: date) -> Iterator[date]:
    if year:
        yield from _day(int(year) if len(year) > 2 else _CENTURY + int(year), month, day)  # noqa: PLR2004 - 26 for 2026
        return
    found = [one for number in range(today.year, today.year - 5, -1) for one in _day(number, month, day)]
    yield from [one for one in found if one <= today][:1]


def _day(year: int, month: int, day: int) -> Iterator[date]:
    with contextlib.suppress(ValueError):
        yield date(year, month, day)
