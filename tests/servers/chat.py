"""What the two fake platforms share: the call log, the fault plan, the clock and the HTTP shell.

Everything runs on the test's own event loop and listens on loopback only. The single
dependency is aiohttp.
"""

import asyncio
import fnmatch
import json
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import BodyPartReader, web

Json = dict[str, Any]
T = TypeVar("T")

#: How long the ``wait_*`` helpers wait before they fail the test.
DEFAULT_WAIT = 45.0
"""Seconds until something that does not come is a failure."""
PATIENCE = 30.0
"""Seconds for which the tests' servers wait where the platforms give an app three: how quick it is is for the benchmarks."""


class Clock:
    """Wall-clock time that a test can push forward.

    Only lifetimes held by the server follow it (token validity, response URLs, trigger
    ids, rate-limit windows); nothing sleeps on it.
    """

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        self._offset += seconds


class Signal:
    """Wakes everybody who waits, each time something changed on the server.

    Waiters also look by themselves every few hundredths of a second, so a condition may be
    about the client too.
    """

    POLL = 0.02

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def until(self, check: Callable[[], T | None], what: str, within: float) -> T:
        """Return the first truthy value of ``check``, or fail with ``what`` after ``within`` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while True:
            value = check()
            if value:
                return value
            left = deadline - loop.time()
            if left <= 0:
                raise AssertionError(f"not seen within {within:g} s: {what}")
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiters.add(waiter)
            try:
                await asyncio.wait_for(waiter, min(left, self.POLL))
            except TimeoutError:
                pass
            finally:
                self._waiters.discard(waiter)


@dataclass(slots=True)
class Upload:
    """A file the client sent."""

    field: str
    filename: str
    content_type: str
    data: bytes


@dataclass(slots=True)
class Call:
    """One request the client made, and what it was answered."""

    name: str
    """``chat.postMessage`` for Slack, ``POST /channels/{channel_id}/messages`` for Discord."""
    method: str
    path: str
    payload: Json
    headers: Mapping[str, str]
    at: float
    uploads: list[Upload] = field(default_factory=list)
    args: dict[str, str] = field(default_factory=dict)
    """Path parameters."""
    status: int = 0
    response: Any = None
    fault: str | None = None
    """The injected fault that struck this call, if any."""


class CallLog:
    """Every call, in order of arrival (an entry is added before it is handled)."""

    def __init__(self, signal: Signal) -> None:
        self._calls: list[Call] = []
        self._signal = signal

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, index: int) -> Call:
        return self._calls[index]

    def add(self, call: Call) -> None:
        self._calls.append(call)

    def named(self, pattern: str) -> list[Call]:
        """Calls whose name matches the shell pattern (``[`` has no special meaning)."""
        return [call for call in self._calls if matches(call.name, pattern)]

    def names(self) -> list[str]:
        return [call.name for call in self._calls]

    def clear(self) -> None:
        self._calls.clear()

    async def wait(
        self,
        pattern: str,
        count: int = 1,
        *,
        where: Callable[[Call], bool] | None = None,
        within: float = DEFAULT_WAIT,
    ) -> list[Call]:
        """Wait until ``count`` answered calls match, then return all that do."""

        def enough() -> list[Call] | None:
            found = [c for c in self.named(pattern) if c.status and (where is None or where(c))]
            return found if len(found) >= count else None

        seen = f"{count} call(s) of {pattern!r}"
        return await self._signal.until(enough, seen, within)


def matches(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]"))


@dataclass(slots=True)
class Fault:
    """Something that goes wrong for matching calls. Fields combine: a slow 500 is fine."""

    pattern: str
    times: int | None = 1
    """How often it strikes; ``None`` means until it is removed."""
    skip: int = 0
    """How many matching calls get through first."""
    latency: float = 0.0
    """Seconds to wait before anything else happens."""
    status: int | None = None
    """Answer with this status and ``body`` instead of handling the call."""
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    """Close the connection without handling or answering the call."""
    lose_reply: bool = False
    """Handle the call, then close the connection instead of answering it."""
    hits: int = 0

    def describe(self) -> str:
        parts = []
        if self.latency:
            parts.append(f"latency {self.latency:g}s")
        if self.status is not None:
            parts.append(f"status {self.status}")
        if self.hang_up:
            parts.append("hang up")
        if self.lose_reply:
            parts.append("reply lost")
        return ", ".join(parts)


class FaultPlan:
    """The faults in force. The first live match wins."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, pattern: str, **settings: Any) -> Fault:
        fault = Fault(pattern, **settings)
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        self._faults.remove(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, name: str) -> Fault | None:
        for fault in self._faults:
            if not matches(name, fault.pattern):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.times is not None and fault.hits >= fault.times:
                continue
            fault.hits += 1
            return fault
        return None


@dataclass(slots=True)
class Reply:
    """What a handler answers. ``body`` of ``None`` is an empty body; ``str`` is plain text."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def to_response(self) -> web.Response:
        if self.body is None:
            return web.Response(status=self.status, headers=self.headers)
        if isinstance(self.body, str):
            return web.Response(status=self.status, headers=self.headers, text=self.body)
        if isinstance(self.body, bytes):
            return web.Response(
                status=self.status, headers=self.headers, body=self.body, content_type="application/octet-stream"
            )
        # The content type carries no charset on purpose: discord.py only parses an exact
        # "application/json".
        data = json.dumps(self.body).encode()
        return web.Response(status=self.status, headers=self.headers, body=data, content_type="application/json")


async def read_body(request: web.Request) -> tuple[Json, list[Upload]]:
    """Read a JSON, form or multipart body. A ``payload_json`` part is merged into the payload."""
    kind = request.content_type
    if kind == "application/json":
        text = await request.text()
        data = json.loads(text) if text else {}
        return (data if isinstance(data, dict) else {"_body": data}), []
    if kind == "application/x-www-form-urlencoded":
        return dict(await request.post()), []
    if kind != "multipart/form-data":
        return {}, []
    payload: Json = {}
    uploads: list[Upload] = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader), "nested multipart bodies are not used by either platform"
        name = part.name or ""
        if part.filename is not None:
            content_type = part.headers.get("Content-Type", "application/octet-stream")
            uploads.append(Upload(name, part.filename, content_type, bytes(await part.read(decode=True))))
        elif name == "payload_json":
            payload.update(json.loads(await part.text()))
        else:
            payload[name] = await part.text()
    return payload, uploads


class FakeServer:
    """An HTTP server on loopback with a call log and a fault plan; use as an async context manager."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self.port = port
        self.clock = Clock()
        self.changed = Signal()
        self.calls = CallLog(self.changed)
        self.faults = FaultPlan()
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    # -- life cycle ---------------------------------------------------------------------

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    def build_app(self) -> web.Application:
        raise NotImplementedError

    async def on_stop(self) -> None:
        """Close whatever would keep the server from stopping at once."""

    async def start(self) -> Self:
        self._runner = web.AppRunner(self.build_app(), access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await self.on_stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run something in the background until the server stops."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- one request --------------------------------------------------------------------

    async def serve(
        self, request: web.Request, call: Call, handle: Callable[[Call], Awaitable[Reply]]
    ) -> web.StreamResponse:
        """Log the call, apply a fault if one is due, otherwise handle and answer it."""
        self.calls.add(call)
        fault = self.faults.take(call.name)
        if fault is not None:
            call.fault = fault.describe()
            if fault.latency:
                await asyncio.sleep(fault.latency)
            if fault.hang_up:
                return self._cut(request, call)
        if fault is not None and fault.status is not None:
            reply = Reply(fault.body, fault.status, dict(fault.headers))
        else:
            reply = await handle(call)
        call.response = reply.body
        if fault is not None and fault.lose_reply:
            return self._cut(request, call)
        call.status = reply.status
        self.changed.fire()
        return reply.to_response()

    def _cut(self, request: web.Request, call: Call) -> web.Response:
        """Break the TCP connection; the returned response can no longer be sent."""
        call.status = -1
        if request.transport is not None:
            request.transport.abort()
        self.changed.fire()
        return web.Response(status=500)
