"""The conversation: every command, its mistakes, who may see what, in both languages; over the sample repository."""

import asyncio
import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from bots import REPO, Bot, a_bot, a_member, a_person
from fake_platform import an_asker

from analysis.commits.window import Window
from analysis.digest.period import count_day
from analysis.i18n.language import LANGUAGES, Language
from bot.commands.grammar import HIDDEN
from bot.commands.registry import usage, verb, verbs
from bot.commands.spans import read_span, say_span
from bot.conversation.dispatcher import _HANDLERS
from bot.i18n.words import WORDS
from bot.port.command import Command
from bot.port.platform import Answer, Request
from formatters.markdown.report import report
from formatters.post import FOLDED, sections
from formatters.reply import (
    MOST_COMMAND,
    Board,
    Button,
    CommitDetail,
    CommitList,
    DigestPost,
    Form,
    Note,
    Reply,
    ReviewPost,
    Sheet,
)
from formatters.terminal.replies import reply_text
from storage.feeds import Feed


@pytest.fixture
async def bot(environ: dict[str, str], quill: Path) -> AsyncIterator[Bot]:
    """A bot whose channel C1 has the sample's digest."""
    async with a_bot(environ, quill) as made:
        made.feed()
        yield made


@pytest.fixture
async def fresh(environ: dict[str, str], quill: Path) -> AsyncIterator[Bot]:
    """A bot that nobody has set up yet."""
    async with a_bot(environ, quill) as made:
        yield made


def buttons(reply: Reply) -> list[Button]:
    """Return every button of a reply."""
    found = list(getattr(reply, "buttons", ()))
    found += [action for action in getattr(reply, "actions", ()) if action]
    found += [Button("", command) for command in getattr(reply, "item_commands", ())]
    found += [Button("", row.command) for row in getattr(reply, "rows", ()) if hasattr(row, "command")]
    return found + [button for part in getattr(reply, "parts", ()) for button in buttons(part)]


def pressed(reply: Reply, start: str) -> str:
    """Return the command of the first button that begins so."""
    return next(button.command for button in buttons(reply) if button.command.startswith(start))


def commands_of(reply: Reply) -> list[str]:
    """Return every button's command."""
    return [button.command for button in buttons(reply)]


# -- the table of commands


def test_every_command_has_a_handler_and_its_words_in_both_languages() -> None:
    """What the table promises is there; Discord's limits hold."""
    for found in verbs():
        assert found.name in _HANDLERS
        for says in (found.says, *(option.says for option in found.options)):
            assert set(says) == set(LANGUAGES)
            assert all(0 < len(text) <= 100 for text in says.values())
        assert len({option.name for option in found.options}) == len(found.options)
        required = [option.required for option in found.options]
        assert required == sorted(required, reverse=True)
        assert usage(found).startswith(found.name)
    assert all(verb(name) or name in HIDDEN for name in WORDS["aliases"])


# -- days


async def test_a_posts_button_subscribes_to_its_own_repository(known: Bot) -> None:
    """Where a channel has the digests of several, and one twice."""
    known.feed(repository="ann/other", place=f"ann/other={known.clone}", at=time(7))
    known.feed(days="weekly", at=time(8))
    post = await known.reply("2026-03-12 repository=quill")
    form = await known.reply(pressed(post, "subscribe"))
    assert isinstance(form, Form)
    await known.reply(form.command, area="AMD")
    (made,) = known.assembly.subscriptions.all()
    assert (made.repository, f"{made.at:%H:%M}") == (REPO, "09:00")


async def test_a_days_areas_count_as_its_post_does(known: Bot) -> None:
    """Each commit in one, also those that have none; what is shown of an area is what was counted."""
    post = await known.reply("2026-03-12")
    assert isinstance(post, DigestPost)
    board = await known.reply("areas on=2026-03-12")
    assert isinstance(board, Sheet)
    assert [(row[0], row[1]) for row in board.rows] == [
        (part.name, str(len(part.items))) for part in sections(post.outline)
    ]
    assert sum(int(str(count)) for _, count in board.rows) == 18
    for (name, count), action in zip(board.rows, board.actions, strict=True):
        assert action
        shown = await known.reply(action.command)
        assert isinstance(shown, CommitList)
        assert shown.title.startswith(f"{name}: ")
        assert len(shown.rows) == int(str(count))
    week = await known.reply("areas")
    assert isinstance(week, Sheet)
    counted = {str(row[0]): int(str(row[1])) for row in week.rows}
    for part in sections(post.outline):  # the day is the only one that is known
        assert part.key in {"", "tests"} or counted[part.name] == len(part.items)
    for (name, count, _), action in zip(week.rows, week.actions, strict=True):
        assert action
        listed = await known.reply(action.command)
        assert isinstance(listed, CommitList)
        assert listed.title.partition(",")[0].removesuffix("s") == f"{name}: {count} commit"
    gateway, attention = await known.reply("area gateway"), await known.reply("area attention")
    assert isinstance(gateway, CommitList)
    assert isinstance(attention, CommitList)
    assert (gateway.title, len(gateway.rows)) == ("Gateway: 2 commits, and 1 more that counts under another area", 3)
    assert [key for row in gateway.rows for key in row.item.entry.triage.areas[:1]][:2] == ["router_gateway"] * 2
    assert (attention.title, len(attention.rows)) == ("Attention: 1 commit, counted under another area", 1)
    assert "Also counted under another area: `40a912f`." in await known.shown("area gateway on=2026-03-12")
    assert "5504fd9" in await known.shown("area attention on=2026-03-12"), "nothing has it as its first area"


async def test_a_day_counts_its_areas_alike_everywhere(known: Bot) -> None:
    """In its statistics, which charts and JSON show, in the post's parts, and as `areas` counts the day."""
    post = await known.reply("yesterday")
    assert isinstance(post, DigestPost)
    counts = dict(post.outline.digest.statistics.by_area)
    folded = sum(counts.pop(area, 0) for area in FOLDED)
    parts = {part.key: len(part.items) for part in sections(post.outline) if part.key}
    assert parts == counts | ({"tests": folded} if folded else {})
    digest = post.outline.digest
    assert count_day(digest.window.first, digest.entries).by_area == digest.statistics.by_area


async def test_the_last_days_that_are_known_are_named(known: Bot) -> None:
    """Months later they are still those."""
    known.now += timedelta(days=200)
    assert "the seven days up to Thursday, 2026-03-12" in await known.shown("areas")


async def test_chinese_names_of_options_and_areas_are_understood(known: Bot) -> None:
    """With or without the space that a name has between its scripts."""
    english, chinese = [
        await known.reply(f"search {text}") for text in ("type=bugfix author=Ilse", "类型=修复 作者=Ilse")
    ]
    assert isinstance(english, CommitList)
    assert isinstance(chinese, CommitList)
    assert chinese.rows == english.rows != ()
    assert await known.reply("领域 KV缓存") == await known.reply("area kv_cache")
    assert isinstance(await known.reply("show PR 396"), CommitDetail)


@pytest.mark.parametrize("name", sorted(_HANDLERS))
async def test_a_command_without_what_it_needs_shows_no_empty_code(known: Bot, name: str) -> None:
    """It asks for it, or answers for yesterday."""
    await known.reply("subscribe area=AMD")
    for text in (name, f"{name} setup"):
        for answer in await known.answers(text):
            assert "``" not in reply_text(answer.reply)


async def test_the_day_before_yesterday_has_its_name(known: Bot) -> None:
    """In Chinese it is one word."""
    reply = await known.reply("前天")
    assert isinstance(reply, DigestPost)
    assert say_span(reply.outline.digest.window) == "2026-03-11"


async def test_a_repository_is_named_by_its_name_alone(known: Bot) -> None:
    """Where it can be seen, by its place or by an option."""
    assert await known.reply("yesterday quill") == await known.reply("yesterday repository=quill")


async def test_a_day_is_answered_with_its_digest(bot: Bot) -> None:
    """After a note that it takes a while; everything in it, the important first."""
    first, last = await bot.answers("2026-03-12")
    assert isinstance(first.reply, Note)
    assert first.reply.tone == "working"
    assert isinstance(last.reply, DigestPost)
    assert len(last.reply.outline.digest.entries) == 18
    assert last.reply.files == (), "a short look"
    assert not last.public


async def test_a_day_that_is_known_is_answered_from_the_store_alone(bot: Bot) -> None:
    """No source is asked, and it says the same."""
    made = (await bot.answers("2026-03-12"))[-1].reply
    bot.clone = Path("/nowhere")
    bot.assembly.feeds.put(bot_feed(bot, place=f"{REPO}=/nowhere"))
    (again,) = await bot.answers("2026-03-12")
    assert isinstance(made, DigestPost)
    assert isinstance(again.reply, DigestPost)
    assert report(again.reply.outline).partition("**Source:**")[0] == report(made.outline).partition("**Source:**")[0]


def bot_feed(bot: Bot, **changes: Any) -> Feed:
    from dataclasses import replace

    return replace(bot.assembly.feeds.all()[0], **changes)


@pytest.mark.parametrize(
    "text", ["yesterday", "昨天", "thursday", "2026-03-12", "date 2026-03-12", f"yesterday {REPO}"]
)
async def test_yesterday_has_many_names(bot: Bot, text: str) -> None:
    """All of them mean the same day, on the channel's clocks."""
    reply = await bot.reply(text)
    assert isinstance(reply, DigestPost)
    assert say_span(reply.outline.digest.window) == "2026-03-12"


async def test_today_is_what_has_landed_so_far(bot: Bot) -> None:
    """The day is not over, and that is said."""
    assert "The day is not over" in await bot.shown("today")


async def test_public_is_for_everybody_and_only_where_it_fits(bot: Bot) -> None:
    """An answer is private unless it is asked for; what is one's own stays so."""
    assert [answer.public for answer in await bot.answers("2026-03-12 public")] == [True, True]
    assert [answer.public for answer in await bot.answers("subs public")] == [False]
    assert [answer.public for answer in await bot.answers("2099-01-01 public")] == [False]


