"""A team's first day on Discord, with everything real but Discord and GitHub: set up, the morning's post, what follows."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from first_day import EVENING, WELCOME, FirstDay
from servers.discord import FakeDiscord, Interaction, StoredMessage
from servers.github import GitHubServer
from servers.waiting import hurry

from bot.commands.registry import discord_command, verb, verbs
from bot.platforms.discord.transport import Discord
from bot.service.assembly import Assembly
from storage.memory import KeyValues

pytestmark = pytest.mark.end_to_end


class Team(FirstDay):
    """A Discord with the whole bot in it, on a clock of its own."""

    def __init__(self, server: FakeDiscord, environ: dict[str, str]) -> None:
        super().__init__(environ)
        self.server, core = server, self.bot.core
        self.discord = Discord(
            server.token, verbs(), self.bot.suggest, KeyValues(core.stores.store, "discord"), lambda: datetime.now(UTC),
            base_url=server.api_url, gateway_url=server.gateway_url,
        )  # fmt: skip
        self.transports["discord"] = self.discord

    async def use(self, name: str, **options: str) -> Interaction:
        known = verb(name)
        assert known
        return await self.answered(await self.server.slash(f"{discord_command(known)} {name}", options))

    async def press(self, message: StoredMessage, label: str) -> Interaction:
        return await self.answered(await self.server.press(message, control(message, label)))

    async def answered(self, used: Interaction) -> Interaction:
        """Wait for the answer: a form, or what is there when nothing is worked on any more."""
        await used.answered(60)
        if used.callback_type != 9:
            await self.server.changed.until(lambda: (used.text and "⏳" not in used.text) or None, "an answer", 60)
        return used

    def posts(self) -> list[StoredMessage]:
        """What stands in the channel but for its welcome."""
        return [message for message in self.server.in_channel() if WELCOME not in message.text]


def control(message: StoredMessage, label: str) -> str:
    """The name of the button with this label."""
    from servers.discord_rules import walk_components

    found = {c.get("label"): c["custom_id"] for c in walk_components(message.data["components"]) if "custom_id" in c}
    return str(found[label])


@pytest.fixture
async def team(environ: dict[str, str], github: GitHubServer) -> AsyncIterator[Team]:
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    environ |= {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    async with FakeDiscord() as server:
        made = Team(server, environ)
        running = asyncio.create_task(made.discord.run(made.bot.talk))
        await server.calls.wait("PUT /applications/*/commands")
        yield made
        await made.discord.close()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await made.bot.work.close()
        made.bot.core.stores.store.close()
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


async def set_up(team: Team, language: str) -> None:
    opened = await team.use("setup")
    first = await team.answered(
        await team.server.submit(opened, {"repository": "example/quill", "zone": "Asia/Shanghai", "language": [language], "days": ["daily"]})
    )  # fmt: skip
    saved = await team.press(first.messages[0], "保存" if "保存" in first.text else "Save")
    assert "✅" in saved.text, saved.text


async def test_a_question_in_a_search_falls_back_on_its_words(team: Team) -> None:
    """Where what it names may be an area, too, and nothing that is known is in that."""
    await set_up(team, "en")
    team.now = EVENING + timedelta(hours=13, minutes=5)
    await team.bot.look()
    await team.bot.due()
    found = await team.use("search", words="who wrote the prefix cache?")
    assert "prefix cache: 4 commits" in found.text


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_from_an_empty_channel_to_a_subscription(team: Team, language: str) -> None:
    """Set up by the form; the next morning the digest once and complete; details, by area; a subscription; a message."""
    team.server.user.locale = {"en": "en-US", "zh": "zh-CN"}[language]
    await set_up(team, language)

    team.now = EVENING + timedelta(hours=13, minutes=5)
    await team.bot.look()
    await team.bot.due()
    await team.bot.due()
    (post,) = team.posts()
    assert "example/quill" in post.text
    assert ("18 commits" if language == "en" else "18 个提交") in post.text
    thread = team.server.in_channel(team.server.channels[post.id])
    assert thread[-1].uploads[0].filename.startswith("example-quill")

    listed = post.component("p:")["options"]
    chosen = await team.answered(await team.server.select(post, "p:", listed[0]["value"]))
    assert "Fix wrong page size" in chosen.text
    assert chosen.messages[0].ephemeral

    areas = await team.press(post, "By area" if language == "en" else "按领域")
    assert ("Scheduler" if language == "en" else "调度") in areas.text

    opened = await team.press(post, "Subscribe" if language == "en" else "订阅")
    assert opened.callback_type == 9
    names = [item["component"]["custom_id"] for item in opened.modal["components"]]
    filled: dict[str, str | list[str]] = {"area": "kv_cache"} if "area" in names else {"areas": "kv_cache"}
    done = await team.answered(await team.server.submit(opened, filled))
    if "✅" not in done.text:
        done = await team.press(done.messages[0], control_label(opened, done))
    assert "✅" in done.text


def control_label(opened: Interaction, done: Interaction) -> str:
    """The button that sends a form of several steps."""
    return done.text.splitlines()[-1]


async def test_a_subscription_comes_as_a_direct_message(team: Team) -> None:
    """The next morning, once; its buttons work there."""
    await set_up(team, "en")
    done = await team.use("subscribe", area="Kernels")
    assert "✅" in done.text
    team.now = EVENING + timedelta(hours=13, minutes=5)
    await team.bot.look()
    await team.bot.due()
    await team.bot.due()
    direct = team.server.dm_with(team.server.user)
    (message,) = team.server.in_channel(direct)
    assert "Reverted" in message.text
    asked = await team.answered(await team.server.slash("digest subs", channel=direct))
    assert "Kernels" in asked.text


async def test_commits_are_completed_while_somebody_types(team: Team) -> None:
    """By their digits, with their titles."""
    await set_up(team, "en")
    team.now = EVENING + timedelta(hours=13)
    await team.bot.look()
    hints = await (await team.server.autocomplete("digest show", "commit", "2941")).answered(20)
    assert hints.choices[0]["name"] == "2941f18 · Remove the legacy scheduler"
    shown = await team.use("show", commit=hints.choices[0]["value"])
    assert "--legacy-scheduler" in shown.text


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_week_is_looked_back_on_in_chat(team: Team, language: str) -> None:
    """Privately a first look and all of it on demand; for everybody with its page."""
    whole, mattered = {"en": ("Show all", "What mattered"), "zh": ("查看全部", "重要变更")}[language]
    team.server.user.locale = {"en": "en-US", "zh": "zh-CN"}[language]
    await set_up(team, language)
    team.now = EVENING + timedelta(hours=13, minutes=5)
    await team.bot.due()
    shown = await team.use("week")
    assert "2026-03-06" in shown.text
    assert "2026-03-11" in shown.text, "what was not read"
    assert shown.messages[0].ephemeral
    assert mattered not in shown.text
    pressed = await team.press(shown.messages[0], whole)
    await team.server.changed.until(lambda: mattered in pressed.text or None, "all of it", 60)
    public = await team.answered(await team.server.slash("digest month", {"public": True}))
    await team.server.changed.until(lambda: any(m.uploads for m in public.messages) or None, "the page", 60)
    assert "2026-02-11" in public.text
    assert public.messages[-1].uploads[-1].filename == "example-quill-2026-02-11..2026-03-12.html"


async def test_the_week_and_the_month_come_once_each(team: Team) -> None:
    """Beside the days, in their own threads; whoever starts the bot again finds them told."""
    await set_up(team, "en")
    (daily,) = team.bot.feeds.all()
    for days in ("weekly", "monthly"):
        team.bot.feeds.put(replace(daily, id=0, days=days))
    team.bot.feeds.put(replace(daily, paused="refused.person Alice"))
    titles = []
    for morning in (datetime(2026, 3, 16, 1, 5, tzinfo=UTC), datetime(2026, 4, 1, 1, 5, tzinfo=UTC)):
        team.now = morning
        for _ in range(2):
            started = Assembly(team.bot.core, team.bot.transports)
            await started.look()
            await started.due()
            await started.due()
            await started.work.close()
        titles.append([message.text.splitlines()[0].strip("*") for message in team.posts()])
    week = "example/quill, the week in review: 2026-03-09 to 2026-03-15"
    quiet = "example/quill, 2026-03-23 to 2026-03-29: nothing landed."
    month = "example/quill in review: 2026-03-01 to 2026-03-31"
    assert titles[0] == [week]
    assert sorted(titles[1]) == sorted([week, quiet, month])
    for title, name in ((week, "2026-03-09..2026-03-15"), (month, "2026-03-01..2026-03-31")):
        post = next(message for message in team.posts() if title in message.text)
        *replies, files = team.server.in_channel(team.server.channels[post.id])
        assert [reply.text.splitlines()[0] for reply in replies] == [
            "### What mattered",
            "### By area",
            "### Reverts and repeat fixes",
        ]
        assert files.uploads[-1].filename == f"example-quill-{name}.html"
        listed = post.component("p:")["options"]
        chosen = await team.answered(await team.server.select(post, "p:", listed[0]["value"]))
        assert "Fix wrong page size" in chosen.text


@pytest.mark.parametrize(
    ("option", "value", "stored"),
    [
        ("word", "prefix cache", "prefix cache"),
        ("word", "缓存", "缓存"),
        ("word", "it's “quoted” --area=x", "it's “quoted” --area=x"),
        ("author", "Simo Lin", "Simo Lin"),
        ("author", "陈一涵", "陈一涵"),
        ("path", "python/**/scheduler*.py", "python/**/scheduler*.py"),
        ("area", "昇腾", "npu_ascend"),
        ("area", "ＡＭＤ", "amd_rocm"),
    ],
)
async def test_what_an_option_holds_is_what_is_stored_and_confirmed(
    team: Team, option: str, value: str, stored: str
) -> None:
    """Letter by letter: no quotation marks are added to it, and nothing in it is taken for a command."""
    await set_up(team, "en")
    done = await team.use("subscribe", **{option: value})
    (made,) = team.bot.subscriptions.all()
    assert getattr(made, option) == stored
    shown = {"npu_ascend": "NPU", "amd_rocm": "AMD"}.get(stored, stored)
    assert shown in done.text
    assert "'" + shown not in done.text


async def test_words_in_an_option_are_no_options(team: Team) -> None:
    """Neither is a search for `public` public, nor is it searched in another author's commits."""
    await set_up(team, "en")
    await team.use("yesterday")
    found = await team.use("search", words="public")
    assert found.messages[0].ephemeral
    refused = await team.use("search", words="cache author=Priya")
    assert "`author:Priya` is among the words" in refused.text


