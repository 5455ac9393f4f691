"""What a conversation offers by itself: prompts by what somebody follows, looks at shared links, a channel's welcome."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from bots import REPO, Bot, a_bot, a_member, a_person, read_days
from fake_platform import an_asker

from bot.port.command import Command
from bot.port.platform import Asker, Request
from formatters.reply import CommitList, Note, Reply

ARCHIVE = "https://daybrief.example.com/archive"


@pytest.fixture(scope="module")
def read(quill: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose channel C1 has the sample's digest, with the day read; not to be changed."""
    path = tmp_path_factory.mktemp("read") / "daybrief.db"
    read_days(path, quill, "yesterday")
    return path


@pytest.fixture
async def bot(environ: dict[str, str], quill: Path, read: Path) -> AsyncIterator[Bot]:
    """A bot on a copy of that store."""
    shutil.copy(read, environ["DAYBRIEF_STORE__PATH"])
    settings: dict[str, Any] = {"DAYBRIEF_WEB__URL": ARCHIVE, "DAYBRIEF_WEB__ZONE": "Asia/Shanghai"}
    async with a_bot(environ, quill, **settings) as made:
        yield made


async def asked(bot: Bot, verb: str, asker: Asker, **values: str) -> list[Reply]:
    return [answer.reply async for answer in bot.assembly.talk(Request(asker, Command(verb), values))]


async def preview(bot: Bot, path: str, asker: Asker | None = None) -> CommitList | None:
    found = await asked(bot, "preview", asker or an_asker(), address=f"{ARCHIVE}{path}")
    assert all(isinstance(reply, CommitList) for reply in found), found
    return next((reply for reply in found if isinstance(reply, CommitList)), None)


class TestPreviews:
    async def test_a_day_is_its_counts_and_what_one_must_know(self, bot: Bot) -> None:
        shown = await preview(bot, f"/day/2026-03-12/{REPO}")
        assert shown
        assert REPO in shown.title
        assert "commits" in shown.note
        assert 0 < len(shown.rows) <= 3
        assert all(row.item.entry.triage.importance == "high" for row in shown.rows)

    async def test_a_commit_is_its_line(self, bot: Bot) -> None:
        day = await preview(bot, f"/day/2026-03-12/{REPO}")
        assert day
        sha = day.rows[0].item.entry.commit.sha
        for name in (sha, sha[:10], sha.upper()):
            shown = await preview(bot, f"/commit/{name}?lang=zh")
            assert shown
            assert [row.item.entry.commit.sha for row in shown.rows] == [sha]

    @pytest.mark.parametrize(
        ("path", "title"),
        [(f"/week/2026-03-12/{REPO}", "week"), (f"/month/2026-03-12/{REPO}", "2026-02-11"), (f"/repo/{REPO}", "week"), (f"/repo/{REPO}/?year=2026", "week")],
    )  # fmt: skip
    async def test_a_look_back_and_a_repository_are_the_counts_and_what_mattered(
        self, bot: Bot, path: str, title: str
    ) -> None:
        """A repository by the newest week that is known of it."""
        shown = await preview(bot, path)
        assert shown
        assert shown.title.startswith(REPO)
        assert title in shown.title
        assert "commits" in shown.note
        assert 0 < len(shown.rows) <= 3

    @pytest.mark.parametrize(
        "path",
        [f"/week/2020-01-01/{REPO}", f"/month/0001-01-05/{REPO}", f"/year/2026/{REPO}", "/repo/a/b", "/week/2026-03-12/a/b",
         "", "/", "/commit/zzz", "/commit/0123456789", f"/day/someday/{REPO}", f"/day/2020-01-01/{REPO}", "/search?q=x", "/day/2026-03-12/a/b"],
    )  # fmt: skip
    async def test_anything_else_is_nothing(self, bot: Bot, path: str) -> None:
        assert await preview(bot, path) is None

    async def test_another_address_is_nothing(self, bot: Bot) -> None:
        elsewhere = "https://daybrief.example.com.evil.example/archive/commit/0123456789"
        assert await asked(bot, "preview", an_asker(), address=elsewhere) == []

    async def test_it_shows_what_the_channel_sees_not_who_shared_it(self, bot: Bot) -> None:
        """An administrator who sees the repository elsewhere shares a link in a channel that has none of it."""
        path = f"/day/2026-03-12/{REPO}"
        day = await preview(bot, path)
        assert day
        commit = f"/commit/{day.rows[0].item.entry.commit.sha}"
        stranger = an_asker(channel="C2", is_admin=True)
        for one in (path, commit, f"/week/2026-03-12/{REPO}", f"/month/2026-03-12/{REPO}", f"/repo/{REPO}"):
            assert await preview(bot, one, stranger) is None
        assert await preview(bot, path, a_member())
        assert await preview(bot, path, a_person(channels=frozenset({"C1"}))), "in their own direct messages"

    async def test_what_everybody_may_see_is_shown_everywhere(self, environ: dict[str, str], quill: Path) -> None:
        settings: dict[str, Any] = {
            "DAYBRIEF_WEB__URL": ARCHIVE,
            "DAYBRIEF_WEB__ZONE": "Asia/Shanghai",
            "DAYBRIEF_ACCESS__PUBLIC": REPO,
        }
        async with a_bot(environ, quill, **settings) as bot:
            bot.feed()
            await bot.reply("yesterday")
            assert await preview(bot, f"/day/2026-03-12/{REPO}", an_asker(channel="C2"))

    async def test_it_is_in_the_channels_language(self, environ: dict[str, str], quill: Path) -> None:
        async with a_bot(environ, quill, DAYBRIEF_WEB__URL=ARCHIVE, DAYBRIEF_WEB__ZONE="Asia/Shanghai") as bot:
            bot.feed(language="zh")
            await bot.reply("yesterday")
            shown = await preview(bot, f"/day/2026-03-12/{REPO}", an_asker(language="en"))
        assert shown
        assert "个提交" in shown.note


