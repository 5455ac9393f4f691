"""Keeps what was learned about the feeds' repositories up to date: once a week, a few repositories at a time."""

import asyncio
import contextlib
import logging
import os
import sys
from datetime import datetime, timedelta

from bot.digests.core import Core
from bot.digests.work import Work
from storage.feeds import Feeds

_DAYS = 180
_AT_ONCE = max((os.cpu_count() or 1) // 2, 2)
"""Repositories learned at the same time: one waits for the network while another computes."""
_EVERY = timedelta(days=7)
_FIRST = timedelta(minutes=10)  # there is more urgent work after a start
_AGAIN = timedelta(hours=6)  # after a failure
_LOG = logging.getLogger(__name__)


class LearningJob:
    """The lessons of one process. Each is learned by `daybrief learn` in a process of its own, with the same settings.

    That way its memory and CPU use do not slow conversations.
    """

    def __init__(self, core: Core, feeds: Feeds, work: Work) -> None:
        self._core = core
        self._feeds = feeds
        self._work = work
        self._begin = core.now() + _FIRST
        self._not_before: dict[str, datetime] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def round(self) -> None:
        """Learn the repositories whose lesson is a week old, or that have none."""
        due = await self._work.quick(self._due)
        async with asyncio.TaskGroup() as group:
            for place in due:
                group.create_task(self._one(place))

    async def _one(self, place: str) -> None:
        async with self._gate:
            self._not_before[place] = self._core.now() + _AGAIN
            await self._learn(place)

    async def _learn(self, place: str) -> None:
        source = self._core.configuration.source
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "learn", "--repo", place, "--days", str(_DAYS), "--quiet",
            *(["--config", str(source)] if source else []),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            _, told = await running.communicate()
        finally:
            if running.returncode is None:  # we are shutting down
                with contextlib.suppress(ProcessLookupError):
                    running.terminate()
                await running.wait()
        if running.returncode:
            _LOG.warning("%s could not be learned: %s", place, told.decode(errors="replace").strip())

    def _due(self) -> list[str]:
        now = self._core.now()
        feeds = {feed.place: feed.repository for feed in self._feeds.all() if not feed.paused}
        found = []
        for place, repository in sorted(feeds.items()):
            made_at = self._core.stores.learned.made_at(repository)
            is_old = made_at is None or now - made_at >= _EVERY
            if is_old and self._not_before.get(place, self._begin) <= now:
                found.append(place)
        return found
