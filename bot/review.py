"""A look back on a week or a month of a repository, from what the store knows."""

from analysis.entry import Language
from analysis.errors import NotFound
from analysis.review import Review, review
from analysis.window import Window
from bot.archive import Archive
from bot.core import Core

WEEK, MONTH = 7, 30
_ENOUGH_BEFORE = 14
"""So many days must be known before a window, or nobody can say who was new in it."""


def look_back(core: Core, repo: str, window: Window, language: Language) -> Review:
    """Look back on a window of a repository.

    Raises:
        NotFound: no day of it is known.
    """
    known, archive = core.commits.repository(repo), Archive(core)
    length = (window.last - window.first).days + 1
    days = archive.days(known, window, length) if known else ()
    if known is None or not days:
        raise NotFound(
            f"Nothing of {repo} from {window.first} to {window.last} is known: read it first, with daybrief backfill "
            f"--repo {repo} --since {window.first}."
        )
    before = archive.days(known, window.before(4 * length), 4 * length)
    entries = core.with_analyses(core.commits.between(known, window.start, window.end), language)
    earlier = core.earlier(entries)
    new = None
    if len(before) >= _ENOUGH_BEFORE:
        new = core.newcomers(known, window, entries, before)
    return review(known, window, language, entries, days, before, earlier, new)
