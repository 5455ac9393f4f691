"""Several workspaces install the app: how that goes, and that each is answered and posted to as itself."""

import asyncio
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from first_day import WELCOME
from servers.github import GitHubServer
from servers.slack import FakeSlack
from servers.slack_oauth import CLIENT_ID, CLIENT_SECRET, SlackFront
from slack_made import filled
from slack_sdk.oauth.installation_store.sqlite3 import SQLite3InstallationStore

from analysis.errors import BadInput
from bot.config import load
from bot.digests.core import open_core
from bot.platforms.slack.transport import Slack
from bot.platforms.slack.workspaces import Workspaces
from bot.service.assembly import Assembly
from bot.service.process import Process
from storage.memory import KeyValues

pytestmark = pytest.mark.end_to_end

OTHER_TOKEN = "xoxb-other"  # noqa: S105 - a test's own
EVENING = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
"""Eight in the evening in Shanghai, on the sample's day."""


class App:
    """The bot as a server that workspaces install from, on a clock of its own."""

    def __init__(self, front: SlackFront, environ: dict[str, str], database: Path) -> None:
        self.now, self.front = EVENING, front
        transports: dict[str, Any] = {}
        self.bot = Assembly(open_core(load(environ), lambda: self.now), transports)
        self.workspaces = Workspaces(
            CLIENT_ID, CLIENT_SECRET, database, KeyValues(self.bot.core.stores.store, "slack"), base_url=front.api_url
        )
        self.slack = transports["slack"] = Slack(
            "", signing_secret=front.workspaces[0].signing_secret, workspaces=self.workspaces, base_url=front.api_url,
            pause=0, patience=0.05,
        )  # fmt: skip
        self.url = ""

    async def start(self) -> None:
        server = web.Application()
        server.router.add_post("/slack/events", self.slack.receive)
        server.router.add_get("/slack/install", self.workspaces.install)
        server.router.add_get("/slack/oauth_redirect", self.workspaces.finish)
        self._runner = web.AppRunner(server)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        for one in self.front.workspaces:
            one.deliver_to(f"{self.url}/slack/events")
        self._running = asyncio.create_task(self.slack.run(self.bot.talk))

    async def stop(self) -> None:
        await self.slack.close()
        await self._running
        await self._runner.cleanup()
        await self.bot.work.close()
        self.bot.core.stores.store.close()

    async def begin(self) -> tuple[str, str]:
        """Follow the link to install; return the state, and the cookie that the browser keeps."""
        async with (
            aiohttp.ClientSession() as browser,
            browser.get(f"{self.url}/slack/install", allow_redirects=False) as sent,
        ):
            place = urlsplit(sent.headers["Location"])
            assert (sent.status, place.netloc, place.path) == (302, "slack.com", "/oauth/v2/authorize")
            asked = parse_qs(place.query)
            assert asked["client_id"] == [CLIENT_ID]
            assert {"chat:write", "files:write", "commands"} <= set(asked["scope"][0].split(","))
            (state,) = asked["state"]
            return state, sent.headers["Set-Cookie"].partition(";")[0]

    async def finish(self, cookie: str, **query: str) -> tuple[int, str]:
        """Come back from Slack."""
        async with (
            aiohttp.ClientSession(headers={"Cookie": cookie}) as browser,
            browser.get(f"{self.url}/slack/oauth_redirect", params=query) as page,
        ):
            return page.status, await page.text()

    async def install(self, workspace: FakeSlack) -> str:
        state, cookie = await self.begin()
        self.front.codes[f"code-of-{workspace.team_id}"] = workspace
        status, text = await self.finish(cookie, state=state, code=f"code-of-{workspace.team_id}")
        assert status == 200, text
        return text

    async def set_up(self, workspace: FakeSlack) -> None:
        """Set up the sample's digest in a workspace's channel, by the form."""
        workspace.channel.creator = workspace.user.id
        await workspace.slash("/digest", "setup")
        view = await workspace.wait_view(text="owner/name")
        await workspace.submit(view, filled(view.data["blocks"]) | {"repository": "example/quill"})
        await workspace.wait_view(text="✅", within=60)

    async def morning(self, day: int = 0) -> None:
        self.now = EVENING + timedelta(days=day, hours=13, minutes=5)
        await self.bot.look()
        await self.bot.due()
        await self.bot.due()


