"""Keeps the connection to Slack: a socket that is reopened when it breaks, or a token that is checked from time to time."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from analysis.errors import BadInput
from bot.platforms.slack.client import Client
from bot.platforms.slack.listening import Listening
from bot.platforms.slack.web import BadToken
from bot.port.platform import Later, Refused

_LOG = logging.getLogger(__name__)

_CHECKED_EVERY = 300.0
"""Seconds between checks of the token in HTTP mode: nothing else would show that it was revoked."""

_MOST_MISSES = 6


class Connection:
    """An app's connection.

    Args:
        app_token: for Socket Mode; without it, requests arrive over HTTP.
        beat: seconds between checks of the connection.
    """

    def __init__(self, client: Client, listening: Listening, app_token: str, beat: float) -> None:
        self._client, self._listening, self._app_token, self._beat = client, listening, app_token, beat
        self._closing = asyncio.Event()
        self._handler: _Socket | None = None
        self._trouble = "Slack was not reached yet."

    async def stay(self) -> None:
        """Stay connected until cancelled or closed. Raises BadInput for a refused token."""
        try:
            if self._client.workspaces is None:
                await self._checked()
            if self._app_token:
                await self._stay_connected()
            else:
                await self._stay_accepted()
        finally:
            await self._disconnect()

    async def trouble(self) -> str:
        """Say why Slack cannot reach us, or we cannot reach it; an empty string while all is well."""
        if self._trouble or not self._app_token:
            return self._trouble
        if self._handler and await self._handler.client.is_connected():
            return ""
        return "Slack's socket is not connected; Daybrief keeps trying."

    async def close(self) -> None:
        """Disconnect for good."""
        self._closing.set()
        await self._disconnect()

    async def _checked(self) -> None:
        """Wait until Slack accepts our tokens."""
        while not self._closing.is_set():
            try:
                await self._client.ask("auth.test")
                if self._app_token:
                    await self._client.open_connection(self._app_token)
            except BadToken as refused:
                raise BadInput(f"{refused}. Set [slack] bot_token and app_token to those of the app.") from None
            except (Later, Refused) as problem:
                self._trouble = f"Slack is not connected: {problem}."
                _LOG.warning("Slack is not connected: %s", problem)
                await self._pause(self._beat)
            else:
                self._trouble = ""
                return

    async def _stay_accepted(self) -> None:
        """Check periodically whether Slack still accepts our token; people's actions arrive over HTTP."""
        if self._client.workspaces is not None:  # each has a token of its own, which is checked on use
            self._trouble = ""
            await self._closing.wait()
        while not self._closing.is_set():
            await self._pause(_CHECKED_EVERY)
            await self._checked()

    async def _stay_connected(self) -> None:
        misses = 0
        while not self._closing.is_set():
            if self._handler is None:
                self._handler = _Socket(self._listening.app, self._app_token, self._listening.heard, self._beat)
                # It retries forever, and reconnects by itself.
                self._connecting = asyncio.create_task(self._handler.client.connect())  # type: ignore[no-untyped-call]  # the SDK does not say
            await self._pause(self._beat)
            if self._closing.is_set():
                return
            misses = 0 if await self._handler.client.is_connected() else misses + 1
            if misses:
                await self._checked()
            if misses > _MOST_MISSES:
                _LOG.warning("Slack's connection does not come back by itself: making a new one")
                await self._disconnect()
                misses = 0

    async def _pause(self, seconds: float) -> None:
        """Wait, or until closed."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def _disconnect(self) -> None:
        handler, self._handler = self._handler, None
        if handler:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
            await handler.client.close()  # type: ignore[no-untyped-call]  # the SDK does not say


class _Socket(AsyncSocketModeHandler):
    """The SDK's socket, which also reports when a request is acknowledged."""

    def __init__(
        self, bolt: AsyncApp, app_token: str, heard: Callable[[], AbstractContextManager[None]], beat: float
    ) -> None:
        super().__init__(bolt, app_token, ping_interval=beat)
        self._heard = heard

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as the SDK's own
        """Acknowledge a request, then have it answered."""
        with self._heard():
            await super().handle(client, req)
