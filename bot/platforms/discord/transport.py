"""The connection to Discord: signing in, receiving interactions, and posting.

Everything people do arrives as an interaction. We request only the `guilds` intent: Discord tells us about channels,
but nothing that people write.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

import discord
import yarl

from analysis.errors import BadInput
from bot.platforms.discord import commands
from bot.platforms.discord.interactions import Interaction
from bot.platforms.discord.places import LATER, Channel, TextPlace, missing_permissions, port_errors
from bot.platforms.discord.posts import Posts
from bot.platforms.discord.talk import Gone, Talk
from bot.platforms.discord.views import BROKEN
from bot.port.platform import Conversation, Later, Memory, Posted, Refused, Suggest, Unsure, Verb
from formatters.reply import Reply

_LOG = logging.getLogger(__name__)

_CONNECTED, _FINISHED = 30.0, 8.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_REFUSED = "Discord rejects the bot's token: copy the one from your application's Bot page into [discord] token."
_REFUSED_TOKEN = 4004  # the gateway's code; the others are the API's


class Discord:
    """A connection to Discord.

    Args:
        token: the bot's.
        verbs: the command table.
        suggest: completes what someone types.
        memory: stores which commands Discord knows, and half-completed forms.
        now: the clock, aware.
        base_url, gateway_url: of another server with Discord's API; empty for Discord itself.
    """

    def __init__(
        self,
        token: str,
        verbs: Sequence[Verb],
        suggest: Suggest,
        memory: Memory,
        now: Callable[[], datetime],
        *,
        base_url: str = "",
        gateway_url: str = "",
    ) -> None:
        self._token = token
        self._verbs = tuple(verbs)
        self._suggest = suggest
        self._memory = memory
        self._posts = Posts(now)
        self._base_url, self._gateway_url = base_url, gateway_url
        self._client: _Client | None = None
        self._logged_in = asyncio.Event()
        self._is_closing = False

    @property
    def name(self) -> str:
        """`discord`."""
        return "discord"

    async def run(self, conversation: Conversation) -> None:
        """Stay connected and answer until cancelled; reconnects by itself. Raises BadInput for a refused token."""
        if self._base_url:
            discord.http.Route.BASE = self._base_url.rstrip("/")
        if self._gateway_url:
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._gateway_url)
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we use no voice
        talk = Talk(self._verbs, self._suggest, self._memory, conversation)
        pause = _FIRST_PAUSE
        while not self._is_closing:
            client = self._client = _Client(talk, self._ready)
            try:
                async with client:
                    await client.start(self._token)
            except (discord.LoginFailure, discord.ConnectionClosed, discord.DiscordException, *BROKEN) as error:
                if isinstance(error, discord.LoginFailure) or getattr(error, "code", 0) == _REFUSED_TOKEN:
                    raise BadInput(_REFUSED) from error
                _LOG.warning("Discord cannot be reached (%s); trying again in %.0f s", error, pause)
            finally:
                self._logged_in.clear()
            if not self._is_closing:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def close(self) -> None:
        """Finish answers in progress, then disconnect."""
        self._is_closing = True
        if self._client:
            if self._client.in_hand:
                await asyncio.wait(self._client.in_hand, timeout=_FINISHED)
            await self._client.close()

    async def disconnected(self) -> str:
        """Say why Discord cannot reach us; an empty string while it can."""
        client = self._client
        if client and client.is_ready() and not client.is_closed() and client.ws and client.ws.open:
            return ""
        return "Discord's gateway is not connected; Daybrief keeps trying."

    async def examine(self, channels: Sequence[str], people: Sequence[str] = ()) -> list[str]:
        """Check the token, some channels and people without connecting, and return one sentence per problem."""
        if self._base_url:
            discord.http.Route.BASE = self._base_url.rstrip("/")
        found: list[str] = []
        async with discord.Client(intents=discord.Intents.none()) as client:
            try:
                await client.login(self._token)
            except discord.LoginFailure:
                return [_REFUSED]
            except (discord.DiscordException, *BROKEN) as error:
                return [f"Discord cannot be reached ({error}): check the network."]
            for channel in channels:
                try:
                    if missing := await missing_permissions(client, int(channel)):
                        found.append(f"In the channel {channel} the bot may not {', '.join(missing)}: allow it there.")
                except (discord.NotFound, discord.Forbidden):
                    found.append(
                        f"The channel {channel} is gone, or the bot may not see it: let it view and send there."
                    )
                except ValueError:
                    found.append(
                        f"{channel!r} is not a channel ID: copy it in Discord with developer mode switched on."
                    )
                except (discord.DiscordException, *BROKEN) as error:
                    found.append(f"The channel {channel} could not be checked ({error}): try again later.")
            for person in people:
                try:
                    await client.fetch_user(int(person))
                except discord.NotFound:
                    found.append(
                        f"There is no {person} on Discord: correct it in [people], in [access] admins, or as made_by."
                    )
                except (discord.DiscordException, *BROKEN) as error:
                    found.append(f"Whether there is a {person} on Discord is not known ({error}): try again later.")
        return found

    async def _ready(self, client: "_Client") -> None:
        """Enable posting, and send Discord our commands if they differ from those it knows."""
        self._logged_in.set()
        application = client.application_id
        made = commands.definition(self._verbs)
        key, known = f"commands {application}", commands.digest(made)
        pause = _FIRST_PAUSE
        while application and await asyncio.to_thread(self._memory.get, key) != known:
            try:
                payload: Any = made
                await client.http.bulk_upsert_global_commands(application, payload)
                await asyncio.to_thread(self._memory.put, key, known)
            except (discord.DiscordException, *BROKEN) as error:
                pause = min(2 * pause, _LONGEST_PAUSE)
                _LOG.warning("Discord did not take our commands (%s); trying again in %.0f s", error, pause)
                await asyncio.sleep(pause)

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        """Post; see `Transport.post`. A digest gets a thread; in direct messages its report is below it instead."""
        with port_errors(channel, Unsure):
            return await self._posts.post(await self._place(channel), channel, reply, key)

    async def find(self, channel: str, key: str) -> Posted | None:
        """Look for what was posted under `key` in the last three days; see `Transport.find`."""
        with port_errors(channel):
            return await self._posts.find(await self._place(channel), channel, key)

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Edit `posted` to show `reply`; unchanged messages are left alone."""
        with port_errors(posted.channel):
            return await self._posts.edit(await self._place(posted.channel), posted, reply)

    async def direct(self, user: str) -> str:
        """Return the channel of direct messages with a person; see `Transport.direct`."""
        with port_errors(user):
            return str((await (await self._connected()).create_dm(discord.Object(int(user)))).id)

    async def _connected(self) -> "_Client":
        try:
            await asyncio.wait_for(self._logged_in.wait(), _CONNECTED)
        except TimeoutError:
            raise Later("Discord is not connected.", LATER) from None
        assert self._client, "who has logged in is a client"
        return self._client

    async def _place(self, channel: str) -> "TextPlace":
        client = await self._connected()
        found = client.get_channel(int(channel)) or await client.fetch_channel(int(channel))
        if not isinstance(found, Channel):
            raise Refused("refused.discord_no_text")
        return TextPlace(found, client)


class _Client(discord.Client):
    """The SDK's connection: passes on what people do."""

    def __init__(self, talk: Talk, ready: Callable[["_Client"], Coroutine[Any, Any, None]]) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            max_ratelimit_timeout=_LONGEST_PAUSE,
        )
        self._talk = talk
        self._make_ready = ready
        self._readying: asyncio.Task[None] | None = None
        self.in_hand: set[asyncio.Task[Any]] = set()

    async def setup_hook(self) -> None:
        self._readying = asyncio.create_task(self._make_ready(self))

    async def close(self) -> None:
        if self._readying:
            self._readying.cancel()
        await super().close()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        task = asyncio.current_task()
        assert task, "the SDK runs each event as a task"
        self.in_hand.add(task)
        task.add_done_callback(self.in_hand.discard)
        try:
            await self._talk.hear(Interaction(interaction))
        except Gone as gone:
            _LOG.warning("an interaction was not ours to answer any more (%s)", gone)

    async def on_error(self, event_method: str, /, *_args: object, **_more: object) -> None:
        _LOG.exception("%s failed", event_method)
