"""The rounds of the subscriptions and the looks at repositories, end to end: one message for each recipient and time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bots import Bot, a_bot
from fake_platform import LOST, Killed, an_asker, failing
from servers.github import GitHubServer
from servers.scratch import Scratch
from servers.waiting import hurry

from bot.service.assembly import Assembly
from formatters.reply import CommitList
from formatters.terminal.replies import reply_text

MADE = datetime(2026, 1, 8, 10, 0, tzinfo=UTC)
"""A Thursday."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REPO = "ann/scratch"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "scratch.git")
    made.commit("Begin", {"app.py": "a = 1\n"}, at=MADE - 2 * DAY)
    return made


@pytest.fixture
async def bot(environ: dict[str, str], scratch: Scratch) -> AsyncIterator[Bot]:
    """A bot with a feed in C1 whose first post is far away."""
    async with a_bot(environ, scratch.path, MADE) as made:
        made.feed(repository=REPO, place=f"{REPO}={scratch.path}", zone="UTC", since=MADE + 365 * DAY)
        yield made


def sent(bot: Bot, channel: str = "DM-U1") -> list[list[str]]:
    """The titles of each message, as they stand in a channel."""
    found = []
    for reply in bot.platform.in_channel(channel):
        assert isinstance(reply, CommitList)
        found.append([row.item.title for row in reply.rows])
    return found


async def at(bot: Bot, moment: datetime) -> None:
    bot.now = moment
    await bot.assembly.due()


async def looked(bot: Bot, moment: datetime) -> None:
    bot.now = moment
    await bot.assembly.look()


async def test_a_daily_topic_is_told_the_next_morning_once(bot: Bot, scratch: Scratch) -> None:
    """By direct message; what landed is fetched then, if nobody looked before."""
    await bot.reply("subscribe word=cache")
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    scratch.commit("Something else", {"c.py": "b = 1\n"}, at=MADE + 2 * HOUR)
    await at(bot, MADE + 5 * HOUR)
    assert sent(bot) == []
    for minutes in (0, 5, 600):
        await at(bot, MADE + 23 * HOUR + timedelta(minutes=minutes))
    assert sent(bot) == [["Fix the cache"]]
    await at(bot, MADE + 2 * DAY)
    assert sent(bot) == [["Fix the cache"]]


async def test_several_topics_are_one_message(bot: Bot, scratch: Scratch) -> None:
    """And a commit that fits two of them stands in it once."""
    for topic in ("word=cache", "path=b.py", "type=docs"):
        await bot.reply(f"subscribe {topic}")
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    scratch.commit("docs: say more", {"README.md": "more\n"}, at=MADE + 2 * HOUR)
    await at(bot, MADE + 23 * HOUR)
    assert [sorted(titles) for titles in sent(bot)] == [["Fix the cache", "say more"]]


async def test_at_once_is_within_a_look_of_landing(bot: Bot, scratch: Scratch) -> None:
    """Each commit once, those of one look together."""
    await bot.reply("subscribe word=cache how=immediately")
    await looked(bot, MADE + timedelta(minutes=1))
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    scratch.commit("Fill the cache", {"b.py": "b = 2\n"}, at=MADE + HOUR)
    for minutes in (1, 12, 24):
        await looked(bot, MADE + HOUR + timedelta(minutes=minutes))
    assert [sorted(titles) for titles in sent(bot)] == [["Fill the cache", "Fix the cache"]]
    scratch.commit("Drop the cache", {"b.py": "b = 3\n"}, at=MADE + 2 * HOUR)
    await looked(bot, MADE + 3 * HOUR)
    assert sent(bot)[1:] == [["Drop the cache"]]


