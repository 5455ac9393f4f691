"""Handlers for text that is not a command: thanks, greetings, a day, an area; `questions` answers the rest."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

from analysis.i18n.typography import fold
from analysis.questions.follow_up import leans, pointed_at
from analysis.questions.operators import operators, refused
from analysis.questions.query import Query, Vocabulary, asks_of_reverts, read_query
from analysis.questions.releases import asks_of_release
from analysis.questions.spans import Days
from bot.commands import asking
from bot.commands.mistakes import about_operator
from bot.commands.references import references
from bot.commands.spans import is_day
from bot.commands.terms import asks_for_news, is_farewell, is_greeting, is_stop, is_thanks, terms
from bot.conversation.asked import (
    Before,
    Conversations,
    asked_before,
    commit_pointed_at,
    commits_pointed_at,
    with_places_named,
)
from bot.conversation.context import CommandContext
from bot.conversation.handlers.commits import ASKED, REVERTED, area, show
from bot.conversation.handlers.days import day, yesterday
from bot.conversation.handlers.mentions import explain
from bot.conversation.handlers.questions import ask as ask_in_words
from bot.conversation.handlers.reviews import month, week
from bot.conversation.handlers.tracing import fix
from bot.i18n.words import WORDS
from bot.port.command import Command
from formatters.reply import Note, Reply

_WEEK, _MONTH = "week", "month"
_MOST_DAYS = timedelta(days=6)
"""Beyond a week, a question about days is answered without reading them."""


async def ask(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer free text."""
    text = context.command.text
    is_plain = _is_plain(context, text)
    if is_plain and asks_for_news(text):
        async for reply in yesterday(_as(context, Command("yesterday"))):
            yield reply
        return
    if small_talk := _small_talk(context, text) if is_plain else None:
        yield small_talk
        return
    if await commits_pointed_at(context, text):
        async for reply in show(_as(context, Command("show", (text,)))):
            yield reply
        return
    if found := references(await with_places_named(context, text)):
        async for reply in _about(context, text, found):
            yield reply
        return
    if pointed_at(fold(text)) is not None and is_day(text) and not await commit_pointed_at(context, text):
        async for reply in day(_as(context, Command("date", (text,)))):
            yield reply
        return
    goes_on = leans(text) and await asked_before(context)
    async for reply in ask_in_words(context) if goes_on else _looked_for(context, terms(text)):
        yield reply


def _small_talk(context: CommandContext, text: str) -> Note | None:
    """Return the answer to what is no question."""
    if is_farewell(text):
        return Note(context.say("free.bye"))
    if is_greeting(text):
        return _offer(context, "free.hello")
    if is_stop(text):
        return _stop(context)
    return Note(context.say("free.thanks")) if is_thanks(text) else None


def _is_plain(context: CommandContext, text: str) -> bool:
    """Whether nothing in a text limits what it asks for."""
    query = read_query(text, context.today(context.zone()), Vocabulary())
    return not (query.days or query.hours or query.unclear or query.without or query.people)


async def _about(context: CommandContext, text: str, found: Sequence[str]) -> AsyncIterator[Reply]:
    """Answer what somebody asks about the commits that they name.

    Raises:
        Mistake: words around them change what is asked for.
    """
    around = text
    for one in found:
        around = around.replace(one, " ")
    operator = refused(list(operators(around)))
    is_placed = operator and operator.kind in {"order", "place"} and not references(text)
    if operator and not is_placed and not (operator.kind == "exclusion" and asks_of_release(around)):
        raise about_operator(operator.kind, operator.text)
    if len(found) > 1:
        async for reply in explain(_as(context, Command("explain", tuple(found)))):
            yield reply
        return
    if asks_of_release(around):
        async for reply in fix(_as(context, Command("fix", (found[0].rpartition("@")[2],)))):
            yield reply
        return
    named: dict[str, tuple[str, ...]] = {ASKED: (REVERTED,)} if asks_of_reverts(around) else {}
    async for reply in show(_as(context, Command("show", (found[0],), named))):
        yield reply


async def _looked_for(context: CommandContext, found: list[str]) -> AsyncIterator[Reply]:
    """Answer with a day, an area, or a search, depending on what is named, as the command for it would."""
    if not found:
        yield _offer(context, "free.lost")
        return
    core, text = context.services.core, context.command.text
    query = await context.services.work.quick(lambda: asking.read(core, text, context.visible, context.zone()))
    is_span = [fold(word).lower() for word in found] in ([_WEEK], [_MONTH])
    if is_span and replace(query, clauses=(), days=Days(), newest=False) == Query(text):
        verb = fold(found[0]).lower()
        days = query.days
        on: dict[str, tuple[str, ...]] = {"on": (f"{days.first}..{days.last}",)} if days.first and days.last else {}
        async for reply in (week if verb == _WEEK else month)(_as(context, Command(verb, named=on))):
            yield reply
        return
    if context.visible and (command := _typed(context, query)):
        handler = area if command.verb == "area" else day
        async for reply in handler(_as(context, command)):
            yield reply
        if command.verb == "area":
            await _lean(context)
        return
    async for reply in ask_in_words(context):
        yield reply


async def _lean(context: CommandContext) -> None:
    """Let the next question build on this one, which an area's list has answered."""
    conversations, now = Conversations(context.services.core.stores.store), context.services.core.now()
    listed = await asked_before(context)
    asked = Before((context.command.text,), listed.commits if listed else ())
    await context.services.work.quick(lambda: conversations.note(context.request, asked, now))


def _typed(context: CommandContext, query: Query) -> Command | None:
    """Return the command for a question that names only days, or an area, perhaps on one day; None for any other."""
    about = [clause for clause in query.clauses if clause.said.lower() not in WORDS.one_of("words.digests")]
    if replace(query, clauses=(), days=Days(), newest=False) != Query(query.text) or len(about) > 1:
        return None
    first, last = query.days.first, query.days.last or context.today(context.zone())
    days = f"{first} to {last}" if first and first < last <= first + _MOST_DAYS else str(first) if first == last else ""
    if about:
        name = about[0].said if about[0].area else ""
        on: dict[str, tuple[str, ...]] = {"on": (days,)} if days else {}
        return Command("area", (name,), on) if name and (first == last or not query.days) else None
    return Command("date", (days,)) if days else None


def _as(context: CommandContext, command: Command) -> CommandContext:
    """Return the context of the command that a text stands for: with the same repository, language and flags."""
    named = {name: values for name, values in context.command.named.items() if name in {"repository", "lang"}}
    return replace(context, command=replace(command, named=named | dict(command.named), flags=context.command.flags))


def _stop(context: CommandContext) -> Note:
    """Explain how to end messages here, as far as the asker may."""
    buttons = [context.button("subs", "subs")]
    if context.is_admin and context.feeds:
        buttons.append(context.button("status", "status"))
    return Note(context.say("free.stop"), "plain", tuple(buttons))


def _offer(context: CommandContext, key: str) -> Note:
    buttons = [context.button("yesterday", "yesterday")] if context.visible else []
    return Note(context.say(key), "plain", (*buttons, context.button("help", "help")))
