"""Dates as people write them, in digits, in words or with a month's name, as the days they may mean."""

import contextlib
import re
from collections.abc import Iterator
from datetime import date, timedelta

from analysis.i18n.patterns import Patterns
from analysis.i18n.typography import fold
from analysis.i18n.words import WORDS

_PATTERNS = Patterns(__file__, "dates")
_CENTURY = 2000
_WEEK, _MONTHS_OF_YEAR = 7, 12


def days(text: str, today: date) -> tuple[date, ...]:
    """Return the days that a date may mean: none if it is not a date, two if month and day are ambiguous.

    `5/5/2026`, `2026/5/5`, `5 May 2026`, `three days ago`, `last Tuesday`, and their like in Chinese; without a
    year it is the last one that is over, but where the words say that it is still to come. Dots part day, month and year
    in that order, as where they are used. A part of the day (`yesterday morning`) stands for the whole of it.
    """
    plain = bare(text)
    plain = _PATTERNS.weekday_at_end.sub("", plain) if _PATTERNS.has_number.search(plain) else plain
    plain = _PATTERNS.numerals_of_date.sub(lambda found: str(numeral(found[0])), plain)
    return tuple(dict.fromkeys(_read(_PATTERNS.weekday_in_front.sub("", plain), today)))


def bare(text: str) -> str:
    """Return a date in plain letters without the words around it: `on Tuesday`, `yesterday's`."""
    plain, before = fold(text).lower().replace("’", "'").strip(), ""
    while before != plain:
        before, plain = plain, _PATTERNS.around.sub("", plain).strip()
    return plain


def with_part_of_day(text: str, end: int) -> int:
    """Return where the words of a day end that ended there, with the part of the day that follows: `Monday` and `Monday morning`."""
    found = _PATTERNS.part_of_day.match(text, end)
    return found.end() if found else end


def names_time(word: str) -> bool:
    """Whether a word refers to a time, possibly one that cannot be read here."""
    return bool(_PATTERNS.surely_time.search(fold(word).lower()))


def number(text: str) -> float:
    """Return a number in digits or as a word that some language has for it.

    Raises:
        KeyError: no language has it.
    """
    return float(text if text.isdecimal() else WORDS.names("dates.numbers")[text])


def month(text: str) -> int:
    """Return a month, from 1, in digits or by its name.

    Raises:
        KeyError: no language has such a month.
    """
    return int(text if text.isdecimal() else WORDS.names("dates.months")[text])


def weekday(text: str) -> int:
    """Return a day of the week by its name, as `date.weekday` counts: 0 for Monday.

    Raises:
        KeyError: no language has such a day.
    """
    return int(WORDS.names("dates.weekdays")[text]) - 1


def unit(text: str) -> str:
    """Return a unit of time by its English name: hour, day, week, month or year.

    Raises:
        KeyError: no language has such a unit.
    """
    return WORDS.names("dates.units")[text]


def in_digits(text: str) -> str:
    """Return a text with the Chinese numerals of its dates in digits."""
    return _PATTERNS.numerals_within.sub(lambda found: str(numeral(found[0])), text)


def numeral(text: str) -> int:
    """Read a Chinese numeral below a hundred, or a year by its digits."""
    tens, *ones = _PATTERNS.ten.split(text, maxsplit=1)
    if not ones:
        return int("".join(str(int(number(digit))) for digit in text))
    return _digit(tens, 1) * 10 + _digit(ones[0], 0)


def _digit(text: str, otherwise: int) -> int:
    return int(WORDS.names("dates.numbers").get(text, otherwise))


def _met(forms: dict[str, re.Pattern[str]], text: str) -> re.Match[str] | None:
    """Return how the first form reads a whole text; None where none does."""
    return next((found for form in forms.values() if (found := form.fullmatch(text))), None)


def _read(text: str, today: date) -> Iterator[date]:
    if found := _met(_PATTERNS["year_first"], text) or _met(_PATTERNS["written"], text):
        yield from _dated(found["year"], month(found["month"]), int(found["day"]), today)
    elif found := _PATTERNS.last_year.fullmatch(text):
        one, two = int(found["one"]), int(found["two"])
        if "." not in found["sign"]:
            yield from _dated(found["year"], one, two, today)
        yield from _dated(found["year"], two, one, today)
    elif found := _PATTERNS.no_year.fullmatch(text):
        one, two = int(found["one"]), int(found["two"])
        yield from (*_dated(None, one, two, today), *_dated(None, two, one, today))
    elif found := _PATTERNS.day_before_month.fullmatch(text):
        yield from _dated(None, int(found["month"]), int(found["day"]), today)
    else:
        yield from _relative(text, today)


def _relative(text: str, today: date) -> Iterator[date]:
    """Read what counts from today on."""
    if days_on := WORDS.names("dates.days_from_today").get(text):
        yield today + timedelta(days=int(days_on))
    elif found := _met(_PATTERNS["ago"], text):
        yield from _ago(int(number(found["count"])), unit(found["unit"]), today)
    elif found := _met(_PATTERNS["last_weekday"], text):
        yield today - timedelta(days=(today.weekday() - weekday(found["day"]) - 1) % _WEEK + 1)
    elif found := _met(_PATTERNS["next_weekday"], text):
        yield today + timedelta(days=(weekday(found["day"]) - today.weekday() - 1) % _WEEK + 1)
    elif found := _met(_PATTERNS["weekday_of_week"], text):
        week = found.groupdict().get("week")
        yield _of_week(int(WORDS.names("dates.weeks_from_now")[week]) if week else 0, weekday(found["day"]), today)
    elif found := _met(_PATTERNS["day_of_month"], text):
        yield from _of_month(int(found["day"]), found["month"], today)


def _ago(count: int, of: str, today: date) -> Iterator[date]:
    with contextlib.suppress(OverflowError):
        if of == "month":
            at = today.year * _MONTHS_OF_YEAR + today.month - 1 - count
            yield from [*_day(at // _MONTHS_OF_YEAR, at % _MONTHS_OF_YEAR + 1, today.day)] or _ago(
                count * 30, "day", today
            )
        else:
            yield today - timedelta(days=count * (1 if of == "day" else _WEEK))


def _of_week(weeks: int, day: int, today: date) -> date:
    return today + timedelta(days=weeks * _WEEK + day - today.weekday())


def _of_month(day: int, which: str | None, today: date) -> Iterator[date]:
    """Return that day of this month or of the last one; of neither, the last one that is over."""
    months = (int(WORDS.names("dates.months_back")[which]),) if which else range(_MONTHS_OF_YEAR)
    found = list[date]()
    for back in months:
        at = today.year * _MONTHS_OF_YEAR + today.month - 1 - back
        found += _day(at // _MONTHS_OF_YEAR, at % _MONTHS_OF_YEAR + 1, day)
    yield from [one for one in found if which or one <= today][:1]


def _dated(year: str | None, month_of_year: int, day: int, today: date) -> Iterator[date]:
    if year:
        yield from _day(int(year) if len(year) > 2 else _CENTURY + int(year), month_of_year, day)  # noqa: PLR2004 - 26 for 2026
        return
    years = (today.year, today.year - 1)  # nobody who leaves the year out means an earlier one
    found = [one for each in years for one in _day(each, month_of_year, day)]
    yield from [one for one in found if one <= today][:1]


def _day(year: int, month_of_year: int, day: int) -> Iterator[date]:
    with contextlib.suppress(ValueError):
        yield date(year, month_of_year, day)
