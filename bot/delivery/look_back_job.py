"""Posts about weeks and months: days are read as they end, so that a look-back finds them in the store."""

import logging
import time
from dataclasses import replace
from datetime import date, datetime, timedelta

from analysis.commits.window import Window
from analysis.entry import Analyser, Entry
from analysis.errors import Problem
from bot.delivery.feeds import channel_of, coming, wants
from bot.delivery.outbox import Ready
from bot.delivery.posts import archive_page, quiet_note, review_files, review_post
from bot.digests.core import Core
from bot.digests.repositories import parse_place
from bot.digests.review import half_read, look_back, pending, read_day, unread
from bot.digests.work import Work, a_few
from bot.port.platform import Later
from storage.feeds import Feed, Feeds
from storage.subscriptions import Subscriptions

_LONGEST = 20.0  # seconds of reading day after day, so that no round keeps others waiting
_AGAIN = timedelta(minutes=15)

_LOG = logging.getLogger(__name__)


class LookBackJob:
    """Makes the posts of feeds that bring reviews."""

    def __init__(self, core: Core, feeds: Feeds, subscriptions: Subscriptions, work: Work, analyser: Analyser) -> None:
        self._core = core
        self._feeds = feeds
        self._subscriptions = subscriptions
        self._work = work
        self._analyser = analyser
        self._rests: dict[Feed, datetime] = {}

    async def read_ahead(self) -> None:
        """Read the finished days that each feed's next post covers; at most once a day if all goes well."""
        feeds = [feed for feed in await self._work.quick(self._feeds.all) if feed.looks_back and not feed.paused]
        now, known = self._core.now(), set(feeds)
        self._rests = {feed: until for feed, until in self._rests.items() if feed in known and until > now}
        waiting = [feed for feed in feeds if feed not in self._rests]
        await a_few(max(self._work.ahead, 1), waiting, lambda feed: self._read_ahead(feed, now))

    async def _read_ahead(self, feed: Feed, now: datetime) -> None:
        about = coming(feed, now).window
        today = about.local(now).date()
        over = replace(about, last=min(about.last, today - timedelta(days=1)))
        try:
            if await self._read(feed, over):
                self._rests[feed] = Window.of(today, over.zone).end
                await self._read(feed, over, half=True)
        except Problem as problem:
            _LOG.warning("%s could not be read for its look-back: %s", feed.repository, problem)
            self._rests[feed] = now + _AGAIN

    async def ready(self, feed: Feed, window: Window, kind: str, *, again: bool = False) -> Ready | None:
        """Read what the store lacks for a window, and review it; None if a quiet period is not to be reported.

        With `again`, a model is asked once more for what it has not read yet, as far as its time allows.

        Raises:
            NotFound, Outage: the source cannot be read.
            Later: some days are still to be read.
        """
        if not (await self._read(feed, window, half=again) or again):
            raise Later("some of its days have not been read yet", 0.0)
        return await self._work.shared((kind, feed.id, window, feed.language), lambda: self._ready(feed, window))

    async def _read(self, feed: Feed, window: Window, *, half: bool = False) -> bool:
        """Read the unread days, with `half` also those read only in part; False if time ran out.

        One day at a time, so that others waiting for the repository get a turn in between.
        """

        def lacking() -> list[date]:
            days = set(unread(self._core, feed.repository, window))
            return sorted(days | set(half_read(self._core, feed.repository, window, feed.language)) if half else days)

        until = time.monotonic() + _LONGEST
        for number, day in enumerate(await self._work.quick(lacking)):
            if number and time.monotonic() > until:
                return False
            await self._read_day(feed, Window.of(day, window.zone))
        return True

    async def _read_day(self, feed: Feed, day: Window) -> None:
        def read() -> None:
            source = self._core.sources.open(parse_place(feed.place))
            read_day(self._core, source, day, feed.language, self._analyser)

        await self._work.shared(("day", feed.place, day, feed.language), read, feed.repository.lower())

    def _ready(self, feed: Feed, window: Window) -> Ready | None:
        """Make a channel's review. Its commits do not count as reported: none of it is news."""
        core, now_named = self._core, self._feeds.get(feed.id) or feed  # reading may have found that it was renamed
        found = look_back(core, now_named.repository, window, feed.language, lambda entry: self._is_wanted(feed, entry))
        made = replace(found, scope=feed.scope)
        if made.entries:
            number, areas = core.stores.commits.numbers().get(made.repo, 0), core.sources.areas()
            page, files = archive_page(core, made), review_files(made, areas)
            return Ready(review_post(made, areas, number, page=page, files=files), pending=pending(core, made))
        landed = len(core.stores.commits.between(made.repo, window.start, window.end))
        quiet = quiet_note(feed, made.repo, window, landed)
        return Ready(quiet) if quiet else None

    def _is_wanted(self, feed: Feed, entry: Entry) -> bool:
        """Whether an entry passes the feed's filters, or reverts what its channel was told."""
        if wants(feed, entry):
            return True
        original = self._core.memory.taken_back(entry)
        return bool(original and self._subscriptions.told(channel_of(feed), entry.commit.repo, [original.sha]))
