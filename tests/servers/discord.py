"""A fake Discord on loopback: REST API v10 and gateway, strict where Discord is strict.

    async with FakeDiscord() as discord_server, discord_server.patched():
        bot = MyBot(...)                    # a real discord.py client
        task = asyncio.create_task(bot.start(discord_server.token))
        await discord_server.wait_ready()
        reply = await discord_server.slash("report", {"repo": "acme/site"})
        await reply.answered()
        assert "acme/site" in reply.text

The server keeps a small world (guilds, channels, users, messages, registered commands), checks
every payload against Discord's limits (``discord_rules``), holds interactions to their deadlines,
records every call, and can be told to misbehave.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import math
import re
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from servers import discord_rules as rules
from servers.chat import DEFAULT_WAIT, PATIENCE, Call, FakeServer, Json, Reply, Upload, read_body

API = "/api/v10"
DISCORD_EPOCH_MS = 1_420_070_400_000

#: Gateway intents, as bits.
GUILDS, GUILD_MEMBERS, GUILD_PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15
PRIVILEGED_INTENTS = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT

#: Every permission bit discord.py knows, for members that may do everything.
ALL_PERMISSIONS = (1 << 53) - 1

#: Interaction types and callback types.
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
PONG, MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9

Path = dict[str, str]
Handler = Callable[["FakeDiscord", Call], Awaitable[Reply]]


class ApiError(Exception):
    """An error answer: status, Discord's error code and its message."""

    def __init__(self, status: int, code: int, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.reply = Reply({"message": message, "code": code, **extra}, status)


class InvalidForm(ApiError):
    def __init__(self, errors: rules.FormErrors) -> None:
        body = errors.body()
        super().__init__(400, body["code"], body["message"], errors=body["errors"])


_ADMINISTRATOR, _SEND_MESSAGES = 1 << 3, 1 << 11
UNAUTHORIZED = (401, 0, "401: Unauthorized")
NOT_FOUND = (404, 0, "404: Not Found")
UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
UNKNOWN_USER = (404, 10013, "Unknown User")
UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
MISSING_ACCESS = (403, 50001, "Missing Access")
NOT_AUTHOR = (403, 50005, "Cannot edit a message authored by another user")
EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
NO_DIRECT_MESSAGES = (403, 50007, "Cannot send messages to this user")
ARCHIVED = (400, 50083, "Tried to perform an operation on an archived thread.")
MAX_FOLLOWUPS_REACHED = (400, 40094, "This interaction has hit the maximum number of follow up messages")
NO_MUTUAL_GUILDS = (403, 50278, "Cannot send messages to this user due to having no mutual guilds")
INVALID_WEBHOOK_TOKEN = (401, 50027, "Invalid Webhook Token")
ALREADY_ANSWERED = (400, 40060, "Interaction has already been acknowledged.")
TOO_LARGE = (413, 40005, "Request entity too large")


# -- the world ---------------------------------------------------------------------------------


@dataclass(slots=True)
class User:
    id: str
    name: str
    bot: bool = False
    locale: str = "en-US"
    permissions: int = ALL_PERMISSIONS

    def payload(self) -> Json:
        return {
            "id": self.id,
            "username": self.name,
            "global_name": None if self.bot else self.name.title(),
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
            "flags": 0,
        }


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: int = 0
    """0 text, 1 direct message, 3 among users without the bot, 11 public thread, 12 private thread."""
    guild_id: str | None = None
    parent_id: str | None = None
    recipients: list[User] = field(default_factory=list)
    bot_can_see: bool = True
    bot_can_send: bool = True
    app_permissions: int = ALL_PERMISSIONS
    archived: bool = False

    @property
    def is_thread(self) -> bool:
        return self.kind in (10, 11, 12)

    def payload(self, owner_id: str) -> Json:
        data: Json = {"id": self.id, "type": self.kind, "last_message_id": None, "flags": 0}
        if self.kind in (1, 3):
            data |= {"name": None, "icon": None, "owner_id": owner_id} if self.kind == 3 else {}
            return {**data, "recipients": [user.payload() for user in self.recipients]}
        data |= {"guild_id": self.guild_id, "name": self.name, "permissions": str(ALL_PERMISSIONS)}
        if self.is_thread:
            stamp = "2024-01-01T00:00:00+00:00"
            return {
                **data,
                "parent_id": self.parent_id,
                "owner_id": owner_id,
                "member_count": 1,
                "message_count": 0,
                "rate_limit_per_user": 0,
                "thread_metadata": {
                    "archived": self.archived,
                    "auto_archive_duration": 1440,
                    "archive_timestamp": stamp,
                    "create_timestamp": stamp,
                    "locked": False,
                },
            }
        return {
            **data,
            "position": 0,
            "permission_overwrites": [] if self.bot_can_send else [_silenced(self.guild_id)],
            "nsfw": False,
            "topic": None,
            "parent_id": None,
            "rate_limit_per_user": 0,
        }


def _silenced(everyone: str | None) -> Json:
    """Forbid everybody to send messages."""
    return {"id": everyone, "type": 0, "allow": "0", "deny": str(_SEND_MESSAGES)}


@dataclass(slots=True)
class Guild:
    id: str
    name: str
    owner: User
    has_bot: bool = True
    channels: list[Channel] = field(default_factory=list)
    members: list[User] = field(default_factory=list)

    def member(self, user: User) -> Json:
        return {
            "user": user.payload(),
            "nick": None,
            "avatar": None,
            "roles": [],
            "joined_at": "2024-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
        }

    def payload(self, bot: User) -> Json:
        everyone = {
            "id": self.id,
            "name": "@everyone",
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": 0,
            "permissions": str(ALL_PERMISSIONS & ~_ADMINISTRATOR),
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
        return {
            "id": self.id,
            "name": self.name,
            "owner_id": self.owner.id,
            "icon": None,
            "features": [],
            "roles": [everyone],
            "emojis": [],
            "stickers": [],
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "afk_timeout": 300,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "joined_at": "2024-01-01T00:00:00+00:00",
            "large": False,
            "unavailable": False,
            "member_count": len(self.members) + 1,
            "members": [self.member(user) for user in (bot, *self.members)],
            "channels": [c.payload(bot.id) for c in self.channels if not c.is_thread],
            "threads": [c.payload(bot.id) for c in self.channels if c.is_thread],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


@dataclass(slots=True)
class StoredMessage:
    """A message and what became of it."""

    data: Json
    """The message object as Discord would return it now."""
    uploads: list[Upload] = field(default_factory=list)
    earlier: list[Json] = field(default_factory=list)
    """Previous versions, oldest first."""
    deleted: bool = False

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def channel_id(self) -> str:
        return str(self.data["channel_id"])

    @property
    def ephemeral(self) -> bool:
        return bool(self.data.get("flags", 0) & rules.FLAG_EPHEMERAL)

    @property
    def loading(self) -> bool:
        """True while a deferred answer only shows "is thinking..."."""
        return bool(self.data.get("flags", 0) & rules.FLAG_LOADING)

    @property
    def waits(self) -> bool:
        """Whether it is still to be replaced by an answer."""
        return self.loading and not self.deleted

    @property
    def text(self) -> str:
        """All visible text: contents and labels, at any depth."""
        found = rules.walk_components(self.data.get("components") or [])
        return "\n".join(str(c.get("content") or c.get("label") or "") for c in found).strip()

    def component(self, custom_id: str) -> Json:
        for component in rules.walk_components(self.data.get("components") or []):
            if component.get("custom_id") == custom_id:
                return component
        raise AssertionError(f"message {self.id} has no component with custom_id {custom_id!r}")


class Interaction:
    """One interaction the server sent to the bot, and how the bot answered it."""

    def __init__(
        self,
        server: FakeDiscord,
        kind: int,
        payload: Json,
        *,
        channel: Channel,
        user: User,
        source: StoredMessage | None,
    ) -> None:
        self._server = server
        self.kind = kind
        self.payload = payload
        self.channel = channel
        self.user = user
        self.source = source
        """The message whose component was used."""
        self.id: str = payload["id"]
        self.token: str = payload["token"]
        self.sent_at = server.clock.now()
        self.callback: Json | None = None
        """The ``data`` of the accepted callback."""
        self.callback_type: int | None = None
        self.answered_after: float | None = None
        self.late_after: float | None = None
        """Seconds after which a callback arrived too late and was refused."""
        self.overdue = False
        """True once the deadline passed without an accepted callback."""
        self.original: StoredMessage | None = None
        self.followups: list[StoredMessage] = []
        self.followup_calls = 0

    @property
    def only_user_installed(self) -> bool:
        """Whether only the user brought the app along: such apps get five follow-ups."""
        return "0" not in self.payload["authorizing_integration_owners"]

    @property
    def messages(self) -> list[StoredMessage]:
        """What the user sees as the answer: the original response and the follow-ups."""
        shown = [self.original] if self.original is not None and self.original is not self.source else []
        return [message for message in (*shown, *self.followups) if not message.deleted]

    @property
    def text(self) -> str:
        """All visible text of the answer."""
        return "\n".join(message.text for message in self.messages)

    @property
    def choices(self) -> list[Json]:
        """The choices answered to an autocomplete interaction."""
        return list((self.callback or {}).get("choices") or [])

    @property
    def modal(self) -> Json:
        if self.callback_type != MODAL or self.callback is None:
            raise AssertionError("the interaction was not answered with a modal")
        return self.callback

    async def answered(self, within: float = DEFAULT_WAIT) -> Interaction:
        """Wait for the first accepted answer (a deferral counts)."""
        await self._server.changed.until(
            lambda: self.callback_type is not None, f"an answer to interaction {self.id}", within
        )
        return self

    async def settled(self, count: int = 1, within: float = DEFAULT_WAIT) -> Interaction:
        """Wait until ``count`` messages are visible and none of them is still "thinking"."""

        def done() -> bool:
            return len(self.messages) >= count and not any(message.loading for message in self.messages)

        await self._server.changed.until(done, f"{count} finished message(s) for interaction {self.id}", within)
        return self


# -- gateway -----------------------------------------------------------------------------------


class Connection:
    """One websocket of a client."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        self.ws = ws
        self._request = request
        # Discord compresses the whole connection as one zlib stream when asked to.
        self._deflate = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        self.heard_at = asyncio.get_running_loop().time()

    async def send(self, message: Json) -> None:
        text = json.dumps(message)
        if self.ws.closed:
            return
        with contextlib.suppress(ConnectionError):
            if self._deflate is None:
                await self.ws.send_str(text)
            else:
                data = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                await self.ws.send_bytes(data)

    async def close(self, code: int, reason: str = "") -> None:
        await self.ws.close(code=code, message=reason.encode())

    def abort(self) -> None:
        """Lose the connection the way a network does, without a closing handshake."""
        if self._request.transport is not None:
            self._request.transport.abort()


@dataclass(slots=True)
class Session:
    """A gateway session; it outlives its connection so that it can be resumed."""

    id: str
    identify: Json
    connection: Connection | None = None
    sequence: int = 0
    backlog: deque[tuple[int, Json]] = field(default_factory=lambda: deque(maxlen=1000))
    resumes: int = 0
    resumable: bool = True

    @property
    def intents(self) -> int:
        return int(self.identify.get("intents", 0))

    async def dispatch(self, event: str, data: Json) -> None:
        self.sequence += 1
        message = {"op": 0, "t": event, "s": self.sequence, "d": data}
        self.backlog.append((self.sequence, message))
        if self.connection is not None:
            await self.connection.send(message)


@dataclass(slots=True)
class Bucket:
    remaining: int
    resets_at: float


_ROUTES: list[tuple[str, re.Pattern[str], str, bool, Handler]] = []


def route(method: str, template: str, *, public: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler. ``public`` routes need no bot token (the path carries one)."""

    def register(handler: Handler) -> Handler:
        pattern = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", template) + "$")
        _ROUTES.append((method, pattern, f"{method} {template}", public, handler))
        return handler

    return register


class FakeDiscord(FakeServer):
    """See the module's description. All ids are strings, as on the wire."""

    def __init__(
        self,
        *,
        token: str = "fake-discord-bot-token",  # noqa: S107 - of a server of the tests
        bot_name: str = "daybrief",
        host: str = "127.0.0.1",
        port: int = 0,
        answer_deadline: float = PATIENCE,
        token_lifetime: float = 15 * 60,
        heartbeat_interval: float = 41.25,
        granted_intents: int = PRIVILEGED_INTENTS,
        rate_limits: bool = False,
    ) -> None:
        super().__init__(host=host, port=port)
        self.token = token
        self.answer_deadline = answer_deadline
        self.token_lifetime = token_lifetime
        self.heartbeat_interval = heartbeat_interval
        self.granted_intents = granted_intents
        """Privileged intents enabled in the developer portal."""
        self.rate_limits = rate_limits
        self.limits: dict[str, tuple[int, float]] = {
            # route: (calls, seconds); per channel, guild or webhook. Discord does not publish
            # these numbers; they are what clients commonly observe.
            "POST /channels/{channel_id}/messages": (5, 5.0),
            "PATCH /channels/{channel_id}/messages/{message_id}": (5, 5.0),
            "POST /webhooks/{webhook_id}/{webhook_token}": (5, 2.0),
        }
        self.default_limit = (50, 1.0)
        self._buckets: dict[str, Bucket] = {}

        # Gateway behaviour a test may change.
        self.accept_connections = True
        self.acknowledge_heartbeats = True
        self.sessions: list[Session] = []
        self.identifies: list[Json] = []
        self._connections: set[Connection] = set()

        self._counter = itertools.count(1)
        self.user_installs: set[str] = set()
        self.users: dict[str, User] = {}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, StoredMessage] = {}
        self.given: dict[str, tuple[str, bytes]] = {}
        self.commands: list[Json] = []
        self.interactions: list[Interaction] = []
        self.bot = self.add_user(bot_name, bot=True)
        self.application_id = self.snowflake()
        self.user = self.add_user("alice")
        self.guild = self.add_guild("Acme")
        self.channel = self.add_channel("general")

    # -- building the world ---------------------------------------------------------------

    def snowflake(self) -> str:
        milliseconds = int(self.clock.now() * 1000) - DISCORD_EPOCH_MS
        return str((milliseconds << 22) | (next(self._counter) & 0x3FFFFF))

    def add_user(self, name: str, *, bot: bool = False, guild: Guild | None = None) -> User:
        user = User(self.snowflake(), name, bot)
        self.users[user.id] = user
        if guild is not None:
            guild.members.append(user)
        return user

    def add_guild(self, name: str, *, has_bot: bool = True) -> Guild:
        """A guild known before the bot connects, with ``self.user`` as its owner and member.

        ``has_bot=False``: the app is not installed there, so the bot neither sees it nor its channels.
        """
        guild = Guild(self.snowflake(), name, self.user, has_bot, members=[self.user])
        self.guilds[guild.id] = guild
        return guild

    def add_channel(
        self, name: str, *, guild: Guild | None = None, bot_can_see: bool = True, bot_can_send: bool = True
    ) -> Channel:
        guild = guild or self.guild
        seen = bot_can_see and guild.has_bot
        channel = Channel(self.snowflake(), name, guild_id=guild.id, bot_can_see=seen, bot_can_send=bot_can_send)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def dm_with(self, user: User) -> Channel:
        for channel in self.channels.values():
            if channel.kind == 1 and channel.recipients == [user]:
                return channel
        channel = Channel(self.snowflake(), user.name, kind=1, recipients=[user])
        self.channels[channel.id] = channel
        return channel

    def group_of(self, *users: User) -> Channel:
        """A group or direct message between users, without the bot."""
        channel = Channel(self.snowflake(), "", kind=3, recipients=list(users), bot_can_see=False)
        self.channels[channel.id] = channel
        return channel

    def install_for(self, user: User | None = None) -> None:
        """A user (by default ``self.user``) installs the app for themselves, to use it anywhere."""
        self.user_installs.add((user or self.user).id)

    def say(
        self, content: str, *, channel: Channel | None = None, user: User | None = None, **more: Any
    ) -> StoredMessage:
        """Post a message as a user; the bot hears nothing of it, as without the intents for messages."""
        message = self._store({"content": content}, channel or self.channel, user or self.user, [])
        message.data |= more
        return message

    # -- pointing discord.py here -----------------------------------------------------------

    @property
    def api_url(self) -> str:
        return f"{self.origin}{API}"

    @property
    def gateway_url(self) -> str:
        return f"ws://{self.host}:{self.port}/gateway/"

    @contextlib.contextmanager
    def patched(self) -> Iterator[None]:
        """Send every discord.py client of this process here while the context is open."""
        import yarl
        from discord.gateway import DiscordWebSocket
        from discord.http import Route

        before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
        Route.BASE = self.api_url
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self.gateway_url)
        try:
            yield
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before

    # -- server plumbing --------------------------------------------------------------------

    def build_app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_get("/given/{file}/{name}", self._given)
        app.router.add_route("*", "/{tail:.*}", self._rest)
        return app

    async def on_stop(self) -> None:
        for connection in list(self._connections):
            connection.abort()

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path
        name, handler, args, public = f"{request.method} {path}", None, {}, False
        if path.startswith(f"{API}/"):
            for method, pattern, label, is_public, candidate in _ROUTES:
                match = pattern.match(path.removeprefix(API)) if method == request.method else None
                if match:
                    name, handler, args, public = label, candidate, match.groupdict(), is_public
                    break
        try:
            payload, uploads = await read_body(request)
        except ValueError:
            return Reply({"message": "The request body contains invalid JSON.", "code": 50109}, 400).to_response()
        query = dict(request.query)
        call = Call(
            name, request.method, path, payload, dict(request.headers), self.clock.now(), uploads, {**query, **args}
        )

        async def handle(call: Call) -> Reply:
            authorized = request.headers.get("Authorization") == f"Bot {self.token}"
            if not public and not authorized:
                return ApiError(*UNAUTHORIZED).reply
            if handler is None:
                return ApiError(*NOT_FOUND).reply
            headers: dict[str, str] = {}
            if self.rate_limits and not name.startswith("POST /interactions/"):
                refusal = self._throttle(name, args, headers)
                if refusal is not None:
                    return refusal
            try:
                reply = await handler(self, call)
            except ApiError as error:
                reply = error.reply
            reply.headers.update(headers)
            return reply

        return await self.serve(request, call, handle)

    def _throttle(self, name: str, args: Path, headers: dict[str, str]) -> Reply | None:
        """Count the call against its bucket; fills in the headers, returns the 429 if it is one."""
        calls, seconds = self.limits.get(name, self.default_limit)
        major = [args[key] for key in ("channel_id", "guild_id", "webhook_id", "webhook_token") if key in args]
        key = "|".join((name, *major))
        now = self.clock.now()
        bucket = self._buckets.get(key)
        if bucket is None or now >= bucket.resets_at:
            bucket = self._buckets[key] = Bucket(calls, now + seconds)
        after = max(0.001, bucket.resets_at - now)
        refused = bucket.remaining == 0
        bucket.remaining = max(0, bucket.remaining - 1)
        headers.update(
            {
                "X-RateLimit-Limit": str(calls),
                "X-RateLimit-Remaining": str(bucket.remaining),
                "X-RateLimit-Reset": f"{bucket.resets_at:.3f}",
                "X-RateLimit-Reset-After": f"{after:.3f}",
                "X-RateLimit-Bucket": f"{zlib.crc32(name.encode()):08x}",
            }
        )
        if not refused:
            return None
        reply = self.too_many_requests(after)
        reply.headers.update(headers)
        return reply

    @staticmethod
    def too_many_requests(retry_after: float, *, everywhere: bool = False) -> Reply:
        """The 429 Discord answers. Without the ``Via`` header discord.py takes it for a ban."""
        scope = "global" if everywhere else "user"
        return Reply(
            {"message": "You are being rate limited.", "retry_after": round(retry_after, 3), "global": everywhere},
            429,
            {"Retry-After": str(math.ceil(retry_after)), "Via": "1.1 fake", "X-RateLimit-Scope": scope},
        )

    def fail_with_rate_limit(
        self, pattern: str, retry_after: float, *, times: int = 1, everywhere: bool = False
    ) -> None:
        """Answer the next ``times`` matching calls with a 429."""
        reply = self.too_many_requests(retry_after, everywhere=everywhere)
        self.faults.add(pattern, times=times, status=429, body=reply.body, headers=reply.headers)

    # -- gateway ------------------------------------------------------------------------------

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        if not self.accept_connections:
            return web.Response(status=503)
        ws = web.WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)
        connection = Connection(ws, request)
        self._connections.add(connection)
        session: Session | None = None
        hello = {"heartbeat_interval": self.heartbeat_interval * 1000}
        await connection.send({"op": 10, "d": hello, "s": None, "t": None})
        self.spawn(self._watch_heartbeats(connection))
        try:
            async for frame in ws:
                if frame.type is not WSMsgType.TEXT:
                    continue
                if len(frame.data) > 4096:
                    await connection.close(4002, "Payload too large")
                    break
                session = await self._gateway_message(connection, session, json.loads(frame.data))
        finally:
            self._connections.discard(connection)
            if session is not None and session.connection is connection:
                session.connection = None
            self.changed.fire()
        return ws

    async def _watch_heartbeats(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        while not connection.ws.closed:
            await asyncio.sleep(self.heartbeat_interval / 2)
            if loop.time() - connection.heard_at > self.heartbeat_interval * 1.5:
                await connection.close(4009, "Session timed out.")

    async def _gateway_message(self, connection: Connection, session: Session | None, message: Json) -> Session | None:
        op, data = message.get("op"), message.get("d")
        if op == 1:
            connection.heard_at = asyncio.get_running_loop().time()
            if self.acknowledge_heartbeats:
                await connection.send({"op": 11, "d": None, "s": None, "t": None})
            return session
        if op == 2:
            return await self._identify(connection, session, data or {})
        if op == 6:
            return await self._resume(connection, data or {})
        if session is None:
            await connection.close(4003, "Not authenticated.")
        elif op not in (3, 4, 8):
            await connection.close(4001, "Unknown opcode.")
        return session

    async def _identify(self, connection: Connection, session: Session | None, data: Json) -> Session | None:
        if session is not None:
            await connection.close(4005, "Already authenticated.")
            return session
        if data.get("token") != self.token:
            await connection.close(4004, "Authentication failed.")
            return None
        intents = data.get("intents")
        if not isinstance(intents, int) or intents < 0:
            await connection.close(4013, "Invalid intent(s).")
            return None
        if intents & PRIVILEGED_INTENTS & ~self.granted_intents:
            await connection.close(4014, "Disallowed intent(s).")
            return None
        self.identifies.append(data)
        session = Session(f"session-{next(self._counter)}", data, connection)
        self.sessions.append(session)
        await session.dispatch(
            "READY",
            {
                "v": 10,
                "user": {**self.bot.payload(), "verified": True, "mfa_enabled": False, "email": None},
                "guilds": [{"id": guild.id, "unavailable": True} for guild in self.guilds.values() if guild.has_bot],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": self.gateway_url,
                "shard": data.get("shard", [0, 1]),
                "application": {"id": self.application_id, "flags": 0},
            },
        )
        if session.intents & GUILDS:
            for guild in filter(lambda guild: guild.has_bot, self.guilds.values()):
                await session.dispatch("GUILD_CREATE", guild.payload(self.bot))
        self.changed.fire()
        return session

    async def _resume(self, connection: Connection, data: Json) -> Session | None:
        for session in self.sessions:
            if session.id == data.get("session_id") and session.resumable and data.get("token") == self.token:
                session.connection = connection
                session.resumes += 1
                for sequence, message in list(session.backlog):
                    if sequence > int(data.get("seq") or 0):
                        await connection.send(message)
                await session.dispatch("RESUMED", {})
                self.changed.fire()
                return session
        await connection.send({"op": 9, "d": False, "s": None, "t": None})
        return None

    @property
    def connected(self) -> list[Session]:
        return [session for session in self.sessions if session.connection is not None]

    async def wait_ready(self, within: float = DEFAULT_WAIT) -> Session:
        """Wait until a client has identified (or resumed) and is connected."""
        return (await self.changed.until(lambda: self.connected, "a connected gateway session", within))[0]

    async def dispatch(self, event: str, data: Json, *, intents: int = 0) -> None:
        """Send an event to every session that has one of ``intents`` (all when 0).

        A session that lost its connection gets the event when it resumes, as with Discord.
        """
        for session in self.sessions:
            if not intents or session.intents & intents:
                await session.dispatch(event, data)

    # Gateway faults.

    def drop_connections(self) -> None:
        """Break every websocket without a closing handshake. The sessions stay resumable."""
        for connection in list(self._connections):
            connection.abort()

    async def close_connections(self, code: int = WSCloseCode.GOING_AWAY) -> None:
        for connection in list(self._connections):
            await connection.close(code)

    async def request_reconnect(self) -> None:
        """Opcode 7, as before a Discord deploy: the client has to reconnect and resume."""
        for session in self.connected:
            assert session.connection is not None
            await session.connection.send({"op": 7, "d": None, "s": None, "t": None})

    async def invalidate_sessions(self, *, resumable: bool = False) -> None:
        """Opcode 9: the client has to identify anew, unless ``resumable``."""
        for session in self.connected:
            assert session.connection is not None
            session.resumable = resumable
            await session.connection.send({"op": 9, "d": resumable, "s": None, "t": None})

    # -- acting as a user ------------------------------------------------------------------------

    def command(self, name: str, *, kind: int = 1, user: User | None = None, channel: Channel | None = None) -> Json:
        """The registered command that a user sees under this name in a channel."""
        found = next((c for c in self.commands if (c["name"], c["type"]) == (name, kind)), None)
        assert found, f"no command {name!r} is registered; registered are {[c['name'] for c in self.commands]}"
        place = channel or self.channel
        usable = self._context(place) in (found["contexts"] or (0, 1, 2))
        assert usable, f"{name!r} cannot be used here: it has the contexts {found['contexts']}"
        owners = self._owners(found["integration_types"], place, user or self.user)
        assert owners, f"{name!r} cannot be used here: nobody who could has installed it"
        return found

    @staticmethod
    def _context(channel: Channel) -> int:
        """0 in a guild, 1 in direct messages with the bot, 2 among other users."""
        return 0 if channel.guild_id else 1 if channel.kind == 1 else 2

    def _owners(self, installs: list[int], channel: Channel, user: User) -> Json:
        """``authorizing_integration_owners``: who installed the app for this use. Empty: nobody did."""
        guild, owners = self.guilds.get(channel.guild_id or ""), Json()
        if 0 in installs and guild is not None and guild.has_bot:
            owners["0"] = guild.id
        elif 0 in installs and self._context(channel) == 1:
            owners["0"] = "0"
        if 1 in installs and user.id in self.user_installs:
            owners["1"] = user.id
        return owners

    async def slash(
        self,
        name: str,
        options: Mapping[str, Any] | None = None,
        *,
        user: User | None = None,
        channel: Channel | None = None,
    ) -> Interaction:
        """Use a slash command: ``slash("report weekly", {"repo": "acme/site"})``.

        The name may be a path to a sub-command. Options are checked the way Discord's own
        client does; a mistake there is the test's mistake and raises ``AssertionError``. A file is given as
        (name, content).
        """
        command, leaf, wrap = self._leaf(name, channel, user)
        options, files = self._resolved(options or {})
        given = [self._option(leaf, key, value) for key, value in options.items()]
        for option in leaf.get("options") or []:
            if option.get("required") and option["name"] not in options:
                raise AssertionError(f"/{name}: option {option['name']!r} is required")
        data = self._command_data(command, wrap(given)) | ({"resolved": {"attachments": files}} if files else {})
        return await self._interact(COMMAND, data, channel, user, installs=command["integration_types"])

    async def context_menu(self, name: str, message: StoredMessage, *, user: User | None = None) -> Interaction:
        """Use a message command; the app gets all of the message, whatever its intents."""
        channel = self.channels[message.channel_id]
        command = self.command(name, kind=3, user=user, channel=channel)
        resolved = {"messages": {message.id: dict(message.data)}}
        data = self._command_data(command, []) | {"target_id": message.id, "resolved": resolved}
        return await self._interact(COMMAND, data, channel, user, installs=command["integration_types"])

    async def autocomplete(
        self,
        name: str,
        focused: str,
        typed: str = "",
        options: Mapping[str, Any] | None = None,
        *,
        user: User | None = None,
        channel: Channel | None = None,
    ) -> Interaction:
        """Type ``typed`` into the option ``focused``, with the other options as given."""
        command, leaf, wrap = self._leaf(name, channel, user)
        option = self._declared(leaf, focused)
        assert option.get("autocomplete"), f"/{name}: option {focused!r} has no autocomplete"
        given = [self._option(leaf, key, value) for key, value in (options or {}).items()]
        given.append({"name": focused, "type": option["type"], "value": typed, "focused": True})
        data = self._command_data(command, wrap(given))
        return await self._interact(AUTOCOMPLETE, data, channel, user, installs=command["integration_types"])

    async def press(self, message: StoredMessage, custom_id: str, *, user: User | None = None) -> Interaction:
        """Press a button."""
        component = message.component(custom_id)
        assert not component.get("disabled"), f"the button {custom_id!r} is disabled"
        data = {"custom_id": custom_id, "component_type": component["type"], "id": component.get("id", 0)}
        return await self._interact(COMPONENT, data, self.channels[message.channel_id], user, message)

    async def select(
        self, message: StoredMessage, custom_id: str, *values: str, user: User | None = None
    ) -> Interaction:
        """Choose from a string select."""
        component = message.component(custom_id)
        offered = {option["value"] for option in component.get("options") or []}
        assert set(values) <= offered, f"{values} are not all among {sorted(offered)}"
        low, high = component.get("min_values", 1), component.get("max_values", 1)
        assert low <= len(values) <= high, f"{custom_id!r} takes {low} to {high} values"
        data = {"custom_id": custom_id, "component_type": component["type"], "values": list(values)}
        return await self._interact(COMPONENT, data, self.channels[message.channel_id], user, message)

    async def submit(self, opened: Interaction, values: dict[str, str | list[str]]) -> Interaction:
        """Fill in and submit the modal with which ``opened`` was answered."""

        def filled(item: Json) -> Json:
            value = values.get(item["custom_id"], item.get("value", ""))
            base = {"type": item["type"], "custom_id": item["custom_id"], "id": item.get("id", 0)}
            return base | ({"value": value} if item["type"] == rules.TEXT_INPUT else {"values": value})

        components: list[Json] = []
        for item in opened.modal["components"]:
            if item["type"] == rules.LABEL:
                components.append({"type": rules.LABEL, "id": 0, "component": filled(item["component"])})
            elif item["type"] == rules.ROW:
                components.append({"type": rules.ROW, "id": 0, "components": [filled(c) for c in item["components"]]})
        data = {"custom_id": opened.modal["custom_id"], "components": components, "resolved": {}}
        return await self._interact(MODAL_SUBMIT, data, opened.channel, opened.user, opened.source)

    def _leaf(
        self, path: str, channel: Channel | None, user: User | None
    ) -> tuple[Json, Json, Callable[[list[Json]], list[Json]]]:
        """The command, the (sub-)command that takes the options, and how to nest those."""
        name, *rest = path.split()
        command = self.command(name, channel=channel, user=user)
        leaf, trail = command, []
        for part in rest:
            leaf = self._declared(leaf, part)
            trail.append(leaf)

        def wrap(options: list[Json]) -> list[Json]:
            for node in reversed(trail):
                options = [{"name": node["name"], "type": node["type"], "options": options}]
            return options

        nested = any(o["type"] in (rules.SUBCOMMAND, rules.SUBCOMMAND_GROUP) for o in leaf.get("options") or [])
        assert not nested, f"/{path} needs a sub-command"
        return command, leaf, wrap

    @staticmethod
    def _declared(node: Json, name: str) -> Json:
        for option in node.get("options") or []:
            if option["name"] == name:
                return dict(option)
        raise AssertionError(f"{node['name']!r} has no option {name!r}")

    async def _given(self, request: web.Request) -> web.Response:
        found = self.given.get(request.match_info["file"])
        return web.Response(body=found[1]) if found else web.Response(status=404)

    def _resolved(self, options: Mapping[str, Any]) -> tuple[dict[str, Any], Json]:
        """Keep the files that options are given, as (name, content); return the options by their ids, and what is said of the files."""
        said: Json = {}
        plain = dict(options)
        for name, value in options.items():
            if isinstance(value, tuple):
                plain[name] = number = self.snowflake()
                self.given[number] = value
                url = f"{self.origin}/given/{number}/{value[0]}"
                said[number] = {"id": number, "filename": value[0], "size": len(value[1]), "url": url, "proxy_url": url}
        return plain, said

    def _option(self, leaf: Json, name: str, value: Any) -> Json:
        option = self._declared(leaf, name)
        kind = option["type"]
        expected: dict[int, tuple[type, ...]] = {
            rules.INTEGER: (int,),
            rules.NUMBER: (int, float),
            rules.BOOLEAN: (bool,),
        }
        plain = isinstance(value, bool) == (kind == rules.BOOLEAN)
        assert plain, f"option {name!r} cannot be {value!r}"
        assert isinstance(value, expected.get(kind, (str,))), f"option {name!r} cannot be {value!r}"
        choices = [choice["value"] for choice in option.get("choices") or []]
        assert not choices or value in choices, f"option {name!r} must be one of {choices}"
        if kind in (rules.INTEGER, rules.NUMBER):
            low, high = option.get("min_value", -math.inf), option.get("max_value", math.inf)
            assert low <= value <= high, f"option {name!r} must be between {low} and {high}"
        if kind == rules.STRING:
            low, high = option.get("min_length", 0), option.get("max_length", 6000)
            assert low <= len(str(value)) <= high, f"option {name!r} must have {low} to {high} characters"
        return {"name": name, "type": kind, "value": value}

    @staticmethod
    def _command_data(command: Json, options: list[Json]) -> Json:
        data: Json = {"id": command["id"], "name": command["name"], "type": command.get("type", 1)}
        return data | ({"options": options} if options else {})

    async def _interact(
        self,
        kind: int,
        data: Json,
        channel: Channel | None,
        user: User | None,
        source: StoredMessage | None = None,
        installs: list[int] = [0, 1],  # noqa: B006 - without a command every installation counts
    ) -> Interaction:
        channel, user = channel or self.channel, user or self.user
        interaction_id = self.snowflake()
        payload: Json = {
            "id": interaction_id,
            "application_id": self.application_id,
            "type": kind,
            "token": f"interaction-token-{interaction_id}",
            "version": 1,
            "data": data,
            "channel_id": channel.id,
            "channel": channel.payload(self.bot.id),
            "locale": user.locale,
            "app_permissions": str(channel.app_permissions),
            "entitlements": [],
            "authorizing_integration_owners": self._owners(installs, channel, user),
            "context": self._context(channel),
            "attachment_size_limit": rules.MAX_FILE_BYTES,
        }
        guild = self.guilds.get(channel.guild_id or "")
        if guild is not None:
            payload |= {
                "guild_id": guild.id,
                "guild": {"id": guild.id, "locale": "en-US", "features": []},
                "guild_locale": "en-US",
                "member": guild.member(user) | {"permissions": str(user.permissions)},
            }
        else:
            payload["user"] = user.payload()
        if source is not None:
            payload["message"] = source.data
        interaction = Interaction(self, kind, payload, channel=channel, user=user, source=source)
        self.interactions.append(interaction)
        # A session that is away gets the interaction when it resumes, possibly too late.
        receivers = self.connected or [session for session in self.sessions if session.resumable][-1:]
        assert receivers, "no bot has identified at the gateway"
        await receivers[0].dispatch("INTERACTION_CREATE", payload)
        self.spawn(self._mark_overdue(interaction))
        return interaction

    async def _mark_overdue(self, interaction: Interaction) -> None:
        await asyncio.sleep(self.answer_deadline)
        interaction.overdue = interaction.callback_type is None
        self.changed.fire()

    # -- messages ----------------------------------------------------------------------------------

    def _attachment_payload(self, attachment_id: str, message_id: str, index: int, upload: Upload) -> Json:
        url = f"{self.origin}/attachments/{message_id}/{index}/{upload.filename}"
        return {
            "id": attachment_id,
            "filename": upload.filename,
            "size": len(upload.data),
            "url": url,
            "proxy_url": url,
            "content_type": upload.content_type,
            "flags": 0,
        }

    def _timestamp(self) -> str:
        return datetime.fromtimestamp(self.clock.now(), UTC).isoformat()

    def _store(self, payload: Json, channel: Channel, author: User, uploads: list[Upload]) -> StoredMessage:
        message_id = self.snowflake()
        data: Json = {
            "id": message_id,
            "channel_id": channel.id,
            "author": author.payload(),
            "content": payload.get("content") or "",
            "timestamp": self._timestamp(),
            "edited_timestamp": None,
            "tts": bool(payload.get("tts")),
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [
                self._attachment_payload(self.snowflake(), message_id, n, upload) | _described(payload, n)
                for n, upload in enumerate(uploads)
            ],
            "embeds": [],
            "components": payload.get("components") or [],
            "pinned": False,
            "type": 0,
            "flags": int(payload.get("flags") or 0),
        }
        if payload.get("nonce") is not None:
            data["nonce"] = payload["nonce"]
        message = StoredMessage(data, uploads)
        self.messages[message_id] = message
        return message

    def _check(self, call: Call, payload: Json, *base: str, may_be_empty: bool = False) -> None:
        sizes = [len(upload.data) for upload in call.uploads]
        if any(size > rules.MAX_FILE_BYTES for size in sizes):
            raise ApiError(*TOO_LARGE)
        errors = rules.check_message(payload, None, base, file_sizes=sizes)
        if errors:
            raise InvalidForm(errors)
        if not may_be_empty and rules.is_empty_message(payload, files=len(sizes)):
            raise ApiError(*EMPTY_MESSAGE)

    def _edit(self, message: StoredMessage, payload: Json, uploads: list[Upload]) -> StoredMessage:
        message.earlier.append(dict(message.data))
        data = dict(message.data)
        if "components" in payload:
            data["components"] = payload["components"]
        if "flags" in payload and payload["flags"] is not None:
            data["flags"] = (data["flags"] & rules.FLAG_EPHEMERAL) | int(payload["flags"])
        if "attachments" in payload:
            kept = {str(item.get("id")) for item in payload["attachments"] or []}
            data["attachments"] = [item for item in data["attachments"] if item["id"] in kept]
        for number, upload in enumerate(uploads):
            index = len(message.uploads)
            message.uploads.append(upload)
            data["attachments"] = [
                *data["attachments"],
                self._attachment_payload(self.snowflake(), message.id, index, upload) | _described(payload, number),
            ]
        data["flags"] &= ~rules.FLAG_LOADING
        data["edited_timestamp"] = self._timestamp()
        message.data = data
        self.changed.fire()
        return message

    def _channel(self, call: Call, *, send: bool = False) -> Channel:
        channel = self.channels.get(call.args["channel_id"])
        if channel is None:
            raise ApiError(*UNKNOWN_CHANNEL)
        if not channel.bot_can_see:
            raise ApiError(*MISSING_ACCESS)
        if send and channel.kind == 1 and not self._shares(channel.recipients[0]):
            raise ApiError(*NO_MUTUAL_GUILDS)
        if send and not channel.bot_can_send:
            raise ApiError(*(NO_DIRECT_MESSAGES if channel.kind == 1 else MISSING_PERMISSIONS))
        if send and channel.archived:
            raise ApiError(*ARCHIVED)
        return channel

    def _shares(self, user: User) -> bool:
        """Whether the bot is in a guild with a user, or installed by them."""
        return user.id in self.user_installs or any(
            guild.has_bot and user in (guild.owner, *guild.members) for guild in self.guilds.values()
        )

    def _message(self, call: Call, message_id: str | None = None) -> StoredMessage:
        message = self.messages.get(message_id or call.args["message_id"])
        if message is None or message.deleted:
            raise ApiError(*UNKNOWN_MESSAGE)
        return message

    def in_channel(self, channel: Channel | None = None) -> list[StoredMessage]:
        """Messages everybody in the channel can see, oldest first."""
        wanted = (channel or self.channel).id
        return [m for m in self.messages.values() if m.channel_id == wanted and not m.deleted and not m.ephemeral]

    # -- REST: identity ----------------------------------------------------------------------------

    @route("GET", "/users/@me")
    async def _me(self, call: Call) -> Reply:
        return Reply({**self.bot.payload(), "verified": True, "mfa_enabled": False, "email": None, "locale": "en-US"})

    @route("GET", "/users/{user_id}")
    async def _get_user(self, call: Call) -> Reply:
        user = self.users.get(call.args["user_id"])
        if user is None:
            raise ApiError(*UNKNOWN_USER)
        return Reply(user.payload())

    @route("POST", "/users/@me/channels")
    async def _open_dm(self, call: Call) -> Reply:
        user = self.users.get(str(call.payload.get("recipient_id")))
        if user is None:
            raise ApiError(*UNKNOWN_USER)
        return Reply(self.dm_with(user).payload(self.bot.id))

    async def _application(self, call: Call) -> Reply:
        return Reply(
            {
                "id": self.application_id,
                "name": self.bot.name,
                "icon": None,
                "description": "",
                "bot_public": False,
                "bot_require_code_grant": False,
                "owner": self.user.payload(),
                "team": None,
                "summary": "",
                "verify_key": "00" * 32,
                "flags": 0,
                "tags": [],
                "approximate_guild_count": len(self.guilds),
                "interactions_endpoint_url": None,
            }
        )

    route("GET", "/oauth2/applications/@me")(_application)
    route("GET", "/applications/@me")(_application)

    @route("GET", "/gateway", public=True)
    async def _gateway_address(self, call: Call) -> Reply:
        return Reply({"url": self.gateway_url})

    # -- REST: guilds and channels --------------------------------------------------------------------

    @route("GET", "/guilds/{guild_id}")
    async def _get_guild(self, call: Call) -> Reply:
        return Reply(self._guild(call).payload(self.bot))

    @route("GET", "/guilds/{guild_id}/members/{user_id}")
    async def _get_member(self, call: Call) -> Reply:
        user = self.bot if call.args["user_id"] == self.bot.id else self.users.get(call.args["user_id"])
        if user is None:
            raise ApiError(*UNKNOWN_USER)
        return Reply(self._guild(call).member(user))

    def _guild(self, call: Call) -> Guild:
        found = self.guilds.get(call.args["guild_id"])
        if found is None:
            raise ApiError(*NOT_FOUND)
        return found

    @route("GET", "/channels/{channel_id}")
    async def _get_channel(self, call: Call) -> Reply:
        return Reply(self._channel(call).payload(self.bot.id))

    @route("PATCH", "/channels/{channel_id}")
    async def _edit_channel(self, call: Call) -> Reply:
        channel = self._channel(call)
        channel.archived = bool(call.payload.get("archived", channel.archived))
        return Reply(channel.payload(self.bot.id))

    @route("POST", "/channels/{channel_id}/messages/{message_id}/threads")
    async def _start_thread(self, call: Call) -> Reply:
        parent = self._channel(call, send=True)
        errors = rules.FormErrors()
        errors.between(("name",), call.payload.get("name"), 1, 100)
        if errors:
            raise InvalidForm(errors)
        # A thread on a message has the message's id.
        thread_id = self._message(call).id
        if thread_id in self.channels:
            raise ApiError(400, 160004, "A thread has already been created for this message")
        thread = Channel(thread_id, call.payload["name"], int(call.payload.get("type", 11)), parent.guild_id, parent.id)
        self.channels[thread.id] = thread
        if parent.guild_id in self.guilds:
            self.guilds[parent.guild_id].channels.append(thread)
        payload = thread.payload(self.bot.id)
        await self.dispatch("THREAD_CREATE", {**payload, "newly_created": True}, intents=GUILDS)
        return Reply(payload, 201)

    # -- REST: messages ---------------------------------------------------------------------------------

    @route("GET", "/channels/{channel_id}/messages")
    async def _list_messages(self, call: Call) -> Reply:
        shown = self.in_channel(self._channel(call))
        if call.args.get("before"):
            shown = [m for m in shown if int(m.id) < int(call.args["before"])]
        if call.args.get("after"):
            shown = [m for m in shown if int(m.id) > int(call.args["after"])]
        limit = int(call.args.get("limit", 50))
        # A nonce is told to whoever sends the message, and not kept for those who read it later.
        read = [{key: value for key, value in m.data.items() if key != "nonce"} for m in reversed(shown)]
        return Reply(read[:limit])

    @route("POST", "/channels/{channel_id}/messages")
    async def _create_message(self, call: Call) -> Reply:
        channel = self._channel(call, send=True)
        self._check(call, call.payload)
        if call.payload.get("enforce_nonce") and call.payload.get("nonce") is not None:
            for message in self.in_channel(channel):
                if message.data.get("nonce") == call.payload["nonce"]:
                    return Reply(message.data)
        message = self._store(call.payload, channel, self.bot, call.uploads)
        return Reply(message.data)

    @route("GET", "/channels/{channel_id}/messages/{message_id}")
    async def _get_message(self, call: Call) -> Reply:
        self._channel(call)
        return Reply(self._message(call).data)

    @route("PATCH", "/channels/{channel_id}/messages/{message_id}")
    async def _edit_message(self, call: Call) -> Reply:
        if self._channel(call).archived:
            raise ApiError(*ARCHIVED)
        message = self._message(call)
        if message.data["author"]["id"] != self.bot.id:
            raise ApiError(*NOT_AUTHOR)
        self._check(call, call.payload, may_be_empty=True)
        return Reply(self._edit(message, call.payload, call.uploads).data)

    @route("DELETE", "/channels/{channel_id}/messages/{message_id}")
    async def _delete_message(self, call: Call) -> Reply:
        self._channel(call)
        self._message(call).deleted = True
        return Reply(status=204)

    # -- REST: application commands -----------------------------------------------------------------------

    def _registered(self, command: Json, command_id: str | None) -> Json:
        return {
            "id": command_id or self.snowflake(),
            "application_id": self.application_id,
            "version": self.snowflake(),
            "type": 1,
            "default_member_permissions": None,
            "nsfw": False,
            "options": [],
            "integration_types": [0],
            "contexts": None,
            **{key: value for key, value in command.items() if key != "id"},
            "description": command.get("description") or "",
        }

    @route("PUT", "/applications/{application_id}/commands")
    async def _overwrite_commands(self, call: Call) -> Reply:
        if call.args["application_id"] != self.application_id:
            raise ApiError(404, 10002, "Unknown Application")
        commands: list[Json] = call.payload.get("_body", [])
        errors = rules.FormErrors()
        rules.check_commands(commands, errors)
        if errors:
            raise InvalidForm(errors)
        ids = {command["name"]: command["id"] for command in self.commands}
        self.commands = [self._registered(command, ids.get(command["name"])) for command in commands]
        return Reply(self.commands)

    # -- REST: interactions ---------------------------------------------------------------------------------

    def _interaction(self, token: str) -> Interaction | None:
        return next((one for one in self.interactions if one.token == token), None)

    @route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", public=True)
    async def _callback(self, call: Call) -> Reply:
        interaction = self._interaction(call.args["interaction_token"])
        if interaction is None or interaction.id != call.args["interaction_id"]:
            raise ApiError(*UNKNOWN_INTERACTION)
        if interaction.callback_type is not None:
            raise ApiError(*ALREADY_ANSWERED)
        after = call.at - interaction.sent_at
        if self.clock.now() - interaction.sent_at > self.answer_deadline:
            interaction.late_after = after
            raise ApiError(*UNKNOWN_INTERACTION)
        kind, data = call.payload.get("type"), call.payload.get("data") or {}
        allowed: dict[int, tuple[int, ...]] = {
            COMMAND: (MESSAGE, DEFERRED_MESSAGE, MODAL),
            AUTOCOMPLETE: (CHOICES,),
            COMPONENT: (MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL),
            MODAL_SUBMIT: (MESSAGE, DEFERRED_MESSAGE)
            + ((DEFERRED_UPDATE, UPDATE) if interaction.source is not None else ()),
        }
        errors = rules.FormErrors()
        if errors.choice(("type",), kind, allowed[interaction.kind]):
            if kind == MODAL:
                rules.check_modal(data, errors, ("data",))
            elif kind == CHOICES:
                rules.check_choices(data.get("choices") or [], errors, ("data", "choices"))
        if errors:
            raise InvalidForm(errors)
        assert isinstance(kind, int)
        self._apply_callback(interaction, call, kind, data)
        interaction.callback, interaction.callback_type, interaction.answered_after = data, kind, after
        if call.args.get("with_response") not in ("1", "true"):
            return Reply(status=204)
        return Reply(self._callback_response(interaction, kind))

    def _apply_callback(self, interaction: Interaction, call: Call, kind: int, data: Json) -> None:
        if kind == MESSAGE:
            self._check(call, data, "data")
            interaction.original = self._store(data, interaction.channel, self.bot, call.uploads)
        elif kind == DEFERRED_MESSAGE:
            flags = rules.FLAG_LOADING | (int(data.get("flags") or 0) & rules.FLAG_EPHEMERAL)
            interaction.original = self._store({"flags": flags}, interaction.channel, self.bot, [])
        elif kind in (UPDATE, DEFERRED_UPDATE):
            interaction.original = interaction.source
            if kind == UPDATE and interaction.source is not None:
                self._check(call, data, "data", may_be_empty=True)
                self._edit(interaction.source, data, call.uploads)

    def _callback_response(self, interaction: Interaction, kind: int) -> Json:
        about: Json = {"id": interaction.id, "type": interaction.kind}
        body: Json = {"interaction": about}
        if interaction.original is not None:
            about |= {
                "response_message_id": interaction.original.id,
                "response_message_loading": interaction.original.loading,
                "response_message_ephemeral": interaction.original.ephemeral,
            }
            body["resource"] = {"type": kind, "message": interaction.original.data}
        elif kind == MODAL:
            body["resource"] = {"type": kind}
        return body

    # -- REST: follow-ups to interactions, which are webhooks to Discord ---------------------------------------

    def _hook(self, call: Call) -> Interaction:
        """The interaction whose token is in the path."""
        interaction = self._interaction(call.args["webhook_token"])
        if interaction is None or call.args["webhook_id"] != self.application_id:
            raise ApiError(*UNKNOWN_WEBHOOK)
        if self.clock.now() - interaction.sent_at > self.token_lifetime:
            raise ApiError(*INVALID_WEBHOOK_TOKEN)
        if interaction.callback_type is None:
            raise ApiError(*UNKNOWN_WEBHOOK)
        return interaction

    @route("POST", "/webhooks/{webhook_id}/{webhook_token}", public=True)
    async def _execute_webhook(self, call: Call) -> Reply:
        interaction = self._hook(call)
        self._check(call, call.payload)
        if interaction.only_user_installed:
            if interaction.followup_calls >= rules.MAX_FOLLOWUPS:
                raise ApiError(*MAX_FOLLOWUPS_REACHED)
            interaction.followup_calls += 1
        original = interaction.original
        if interaction.callback_type == DEFERRED_MESSAGE and original is not None and original.waits:
            # The first follow-up after a deferral takes the place of "is thinking...".
            self._edit(original, {**call.payload, "flags": None}, call.uploads)
            return Reply(original.data)
        message = self._store(call.payload, interaction.channel, self.bot, call.uploads)
        message.data["webhook_id"] = self.application_id
        interaction.followups.append(message)
        self.changed.fire()
        return Reply(message.data)

    def _hook_message(self, call: Call) -> StoredMessage:
        interaction = self._hook(call)
        wanted = call.args["message_id"]
        for candidate in (interaction.original, *interaction.followups):
            if candidate is None or candidate.deleted:
                continue
            if candidate.id == wanted or (wanted == "@original" and candidate is interaction.original):
                return candidate
        raise ApiError(*UNKNOWN_MESSAGE)

    @route("GET", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", public=True)
    async def _get_hook_message(self, call: Call) -> Reply:
        return Reply(self._hook_message(call).data)

    @route("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", public=True)
    async def _edit_hook_message(self, call: Call) -> Reply:
        message = self._hook_message(call)
        self._check(call, call.payload, may_be_empty=True)
        return Reply(self._edit(message, call.payload, call.uploads).data)

    @route("DELETE", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", public=True)
    async def _delete_hook_message(self, call: Call) -> Reply:
        self._hook_message(call).deleted = True
        return Reply(status=204)


def _described(payload: Json, number: int) -> Json:
    """What a request says of its upload of that number, for whoever does not see it."""
    said = [one for one in payload.get("attachments") or [] if str(one.get("id")) == str(number)]
    return {"description": said[0]["description"]} if said and said[0].get("description") else {}
