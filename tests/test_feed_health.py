"""A feed that cannot do its work: whoever set it up hears soon, its channel at its hour, both once, and again when it can."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from bots import Bot, a_bot, a_person
from fake_platform import BUSY, LOST, failing
from servers.github import GitHubServer
from servers.scratch import Scratch, run_git
from servers.waiting import hurry

from bot.delivery.schedule import Heartbeat
from bot.service.assembly import Assembly
from bot.service.connections import Connections
from bot.service.readiness import Readiness
from formatters.reply import Channel, DigestPost, Note
from storage.feeds import Feed

NINE = datetime(2026, 1, 9, 9, 0, tzinfo=UTC)
"""The Friday morning after the scratch's Thursday, 2026-01-08."""

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = ("ann/scratch", "ann/other")


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which something lands each day; to be copied."""
    made = Scratch(tmp_path_factory.mktemp("weeks") / "scratch.git")
    made.commit("Begin", {"app.py": ""}, at=NINE - 3 * DAY)
    for days in range(20):
        made.commit(f"Day {days}", {"app.py": f"a = {days}\n"}, at=NINE - 20 * HOUR + days * DAY)
    return made.path


@pytest.fixture
def scratch(weeks: Path, tmp_path: Path) -> Scratch:
    return Scratch(shutil.copytree(weeks, tmp_path / "scratch.git"))


@pytest.fixture
def github(scratch: Scratch) -> Iterator[GitHubServer]:
    with GitHubServer(dict.fromkeys(NAMES, scratch.path)) as server:
        yield server


@pytest.fixture
async def bot(environ: dict[str, str], scratch: Scratch, github: GitHubServer) -> AsyncIterator[Bot]:
    settings = {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    async with a_bot(environ, scratch.path, NINE - 12 * HOUR, **settings) as made:
        yield made


def a_feed(bot: Bot, place: str = NAMES[0], **changes: Any) -> Feed:
    fields: dict[str, Any] = {"repository": place, "place": place, "zone": "UTC", "since": bot.now}
    return bot.feed(**fields | changes)


async def pass_time(bot: Bot, until: datetime, step: timedelta = 5 * MINUTE) -> None:
    """Let the clock run, with the rounds that a process makes."""
    while bot.now < until:
        bot.now = min(bot.now + step, until)
        await bot.assembly.look()
        await bot.assembly.due()


def revoke(github: GitHubServer) -> None:
    github.tokens = ()


def mend(github: GitHubServer) -> None:
    github.tokens = ("test-token",)
    github.fail(times=0)


def heard(bot: Bot, channel: str = "DM-U1") -> list[str]:
    """What stands in a channel: notes as text, digests by the titles that are in them."""
    return [
        reply.text
        if isinstance(reply, Note)
        else ", ".join(sorted(entry.commit.subject for entry in reply.outline.digest.entries))
        for reply in bot.platform.in_channel(channel)
        if isinstance(reply, Note | DigestPost)
    ]


async def test_a_revoked_token_is_told_once_and_what_was_missed_follows(bot: Bot, github: GitHubServer) -> None:
    """The maker within the hour, the channel at its hour; both again when it works, with the day that was missed."""
    a_feed(bot)
    await pass_time(bot, NINE - 10 * HOUR)
    revoke(github)
    await pass_time(bot, NINE - 9 * HOUR)
    (broken,) = bot.platform.in_channel("DM-U1")
    assert isinstance(broken, Note)
    assert broken.about == Channel("C1")
    assert broken.text == (
        "ann/scratch: no digest can be made since 2026-01-08 23:05 (UTC). GitHub does not accept Daybrief's token: it is "
        "missing, has expired or was revoked, or the GitHub App is no longer installed. Whoever runs Daybrief must correct "
        "[github] and restart it. "
        "Anything missed will be posted once it works again."
    )
    await pass_time(bot, NINE - MINUTE)
    assert heard(bot, "C1") == []
    await pass_time(bot, NINE)
    (here,) = heard(bot, "C1")
    assert here.startswith(
        "ann/scratch, Thursday, 2026-01-08: this digest cannot be made right now. GitHub does not accept"
    )
    await pass_time(bot, NINE + 50 * HOUR, step=HOUR / 2)
    assert (len(heard(bot)), len(heard(bot, "C1"))) == (1, 1)

    mend(github)
    await pass_time(bot, NINE + 51 * HOUR)
    (works,) = heard(bot)[1:]
    assert works.startswith("ann/scratch: digests work again as of 2026-01-11 11:")
    assert works.endswith("Missed: 2026-01-08 to 2026-01-10; they come in one post now.")
    assert sorted(heard(bot, "C1")[1:]) == sorted([works, "Day 0, Day 1, Day 2"])
    await pass_time(bot, NINE + 70 * HOUR, step=HOUR)
    assert (len(heard(bot)), len(heard(bot, "C1"))) == (2, 3)
    assert bot.platform.doubles == []


async def test_where_nothing_was_missed_the_channel_hears_nothing(bot: Bot, github: GitHubServer) -> None:
    """It was mended before the hour."""
    a_feed(bot)
    revoke(github)
    await pass_time(bot, NINE - 10 * HOUR)
    mend(github)
    await pass_time(bot, NINE - 9 * HOUR)
    assert heard(bot)[-1].endswith("No digest was missed.")
    await pass_time(bot, NINE)
    assert heard(bot, "C1") == ["Day 0"]


async def test_what_passes_within_minutes_is_told_to_nobody(bot: Bot, github: GitHubServer) -> None:
    """A server that fails for a while is no news, also not when it works again."""
    a_feed(bot)
    github.fail(times=1_000)
    await pass_time(bot, NINE - 12 * HOUR + 20 * MINUTE)
    mend(github)
    await pass_time(bot, NINE)
    assert heard(bot) == []
    assert heard(bot, "C1") == ["Day 0"]


async def test_an_outage_that_lasts_is_told(bot: Bot, github: GitHubServer) -> None:
    """Within the hour, too."""
    a_feed(bot)
    github.fail(times=100_000)
    await pass_time(bot, NINE - 11 * HOUR)
    (said,) = heard(bot)
    assert "GitHub or Daybrief's store is not responding properly" in said


async def test_what_no_post_makes_up_for_is_named(bot: Bot, github: GitHubServer) -> None:
    """A catch-up reaches back seven days; those before are named, with the way to them."""
    a_feed(bot)
    revoke(github)
    await pass_time(bot, NINE + 10 * DAY, step=6 * HOUR)
    mend(github)
    await pass_time(bot, NINE + 10 * DAY + HOUR)
    assert "Missed: 2026-01-12 to 2026-01-18; they come in one post now." in heard(bot)[-1]
    assert (
        "Not posted: 2026-01-08 to 2026-01-11, too long ago to catch up on; `date 2026-01-08 repository=ann/scratch` shows"
        in heard(bot)[-1]
    )
    assert ", ".join(sorted(f"Day {day}" for day in range(4, 11))) in heard(bot, "C1")


async def test_the_maker_reads_it_in_their_language_the_channel_in_its_own(bot: Bot, github: GitHubServer) -> None:
    """Their platform has said which one that is when they last asked for anything."""
    await bot.answers("help", a_person(language="zh"))
    a_feed(bot)
    revoke(github)
    await pass_time(bot, NINE)
    assert heard(bot)[0].startswith(
        "ann/scratch：自 2026-01-08 21:05（UTC）起无法生成简报。GitHub 不接受 Daybrief 的令牌"
    )
    assert heard(bot, "C1")[0].startswith("ann/scratch, Thursday")
    mend(github)
    await pass_time(bot, NINE + HOUR)
    assert heard(bot)[1].endswith("错过：2026-01-08（周四），现在补发。")
    assert "Missed: Thursday, 2026-01-08; it comes now." in "".join(heard(bot, "C1"))


async def test_a_chinese_channel_reads_it_in_chinese(bot: Bot, github: GitHubServer) -> None:
    """And so does whoever set it up, while nothing else is known of them."""
    a_feed(bot, language="zh")
    revoke(github)
    await pass_time(bot, NINE)
    for channel in ("C1", "DM-U1"):
        (said,) = heard(bot, channel)
        assert "请运维人员更正 [github] 配置并重启 Daybrief。" in said


async def test_one_message_tells_a_person_of_all_their_feeds(bot: Bot, github: GitHubServer) -> None:
    """A refused token is one piece of news, and so is its end; each channel hears of its own post."""
    for number, place in enumerate((*NAMES, *NAMES)):
        a_feed(bot, place, channel=f"C{number}", at=time(9 + number))
    a_feed(bot, channel="C9", made_by="U2")
    revoke(github)
    await pass_time(bot, NINE + HOUR)
    (said,) = heard(bot)
    assert said.startswith("ann/scratch, ann/other: no digest can be made since")
    assert [len(heard(bot, channel)) for channel in ("DM-U2", "C0", "C1", "C2", "C3", "C9")] == [1, 1, 1, 0, 0, 1]
    mend(github)
    await pass_time(bot, NINE + 2 * HOUR - MINUTE)
    (again,) = heard(bot)[1:]
    lines = again.splitlines()
    assert [line.split(":")[0] for line in lines] == ["ann/scratch", "ann/other"] * 2
    assert ["No digest was missed." in line for line in lines] == [False, False, True, True]


async def test_a_notice_that_is_lost_on_its_way_is_not_sent_twice(bot: Bot, github: GitHubServer) -> None:
    """It is a delivery like any other; a busy platform gets it later, another process does not repeat it."""
    a_feed(bot)
    revoke(github)
    bot.platform.trouble = failing(("post", BUSY), ("post.0.after", LOST))
    await pass_time(bot, NINE - 11 * HOUR)
    other = Assembly(bot.core, {"slack": bot.platform})
    await other.due()
    await other.work.close()
    assert len(heard(bot)) == 1
    assert bot.platform.doubles == []


async def test_the_end_is_told_to_whom_the_beginning_was_told_though_no_answer_came(
    bot: Bot, github: GitHubServer
) -> None:
    """The notices stand, the platform's answers were lost, and all was well before anybody asked again."""
    for channel, place in zip(("C1", "C2"), NAMES, strict=True):
        a_feed(bot, place, channel=channel)
    revoke(github)
    await pass_time(bot, NINE - 11 * HOUR - 45 * MINUTE)
    bot.platform.trouble = _lose
    await pass_time(bot, NINE, step=HOUR)
    assert [len(heard(bot, channel)) for channel in ("DM-U1", "C1", "C2")] == [1, 1, 1]
    mend(github)
    await pass_time(bot, NINE + MINUTE)
    bot.platform.trouble = lambda _step: None
    await pass_time(bot, NINE + HOUR)
    (again,) = heard(bot)[1:]
    assert [line.split(":")[0] for line in again.splitlines()] == list(NAMES)
    for channel in ("C1", "C2"):
        assert sum("digests work again" in text for text in heard(bot, channel)) == 1
    assert bot.platform.doubles == []


