"""A team's first day on Slack, with everything real but Slack and GitHub: set up, the morning's post, what follows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from conftest import ROOT
from first_day import EVENING, WELCOME, FirstDay
from servers.chat import Json
from servers.github import GitHubServer
from servers.slack import Delivery, FakeSlack
from servers.slack_world import StoredMessage
from servers.waiting import hurry
from slack_made import a_slack, filled, named

from bot.service.assembly import Assembly

pytestmark = pytest.mark.end_to_end

SAID = {
    "en": {"setup": "Save", "by area": "By area", "subscribe": "Subscribe", "count": "18 commits", "scheduler": "Scheduler"},
    "zh": {"setup": "保存", "by area": "按领域", "subscribe": "订阅", "count": "18 个提交", "scheduler": "调度"},
}  # fmt: skip


class Team(FirstDay):
    """A Slack with the whole bot in it, on a clock of its own."""

    def __init__(self, server: FakeSlack, environ: dict[str, str]) -> None:
        super().__init__(environ)
        self.server = server
        self.slack = self.transports["slack"] = a_slack(
            server, beat=5, suggest=self.bot.suggest
        )  # pictures keep the machine busy for a while

    def posts(self) -> list[StoredMessage]:
        """What stands in the channel but for its welcome."""
        return [message for message in self.server.in_channel() if WELCOME not in message.text]

    async def use(self, text: str) -> Delivery:
        return await self.answered(await self.server.slash("/digest", text))

    async def press(self, message: StoredMessage, label: str, *values: str) -> Delivery:
        return await self.answered(
            await self.server.press(message, named(message.blocks, label), values=values or None)
        )

    async def answered(self, asked: Delivery) -> Delivery:
        """Wait for an answer that is more than a request for patience."""
        await self.server.changed.until(lambda: asked.text and "⏳" not in asked.text.splitlines()[-1], "an answer", 60)
        return asked

    async def morning(self) -> StoredMessage:
        self.now = EVENING + timedelta(hours=13, minutes=5)
        await self.bot.look()
        await self.bot.due()
        await self.bot.due()
        (post,) = [message for message in self.posts() if message.thread_ts in {None, message.ts}]
        return post


@pytest.fixture
async def team(environ: dict[str, str], github: GitHubServer) -> AsyncIterator[Team]:
    environ |= {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    allowed = yaml.safe_load((ROOT / "slack-manifest.yaml").read_text(encoding="utf-8"))
    scopes, commands = allowed["oauth_config"]["scopes"]["bot"], allowed["features"]["slash_commands"]
    async with FakeSlack(scopes=set(scopes), commands={one["command"] for one in commands}) as server:
        server.channel.creator = server.user.id
        server.user.tz = "Asia/Shanghai"
        made = Team(server, environ)
        running = asyncio.create_task(made.slack.run(made.bot.talk))
        await server.wait_socket()
        yield made
        await made.slack.close()
        await running
        await made.bot.work.close()
        made.bot.core.stores.store.close()
        assert server.warnings == []
        assert [delivery.failure for delivery in server.deliveries if delivery.failure] == []


async def set_up(team: Team) -> None:
    await team.server.slash("/digest", "setup")
    view = await team.server.wait_view(text="owner/name")
    await team.server.submit(view, filled(view.data["blocks"]) | {"repository": "example/quill"})
    await team.server.wait_view(text="✅", within=60)
    welcome = [message.text for message in team.server.in_channel() if WELCOME in message.text]
    assert [("example/quill" in text, "09:00" in text) for text in welcome] == [(True, True)]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_from_an_empty_channel_to_a_subscription(team: Team, language: str) -> None:
    """Set up by the form; subscribed; the next morning the digest once and complete, a message, and what follows."""
    said, server = SAID[language], team.server
    server.user.locale = {"en": "en-US", "zh": "zh-CN"}[language]
    await set_up(team)
    assert "✅" in (await team.use("subscribe area=kernels")).text

    post = await team.morning()
    assert "example/quill" in post.text
    assert said["count"] in post.text
    thread = [message for message in team.posts() if message.thread_ts == post.ts and message is not post]
    assert thread[-1].data["files"][0]["name"].startswith("example-quill")
    (message,) = server.in_channel(server.dm_with(server.user))
    assert ("Reverted" if language == "en" else "回退") in message.text

    menu = next(e for block in post.blocks for e in block.get("elements", []) if e["type"] == "static_select")
    shown = await team.answered(await server.press(post, menu["action_id"], values=[menu["options"][0]["value"]]))
    assert "Fix wrong page size" in shown.text
    assert shown.replies[-1].only_for == server.user.id

    areas = await team.press(post, said["by area"])
    assert said["scheduler"] in areas.text

    await server.press(post, named(post.blocks, said["subscribe"]))
    await server.changed.until(lambda: "area" in filled(server.views[-1].data["blocks"]), "the form", 20)
    view = server.views[-1]
    await server.submit(view, filled(view.data["blocks"]) | {"area": "amd"})
    await server.changed.until(lambda: "AMD" in view.text and "✅" in view.text, "the receipt", 20)

    await server.open_home()
    await server.changed.until(lambda: server.user.id in server.home, "the tab", 20)
    assert "AMD" in server.home[server.user.id].text


async def test_a_member_without_a_subscription_finds_a_full_home(team: Team) -> None:
    """Their channels' digests, the last days, a way to the first subscription; nothing to change, and nothing of others."""
    server = team.server
    await set_up(team)
    await team.morning()
    member, stranger = server.add_user("bob"), server.add_user("carol")
    server.channel.members.add(member.id)
    for user in (member, stranger):
        await server.open_home(user=user)
    await server.changed.until(lambda: {member.id, stranger.id} <= set(server.home), "the tabs", 20)
    assert "example/quill" not in server.home[stranger.id].text
    view = server.home[member.id]
    assert {"type": "channel", "channel_id": server.channel.id} in _elements(view.data["blocks"])
    assert "2026-03-14 09:00" in view.text
    assert "Every day, about the day before" in view.text
    assert "Thursday, 2026-03-12" in view.text
    assert "Change" not in view.text

    await server.press(view, named(view.data["blocks"], "Subscribe"), user=member)
    await server.changed.until(lambda: "area" in filled(server.views[-1].data["blocks"]), "the form", 20)
    form = server.views[-1]
    await server.submit(form, filled(form.data["blocks"]) | {"area": "amd"}, user=member)
    await server.changed.until(lambda: "AMD" in form.text and "✅" in form.text, "the receipt", 20)

    view = server.home[member.id]
    await server.press(view, named(view.data["blocks"], "Show"), user=member)
    await server.wait_view(text="18 commits", within=20)


