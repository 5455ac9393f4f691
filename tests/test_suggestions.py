"""What is offered while somebody types: whatever has a list, from what is known where they ask."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bots import NINE, Bot, a_bot, a_member, a_person
from fake_platform import an_asker
from repositories import Repository

from bot.commands.registry import verb
from bot.port.platform import Asker
from formatters.reply import Form

PEN = "example/pen"


@pytest.fixture
def pen(tmp_path: Path) -> Repository:
    """A repository with four versions."""
    made = Repository(tmp_path / "pen")
    for number, tag in enumerate(("v1.0.0", "v1.1.0", "v2.0.0rc1", "v2.0.0")):
        made.commit(f"Write {tag}", {"a.py": f"A = {number}\n"}, tag)
    return made


@pytest.fixture
async def bot(environ: dict[str, str], pen: Repository) -> AsyncIterator[Bot]:
    async with a_bot(environ, pen.path, NINE) as made:
        made.feed(repository=PEN, place=f"{PEN}={pen.path}")
        yield made


async def offered(bot: Bot, name: str, option: str, typed: str, asker: Asker | None = None, **others: str) -> list[str]:
    """The values alone."""
    return [value for value, _ in await labelled(bot, name, option, typed, asker, **others)]


async def labelled(
    bot: Bot, name: str, option: str, typed: str, asker: Asker | None = None, **others: str
) -> list[tuple[str, str]]:
    found = verb(name)
    assert found
    wanted = next(one for one in found.options if one.name == option)
    return list(await bot.assembly.suggest(asker or an_asker(), name, wanted, typed, others))


@pytest.mark.parametrize("name", ["upgrade", "suspects"])
async def test_versions_are_offered_in_pairs(bot: Bot, name: str) -> None:
    """The last step first, then each with the newest; after the dots those that are newer; a part of a name will do."""
    assert await offered(bot, name, "versions", "") == ["v1.1.0..v2.0.0", "v1.0.0..v2.0.0", "v2.0.0rc1..v2.0.0"]
    assert await offered(bot, name, "versions", "1.0.0") == ["v1.0.0..v2.0.0"]
    assert await offered(bot, name, "versions", "v1.0.0..") == ["v1.0.0..v2.0.0", "v1.0.0..v2.0.0rc1", "v1.0.0..v1.1.0"]
    assert await offered(bot, name, "versions", "v1.0.0..v1") == ["v1.0.0..v1.1.0"]
    assert await offered(bot, name, "versions", "", an_asker(channel="C9")) == []


async def test_a_repository_whose_tags_cannot_be_listed_offers_none(bot: Bot, pen: Repository) -> None:
    """And is not asked again with each letter."""
    bot.feed(channel="C2", repository="example/gone", place=f"example/gone={pen.path}/gone")
    for _ in range(3):
        assert await offered(bot, "upgrade", "versions", "v", an_asker(channel="C2")) == []


async def test_subscriptions_are_offered_to_be_ended(bot: Bot) -> None:
    """By what they are about; a channel's only to who may end them."""
    assert await offered(bot, "unsubscribe", "number", "") == []
    await bot.reply("subscribe area=AMD how=weekly")
    await bot.reply("mute word=nib")
    await bot.reply("subscribe area=NPU here")
    both = await labelled(bot, "unsubscribe", "number", "")
    assert both == [
        ("1", "1 · example/pen: AMD"),
        ("2", "2 · example/pen: muted: `nib`"),
        ("all", "all of them"),
    ]
    assert await offered(bot, "unsubscribe", "number", "nib") == ["2"]
    assert await offered(bot, "unsubscribe", "number", "", here="True") == ["3"]
    assert await offered(bot, "unsubscribe", "number", "", a_member(), here="True") == []
    assert await offered(bot, "unsubscribe", "number", "", a_person()) == ["1", "2", "all"]


