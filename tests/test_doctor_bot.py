"""The doctor reads the bot's part as `serve` does, and tries its platforms: tokens, scopes, channels."""

import asyncio
import json
import re
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from fake_platform import FakePlatform
from servers.discord import FakeDiscord
from servers.model import UNAUTHORIZED, ModelServer
from servers.scratch import NOON, Scratch
from servers.slack import FakeSlack
from servers.waiting import hurry

from analysis.errors import BadInput, Damaged, Outage
from bot.config import load
from bot.delivery.schedule import Heartbeat
from bot.digests.core import open_core
from bot.platforms.slack.manifest import SCOPES
from bot.port.platform import Transport
from bot.service.assembly import Assembly
from bot.service.check import Check
from bot.service.connections import Connections, new_transport
from bot.service.doctor import examine
from bot.service.process import Process
from bot.service.readiness import Readiness
from bot.web import server as web_server
from storage.feeds import Feed, Feeds
from storage.memory import KeyValues
from storage.subscriptions import Recipient, Subscription, Subscriptions

_BOT = {"bot", "slack", "discord", "serve", "web", "feeds"}
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


async def _well() -> str:
    return ""


async def _no_suggestions(*_: object, **_more: object) -> tuple[()]:
    return ()


async def looked_at(environ: dict[str, str], config: Path | None = None) -> dict[str, Check]:
    """Return what the doctor says of the bot."""
    found = await examined(environ, config)
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
        SLACK + FEED + 'made_by = "ann"\n',
        SLACK + FEED.replace("ann/scratch", "https://gitlab.com/ann/scratch"),
        '[outlets]\nteam = "json://127.0.0.1:9"\n'
        + FEED.replace("slack", "outlet").replace("C1", "team")
        + 'made_by = "U1"\n',
        SLACK + FEED + FEED + 'language = "zh"\n',
        SLACK + FEED + FEED.replace("ann/scratch", "Ann/Scratch") + 'at = "17:00"\ndays = "workdays"\n',
        '[discord]\ntoken = "x"\n[slack]\napp_token = "xapp-1"\n',
        FEED,
        '[slack]\napp_token = "xapp-1"\n',
    ],
)
@pytest.mark.usefixtures("_restored")
async def test_what_serve_refuses_the_doctor_tells(environ: dict[str, str], tmp_path: Path, text: str) -> None:
    """In the same words."""
    environ["DAYBRIEF_SLACK__BASE_URL"] = environ["DAYBRIEF_DISCORD__BASE_URL"] = "http://127.0.0.1:9"
    config = tmp_path / "own.toml"
    config.write_text(text, encoding="utf-8")
    core = open_core(load(environ, config))
    with pytest.raises(BadInput) as refused:
        await Process(core).run()
    core.stores.store.close()
    check = (await looked_at(environ, config))["bot"]
    assert (check.state, check.found) == ("broken", str(refused.value))
    assert check.remedy == "Until this is fixed, `daybrief serve` does not start."


@pytest.mark.usefixtures("_restored")
async def test_everything_that_is_wrong_is_told_in_one_run(environ: dict[str, str], tmp_path: Path) -> None:
    """A mistake hides neither the next one nor what is found by looking: nobody has to run it three times."""
    environ["DAYBRIEF_SLACK__BASE_URL"] = environ["DAYBRIEF_DISCORD__BASE_URL"] = "http://127.0.0.1:9"
    config = tmp_path / "own.toml"
    outlet = FEED.replace("slack", "outlet").replace("C1", "team")
    config.write_text(
        f'[discord]\ntoken = "x"\n[slack]\nbot_token = "xoxb-1"\n[serve]\nhost = "256.1.1.1"\narchive = true\n[web]\nzone = "Nowhere"\n'
        f'{FEED}zone = "Shanghai"\nareas = ["rockets"]\n{outlet}'
        + FEED.replace("ann/scratch", f"ann/scratch={tmp_path}/none"),
        encoding="utf-8",
    )
    core = open_core(load(environ, config))
    with pytest.raises(BadInput) as refused:
        Process(core)
    core.stores.store.close()
    found = await examined(environ, config)
    checks = {check.what: check for check in found}
    assert checks["bot"].found == str(refused.value)
    for what, said in (
        ("bot", "[slack] mode socket needs app_token"),
        ("bot", "[[feeds]] 1: "),
        ("bot", "Shanghai"),
        ("bot", "rockets"),
        ("bot", "[[feeds]] 2: There is no outlet 'team'"),
        ("bot", "Nowhere"),
        ("serve", "256.1.1.1"),
        (f"ann/scratch={tmp_path}/none", f"There is no folder {tmp_path}/none"),
        ("discord", "Discord cannot be reached"),
    ):
        assert said in checks[what].found
        assert checks[what].state == "broken"