async def test_a_revoked_token_is_told_to_whoever_set_it_up_and_at_its_hour_to_the_channel(
    team: Team, github: GitHubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the hour, in the language of whoever reads it; once; and again when it works, with what was missed."""
    hurry(monkeypatch)
    server = team.server
    server.user.locale = "zh-CN"
    await set_up(team, "en")
    direct = server.dm_with(server.user)
    github.tokens = ()
    await team.rounds(EVENING + timedelta(hours=1))
    (broken,) = server.in_channel(direct)
    assert "example/quill：自 2026-03-12 20:" in broken.text
    assert "GitHub 不接受 Daybrief 的令牌" in broken.text
    assert team.posts() == []
    await team.rounds(EVENING + timedelta(hours=13, minutes=20))
    (here,) = team.posts()
    assert (
        "Thursday, 2026-03-12: this digest cannot be made right now. GitHub does not accept Daybrief's token"
        in here.text
    )
    github.tokens = ("test-token",)
    await team.rounds(EVENING + timedelta(hours=14))
    _, works = server.in_channel(direct)
    assert "错过：2026-03-12（周四），现在补发。" in works.text
    tops = [post.text for post in team.posts()]
    assert len(tops) == 3
    assert any("Missed: Thursday, 2026-03-12; it comes now." in text for text in tops)
    assert any("18 commits" in text for text in tops)


async def test_a_channel_without_permissions_is_told_at_setup(team: Team) -> None:
    """By Discord's own word: what to allow; and it is set up once that is done."""
    import discord

    team.server.channel.app_permissions &= ~discord.Permissions(attach_files=True, create_public_threads=True).value
    opened = await team.use("setup")
    given: dict[str, str | list[str]] = {"repository": "example/quill", "zone": "Asia/Shanghai", "language": ["en"]}
    first = await team.answered(await team.server.submit(opened, given))
    refused = await team.press(first.messages[0], "Save")
    assert "Allow it to attach files, create public threads under Permissions in the channel's settings" in refused.text
    assert team.bot.feeds.all() == []
    team.server.channel.app_permissions |= discord.Permissions.all().value
    await set_up(team, "en")
    assert len(team.bot.feeds.all()) == 1


async def test_a_mistake_opens_the_step_of_its_entry(team: Team) -> None:
    """And says which entry it is about."""
    opened = await team.use("setup")
    given: dict[str, str | list[str]] = {"repository": "example/quill", "zone": "Asia/Shanghai", "language": ["en"]}
    first = await team.answered(await team.server.submit(opened, given))
    second = await team.press(first.messages[0], "Continue (2/3)")
    noted = await team.answered(await team.server.submit(second, {"areas": "zebra"}))
    wrong = await team.press(noted.messages[0], "Save")
    told = "Only these areas: There is no area `zebra`"
    await team.server.changed.until(lambda: told in wrong.text or None, "the entry's name", 20)
    again = await team.press(wrong.messages[0], "Edit …")
    assert "areas" in [item["component"]["custom_id"] for item in again.modal["components"]]
    noted = await team.answered(await team.server.submit(again, {"areas": "AMD"}))
    saved = await team.press(noted.messages[0], "Save")
    assert "✅" in saved.text
    (feed,) = team.bot.feeds.all()
    assert feed.areas == ("amd_rocm",)


async def test_several_topics_in_an_option_are_several(team: Team) -> None:
    """And said so; the button works after a restart, since its name is its command."""
    await set_up(team, "en")
    done = await team.use("subscribe", area="AMD, NPU", how="weekly")
    assert "Subscribed to AMD and NPU in example/quill, delivered on Mondays at 09:00 Shanghai time." in done.text
    assert len(team.bot.subscriptions.all()) == 2
    undone = await team.press(done.messages[0], "Undo")
    assert "everything is as it was before" in undone.text
    assert team.bot.subscriptions.all() == []


@pytest.fixture
def opened(environ: dict[str, str]) -> None:
    """Everybody may see the sample."""
    environ["DAYBRIEF_ACCESS__PUBLIC"] = "example/quill"


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_somebody_without_a_server_has_a_digest_of_their_own(team: Team, language: str) -> None:
    """By a subscription in direct messages, with no feed anywhere; what needs a channel says so."""
    server = team.server
    alone = server.add_user("carol")
    alone.locale = {"en": "en-US", "zh": "zh-CN"}[language]
    server.install_for(alone)
    direct = server.dm_with(alone)

    async def use(name: str, **options: str | bool) -> Interaction:
        return await team.answered(await server.slash(name, options, user=alone, channel=direct))

    refused = await use("digest-channel setup")
    assert ("is about a channel: use it there" if language == "en" else "请在频道中使用该命令") in refused.text
    done = await use("digest subscribe", repository="example/quill", min="high", at="09:00", zone="Asia/Shanghai")
    assert "✅" in done.text
    await team.rounds(EVENING + timedelta(hours=13, minutes=10))
    (message,) = server.in_channel(direct)
    assert "Fix wrong page size" in message.text
    shown = await use("digest yesterday")
    assert ("commits" if language == "en" else "个提交") in shown.text.splitlines()[1]
    completed = await server.autocomplete("digest unsubscribe", "number", "", user=alone, channel=direct)
    await completed.answered(20)
    (offered,) = completed.choices
    ended = await use("digest unsubscribe", number=offered["value"])
    assert "✅" in ended.text
    assert team.bot.subscriptions.all() == []


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_message_is_explained(team: Team, language: str) -> None:
    """What names one commit by that; what names several by a list; what names none, or none that is known, by a sentence."""
    team.server.user.locale = {"en": "en-US", "zh": "zh-CN"}[language]
    await set_up(team, "en")
    team.now = EVENING + timedelta(hours=13)
    await team.bot.look()

    async def explained(text: str) -> Interaction:
        message = team.server.say(text)
        return await team.answered(await team.server.context_menu("Explain this commit", message))

    for text in (
        "is 2941f18 to blame?", "see #400", "see <https://github.com/example/quill/pull/400>",
        "2941f18, as `2941f18` of https://daybrief.example.com/archive/commit/2941f18",
    ):  # fmt: skip
        one = await explained(text)
        assert "--legacy-scheduler" in one.text, text
        assert one.messages[0].ephemeral
    several = await explained("first #400, then 5504fd9, 20260312 and #99999")
    assert ("Which one?" if language == "en" else "请选择") in several.text
    chosen = await team.answered(
        await team.server.select(several.messages[0], "p:", several.messages[0].component("p:")["options"][1]["value"])
    )
    assert "Fix wrong page size" in chosen.text
    none = await explained("Good morning")
    assert ("mentions no commit" if language == "en" else "没有提到任何提交") in none.text
    unknown = await explained("#99998 or #99999")
    assert "`#99998`" in unknown.text
    elsewhere = await explained("https://github.com/other/secret/commit/2941f18")
    assert "other/secret" in elsewhere.text
