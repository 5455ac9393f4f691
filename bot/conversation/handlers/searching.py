"""Handlers for searches: for the exact words, and if nothing contains them, as a question."""

from collections.abc import AsyncIterator

from analysis.errors import BadInput
from analysis.i18n.typography import LIST_SIGNS
from analysis.questions.answer import Answer
from analysis.questions.spans import Days
from bot.commands import asking, searches
from bot.commands.mistakes import Mistake
from bot.commands.unread import days_of, unread
from bot.conversation.context import CommandContext
from bot.conversation.handlers.commits import SHOWN, from_store, listed, one_or_all
from bot.conversation.handlers.questions import answered
from formatters.asking import say_unread, understood
from formatters.i18n.wording import label
from formatters.reply import Reply
from storage.search import Answer as Matches


async def search(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with what a search finds in the repositories visible from here."""
    repo = one_or_all(context)
    core, zone = context.services.core, context.zone(repo or "")
    words = context.command.text
    given = {name: context.values(name) for name in searches.FILTERS if context.value(name)}

    def look() -> tuple[Matches, Answer | None, tuple[Days, ...]]:
        wanted = searches.wanted(core, words, given, zone)
        is_quoted = any(" " in word for word in context.command.words)
        found, answer = asking.search(
            core, wanted, context.language, repo, SHOWN, context.visible, zone, is_quoted=is_quoted
        )
        repos = asking.repositories(core, repo, context.visible)
        return found, answer, unread(core, repos, days_of(wanted, zone), zone)

    if not (words.strip() or given):
        raise Mistake("mistake.search_missing")
    try:
        found, answer, missing = await from_store(context, look)
    except Mistake:
        raise
    except BadInput:
        raise Mistake("mistake.search_missing") from None
    filters = " ".join(
        [*searches.left_out_in(words), *(f"{name}={','.join(values)}" for name, values in given.items())]
    )
    if answer and answer.found:
        yield await answered(context, answer, zone, filters)
        return
    what = understood(answer.query, context.language) if answer else _as_words(context, words)
    notes = say_unread(missing or (answer.unread if answer else ()), context.language)
    yield await _found(context, f"{what} {filters}".strip(), found, "\n".join(notes))


def _as_words(context: CommandContext, words: str) -> str:
    """Say which words were looked for, as they were typed."""
    shown = " ".join(one for one in words.split() if one not in searches.left_out_in(words)).rstrip(LIST_SIGNS)
    return label("ask.words", context.language, words=shown) if shown else ""


async def _found(context: CommandContext, title: str, answer: Matches, note: str) -> Reply:
    key = "answer.none" if not answer.entries else "answer.count_more" if answer.more else "answer.count"
    head = label(key, context.language, title=title, count=len(answer.entries))
    shown = answer.entries[:SHOWN]
    more = context.say("title.narrow") if answer.more or len(shown) < len(answer.entries) else ""
    return await listed(context, shown, head, "\n".join(filter(None, (more, note))))
