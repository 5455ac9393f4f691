"""`daybrief serve`: one process that posts, answers, tells how it is, keeps secrets, and stops with grace."""

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from bots import MORNING, REPO, ZONE
from fake_platform import FakePlatform
from servers.scratch import NOON, Scratch

from analysis.errors import BadInput
from bot.config import load
from bot.digests.core import Core, open_core
from bot.port.platform import Conversation
from bot.service.process import Process, log_as_lines
from bot.service.startup import configured_feed
from formatters.reply import DigestPost
from storage.feeds import Feed, Feeds

pytestmark = pytest.mark.end_to_end

SECRET = "a-token-that-nobody-may-read"  # noqa: S105 - a test's own


class Served:
    """`daybrief serve` as a program, with a platform that cannot be reached."""

    def __init__(self, environ: dict[str, str], folder: Path, **settings: str) -> None:
        unreachable = {
            "DAYBRIEF_DISCORD__TOKEN": SECRET,
            "DAYBRIEF_DISCORD__BASE_URL": "http://127.0.0.1:9/api/v10",
            "DAYBRIEF_SERVE__PORT": "0",
            "DAYBRIEF_SERVE__GRACE": "4",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"], stderr=subprocess.PIPE, stdout=subprocess.PIPE,
            env=environ | unreachable | settings, cwd=folder, encoding="utf-8",
        )  # fmt: skip
        self.lines: list[dict[str, str]] = []
        self.url = ""
        self.wait_for("started")

    def wait_for(self, event: str) -> None:
        """Read the log until something has happened."""
        assert self.process.stderr
        for line in self.process.stderr:
            self.lines.append(json.loads(line))
            if found := re.search(r"listening on (http://\S+)", self.lines[-1]["event"]):
                self.url = found[1]
            if self.lines[-1]["event"].startswith(event):
                return
        raise AssertionError(self.lines)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urlopen(f"{self.url}{path}", timeout=30) as answer:  # noqa: S310 - a loopback of our own
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        assert self.process.stderr
        self.lines += [json.loads(line) for line in self.process.stderr]
        return self.process.wait(60)


@pytest.fixture
def served(environ: dict[str, str], tmp_path: Path) -> Iterator[Served]:
    running = Served(environ, tmp_path)
    yield running
    running.process.kill()
    running.process.communicate()


# -- the process


def test_it_tells_how_it_is_and_stops_with_grace(served: Served) -> None:
    """Healthy, with metrics; after SIGTERM it ends by itself, without an error."""
    assert served.get("/healthz")[0] == HTTPStatus.OK
    status, text = served.get("/metrics")
    assert status == HTTPStatus.OK
    for name in (
        "daybrief_feeds", "daybrief_queue", "daybrief_loop_lag_seconds", "daybrief_digest_late_seconds_count",
        'daybrief_analyses_total{result="analysed"}', 'daybrief_model_tokens_total{direction="in"}',
        'daybrief_polls_total{result="failed"}', "daybrief_digests_overdue 0.0", "daybrief_digest_overdue_seconds 0.0",
    ):  # fmt: skip
        assert f"\n{name}" in text
    assert "daybrief_github_requests_left" not in text, "nobody knows before GitHub has said it"
    assert served.get("/slack/events")[0] == HTTPStatus.NOT_FOUND
    status, text = served.get("/readyz")
    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    checks = json.loads(text)["checks"]
    assert {name for name, check in checks.items() if not check["ok"]} == {"discord"}
    assert checks["discord"]["reason"] == "Discord's gateway is not connected; Daybrief keeps trying."
    assert served.get("/healthz")[0] == HTTPStatus.OK, "that would be mended by no new start"
    _, text = served.get("/metrics")
    for line in (
        'daybrief_ready{part="discord"} 0.0', 'daybrief_ready{part="store"} 1.0', 'daybrief_ready{part="scheduler"} 1.0',
        'daybrief_refused_requests_total{route="unknown",status="404"} 1.0', "process_resident_memory_bytes",
    ):  # fmt: skip
        assert f"\n{line}" in text
    assert served.stop() == 0
    assert [line["event"] for line in served.lines][-1] == "stopped"
    assert [line for line in served.lines if "exception" in line] == []