async def test_who_waits_for_the_end_hears_it_though_it_broke_again_meanwhile(bot: Bot, github: GitHubServer) -> None:
    """The platform was busy when all was well for a while, and the second trouble was too short to be told."""
    a_feed(bot)
    revoke(github)
    await pass_time(bot, NINE + HOUR, step=HOUR / 2)
    assert [len(heard(bot)), len(heard(bot, "C1"))] == [1, 1]
    mend(github)
    bot.platform.trouble = _refuse
    await pass_time(bot, NINE + 2 * HOUR)
    revoke(github)
    await pass_time(bot, NINE + 2 * HOUR + 15 * MINUTE)
    mend(github)
    bot.platform.trouble = lambda _step: None
    await pass_time(bot, NINE + 4 * HOUR)
    for channel in ("DM-U1", "C1"):
        assert sum("digests work again" in text for text in heard(bot, channel)) == 1
    assert bot.platform.doubles == []


def _refuse(step: str) -> None:
    """The platform takes nothing for now."""
    if step == "post":
        raise BUSY


def _lose(step: str) -> None:
    """Whatever is posted stands, and whoever posted or looks for it hears nothing."""
    if step == "find" or step.endswith(".after"):
        raise LOST


async def test_who_takes_no_direct_messages_is_left_in_peace(bot: Bot, github: GitHubServer) -> None:
    """The channel hears it all the same."""
    a_feed(bot)
    bot.platform.gone.add("U1")
    revoke(github)
    await pass_time(bot, NINE)
    assert heard(bot) == []
    assert bot.platform.calls.count("direct") == 1
    assert len(heard(bot, "C1")) == 1


