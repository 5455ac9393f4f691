"""Answers that look back: the last week, the last month; from what is known, nothing is read for them."""

from collections.abc import AsyncIterator

from analysis.commits.window import Window
from analysis.errors import NotFound
from bot.commands.grammar import Mistake, read_span, say_span
from bot.conversation.context import Question
from bot.delivery.posts import archive_page, review_files, review_post
from bot.digests.review import MONTH, WEEK, look_back
from formatters.i18n.wording import say_days
from formatters.reply import Reply, ReviewPost

WHOLE = "whole"
"""The word for all of it at once, as a button says it: not everywhere is a thread."""


async def week(question: Question) -> AsyncIterator[Reply]:
    """Answer with a look back on the last seven days."""
    async for reply in _looked_back(question, WEEK):
        yield reply


async def month(question: Question) -> AsyncIterator[Reply]:
    """Answer with a look back on the last thirty days."""
    async for reply in _looked_back(question, MONTH):
        yield reply


async def _looked_back(question: Question, days: int) -> AsyncIterator[Reply]:
    repo = question.repository()
    zone = question.zone(repo)
    today = question.today(zone)
    on = question.value("on")
    window = read_span(on, today, zone) if on else Window.of(today, zone).before(days)
    said = say_days(window, question.language)
    yield question.working("working.review", repo=repo, day=said)
    stands, is_whole = question.command.is_public or question.asker.is_direct, WHOLE in question.command.words
    key = (question.command.verb, repo.lower(), window, question.language, stands, is_whole)
    try:
        yield await question.desk.work.shared(
            key, lambda: _post(question, repo, window, stands=stands, is_whole=is_whole)
        )
    except NotFound:
        raise Mistake("mistake.not_read", repo=repo, day=said, date=window.last.isoformat()) from None


def _post(question: Question, repo: str, window: Window, *, stands: bool, is_whole: bool) -> ReviewPost:
    core = question.desk.core
    made, areas = look_back(core, repo, window, question.language), core.areas()
    number = core.commits.numbers().get(made.repo, 0)
    return review_post(
        made, areas, number,
        page=archive_page(core, made),
        files=review_files(made, areas) if stands else (),
        more="" if is_whole else f"{question.command.verb} {WHOLE} on={say_span(window)}",
        is_whole=is_whole,
    )  # fmt: skip
