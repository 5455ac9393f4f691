"""The bot's process: connects the platforms, keeps the heartbeat, answers /healthz and /metrics, stops with grace."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from analysis.errors import BadInput
from bot.assembly import Assembly
from bot.config import ARCHIVE
from bot.core import Core
from bot.metrics import Counted, Metrics
from bot.platforms import Transport
from bot.platforms.slack_manifest import FINISH, INSTALL, PATH
from bot.schedule import Heartbeat, measured
from bot.verbs import verbs
from storage.memory import KeyValues

if TYPE_CHECKING:
    from structlog.typing import Processor

_LOG = logging.getLogger("daybrief")

DUE_EVERY, LOOK_EVERY, LEARN_EVERY = 5.0, 15.0, 600.0
_STALE = 300.0
"""Seconds without a finished round of what is due, after which the process no longer counts as healthy."""

_AGAIN = 15.0
_SHORTEST_SECRET = 8


def run(core: Core) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        BadInput: the configuration connects nothing, or a platform refuses its token.
    """
    log_as_lines(core.settings.secrets)
    process = Process(core)
    asyncio.run(process.run())
    if process.is_reading:
        # A thread waits for a server that has not answered within the grace time, and Python would wait for the thread.
        # What it was reading is read again; the store needs no goodbye.
        logging.shutdown()
        os._exit(0)


