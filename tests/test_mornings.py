"""The rounds of the feeds, end to end over a real repository: every channel gets every commit once, on time, in place."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from bots import DAY, HOUR, NINE, Bot, a_bot
from fake_platform import BUSY, LOST, Killed, an_asker, failing
from servers.answers import reader, shape
from servers.github import GitHubServer
from servers.model import NORMAL, UNAUTHORIZED, Behaviour, ModelServer
from servers.scratch import Scratch
from servers.waiting import hurry

from bot.service.assembly import Assembly
from bot.service.metrics import Metrics
from formatters.reply import Channel, DigestPost, Note, Reply
from storage.feeds import Feed


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "scratch.git")
    made.commit("Begin", {"app.py": "a = 1\n"}, at=NINE - 2 * DAY)
    return made


@pytest.fixture
async def bot(environ: dict[str, str], scratch: Scratch) -> AsyncIterator[Bot]:
    async with a_bot(environ, scratch.path, NINE - HOUR) as made:
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
    async with a_bot(environ, scratch.path, NINE - HOUR, **settings) as made:
        yield made


def a_feed(bot: Bot, **changes: Any) -> Feed:
    """Make a feed of the scratch, at nine, UTC; the day before is the first that it owes."""
    fields: dict[str, Any] = {
        "repository": "ann/scratch", "place": f"ann/scratch={bot.clone}", "zone": "UTC", "since": NINE - HOUR,
    }  # fmt: skip
    return bot.feed(**fields | changes)


def titles(reply: Reply) -> list[str]:
    assert isinstance(reply, DigestPost), reply
    return sorted(entry.commit.subject + (" (late)" if entry.late else "") for entry in reply.outline.digest.entries)


def posts(bot: Bot, channel: str = "C1") -> list[list[str] | str]:
    """What stands in a channel: the titles of each digest, or a note's text."""
    return [reply.text if isinstance(reply, Note) else titles(reply) for reply in bot.platform.in_channel(channel)]


# -- on time, once


async def test_the_digest_comes_at_its_hour_once(bot: Bot, scratch: Scratch) -> None:
    """Not sooner, and not again."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(bot)
    await bot.at(NINE - timedelta(seconds=1))
    assert posts(bot) == []
    for minutes in (0, 1, 5, 600):
        await bot.at(NINE + timedelta(minutes=minutes))
    assert posts(bot) == [["Add b"]]
    assert bot.platform.doubles == []


async def test_a_feed_that_was_just_made_begins_the_next_morning(bot: Bot, scratch: Scratch) -> None:
    """About the day on which it was made."""
    scratch.commit("Before", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(bot, since=NINE + HOUR)
    scratch.commit("After", {"b.py": "b = 2\n"}, at=NINE + 2 * HOUR)
    await bot.at(NINE + 3 * HOUR)
    assert posts(bot) == []
    await bot.at(NINE + DAY)
    assert posts(bot) == [["After"]]


async def test_after_days_of_silence_one_post_covers_them(bot: Bot, scratch: Scratch) -> None:
    """No flood."""
    a_feed(bot)
    for day in range(4):
        scratch.commit(f"Day {day}", {"b.py": f"b = {day}\n"}, at=NINE - 20 * HOUR + day * DAY)
    await bot.at(NINE + 3 * DAY + HOUR)
    assert posts(bot) == [["Day 0", "Day 1", "Day 2", "Day 3"]]


async def test_monday_covers_the_weekend_where_that_is_set(bot: Bot, scratch: Scratch) -> None:
    """Friday to Sunday in one; nothing on Saturday and Sunday."""
    a_feed(bot, days="weekdays")
    scratch.commit("Thursday", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    await bot.at(NINE)
    for number, day in enumerate(("Friday", "Saturday", "Sunday"), 1):
        scratch.commit(day, {"b.py": f"b = '{day}'\n"}, at=NINE - 20 * HOUR + number * DAY)
        await bot.at(NINE + number * DAY)
    assert posts(bot) == [["Thursday"], ["Friday", "Saturday", "Sunday"]]


async def test_two_processes_on_one_store_post_once(bot: Bot, scratch: Scratch) -> None:
    """Whoever claims first."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(bot)
    bot.now = NINE
    other = Assembly(bot.core, {"slack": bot.platform})
    await asyncio.gather(bot.assembly.due(), other.due())
    await other.work.close()
    assert posts(bot) == [["Add b"]]
    assert bot.platform.doubles == []


