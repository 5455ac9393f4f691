"""Feeds and digests of all branches whose names fit: each commit once, with its branches; branches that come and go are told."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bots import DAY, HOUR, NINE, Bot, a_bot, a_person
from conftest import Cli, refused
from fake_platform import an_asker
from servers.github import GitHubServer
from servers.scratch import Scratch
from servers.waiting import hurry

from analysis.commits.window import Window
from analysis.sources.several_branches import check_branches, fits
from formatters.reply import CommitList, DigestPost, Form, Note, Reply
from formatters.terminal.replies import reply_text
from storage.feeds import Feed

REPO = "ann/scratch"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A default branch and two release branches; a fix went to both of these."""
    made = Scratch(tmp_path / "scratch.git")
    begin = made.commit("Begin", {"a.py": "a = 1\n"}, at=NINE - 3 * DAY)
    cut = made.commit("Go on", {"a.py": "a = 2\n"}, at=NINE - 22 * HOUR)
    fix = made.commit("Fix the leak", {"a.py": "a = 3\n"}, at=NINE - 20 * HOUR, branch="release/1.9", parents=[begin])
    made.git("branch", "release/1.10", fix)
    made.commit("Name the version", {"v": "1.10\n"}, at=NINE - 19 * HOUR, branch="release/1.10")
    made.git("branch", "release/2.0", cut)
    made.commit("Try something", {"b.py": "b = 1\n"}, at=NINE - 18 * HOUR, branch="feature/try", parents=[cut])
    return made


@pytest.fixture
async def bot(environ: dict[str, str], scratch: Scratch) -> AsyncIterator[Bot]:
    async with a_bot(environ, scratch.path, NINE - HOUR) as made:
        yield made


def a_feed(bot: Bot, **changes: Any) -> Feed:
    """Make a feed of the release branches, at nine, UTC; Thursday is the first day that it owes."""
    fields: dict[str, Any] = {
        "repository": REPO, "place": f"{REPO}={bot.clone}", "zone": "UTC", "since": NINE - HOUR, "branches": ("release/*",),
    }  # fmt: skip
    return bot.feed(**fields | changes)


def on(reply: Reply) -> dict[str, tuple[str, ...]]:
    """The branches of each commit of a digest, by its title."""
    assert isinstance(reply, DigestPost), reply
    return {entry.commit.subject: entry.branches for entry in reply.outline.digest.entries}


def text_of(reply: Reply) -> str:
    return reply_text(reply, width=200)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("release/*", {"release/1.9"}),
        ("release/**", {"release/1.9", "release/1.9/hot"}),
        ("release/1.?", {"release/1.9"}),
        ("*", {"main", "maintenance"}),
        ("main", {"main"}),
        ("**", {"main", "maintenance", "release/1.9", "release/1.9/hot", "prerelease/1"}),
    ],
)
def test_a_star_stops_at_a_slash(pattern: str, names: set[str]) -> None:
    """And the whole name must fit."""
    known = {"main", "maintenance", "release/1.9", "release/1.9/hot", "prerelease/1"}
    assert {name for name in known if fits(name, pattern)} == names


def test_a_hostile_pattern_ends() -> None:
    """However many stars it has."""
    assert not fits("release/" + "a" * 300, "release/" + "*a" * 200 + "b")
    check_branches(["*a" * 200])


async def test_a_feed_brings_all_branches_that_fit(bot: Bot) -> None:
    """Each commit once, with its branches; nothing of the default branch, which a release began with, and nothing of others."""
    a_feed(bot)
    await bot.at(NINE)
    (posted,) = bot.platform.in_channel("C1")
    assert on(posted) == {"Fix the leak": ("release/1.9", "release/1.10"), "Name the version": ("release/1.10",)}
    shown = text_of(posted)
    assert "ann/scratch (branch release/*): " in shown
    assert "[release/1.9, release/1.10] Fix the leak" in shown
    details = await bot.shown("details on=2026-01-08")
    assert "[release/1.10] Name the version" in details


async def test_the_buttons_of_a_post_ask_about_its_branches(bot: Bot) -> None:
    """Where the default branch comes to the same channel, too."""
    a_feed(bot, branches=())
    a_feed(bot)
    await bot.at(NINE)
    posts = [post for post in bot.platform.in_channel("C1") if isinstance(post, DigestPost)]
    for post in posts:
        details = next(button.command for button in post.buttons if button.command.startswith("details"))
        assert ("Go on" in await bot.shown(details)) is (post.outline.digest.branches is None)
    assert {post.outline.digest.branches is None for post in posts} == {True, False}


async def test_branches_that_come_and_go_are_told(bot: Bot, scratch: Scratch) -> None:
    """With the next post; the first one has nothing to compare with."""
    a_feed(bot)
    await bot.at(NINE)
    scratch.git("branch", "-D", "release/1.9")
    scratch.commit(
        "Cherry-pick the flag", {"a.py": "a = 4\n"}, at=NINE + HOUR, branch="release/2.1", parents=[scratch.tip()]
    )
    await bot.at(NINE + DAY)
    first, second = bot.platform.in_channel("C1")
    assert "since the last post" not in text_of(first)
    assert on(second) == {"Cherry-pick the flag": ("release/2.1",)}
    assert "new since the last post: the branches release/2.1" in text_of(second)
    assert "gone since the last post: the branches release/1.9" in text_of(second)


