"""What came of changes, in channels: told once to each that was told of the change, also on a day on which nothing landed."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from bots import DAY, HOUR, NINE, Bot, a_bot
from servers.github import GitHubServer
from servers.github_graphql import Pulls
from servers.scratch import Scratch

from formatters.discord import replies as discord
from formatters.reply import DigestPost, Reply
from formatters.slack import digest as slack_digest

REPO = "ann/scratch"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "scratch.git")
    made.commit("Share the cache (#1)", {"app.py": "a = 1\n"}, at=NINE - 20 * HOUR)
    return made


@pytest.fixture
def pulls() -> Pulls:
    return Pulls({1: {"title": "Share the cache", "mergedAt": "2026-01-08T13:00:00Z"}})


@pytest.fixture
def server(scratch: Scratch, pulls: Pulls) -> Iterator[GitHubServer]:
    with GitHubServer({REPO: scratch.path}) as running:
        running.graphql.pulls[REPO] = pulls
        yield running


@pytest.fixture
async def bot(environ: dict[str, str], scratch: Scratch, server: GitHubServer) -> AsyncIterator[Bot]:
    """A bot with a feed in C1 that was told of Thursday, and one in C2 that begins with Friday."""
    settings = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    async with a_bot(environ, scratch.path, NINE - HOUR, **settings) as made:
        for channel, since in (("C1", NINE - HOUR), ("C2", NINE + HOUR)):
            place = f"{REPO}={scratch.path}"
            made.feed(channel=channel, repository=REPO, place=place, zone="UTC", since=since, quiet="nothing")
        await made.at(NINE)
        yield made


def news(bot: Bot, channel: str) -> list[list[str]]:
    """Return the lines on what came of changes, of each post in a channel."""
    return [[one.text for one in a_post(reply).outline.follow_ups] for reply in bot.platform.in_channel(channel)]


def a_post(reply: Reply) -> DigestPost:
    assert isinstance(reply, DigestPost)
    return reply


async def test_a_report_is_told_once_to_whom_the_change_was_told(bot: Bot, pulls: Pulls) -> None:
    """On a day without commits, too."""
    pulls.pull_requests[1]["comments"] = [
        {"author": "zoe", "body": "This PR breaks the import.", "createdAt": "2026-01-09T15:00:00Z"}
    ]
    for day in (1, 2, 3):
        await bot.at(NINE + day * DAY)
    assert news(bot, "C1") == [[], ["#1 “Share the cache”, reported on Thursday: 1 comment reports trouble"]]
    assert bot.platform.in_channel("C2") == []


async def test_a_post_without_commits_fits_each_platform(bot: Bot, pulls: Pulls) -> None:
    """Its one line is there, with its link."""
    pulls.pull_requests[1]["comments"] = [
        {
            "author": "bo",
            "body": "We will revert it.",
            "createdAt": "2026-01-09T15:00:00Z",
            "authorAssociation": "OWNER",
        }
    ]
    await bot.at(NINE + DAY)
    post = a_post(bot.platform.in_channel("C1")[-1])
    for shown in (str(slack_digest.parent(post)), str(discord.posting(post))):
        assert "bo writes “We will revert it”" in shown
        assert "https://github.com/ann/scratch/pull/1" in shown
    assert slack_digest.thread(post) == []


async def test_a_fix_is_told_with_its_own_day(bot: Bot, scratch: Scratch, pulls: Pulls) -> None:
    scratch.commit("Fix the empty cache (#2)\n\nBroken by #1.", {"app.py": "a = 2\n"}, at=NINE + HOUR)
    pulls.pull_requests[2] = {"title": "Fix the empty cache", "mergedAt": "2026-01-09T10:00:00Z"}
    await bot.at(NINE + DAY)
    assert news(bot, "C1") == [[], ["#1 “Share the cache”, reported on Thursday: a fix followed"]]
    assert news(bot, "C2") == [[]]
