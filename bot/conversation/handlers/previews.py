"""Short looks at what an address of the archive shows, for whoever reads the channel that it was shared in."""

import re
from collections.abc import AsyncIterator
from urllib.parse import unquote, urlsplit

from analysis.commits.window import Window, check_zone, parse_day
from analysis.errors import BadInput
from bot.config import machine_zone
from bot.conversation.context import CommandContext
from bot.delivery.posts import commit_rows
from bot.digests.archive import Archive
from formatters.outline import outline
from formatters.reply import CommitList, Reply

_DAY = re.compile(r"/day/([\w-]+)/(.+)")
_COMMIT = re.compile(r"/commit/([0-9a-f]{7,64})")
_SHOWN = 3


async def preview(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with a day's counts and must-knows, or a commit; nothing for an address of anything else, or unseen from here.

    What is seen is what the channel sees, not what whoever shared the address does.
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
    if day := _DAY.fullmatch(path):
        return _day(context, day[1], day[2].strip("/"))
    if commit := _COMMIT.fullmatch(path.lower()):
        return _commit(context, commit[1])
    return None


def _day(context: CommandContext, text: str, name: str) -> CommitList | None:
    core = context.services.core
    repo = next((seen for seen in context.visible if seen.lower() == name.lower()), None)
    zone = core.settings.web.zone
    zone = check_zone(zone) if zone else machine_zone()
    try:
        window = Window.of(parse_day(text, context.today(zone)), zone)
    except BadInput:
        return None
    if repo is None:
        return None
    digest = Archive(core).digest(repo, window, context.language)
    if not digest.entries:
        return None
    made = outline(digest, core.sources.areas())
    must_know = [item.entry for item in made.must_know[:_SHOWN]]
    rows = commit_rows(must_know, core.sources.areas(), context.language, zone, core.stores.commits.numbers())
    return CommitList(made.title, rows, context.language, made.counts)


def _commit(context: CommandContext, sha: str) -> CommitList | None:
    core = context.services.core
    hits = {hit[1]: hit for repo in context.visible for hit in core.stores.commits.find(sha, repo)}
    entry = core.memory.entry(*next(iter(hits.values())), context.language) if len(hits) == 1 else None
    if entry is None:
        return None
    numbers = core.stores.commits.numbers()
    rows = commit_rows([entry], core.sources.areas(), context.language, context.zone(entry.commit.repo), numbers)
    return CommitList(entry.commit.repo, rows, context.language)
