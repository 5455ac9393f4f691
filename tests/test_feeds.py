"""What is due to a channel: the right days, at the right moment, once."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import a_commit, a_digest, an_entry

from analysis.commits.window import Window
from analysis.triage.triage import Importance
from bot.delivery.feeds import (
    DIGEST,
    MONTH,
    MOST_DAYS,
    WEEK,
    coming,
    covered,
    due,
    kind_of,
    narrowed,
    next_post,
    reported,
)
from storage.deliveries import Delivery, Order, State
from storage.feeds import Days, Feed

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def a_feed(**changes: Any) -> Feed:
    fields: dict[str, Any] = {
        "platform": "slack", "workspace": "T1", "channel": "C1", "repository": "o/r", "place": "o/r", "at": time(9),
        "zone": "Europe/Berlin", "since": LONG_AGO,
    }  # fmt: skip
    return Feed(**fields | changes)


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def a_delivery(first: str, last: str = "", state: State = State.POSTED, told: tuple[str, ...] = ()) -> Delivery:
    window = Window(date.fromisoformat(first), date.fromisoformat(last or first), "Europe/Berlin")
    return Delivery(1, Order("feed", "1", first, "slack", "C1", window.end, window, told), "k", state)


def days(feed: Feed, told: str | None, now: datetime) -> tuple[str, str] | None:
    """The first and the last day that are due."""
    found = due(feed, date.fromisoformat(told) if told else None, now)
    return (found.window.first.isoformat(), found.window.last.isoformat()) if found else None


# -- the day and the hour


def test_a_feed_posts_the_day_before_at_its_hour() -> None:
    """Not a minute sooner, in its own zone."""
    assert days(a_feed(), "2026-03-10", at("2026-03-12 08:59")) is None
    assert days(a_feed(), "2026-03-10", at("2026-03-12 09:00")) == ("2026-03-11", "2026-03-11")
    assert days(a_feed(), "2026-03-11", at("2026-03-12 09:00")) is None


def test_it_is_due_since_its_hour_however_late_somebody_asks() -> None:
    """That is how lateness is measured."""
    found = due(a_feed(), date(2026, 3, 10), at("2026-03-12 11:30"))
    assert found
    assert found.at == at("2026-03-12 09:00")


def test_a_new_feed_owes_nothing_from_before_it_was_made() -> None:
    """Made in the afternoon, it posts the next morning for the first time, about that day."""
    feed = a_feed(since=at("2026-03-12 14:00"))
    assert days(feed, None, at("2026-03-12 23:00")) is None
    assert days(feed, None, at("2026-03-13 09:00")) == ("2026-03-12", "2026-03-12")


def test_a_feed_that_was_made_in_its_own_minute_begins_the_next_day() -> None:
    """As it was told to whoever made it."""
    assert days(a_feed(since=at("2026-03-12 09:00")), None, at("2026-03-12 09:00")) is None


def test_a_day_that_a_calendar_left_out_is_no_quiet_day() -> None:
    """In Apia, Friday 2011-12-30 did not exist: nothing is owed of it, and the days around it come on time."""
    feed = a_feed(zone="Pacific/Apia", at=time(9), since=datetime(2011, 12, 27, tzinfo=UTC))
    owed = [due(feed, None, datetime(2011, 12, day, 20, 0, tzinfo=UTC)) for day in (29, 30, 31)]
    assert all(owed)
    told = {day for one in owed if one for day in one.window.days}
    assert date(2011, 12, 29) in told
    last = due(feed, date(2011, 12, 29), datetime(2011, 12, 30, 20, 0, tzinfo=UTC))  # 31 December, 10:00 there
    assert last is None
    assert next_post(feed, datetime(2011, 12, 30, 20, 0, tzinfo=UTC)) == datetime(2011, 12, 31, 19, 0, tzinfo=UTC)


def test_a_paused_feed_owes_nothing() -> None:
    """Also not afterwards: resumed, it begins anew."""
    assert days(a_feed(paused="the channel is gone"), None, at("2026-03-12 10:00")) is None
    assert days(a_feed(since=at("2026-03-20 12:00")), "2026-03-01", at("2026-03-21 09:00")) == (
        "2026-03-20",
        "2026-03-20",
    )


def test_what_was_missed_comes_in_one_post() -> None:
    """After a time of silence a flood helps nobody."""
    assert days(a_feed(), "2026-03-08", at("2026-03-12 10:00")) == ("2026-03-09", "2026-03-11")


def test_a_catch_up_reaches_back_a_week_at_most() -> None:
    """What is older is asked for by whoever wants it."""
    span = days(a_feed(), "2026-01-01", at("2026-03-12 10:00"))
    assert span
    first, last = span
    assert (date.fromisoformat(last) - date.fromisoformat(first)).days == MOST_DAYS - 1


# -- which days


@pytest.mark.parametrize(
    ("rule", "day", "told", "expected"),
    [
        ("daily", "2026-03-14", "2026-03-12", ("2026-03-13", "2026-03-13")),  # Saturday about Friday
        ("daily", "2026-03-16", "2026-03-14", ("2026-03-15", "2026-03-15")),
        ("weekdays", "2026-03-14", "2026-03-12", None),
        ("weekdays", "2026-03-15", "2026-03-12", None),
        ("weekdays", "2026-03-16", "2026-03-12", ("2026-03-13", "2026-03-15")),  # Monday covers the weekend
        ("weekdays", "2026-03-17", "2026-03-15", ("2026-03-16", "2026-03-16")),
        ("workdays", "2026-03-16", "2026-03-12", ("2026-03-13", "2026-03-13")),  # Monday about Friday alone
        ("workdays", "2026-03-17", "2026-03-13", ("2026-03-16", "2026-03-16")),
    ],
)
def test_the_rule_of_days(rule: str, day: str, told: str, expected: tuple[str, str] | None) -> None:
    """Each weekday is about the days that its rule says."""
    assert days(a_feed(days=rule), told, at(f"{day} 09:00")) == expected


@pytest.mark.parametrize(
    ("rule", "day", "told", "expected"),
    [
        ("weekly", "2026-03-16", None, ("2026-03-09", "2026-03-15")),  # Monday about the week before
        ("weekly", "2026-03-16", "2026-03-08", ("2026-03-09", "2026-03-15")),
        ("weekly", "2026-03-16", "2026-03-15", None),
        ("weekly", "2026-03-20", "2026-03-08", ("2026-03-09", "2026-03-15")),  # made up for on Friday
        ("weekly", "2026-03-20", "2026-03-01", ("2026-03-09", "2026-03-15")),  # one look back, not two
        ("monthly", "2026-03-01", None, ("2026-02-01", "2026-02-28")),
        ("monthly", "2026-03-01", "2026-02-28", None),
        ("monthly", "2026-03-31", "2026-01-31", ("2026-02-01", "2026-02-28")),  # the machine was off for a month
        ("monthly", "2026-04-01", "2026-01-31", ("2026-03-01", "2026-03-31")),
        ("monthly", "2024-03-01", "2024-01-31", ("2024-02-01", "2024-02-29")),
        ("monthly", "2027-01-01", "2026-11-30", ("2026-12-01", "2026-12-31")),
    ],
)
def test_a_look_back_is_on_the_whole_week_or_month(
    rule: str, day: str, told: str | None, expected: tuple[str, str] | None
) -> None:
    """Never on a part of it; after a time of silence the last one comes, once."""
    feed = a_feed(days=rule, since=at("2023-01-01 00:00"))
    assert days(feed, told, at(f"{day} 09:00")) == expected


def test_a_new_look_back_waits_for_its_day() -> None:
    """Made in the middle of a week, it comes on Monday, about all of that week."""
    feed = a_feed(days="weekly", since=at("2026-03-11 14:00"))
    assert days(feed, None, at("2026-03-16 08:59")) is None
    assert next_post(feed, at("2026-03-11 14:00")) == at("2026-03-16 09:00")
    assert coming(feed, at("2026-03-11 14:00")).window == Window(date(2026, 3, 9), date(2026, 3, 15), "Europe/Berlin")
    assert days(feed, None, at("2026-03-16 09:00")) == ("2026-03-09", "2026-03-15")


def test_each_kind_of_post_has_a_memory_of_its_own() -> None:
    """So that a feed that is changed from days to weeks tells the week all the same."""
    assert [kind_of(a_feed(days=rule)) for rule in get_args(Days)] == [DIGEST, DIGEST, DIGEST, WEEK, MONTH]


def test_a_laptop_that_slept_over_a_weekend_wakes_up_to_one_post() -> None:
    """Thursday's was the last; on Monday noon one is due, about all days since."""
    assert days(a_feed(), "2026-03-11", at("2026-03-16 12:00")) == ("2026-03-12", "2026-03-15")


