"""The bot's process: connects the platforms, runs the heartbeat, serves /healthz, /readyz and /metrics, and stops gracefully."""

import asyncio
import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web

from analysis.errors import BadInput
from bot.delivery.schedule import Heartbeat, measured
from bot.digests.core import Core
from bot.platforms.slack.manifest import FINISH, INSTALL, PATH
from bot.port.platform import Transport
from bot.service.assembly import Assembly
from bot.service.connections import Connections, idle, new_transport
from bot.service.feed_checks import not_posted, troubles
from bot.service.metrics import Counted, Metrics
from bot.service.readiness import Readiness
from bot.service.startup import check_startup
from bot.settings import ARCHIVE
from bot.web.address import listen
from bot.web.github_events import PATH as EVENTS_PATH
from bot.web.github_events import GitHubEvents
from bot.web.guard import GuardedRunner, guard

if TYPE_CHECKING:
    from structlog.typing import Processor

_LOG = logging.getLogger("daybrief")

DUE_EVERY, LOOK_EVERY, LEARN_EVERY, PROBE_EVERY, TIDY_EVERY = 5.0, 15.0, 600.0, 60.0, 3600.0
_SHORTEST_SECRET = 8
_M_ARENA_MAX, _ARENAS = -8, 2
"""mallopt(3)'s parameter for the number of arenas, and its value: memory freed in one is not reused by others."""


