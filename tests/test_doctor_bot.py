"""The doctor reads the bot's part as `serve` does, and tries its platforms: tokens, scopes, channels."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import time
from pathlib import Path

import pytest
from servers.discord import FakeDiscord
from servers.scratch import NOON
from servers.slack import FakeSlack
from servers.waiting import hurry

from analysis.errors import BadInput, Damaged, Outage
from bot.config import load
from bot.delivery.schedule import Heartbeat
from bot.digests.core import open_core
from bot.platforms.slack.manifest import SCOPES
from bot.service.assembly import Assembly
from bot.service.connections import Connections
from bot.service.doctor import Check, examine
from bot.service.process import Process
from bot.service.readiness import Readiness
from storage.feeds import Feed
from storage.memory import KeyValues

_BOT = {"bot", "slack", "discord"}
FEED = '[[feeds]]\nplatform = "slack"\nchannel = "C1"\nrepository = "ann/scratch"\n'
SLACK = '[slack]\nbot_token = "xoxb-1"\napp_token = "xapp-1"\n'


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _no_github(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    environ["DAYBRIEF_GITHUB__BASE_URL"] = "http://127.0.0.1:9"


@pytest.fixture
def _restored() -> Iterator[None]:
    from discord.http import Route

    before = Route.BASE
    yield
    Route.BASE = before


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(scopes=set(SCOPES)) as server:
        yield server


async def looked_at(environ: dict[str, str], config: Path | None = None) -> dict[str, Check]:
    """Return what the doctor says of the bot."""
    found = await asyncio.to_thread(lambda: list(examine(environ, config, None, now=lambda: NOON)))
    return {check.what: check for check in found if check.what in _BOT}


def with_slack(environ: dict[str, str], server: FakeSlack, **changes: str) -> dict[str, str]:
    settings = {"bot_token": server.bot_token, "app_token": server.app_token, "base_url": server.api_url} | changes
    return environ | {f"DAYBRIEF_SLACK__{name.upper()}": value for name, value in settings.items()}


@pytest.mark.parametrize(
    "text",
    [
        SLACK + FEED + 'zone = "Shanghai"\n',
        SLACK + FEED.replace("ann/scratch", "scratch"),
        SLACK + FEED + 'areas = ["no such area"]\n',
        SLACK + FEED.replace("ann/scratch", "ann/scratch=/no/such/folder").replace("ann/scratch=", "./no/"),
        '[slack]\nbot_token = "xoxb-1"\n' + FEED,
        '[slack]\nbot_token = "xoxb-1"\nmode = "http"\n' + FEED,
        '[slack]\nclient_id = "1"\nmode = "http"\nsigning_secret = "s"\n',
        SLACK + '[serve]\narchive = true\n[web]\nzone = "Nowhere"\n',
        FEED,
        '[slack]\napp_token = "xapp-1"\n',
    ],
)
async def test_what_serve_refuses_the_doctor_tells(environ: dict[str, str], tmp_path: Path, text: str) -> None:
    """In the same words."""
    config = tmp_path / "own.toml"
    config.write_text(text, encoding="utf-8")
    core = open_core(load(environ, config))
    with pytest.raises(BadInput) as refused:
        await Process(core).run()
    core.stores.store.close()
    check = (await looked_at(environ, config))["bot"]
    assert (check.state, check.found) == ("broken", str(refused.value))
    assert check.remedy == "Until then `daybrief serve` does not start."


async def test_without_any_platform_there_is_nothing_to_look_at(environ: dict[str, str]) -> None:
    """The command line needs none; what `serve` needs is said."""
    needed = "none is configured: `daybrief serve` needs [slack] bot_token and app_token, [discord] token, or [outlets]"
    assert await looked_at(environ) == {"bot": Check("bot", "ok", needed)}


async def test_slack_as_it_should_be(environ: dict[str, str], slack: FakeSlack, tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text(FEED.replace("C1", slack.channel.id), encoding="utf-8")
    found = await looked_at(with_slack(environ, slack), config)
    assert found["bot"] == Check("bot", "ok", "slack; 1 feed")
    assert found["slack"] == Check("slack", "ok", "token accepted, 1 channel looked at")


@pytest.mark.parametrize("token", ["bot_token", "app_token"])
async def test_a_token_that_slack_refuses(environ: dict[str, str], slack: FakeSlack, token: str) -> None:
    check = (await looked_at(with_slack(environ, slack, **{token: "xoxb-wrong"})))["slack"]
    assert check.state == "broken"
    assert check.found.startswith("Slack refuses")
    assert "xoxb-wrong" not in check.found


async def test_a_scope_that_is_missing_and_channels_that_take_nothing(
    environ: dict[str, str], slack: FakeSlack, tmp_path: Path
) -> None:
    """Each with the way out."""
    archived, foreign = slack.add_channel("old"), slack.add_channel("foreign")
    archived.is_archived = True
    foreign.members.discard(slack.bot.id)
    assert slack.scopes is not None
    slack.scopes -= {"files:write", "chat:write.public"}
    config = tmp_path / "own.toml"
    config.write_text("".join(FEED.replace("C1", one) for one in (archived.id, foreign.id, "C0NONE")), encoding="utf-8")
    said = (await looked_at(with_slack(environ, slack), config))["slack"].found
    assert "The app lacks the scopes" in said
    assert "files:write" in said
    assert f"The channel {archived.id} is archived" in said
    assert f"The bot is not in the channel {foreign.id}: invite it there." in said
    assert "The channel C0NONE cannot be posted to" in said


@pytest.mark.usefixtures("_restored")
async def test_discord_as_it_is(environ: dict[str, str], tmp_path: Path) -> None:
    """Its token, and the channels of the feeds."""
    async with FakeDiscord() as server:
        config = tmp_path / "own.toml"
        feed = FEED.replace("slack", "discord")
        settings = environ | {"DAYBRIEF_DISCORD__TOKEN": server.token, "DAYBRIEF_DISCORD__BASE_URL": server.api_url}
        config.write_text(feed.replace("C1", server.channel.id), encoding="utf-8")
        assert (await looked_at(settings, config))["discord"].found == "token accepted, 1 channel looked at"
        config.write_text(feed.replace("C1", "123456789012345678"), encoding="utf-8")
        said = (await looked_at(settings, config))["discord"]
        assert said.state == "broken"
        assert "The channel 123456789012345678 is gone, or the bot may not see it" in said.found
        server.channel.bot_can_send = False
        config.write_text(feed.replace("C1", server.channel.id), encoding="utf-8")
        said = (await looked_at(settings, config))["discord"]
        assert (
            said.found
            == f"In the channel {server.channel.id} the bot may not send messages, attach files: allow it there."
        )
        check = (await looked_at(settings | {"DAYBRIEF_DISCORD__TOKEN": "wrong"}, config))["discord"]
        assert check.found.startswith("Discord refuses the bot's token")


async def seen_by_both(settings: dict[str, str], what: str, feeds: Sequence[Feed] = ()) -> tuple[Check, str]:
    """Return what the doctor finds of a part, and why /readyz does not take it for well."""
    core = open_core(load(settings))
    assembly = Assembly(core, {})
    for feed in feeds:
        assembly.feeds.put(feed)
    readiness = Readiness(assembly, Connections({}, asyncio.Event()), Heartbeat())
    await readiness.probe()
    why = (await readiness.troubles()).get(what, "")
    await assembly.work.close()
    core.stores.store.close()
    found = await asyncio.to_thread(lambda: list(examine(settings, None, None, now=lambda: NOON)))
    return next(check for check in found if check.what == what), why


@pytest.mark.parametrize("how", ["read-only", "full"])
async def test_a_store_that_cannot_be_written_is_broken_to_the_doctor_and_to_readyz(
    environ: dict[str, str], slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """`serve` writes down what it posts."""
    settings = with_slack(environ, slack)
    open_core(load(settings)).stores.store.close()
    if how == "read-only":
        monkeypatch.setattr("storage.store._writable", lambda _: False)
    else:

        def full(*_: object) -> None:
            raise Damaged("the disk is full")

        monkeypatch.setattr(KeyValues, "put", full)
    check, why = await seen_by_both(settings, "store")
    assert why
    assert (check.state, check.found) == ("broken", why)


@pytest.mark.parametrize("place", ["", "ann/scratch", "ann/scratch=/clones/scratch"])
async def test_github_counts_where_a_feed_needs_it(
    environ: dict[str, str], slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """To the doctor and to /readyz alike: a feed of a clone does without."""

    def unreachable(_: object) -> None:
        raise Outage("GitHub cannot be reached.")

    monkeypatch.setattr("analysis.sources.github_requests.Requests.rate_limit", unreachable)
    settings = with_slack(environ, slack)
    del settings["DAYBRIEF_GITHUB__BASE_URL"]
    feeds = [Feed("slack", "T1", "C1", "ann/scratch", place, time(9), "UTC", NOON)] if place else []
    check, why = await seen_by_both(settings, "GitHub", feeds)
    needed = place == "ann/scratch"
    assert (check.state, bool(why)) == (("broken", True) if needed else ("warning", False))


async def test_a_github_that_does_not_answer_is_told_by_both(environ: dict[str, str], slack: FakeSlack) -> None:
    """The one that is configured, whatever is read from it."""
    check, why = await seen_by_both(with_slack(environ, slack), "GitHub")
    assert why
    assert (check.state, check.found) == ("broken", why)


@pytest.mark.usefixtures("_restored")
async def test_people_who_do_not_exist(environ: dict[str, str], slack: FakeSlack, tmp_path: Path) -> None:
    """On either platform, by the id that is wrong."""
    known = next(iter(slack.users))
    config = tmp_path / "own.toml"
    config.write_text(f'[people]\nann = {{slack = "{known}"}}\nben = {{slack = "U0NONE"}}\n', encoding="utf-8")
    said = (await looked_at(with_slack(environ, slack), config))["slack"]
    assert said == Check("slack", "broken", "There is no U0NONE in the workspace: correct it in [people].")
    async with FakeDiscord() as server:
        settings = environ | {"DAYBRIEF_DISCORD__TOKEN": server.token, "DAYBRIEF_DISCORD__BASE_URL": server.api_url}
        config.write_text(
            f'[people]\nann = {{discord = "{server.user.id}"}}\nben = {{discord = "12"}}\n', encoding="utf-8"
        )
        said = (await looked_at(settings, config))["discord"]
    assert said == Check("discord", "broken", "There is no 12 on Discord: correct it in [people].")
