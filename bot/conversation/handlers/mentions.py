"""Handlers about the commits that someone's message mentions."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from analysis.entry import Entry
from analysis.errors import NotFound
from bot.commands.mistakes import Mistake
from bot.commands.queries import show_commit
from bot.commands.references import reference
from bot.conversation.context import CommandContext
from bot.conversation.handlers.commits import listed, show
from formatters.reply import Reply

_SHOWN, _NAMED = 20, 5


async def explain(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with the commit that a message refers to, or a choice of several; the command's words are references."""
    names = context.command.words
    if not names:
        raise Mistake("mistake.explain_nothing")
    if not context.visible:
        context.repository()  # raises the explanation
    found = await context.services.work.quick(lambda: _known(context, names))
    if len(found) > 1:
        yield await listed(context, found[:_SHOWN], context.say("title.which_commit"))
        return
    sha = next((name for name in names if (pointed := reference(name)) and pointed.sha and not name.isdecimal()), "")
    name = f"{found[0].commit.repo}@{found[0].commit.sha}" if found else names[0] if len(names) == 1 else sha
    if not name:
        raise Mistake("mistake.explain_unknown", names=tuple(f"`{one}`" for one in names[:_NAMED]))
    async for reply in show(replace(context, command=replace(context.command, verb="show", words=(name,)))):
        yield reply


def _known(context: CommandContext, names: Sequence[str]) -> list[Entry]:
    """Return the named commits that are in the store, without duplicates, in order."""
    found: dict[tuple[str, str], Entry] = {}
    for name in names:
        pointed = reference(name)
        try:
            repo = context.seen(pointed.repo) if pointed and pointed.repo else None
            sought = replace(pointed, repo=repo or "") if pointed else name
            detail = show_commit(context.services.core, sought, context.language, repo, context.visible)
        except (Mistake, NotFound):
            continue
        for entry in (detail.entry, *detail.choices):
            if entry:
                found.setdefault((entry.commit.repo, entry.commit.sha), entry)
    return list(found.values())
