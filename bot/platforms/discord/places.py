"""Channels, threads and direct messages on Discord, as places to post in; their errors as those of a transport."""

import contextlib
import logging
from collections.abc import AsyncIterator, Iterator

import discord

from bot.platforms.discord.posts import Standing
from bot.platforms.discord.views import BROKEN, RawView, open_files
from bot.port.platform import Later, Refused, Unsure
from formatters.discord.parts import Json, Message

_LOG = logging.getLogger(__name__)

LATER = 30.0
"""Seconds until a failed action is retried."""
NEEDED = (
    "view_channel", "send_messages", "read_message_history", "attach_files", "create_public_threads",
    "send_messages_in_threads",
)  # fmt: skip
"""Permissions without which a digest is incomplete."""
_HAS_THREAD = 160004
_CLOSED = {
    50007: "refused.discord_direct", 50278: "refused.discord_stranger", 50083: "refused.discord_archived",
    160005: "refused.discord_locked",
}  # fmt: skip
"""Error codes that already say what to do. https://docs.discord.com/developers/topics/opcodes-and-status-codes#json"""

Channel = discord.TextChannel | discord.Thread | discord.DMChannel | discord.VoiceChannel | discord.StageChannel


class TextPlace:
    """A channel; see `bot.platforms.discord.posts.Place`."""

    def __init__(self, channel: Channel, client: discord.Client) -> None:
        self._channel = channel
        self._client = client
        self.has_threads = isinstance(channel, discord.TextChannel)

    async def history(self, most: int | None) -> AsyncIterator[Standing]:
        """Yield the messages, newest first."""
        async for message in self._channel.history(limit=most):
            yield self._standing(message)

    async def message(self, message: int) -> Standing:
        """One message."""
        return self._standing(await self._channel.fetch_message(message))

    def _standing(self, message: discord.Message) -> Standing:
        user = self._client.user
        is_ours = user is not None and message.author.id == user.id
        return Standing(message.id, message.created_at, is_ours, message.components)

    async def send(self, components: list[Json], message: Message, nonce: str) -> int:
        """Post a message, and return its ID."""
        with open_files(message) as files:
            view = RawView(components)
            return (await self._channel.send(view=view, files=files, nonce=nonce, suppress_embeds=True)).id

    async def change(self, old: Standing, components: list[Json], message: Message) -> None:
        """Edit a message."""
        with open_files(message) as files:
            await self._channel.get_partial_message(old.id).edit(view=RawView(components), attachments=files)

    async def delete(self, old: Standing) -> None:
        """Delete a message."""
        await self._channel.get_partial_message(old.id).delete()

    async def below(self, message: int, name: str = "") -> "TextPlace | None":
        """The thread below a message; without a name, a missing one is not created."""
        if not isinstance(self._channel, discord.TextChannel):
            return None
        if name:
            try:
                return TextPlace(
                    await self._channel.get_partial_message(message).create_thread(name=name), self._client
                )
            except discord.HTTPException as error:
                if error.code != _HAS_THREAD:
                    raise
        try:
            thread = await self._client.fetch_channel(message)  # a thread has its message's ID
        except discord.NotFound:
            return None
        assert isinstance(thread, discord.Thread), "no other channel has a message's id"
        if name and thread.archived and not thread.locked:  # Discord archives a thread after a day of silence
            await thread.edit(archived=False)
        return TextPlace(thread, self._client)


async def missing_permissions(client: discord.Client, channel: int) -> list[str]:
    """Return the permissions the bot needs in a channel but lacks; raises if Discord does not show it the channel."""
    found = await client.fetch_channel(channel)
    if not isinstance(found, discord.abc.GuildChannel) or client.user is None:
        return []
    guild = await client.fetch_guild(found.guild.id)
    member = await guild.fetch_member(client.user.id)
    place = await guild.fetch_channel(channel)  # refetched as part of a guild whose roles are known
    may = place.permissions_for(member)
    return [name.replace("_", " ") for name in NEEDED if not getattr(may, name)]


@contextlib.contextmanager
def port_errors(channel: str, lost: type[Unsure] | None = None) -> Iterator[None]:
    """Translate Discord's errors to a transport's; `lost` is raised for a missing reply."""
    try:
        yield
    except discord.RateLimited as error:
        raise Later("Discord asks to slow down.", error.retry_after) from error
    except discord.NotFound as error:
        raise Refused("refused.discord_gone") from error
    except discord.Forbidden as error:
        if error.code in _CLOSED:
            raise Refused(_CLOSED[error.code]) from error
        _LOG.warning("Discord does not let Daybrief into the channel %s (%s)", channel, error.text)
        raise Refused("refused.discord_forbidden") from error
    except discord.HTTPException as error:
        if error.code in _CLOSED:
            raise Refused(_CLOSED[error.code]) from error
        if error.status < 500 and error.status not in {401, 429}:  # noqa: PLR2004 - HTTP
            raise
        raise Later(f"Discord cannot take it now ({error.status}).", LATER) from error
    except BROKEN as error:
        if lost:
            raise lost(f"Discord did not answer ({type(error).__name__}).") from error
        raise Later(f"Discord did not answer ({type(error).__name__}).", LATER) from error