async def test_a_channels_settings_are_changed_from_the_home_tab(team: Team) -> None:
    """By who may administer it, with the form of the channel; the feed stays where it is."""
    server = team.server
    await set_up(team)
    await server.open_home()
    await server.changed.until(lambda: server.user.id in server.home, "the tab", 20)
    view = server.home[server.user.id]
    await server.press(view, named(view.data["blocks"], "Change"))
    form = await server.wait_view(text="owner/name")
    await server.submit(form, filled(form.data["blocks"]) | {"at": "10:30"})
    await server.changed.until(lambda: "✅" in form.text, "the receipt", 60)
    (feed,) = team.bot.feeds.all()
    assert (feed.channel, f"{feed.at:%H:%M}") == (server.channel.id, "10:30")
    await server.changed.until(lambda: "10:30" in server.home[server.user.id].text, "the tab as it is now", 20)


def _elements(blocks: list[Json]) -> list[Json]:
    """Every element of rich text."""
    found = [element for block in blocks for element in block.get("elements", [])]
    return found + (_elements(found) if found else [])


async def test_a_corrected_rank_is_seen_in_the_post(team: Team) -> None:
    """Where it stands, without anybody asking for it."""
    await set_up(team)
    post = await team.morning()
    assert "18 commits by 9 authors" in post.text
    menu = next(e for block in post.blocks for e in block.get("elements", []) if e["type"] == "static_select")
    shown = await team.answered(await team.server.press(post, menu["action_id"], values=[menu["options"][0]["value"]]))
    reply = shown.replies[-1]
    await team.server.press(reply, named(reply.blocks, "Rank lower"))
    await team.server.changed.until(lambda: "🔴 Fix wrong page size" not in post.text, "the mended post", 30)
    assert len([message for message in team.posts() if message.thread_ts in {None, message.ts}]) == 1