async def test_the_buttons_of_a_digest_work(bot: Bot) -> None:
    """Each stands for a command that says more; none is longer than platforms take."""
    post = await bot.reply("2026-03-12")
    assert all(len(button.command) <= MOST_COMMAND for button in buttons(post))
    details = await bot.reply(pressed(post, "details"))
    assert isinstance(details, CommitList)
    assert len(details.rows) == 18
    areas = await bot.reply(pressed(post, "areas"))
    assert isinstance(areas, Sheet)
    assert ("Kernels", "2") in areas.rows
    area = await bot.reply(pressed(areas, "area kernels"))
    assert isinstance(area, CommitList)
    assert len(area.rows) == 2
    why = await bot.reply(pressed(post, "why"))
    assert isinstance(why, Sheet)
    assert why.rows[0] == ("Fix wrong page size with the aiter backend", "fixes wrong results on AMD")
    item = await bot.reply(pressed(post, "show"))
    assert isinstance(item, CommitDetail)
    assert isinstance(await bot.reply(pressed(post, "subscribe")), Form)
    assert "👍" in await bot.shown(pressed(post, "rate up"))


async def test_two_who_ask_for_the_same_day_share_one_run(bot: Bot) -> None:
    """The second waits for the first, and both are answered."""
    found = await asyncio.gather(*(bot.reply("2026-03-12", an_asker(user=f"U{n}")) for n in range(5)))
    assert all(isinstance(reply, DigestPost) for reply in found)
    with bot.core.stores.store.read() as db:
        assert db.execute("select count(*) from runs").fetchone()[0] == 1


async def test_a_repository_that_has_nothing_that_day_says_so(bot: Bot) -> None:
    """A quiet day is no error."""
    assert "Nothing landed" in await bot.shown("2026-02-01")


# -- commits


@pytest.fixture(scope="module")
def told_store(quill: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which the sample's day was read for a channel."""
    path = tmp_path_factory.mktemp("told") / "s.db"

    async def tell() -> None:
        async with a_bot({"DAYBRIEF_STORE__PATH": str(path), "PATH": os.environ["PATH"]}, quill) as bot:
            bot.feed()
            await bot.reply("2026-03-12")

    asyncio.run(tell())
    whole = path.with_name("whole.db")
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("vacuum into ?", [str(whole)])  # part of it may still lie in the write-ahead log
    return whole


@pytest.fixture
async def known(environ: dict[str, str], quill: Path, told_store: Path) -> AsyncIterator[Bot]:
    """The bot, which has read the sample's day."""
    shutil.copy(told_store, environ["DAYBRIEF_STORE__PATH"])
    async with a_bot(environ, quill) as made:
        yield made


@pytest.mark.parametrize(
    "text", ["show 2941f18", "2941f18", "#400", "show Remove the legacy scheduler", "show example/quill@2941f18"]
)
async def test_a_commit_is_shown_by_whatever_names_it(known: Bot, text: str) -> None:
    """SHA, #PR, words, a button's name; in full."""
    reply = await known.reply(text)
    assert isinstance(reply, CommitDetail)
    assert reply.item.title == "Remove the legacy scheduler"


async def test_several_commits_that_fit_are_offered(known: Bot) -> None:
    """Each with its command."""
    reply = await known.reply("show prefix cache on disk")
    assert isinstance(reply, CommitList)
    assert len(reply.rows) == 3
    assert isinstance(await known.reply(reply.rows[0].command), CommitDetail)


async def test_a_commit_that_is_not_known_is_fetched_on_the_spot(bot: Bot) -> None:
    """A note first, then the commit; from then on it is known."""
    first, last = await bot.answers("show 2941f18")
    assert isinstance(first.reply, Note)
    assert first.reply.tone == "working"
    assert isinstance(last.reply, CommitDetail)
    assert last.reply.item.title == "Remove the legacy scheduler"
    assert len(await bot.answers("show 2941f18")) == 1


async def test_a_commit_that_is_nowhere_is_told_with_the_nearest(known: Bot) -> None:
    """Nothing is guessed."""
    assert "the nearest are 2941f18" in await known.problem("show 2941f19")
    assert "No commit `abcdef0123`" in await known.problem("show abcdef0123")
    assert "No commit `#99999` is known here" in await known.problem("#99999")
    assert "Which commit?" in await known.problem("show")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("week", "2026-03-06..2026-03-12"),
        ("past week", "2026-03-06..2026-03-12"),
        ("本周", "2026-03-09..2026-03-13"),
        ("this week", "2026-03-09..2026-03-13"),
        (f"week {REPO} lang=zh", "2026-03-06..2026-03-12"),
        ("month", "2026-02-11..2026-03-12"),
        ("本月", "2026-03-01..2026-03-13"),
        ("show me this month's report", "2026-03-01..2026-03-13"),
    ],
)
async def test_weeks_and_months_are_looked_back_on(known: Bot, text: str, span: str) -> None:
    """From the store alone, whatever became of the source; with what mattered, and what is not known.

    A week or a month that is named is the calendar's, else it is seven or thirty days that end yesterday.
    """
    known.assembly.feeds.put(bot_feed(known, place=f"{REPO}=/nowhere"))
    reply = await known.reply(text)
    assert isinstance(reply, ReviewPost)
    assert say_span(reply.told.made.window) == span
    assert len(reply.told.made.entries) == 18
    assert reply.told.made.language == ("zh" if "zh" in text else "en")
    assert reply.files == (), "a short look"
    (notice,) = reply.told.notices
    assert span.partition("..")[0] in notice


async def test_the_buttons_of_a_look_back_work(known: Bot) -> None:
    """All of it at once, a commit in full, a subscription, an opinion; none is longer than platforms take."""
    post = await known.reply("week")
    assert all(len(button.command) <= MOST_COMMAND for button in buttons(post))
    known.now += timedelta(days=1)
    whole = await known.reply(pressed(post, "week whole"))
    assert isinstance(whole, ReviewPost)
    assert whole.is_whole
    assert say_span(whole.told.made.window) == "2026-03-06..2026-03-12", "the same week as before"
    assert "week whole" not in [button.command for button in whole.buttons]
    assert isinstance(await known.reply(pressed(post, "show")), CommitDetail)
    assert isinstance(await known.reply(pressed(post, "subscribe")), Form)
    assert "👍" in await known.shown(pressed(post, "rate up"))
    assert "👍 1 👎 0" in await known.shown("status")


async def test_a_look_back_that_stands_comes_with_its_page(known: Bot) -> None:
    """For everybody, and in direct messages."""
    public = (await known.answers("week public"))[-1]
    assert public.public
    for reply in (public.reply, await known.reply("week", a_person())):
        assert isinstance(reply, ReviewPost)
        assert reply.files[-1].name == "example-quill-2026-03-06..2026-03-12.html"


async def test_a_time_of_which_nothing_is_known_is_no_quiet_one(bot: Bot) -> None:
    """It is told what to do, in the channel's language; a day that is asked for is read, and is known from then on."""
    told = await bot.problem("week")
    assert "example/quill, 2026-03-06 to 2026-03-12, has not been read yet" in told
    assert "such as `2026-03-12`" in told
    assert "尚未读取" in await bot.problem("month lang=zh")
    await bot.reply("2026-03-11..2026-03-12")
    reply = await bot.reply("week")
    assert isinstance(reply, ReviewPost)
    assert [day.day for day in reply.told.made.unread] == [6, 7, 8, 9, 10]
    assert "5 of these 7 days were not read in full" in reply.told.notices[0]


@pytest.mark.parametrize(
    ("command", "told"), [("week", "No commits are known from these days"), ("week lang=zh", "这几天没有收录任何提交")]
)
async def test_a_week_in_which_nothing_landed_has_no_lines_of_zeros(bot: Bot, command: str, told: str) -> None:
    """It was read: one line says so."""
    bot.now -= timedelta(days=400)
    await bot.reply("2025-01-30..2025-02-05")
    shown = await bot.shown(command)
    assert told in shown
    assert not re.search(r"\b0\b", shown)


async def test_an_area_a_search_and_the_areas_are_answered(known: Bot) -> None:
    """By any of an area's names; filters narrow."""
    for name in ("AMD", "amd", "rocm", "ＡＭＤ", "AMD since=12.3.2026"):
        reply = await known.reply(f"area {name}")
        assert isinstance(reply, CommitList)
        assert [row.item.entry.commit.short for row in reply.rows] == ["5504fd9"]
    found = await known.reply("search cache type=feature min=high since=2026-03-12")
    assert isinstance(found, CommitList)
    assert len(found.rows) == 3
    areas = await known.reply("areas")
    assert isinstance(areas, Sheet)
    assert ("KV cache", "3", "3") in areas.rows
    assert "Benchmarks" in areas.note


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("area quantisation", "There is no area `quantisation`: try Quantization"),
        ("area", "Which area? `areas` lists them. `area <area>"),
        ("search mim=high", "There is no filter `mim=high`: write `min=high`"),
        ("search cache since=2026-03-12 until=2026-03-01", "as in `since=2026-03-01` `until=2026-03-12`"),
        ("date 2026-03-12 foo=bar", "`foo=bar` is not understood here; write it as `date <date>"),
        ("date 2026-03-12 since=7d", "`since=7d` is not understood here"),
        ("areas foo", "`foo` is not understood here; write it as `areas [repository=…]"),
        ("subscribe colour=red", "`colour=red` is not understood here; write it as `subscribe"),
        ("today lang=fr", "`fr` is not one of the options: choose from en, zh"),
        ("tomorrow", "`tomorrow` is in the future: today is 2026-03-13"),
        ("2026-03-12..2026-03-20", "is in the future"),
        ("2026-03-12..2026-03-01", "is not a day"),
        ("today zone=Nowhere", "There is no time zone `Nowhere`"),
        ("today zone=GMT+8", "There is no time zone `GMT+8`: try Asia/Shanghai, Asia/Singapore."),
        ("today zone=UTC-08:00", "try America/Los_Angeles, America/Anchorage."),
        ("today zone=CST", "try Asia/Shanghai, America/Chicago."),
        ("today zone=EST", "try America/New_York."),
        ("search", "What should I look for?"),
        ("search x type=novel", "choose from feature, bugfix"),
        ("search x min=urgent", "choose from high, medium, low"),
        ("search x since=soon", "write 12h, 7d, 3w"),
        ("date", "Which day? Write it as 2026-01-08"),
        ("date someday", "`someday` is not a day"),
        ("2026-13-40", "is not a day"),
        ("2099-01-01", "`2099-01-01` is in the future: today is 2026-03-13"),
        ("serch x", "did you mean `search`?"),
        ("help frobnicate", "`help` lists them"),
        ("today repository=o/secret", "`o/secret` cannot be seen from here, only example/quill"),
    ],
)
async def test_a_mistake_is_told_with_the_way_out(known: Bot, text: str, told: str) -> None:
    """One sentence, for whoever made it."""
    assert told in await known.problem(text)


