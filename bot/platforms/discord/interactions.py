"""An interaction on Discord, as the SDK delivers it, and how it is answered; see `bot.platforms.discord.talk.Exchange`."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from typing import Literal

import discord

from analysis.i18n.language import language_of
from bot.platforms.discord.places import LATER, NEEDED
from bot.platforms.discord.talk import Gone
from bot.platforms.discord.views import BROKEN, RawModal, RawView, open_files
from bot.port.platform import Asker, Later
from formatters.discord.parts import Json, Message

_PAUSES = (0.5, 2.0)
_GONE = {10062, 40060, 10015, 10008}  # unknown interaction, already answered, unknown webhook, unknown message


class Interaction:
    """A user's action; see `bot.platforms.discord.talk.Exchange`."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self._interaction = interaction
        self._is_public = False
        self._shown: list[_Original | discord.WebhookMessage] = []
        is_in_guild = interaction.guild_id is not None
        self.is_guest = interaction.context.private_channel or (is_in_guild and not interaction.is_guild_integration())
        is_direct = self.is_guest or not is_in_guild
        place = interaction.channel
        parent = place.parent_id if isinstance(place, discord.Thread) else interaction.channel_id
        self.thread = str(interaction.channel_id) if isinstance(place, discord.Thread) else ""
        self.data: Json = dict(interaction.data or {})
        self.kind = _KINDS[interaction.type]
        self.asker = Asker(
            platform="discord",
            workspace="" if is_direct else str(interaction.guild_id),
            user=str(interaction.user.id),
            channel=str(parent),
            is_direct=is_direct,
            is_admin=not is_direct and interaction.permissions.manage_channels,
            name=interaction.user.display_name,
            lacks=self._lacks,
            language=language_of(interaction.locale.value),
        )

    async def _lacks(self, channel: str, by_posting: bool) -> tuple[str, ...]:  # noqa: ARG002 - see `Lacks`
        """Return the permissions Daybrief lacks in the current channel; Discord does not report others here.

        The reported permissions are complete, so that nothing has to be tried.
        """
        if channel != self.asker.channel or self.asker.is_direct:
            return ()
        allowed = self._interaction.app_permissions
        return tuple(name for name in NEEDED if not getattr(allowed, name))

    async def acknowledge(self, *, public: bool) -> None:
        """Announce that an answer will follow."""
        with _noticed(), contextlib.suppress(*BROKEN):  # it may have arrived; if not, showing the answer will fail
            await self._interaction.response.defer(ephemeral=not public, thinking=True)
        self._is_public = public
        self._shown = [_Original(self._interaction)]

    async def show(self, messages: Sequence[Message], *, public: bool) -> None:
        """Show an answer, replacing the previous one."""
        with _noticed():
            if self._interaction.is_expired():
                await self._show_late(messages, public=public)
            else:
                await self._show(messages, public=public)

    async def _show(self, messages: Sequence[Message], *, public: bool) -> None:
        if public is not self._is_public:  # visibility is fixed once a message was announced
            for standing in self._shown:
                await standing.delete()
            self._is_public, self._shown = public, []
        for old, message in zip(self._shown, messages, strict=False):
            await _replace(old, message)
        for surplus in self._shown[len(messages) :]:
            await surplus.delete()
        self._shown = self._shown[: len(messages)]
        for message in messages[len(self._shown) :]:
            with open_files(message) as files:
                view = RawView(message.components)
                sent = await self._interaction.followup.send(view=view, files=files, ephemeral=not public, wait=True)
                self._shown.append(sent)

    async def _show_late(self, messages: Sequence[Message], *, public: bool) -> None:
        """Discord accepts answers for 15 minutes; later ones are separate messages, private ones direct messages."""
        place = self._interaction.channel if public else self._interaction.user
        assert isinstance(place, discord.abc.Messageable), "nobody types a command where nothing can be written"
        for message in messages:
            with open_files(message) as files:
                await place.send(view=RawView(message.components), files=files)

    async def open(self, form: Json) -> None:
        """Show a form."""
        with _noticed():
            await self._interaction.response.send_modal(RawModal(form))

    async def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Send completions for what is being typed."""
        made = [discord.app_commands.Choice(name=shown, value=value) for value, shown in choices]
        with _noticed():
            await self._interaction.response.autocomplete(made)

    async def download(self, url: str) -> bytes:
        """Fetch a file attached to a command. Raises Later."""
        try:
            return await self._interaction.client.http.get_from_cdn(url)
        except (discord.HTTPException, *BROKEN) as error:
            raise Later(f"Discord does not send the file ({type(error).__name__}).", LATER) from error


@contextlib.contextmanager
def _noticed() -> Iterator[None]:
    """Notice that Discord stopped waiting, another process of ours was faster, or the answer was dismissed."""
    try:
        yield
    except discord.HTTPException as error:
        if error.code not in _GONE:
            raise
        raise Gone(error.text) from error


async def _replace(old: "_Original | discord.WebhookMessage", message: Message) -> None:
    """Edit a message; on a broken connection retry, since that cannot show anything twice."""
    for pause in (*_PAUSES, None):
        try:
            with open_files(message) as files:
                await old.edit(view=RawView(message.components), attachments=files)
        except BROKEN:
            if pause is None:
                raise
            await asyncio.sleep(pause)
        else:
            return


class _Original:
    """An interaction's first answer, as a message."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self._interaction = interaction

    async def edit(self, view: RawView, attachments: Sequence[discord.File]) -> None:
        await self._interaction.edit_original_response(view=view, attachments=attachments)

    async def delete(self) -> None:
        await self._interaction.delete_original_response()


_KINDS: dict[discord.InteractionType, Literal["command", "control", "form", "typing"]] = {
    discord.InteractionType.application_command: "command",
    discord.InteractionType.component: "control",
    discord.InteractionType.modal_submit: "form",
    discord.InteractionType.autocomplete: "typing",
}
