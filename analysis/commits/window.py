"""Which commits belong to a day: local calendar days in an IANA zone, half-open, by committer time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from analysis.errors import BadInput
from analysis.i18n.words import WORDS

_OLDEST_DAY = date(1970, 1, 2)
"""Git counts from 1970 on, and some zones' first of January began before that."""

_OFFSET = re.compile(r"(?:GMT|UTC)?\s*(?P<sign>[+\u2212-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?", re.IGNORECASE)
_CITIES = (
    "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York", "America/Sao_Paulo", "Europe/London",
    "Europe/Berlin", "Europe/Helsinki", "Europe/Moscow", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka",
    "Asia/Bangkok", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul", "Australia/Sydney",
    "Australia/Adelaide", "Pacific/Auckland", "Pacific/Honolulu", "America/Anchorage", "America/Halifax",
)  # fmt: skip
"""One or two well-known places per offset, to suggest to people who give only the offset."""
_MOST_CITIES = 3

_ISO_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_RELATIVE = ("today", "yesterday", "two_days_ago", "three_days_ago")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Window:
    """The days from `first` to `last` (both included) as people in `zone` live them.

    A day is 24 hours, but for the two days a year when the clocks change: those have 23 and 25 (or 23½ …), and
    start when the zone's first moment with that date comes, midnight or not.
    """

    first: date
    last: date
    zone: str

    @classmethod
    def of(cls, day: date, zone: str) -> "Window":
        """One day."""
        return cls(day, day, zone)

    @property
    def start(self) -> datetime:
        """Its first moment, UTC."""
        return _first_moment(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it, UTC."""
        return _first_moment(self.last + timedelta(days=1), self.zone)

    @property
    def days(self) -> tuple[date, ...]:
        """Each of its days, in order."""
        return tuple(self.first + timedelta(days=count) for count in range((self.last - self.first).days + 1))

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.end - self.start) / timedelta(hours=1)

    def check(self) -> None:
        """Reject a day that did not exist there: a zone that moves across the date line skips one.

        Raises:
            BadInput: no moment has these dates in that zone.
        """
        if self.end <= self.start:
            raise BadInput(
                f"There was no {self.first} in {self.zone}, where the calendar skipped it: ask for the day before or after."
            )

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def local(self, moment: datetime) -> datetime:
        """`moment` in this window's local time."""
        return moment.astimezone(ZoneInfo(self.zone))

    def before(self, days: int) -> "Window":
        """The `days` days that end where this window starts."""
        return Window(self.first - timedelta(days=days), self.first - timedelta(days=1), self.zone)


def _first_moment(day: date, zone: str) -> datetime:
    # Midnight may not exist (Beirut, Havana in spring): fold=0 then counts with the offset from before the gap,
    # which lands past it, on the first moment that does exist. A midnight that comes twice is meant the first time.
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def check_zone(name: str) -> str:
    """Return `name` if it is an IANA time zone; raise BadInput with near names if not."""
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    # `ZoneInfo` itself takes more: the machine's own `localtime`, and zones that count leap seconds (`right/…`).
    zones = available_timezones() - {"localtime", "Factory"}
    if name not in zones:
        wanted = name.strip().lower().replace(" ", "_")
        near = of_clocks(name)
        if not near:
            near = [z for z in zones if z.rpartition("/")[2].lower() == wanted]
            near += get_close_matches(name, zones, n=3, cutoff=0.6)
        hint = f"did you mean {' or '.join(dict.fromkeys(near))}?" if near else "use a name such as Europe/Berlin."
        raise BadInput(f"There is no time zone {name!r}: {hint}")
    return name


def of_clocks(text: str) -> list[str]:
    """Return the zones that a text may mean: `GMT+8`, `UTC+05:30`, `CST`; empty where it names no such thing.

    `Etc/GMT+8` has the opposite sign (POSIX, https://data.iana.org/time-zones/tz-link.html) and is never what is meant.
    """
    offset = _OFFSET.fullmatch(text.strip())
    minutes = int(offset["hours"]) * 60 + int(offset["minutes"] or 0) if offset else 0
    wanted = timedelta(minutes=-minutes if offset and offset["sign"] != "+" else minutes)
    fitting = dict[str, int]()
    for city in _CITIES:
        moments = [datetime(2026, month, 1, tzinfo=ZoneInfo(city)) for month in (1, 7)]
        fitting[city] = sum(
            one.utcoffset() == wanted if offset else one.tzname() == text.strip().upper() for one in moments
        )
    best = sorted((city for city, count in fitting.items() if count), key=lambda city: -fitting[city])
    return best[:_MOST_CITIES]


def parse_day(text: str, today: date) -> date:
    """Read a day: `2026-01-08`, `today`, `yesterday` or a weekday (the last one before today), also in Chinese.

    `today` is the day it is now in the zone that is asked about.

    Raises:
        BadInput: the text names no day, or one that is in the future.
    """
    word = text.strip().lower()
    named = next((name for name, words in WORDS["window"].items() if word in words), "")
    if named in _RELATIVE:
        return today - timedelta(days=_RELATIVE.index(named))
    if named in _WEEKDAYS:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(named) - 1) % 7 + 1)
    if not _ISO_DAY.fullmatch(word):
        raise BadInput(f"{text!r} is not a day: write it as 2026-01-08, or yesterday, today, or a weekday.")
    try:
        day = date(*map(int, word.split("-")))
    except ValueError:
        raise BadInput(f"There is no {text} in the calendar: check the month and the day.") from None
    if day < _OLDEST_DAY:
        raise BadInput(f"{day} is before anyone's first commit: ask for {_OLDEST_DAY} or a later day.")
    if day > today:
        raise BadInput(f"{day} is in the future: today is {today}. Ask for that day or an earlier one.")
    return day


def closed_before(moment: datetime, windows: Iterable[Window]) -> list[Window]:
    """The `windows` that were over at `moment`."""
    return [window for window in windows if window.end <= moment]