async def test_hours_languages_and_commands_are_offered(bot: Bot) -> None:
    """An hour that somebody writes out stands as it is."""
    assert (await offered(bot, "subscribe", "at", ""))[:2] == ["00:00", "01:00"]
    assert await offered(bot, "subscribe", "at", "9") == ["09:00"]
    assert await offered(bot, "subscribe", "at", "09:30") == ["09:30"]
    assert await labelled(bot, "today", "lang", "中") == [("zh", "中文")]
    assert await labelled(bot, "subscribe", "how", "mon") == [("weekly", "Monday mornings")]
    assert await labelled(bot, "help", "command", "sub", a_person(language="zh")) == [
        ("subscribe", "subscribe · 订阅一个主题，通过私信或在本频道接收"),
        ("subs", "subs · 我的订阅"),
    ]


async def test_a_list_is_completed_at_its_end(bot: Bot) -> None:
    """What stands before the last comma stays."""
    assert (await offered(bot, "subscribe", "area", "AMD, 昇腾"))[0] == "AMD,npu_ascend"


async def test_repositories_are_offered_for_what_is_done_with_them(bot: Bot) -> None:
    """A channel's feeds to be paused, what may be seen to be read."""
    bot.feed(channel="C2", repository="example/ink", place="example/ink")
    assert await offered(bot, "pause", "repository", "") == [PEN]
    assert await offered(bot, "today", "repository", "") == [PEN]
    assert await offered(bot, "pause", "repository", "", an_asker(channel="C2")) == ["example/ink"]


async def test_whoever_has_no_clocks_is_asked_for_them(bot: Bot) -> None:
    """By the form in direct messages, where the platform does not tell; it is what they say then."""
    alone = a_person(zone="", platform="discord")
    bot.feed(platform="discord", channel="C7", repository=PEN, place=f"{PEN}={bot.clone}", made_by="U1")
    form = await bot.reply("subscribe", alone)
    assert isinstance(form, Form)
    assert next(field for field in form.fields if field.name == "zone").offers == "zone"
    told = await bot.shown(form.command, alone, area="AMD", at="07:00", zone="Berlin")
    assert "daily at 07:00 Berlin time" in told
    plain = await bot.reply("subscribe", a_person())
    assert isinstance(plain, Form)
    assert "zone" not in [field.name for field in plain.fields]


class TestPaths:
    """Of what was touched of late, where somebody asks."""

    @pytest.fixture
    async def known(self, bot: Bot, pen: Repository) -> Bot:
        files = {
            "python/core/a.py": "1\n",
            "python/core/b.py": "1\n",
            "python/README.md": "1\n",
            "rust/core/lib.rs": "1\n",
        }
        pen.commit("Add packages", files)
        await bot.reply("today")
        return bot

    @pytest.mark.parametrize("name", ["subscribe", "mute", "setup"])
    async def test_folders_are_offered_step_by_step(self, known: Bot, name: str) -> None:
        assert (await offered(known, name, "path", ""))[:2] == ["python/", "rust/"]
        assert await offered(known, name, "path", "py") == ["python/"]
        assert await offered(known, name, "path", "python/") == ["python/core/", "python/README.md"]
        assert await offered(known, name, "path", "./PYTHON/c") == ["python/core/"]

    async def test_a_folder_is_found_by_its_own_name(self, known: Bot) -> None:
        assert await offered(known, "subscribe", "path", "core") == ["python/core/", "rust/core/"]

    async def test_a_list_goes_on_behind_its_last_comma(self, known: Bot) -> None:
        assert await offered(known, "setup", "path", "rust/,py") == ["rust/,python/"]

    async def test_nothing_is_offered_of_what_is_not_seen(self, known: Bot) -> None:
        assert await offered(known, "subscribe", "path", "", an_asker(channel="C9")) == []


async def test_branches_of_a_feed_are_offered_by_family(bot: Bot, pen: Repository) -> None:
    """What several have in common first."""
    for name in ("release/1.9", "release/1.10", "feature/try"):
        pen.git("branch", name)
    assert await offered(bot, "setup", "branch", "rel") == ["release/*", "release/1.9", "release/1.10"]
    assert await offered(bot, "setup", "branch", "main,try") == ["main,feature/try"]
    assert await offered(bot, "setup", "branch", "", an_asker(channel="C9")) == []