# -- what people say about ranks


async def test_a_corrected_rank_is_what_everybody_sees(known: Bot) -> None:
    """In the detail, in lists, in the day's digest, also when that is made anew; and it can be taken back."""
    item = await known.reply("show 40a912f")
    done = await known.reply(pressed(item, "rank up"), an_asker(name="Ann Lee"))
    assert isinstance(done, Note)
    assert "`40a912f` now ranks high for everyone, marked as ranked by Ann Lee" in done.text
    assert "ranked high by Ann Lee" in await known.shown("show 40a912f")
    shown = await known.reply("show 40a912f")
    assert isinstance(shown, CommitDetail)
    assert shown.item.entry.triage.importance == "high"
    assert "a reader ranks it high" in shown.item.reasons
    assert "40a912f" in await known.shown("why on=2026-03-12") or "prefill" in await known.shown("why on=2026-03-12")
    await known.reply("rerun 2026-03-12")
    digest = await known.reply("2026-03-12")
    assert isinstance(digest, DigestPost)
    assert "40a912f" in {item.entry.commit.short for item in digest.outline.must_know} | {
        entry.commit.short for entry in digest.outline.digest.entries if entry.triage.importance == "high"
    }
    found = await known.reply("search prefill batching min=high")
    assert isinstance(found, CommitList)
    assert len(found.rows) == 1
    assert "Ranks corrected by readers: 1; last `40a912f`, to high, by Ann Lee, 2026-03-13" in await known.shown(
        "status"
    )
    assert "now ranks medium" in await known.shown(pressed(done, "rank down"))
    assert "already" in await known.shown("rank up example/quill@2941f18")
    assert "already" in await known.shown("rank up 2941f18"), "as people type it"


async def test_a_members_tap_is_a_vote(known: Bot) -> None:
    """Counted and named, taken back by another tap; nobody's post changes until three agree."""
    down = "rank down example/quill@2941f18"
    voters = [a_member(user=f"U{number}", name=name) for number, name in enumerate(("Bo", "Cy", "Di", "Ed"), 2)]
    first = await known.shown(down, voters[0])
    assert "Bo wants `2941f18` ranked medium. It takes effect with 3" in first
    assert "2 people want `2941f18` ranked medium (Bo, Cy)" in await known.shown(down, voters[1])
    assert "2 votes for medium: Bo, Cy" in await known.shown("show 2941f18")
    assert "was withdrawn" in await known.shown(down, voters[0])
    assert "1 vote for medium: Cy" in await known.shown("show 2941f18")
    assert "Ranks corrected" not in await known.shown("status")
    await known.reply(down, voters[2])
    held = await known.shown(down, voters[3])
    assert "now ranks medium for everyone, marked as ranked by Cy, Di, Ed" in held
    shown = await known.reply("show 2941f18")
    assert isinstance(shown, CommitDetail)
    assert shown.item.entry.triage.importance == "medium"
    assert "ranked medium by Cy, Di, Ed" in reply_text(shown)
    assert "now ranks high" in await known.shown("rank up example/quill@2941f18")


@pytest.mark.parametrize("back", ["rank up 2941f18", "rank down 2941f18"])
async def test_a_vote_is_taken_back_in_either_way(known: Bot, back: str) -> None:
    """By the same word again, or by the other direction, also where the rank as it stands is the highest."""
    member = a_member(name="Bo")
    await known.reply("rank down 2941f18", member)
    assert "Your vote on `2941f18` was withdrawn." in await known.shown(back, member)
    assert "vote" not in await known.shown("show 2941f18")
    assert "already ranks high" in await known.shown("rank up 2941f18", member)


async def test_nobody_is_not_everybody(known: Bot) -> None:
    """Typed or in the form."""
    for text, values in (
        ("subscribe author=@", {}),
        ("subscribe author='@ @'", {}),
        ("save subscribe", {"author": "@"}),
    ):
        said = (await known.answers(text, None, None, **values))[-1].reply
        assert "Nobody here is called `@" in reply_text(said), text
    assert known.assembly.subscriptions.all() == []


async def test_the_last_word_on_a_rank_counts_and_is_exported(known: Bot) -> None:
    """With who said it."""
    from bot.digests.labels import labels

    await known.reply("rank up example/quill@40a912f")
    for _ in range(2):
        await known.reply("rank down example/quill@40a912f", an_asker(user="U2"))
    (label,) = labels(known.core)
    assert (label["sha"][:7], label["importance"], label["was"], label["who"]) == (
        "40a912f",
        "low",
        "medium",
        "slack/T1/U2",
    )
    assert label["title"] == "Tune prefill batching for long prompts (#416)"


async def test_a_commit_is_analysed_again_when_asked(known: Bot) -> None:
    """The newest analysis is shown."""
    item = await known.reply("show 6666247")
    assert isinstance(await known.reply(pressed(item, "regenerate")), CommitDetail)


async def test_opinions_on_a_digest_are_counted_once_for_each_person(known: Bot) -> None:
    """The last word counts; the status shows them."""
    for user, word in (("U1", "up"), ("U2", "up"), ("U2", "down"), ("U3", "down")):
        await known.reply(f"rate {word} on=2026-03-12", an_asker(user=user))
    assert "👍 1 👎 2" in await known.shown("status")
    known.feed(channel="C2")
    await known.reply("rate up on=2026-03-12", an_asker(user="U1", channel="C2"))
    assert "👍 1 👎 0" in await known.shown("status", an_asker(channel="C2"))
    assert "👍 1 👎 2" in await known.shown("status")


# -- subscriptions


async def test_a_topic_is_subscribed_to_and_ended(known: Bot) -> None:
    """Told what, when, and how to undo it."""
    done = await known.reply("subscribe area=AMD how=weekly")
    assert isinstance(done, Note)
    assert done.text == "Subscribed to AMD in example/quill, delivered on Mondays at 09:00 Shanghai time."
    listed = await known.reply("subs")
    assert isinstance(listed, Sheet)
    assert listed.rows == (("1", "example/quill: AMD", "on Mondays at 09:00 Shanghai time"),)
    ended = await known.reply(pressed(listed, "unsubscribe"))
    assert "Unsubscribed from AMD." in reply_text(ended, width=200)
    assert "No subscriptions yet" in await known.shown("subs")


async def test_without_a_topic_a_form_asks_for_it(known: Bot) -> None:
    """What is filled in is what is subscribed to."""
    form = await known.reply("subscribe")
    assert isinstance(form, Form)
    assert [field.name for field in form.fields] == [
        "area",
        "word",
        "path",
        "author",
        "type",
        "label",
        "min",
        "how",
        "where",
    ]
    text = await known.shown(
        form.command, area="", word="prefix", path="", author="", type="", min="medium", how="immediately", where="user"
    )
    assert "`prefix` (medium or high importance) in example/quill, delivered within minutes of landing" in text
    assert "nothing was subscribed to" in await known.problem(form.command, min="low", how="daily", where="user")
    assert [one.word for one in known.assembly.subscriptions.all()] == ["prefix"]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("subscribe AMD", "AMD in example/quill"), ("订阅 AMD", "AMD in example/quill"), ("subscribe prefix cache", "KV cache in"),
        ("subscribe page store", "`page store` in"),
        ("subscribe amd immediately high", "to AMD (high importance) in example/quill, delivered within minutes of landing"),
        ("subscribe AMD, NPU", "to AMD and NPU in"), ("subscribe AMD and NPU", "to AMD and NPU in"),
        ("subscribe AMD NPU", "to AMD and NPU in"), ("subscribe AMD、昇腾", "to AMD and NPU in"),
        ("订阅 ＡＭＤ 和 昇腾", "to AMD and NPU in"), ("subscribe area=AMD area=NPU", "to AMD and NPU in"),
        ("subscribe area=AMD,NPU,MoE", "to AMD, NPU and MoE"), ("subscribe area='AMD, NPU'", "to AMD and NPU in"),
        ("subscribe area=AMD area=NPU type=bugfix", "to AMD (bug fix) and NPU (bug fix) in"),
        ("subscribe AMD bugfix", "to AMD (bug fix) in"), ("subscribe word=foo, bar", "to `foo` and `bar` in"),
        ("subscribe build and release", "to Build and release in"), ("subscribe spill and restore", "to `spill and restore` in"),
        ("subscribe @ann, python/**/cache*.py", "to @ann and `python/**/cache*.py` in"),
        ("subscribe me to AMD and NPU please", "to AMD and NPU in"),
        ("subscribe everything", "to everything in"), ("subscribe high", "to high-importance commits in"),
        ("subscribe area=AMD and NPU", "to AMD and NPU in"), ("subscribe AMD plus NPU", "to AMD and NPU in"),
        ("subscribe files python/**/x.py", "to `python/**/x.py` in"), ("mute @dependabot[bot]", "for you: @dependabot[bot] in"),
        ("subscribe everything by @simo", "to @simo in"), ("subscribe importance high", "to high-importance commits in"),
        ("subscribe AMD weekly on Monday at 10", "to AMD in example/quill, delivered on Mondays at 10:00"),
        ("请订阅昇腾", "to NPU in"), ("我想订阅 AMD", "to AMD in"),
        ("subscribe AMD/NPU", "to AMD and NPU in"), ("subscribe [AMD, NPU]", "to AMD and NPU in"),
        ("subscribe to everything about AMD", "to AMD in"), ("subscribe bugfixes in AMD", "to AMD (bug fix) in"),
        ("subscribe security fixes", "to commits of type security in"), ("subscribe bug fixes in AMD", "to AMD (bug fix) in"), ("subscribe *AMD*", "to AMD in"),
        ("subscribe AMD in example/quill", "to AMD in"), ("subscribe only high AMD", "to AMD (high importance) in"),
        ('subscribe "zebra crossing" "grey horse"', "to `zebra crossing` and `grey horse` in"),
        ("subscribe <https://github.com/example/quill|example/quill> AMD", "to AMD in example/quill"),
        ("subscribe AMD+NPU", "to AMD and NPU in"), ("subscribe AMD\uff0bNPU", "to AMD and NPU in"),
        ("subscribe word=C++", "to `C++` in"), ("`subscribe AMD`", "to AMD in"), ("*subscribe AMD*", "to AMD in"),
        ("> subscribe AMD", "to AMD in"), ("daybrief subscribe AMD", "to AMD in"),
        ("subscribe AMD how=once a week", "to AMD in example/quill, delivered on Mondays"),
        ("subscribe AMD at 18:30", "daily at 18:30 Shanghai time"), ("subscribe docs/**", "to `docs/**` in"),
        ("could you subscribe me to AMD?", "to AMD in"), ('subscribe "not AMD"', "to `not AMD` in"),
    ],
)  # fmt: skip
async def test_a_topic_needs_no_name(known: Bot, text: str, topic: str) -> None:
    """An area if it is one, else a word."""
    assert topic in await known.shown(text)


