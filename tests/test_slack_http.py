"""Slack over HTTP instead of a socket: only what Slack itself sent just now, and only once, is heard."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from servers.slack import FakeSlack, Tamper
from slack_made import Talk, a_form, a_post, named

from bot.platforms.slack.transport import Slack
from formatters.reply import Note


@pytest.fixture
async def server() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        yield server


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.fixture
async def slack(server: FakeSlack, talk: Talk) -> AsyncIterator[Slack]:
    """Connected without an app token; our server's route is where Slack delivers to."""
    slack = Slack(
        server.bot_token, signing_secret=server.signing_secret, base_url=server.api_url, pause=0, patience=0.05
    )
    async for _ in listening(slack, server, talk):
        yield slack


async def listening(slack: Slack, server: FakeSlack, talk: Talk) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_post("/slack/events", slack.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    task = asyncio.create_task(slack.run(talk))
    try:
        yield
    finally:
        await slack.close()
        await task
        await runner.cleanup()


@pytest.mark.parametrize("moment", ["", "abc", "-1", "1e9"])
async def test_a_request_without_a_moment_is_refused(
    slack: Slack, server: FakeSlack, moment: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In one line of the log."""
    headers = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": "v0=00"}
    async with (
        aiohttp.ClientSession() as stranger,
        stranger.post(server.request_urls["slash_commands"], data="x=1", headers=headers) as answer,
    ):
        assert answer.status == 401
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_commands_mentions_buttons_and_forms_arrive(slack: Slack, server: FakeSlack, talk: Talk) -> None:
    await (await server.slash("/digest", "help")).replied()
    await server.say(f"<@{server.bot.id}> areas")
    await slack.post(server.channel.id, a_post(), "k1")
    message = await server.wait_message(text="example/quill")
    talk.on("areas", a_form())
    await server.press(message, named(message.blocks, "By area"))
    view = await server.wait_view(text="Repository")
    talk.on("setup", Note("Saved", "done"))
    await server.submit(view, {"repository": "example/quill", "hour": ["9"], "zone": ["Zone/1"]})
    await server.wait_view(text="Saved")
    assert [request.command for request in talk.asked] == ["help", "areas", "areas", "setup"]
    for delivery in server.deliveries:
        await delivery.acked()
    assert {delivery.status for delivery in server.deliveries} == {200}


async def test_a_command_may_say_payload(slack: Slack, server: FakeSlack, talk: Talk) -> None:
    """Bolt's own reader of bodies loses such a command."""
    await (await server.slash("/digest", "search payload")).replied()
    assert talk.asked[0].command == "search payload"


@pytest.mark.parametrize("tamper", ["signature", "timestamp"])
async def test_a_forged_or_stale_request_is_refused(
    slack: Slack, server: FakeSlack, talk: Talk, tamper: Tamper
) -> None:
    command = await server.slash("/digest", "rerun 2026-03-12", tamper=tamper)
    await server.changed.until(lambda: command.failure, "the refusal", 5)
    assert command.status == 401
    assert talk.asked == []


async def test_a_replayed_request_is_refused(slack: Slack, server: FakeSlack, talk: Talk) -> None:
    """Who has overheard a request cannot send it again."""
    command = await server.slash("/digest", "rerun 2026-03-12")
    await command.replied()
    url, (body, headers) = server.request_urls["slash_commands"], server.sent[-1]
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as again:
        assert again.status == 401
    assert len(talk.asked) == 1


async def test_an_event_repeated_by_slack_is_answered_once(slack: Slack, server: FakeSlack, talk: Talk) -> None:
    """It is acknowledged, or Slack would repeat it again."""
    _, delivery = await server.say(f"<@{server.bot.id}> areas")
    await delivery.acked()
    again = await (await server.again(delivery)).acked()
    assert again.status == 200
    await (await server.slash("/digest", "help")).replied()
    assert [request.command for request in talk.asked] == ["areas", "help"]


async def test_a_replayed_event_is_answered_once(slack: Slack, server: FakeSlack, talk: Talk) -> None:
    _, delivery = await server.say(f"<@{server.bot.id}> areas")
    await delivery.acked()
    url, (body, headers) = server.request_urls["events_api"], server.sent[-1]
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=headers | {"Content-Type": kind}),
        ):
            pass
    await (await server.slash("/digest", "help")).replied()
    assert [request.command for request in talk.asked] == ["areas", "help"]


async def test_a_command_replayed_as_an_event_is_no_command(slack: Slack, server: FakeSlack, talk: Talk) -> None:
    await (await server.slash("/digest", "rerun 2026-03-12")).replied()
    url, (body, headers) = server.request_urls["slash_commands"], server.sent[-1]
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers | {"Content-Type": "application/json"}),
    ):
        pass
    assert len(talk.asked) == 1


async def test_the_address_is_confirmed_to_slack(slack: Slack, server: FakeSlack) -> None:
    url = server.request_urls["events_api"]
    body, headers = server.signed({"type": "url_verification", "challenge": "c9"})
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json())["challenge"]) == (200, "c9")


async def test_without_a_signing_secret_nothing_is_taken(server: FakeSlack, talk: Talk) -> None:
    """In Socket Mode nobody has business there."""
    slack = Slack(server.bot_token, server.app_token, base_url=server.api_url)
    async for _ in listening(slack, server, talk):
        url = server.request_urls["events_api"]
        body, headers = server.signed({"type": "url_verification", "challenge": "c9"})
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            assert answer.status == 401
