"""Days and spans of days, as commands and buttons write them."""

import contextlib
import re
from datetime import date, timedelta

from analysis.commits.window import Window, parse_day
from analysis.errors import BadInput
from analysis.i18n.patterns import Patterns
from analysis.i18n.typography import ENDS, fold
from analysis.questions.dates import bare, days
from analysis.questions.spans import read_days
from bot.commands.mistakes import Mistake
from bot.i18n.words import WORDS

_PATTERNS = Patterns(__file__, "spans", WORDS)

_SPAN = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?")
_AROUND = ENDS + " "
_ANY_DAY = date(2024, 12, 31)  # after every day of a leap year, to tell whether something is a date at all


def read_span(text: str, today: date, zone: str) -> Window:
    """Parse a day, `first..last` as buttons write it, or a named span: `last week`.

    Raises:
        Mistake: it is none of these, or lies in the future.
    """
    if ends := _ends(text):
        return _between([read_span(end, today, zone) for end in ends], zone)
    meant = days(text, today)
    if len(meant) > 1:
        raise Mistake("mistake.day_either", text=text, days=tuple(day.isoformat() for day in meant))
    said, text = text, meant[0].isoformat() if meant else fold(text)
    span = _SPAN.fullmatch(text)
    try:
        first = date.fromisoformat(span[1]) if span and span[2] else parse_day(bare(text), today)
        last = date.fromisoformat(span[2]) if span and span[2] else first
    except (BadInput, ValueError):
        first, last = today, date.min
    if first <= last <= today:
        return Window(first, last, zone)
    named = None if span else named_days(said, today)
    if named:
        return Window(*named, zone)
    key = "mistake.day_coming" if last > today or _is_coming(text, today) else "mistake.day"
    raise Mistake(key, text=fold(said), today=today.isoformat())


def named_days(text: str, today: date) -> tuple[date, date] | None:
    """Return the first and last day if a text names days as a question does, and nothing else; None otherwise."""
    read = read_days(fold(text), today)
    first = None if read.rest.strip(_AROUND) else read.days.first
    return (first, read.days.last or today) if first else None


def say_span(window: Window) -> str:
    """Write a window as `read_span` parses it."""
    first, last = window.first.isoformat(), window.last.isoformat()
    return first if first == last else f"{first}..{last}"


def is_date(text: str) -> bool:
    """Whether a text is a date, a word such as `yesterday`, or a span as buttons write it; not the ambiguous `3/4`."""
    if _SPAN.fullmatch(text):
        return True
    with contextlib.suppress(BadInput):
        parse_day(bare(text), date.max - timedelta(days=1))
        return True
    return False


def is_day(text: str) -> bool:
    """Whether a text is a date in any common notation."""
    return bool(days(text, _ANY_DAY)) or is_date(text)


def is_span(text: str) -> bool:
    """Whether a text is a date, or two joined by a word."""
    return all(map(is_day, _ends(text) or (text,)))


def _ends(text: str) -> tuple[str, str] | None:
    """Return the two days of `2026-03-06 to 2026-03-12`, verbatim; None for a single day."""
    found = _PATTERNS.from_to.fullmatch(fold(text).lower())
    return (found["first"], found["last"]) if found and not _SPAN.fullmatch(text) else None


def _between(windows: list[Window], zone: str) -> Window:
    days_of = sorted(day for window in windows for day in (window.first, window.last))
    return Window(days_of[0], days_of[-1], zone)


def _is_coming(text: str, today: date) -> bool:
    try:
        return bare(text) in WORDS.one_of("words.coming") or parse_day(bare(text), date.max - timedelta(days=1)) > today
    except BadInput:
        return False