@pytest.mark.parametrize(
    "text",
    [
        "/digest date 2026-03-12", "/digest /date 2026-03-12", "/day 2026/3/12", "日期 2026年3月12日", "2026 年 3 月 12 日",
        "2026\u201103\u201112", "２０２６-０３-１２", "12.03.2026", "12 March 2026", "12-Mar-2026", "Mar 12, 2026", "march 12", "3月12日",
        "\u3000yesterday\u00a0", "@daybrief yesterday", "<@U0BOT> yesterday", "yesterday please", "what landed yesterday?",
        "昨天合入了什么？", "1 day ago", "1天前", "from 2026-03-12 to 2026-03-12", "2026-03-12 to yesterday",
    ],
)  # fmt: skip
async def test_a_command_may_be_typed_as_text(bot: Bot, text: str) -> None:
    """Where there are no commands: in a thread, in the terminal; and a date in other ways."""
    last = (await bot.answers(text))[-1]
    assert isinstance(last.reply, DigestPost)
    assert len(last.reply.outline.digest.entries) == 18


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("subscribe author=Simo Lin", 'as in `author="Simo Lin"`'),
        ("subscribe area=AMD cache", "What does `cache` belong to?"),
        ("subscribe AMD how=once", "`once` could mean a single time: write `immediately`"),
        ("subscribe AMD once", "`once` could mean a single time: write `immediately`"),
        ("subscribe author=<@U123>", "in the repository, not in chat"),
        ("subscribe AMD repo=example/quill repo=example/other", "`repository` is given twice"),
        ("area AMD since=7d since=2d", "`since` is given twice"),
        (f"subscribe {','.join(f'w{number}' for number in range(13))}", "more than 12 topics"),
        ("subscribe AMD except tests", "cannot leave anything out (`except`"),
        ("subscribe -AMD", "cannot leave anything out"),
        ("subscribe zebra, not AMD", "cannot leave anything out"),
        ("subscribe me", "nothing was subscribed to"),
        ("subscribe zebra, AMD frobnicate", "`frobnicate` is not clear next to AMD"),
        ("subscribe AMD hourly", "`hourly` is not a time to notify you"),
        ("subscribe <@U123>", "in the repository, not in chat"),
        ("subscribe word=<@U123>", "in the repository, not in chat"),
        ("subscribe <#C123|amd>", "not about a channel"),
        ("subscribe src/sched.py", "if it is a path, write `path=src/sched.py`"),
    ],
)
async def test_what_is_not_understood_is_subscribed_to_by_nobody(known: Bot, text: str, told: str) -> None:
    """Rather than to a part of it."""
    assert told in await known.problem(text)
    assert known.assembly.subscriptions.all() == []


async def test_what_may_be_a_phrase_or_topics_is_asked_back(known: Bot) -> None:
    """Both by buttons; nothing is subscribed to before."""
    (answer,) = await known.answers("subscribe quantization for AMD weekly")
    assert known.assembly.subscriptions.all() == []
    phrase, apart = commands_of(answer.reply)
    assert "to `quantization for AMD` in example/quill, delivered on Mondays" in await known.shown(phrase)
    assert "to Quantization and AMD in example/quill, delivered on Mondays" in await known.shown(apart)


async def test_a_subscription_is_ended_by_what_it_is_about(known: Bot) -> None:
    """Or by several numbers; what was muted is heard of again, and said to be."""
    await known.reply("subscribe AMD, NPU, torch")
    await known.reply("mute CI")
    assert "Unsubscribed from AMD and `torch` (2 subscriptions)." in await known.shown("unsubscribe AMD, torch")
    assert "No longer muted: CI and tests." in await known.shown("unmute CI")
    assert "no subscription `AMD`" in await known.problem("unsubscribe AMD")
    await known.reply("subscribe AMD")
    first, second = (str(one.id) for one in known.assembly.subscriptions.all())
    assert "(2 subscriptions)" in await known.shown(f"unsubscribe #{first}, {second}")


async def test_several_values_of_a_search_all_count(known: Bot) -> None:
    """And are said; none is dropped."""
    shown = await known.shown("search area=AMD area=Attention")
    assert "area=AMD,Attention: 1 commit" in shown
    assert "nothing found" in await known.shown("search area=AMD area=NPU")


@pytest.mark.parametrize("text", ["area=AMD,NPU", "area=AMD, NPU", 'area="AMD、NPU"'])
async def test_a_list_in_a_search_means_any_of_it(known: Bot, text: str) -> None:
    """A commit has rarely two areas, and never two types alone."""

    async def subjects(command: str) -> set[str]:
        found = await known.reply(command)
        assert isinstance(found, CommitList)
        return {row.item.entry.commit.subject for row in found.rows}

    each = await subjects("search area=AMD"), await subjects("search area=NPU")
    assert await subjects(f"search {text}") == each[0] | each[1]
    assert each[0] != each[1]
    kinds = await subjects("search type=feature"), await subjects("search type=bugfix")
    assert await subjects("search type=feature,bugfix") == kinds[0] | kinds[1]


@pytest.mark.parametrize("pointer", ["show me the first one", "show 1", "第一个", "打开第一个", "第1个", "第１个"])
@pytest.mark.parametrize("asked", ["area AMD", "search aiter", "which commits touched AMD?"])
async def test_a_list_may_be_pointed_into(known: Bot, asked: str, pointer: str) -> None:
    """Whatever it answered."""
    await known.reply("what changed in the prefix cache?")
    await known.reply(asked)
    shown = await known.reply(pointer)
    assert isinstance(shown, CommitDetail)
    assert shown.item.entry.commit.short == "5504fd9"


async def test_a_place_behind_a_lists_end_is_said_to_be(known: Bot) -> None:
    """Rather than that another commit is shown."""
    await known.reply("area AMD")
    assert "The last list ends at number 1" in await known.problem("show 7")
    assert "上一份列表只到第 1 个" in await known.problem("第三个", an_asker(language="zh"))


@pytest.mark.parametrize(
    "text", ["yesterday AMD", "AMD yesterday", "昨天 AMD", "2026-03-12 AMD", "date 2026-03-12 AMD", "area AMD yesterday", "area AMD on Thursday"]
)  # fmt: skip
async def test_a_days_command_with_other_words_asks_for_something_of_that_day(known: Bot, text: str) -> None:
    """As it would in another order."""
    assert "AMD: Thursday, 2026-03-12" in await known.shown(text)


@pytest.mark.parametrize("text", ["area AMD.", "area AMD!", "area AMD please", "区域 AMD", "区域 AMD。"])
async def test_an_area_is_asked_for_in_a_sentence(known: Bot, text: str) -> None:
    assert "AMD: 1 commit" in await known.shown(text)


async def test_a_days_command_with_an_option_that_it_lacks_is_told_its_form(known: Bot) -> None:
    """Its own, not that of questions."""
    assert "write it as `yesterday [repository=" in await known.problem("yesterday area=AMD")
    assert "By area: Thursday, 2026-03-12" in await known.shown("areas yesterday")


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("path=./quill/cache.py", {"path": "quill/cache.py"}),
        (r"path=quill\cache.py", {"path": "quill/cache.py"}),
        ("path=quill/cache.py:120", {"path": "quill/cache.py"}),
        ("path=quill/cache.py:120-140", {"path": "quill/cache.py"}),
        (r"path=docs/\*.md", {"path": r"docs/\*.md"}),
        ("word=префикс", {"word": "префикс"}),
        ("word=β-sampling", {"word": "β-sampling"}),
    ],
)
async def test_a_path_is_taken_as_the_repository_has_it(known: Bot, text: str, topic: dict[str, str]) -> None:
    """Copied from Windows, from an editor or a message; words of any one alphabet are as they were typed."""
    await known.reply(f"subscribe {text}")
    (stored,) = known.assembly.subscriptions.all()
    assert {name: getattr(stored, name) for name in topic} == topic


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (r"path=C:\work\quill\cache.py", "is a path on your machine"),
        ("path=~/quill/cache.py", "is a path on your machine"),
        ("\u0410MD", "mixes letters from two alphabets"),
        ("word=\u0441ache", "mixes letters from two alphabets"),
    ],
)
async def test_what_no_commit_can_have_is_subscribed_to_by_nobody(known: Bot, text: str, told: str) -> None:
    """The first letters of the last two are Cyrillic."""
    assert told in await known.problem(f"subscribe {text}")
    assert known.assembly.subscriptions.all() == []


