"""Posts what is due exactly once, even across crashes: claim, begin, post, close.

Everything that must survive is stored before the platform is called (see `storage.deliveries`). This module knows
neither when something is due nor what it contains.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from analysis.errors import Problem
from bot.commands.troubles import cause_of
from bot.port.accounts import NOBODY, Accounts
from bot.port.platform import Later, Posted, Refused, Transport, Unsure
from formatters.reply import Reply
from storage.deliveries import Deliveries, Delivery, Order, State

LEASE = 45.0
"""Seconds a claim lasts without renewal, and so the delay of a delivery whose process was killed."""

_RENEWED_EVERY = LEASE / 3
_LONGEST_POST = 300.0
_TRIES = 3
_FIRST_PAUSE = 15.0
_LONGEST_PAUSE = 900.0

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A reply that is ready to be posted.

    Attributes:
        told: SHAs of the commits that it covers.
        pending: how many of them a model has yet to read.
        note: called after posting and before the delivery is closed; also after a crash in between, so possibly twice.
    """

    reply: Reply
    told: tuple[str, ...] = ()
    pending: int = 0
    note: Callable[[], None] | None = None


Make = Callable[[Delivery], Awaitable[Ready | None]]
"""Makes what is to be posted; None for nothing. Raises Problem if it cannot be made now."""


