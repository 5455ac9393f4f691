"""Plain data as the SDK's objects: components, forms, files."""

import contextlib
import io
from collections.abc import Iterator, Sequence

import aiohttp
import discord
from discord import ui

from formatters.discord.parts import Json, Message

BROKEN = (aiohttp.ClientError, OSError, TimeoutError)
"""What a broken connection raises."""


class RawView(ui.LayoutView):
    """Components that are already plain data; never stored by the SDK, because their custom IDs are self-contained."""

    def __init__(self, components: Sequence[Json]) -> None:
        super().__init__(timeout=None)
        self._made = list(components)
        self.stop()

    def to_components(self) -> list[Json]:
        """Return them unchanged."""
        return self._made

    def has_components_v2(self) -> bool:
        """Whether they are Components V2: always."""
        return True


class RawModal(ui.Modal):
    """A form that is already plain data."""

    def __init__(self, made: Json) -> None:
        super().__init__(title=made["title"], custom_id=made["custom_id"])
        self._made = made
        self.stop()

    def to_dict(self) -> Json:
        """Return it unchanged."""
        return self._made


@contextlib.contextmanager
def open_files(message: Message) -> Iterator[list[discord.File]]:
    """Open a message's files while it is being sent."""
    with contextlib.ExitStack() as opened:
        yield [
            discord.File(
                opened.enter_context(io.BytesIO(file.content)), file.name, description=file.alternative or None
            )
            for file in message.files
        ]