async def test_a_comma_may_stand_apart_from_what_is_quoted(known: Bot) -> None:
    """As people type who set a space before it."""
    assert "to AMD and NPU" in await known.shown("subscribe “AMD” ，「NPU」")


async def test_a_word_that_names_an_area_without_commits_is_looked_for(known: Bot) -> None:
    """Its English words are, too."""
    store = known.core.stores.store
    with store.write() as db:
        db.execute("update words set tags = replace(tags, 'areakvcache', '')")
    assert "235145a" not in await known.shown("area KV cache")
    assert "235145a" in await known.shown("search 缓存")


@pytest.mark.parametrize("text", ["week AMD", "本周 AMD"])
async def test_a_week_with_other_words_is_a_question(known: Bot, text: str) -> None:
    """One with a time of its own is not."""
    assert (await known.shown(text)).startswith("AMD")
    for other in ("month 2026-02", "month February"):
        assert "write it as `month" in await known.problem(other)


@pytest.mark.parametrize("text", ['subscribe AMD"', "订阅：AMD", 'subscribe "AMD'])
async def test_a_mark_too_many_is_none_of_the_topic(known: Bot, text: str) -> None:
    assert "AMD" in await known.shown(text)
    assert [one.area for one in known.assembly.subscriptions.all()] == ["amd_rocm"]


@pytest.mark.parametrize("text", ["#396", "＃396", "5504fd9"])
async def test_a_reference_alone_is_no_topic(known: Bot, text: str) -> None:
    """It may be a fix to follow, or a text to look for: both are offered."""
    assert f"`subscribe fix={text}` follows it as a fix" in await known.problem(f"subscribe {text}")
    assert known.assembly.subscriptions.all() == []


async def test_undo_is_known_by_its_buttons_word(known: Bot) -> None:
    """In Chinese, too."""
    await known.reply("subscribe AMD")
    await known.reply("撤销")
    assert known.assembly.subscriptions.all() == []


async def test_several_people_are_any_of_them(known: Bot) -> None:
    """A commit has one author."""
    one, other = [len((await known.reply(f"search author={name}")).rows) for name in ("Priya", "Ilse")]  # type: ignore[union-attr]
    assert one
    assert other
    for text in ("author=Priya,Ilse", "author=Priya author=Ilse"):
        assert f": {one + other} commits" in await known.shown(f"search {text}")


@pytest.mark.parametrize("text", ["rank high 5504fd9", "rank 5504fd9 to high", "rank lower"])
async def test_a_rank_without_its_way_or_its_commit_is_asked_back(known: Bot, text: str) -> None:
    """Rather than that the commit is shown, as if nothing had been said of its rank."""
    assert "Say `rank up` or `rank down`, and the commit." in await known.problem(text)


async def test_a_span_that_begins_tomorrow_is_still_to_come(known: Bot) -> None:
    assert "`tomorrow` is in the future" in await known.problem("area AMD since=tomorrow")


async def test_undo_takes_one_number_and_courtesy(known: Bot) -> None:
    """Several changes are not one; help knows the word."""
    await known.reply("subscribe word=pages")
    assert "Only one change can be undone at a time" in await known.problem("undo 1 2")
    assert "`undo` reverses the last change" in await known.shown("help undo")
    await known.reply("undo please")
    assert known.assembly.subscriptions.all() == []


async def test_a_days_command_takes_a_repository_by_its_name(known: Bot) -> None:
    assert isinstance(await known.reply("yesterday quill"), DigestPost)


async def test_a_question_within_a_search_keeps_to_its_filters(known: Bot) -> None:
    """What is given as a filter holds for the answer, too."""
    for filters in ("area=NPU", "type=feature author=Priya", "area=NPU since=2026-03-12"):
        found = await known.reply(f"search what changed in the block tables, please? {filters}")
        assert isinstance(found, CommitList)
        assert {row.item.entry.commit.short for row in found.rows} == {"c566b2c"}


async def test_from_in_a_search_is_since(known: Bot) -> None:
    """It is no word to look for."""
    assert await known.shown("search area=AMD from=2026-03-12") == await known.shown("search area=AMD since=2026-03-12")


@pytest.mark.parametrize("question", ["what changed", "what landed yesterday?", "show me 2941f18", "last week"])
async def test_a_question_is_about_the_repository_that_is_named(known: Bot, question: str) -> None:
    """One that may not be seen is refused, whatever command the question stands for."""
    assert "ann/secret` cannot be seen from here" in await known.problem(f"ask {question} repository=ann/secret")


async def test_a_change_is_told_and_undone(known: Bot) -> None:
    """Undo brings back what was, once, as long as nothing else has changed since."""
    first = await known.reply("subscribe AMD, NPU how=weekly")
    changed = await known.reply("subscribe AMD high")
    assert isinstance(changed, Note)
    assert changed.text == (
        "Subscribed to AMD (high importance) in example/quill, delivered daily at 09:00 Shanghai time. "
        "Before, it was AMD, on Mondays at 09:00 Shanghai time."
    )
    assert "Nothing has changed" in await known.shown("subscribe AMD high")
    assert "or something has changed since" in await known.shown(pressed(first, "undo"))
    undone = await known.shown(pressed(changed, "undo"))
    assert "back to AMD, on Mondays at 09:00 Shanghai time" in undone
    assert "already undone" in await known.shown(pressed(changed, "undo"))
    assert [(one.area, one.how) for one in known.assembly.subscriptions.all()] == [
        ("amd_rocm", "weekly"),
        ("npu_ascend", "weekly"),
    ]
    assert "already undone" in await known.shown(pressed(first, "undo"), a_member())
    assert "everything is as it was before" in await known.shown(pressed(first, "undo"))
    assert known.assembly.subscriptions.all() == []


async def test_an_old_button_undoes_no_other_change(known: Bot) -> None:
    """Buttons stay where they are; what was undone once is over."""
    first = await known.reply("subscribe word=pages")
    await known.shown(pressed(first, "undo"))
    second = await known.reply("subscribe word=slots")
    assert pressed(second, "undo") != pressed(first, "undo")
    assert "already undone" in await known.shown(pressed(first, "undo"))
    assert "slots" in await known.shown("subs")


async def test_undo_by_itself_takes_the_last_change_back(known: Bot) -> None:
    """One after the other; a person's undo leaves what others changed."""
    assert "no change to your subscriptions" in await known.shown("undo")
    await known.reply("subscribe word=graphs")
    await known.reply("subscribe word=fences")
    await known.reply("subscribe AMD", a_member())
    assert "was undone already" not in await known.shown("undo")
    again = await known.reply("subscribe word=fences")
    number = pressed(again, "undo")
    assert "everything is as it was before" in await known.shown(number)
    await known.reply("subscribe word=fences")
    assert "already undone" in await known.shown(number)
    for left in (["graphs"], []):
        assert "everything is as it was before" in await known.shown("undo")
        assert [one.word for one in known.assembly.subscriptions.all() if one.word] == left
    assert "no change to your subscriptions" in await known.shown("undo")
    assert [one.area for one in known.assembly.subscriptions.all()] == ["amd_rocm"]


async def test_what_was_ended_comes_back(known: Bot) -> None:
    """With its number, so that buttons which are there already mean the same."""
    await known.reply("subscribe AMD, NPU")
    before = known.assembly.subscriptions.all()
    ended = await known.reply("unsubscribe all")
    assert isinstance(ended, Note)
    assert ended.text == "Unsubscribed from AMD and NPU (2 subscriptions)."
    await known.reply(pressed(ended, "undo"))
    assert known.assembly.subscriptions.all() == before


@pytest.mark.parametrize(
    "text",
    [
        "{repo}#{pull}", "#{pull}", "＃{pull}", "PR {pull}", "pr-{pull}", "https://github.com/{repo}/pull/{pull}",
        "https://github.com/{repo}/pull/{pull}/commits/0123456789abcdef0123456789abcdef01234567",
        "https://github.com/{repo}/pull/{pull}/files#diff-1", "{repo}/pull/{pull}", "{sha}", "{repo}@{sha}",
        "https://github.com/{repo}/commit/{sha}?w=1", "<https://github.com/{repo}/commit/{sha}>", "show  {repo}#{pull}",
        "what is {repo}#{pull} about?", "is #{pull} in already?",
    ],
)  # fmt: skip
async def test_a_commit_is_pointed_at_in_any_way(known: Bot, text: str) -> None:
    """By its pull request, by an address with whatever follows, within a question."""
    entries = known.core.stores.commits.between(REPO, known.now - timedelta(days=3), known.now)
    entry = next(one for one in entries if one.commit.pull_request)
    shown = await known.reply(text.format(repo=REPO, pull=entry.commit.pull_request, sha=entry.commit.sha[:12]))
    assert isinstance(shown, CommitDetail)
    assert shown.item.entry.commit.sha == entry.commit.sha


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("which commits touched AMD?", "AMD"),
        ("what changed in the scheduler?", "cheduler"),
        ("有没有涉及昇腾的提交？", "NPU"),
        ("legacy scheduler", "Remove the legacy scheduler"),
        ("thanks!", "You are welcome"),
        ("good morning", "Hello!"),
        ("\u4e0b\u5348\u597d", "Hello!"),
        ("再见", "Goodbye!"),
        ("goodnight", "Goodbye!"),
        ("what landed?", "example/quill: Thursday, 2026-03-12"),
        ("hey, what's new?", "example/quill: Thursday, 2026-03-12"),
        ("有什么新的？", "example/quill: Thursday, 2026-03-12"),
        ("今天有什么新的？", "example/quill: Friday, 2026-03-13"),
        ("give me yesterday's digest please", "example/quill: Thursday, 2026-03-12"),
        ("what touched AMD on March 12?", "AMD: Thursday, 2026-03-12"),
        ("AMD 有什么变化？", "AMD: 1 commit"),
        ("谢谢", "You are welcome"),
        ("hello", "Hello!"),
        ("show me the first one", "no list to choose from"),
        ("show last", "no list to choose from"),
        ("show 0", "no list to choose from"),
        ("and the second?", "cannot tell what to look for"),
        ("zebra crossing", "Nothing found: words: zebra, crossing"),
        ("help me please", "What you can ask"),
        ("bug fixes yesterday", "bug fixes, on 2026-03-12: 2 commits"),
        ("what broke on AMD since Monday?", "AMD, since 2026-03-09: "),
        ("area=AMD", "area=AMD: 1 commit"),
        ("any breaking changes?", "breaking changes: "),
        ("why is this high?", "high"),
        ("anything for npu this week?", "npu, from 2026-03-09 to 2026-03-13: 1 commit"),
        ("what landed on March 12?", "18 commits"),
        ("what happened last week?", "2026-03-02 to 2026-03-08, has not been read yet"),
        ("what happened this week?", "in review: 2026-03-09 to 2026-03-13"),
    ],
)
async def test_what_is_no_command_is_looked_for(known: Bot, text: str, told: str) -> None:
    """Or answered in a friendly line; never by "there is no command which"."""
    shown = reply_text((await known.answers(text))[-1].reply, width=200)
    assert told in shown
    assert "no command" not in shown


