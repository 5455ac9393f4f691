"""Interactions on Discord as requests to the conversation; knows Discord's payloads, but not its SDK.

A control's command is in its custom ID, so that it works after a restart: `d:COMMAND` runs a command; `p:` runs the
chosen one. A form is `fSTEP:OPENER`, with the command that opens it, because Discord accepts five fields at once;
`oSTEP:OPENER` opens a step, `a:OPENER` submits what was filled in so far.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Literal, Protocol

from analysis.i18n.language import Language
from bot.commands.grammar import printed, read
from bot.commands.mistakes import Mistake
from bot.commands.references import references
from bot.i18n.wording import tell
from bot.platforms.discord import commands
from bot.port.command import Command
from bot.port.platform import Answer, Asker, Attachment, Conversation, Memory, Request, Suggest, Verb
from formatters.discord.forms import FIELDS, modal, steps, values
from formatters.discord.parts import Json, Message, command_of
from formatters.discord.replies import rendered, step_offer
from formatters.reply import MOST_COMMAND, Form, Note, Reply

_LOG = logging.getLogger(__name__)

_AT_ONCE = 1.5  # seconds within which a form must be shown: Discord waits for three
_MOST_OF_A_GUEST = 6
"""Messages per answer if only its user has installed the app: Discord accepts five beside the first.
https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""


class Gone(Exception):
    """The answer can no longer be delivered."""


