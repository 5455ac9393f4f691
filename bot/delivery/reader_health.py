"""Whether subscriptions can be served: subscribers are told once when a repository fails, and once when it is back.

Its feeds' creators and channels are told by `feed_health`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.commands.access import Access
from bot.commands.people import People
from bot.commands.troubles import say_cause
from bot.delivery.notices import Notices, Outage
from bot.delivery.outbox import Outbox
from bot.delivery.subscriptions import mornings
from bot.digests.core import Core
from bot.digests.repositories import parse_place
from bot.digests.work import Work
from bot.i18n.wording import say_zoned, tell
from storage.feeds import Feeds
from storage.subscriptions import Recipient, Subscription, Subscriptions

_PATIENCE = timedelta(minutes=30)
"""How long a failure must last before anyone is told."""
_KEPT = timedelta(days=2)
"""After which an undelivered notice that it is over is dropped."""


class ReaderHealth:
    """Keeps since when repositories cannot be read, and tells their subscribers."""

    def __init__(
        self, core: Core, feeds: Feeds, subscriptions: Subscriptions, access: Access, people: People, outbox: Outbox,
        work: Work,
    ) -> None:  # fmt: skip
        self._core, self._feeds, self._subscriptions, self._access = core, feeds, subscriptions, access
        self._people, self._work = people, work
        self._notices = Notices(core, outbox, work, "repository")

    async def broke(self, place: str, cause: str, text: str) -> None:
        """Record that a place cannot be read."""
        await self._notices.begin(parse_place(place).name or place, cause, text)

    async def works(self, place: str) -> None:
        """Record that a place can be read."""
        if await self._work.quick(self._notices.all):
            await self._notices.end(parse_place(place).name or place)

    async def round(self) -> None:
        """Tell everyone who is waiting; delete outages that are over and reported."""
        for outage in await self._work.quick(self._notices.all):
            await self._tell(outage)

    async def _tell(self, outage: Outage) -> None:
        settled = True
        for who, one in (await self._work.quick(lambda: dict(self._waiting(outage)))).items():
            if outage.ended and not await self._notices.was_told(outage, who):
                continue
            settled &= await self._notices.tell(outage, who, lambda one=one: self._said(outage, one))  # type: ignore[misc]
        if outage.ended and (settled or self._core.now() - outage.ended > _KEPT):
            await self._notices.forget(outage)

    def _waiting(self, outage: Outage) -> Iterator[tuple[Recipient, Subscription]]:
        """Yield the recipients to be told now, each with one of their subscriptions."""
        name, now = outage.name.lower(), self._core.now()
        feeds = [feed for feed in self._feeds.all() if feed.repository.lower() == name and not feed.paused]
        told_otherwise = {(feed.platform, feed.made_by) for feed in feeds} | {
            (feed.platform, feed.channel) for feed in feeds
        }
        for one in self._subscriptions.all():
            who = one.recipient
            if one.repository.lower() != name or one.is_mute or one.paused or (who.platform, who.id) in told_otherwise:
                continue
            if not self._access.may_be_sent(one):
                continue
            if outage.ended or (now - outage.since >= _PATIENCE and _is_waited_for(one, outage.since, now)):
                yield who, one

    def _said(self, outage: Outage, one: Subscription) -> str:
        who = one.recipient
        language = (self._people.language(who.platform, who.id) if who.kind == "user" else None) or one.language
        values = {"repo": one.repository, "since": say_zoned(outage.since, one.zone, language)}
        if outage.ended:
            until = say_zoned(outage.ended, one.zone, language)
            return tell("health.reader_works", language, **values, until=until)
        return tell("health.reader", language, **values, why=say_cause(outage.cause, outage.text, language))


def _is_waited_for(one: Subscription, since: datetime, now: datetime) -> bool:
    """Whether news has been due since a moment: for `once` at any time, for daily ones once their hour has come."""
    return one.how == "once" or any(slot.at > since for slot in mornings([one], now))