class TestPrompts:
    async def prompts(self, bot: Bot, asker: Asker) -> dict[str, str]:
        (note,) = await asked(bot, "prompts", asker)
        assert isinstance(note, Note)
        assert len(note.buttons) <= 4
        return {button.label: button.command for button in note.buttons}

    async def test_they_are_about_what_somebody_follows(self, bot: Bot) -> None:
        person = a_person(channels=frozenset({"C1"}))
        await bot.reply("subscribe area=AMD", person)
        assert await self.prompts(bot, person) == {
            f"What landed in {REPO} yesterday?": f"yesterday repository={REPO}",
            "What changed in AMD this week?": f"area AMD since=7d repository={REPO}",
            f"The last seven days of {REPO}": f"week repository={REPO}",
            "What can you do?": "help",
        }

    async def test_each_is_understood(self, bot: Bot) -> None:
        person = a_person(channels=frozenset({"C1"}))
        await bot.reply("subscribe area=AMD", person)
        await bot.reply('subscribe word="page size"', person)
        for command in (await self.prompts(bot, person)).values():
            await bot.reply(command, person)

    async def test_who_sees_nothing_is_offered_help(self, bot: Bot) -> None:
        assert await self.prompts(bot, a_person(user="U9", workspace="T9")) == {"What can you do?": "help"}

    async def test_no_name_of_what_they_may_not_see_is_told(self, bot: Bot) -> None:
        bot.feed(channel="C7", repository="acme/secret", place=f"acme/secret={bot.clone}", made_by="U7")
        assert "secret" not in str(await self.prompts(bot, a_person(channels=frozenset({"C1"}))))


class TestWelcome:
    async def test_a_new_feed_is_welcomed_once(self, bot: Bot) -> None:
        where = an_asker(channel="C3")
        await bot.reply(f"save setup new repository={REPO} zone=Asia/Shanghai", where)
        (posted,) = bot.platform.in_channel("C3")
        assert isinstance(posted, Note)
        assert REPO in posted.text
        assert "/digest help" in posted.text
        (feed,) = bot.assembly.feeds.of_channel("slack", "C3")
        await bot.reply(f"save setup feed={feed.id} at=10:00", where)
        assert len(bot.platform.in_channel("C3")) == 1


@pytest.mark.parametrize("follows", [True, False])
@pytest.mark.parametrize(
    ("command", "last"),
    [
        ("yesterday", "Writing the digest"),
        ("upgrade main~12..main", "Comparing both versions"),
        ("suspects main~12..main page", "Reading commits"),
    ],
)
async def test_steps_are_told_to_who_follows_them(
    environ: dict[str, str], quill: Path, command: str, last: str, *, follows: bool
) -> None:
    """A platform that shows them says so; others get one note, and the answer."""
    async with a_bot(environ, quill) as bot:
        bot.feed()
        request = Request(an_asker(), command, follows=follows)
        replies = [answer.reply async for answer in bot.assembly.talk(request)]
    *notes, answer = replies
    assert not (isinstance(answer, Note) and answer.tone == "problem")
    assert [note.tone for note in notes if isinstance(note, Note)] == ["working"] * len(notes)
    steps = [note.steps for note in notes if isinstance(note, Note)]
    assert steps[0] == ()
    assert any(steps) is follows
    for told in steps[1:]:
        assert told[-1].text.startswith((last, "Reading commits"))