def test_the_log_is_lines_of_json_without_secrets(served: Served) -> None:
    """Also what libraries say."""
    served.wait_for("Discord cannot be reached")
    served.stop(signal.SIGINT)
    assert all({"event", "level", "logger", "timestamp"} <= set(line) for line in served.lines)
    assert SECRET not in json.dumps(served.lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_while_a_server_does_not_answer_is_quick_and_quiet(
    environ: dict[str, str], tmp_path: Path, number: int
) -> None:
    """A look at a repository hangs, and so does the question for GitHub's limit: nothing is waited for beyond the grace time, and the log has no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = open_core(load(environ)).stores.store
        Feeds(store).put(Feed("discord", "G1", "1", "ann/scratch", "ann/scratch", time(9), "UTC", NOON))
        store.close()
        settings = {"GITHUB__BASE_URL": f"http://127.0.0.1:{silent.getsockname()[1]}", "SERVE__GRACE": "1"}
        running = Served(environ, tmp_path, **{f"DAYBRIEF_{name}": value for name, value in settings.items()})
        try:
            with silent.accept()[0]:
                assert running.stop(number) == 0
        finally:
            running.process.kill()
            running.process.communicate()
    assert running.lines[-1]["event"] == "stopped"
    assert [line for line in running.lines if "exception" in line] == []


def test_slack_and_discord_are_connected_side_by_side(environ: dict[str, str], tmp_path: Path) -> None:
    """One that cannot be reached does not keep the other; in HTTP mode Slack's requests are answered here."""
    slack = {
        "BOT_TOKEN": "xoxb-1",
        "SIGNING_SECRET": "a-signing-secret",
        "MODE": "http",
        "BASE_URL": "http://127.0.0.1:9/api/",
    }
    running = Served(environ, tmp_path, **{f"DAYBRIEF_SLACK__{name}": value for name, value in slack.items()})
    try:
        assert running.lines[-1]["event"] == "started: slack, discord"
        assert running.get("/healthz")[0] == HTTPStatus.OK
        assert running.get("/slack/events")[0] == HTTPStatus.METHOD_NOT_ALLOWED  # only posted to
        assert running.stop() == 0
    finally:
        running.process.kill()
        running.process.communicate()


def test_the_archive_is_there_too_if_it_is_wanted(environ: dict[str, str], served: Served, tmp_path: Path) -> None:
    """For whom [web] lets in; without being asked for it is not."""
    assert served.get("/archive/")[0] == HTTPStatus.NOT_FOUND
    settings = {"SERVE__ARCHIVE": "true", "WEB__ACCESS": "token", "WEB__TOKEN": SECRET}
    running = Served(environ, tmp_path, **{f"DAYBRIEF_{name}": value for name, value in settings.items()})
    try:
        assert running.get("/archive/")[0] == HTTPStatus.UNAUTHORIZED
        status, text = running.get(f"/archive/feed.atom?area=kv_cache&token={SECRET}")
        assert (status, "<feed" in text) == (HTTPStatus.OK, True)
        assert running.get("/healthz")[0] == HTTPStatus.OK
        assert running.stop() == 0
        assert SECRET not in json.dumps(running.lines)
    finally:
        running.process.kill()
        running.process.communicate()


def test_a_port_that_is_taken_is_told(environ: dict[str, str], served: Served, tmp_path: Path) -> None:
    """One sentence, exit code 2."""
    variables = {"DAYBRIEF_DISCORD__TOKEN": "x", "DAYBRIEF_SERVE__PORT": served.url.rpartition(":")[2]}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "serve"], capture_output=True, check=False, env=environ | variables, cwd=tmp_path,
        timeout=60, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 2
    assert "set [serve] host and port" in done.stderr


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "No platform is configured"),
        ({"DAYBRIEF_SLACK__BOT_TOKEN": "xoxb-1"}, "mode socket needs app_token"),
        ({"DAYBRIEF_SLACK__BOT_TOKEN": "xoxb-1", "DAYBRIEF_SLACK__MODE": "http"}, "mode http needs signing_secret"),
    ],
)
def test_what_cannot_be_connected_is_told_before_anything_begins(
    environ: dict[str, str], settings: dict[str, str], told: str
) -> None:
    """With the setting that is missing."""
    with pytest.raises(BadInput, match=told.replace("[", r"\[")):
        Process(open_core(load(environ | settings)))