async def test_a_slip_is_offered_as_it_was_meant(known: Bot) -> None:
    """By a button; a word of a question that looks like a command is none."""
    (answer,) = await known.answers("yestreday")
    assert commands_of(answer.reply) == ["yesterday"]
    assert "no command" not in reply_text((await known.answers("should i worry about the cache"))[-1].reply, width=200)


async def test_a_date_of_two_meanings_is_asked_back(known: Bot) -> None:
    """Both days are named; where only one of them is a day it is taken."""
    assert "write 2026-03-04, 2026-04-03" in await known.problem("3/4/2026")
    assert "write 2026-03-04, 2026-04-03" in await known.problem("search cache since=3/4/2026")


@pytest.mark.parametrize(
    "text",
    [
        "yesterday's digest", "yesterday’s digest", "the digest of yesterday", "show me yesterday's digest", "digest for last Thursday",
        "a day ago", "one day ago", "last night", "on Thursday", "this Thursday", "Thursday, March 12", "the 12th", "March the 12th",
        "昨天的简报", "给我看看昨天的日报", "三月十二日", "二〇二六年三月十二日", "3月12日（周四）", "本周四", "这周四的简报", "12号", "一天前", "昨晚",
    ],
)  # fmt: skip
async def test_a_day_is_said_in_many_ways(known: Bot, text: str) -> None:
    """All of them are the sample's Thursday, on the Friday after it."""
    reply = await known.reply(text)
    assert isinstance(reply, DigestPost), reply
    assert reply.outline.digest.window.first == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("three days ago", "2026-03-10"), ("a couple of days ago", "2026-03-11"), ("two weeks ago", "2026-02-27"), ("a month ago", "2026-02-13"),
        ("last Tuesday", "2026-03-10"), ("Tuesday last week", "2026-03-03"), ("last week's Tuesday", "2026-03-03"), ("上周五", "2026-03-06"),
        ("本周三", "2026-03-11"), ("上上周一", "2026-02-23"), ("两周前", "2026-02-27"), ("一个月前", "2026-02-13"), ("上个月12号", "2026-02-12"),
        ("十二月三十一号", "2025-12-31"), ("25/12", "2025-12-25"),
    ],
)  # fmt: skip
def test_other_days_count_from_today(text: str, day: str) -> None:
    assert read_span(text, date(2026, 3, 13), "UTC") == Window.of(date.fromisoformat(day), "UTC")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("8/1", "write 2025-08-01, 2026-01-08"),
        ("the digest of 8/1", "write 2025-08-01, 2026-01-08"),
        ("next Tuesday", "`next Tuesday` is in the future"),
        ("下周三", "`下周三` is in the future"),
        ("fortnights", "`fortnights` is not a day"),
        ("two fortnights ago", "is not a day"),
        (
            "commits by Prya",
            "Nobody here is called `Prya`, so no commits by them are known: write the name or the account as it appears in commits, such as Priya",
        ),
        ("search commits by Prya", "such as Priya"),
        ("what was merged by octocat?", "Nobody here is called `octocat`"),
    ],
)
async def test_what_is_no_known_time_or_person_is_asked_back(known: Bot, text: str, told: str) -> None:
    """It is no word to look for."""
    assert told in await known.problem(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("over the weekend", (3, 7), (3, 8)),
        ("mid-March digest", (3, 11), (3, 13)),
        ("what landed between Tuesday and Thursday?", (3, 10), (3, 12)),
        ("since Wednesday", (3, 11), (3, 13)),
        ("周二到周四合入了什么？", (3, 10), (3, 12)),
    ],
)
async def test_several_days_are_told_as_one(
    known: Bot, text: str, first: tuple[int, int], last: tuple[int, int]
) -> None:
    """As far back as a week; whatever names nothing beside them."""
    reply = await known.reply(text)
    assert isinstance(reply, DigestPost), reply
    window = reply.outline.digest.window
    assert (window.first, window.last) == (date(2026, *first), date(2026, *last))


@pytest.mark.parametrize(
    "text",
    [
        "commits by Priya", "Priya's commits", "changes from Priya", "what did Priya land?", "Priya", "Priya 的提交", "Priya提交了什么", "search commits by Priya",
        "any PRs by @Priya?",
    ],
)  # fmt: skip
async def test_commits_of_a_person_are_that_persons_alone(known: Bot, text: str) -> None:
    """Not those that name somebody in a trailer."""
    reply = await known.reply(text)
    assert isinstance(reply, CommitList)
    assert reply.rows
    assert {row.item.entry.commit.author.split()[0] for row in reply.rows} == {"Priya"}


@pytest.mark.parametrize(
    "text", ["who wrote the legacy scheduler?", "legacy scheduler 是谁写的", "who touched legacy scheduler"]
)
async def test_who_is_answered_by_names(known: Bot, text: str) -> None:
    """Beside what they wrote."""
    reply = await known.reply(text)
    assert isinstance(reply, CommitList)
    assert reply.rows
    assert all(row.item.entry.commit.author in reply.note for row in reply.rows)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("which commits touched AMD?", "AMD: 2 commits"),
        ("what changed for AMD yesterday", "AMD, on 2026-03-12: 2 commits"),
        ("有哪些提交动过昇腾？", "昇腾: 1 commit"),
        ("what happened to the legacy scheduler?", "scheduler, words: legacy: 1 commit"),
        ("legacy scheduler 改了什么", "scheduler, words: legacy: 1 commit"),
        ("can you find anything about unicorns please", "unicorns: nothing found"),
    ],
)
async def test_a_question_within_a_search_is_searched_for_what_it_means(known: Bot, text: str, told: str) -> None:
    """Typed, and as the one value of Discord's option; the answer says what was looked for."""
    assert told in await known.shown(f"search {text}")
    answers = [one async for one in known.assembly.talk(Request(an_asker(), Command("search", (text,))))]
    assert told in reply_text(answers[-1].reply, width=200)


async def test_a_mute_needs_a_topic(known: Bot) -> None:
    """Nobody mutes everything by mistake."""
    assert isinstance(await known.reply("mute"), Form)
    assert "Muted for you: CI and tests in example/quill." in await known.shown("mute area=CI")
    assert "Mute what?" in await known.problem((await form_of(known, "mute")).command, area="")


async def form_of(bot: Bot, text: str) -> Form:
    reply = await bot.reply(text)
    assert isinstance(reply, Form)
    return reply


async def test_a_subscription_of_somebody_else_is_not_ones_own(known: Bot) -> None:
    """Neither seen nor ended."""
    await known.reply("subscribe area=AMD")
    assert "No subscriptions yet" in await known.shown("subs", a_member())
    assert "no subscriptions to end" in await known.problem("unsubscribe 1", a_member())


async def test_a_channel_is_subscribed_by_its_administrators(known: Bot) -> None:
    """With `here`."""
    assert "This channel is now subscribed to AMD in example/quill" in await known.shown("subscribe area=AMD here")
    assert "Only an administrator of this channel" in await known.problem("subscribe area=AMD here", a_member())
    assert "Only an administrator of this channel" in await known.problem("unsubscribe all here", a_member())
    assert "example/quill: AMD" in await known.shown("subs here")


# -- feeds


async def test_a_fresh_channel_says_how_to_begin(fresh: Bot) -> None:
    """Whatever is asked."""
    assert "can set one up with `setup`" in await fresh.problem("today")
    assert "can set one up with `setup`" in await fresh.problem("status")
    assert "can set one up with `setup`" in await fresh.shown("help")


