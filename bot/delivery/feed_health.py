"""Whether feeds work: since when one has been failing and why. People are told once, and again when it works.

Whoever looks at a repository reports the outcome (`broke`, `works`). The rounds tell a feed's creator soon, and its
channel at the hour when a post is missing. What GitHub refuses for every repository is reported to a person once,
however many feeds they have.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from analysis.commits.window import Window
from analysis.entry import Entry
from analysis.errors import Problem
from analysis.i18n.language import Language
from analysis.i18n.typography import in_a_row
from bot.commands.people import People
from bot.commands.registry import as_typed
from bot.commands.troubles import cause_of, say_cause
from bot.delivery.feeds import REMEMBERED, Due, beyond_reach, covered, due, kind_of
from bot.delivery.model_health import ModelHealth
from bot.delivery.outbox import Outbox, Outcome, Ready
from bot.delivery.posts import say_lost
from bot.delivery.reader_health import ReaderHealth
from bot.digests.core import Core
from bot.digests.work import Work
from bot.i18n.wording import said, say_zoned, tell
from formatters.i18n.wording import label, say_days
from formatters.reply import Channel, Note
from storage.deliveries import Delivery, Order, State
from storage.feeds import Feed, Feeds
from storage.incidents import Incident, Incidents

KIND = "incident"

_PASSING = {"cause.outage", "cause.limited"}
_SHARED = {"cause.token", *_PASSING}
"""Causes that affect every repository on GitHub alike."""

_PATIENCE = timedelta(minutes=10)
"""How long a failure must last before anyone is told: a server may refuse a good token for a minute by mistake."""

_LONG_PATIENCE = timedelta(minutes=30)
"""The same for failures that usually pass by themselves."""

_SETTLED = timedelta(minutes=20)
"""How long after one of a person's feeds works again the others are waited for: all have been checked by then."""

_FINAL = {State.POSTED, State.REFUSED, State.SKIPPED}

_LOG = logging.getLogger(__name__)

_Trouble = tuple[Feed, Incident]