async def test_what_lands_while_a_post_is_broken_off_comes_with_the_next(bot: Bot, scratch: Scratch) -> None:
    """The post goes on as it was begun: its first message has counted the day already, and what it told is noted."""
    a_feed(bot)
    scratch.commit("Fix the first", {"app.py": "a = 2\n"}, at=NINE - 12 * HOUR)
    bot.platform.trouble = failing(("post.2.after", BUSY))
    await bot.at(NINE)
    scratch.commit("Fix the late one", {"app.py": "a = 3\n"}, at=NINE - 11 * HOUR)
    await bot.at(NINE + HOUR)
    assert posts(bot) == [["Fix the first"]]
    await bot.at(NINE + DAY)
    assert posts(bot) == [["Fix the first"], ["Fix the late one (late)"]]


async def test_a_process_killed_behind_the_post_finds_it_again(bot: Bot, scratch: Scratch) -> None:
    """The next one closes what stands."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(bot)
    bot.platform.trouble = failing(("post.2.after", Killed()))
    with pytest.raises(Killed):
        await bot.at(NINE)
    await bot.at(NINE + timedelta(minutes=2))
    assert posts(bot) == [["Add b"]]
    assert bot.platform.doubles == []
    assert "posted" in await bot.shown("status")


# -- what lands late


async def test_what_lands_late_comes_once_with_the_next_digest(bot: Bot, scratch: Scratch) -> None:
    """Marked; whatever hour a channel has, and whoever asked for the day in between."""
    a_feed(bot, channel="C1")
    a_feed(bot, channel="C2", at=time(11))
    scratch.commit("In time", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    await bot.at(NINE)
    scratch.commit("Pushed at ten", {"b.py": "b = 2\n"}, at=NINE - 15 * HOUR)
    await bot.reply("2026-01-08 repository=ann/scratch")
    await bot.reply("today repository=ann/scratch")
    await bot.at(NINE + 2 * HOUR)
    scratch.commit("The next day", {"b.py": "b = 3\n"}, at=NINE + 4 * HOUR)
    await bot.reply("today repository=ann/scratch")
    for days in (1, 2):
        await bot.at(NINE + days * DAY)
        await bot.at(NINE + days * DAY + 2 * HOUR)
    assert posts(bot, "C1")[:2] == [["In time"], ["Pushed at ten (late)", "The next day"]]
    assert posts(bot, "C2")[:2] == [["In time", "Pushed at ten"], ["The next day"]]
    assert all(isinstance(last, str) for last in (posts(bot, "C1")[2], posts(bot, "C2")[2]))


async def test_a_weekday_feed_and_a_daily_feed_do_not_take_from_each_other(bot: Bot, scratch: Scratch) -> None:
    """The same repository, the same zone, other days: each channel has every commit once."""
    a_feed(bot, channel="C1")
    a_feed(bot, channel="C2", days="weekdays")
    expected = []
    for number in range(9):
        moment = NINE - 20 * HOUR + number * DAY
        scratch.commit(f"Day {number}", {"b.py": f"b = {number}\n"}, at=moment)
        expected.append(f"Day {number}")
        await bot.at(NINE + number * DAY)
        if number in {0, 2, 3, 6}:
            scratch.commit(f"Late {number}", {"c.py": f"c = {number}\n"}, at=moment + HOUR)
            expected.append(f"Late {number}")
    for number in (9, 10, 11):
        await bot.at(NINE + number * DAY)
    for channel in ("C1", "C2"):
        told = [
            title.removesuffix(" (late)") for post in posts(bot, channel) if isinstance(post, list) for title in post
        ]
        assert sorted(told) == sorted(expected)


# -- quiet days, filters


async def test_a_quiet_day_is_one_line_or_nothing(bot: Bot) -> None:
    """As the feed says."""
    a_feed(bot, channel="C1")
    a_feed(bot, channel="C2", quiet="nothing")
    a_feed(bot, channel="C3", language="zh")
    await bot.at(NINE)
    assert posts(bot, "C1") == ["ann/scratch, Thursday, 2026-01-08: nothing landed."]
    assert posts(bot, "C2") == []
    assert posts(bot, "C3") == ["ann/scratch，2026-01-08（周四）：没有提交。"]


async def test_a_day_of_which_a_channel_wants_nothing_says_so(bot: Bot, scratch: Scratch) -> None:
    """It is not the same as a quiet day."""
    scratch.commit("ci: tidy", {".github/workflows/a.yml": "a: 1\n"}, at=NINE - 20 * HOUR)
    a_feed(bot, areas=("moe_ep",))
    await bot.at(NINE)
    assert posts(bot) == ["ann/scratch, Thursday, 2026-01-08: 1 commit landed, but nothing this channel follows."]


async def test_a_revert_of_what_the_channel_was_told_comes_through_its_filter(bot: Bot, scratch: Scratch) -> None:
    """It takes back what we said."""
    a_feed(bot, left_out=("bots",))
    sha = scratch.commit("Add a fast path", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    await bot.at(NINE)
    robot = "robot[bot] <robot@example.com>"
    message = f'Revert "Add a fast path"\n\nThis reverts commit {sha}.'
    scratch.commit(message, {"b.py": None}, at=NINE + HOUR, author=robot)
    scratch.commit("Bump things", {"c.py": "c = 1\n"}, at=NINE + 2 * HOUR, author=robot)
    await bot.at(NINE + DAY)
    assert posts(bot) == [["Add a fast path"], ['Revert "Add a fast path"']]


# -- what goes wrong


@pytest.mark.parametrize(
    ("language", "notice", "state"),
    [
        (
            "en",
            "The digest of ann/scratch cannot be posted to this channel: the channel is archived. It is paused; Daybrief will "
            "retry by itself, and `resume` there retries at once.",
            "paused: the channel is archived",
        ),
        (
            "zh",
            "ann/scratch 的简报无法发到该频道：频道已归档。简报已暂停，Daybrief 会自动重试；问题解决后也可在该频道用 `resume` 立即重试。",
            "已暂停：频道已归档",
        ),
    ],
)
async def test_a_channel_that_is_gone_pauses_the_feed_and_tells_whoever_made_it_once(
    bot: Bot, language: str, notice: str, state: str
) -> None:
    """Not retried for ever, and no flood of complaints; which channel it is and why, in the feed's language."""
    a_feed(bot, language=language)
    bot.platform.gone.add("C1")
    for minutes in (0, 1, 60, 24 * 60):
        await bot.at(NINE + timedelta(minutes=minutes))
    assert bot.platform.in_channel("DM-U1") == [Note(notice, "problem", about=Channel("C1"))]
    assert state in await bot.shown("status", an_asker(language=language))
    assert bot.platform.doubles == []
    bot.platform.gone.clear()
    await bot.reply("resume repository=ann/scratch")
    await bot.at(NINE + 2 * DAY)
    assert len(posts(bot)) == 1