# -- clocks that change


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [
        ("Europe/Berlin", time(2, 30), "2026-03-29"),  # skipped: 02:00 → 03:00
        ("Europe/Berlin", time(2, 30), "2026-10-25"),  # twice: 03:00 → 02:00
        ("America/New_York", time(2, 15), "2026-03-08"),
        ("America/New_York", time(1, 15), "2026-11-01"),
        ("Australia/Lord_Howe", time(2, 10), "2026-10-04"),  # half an hour is skipped
    ],
)
def test_on_a_morning_when_the_clocks_change_it_posts_exactly_once(zone: str, hour: time, day: str) -> None:
    """Neither the hour that does not exist nor the one that comes twice loses or doubles a day."""
    feed = a_feed(zone=zone, at=hour)
    told, posts = date.fromisoformat(day) - timedelta(days=2), []
    moment = at(f"{day} 00:00", zone) - timedelta(hours=1)
    while moment < at(f"{day} 00:00", zone) + timedelta(hours=24):
        found = due(feed, told, moment)
        if found:
            posts.append(found.window.last.isoformat())
            told = found.window.last
        moment += timedelta(minutes=1)
    assert posts == [(date.fromisoformat(day) - timedelta(days=1)).isoformat()]


MOMENTS = st.integers(0, 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ZONES = st.sampled_from(["Europe/Berlin", "Asia/Shanghai", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia", "UTC"])


@given(
    zone=ZONES,
    rule=st.sampled_from(["daily", "weekdays", "workdays"]),
    hour=st.times(),
    now=MOMENTS,
    naps=st.lists(st.integers(1, 60 * 24 * 3), min_size=5, max_size=40),
)
def test_however_often_it_is_asked_every_day_is_told_once(
    zone: str, rule: str, hour: time, now: datetime, naps: list[int]
) -> None:
    """Days follow each other without a gap that the rule does not want, and none comes twice."""
    feed = a_feed(zone=zone, at=hour.replace(second=0, microsecond=0, tzinfo=None), days=rule, since=now)
    told, windows = None, []
    for minutes in naps:
        now += timedelta(minutes=minutes)
        found = due(feed, told, now)
        if found:
            assert found.window.end <= now
            windows.append(found.window)
            told = found.window.last
            assert due(feed, told, now) is None
    for before, after in itertools.pairwise(windows):
        gap = {before.last + timedelta(days=n) for n in range(1, (after.first - before.last).days)}
        assert after.first > before.last
        assert {day.weekday() for day in gap} <= ({5, 6} if rule == "workdays" else set())


@given(
    zone=ZONES,
    rule=st.sampled_from(["weekly", "monthly"]),
    hour=st.times(),
    now=MOMENTS,
    naps=st.lists(st.integers(1, 60 * 24 * 12), min_size=5, max_size=40),
)
def test_however_often_it_is_asked_every_week_and_month_is_told_at_most_once(
    zone: str, rule: str, hour: time, now: datetime, naps: list[int]
) -> None:
    """Whole ones, over when they are told, and every one of which somebody was awake before the next."""
    feed = a_feed(zone=zone, at=hour.replace(second=0, microsecond=0, tzinfo=None), days=rule, since=now)
    told = None
    for minutes in naps:
        now += timedelta(minutes=minutes)
        found = due(feed, told, now)
        if found:
            window = found.window
            assert window.end <= now
            assert told is None or window.first > told
            assert window.first.weekday() == 0 if rule == "weekly" else window.first.day == 1
            assert len(window.days) == 7 if rule == "weekly" else (window.last + timedelta(days=1)).day == 1
            told = window.last
        assert due(feed, told, now) is None
        assert coming(feed, now).at > now


@given(zone=ZONES, rule=st.sampled_from(get_args(Days)), now=MOMENTS)
def test_the_next_post_is_the_next_moment_at_which_something_is_due(zone: str, rule: str, now: datetime) -> None:
    """What people are told of it is true."""
    feed = a_feed(zone=zone, days=rule, since=now)
    following = next_post(feed, now)
    assert due(feed, None, following - timedelta(seconds=1)) is None
    assert due(feed, None, following) is not None


# -- what was told


def test_what_is_being_posted_counts_as_told_and_what_was_never_begun_does_not() -> None:
    """A claim that nobody holds is made way for."""
    told = [
        a_delivery("2026-03-09"), a_delivery("2026-03-10", state=State.POSTING),
        a_delivery("2026-03-11", state=State.CLAIMED), a_delivery("2026-03-12", state=State.MISSED),
    ]  # fmt: skip
    assert covered(a_feed(), told, at("2026-03-13 10:00")) == date(2026, 3, 10)


def test_a_clock_that_was_years_ahead_does_not_silence_a_feed() -> None:
    """What it has posted about days that have not been does not count."""
    told = [a_delivery("2026-03-10"), a_delivery("2031-01-01")]
    assert covered(a_feed(), told, at("2026-03-13 10:00")) == date(2026, 3, 10)


def test_each_channel_has_its_own_memory_of_what_it_was_told() -> None:
    """What lands late comes with the next digest of this channel, whatever others were told."""
    window = a_delivery("2026-03-11").order.window
    assert window
    told = reported([a_delivery("2026-03-10", told=("a", "b")), a_delivery("2026-03-09", told=("c",))], window)
    assert {window.first.isoformat() for window in told.closed} == {"2026-03-10", "2026-03-09"}
    assert {sha: window.first.day for sha, window in told.where.items()} == {"a": 10, "b": 10, "c": 9}


# -- what of a digest


def test_a_feed_without_filters_gets_everything() -> None:
    """Nothing is copied."""
    digest = a_digest(an_entry(importance="low"), an_entry(importance="high"))
    assert narrowed(a_feed(), digest) is digest


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"least": Importance.MEDIUM}, {"moe", "bot"}),
        ({"areas": ("moe",)}, {"moe"}),
        ({"left_out": ("bots",)}, {"moe", "low"}),
        ({"left_out": ("priya nandakar",)}, {"bot"}),
        ({"least": Importance.HIGH, "areas": ("kv_cache",)}, set()),
    ],
)
def test_a_feed_gets_what_its_filters_let_through(filters: dict[str, object], expected: set[str]) -> None:
    """By importance, area, author; `bots` are all programs."""
    entries = {
        "moe": an_entry(importance="high", areas=("moe",)),
        "bot": an_entry(a_commit(author="dependabot[bot]"), areas=("kv_cache",)),
        "low": an_entry(importance="low"),
    }
    found = narrowed(a_feed(**filters), a_digest(*entries.values()))
    shas = {entry.commit.sha for entry in found.entries}
    assert {name for name, entry in entries.items() if entry.commit.sha in shas} == expected


def test_a_revert_of_what_the_channel_was_told_passes_every_filter() -> None:
    """It takes back our own words."""
    revert = an_entry(a_commit("Revert it"), importance="low")
    digest = a_digest(revert, an_entry(importance="low"))
    found = narrowed(a_feed(least=Importance.HIGH), digest, [revert.commit.sha])
    assert [entry.commit.subject for entry in found.entries] == ["Revert it"]