@pytest.fixture
async def app(environ: dict[str, str], quill: Path, tmp_path: Path) -> AsyncIterator[App]:
    async with FakeSlack() as one, FakeSlack(bot_token=OTHER_TOKEN, first_id=5_000) as other:
        for workspace in (one, other):
            workspace.user.tz = "Asia/Shanghai"
        with GitHubServer({"example/quill": quill}) as github:
            environ |= {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
            async with SlackFront([one, other]) as front:
                made = App(front, environ, tmp_path / "workspaces.db")
                await made.start()
                yield made
                await made.stop()


def posts(workspace: FakeSlack) -> list[str]:
    """What stands in a workspace's channel, without its threads and its welcome."""
    tops = [message.text for message in workspace.in_channel() if message.thread_ts in {None, message.ts}]
    return [text for text in tops if WELCOME not in text]


async def test_a_workspace_installs_the_app(app: App, tmp_path: Path) -> None:
    """And is told what to do next; the tokens are its owner's alone to read."""
    one, _ = app.front.workspaces
    text = await app.install(one)
    assert text.startswith(f"Daybrief is installed in Team {one.team_id}.")
    assert "/digest setup" in text
    assert stat.S_IMODE((tmp_path / "workspaces.db").stat().st_mode) == 0o600
    assert "Your subscriptions" in (await (await one.slash("/digest", "help")).replied()).text


async def test_an_installation_counts_once_and_in_the_browser_that_began_it(app: App) -> None:
    """With a sentence that says where to begin."""
    one, other = app.front.workspaces
    state, cookie = await app.begin()
    code = f"code-of-{one.team_id}"
    status, text = await app.finish("", state=state, code=code)
    assert (status, "was not started in this browser" in text) == (400, True)
    status, text = await app.finish(cookie, state="made-up", code=code)
    assert (status, "was not started in this browser" in text) == (400, True)
    assert (await app.finish(cookie, state=state, code=code))[0] == 200
    status, text = await app.finish(cookie, state=state, code=f"code-of-{other.team_id}")
    assert (status, "was already finished: start again, at /slack/install" in text) == (401, True)


async def test_what_slack_refuses_is_told(app: App, caplog: pytest.LogCaptureFixture) -> None:
    """No page of an exception, and no secret in the log."""
    state, cookie = await app.begin()
    status, text = await app.finish(cookie, state=state, error="access_denied")
    assert (status, "was refused in Slack, and nothing was stored" in text) == (400, True)
    status, text = await app.finish(cookie, state=state, code="none")
    assert (status, "(invalid code): start again" in text) == (401, True)
    state, cookie = await app.begin()
    status, text = await app.finish(cookie, state=state)
    assert (status, "(missing code): start again" in text) == (401, True)
    assert CLIENT_SECRET not in caplog.text


async def test_each_workspace_is_posted_to_as_itself(app: App) -> None:
    """Its own digest, with its own token; a person's message too."""
    for workspace in app.front.workspaces:
        await app.install(workspace)
        await app.set_up(workspace)
        command = await workspace.slash("/digest", "subscribe area=kernels")
        await command.replied()
    await app.morning()
    for workspace in app.front.workspaces:
        (post,) = posts(workspace)
        assert "example/quill" in post
        (message,) = workspace.in_channel(workspace.dm_with(workspace.user))
        assert "Reverted" in message.text
        assert [file.filename for file in workspace.files.values()][-1] == "example-quill-2026-03-12.html"
        assert (workspace.team_id, "chat.postMessage") in app.front.calls


async def test_a_workspace_that_leaves_is_paused_and_the_other_goes_on(app: App) -> None:
    """Also when the app was installed again in between, it needs no more than resume."""
    one, other = app.front.workspaces
    for workspace in (one, other):
        await app.install(workspace)
        await app.set_up(workspace)
    await one.event({"type": "tokens_revoked", "tokens": {"oauth": [one.user.id], "bot": []}})
    assert app.bot.feeds.all()[0].paused == ""
    await one.event({"type": "app_uninstalled"})
    await app.morning()
    assert (posts(one), len(posts(other))) == ([], 1)
    paused = {feed.workspace: feed.paused for feed in app.bot.feeds.all()}
    assert paused[one.team_id] == "refused.not_installed"
    assert paused[other.team_id] == ""


async def test_the_doctor_tries_each_workspace(app: App) -> None:
    """By its own token; with its channels, and those of nobody."""
    one, other = app.front.workspaces
    assert "No workspace has installed the app yet" in (await app.slack.examine([]))[0]
    for workspace in (one, other):
        await app.install(workspace)
        await app.set_up(workspace)
    channels = [one.channel.id, other.channel.id]
    assert await app.slack.examine(channels) == []
    other.channel.members.discard(other.bot.id)
    (wrong,) = await app.slack.examine(channels)
    assert wrong.startswith(f"In the workspace {other.team_id}: The bot is not in the channel {other.channel.id}")
    (strange,) = await app.slack.examine([one.channel.id, "C0NONE"])
    assert strange == "The channel C0NONE is in no workspace that has installed the app."


async def test_a_token_that_is_refused_stops_that_workspace_alone(app: App) -> None:
    """It was revoked, and the event was lost."""
    one, other = app.front.workspaces
    for workspace in (one, other):
        await app.install(workspace)
        await app.set_up(workspace)
    one.bot_token = f"{OTHER_TOKEN}-renewed"
    await app.morning()
    assert (posts(one), len(posts(other))) == ([], 1)
    paused = {feed.workspace: feed.paused for feed in app.bot.feeds.all()}
    assert paused[one.team_id] == "refused.token"


async def test_a_token_is_looked_up_once(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for each call, of which a morning has many; anew when the app is installed again."""
    looked: list[dict[str, Any]] = []
    find = SQLite3InstallationStore.find_bot

    def look(store: SQLite3InstallationStore, **where: Any) -> Any:
        looked.append(where)
        return find(store, **where)

    monkeypatch.setattr(SQLite3InstallationStore, "find_bot", look)
    one, _ = app.front.workspaces
    await app.install(one)
    await app.set_up(one)
    await app.morning()
    assert len([call for call in app.front.calls if call[0] == one.team_id]) > 5
    assert len(looked) == 1
    one.bot_token = f"{one.bot_token}-renewed"
    await app.install(one)
    await app.morning(1)
    assert len(looked) == 2
    assert app.bot.feeds.all()[0].paused == ""


async def test_a_token_that_another_process_renewed_is_taken_up(
    app: App, environ: dict[str, str], tmp_path: Path
) -> None:
    """The old one is refused once and then forgotten; nothing is paused for it."""
    one, _ = app.front.workspaces
    await app.install(one)
    await app.set_up(one)
    other = App(app.front, environ, tmp_path / "workspaces.db")
    await other.start()
    try:
        one.bot_token = f"{one.bot_token}-renewed"
        await other.install(one)
        await app.morning()
        app.now += timedelta(minutes=1)
        await app.bot.due()
        assert app.bot.feeds.all()[0].paused == ""
        assert len(posts(one)) == 1
    finally:
        await other.stop()


async def test_installations_are_there_after_a_restart(app: App, environ: dict[str, str], tmp_path: Path) -> None:
    one, _ = app.front.workspaces
    await app.install(one)
    await app.set_up(one)
    again = App(app.front, environ, tmp_path / "workspaces.db")
    await again.start()
    try:
        await again.morning()
        assert len(posts(one)) == 1
    finally:
        await again.stop()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"BOT_TOKEN": "xoxb-1", "CLIENT_SECRET": "x", "MODE": "http"}, "has bot_token and client_id: keep bot_token"),
        ({"MODE": "http"}, "client_id needs client_secret and mode http"),
        ({"CLIENT_SECRET": "x", "APP_TOKEN": "xapp-1"}, "client_id needs client_secret and mode http"),
    ],
)
def test_half_a_configuration_is_told(environ: dict[str, str], settings: dict[str, str], told: str) -> None:
    """Before anything begins."""
    given = {"CLIENT_ID": CLIENT_ID, "SIGNING_SECRET": "s", **settings}
    with pytest.raises(BadInput, match=told):
        Process(open_core(load(environ | {f"DAYBRIEF_SLACK__{name}": value for name, value in given.items()})))
