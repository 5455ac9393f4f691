"""The rounds of the feeds: makes and delivers what is due, and completes posts that were incomplete.

A feed brings digests of days, or reviews of weeks or months; both are delivered alike, and distinguished by their kind.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.digest.pipeline import silent
from analysis.entry import Analyser
from analysis.errors import Damaged, Problem
from analysis.i18n.language import Language
from analysis.sources.remarks import is_pressing, is_stale
from analysis.triage.areas import Areas
from bot.commands.people import People
from bot.commands.registry import as_typed
from bot.commands.spans import say_span
from bot.delivery.branches import FollowedBranches
from bot.delivery.feed_health import FeedHealth
from bot.delivery.feeds import (
    DIGEST,
    KINDS,
    REMEMBERED,
    beyond_reach,
    channel_of,
    covered,
    due,
    kind_of,
    narrowed,
    next_post,
    reported,
    with_touches,
    with_unknown_labels,
)
from bot.delivery.look_back_job import LookBackJob
from bot.delivery.outbox import Outbox, Outcome, Ready
from bot.delivery.posts import archive_page, digest_post, quiet_note, report_files, say_lost
from bot.delivery.resuming import is_refused, tried_again
from bot.digests.core import Core
from bot.digests.releases import follow_tags
from bot.digests.repositories import parse_place
from bot.digests.work import Work, a_few
from bot.i18n.wording import said, tell
from bot.port.platform import Later, Refused
from formatters.i18n.wording import say_days
from formatters.reply import Channel, Note
from storage.deliveries import Delivery, Order, State
from storage.feeds import Feed, Feeds
from storage.subscriptions import Subscriptions

_AT_ONCE = 8
_COMPLETED_FOR = timedelta(hours=36)
_LOOKED_EVERY = timedelta(minutes=10)

_TRIED_EVERY = timedelta(hours=1)
_MENDED_WITHIN = timedelta(days=3)
"""How long a channel that rejects posts is retried hourly: what is not fixed by then is usually never fixed."""

_LOG = logging.getLogger(__name__)


class DigestJob:
    """Brings each feed's posts to its channel."""

    def __init__(
        self,
        core: Core,
        feeds: Feeds,
        subscriptions: Subscriptions,
        outbox: Outbox,
        work: Work,
        analyser: Analyser,
        health: FeedHealth,
        people: People,
    ) -> None:
        self._core = core
        self._feeds = feeds
        self._subscriptions = subscriptions
        self._deliverer = outbox
        self._work = work
        self._analyser = analyser
        self._health = health
        self._people = people
        self._look_backs = LookBackJob(core, feeds, subscriptions, work, analyser)
        self._branches = FollowedBranches(core.stores.store)
        self._resting: dict[int, tuple[Feed, datetime]] = {}

    async def round(self) -> None:
        """Deliver what is due; a failing feed does not hold up the others."""
        await a_few(_AT_ONCE, await self._work.quick(self._waiting), self._one)

    def _waiting(self) -> list[Feed]:
        """Return the feeds that may have something due; one that was changed meanwhile is no longer skipped.

        Includes refused feeds now and then, because a fix is not always reported to us.
        """
        now, found, resting = self._core.now(), list[Feed](), dict[int, tuple[Feed, datetime]]()
        for feed in self._feeds.all():
            as_it_was, until = self._resting.get(feed.id, (None, now))
            if until > now and feed == as_it_was:
                resting[feed.id] = (feed, until)
            elif not feed.paused or is_refused(feed):
                found.append(feed)
        self._resting = resting
        return found

    async def _one(self, feed: Feed) -> None:
        try:
            await (self._feed_again(feed) if feed.paused else self._feed(feed))
        except Problem as problem:  # the store; the next round tries again
            _LOG.warning("the feed %s of %s waits: %s", feed.id, feed.repository, problem)

    async def _feed_again(self, feed: Feed) -> None:
        """Retry a feed that its channel refused; it resumes once a post succeeds."""
        now = self._core.now()
        resumed = await self._work.quick(lambda: tried_again(feed, self._deliverer.deliveries, now))
        await self._feed(resumed.feed)
        if feed.id in self._resting:
            stored = await self._work.quick(lambda: self._feeds.get(feed.id))
            self._resting[feed.id] = (stored or feed, self._resting[feed.id][1])

    async def _feed(self, feed: Feed) -> None:
        for delivery in await self._deliveries(feed, KINDS):
            if (
                delivery.state is State.POSTING
            ):  # an earlier process may have been stopped there; nothing new is due until that is resolved
                await self._deliver(feed, delivery.order)
        kind = kind_of(feed)
        deliveries, now = await self._deliveries(feed, (kind,)), self._core.now()
        owed = due(feed, covered(feed, deliveries, now), now)
        if owed is None:
            if not any(delivery.state in {State.CLAIMED, State.POSTING} for delivery in deliveries):
                self._resting[feed.id] = (feed, next_post(feed, now))
            return
        await self._deliver(
            feed,
            Order(kind, str(feed.id), say_span(owed.window), feed.platform, feed.channel, owed.at, owed.window),
        )

    async def _deliver(self, feed: Feed, order: Order) -> None:
        result = await self._deliverer.deliver(order, lambda delivery: self._made(feed, delivery))
        if result.outcome is Outcome.REFUSED:
            await self._refused(feed, result.delivery, result.trouble)
        elif result.outcome is Outcome.POSTED:
            await self._accepted(feed, order)
        elif result.outcome is Outcome.TAKEN:
            # It was refused, and the process stopped before the feed was paused.
            for delivery in await self._deliveries(feed, (order.kind,)):
                if delivery.order.slot == order.slot and delivery.state is State.REFUSED:
                    await self._refused(feed, delivery, delivery.trouble)
        elif result.trouble:
            _LOG.warning("the post about %s, %s, waits: %s", feed.repository, order.slot, said(result.trouble, "en"))

    async def _deliveries(self, feed: Feed, kinds: Sequence[str]) -> list[Delivery]:
        since = (self._core.now() - REMEMBERED).date()

        def look() -> list[Delivery]:
            return [found for kind in kinds for found in self._deliverer.deliveries.of(kind, str(feed.id), since)]

        return await self._work.quick(look)

    # -- what is posted

    async def _made(self, feed: Feed, delivery: Delivery) -> Ready | None:
        window, kind = delivery.order.window, delivery.order.kind
        assert window is not None
        try:
            if kind != DIGEST:  # made from the store, so it does not show whether the repository can be read
                return await self._look_backs.ready(feed, window, kind)
            digest, areas = await self._digest(feed, window)
        except (Later, Refused):
            raise
        except Exception as error:  # the caller reports it; here the feed's channel and creator are told
            await self._health.broke(feed.place, error, by_post=True)
            raise
        await self._health.works(feed.place, digest.entries, by_post=True)
        if delivery.state is State.POSTING:  # begun with these commits; later ones come with the next digest
            digest = _of_these(digest, delivery.order.told)
        if lost := await self._lost(feed, delivery):
            digest, feed = replace(digest, notes=(*digest.notes, lost)), replace(feed, quiet="line")
        return await self._work.quick(lambda: self._ready(feed, digest, areas))

    async def _lost(self, feed: Feed, delivery: Delivery) -> str:
        """Name the days that fell due during an outage of ours and are too old to be made up for; empty for none."""
        now = self._core.now()
        known = await self._deliveries(feed, (DIGEST,))
        if known == [delivery] and feed.since < now - REMEMBERED:  # it was off for longer than that
            known = await self._work.quick(lambda: self._deliverer.deliveries.of(DIGEST, str(feed.id)))
        days = beyond_reach(
            feed, covered(feed, [other for other in known if other.id != delivery.id], now), feed.since, now
        )
        return say_lost(days, feed.repository, feed.language) if days else ""

    def _follow_tags(self, feed: Feed) -> None:
        """Look for new tags, which the day's releases depend on; errors do not hold up the digest."""
        place = parse_place(feed.place)
        try:
            if self._core.sources.has_free_tags(place):
                follow_tags(self._core.stores, self._core.sources.open(place))
        except Problem as problem:
            _LOG.warning("the tags of %s could not be listed: %s", feed.repository, problem)

    async def _digest(self, feed: Feed, window: Window) -> tuple[Digest, Areas]:
        told = reported(await self._deliveries(feed, (DIGEST,)), window)

        def make() -> tuple[Digest, Areas]:
            self._follow_tags(feed)
            source = self._core.sources.branches(parse_place(feed.place), feed.branches)
            digest, areas = self._core.digest(source, window, feed.language, self._analyser, silent, told=told)
            if not digest.entries and (stale := [note for note in digest.notes if is_stale(note)]):
                raise Damaged(f"{feed.repository}: {stale[0]}. Fetch it once by hand, or every hour with a timer.")
            return digest, areas

        key = (DIGEST, feed.id, window, feed.language)
        return await self._work.shared(key, make, feed.repository.lower())

    def _ready(self, feed: Feed, digest: Digest, areas: Areas) -> Ready | None:
        recipient = channel_of(feed)
        heard = [
            entry.commit.sha
            for entry in digest.entries
            if (original := self._core.memory.taken_back(entry))
            and self._subscriptions.told(recipient, digest.repo, [original.sha])
        ]
        part = with_unknown_labels(feed, self._core.memory.within(digest, feed.scope, heard), digest)
        shown = self._branches.noted(feed, with_touches(feed, narrowed(feed, part, heard)))
        told = tuple(entry.commit.sha for entry in digest.entries)

        def note() -> None:
            self._core.stores.digests.put(digest)
            self._branches.tell(feed, digest)
            seen = [entry.commit.sha for entry in shown.entries]
            self._subscriptions.tell(recipient, digest.repo, seen, self._core.now())

        if shown.entries or shown.follow_ups:
            number = self._core.stores.commits.numbers().get(digest.repo, 0)
            files, page = report_files(self._core, shown, areas), archive_page(self._core, shown)
            post = digest_post(shown, areas, number, page=page, files=files, feed=feed)
            unread = sum(entry.commit.is_unread for entry in shown.entries)
            refused = sum(bool(entry.analysis and entry.analysis.is_refused) for entry in shown.entries)
            return Ready(post, told, len(shown.coverage.stand_ins) - refused + unread, note)
        if any(map(is_pressing, digest.notes)):
            feed = replace(feed, quiet="line")
        quiet = quiet_note(feed, digest.repo, digest.window, len(digest.entries), shown.notes)
        return Ready(quiet, told, 0, note) if quiet else None

    async def _refused(self, feed: Feed, refused: Delivery | None, why: str) -> None:
        """Pause a feed that cannot be posted until it is retried, and tell whoever set it up, once."""
        stored = await self._work.quick(lambda: self._feeds.get(feed.id)) or feed
        paused = await self._work.quick(lambda: self._feeds.put(replace(stored, paused=why)))
        window = refused.order.window if refused else None
        self._resting[feed.id] = (paused, _tried_next(feed, window, self._core.now()))
        if stored.paused:  # it was a retry
            return
        _LOG.warning("the feed %s of %s is paused: %s", feed.id, feed.repository, said(why, "en"))
        slot = f"{refused.key} {refused.attempts}" if refused else ""  # after resuming, it may be refused again

        def text(language: Language) -> str:
            return tell("feed.refused", language, repo=feed.repository, why=said(why, language))

        await self._tell_maker(feed, slot, text, is_over=False)

    async def _accepted(self, feed: Feed, order: Order) -> None:
        """Resume a feed whose channel accepts its posts again, and tell its creator what was missed."""
        stored = await self._work.quick(lambda: self._feeds.get(feed.id))
        if stored is None or not is_refused(stored):
            return
        await self._work.quick(lambda: self._feeds.put(feed))
        window = order.window
        assert window is not None

        def text(language: Language) -> str:
            return tell("feed.accepted", language, repo=feed.repository, days=say_days(window, language))

        await self._tell_maker(feed, f"{order.slot} again", text, is_over=True)

    async def _tell_maker(self, feed: Feed, slot: str, say: Callable[[Language], str], *, is_over: bool) -> None:
        """Send a feed's creator, if there is one, a direct message about its channel."""
        if not feed.made_by:
            return

        def text() -> str:
            language = self._people.language(feed.platform, feed.made_by) or feed.language
            return as_typed(say(language), feed.platform)

        order = Order("notice", f"feed {feed.id}", slot, feed.platform, "", self._core.now())

        async def tell_once(_delivery: Delivery) -> Ready:
            return Ready(
                Note(await self._work.quick(text), "done" if is_over else "problem", about=Channel(feed.channel))
            )

        await self._deliverer.deliver(order, tell_once, feed.made_by)

    # -- what was posted

    async def look(self) -> None:
        """Read ahead for reviews; ask again for what the model did not read, and update the posts."""
        await self._look_backs.read_ahead()
        await self.complete()

    async def complete(self) -> None:
        """Ask again for what the model did not read, and update the posts."""
        now = self._core.now()
        found = await self._work.quick(
            lambda: self._deliverer.deliveries.incomplete(now - _COMPLETED_FOR, now - _LOOKED_EVERY)
        )
        for delivery in found:
            feed = await self._work.quick(lambda number=delivery.order.subject: self._feeds.get(int(number)))  # type: ignore[misc]
            if delivery.order.kind in KINDS and feed and not feed.paused:
                try:
                    await self.mend(feed, delivery, only_progress=True)
                except (Problem, Later, Refused) as problem:
                    _LOG.warning("the digest of %s stays incomplete for now: %s", feed.repository, problem)

    async def mend(self, feed: Feed, delivery: Delivery, *, only_progress: bool = False) -> None:
        """Remake and edit a post; with `only_progress`, only if more of it has been read.

        A digest is remade from the same commits.

        Raises:
            Problem: it cannot be made now.
            Refused, Later: the platform rejects it.
        """
        window, kind = delivery.order.window, delivery.order.kind
        assert window is not None
        if kind == DIGEST:
            digest, areas = await self._digest(feed, window)
            same = _of_these(digest, delivery.order.told)
            ready = await self._work.quick(lambda: self._ready(feed, same, areas))
        else:
            ready = await self._look_backs.ready(feed, window, kind, again=True)
        if only_progress and (ready is None or ready.pending >= delivery.pending):
            await self._work.quick(
                lambda: self._deliverer.deliveries.edited(
                    delivery, delivery.followers, delivery.pending, self._core.now()
                )
            )
        elif ready is not None:
            await self._deliverer.edit(delivery, ready)


def _tried_next(feed: Feed, refused: Window | None, now: datetime) -> datetime:
    """Return when to retry a feed whose channel refused a post about these days: at its hour, and hourly at first."""
    at = next_post(feed, now)
    if refused is None:
        return at
    missed_since = refused.end if feed.looks_back else Window.of(refused.first, feed.zone).end
    return min(at, now + _TRIED_EVERY) if now - missed_since < _MENDED_WITHIN else at


def _of_these(digest: Digest, told: Sequence[str]) -> Digest:
    shas = set(told)
    return digest.keep(entry for entry in digest.entries if entry.commit.sha in shas)
