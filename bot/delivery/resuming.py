"""Resumes a paused feed and makes up for what its channel rejected, but not for what a person paused."""

from dataclasses import dataclass, replace
from datetime import datetime

from analysis.commits.window import Window
from analysis.i18n.language import Language
from analysis.i18n.typography import in_a_row
from bot.delivery.feeds import beyond_reach, covered, due, kind_of
from bot.delivery.posts import say_lost
from bot.i18n.wording import tell
from formatters.i18n.wording import say_days
from storage.deliveries import Deliveries
from storage.feeds import Feed, Feeds

_ON_PURPOSE = {"refused.person", "refused.somebody", "refused.command_line"}
"""Reasons for a feed that was paused on purpose."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A resumed feed.

    Attributes:
        missed: the days that come in one post now; `lost`: earlier ones, which do not.
    """

    feed: Feed
    missed: Window | None = None
    lost: Window | None = None

    def said(self, language: Language) -> str:
        """Say what was missed; empty if nothing was."""
        parts = list[str]()
        if missed := self.missed:
            parts.append(tell("health.missed", language, days=say_days(missed, language), count=len(missed.days)))
        if lost := self.lost:
            parts.append(say_lost(lost, self.feed.repository, language))
        return in_a_row(parts, language)


def is_refused(feed: Feed) -> bool:
    """Whether a feed is paused because its channel rejected posts, not because someone paused it."""
    return bool(feed.paused) and feed.paused.partition(" ")[0] not in _ON_PURPOSE


def resume(feed: Feed, feeds: Feeds, deliveries: Deliveries, now: datetime) -> Resumed:
    """Resume a feed."""
    if not is_refused(feed):
        return Resumed(feeds.put(replace(feed, paused="", since=now)))
    resumed = tried_again(feed, deliveries, now)
    return replace(resumed, feed=feeds.put(resumed.feed))


def tried_again(feed: Feed, deliveries: Deliveries, now: datetime) -> Resumed:
    """Return a refused feed as it will continue once its channel accepts posts; it stays paused until then."""
    kind, subject = kind_of(feed), str(feed.id)
    until = covered(feed, deliveries.of(kind, subject), now)
    # It may have been paused for longer than deliveries are kept: what it reported before is not due.
    since = max(feed.since, Window.of(until, feed.zone).end) if until else feed.since
    active = replace(feed, paused="", since=since)
    owed, lost = due(active, until, now), beyond_reach(active, until, since, now)
    if owed:
        deliveries.reopen(kind, subject, owed.window)
    return Resumed(active, owed.window if owed else None, lost)
