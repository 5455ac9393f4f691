"""Tells followers of a fix when it lands, is reverted or is released; each event once."""

import asyncio
import logging
from datetime import datetime, timedelta
from itertools import groupby

from analysis.errors import NotFound, Problem
from analysis.tracing.trace import Role, Trace, Verdict
from bot.commands.access import Access
from bot.commands.references import wanted_fix
from bot.delivery.findings import findings_sheet
from bot.delivery.outbox import Outbox, Outcome, Ready
from bot.digests.core import Core
from bot.digests.repositories import parse_place
from bot.digests.tracing import trace
from bot.digests.work import Work
from formatters.reply import Sheet
from formatters.tracing import trace_findings
from storage.deliveries import Order
from storage.feeds import Feeds
from storage.subscriptions import Subscription, Subscriptions

KIND = "fix"
_TOLD = {Verdict.MERGED, Verdict.REVERTED, Verdict.RELEASED}

_LOG = logging.getLogger(__name__)


class FixJob:
    """Checks the fixes that are followed.

    Args:
        every: between two checks of a repository.
    """

    def __init__(
        self,
        core: Core,
        feeds: Feeds,
        subscriptions: Subscriptions,
        access: Access,
        outbox: Outbox,
        work: Work,
        every: timedelta,
    ) -> None:
        self._core = core
        self._feeds = feeds
        self._subscriptions = subscriptions
        self._access = access
        self._outbox = outbox
        self._work = work
        self._every = every
        self._next: dict[str, datetime] = {}

    async def round(self) -> None:
        """Check the followed fixes that are due, and report news; a failing repository does not hold up the others."""
        now = self._core.now()
        wanted = await self._work.quick(self._followed)
        due = [(repo, list(group)) for repo, group in groupby(wanted, key=lambda one: one.repository.lower())]
        await asyncio.gather(*(self._repository(repo, some) for repo, some in due if self._next.get(repo, now) <= now))

    def _followed(self) -> list[Subscription]:
        found = [
            one for one in self._subscriptions.all() if one.fix and not one.paused and self._access.may_be_sent(one)
        ]
        return sorted(found, key=lambda one: one.repository.lower())

    async def _repository(self, repo: str, followed: list[Subscription]) -> None:
        self._next[repo] = self._core.now() + self._every
        place = await self._work.quick(lambda: self._feeds.place_of(followed[0].repository))
        for fix, group in groupby(sorted(followed, key=lambda one: one.fix), key=lambda one: one.fix):
            try:
                made = await self._work.shared((KIND, repo, fix), lambda fix=fix: self._traced(place, fix), repo)  # type: ignore[misc]
            except NotFound:
                continue  # it has not landed, or not under that name
            except Problem as problem:
                _LOG.warning("the fix %s of %s could not be followed: %s", fix, repo, problem)
                continue
            if made.verdict in _TOLD:
                await asyncio.gather(*(self._tell(one, made) for one in group))

    def _traced(self, place: str, fix: str) -> Trace:
        return trace(self._core, self._core.sources.open(parse_place(place)), wanted_fix(fix))

    async def _tell(self, one: Subscription, made: Trace) -> None:
        who = one.recipient
        channel = who.id if who.kind == "channel" else ""
        order = Order(KIND, f"{who} {one.id}", _slot(made), who.platform, channel, self._core.now())

        async def ready(_delivery: object) -> Ready:
            return Ready(_sheet(made, one))

        result = await self._outbox.deliver(order, ready, who.id if who.kind == "user" else "")
        if made.verdict is Verdict.RELEASED and result.outcome in {Outcome.POSTED, Outcome.TAKEN}:
            await self._work.quick(lambda: self._subscriptions.revise(who, ended=[one.id]))
        elif result.outcome is Outcome.REFUSED:
            await self._work.quick(lambda: self._subscriptions.pause(who, result.trouble))


def _slot(made: Trace) -> str:
    """Return an identifier for a piece of news about a fix, from its newest commit or its first release."""
    if made.verdict is Verdict.RELEASED:
        return f"released {made.releases[0].name}"
    newest = [step.commit.sha for step in made.steps if step.role is not Role.NAMES and step.is_on_branch][-1]
    return f"{made.verdict} {newest[:12]}"


def _sheet(made: Trace, one: Subscription) -> Sheet:
    return findings_sheet(trace_findings(made, one.language))