async def test_a_repository_that_may_not_be_seen_any_more_is_told_and_comes_back(
    bot: Bot, github: GitHubServer
) -> None:
    """A token that lost its repository looks like that; nothing has to be resumed."""
    a_feed(bot)
    await pass_time(bot, NINE - 11 * HOUR)
    github.rename(NAMES[0], "ann/elsewhere")
    github._old_names.clear()  # noqa: SLF001 - gone without a trace
    await pass_time(bot, NINE)
    assert "was not found, or Daybrief's token can no longer see it" in heard(bot)[0]
    assert "was not found" in heard(bot, "C1")[0]
    github.rename("ann/elsewhere", NAMES[0])
    await pass_time(bot, NINE + HOUR)
    assert "Day 0" in heard(bot, "C1")


async def test_a_paused_feed_is_no_trouble(bot: Bot, github: GitHubServer) -> None:
    """Nobody waits for it."""
    a_feed(bot)
    revoke(github)
    await pass_time(bot, NINE - 11 * HOUR - 55 * MINUTE)
    await bot.reply("pause repository=ann/scratch")
    await pass_time(bot, NINE)
    assert heard(bot) == heard(bot, "C1") == []


async def test_the_status_says_since_when_and_why(bot: Bot, github: GitHubServer) -> None:
    """In words, for whoever asks before they are told."""
    a_feed(bot)
    revoke(github)
    await pass_time(bot, NINE - 11 * HOUR - 55 * MINUTE)
    assert "failing since 2026-01-08 21:05 (UTC): GitHub does not accept Daybrief's token" in await bot.shown("status")


