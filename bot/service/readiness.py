"""Whether the bot can work: each platform connected, GitHub and the model reachable, the store writable, rounds on time.

What costs a request is checked by `probe`, at most once a minute; the rest on demand.
"""

import asyncio
import logging
import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from analysis.errors import Problem, RateLimited, Unwelcome
from bot.delivery.schedule import Heartbeat
from bot.digests.core import Core
from bot.digests.repositories import parse_place
from bot.service.assembly import Assembly
from bot.service.connections import Connections
from bot.service.feed_checks import examined, troubles
from bot.settings import GitHubSettings, Settings
from storage.feeds import Feed
from storage.memory import KeyValues
from storage.store import Store

_STALE = 300.0
"""Seconds without a completed `due` round after which the process no longer counts as alive."""

_LATE = {"due": 60.0, "look": 900.0}
"""Seconds without a completed round after which it counts as late; a look reads what landed, which takes longer."""

_OUTSIDE_EVERY = timedelta(minutes=5)
_CHANNELS_EVERY = timedelta(hours=1)
"""Between two checks of healthy channels: each takes a request or two."""
_EXAMINED_WITHIN = 60.0
_MODEL_SECONDS = 10.0

_LOG = logging.getLogger(__name__)


class Readiness:
    """The current problems, by part."""

    def __init__(self, assembly: Assembly, connections: Connections, heart: Heartbeat) -> None:
        self._assembly = assembly
        self._core = assembly.core
        self._connections = connections
        self._heart = heart
        self._started = time.monotonic()
        self._found: dict[str, str] = {"store": ""}
        self._examined: dict[str, tuple[datetime, str]] = {}
        self._is_model_proven = False
        self._asked_outside = self._core.now() - _OUTSIDE_EVERY
        if self._core.settings.model.name:
            self._found["model"] = ""

    async def probe(self) -> None:
        """Check the store, and periodically the channels, GitHub and the model; report a refused token to the feeds."""
        work = self._assembly.work
        self._found["store"] = await work.quick(lambda: store_trouble(self._core.stores.store, self._core.now()))
        await self._examine()
        if self._core.now() - self._asked_outside < _OUTSIDE_EVERY:
            return
        self._asked_outside = self._core.now()
        on_github = await work.quick(lambda: places_on_github(self._assembly.feeds.all()))
        if not needs_github(self._core.settings, on_github):
            self._found.pop("GitHub", None)  # nothing needs it, so nothing is said about it
            problem = None
        else:
            problem = await work.shared(("probe", "GitHub"), lambda: _github_problem(self._core))
            self._found["GitHub"] = str(problem or "")
        if isinstance(problem, Unwelcome):
            for place in on_github:
                await self._assembly.health.broke(place, problem)
        if "model" in self._found:
            is_proven = self._is_model_proven and not await work.quick(self._assembly.model.is_out)
            found = await work.shared(("probe", "model"), lambda: _model_trouble(self._core, is_proven=is_proven))
            self._found["model"], self._is_model_proven = found, not found

    async def _examine(self, *, only_first: bool = False) -> None:
        """Check each platform's channels once it is connected, and then periodically: sooner after a problem."""
        feeds = await self._assembly.work.quick(self._assembly.feeds.all)
        for name, why in (await self._connections.troubles()).items():
            at, found = self._examined.get(name, (None, ""))
            every = _OUTSIDE_EVERY if found else _CHANNELS_EVERY
            if not why and (at is None or (not only_first and self._core.now() - at >= every)):
                self._examined[name] = self._core.now(), await self._wrong(name, feeds)

    async def _wrong(self, name: str, feeds: Iterable[Feed]) -> str:
        """Say what is wrong with a platform's channels; a failed check is logged, and does not hide other problems."""
        try:
            async with asyncio.timeout(_EXAMINED_WITHIN):
                return " ".join(await examined(self._assembly.transports[name], self._core.settings, feeds))
        except Exception as error:  # noqa: BLE001 - a platform is an outer edge
            _LOG.exception("the channels of %s could not be looked at", name)
            return f"Whether the channels of {name} take posts is not known ({type(error).__name__}): see the log."

    async def troubles(self) -> dict[str, str]:
        """Return the problems by part, in sentences; an empty string if there is none."""
        await self._examine(only_first=True)  # right after the start, nothing is reported as well before it was checked
        platforms = {
            name: why or self._examined.get(name, (None, ""))[1]
            for name, why in (await self._connections.troubles()).items()
        }
        feeds = await self._assembly.work.quick(self._feed_troubles)
        return {**platforms, **self._found, "feeds": feeds, "scheduler": self._scheduler_trouble()}

    def _feed_troubles(self) -> str:
        try:
            return " ".join(troubles(self._core, self._assembly.feeds.all(), self._assembly.transports))
        except Problem as problem:  # the store
            return str(problem)

    @property
    def since_round(self) -> float:
        """Seconds since the last completed round of what is due."""
        return self._since("due")

    @property
    def is_alive(self) -> bool:
        """Whether rounds complete at all."""
        return self.since_round < _STALE

    def _since(self, name: str) -> float:
        return time.monotonic() - self._heart.beats.get(name, self._started)

    def _scheduler_trouble(self) -> str:
        late = [name for name, seconds in _LATE.items() if self._since(name) > seconds]
        told = " and ".join(f"`{name}` for {self._since(name):.0f} seconds" for name in late)
        return f"No round was completed of {told}: check the log." if late else ""


def store_trouble(store: Store, now: datetime) -> str:
    """Say why the store cannot be written; an empty string if it can."""
    try:
        KeyValues(store, "readiness").put("written", now.isoformat())
    except Problem as problem:
        return str(problem)
    return ""


def places_on_github(feeds: Iterable[Feed]) -> list[str]:
    """Return the places of active feeds that are read from GitHub."""
    places = dict.fromkeys(feed.place for feed in feeds if not feed.paused)
    return [place for place in places if not parse_place(place).path]


def needs_github(settings: Settings, on_github: Collection[str]) -> bool:
    """Whether posts need GitHub: a feed is read from it, or it is configured."""
    return bool(on_github) or settings.github != GitHubSettings()


def _github_problem(core: Core) -> Problem | None:
    """Ask GitHub for its rate limit, which is free."""
    try:
        limit = core.sources.github.rate_limit()
    except Problem as problem:
        return problem
    if limit and not limit.left:
        return RateLimited(f"GitHub's request limit is used up until {limit.renewed:%H:%M} UTC.", limit.renewed)
    return None


def _model_trouble(core: Core, *, is_proven: bool) -> str:
    """Check whether the model's server answers, which is free; until it has worked, ask a question as `doctor` does."""
    from analysis.llm.client import unreachable
    from bot.service.model_trial import configured, tried

    settings = core.settings
    found = unreachable(configured(settings, _MODEL_SECONDS), _MODEL_SECONDS) if is_proven else tried(settings).problem
    return f"The model {settings.model.name} cannot be reached, so the rules do the analysis: {found}." if found else ""
