"""Feeds, subscriptions and digests of a part of a repository: one package of it, or what bears a label."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bots import DAY, HOUR, NINE, Bot, a_bot
from conftest import Cli, refused
from fake_platform import an_asker
from made import a_commit, an_entry
from servers.github import GitHubServer
from servers.github_graphql import Pulls
from servers.scratch import Scratch
from servers.waiting import hurry

from analysis.commits.commit import Commit, FileChange
from analysis.commits.pull_request import PullRequest
from analysis.digest.scope import Scope
from analysis.entry import Entry
from bot.commands.registry import verbs
from formatters.reply import CommitList, DigestPost, Form, Note, Reply
from formatters.terminal.replies import reply_text
from storage.feeds import Feed

REPO = "ann/scratch"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """Three packages in one repository: a quiet week of each, and a Thursday on which each was changed."""
    made = Scratch(tmp_path / "scratch.git")
    for number in range(1, 8):
        made.commit(
            f"Tidy both, part {number}",
            {"rust/lib.rs": f"// {number}\n", "py/a.py": f"# {number}\n"},
            at=NINE - number * DAY - 10 * HOUR,
        )
    made.commit("Fix a crash of the parser (#1)", {"rust/src/parse.rs": "fn parse() {}\n"}, at=NINE - 20 * HOUR)
    made.commit("Make the loader faster (#2)", {"py/load.py": "a = 1\n"}, at=NINE - 19 * HOUR)
    made.commit("Rename a helper (#3)", {"rust/src/help.rs": "fn help() {}\n"}, at=NINE - 18 * HOUR)
    return made


@pytest.fixture
async def bot(environ: dict[str, str], scratch: Scratch) -> AsyncIterator[Bot]:
    async with a_bot(environ, scratch.path, NINE) as made:
        yield made


def a_feed(bot: Bot, **changes: Any) -> Feed:
    """Make a feed of the scratch, at nine, UTC; Thursday is the first day that it owes."""
    fields: dict[str, Any] = {
        "repository": REPO, "place": f"{REPO}={bot.clone}", "zone": "UTC", "since": NINE - HOUR,
    }  # fmt: skip
    return bot.feed(**fields | changes)


def titles(reply: Reply) -> set[str]:
    assert isinstance(reply, DigestPost), reply
    return {entry.commit.subject for entry in reply.outline.digest.entries}


def labelled_as(commit: Commit, *labels: str) -> Entry:
    """Return a commit that came by a pull request with these labels."""
    pull = PullRequest(commit.repo, 7, "Close a hole", "", "https://example.com/7", "ann", NINE, labels=labels)
    return replace(an_entry(commit), pull_request=pull)


def by_part(bot: Bot) -> list[DigestPost]:
    """Return the channel's last posts, one for each part, in the order of their paths."""
    posts = [one for one in bot.platform.in_channel("C1") if isinstance(one, DigestPost)]
    last = {one.outline.digest.scope.paths: one for one in posts}
    return [last[paths] for paths in sorted(last)]


def text_of(reply: Reply) -> str:
    return reply_text(reply, width=200)


# -- what lies within


@pytest.mark.parametrize(
    ("paths", "is_within"),
    [
        (("rust/**",), True),
        (("rust/",), True),
        (("*.rs",), True),
        (("py/**",), False),
        (("py/**", "rust/src/*"), True),
        (("rust/*.rs",), False),
        (("old/**",), True),  # where it was before
        (("[",), False),
    ],
)
def test_a_commit_is_of_the_paths_that_it_touches(paths: tuple[str, ...], is_within: bool) -> None:
    """By what a file is called now, or was before; one pattern of several is enough."""
    files = (FileChange("rust/src/parse.rs", "renamed", 1, 1, old_path="old/parse.rs"),)
    entry = an_entry(a_commit("Move the parser", files=files))
    assert (entry in Scope(paths)) is is_within


