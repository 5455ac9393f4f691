"""Questions that lean on the one before, in a conversation and by themselves."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from bots import Bot, a_bot, read_days
from fake_platform import an_asker

from analysis.questions.follow_up import joined, leans, pointed_at
from analysis.questions.query import Query, Vocabulary, read_query
from analysis.triage.areas import general
from bot.port.platform import Request
from formatters.reply import CommitDetail, CommitList, Note
from formatters.terminal.replies import reply_text

TODAY = date(2026, 3, 13)


def asked(text: str) -> Query:
    return read_query(text, TODAY, Vocabulary(general()))


def after(*texts: str) -> Query:
    query = Query("")
    for text in texts:
        query = joined(query, asked(text), general())
    return query


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("and on AMD?", ["FP8", "AMD"]),
        ("那AMD呢？", ["FP8", "AMD"]),
        ("what about INT4?", ["INT4", "Blackwell"]),
        ("only the fixes", ["FP8", "Blackwell", "fixes"]),
        ("and since Monday?", ["FP8", "Blackwell"]),
    ],
)
def test_what_is_named_takes_the_place_of_its_like(text: str, things: list[str]) -> None:
    """A device that of a device, a thing that of a thing, days those of days; the rest stays."""
    assert leans(text)
    query = after("what changed for FP8 on Blackwell this month?", text)
    assert [clause.said for clause in query.clauses] == things
    assert query.days.first == (date(2026, 3, 9) if "Monday" in text else date(2026, 3, 1))


@pytest.mark.parametrize("text", ["what broke yesterday?", "哪些提交动了缓存？", "in which commit was the default page size of the cache raised?"])  # fmt: skip
def test_a_question_of_its_own_leans_on_nothing(text: str) -> None:
    assert not leans(text)


@pytest.mark.parametrize(("text", "place"), [("and the second?", 2), ("show me the first one", 1), ("第三个呢", 3), ("the last one", -1), ("the second page", None), ("show 2", 2), ("now the second one", 2), ("第2个", 2), ("看看第 12 条", 12), ("the tenth", 10), ("show #2", None), ("show 2 fixes", None),
    ("the 3rd", 3), ("show last", -1), ("show second", 2), ("show first", 1), ("second one", 2), ("show the 2nd", 2), ("最后一个", -1), ("show 0", 0), ("show -1", 0), ("show 99", 99)])  # fmt: skip
def test_a_commit_of_the_last_answer_is_pointed_at(text: str, place: int | None) -> None:
    assert pointed_at(text) == place


@pytest.fixture(scope="module")
def read_store(quill: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which the sample's day was read."""
    path = tmp_path_factory.mktemp("asked") / "s.db"
    read_days(path, quill, "2026-03-12")
    return path


@pytest.fixture
async def bot(environ: dict[str, str], quill: Path, read_store: Path) -> AsyncIterator[Bot]:
    shutil.copy(read_store, environ["DAYBRIEF_STORE__PATH"])
    async with a_bot(environ, quill) as made:
        yield made


async def told(bot: Bot, text: str, thread: str = "", message: str = "", user: str = "U1") -> str:
    request = Request(an_asker(user=user), text, thread=thread, message=message)
    answers = [answer async for answer in bot.assembly.talk(request)]
    return reply_text(answers[-1].reply, width=200)


async def test_a_thread_keeps_its_context(bot: Bot) -> None:
    """Below the question that began it, for whoever goes on there; and after a restart, for it stands in the store."""
    first = await told(bot, "ask did anything break on AMD yesterday?", message="1.1")
    assert first.startswith("AMD, on 2026-03-12: ")
    assert (await told(bot, "and on the NPU?", thread="1.1", user="U2")).startswith("NPU, on 2026-03-12: ")
    assert "NPU" in await told(bot, "what about since Monday?", thread="1.1")
    assert "break" not in await told(bot, "and the NPU?", thread="2.2")


async def test_outside_of_a_thread_it_is_kept_for_a_while(bot: Bot) -> None:
    """For who asked; an hour later nobody means it any more."""
    await told(bot, "what changed in the cache yesterday?")
    assert "2026-03-12" in await told(bot, "and the scheduler?")
    bot.now += timedelta(hours=1)
    assert "2026-03-12" not in (await told(bot, "and the scheduler?")).splitlines()[0]


async def test_a_commit_of_the_answer_is_shown_by_its_place(bot: Bot) -> None:
    listed = await bot.reply("ask what changed in the cache yesterday?")
    assert isinstance(listed, CommitList)
    shown = await bot.reply("show me the second one")
    assert isinstance(shown, CommitDetail)
    assert shown.item.entry.commit.sha == listed.rows[1].item.entry.commit.sha


async def test_an_answer_is_a_list_with_sentences(bot: Bot) -> None:
    """Each commit with what of it answers; a channel that sees nothing is told so."""
    reply = await bot.reply("ask which flags are new?")
    assert isinstance(reply, CommitList)
    assert any("--" in row.sentence for row in reply.rows)
    bot.assembly.feeds.remove(bot.assembly.feeds.all()[0].id)
    answers = [one async for one in bot.assembly.talk(Request(an_asker(), "ask which flags are new?"))]
    assert isinstance(answers[-1].reply, Note)


def test_nothing_leans_without_a_question_before() -> None:
    assert replace(after("and on AMD?"), text="") == replace(asked("and on AMD?"), text="")
