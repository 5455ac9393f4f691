"""The digests as resources: each visible repository's last days, and any day by its URI."""

import re
from datetime import date, timedelta

from analysis.commits.window import Window
from analysis.errors import BadInput, NotFound
from bot.digests.archive import Archive
from bot.digests.core import Core
from bot.mcp.tools import NOTICE, Reader
from formatters.markdown.report import markdown

TEMPLATE = "daybrief://day/{owner}/{name}/{date}"
_ADDRESS = re.compile(r"daybrief://day/(?P<repo>[\w.-]+/[\w.-]+)/(?P<date>\d{4}-\d\d-\d\d)", re.ASCII)
_BACK = 14


def listed(core: Core, reader: Reader) -> list[tuple[str, str]]:
    """Return the addresses and titles of the last two weeks' digests that have commits, newest first."""
    archive, found = Archive(core), list[tuple[date, str, int]]()
    for repo in reader.repos:
        if span := archive.history.span(repo):
            last = Window.of(date.min.replace(year=2000), reader.zone).local(span[1]).date()
            days = archive.calendar(repo, Window(last - timedelta(days=_BACK), last, reader.zone))
            found += [(day, repo, commits) for day, (commits, _) in days.items()]
    return [
        (f"daybrief://day/{repo}/{day}", f"{repo}, {day}: {commits} commits")
        for day, repo, commits in sorted(found, reverse=True)
    ]


def report(core: Core, reader: Reader, address: str) -> str:
    """Return a day's report as Markdown, below a line saying whose words it contains.

    Raises:
        BadInput: it is not the address of a day.
        NotFound: nothing is known about that day, or it is not visible.
    """
    found = _ADDRESS.fullmatch(address)
    try:
        day = date.fromisoformat(found["date"]) if found else None
    except ValueError:
        day = None
    if found is None or day is None:
        raise BadInput(f"That is not the address of a digest: {TEMPLATE}.")
    repo = reader.seen(found["repo"])
    archive, window = Archive(core), Window.of(day, reader.zone)
    digest = archive.digest(repo, window, "en")
    if not digest.entries and not archive.was_read(repo, window):
        raise NotFound(f"{day} of {repo} has not been read yet.")
    return f"> {NOTICE.replace('under `data`', 'below')}\n\n{markdown(digest, core.sources.areas())}"
