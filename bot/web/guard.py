"""Limits on every client of our servers (time, number of requests), and the security headers of every response.

Whatever is malformed is refused in a line: no traceback, neither to the client nor in the log.
"""

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}

HEAD_SECONDS, BODY_SECONDS = 15.0, 15.0
"""Time limits for a request's head, from when the connection is open or idle again; and for its body."""
_A_SECOND, _AT_ONCE, _BURST = 50.0, 32, 500.0
"""Limits per address: requests per second, concurrent requests, and burst. A company may have just one address."""
_MOST_KNOWN = 10_000
"""Addresses that are counted; beyond that, all counts restart."""

_HOST = re.compile(r"(?:[\w.~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.ASCII)
_LOG = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Limits:
    """Counts the requests of each address.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}
        self._under_way = Counter[str]()

    def enter(self, client: str) -> bool:
        """Whether one more request from a client may be answered; if so, `leave` must follow."""
        now = self._clock()
        if len(self._left) > _MOST_KNOWN:
            self._left.clear()
        left, at = self._left.get(client, (_BURST, now))
        left = min(left + (now - at) * _A_SECOND, _BURST)
        if left < 1 or self._under_way[client] >= _AT_ONCE:
            self._left[client] = (left, now)
            return False
        self._left[client] = (left - 1, now)
        self._under_way[client] += 1
        return True

    def leave(self, client: str) -> None:
        """Record that a request was answered."""
        self._under_way[client] -= 1
        if self._under_way[client] <= 0:
            del self._under_way[client]


def guard(limits: Limits | None = None) -> Any:
    """Return the outermost middleware of a server."""
    counted = limits or Limits()

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        client = request.remote or ""
        if not _HOST.fullmatch(request.host):
            return refused(HTTPStatus.BAD_REQUEST, "The request's Host is not valid.")
        if not counted.enter(client):
            later = refused(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests: wait a second.")
            later.headers["Retry-After"] = "1"
            return later
        try:
            if request.body_exists:
                async with asyncio.timeout(BODY_SECONDS):
                    await request.read()
            answer = await handler(request)
        except TimeoutError:
            return refused(HTTPStatus.REQUEST_TIMEOUT, "The request's body did not arrive in time.")
        except web.HTTPRequestEntityTooLarge:
            return refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request's body is too large.")
        except web.HTTPException as told:
            _add_headers(told)
            raise
        except (ConnectionError, web.PayloadAccessError):
            return refused(HTTPStatus.BAD_REQUEST, "The request broke off.")
        except Exception:  # noqa: BLE001 - a request is an outer edge: the next one is answered
            _LOG.exception("%s %s could not be answered", request.method, request.path[:200])
            return refused(HTTPStatus.INTERNAL_SERVER_ERROR, "This is a bug in Daybrief; its log has the details.")
        finally:
            counted.leave(client)
        _add_headers(answer)
        return answer

    return guarded


def refused(status: HTTPStatus, sentence: str) -> web.Response:
    """Return a response of one sentence."""
    answer = web.Response(status=status, text=f"{sentence}\n")
    _add_headers(answer)
    return answer


def _add_headers(answer: web.StreamResponse | web.HTTPException) -> None:
    if answer.headers.get("X-Content-Type-Options") is None and not getattr(answer, "prepared", False):
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)


class GuardedRunner(web.AppRunner):
    """Runs an application with time limits on connections, and with malformed requests answered as `guard` does."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(made.request_handler, request_factory=made.request_factory, **made._kwargs)  # noqa: SLF001 - no other way


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(web.RequestHandler):
    """One connection; it is closed if a request's head does not arrive in time."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    async def _handle_request(self, *given: Any, **named: Any) -> Any:
        self._stop_waiting()
        try:
            return await super()._handle_request(*given, **named)
        finally:
            if self.transport is not None:
                self._wait()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer malformed requests, and those whose handler failed."""
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return super().handle_error(request, status, exc, message)
        answer = refused(HTTPStatus(status), "The request cannot be parsed.")
        answer.force_close()
        return answer

    def _wait(self) -> None:
        self._stop_waiting()
        self._waiting = asyncio.get_running_loop().call_later(HEAD_SECONDS, self.force_close)

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None
