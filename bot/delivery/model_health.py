"""Whether the model works: within an hour, the people who set up feeds are told once that it fails, and once that it works again."""

from collections.abc import Iterable
from datetime import timedelta

from analysis.digest.pipeline import SPENT
from analysis.entry import RULES, Entry
from bot.commands.people import People
from bot.delivery.notices import Notices, Outage
from bot.delivery.outbox import Outbox
from bot.digests.core import Core
from bot.digests.work import Work
from bot.i18n.wording import say_zoned, tell
from storage.feeds import Feed, Feeds
from storage.subscriptions import Recipient

_MODEL = "model"
_PATIENCE = timedelta(minutes=30)
"""How long nothing must be read before anyone is told: a server may just be restarting."""
_KEPT = timedelta(days=2)
"""After which an undelivered notice that it is over is dropped."""


class ModelHealth:
    """Keeps since when the model has read nothing, and reports it."""

    def __init__(self, core: Core, feeds: Feeds, people: People, outbox: Outbox, work: Work) -> None:
        self._core, self._feeds, self._people, self._work = core, feeds, people, work
        self._notices = Notices(core, outbox, work, _MODEL)

    async def read(self, entries: Iterable[Entry]) -> None:
        """Record how commits were just read; running out of the day's tokens is not a failure."""
        found = [entry.analysis for entry in entries if entry.analysis]
        failures = [one.stands_in for one in found if one.stands_in and one.stands_in != SPENT]
        if any(one.analyser != RULES and not one.stands_in for one in found):
            await self._notices.end(_MODEL)
        elif failures:
            await self._notices.begin(_MODEL, "", failures[0])

    def is_out(self) -> bool:
        """Whether the last commits it was given were not read."""
        return any(outage.ended is None for outage in self._notices.all())

    async def round(self) -> None:
        """Send the notices that are due; delete outages that are over and reported."""
        for outage in await self._work.quick(self._notices.all):
            if not self._core.settings.model.name:
                await self._notices.forget(outage)
            elif outage.ended or self._core.now() - outage.since >= _PATIENCE:
                await self._tell(outage)

    async def _tell(self, outage: Outage) -> None:
        feeds = await self._work.quick(self._by_maker)
        settled = True
        for who, feed in feeds.items():
            if outage.ended and not await self._notices.was_told(outage, who):
                continue
            settled &= await self._notices.tell(outage, who, lambda feed=feed: self._said(outage, feed))  # type: ignore[misc]
        if outage.ended and (settled or self._core.now() - outage.ended > _KEPT):
            await self._notices.forget(outage)

    def _by_maker(self) -> dict[Recipient, Feed]:
        """Return the creators of feeds, each with one of their feeds."""
        return {
            Recipient(feed.platform, feed.workspace, "user", feed.made_by): feed
            for feed in self._feeds.all()
            if feed.made_by and not feed.paused
        }

    def _said(self, outage: Outage, feed: Feed) -> str:
        language = self._people.language(feed.platform, feed.made_by) or feed.language
        values = {"model": self._core.settings.model.name, "since": say_zoned(outage.since, feed.zone, language)}
        if outage.ended:
            return tell("health.model_works", language, **values, until=say_zoned(outage.ended, feed.zone, language))
        why = (
            outage.text.rstrip(".") if language == "en" else tell("cause.model", language)
        )  # the server's message is in English
        return tell("health.model", language, **values, why=why)
