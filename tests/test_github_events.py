"""GitHub's webhook: only what GitHub signed is heard, once, and it makes a repository be looked at with the next round."""

import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from bots import MORNING, REPO, a_bot
from servers.github import GitHubServer

from analysis.errors import BadInput
from bot.config import load
from bot.web.github_events import PATH, GitHubEvents
from bot.web.guard import GuardedRunner, guard

SECRET = "a-secret-that-is-long"  # noqa: S105 - a test's own
PUSH = json.dumps({"ref": "refs/heads/main", "repository": {"full_name": REPO}}).encode()


class Hook:
    """Sends what GitHub sends."""

    def __init__(self, url: str, heard: list[str]) -> None:
        self.url, self.heard = url, heard

    async def send(self, body: bytes = PUSH, event: str = "push", delivery: str = "d-1", **changed: str) -> int:
        headers = {
            "X-GitHub-Event": event, "X-GitHub-Delivery": delivery, "Content-Type": "application/json",
            "X-Hub-Signature-256": f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}",
        } | {name.replace("_", "-"): value for name, value in changed.items()}  # fmt: skip
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=io.BytesIO(body), headers=headers) as answer,
        ):
            return answer.status


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """As `serve` has it: behind the guard."""
    heard: list[str] = []
    app = web.Application(middlewares=[guard()])
    app.router.add_post(PATH, GitHubEvents(SECRET, heard.append).receive)
    runner = GuardedRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Hook(f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}", heard)
    await runner.cleanup()


async def test_pushes_releases_and_tags_are_heard(hook: Hook) -> None:
    """Whatever else is sent is taken, so that GitHub does not think us broken, and passed over."""
    for number, event in enumerate(("push", "release", "create", "ping", "star")):
        body = json.dumps({"number": number, "repository": {"full_name": f"o/{event}"}}).encode()
        assert await hook.send(body, event, f"d-{number}") == 202
    assert hook.heard == ["o/push", "o/release", "o/create"]


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "sha256=é"])
async def test_what_github_did_not_sign_is_refused(hook: Hook, signature: str) -> None:
    assert await hook.send(X_Hub_Signature_256=signature) == 401
    assert hook.heard == []


async def test_what_came_before_is_refused(hook: Hook) -> None:
    """By its id, and by its content under another id; what was refused is not remembered."""
    assert await hook.send(X_Hub_Signature_256="sha256=" + "0" * 64) == 401
    assert [await hook.send(), await hook.send(), await hook.send(delivery="d-2")] == [202, 409, 409]
    assert await hook.send(PUSH + b" ", delivery="d-1") == 409
    assert hook.heard == [REPO]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"repository": 7}', b"\xff", b"[" * 100_000])
async def test_what_names_no_repository_is_refused(hook: Hook, body: bytes) -> None:
    assert await hook.send(body) == 400
    assert hook.heard == []


async def test_a_delivery_without_an_id_or_of_any_length_is_refused(hook: Hook) -> None:
    assert await hook.send(delivery="") == 400
    assert await hook.send(b" " * 2_000_000) == 413


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(BadInput, match="16 characters"):
        load({"DAYBRIEF_GITHUB__WEBHOOK_SECRET": "short"})


async def test_what_is_heard_is_looked_at_with_the_next_round_and_looks_become_rarer(
    environ: dict[str, str], quill: Path
) -> None:
    """Ten minutes without a webhook, an hour with one that works; after a silent day it is ten minutes again."""
    with GitHubServer({REPO: quill}) as github:
        given = {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
        async with a_bot(environ, quill, MORNING - timedelta(hours=3), **given) as bot:
            bot.feed(place=REPO)
            start, looked = bot.now, []

            async def looks(minutes: float) -> bool:
                before = github.count("commits.list")
                bot.now = start + timedelta(minutes=minutes)
                await bot.assembly.look()
                return github.count("commits.list") > before

            looked = [await looks(minutes) for minutes in (0, 5, 11)]
            assert looked == [True, False, True]
            bot.assembly.hear("somebody/else")
            assert not await looks(12)
            bot.assembly.hear(REPO.upper())
            looked = [await looks(minutes) for minutes in (13, 24, 72, 74)]
            assert looked == [True, False, False, True]
            assert await looks(25 * 60)
            assert await looks(25 * 60 + 11)
