"""A fake Slack on loopback: Web API, Socket Mode, and signed HTTP delivery.

    async with FakeSlack() as slack:
        app = AsyncApp(client=slack.web_client(), signing_secret=slack.signing_secret)
        handler = AsyncSocketModeHandler(app, slack.app_token)
        await handler.connect_async()
        await slack.wait_socket()
        command = await slack.slash("/report", "acme/site")
        await command.acked()
        message = await slack.wait_message(text="Report on acme/site")

Without Socket Mode, ``slack.deliver_to(url)`` makes commands, interactions and events arrive at
that URL as signed requests. The server keeps a small world (users, channels, messages, views,
files), checks blocks and views against Slack's limits (``slack_rules``), times every
acknowledgement, records every call, and can be told to misbehave.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import itertools
import json
import math
import time
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from servers import slack_agents, slack_streams  # noqa: F401 - they register their methods
from servers import slack_rules as rules
from servers.chat import DEFAULT_WAIT, PATIENCE, Call, FakeServer, Json, Reply, Upload, read_body
from servers.slack_api import METHODS, Args, Method, method
from servers.slack_unfurls import domain_of, urls_in
from servers.slack_world import (
    Channel,
    SharedLink,
    SlackError,
    StoredFile,
    StoredMessage,
    User,
    View,
    bad_arguments,
    invalid,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slack_sdk.web.async_client import AsyncWebClient

Kind = Literal["slash_commands", "interactive", "events_api"]
Tamper = Literal["signature", "timestamp"] | None

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-fake-bot-token", "xapp-fake-app-token", "fake-signing-secret"


class Delivery:
    """Something sent to the app, and how the app acknowledged it."""

    def __init__(self, server: FakeSlack, kind: Kind, payload: Json, *, user: str = "", channel: str = "") -> None:
        self._server = server
        self.kind = kind
        self.payload = payload
        self.user = user
        self.channel = channel
        self.envelope_id = server.new_id("envelope-")
        self.via: Literal["socket", "http"] | None = None
        self.sent_at = 0.0
        self.attempts = 0
        self.status: int | None = None
        """HTTP status of the acknowledgement, when delivered over HTTP."""
        self.ack: Json | None = None
        """Body of the acknowledgement; ``{}`` for an empty one."""
        self.acked_after: float | None = None
        self.overdue = False
        """True once the deadline passed without an acknowledgement (a later one keeps it true)."""
        self.failure: str | None = None
        """What the user was told instead of a result, for instance ``operation_timeout``."""
        self.source: StoredMessage | None = None
        """The message whose element was used."""
        self.replies: list[StoredMessage] = []
        """Messages that came from the acknowledgement or through the response URL."""
        self.issued_at = server.clock.now()
        self.response_url_uses = 0

    @property
    def text(self) -> str:
        return "\n".join(reply.text for reply in self.replies if not reply.deleted)

    async def acked(self, within: float = DEFAULT_WAIT) -> Delivery:
        await self._server.changed.until(lambda: self.ack is not None, f"an acknowledgement of {self.kind}", within)
        return self

    async def replied(self, count: int = 1, within: float = DEFAULT_WAIT) -> Delivery:
        """Wait for messages in the acknowledgement or through the response URL."""
        await self._server.changed.until(lambda: len(self.replies) >= count, f"{count} reply message(s)", within)
        return self


class Socket:
    """One Socket Mode connection."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        self.ws = ws
        self._request = request

    async def send(self, message: Json) -> None:
        with contextlib.suppress(ConnectionError):
            await self.ws.send_str(json.dumps(message))

    def abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()


