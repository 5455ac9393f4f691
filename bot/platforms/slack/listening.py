"""What people do in Slack, as the SDK reports it: acknowledged first, and handled once.

In HTTP mode, requests come to `receive`; forged, stale and repeated ones are refused.
"""

import contextlib
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.i18n.wording import tell
from bot.platforms.slack import requests
from bot.platforms.slack.answering import Answering
from bot.platforms.slack.client import Client
from bot.platforms.slack.manifest import COMMAND
from bot.platforms.slack.requests import Asked
from bot.platforms.slack.web import Json
from bot.platforms.slack.workspaces import current
from formatters.slack.blocks import ACTION
from formatters.slack.views import offered, working_view

_LOG = logging.getLogger(__name__)

_REMEMBERED = 900.0
"""Seconds for which requests are remembered: Slack's are valid for five minutes, its last retry comes after five."""

_ASKED: ContextVar[list[Asked]] = ContextVar("asked")


class Listening:
    """Receives commands, messages, controls, forms and events, and has the desk answer them.

    Args:
        signing_secret: verifies what comes to `receive`, which accepts nothing without it.
    """

    def __init__(self, client: Client, desk: Answering, signing_secret: str) -> None:
        self._client, self._desk, self._workspaces = client, desk, client.workspaces
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._is_closed = False
        self.app = self._made()

    def close(self) -> None:
        """Stop accepting requests."""
        self._is_closed = True

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Receive a request from Slack in HTTP mode: a route of the server, for POST."""
        text, headers = (await request.read()).decode("utf-8", "replace"), request.headers
        signature, moment = headers.get("X-Slack-Signature", ""), headers.get("X-Slack-Request-Timestamp", "")
        # The SDK assumes that the timestamp is a number and the signature ASCII.
        is_readable = re.fullmatch(r"[0-9]{1,15}", moment) and signature.isascii()
        is_valid = self._verifier is not None and is_readable and self._verifier.is_valid(text, moment, signature)
        # Slack itself retries only events, perhaps within the same second and so with the same signature; those are
        # told apart by ID.
        is_event = request.content_type == "application/json"
        if not is_valid or not (is_event or self._is_new(signature)):
            _LOG.warning("a request that Slack did not send just now was refused")
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        try:
            body = requests.parsed(text, is_json=is_event)
        except (ValueError, RecursionError):
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        with self.heard():
            # Bolt's own body parser misreads a command that contains "payload".
            heard = AsyncBoltRequest(mode="socket_mode", body=body, headers=dict(headers))
            response = await to_aiohttp_response(await self.app.async_dispatch(heard))
            await response.prepare(request)
            await response.write_eof()
        return response

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Collect requests, and start answering them once the acknowledgement is sent.

        A modal's answer must not overtake its acknowledgement, which would replace it by "One moment".
        """
        token = _ASKED.set([])
        try:
            yield
            for asked in _ASKED.get():
                if not self._is_closed:
                    if self._workspaces:
                        self._workspaces.note(asked.workspace, asked.channel, asked.user)
                        current.set(asked.workspace)
                    self._desk.start(asked)
        finally:
            _ASKED.reset(token)

    def _made(self) -> AsyncApp:
        """Return the application that receives everything; each listener acknowledges first."""
        logger = logging.getLogger(f"{__name__}.bolt")
        logger.addFilter(_without_tickets)
        app = AsyncApp(
            client=self._client.sdk,
            authorize=self._authorize if self._workspaces else None,
            process_before_response=True,  # listeners only parse, so that the acknowledgement is immediate
            request_verification_enabled=False,  # `receive` verifies them, and a socket's requests are not signed
            logger=logger,
        )
        listeners = {
            app.command(COMMAND): requests.of_command,
            app.action(re.compile("")): requests.of_control,
            app.message_shortcut(ACTION): requests.of_shortcut,
            app.event("app_mention"): requests.of_message,
            app.event("message"): requests.of_message,
            app.event("app_home_opened"): requests.of_home,
            app.event("link_shared"): requests.of_links,
            app.event("agent_session_stopped"): requests.of_stop,
        }
        for listen, read in listeners.items():
            listen(self._listener(read))
        app.view(re.compile(""))(self._sent)
        app.options(re.compile(""))(self._offered)
        app.event("app_uninstalled")(self._removed)
        app.event("tokens_revoked")(self._removed)
        return app

    def _listener(self, read: Callable[[requests.Body], Asked | None]) -> Callable[..., Awaitable[None]]:
        async def heard(ack: Any, body: Json) -> None:
            await ack()
            asked = read(body)
            # Slack may send the same thing twice; each has an ID of its own.
            mark = str(body.get("event_id") or body.get("trigger_id") or "")
            if asked and (not mark or self._is_new(mark)):
                _ASKED.get().append(asked)

        return heard

    async def _sent(self, ack: Any, body: Json) -> None:
        view = body["view"]
        waiting = working_view(view, tell("slack.working", requests.language_of(view)))
        await ack(response_action="update", view=waiting)
        _ASKED.get().append(requests.of_form(body))

    async def _offered(self, ack: Any, body: Json) -> None:
        asked = requests.of_suggestion(body)
        current.set(asked.workspace)
        await ack(options=await self._desk.offered(asked, offered(str(body.get("block_id", "")))))

    @property
    def _authorize(self) -> Callable[..., Awaitable[Any]]:
        """The SDK inspects the names of a function's arguments, and does not accept a method."""
        workspaces = self._workspaces
        assert workspaces

        async def authorize(team_id: str | None) -> Any:
            return workspaces.identity(team_id or "")

        return authorize

    async def _removed(self, ack: Any, body: Json) -> None:
        """Delete a workspace's token when it is no longer valid; the feeds there pause at their next post."""
        await ack()
        event = body["event"]
        if self._workspaces and (event["type"] == "app_uninstalled" or event.get("tokens", {}).get("bot")):
            self._workspaces.remove(str(body["team_id"]))

    def _is_new(self, mark: str) -> bool:
        """Whether something arrives for the first time; beyond Slack's own limit it is refused for its age."""
        now = time.monotonic()
        while self._seen and now - next(iter(self._seen.values())) > _REMEMBERED:
            self._seen.popitem(last=False)
        if mark in self._seen:
            return False
        self._seen[mark] = now
        return True


def _without_tickets(record: logging.LogRecord) -> bool:
    """Remove from the SDK's log what opens a socket; a failure to connect is one line, since it recurs."""
    record.msg, record.args = re.sub(r"ticket=[^&\s'\"]+", "ticket=***", record.getMessage()), ()
    if record.msg.startswith("Failed to connect"):
        record.exc_info = None
    return True