async def test_a_feed_is_set_up_by_a_form(fresh: Bot, quill: Path) -> None:
    """Filled in, looked at, told when it comes first; and changed by the same form."""
    fresh.feed(channel="C9")  # so that the sample's name leads to its clone
    form = await form_of(fresh, "setup")
    fields = {field.name: field.value for field in form.fields}
    assert fields["zone"] == "Asia/Shanghai"
    values: dict[str, Any] = fields | {
        "repository": REPO,
        "at": "8:30",
        "zone": "berlin",
        "areas": "AMD, MoE",
        "left_out": "bots",
        "days": "weekdays",
    }
    done = await fresh.shown(form.command, **values)
    assert "the digest of example/quill, and the first one comes at 2026-03-13 08:30 (Europe/Berlin)" in done
    (feed,) = fresh.assembly.feeds.of_channel("slack", "C1")
    assert (feed.areas, feed.left_out, feed.days, feed.zone, feed.made_by) == (
        ("amd_rocm", "moe_ep"), ("bots",), "weekdays", "Europe/Berlin", "U1",
    )  # fmt: skip
    again = await form_of(fresh, "setup")
    assert {field.name: field.value for field in again.fields}["areas"] == "AMD, MoE"
    assert "Saved" in await fresh.shown(again.command, **values | {"at": "10:00", "areas": ""})
    (feed,) = fresh.assembly.feeds.of_channel("slack", "C1")
    assert (f"{feed.at:%H:%M}", feed.areas) == ("10:00", ())


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"repository": "quill"}, "is not a repository on GitHub"),
        ({"repository": "/etc"}, "is not a repository on GitHub"),
        ({"repository": "example/quill=/etc"}, "is not a repository on GitHub"),
        ({"at": "25:00"}, "is not a time of day"),
        ({"zone": "Asia/Shangai"}, "try Asia/Shanghai"),
        ({"areas": "nonsense"}, "There is no area"),
        ({"days": "often"}, "choose from daily, weekdays, workdays"),
    ],
)
async def test_a_mistake_in_a_form_is_told(bot: Bot, values: dict[str, Any], told: str) -> None:
    """With the way out; nothing is stored."""
    before = bot.assembly.feeds.all()
    assert told in await bot.problem("save setup new", **{"repository": REPO} | values)
    assert bot.assembly.feeds.all() == before


async def test_only_administrators_change_a_channel(bot: Bot) -> None:
    """And only in the channel; the form's answer is checked as the command is."""
    for text in ("setup", "pause", "resume", "remove", "rerun 2026-03-12", "save setup feed=1"):
        assert "Only an administrator of this channel" in await bot.problem(text, a_member())
        assert "is about a channel: use it there" in await bot.problem(text, a_person())
    (feed,) = bot.assembly.feeds.all()
    assert not feed.paused


async def test_people_named_in_the_configuration_administer_every_channel(environ: dict[str, str], quill: Path) -> None:
    """By platform and id."""
    async with a_bot(environ, quill, DAYBRIEF_ACCESS__ADMINS="slack:U2") as bot:
        bot.feed()
        assert isinstance(await bot.reply("setup", a_member()), Form)
        assert "Only an administrator of this channel" in await bot.problem("setup", a_member(user="U3"))


async def test_a_feed_is_paused_resumed_and_removed(bot: Bot) -> None:
    """Each says what holds now."""
    assert "Paused" in await bot.shown("pause")
    assert "paused: paused by U1" in await bot.shown("status")
    assert "Resumed: the next digest of example/quill comes at 2026-03-14 09:00" in await bot.shown("resume")
    assert "Removed" in await bot.shown("remove")
    assert bot.assembly.feeds.all() == []


async def test_the_status_tells_the_next_and_the_last_digests(bot: Bot) -> None:
    """And how they went."""
    await bot.assembly.due()
    board = await bot.reply("status")
    assert isinstance(board, Board)
    text = await bot.shown("status")
    assert "2026-03-14 09:00 (Asia/Shanghai)" in text
    assert "posted" in text
    assert "2026-03-13 09:00" in text


async def test_a_channel_with_two_repositories_asks_which(bot: Bot) -> None:
    """By buttons that repeat the command."""
    bot.feed(repository="example/other", place="example/other")
    note = await bot.reply("2026-03-12 public")
    assert isinstance(note, Note)
    assert note.text == "Which repository?"
    assert pressed(note, "date 2026-03-12 repository=example/quill public")
    assert isinstance(await bot.reply("2026-03-12 repository=quill"), DigestPost)


# -- who may see what


async def test_a_channel_without_a_feed_sees_nothing(known: Bot) -> None:
    """Also not by search, by SHA, by a button from elsewhere, or by a filter hidden in words."""
    elsewhere = an_asker(channel="C2")
    for text in (
        "2026-03-12", "yesterday repository=example/quill", "show 2941f18", "show example/quill@2941f18", "area AMD",
        "search cache", 'search "repo:example/quill cache"', "areas", "rank up example/quill@2941f18",
        "details on=2026-03-12 repository=~1", "subscribe area=AMD", "regenerate example/quill@2941f18",
        "https://github.com/example/quill/commit/2941f18ae22b",
    ):  # fmt: skip
        assert "2941f18ae" not in await known.problem(text, elsewhere)


async def test_a_pattern_opens_what_it_fits(environ: dict[str, str], quill: Path) -> None:
    """Everywhere; and what it does not fit stays closed."""
    for pattern, is_open in (("EXAMPLE/*", True), ("example/qui??", True), ("exam/*", False), ("*/other", False)):
        async with a_bot(environ, quill, DAYBRIEF_ACCESS__PUBLIC=pattern) as made:
            made.feed()
            await made.reply("2026-03-12")
            shown = (await made.answers("2026-03-12", an_asker(channel="C2")))[-1].reply
            assert isinstance(shown, DigestPost) is is_open, pattern


async def test_a_pattern_opens_what_nobody_has_asked_about_yet(environ: dict[str, str], quill: Path) -> None:
    """By its whole name."""
    async with a_bot(environ, quill, DAYBRIEF_ACCESS__PUBLIC="example/*") as made:
        assert "to AMD in example/other" in await made.shown("subscribe AMD repo=example/other")
        assert "cannot be seen from here" in await made.problem("subscribe AMD repo=acme/other")


async def test_two_feeds_that_bring_the_same_are_one(bot: Bot) -> None:
    """Whoever sets up the same again changes its hour; what was owed stays owed."""
    (first,) = bot.assembly.feeds.all()
    again = bot.feed(at=time(10), repository=REPO.upper(), since=bot.now)
    assert (again.id, again.since) == (first.id, first.since)
    assert [feed.at for feed in bot.assembly.feeds.all()] == [time(10)]
    assert bot.feed(areas=("amd_rocm",)).id != first.id


@pytest.mark.parametrize(
    "values", [{"language": "zh"}, {"days": "weekdays"}, {"quiet": "nothing"}, {"at": "10:00", "zone": "Europe/Berlin"}]
)
async def test_a_second_setup_tells_no_day_twice(bot: Bot, values: dict[str, Any]) -> None:
    """In another language, on fewer days or at another hour it would be the same day again: the first is changed, and that is said."""
    note = await bot.reply("save setup new", repository=REPO, **values)
    assert isinstance(note, Note)
    assert note.text.startswith("Saved")
    (feed,) = bot.assembly.feeds.all()
    assert (feed.language, feed.days) == (values.get("language", "en"), values.get("days", "daily"))
    await bot.reply("save setup new", repository=REPO, days="weekly")
    await bot.reply("save setup new", repository=REPO, least="high")
    assert len(bot.assembly.feeds.all()) == 3


async def test_a_change_that_the_configuration_undoes_is_said_to_be_one(bot: Bot) -> None:
    """By its table at the next start; a feed that was set up in chat keeps what is saved."""
    (feed,) = bot.assembly.feeds.all()
    lasts = "applies again when the bot restarts"
    note = await bot.reply(f"save setup feed={feed.id}", at="10:30")
    assert isinstance(note, Note)
    assert lasts not in note.text
    bot.assembly.feeds.put(replace(feed, origin="config"))
    note = await bot.reply(f"save setup feed={feed.id}", at="11:30")
    assert isinstance(note, Note)
    assert note.text.startswith("Saved: ")
    assert lasts in note.text


async def test_feeds_of_old_that_bring_the_same_are_left_alone(bot: Bot) -> None:
    """They could be made in two languages: to pause one takes nothing from those who read the other."""
    second = bot.feed(areas=("amd_rocm",), language="zh")
    with bot.core.stores.store.write() as db:
        db.execute("update feeds set areas = '[]' where id = ?", [second.id])
    first, _ = bot.assembly.feeds.all()
    await bot.reply(f"pause feed={first.id}")
    assert [bool(feed.paused) for feed in bot.assembly.feeds.all()] == [True, False]


async def test_a_feed_that_is_changed_to_bring_the_same_stays_alone(bot: Bot) -> None:
    """Rather than both posting each morning; in which order the areas are named is no matter."""
    (first,) = bot.assembly.feeds.all()
    await bot.reply(f"save setup feed={first.id}", areas="AMD, NPU")
    await bot.reply("save setup new", repository="example/quill", zone="Asia/Shanghai")
    assert len(bot.assembly.feeds.all()) == 2
    second = bot.assembly.feeds.all()[1]
    await bot.reply(f"save setup feed={second.id}", areas="NPU, AMD", at="10:30")
    (kept,) = bot.assembly.feeds.all()
    assert (kept.id, f"{kept.at:%H:%M}") == (second.id, "10:30")


async def test_who_paused_is_named(known: Bot) -> None:
    """As others see them; an id that was kept before is not shown."""
    await known.reply("pause", an_asker(name="Ann Lee"))
    assert "paused by Ann Lee" in await known.shown("status")
    known.feed(id=1, paused="refused.person U0000000005")
    assert "paused by someone in chat" in await known.shown("status")


async def test_a_private_repository_is_found_by_no_filter_from_another_feeds_channel(known: Bot) -> None:
    """Two repositories in one store, each with its own channel."""
    known.feed(repository="example/other", place="example/other", channel="C2")
    elsewhere = an_asker(channel="C2")
    for text in (
        "search cache",
        'search "repo:example/quill" cache',
        "search repo:example/quill cache",
        "show 2941f18 repository=example/quill",
    ):
        said = (await known.answers(text, elsewhere))[-1].reply
        assert isinstance(said, Note), text
        assert said.tone == "problem"


async def test_a_person_sees_in_direct_messages_what_they_have_subscribed_to(known: Bot) -> None:
    """As long as a feed brings it."""
    stranger = a_person(user="U7")
    assert "You cannot see any repository in direct messages" in await known.problem("2026-03-12", stranger)
    await known.reply("subscribe area=AMD", an_asker(user="U7", is_admin=False))
    assert isinstance(await known.reply("2026-03-12", stranger), DigestPost)
    known.assembly.feeds.remove(1)
    assert "You cannot see any repository" in await known.problem("2026-03-12", stranger)


