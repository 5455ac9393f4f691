"""Discord: the only module that knows its SDK.

Everything that people do arrives as an interaction. We ask for the `guilds` intent alone: Discord tells us of channels,
and nothing that people write.

Longer than other modules, because no other may import the SDK: whatever needs no SDK stands in the modules beside it.
"""

import asyncio
import contextlib
import io
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

import aiohttp
import discord
import yarl
from discord import ui

from analysis.errors import BadInput
from analysis.i18n.language import LANGUAGES
from bot.platforms.discord import commands
from bot.platforms.discord.posts import Posts, Standing
from bot.platforms.discord.talk import Gone, Talk
from bot.port.platform import Asker, Conversation, Later, Memory, Posted, Refused, Suggest, Unsure, Verb
from formatters.discord.parts import Json, Message
from formatters.reply import Reply

_LOG = logging.getLogger(__name__)

_CONNECTED, _FINISHED = 30.0, 8.0
_FIRST_PAUSE, _LONGEST_PAUSE, _LATER = 1.0, 60.0, 30.0
_PAUSES = (0.5, 2.0)
_REFUSED = "Discord refuses the bot's token: put the one of your application's page Bot into [discord] token."
_REFUSED_TOKEN = 4004  # of the gateway; the others are of the API
_NEEDED = (
    "view_channel", "send_messages", "create_public_threads", "send_messages_in_threads", "attach_files",
    "read_message_history",
)  # fmt: skip
_HAS_THREAD, _NO_DIRECT_MESSAGES = 160004, 50007
_GONE = {10062, 40060, 10015, 10008}  # unknown interaction, answered already, unknown webhook, unknown message
_CLOSED = {50083: "refused.discord_archived", 160005: "refused.discord_locked"}
_BROKEN = (aiohttp.ClientError, OSError, TimeoutError)

Channel = discord.TextChannel | discord.Thread | discord.DMChannel | discord.VoiceChannel | discord.StageChannel