class Exchange(Protocol):
    """A user's action and the means to answer it. All methods that answer raise Gone."""

    @property
    def asker(self) -> Asker:
        """The user."""

    @property
    def thread(self) -> str:
        """The thread it happened in; empty outside of one."""

    @property
    def is_guest(self) -> bool:
        """Whether only the user has Daybrief there: the answer is private, and Discord accepts few messages."""

    @property
    def kind(self) -> Literal["command", "control", "form", "typing"]:
        """What it was."""

    @property
    def data(self) -> Json:
        """Discord's data about it."""

    async def acknowledge(self, *, public: bool) -> None:
        """Announce that an answer will follow."""

    async def show(self, messages: Sequence[Message], *, public: bool) -> None:
        """Show an answer, replacing the previous one; only after `acknowledge`."""

    async def open(self, form: Json) -> None:
        """Show a form; only as the first answer."""

    async def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Send completions for what is being typed."""

    async def download(self, url: str) -> bytes:
        """Fetch a file attached to a command, from the URL that Discord gave. Raises Later."""


class Talk:
    """Answers what people do."""

    def __init__(self, verbs: Sequence[Verb], suggest: Suggest, memory: Memory, conversation: Conversation) -> None:
        self._verbs = {verb.name: verb for verb in verbs}
        self._suggest = suggest
        self._memory = memory
        self._conversation = conversation

    async def hear(self, exchange: Exchange) -> None:
        """Answer one action."""
        data = exchange.data
        if exchange.kind == "typing":
            await self._complete(exchange)
        elif exchange.kind == "command" and data["type"] == commands.MESSAGE:
            await self._run(exchange, Command("explain", references(commands.message_text(data))))
        elif exchange.kind == "command":
            name, given, _ = commands.chosen(data["options"])
            verb = self._verbs.get(name)  # Discord may still offer a command of an older version
            file = commands.attached(verb, data, given) if verb else None
            await self._run(exchange, commands.typed(verb, given) if verb else Command(name), file)
        elif exchange.kind == "form":
            await self._filled_in(exchange, data["custom_id"], values(data["components"]))
        else:
            mark, _, command = data["custom_id"].partition(":")
            if mark.startswith("p"):
                await self._run(exchange, data["values"][0])
            elif mark.startswith("o"):
                await self._open(exchange, command, int(mark[1:]))
            elif mark == "a":
                await exchange.acknowledge(public=False)
                await self._apply(exchange, command)
            else:
                await self._run(exchange, command_of(data["custom_id"]))

    async def _complete(self, exchange: Exchange) -> None:
        name, given, focused = commands.chosen(exchange.data["options"])
        options = self._verbs[name].options if name in self._verbs else ()
        option = next((option for option in options if option.name == focused), None)
        if option is None:
            await exchange.offer([])
            return
        others = {key: str(value) for key, value in given.items() if key != focused}
        found = await self._suggest(exchange.asker, name, option, str(given[focused]), others)
        await exchange.offer(commands.choices(found))

    async def _run(self, exchange: Exchange, command: str | Command, file: Json | None = None) -> None:
        known = _known(command)
        if exchange.is_guest and known and known.is_public:
            await exchange.acknowledge(public=False)
            await exchange.show(rendered(Note(tell("discord.guest", _language(exchange)), "problem")), public=False)
            return
        verb = self._verbs.get(known.verb) if known else None
        if verb and verb.has_form:
            await self._offer(exchange, command)
            return
        await exchange.acknowledge(public=bool(known and known.is_public))
        await self._show(exchange, self._ask(exchange, command, file=file), printed(command))

    def _ask(
        self,
        exchange: Exchange,
        command: str | Command,
        given: Mapping[str, str] | None = None,
        file: Json | None = None,
    ) -> AsyncIterator[Answer]:
        attachment = (
            Attachment(str(file["filename"]), int(file["size"]), lambda: exchange.download(str(file["url"])))
            if file
            else None
        )
        return self._conversation(Request(exchange.asker, command, dict(given or {}), exchange.thread, attachment))

    async def _show(self, exchange: Exchange, answers: AsyncIterator[Answer], text: str) -> Reply | None:
        """Show answers, each replacing the previous one; return the last."""
        reply: Reply | None = None
        try:
            async for answer in answers:
                reply = answer.reply
                if isinstance(reply, Form):
                    made = step_offer(reply.title, [(reply.submit, f"o0:{_opener(text)}")])
                else:
                    made = rendered(reply)
                if exchange.is_guest and len(made) > _MOST_OF_A_GUEST:
                    rest = rendered(Note(tell("discord.rest", _language(exchange))))
                    made = (*made[: _MOST_OF_A_GUEST - len(rest)], *rest)
                await exchange.show(made, public=answer.public)
        except Gone:
            raise
        except Exception:  # noqa: BLE001 - the outer edge: whoever asked must hear of it
            _LOG.exception("`%s` could not be answered", text)
            reply = Note(tell("discord.defect", _language(exchange)), "problem")
            await exchange.show(rendered(reply), public=False)
        return reply

    async def _offer(self, exchange: Exchange, command: str | Command) -> None:
        """Show a command's form as the very first answer; anything else, or a slow one, like any other answer."""
        answers, opener = self._ask(exchange, command), _opener(printed(command))
        first = asyncio.ensure_future(anext(answers, None))
        await asyncio.wait({first}, timeout=_AT_ONCE)
        answer = first.result() if first.done() and not first.exception() else None
        if answer and isinstance(answer.reply, Form):
            await exchange.open(modal(answer.reply, 0, f"f0:{opener}", {}))
            return
        await exchange.acknowledge(public=False)
        await self._show(exchange, _again(first, answers), opener)

    async def _filled_in(self, exchange: Exchange, custom_id: str, given: dict[str, str]) -> None:
        """Process one step of a form: store it, and continue, or submit everything."""
        mark, _, opener = custom_id.partition(":")
        step, key = int(mark[1:]), _draft(exchange, opener)
        await exchange.acknowledge(public=False)
        kept = {**(await self._kept(key) if step else {}), **given}
        await asyncio.to_thread(self._memory.put, key, json.dumps(kept))
        form = await self._form(exchange, opener)
        if form is None or step + 1 >= steps(form):
            await self._apply(exchange, opener, form)
            return
        said = tell("discord.step", form.language, step=step + 1, steps=steps(form))
        on = tell("discord.next", form.language, step=step + 2, steps=steps(form))
        await exchange.show(
            step_offer(said, [(on, f"o{step + 1}:{opener}"), (form.submit, f"a:{opener}")]), public=False
        )

    async def _open(self, exchange: Exchange, opener: str, step: int) -> None:
        form = await self._form(exchange, opener)
        if form is None:
            await exchange.acknowledge(public=False)
            await self._show(exchange, self._ask(exchange, opener), opener)
        else:
            kept = await self._kept(_draft(exchange, opener))
            await exchange.open(modal(form, step, f"f{step}:{opener}", kept))

    async def _apply(self, exchange: Exchange, opener: str, form: Form | None = None) -> None:
        """Submit a form, with the initial values of unopened steps; after a mistake it can be corrected."""
        form = form or await self._form(exchange, opener)
        if form is None:
            await self._show(exchange, self._ask(exchange, opener), opener)
            return
        key = _draft(exchange, opener)
        given = {field.name: field.value for field in form.fields} | await self._kept(key)
        reply = await self._show(exchange, self._ask(exchange, form.command, given), form.command)
        if isinstance(reply, Note) and reply.tone == "problem":
            again = tell("discord.correct", form.language)
            number, field = next(
                ((at, one) for at, one in enumerate(form.fields) if one.name == reply.field), (0, None)
            )
            text = tell("status.about", form.language, name=field.label, text=reply.text) if field else reply.text
            await exchange.show(step_offer(f"⚠️ {text}", [(again, f"o{number // FIELDS}:{opener}")]), public=False)
        else:
            await asyncio.to_thread(self._memory.put, key, "")

    async def _form(self, exchange: Exchange, opener: str) -> Form | None:
        async for answer in self._ask(exchange, opener):
            if isinstance(answer.reply, Form):
                return answer.reply
        return None

    async def _kept(self, key: str) -> dict[str, str]:
        kept: dict[str, str] = json.loads(await asyncio.to_thread(self._memory.get, key) or "{}")
        return kept


async def _again(first: asyncio.Future[Answer | None], rest: AsyncIterator[Answer]) -> AsyncIterator[Answer]:
    answer = await first
    if answer:
        yield answer
    async for answer in rest:
        yield answer


def _known(command: str | Command) -> Command | None:
    """Return a control's command; None for one of an older version, which the conversation answers."""
    try:
        return read(command) if isinstance(command, str) else command
    except Mistake:
        return None


def _language(exchange: Exchange) -> Language:
    return exchange.asker.language or "en"


def _opener(text: str) -> str:
    """Return a command that opens the same form, short enough for a custom ID."""
    return text if len(text) <= MOST_COMMAND else text.split(maxsplit=1)[0]


def _draft(exchange: Exchange, opener: str) -> str:
    return f"draft {exchange.asker.user} {exchange.asker.channel} {opener}"
