"""Checks repositories between posts: what lands is fetched and analysed early, so that it is ready for the post."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analysis.entry import Analyser, Entry
from analysis.errors import Problem, RateLimited
from analysis.i18n.language import Language
from bot.delivery.feed_health import FeedHealth
from bot.digests.core import Core
from bot.digests.repositories import parse_place
from bot.digests.work import Work, a_few
from storage.feeds import Feeds
from storage.subscriptions import Subscriptions

_BACK = timedelta(days=1)
_LONGEST_PAUSE = timedelta(minutes=15)
"""Between attempts at a failing repository: people waiting for it hear soon that it works again."""
_DOUBLED = 10
_AGAIN = timedelta(minutes=15)
"""Until the model is asked again for what it did not read."""

_TOLD = timedelta(days=1)
"""How long after a GitHub delivery a repository's webhook is considered working."""
_RARER = 6
"""By how much polling is slowed there: it only finds what a lost webhook delivery would have reported."""

Followed = dict[tuple[str, ...], set[Language]]
"""What is followed in a repository: branch patterns, none for the default branch, with the languages to read it in."""

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class _Watch:
    """The state of polling a repository.

    Attributes:
        read_until: the time of the last successful look.
        failures: consecutive failed looks; `trouble` is the last error.
        heard_at: when GitHub's webhook last reported something landing there.
    """

    next_at: datetime
    read_until: datetime | None = None
    failures: int = 0
    trouble: Problem | None = None
    heard_at: datetime | None = None


class PollJob:
    """Polls every repository of a feed or a subscription, with the branches that its feeds cover.

    Args:
        every: between two looks at a repository.
        landed: called with what a look found.
    """

    def __init__(
        self,
        core: Core,
        feeds: Feeds,
        subscriptions: Subscriptions,
        work: Work,
        analyser: Analyser,
        every: timedelta,
        health: FeedHealth,
        landed: Callable[[], Awaitable[None]],
    ) -> None:
        self._core = core
        self._feeds = feeds
        self._subscriptions = subscriptions
        self._work = work
        self._analyser = analyser
        self._every = every
        self._health = health
        self._landed = landed
        self._watched: dict[str, _Watch] = {}
        self.looks = {"changed": 0, "unchanged": 0, "failed": 0}

    async def round(self) -> None:
        """Look at the repositories that are due; a failing one does not hold up the others."""
        followed = await self._work.quick(self._followed)
        now = self._core.now()
        self._watched = {place: self._watched.get(place) or _Watch(now) for place in followed}
        due = [place for place in followed if self._watched[place].next_at <= now]
        if any(await a_few(max(self._work.ahead, 1), due, lambda place: self._look(place, followed[place]))):
            await self._landed()

    async def refresh(self, repository: str, since: datetime, until: datetime) -> None:
        """Make sure that what landed in a repository in [since, until) is known; quick if it was polled after that.

        Raises:
            Problem: it cannot be read now.
        """
        followed = await self._work.quick(self._followed)
        for place, wanted in followed.items():
            if (parse_place(place).name or place).lower() != repository.lower():
                continue
            watch = self._watched.setdefault(place, _Watch(self._core.now()))
            if watch.read_until is not None and watch.read_until >= until:
                continue
            if watch.trouble and watch.next_at > self._core.now():
                raise watch.trouble
            await self._tried(place, wanted, since)

    def hear(self, repository: str) -> None:
        """Note that something landed in a repository on GitHub: the next round polls it, if it is followed."""
        now = self._core.now()
        for place, watch in self._watched.items():
            where = parse_place(place)
            if not where.path and where.name.lower() == repository.lower():
                watch.heard_at = now
                if not watch.failures:  # failing ones have an interval of their own
                    watch.next_at = min(watch.next_at, now)

    def read_at(self, place: str) -> datetime | None:
        """Return when a look at a place last succeeded; None if none has since the start."""
        watch = self._watched.get(place)
        return watch.read_until if watch else None

    def _followed(self) -> dict[str, Followed]:
        """Return by place what is followed there."""
        found: dict[str, Followed] = {}
        feeds = [feed for feed in self._feeds.all() if not feed.paused]
        for feed in feeds:
            found.setdefault(feed.place, {}).setdefault(feed.branches, set()).add(feed.language)
        places = {feed.repository.lower(): feed.place for feed in feeds}
        for one in self._subscriptions.all():
            if not one.is_mute and not one.paused:
                place = found.setdefault(places.get(one.repository.lower(), one.repository), {})
                for branches in {(), *place}:  # recipients of branches read them in languages of their own
                    place.setdefault(branches, set()).add(one.language)
        return found

    async def _look(self, place: str, followed: Followed) -> bool:
        """Look at one repository; return whether something is new."""
        try:
            new, failed = await self._tried(place, followed, _midnight(self._core.now()) - _BACK)
        except Problem as problem:
            _LOG.warning("%s could not be looked at: %s", place, problem)
            return False
        except Exception:  # noqa: BLE001 - a repository is an outer edge: the others are looked at all the same
            _LOG.exception("%s could not be looked at", place)
            return False
        if failed:
            self._watched[place].next_at = self._core.now() + max(self._every, _AGAIN)
        return bool(new)

    async def _tried(self, place: str, followed: Followed, since: datetime) -> tuple[list[Entry], int]:
        """Read, and record the outcome and when to look again."""
        watch, now = self._watched[place], self._core.now()
        try:
            new, failed = await self._read(place, followed, since)
        except Exception as error:
            watch.failures += 1
            watch.trouble = error if isinstance(error, Problem) else None
            self.looks["failed"] += 1
            watch.next_at = now + min(self._every * 2 ** min(watch.failures, _DOUBLED), _LONGEST_PAUSE)
            if isinstance(error, RateLimited) and error.until:
                watch.next_at = max(watch.next_at, error.until)
            await self._health.broke(place, error)
            raise
        self.looks["changed" if new else "unchanged"] += 1
        watch.failures, watch.trouble, watch.read_until = 0, None, now
        is_told = watch.heard_at is not None and now - watch.heard_at < _TOLD
        watch.next_at = now + self._every * (_RARER if is_told else 1)
        if watch.heard_at is not None and watch.heard_at > now:  # while this look was running
            watch.next_at = watch.heard_at
        await self._health.works(place, new)
        return new, failed

    async def _read(self, place: str, followed: Followed, since: datetime) -> tuple[list[Entry], int]:
        until = _midnight(self._core.now()) + _BACK
        where = parse_place(place)
        new, failed = list[Entry](), 0
        for branches, languages in sorted(followed.items()):
            wanted = sorted(languages)

            def read(branches: tuple[str, ...] = branches, wanted: list[Language] = wanted) -> tuple[list[Entry], int]:
                source = self._core.sources.branches(where, branches)
                return self._core.follow(source, since, until, wanted, self._analyser)

            key = ("follow", place, since, branches, *wanted)
            some, unread = await self._work.shared(key, read, (where.name or place).lower())
            new, failed = new + some, failed + unread
        return new, failed


def _midnight(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
