"""Answers about moving from one version to another."""

from collections.abc import AsyncIterator

from bot.commands.grammar import Mistake
from bot.conversation.context import CommandContext
from bot.conversation.handlers.days import place_of
from bot.digests.upgrade import make, plan
from formatters.reply import Reply, Sheet
from formatters.upgrade import upgrade_outline

_FEW = 6
"""Lines of a part in a chat."""
_MOST_UNREAD = 500
"""Commits that are read for a question: some seconds from a clone, some minutes from GitHub."""


async def upgrade(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with what moving from one version to another does."""
    repo = context.repository()
    versions = next((word for word in context.command.words if ".." in word), "")
    if not versions:
        raise Mistake("mistake.versions_missing")
    yield context.working("working.upgrade", repo=repo)
    key = ("upgrade", repo.lower(), versions, context.language)
    yield await context.services.work.shared(key, lambda: _answer(context, repo, versions), repo.lower())


def _answer(context: CommandContext, repo: str, versions: str) -> Sheet:
    core = context.services.core
    source = core.sources.open(place_of(context, repo))
    missing = plan(core, source, versions).missing
    if missing > _MOST_UNREAD:
        raise Mistake("mistake.upgrade_unread", count=str(missing), repo=repo, versions=versions)
    made = make(core, source, versions, context.language)
    told = upgrade_outline(made, core.sources.areas(), context.language, _FEW)
    rows = []
    for part in told.parts:
        rows += [(part.name if number == 0 else "", line.text) for number, line in enumerate(part.lines)]
        rows += [("", part.more)] if part.more else []
    return Sheet(
        title=told.title,
        columns=(context.say("column.part"), context.say("column.change")),
        rows=tuple(rows),
        language=context.language,
        note=" ".join([told.calm or told.span, *told.notices]),
    )
