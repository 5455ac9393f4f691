"""Days as people live them: every moment belongs to exactly one day of a zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.commits.window import Window, check_zone, closed_before, parse_day
from analysis.errors import BadInput

unhurried = settings(deadline=None)
"""A slow machine is no failure."""

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
THURSDAY = date(2026, 1, 8)

zones = st.sampled_from(ZONES)
odd_zones = st.sampled_from(
    [
        "America/Havana",
        "Africa/Cairo",
        "Asia/Beirut",
        "Asia/Gaza",
        "America/Asuncion",
        "Pacific/Apia",
        "Australia/Lord_Howe",
    ]
)
days = st.dates(date(1975, 1, 1), date(2037, 12, 30))
moments = st.datetimes(datetime(1975, 1, 2), datetime(2037, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


class TestAWindow:
    @unhurried
    @given(moments, zones | odd_zones)
    def test_every_moment_is_in_exactly_one_day(self, moment: datetime, zone: str) -> None:
        near = [moment.date() + timedelta(days=distance) for distance in range(-2, 3)]
        assert sum(moment in Window.of(day, zone) for day in near) == 1

    @unhurried
    @given(days, zones | odd_zones)
    def test_days_tile_time(self, day: date, zone: str) -> None:
        """A day ends at the moment at which the next one begins."""
        assert Window.of(day, zone).end == Window.of(day + timedelta(days=1), zone).start

    @unhurried
    @given(days, st.integers(0, 30), zones)
    def test_several_days_are_as_long_as_their_days_together(self, first: date, more: int, zone: str) -> None:
        window = Window(first, first + timedelta(days=more), zone)
        each = [Window.of(first + timedelta(days=day), zone).hours for day in range(more + 1)]
        assert window.hours == pytest.approx(sum(each))

    @unhurried
    @given(days, zones | odd_zones)
    def test_begins_with_the_first_moment_of_that_date(self, day: date, zone: str) -> None:
        """A second before it, the zone's calendar shows another date, and at it this one, or a later where it has none such."""
        start = Window.of(day, zone).start
        local = ZoneInfo(zone)
        assert (start - timedelta(seconds=1)).astimezone(local).date() < day <= start.astimezone(local).date()

    def test_is_half_open(self) -> None:
        window = Window.of(THURSDAY, "Asia/Shanghai")
        assert window.start == datetime(2026, 1, 7, 16, tzinfo=UTC)
        assert window.start in window
        assert window.end - timedelta(seconds=1) in window
        assert window.end not in window

    @pytest.mark.parametrize(
        ("zone", "day", "hours"),
        [
            ("Europe/Berlin", date(2026, 3, 29), 23),
            ("Europe/Berlin", date(2026, 10, 25), 25),
            ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
            ("America/Havana", date(2026, 3, 8), 23),  # its clocks go from 24:00 to 01:00: the day has no midnight
            ("America/Havana", date(2026, 11, 1), 25),  # and from 01:00 back to 00:00: midnight comes twice
            ("Africa/Cairo", date(2026, 4, 24), 23),
            ("Pacific/Apia", date(2011, 12, 30), 0),  # Samoa crossed the date line and had no such day
            ("Asia/Shanghai", THURSDAY, 24),
            ("UTC", THURSDAY, 24),
        ],
    )
    def test_days_with_a_clock_change_have_their_own_length(self, zone: str, day: date, hours: float) -> None:
        assert Window.of(day, zone).hours == hours

    def test_a_day_without_midnight_starts_when_it_really_starts(self) -> None:
        start = Window.of(date(2026, 3, 8), "America/Havana").start
        assert start.astimezone(ZoneInfo("America/Havana")).isoformat() == "2026-03-08T01:00:00-04:00"

    def test_says_what_clocks_show_there(self) -> None:
        window = Window.of(THURSDAY, "Asia/Shanghai")
        assert window.local(datetime(2026, 1, 7, 23, 30, tzinfo=UTC)).isoformat() == "2026-01-08T07:30:00+08:00"

    @unhurried
    @given(days, st.integers(1, 40), zones)
    def test_the_days_before_end_where_it_starts(self, day: date, count: int, zone: str) -> None:
        window = Window.of(day, zone)
        before = window.before(count)
        assert before.end == window.start
        assert (before.last - before.first).days + 1 == count

    def test_is_over_when_its_end_has_come(self) -> None:
        """At its very end it is over, a second earlier it is not."""
        yesterday, today = Window.of(THURSDAY - timedelta(days=1), "UTC"), Window.of(THURSDAY, "UTC")
        assert closed_before(today.end, [yesterday, today]) == [yesterday, today]
        assert closed_before(today.end - timedelta(seconds=1), [yesterday, today]) == [yesterday]