async def test_a_revert_of_what_was_told_is_told(bot: Bot, scratch: Scratch) -> None:
    """Though no topic fits it; and it says why it comes."""
    await bot.reply("subscribe word=speed how=immediately")
    sha = scratch.commit("Speed it up", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    await looked(bot, MADE + HOUR)
    message = f"Take it back\n\nThis reverts commit {sha}."
    revert = scratch.commit(message, {"b.py": None}, at=MADE + 2 * HOUR)
    await looked(bot, MADE + 3 * HOUR)
    assert sent(bot) == [["Speed it up"], ["Take it back"]]
    last = bot.platform.in_channel("DM-U1")[-1]
    assert isinstance(last, CommitList)
    assert last.note == f"Reverts what you were sent before: {revert[:7]}."


async def test_a_mute_wins_and_a_channel_is_told_in_the_channel(bot: Bot, scratch: Scratch) -> None:
    """Its administrators have subscribed it."""
    await bot.reply("subscribe everything how=immediately here")
    await bot.reply("mute type=docs here")
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    scratch.commit("docs: say more", {"README.md": "more\n"}, at=MADE + HOUR)
    await looked(bot, MADE + HOUR)
    assert sent(bot, "C1") == [["Fix the cache"]]
    assert sent(bot) == []


async def test_a_long_message_says_how_much_more_there_is(bot: Bot, scratch: Scratch) -> None:
    """Nobody reads a hundred lines; all of them count as told."""
    await bot.reply("subscribe everything how=immediately")
    scratch.line(30, at=MADE + HOUR)
    await looked(bot, MADE + 2 * HOUR)
    (message,) = bot.platform.in_channel("DM-U1")
    assert isinstance(message, CommitList)
    assert message.title == "For you: 30 commits in ann/scratch · Thursday, 2026-01-08"
    assert len(message.rows) == 20
    assert "And 10 more" in message.note
    await looked(bot, MADE + 3 * HOUR)
    assert len(sent(bot)) == 1


async def test_the_message_speaks_the_language_of_the_subscription(bot: Bot, scratch: Scratch) -> None:
    """Chinese for whoever asked in Chinese."""
    await bot.reply("subscribe everything how=immediately lang=zh")
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    await looked(bot, MADE + 2 * HOUR)
    (message,) = bot.platform.in_channel("DM-U1")
    assert isinstance(message, CommitList)
    assert message.title == "你订阅的 ann/scratch：1 个提交 · 2026-01-08（周四）"


@pytest.mark.parametrize("step", ["direct", "post", "post.0.after"])
async def test_a_process_killed_while_it_tells_leaves_one_message(bot: Bot, scratch: Scratch, step: str) -> None:
    """The next one goes on, with the same commits."""
    await bot.reply("subscribe word=cache")
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    bot.platform.trouble = failing((step, Killed()))
    with pytest.raises(Killed):
        await at(bot, MADE + 23 * HOUR)
    later = MADE + 23 * HOUR + timedelta(minutes=2)
    for minutes in (0, 1, 2):
        await at(bot, later + timedelta(minutes=minutes))
    assert sent(bot) == [["Fix the cache"]]
    assert bot.platform.doubles == []


async def test_a_lost_reply_is_no_second_message(bot: Bot, scratch: Scratch) -> None:
    """It looks first."""
    await bot.reply("subscribe everything how=immediately")
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    bot.platform.trouble = failing(("post.0.after", LOST))
    await looked(bot, MADE + 2 * HOUR)
    await looked(bot, MADE + 3 * HOUR)
    assert sent(bot) == [["Fix the cache"]]


async def test_two_processes_tell_once(bot: Bot, scratch: Scratch) -> None:
    """At the same moment, each morning and at once."""
    await bot.reply("subscribe word=cache")
    await bot.reply("subscribe word=path how=immediately")
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    scratch.commit("Clear the path", {"c.py": "b = 1\n"}, at=MADE + HOUR)
    other = Assembly(bot.core, {"slack": bot.platform})
    bot.now = MADE + 23 * HOUR
    await asyncio.gather(bot.assembly.look(), other.look())
    await asyncio.gather(bot.assembly.due(), other.due())
    await other.work.close()
    assert sorted(sent(bot)) == [["Clear the path"], ["Fix the cache"]]
    assert bot.platform.doubles == []


async def test_a_person_who_takes_messages_again_hears_what_was_missed(bot: Bot, scratch: Scratch) -> None:
    """With the next message that is due to them, without having to ask for it."""
    await bot.reply("subscribe word=cache")
    bot.platform.gone.add("U1")
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    await at(bot, MADE + 23 * HOUR)
    assert "paused: this person does not accept direct messages" in await bot.shown("subs")
    bot.platform.gone.clear()
    scratch.commit("Clear the cache", {"c.py": "c = 1\n"}, at=MADE + 30 * HOUR)
    await at(bot, MADE + 31 * HOUR)
    assert sent(bot) == []
    await at(bot, MADE + 47 * HOUR)
    assert [sorted(one) for one in sent(bot)] == [["Clear the cache", "Fix the cache"]]
    assert "paused" not in await bot.shown("subs")


async def test_a_person_who_takes_no_messages_is_not_tried_again(bot: Bot, scratch: Scratch) -> None:
    """Their list says so."""
    await bot.reply("subscribe everything how=immediately")
    bot.platform.gone.add("U1")
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    await looked(bot, MADE + 2 * HOUR)
    assert "paused: this person does not accept direct messages" in await bot.shown("subs")
    calls = len(bot.platform.calls)
    await looked(bot, MADE + 3 * HOUR)
    assert len(bot.platform.calls) == calls


async def test_what_no_feed_brings_any_more_is_not_sent(
    bot: Bot, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may no longer see a repository hears nothing of it."""
    hurry(monkeypatch)
    await bot.reply("subscribe everything how=immediately", an_asker(user="U7", is_admin=False))
    bot.assembly.feeds.remove(1)
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    await looked(bot, MADE + 2 * HOUR)
    assert bot.platform.shown == {}


# -- looks


async def test_looks_cost_nothing_while_nothing_lands_and_rest_after_trouble(
    environ: dict[str, str], scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One conditional request each; after a failure the pauses grow, to a quarter of an hour."""
    hurry(monkeypatch)
    with GitHubServer({REPO: scratch.path}) as server:
        github = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
        async with a_bot(environ, scratch.path, MADE, **github) as bot:
            bot.feed(repository=REPO, place=REPO, zone="UTC", since=MADE + 365 * DAY)
            scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE - HOUR)
            for minutes in (0, 5, 11, 22):
                await looked(bot, MADE + timedelta(minutes=minutes))
            # The list, the commit, its pull request; then the list alone.
            assert [asked.status for asked in server.requests] == [200, 200, 200, 304, 304]
            assert bot.assembly.polls.looks == {"changed": 1, "unchanged": 2, "failed": 0}
            server.fail(times=1_000)
            before = len(server.requests)
            tried = []
            for minutes in range(40, 240, 5):
                await looked(bot, MADE + timedelta(minutes=minutes))
                if len(server.requests) > before:
                    tried.append(minutes)
                    before = len(server.requests)
            assert tried == list(range(40, 240, 15))
            server.fail(times=0)
            await looked(bot, MADE + 5 * HOUR)
            assert bot.assembly.polls.looks["failed"] == len(tried)


async def test_a_message_says_where_somebody_uses_what_it_touches(bot: Bot, scratch: Scratch, tmp_path: Path) -> None:
    """Their own files and lines, the first three; of other topics there are none."""
    scratch.commit("Begin", {"c.py": 'import os\n\nx = os.environ["QUILL_CACHE"]\n'}, at=MADE - HOUR)
    places = ", ".join(f'"deploy/{name}.yaml:3"' for name in "abcd")
    uses = tmp_path / "uses.toml"
    uses.write_text(f'repository = "ann/scratch"\n[variables]\nQUILL_CACHE = [{places}]\n')
    bot.feed(repository="ann/scratch", place=f"ann/scratch={scratch.path}", uses=str(uses))
    await bot.reply("subscribe uses how=immediately")
    scratch.commit("Drop it", {"c.py": "import os\n"}, at=MADE + HOUR)
    await looked(bot, MADE + HOUR)
    (message,) = (reply for reply in bot.platform.replies.values() if isinstance(reply, CommitList))
    assert [row.because for row in message.rows] == [
        "subscribed: what you use (deploy/a.yaml:3, deploy/b.yaml:3, deploy/c.yaml:3, …)"
    ]


async def test_a_message_says_which_subscriptions_matched(bot: Bot, scratch: Scratch) -> None:
    """Beside each commit; in the language of whoever subscribed."""
    for topic in ("path=b.py", 'word="fix the"'):
        await bot.reply(f"subscribe {topic} how=immediately", an_asker(language="zh"))
    scratch.commit("Fix the cache", {"b.py": "b = 1\n"}, at=MADE + HOUR)
    await looked(bot, MADE + HOUR)
    (message,) = bot.platform.in_channel("DM-U1")
    assert isinstance(message, CommitList)
    assert message.title.startswith("你订阅的 ann/scratch：1 个提交")
    assert [row.because for row in message.rows] == ["订阅：`b.py`、`fix the`"]
    assert "订阅：`b.py`、`fix the`" in reply_text(message, width=200)
