"""Previews of archive links, limited to what the channel they were shared in may see."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from analysis.commits.window import Window, check_zone, parse_day
from analysis.entry import Entry
from analysis.errors import BadInput, NotFound
from bot.config import machine_zone
from bot.conversation.context import CommandContext
from bot.delivery.posts import commit_rows
from bot.digests.archive import Archive
from bot.digests.review import MONTH, WEEK, look_back
from formatters.outline import outline
from formatters.reply import CommitList, Reply
from formatters.review import review_outline

_SPAN = re.compile(r"/(?P<span>day|week|month)/(?P<last>[\w-]+)/(?P<repo>.+)")
_REPOSITORY = re.compile(r"/repo/(?P<repo>.+)")
_COMMIT = re.compile(r"/commit/([0-9a-f]{7,64})")
_SHOWN = 3


async def preview(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with the counts and must-knows of a day, a week or a month, a repository's newest week, or a commit.

    Nothing for any other URL, or if the content is not visible from here. Visibility is the channel's, not that of the
    person who shared the URL.
    """
    shown = context.of_channel
    found = await context.services.work.quick(lambda: _preview(shown))
    if found:
        yield found


def _preview(context: CommandContext) -> CommitList | None:
    root = context.services.core.settings.archive
    address, path = context.value("address"), ""
    if root and address.startswith(f"{root}/"):
        path = unquote(urlsplit(address.removeprefix(root)).path)
    if span := _SPAN.fullmatch(path):
        return _span(context, span["span"], span["last"], span["repo"])
    if repository := _REPOSITORY.fullmatch(path):
        return _repository(context, repository["repo"])
    if commit := _COMMIT.fullmatch(path.lower()):
        return _commit(context, commit[1])
    return None


def _zone(context: CommandContext) -> str:
    """Return the zone of the archive's days."""
    zone = context.services.core.settings.web.zone
    return check_zone(zone) if zone else machine_zone()


def _seen(context: CommandContext, name: str) -> str | None:
    return next((seen for seen in context.visible if seen.lower() == name.strip("/").lower()), None)


def _span(context: CommandContext, span: str, text: str, name: str) -> CommitList | None:
    """Return a day, or the review that the page shows, by its last day."""
    repo, zone = _seen(context, name), _zone(context)
    try:
        last = parse_day(text, context.today(zone))
    except BadInput:
        return None
    if repo is None:
        return None
    return (
        _day(context, repo, last, zone)
        if span == "day"
        else _back(context, repo, last, zone, WEEK if span == "week" else MONTH)
    )


def _repository(context: CommandContext, name: str) -> CommitList | None:
    """Return the week that ends with a repository's newest known day."""
    repo, zone = _seen(context, name), _zone(context)
    known = context.services.core.stores.history.span(repo) if repo else None
    return _back(context, repo, known[1].astimezone(ZoneInfo(zone)).date(), zone, WEEK) if repo and known else None


def _day(context: CommandContext, repo: str, day: date, zone: str) -> CommitList | None:
    core = context.services.core
    digest = Archive(core).digest(repo, Window.of(day, zone), context.language)
    if not digest.entries:
        return None
    made = outline(digest, core.sources.areas())
    return _listed(context, made.title, [item.entry for item in made.must_know], made.counts, zone)


def _back(context: CommandContext, repo: str, last: date, zone: str, count: int) -> CommitList | None:
    core = context.services.core
    try:
        made = look_back(core, repo, Window(last - timedelta(days=count - 1), last, zone), context.language)
    except (NotFound, OverflowError):  # nothing is known about it, or it begins before year 1
        return None
    told = review_outline(made, core.sources.areas())
    return (
        _listed(context, told.title, [matter.lead for matter in made.top], told.counts, zone) if made.entries else None
    )


def _listed(context: CommandContext, title: str, entries: Sequence[Entry], counts: str, zone: str) -> CommitList:
    core = context.services.core
    rows = commit_rows(entries[:_SHOWN], core.sources.areas(), context.language, zone, core.stores.commits.numbers())
    return CommitList(title, rows, context.language, counts)


def _commit(context: CommandContext, sha: str) -> CommitList | None:
    core = context.services.core
    hits = {hit[1]: hit for repo in context.visible for hit in core.stores.commits.find(sha, repo)}
    entry = core.memory.entry(*next(iter(hits.values())), context.language) if len(hits) == 1 else None
    if entry is None:
        return None
    numbers = core.stores.commits.numbers()
    rows = commit_rows([entry], core.sources.areas(), context.language, context.zone(entry.commit.repo), numbers)
    return CommitList(entry.commit.repo, rows, context.language)
