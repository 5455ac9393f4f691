"""Answers to what is no command: thanks, greetings, and questions, which are searches by whatever in them names something."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

from analysis.triage.areas import Areas
from bot.commands.bare_topics import meaning
from bot.commands.dates import days
from bot.commands.grammar import Mistake, is_span, read
from bot.commands.pieces import fold
from bot.commands.references import first_reference
from bot.commands.terms import is_greeting, is_thanks, terms
from bot.conversation.context import CommandContext
from bot.conversation.handlers.commits import area, search, show
from bot.conversation.handlers.days import day
from bot.conversation.handlers.reviews import month, week
from bot.port.command import Command
from formatters.reply import CommitList, Note, Reply

_WEEK, _MONTH = "week", "month"


async def ask(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer what somebody writes freely."""
    text = context.command.text
    if is_thanks(text):
        yield Note(context.say("free.thanks"))
        return
    if is_greeting(text):
        yield _offer(context, "free.hello")
        return
    if found := first_reference(text):
        async for reply in show(_as(context, Command("show", (found,)))):
            yield reply
        return
    async for reply in _looked_for(context, terms(text)):
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
    areas = context.services.core.sources.areas()
    found = _with_topics(areas, _with_dates(found, context.today(context.zone())))
    dated = [word for word in found if _is_date(word)]
    named = [word for word in found if word not in dated and areas.find(fold(word))]
    kinds = [word for word in found if word not in [*dated, *named] and meaning(areas, word).keys() == {"type"}]
    weeks = [word for word in found if fold(word).lower() == _WEEK]
    from_then = {"since", "from"} & set(plain) if dated else set[str]()
    others = [word for word in found if word not in [*dated, *named, *kinds, *weeks] and word.lower() not in from_then]
    if dated == found:
        async for reply in day(_as(context, Command("date", (found[0],)))):
            yield reply
        return
    when: dict[str, tuple[str, ...]] = {"since": (dated[0],)} if dated else {}
    when |= {"until": (dated[0],)} if dated and not from_then else {}
    if areas.find(" ".join(found)) or (named == found and len(found) == 1):
        async for reply in area(_as(context, Command("area", tuple(found)))):
            yield reply
        return
    named_too = {"area": tuple(named[:1])} if named else {}
    named_too |= {"type": (meaning(areas, kinds[0])["type"],)} if kinds else {}
    when |= {"since": ("7d",)} if weeks and not dated else {}
    async for reply in search(_as(context, Command("search", tuple(others), named_too | when))):
        if isinstance(reply, CommitList) and not reply.rows:
            yield replace(reply, note=context.say("free.nothing"))
        else:
            yield reply


def _with_dates(found: list[str], today: date) -> list[str]:
    """Return words with those that are one date together as one."""
    for count in (3, 2):
        for at in range(len(found) - count + 1):
            if days(" ".join(found[at : at + count]), today):
                return [*found[:at], " ".join(found[at : at + count]), *found[at + count :]]
    return found


def _with_topics(areas: Areas, found: list[str]) -> list[str]:
    """Return words with those that name one area or one type together as one."""
    for count in (3, 2):
        for at in range(len(found) - count + 1):
            some = " ".join(found[at : at + count])
            if meaning(areas, some).keys() & {"area", "type"}:
                return _with_topics(areas, [*found[:at], some, *found[at + count :]])
    return found


def _is_date(word: str) -> bool:
    return is_span(word) or _names_day(word)


def _names_day(word: str) -> bool:
    """Whether a word is a day or a command for one, such as `yesterday`."""
    try:
        return read(word).verb in {"date", "yesterday", "today"}
    except Mistake:
        return False


def _as(context: CommandContext, command: Command) -> CommandContext:
    return replace(context, command=replace(command, flags=context.command.flags))


def _offer(context: CommandContext, key: str) -> Note:
    buttons = [context.button("yesterday", "yesterday")] if context.visible else []
    return Note(context.say(key), "plain", (*buttons, context.button("help", "help")))