def test_what_was_not_seen_whole_may_be_within() -> None:
    """A commit too large to be listed in full is not lost."""
    files = (FileChange("py/a.py", "modified", 1, 1),)
    assert an_entry(a_commit("Format everything", files=files, more_files=True)) in Scope(("rust/**",))


@pytest.mark.parametrize(
    ("labels", "is_within"),
    [(("security",), True), (("SECURITY",), True), (("docs",), False), (("docs", "Security"), True), (("sec",), False)],
)
def test_a_commit_is_of_the_labels_of_its_pull_request(labels: tuple[str, ...], is_within: bool) -> None:
    """In any case, and whole; one of several is enough."""
    entry = labelled_as(a_commit("Close a hole (#7)"), "Security", "backport")
    assert (entry in Scope(labels=labels)) is is_within


def test_of_paths_and_labels_both_must_hold() -> None:
    """A commit whose pull request is unknown bears no label."""
    commit = a_commit("Close a hole (#7)", files=(FileChange("rust/a.rs", "modified", 1, 1),))
    known = labelled_as(commit, "security")
    assert known in Scope(("rust/**",), ("security",))
    assert known not in Scope(("py/**",), ("security",))
    assert an_entry(commit) not in Scope(("rust/**",), ("security",))


# -- feeds


async def test_a_feed_brings_one_package_and_says_so(bot: Bot) -> None:
    """Commits, numbers, and what is usual are of that package alone; a second feed brings the other one."""
    a_feed(bot, paths=("rust/**",), since=NINE - 8 * DAY)
    for days in range(7, 0, -1):  # the week before, day by day
        await bot.at(NINE - days * DAY)
    a_feed(bot, paths=("py/",))
    await bot.at(NINE)
    py, rust = by_part(bot)[-2:]
    assert titles(rust) == {"Fix a crash of the parser (#1)", "Rename a helper (#3)"}
    assert titles(py) == {"Make the loader faster (#2)"}
    shown = text_of(rust)
    assert "ann/scratch (rust/**): Thursday, 2026-01-08" in shown
    assert "2 commits by 1 author (usually 1 a day)" in shown
    assert "loader" not in shown
    assert "ann/scratch (py/): " in text_of(py)
    assert rust.outline.digest.statistics.files == 2


async def test_the_buttons_of_a_post_ask_about_its_part(bot: Bot) -> None:
    """Where two packages come to one channel, each post's buttons are about its own."""
    a_feed(bot, paths=("rust/**",))
    a_feed(bot, paths=("py/**",))
    await bot.at(NINE)
    py, rust = by_part(bot)
    for post, expected in (
        (rust, {"Fix a crash of the parser (#1)", "Rename a helper (#3)"}),
        (py, {"Make the loader faster (#2)"}),
    ):
        listed = await bot.reply(next(one.command for one in post.buttons if one.command.startswith("details")))
        assert isinstance(listed, CommitList)
        assert {row.item.entry.commit.subject for row in listed.rows} == expected
    form = await bot.reply(next(one.command for one in rust.buttons if one.command.startswith("subscribe")))
    assert isinstance(form, Form)
    assert {field.name: field.value for field in form.fields}["path"] == "rust/**"


async def test_a_channel_s_days_are_of_its_part(bot: Bot) -> None:
    """Where all that comes to the channel is one package, `yesterday` is about that; where two are, about the whole."""
    a_feed(bot, paths=("rust/**",))
    await bot.at(NINE)
    assert titles(await bot.reply("yesterday")) == {"Fix a crash of the parser (#1)", "Rename a helper (#3)"}
    a_feed(bot, paths=("py/**",))
    assert len(titles(await bot.reply("yesterday"))) == 3


async def test_a_day_without_anything_of_the_part_is_a_quiet_one(bot: Bot) -> None:
    """The line names the part, and how much else landed."""
    a_feed(bot, paths=("go/**",))
    await bot.at(NINE)
    (posted,) = bot.platform.in_channel("C1")
    assert isinstance(posted, Note)
    assert (
        posted.text == "ann/scratch (go/**), Thursday, 2026-01-08: 3 commits landed, but nothing this channel follows."
    )