def run(core: Core) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        BadInput: the configuration connects nothing, or every platform refuses its token.
    """
    log_as_lines(core.settings.secrets)
    with contextlib.suppress(AttributeError):  # not the GNU C library, whose default is eight arenas per core
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
    process = Process(core)
    asyncio.run(process.run())
    if process.is_reading:
        # A thread is waiting for a server beyond the grace time, and Python would wait for the thread. What it was
        # reading is reread later; the store needs no cleanup.
        logging.shutdown()
        os._exit(0)


class Process:
    """One running bot."""

    def __init__(self, core: Core, transports: MutableMapping[str, Transport] | None = None) -> None:
        self._core = core
        self._metrics = Metrics()
        core.sources.heard = self._metrics.heard
        self._assembly = Assembly(core, {}, self._metrics.posted)
        self._slack: Any = None
        self._connected = transports if transports is not None else self._made()
        for name, transport in self._connected.items():
            self._assembly.transports[name] = Counted(transport, self._metrics)
        self._stopping = asyncio.Event()
        self._is_settled = False
        self._heart = Heartbeat()
        self._connections = Connections(self._connected, self._stopping)
        self._readiness = Readiness(self._assembly, self._connections, self._heart)
        self._metrics.watch(self._assembly, self._readiness)

    def _made(self) -> dict[str, Transport]:
        """Return the configured transports."""
        made = dict[str, Transport]()
        for name in check_startup(self._core):
            made[name] = new_transport(self._core, name, self._assembly.suggest)
        self._slack = made.get("slack")
        return made

    async def run(self) -> None:
        """Serve until stopped; raises what a platform refuses."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        self._assembly.take_configured()
        feeds = self._assembly.feeds.all()
        found = [*idle(self._core.settings), *troubles(self._core, feeds, self._connected), *not_posted(feeds)]
        for trouble in found:
            _LOG.warning("%s", trouble)
        runner = await self._listen()
        staying = asyncio.create_task(self._connections.stay(self._assembly.talk))
        tasks = [staying, asyncio.create_task(measured(self._metrics.lag.set))]
        self._heart.add("due", DUE_EVERY, self._assembly.due)
        self._heart.add("look", LOOK_EVERY, self._look)
        self._heart.add("learn", LEARN_EVERY, self._assembly.learn)
        self._heart.add("tidy", TIDY_EVERY, self._assembly.tidy)
        self._heart.add("probe", PROBE_EVERY, self._readiness.probe)
        self._heart.start()
        _LOG.info("started: %s", ", ".join(self._connected))
        try:
            await self._stopping.wait()
        finally:
            await self._stop(runner, tasks)
        if staying.done() and not staying.cancelled():
            staying.result()

    async def _look(self) -> None:
        await self._assembly.look()
        if not self._is_settled:  # all libraries that a look needs are loaded by now
            self._is_settled = True
            spare_collector()

    @property
    def is_reading(self) -> bool:
        """Whether threads are still working."""
        return self._assembly.work.under_way > 0

    async def _stop(self, runner: web.AppRunner, tasks: list[asyncio.Task[None]]) -> None:
        """Start nothing new, finish running work within the grace time, release the rest."""
        grace = self._core.settings.serve.grace
        _LOG.info("stopping: running work has %.0f seconds to finish", grace)
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

    # -- HTTP endpoints

    async def _listen(self) -> web.AppRunner:
        app = web.Application(middlewares=[guard(), self._counted])
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._told)
        if secret := self._core.settings.github.webhook_secret.get_secret_value():
            app.router.add_post(EVENTS_PATH, GitHubEvents(secret, self._assembly.hear).receive)
        if self._slack is not None and self._core.settings.slack.mode == "http":
            app.router.add_post(PATH, self._slack.receive)
        if self._slack is not None and self._slack.workspaces is not None:
            app.router.add_get(INSTALL, self._slack.workspaces.install)
            app.router.add_get(FINISH, self._slack.workspaces.finish)
        serve = self._core.settings.serve
        if serve.archive:
            from bot.web.server import archive_app

            app.add_subapp(ARCHIVE, archive_app(self._core, serve.host, ARCHIVE))
        runner = GuardedRunner(app, access_log=None)
        await runner.setup()
        try:
            await listen(runner, "serve", serve.host, serve.port)
        except BadInput:
            await runner.cleanup()
            raise
        host, port = runner.addresses[0][:2]
        _LOG.info("listening on http://%s:%s", host, port)
        return runner

    async def _health(self, _request: web.Request) -> web.Response:
        """Answer 200 while rounds complete, 503 when they have stopped: the process must then be restarted."""
        quiet, is_alive = self._readiness.since_round, self._readiness.is_alive and not self._stopping.is_set()
        body = {"status": "ok" if is_alive else "unwell", "seconds_since_round": round(quiet, 1)}
        return web.json_response(body, status=HTTPStatus.OK if is_alive else HTTPStatus.SERVICE_UNAVAILABLE)

    async def _ready(self, _request: web.Request) -> web.Response:
        """Answer 200 while everything that posting needs works, else 503; each part with its reason."""
        troubles = await self._readiness.troubles()
        if self._stopping.is_set():
            troubles["process"] = "The bot is being stopped."
        checks = {name: {"ok": not why, "reason": why} for name, why in troubles.items()}
        is_ready = not any(troubles.values())
        body = {"status": "ready" if is_ready else "not ready", "checks": checks}
        return web.json_response(body, status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)

    @web.middleware
    async def _counted(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Count refusals, by route: forged requests, wrong tokens, unknown paths."""
        try:
            response = await handler(request)
        except web.HTTPException as refused:
            self._metrics.answered(request, refused.status)
            raise
        self._metrics.answered(request, response.status)
        return response

    async def _told(self, _request: web.Request) -> web.Response:
        await self._metrics.note_readiness()
        text = await self._assembly.work.quick(self._metrics.text)
        return web.Response(body=text, content_type="text/plain", charset="utf-8")


def spare_collector() -> None:
    """Exclude everything loaded so far from garbage collection.

    A full collection stops all threads: for a tenth of a second with every library loaded, for a few milliseconds without them.
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()


def log_as_lines(secrets: tuple[str, ...]) -> None:
    """Log JSON lines to standard error, ours and the libraries', with the secrets removed.

    Values shorter than _SHORTEST_SECRET are ignored: they would match inside words.
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
