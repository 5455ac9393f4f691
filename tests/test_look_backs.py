"""Feeds that look back, end to end over a real repository: every week and month once, whole, and beside the days."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bots import Bot, a_bot
from fake_platform import Killed, failing
from servers.answers import reader, shape
from servers.github import GitHubServer
from servers.model import NORMAL, UNAUTHORIZED, ModelServer
from servers.scratch import Scratch
from servers.waiting import hurry

from bot.delivery.feeds import channel_of
from bot.service.assembly import Assembly
from formatters.reply import DigestPost, Form, Note, Reply, ReviewPost
from storage.feeds import Feed

MONDAY = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
"""The morning after the week from 2026-01-05 to 2026-01-11."""

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "scratch.git")
    made.commit("Begin", {"app.py": "a = 1\n"}, at=MONDAY - 40 * DAY)
    return made


@pytest.fixture
async def bot(environ: dict[str, str], scratch: Scratch) -> AsyncIterator[Bot]:
    async with a_bot(environ, scratch.path, MONDAY - 3 * DAY) as made:
        yield made


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(reader) as running:
        yield running


@pytest.fixture
async def reading(
    environ: dict[str, str], scratch: Scratch, model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bot]:
    """A bot that asks a model."""
    hurry(monkeypatch)
    settings = {"DAYBRIEF_MODEL__NAME": "test-model", "DAYBRIEF_MODEL__BASE_URL": model.base_url}
    async with a_bot(environ, scratch.path, MONDAY - 3 * DAY, **settings) as made:
        yield made


def a_feed(bot: Bot, **changes: Any) -> Feed:
    """Make a weekly feed of the scratch, at nine, UTC."""
    fields: dict[str, Any] = {
        "repository": "ann/scratch", "place": f"ann/scratch={bot.clone}", "zone": "UTC", "since": bot.now, "days": "weekly",
    }  # fmt: skip
    return bot.feed(**fields | changes)


async def at(bot: Bot, moment: datetime) -> None:
    """Let everything happen that is due at a moment."""
    bot.now = moment
    await bot.assembly.due()


def titles(reply: Reply) -> list[str]:
    assert isinstance(reply, DigestPost | ReviewPost), reply
    entries = reply.told.made.entries if isinstance(reply, ReviewPost) else reply.outline.digest.entries
    return sorted(entry.commit.subject + (" (late)" if entry.late else "") for entry in entries)


def posts(bot: Bot, channel: str = "C1") -> list[list[str] | str]:
    """What stands in a channel: the titles in each post, after the days that a look back is on; or a note's text."""
    return [
        reply.text if isinstance(reply, Note) else [*_span(reply), *titles(reply)]
        for reply in bot.platform.in_channel(channel)
    ]


def _span(reply: Reply) -> list[str]:
    if not isinstance(reply, ReviewPost):
        return []
    window = reply.told.made.window
    return [f"{window.first:%m-%d}..{window.last:%m-%d}"]


def land(scratch: Scratch, title: str, moment: datetime, **changes: Any) -> str:
    return scratch.commit(title, {f"{title}.py".replace(" ", "_"): "a = 1\n"}, at=moment, **changes)


# -- on time, once, whole


async def test_the_week_comes_on_monday_once_and_whole(bot: Bot, scratch: Scratch) -> None:
    """From Monday to Sunday, also the days before the feed was made, which nobody had read."""
    for title, days in (("Before", 8), ("Monday", 7), ("Wednesday", 5), ("Sunday", 1), ("After", 0)):
        land(scratch, title, MONDAY - days * DAY - HOUR)
    a_feed(bot)
    await at(bot, MONDAY - timedelta(seconds=1))
    assert posts(bot) == []
    for hours in (0, 1, 24, 72):
        await at(bot, MONDAY + hours * HOUR)
    assert posts(bot) == [["01-05..01-11", "Monday", "Sunday", "Wednesday"]]
    assert bot.platform.doubles == []
    (post,) = bot.platform.in_channel("C1")
    assert isinstance(post, ReviewPost)
    assert post.told.made.unread == ()
    assert post.files[-1].name == "ann-scratch-2026-01-05..2026-01-11.html"
    assert "posted" in await bot.shown("status")