async def test_what_a_channel_refused_comes_once_it_is_resumed(bot: Bot, scratch: Scratch) -> None:
    """And not again the next morning; the reply says what comes."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    scratch.commit("Add c", {"c.py": "c = 1\n"}, at=NINE + HOUR)
    a_feed(bot)
    bot.platform.gone.add("C1")
    await bot.at(NINE)
    bot.platform.gone.clear()
    assert "Missed: Thursday, 2026-01-08; it comes now." in await bot.shown("resume repository=ann/scratch")
    await bot.at(NINE + HOUR)
    assert posts(bot) == [["Add b"]]
    await bot.at(NINE + DAY)
    assert posts(bot) == [["Add b"], ["Add c"]]


async def test_days_that_a_channel_refused_come_in_one_post(bot: Bot, scratch: Scratch) -> None:
    """Whoever resumes it before it is mended is told again that it is refused."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    scratch.commit("Add c", {"c.py": "c = 1\n"}, at=NINE + HOUR)
    a_feed(bot)
    bot.platform.gone.add("C1")
    await bot.at(NINE)
    await bot.reply("resume repository=ann/scratch")
    await bot.at(NINE + HOUR)
    assert len(posts(bot, "DM-U1")) == 2
    await bot.at(NINE + DAY)
    bot.platform.gone.clear()
    said = await bot.shown("resume repository=ann/scratch")
    assert "Missed: 2026-01-08 to 2026-01-09; they come in one post now." in said
    await bot.at(NINE + DAY)
    assert posts(bot) == [["Add b", "Add c"]]