async def test_whoever_set_a_feed_up_sees_it_in_direct_messages(known: Bot) -> None:
    """They chose it."""
    assert isinstance(await known.reply("2026-03-12", a_person()), DigestPost)


async def test_public_repositories_are_seen_by_everybody(environ: dict[str, str], quill: Path) -> None:
    """Those of the configuration."""
    async with a_bot(environ, quill, DAYBRIEF_ACCESS__PUBLIC=REPO) as bot:
        bot.feed(channel="C9", made_by="")
        assert isinstance(await bot.reply("2026-03-12", a_person(user="U7")), DigestPost)
        assert isinstance(await bot.reply("2026-03-12", an_asker(channel="C3")), DigestPost)


async def test_what_may_be_set_up_is_configured(environ: dict[str, str], quill: Path) -> None:
    """A token that reads private repositories does not open them to whoever invites the bot."""
    async with a_bot(environ, quill, DAYBRIEF_ACCESS__SETUP="acme/*") as bot:
        assert "cannot be set up in chat" in await bot.problem("save setup new", repository="example/quill")


# -- the person's own page, help, languages


async def test_home_shows_subscriptions_feeds_and_the_last_digests(known: Bot) -> None:
    """In one board; what somebody merely looked at did not come."""
    assert "the last digests" not in await known.shown("home", a_person())
    await known.assembly.due()
    await known.reply("subscribe area=AMD")
    board = await known.reply("home", a_person())
    assert isinstance(board, Board)
    text = await known.shown("home", a_person())
    assert "example/quill: AMD" in text
    assert "example/quill: the last digests" in text
    assert isinstance(await known.reply(pressed(board, "date"), a_person()), DigestPost)


async def test_home_shows_the_channels_of_a_person(bot: Bot) -> None:
    """Whoever is in a channel sees how its digest is set up; of others only what everybody may know."""
    bot.feed(channel="C2", made_by="U9")
    inside = a_person(user="U7", channels=frozenset({"C2"}), administers=frozenset({"C2"}))
    board = await bot.reply("home", inside)
    text = await bot.shown("home", inside)
    assert "#C2" in text
    assert "#C1" not in text
    assert [command for command in commands_of(board) if command.startswith("setup")] == ["setup feed=2"]
    form = await bot.reply("setup feed=2", inside)
    assert isinstance(form, Form)
    assert form.command == "save setup feed=2"
    await bot.reply("pause feed=2", inside)
    assert [feed.channel for feed in bot.assembly.feeds.all() if feed.paused] == ["C2"]
    for other in (a_person(user="U7", channels=frozenset({"C2"})), a_person(user="U8"), inside):
        number = 1 if other is inside else 2
        assert "is about a channel" in await bot.problem(f"setup feed={number}", other)
        assert "is about a channel" in await bot.problem(f"save setup feed={number}", other, at="10:00")


async def test_on_discord_commands_are_shown_as_they_are_typed_there(known: Bot) -> None:
    """By its own options: nothing else can be typed."""
    known.feed(platform="discord", channel="7")
    asker = an_asker(platform="discord", channel="7")
    text = await known.shown("help", asker)
    for shown in (
        "`/digest show commit:<commit>`",
        "`/digest date date:2026-01-08`",
        "`public:True`",
        "`/digest help command:area`",
    ):
        assert shown in text
    assert "bare date" not in text
    usage = await known.shown("help subscribe", asker)
    assert "`/digest subscribe [area:…] [path:…]" in usage
    assert "[here:True]" in usage
    assert "`/digest subscribe area:AMD`" in await known.shown("subs", asker)
    assert "`/digest show commit:<commit> [repository:…]" in await known.problem("show", asker)


async def test_help_shows_what_this_person_may_do(bot: Bot) -> None:
    """All commands for an administrator, without theirs for everyone else; one in detail."""
    assert "`setup`" in await bot.shown("help")
    assert "`setup`" not in await bot.shown("help", a_member())
    text = await bot.shown("help area")
    assert "`area <area> [since=…]" in text
    assert "昇腾" in text


CHINESE_ASKER = an_asker(language="zh", channel="C2", is_admin=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("帮助", "可以使用的命令"),
        ("2026-03-12", "18 个提交"),
        ("area AMD", "AMD"),
        ("subscribe area=AMD", "已为你订阅 example/quill：AMD，每天 09:00（Shanghai 时间）推送。"),
        ("订阅 高", "已为你订阅 example/quill：高重要度的提交，每天 09:00（Shanghai 时间）推送。"),
        ("订阅 中、高", "已为你订阅 example/quill：中、高重要度的提交，每天 09:00（Shanghai 时间）推送。"),
        ("setup", "本频道的简报"),
        ("status", "本频道的简报"),
        ("rank up example/quill@40a912f", "重要度已改为高"),
    ],
)
async def test_a_chinese_channel_is_answered_in_chinese(known: Bot, text: str, told: str) -> None:
    """Its feed's language is the conversation's."""
    known.feed(channel="C2", language="zh")
    assert told in await known.shown(text, CHINESE_ASKER)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("status", "This channel's digests"), ("subs", "No subscriptions yet"), ("help", "What you can ask"), ("areas", "Areas, with their commits"),
        ("area AMD", "AMD: 1 commit"), ("search legacy", "words: legacy: 1 commit"), ("show 40a912f", "Rank lower"), ("2026-03-12", "18 commits"),
        ("details 2026-03-12", "all commits"), ("week", "the week in review"), ("pause", "Paused: no digest"), ("resume", "Resumed: the next digest"),
        ("remove", "Removed: this channel"), ("rank up example/quill@40a912f", "for everyone"), ("setup", "Digest for this channel"),
    ],
)  # fmt: skip
async def test_what_one_person_alone_sees_is_in_that_persons_language(known: Bot, text: str, told: str) -> None:
    """In a channel of another; what all of it sees is in the channel's."""
    known.feed(channel="C2", language="zh")
    asker = an_asker(language="en", channel="C2")
    assert told in await known.shown(text, asker)
    if text == "areas":
        assert "领域" in await known.shown(f"{text} public", asker)


async def test_a_mistake_is_told_in_its_readers_language(known: Bot) -> None:
    """Also where the command could not be read at all, and where the answer would have been everybody's."""
    known.feed(channel="C2", language="zh")
    asker = an_asker(language="en", channel="C2")
    assert "no command" in await known.problem("yestreday", asker)
    assert "no area" in await known.problem("area nonsense public", asker)
    nameless = an_asker(language=None, channel="C2")
    assert "这个命令" in await known.problem("yestreday", nameless)
    assert "这个领域" in await known.problem("area nonsense", nameless)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_language_can_be_named(known: Bot, language: Language) -> None:
    """For one answer."""
    reply = await known.reply(f"2026-03-12 lang={language}")
    assert isinstance(reply, DigestPost)
    assert reply.outline.digest.language == language


async def test_a_defect_is_told_and_the_bot_goes_on(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is in the log, and not in the channel."""
    monkeypatch.setattr("bot.commands.queries.list_areas", lambda *_: 1 / 0)
    assert "failed because of a bug" in await bot.problem("areas")
    assert "ZeroDivisionError" in caplog.text
    assert isinstance(await bot.reply("help"), Sheet)


HOSTILE = ["'; drop table feeds; --", "<!channel>\x1b[31m", "~99999", "a/b@" + "0" * 40]


@pytest.mark.parametrize("name", sorted(_HANDLERS))
async def test_no_command_breaks_on_hostile_words(known: Bot, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """It answers, or tells a mistake; never a defect."""
    for word in HOSTILE:
        for text in (f"{name} {word}", f"{name} up on={word}"):
            found = [answer async for answer in known.assembly.talk(Request(an_asker(), text, {"repository": word}))]
            assert found
            assert all(isinstance(answer, Answer) for answer in found)
    assert "could not answer" not in caplog.text


# -- what is offered while somebody types


async def test_what_may_be_meant_is_offered(known: Bot) -> None:
    """Repositories, areas by any name, days, commits with their titles."""
    suggest = known.assembly.suggest

    async def offered(name: str, option: str, typed: str, **others: str) -> list[tuple[str, str]]:
        found = verb(name)
        assert found
        wanted = next(one for one in found.options if one.name == option)
        return list(await suggest(an_asker(), name, wanted, typed, others))

    assert await offered("today", "repository", "qui") == [(REPO, REPO)]
    assert (await offered("area", "area", "昇腾"))[0][0] == "npu_ascend"
    assert (await offered("date", "date", ""))[0] == ("2026-03-13", "Friday, 2026-03-13")
    assert await offered("show", "commit", "2941f") == [("2941f18ae22b", "2941f18 · Remove the legacy scheduler")]
    assert (await offered("show", "commit", "KeyError"))[0][1].startswith("6666247 · Fix KeyError")
    assert len(await offered("show", "commit", "")) == 18
    assert await offered("search", "min", "high o") == [("high", "high only")]
    assert ("search", "search · Search everything Daybrief knows") in await offered("help", "command", "se")
    shown = verb("show")
    assert shown
    assert await suggest(an_asker(channel="C2"), "show", shown.options[0], "2941f", {}) == []


# -- between two versions


async def test_an_upgrade_is_told_in_chat(known: Bot) -> None:
    """A part with its lines; in the language of the channel; versions that are missing are asked for."""
    told = await known.reply("upgrade main~12..main")
    assert isinstance(told, Sheet)
    assert told.title == f"{REPO}: from main~12 to main"
    assert told.rows
    assert "two dots in between" in await known.problem("upgrade")


async def test_an_upgrade_over_much_that_is_unread_is_not_begun_in_chat(
    known: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would keep others waiting: whoever runs the bot reads it once, with a progress bar."""
    monkeypatch.setattr("bot.conversation.handlers.upgrades.MOST_UNREAD", 0)
    assert f"daybrief upgrade main~12..main --repo {REPO}" in await known.problem("upgrade main~12..main")
