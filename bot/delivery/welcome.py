"""The introduction in a channel that got its first feed: what will be posted when, and that anyone can ask. Posted once."""

import logging

from bot.delivery.feeds import next_post
from bot.delivery.outbox import Outbox, Outcome, Ready
from bot.digests.core import Core
from bot.i18n.wording import said, say_moment, tell
from formatters.reply import Note
from storage.deliveries import Delivery, Order
from storage.feeds import Feed

KIND = "welcome"

_LOG = logging.getLogger(__name__)


class Welcome:
    """Posts a feed's welcome; a failure is logged and not retried."""

    def __init__(self, core: Core, outbox: Outbox) -> None:
        self._core, self._outbox = core, outbox

    async def __call__(self, feed: Feed) -> None:
        """Welcome the channel of a new feed."""
        now = self._core.now()

        async def make(_delivery: Delivery) -> Ready:
            return Ready(welcome_note(feed, say_moment(next_post(feed, now), feed.zone)))

        order = Order(KIND, str(feed.id), "first", feed.platform, feed.channel, now)
        result = await self._outbox.deliver(order, make)
        if result.outcome is not Outcome.POSTED:
            _LOG.warning("the welcome in %s: %s (%s)", feed.channel, result.outcome, said(result.trouble, "en"))


def welcome_note(feed: Feed, first: str) -> Note:
    """Return the welcome; `first` is when the first digest comes, in the feed's zone."""
    days = tell(f"days.{feed.days}", feed.language)
    key = "welcome.text_discord" if feed.platform == "discord" else "welcome.text"
    return Note(tell(key, feed.language, repo=feed.repository, next=first, zone=feed.zone, days=days))
