"""Notices about a failure and its end, each sent once: they survive restarts and are delivered like any post.

Feeds have their own incidents (`feed_health`); this is for failures that belong to no single feed.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from analysis.errors import Problem
from bot.delivery.outbox import Outbox, Outcome, Ready
from bot.digests.core import Core
from bot.digests.work import Work
from bot.i18n.wording import said
from formatters.reply import Note
from storage.deliveries import Delivery, Order, State
from storage.memory import KeyValues
from storage.subscriptions import Recipient

KIND = "notice"

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outage:
    """An ongoing failure, or one that is over but not yet reported to everyone.

    Attributes:
        name: of what does not work. `since`, `ended`: UTC; `ended` is None while it lasts.
        cause: the key of a sentence (`cause` in `bot/i18n/wording.toml`), or empty; `text`: the error in English.
    """

    name: str
    since: datetime
    cause: str
    text: str
    ended: datetime | None = None


class Notices:
    """The outages of one owner, and who was told about them.

    Args:
        owner: such as `model`; owners do not see each other's outages.
    """

    def __init__(self, core: Core, outbox: Outbox, work: Work, owner: str) -> None:
        self._core, self._outbox, self._work, self._owner = core, outbox, work, owner
        self._memory = KeyValues(core.stores.store, "outages")
        self._known: dict[str, Outage] | None = None
        self._done: set[tuple[str, str]] = set()

    def all(self) -> list[Outage]:
        """Return the outages that are ongoing, or over but not yet reported."""
        if self._known is None:
            kept = json.loads(self._memory.get(self._owner) or "[]")
            self._known = {one["name"]: _outage(one) for one in kept}
        return list(self._known.values())

    async def begin(self, name: str, cause: str, text: str) -> None:
        """Record that something does not work; a known outage keeps its start."""
        known = next((one for one in self.all() if one.name == name and one.ended is None), None)
        if known is None:
            await self._keep(Outage(name, self._core.now(), cause, text))

    async def end(self, name: str) -> None:
        """Record that something works again."""
        known = next((one for one in self.all() if one.name == name and one.ended is None), None)
        if known:
            await self._keep(replace(known, ended=self._core.now()))

    async def forget(self, outage: Outage) -> None:
        """Delete an outage."""
        await self._keep(outage, is_gone=True)

    async def _keep(self, outage: Outage, *, is_gone: bool = False) -> None:
        kept = {one.name: one for one in self.all() if one.name != outage.name}
        self._known = kept if is_gone else {**kept, outage.name: outage}
        text = json.dumps([asdict(one) for one in self._known.values()], default=datetime.isoformat)
        try:
            await self._work.quick(lambda: self._memory.put(self._owner, text))
        except Problem as problem:  # the store itself is failing; the caller has that problem too
            _LOG.warning("what does not work could not be stored: %s", problem)

    async def tell(self, outage: Outage, who: Recipient, say: Callable[[], str]) -> bool:
        """Tell someone about an outage, or its end, once; return whether that is settled."""
        order, user = self._order(outage, who)
        subject, slot = order.subject, order.slot
        if (subject, slot) in self._done:
            return True
        tone = "done" if outage.ended else "problem"

        async def make(_delivery: Delivery) -> Ready:
            return Ready(Note(await self._work.quick(say), tone))  # type: ignore[arg-type]  # one of the tones

        result = await self._outbox.deliver(order, make, user)
        if result.trouble:
            _LOG.warning("the notice about %s: %s (%s)", outage.name, result.outcome, said(result.trouble, "en"))
        is_settled = result.outcome in {Outcome.POSTED, Outcome.REFUSED} or (
            result.outcome is Outcome.TAKEN and await self._outbox.state(order) in {State.POSTED, State.REFUSED}
        )
        if is_settled:
            self._done.add((subject, slot))
        return is_settled

    async def was_told(self, outage: Outage, who: Recipient) -> bool:
        """Whether someone was told that an outage began; if the platform's answer was lost, the platform is asked."""
        order, user = self._order(replace(outage, ended=None), who)
        return await self._outbox.settle(order, user) is State.POSTED

    def _order(self, outage: Outage, who: Recipient) -> tuple[Order, str]:
        """Return a notice's order, and the user whose direct messages it goes to, if any."""
        channel, user = (who.id, "") if who.kind == "channel" else ("", who.id)
        subject = f"{self._owner} {who}"
        return Order(KIND, subject, _slot(outage), who.platform, channel, self._core.now()), user


def _slot(outage: Outage) -> str:
    return f"{outage.since:%Y-%m-%dT%H:%M:%SZ} {outage.name}{' over' if outage.ended else ''}"


def _outage(kept: dict[str, Any]) -> Outage:
    ended = datetime.fromisoformat(kept["ended"]) if kept["ended"] else None
    return Outage(kept["name"], datetime.fromisoformat(kept["since"]), kept["cause"], kept["text"], ended)
