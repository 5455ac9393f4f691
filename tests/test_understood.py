"""Chat says yes only to what it understood: what it cannot read is told, and what it did is said as it is."""

import re
import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from bots import REPO, ZONE, Bot, a_bot, read_days
from fake_platform import an_asker

from analysis.commits.window import Window
from bot.commands import asking
from bot.commands.mistakes import Mistake
from bot.commands.registry import verb
from bot.delivery.subscriptions import matches
from bot.platforms.discord.commands import typed as chosen
from bot.port.platform import Request
from formatters.reply import CommitDetail, CommitList, DigestPost
from formatters.terminal.replies import reply_text

DAY = Window.of(date(2026, 3, 12), ZONE)


@pytest.fixture(scope="module")
def read_store(quill: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which two days of the sample were read."""
    path = tmp_path_factory.mktemp("understood") / "s.db"
    read_days(path, quill, "2026-03-11", "2026-03-12")
    return path


@pytest.fixture
async def bot(environ: dict[str, str], quill: Path, read_store: Path) -> AsyncIterator[Bot]:
    shutil.copy(read_store, environ["DAYBRIEF_STORE__PATH"])
    async with a_bot(environ, quill) as made:
        yield made


async def told(bot: Bot, text: str) -> str:
    """Return what the last answer says, be it a mistake."""
    return reply_text((await bot.answers(text))[-1].reply, width=400)


def subscribed(bot: Bot) -> list[tuple[str, bool]]:
    found = bot.assembly.subscriptions.all()
    return [(one.area or one.author or one.word, one.is_mute) for one in found]


class TestSubscriptions:
    @pytest.mark.parametrize("topic", ["AMD", "author=Priya", "word='prefix cache'", "scheduler min=high"])
    async def test_what_is_muted_is_heard_of_again_once_it_is_subscribed_to(self, bot: Bot, topic: str) -> None:
        """And that is said; undoing it mutes it again."""
        await bot.reply(f"mute {topic.removesuffix(' min=high')}")
        assert "No longer muted: " in await bot.shown(f"subscribe {topic}")
        assert [is_mute for _, is_mute in subscribed(bot)] == [False]
        await bot.reply("undo")
        assert [is_mute for _, is_mute in subscribed(bot)] == [True]

    async def test_what_a_wider_mute_silences_is_told(self, bot: Bot) -> None:
        """Whichever came first; what only overlaps is not silent."""
        await bot.reply("mute AMD")
        assert "nothing about AMD (bug fix) will come until you `unmute` it" in await bot.shown(
            "subscribe AMD type=bugfix"
        )
        assert "while" not in await bot.shown("subscribe type=bugfix")
        await bot.reply("subscribe NPU")
        assert "You stay subscribed to NPU, but nothing about it will come while NPU is muted" in await bot.shown(
            "mute NPU"
        )

    async def test_unmute_ends_no_subscription(self, bot: Bot) -> None:
        await bot.reply("subscribe AMD")
        await bot.reply("mute AMD")
        assert (await bot.shown("unmute AMD")).startswith("✓ No longer muted: AMD.\n")
        assert subscribed(bot) == [("amd_rocm", False)]
        assert "Nothing is muted" in await bot.problem("取消静音 AMD")
        await bot.reply("mute AMD")
        assert "Unsubscribed from AMD" in await bot.shown("unsubscribe AMD")
        assert subscribed(bot) == [("amd_rocm", True)]
        assert "No longer muted" in await bot.shown("unsubscribe AMD"), "there is nothing else that it could end"

    @pytest.mark.parametrize("marks", ['""', "''", "“”", "「」", "«»"])
    def test_quotation_marks_around_an_option_are_none_of_it(self, marks: str) -> None:
        """As people put them where a platform takes values letter by letter; in a search they stay."""
        area, search = verb("area"), verb("search")
        assert area is not None
        assert search is not None
        text = f"{marks[0]}KV cache{marks[1]}"
        assert chosen(area, {"area": text}).words == ("KV cache",)
        assert chosen(search, {"words": text}).words == (text,)

    @pytest.mark.parametrize("text", ['"Priya Nandakar"', "“Priya Nandakar”", "@priya", "Nandakar"])
    async def test_an_author_is_subscribed_to_by_the_whole_name(self, bot: Bot, text: str) -> None:
        """A subscription to a part of a name would bring nothing."""
        subscribe = verb("subscribe")
        assert subscribe is not None
        command = chosen(subscribe, {"author": text})
        answers = [one async for one in bot.assembly.talk(Request(an_asker(), command))]
        assert "@Priya Nandakar" in reply_text(answers[-1].reply, width=200)
        assert subscribed(bot) == [("Priya Nandakar", False)]

    async def test_an_author_of_whom_nothing_is_known_is_told(self, bot: Bot) -> None:
        """It may be somebody who will come, so it is no mistake."""
        shown = await bot.shown("subscribe author=nobody-ever")
        assert "No commit by `nobody-ever` is known yet" in shown
        assert "Priya Nandakar" in " ".join(shown.split())
        assert "No commit by" not in await bot.shown("subscribe author=林知远")

    @pytest.mark.parametrize("text", ["mute bots", "mute author=bots", "屏蔽 机器人"])
    async def test_bots_are_programs(self, bot: Bot, text: str) -> None:
        """As where a channel leaves them out."""
        await bot.reply(text)
        (mute,) = bot.assembly.subscriptions.all()
        entries = bot.core.stores.commits.between(REPO, DAY.start, DAY.end)
        assert {entry.commit.author for entry in entries if matches(mute, entry)} == {"quill-bot[bot]"}

    @pytest.mark.parametrize(
        "text",
        [
            "stop",
            "please stop",
            "stop everything",
            "Stop sending me this, please!",
            "stop the digest",
            "turn it off",
            "别发了",
            "停止推送",
        ],
    )
    async def test_stop_stops_nothing_and_says_what_does(self, bot: Bot, text: str) -> None:
        assert "Nothing was stopped yet" in await told(bot, text)


class TestMentions:
    @pytest.mark.parametrize(
        "mention", ["<@U0000000073>", "<@123456789012345678>", "<@!123456789012345678>", "<@U1|bob>"]
    )
    @pytest.mark.parametrize(
        "text",
        ["search cache author={}", "what did {} change?", "subscribe author={}", "mute {}", "show {}", "fixes by {}"],
    )
    async def test_a_mention_is_explained(self, bot: Bot, text: str, mention: str) -> None:
        """Its number says nothing to anybody."""
        problem = await bot.problem(text.format(mention))
        assert "in the repository, not in chat" in problem
        assert "00000" not in problem


class TestDays:
    @pytest.mark.parametrize(
        "text", ["yesterday morning", "last night", "昨天上午", "what landed yesterday afternoon?"]
    )
    async def test_a_part_of_a_day_is_that_day(self, bot: Bot, text: str) -> None:
        assert "2026-03-12" in (await told(bot, text)).splitlines()[0]
        assert "morning" not in await told(bot, "since yesterday")

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("what changed on 2026-02-30?", "`2026-02-30` is not a day"), ("what changed on Feb 30?", "`Feb 30` is not a day"), ("2月30日", "`2月30日` is not a day"),
            ("3-12", "write 2026-03-12, 2025-12-03"), ("what changed on 3-12?", "write 2026-03-12, 2025-12-03"),
            ("what changes on 2027-01-01?", "is in the future"),
            ("what changed since the last release?", "No release of example/quill is known"), ("anything since v0.5?", "No release of example/quill is known"),
        ],
    )  # fmt: skip
    async def test_what_is_no_day_is_refused_in_a_question(self, bot: Bot, text: str, problem: str) -> None:
        """In chat, and by `ask`, alike."""
        assert problem in await bot.problem(text)
        if text != "3-12":  # which may also be words
            assert problem in await bot.problem(f"search {text}")
            with pytest.raises(Mistake, match=re.escape(problem)):
                asking.ask(bot.core, text, "en", REPO, "Asia/Shanghai")

    @pytest.mark.parametrize("text", ["12.03.", "the 12th", "what changed on the 12th?", "12号", "12号有什么变化？"])
    async def test_a_day_of_the_month_is_that_day(self, bot: Bot, text: str) -> None:
        assert "2026-03-12" in await told(bot, text)

    @pytest.mark.parametrize(("text", "first", "last"), [("last week", "2026-03-02", "2026-03-08"), ("本周", "2026-03-09", "2026-03-13"), ("what landed this week?", "2026-03-09", "2026-03-13"), ("AMD last week", "2026-03-02", "2026-03-08"), ("Q1 2026", "2026-01-01", "2026-03-13"), ("上季度", "2025-10-01", "2025-12-31")])  # fmt: skip
    async def test_a_span_is_the_calendars_and_said_with_its_days(
        self, bot: Bot, text: str, first: str, last: str
    ) -> None:
        """The same as a command and within a question."""
        shown = await told(bot, text)
        assert first in shown
        assert last in shown

    async def test_a_question_of_days_alone_is_answered_by_no_other_days(self, bot: Bot) -> None:
        shown = await told(bot, "what landed in 2024?")
        assert shown.startswith("Nothing found: from 2024-01-01 to 2024-12-31")
        assert "Not read in full" in shown

    async def test_three_days_are_three(self, bot: Bot) -> None:
        reply = await bot.reply("the last 3 days")
        assert isinstance(reply, DigestPost)
        assert len(reply.outline.digest.window.days) == 3

    @pytest.mark.parametrize("text", ["what landed for AMD early in March 2026?", "search cache since=2026-03-01 until=2026-03-05", "area AMD since=2026-03-01", "teapots in February 2026", "how many commits in February 2026?"])  # fmt: skip
    async def test_days_that_nobody_read_are_told(self, bot: Bot, text: str) -> None:
        """Nothing found on them is no news of them."""
        shown = await told(bot, text)
        assert "Not read in full, so commits may be missing: 2026-0" in shown
        assert "No matching commit landed" not in shown
        assert "Not read" not in await told(bot, "AMD on 2026-03-12")


class TestLists:
    @pytest.mark.parametrize(("text", "place"), [("show last", -1), ("show first", 0), ("show second", 1), ("the 2nd", 1), ("show the 2nd", 1), ("最后一个", -1), ("second one", 1)])  # fmt: skip
    async def test_a_place_names_a_commit_of_the_list(self, bot: Bot, text: str, place: int) -> None:
        """And the list stays, to be pointed into again."""
        listed = await bot.reply("search cache")
        assert isinstance(listed, CommitList)
        for _ in range(2):
            shown = await bot.reply(text)
            assert isinstance(shown, CommitDetail)
            assert shown.item.entry.commit.sha == listed.rows[place].item.entry.commit.sha

    @pytest.mark.parametrize("text", ["show 0", "show -1", "show 99", "the 9th"])
    async def test_a_place_beyond_the_list_is_told(self, bot: Bot, text: str) -> None:
        """An ordinal may be a day, too: it is said how to write that."""
        await bot.reply("search disk")
        problem = await bot.problem(text)
        assert "The last list ends at number" in problem
        assert ("2026-03-09" in problem) == (text == "the 9th")

    async def test_nobody_counts_to_the_twelfth(self, bot: Bot) -> None:
        await bot.reply("search disk")
        reply = await bot.reply("the 12th")
        assert isinstance(reply, DigestPost)

    async def test_what_found_nothing_is_not_carried_on(self, bot: Bot) -> None:
        await bot.reply("what changed in the cache yesterday?")
        await told(bot, "and for teapots?")
        assert (await told(bot, "and since Monday?")).startswith("cache, since 2026-03-09")


class TestPeople:
    @pytest.mark.parametrize(
        "text", ["what did Wren and Priya change?", "changes by Wren, Priya", "Wren 和 Priya 改了什么"]
    )
    async def test_several_are_any_of_them(self, bot: Bot, text: str) -> None:
        reply = await bot.reply(text)
        assert isinstance(reply, CommitList)
        assert reply.title.startswith("by Wren or Priya: ")
        assert {row.item.entry.commit.author for row in reply.rows} <= {"Wren Okello", "Priya Nandakar"}

    async def test_another_one_takes_the_place_of_the_last(self, bot: Bot) -> None:
        """In any script."""
        await bot.reply("commits by priya")
        assert (await bot.shown("by 林知远")).startswith("by 林知远: ")

    async def test_who_only_touched_tests_has_not_written_it(self, bot: Bot) -> None:
        shown = await bot.shown("who wrote the aiter fix")
        assert "Written by Ilse Marrowby." in shown
        assert "Written by Priya Nandakar" in await bot.shown("who changed the documentation?")

    async def test_who_wrote_the_most_is_counted(self, bot: Bot) -> None:
        """Out of the days that were asked for; with what was not read of them."""
        assert (await bot.shown("who wrote the most yesterday?")).startswith(
            "Most commits, on 2026-03-12: Priya Nandakar ("
        )
        assert (await bot.shown("how many commits yesterday?")).startswith("on 2026-03-12: 18 commits")
        assert "cannot tell who is new" in await bot.shown("who are the new contributors?")

    async def test_a_newcomer_is_one_with_no_commit_before(self, bot: Bot) -> None:
        """As far as is known, from two weeks before on."""
        await bot.reply("2026-02-01..2026-03-10")
        with bot.core.stores.store.write() as db:
            db.execute("update commits set committed_at = committed_at - 86400 * 30 where sha like '67c4730%'")
        shown = await bot.shown("any newcomers on 2026-03-12?")
        assert "Ilse Marrowby (1)" in shown
        assert "Priya" not in shown


@pytest.mark.parametrize(
    "text", ["show #397", "was #397 reverted?", "who reverted #397?", "#397 被回滚了吗？", "ask was #397 reverted?"]
)
async def test_what_was_reverted_says_so(bot: Bot, text: str) -> None:
    """Wherever it is shown."""
    assert "everted by #415 on 2026-03-12" in await told(bot, text)
    assert "everted" not in await told(bot, "show #416")
    assert "No revert of it is known." in await told(bot, text.replace("show", "reverted?").replace("397", "416"))


async def test_a_list_names_what_was_reverted(bot: Bot) -> None:
    assert "d6965bf was reverted by #415 on 2026-03-12." in await told(bot, "was the residual add fused into RMSNorm?")


async def test_a_line_that_describes_a_feed_changes_it(bot: Bot) -> None:
    """Whatever else it says; another one is asked for by `new`."""
    await bot.reply(f"save setup repository={REPO} language=zh")
    (feed,) = bot.assembly.feeds.all()
    assert feed.language == "zh"
    await bot.reply(f"save setup new repository={REPO} days=weekly")
    assert len(bot.assembly.feeds.all()) == 2
    await bot.reply(f"save setup repository={REPO} days=weekly language=zh")
    assert [one.days for one in bot.assembly.feeds.all()] == ["daily", "weekly"]