async def test_a_digest_for_everybody_asked_for_in_a_thread_stays_there(team: Team) -> None:
    """It is part of that talk."""
    await set_up(team)
    root, _ = await team.server.say("What landed?")
    await team.server.say(f"<@{team.server.bot.id}> 2026-03-12 public", thread_ts=root.ts)
    await team.server.changed.until(
        lambda: any(message.data.get("files") for message in team.posts()), "the digest", 30
    )
    ours = [message for message in team.posts() if message.data.get("bot_id")]
    assert {message.thread_ts for message in ours} == {root.ts}


async def test_a_mistake_in_the_form_costs_nothing(team: Team) -> None:
    await team.server.slash("/digest", "setup")
    view = await team.server.wait_view(text="owner/name")
    await team.server.submit(view, filled(view.data["blocks"]) | {"repository": "quill", "at": "07:45"})
    again = await team.server.wait_view(text="⚠️")
    assert {"quill", "07:45"} <= {value for values in filled(again.data["blocks"]).values() for value in values}


async def test_an_archived_channel_is_told_to_whoever_set_it_up(team: Team) -> None:
    await set_up(team)
    team.server.channel.is_archived = True
    team.now = EVENING + timedelta(hours=13, minutes=5)
    for _ in range(3):
        await team.bot.look()
        await team.bot.due()
    told = team.server.in_channel(team.server.dm_with(team.server.user))
    assert len(told) == 1
    assert "archived" in told[0].text


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_week_is_looked_back_on_in_chat(team: Team, language: str) -> None:
    """Privately a first look and all of it on demand; for everybody with its thread and its page."""
    whole, mattered = {"en": ("Show all", "What mattered"), "zh": ("查看全部", "重要变更")}[language]
    server = team.server
    server.user.locale = {"en": "en-US", "zh": "zh-CN"}[language]
    await set_up(team)
    await team.morning()
    shown = await team.use("week")
    assert "2026-03-06" in shown.text
    assert "2026-03-11" in shown.text, "what was not read"
    assert shown.replies[-1].only_for == server.user.id
    assert mattered not in shown.text
    pressed = await server.press(shown.replies[-1], named(shown.replies[-1].blocks, whole))
    await server.changed.until(lambda: mattered in pressed.text, "all of it", 60)
    before = len(team.posts())
    await server.slash("/digest", "最近一个月 public")
    await server.changed.until(lambda: any("files" in m.data for m in team.posts()[before:]), "the page", 60)
    first, *thread = team.posts()[before:]
    assert "2026-02-11" in first.text
    assert mattered in thread[0].text
    assert all(message.thread_ts == first.ts for message in thread)
    assert thread[-1].data["files"][-1]["name"] == "example-quill-2026-02-11..2026-03-12.html"


async def test_the_week_and_the_month_come_once_each(team: Team) -> None:
    """Beside the days, in their own threads; whoever starts the bot again finds them told."""
    await set_up(team)
    for days in ("weekly", "monthly"):
        done = await team.use(f"save setup new repository=example/quill zone=Asia/Shanghai days={days}")
        assert "✅" in done.text
    await team.use("pause feed=1")
    titles = []
    for morning in (datetime(2026, 3, 16, 1, 5, tzinfo=UTC), datetime(2026, 4, 1, 1, 5, tzinfo=UTC)):
        team.now = morning
        for _ in range(2):
            started = Assembly(team.bot.core, team.bot.transports)
            await started.look()
            await started.due()
            await started.due()
            await started.work.close()
        tops = [m for m in team.posts() if m.thread_ts in {None, m.ts} and "example/quill" in m.text]
        titles.append([message.text.splitlines()[0] for message in tops])
    week = "example/quill, the week in review: 2026-03-09 to 2026-03-15 · Asia/Shanghai"
    quiet = "example/quill, 2026-03-23 to 2026-03-29: nothing landed."
    month = "example/quill in review: 2026-03-01 to 2026-03-31 · Asia/Shanghai"
    assert titles[0] == [week]
    assert sorted(titles[1]) == sorted([week, quiet, month])
    for title, name in ((week, "2026-03-09..2026-03-15"), (month, "2026-03-01..2026-03-31")):
        post = next(message for message in team.posts() if message.text.startswith(title))
        *replies, drawn, files = [m for m in team.posts() if m.thread_ts == post.ts and m is not post]
        assert [block["type"] for block in drawn.blocks] == ["data_visualization"]
        assert [reply.text.splitlines()[0] for reply in replies] == [
            "What mattered",
            "By area",
            "Reverts and repeat fixes",
        ]
        assert files.data["files"][-1]["name"] == f"example-quill-{name}.html"
        shown = await team.press(
            post, next(option["text"]["text"] for option in menu_of(post)), menu_of(post)[0]["value"]
        )
        assert "Fix wrong page size" in shown.text