async def test_a_look_back_is_of_the_part(bot: Bot) -> None:
    """Its title says so, too."""
    a_feed(bot, paths=("rust/**",), days="weekly", since=NINE)
    await bot.at(NINE + 3 * DAY)
    (posted,) = bot.platform.in_channel("C1")
    shown = text_of(posted)
    assert "ann/scratch (rust/**), the week in review" in shown
    assert "loader" not in shown


async def test_a_feed_of_a_part_is_set_up_in_chat(bot: Bot) -> None:
    """Typed, filled in, shown by `status`, changed back to the whole."""
    a_feed(bot, channel="C9")
    form = await bot.reply('setup ann/scratch path=rust/** path=docs/ label="good first issue"')
    assert isinstance(form, Form)
    values: dict[str, Any] = {field.name: field.value for field in form.fields}
    assert (values["paths"], values["labels"]) == ("rust/**, docs/", "good first issue")
    await bot.shown(form.command, **values)
    (feed,) = bot.assembly.feeds.of_channel("slack", "C1")
    assert (feed.paths, feed.labels) == (("rust/**", "docs/"), ("good first issue",))
    assert "only rust/**, docs/, label good first issue" in await bot.shown("status")
    again = await bot.reply("setup")
    assert isinstance(again, Form)
    await bot.shown(again.command, **values | {"paths": "", "labels": ""})
    (feed,) = bot.assembly.feeds.of_channel("slack", "C1")
    assert not feed.scope


@pytest.mark.parametrize("pattern", ["!rust/**", "/", "x" * 501, "rust/[z-a]"])
async def test_a_pattern_that_is_none_is_asked_back(bot: Bot, pattern: str) -> None:
    """In the form, and where somebody subscribes."""
    a_feed(bot)
    form = await bot.reply("setup")
    assert isinstance(form, Form)
    values: dict[str, Any] = {field.name: field.value for field in form.fields}
    assert "is not a valid path pattern" in await bot.problem(form.command, **values | {"paths": pattern})
    assert "is not a valid path pattern" in await bot.problem(f'subscribe path="{pattern}"')


# -- labels, from pull requests