class FakeSlack(FakeServer):
    """See the module's description."""

    def __init__(
        self,
        *,
        scopes: set[str] | None = None,
        commands: set[str] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        ack_deadline: float = PATIENCE,
        event_retries: Sequence[float] = (),
        rate_limits: bool = False,
        posts_per_second: float = 1.0,
        echo_messages: bool = False,
        bot_token: str = BOT_TOKEN,
        first_id: int = 1,
        is_agent: bool = True,
        unfurl_domains: set[str] | None = None,
        lacking: set[str] | None = None,
    ) -> None:
        super().__init__(host=host, port=port)
        self.bot_token, self.app_token, self.signing_secret = bot_token, APP_TOKEN, SIGNING_SECRET
        self.scopes = scopes
        """Scopes of the bot token; ``None`` grants everything."""
        self.known_commands = commands
        """Slash commands of the app's manifest; ``None`` allows any."""
        self.ack_deadline = ack_deadline
        self.event_retries = tuple(event_retries)
        """Delays before an unacknowledged event is sent again (Slack: 0, 60 and 300 s)."""
        self.rate_limits = rate_limits
        self.posts_per_second = posts_per_second
        self.echo_messages = echo_messages
        """Also send the bot's own posts as ``message`` events, as subscribed apps get them."""
        self.is_agent = is_agent
        """Whether the app's manifest has ``features.agent_view``; its scope, ``assistant:write``, is another matter."""
        self.unfurl_domains = unfurl_domains or set()
        self.lacking = lacking or set()
        """Methods and types of blocks that this workspace does not have."""
        self.stream_lifetime = 5 * 60.0
        self.response_url_lifetime, self.trigger_lifetime = 30 * 60, PATIENCE

        # Socket Mode behaviour a test may change.
        self.accept_sockets, self.sockets_opened = True, 0
        self.sockets: list[Socket] = []
        self._tickets: set[str] = set()

        self.request_urls: dict[Kind, str] = {}
        self.sent: list[tuple[bytes, dict[str, str]]] = []
        """What went to a request URL, byte for byte."""
        self._http: aiohttp.ClientSession | None = None

        self._counter = itertools.count(first_id)
        self._windows: dict[str, tuple[float, float]] = {}
        self._triggers: dict[str, tuple[str, float, str | None, bool]] = {}
        self.warnings: list[str] = []
        """Accepted but unwise calls, such as blocks without a fallback text."""
        self.team_id = self.new_id("T")
        self.app_id = self.new_id("A")
        self.bot_id = self.new_id("B")
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: list[StoredMessage] = []
        self.views: list[View] = []
        self.home: dict[str, View] = {}
        self.files: dict[str, StoredFile] = {}
        self.deliveries: list[Delivery] = []
        self.statuses: list[tuple[str, str, str, list[str]]] = []
        """What was set below threads: channel, thread, status, loading messages."""
        self.prompts: dict[str, Json] = {}
        """What is suggested on top of the Messages tab, by channel."""
        self.shared_links: list[SharedLink] = []
        self.bot = self.add_user("sentinel", is_bot=True)
        self.user = self.add_user("alice")
        self.channel = self.add_channel("general")

    # -- building the world ---------------------------------------------------------------

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._counter):010X}"

    def add_user(self, name: str, *, real_name: str | None = None, is_bot: bool = False) -> User:
        user = User(self.new_id("U"), name, real_name or name.title(), f"{name}@example.com", is_bot)
        self.users[user.id] = user
        return user

    def add_channel(
        self, name: str, *, private: bool = False, with_bot: bool = True, archived: bool = False
    ) -> Channel:
        members = {self.user.id} | ({self.bot.id} if with_bot else set())
        channel = Channel(self.new_id("C"), name, members, is_private=private, is_archived=archived)
        self.channels[channel.id] = channel
        return channel

    def dm_with(self, user: User) -> Channel:
        for channel in self.channels.values():
            if channel.is_im and user.id in channel.members:
                return channel
        channel = Channel(self.new_id("D"), "", {user.id, self.bot.id}, is_private=True, is_im=True)
        self.channels[channel.id] = channel
        return channel

    # -- pointing the client libraries here ----------------------------------------------------

    @property
    def api_url(self) -> str:
        """``base_url`` for slack_sdk's clients."""
        return f"{self.origin}/api/"

    def web_client(self, **settings: Any) -> AsyncWebClient:
        from slack_sdk.web.async_client import AsyncWebClient

        return AsyncWebClient(token=self.bot_token, base_url=self.api_url, **settings)

    def deliver_to(self, url: str, *kinds: Kind) -> None:
        """Send these kinds (default: all) to a request URL when no socket is connected."""
        for kind in kinds or ("slash_commands", "interactive", "events_api"):
            self.request_urls[kind] = url

    # -- server plumbing ----------------------------------------------------------------------

    def build_app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self._socket)
        app.router.add_post("/response/{envelope_id}", self._response_url)
        app.router.add_post("/upload/{file_id}", self._upload)
        app.router.add_get("/files/{file_id}", self._download)
        return app

    async def on_stop(self) -> None:
        for socket in list(self.sockets):
            socket.abort()
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _call(self, request: web.Request, name: str) -> Call:
        payload, uploads = await read_body(request)
        query = dict(request.query)
        headers = dict(request.headers)
        return Call(name, request.method, request.path, payload, headers, self.clock.now(), uploads, query)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            call = await self._call(request, name)
        except ValueError:
            return SlackError("invalid_json").reply.to_response()
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ").strip() or call.payload.get("token") or call.args.get("token")

        async def handle(call: Call) -> Reply:
            args = Args(call, token)
            try:
                body = await self._dispatch(name, args)
            except SlackError as error:
                return error.reply
            if args.warnings:
                codes = [code for code, _ in args.warnings]
                metadata = {"warnings": codes, "messages": [f"[WARN] {text}" for _, text in args.warnings]}
                body = {**body, "warning": ",".join(codes), "response_metadata": metadata}
            headers = {"X-Slack-Req-Id": self.new_id("req")}
            if self.scopes is not None:  # https://docs.slack.dev/authentication/installing-with-oauth
                headers["X-OAuth-Scopes"] = ",".join(sorted(self.scopes))
            return Reply({"ok": True, **body}, headers=headers)

        return await self.serve(request, call, handle)

    async def _dispatch(self, name: str, args: Args) -> Json:
        known = METHODS.get(name)
        if known is None or name in self.lacking:
            raise SlackError("unknown_method", req_method=name)
        if name != "api.test":
            self._authenticate(name, known, args)
        if self.rate_limits:
            self._throttle(name, known, args)
        return await known.handler(self, args)

    def _authenticate(self, name: str, known: Method, args: Args) -> None:
        if not args.token:
            raise SlackError("not_authed")
        expected = self.app_token if name == "apps.connections.open" else self.bot_token
        if args.token != expected:
            swapped = args.token in (self.app_token, self.bot_token)
            raise SlackError("not_allowed_token_type" if swapped else "invalid_auth")
        if known.scope is not None and self.scopes is not None and known.scope not in self.scopes:
            raise SlackError("missing_scope", needed=known.scope, provided=",".join(sorted(self.scopes)))

    def _throttle(self, name: str, known: Method, args: Args) -> None:
        if name == "chat.postMessage":
            key, rate, burst = f"{name}|{args.get('channel')}", self.posts_per_second, 1.0
        else:
            key, rate, burst = name, known.per_minute / 60, float(known.per_minute)
        now = self.clock.now()
        tokens, seen = self._windows.get(key, (burst, now))
        tokens = min(burst, tokens + (now - seen) * rate)
        if tokens < 1:
            self._windows[key] = (tokens, now)
            raise self.rate_limited((1 - tokens) / rate)
        self._windows[key] = (tokens - 1, now)

    @staticmethod
    def rate_limited(retry_after: float) -> SlackError:
        return SlackError("ratelimited", status=429, headers={"Retry-After": str(max(1, math.ceil(retry_after)))})

    def fail_with_rate_limit(self, pattern: str, retry_after: int = 1, *, times: int = 1) -> None:
        """Answer the next ``times`` matching calls with a 429."""
        reply = self.rate_limited(retry_after).reply
        self.faults.add(pattern, times=times, status=429, body=reply.body, headers=reply.headers)

    def fail_with(self, pattern: str, error: str, *, times: int | None = 1) -> None:
        """Answer the next ``times`` matching calls with ``ok: false`` and this error."""
        self.faults.add(pattern, times=times, status=200, body={"ok": False, "error": error})

    # -- Socket Mode ----------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if not self.accept_sockets or ticket not in self._tickets:
            return web.Response(status=503 if not self.accept_sockets else 401)
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        socket = Socket(ws, request)
        self.sockets.append(socket)
        self.sockets_opened += 1
        await socket.send(
            {
                "type": "hello",
                "num_connections": len(self.sockets),
                "debug_info": {"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060},
                "connection_info": {"app_id": self.app_id},
            }
        )
        self.changed.fire()
        try:
            async for frame in ws:
                if frame.type is WSMsgType.TEXT:
                    self._socket_ack(json.loads(frame.data))
        finally:
            self.sockets.remove(socket)
            self.changed.fire()
        return ws

    def _socket_ack(self, message: Json) -> None:
        for delivery in self.deliveries:
            if delivery.envelope_id == message.get("envelope_id"):
                self._acknowledge(delivery, message.get("payload") or {})

    async def wait_socket(self, count: int = 1, within: float = DEFAULT_WAIT) -> None:
        await self.changed.until(lambda: len(self.sockets) >= count, f"{count} Socket Mode connection(s)", within)

    async def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        """Tell the app to reconnect, as Slack does before it recycles a connection."""
        info = {"host": "applink-fake"}
        for socket in list(self.sockets):
            await socket.send({"type": "disconnect", "reason": reason, "debug_info": info})

    def drop_sockets(self) -> None:
        """Break every connection without a closing handshake."""
        for socket in list(self.sockets):
            socket.abort()

    # -- delivering to the app ------------------------------------------------------------------

    async def _deliver(self, delivery: Delivery, *, tamper: Tamper = None) -> Delivery:
        self.deliveries.append(delivery)
        await self._attempt(delivery, tamper, retry=0, reason="")
        return delivery

    async def _attempt(self, delivery: Delivery, tamper: Tamper, *, retry: int, reason: str) -> None:
        delivery.attempts += 1
        if retry == 0:
            delivery.sent_at = asyncio.get_running_loop().time()
        if self.sockets:
            delivery.via = "socket"
            envelope: Json = {
                "envelope_id": delivery.envelope_id,
                "type": delivery.kind,
                "payload": delivery.payload,
                "accepts_response_payload": delivery.kind != "events_api",
            }
            if delivery.kind == "events_api":
                envelope |= {"retry_attempt": retry, "retry_reason": reason}
            await self.sockets[next(self._counter) % len(self.sockets)].send(envelope)
            self.spawn(self._watch(delivery, tamper, retry))
        elif delivery.kind in self.request_urls:
            delivery.via = "http"
            self.spawn(self._post(delivery, tamper, retry=retry, reason=reason))
            self.spawn(self._watch(delivery, tamper, retry))
        else:
            delivery.failure = "dispatch_failed"

    async def _watch(self, delivery: Delivery, tamper: Tamper, retry: int) -> None:
        """Note a missed deadline; send an unacknowledged event again if so configured."""
        await asyncio.sleep(self.ack_deadline)
        if delivery.ack is not None:
            return
        delivery.overdue = True
        if delivery.kind != "events_api":
            delivery.failure = delivery.failure or "operation_timeout"
        elif retry < len(self.event_retries):
            await asyncio.sleep(self.event_retries[retry])
            if delivery.ack is None:
                await self._attempt(delivery, tamper, retry=retry + 1, reason="timeout")
        self.changed.fire()

    def sign(self, body: bytes, timestamp: str) -> str:
        base = b"v0:" + timestamp.encode() + b":" + body
        return "v0=" + hmac.new(self.signing_secret.encode(), base, hashlib.sha256).hexdigest()

    def signed(self, payload: Json) -> tuple[bytes, dict[str, str]]:
        """Return a JSON request as Slack would sign it."""
        body = json.dumps(payload).encode()
        return body, self._headers(body, "application/json", None)

    def _headers(self, body: bytes, kind: str, tamper: Tamper) -> dict[str, str]:
        # Receivers check the timestamp against the real clock, whatever this server's clock says.
        age = 6 * 60 if tamper == "timestamp" else 0
        timestamp = str(int(time.time()) - age)
        return {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": self.sign(body, timestamp) if tamper != "signature" else "v0=" + "0" * 64,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }

    async def _post(self, delivery: Delivery, tamper: Tamper, *, retry: int, reason: str) -> None:
        if delivery.kind == "events_api":
            body, kind = json.dumps(delivery.payload).encode(), "application/json"
        else:
            form = delivery.payload if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.payload)}
            body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        headers = self._headers(body, kind, tamper)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": f"http_{reason}"}
        self.sent.append((body, headers))
        if self._http is None:
            self._http = aiohttp.ClientSession()
        limit = aiohttp.ClientTimeout(total=self.ack_deadline)
        try:
            url = self.request_urls[delivery.kind]
            async with self._http.post(url, data=body, headers=headers, timeout=limit) as response:
                delivery.status = response.status
                text = await response.text()
        except TimeoutError:
            return  # the watcher notes it
        except aiohttp.ClientError:
            delivery.failure = "dispatch_failed"
            self.changed.fire()
            return
        if delivery.status != 200:
            delivery.failure = "dispatch_failed"
            self.changed.fire()
            return
        answer: Json = {}
        if text:
            try:
                parsed = json.loads(text)
                answer = parsed if isinstance(parsed, dict) else {"text": text}
            except ValueError:
                answer = {"text": text}
        self._acknowledge(delivery, answer)

    def _acknowledge(self, delivery: Delivery, answer: Json) -> None:
        if delivery.ack is not None:
            return
        delivery.acked_after = asyncio.get_running_loop().time() - delivery.sent_at
        delivery.ack = answer
        # A late acknowledgement stops nothing, but Slack no longer acts on what it says.
        if not delivery.overdue:
            if delivery.kind == "slash_commands" and answer:
                with contextlib.suppress(SlackError):  # noted in delivery.failure
                    self._reply(delivery, answer)
            elif delivery.payload.get("type") == "view_submission":
                self._view_response(delivery, answer)
            elif delivery.payload.get("type") == "block_suggestion":
                lines = rules.check_option_list(answer)
                delivery.failure = "\n".join(lines) or None
        self.changed.fire()

    def _reply(self, delivery: Delivery, answer: Json) -> None:
        """A message in an acknowledgement or through a response URL."""
        lines = rules.check_blocks(answer.get("blocks") or [])
        lines = lines or self.lacking_in(answer.get("blocks") or [])
        if lines:
            delivery.failure = "\n".join(lines)
            raise invalid("invalid_blocks", lines)
        # A control's "original" is the message it stands in; a command's is the last private one that answered it.
        private_ones = [reply for reply in delivery.replies if reply.only_for and not reply.deleted]
        original = delivery.source or next(reversed(private_ones), None)
        if answer.get("delete_original") and original is not None:
            original.deleted = True
            return
        if answer.get("replace_original") and original is not None:
            self._edit(original, answer)
            if original is delivery.source:
                delivery.replies.append(original)
            self.changed.fire()
            return
        private = answer.get("response_type", "ephemeral") != "in_channel"
        message = self.store(answer, delivery.channel, self.bot.id, only_for=delivery.user if private else None)
        delivery.replies.append(message)

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        call = await self._call(request, "response_url")

        async def handle(call: Call) -> Reply:
            delivery = next((d for d in self.deliveries if d.envelope_id == request.match_info["envelope_id"]), None)
            if delivery is None:
                return SlackError("no_such_url", status=404).reply
            if self.clock.now() - delivery.issued_at > self.response_url_lifetime:
                return SlackError("expired_url", status=404).reply
            if delivery.response_url_uses >= 5:
                return SlackError("used_url", status=404).reply
            delivery.response_url_uses += 1
            try:
                self._reply(delivery, call.payload)
            except SlackError as error:
                return error.reply
            return Reply("ok")

        return await self.serve(request, call, handle)

    def _new_trigger(self, user: str, view_id: str | None = None) -> str:
        trigger = f"{int(self.clock.now() * 1000)}.{next(self._counter)}.fake"
        self._triggers[trigger] = (user, self.clock.now(), view_id, False)
        return trigger

    def _use_trigger(self, trigger: str | None) -> tuple[str, str | None]:
        known = self._triggers.get(trigger or "")
        if known is None or trigger is None:
            raise SlackError("invalid_trigger_id")
        user, issued, view_id, used = known
        if used:
            raise SlackError("exchanged_trigger_id")
        if self.clock.now() - issued > self.trigger_lifetime:
            raise SlackError("expired_trigger_id")
        self._triggers[trigger] = (user, issued, view_id, True)
        return user, view_id

    def _interactive(self, payload: Json, user: User, channel: Channel | None, *, url: bool = False) -> Delivery:
        common: Json = {
            "token": "fake-verification-token",
            "team": {"id": self.team_id, "domain": "acme"},
            "api_app_id": self.app_id,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": self.team_id},
            "enterprise": None,
            "is_enterprise_install": False,
        }
        if channel is not None:
            common["channel"] = {"id": channel.id, "name": channel.name or "directmessage"}
        where = channel.id if channel is not None else ""
        delivery = Delivery(self, "interactive", {**common, **payload}, user=user.id, channel=where)
        if url:
            self._add_response_url(delivery)
        return delivery

    def _add_response_url(self, delivery: Delivery) -> None:
        delivery.payload["response_url"] = f"{self.origin}/response/{delivery.envelope_id}"

    # -- acting as a user -------------------------------------------------------------------------

    async def slash(
        self,
        command: str,
        text: str = "",
        *,
        user: User | None = None,
        channel: Channel | None = None,
        tamper: Tamper = None,
    ) -> Delivery:
        """Type a slash command."""
        user, channel = user or self.user, channel or self.channel
        if self.known_commands is not None and command not in self.known_commands:
            raise AssertionError(f"{command} is not among the app's commands {sorted(self.known_commands)}")
        payload = {
            "token": "fake-verification-token",
            "team_id": self.team_id,
            "team_domain": "acme",
            "channel_id": channel.id,
            "channel_name": channel.name or "directmessage",
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": self.app_id,
            "is_enterprise_install": "false",
            "trigger_id": self._new_trigger(user.id),
        }
        delivery = Delivery(self, "slash_commands", payload, user=user.id, channel=channel.id)
        self._add_response_url(delivery)
        return await self._deliver(delivery, tamper=tamper)

    async def event(self, event: Json, *, tamper: Tamper = None) -> Delivery:
        """Send any event of the Events API."""
        installation = {"enterprise_id": None, "team_id": self.team_id, "is_enterprise_install": False}
        payload = {
            "token": "fake-verification-token",
            "team_id": self.team_id,
            "api_app_id": self.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self.new_id("Ev"),
            "event_time": int(self.clock.now()),
            "authorizations": [{**installation, "user_id": self.bot.id, "is_bot": True}],
        }
        return await self._deliver(Delivery(self, "events_api", payload), tamper=tamper)

    async def again(self, delivery: Delivery) -> Delivery:
        """Send what was sent once more, as Slack does with an event that it believes was lost."""
        return await self._deliver(Delivery(self, delivery.kind, delivery.payload))

    async def say(
        self,
        text: str,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        thread_ts: str | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> tuple[StoredMessage, Delivery]:
        """Post a message as a user, perhaps with a file (its name and content); the app gets a ``message`` event, or ``app_mention`` if mentioned."""
        user, channel = user or self.user, channel or self.channel
        shared: Json = {}
        if file:
            stored = StoredFile(self.new_id("F"), file[0], len(file[1]), data=file[1])
            self.files[stored.id] = stored
            shared = {"files": [stored.payload(self.origin)], "subtype": "file_share"}
        message = self.store({"text": text, "thread_ts": thread_ts, **shared}, channel.id, user.id)
        kind = "app_mention" if f"<@{self.bot.id}>" in text and not channel.is_im else "message"
        event = {**message.data, "type": kind, "channel": channel.id, "event_ts": message.ts}
        if kind == "message":
            event["channel_type"] = "im" if channel.is_im else "group" if channel.is_private else "channel"
        return message, await self.event(event)

    async def open_home(self, *, user: User | None = None, tab: Literal["home", "messages"] = "home") -> Delivery:
        """Open a tab of the App Home; with the agent experience, ``messages`` is where conversations are."""
        user = user or self.user
        event = {"type": "app_home_opened", "user": user.id, "tab": tab, "channel": self.dm_with(user).id}
        view = self.home.get(user.id)
        return await self.event(event | ({"view": view.data} if tab == "home" and view is not None else {}))

    async def ask(
        self, text: str, *, user: User | None = None, thread: StoredMessage | None = None
    ) -> tuple[StoredMessage, Delivery]:
        """Write to the app in its Messages tab: a new conversation, or a reply in ``thread``.

        As with ``agent_view``: the user's first message is the root of the thread and has no ``thread_ts``.
        """
        user = user or self.user
        root = None if thread is None else thread.thread_ts or thread.ts
        return await self.say(text, user=user, channel=self.dm_with(user), thread_ts=root)

    async def stop_stream(self, message: StoredMessage) -> None:
        """Press the stop button of a message while it is streamed."""
        assert message.stream is not None
        message.stream.state = "stopped"

    async def stop_agent(self, thread: StoredMessage, *, user: User | None = None) -> Delivery:
        """Press the stop button of a conversation: its streams end, the app is told."""
        ts = thread.thread_ts or thread.ts
        streams = [m for m in self.messages if m.thread_ts == ts and m.stream and m.stream.state == "in_progress"]
        for message in streams:
            await self.stop_stream(message)
        event: Json = {"type": "agent_session_stopped", "channel": thread.channel, "thread_ts": ts}
        event |= {"user": (user or self.user).id, "event_ts": self.next_ts()}
        return await self.event(event | {"streaming_message_ts": [message.ts for message in streams]})

    async def share_link(
        self, text: str, *, user: User | None = None, channel: Channel | None = None, composer: bool = False
    ) -> tuple[StoredMessage | None, Delivery]:
        """Post (or with ``composer`` only type) a text with links of the app's domains: ``link_shared``."""
        user, channel = user or self.user, channel or self.channel
        urls = [url for url in urls_in(text) if domain_of(url, self.unfurl_domains)]
        assert urls, f"no link of {sorted(self.unfurl_domains)} is in {text!r}"
        message = None if composer else self.store({"text": text}, channel.id, user.id)
        where = ("COMPOSER", self.new_id("Uxxxxxxx-")) if message is None else (channel.id, message.ts)
        source = "composer" if composer else "conversations_history"
        link = SharedLink(self.new_id("unfurl-"), source, urls, *where)
        self.shared_links.append(link)
        event: Json = {
            "type": "link_shared",
            "channel": link.channel,
            "is_bot_user_member": self.bot.id in channel.members,
            "user": user.id,
            "message_ts": link.ts,
            "unfurl_id": link.unfurl_id,
            "source": source,
            "links": [{"domain": domain_of(url, self.unfurl_domains), "url": url} for url in urls],
            "event_ts": self.next_ts(),
        }
        return message, await self.event(event)

    async def press(
        self,
        where: StoredMessage | View,
        action_id: str,
        *,
        user: User | None = None,
        values: Sequence[str] | None = None,
        tamper: Tamper = None,
    ) -> Delivery:
        """Press a button, or with ``values`` choose from a select, in a message or a view."""
        user = user or self.user
        blocks = where.data["blocks"] if isinstance(where, View) else where.blocks
        found = [pair for pair in rules.interactive_elements(blocks) if pair[1].get("action_id") == action_id]
        assert found, f"there is no element with action_id {action_id!r}"
        block, element = found[0]
        action: Json = {
            "type": element["type"],
            "action_id": action_id,
            "block_id": block.get("block_id") or "",
            "action_ts": self.next_ts(),
        }
        if element["type"] == "button":
            action |= {"text": element["text"], "value": element.get("value", "")}
        else:
            action |= self._selection(element, list(values or []))
        payload: Json = {"type": "block_actions", "actions": [action], "state": {"values": {}}}
        if isinstance(where, View):
            payload |= {
                "trigger_id": self._new_trigger(user.id, where.id),
                "view": where.data,
                "container": {"type": "view", "view_id": where.id},
            }
            return await self._deliver(self._interactive(payload, user, None), tamper=tamper)
        payload |= {
            "trigger_id": self._new_trigger(user.id),
            "message": where.data,
            "container": {
                "type": "message",
                "message_ts": where.ts,
                "channel_id": where.channel,
                "is_ephemeral": where.only_for is not None,
            },
        }
        delivery = self._interactive(payload, user, self.channels[where.channel], url=True)
        delivery.source = where
        return await self._deliver(delivery, tamper=tamper)

    @staticmethod
    def _selection(element: Json, values: list[str]) -> Json:
        """The part of an action or of view state that says what was chosen."""
        kind: str = element["type"]
        if kind in ("checkboxes", "radio_buttons", "overflow") or kind.endswith(("static_select", "external_select")):
            offered = {o["value"]: o for o in element.get("options") or []}
            for group in element.get("option_groups") or []:
                offered |= {o["value"]: o for o in group["options"]}
            if "external" in kind:
                offered = {v: {"text": {"type": "plain_text", "text": v}, "value": v} for v in values}
            unknown = set(values) - set(offered)
            assert not unknown, f"{unknown} are not among {sorted(offered)}"
            chosen = [offered[value] for value in values]
            if kind == "checkboxes" or kind.startswith("multi_"):
                return {"selected_options": chosen}
            return {"selected_option": chosen[0] if chosen else None}
        for what, plural in (("user", "users"), ("conversation", "conversations"), ("channel", "channels")):
            if kind == f"{plural}_select":
                return {f"selected_{what}": values[0] if values else None}
            if kind == f"multi_{plural}_select":
                return {f"selected_{plural}": values}
        if kind == "datepicker":
            return {"selected_date": values[0] if values else None}
        if kind == "timepicker":
            return {"selected_time": values[0] if values else None}
        return {"value": values[0] if values else None}

    async def submit(
        self, view: View, values: Mapping[str, str | Sequence[str]], *, user: User | None = None
    ) -> Delivery:
        """Fill in a modal by action id and submit it."""
        assert view.open, "the view is not open"
        state: Json = {}
        for block in view.data["blocks"]:
            if block.get("type") != "input":
                continue
            element = block["element"]
            given = values.get(element["action_id"])
            if given is None:
                assert block.get("optional"), f"input {element['action_id']!r} is required"
                given = []
            listed = [given] if isinstance(given, str) else list(given)
            state.setdefault(block["block_id"], {})[element["action_id"]] = {
                "type": element["type"],
                **self._selection(element, listed),
            }
        view.data["state"] = {"values": state}
        return await self._send_view("view_submission", view, user, {"response_urls": []})

    async def close(self, view: View, *, user: User | None = None) -> Delivery | None:
        """Dismiss a modal; the app hears of it only if it asked to."""
        view.open = False
        if not view.data.get("notify_on_close"):
            return None
        return await self._send_view("view_closed", view, user, {"is_cleared": False})

    async def _send_view(self, kind: str, view: View, user: User | None, extra: Json) -> Delivery:
        who = user or self.users[view.user]
        payload = {"type": kind, "view": view.data, "trigger_id": self._new_trigger(who.id, view.id), **extra}
        return await self._deliver(self._interactive(payload, who, None))

    async def shortcut(
        self, callback_id: str, *, message: StoredMessage | None = None, user: User | None = None
    ) -> Delivery:
        """A global shortcut, or a message shortcut when ``message`` is given."""
        user = user or self.user
        payload: Json = {"callback_id": callback_id, "action_ts": self.next_ts()}
        payload["trigger_id"] = self._new_trigger(user.id)
        if message is None:
            return await self._deliver(self._interactive({"type": "shortcut", **payload}, user, None))
        payload |= {"type": "message_action", "message": message.data, "message_ts": message.ts}
        return await self._deliver(self._interactive(payload, user, self.channels[message.channel], url=True))

    async def suggest(self, view: View, action_id: str, typed: str, *, user: User | None = None) -> Delivery:
        """Type into an external select of a modal; the options arrive in the acknowledgement.

        Slack only asks once ``min_query_length`` characters (3 unless the element says otherwise) are typed.
        """
        block = next(one for one in view.data["blocks"] if (one.get("element") or {}).get("action_id") == action_id)
        assert block["element"]["type"].endswith("external_select"), block["element"]["type"]
        assert len(typed) >= block["element"].get("min_query_length", 3), "Slack does not ask yet"
        payload: Json = {"type": "block_suggestion", "action_id": action_id, "block_id": block["block_id"]}
        payload |= {"value": typed, "view": view.data, "container": {"type": "view", "view_id": view.id}}
        return await self._deliver(self._interactive(payload, user or self.users[view.user], None))

    # -- looking at the result ----------------------------------------------------------------------

    def in_channel(self, channel: Channel | None = None) -> list[StoredMessage]:
        """Messages everybody in the channel can see, oldest first."""
        wanted = (channel or self.channel).id
        return [m for m in self.messages if m.channel == wanted and not m.deleted and m.only_for is None]

    async def wait_message(
        self, *, text: str = "", channel: Channel | None = None, within: float = DEFAULT_WAIT
    ) -> StoredMessage:
        """The newest message of the bot in the channel that contains ``text``."""

        def newest() -> StoredMessage | None:
            mine = [m for m in self.in_channel(channel) if m.data.get("bot_id") and text in m.text]
            return mine[-1] if mine else None

        return await self.changed.until(newest, f"a message with {text!r}", within)

    async def wait_view(self, *, text: str = "", within: float = DEFAULT_WAIT) -> View:
        """The newest open modal whose texts contain ``text``."""

        def newest() -> View | None:
            shown = [view for view in self.views if view.open and text in view.text]
            return shown[-1] if shown else None

        return await self.changed.until(newest, f"a view with {text!r}", within)

    # -- messages --------------------------------------------------------------------------------------

    def next_ts(self) -> str:
        return f"{int(self.clock.now())}.{next(self._counter):06d}"

    def store(self, payload: Json, channel: str, user: str, *, only_for: str | None = None) -> StoredMessage:
        data: Json = {"type": "message", "user": user, "text": str(payload.get("text") or ""), "ts": self.next_ts()}
        if user == self.bot.id:
            data |= {"bot_id": self.bot_id, "app_id": self.app_id, "team": self.team_id}
        for key in ("blocks", "attachments", "metadata", "thread_ts", "files", "subtype"):
            if payload.get(key):
                data[key] = payload[key]
        self.name_blocks(data)
        message = StoredMessage(data, channel, only_for=only_for)
        self.messages.append(message)
        if message.thread_ts:
            parent = self.find(channel, message.thread_ts)
            if parent is not None:
                parent.data["thread_ts"] = parent.ts
                parent.data["reply_count"] = parent.data.get("reply_count", 0) + 1
        self.changed.fire()
        return message

    def name_blocks(self, data: Json) -> None:
        """Slack gives blocks and elements ids where the app did not."""
        blocks = [dict(block) for block in data.get("blocks") or []]
        for block in blocks:
            block.setdefault("block_id", self.new_id("blk"))
        if blocks:
            data["blocks"] = blocks

    def find(self, channel: str, ts: str) -> StoredMessage | None:
        return next((m for m in self.messages if m.channel == channel and m.ts == ts and not m.deleted), None)

    def _edit(self, message: StoredMessage, payload: Json) -> None:
        message.earlier.append(dict(message.data))
        data = dict(message.data)
        # As documented for chat.update: blocks and attachments that are not mentioned stay.
        for key in ("text", "blocks", "attachments", "metadata"):
            if payload.get(key) is not None:
                data[key] = payload[key]
        self.name_blocks(data)
        data["edited"] = {"user": self.bot.id, "ts": self.next_ts()}
        message.data = data
        self.changed.fire()

    def _check_content(self, args: Args, *, partial: bool = False) -> None:
        """Blocks, attachments and text of a message; may shorten the text."""
        if "blocks" in args.undecodable:
            raise SlackError("invalid_blocks_format")
        blocks, attachments, text = args.get("blocks"), args.get("attachments"), args.get("text")
        for name, value in (("blocks", blocks), ("attachments", attachments)):
            if value and (not isinstance(value, list) or not all(isinstance(item, dict) for item in value)):
                raise SlackError(f"invalid_{name}_format" if name == "blocks" else "invalid_attachments")
        if args.get("markdown_text"):
            if blocks or text:
                raise SlackError("markdown_text_conflict")
            if len(args["markdown_text"]) > rules.MAX_MARKDOWN:
                raise SlackError("msg_too_long")
            args["text"] = text = args["markdown_text"]
        if not partial and not text and not blocks and not attachments:
            raise SlackError("no_text")
        lines = rules.check_blocks(blocks or []) or self.lacking_in(blocks or [])
        for index, attachment in enumerate(attachments or []):
            lines += rules.check_blocks(attachment.get("blocks") or [], base=("attachments", index, "blocks"))
        if lines:
            raise invalid("invalid_blocks", lines)
        if len(attachments or []) > rules.MAX_ATTACHMENTS:
            raise SlackError("too_many_attachments")
        if blocks and not text:
            self.warnings.append(f"{args.call.name}: blocks without a fallback text")
        if text and len(text) > rules.MAX_TEXT:
            args["text"] = text[: rules.MAX_TEXT]
            args.warnings.append(("message_truncated", "Your message was truncated but still posted"))

    def lacking_in(self, blocks: Sequence[Json]) -> list[str]:
        """What is said of blocks whose type this workspace does not have."""
        return [
            f"unsupported type: {block['type']} [json-pointer:/blocks/{index}/type]"
            for index, block in enumerate(blocks)
            if block["type"] in self.lacking
        ]

    def writable(self, args: Args) -> Channel:
        """The channel of a post, by id or name; a user id opens the direct message."""
        args.need("channel")
        wanted = str(args["channel"])
        if wanted in self.users:
            return self.dm_with(self.users[wanted])
        channel = self.channels.get(wanted)
        if channel is None:
            name = wanted.removeprefix("#")
            channel = next((c for c in self.channels.values() if c.name == name and not c.is_im), None)
        if channel is None or (channel.is_private and self.bot.id not in channel.members):
            raise SlackError("channel_not_found")
        if channel.is_archived:
            raise SlackError("is_archived")
        anywhere = self.scopes is not None and "chat:write.public" in self.scopes
        if self.bot.id not in channel.members and not anywhere:
            raise SlackError("not_in_channel")
        return channel

    def _readable(self, args: Args) -> Channel:
        args.need("channel")
        channel = self.channels.get(str(args["channel"]))
        if channel is None or (channel.is_private and self.bot.id not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    # -- Web API: the basics ---------------------------------------------------------------------------

    @method("auth.test", per_minute=600)
    async def _auth_test(self, args: Args) -> Json:
        return {
            "url": "https://acme.slack.com/",
            "team": "Acme",
            "user": self.bot.name,
            "team_id": self.team_id,
            "user_id": self.bot.id,
            "bot_id": self.bot_id,
            "is_enterprise_install": False,
        }

    @method("apps.connections.open", per_minute=50)
    async def _connections_open(self, args: Args) -> Json:
        ticket = self.new_id("ticket")
        self._tickets.add(ticket)
        return {"url": f"ws://{self.host}:{self.port}/link?ticket={ticket}&app_id={self.app_id}"}

    # -- Web API: chat ------------------------------------------------------------------------------------

    @method("chat.postMessage", scope="chat:write")
    async def _post_message(self, args: Args) -> Json:
        channel = self.writable(args)
        self._check_content(args)
        is_reply = bool(args.get("thread_ts"))
        is_threads_alone = channel.restricted == "restricted_action_thread_only_channel"
        is_without = channel.restricted == "restricted_action_non_threadable_channel"
        if channel.restricted and not (is_threads_alone and is_reply) and not (is_without and not is_reply):
            raise SlackError(channel.restricted)
        if args.get("thread_ts") and self.find(channel.id, str(args["thread_ts"])) is None:
            # Stricter than documented: Slack's reference names no error for an unknown thread here.
            raise SlackError("thread_not_found")
        message = self.store(args, channel.id, self.bot.id)
        if self.echo_messages:
            event = {**message.data, "channel": channel.id, "channel_type": "channel", "event_ts": message.ts}
            self.spawn(self.event(event))
        return {"channel": channel.id, "ts": message.ts, "message": message.data}

    @method("chat.postEphemeral", scope="chat:write")
    async def _post_ephemeral(self, args: Args) -> Json:
        channel = self.writable(args)
        args.need("user")
        if args["user"] not in channel.members:
            raise SlackError("user_not_in_channel")
        self._check_content(args)
        message = self.store(args, channel.id, self.bot.id, only_for=args["user"])
        return {"message_ts": message.ts}

    def _own_message(self, args: Args, refusal: str) -> StoredMessage:
        channel = self._readable(args)
        args.need("ts")
        message = self.find(channel.id, str(args["ts"]))
        if message is None or message.only_for is not None:
            raise SlackError("message_not_found")
        if message.data["user"] != self.bot.id:
            raise SlackError(refusal)
        return message

    @method("chat.update", scope="chat:write", per_minute=50)
    async def _update(self, args: Args) -> Json:
        message = self._own_message(args, "cant_update_message")
        if all(args.get(key) is None for key in ("text", "blocks", "attachments", "markdown_text", "metadata")):
            raise SlackError("no_text")
        self._check_content(args, partial=True)
        self._edit(message, args)
        return {"channel": message.channel, "ts": message.ts, "text": message.data["text"], "message": message.data}

    @method("chat.delete", scope="chat:write", per_minute=50)
    async def _delete(self, args: Args) -> Json:
        message = self._own_message(args, "cant_delete_message")
        message.deleted = True
        return {"channel": message.channel, "ts": message.ts}

    # -- Web API: conversations and users ---------------------------------------------------------------------

    @staticmethod
    def _page(args: Args, items: list[Any], key: str, *, default: int = 100) -> Json:
        limit = min(args.number("limit", default), 1000)
        start = int(args.get("cursor") or 0) if str(args.get("cursor") or "0").isdigit() else -1
        if start < 0:
            raise SlackError("invalid_cursor")
        following = str(start + limit) if start + limit < len(items) else ""
        return {key: items[start : start + limit], "response_metadata": {"next_cursor": following}}

    @method("conversations.info", scope="channels:read", per_minute=50)
    async def _channel_info(self, args: Args) -> Json:
        return {"channel": self._readable(args).payload(self.bot.id)}

    @method("users.conversations", scope="channels:read", per_minute=50)
    async def _conversations_of(self, args: Args) -> Json:
        """Of a person: public channels, and the private ones that the bot is in, too."""
        user, kinds = str(args.get("user") or self.bot.id), str(args.get("types") or "public_channel").split(",")
        found = [
            one.payload(self.bot.id)
            for one in self.channels.values()
            if user in one.members and not one.is_im
            if not (one.is_archived and args.flag("exclude_archived"))
            if (
                "private_channel" in kinds and self.bot.id in one.members
                if one.is_private
                else "public_channel" in kinds
            )
        ]
        return self._page(args, found, "channels")

    @method("conversations.open", scope="im:write", per_minute=50)
    async def _open(self, args: Args) -> Json:
        users = [part for part in str(args.get("users") or "").split(",") if part]
        if args.get("channel"):
            return {"channel": self._readable(args).payload(self.bot.id)}
        if not users:
            raise SlackError("users_list_not_supplied")
        if users[0] not in self.users:
            raise SlackError("user_not_found")
        return {"channel": self.dm_with(self.users[users[0]]).payload(self.bot.id)}

    def _history_items(self, args: Args, messages: list[StoredMessage]) -> list[Json]:
        oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or math.inf)
        inclusive = args.flag("inclusive")

        def within(ts: float) -> bool:
            return oldest <= ts <= latest if inclusive else oldest < ts < latest

        hidden = set() if args.flag("include_all_metadata") else {"metadata"}
        found = [m.data for m in messages if within(float(m.ts))]
        return [{key: value for key, value in data.items() if key not in hidden} for data in found]

    @method("conversations.history", scope="channels:history", per_minute=50)
    async def _history(self, args: Args) -> Json:
        channel = self._readable(args)
        if self.bot.id not in channel.members:
            raise SlackError("not_in_channel")
        top = [m for m in self.in_channel(channel) if m.thread_ts in (None, m.ts)]
        page = self._page(args, list(reversed(self._history_items(args, top))), "messages")
        return {**page, "has_more": bool(page["response_metadata"]["next_cursor"])}

    @method("conversations.replies", scope="channels:history", per_minute=50)
    async def _replies(self, args: Args) -> Json:
        channel = self._readable(args)
        args.need("ts")
        ts = str(args["ts"])
        if self.find(channel.id, ts) is None:
            raise SlackError("thread_not_found")
        thread = [m for m in self.in_channel(channel) if ts in (m.ts, m.thread_ts)]
        page = self._page(args, self._history_items(args, thread), "messages")
        return {**page, "has_more": bool(page["response_metadata"]["next_cursor"])}

    @method("users.info", scope="users:read")
    async def _user_info(self, args: Args) -> Json:
        user = self.users.get(str(args.get("user")))
        if user is None:
            raise SlackError("user_not_found")
        locale = {"locale": user.locale} if args.flag("include_locale") else {}
        return {"user": user.payload(self.team_id) | locale}

    # -- Web API: views ---------------------------------------------------------------------------------------------

    def _checked_view(self, args: Args, kind: str) -> Json:
        view = args.get("view")
        if "view" in args.undecodable or not isinstance(view, dict):
            lines = ["must provide an object [json-pointer:/view]"]
        elif view.get("type") != kind:
            lines = [f"unsupported type: {view.get('type')} [json-pointer:/view/type]"]
        else:
            lines = rules.check_view(view)
        if lines:
            raise bad_arguments(*lines)
        assert isinstance(view, dict)
        if rules.view_too_large(view):
            raise SlackError("view_too_large")
        return view

    def _stored_view(self, payload: Json, user: str, previous: View | None = None) -> View:
        view_id = self.new_id("V")
        data: Json = {
            "id": view_id,
            "team_id": self.team_id,
            "state": {"values": {}},
            "hash": self.new_id("hash"),
            "root_view_id": previous.data["root_view_id"] if previous is not None else view_id,
            "previous_view_id": previous.id if previous is not None else None,
            "app_id": self.app_id,
            "bot_id": self.bot_id,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            **payload,
        }
        self.name_blocks(data)
        view = View(data, user)
        self.views.append(view)
        self.changed.fire()
        return view

    def _replace_view(self, view: View, payload: Json) -> None:
        lasting = ("id", "team_id", "root_view_id", "previous_view_id", "app_id", "bot_id")
        kept = {key: view.data[key] for key in lasting}
        view.data = {"private_metadata": "", "callback_id": "", "external_id": "", **payload, **kept}
        view.data |= {"state": {"values": {}}, "hash": self.new_id("hash")}
        self.name_blocks(view.data)
        self.changed.fire()

    @method("views.open")
    async def _open_view(self, args: Args) -> Json:
        payload = self._checked_view(args, "modal")
        user, _ = self._use_trigger(args.get("trigger_id"))
        return {"view": self._stored_view(payload, user).data}

    @method("views.update")
    async def _update_view(self, args: Args) -> Json:
        payload = self._checked_view(args, str((args.get("view") or {}).get("type", "modal")))
        wanted = args.get("view_id"), args.get("external_id") or None
        shown = [view for view in (*self.views, *self.home.values()) if view.open]
        found = [view for view in shown if view.id == wanted[0] or view.data["external_id"] == wanted[1]]
        if not found:
            raise SlackError("not_found")
        view = found[0]
        if args.get("hash") and args["hash"] != view.data["hash"]:
            raise SlackError("hash_conflict")
        self._replace_view(view, payload)
        return {"view": view.data}

    @method("views.publish")
    async def _publish_view(self, args: Args) -> Json:
        payload = self._checked_view(args, "home")
        user = str(args.get("user_id"))
        if user not in self.users:
            raise bad_arguments("invalid `user_id`")
        if user in self.home:
            if args.get("hash") and args["hash"] != self.home[user].data["hash"]:
                raise SlackError("hash_conflict")
            self._replace_view(self.home[user], payload)
        else:
            self.home[user] = self._stored_view(payload, user)
            self.views.remove(self.home[user])
        return {"view": self.home[user].data}

    def _view_response(self, delivery: Delivery, answer: Json) -> None:
        """What the acknowledgement of a submission does to the modal."""
        view = next(view for view in self.views if view.id == delivery.payload["view"]["id"])
        action = answer.get("response_action")
        if action is None:
            view.open = False
        elif action == "clear":
            for other in self.views:
                other.open = other.open and other.data["root_view_id"] != view.data["root_view_id"]
        elif action == "errors":
            inputs = {block["block_id"] for block in view.data["blocks"] if block.get("type") == "input"}
            unknown = sorted(set(answer.get("errors") or {}) - inputs)
            if unknown or not answer.get("errors"):
                delivery.failure = f"errors must name input blocks; unknown: {unknown}"
        elif action in ("update", "push"):
            payload = answer.get("view") or {}
            lines = rules.check_view(payload)
            if lines:
                delivery.failure = "\n".join(lines)
            elif action == "update":
                self._replace_view(view, payload)
            else:
                self._stored_view(payload, view.user, view)
        else:
            delivery.failure = f"unknown response_action {action!r}"

    # -- Web API: files, and the endpoints beside the Web API ---------------------------------------------------------

    @method("files.getUploadURLExternal", scope="files:write")
    async def _upload_url(self, args: Args) -> Json:
        args.need("filename", "length")
        file = StoredFile(
            self.new_id("F"), str(args["filename"]), args.number("length", 0), str(args.get("alt_txt", ""))
        )
        self.files[file.id] = file
        return {"upload_url": f"{self.origin}/upload/{file.id}", "file_id": file.id}

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if request.content_type == "multipart/form-data":
            call = await self._call(request, "upload")
            data = call.uploads[0].data if call.uploads else b""
        else:
            data = await request.read()
            call = Call("upload", "POST", request.path, {}, dict(request.headers), self.clock.now())
            call.uploads = [Upload("file", "", request.content_type, data)]

        async def handle(call: Call) -> Reply:
            file = self.files.get(request.match_info["file_id"])
            if file is None or len(data) != file.length:
                return Reply("the length differs from the one announced", 400)
            file.data = data
            return Reply(f"OK - {len(data)}")

        return await self.serve(request, call, handle)

    @method("files.completeUploadExternal", scope="files:write")
    async def _complete_upload(self, args: Args) -> Json:
        wanted = args.get("files")
        if not isinstance(wanted, list) or not wanted:
            raise bad_arguments("missing required field: files")
        files: list[StoredFile] = []
        for item in wanted:
            file = self.files.get(str(item.get("id")))
            if file is None or file.data is None:
                raise SlackError("file_not_found")
            file.title = item.get("title") or file.filename
            files.append(file)
        names = [part for part in str(args.get("channels") or args.get("channel_id") or "").split(",") if part]
        for name in names:
            target = Args(args.call, args.token)
            target["channel"] = name
            channel = self.writable(target)
            payloads = [file.payload(self.origin) for file in files]
            comment = str(args.get("initial_comment") or "")
            shared = {"text": comment, "files": payloads, "thread_ts": args.get("thread_ts"), "subtype": "file_share"}
            message = self.store(shared, channel.id, self.bot.id)
            for file in files:
                file.channels.append(message.channel)
        return {"files": [file.payload(self.origin) for file in files]}

    @method("files.delete", scope="files:write", per_minute=50)
    async def _file_delete(self, args: Args) -> Json:
        file = self.files.get(str(args.get("file")))
        if file is None or file.deleted:
            raise SlackError("file_not_found")
        file.deleted = True
        return {}

    async def _download(self, request: web.Request) -> web.StreamResponse:
        file = self.files.get(request.match_info["file_id"])
        if request.headers.get("Authorization") != f"Bearer {self.bot_token}":
            return web.Response(status=302, headers={"Location": "/"})
        if file is None or file.data is None or file.deleted:
            return web.Response(status=404)
        return web.Response(body=file.data)