def menu_of(post: StoredMessage) -> list[Json]:
    menus = [e for block in post.blocks for e in block.get("elements", []) if e["type"] == "static_select"]
    return list(menus[0]["options"])


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("word='prefix cache'", {"word": "prefix cache"}),
        ("word=“prefix cache”", {"word": "prefix cache"}),
        ("author=«Simo Lin»", {"author": "Simo Lin"}),
        ("author=陈一涵 word=「键值 缓存」", {"author": "陈一涵", "word": "键值 缓存"}),
        ("path='python/**/scheduler*.py'", {"path": "python/**/scheduler*.py"}),
        ("ａｒｅａ＝昇腾", {"area": "npu_ascend"}),
        ("\u3000area=AMD\u00a0—min=high", {"area": "amd_rocm", "least": "high"}),
    ],
)
async def test_what_is_typed_is_what_is_stored_and_confirmed(team: Team, text: str, stored: dict[str, str]) -> None:
    """In any alphabet, with any quotation marks and spaces."""
    await set_up(team)
    done = await team.use(f"subscribe {text}")
    (made,) = team.bot.subscriptions.all()
    assert {name: str(getattr(made, name)) for name in stored} == stored
    shown = {"npu_ascend": "NPU", "amd_rocm": "AMD", "high": "high"}
    assert all(shown.get(value, value) in done.text for value in stored.values())