def test_a_secret_in_a_librarys_line_is_taken_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever it stands, tracebacks too."""
    import logging

    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        log_as_lines((SECRET,))
        try:
            raise ValueError(f"refused: {SECRET}")  # noqa: TRY301 - it is what a library might do
        except ValueError:
            logging.getLogger("some.library").exception("token %s", SECRET)
        (line,) = capsys.readouterr().err.splitlines()
        assert SECRET not in line
        assert "ValueError: refused: ***" in json.loads(line)["exception"]
    finally:
        root.handlers[:], level = before
        root.setLevel(level)


# -- what it does, with a platform in memory


class Running:
    """A process's inside, in this one."""

    def __init__(self, environ: dict[str, str], clone: Path, platform: FakePlatform, **settings: str) -> None:
        self.core = open_core(
            load(environ | {"DAYBRIEF_SERVE__PORT": "0", "DAYBRIEF_SERVE__GRACE": "4"} | settings), lambda: MORNING
        )
        self.clone = clone
        self.platform = platform

    def feed(self) -> None:
        place = f"{REPO}={self.clone}"
        Feeds(self.core.stores.store).put(
            Feed("slack", "T1", "C1", REPO, place, time(9), ZONE, MORNING - timedelta(hours=1), made_by="U1")
        )

    async def until(self, condition: object) -> None:
        """Run until something holds, then stop it as SIGTERM does."""
        assert callable(condition)
        process = Process(self.core, {"slack": self.platform})
        task = asyncio.create_task(process.run())
        while not condition() and not task.done():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)
        signal.raise_signal(signal.SIGTERM)
        await task


async def test_what_is_due_is_posted_when_it_starts(environ: dict[str, str], quill: Path) -> None:
    """And the metrics count it."""
    running = Running(environ, quill, FakePlatform())
    running.feed()
    await running.until(lambda: len(running.platform.posts) == 4)
    (post,) = running.platform.in_channel("C1")
    assert isinstance(post, DigestPost)
    assert len(post.outline.digest.entries) == 18


async def test_a_stop_in_the_middle_of_a_post_loses_nothing(environ: dict[str, str], quill: Path) -> None:
    """The next process has the digest posted once."""
    platform = FakePlatform()
    running = Running(environ, quill, platform)
    running.feed()
    await running.until(lambda: "post.0.after" in platform.calls)
    platform.closed.clear()
    await running.until(lambda: len(platform.posts) == 4)
    assert platform.doubles == []


class Refusing(FakePlatform):
    """A platform that refuses its token."""

    async def run(self, conversation: Conversation) -> None:
        raise BadInput("Slack refuses the bot's token: set [slack] bot_token anew.")


async def test_a_refused_token_ends_the_process_with_its_sentence(environ: dict[str, str], quill: Path) -> None:
    """Trying again would not help."""
    with pytest.raises(BadInput, match="refuses the bot's token"):
        await Process(Running(environ, quill, FakePlatform()).core, {"slack": Refusing()}).run()


