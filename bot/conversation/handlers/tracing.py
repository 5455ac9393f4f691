"""Answers about where a fix is."""

from collections.abc import AsyncIterator

from analysis.errors import BadInput, NotFound
from bot.commands.grammar import Mistake
from bot.commands.references import wanted_fix
from bot.conversation.context import CommandContext
from bot.conversation.handlers.days import place_of
from bot.conversation.handlers.uses import used
from bot.delivery.findings import findings_sheet
from bot.digests.tracing import trace
from formatters.reply import Reply, Sheet
from formatters.tracing import trace_findings


async def fix(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with where a fix is: landed, taken back, released, in the version that the asker uses."""
    repo = context.repository()
    text = " ".join(word for word in context.command.words if not context.is_repository(word))
    try:
        wanted = wanted_fix(text)
    except BadInput:
        raise Mistake("mistake.fix_missing") from None

    def answer() -> Sheet:
        core = context.services.core
        try:
            made = trace(core, core.sources.open(place_of(context, repo)), wanted, used(context, repo))
        except NotFound:
            raise Mistake("mistake.fix", text=wanted.text) from None
        return findings_sheet(trace_findings(made, context.language))

    yield context.working("working.fix", text=wanted.text)
    key = ("fix", repo.lower(), wanted, context.language, str(context.recipient), context.command.is_public)
    yield await context.services.work.shared(key, answer, repo.lower())
