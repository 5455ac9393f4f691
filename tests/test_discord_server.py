"""The tests' own Discord refuses what Discord refuses, so that the other tests mean something."""

from typing import Any

import aiohttp
import pytest
from servers import discord_rules as rules
from servers.discord import FakeDiscord

TEXT = {"type": 10, "content": "x"}


def refused(*components: Any, flags: int = 32768, **more: Any) -> dict[str, Any]:
    return rules.check_message({"flags": flags, "components": list(components), **more}).tree


def row(*names: str) -> dict[str, Any]:
    buttons = [{"type": 2, "style": 2, "label": "x", "custom_id": name} for name in names]
    return {"type": 1, "components": buttons}


@pytest.mark.parametrize(
    "components",
    [
        [{"type": 10, "content": "x" * 4001}],
        [{"type": 10, "content": "x" * 2001}] * 2,
        [{"type": 10, "content": " "}],
        [TEXT] * 41,
        [row("a", "a")],
        [row(*"abcdef")],
        [row("a" * 101)],
        [row()],
        [{"type": 17, "components": []}],
        [{"type": 9, "components": [TEXT]}],
        [{**TEXT, "id": 1}, {**TEXT, "id": 1}],
        [{"type": 13, "file": {"url": "https://example.com/a.md"}}],
        [{"type": 1, "components": [{"type": 3, "custom_id": "p:", "options": []}]}],
        [{"type": 1, "components": [{"type": 3, "custom_id": "p:", "options": [{"label": "x", "value": "y" * 101}]}]}],
        [{"type": 99}],
    ],
)
def test_a_message_beyond_a_limit_is_refused(components: list[Any]) -> None:
    """Texts, components, names, options, ids."""
    assert refused(*components)


def test_a_message_within_the_limits_is_taken() -> None:
    """The same at their edge; words and embeds beside components are refused."""
    assert not refused({"type": 10, "content": "x" * 4000})
    assert not refused(*[TEXT] * 40)
    assert not refused(row("a" * 100, *"bcde"))
    assert refused(TEXT, content="words")
    assert refused(TEXT, nonce="n" * 26)


async def test_the_same_nonce_is_the_same_message_and_is_not_told_later() -> None:
    """As Discord documents for enforce_nonce; whoever reads the history does not see it."""
    async with FakeDiscord() as server, aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"}) as http:
        url = f"{server.api_url}/channels/{server.channel.id}/messages"
        sent = {"flags": 32768, "components": [TEXT], "nonce": "n1", "enforce_nonce": True}
        first, second = [await (await http.post(url, json=sent)).json() for _ in range(2)]
        (read,) = await (await http.get(url)).json()
        assert first["id"] == second["id"] == read["id"]
        assert "nonce" not in read


async def test_who_may_not_is_refused() -> None:
    """A wrong token, a channel that is not there, one that may not be written in, a closed thread."""
    async with FakeDiscord() as server, aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"}) as http:

        async def send(channel: str, **headers: str) -> tuple[int, int]:
            sent = {"flags": 32768, "components": [TEXT]}
            answer = await http.post(f"{server.api_url}/channels/{channel}/messages", json=sent, headers=headers)
            return answer.status, (await answer.json()).get("code", 0)

        assert await send(server.channel.id, Authorization="Bot x") == (401, 0)
        assert await send("1") == (404, 10003)
        server.channel.bot_can_send = False
        assert await send(server.channel.id) == (403, 50013)
        server.channel.bot_can_send, server.channel.archived = True, True
        assert await send(server.channel.id) == (400, 50083)