async def test_a_channel_that_takes_posts_again_is_noticed(bot: Bot, scratch: Scratch) -> None:
    """Within the hour, without anybody's word; whoever set it up hears once that it failed and once that it works."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    scratch.commit("Add c", {"c.py": "c = 1\n"}, at=NINE + HOUR)
    feed = a_feed(bot)
    bot.platform.gone.add("C1")
    await bot.at(NINE)
    for minutes in range(5, 50, 5):
        await bot.at(NINE + timedelta(minutes=minutes))
    assert bot.platform.calls.count("post") == 2, "the post, and the word to whoever set it up"
    await bot.at(NINE + DAY)
    assert len(posts(bot, "DM-U1")) == 1
    assert "the channel is archived" in await bot.shown("status")
    bot.platform.gone.clear()
    await bot.at(NINE + DAY + HOUR / 2)
    assert posts(bot) == []
    await bot.at(NINE + DAY + HOUR)
    assert posts(bot) == [["Add b", "Add c"]]
    _, works = bot.platform.in_channel("DM-U1")
    assert works == Note(
        "The digest of ann/scratch can be posted to this channel again. What was missed comes in one post: "
        "2026-01-08 to 2026-01-09.",
        "done",
        about=Channel("C1"),
    )
    stored = bot.assembly.feeds.get(feed.id)
    assert stored is not None
    assert not stored.paused
    await bot.at(NINE + 2 * DAY)
    assert len(bot.platform.in_channel("C1")) == 2
    assert bot.platform.doubles == []


async def test_a_channel_that_nobody_mends_is_tried_at_its_hour_alone(bot: Bot, scratch: Scratch) -> None:
    """After some days: rarely enough to be no burden, as long as the feed is there."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(bot)
    bot.platform.gone.add("C1")
    tried = []
    for hours in range(7 * 24):
        before = len(bot.platform.calls)
        await bot.at(NINE + hours * HOUR)
        tried += [hours] * (len(bot.platform.calls) > before)
    assert tried[:24] == list(range(24))
    assert tried[-2:] == [5 * 24, 6 * 24]
    assert len(posts(bot, "DM-U1")) == 1


async def test_who_saves_the_setup_of_a_refused_feed_is_told_what_was_missed(bot: Bot, scratch: Scratch) -> None:
    """And it comes, as if it had been resumed; be it that the form was asked for anew."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    feed = a_feed(bot)
    bot.platform.gone.add("C1")
    await bot.at(NINE)
    bot.platform.gone.clear()
    said = await bot.shown(f"save setup feed={feed.id}", least="low")
    assert "Missed: Thursday, 2026-01-08; it comes now." in said
    await bot.at(NINE + HOUR)
    assert posts(bot) == [["Add b"]]


async def test_days_too_long_ago_are_named_when_a_feed_is_resumed(bot: Bot, scratch: Scratch) -> None:
    """As after an outage: the last seven days come, the others can be asked for."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(bot)
    bot.platform.gone.add("C1")
    await bot.at(NINE)
    await bot.at(NINE + 11 * DAY)
    bot.platform.gone.clear()
    said = await bot.shown("resume repository=ann/scratch")
    assert "Missed: 2026-01-13 to 2026-01-19; they come in one post now." in said
    assert "Not posted: 2026-01-08 to 2026-01-12, too long ago" in said


