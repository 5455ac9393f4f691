"""A look-back on a week or a month of a repository, from the store; days it lacks are read first."""

from collections.abc import Callable
from datetime import date

from analysis.commits.window import Window
from analysis.digest.pipeline import silent
from analysis.digest.review import Review, review
from analysis.entry import Analyser, Entry
from analysis.errors import NotFound
from analysis.i18n.language import Language
from analysis.sources import CommitSource
from bot.digests.core import Core
from storage.digests import NOTHING_TOLD

WEEK, MONTH = 7, 30
_WHOLE = 5  # times the window's length: it is compared with the four before it
_ENOUGH_BEFORE = 14
"""Days that must be known before a window to be able to say who was new in it."""


def everything(_entry: Entry) -> bool:
    """Accept every commit."""
    return True


def look_back(
    core: Core, repo: str, window: Window, language: Language, wants: Callable[[Entry], bool] = everything
) -> Review:
    """Review a window of a repository, limited to the commits that `wants` accepts.

    Commits count by committer time: late ones belong to their own days.

    Raises:
        NotFound: no day of it is known.
    """
    known = core.stores.commits.repository(repo)
    days = core.stores.history.days(known, window, _WHOLE * len(window.days), wants) if known else ()
    before = [day for day in days if day.date < window.first]
    if known is None or len(before) == len(days):
        raise NotFound(
            f"Nothing is known of {repo} from {window.first} to {window.last}: read it first with daybrief backfill "
            f"--repo {repo} --since {window.first} --until {window.last}."
        )
    remembered = core.memory.with_analyses(core.stores.commits.between(known, window.start, window.end), language)
    entries = list(filter(wants, remembered))
    newcomers = core.memory.newcomers(known, window, entries, before) if len(before) >= _ENOUGH_BEFORE else None
    return review(
        known, window, language, entries, unread(core, known, window), days, core.memory.earlier(entries), newcomers
    )


def unread(core: Core, repo: str, window: Window) -> tuple[date, ...]:
    """Return the days of a window that were not read after they ended."""
    read = core.stores.history.read_days(core.stores.commits.repository(repo) or repo, window)
    return tuple(day for day in window.days if day not in read)


def half_read(core: Core, repo: str, window: Window, language: Language) -> tuple[date, ...]:
    """Return the days of a window with commits not yet read in a language."""
    entries = _pending(core, core.stores.commits.repository(repo) or repo, window, language)
    return tuple(sorted({window.local(entry.commit.committed_at).date() for entry in entries}))


def pending(core: Core, made: Review) -> int:
    """Count the commits of a review that were not yet read in its language, so that the rules describe them."""
    shas = {entry.commit.sha for entry in _pending(core, made.repo, made.window, made.language)}
    return sum(entry.commit.sha in shas for entry in made.entries)


def _pending(core: Core, repo: str, window: Window, language: Language) -> list[Entry]:
    entries = core.stores.commits.between(repo, window.start, window.end)
    read = core.stores.analyses.ever(repo, [entry.commit.sha for entry in entries], language)
    return [entry for entry in entries if entry.commit.sha not in read]


def read_day(core: Core, source: CommitSource, day: Window, language: Language, analyser: Analyser) -> None:
    """Read a day from its source, as for a digest; what is known about it is not reread.

    Raises:
        NotFound, Outage: the source cannot be read.
    """
    digest, _ = core.digest(source, day, language, analyser, silent, told=NOTHING_TOLD)
    if core.stores.digests.told(digest.repo, day) is None:
        core.stores.digests.put(digest)
