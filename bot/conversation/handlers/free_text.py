"""Answers to what is no command: thanks, greetings, a day, an area; and questions, which `questions` answers."""

from collections.abc import AsyncIterator
from dataclasses import replace

from analysis.i18n.typography import fold
from analysis.questions.follow_up import leans
from bot.commands.questions import Wanted, known_authors, understood
from bot.commands.references import first_reference
from bot.commands.terms import asks_for_news, is_farewell, is_greeting, is_thanks, terms
from bot.conversation.asked import asked_before
from bot.conversation.context import CommandContext
from bot.conversation.handlers.commits import area, show
from bot.conversation.handlers.days import day, yesterday
from bot.conversation.handlers.questions import ask as ask_in_words
from bot.conversation.handlers.reviews import month, week
from bot.port.command import Command
from formatters.reply import Note, Reply

_WEEK, _MONTH = "week", "month"


async def ask(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer what somebody writes freely."""
    text = context.command.text
    if asks_for_news(text):
        async for reply in yesterday(_as(context, Command("yesterday"))):
            yield reply
        return
    if is_farewell(text):
        yield Note(context.say("free.bye"))
        return
    if is_greeting(text):
        yield _offer(context, "free.hello")
        return
    if is_thanks(text):
        yield Note(context.say("free.thanks"))
        return
    if found := first_reference(text):
        async for reply in show(_as(context, Command("show", (found,)))):
            yield reply
        return
    goes_on = leans(text) and await asked_before(context)
    async for reply in ask_in_words(context) if goes_on else _looked_for(context, terms(text)):
        yield reply


async def _looked_for(context: CommandContext, found: list[str]) -> AsyncIterator[Reply]:
    """Answer with a day, an area, or what a search finds: by what is named, as it could have been typed."""
    if not found:
        yield _offer(context, "free.lost")
        return
    plain = fold(context.command.text).lower().split()
    if [fold(word).lower() for word in found] in ([_WEEK], [_MONTH]) and "next" not in plain:
        look_back = week if found[0].lower() == _WEEK else month
        async for reply in look_back(_as(context, Command(found[0].lower()))):
            yield reply
        return
    core, today = context.services.core, context.today(context.zone())
    areas, authors = core.sources.areas(), known_authors(core, context.visible)
    wanted = await context.services.work.quick(lambda: understood(context.command.text, areas, today, authors))
    if wanted.dates and wanted == Wanted((), wanted.dates, from_then=wanted.from_then):
        async for reply in day(_as(context, Command("date", (" to ".join(wanted.dates[:2]),)))):
            yield reply
        return
    if wanted.area and wanted.dates and wanted == Wanted((), wanted.dates, wanted.area):
        of_day = Command("area", (wanted.area,), {"on": (" to ".join(wanted.dates[:2]),)})
        async for reply in area(_as(context, of_day)):
            yield reply
        return
    if areas.find(" ".join(found)) or wanted == Wanted((), area=wanted.area):
        async for reply in area(_as(context, Command("area", (wanted.area or " ".join(found),)))):
            yield reply
        return
    async for reply in ask_in_words(context):
        yield reply


def _as(context: CommandContext, command: Command) -> CommandContext:
    return replace(context, command=replace(command, flags=context.command.flags))


def _offer(context: CommandContext, key: str) -> Note:
    buttons = [context.button("yesterday", "yesterday")] if context.visible else []
    return Note(context.say(key), "plain", (*buttons, context.button("help", "help")))