class Discord:
    """A connection to Discord.

    Args:
        token: the bot's.
        verbs: the command table.
        suggest: completes what somebody types.
        memory: remembers which commands Discord knows, and forms that are half filled in.
        now: the clock, aware.
        base_url, gateway_url: of another server that speaks Discord's API; empty for Discord itself.
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
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nothing here is spoken
        talk = Talk(self._verbs, self._suggest, self._memory, conversation)
        pause = _FIRST_PAUSE
        while not self._is_closing:
            client = self._client = _Client(talk, self._ready)
            try:
                async with client:
                    await client.start(self._token)
            except (discord.LoginFailure, discord.ConnectionClosed, discord.DiscordException, *_BROKEN) as error:
                if isinstance(error, discord.LoginFailure) or getattr(error, "code", 0) == _REFUSED_TOKEN:
                    raise BadInput(_REFUSED) from error
                _LOG.warning("Discord cannot be reached (%s); trying again in %.0f s", error, pause)
            finally:
                self._logged_in.clear()
            if not self._is_closing:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def close(self) -> None:
        """Finish what is being answered, then disconnect."""
        self._is_closing = True
        if self._client:
            if self._client.in_hand:
                await asyncio.wait(self._client.in_hand, timeout=_FINISHED)
            await self._client.close()

    async def disconnected(self) -> str:
        """Say why Discord does not reach us; an empty text while it does."""
        client = self._client
        if client and client.is_ready() and not client.is_closed() and client.ws and client.ws.open:
            return ""
        return "Discord's gateway is not connected; it is connected again and again."

    async def examine(self, channels: Sequence[str]) -> list[str]:
        """Try the token and some channels without connecting, and say in a sentence each what is wrong."""
        if self._base_url:
            discord.http.Route.BASE = self._base_url.rstrip("/")
        found: list[str] = []
        async with discord.Client(intents=discord.Intents.none()) as client:
            try:
                await client.login(self._token)
            except discord.LoginFailure:
                return [_REFUSED]
            except (discord.DiscordException, *_BROKEN) as error:
                return [f"Discord cannot be reached ({error}): look at the network."]
            for channel in channels:
                try:
                    if missing := await _missing_permissions(client, int(channel)):
                        found.append(f"In the channel {channel} the bot may not {', '.join(missing)}: allow it there.")
                except (discord.NotFound, discord.Forbidden):
                    found.append(
                        f"The channel {channel} is gone, or the bot may not see it: let it view and send there."
                    )
                except ValueError:
                    found.append(f"{channel!r} is no channel's id: copy it in Discord with developer mode switched on.")
                except (discord.DiscordException, *_BROKEN) as error:
                    found.append(f"The channel {channel} could not be looked at ({error}): try again later.")
        return found

    async def _ready(self, client: "_Client") -> None:
        """Post from now on, and tell Discord our commands if they are not those that it knows."""
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
            except (discord.DiscordException, *_BROKEN) as error:
                pause = min(2 * pause, _LONGEST_PAUSE)
                _LOG.warning("Discord did not take our commands (%s); trying again in %.0f s", error, pause)
                await asyncio.sleep(pause)

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        """Post; see `Transport.post`. A digest gets a thread, but in direct messages its report stands below it."""
        with _told(channel, Unsure):
            return await self._posts.post(await self._place(channel), channel, reply, key)

    async def find(self, channel: str, key: str) -> Posted | None:
        """Look for what was posted under `key` in the last three days; see `Transport.find`."""
        with _told(channel):
            return await self._posts.find(await self._place(channel), channel, key)

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Show `reply` where `posted` stands; messages that say the same already are not touched."""
        with _told(posted.channel):
            return await self._posts.edit(await self._place(posted.channel), posted, reply)

    async def direct(self, user: str) -> str:
        """Return the channel of direct messages with a person; see `Transport.direct`."""
        with _told(user):
            return str((await (await self._connected()).create_dm(discord.Object(int(user)))).id)

    async def _connected(self) -> "_Client":
        try:
            await asyncio.wait_for(self._logged_in.wait(), _CONNECTED)
        except TimeoutError:
            raise Later("Discord is not connected.", _LATER) from None
        assert self._client, "who has logged in is a client"
        return self._client

    async def _place(self, channel: str) -> "_Place":
        client = await self._connected()
        found = client.get_channel(int(channel)) or await client.fetch_channel(int(channel))
        if not isinstance(found, Channel):
            raise Refused("refused.discord_no_text")
        return _Place(found, client)


async def _missing_permissions(client: discord.Client, channel: int) -> list[str]:
    """Return what the bot needs in a channel and may not do; what Discord does not let it see it raises."""
    found = await client.fetch_channel(channel)
    if not isinstance(found, discord.abc.GuildChannel) or client.user is None:
        return []
    guild = await client.fetch_guild(found.guild.id)
    member = await guild.fetch_member(client.user.id)
    place = await guild.fetch_channel(channel)  # once more, as one of a guild whose roles are known
    may = place.permissions_for(member)
    return [name.replace("_", " ") for name in _NEEDED if not getattr(may, name)]


class _Place:
    """A channel; see `discord_posts.Place`."""

    def __init__(self, channel: Channel, client: "_Client") -> None:
        self._channel = channel
        self._client = client
        self.has_threads = isinstance(channel, discord.TextChannel)

    async def history(self, most: int | None) -> AsyncIterator[Standing]:
        async for message in self._channel.history(limit=most):
            yield self._standing(message)

    async def message(self, message: int) -> Standing:
        return self._standing(await self._channel.fetch_message(message))

    def _standing(self, message: discord.Message) -> Standing:
        user = self._client.user
        is_ours = user is not None and message.author.id == user.id
        return Standing(message.id, message.created_at, is_ours, message.components)

    async def send(self, components: list[Json], message: Message, nonce: str) -> int:
        with _files(message) as files:
            view = _Raw(components)
            return (await self._channel.send(view=view, files=files, nonce=nonce, suppress_embeds=True)).id

    async def change(self, old: Standing, components: list[Json], message: Message) -> None:
        with _files(message) as files:
            await self._channel.get_partial_message(old.id).edit(view=_Raw(components), attachments=files)

    async def delete(self, old: Standing) -> None:
        await self._channel.get_partial_message(old.id).delete()

    async def below(self, message: int, name: str = "") -> "_Place | None":
        if not isinstance(self._channel, discord.TextChannel):
            return None
        if name:
            try:
                return _Place(await self._channel.get_partial_message(message).create_thread(name=name), self._client)
            except discord.HTTPException as error:
                if error.code != _HAS_THREAD:
                    raise
        try:
            thread = await self._client.fetch_channel(message)  # a thread has the id of its message
        except discord.NotFound:
            return None
        assert isinstance(thread, discord.Thread), "no other channel has a message's id"
        if name and thread.archived and not thread.locked:  # Discord closes a thread after a day without a word in it
            await thread.edit(archived=False)
        return _Place(thread, self._client)


