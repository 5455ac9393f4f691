"""An answer streamed into a thread: its steps, its paragraphs as they arrive, and the rest at the end.

The stream consists of rich text blocks, in which no outside text is parsed as markup.
https://docs.slack.dev/reference/methods/chat.startStream
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.i18n.wording import tell
from bot.platforms.slack.abilities import STREAMS, Abilities
from bot.platforms.slack.web import Ended, Gone, Json, Web
from bot.port.platform import Asker, Later, Refused, Unsure
from formatters.reply import Note
from formatters.slack.progress import chunks
from formatters.slack.replies import paragraph

_LOG = logging.getLogger(__name__)

_PAUSE = 1.0
"""Seconds between two updates of the steps: Slack accepts some hundred per minute."""


class Stream:
    """A message in a thread while it is streamed.

    Args:
        pause: seconds between two updates of its steps.

    Attributes:
        is_stopped: its reader has stopped it.
    """

    def __init__(self, web: Web, abilities: Abilities, asker: Asker, thread: str, pause: float = _PAUSE) -> None:
        self._web, self._abilities, self._asker, self._thread = web, abilities, asker, thread
        self._pause = pause
        self._message = ""
        self._note: Note | None = None
        self._paragraphs = list[Json]()
        self.is_stopped = False

    @property
    def is_open(self) -> bool:
        """Whether there is an unfinished stream."""
        return bool(self._message)

    async def tell(self, note: Note) -> bool:
        """Show the steps of a working note, and the available part of the answer; False if streaming is impossible."""
        if self.is_stopped:
            return True
        if self._message:
            is_same = self._note is not None and self._note.steps == note.steps
            is_told = is_same or await self._append(chunks(note.text, note.steps))
            is_told = is_told and await self._grow([paragraph(text) for text in note.paragraphs])
            await asyncio.sleep(self._pause)
        else:
            is_told = await self._start(note) and await self._grow([paragraph(text) for text in note.paragraphs])
        self._note = note
        return is_told

    async def _grow(self, paragraphs: Sequence[Json]) -> bool:
        """Show new paragraphs of an answer; False if those already shown are not its beginning."""
        count = len(self._paragraphs)
        if list(paragraphs[:count]) != self._paragraphs:
            return False
        for block in paragraphs[count:]:
            if not await self._append([{"type": "blocks", "blocks": [block]}]):
                return False
            self._paragraphs.append(block)
        return True

    async def _start(self, note: Note) -> bool:
        asker = self._asker
        reader = {} if asker.is_direct else {"recipient_user_id": asker.user, "recipient_team_id": asker.workspace}
        begun = await self._abilities.attempt(
            STREAMS, "chat.startStream", channel=asker.channel, thread_ts=self._thread,
            task_display_mode="plan", chunks=chunks(note.text, note.steps), **reader,
        )  # fmt: skip
        self._message = str(begun["ts"]) if begun else ""
        return self.is_open

    async def end(self, paragraphs: Sequence[Json], rest: Sequence[Json]) -> bool:
        """Show the answer: its remaining paragraphs, then the rest; False if it must be shown anew."""
        if self.is_stopped:
            return True
        if not self._message:
            return False
        steps = [replace(step, state="done") for step in self._note.steps] if self._note else []
        is_told = await self._append(chunks(tell("slack.read", self._asker.language or "en"), steps))
        if paragraphs or rest:
            is_told = is_told and await self._grow(paragraphs)
        if is_told and not self.is_stopped:
            is_told = await self._call("chat.stopStream", **({"blocks": list(rest)} if rest else {}))
        message, self._message, self._paragraphs = self._message, "", []
        if not is_told:  # only half an answer is shown
            await self._take_back(message)
        return is_told

    async def _append(self, found: Sequence[Json]) -> bool:
        return await self._call("chat.appendStream", chunks=list(found)) if found else True

    async def _call(self, method: str, **arguments: object) -> bool:
        if self.is_stopped:
            return True
        try:
            await self._web.tell(method, channel=self._asker.channel, ts=self._message, **arguments)
        except Ended as ended:
            self.is_stopped = ended.is_stopped
            return ended.is_stopped
        except (Refused, Later, Unsure) as trouble:
            _LOG.info("a streamed answer was not continued: %s", trouble)
            return False
        return True

    async def _take_back(self, message: str) -> None:
        try:
            await self._web.tell("chat.delete", channel=self._asker.channel, ts=message)
        except Gone:
            pass
        except (Refused, Later, Unsure) as trouble:
            _LOG.info("half an answer could not be taken back: %s", trouble)
