"""Handlers about where a fix is, which commits may have broken something, and the patches of a fork."""

from collections.abc import AsyncIterator

from analysis.digest.pipeline import Step, silent
from analysis.errors import BadInput, NotFound
from analysis.sources.git_history import GitHistory
from analysis.sources.git_patches import MOST, NoFork
from analysis.sources.git_patches import patches as tried
from analysis.sources.revisions import read_range
from bot.commands import meanings
from bot.commands.mistakes import Mistake
from bot.commands.references import wanted_fix
from bot.conversation.context import CommandContext
from bot.conversation.handlers.days import place_of
from bot.conversation.handlers.upgrades import refuse_unread
from bot.conversation.handlers.uses import used
from bot.conversation.progress import Progress
from bot.delivery.findings import findings_sheet
from bot.digests.suspects import look
from bot.digests.tracing import trace
from formatters.reply import Reply, Sheet
from formatters.tracing import patches_findings, suspicion_findings, trace_findings

_SHOWN = 8


async def fix(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with the state of a fix: landed, reverted, released, in the version that the asker uses."""
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


async def suspects(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with the commits of a range that may have broken something, likeliest first."""
    repo = context.repository()
    versions = next((word for word in context.command.words if ".." in word), "")
    if not versions:
        raise Mistake("mistake.versions_missing")
    others = [word for word in context.command.words if word != versions and not context.is_repository(word)]
    words, area = " ".join(others), context.value("area")
    key = await context.services.work.quick(lambda: meanings.area(context.services.core, area)) if area else ""

    def answer(step: Step) -> Sheet:
        core = context.services.core
        source = core.sources.open(place_of(context, repo))
        refuse_unread(core, source, versions, "suspects")
        made = look(core, source, versions, words, (key,) if key else (), step)
        return findings_sheet(suspicion_findings(made, core.sources.areas(), context.language, _SHOWN))

    note, work = context.working("working.suspects", repo=repo), context.services.work
    yield note
    asked = ("suspects", repo.lower(), versions, words, key, context.language)
    making = Progress(lambda step: work.shared(asked, lambda: answer(step), repo.lower()))
    async for newer in making.notes(context, note):
        yield newer
    yield await making.result()


async def patches(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with the state of a fork's patches, only from the clone that the configuration gives the repository."""
    repo = context.repository()
    branches = next((word for word in context.command.words if ".." in word), "")
    try:
        upstream, fork = read_range(branches)
    except BadInput:
        raise Mistake("mistake.branches_missing") from None
    others = (word for word in context.command.words if word != branches and not context.is_repository(word))
    if other := next(others, ""):
        raise Mistake("mistake.surplus", text=other)

    def answer() -> Sheet:
        source = context.services.core.sources.open(place_of(context, repo))
        if not isinstance(source, GitHistory):
            raise Mistake("mistake.no_clone", repo=repo)
        try:
            found = tried(source, upstream, fork, silent)
        except NoFork:
            raise Mistake("mistake.no_fork", upstream=upstream, fork=fork, most=str(MOST)) from None
        return findings_sheet(patches_findings(repo, upstream, fork, found, context.language))

    yield context.working("working.patches", upstream=upstream, fork=fork)
    key = ("patches", repo.lower(), upstream, fork, context.language)
    yield await context.services.work.shared(key, answer, repo.lower())
