"""The archive's endpoint for the Model Context Protocol: adapts our server's requests to its SDK.

The SDK uses ASGI, https://asgi.readthedocs.io/en/latest/specs/www.html; each request is answered on its own and in
full.
"""

import asyncio
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

from aiohttp import web

from bot.digests.core import Core
from bot.mcp.server import READER, Asgi, over_http
from bot.mcp.tools import Reader


class McpAddress:
    """Answers requests of the protocol; what it needs is loaded on the first one."""

    def __init__(self, core: Core, zone: str) -> None:
        self._core, self._zone = core, zone
        self._opening = asyncio.Lock()
        self._answers: Asgi | None = None
        self._running: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def answer(self, request: web.Request, repos: tuple[str, ...]) -> web.Response:
        """Answer a request from someone who may see these repositories.

        Raises:
            BadInput: the SDK is not installed.
        """
        if request.method != "POST":  # nothing is pushed to clients
            return web.Response(status=405, headers={"Allow": "POST"})
        origin = request.headers.get("Origin", "")
        if origin and origin.partition("://")[2] != request.host:
            return web.Response(status=403, text="Requests from pages of other origins are refused.\n")
        async with self._opening:
            if self._answers is None:
                await self._open()
        assert self._answers is not None
        body = await request.read()
        scope: MutableMapping[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.scheme,
            "path": request.path,
            "raw_path": request.raw_path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [
                (name.lower(), value) for name, value in request.raw_headers if name.lower() != b"authorization"
            ],
            "client": None,
            "server": None,
            "state": {},
            READER: Reader(repos, self._zone),
        }
        status, headers, sent = 500, list[tuple[bytes, bytes]](), bytearray()
        given = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if given:
                return given.pop()
            await asyncio.Event().wait()  # this task is cancelled when the client goes away
            raise AssertionError("nobody sets it")

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", ()))
            else:
                sent.extend(message.get("body", b""))

        await self._answers(scope, receive, send)
        kept = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers if name != b"content-length"}
        return web.Response(body=bytes(sent), status=status, headers=kept | {"Cache-Control": "no-store"})

    async def close(self) -> None:
        """Close what was opened."""
        self._closing.set()
        if self._running:
            with suppress(asyncio.CancelledError):
                await self._running

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        answers, context = await loop.run_in_executor(None, over_http, self._core, self._zone)
        is_open = loop.create_future()

        async def run() -> None:  # a task of its own, because the context must exit in the task that entered it
            try:
                async with context:
                    is_open.set_result(None)
                    await self._closing.wait()
            except BaseException as error:
                if not is_open.done():
                    is_open.set_exception(error)
                raise

        self._running = asyncio.create_task(run())
        await is_open
        self._answers = answers
