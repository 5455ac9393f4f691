"""Handlers about upgrades from one version to another."""

from collections.abc import AsyncIterator

from analysis.digest.pipeline import Step
from analysis.sources.revisions import Revisions
from bot.commands.mistakes import Mistake
from bot.conversation.context import CommandContext
from bot.conversation.handlers.days import place_of
from bot.conversation.handlers.uses import used
from bot.conversation.progress import Progress
from bot.delivery.upgrades import upgrade_sheet
from bot.digests.core import Core
from bot.digests.upgrade import MOST_UNREAD, make, plan
from formatters.reply import Reply, Sheet


async def upgrade(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with what moving from one version to another changes."""
    repo = context.repository()
    versions = next((word for word in context.command.words if ".." in word), "")
    if not versions:
        raise Mistake("mistake.versions_missing")
    note = context.working("working.upgrade", repo=repo)
    yield note
    # An answer based on an asker's own file is theirs: other people's concurrent requests do not share it.
    whose = str(context.recipient) if not context.command.is_public else context.asker.channel
    key = ("upgrade", repo.lower(), versions, context.language, whose)
    work = context.services.work
    making = Progress(lambda step: work.shared(key, lambda: _answer(context, repo, versions, step), repo.lower()))
    async for newer in making.notes(context, note):
        yield newer
    yield await making.result()


def _answer(context: CommandContext, repo: str, versions: str, step: Step) -> Sheet:
    core = context.services.core
    source = core.sources.open(place_of(context, repo))
    refuse_unread(core, source, versions, "upgrade")
    made = make(core, source, versions, context.language, step, used(context, repo))
    return upgrade_sheet(made, core.sources.areas(), context.language)


def refuse_unread(core: Core, source: Revisions, versions: str, verb: str) -> None:
    """Raise Mistake if more commits between two versions are unread than anyone would wait for."""
    missing = plan(core, source, versions).missing
    if missing > MOST_UNREAD:
        raise Mistake("mistake.upgrade_unread", count=str(missing), repo=source.repo, versions=versions, verb=verb)