class FeedHealth:
    """Keeps the incidents of feeds, and reports them."""

    def __init__(
        self,
        core: Core,
        feeds: Feeds,
        people: People,
        outbox: Outbox,
        work: Work,
        readers: ReaderHealth,
        model: ModelHealth,
    ) -> None:
        self._core = core
        self._feeds = feeds
        self._people = people
        self._deliverer = outbox
        self._work = work
        self._readers, self._model = readers, model
        self._incidents = Incidents(core.stores.store)

    # -- outcomes

    async def broke(self, place: str, error: Exception, *, by_post: bool = False) -> None:
        """Record that the feeds read at a place cannot be made; `by_post` if that was noticed while making a post."""
        cause, text, now = cause_of(error), str(error), self._core.now()

        def note() -> None:
            for feed in self._of(place):
                self._incidents.begin(feed.id, cause, text, now, by_post=by_post)

        await self._noted(note)
        await self._readers.broke(place, cause, text)

    async def works(self, place: str, read: Iterable[Entry] = (), *, by_post: bool = False) -> None:
        """Record that the feeds read at a place can be made, and what they missed if they could not.

        A successful look does not end what was only noticed while making a post. `read` are commits as they were just
        read.
        """
        await self._readers.works(place)
        await self._model.read(read)
        now = self._core.now()

        def note() -> None:
            if not (known := self._incidents.open()):
                return
            for feed in self._of(place):
                if (incident := known.get(feed.id)) and (by_post or not incident.by_post):
                    self._end(feed, incident, now)

        await self._noted(note)

    def _end(self, feed: Feed, incident: Incident, now: datetime) -> None:
        until = self._covered(feed, now)
        owed = due(feed, until, now)
        lost = beyond_reach(feed, until, incident.since, now)
        self._incidents.end(feed.id, now, owed.window if owed else None, lost)

    async def _noted(self, note: Callable[[], None]) -> None:
        try:
            await self._work.quick(note)
        except Problem as problem:  # the store itself is failing; the caller has that problem too
            _LOG.warning("what became of a feed could not be stored: %s", problem)

    def _of(self, place: str) -> list[Feed]:
        return [feed for feed in self._feeds.of_place(place) if not feed.paused]

    def _deliveries(self, feed: Feed, now: datetime) -> list[Delivery]:
        return self._deliverer.deliveries.of(kind_of(feed), str(feed.id), (now - REMEMBERED).date())

    def _covered(self, feed: Feed, now: datetime) -> date | None:
        return covered(feed, self._deliveries(feed, now), now)

    # -- who is told

    async def round(self) -> None:
        """Send the notices that are due; delete incidents that are over and reported."""
        await self._readers.round()
        await self._model.round()
        troubles, owed = await self._work.quick(self._known)
        if not troubles:
            return
        by_maker = sorted((trouble for trouble in troubles if trouble[0].made_by), key=_maker)
        for _, theirs in groupby(by_maker, key=_maker):
            await self._tell_maker(list(theirs))
        for feed, incident in troubles:
            await self._tell_channel(feed, incident, owed.get(feed.id))
        unsure = await self._unsure([trouble for trouble in troubles if trouble[1].ended])
        await self._work.quick(lambda: self._forget(unsure))

    def _known(self) -> tuple[list[_Trouble], dict[int, Due]]:
        """Return the incidents with their feeds, and by feed the overdue posts whose channel was not told why."""
        if not (incidents := self._incidents.all()):
            return [], {}
        feeds = {feed.id: feed for feed in self._feeds.all() if not feed.paused}
        for incident in incidents:
            if incident.feed not in feeds:
                self._incidents.forget(incident.feed)
        troubles = [(feeds[incident.feed], incident) for incident in incidents if incident.feed in feeds]
        now = self._core.now()
        owed: dict[int, Due] = {}
        for feed, incident in troubles:
            if incident.ended or (incident.channel_told and not incident.by_post):
                continue
            if one := due(feed, self._covered(feed, now), now):
                owed[feed.id] = one
            elif incident.by_post:  # a post that could not be made is no longer waited for
                self._end(feed, incident, now)
        return troubles, owed

    async def _unsure(self, over: Sequence[_Trouble]) -> set[int]:
        """Return the feeds for which it is unknown whether anyone was told that they broke; record those who were.

        The platform's answer may have been lost, and the failure over before anyone asked again.
        """
        unsure: set[int] = set()
        for feed, incident in over:
            if not incident.channel_told:
                state = await self._began(feed, incident, "channel")
                if state is State.POSTED:
                    await self._work.quick(lambda feed=feed: self._incidents.tell_channel(feed.id, is_over=False))  # type: ignore[misc]
                elif state is State.POSTING:
                    unsure.add(feed.id)
            if feed.made_by and not incident.maker_told:
                state = await self._began(feed, incident, "maker", feed.made_by)
                told_with = [
                    one for one in over if (_maker(one), _cause(one)) == (_maker((feed, incident)), incident.cause)
                ]
                if state is State.POSTED:
                    await self._work.quick(lambda some=told_with: self._note_maker(some, is_over=False))  # type: ignore[misc]
                elif state is State.POSTING:
                    unsure.update(one.id for one, _ in told_with)
        return unsure

    async def _began(self, feed: Feed, incident: Incident, what: str, user: str = "") -> State | None:
        """Return the state of the notice that a feed broke; None if its end was reported, too."""
        channel = "" if user else feed.channel
        if await self._deliverer.settle(self._order(feed, incident, channel, f"{what} over"), user):
            return None
        return await self._deliverer.settle(self._order(feed, incident, channel, what), user)

    def _forget(self, unsure: Collection[int]) -> None:
        for incident in self._incidents.all():
            if incident.ended and not (incident.maker_told or incident.channel_told or incident.feed in unsure):
                self._incidents.forget(incident.feed)

    async def _tell_maker(self, troubles: Sequence[_Trouble]) -> None:
        """Tell the creator of these feeds what is new about them."""
        now = self._core.now()
        lasting = [trouble for trouble in troubles if not trouble[1].ended]
        told = {incident.cause for _, incident in lasting if incident.maker_told}
        fresh = sorted((one for one in lasting if not one[1].maker_told), key=_cause)
        for cause, group in groupby(fresh, key=_cause):
            some = list(group)
            if cause in told & _SHARED:
                await self._work.quick(lambda some=some: self._note_maker(some, is_over=False))  # type: ignore[misc]
            elif now - min(incident.since for _, incident in some) >= _patience(cause):
                await self._send(some, self._broken, is_over=False)
        over = [trouble for trouble in troubles if trouble[1].ended and trouble[1].maker_told]
        is_settled = any(incident.ended and now - incident.ended >= _SETTLED for _, incident in over)
        if over and (is_settled or not any(incident.maker_told for _, incident in lasting)):
            await self._send(over, self._works, is_over=True)

    async def _send(
        self, troubles: Sequence[_Trouble], say: Callable[[Sequence[_Trouble], Language], str], *, is_over: bool
    ) -> None:
        """Send one person a direct message about some feeds."""
        feed, incident = troubles[0]
        platform, user = feed.platform, feed.made_by

        def note() -> None:
            self._note_maker(troubles, is_over=is_over)

        def made() -> Ready:
            language = self._people.language(platform, user) or feed.language
            about = Channel(feed.channel) if len(troubles) == 1 else None
            text = as_typed(say(troubles, language), platform)
            return Ready(Note(text, "done" if is_over else "problem", about=about), note=note)

        order = self._order(feed, incident, "", f"maker{' over' * is_over}")
        await self._deliver(order, made, note, user)

    async def _tell_channel(self, feed: Feed, incident: Incident, owed: Due | None) -> None:
        """Tell a channel that its post is missing, once it is overdue; and when that is over."""
        if bool(incident.ended) is not incident.channel_told:
            return
        if not incident.ended and (
            owed is None or self._core.now() - min(incident.since, owed.at) < _patience(incident.cause)
        ):
            return

        def note() -> None:
            self._incidents.tell_channel(feed.id, is_over=owed is None)

        def made() -> Ready:
            text = (
                self._broken_here(feed, incident, owed.window)
                if owed
                else self._works([(feed, incident)], feed.language)
            )
            return Ready(Note(as_typed(text, feed.platform), "problem" if owed else "done"), note=note)

        order = self._order(feed, incident, feed.channel, "channel" if owed else "channel over")
        await self._deliver(order, made, note)

    def _order(self, feed: Feed, incident: Incident, channel: str, what: str) -> Order:
        slot = f"{incident.since:%Y-%m-%dT%H:%M:%SZ} {what}"
        return Order(KIND, f"feed {feed.id}", slot, feed.platform, channel, self._core.now())

    async def _deliver(self, order: Order, made: Callable[[], Ready], note: Callable[[], None], user: str = "") -> None:
        async def make(_delivery: Delivery) -> Ready:
            return await self._work.quick(made)

        result = await self._deliverer.deliver(order, make, user)
        # A channel that refuses the notice is not asked again; one that was told before a process died is not told
        # twice.
        if result.outcome is Outcome.REFUSED or (
            result.outcome is Outcome.TAKEN and await self._deliverer.state(order) in _FINAL
        ):
            await self._work.quick(note)
        if result.trouble:
            _LOG.warning("the notice about %s: %s (%s)", order.subject, result.outcome, said(result.trouble, "en"))

    def _note_maker(self, troubles: Iterable[_Trouble], *, is_over: bool) -> None:
        self._incidents.tell_maker([feed.id for feed, _ in troubles], is_over=is_over)

    # -- what is said

    def _broken(self, troubles: Sequence[_Trouble], language: Language) -> str:
        feed, oldest = min(troubles, key=lambda one: one[1].since)
        repos = label("list.comma", language).join(dict.fromkeys(feed.repository for feed, _ in troubles))
        text = oldest.text if len(troubles) == 1 else ""
        why = say_cause(oldest.cause, text, language)
        return tell("health.broken", language, repos=repos, since=say_zoned(oldest.since, feed.zone, language), why=why)

    def _broken_here(self, feed: Feed, incident: Incident, about: Window) -> str:
        language = feed.language
        why = say_cause(incident.cause, incident.text, language)
        return tell("health.broken_here", language, repo=feed.repository, days=say_days(about, language), why=why)

    def _works(self, troubles: Sequence[_Trouble], language: Language) -> str:
        return "\n".join(_works_again(feed, incident, language) for feed, incident in troubles)


def _works_again(feed: Feed, incident: Incident, language: Language) -> str:
    assert incident.ended is not None
    since, until = (say_zoned(moment, feed.zone, language) for moment in (incident.since, incident.ended))
    parts = [tell("health.works", language, repo=feed.repository, since=since, until=until)]
    if missed := incident.missed:
        parts.append(tell("health.missed", language, days=say_days(missed, language), count=len(missed.days)))
    if lost := incident.lost:
        parts.append(say_lost(lost, feed.repository, language))
    if not (missed or lost):
        parts.append(tell("health.missed_none", language))
    return in_a_row(parts, language)


def _patience(cause: str) -> timedelta:
    return _LONG_PATIENCE if cause in _PASSING else _PATIENCE


def _maker(trouble: _Trouble) -> tuple[str, str, str]:
    feed, _ = trouble
    return feed.platform, feed.workspace, feed.made_by


def _cause(trouble: _Trouble) -> str:
    return trouble[1].cause
