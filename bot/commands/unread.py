"""Which of the days that somebody asks about were never read, so that nothing found on them is no news of them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from analysis.commits.window import Window
from analysis.questions.spans import Days
from bot.digests.core import Core
from storage.search import Question


def unread(core: Core, repos: Sequence[str], days: Days, zone: str) -> tuple[Days, ...]:
    """Return the spans of these days whose commits are not all known, because they were not read after they ended.

    Today counts as read once a part of it was. A span without a start begins with the first known day.
    """
    today, known = today_in(core, zone), known_since(core, repos, zone)
    last = min(days.last or today, today)
    if not days or not known:
        return ()
    if last < known:
        return (Days(days.first, last),)
    window = Window(max(days.first or known, known), last, zone)
    history, missing = core.stores.history, set[date]()
    for repo in repos:
        missing |= set(window.days) - history.read_days(repo, window)
    if all(history.is_begun(repo, Window.of(today, zone)) for repo in repos):
        missing.discard(today)
    spans = list(_spans(sorted(missing)))
    if days.first and days.first < known:
        is_next = bool(spans) and spans[0].first == known
        spans[: int(is_next)] = [Days(days.first, spans[0].last if is_next else known - timedelta(days=1))]
    return tuple(spans)


def days_of(wanted: Question, zone: str) -> Days:
    """Return the days between the moments that a search is limited to."""
    since, until = wanted.since, wanted.until
    last = (until - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() if until else None
    return Days(since.astimezone(ZoneInfo(zone)).date() if since else None, last)


def known_since(core: Core, repos: Sequence[str], zone: str) -> date | None:
    """Return the day of the oldest known commit; None without any."""
    spans = [span[0] for name in repos if (span := core.stores.history.span(name))]
    return min(spans).astimezone(ZoneInfo(zone)).date() if spans else None


def today_in(core: Core, zone: str) -> date:
    """Return today's date in a zone."""
    return core.now().astimezone(ZoneInfo(zone)).date()


def _spans(days: Sequence[date]) -> Iterator[Days]:
    """Merge adjacent days."""
    first = last = None
    for day in days:
        if first and last and day > last + timedelta(days=1):
            yield Days(first, last)
            first = None
        first, last = first or day, day
    if first:
        yield Days(first, last)
