"""Handlers that look back on the last week or month, using only what is stored."""

from collections.abc import AsyncIterator

from analysis.commits.window import Window
from analysis.errors import NotFound
from bot.commands.mistakes import Mistake
from bot.commands.spans import read_span, say_span
from bot.conversation.context import CommandContext
from bot.delivery.posts import archive_page, review_files, review_post
from bot.digests.review import MONTH, WEEK, look_back
from formatters.i18n.wording import say_days
from formatters.reply import Reply, ReviewPost

WHOLE = "whole"
"""The word for the complete content, as buttons say it, because not every place has threads."""


async def week(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with a review of the last seven days."""
    async for reply in _looked_back(context, WEEK):
        yield reply


async def month(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with a review of the last thirty days."""
    async for reply in _looked_back(context, MONTH):
        yield reply


async def _looked_back(context: CommandContext, days: int) -> AsyncIterator[Reply]:
    repo = context.repository()
    zone = context.zone(repo)
    today = context.today(zone)
    on = context.value("on")
    window = read_span(on, today, zone) if on else Window.of(today, zone).before(days)
    said = say_days(window, context.language)
    yield context.working("working.review", repo=repo, day=said)
    stands, is_whole = context.command.is_public or context.asker.is_direct, WHOLE in context.command.words
    key = (context.command.verb, repo.lower(), window, context.language, stands, is_whole)
    try:
        yield await context.services.work.shared(
            key, lambda: _post(context, repo, window, stands=stands, is_whole=is_whole)
        )
    except NotFound:
        raise Mistake("mistake.not_read", repo=repo, day=said, date=window.last.isoformat()) from None


def _post(context: CommandContext, repo: str, window: Window, *, stands: bool, is_whole: bool) -> ReviewPost:
    core = context.services.core
    made, areas = look_back(core, repo, window, context.language), core.sources.areas()
    number = core.stores.commits.numbers().get(made.repo, 0)
    return review_post(
        made, areas, number,
        page=archive_page(core, made),
        files=review_files(made, areas) if stands else (),
        more="" if is_whole else f"{context.command.verb} {WHOLE} on={say_span(window)}",
        is_whole=is_whole,
    )  # fmt: skip
