"""What people do on Discord, as requests to the conversation; knows what Discord sends, but nothing of its SDK.

What a control stands for is in its name, so that it works after a restart:
`d:COMMAND` runs a command; `p:` runs what was chosen; `m:COMMAND` is a form whose sending runs it. A form of several
steps is `nSTEP:OPENER`, by the command that opens it; `oSTEP:OPENER` opens a step, `a:OPENER` sends what was filled in.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Literal, Protocol

from bot.platforms import Answer, Asker, Conversation, Memory, Request, Suggest, Verb
from bot.platforms import discord_commands as commands
from bot.wording import tell
from formatters.discord import rendered, step_offer
from formatters.discord_forms import modal, steps, values
from formatters.discord_parts import Json, Message, command_of
from formatters.reply import Form, Note

_LOG = logging.getLogger(__name__)

_AT_ONCE = 1.5  # seconds in which a form must be there: Discord waits for three


class Exchange(Protocol):
    """One thing that somebody did, and how it is answered."""

    @property
    def asker(self) -> Asker:
        """Who did it."""

    @property
    def thread(self) -> str:
        """The thread in which it was done; empty outside of one."""

    @property
    def kind(self) -> Literal["command", "control", "form", "typing"]:
        """What it was."""

    @property
    def data(self) -> Json:
        """What Discord says of it."""

    async def acknowledge(self, *, public: bool) -> None:
        """Say that an answer comes."""

    async def show(self, messages: Sequence[Message], *, public: bool) -> None:
        """Show an answer, in the place of the one before; only after `acknowledge`."""

    async def open(self, form: Json) -> None:
        """Show a form; only as the first answer."""

    async def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Complete what is being typed."""


class Talk:
    """Answers what people do."""

    def __init__(self, verbs: Sequence[Verb], suggest: Suggest, memory: Memory, conversation: Conversation) -> None:
        self._verbs = {verb.name: verb for verb in verbs}
        self._suggest = suggest
        self._memory = memory
        self._conversation = conversation

    async def hear(self, exchange: Exchange) -> None:
        """Answer one thing that somebody did."""
        data = exchange.data
        if exchange.kind == "typing":
            await self._complete(exchange)
        elif exchange.kind == "command":
            name, given, _ = commands.chosen(data["options"])
            await self._run(exchange, commands.typed(self._verbs[name], given))
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
        option = next(option for option in self._verbs[name].options if option.name == focused)
        others = {key: str(value) for key, value in given.items() if key != focused}
        found = await self._suggest(exchange.asker, name, option, str(given[focused]), others)
        await exchange.offer(commands.choices(found))

    async def _run(self, exchange: Exchange, text: str) -> None:
        verb = self._verbs.get(next(iter(text.split()), ""))
        if verb and verb.has_form:
            await self._offer(exchange, text)
            return
        await exchange.acknowledge(public=commands.is_public(text))
        await self._show(exchange, self._ask(exchange, text), text)

    def _ask(self, exchange: Exchange, text: str, given: Mapping[str, str] | None = None) -> AsyncIterator[Answer]:
        return self._conversation(Request(exchange.asker, text, dict(given or {}), exchange.thread))

    async def _show(self, exchange: Exchange, answers: AsyncIterator[Answer], text: str) -> None:
        """Show answers, each in the place of the one before."""
        try:
            async for answer in answers:
                reply = answer.reply
                made = (
                    step_offer(reply.title, [(reply.submit, f"o0:{text}")])
                    if isinstance(reply, Form)
                    else rendered(reply)
                )
                await exchange.show(made, public=answer.public)
        except Exception:  # noqa: BLE001 - the outer edge: whoever asked must hear of it
            _LOG.exception("`%s` could not be answered", text)
            note = Note(tell("discord.defect", exchange.asker.language or "en"), "problem")
            await exchange.show(rendered(note), public=False)

    async def _offer(self, exchange: Exchange, text: str) -> None:
        """Show the form of a command as the very first answer; what is no form, or takes its time, as any answer."""
        answers = self._ask(exchange, text)
        first = asyncio.ensure_future(anext(answers, None))
        await asyncio.wait({first}, timeout=_AT_ONCE)
        answer = first.result() if first.done() and not first.exception() else None
        if answer and isinstance(answer.reply, Form):
            await exchange.open(_modal(answer.reply, text))
            return
        await exchange.acknowledge(public=False)
        await self._show(exchange, _again(first, answers), text)

    async def _filled_in(self, exchange: Exchange, custom_id: str, given: dict[str, str]) -> None:
        mark, _, command = custom_id.partition(":")
        await exchange.acknowledge(public=False)
        if mark == "m":
            await self._show(exchange, self._ask(exchange, command, given), command)
            return
        step, key = int(mark[1:]), _draft(exchange, command)
        kept = {**(await self._kept(key) if step else {}), **given}
        await asyncio.to_thread(self._memory.put, key, json.dumps(kept))
        form = await self._form(exchange, command)
        if form is None or step + 1 >= steps(form):
            await self._apply(exchange, command, form)
            return
        said = tell("discord.step", form.language, step=step + 1, steps=steps(form))
        on = tell("discord.next", form.language, step=step + 2, steps=steps(form))
        controls = [(on, f"o{step + 1}:{command}"), (form.submit, f"a:{command}")]
        await exchange.show(step_offer(said, controls), public=False)

    async def _open(self, exchange: Exchange, opener: str, step: int) -> None:
        form = await self._form(exchange, opener)
        if form is None:
            await exchange.acknowledge(public=False)
            await self._show(exchange, self._ask(exchange, opener), opener)
        else:
            kept = await self._kept(_draft(exchange, opener)) if step else {}
            await exchange.open(_modal(form, opener, step, kept))

    async def _apply(self, exchange: Exchange, opener: str, form: Form | None = None) -> None:
        """Send a form of several steps, with what stands in those that nobody opened."""
        form = form or await self._form(exchange, opener)
        if form is None:
            await self._show(exchange, self._ask(exchange, opener), opener)
            return
        key = _draft(exchange, opener)
        given = {field.name: field.value for field in form.fields} | await self._kept(key)
        await asyncio.to_thread(self._memory.put, key, "")
        await self._show(exchange, self._ask(exchange, form.command, given), form.command)

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


def _modal(form: Form, opener: str, step: int = 0, kept: Mapping[str, str] | None = None) -> Json:
    name = f"n{step}:{opener}" if steps(form) > 1 else f"m:{form.command}"
    return modal(form, step, name, kept or {})


def _draft(exchange: Exchange, opener: str) -> str:
    return f"draft {exchange.asker.user} {exchange.asker.channel} {opener}"