async def test_no_branch_that_fits_is_told(bot: Bot) -> None:
    """A quiet line says why."""
    a_feed(bot, branches=("stable/*",))
    await bot.at(NINE)
    (posted,) = bot.platform.in_channel("C1")
    assert isinstance(posted, Note)
    assert "ann/scratch (branch stable/*), Thursday, 2026-01-08: nothing landed." in posted.text
    assert "no branch matches stable/* now" in posted.text


async def test_the_default_branch_stays_by_itself(bot: Bot) -> None:
    """What only release branches have is in no digest or look back of the repository."""
    a_feed(bot)
    await bot.at(NINE)
    thursday = Window.of(date(2026, 1, 8), "UTC")
    assert not bot.core.stores.history.read_days(REPO, thursday)
    a_feed(bot, branches=(), channel="C2")
    await bot.at(NINE + HOUR)
    assert bot.core.stores.history.read_days(REPO, thursday)
    (posted,) = bot.platform.in_channel("C2")
    assert on(posted) == {"Go on": ()}
    assert "Fix the leak" not in await bot.shown("week", None)
    known = bot.core.stores.commits.between(REPO, NINE - DAY, NINE)
    assert [entry.commit.subject for entry in known] == ["Go on"]


async def test_what_is_merged_later_is_the_default_branch_s_too(bot: Bot, scratch: Scratch) -> None:
    """It is told there once it has landed there."""
    a_feed(bot)
    await bot.at(NINE)
    a_feed(bot, branches=(), channel="C2")
    tip = scratch.tip("release/1.9")
    scratch.git("branch", "-f", "main", tip)
    await bot.at(NINE + HOUR)
    (posted,) = bot.platform.in_channel("C2")
    assert "Fix the leak" in on(posted)
    assert "Fix the leak" in {entry.commit.subject for entry in bot.core.stores.commits.between(REPO, NINE - DAY, NINE)}


async def test_a_feed_of_branches_is_set_up_in_chat(bot: Bot) -> None:
    """Typed, shown by `status`; looking back is refused, and so is what is no pattern."""
    a_feed(bot, channel="C9")
    form = await bot.reply("setup ann/scratch branch=release/*")
    assert isinstance(form, Form)
    values: dict[str, Any] = {field.name: field.value for field in form.fields}
    assert values["branches"] == "release/*"
    assert "choose other days" in await bot.problem(form.command, **values | {"days": "weekly"})
    assert "is not a valid branch pattern" in await bot.problem(form.command, **values | {"branches": "!x"})
    await bot.shown(form.command, **values)
    (feed,) = bot.assembly.feeds.of_channel("slack", "C1")
    assert feed.branches == ("release/*",)
    assert "branches release/*" in await bot.shown("status")


# -- the terminal, and GitHub


