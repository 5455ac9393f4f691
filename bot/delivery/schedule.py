"""The heartbeat: asks every few seconds what is due. The store decides what is due and whether it was done.

The only module that uses APScheduler.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

_LOG = logging.getLogger(__name__)


class Heartbeat:
    """Runs rounds periodically, never the same one twice at once.

    Attributes:
        beats: when each round last ended, on the monotonic clock; rounds that have not ended yet are missing.
    """

    def __init__(self) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of rounds that outlast their interval
        # The next beat makes up for a missed one: they do not accumulate, and none is ever too late.
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._running: set[asyncio.Task[None]] = set()
        self.beats: dict[str, float] = {}

    def add(self, name: str, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` every so many seconds, starting at once; errors are logged."""

        async def beat() -> None:
            task = asyncio.current_task()
            assert task is not None
            self._running.add(task)
            try:
                await work()
            except asyncio.CancelledError:  # only from `stop`, which waits for it: whatever it held was released
                _LOG.info("the round %s was broken off", name)
            except Exception:  # noqa: BLE001 - a round is an outer edge: the next one comes
                _LOG.exception("the round %s failed", name)
            finally:
                self.beats[name] = time.monotonic()
                self._running.discard(task)

        trigger = IntervalTrigger(seconds=seconds, timezone="UTC")
        self._scheduler.add_job(beat, trigger, id=name, next_run_time=datetime.now(UTC))

    def start(self) -> None:
        """Start; needs a running event loop."""
        self._scheduler.start()

    async def stop(self, grace: float) -> None:
        """Start no more rounds and let running ones finish; after `grace` seconds they are cancelled."""
        self._scheduler.pause()
        running = set(self._running)
        if running:
            _, late = await asyncio.wait(running, timeout=grace)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        self._scheduler.shutdown(wait=False)


async def measured(lagged: Callable[[float], None], every: float = 1.0) -> None:
    """Keep reporting by how many seconds the event loop was late."""
    while True:
        before = time.monotonic()
        await asyncio.sleep(every)
        lagged(max(time.monotonic() - before - every, 0.0))