async def test_a_platform_that_refuses_its_token_leaves_the_other(
    environ: dict[str, str], quill: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Which posts on; /readyz says which one does not, and why."""
    monkeypatch.setattr("bot.service.connections._REFUSED_AGAIN", 0.05)
    running = Running(environ, quill, FakePlatform())
    running.feed()
    process = Process(running.core, {"slack": running.platform, "discord": Refusing("discord")})
    task = asyncio.create_task(process.run())
    while not (len(running.platform.posts) == 4 and caplog.text.count("discord is not connected") > 1):  # noqa: ASYNC110 - what is waited for tells nobody
        await asyncio.sleep(0.01)
    ready = await process._ready(None)  # type: ignore[arg-type]  # noqa: SLF001 - its answer needs no request
    assert ready.status == HTTPStatus.SERVICE_UNAVAILABLE
    checks = json.loads(ready.text or "")["checks"]
    assert checks["slack"] == {"ok": True, "reason": ""}
    assert checks["discord"] == {
        "ok": False, "reason": "Slack refuses the bot's token: set [slack] bot_token anew.",
    }  # fmt: skip
    signal.raise_signal(signal.SIGTERM)
    await task


class Falling(FakePlatform):
    """A platform whose connection breaks in a way that nobody foresaw."""

    async def run(self, conversation: Conversation) -> None:
        self.calls.append("run")
        raise ZeroDivisionError


async def test_a_connection_that_breaks_is_made_again(
    environ: dict[str, str], quill: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The process goes on."""
    monkeypatch.setattr("bot.service.connections._AGAIN", 0.01)
    falling = Falling()
    await Running(environ, quill, falling).until(lambda: falling.calls.count("run") >= 3)
    assert "it is made again" in caplog.text


# -- feeds of the configuration


def configured(environ: dict[str, str], folder: Path, *tables: str) -> Core:
    file = folder / "daybrief.toml"
    file.write_text("\n".join(f"[[feeds]]\n{table}" for table in tables), encoding="utf-8")
    return open_core(load(environ, file), lambda: datetime(2026, 1, 9, tzinfo=UTC))


def test_the_feeds_of_the_configuration_follow_it(environ: dict[str, str], tmp_path: Path) -> None:
    """Made, changed, removed; those of the chat stay; what was paused stays paused."""
    from dataclasses import replace

    from bot.service.assembly import Assembly

    one = 'platform = "slack"\nchannel = "C1"\nrepository = "o/r"'
    other = 'platform = "slack"\nchannel = "C2"\nrepository = "o/r"\nat = "07:30"\nareas = ["amd"]'
    core = configured(environ, tmp_path, one, other)
    feeds = Feeds(core.stores.store)
    feeds.put(Feed("slack", "T1", "C9", "o/s", "o/s", time(9), "UTC", core.now()))
    Assembly(core, {}).take_configured()
    assert [(feed.channel, f"{feed.at:%H:%M}", feed.areas, feed.origin) for feed in feeds.all()] == [
        ("C9", "09:00", (), "chat"), ("C1", "09:00", (), "config"), ("C2", "07:30", ("amd_rocm",), "config"),
    ]  # fmt: skip
    feeds.put(replace(feeds.all()[1], paused="for now"))
    Assembly(configured(environ, tmp_path, one + '\nat = "10:00"'), {}).take_configured()
    assert [(feed.channel, f"{feed.at:%H:%M}", feed.paused) for feed in feeds.all()] == [
        ("C9", "09:00", ""), ("C1", "10:00", "for now"),
    ]  # fmt: skip


def test_the_day_and_the_week_of_a_channel_are_two_feeds_of_the_configuration(
    environ: dict[str, str], tmp_path: Path
) -> None:
    """Also after another start; a table that asks for weeks instead of days is another feed, which begins then."""
    from bot.service.assembly import Assembly

    one = 'platform = "slack"\nchannel = "C1"\nrepository = "o/r"'
    for _ in range(2):
        core = configured(environ, tmp_path, one, one + '\ndays = "weekly"')
        Assembly(core, {}).take_configured()
        assert [(feed.id, feed.days) for feed in Feeds(core.stores.store).all()] == [(1, "daily"), (2, "weekly")]
    Assembly(configured(environ, tmp_path, one + '\ndays = "monthly"'), {}).take_configured()
    assert [(feed.id, feed.days) for feed in Feeds(core.stores.store).all()] == [(3, "monthly")]


def test_a_configured_clone_is_called_by_its_own_name(environ: dict[str, str], tmp_path: Path) -> None:
    """Where the table names only its folder."""
    scratch = Scratch(tmp_path / "scratch.git")
    core = configured(environ, tmp_path, f'platform = "slack"\nchannel = "C1"\nrepository = "{scratch.path}"')
    assert configured_feed(core, core.settings.feeds[0]).repository.endswith("scratch")
