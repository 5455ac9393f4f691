"""Assembles the bot: one conversation and one set of rounds, over one store and the connected platforms."""

import math
import os
import re
import socket
import uuid
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from analysis.commits.window import check_zone
from analysis.digest.pipeline import Readers
from analysis.entry import RULES
from analysis.errors import BadInput
from analysis.triage.triage import Importance
from bot.commands.access import Access
from bot.commands.meanings import area
from bot.commands.people import People
from bot.config import machine_zone
from bot.conversation.context import Services
from bot.conversation.dispatcher import Dispatcher
from bot.conversation.suggest import Suggestions
from bot.delivery.digest_job import DigestJob
from bot.delivery.feed_health import FeedHealth
from bot.delivery.feeds import kind_of
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
from bot.digests.repositories import parse_place
from bot.digests.shared_analyser import SharedAnalyser
from bot.digests.work import Work
from bot.port.accounts import Accounts
from bot.port.platform import Transport
from bot.service.connections import check
from bot.settings import ARCHIVE, FeedSettings
from storage.deliveries import Deliveries, Delivery
from storage.feeds import Feed, Feeds
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
    """

    def __init__(
        self,
        core: Core,
        transports: MutableMapping[str, Transport],
        posted: Callable[[Delivery, datetime], None] = lambda _delivery, _now: None,
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
        outbox = Outbox(self.deliveries, transports, core.now, posted=posted, accounts=Accounts(core.settings.people))
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
        """Update the stored feeds from the configuration.

        Raises:
            BadInput: one of them has an invalid repository, zone or area.
        """
        before = [feed for feed in self.feeds.all() if feed.origin == "config"]
        wanted = [feed for feed in feeds_at_start(self.core) if feed.origin == "config"]
        for feed in wanted:
            if feed not in before:
                self.feeds.put(feed)
        for gone in {feed.id for feed in before} - {feed.id for feed in wanted}:
            self.feeds.remove(gone)  # last, so that a new one does not get its number


_CHANNEL_IDS = {"slack": re.compile(r"[A-Z][A-Z0-9]*"), "discord": re.compile(r"[0-9]+")}
"""The format of channel IDs; names may change, and the platforms do not accept them."""
_PEOPLE = {"slack": re.compile(r"[UW][A-Z0-9]+"), "discord": re.compile(r"[0-9]+")}


def check_startup(core: Core) -> tuple[tuple[str, ...], list[Feed]]:
    """Read what a start reads, without starting: the platforms' names, and all feeds as they would be then.

    Raises:
        BadInput: the bot would not start.
    """
    platforms, feeds = check(core.settings), feeds_at_start(core)
    if core.settings.serve.archive:
        from bot.web.server import archive_app

        archive_app(core, core.settings.serve.host, ARCHIVE)
    return platforms, feeds


def feeds_at_start(core: Core) -> list[Feed]:
    """Return all feeds as they are once a start has read the configuration.

    A configured feed continues the stored one that brings the same, else the one its table may have described before.

    Raises:
        BadInput: a configured one is invalid, or two of them would report each day twice.
    """
    feeds = [configured_feed(core, settings) for settings in core.settings.feeds]
    first = dict[tuple[object, ...], int]()
    for number, feed in enumerate(feeds, 1):
        if (same := first.setdefault(feed.brings, number)) != number:
            raise BadInput(
                f"[[feeds]] {same} and {number} bring the same days of {feed.repository} to {feed.channel}, which would be told "
                "twice: keep one of them."
            )
    stored = Feeds(core.stores.store).all()
    left = [feed for feed in stored if feed.origin == "config"]
    for alike in (lambda feed: feed.brings, _identity):
        for number, feed in enumerate(feeds):
            known = next((one for one in left if not feed.id and alike(one) == alike(feed)), None)
            if known:
                left.remove(known)
                feeds[number] = replace(feed, id=known.id, since=known.since, paused=known.paused)
    others = [feed for feed in stored if feed.origin != "config" and feed.brings not in first]
    return [*feeds, *others]


def configured_feed(core: Core, settings: FeedSettings) -> Feed:
    """Return the feed that a table of the configuration describes; raises BadInput if it is invalid."""
    form = _CHANNEL_IDS.get(settings.platform)
    if form and not form.fullmatch(settings.channel):
        raise BadInput(
            f"{settings.channel!r} is not a channel id: in Slack it is at the end of the channel's details (C024BE91L), in "
            "Discord copy it from the channel's menu in developer mode (a number)."
        )
    if settings.platform == "outlet" and settings.channel not in core.settings.outlets:
        raise BadInput(f"There is no outlet {settings.channel!r}: add its address as [outlets] {settings.channel}.")
    person = _PEOPLE.get(settings.platform)
    if person and settings.made_by and not person.fullmatch(settings.made_by):
        raise BadInput(
            f"made_by {settings.made_by!r} is nobody's id: write a member id of Slack's (U024BE7LH) or an id of Discord's (a "
            "number), or leave it out."
        )
    if settings.platform == "outlet" and settings.made_by:
        raise BadInput(
            f"made_by {settings.made_by!r} could not be told of anything: an outlet has no people, so leave it out."
        )
    place = parse_place(settings.repository)
    # A named clone may be mounted later; for a repository on GitHub, only the server is checked here.
    name = place.name if place.path and place.name else core.sources.open(place).repo
    return Feed(
        platform=settings.platform,
        workspace=settings.workspace,
        channel=settings.channel,
        repository=name,
        place=settings.repository,
        at=settings.at,
        zone=check_zone(settings.zone) if settings.zone else machine_zone(),
        since=core.now(),
        language=settings.language,
        least=Importance(settings.least),
        areas=tuple(area(core, wanted) for wanted in settings.areas),
        left_out=tuple(author.lower().lstrip("@") for author in settings.left_out),
        paths=settings.paths,
        labels=settings.labels,
        branches=settings.branches,
        uses=settings.uses,
        releases=settings.releases,
        days=settings.days,
        quiet=settings.quiet,
        made_by=settings.made_by,
        origin="config",
    )


def _identity(feed: Feed) -> tuple[object, ...]:
    """What identifies a configured feed after its table was changed."""
    return (feed.platform, feed.channel, feed.repository.lower(), feed.areas, feed.scope, feed.branches, kind_of(feed))