async def test_the_month_comes_on_the_first(bot: Bot, scratch: Scratch) -> None:
    """On the calendar month before."""
    first = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
    for title, moment in (("New year", first - 31 * DAY), ("The last", first - DAY), ("February", first - HOUR)):
        land(scratch, title, moment)
    a_feed(bot, days="monthly")
    for moment in (MONDAY, first - timedelta(seconds=1), first, first + DAY, first + 20 * DAY):
        await at(bot, moment)
    assert posts(bot) == [["01-01..01-31", "New year", "The last"]]


async def test_a_bot_that_was_off_makes_up_for_the_last_week_once(bot: Bot, scratch: Scratch) -> None:
    """Switched on again on Thursday, it knows what the store knows; another restart posts nothing twice."""
    land(scratch, "Sunday", MONDAY - DAY)
    a_feed(bot)
    bot.now = MONDAY + 3 * DAY
    for _ in range(2):
        started = Assembly(bot.core, {"slack": bot.platform})
        await started.look()
        await started.due()
        await started.work.close()
    assert posts(bot) == [["01-05..01-11", "Sunday"]]
    assert bot.platform.doubles == []
    await at(bot, MONDAY + 7 * DAY)
    assert posts(bot)[1:] == ["ann/scratch, 2026-01-12 to 2026-01-18: nothing landed."]


async def test_two_processes_on_one_store_post_once(bot: Bot, scratch: Scratch) -> None:
    """Whoever claims first."""
    land(scratch, "Sunday", MONDAY - DAY)
    a_feed(bot)
    bot.now = MONDAY
    other = Assembly(bot.core, {"slack": bot.platform})
    await asyncio.gather(bot.assembly.due(), other.due())
    await other.work.close()
    assert posts(bot) == [["01-05..01-11", "Sunday"]]
    assert bot.platform.doubles == []


async def test_a_process_killed_behind_the_post_finds_it_again(bot: Bot, scratch: Scratch) -> None:
    """The next one closes what stands."""
    land(scratch, "Sunday", MONDAY - DAY)
    a_feed(bot)
    bot.platform.trouble = failing(("post.2.after", Killed()))
    with pytest.raises(Killed):
        await at(bot, MONDAY)
    await at(bot, MONDAY + timedelta(minutes=2))
    assert posts(bot) == [["01-05..01-11", "Sunday"]]
    assert bot.platform.doubles == []
    assert "posted" in await bot.shown("status")


# -- beside the days


async def test_weeks_and_days_stand_beside_each_other(bot: Bot, scratch: Scratch) -> None:
    """In one channel; what the week told is no less new to the days, and what lands late is in no week but its own."""
    a_feed(bot, days="daily", since=MONDAY - 2 * DAY)
    a_feed(bot)
    land(scratch, "Sunday", MONDAY - DAY)
    await at(bot, MONDAY)
    land(scratch, "Pushed late", MONDAY - DAY + HOUR)
    land(scratch, "On Monday", MONDAY + HOUR)
    await at(bot, MONDAY + DAY)
    for day in range(2, 8):
        await at(bot, MONDAY + day * DAY)
    told = [post for post in posts(bot) if isinstance(post, list)]
    assert sorted(told) == sorted(
        [
            ["Sunday"], ["01-05..01-11", "Sunday"], ["On Monday", "Pushed late (late)"],
            ["01-12..01-18", "On Monday"],
        ]
    )  # fmt: skip
    assert bot.platform.doubles == []


async def test_a_look_back_tells_nothing_to_the_channels_subscriptions(bot: Bot, scratch: Scratch) -> None:
    """It is no news, and takes none away."""
    sha = land(scratch, "Sunday", MONDAY - DAY)
    feed = a_feed(bot)
    await at(bot, MONDAY)
    assert posts(bot)
    assert bot.assembly.subscriptions.told(channel_of(feed), "ann/scratch", [sha]) == set()


async def test_a_feed_that_is_changed_to_weeks_begins_on_monday(bot: Bot, scratch: Scratch) -> None:
    """With the whole week, though its first days came as days; and goes on with days when it is changed back."""
    bot.now = MONDAY - 5 * DAY
    a_feed(bot, days="daily")
    land(scratch, "Tuesday", MONDAY - 6 * DAY + HOUR)
    land(scratch, "Wednesday", MONDAY - 5 * DAY + HOUR)
    await at(bot, MONDAY - 4 * DAY)
    assert posts(bot) == [["Wednesday"]]
    await changed(bot, "weekly", "2026-01-12 09:00")
    await at(bot, MONDAY - 3 * DAY)
    await at(bot, MONDAY)
    assert posts(bot) == [["Wednesday"], ["01-05..01-11", "Tuesday", "Wednesday"]]
    await changed(bot, "daily", "2026-01-13 09:00")
    land(scratch, "On Monday", MONDAY + HOUR)
    await at(bot, MONDAY + DAY)
    assert posts(bot)[2:] == [["On Monday"]]