async def test_a_defect_in_one_repository_is_told_and_keeps_no_other(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, github: GitHubServer
) -> None:
    """It is a trouble like any other for who waits for a digest."""
    a_feed(bot)
    a_feed(bot, NAMES[1], channel="C2", made_by="U2")
    follow = bot.core.follow

    def broken(source: object, *rest: object) -> object:
        if getattr(source, "repo", "") == NAMES[0]:
            raise ZeroDivisionError
        return follow(source, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(bot.core, "follow", broken)
    await pass_time(bot, NINE - 11 * HOUR)
    assert "This is a bug in Daybrief" in heard(bot)[0]
    assert heard(bot, "DM-U2") == []
    assert github.count("commits.list", 200) > 0


async def test_a_clone_that_nobody_fetched_is_no_quiet_day(bot: Bot, scratch: Scratch, tmp_path: Path) -> None:
    """It is told how to mend it; when it was fetched the day comes."""
    scratch.git("branch", "ahead")
    scratch.git("update-ref", "refs/heads/main", "main~20")
    path = tmp_path / "clone"
    run_git(tmp_path, "clone", "--quiet", f"file://{scratch.path}", str(path))
    long_ago = (NINE - 3 * DAY).timestamp()
    os.utime(path / ".git" / "packed-refs", (long_ago, long_ago))
    a_feed(bot, repository=NAMES[0], place=f"{NAMES[0]}={path}")
    await pass_time(bot, NINE + HOUR)
    (here,) = heard(bot, "C1")
    assert "the clone was last fetched on 2026-01-06 09:00 UTC; what landed after that is missing. Fetch it" in here
    scratch.git("update-ref", "refs/heads/main", "ahead")
    run_git(path, "fetch", "--quiet")
    await pass_time(bot, NINE + 2 * HOUR)
    assert "Day 0" in heard(bot, "C1")


async def test_a_refused_token_is_noticed_between_two_looks(bot: Bot, github: GitHubServer) -> None:
    """However far these are apart: it is asked for now and then, which costs nothing."""
    a_feed(bot)
    await pass_time(bot, NINE - 11 * HOUR - 55 * MINUTE)
    revoke(github)
    readiness = Readiness(bot.assembly, Connections({}, asyncio.Event()), Heartbeat())
    await readiness.probe()
    bot.now += 15 * MINUTE
    await bot.assembly.due()
    assert "GitHub does not accept Daybrief's token" in heard(bot)[0]
    assert "GitHub rejects the token" in (await readiness.troubles())["GitHub"]


# -- subscribers


@pytest.mark.parametrize("how", ["daily", "immediately"])
async def test_subscribers_hear_of_an_outage_once_when_they_wait_for_something(
    environ: dict[str, str], scratch: Scratch, github: GitHubServer, how: str
) -> None:
    """Also of a repository that no feed brings; and again when it works, with what was missed."""
    settings = {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    settings |= {"DAYBRIEF_ACCESS__PUBLIC": "ann/*"}
    async with a_bot(environ, scratch.path, NINE - 12 * HOUR, **settings) as bot:
        a_feed(bot, NAMES[1])
        await pass_time(bot, NINE - 11 * HOUR)
        await bot.reply(f"subscribe everything repository=ann/scratch how={how}", a_person(user="U7", zone="UTC"))
        await pass_time(bot, NINE - 10 * HOUR)
        before = len(bot.platform.in_channel("DM-U7"))
        revoke(github)
        await pass_time(bot, NINE - HOUR)
        assert len(heard(bot, "DM-U7")) == (0 if how == "daily" else 1)
        await pass_time(bot, NINE + HOUR)
        (broken,) = heard(bot, "DM-U7")
        assert broken.startswith("ann/scratch has been unreadable since 2026-01-08 23:")
        assert "GitHub does not accept Daybrief's token" in broken
        await pass_time(bot, NINE + 5 * HOUR, step=HOUR / 2)
        mend(github)
        await pass_time(bot, NINE + 6 * HOUR)
        _, works = heard(bot, "DM-U7")
        assert works.startswith("ann/scratch can be read again as of")
        assert len(bot.platform.in_channel("DM-U7")) > before + 2, "what was missed"
        await pass_time(bot, NINE + 8 * HOUR, step=HOUR / 2)
        assert len(heard(bot, "DM-U7")) == 2


async def test_who_hears_of_their_feed_is_told_nothing_more_as_a_subscriber(bot: Bot, github: GitHubServer) -> None:
    """Neither is its channel."""
    a_feed(bot)
    await pass_time(bot, NINE - 11 * HOUR)
    await bot.reply("subscribe everything how=immediately", a_person(zone="UTC"))
    await bot.reply("subscribe everything here how=immediately")
    revoke(github)
    await pass_time(bot, NINE - 9 * HOUR)
    assert len(heard(bot)) == 1
    assert heard(bot, "C1") == []
