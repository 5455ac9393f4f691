"""Announces each release once, in the channels that want it; tags are checked by conditional requests."""

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path

from analysis.commits.tags import Tag, before, versions
from analysis.errors import Problem
from bot.delivery.outbox import Outbox, Ready
from bot.delivery.upgrades import upgrade_sheet
from bot.digests.core import Core
from bot.digests.releases import follow_tags
from bot.digests.repositories import parse_place
from bot.digests.upgrade import make
from bot.digests.uses import load_uses
from bot.digests.work import Work
from bot.i18n.wording import tell
from formatters.reply import Note, Reply
from storage.deliveries import Order
from storage.feeds import Feed, Feeds

KIND = "release"
_BACK = timedelta(days=7)
"""How far back releases are made up for after an outage."""

_LOG = logging.getLogger(__name__)


class ReleaseJob:
    """Follows the tags of repositories whose feeds announce releases, and posts a brief for each.

    Args:
        every: between two looks at a repository.
    """

    def __init__(self, core: Core, feeds: Feeds, outbox: Outbox, work: Work, every: timedelta) -> None:
        self._core = core
        self._feeds = feeds
        self._outbox = outbox
        self._work = work
        self._every = every
        self._next: dict[str, datetime] = {}

    async def look(self) -> None:
        """List the tags of followed repositories that are due; a failing one does not hold up the others."""
        places = {feed.place for feed in await self._wanting()}
        now = self._core.now()
        await asyncio.gather(*(self._look(place, now) for place in places if self._next.get(place, now) <= now))

    def hear(self, repository: str) -> None:
        """Note that something landed in a repository on GitHub: the next look lists its tags."""
        for place in self._next:
            if parse_place(place).name.lower() == repository.lower():
                self._next[place] = self._core.now()

    async def round(self) -> None:
        """Deliver the releases that are due."""
        await asyncio.gather(*(self._one(feed) for feed in await self._wanting()))

    async def _wanting(self) -> list[Feed]:
        return [feed for feed in await self._work.quick(self._feeds.all) if feed.releases and not feed.paused]

    async def _look(self, place: str, now: datetime) -> None:
        self._next[place] = now + self._every

        def listed() -> None:
            follow_tags(self._core.stores, self._core.sources.open(parse_place(place)))

        try:
            await self._work.shared(("tags", place), listed, place.lower())
        except Problem as problem:  # polling the same repository's commits reports it, too
            _LOG.warning("the tags of %s could not be listed: %s", place, problem)

    async def _one(self, feed: Feed) -> None:
        try:
            known = versions(await self._work.quick(lambda: self._core.stores.tags.of(feed.repository)))
            begin = max(feed.since, self._core.now() - _BACK)
            for tag in reversed([tag for tag in known if tag.at > begin and (tag.is_final or feed.releases == "all")]):
                order = Order(KIND, str(feed.id), tag.name, feed.platform, feed.channel, tag.at)
                await self._outbox.deliver(order, lambda _delivery, tag=tag: self._made(feed, tag, known))  # type: ignore[misc]
        except Problem as problem:  # the store; the next round tries again
            _LOG.warning("the releases of %s wait: %s", feed.repository, problem)

    async def _made(self, feed: Feed, tag: Tag, known: list[Tag]) -> Ready:
        def brief() -> Reply:
            earlier = before(tag, known)
            out = tell("release.out", feed.language, name=tag.name, repo=feed.repository)
            notes = f"{out} {tag.url}".rstrip()
            if earlier is None:
                return Note(notes)
            source = self._core.sources.open(parse_place(feed.place))
            uses = load_uses(Path(feed.uses), source.repo) if feed.uses else None
            made = make(self._core, source, f"{earlier.name}..{tag.name}", feed.language, uses=uses)
            return upgrade_sheet(made, self._core.sources.areas(), feed.language, notes)

        return Ready(await self._work.shared((KIND, feed.id, tag.name), brief, feed.repository.lower()))