@pytest.mark.parametrize("host", ["256.1.1.1", "203.0.113.7", "no such host", f"{'a' * 64}.example", "127.0.0.1"])
@pytest.mark.parametrize("table", ["serve", "web"])
async def test_an_address_that_cannot_be_listened_on_is_told_in_the_same_words(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, table: str
) -> None:
    """It is nowhere, elsewhere, no name, or taken by somebody else, who does not say who they are."""
    monkeypatch.setattr("bot.web.address._SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = tmp_path / "own.toml"
        port = taken.getsockname()[1]
        config.write_text(f'{SLACK}[{table}]\nhost = "{host}"\nport = {port}\n', encoding="utf-8")
        core = open_core(load(environ, config))
        begun = Process(core).run() if table == "serve" else web_server.serve(core, print)
        with pytest.raises(BadInput) as refused:
            await begun
        core.stores.store.close()
        check = (await looked_at(environ, config))[table]
    assert str(refused.value).startswith(f"Cannot listen on {host}:{port} (")
    assert str(refused.value).endswith(f"): set [{table}] host and port.")
    assert (check.state, check.found) == ("broken", str(refused.value))


async def test_an_address_where_the_bot_itself_listens_is_well(
    environ: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The doctor is mostly asked beside a running bot."""
    caplog.set_level("INFO")
    config = tmp_path / "own.toml"
    config.write_text(f"{SLACK}[serve]\nport = 0\n", encoding="utf-8")
    process = Process(open_core(load(environ, config)), {"slack": FakePlatform()})
    running = asyncio.create_task(process.run())
    while not (found := re.search(r"listening on http://127.0.0.1:(\d+)", caplog.text)):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    config.write_text(f"{SLACK}[serve]\nport = {found[1]}\n", encoding="utf-8")
    check = (await looked_at(environ, config))["serve"]
    signal.raise_signal(signal.SIGTERM)
    await running
    assert check == Check("serve", "ok", f"`daybrief serve` listens at 127.0.0.1:{found[1]}")


async def examined(environ: dict[str, str], config: Path | None) -> list[Check]:
    """What the doctor finds with a configuration."""
    return await asyncio.to_thread(lambda: list(examine(environ, config, None, now=lambda: NOON)))


async def told_by_all(
    environ: dict[str, str], config: Path, caplog: pytest.LogCaptureFixture, *platforms: str
) -> dict[str, str]:
    """Return what keeps feeds from their work, as the doctor, the start of `serve` and /readyz tell it, once each has looked."""
    doctor = await examined(environ, config)
    core = open_core(load(environ, config), lambda: NOON)
    process = Process(core, {name: FakePlatform(name) for name in platforms})
    running = asyncio.create_task(process.run())
    checks = dict[str, Any]()
    while not checks or "look" not in process._heart.beats:  # noqa: SLF001 - what is waited for tells nobody
        await asyncio.sleep(0.01)
        if running.done():
            running.result()
        answer = await process._ready(None)  # type: ignore[arg-type]  # noqa: SLF001 - its answer needs no request
        checks = json.loads(answer.text or "")
    answer = await process._ready(None)  # type: ignore[arg-type]  # noqa: SLF001
    checks = json.loads(answer.text or "")
    signal.raise_signal(signal.SIGTERM)
    await running
    assert (checks["status"] == "ready") is not any(not check["ok"] for check in checks["checks"].values())
    return {
        "doctor": "\n".join(check.found for check in doctor if check.state == "broken"),
        "serve": caplog.text,
        "/readyz": checks["checks"]["feeds"]["reason"],
    }


UNMADE = "ann/scratch → slack C1: "


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            FEED.replace('"slack"', '"discord"').replace("C1", "12"),
            "ann/scratch → discord 12: discord is not configured, so nothing",
        ),
        ('uses = "/no/such.toml"\n', UNMADE + "/no/such.toml cannot be read ("),
        ('uses = "here.toml"\n', UNMADE + "here.toml lists uses of ann/other, not of ann/scratch"),
        ('uses = "folder"\n', UNMADE + "folder cannot be read ("),
        ('labels = ["security"]\n', UNMADE + "it goes by labels, which are those of pull requests"),
    ],
)
async def test_a_feed_that_brings_nothing_is_named_by_all(
    environ: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture, more: str, said: str
) -> None:
    """By the doctor, at the start of `serve` and by /readyz, in the same words; the others go on."""
    made = Scratch(tmp_path / "scratch.git")
    made.commit("Begin", {"a.py": "1\n"}, at=NOON - timedelta(days=3))
    (tmp_path / "folder").mkdir()
    (tmp_path / "here.toml").write_text('repository = "ann/other"\n', encoding="utf-8")
    config = tmp_path / "own.toml"
    feed = FEED.replace("ann/scratch", f"ann/scratch={made.path}")
    more = more.replace("ann/scratch", f"ann/scratch={made.path}")
    config.write_text(f"{SLACK}[serve]\nport = 0\n{feed}{more}", encoding="utf-8")
    for who, told in (await told_by_all(environ, config, caplog, "slack")).items():
        assert said in told, who


async def test_a_clone_that_is_gone_is_named_by_all(
    environ: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = tmp_path / "own.toml"
    feed = FEED.replace("ann/scratch", f"ann/scratch={tmp_path}/none")
    config.write_text(f"{SLACK}[serve]\nport = 0\n{feed}", encoding="utf-8")
    for who, told in (await told_by_all(environ, config, caplog, "slack")).items():
        assert f"There is no folder {tmp_path}/none" in told, who


async def test_what_is_stored_and_can_be_no_more_is_named_by_all(
    environ: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Set up in chat before the platform, the area or the channel was taken away; what somebody paused is meant to be."""
    made = Scratch(tmp_path / "scratch.git")
    made.commit("Begin", {"a.py": "1\n"}, at=NOON - timedelta(days=3))
    config = tmp_path / "own.toml"
    config.write_text(f"{SLACK}[serve]\nport = 0\n", encoding="utf-8")
    core = open_core(load(environ, config))
    a_feed = Feed("slack", "T1", "C1", "ann/scratch", f"ann/scratch={made.path}", time(9), "UTC", NOON)
    feeds = Feeds(core.stores.store)
    for changes in (
        {"platform": "discord", "channel": "1"}, {"channel": "C2", "areas": ("our_rockets",)},
        {"channel": "C3", "paused": "refused.is_archived"}, {"channel": "C4", "areas": ("gone",), "paused": "refused.person Ann"},
    ):  # fmt: skip
        feeds.put(replace(a_feed, **changes))
    who = Recipient("discord", "", "user", "2")
    Subscriptions(core.stores.store).revise(who, [Subscription(who, "ann/scratch", NOON)])
    core.stores.store.close()
    for told in (await told_by_all(environ, config, caplog, "slack")).values():
        for said in (
            "ann/scratch → discord 1: discord is not configured",
            "ann/scratch → slack C2: there is no area our_rockets any more",
            "ann/scratch → slack C3: the channel is archived",
            "1 subscription on discord: discord is not configured",
        ):
            assert said in told
        assert "C4" not in told


async def test_feeds_of_old_that_tell_the_same_days_are_said(environ: dict[str, str], slack: FakeSlack) -> None:
    settings = with_slack(environ, slack)
    core = open_core(load(settings))
    feeds = Feeds(core.stores.store)
    made = [
        feeds.put(
            Feed("slack", "T1", slack.channel.id, "ann/scratch", "ann/scratch", time(9), "UTC", NOON, areas=(area,))
        )
        for area in ("amd_rocm", "npu")
    ]
    with core.stores.store.write() as db:
        db.execute("update feeds set areas = '[]'")
    core.stores.store.close()
    found = await asyncio.to_thread(lambda: list(examine(settings, None, None, now=lambda: NOON)))
    assert Check(
        "feeds", "warning",
        f"ann/scratch → slack {slack.channel.id}: the feeds {made[0].id} and {made[1].id} tell the same days; "
        "end one with `daybrief feed remove`.",
    ) in found  # fmt: skip


async def test_a_feed_that_only_a_terminal_shows_is_said(
    environ: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By the doctor and at the start of `serve`, which posts nothing there; it keeps neither from starting."""
    config = tmp_path / "own.toml"
    feed = '[[feeds]]\nplatform = "terminal"\nchannel = "here"\nrepository = "ann/scratch"\n'
    config.write_text(f"{SLACK}[serve]\nport = 0\n{feed}", encoding="utf-8")
    found = await examined(environ, config)
    await told_by_all(environ, config, caplog, "slack")
    said = "ann/scratch → terminal here: `daybrief serve` posts nothing there"
    assert [one.state for one in found if said in one.found] == ["warning"]
    assert said in caplog.text


async def test_settings_that_do_nothing_are_said(
    environ: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By the doctor and at the start of `serve`: a key without a model, a token that nobody is asked for, users whom no proxy names."""
    config = tmp_path / "own.toml"
    text = '[model]\napi_key = "sk-1"\n[web]\ntoken = "0123456789abcdef"\nusers = {ann = ["*"]}\n'
    config.write_text(f"{SLACK}[serve]\nport = 0\n{text}", encoding="utf-8")
    found = await examined(environ, config)
    await told_by_all(environ, config, caplog, "slack")
    for said in (
        "[model] has an address or a key but no name",
        "[web] has a token, but access is none",
        "[web] has users, but",
    ):
        assert said in found[0].found
        assert said in caplog.text
    assert found[0].state == "warning"


async def test_a_channel_that_takes_nothing_is_told_by_both(environ: dict[str, str], slack: FakeSlack) -> None:
    """Before anything was posted there; and the next look finds that it was mended."""
    foreign = slack.add_channel("foreign")
    foreign.members.discard(slack.bot.id)
    assert slack.scopes is not None
    slack.scopes -= {"chat:write.public"}
    settings = with_slack(environ, slack)
    feed = Feed("slack", "T1", foreign.id, "ann/scratch", "ann/scratch", time(9), "UTC", NOON)
    core = open_core(load(settings), lambda: NOON)
    check, why = await seen_by_both(settings, "slack", [feed], new_transport(core, "slack", _no_suggestions))
    core.stores.store.close()
    assert f"The bot is not in the channel {foreign.id}: invite it there." in why
    assert (check.state, check.found) == ("broken", why)


async def test_a_look_at_channels_that_fails_keeps_nothing_else_from_being_told(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> list[str]:
        raise ZeroDivisionError

    platform = FakePlatform()
    monkeypatch.setattr(platform, "examine", broken)
    core = open_core(load(environ), lambda: NOON)
    assembly = Assembly(core, {"slack": platform})
    readiness = Readiness(assembly, Connections({"slack": platform}, asyncio.Event()), Heartbeat())
    await readiness.probe()
    found = await readiness.troubles()
    await assembly.work.close()
    core.stores.store.close()
    assert found["slack"] == "Whether the channels of slack take posts is not known (ZeroDivisionError): see the log."
    assert set(found) == {"slack", "store", "GitHub", "feeds", "scheduler"}


@pytest.mark.parametrize("answer", ["nothing of the kind", UNAUTHORIZED])
async def test_a_model_that_answers_badly_is_told_by_both(
    environ: dict[str, str], slack: FakeSlack, answer: Any
) -> None:
    """That its server can be reached is not enough."""
    with ModelServer(lambda _: answer) as model:
        if answer is UNAUTHORIZED:
            model.always = UNAUTHORIZED
        named = {"DAYBRIEF_MODEL__BASE_URL": model.base_url, "DAYBRIEF_MODEL__NAME": "test-model"}
        check, why = await seen_by_both(with_slack(environ, slack) | named, "model")
    assert check.state == "broken"
    assert why.startswith("The model test-model cannot be reached, so the rules do the analysis: ")
    assert check.found.partition(": ")[2].rstrip(".") in why


async def test_without_any_platform_there_is_nothing_to_look_at(environ: dict[str, str]) -> None:
    """The command line needs none; what `serve` needs is said."""
    needed = "none configured: `daybrief serve` needs [slack] bot_token and app_token, [discord] token, or [outlets]"
    assert await looked_at(environ) == {"bot": Check("bot", "ok", needed)}


async def test_slack_as_it_should_be(environ: dict[str, str], slack: FakeSlack, tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text(FEED.replace("C1", slack.channel.id), encoding="utf-8")
    found = await looked_at(with_slack(environ, slack), config)
    assert found["bot"] == Check("bot", "ok", "slack; 1 feed")
    assert found["slack"] == Check("slack", "ok", "token accepted, 1 channel checked")


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
        assert (await looked_at(settings, config))["discord"].found == "token accepted, 1 channel checked"
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
        assert check.found.startswith("Discord rejects the bot's token")


async def seen_by_both(
    settings: dict[str, str], what: str, feeds: Sequence[Feed] = (), *transports: Transport
) -> tuple[Check, str]:
    """Return what the doctor finds of a part, and why /readyz does not take it for well."""
    core = open_core(load(settings))
    connected = {one.name: one for one in transports}
    assembly = Assembly(core, connected)
    for feed in feeds:
        assembly.feeds.put(feed)
    connections = Connections(connected, asyncio.Event())
    readiness = Readiness(assembly, connections, Heartbeat())
    for one in connected.values():
        one.disconnected = _well  # type: ignore[method-assign]  # it is only examined here
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
    config.write_text(
        f'[people]\nann = {{slack = "{known}"}}\nben = {{slack = "U0NONE"}}\n[access]\nadmins = "slack:U0NOBODY"\n',
        encoding="utf-8",
    )
    said = (await looked_at(with_slack(environ, slack), config))["slack"]
    assert said == Check(
        "slack",
        "broken",
        "There is no U0NOBODY in the workspace: correct it in [people], in [access] admins, or as made_by. "
        "There is no U0NONE in the workspace: correct it in [people], in [access] admins, or as made_by.",
    )
    async with FakeDiscord() as server:
        settings = environ | {"DAYBRIEF_DISCORD__TOKEN": server.token, "DAYBRIEF_DISCORD__BASE_URL": server.api_url}
        config.write_text(
            f'[people]\nann = {{discord = "{server.user.id}"}}\nben = {{discord = "12"}}\n', encoding="utf-8"
        )
        said = (await looked_at(settings, config))["discord"]
    assert said == Check(
        "discord", "broken", "There is no 12 on Discord: correct it in [people], in [access] admins, or as made_by."
    )