class TestZoneNames:
    @pytest.mark.parametrize("name", ["Asia/Shanghai", "UTC", "America/Argentina/Ushuaia", "EST"])
    def test_a_zone_passes(self, name: str) -> None:
        assert check_zone(name) == name

    @pytest.mark.parametrize(
        ("name", "hint"),
        [
            ("shanghai", "Asia/Shanghai"),
            ("New York", "America/New_York"),
            ("europe/berlin", "Europe/Berlin"),
            ("Asia/Shangai", "Asia/Shanghai"),
            ("GMT+8", "did you mean Asia/Shanghai or Asia/Singapore"),
            ("UTC+08:00", "did you mean Asia/Shanghai or Asia/Singapore"),
            ("UTC-8", "did you mean America/Los_Angeles or America/Anchorage"),
            ("CST", "did you mean Asia/Shanghai or America/Chicago"),
            ("CST+8 or so", "Europe/Berlin"),  # nothing is near: an example
        ],
    )
    def test_what_is_no_zone_is_told_with_a_near_name(self, name: str, hint: str) -> None:
        with pytest.raises(BadInput, match=f"no time zone .*{hint}"):
            check_zone(name)

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "localtime",
            "Factory",
            "right/Europe/Berlin",
            "posix/UTC",
            "Europe",
            "../../etc/passwd",
            "UTC\0",
            "a" * 5000,
        ],
    )
    def test_no_other_file_of_the_machine_passes_for_a_zone(self, name: str) -> None:
        """What the machine's zone folder holds besides zones, such as clocks with leap seconds, is refused."""
        with pytest.raises(BadInput):
            check_zone(name)


class TestReadingADay:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("2026-01-07", date(2026, 1, 7)),
            ("2026-1-7", date(2026, 1, 7)),
            (" Today ", THURSDAY),
            ("yesterday", date(2026, 1, 7)),
            ("今天", THURSDAY),
            ("昨天", date(2026, 1, 7)),
            ("前天", date(2026, 1, 6)),
            ("大前天", date(2026, 1, 5)),
            ("wednesday", date(2026, 1, 7)),
            ("Thu", date(2026, 1, 1)),  # today is Thursday: the one before is meant
            ("fri", date(2026, 1, 2)),
            ("星期天", date(2026, 1, 4)),
            ("周五", date(2026, 1, 2)),
        ],
    )
    def test_reads_dates_and_words(self, text: str, day: date) -> None:
        assert parse_day(text, THURSDAY) == day

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("soon", "is not a day"),
            ("", "is not a day"),
            ("08.01.2026", "is not a day"),
            ("2026-02-30", "in the calendar"),
            ("2026-01-09", "is in the future"),
            ("0001-01-01", "before anyone's first commit"),
            ("9999-12-31", "is in the future"),
        ],
    )
    def test_what_is_no_day_is_told(self, text: str, says: str) -> None:
        with pytest.raises(BadInput, match=says):
            parse_day(text, THURSDAY)

    @unhurried
    @given(st.dates(date(1970, 1, 2), date(2037, 1, 1)), zones)
    def test_a_day_that_was_read_has_a_window(self, day: date, zone: str) -> None:
        """No day that passes is too early or too late for the calendar arithmetic in any zone."""
        read = parse_day(day.isoformat(), date(2038, 1, 1))
        assert Window.of(read, zone).start < Window.of(read, zone).end or zone in {
            "Pacific/Apia",
            "Pacific/Kwajalein",
            "Kwajalein",
        }

    @unhurried
    @given(st.text(max_size=40))
    def test_any_text_is_a_day_or_told(self, text: str) -> None:
        try:
            day = parse_day(text, THURSDAY)
        except BadInput:
            return
        assert date(1970, 1, 2) <= day <= THURSDAY
