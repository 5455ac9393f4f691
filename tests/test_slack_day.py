"""A team's first day on Slack, with everything real but Slack and GitHub: set up, the morning's post, what follows."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from servers.github import GitHubServer
from servers.slack import Delivery, FakeSlack
from servers.slack_world import StoredMessage
from slack_made import a_slack, filled, named

from bot.assembly import Assembly
from bot.config import load
from bot.core import Core

EVENING = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
"""Eight in the evening in Shanghai, on the sample's day."""

SAID = {
    "en": {"setup": "Save", "by area": "By area", "subscribe": "Subscribe", "count": "18 commits", "scheduler": "Scheduler"},
    "zh": {"setup": "保存", "by area": "按领域", "subscribe": "订阅", "count": "18 个提交", "scheduler": "调度"},
}  # fmt: skip


class Team:
    """A Slack with the whole bot in it, on a clock of its own."""

    def __init__(self, server: FakeSlack, environ: dict[str, str]) -> None:
        self.server, self.now = server, EVENING
        transports: dict[str, Any] = {}
        self.bot = Assembly(Core(load(environ), lambda: self.now), transports)
        self.slack = transports["slack"] = a_slack(server)

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
        (post,) = [message for message in self.server.in_channel() if message.thread_ts in {None, message.ts}]
        return post


@pytest.fixture
def github(quill: Path) -> Iterator[GitHubServer]:
    with GitHubServer({"example/quill": quill}) as server:
        yield server


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
        made.bot.core.store.close()
        assert server.warnings == []
        assert [delivery.failure for delivery in server.deliveries if delivery.failure] == []


async def set_up(team: Team) -> None:
    await team.server.slash("/digest", "setup")
    view = await team.server.wait_view(text="owner/name")
    await team.server.submit(view, filled(view.data["blocks"]) | {"repository": "example/quill"})
    await team.server.wait_view(text="✅", within=60)


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
    thread = [message for message in server.in_channel() if message.thread_ts == post.ts and message is not post]
    assert thread[-1].data["files"][0]["name"].startswith("example-quill")
    (message,) = server.in_channel(server.dm_with(server.user))
    assert ("Takes back" if language == "en" else "撤回") in message.text

    menu = next(e for block in post.blocks for e in block.get("elements", []) if e["type"] == "static_select")
    shown = await team.answered(await server.press(post, menu["action_id"], values=[menu["options"][0]["value"]]))
    assert "--legacy-scheduler" in shown.text
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


async def test_a_mistake_in_the_form_costs_nothing(team: Team) -> None:
    await team.server.slash("/digest", "setup")
    view = await team.server.wait_view(text="owner/name")
    await team.server.submit(view, filled(view.data["blocks"]) | {"repository": "quill", "at": "25:99"})
    again = await team.server.wait_view(text="⚠️")
    assert {"quill", "25:99"} <= {value for values in filled(again.data["blocks"]).values() for value in values}


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