async def test_days_too_long_ago_are_named_where_a_channel_takes_posts_again(bot: Bot, scratch: Scratch) -> None:
    """In the post itself."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE + 9 * DAY)
    a_feed(bot)
    bot.platform.gone.add("C1")
    await bot.at(NINE)
    bot.platform.gone.clear()
    await bot.at(NINE + 11 * DAY)
    (post,) = bot.platform.in_channel("C1")
    assert titles(post) == ["Add b"]
    assert isinstance(post, DigestPost)
    assert [note.partition(", too long")[0] for note in post.outline.digest.notes] == [
        "Not posted: 2026-01-08 to 2026-01-12"
    ]


async def test_what_a_person_paused_is_not_owed(bot: Bot, scratch: Scratch) -> None:
    """They wanted silence."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(bot)
    await bot.reply("pause repository=ann/scratch")
    await bot.at(NINE)
    assert "Missed" not in await bot.shown("resume repository=ann/scratch")
    await bot.at(NINE + HOUR)
    assert posts(bot) == []


async def test_a_process_killed_before_it_could_pause_the_feed_leaves_that_to_the_next(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever made it is told all the same, once."""
    a_feed(bot)
    bot.platform.gone.add("C1")
    with monkeypatch.context() as patch:
        patch.setattr(bot.assembly.feeds, "put", _killed)
        with pytest.raises(Killed):
            await bot.at(NINE)
    await bot.at(NINE + timedelta(minutes=2))
    await bot.at(NINE + timedelta(minutes=3))
    assert len(posts(bot, "DM-U1")) == 1
    assert bot.assembly.feeds.all()[0].paused


def _killed(*_: object) -> None:
    raise Killed


async def test_a_lost_reply_to_the_complaint_is_no_second_complaint(bot: Bot) -> None:
    """It is a delivery like any other."""
    a_feed(bot)
    bot.platform.gone.add("C1")
    bot.platform.trouble = failing(("post.0.after", LOST))
    await bot.at(NINE)
    await bot.at(NINE + HOUR)
    assert len(posts(bot, "DM-U1")) == 1
    assert bot.platform.doubles == []


async def test_an_outage_is_no_quiet_day(
    environ: dict[str, str], scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is posted until the source answers; then the day comes, and the status said why it was late."""
    hurry(monkeypatch)
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    with GitHubServer({"ann/scratch": scratch.path}) as server:
        github = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
        async with a_bot(environ, scratch.path, NINE, **github) as bot:
            a_feed(bot, place="ann/scratch")
            server.fail(times=1_000)
            await bot.at(NINE)
            assert posts(bot) == []
            assert "GitHub" in await bot.shown("status")
            server.fail(times=0)
            await bot.at(NINE + HOUR)
            assert posts(bot) == [["Add b"]]


# -- analysed as it lands, completed where it stands


async def test_what_landed_during_the_day_is_analysed_before_the_morning(
    reading: Bot, scratch: Scratch, model: ModelServer
) -> None:
    """The morning post needs the day as a whole alone: its order and its themes."""
    a_feed(reading)
    for number in range(3):
        scratch.commit(f"Fix crash {number}", {"b.py": f"b = {number}\n"}, at=NINE - 20 * HOUR + number * HOUR)
        reading.now = NINE - 19 * HOUR + number * HOUR
        await reading.assembly.look()
    before = len(model.requests)
    assert before >= 3
    await reading.at(NINE)
    assert [shape(request) for request in model.requests[before:]] == ["Day"]
    assert posts(reading) == [["Fix crash 0", "Fix crash 1", "Fix crash 2"]]


async def test_what_a_model_did_not_read_is_completed_in_place(
    reading: Bot, scratch: Scratch, model: ModelServer
) -> None:
    """The post comes in time, marked; later it is edited, once, and no second one is posted."""
    scratch.commit("Fix crash", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(reading)
    model.always = UNAUTHORIZED
    await reading.at(NINE)
    (first,) = reading.platform.in_channel("C1")
    assert isinstance(first, DigestPost)
    assert first.outline.digest.coverage.stand_ins
    reading.now = NINE + timedelta(minutes=5)
    await reading.assembly.mornings.complete()
    assert reading.platform.edits == []
    model.always = NORMAL
    for minutes in (20, 40, 60):
        reading.now = NINE + timedelta(minutes=minutes)
        await reading.assembly.mornings.complete()
    ((_, edited),) = reading.platform.edits
    assert isinstance(edited, DigestPost)
    assert not edited.outline.digest.coverage.stand_ins
    assert len(reading.platform.posts) == 4


async def test_completing_does_not_slip_later_commits_into_the_post(
    reading: Bot, scratch: Scratch, model: ModelServer
) -> None:
    """They come marked with the next one."""
    scratch.commit("Fix crash", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(reading)
    model.always = UNAUTHORIZED
    await reading.at(NINE)
    model.always = NORMAL
    scratch.commit("Pushed late", {"c.py": "c = 1\n"}, at=NINE - 19 * HOUR)
    reading.now = NINE + HOUR
    await reading.assembly.mornings.complete()
    ((_, edited),) = reading.platform.edits
    assert titles(edited) == ["Fix crash"]
    await reading.at(NINE + DAY)
    assert posts(reading)[-1] == ["Pushed late (late)"]


async def test_a_rerun_mends_the_post(bot: Bot, scratch: Scratch) -> None:
    """By an administrator, in the channel; it is told what was done."""
    scratch.commit("Fix crash", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(bot)
    await bot.at(NINE)
    assert "the post was updated" in await bot.shown("rerun 2026-01-08")
    assert len(bot.platform.edits) == 1


async def test_a_commit_that_is_read_again_is_shown_where_it_was_posted(
    reading: Bot, scratch: Scratch, model: ModelServer
) -> None:
    """As late analyses are; where it says the same, nothing is touched."""
    sha = scratch.commit("Fix crash", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(reading)
    await reading.at(NINE)
    await reading.reply(f"regenerate ann/scratch@{sha[:12]}")
    assert reading.platform.edits == []
    model.always = Behaviour(change=lambda content: content.replace("It does something.", "It does it again."))
    await reading.reply(f"regenerate ann/scratch@{sha[:12]}")
    ((_, edited),) = reading.platform.edits
    assert isinstance(edited, DigestPost)
    assert [item.line for item in edited.outline.items()] == ["It does it again."]


async def test_a_post_that_does_not_come_is_counted_as_overdue(bot: Bot, scratch: Scratch) -> None:
    """From its minute on, until it stands."""
    scratch.commit("Fix crash", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    metrics = Metrics()
    metrics.watch(bot.assembly)

    def counted() -> tuple[float | None, float | None]:
        read = metrics.registry.get_sample_value
        return read("daybrief_digests_overdue"), read("daybrief_digest_overdue_seconds")

    a_feed(bot)
    assert counted() == (0.0, 0.0)
    bot.platform.trouble = failing(*[("post", BUSY)] * 2)
    for minutes in (0, 10):
        await bot.at(NINE + timedelta(minutes=minutes))
    assert counted() == (1.0, 600.0)
    await bot.at(NINE + HOUR)
    assert counted() == (0.0, 0.0)
    metrics.heard(200, {"x-ratelimit-remaining": "4321"})
    assert metrics.registry.get_sample_value("daybrief_github_requests_left") == 4321


async def test_the_status_counts_where_the_model_ranks_otherwise_by_when_it_read(
    reading: Bot, scratch: Scratch, model: ModelServer
) -> None:
    """A day of long ago counts when it is read; what a person corrected is in no dispute; after a week it is forgotten."""
    for number in range(3):
        scratch.commit(f"Fix a crash {number}", {f"app{number}.py": "b = 1\n"}, at=NINE - HOUR * 20)
    a_feed(reading, since=NINE + 60 * DAY)
    model._answer = lambda asked: reader(asked) | ({"importance": "low"} if shape(asked) in {"Full", "Short"} else {})  # noqa: SLF001 - changed within a test
    reading.now = NINE + 60 * DAY
    assert "otherwise" not in await reading.shown("status")
    day = await reading.reply("2026-01-08")
    assert isinstance(day, DigestPost)
    assert len(day.outline.digest.coverage.disputed) == 3
    said = "Of {} commits that the model read in the last 7 days, it ranked {} differently from the rules"
    assert said.format(3, 3) in await reading.shown("status")
    sha = day.outline.digest.entries[0].commit.short
    await reading.reply(f"rank down ann/scratch@{sha}")
    assert said.format(3, 2) in await reading.shown("status")
    reading.now += 6 * DAY
    assert said.format(3, 2) in await reading.shown("status")
    reading.now += 2 * DAY
    assert "otherwise" not in await reading.shown("status")


# -- a model that does not read


def notes(bot: Bot, channel: str = "DM-U1") -> list[str]:
    return [reply.text for reply in bot.platform.in_channel(channel) if isinstance(reply, Note)]


async def pass_time(bot: Bot, until: datetime) -> None:
    """Let the clock run, with the rounds that a process makes."""
    while bot.now < until:
        bot.now = min(bot.now + timedelta(minutes=10), until)
        await bot.assembly.look()
        await bot.assembly.due()


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_model_that_fails_is_told_once_to_whoever_set_a_feed_up(
    reading: Bot, scratch: Scratch, model: ModelServer, language: Any
) -> None:
    """Within the hour, whatever feeds are theirs, also after a restart; and again when it reads."""
    for channel in ("C1", "C2"):
        a_feed(reading, channel=channel, language=language)
    await pass_time(reading, NINE)
    model.always = UNAUTHORIZED
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=reading.now)
    await pass_time(reading, NINE + HOUR)
    (told,) = notes(reading)
    if language == "en":
        assert told.startswith("The model test-model has given no usable answer since 2026-01-09 09:")
        assert "Incorrect API key" in told
    else:
        assert told.startswith("自 2026-01-09 09:")
        assert "Incorrect" not in told
    started = Assembly(reading.core, {"slack": reading.platform})
    for _ in range(3):
        await started.due()
    await started.work.close()
    await pass_time(reading, NINE + 3 * HOUR)
    assert notes(reading) == [told]
    model.always = NORMAL
    await pass_time(reading, NINE + 4 * HOUR)
    _, works = notes(reading)
    assert ("works again as of" if language == "en" else "恢复（自") in works
    await pass_time(reading, NINE + 6 * HOUR)
    assert len(notes(reading)) == 2


async def test_a_model_that_fails_for_minutes_is_told_to_nobody(
    reading: Bot, scratch: Scratch, model: ModelServer
) -> None:
    a_feed(reading)
    model.always = UNAUTHORIZED
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=reading.now)
    await pass_time(reading, NINE - timedelta(minutes=50))
    model.always = NORMAL
    await pass_time(reading, NINE + HOUR)
    assert notes(reading) == []


async def test_what_was_told_before_a_long_absence_is_not_said_to_be_missing(bot: Bot, scratch: Scratch) -> None:
    """Months later, too, or where a clock is a year ahead."""
    scratch.commit("Add b", {"b.py": "b = 1\n"}, at=NINE - 20 * HOUR)
    a_feed(bot)
    await bot.at(NINE)
    await bot.at(NINE + 100 * DAY)
    _, said = bot.platform.in_channel("C1")
    assert isinstance(said, Note)
    assert "Not posted: 2026-01-09 to 2026-04-11, too long ago" in said.text


@pytest.mark.parametrize("quiet", ["line", "nothing"])
async def test_days_that_nobody_looked_at_and_no_post_makes_up_for_are_named(
    bot: Bot, scratch: Scratch, quiet: str
) -> None:
    """The bot was off for twelve days: a week comes in one post, and the days before it are named in it, once."""
    scratch.commit("Fix crash", {"app.py": "a = 2\n"}, at=NINE - 20 * HOUR)
    a_feed(bot, quiet=quiet)
    bot.now = NINE + 12 * DAY
    await bot.assembly.due()
    (post,) = bot.platform.in_channel("C1")
    assert isinstance(post, Note)
    assert "Not posted: 2026-01-08 to 2026-01-13, too long ago" in post.text
    assert "`date 2026-01-08 repository=ann/scratch`" in post.text
    bot.now += DAY
    await bot.assembly.due()
    assert "Not posted" not in str(bot.platform.in_channel("C1")[1:])
