"""The rounds of the subscriptions: one message per recipient and time, with what their topics matched."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from analysis.commits.window import Window
from analysis.digest.digest import order
from analysis.digest.touching import touched_by
from analysis.entry import Entry
from analysis.errors import Problem
from analysis.i18n.language import Language
from analysis.sources.several_branches import fits
from analysis.triage.areas import Areas
from analysis.uses.hits import Index
from bot.commands.access import Access
from bot.commands.topics import say_topic
from bot.delivery.outbox import Outbox, Outcome, Ready
from bot.delivery.posts import commit_rows
from bot.delivery.subscriptions import Part, Used, at_once, chosen, matches, mornings
from bot.digests.core import Core
from bot.digests.uses import index_for
from bot.digests.work import Work
from bot.i18n.wording import said, tell
from formatters.i18n.wording import label, say_days
from formatters.reply import Button, CommitList
from storage.deliveries import Delivery, Order, State
from storage.subscriptions import Recipient, Subscription, Subscriptions
from storage.uses import Owner

KIND = "topics"
MOST_SHOWN, _MOST_PLACES = 20, 3

_REMEMBERED = timedelta(days=21)
_AT_ONCE = 8

_LOG = logging.getLogger(__name__)


class SubscriptionJob:
    """Tells people and channels about what they have subscribed to.

    Args:
        refresh: makes sure that what landed in a repository in a span of time is known.
    """

    def __init__(
        self,
        core: Core,
        subscriptions: Subscriptions,
        access: Access,
        outbox: Outbox,
        work: Work,
        refresh: Callable[[str, datetime, datetime], Awaitable[None]],
    ) -> None:
        self._core = core
        self._subscriptions = subscriptions
        self._access = access
        self._deliverer = outbox
        self._work = work
        self._refresh = refresh
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._done: set[tuple[str, str]] = set()
        self._paused: set[Recipient] = set()

    async def round(self) -> None:
        """Send what is due each morning or week, and continue interrupted deliveries."""
        await asyncio.gather(*(self._one(who, topics, self._mornings) for who, topics in await self._by_recipient()))

    async def landed(self) -> None:
        """Send what is wanted at once, after something has landed."""
        await asyncio.gather(*(self._one(who, topics, self._once) for who, topics in await self._by_recipient()))

    async def _by_recipient(self) -> list[tuple[Recipient, list[Subscription]]]:
        def look() -> list[Subscription]:
            seen = [one for one in self._subscriptions.all() if self._access.may_be_sent(one)]
            self._paused = {one.recipient for one in seen if one.paused}
            # Recipients that refused a message are retried with the next one: nobody tells us when they accept them
            # again.
            return [replace(one, paused="") for one in seen]

        found = sorted(await self._work.quick(look), key=lambda one: str(one.recipient))
        return [(who, list(topics)) for who, topics in groupby(found, key=lambda one: one.recipient)]

    async def _one(
        self,
        who: Recipient,
        topics: list[Subscription],
        send: Callable[[Recipient, list[Subscription]], Awaitable[None]],
    ) -> None:
        async with self._gate:
            try:
                await send(who, topics)
            except Problem as problem:
                _LOG.warning("the subscriptions of %s wait: %s", who, problem)

    async def _mornings(self, who: Recipient, topics: list[Subscription]) -> None:
        now = self._core.now()
        open_ = await self._work.quick(
            lambda: [d for d in self._deliverer.deliveries.unfinished(KIND, now) if d.order.subject == str(who)]
        )
        for delivery in open_:
            await self._deliver(who, topics, delivery.order)
        for slot in mornings(topics, now):
            if (str(who), slot.name) in self._done:
                continue
            told = await self._chosen(who, topics, slot.parts)
            due = Order(KIND, str(who), slot.name, who.platform, _channel(who), slot.at, told=told)
            if await self._deliver(who, topics, due) is not Outcome.WAITING:
                self._done.add((str(who), slot.name))

    async def _once(self, who: Recipient, topics: list[Subscription]) -> None:
        now = self._core.now()
        part = at_once(topics, now)
        told = await self._chosen(who, topics, [part]) if part else ()
        if told:
            name = f"once {hashlib.sha256(' '.join(sorted(told)).encode()).hexdigest()[:16]}"
            await self._deliver(who, topics, Order(KIND, str(who), name, who.platform, _channel(who), now, told=told))

    async def _deliver(self, who: Recipient, topics: list[Subscription], order_: Order) -> Outcome:
        async def make(delivery: Delivery) -> Ready | None:
            return await self._work.quick(lambda: self._ready(who, topics, delivery.order.told))

        user = who.id if who.kind == "user" else ""
        result = await self._deliverer.deliver(order_, make, user)
        if result.outcome is Outcome.REFUSED:
            await self._work.quick(lambda: self._subscriptions.pause(who, result.trouble))
        elif result.outcome is Outcome.POSTED and who in self._paused:
            await self._work.quick(lambda: self._subscriptions.pause(who, ""))
        if result.trouble:
            _LOG.warning("the message to %s: %s (%s)", who, result.outcome, said(result.trouble, "en"))
        return result.outcome

    # -- what is in a message

    async def _chosen(self, who: Recipient, topics: Sequence[Subscription], parts: Iterable[Part]) -> tuple[str, ...]:
        """Return the commits in a message, as `repository@sha`, without those already on their way."""
        found: dict[str, None] = {}
        for part in parts:
            for repo in sorted({one.repository for one in part.subscriptions}):
                await self._refresh(repo, part.since, min(part.until, self._core.now()))
                entries = await self._work.quick(lambda repo=repo, part=part: self._matching(who, topics, part, repo))  # type: ignore[misc]
                found |= {f"{entry.commit.repo}@{entry.commit.sha}": None for entry in entries}
        return tuple(found)

    def _matching(self, who: Recipient, topics: Sequence[Subscription], part: Part, repo: str) -> list[Entry]:
        patterns = self._access.branches(who, repo)
        entries = [
            entry
            for entry in self._core.stores.commits.between(repo, part.since, part.until, of_branches=bool(patterns))
            if not entry.branches or any(fits(name, pattern) for name in entry.branches for pattern in patterns)
        ]
        told = self._subscriptions.told(who, repo, [entry.commit.sha for entry in entries])
        since = (self._core.now() - _REMEMBERED).date()
        told |= {
            name.rpartition("@")[2]
            for delivery in self._deliverer.deliveries.of(KIND, str(who), since)
            if delivery.state in {State.CLAIMED, State.POSTING}
            for name in delivery.order.told
        }
        reverts = [
            entry.commit.sha
            for entry in entries
            if (original := self._core.memory.taken_back(entry)) and self._subscriptions.told(who, repo, [original.sha])
        ]
        mutes = [one for one in topics if one.is_mute]
        settled = self._core.memory.with_analyses(entries, part.subscriptions[0].language)
        return chosen([*part.subscriptions, *mutes], settled, told, reverts, self._used)

    def _used(self, subscription: Subscription) -> Index:
        who = subscription.recipient
        owner = Owner(who.platform, who.workspace, who.id)
        return index_for(self._core.stores, subscription.uses, subscription.repository, owner)

    def _ready(self, who: Recipient, topics: Sequence[Subscription], told: Sequence[str]) -> Ready | None:
        if not told:
            return None
        language: Language = next((one.language for one in topics if not one.is_mute), "en")
        zone = next((one.zone for one in topics if not one.is_mute), "UTC")
        shas: dict[str, list[str]] = {}
        for name in told:
            repo, _, sha = name.rpartition("@")
            shas.setdefault(repo, []).append(sha)
        entries = [
            entry for repo, some in shas.items() for entry in self._core.stores.commits.entries(repo, some).values()
        ]
        shown = order(self._core.memory.with_analyses(entries, language))
        reverts = [
            entry.commit.short
            for entry in shown
            if (original := self._core.memory.taken_back(entry))
            and self._subscriptions.told(who, entry.commit.repo, [original.sha])
        ]
        notes = [tell("subs.reverts", language, shas=label("list.comma", language).join(reverts))] if reverts else []
        if len(shown) > MOST_SHOWN:
            notes.append(tell("subs.more", language, count=len(shown) - MOST_SHOWN))
        here = "_here" if who.kind == "channel" else ""

        def note() -> None:
            for repo, some in shas.items():
                self._subscriptions.tell(who, repo, some, self._core.now())

        areas = self._core.sources.areas()
        rows = commit_rows(shown[:MOST_SHOWN], areas, language, zone, self._core.stores.commits.numbers())
        rows = tuple(
            replace(row, because=_because(topics, row.item.entry, areas, language, self._used)) for row in rows
        )
        days = [entry.commit.committed_at.astimezone(ZoneInfo(zone)).date() for entry in shown]
        title = tell(
            f"subs.message{here}", language, count=len(shown), repos=label("list.comma", language).join(shas),
            days=say_days(Window(min(days), max(days), zone), language),
        )  # fmt: skip
        button = Button(tell("button.subs", language), "subs here" if here else "subs")
        return Ready(CommitList(title, rows, language, "\n".join(notes), (button,)), tuple(told), 0, note)


def _because(topics: Sequence[Subscription], entry: Entry, areas: Areas, language: Language, used: Used) -> str:
    """Say which subscriptions a commit is sent for; empty for a revert, whose note gives the reason."""
    found = [one for one in topics if not one.is_mute and matches(one, entry, used)]
    topics_said = [_with_places(one, say_topic(one, areas, language), entry, language, used) for one in found]
    return tell("subs.because", language, topics=label("list.comma", language).join(topics_said)) if found else ""


def _with_places(one: Subscription, topic: str, entry: Entry, language: Language, used: Used) -> str:
    """Append the places of use to something a person uses, as far as the line has room."""
    places = dict.fromkeys(use.place for use in touched_by(entry, used(one))) if one.uses else {}
    if not places:
        return topic
    shown = [*list(places)[:_MOST_PLACES], *(["…"] if len(places) > _MOST_PLACES else [])]
    return tell("subs.uses_at", language, topic=topic, places=label("list.comma", language).join(shown))


def _channel(who: Recipient) -> str:
    return who.id if who.kind == "channel" else ""