@contextlib.contextmanager
def _files(message: Message) -> Iterator[list[discord.File]]:
    with contextlib.ExitStack() as opened:
        yield [
            discord.File(
                opened.enter_context(io.BytesIO(file.content)), file.name, description=file.alternative or None
            )
            for file in message.files
        ]


@contextlib.contextmanager
def _told(channel: str, lost: type[Unsure] | None = None) -> Iterator[None]:
    """Tell what Discord answers as a transport does; `lost` is for a reply that did not come."""
    try:
        yield
    except discord.RateLimited as error:
        raise Later("Discord asks to slow down.", error.retry_after) from error
    except discord.NotFound as error:
        raise Refused("refused.discord_gone") from error
    except discord.Forbidden as error:
        if error.code == _NO_DIRECT_MESSAGES:
            raise Refused("refused.discord_direct") from error
        _LOG.warning("Discord does not let Daybrief into the channel %s (%s)", channel, error.text)
        raise Refused("refused.discord_forbidden") from error
    except discord.HTTPException as error:
        if error.code in _CLOSED:
            raise Refused(_CLOSED[error.code]) from error
        if error.status < 500 and error.status not in {401, 429}:  # noqa: PLR2004 - HTTP
            raise
        raise Later(f"Discord cannot take it now ({error.status}).", _LATER) from error
    except _BROKEN as error:
        if lost:
            raise lost(f"Discord did not answer ({type(error).__name__}).") from error
        raise Later(f"Discord did not answer ({type(error).__name__}).", _LATER) from error


class _Raw(ui.LayoutView):
    """Components that are plain data already; never kept by the SDK, because their names say what they do."""

    def __init__(self, components: Sequence[Json]) -> None:
        super().__init__(timeout=None)
        self._made = list(components)
        self.stop()

    def to_components(self) -> list[Json]:
        return self._made

    def has_components_v2(self) -> bool:
        return True


class _Modal(ui.Modal):
    """A form that is plain data already."""

    def __init__(self, made: Json) -> None:
        super().__init__(title=made["title"], custom_id=made["custom_id"])
        self._made = made
        self.stop()

    def to_dict(self) -> Json:
        return self._made


class _Client(discord.Client):
    """The SDK's connection: hands on what people do."""

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
            await self._talk.hear(_Interaction(interaction))
        except Gone as gone:
            _LOG.warning("an interaction was not ours to answer any more (%s)", gone)

    async def on_error(self, event_method: str, /, *_args: object, **_more: object) -> None:
        _LOG.exception("%s failed", event_method)