@pytest.fixture
def server(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    hurry(monkeypatch)
    with GitHubServer({REPO: scratch.path}) as running:
        yield running


@pytest.mark.parametrize("is_clone", [True, False])
def test_a_digest_of_branches_in_the_terminal(
    cli: Cli, scratch: Scratch, server: GitHubServer, *, is_clone: bool
) -> None:
    """The same from a clone and from GitHub."""
    place = f"{REPO}={scratch.path}" if is_clone else REPO
    asked = ("digest", "--repo", place, "--date", "2026-01-08", "--tz", "UTC", "--json", "--branch", "release/*")
    made = json.loads(cli(*asked, DAYBRIEF_GITHUB__BASE_URL=server.url).stdout)
    assert made["branches"] == ["release/1.9", "release/1.10", "release/2.0"]
    found = {entry["commit"]["subject"]: entry["branches"] for entry in made["entries"]}
    assert found == {"Fix the leak": ["release/1.9", "release/1.10"], "Name the version": ["release/1.10"]}


def test_the_default_branch_may_be_among_them(cli: Cli, scratch: Scratch) -> None:
    """Then what it has is told, too."""
    asked = (
        "digest",
        "--repo",
        f"{REPO}={scratch.path}",
        "--date",
        "2026-01-08",
        "--tz",
        "UTC",
        "--json",
        "--branch",
        "main,release/*",
    )
    made = json.loads(cli(*asked).stdout)
    assert {entry["commit"]["subject"] for entry in made["entries"]} == {"Fix the leak", "Name the version", "Go on"}


def test_what_cannot_be_is_refused(cli: Cli, scratch: Scratch, tmp_path: Path) -> None:
    """On the command line, and in the configuration with its place."""
    assert "write it as release/*" in refused(cli("digest", "--repo", str(scratch.path), "--branch", "!x/*"), 2)
    file = tmp_path / "daybrief.toml"
    table = f'[[feeds]]\nplatform = "terminal"\nchannel = "C1"\nrepository = "{REPO}={scratch.path}"\nbranches = "release/*"\n'
    file.write_text(f'{table}days = "weekly"\n')
    assert "choose other days" in refused(cli("feed", "list"), 2)


# -- alerts at once


async def told_at_once(bot: Bot, moment: datetime) -> dict[str, set[str]]:
    """Look at the repository at a moment; return the titles that each channel was told since the start."""
    bot.now = moment
    await bot.assembly.look()
    return {
        channel: {row.item.title for reply in bot.platform.in_channel(channel) if isinstance(reply, CommitList) for row in reply.rows}
        for channel in ("C1", "C2", "DM-U1")
    }  # fmt: skip


@pytest.fixture
async def alerted(environ: dict[str, str], scratch: Scratch) -> AsyncIterator[Bot]:
    """Release branches come to C1, the default branch to C2; both, and a person, want to hear of everything at once."""
    async with a_bot(environ, scratch.path, NINE) as made:
        a_feed(made, since=NINE + 365 * DAY)
        a_feed(made, branches=(), channel="C2", since=NINE + 365 * DAY)
        for channel in ("C1", "C2"):
            await made.reply("subscribe everything here how=immediately", an_asker(channel=channel))
        await made.reply(
            f"subscribe everything how=immediately repository={REPO}", a_person(channels=frozenset({"C1", "C2"}))
        )
        await made.assembly.look()
        yield made


async def test_what_lands_on_a_branch_of_the_feed_is_told_at_once(alerted: Bot, scratch: Scratch) -> None:
    """In the channel that the feed comes to, and to people; not in one that has the default branch alone."""
    scratch.commit("Cherry-pick the flag", {"a.py": "a = 5\n"}, at=NINE + HOUR, branch="release/1.10")
    scratch.commit("Add the flag", {"a.py": "a = 6\n"}, at=NINE + HOUR)
    scratch.commit("Try more", {"b.py": "b = 2\n"}, at=NINE + HOUR, branch="feature/try")
    told = await told_at_once(alerted, NINE + 2 * HOUR)
    both = {"[release/1.10] Cherry-pick the flag", "Add the flag"}
    assert told == {"C1": both, "C2": {"Add the flag"}, "DM-U1": both}


async def test_a_new_branch_that_fits_is_told_at_once_too(alerted: Bot, scratch: Scratch) -> None:
    scratch.commit("Name the version", {"v": "2.1\n"}, at=NINE + HOUR, branch="release/2.1", parents=[scratch.tip()])
    assert (await told_at_once(alerted, NINE + 2 * HOUR))["C1"] == {"[release/2.1] Name the version"}


async def test_a_pattern_of_the_default_branch_takes_nothing_from_it(bot: Bot, scratch: Scratch) -> None:
    """Its commits are still the repository's own, in the archive and in every subscription."""
    a_feed(bot, branches=("main", "release/*"))
    await bot.at(NINE)
    known = bot.core.stores.commits.between(REPO, NINE - DAY, NINE)
    assert [entry.commit.subject for entry in known] == ["Go on"]


async def test_one_that_two_feeds_see_on_other_branches_is_told_to_both(alerted: Bot, scratch: Scratch) -> None:
    """Whichever looked last."""
    a_feed(alerted, branches=("stable/*",), channel="C3", since=NINE + 365 * DAY)
    sha = scratch.commit("Mend the leak", {"a.py": "a = 7\n"}, at=NINE + HOUR, branch="release/1.9")
    scratch.git("branch", "stable/1", sha)
    await told_at_once(alerted, NINE + 2 * HOUR)
    (entry,) = alerted.core.stores.commits.entries(REPO, [sha]).values()
    assert entry.branches == ("release/1.9", "stable/1")


async def test_looks_at_unchanged_branches_are_free(
    environ: dict[str, str], scratch: Scratch, server: GitHubServer
) -> None:
    """However many there are: nobody asks about a branch that stands where it stood."""
    settings = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    async with a_bot(environ, scratch.path, NINE, **settings) as made:
        a_feed(made, place=REPO, since=NINE + 365 * DAY)
        await made.assembly.look()
        asked = len(server.requests)
        for minutes in (10, 20, 30):
            made.now = NINE + timedelta(minutes=minutes)
            await made.assembly.look()
        again = server.requests[asked:]
        assert again
        assert {one.status for one in again} == {304}
        assert not [one for one in again if one.query.get("sha", "").startswith("release/")]
        scratch.commit("Mend the leak", {"a.py": "a = 7\n"}, at=NINE + HOUR, branch="release/1.9")
        made.now = NINE + 2 * HOUR
        await made.assembly.look()
        known = made.core.stores.commits.between(REPO, NINE, NINE + DAY, of_branches=True)
    assert [(entry.commit.subject, entry.branches) for entry in known] == [("Mend the leak", ("release/1.9",))]