@pytest.fixture
def server(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    hurry(monkeypatch)
    with GitHubServer({REPO: scratch.path}) as running:
        merged = {"mergedAt": "2026-01-08T12:00:00Z"}
        running.graphql.pulls[REPO] = Pulls(
            {
                1: merged | {"title": "Fix a crash of the parser", "labels": ["security", "rust"]},
                2: merged | {"title": "Make the loader faster", "labels": ["performance"]},
                3: merged | {"title": "Rename a helper", "labels": ["rust"]},
            }
        )
        yield running


@pytest.fixture
async def labelled(environ: dict[str, str], scratch: Scratch, server: GitHubServer) -> AsyncIterator[Bot]:
    """A bot that reads the repository from a GitHub with labels."""
    settings = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    async with a_bot(environ, scratch.path, NINE, **settings) as made:
        yield made


async def test_a_feed_brings_what_bears_a_label(labelled: Bot) -> None:
    """And its title says which."""
    a_feed(labelled, place=REPO, labels=("Security",))
    await labelled.at(NINE)
    (posted,) = labelled.platform.in_channel("C1")
    assert titles(posted) == {"Fix a crash of the parser (#1)"}
    assert "ann/scratch (label Security): " in text_of(posted)


async def test_labels_that_could_not_be_read_are_no_quiet_day(labelled: Bot, server: GitHubServer) -> None:
    """The line says that something may be missing, and why."""
    server.graphql.pulls.clear()
    a_feed(labelled, place=REPO, labels=("security",))
    await labelled.at(NINE)
    (posted,) = labelled.platform.in_channel("C1")
    assert "the labels of 3 commits are unknown" in text_of(posted)


async def test_a_subscription_to_a_label_is_told_of_it(labelled: Bot) -> None:
    """Typed, told, listed and ended."""
    labelled.now = NINE - DAY
    a_feed(labelled, place=REPO)
    assert "label `security`" in await labelled.shown("subscribe label=security how=immediately")
    labelled.now = NINE - timedelta(hours=15)
    await labelled.assembly.look()
    (told,) = [one for one in labelled.platform.in_channel("DM-U1") if isinstance(one, CommitList)]
    assert [row.item.entry.commit.subject for row in told.rows] == ["Fix a crash of the parser (#1)"]
    assert "label `security`" in await labelled.shown("subs")
    await labelled.shown("unsubscribe 1")
    assert not labelled.assembly.subscriptions.all()


async def test_labels_are_offered_while_somebody_types(labelled: Bot) -> None:
    """Those of known pull requests, the most frequent first; of several, the one that is being typed."""
    a_feed(labelled, place=REPO)
    await labelled.at(NINE)
    option = next(one for one in verbs() if one.name == "setup").options[2]
    assert option.name == "label"

    async def offered(typed: str) -> list[str]:
        return [value for value, _ in await labelled.assembly.suggest(an_asker(), "setup", option, typed, {})]

    assert await offered("") == ["rust", "performance", "security"]
    assert await offered("SEC") == ["security"]
    assert await offered("rust,sec") == ["rust,security"]


# -- the terminal


def test_a_digest_of_a_package_in_the_terminal(cli: Cli, scratch: Scratch) -> None:
    """Its numbers are the package's; the next digest of the whole has everything."""
    asked = ("digest", "--repo", f"{REPO}={scratch.path}", "--date", "2026-01-08", "--tz", "UTC", "--json")
    part = json.loads(cli(*asked, "--path", "rust/**").stdout)
    assert part["statistics"]["commits"] == part["in_scope"] == 2
    assert part["scope"] == {"paths": ["rust/**"], "labels": []}
    assert {entry["commit"]["pull_request"] for entry in part["entries"]} == {1, 3}
    whole = json.loads(cli(*asked).stdout)
    assert (whole["statistics"]["commits"], whole["scope"]["paths"]) == (3, [])


def test_a_pattern_that_is_none_is_told_before_anything_is_read(cli: Cli, scratch: Scratch) -> None:
    """In one sentence, with the way to write it."""
    said = refused(cli("digest", "--repo", str(scratch.path), "--path", "!x"), 2)
    assert "write it as rust/** or *.proto" in said


def test_a_part_in_which_nothing_landed_is_no_quiet_day(cli: Cli, scratch: Scratch) -> None:
    """The commits beside it are counted."""
    scratch.line(2)
    done = cli(
        "digest", "--repo", str(scratch.path), "--date", "2026-01-08", "--tz", "UTC", "--path", "nowhere/**", "--quiet"
    )
    assert "None of the 2 commits matches what was asked for." in done.stdout


def test_labels_need_pull_requests(cli: Cli, scratch: Scratch) -> None:
    """Without a token a clone's commits have no labels, which does not mean that none has this one."""
    said = refused(cli("digest", "--repo", str(scratch.path), "--label", "security"), 2)
    assert said.startswith("--label needs the labels of pull requests, which are not read: set [github] token")


def test_a_feed_of_a_part_in_the_configuration(cli: Cli, scratch: Scratch, tmp_path: Path) -> None:
    """One pattern as text, several as a list; what is none is refused with its place."""
    file = tmp_path / "daybrief.toml"
    table = f'[[feeds]]\nplatform = "terminal"\nchannel = "C1"\nrepository = "{REPO}={scratch.path}"\n'
    file.write_text(f'{table}paths = "!x"\n')
    assert "[[feeds]] 1, paths" in refused(cli("feed", "list"), 2)