class _Interaction:
    """What somebody did; see `discord_talk.Exchange`."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self._interaction = interaction
        self._is_public = False
        self._shown: list[_Original | discord.WebhookMessage] = []
        place = interaction.channel
        parent = place.parent_id if isinstance(place, discord.Thread) else interaction.channel_id
        self.thread = str(interaction.channel_id) if isinstance(place, discord.Thread) else ""
        self.data: Json = dict(interaction.data or {})
        self.kind = _KINDS[interaction.type]
        locale = interaction.locale.value.partition("-")[0]
        self.asker = Asker(
            platform="discord",
            workspace=str(interaction.guild_id or ""),
            user=str(interaction.user.id),
            channel=str(parent),
            is_direct=interaction.guild_id is None,
            is_admin=interaction.guild_id is not None and interaction.permissions.manage_channels,
            name=interaction.user.display_name,
            lacks=self._lacks,
            language=next((language for language in LANGUAGES if language == locale), None),
        )

    async def _lacks(self, channel: str, by_posting: bool) -> tuple[str, ...]:  # noqa: ARG002 - see `Lacks`
        """Return what Daybrief may not do in the channel that this came from; of others Discord says nothing here.

        Its permissions say all of it, so that nothing has to be tried.
        """
        if channel != self.asker.channel or self._interaction.guild_id is None:
            return ()
        allowed = self._interaction.app_permissions
        return tuple(name for name in _NEEDED if not getattr(allowed, name))

    async def acknowledge(self, *, public: bool) -> None:
        with _noticed(), contextlib.suppress(*_BROKEN):  # it may have arrived; if not, what is shown next tells
            await self._interaction.response.defer(ephemeral=not public, thinking=True)
        self._is_public = public
        self._shown = [_Original(self._interaction)]

    async def show(self, messages: Sequence[Message], *, public: bool) -> None:
        with _noticed():
            if self._interaction.is_expired():
                await self._show_late(messages, public=public)
            else:
                await self._show(messages, public=public)

    async def _show(self, messages: Sequence[Message], *, public: bool) -> None:
        if public is not self._is_public:  # that is settled for a message once it was announced
            for standing in self._shown:
                await standing.delete()
            self._is_public, self._shown = public, []
        for old, message in zip(self._shown, messages, strict=False):
            await _replace(old, message)
        for surplus in self._shown[len(messages) :]:
            await surplus.delete()
        self._shown = self._shown[: len(messages)]
        for message in messages[len(self._shown) :]:
            with _files(message) as files:
                view = _Raw(message.components)
                sent = await self._interaction.followup.send(view=view, files=files, ephemeral=not public, wait=True)
                self._shown.append(sent)

    async def _show_late(self, messages: Sequence[Message], *, public: bool) -> None:
        """Discord takes answers for 15 minutes; later ones come as messages of their own, private ones directly."""
        place = self._interaction.channel if public else self._interaction.user
        assert isinstance(place, discord.abc.Messageable), "nobody types a command where nothing can be written"
        for message in messages:
            with _files(message) as files:
                await place.send(view=_Raw(message.components), files=files)

    async def open(self, form: Json) -> None:
        with _noticed():
            await self._interaction.response.send_modal(_Modal(form))

    async def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        made = [discord.app_commands.Choice(name=shown, value=value) for value, shown in choices]
        with _noticed():
            await self._interaction.response.autocomplete(made)

    async def download(self, url: str) -> bytes:
        try:
            return await self._interaction.client.http.get_from_cdn(url)
        except (discord.HTTPException, *_BROKEN) as error:
            raise Later(f"Discord does not give the file ({type(error).__name__}).", _LATER) from error


@contextlib.contextmanager
def _noticed() -> Iterator[None]:
    """Notice that Discord gave up waiting, that another process of ours was quicker, or that the answer was dismissed."""
    try:
        yield
    except discord.HTTPException as error:
        if error.code not in _GONE:
            raise
        raise Gone(error.text) from error


async def _replace(old: "_Original | discord.WebhookMessage", message: Message) -> None:
    """Show another content; a broken connection is tried again, because nothing is shown twice by that."""
    for pause in (*_PAUSES, None):
        try:
            with _files(message) as files:
                await old.edit(view=_Raw(message.components), attachments=files)
        except _BROKEN:
            if pause is None:
                raise
            await asyncio.sleep(pause)
        else:
            return


class _Original:
    """An interaction's first answer, as a message."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self._interaction = interaction

    async def edit(self, view: _Raw, attachments: Sequence[discord.File]) -> None:
        await self._interaction.edit_original_response(view=view, attachments=attachments)

    async def delete(self) -> None:
        await self._interaction.delete_original_response()


_NEEDED = (
    "view_channel", "send_messages", "read_message_history", "attach_files", "create_public_threads", "send_messages_in_threads",
)  # fmt: skip
"""Permissions without which a digest does not come whole."""

_KINDS: dict[discord.InteractionType, Literal["command", "control", "form", "typing"]] = {
    discord.InteractionType.application_command: "command",
    discord.InteractionType.component: "control",
    discord.InteractionType.modal_submit: "form",
    discord.InteractionType.autocomplete: "typing",
}