class Outcome(StrEnum):
    """The outcome of an attempt to deliver an order."""

    POSTED = "posted"
    SKIPPED = "skipped"
    TAKEN = "taken"  # already done, or someone else is doing it
    WAITING = "waiting"  # retried later
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome for an order and its reason: a sentence, or for a refusal its key (see `Refused`)."""

    outcome: Outcome
    delivery: Delivery | None = None
    trouble: str = ""


class Outbox:
    """Delivers orders through the connected platforms.

    Args:
        now: the clock, aware, UTC.
        pause: sleeps for a number of seconds.
        posted: called with what was posted, and when.
        accounts: who the authors are on the platforms.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        transports: Mapping[str, Transport],
        now: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        posted: Callable[[Delivery, datetime], None] = lambda _delivery, _now: None,
        accounts: Accounts = NOBODY,
    ) -> None:
        self.deliveries = deliveries
        self._transports = transports
        self._now = now
        self._pause = pause
        self._posted = posted
        self._accounts = accounts

    async def deliver(self, order: Order, make: Make, user: str = "") -> Result:
        """Deliver an order, or resume an interrupted delivery; does nothing if it is already delivered.

        An order without a channel goes to the direct messages of `user`.
        """
        delivery = await asyncio.to_thread(self.deliveries.claim, order, self._now(), LEASE)
        if delivery is None:
            return Result(Outcome.TAKEN)
        async with self._held(delivery):
            return await self._told(delivery, make, user)

    async def settle(self, order: Order, user: str = "") -> State | None:
        """Return an order's state, None if it was never claimed; after interrupted posting, check what was posted.

        For orders that are obsolete: what was not posted is not posted now.
        """
        if (known := await self.state(order)) is State.POSTING:
            await self.deliver(order, _nothing, user)
            known = await self.state(order)
        return known

    async def state(self, order: Order) -> State | None:
        """Return an order's state; None if it was never claimed."""
        of_subject = await asyncio.to_thread(self.deliveries.of, order.kind, order.subject)
        return next((known.state for known in of_subject if known.order.slot == order.slot), None)

    async def _told(self, delivery: Delivery, make: Make, user: str) -> Result:
        """Continue a claimed delivery, and turn any failure into a result."""
        try:
            return await self._go_on(delivery, make, user)
        except Later as later:
            return await self._wait(delivery, later.seconds, f"trouble.later {later}")
        except Refused as refused:
            await asyncio.to_thread(self.deliveries.refuse, delivery, refused.why)
            return Result(Outcome.REFUSED, delivery, refused.why)
        except Unsure as unsure:
            return await self._wait(delivery, self._backoff(delivery), f"trouble.later {unsure}")
        except Problem as problem:
            return await self._wait(delivery, self._backoff(delivery), f"{cause_of(problem)} {problem}")
        except asyncio.CancelledError:
            self.deliveries.hand_back(delivery)
            raise
        except Exception as error:  # noqa: BLE001 - a delivery is an outer edge: the other channels' must not be lost with it
            _LOG.exception("the delivery %s failed", delivery.key)
            return await self._wait(
                delivery, self._backoff(delivery), f"cause.defect a bug in Daybrief ({type(error).__name__})"
            )

    async def _go_on(self, delivery: Delivery, make: Make, user: str) -> Result:
        order = delivery.order
        transport = self._transports.get(order.platform)
        if transport is None:
            raise Later(f"{order.platform} is not connected", 60.0)
        channel = order.channel or await transport.direct(user)
        stands = await transport.find(channel, delivery.key) if delivery.state is State.POSTING else None
        if delivery.state is State.POSTING and stands is None:
            # Nothing was posted. Posting now could be wrong: a newer delivery that covers it may be due meanwhile.
            await asyncio.to_thread(self.deliveries.unbegin, delivery)
            await asyncio.to_thread(self.deliveries.hand_back, delivery)
            return Result(Outcome.WAITING, delivery)
        ready = await make(delivery)
        if ready is None:
            if stands is None:
                await asyncio.to_thread(self.deliveries.skip, delivery, self._now())
                return Result(Outcome.SKIPPED, delivery)
            await asyncio.to_thread(self.deliveries.close, delivery, stands.message, stands.followers, 0, self._now())
            return Result(Outcome.POSTED, delivery)
        if delivery.state is State.CLAIMED and not await asyncio.to_thread(
            self.deliveries.begin, delivery, channel, ready.told, self._now(), LEASE
        ):
            return Result(Outcome.TAKEN, delivery)
        reply = self._accounts.shown(ready.reply, order.platform)
        posted = await self._post(transport, channel, reply, delivery)
        if ready.note:
            await asyncio.to_thread(ready.note)
        await asyncio.to_thread(
            self.deliveries.close, delivery, posted.message, posted.followers, ready.pending, self._now()
        )
        self._posted(delivery, self._now())
        return Result(Outcome.POSTED, delivery)

    async def _post(self, transport: Transport, channel: str, reply: Reply, delivery: Delivery) -> Posted:
        """Post; if an earlier outcome is unknown, check before posting again."""
        for attempt in range(1, _TRIES + 1):
            try:
                async with asyncio.timeout(_LONGEST_POST):
                    return await transport.post(channel, reply, delivery.key)
            except (Unsure, TimeoutError) as error:
                if attempt == _TRIES:
                    raise Unsure(str(error) or "posting took too long") from None
            await self._pause(2.0**attempt)
            if not await asyncio.to_thread(self.deliveries.renew, delivery, self._now(), LEASE):
                raise Unsure("another process continues with it")
            # `post` continues what was begun; first make sure that looking for it works.
            await transport.find(channel, delivery.key)
        raise AssertionError

    async def edit(self, delivery: Delivery, ready: Ready) -> None:
        """Edit the posted delivery to show `ready`.

        Raises:
            Refused, Later: the platform rejects it.
        """
        transport = self._transports.get(delivery.order.platform)
        if transport is None:
            raise Later(f"{delivery.order.platform} is not connected", 60.0)
        stands = Posted(delivery.order.channel, delivery.message, delivery.followers)
        posted = await transport.edit(stands, self._accounts.shown(ready.reply, delivery.order.platform))
        await asyncio.to_thread(self.deliveries.edited, delivery, posted.followers, ready.pending, self._now())

    @contextlib.asynccontextmanager
    async def _held(self, delivery: Delivery) -> AsyncIterator[None]:
        """Keep renewing a delivery's lease while it is worked on."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(_RENEWED_EVERY)
                with contextlib.suppress(Problem):  # the store may be busy; two more attempts fit into the lease
                    await asyncio.to_thread(self.deliveries.renew, delivery, self._now(), LEASE)

        task = asyncio.create_task(renew())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _wait(self, delivery: Delivery, seconds: float, trouble: str) -> Result:
        until = self._now() + timedelta(seconds=seconds)
        await asyncio.to_thread(self.deliveries.hand_back, delivery, until, trouble)
        return Result(Outcome.WAITING, delivery, trouble)

    def _backoff(self, delivery: Delivery) -> float:
        return min(_FIRST_PAUSE * 2.0 ** (delivery.attempts - 1), _LONGEST_PAUSE)


async def _nothing(_delivery: Delivery) -> None:
    """Make nothing: what was posted is closed, and nothing else is posted."""
