"""Answers to searches: for the words as they stand, and where nothing has them, as a question."""

from collections.abc import AsyncIterator, Callable, Sequence
from zoneinfo import ZoneInfo

from analysis.errors import BadInput
from analysis.questions.answer import Answer
from bot.commands import asking, meanings, queries
from bot.commands.mistakes import Mistake
from bot.conversation.context import CommandContext
from bot.conversation.handlers.commits import SHOWN, from_store, listed, one_or_all
from bot.conversation.handlers.questions import answered, refuse_strange
from formatters.asking import understood
from formatters.i18n.wording import label
from formatters.reply import Reply
from storage.search import Answer as Matches
from storage.search import Question


async def search(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with what a search finds in the repositories that may be seen from here."""
    repo = one_or_all(context)
    core, zone = context.services.core, context.zone(repo or "")
    words = context.command.text
    given = {name: ",".join(context.values(name)) for name in queries.FILTERS if context.value(name)}

    def look() -> tuple[Matches, Answer | None]:
        now = core.now().astimezone(ZoneInfo(zone))
        wrong = queries.misspelt(core, words, now, "=")
        if wrong:
            key = "mistake.filter_apart" if wrong[0].replace(":", "=") == wrong[1] else "mistake.filter"
            raise Mistake(key, text=wrong[0], right=wrong[1])
        since, until = (
            meanings.since(given[name], now, last=name == "until") if name in given else None
            for name in ("since", "until")
        )
        if since and until and since >= until:
            raise Mistake("mistake.reversed", since=given["since"], until=given["until"])
        wanted = Question(
            words=words,
            since=since,
            until=until,
            areas=_alternatives(context.values("area"), lambda name: meanings.area(core, name)),
            types=_alternatives(context.values("type"), meanings.change_type),
            authors=tuple(name.lstrip("@") for name in meanings.listed(given.get("author", ""))),
            least=meanings.importance(given["min"]).rank if "min" in given else None,
        )
        found, answer = asking.search(core, wanted, context.language, repo, SHOWN, context.visible, zone)
        if answer:
            refuse_strange(context, answer.query)
        return found, answer

    if not (words.strip() or given):
        raise Mistake("mistake.search_missing")
    try:
        found, answer = await from_store(context, look)
    except Mistake:
        raise
    except BadInput:
        raise Mistake("mistake.search_missing") from None
    if answer and answer.found:
        yield await answered(context, answer, zone)
        return
    what = understood(answer.query, context.language) if answer else words
    shown = " ".join([what, *(f"{name}={value}" for name, value in given.items())]).strip()
    yield await _found(context, shown, found)


def _alternatives(values: Sequence[str], read: Callable[[str], str]) -> tuple[tuple[str, ...], ...]:
    """Read what a search is narrowed to: `AMD,NPU` is any of them, what is given twice must hold twice."""
    return tuple(tuple(map(read, meanings.listed(value))) for value in values)


async def _found(context: CommandContext, title: str, answer: Matches) -> Reply:
    key = "answer.none" if not answer.entries else "answer.count_more" if answer.more else "answer.count"
    head = label(key, context.language, title=title, count=len(answer.entries))
    shown = answer.entries[:SHOWN]
    note = context.say("title.narrow") if answer.more or len(shown) < len(answer.entries) else ""
    return await listed(context, shown, head, note)
