"""Assembles the bot: one conversation and one set of rounds, over one store and the connected platforms."""

import asyncio
import math
import os
import socket
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from analysis.digest.pipeline import Readers
from analysis.entry import RULES
from analysis.errors import BadInput
from bot.commands.access import Access
from bot.commands.people import People
from bot.conversation.context import Services
from bot.conversation.dispatcher import Dispatcher
from bot.conversation.suggest import Suggestions
from bot.delivery.digest_job import DigestJob
from bot.delivery.feed_health import FeedHealth
from bot.delivery.fix_job import FixJob
from bot.delivery.learning_job import LearningJob
from bot.delivery.model_health import ModelHealth
from bot.delivery.outbox import Outbox
from bot.delivery.poll_job import PollJob
from bot.delivery.reader_health import ReaderHealth
from bot.delivery.release_job import ReleaseJob
from bot.delivery.subscription_job import SubscriptionJob
from bot.delivery.welcome import Welcome
from bot.digests.core import Core
from bot.digests.shared_analyser import SharedAnalyser
from bot.digests.work import Work
from bot.port.accounts import Accounts
from bot.port.platform import Transport
from bot.service.startup import feeds_at_start
from storage.deliveries import Deliveries, Delivery
from storage.feeds import Feeds
from storage.subscriptions import Subscriptions
from storage.upkeep import forget_diffs

_AHEAD = 4
"""Repositories polled at the same time if the rules read: more would only wait for this machine."""
_MORE_THAN_CALLS = 1.25
"""This many times the calls a model accepts at once: while some list and fetch, the others keep it busy."""


class Assembly:
    """Everything in the bot except its process.

    Args:
        transports: the connected platforms by name; filled by whatever connects them.
        posted: called with what was delivered, and when.
        pause: sleeps for a number of seconds, before a post whose outcome is unknown is looked for again.
    """

    def __init__(
        self,
        core: Core,
        transports: MutableMapping[str, Transport],
        posted: Callable[[Delivery, datetime], None] = lambda _delivery, _now: None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.core = core
        self.transports = transports
        fresh = core.analyser()
        ahead = _AHEAD if fresh.name == RULES else math.ceil(core.settings.model.concurrency * _MORE_THAN_CALLS)
        self.work = Work(ahead)
        if fresh.name != RULES and core.readers is None:  # whoever reads, together they stay within the model's limit
            width = core.settings.model.concurrency
            core.readers = Readers(ThreadPoolExecutor(width, "analyse"), width)
        self.feeds = Feeds(core.stores.store)
        self.subscriptions = Subscriptions(core.stores.store)
        self.deliveries = Deliveries(core.stores.store, f"{socket.gethostname()} {os.getpid()} {uuid.uuid4().hex[:12]}")
        analyser = SharedAnalyser(fresh)
        access = Access(core.settings.access, core.stores.commits, self.feeds, self.subscriptions)
        outbox = Outbox(self.deliveries, transports, core.now, pause, posted, Accounts(core.settings.people))
        people = People(core.stores.store)
        readers = ReaderHealth(core, self.feeds, self.subscriptions, access, people, outbox, self.work)
        self.model = ModelHealth(core, self.feeds, people, outbox, self.work)
        self.health = FeedHealth(core, self.feeds, people, outbox, self.work, readers, self.model)
        self.mornings = DigestJob(
            core, self.feeds, self.subscriptions, outbox, self.work, analyser, self.health, people
        )
        every = timedelta(minutes=core.settings.serve.poll_minutes)
        self.polls = PollJob(
            core, self.feeds, self.subscriptions, self.work, analyser, every, self.health, self._landed
        )
        self.releases = ReleaseJob(core, self.feeds, outbox, self.work, every)
        self.fixes = FixJob(core, self.feeds, self.subscriptions, access, outbox, self.work, every)
        self.lessons = LearningJob(core, self.feeds, self.work)
        self.messages = SubscriptionJob(core, self.subscriptions, access, outbox, self.work, self.polls.refresh)
        services = Services(
            core, self.feeds, self.deliveries, self.subscriptions, access, people, self.work, analyser, fresh, self.mornings.mend,
            Welcome(core, outbox),
        )  # fmt: skip
        self.talk = Dispatcher(services)
        self.suggest = Suggestions(services)

    async def due(self) -> None:
        """Deliver what is due, and report what cannot be."""
        await self.releases.round()
        await self.mornings.round()
        await self.health.round()
        await self.messages.round()
        await self.fixes.round()

    async def look(self) -> None:
        """Poll the repositories, read ahead, and complete posts that were incomplete."""
        await self.polls.round()
        await self.releases.look()
        await self.mornings.look()

    def hear(self, repository: str) -> None:
        """Note that something landed in a repository on GitHub, according to its webhook."""
        self.polls.hear(repository)
        self.releases.hear(repository)

    async def learn(self) -> None:
        """Renew what was learned about the repositories."""
        await self.lessons.round()

    async def tidy(self) -> None:
        """Delete old diffs, and keep the store's log small."""
        days = self.core.settings.store.diff_days
        if days:
            await self.work.quick(lambda: forget_diffs(self.core.stores.store, self.core.now() - timedelta(days=days)))
        await self.work.quick(self.core.stores.store.shrink_log)

    async def _landed(self) -> None:
        await self.messages.landed()

    def take_configured(self) -> None:
        """Update the stored feeds from the configuration; raises BadInput if any of them is invalid."""
        found, wrong = feeds_at_start(self.core)
        if wrong:
            raise BadInput(" ".join(wrong))
        before = [feed for feed in self.feeds.all() if feed.origin == "config"]
        wanted = [feed for feed in found if feed.origin == "config"]
        for feed in wanted:
            if feed not in before:
                self.feeds.put(feed)
        for gone in {feed.id for feed in before} - {feed.id for feed in wanted}:
            self.feeds.remove(gone)  # last, so that a new one does not get its number