async def test_a_revoked_token_is_told_to_whoever_set_it_up_and_at_its_hour_to_the_channel(
    team: Team, github: GitHubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the hour, in the language of whoever reads it; once; and again when it works, with what was missed."""
    hurry(monkeypatch)
    server = team.server
    server.user.locale = "zh-CN"
    await team.use("help")
    await team.use("save setup new repository=example/quill zone=Asia/Shanghai language=en")
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
    tops = [message.text for message in team.posts() if message.thread_ts in {None, message.ts}]
    assert len(tops) == 3
    assert any("Missed: Thursday, 2026-03-12; it comes now." in text for text in tops)
    assert any("18 commits" in text for text in tops)


async def test_a_channel_that_daybrief_is_not_in_is_told_at_setup(team: Team) -> None:
    """With what to type; it is set up once that is done."""
    team.server.channel.members.discard(team.server.bot.id)
    await team.server.slash("/digest", "setup")
    view = await team.server.wait_view(text="owner/name")
    filled_in = filled(view.data["blocks"]) | {"repository": "example/quill"}
    await team.server.submit(view, filled_in)
    again = await team.server.wait_view(text="/invite @Daybrief", within=60)
    assert team.bot.feeds.all() == []
    team.server.channel.members.add(team.server.bot.id)
    await team.server.submit(again, filled_in)
    await team.server.wait_view(text="✅", within=60)
    assert len(team.bot.feeds.all()) == 1


@pytest.mark.parametrize(
    ("restricted", "told"),
    [
        ("restricted_action", "restricted by an administrator"),
        ("restricted_action_read_only_channel", "read-only"),
        ("restricted_action_non_threadable_channel", "does not allow replies in threads"),
    ],
)
async def test_a_channel_that_takes_no_digest_is_told_at_setup(team: Team, restricted: str, told: str) -> None:
    """Slack tells only whoever tries: nothing of the trial stays, and it is set up once the channel allows it."""
    server = team.server
    server.channel.restricted = restricted
    await server.slash("/digest", "setup")
    view = await server.wait_view(text="owner/name")
    filled_in = filled(view.data["blocks"]) | {"repository": "example/quill"}
    await server.submit(view, filled_in)
    again = await server.wait_view(text=told, within=60)
    assert team.bot.feeds.all() == []
    assert team.posts() == []
    server.channel.restricted = ""
    await server.submit(again, filled_in)
    await server.wait_view(text="✅", within=60)
    assert team.posts() == []


async def test_a_scope_that_is_missing_is_told_at_setup(team: Team) -> None:
    """Rather than with the first digest, whose report could not be attached."""
    server = team.server
    assert server.scopes is not None
    server.scopes = server.scopes - {"files:write"}
    done = await team.use("save setup new repository=example/quill")
    assert "daybrief slack-manifest" in done.text
    assert (team.bot.feeds.all(), team.posts()) == ([], [])


async def test_the_forms_entries_are_completed_while_somebody_types(team: Team) -> None:
    """Repositories, zones by their city, areas by any name, authors; what else is typed may be given, too."""
    server = team.server
    await set_up(team)
    await team.use("today")
    await server.slash("/digest", "setup")
    view = await server.wait_view(text="owner/name")
    for entry, typed, first in (
        ("repository", "Q", ("example/quill", "example/quill")),
        ("repository", "other/one", ("other/one", "other/one")),
        ("zone", "new yo", ("America/New_York", "America/New_York · 08:00")),
        ("zone", "", ("Asia/Shanghai", "Asia/Shanghai · 20:00")),
        ("areas", "昇腾", ("npu_ascend", "NPU")),
        ("areas", "zebra", ("zebra", "zebra")),
        ("left_out", "priya", ("Priya Nandakar", "Priya Nandakar")),
    ):
        asked = await (await server.suggest(view, entry, typed)).acked()
        assert asked.ack
        option = asked.ack["options"][0]
        assert (option["value"], option["text"]["text"]) == first
    again = filled(view.data["blocks"]) | {"areas": ["npu_ascend", "amd"], "left_out": ["bots"]}
    await server.submit(view, again)
    await server.changed.until(lambda: "✅" in view.text, "the receipt", 60)
    (feed,) = team.bot.feeds.all()
    assert (feed.areas, feed.left_out) == (("npu_ascend", "amd_rocm"), ("bots",))


@pytest.mark.parametrize(
    ("entry", "value"), [("repository", "quill"), ("zone", "Atlantis"), ("areas", "zebra"), ("repository", "no/such")]
)
async def test_a_mistake_stands_at_its_entry(team: Team, entry: str, value: str) -> None:
    """And everything else is kept."""
    await team.server.slash("/digest", "setup")
    view = await team.server.wait_view(text="owner/name")
    given = {"repository": "example/quill", "at": "07:45"} | {entry: value}
    await team.server.submit(view, {**filled(view.data["blocks"]), **given})
    again = await team.server.wait_view(text="⚠️", within=30)
    blocks = again.data["blocks"]
    at = next(at for at, block in enumerate(blocks) if (block.get("element") or {}).get("action_id") == entry)
    assert "⚠️" in str(blocks[at - 1])
    assert sum("⚠️" in str(block) for block in blocks) == 1
    assert set(given.values()) <= {one for values in filled(blocks).values() for one in values}


async def test_a_file_that_slack_takes_for_an_address_is_the_file(team: Team) -> None:
    """Slack makes a link of whatever ends like a country's addresses."""
    await set_up(team)
    done = await team.use("subscribe path=<http://cache.py|cache.py>")
    assert "Subscribed to cache.py in example/quill" in done.text


async def test_several_topics_and_a_question_go_the_whole_way(team: Team) -> None:
    """What is stored is what the receipt repeats; a change is undone by its button; our own name is no part of a command."""
    server = team.server
    await set_up(team)
    done = await team.use("subscribe AMD, NPU how=weekly")
    assert "Subscribed to AMD and NPU in example/quill, delivered on Mondays at 09:00 Shanghai time." in done.text
    changed = await team.use("subscribe AMD immediately")
    assert "Before, it was AMD, on Mondays at 09:00 Shanghai time." in changed.text
    undone = await team.press(changed.replies[-1], "Undo")
    assert "back to AMD, on Mondays" in undone.text
    assert [(one.area, one.how) for one in team.bot.subscriptions.all()] == [
        ("amd_rocm", "weekly"),
        ("npu_ascend", "weekly"),
    ]
    assert "You are welcome" in (await team.use("thanks!")).text
    direct = server.dm_with(server.user)
    await server.say(f"<@{server.bot.id}>\u00a0subs", channel=direct)
    await server.wait_message(text="Your subscriptions", channel=direct, within=30)