class Process:
    """One running bot."""

    def __init__(self, core: Core, transports: MutableMapping[str, Transport] | None = None) -> None:
        self._core = core
        self._metrics = Metrics()
        core.heard = self._metrics.heard
        self._assembly = Assembly(core, {}, self._metrics.posted)
        self._metrics.watch(self._assembly)
        self._slack: Any = None
        self._workspaces: Any = None
        self._connected = transports if transports is not None else self._made()
        for name, transport in self._connected.items():
            self._assembly.transports[name] = Counted(transport, self._metrics)
        self._heart = Heartbeat()
        self._started = time.monotonic()
        self._stopping = asyncio.Event()
        self._failed: BaseException | None = None

    def _made(self) -> dict[str, Transport]:
        """Return the transports that are configured."""
        settings, made = self._core.settings, dict[str, Transport]()
        slack, discord = settings.slack, settings.discord
        if slack.bot_token.get_secret_value() or slack.client_id:
            from bot.platforms.slack import Slack

            needed = slack.app_token if slack.mode == "socket" else slack.signing_secret
            if not needed.get_secret_value():
                what = "app_token" if slack.mode == "socket" else "signing_secret"
                raise BadInput(f"[slack] mode {slack.mode} needs {what}: set it, or choose the other mode.")
            self._workspaces = self._installable()
            self._slack = Slack(
                slack.bot_token.get_secret_value(),
                slack.app_token.get_secret_value() if slack.mode == "socket" else "",
                slack.signing_secret.get_secret_value(),
                workspaces=self._workspaces,
                base_url=slack.base_url,
            )
            made["slack"] = self._slack
        if discord.token.get_secret_value():
            from bot.platforms.discord import Discord

            made["discord"] = Discord(
                discord.token.get_secret_value(), verbs(), self._assembly.suggest,
                KeyValues(self._core.store, "discord"), self._core.now,
                base_url=discord.base_url, gateway_url=discord.gateway_url,
            )  # fmt: skip
        if not made:
            raise BadInput(
                "Nothing is configured to be connected: set [slack] bot_token and app_token, or [discord] token; "
                "`daybrief chat` needs neither."
            )
        return made

    def _installable(self) -> Any:
        """Return the workspaces that may install the app, None where it has one token; raises BadInput for half of it."""
        slack = self._core.settings.slack
        if not slack.client_id:
            return None
        if slack.bot_token.get_secret_value():
            raise BadInput(
                "[slack] has bot_token and client_id: keep the one for one workspace, the other for several."
            )
        if slack.mode != "http" or not slack.client_secret.get_secret_value():
            raise BadInput("[slack] client_id needs client_secret and mode http: set both, or a bot_token instead.")
        from bot.platforms.slack_workspaces import Workspaces

        found = Workspaces(
            slack.client_id, slack.client_secret.get_secret_value(),
            self._core.configuration.store_path.with_name("slack-workspaces.db"),
            KeyValues(self._core.store, "slack"), base_url=slack.base_url,
        )  # fmt: skip
        for feed in self._core.settings.feeds:
            if feed.platform == "slack" and feed.workspace:
                found.note(feed.workspace, feed.channel, feed.made_by)
        return found

    async def run(self) -> None:
        """Serve until stopped; raises what a platform refuses."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        self._assembly.take_configured()
        runner = await self._listen()
        tasks = [asyncio.create_task(self._stay(transport)) for transport in self._connected.values()]
        tasks.append(asyncio.create_task(measured(self._metrics.lag.set)))
        self._heart.add("due", DUE_EVERY, self._assembly.due)
        self._heart.add("look", LOOK_EVERY, self._assembly.look)
        self._heart.add("learn", LEARN_EVERY, self._assembly.learn)
        self._heart.start()
        _LOG.info("started: %s", ", ".join(self._connected))
        try:
            await self._stopping.wait()
        finally:
            await self._stop(runner, tasks)
        if self._failed:
            raise self._failed

    @property
    def is_reading(self) -> bool:
        """Whether threads are still at work."""
        return self._assembly.work.under_way > 0

    async def _stay(self, transport: Transport) -> None:
        """Keep a platform connected; a refused token ends the process, whatever else it is tries again."""
        while not self._stopping.is_set():
            try:
                await transport.run(self._assembly.talk)
            except BadInput as refused:
                self._failed = refused
                self._stopping.set()
                return
            except Exception:  # noqa: BLE001 - a platform is an outer edge: the other one goes on
                _LOG.exception("the connection to %s ended; it is made again", transport.name)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _AGAIN)

    async def _stop(self, runner: web.AppRunner, tasks: list[asyncio.Task[None]]) -> None:
        """Begin nothing new, finish what is under way within the grace time, hand back the rest."""
        grace = self._core.settings.serve.grace
        _LOG.info("stopping: what is under way has %.0f seconds", grace)
        await self._heart.stop(grace / 2)
        for transport in self._connected.values():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(transport.close(), grace / 4)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._assembly.work.close(), grace / 4)
        await runner.cleanup()
        _LOG.info("stopped")

    # -- what is asked over HTTP

    async def _listen(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/metrics", self._told)
        if self._slack is not None and self._core.settings.slack.mode == "http":
            app.router.add_post(PATH, self._slack.receive)
        if self._workspaces is not None:
            app.router.add_get(INSTALL, self._workspaces.install)
            app.router.add_get(FINISH, self._workspaces.finish)
        serve = self._core.settings.serve
        if serve.archive:
            from bot.web import archive_app

            app.add_subapp(ARCHIVE, archive_app(self._core, serve.host, ARCHIVE))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, serve.host, serve.port)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            raise BadInput(
                f"{serve.host}:{serve.port} cannot be listened on ({error.strerror}): set [serve] host and port."
            ) from None
        host, port = runner.addresses[0][:2]
        _LOG.info("listening on http://%s:%s", host, port)
        return runner

    async def _health(self, _request: web.Request) -> web.Response:
        """Answer 200 while rounds are made, 503 when they have stopped."""
        ended = self._heart.beats.get("due", self._started)
        quiet = time.monotonic() - ended
        is_well = quiet < _STALE and not self._stopping.is_set()
        body = {"status": "ok" if is_well else "unwell", "seconds_since_round": round(quiet, 1)}
        return web.json_response(body, status=200 if is_well else 503)

    async def _told(self, _request: web.Request) -> web.Response:
        text = await self._assembly.work.quick(self._metrics.text)
        return web.Response(body=text, content_type="text/plain", charset="utf-8")


def log_as_lines(secrets: tuple[str, ...]) -> None:
    """Log JSON lines to standard error, ours and the libraries', with the secrets taken out.

    What is shorter than _SHORTEST_SECRET is none: it would be found within words.
    """
    import structlog

    hidden = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]

    def without_secrets(_logger: Any, _method: str, line: Any) -> Any:
        for secret in hidden:
            line = line.replace(secret, "***")
        return line

    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
            without_secrets,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("aiohttp", "discord", "slack_bolt", "slack_sdk", "httpx", "openai", "github", "urllib3", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
