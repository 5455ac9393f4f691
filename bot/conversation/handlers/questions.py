"""Handlers for questions in plain words, including follow-ups in the same thread."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from analysis.entry import RULES
from analysis.errors import NotFound
from analysis.questions.answer import Answer, Said
from analysis.questions.follow_up import joined, leans
from analysis.questions.query import Query
from bot.commands import asking
from bot.commands.mistakes import Mistake
from bot.conversation.asked import Before, Conversations, asked_before, commit_pointed_at
from bot.conversation.context import CommandContext
from bot.conversation.handlers.commits import show
from bot.conversation.progress import UnderWay
from bot.delivery.posts import commit_rows
from bot.digests.answering import in_sentences
from bot.port.command import Command
from formatters.asking import answer_outline, say_said
from formatters.reply import Board, CommitList, Note, Reply, Step
from formatters.text.links import commit_page, pull_request_page


async def ask(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer a question: by rules, and if a model is configured, in its sentences above their evidence."""
    text, core, work = context.command.text, context.services.core, context.services.work
    conversations, before = Conversations(core.stores.store), await asked_before(context)
    if await commit_pointed_at(context, text):
        async for reply in show(replace(context, command=Command("show", (text,), flags=context.command.flags))):
            yield reply
        return
    named = context.seen(context.value("repository")) if context.value("repository") else None
    if not context.visible:
        context.repository()  # raises the explanation
    zone = context.zone(named or "")

    def look() -> tuple[Answer, Before]:
        repos = asking.repositories(core, named, context.visible)
        query, texts = _read(context, repos, zone, before)
        if query.is_empty:
            raise Mistake("free.lost")
        found = asking.answer(core, query, repos, context.language, zone, last_list=before.commits if before else ())
        return found, Before(texts, tuple(f"{one.entry.commit.repo}@{one.entry.commit.sha}" for one in found.found))

    try:
        answer, asked = await work.quick(look)
    except NotFound:
        raise Mistake("mistake.nothing_known") from None
    if answer.found or answer.counted:  # questions about unknown words are no basis for later ones
        await work.quick(lambda: conversations.note(context.request, asked, core.now()))
    if answer.found and context.services.fresh.name != RULES:
        note = replace(context.working("working.ask"), steps=(_reading(context, answer),))
        yield note
        key = ("ask", asked.texts, context.language, asked.commits)
        said = list[str]()

        def begin(has_changed: Callable[[], None]) -> Awaitable[Answer]:
            def heard(one: Said) -> None:
                said.append(say_said(one))
                has_changed()

            return work.shared(key, lambda: in_sentences(core, found, context.language, heard=heard))

        found, making = answer, UnderWay(begin)
        async for _ in making.changes(context):
            yield replace(note, paragraphs=tuple(said))
        answer = await making.result()
    yield await answered(context, answer, zone)


def _reading(context: CommandContext, answer: Answer) -> Step:
    """Return the step of reading what was found, with links to it."""
    commits = [found.entry.commit for found in answer.found]
    pages = (
        (pull_request_page(one), f"#{one.pull_request}") if one.pull_request else (commit_page(one), one.short)
        for one in commits
    )
    text = context.say("working.ask_read", count=len(commits))
    return Step(text, links=tuple((page, name) for page, name in pages if page))


def _read(
    context: CommandContext, repos: tuple[str, ...], zone: str, before: Before | None
) -> tuple[Query, tuple[str, ...]]:
    """Parse a question together with those it builds on; return their texts as well."""
    core, text = context.services.core, context.command.text
    query = asking.read(core, text, repos, zone)
    if not before or not leans(text):
        return query, (text,)
    areas = core.sources.areas()
    earlier = Query("")
    for one in before.texts:
        earlier = joined(earlier, asking.read(core, one, repos, zone), areas)
    return joined(earlier, query, areas), (*before.texts, text)


async def answered(context: CommandContext, answer: Answer, zone: str, filters: str = "") -> Reply:
    """Return an answer as a list of commits, below a model's summary; `filters` as they were typed, which it was limited by."""
    return await context.services.work.quick(lambda: _reply(context, answer, zone, filters))


def _reply(context: CommandContext, answer: Answer, zone: str, filters: str) -> Reply:
    core = context.services.core
    areas, language = core.sources.areas(), context.language
    told = answer_outline(answer, areas, language, filters)
    numbers = core.stores.commits.numbers()
    rows = commit_rows([found.entry for found in answer.found], areas, language, zone, numbers)
    shown = tuple(replace(row, sentence=item.gist) for row, item in zip(rows, told.items, strict=True))
    found = CommitList(told.title, shown, language, "\n".join(told.notes))
    return Board((Note("\n\n".join(told.told)), found), language) if told.told else found