async def changed(bot: Bot, days: str, following: str) -> None:
    form = await bot.reply("setup")
    assert isinstance(form, Form)
    values: dict[str, Any] = {field.name: field.value for field in form.fields}
    assert following in await bot.shown(form.command, **values | {"days": days})


# -- what of it a channel gets


async def test_a_channel_gets_what_its_feed_lets_through(bot: Bot, scratch: Scratch) -> None:
    """By importance and author, as with days; a revert of what it was told passes."""
    robot = "robot[bot] <robot@example.com>"
    a_feed(bot, channel="C1", left_out=("bots",))
    a_feed(bot, channel="C1", days="daily", since=MONDAY - 6 * DAY)
    a_feed(bot, channel="C2", left_out=("bots",))
    sha = land(scratch, "Add a fast path", MONDAY - 6 * DAY + HOUR)
    await at(bot, MONDAY - 5 * DAY)
    land(scratch, f'Revert "Add a fast path"\n\nThis reverts commit {sha}.', MONDAY - 4 * DAY, author=robot)
    land(scratch, "Bump things", MONDAY - 4 * DAY + HOUR, author=robot)
    await at(bot, MONDAY)
    assert ["01-05..01-11", "Add a fast path", 'Revert "Add a fast path"'] in posts(bot, "C1")
    assert posts(bot, "C2") == [["01-05..01-11", "Add a fast path"]]


async def test_a_quiet_week_is_one_line_or_nothing(bot: Bot, scratch: Scratch) -> None:
    """One of which the channel wants nothing is not the same."""
    a_feed(bot, channel="C1", language="zh")
    a_feed(bot, channel="C2", quiet="nothing")
    a_feed(bot, channel="C3", areas=("moe_ep",))
    await at(bot, MONDAY)
    land(scratch, "On Monday", MONDAY + HOUR)
    await at(bot, MONDAY + 7 * DAY)
    assert posts(bot, "C1")[0] == "ann/scratch，2026-01-05 至 2026-01-11：没有提交。"
    assert posts(bot, "C2") == [["01-12..01-18", "On Monday"]]
    assert posts(bot, "C3") == [
        "ann/scratch, 2026-01-05 to 2026-01-11: nothing landed.",
        "ann/scratch, 2026-01-12 to 2026-01-18: 1 commit landed, but nothing this channel follows.",
    ]


