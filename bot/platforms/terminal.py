"""The conversation in a terminal: each line is a command, so that everything can be tried without an account."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

from analysis.i18n.language import Language
from bot.i18n.words import WORDS
from bot.port.platform import Asker, Conversation, Posted, Request
from formatters.reply import Form, Note, Reply
from formatters.terminal.replies import reply_text

CHANNEL = "here"
PROMPT = "daybrief> "


@dataclass(slots=True)
class Terminal:
    """Standard input and output as a platform with one channel and one person, who may do everything.

    Attributes:
        width: read before each reply, since windows are resized.
        is_interactive: a person is typing: a prompt is shown, and forms are asked field by field.
    """

    language: Language
    zone: str
    width: Callable[[], int]
    colour: bool = False
    is_interactive: bool = False
    lines: TextIO = sys.stdin
    out: TextIO = sys.stdout

    @property
    def name(self) -> str:
        """`terminal`."""
        return "terminal"

    async def run(self, conversation: Conversation) -> None:
        """Answer each line until the last one, or until someone says goodbye."""
        while (line := await self._line(PROMPT)) is not None and line.strip().lower() not in WORDS.one_of(
            "words.goodbyes"
        ):
            if line.strip():
                await self._answer(conversation, Request(self._asker(), line.strip()))

    async def _answer(self, conversation: Conversation, request: Request) -> None:
        async for answer in conversation(request):
            if isinstance(answer.reply, Note) and answer.reply.tone == "working" and not self.is_interactive:
                continue
            self._show(answer.reply)
            if isinstance(answer.reply, Form) and self.is_interactive:
                values = await self._filled_in(answer.reply)
                if values is not None:
                    await self._answer(conversation, Request(request.asker, answer.reply.command, values))

    async def _filled_in(self, form: Form) -> dict[str, str] | None:
        """Ask for each field, where an empty line keeps the current value; None at the end of the input."""
        values = {}
        for field in form.fields:
            line = await self._line(f"{field.label} [{field.value}]: ")
            if line is None:
                return None
            values[field.name] = line.strip() or field.value
        return values

    def _asker(self) -> Asker:
        return Asker("terminal", "", "you", CHANNEL, is_admin=True, name="you", language=self.language, zone=self.zone)

    async def _line(self, prompt: str) -> str | None:
        if self.is_interactive:
            self.out.write(prompt)
            self.out.flush()
        line = await asyncio.to_thread(self.lines.readline)
        return line or None

    def _show(self, reply: Reply) -> None:
        self.out.write(reply_text(reply, width=self.width(), colour=self.colour) + "\n")
        self.out.flush()

    async def close(self) -> None:
        """Do nothing: a terminal needs no cleanup."""

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        """Print a reply, as a channel would show it."""
        self._show(reply)
        return Posted(channel, key)

    async def find(self, channel: str, key: str) -> Posted | None:  # noqa: ARG002 - the port's signature
        """Return None: what was printed cannot be looked up."""
        return None

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Print it again: earlier output cannot be edited."""
        self._show(reply)
        return posted

    async def disconnected(self) -> str:
        """Return an empty string: a terminal is always connected."""
        return ""

    async def examine(self, channels: Sequence[str], people: Sequence[str] = ()) -> list[str]:  # noqa: ARG002 - the port's signature
        """Return nothing: there is one channel, and it accepts everything."""
        return []

    async def direct(self, user: str) -> str:
        """Return the only channel."""
        return user