async def test_an_outage_is_no_quiet_week(
    environ: dict[str, str], scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as an outage, until the days could be read."""
    hurry(monkeypatch)
    land(scratch, "Sunday", MONDAY - DAY)
    with GitHubServer({"ann/scratch": scratch.path}) as server:
        github = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
        async with a_bot(environ, scratch.path, MONDAY - HOUR, **github) as bot:
            a_feed(bot, place="ann/scratch")
            server.fail(times=1_000)
            await bot.assembly.look()
            await at(bot, MONDAY)
            (said,) = posts(bot)
            assert "2026-01-05 to 2026-01-11: this digest cannot be made right now" in said
            assert "GitHub" in await bot.shown("status")
            server.fail(times=0)
            await at(bot, MONDAY + HOUR)
            assert posts(bot)[1:] == [["01-05..01-11", "Sunday"]]


async def test_a_repository_that_was_renamed_meanwhile_is_looked_back_on(
    environ: dict[str, str], scratch: Scratch
) -> None:
    """Under its new name, with what was read under the old one."""
    land(scratch, "Friday", MONDAY - 3 * DAY)
    land(scratch, "Sunday", MONDAY - DAY)
    with GitHubServer({"ann/scratch": scratch.path}) as server:
        github = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
        async with a_bot(environ, scratch.path, MONDAY - 2 * DAY, **github) as bot:
            a_feed(bot, place="ann/scratch")
            await bot.assembly.look()
            server.rename("ann/scratch", "ann/new")
            await at(bot, MONDAY)
            assert posts(bot) == [["01-05..01-11", "Friday", "Sunday"]]
            assert [feed.repository for feed in bot.assembly.feeds.all()] == ["ann/new"]


# -- days are read once, ahead, and not all at once


async def test_days_are_read_as_they_end_and_nothing_again(reading: Bot, scratch: Scratch, model: ModelServer) -> None:
    """The look back itself asks the model for nothing."""
    a_feed(reading)
    for day in (2, 1):
        land(scratch, f"Fix crash {day}", MONDAY - day * DAY)
        reading.now = MONDAY - day * DAY + HOUR
        await reading.assembly.look()
    reading.now = MONDAY - HOUR
    await reading.assembly.look()
    before = len(model.requests)
    assert sum(shape(request) == "Commits" for request in model.requests) == 2
    await at(reading, MONDAY)
    assert posts(reading) == [["01-05..01-11", "Fix crash 1", "Fix crash 2"]]
    assert len(model.requests) == before
    for minutes in (5, 10):
        reading.now = MONDAY + timedelta(minutes=minutes)
        await reading.assembly.look()
    assert len(model.requests) == before


async def test_many_days_to_read_keep_nobody_waiting(
    bot: Bot, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round reads as much as it has time for; meanwhile the status says why nothing has come."""
    monkeypatch.setattr("bot.delivery.look_back_job._LONGEST", 0.0)
    land(scratch, "Sunday", MONDAY - DAY)
    a_feed(bot)
    for _ in range(6):
        await at(bot, MONDAY)
        assert posts(bot) == []
    assert "some of its days have not been read yet" in await bot.shown("status")
    await at(bot, MONDAY)
    assert posts(bot) == [["01-05..01-11", "Sunday"]]


async def test_what_a_model_did_not_read_is_completed_in_place(
    reading: Bot, scratch: Scratch, model: ModelServer
) -> None:
    """The look back comes in time, told by the rules; later it is edited, once."""
    land(scratch, "Fix crash", MONDAY - DAY)
    a_feed(reading)
    model.always = UNAUTHORIZED
    await at(reading, MONDAY)
    (first,) = reading.platform.in_channel("C1")
    assert isinstance(first, ReviewPost)
    assert "rules 1" in first.told.coverage
    assert "still to be analysed" in await reading.shown("status")
    model.always = NORMAL
    for minutes in (20, 40, 60):
        reading.now = MONDAY + timedelta(minutes=minutes)
        await reading.assembly.mornings.complete()
    ((_, edited),) = reading.platform.edits
    assert isinstance(edited, ReviewPost)
    assert "test-model 1" in edited.told.coverage
    assert len(posts(reading)) == 1


async def test_a_rerun_of_a_day_mends_the_week_that_it_is_part_of(bot: Bot, scratch: Scratch) -> None:
    """A rank that somebody corrected holds there, too."""
    sha = land(scratch, "Add b", MONDAY - DAY)
    a_feed(bot)
    await at(bot, MONDAY)
    await bot.reply(f"rank up ann/scratch@{sha}")
    assert "the post was updated" in await bot.shown("rerun 2026-01-11")
    ((_, edited),) = bot.platform.edits
    assert isinstance(edited, ReviewPost)


# -- several feeds of a repository in one channel


async def test_of_several_feeds_the_one_that_is_meant_is_asked_for(bot: Bot) -> None:
    """By a button for each; one more can be set up beside them."""
    daily, weekly = a_feed(bot, days="daily"), a_feed(bot)
    asked = await bot.reply("pause")
    assert isinstance(asked, Note)
    assert [button.command for button in asked.buttons] == [f"pause feed={daily.id}", f"pause feed={weekly.id}"]
    assert "looking back on the week before" in asked.buttons[1].label
    assert "Paused" in await bot.shown(asked.buttons[1].command)
    assert [bool(feed.paused) for feed in bot.assembly.feeds.all()] == [False, True]
    asked = await bot.reply("setup")
    assert isinstance(asked, Note)
    assert [button.command for button in asked.buttons][2] == "setup new"
    form = await bot.reply(asked.buttons[1].command)
    assert isinstance(form, Form)
    assert {field.name: field.value for field in form.fields}["days"] == "weekly"
    fresh = await bot.reply("setup new")
    assert isinstance(fresh, Form)
    values: dict[str, Any] = {field.name: field.value for field in fresh.fields}
    assert values["repository"] == "ann/scratch"
    assert "2026-02-01" in await bot.shown(fresh.command, **values | {"days": "monthly"})
    assert [feed.days for feed in bot.assembly.feeds.all()] == ["daily", "weekly", "monthly"]
    shown = await bot.shown("status")
    assert "ann/scratch · weekly" in shown
    assert "ann/scratch: On the 1st, looking back on the month before" in shown
