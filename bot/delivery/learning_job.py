"""Keeps what is learned of the feeds' repositories fresh: once a week, one repository at a time."""

import asyncio
import contextlib
import logging
import sys
from datetime import datetime, timedelta

from bot.digests.core import Core
from bot.digests.work import Work
from storage.feeds import Feeds

_DAYS = 180
_EVERY = timedelta(days=7)
_FIRST = timedelta(minutes=10)  # after a start there is more urgent work
_AGAIN = timedelta(hours=6)  # after a failure
_LOG = logging.getLogger(__name__)


class LearningJob:
    """The lessons of one process. Each is learned by `daybrief learn` in a process of its own, with the same settings.

    Its memory and its work then burden no conversation.
    """

    def __init__(self, core: Core, feeds: Feeds, work: Work) -> None:
        self._core = core
        self._feeds = feeds
        self._work = work
        self._begin = core.now() + _FIRST
        self._not_before: dict[str, datetime] = {}

    async def round(self) -> None:
        """Learn the first repository whose lesson is a week old, or that never had one."""
        place = await self._work.quick(self._due)
        if place is None:
            return
        self._not_before[place] = self._core.now() + _AGAIN
        source = self._core.configuration.source
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "learn", "--repo", place, "--days", str(_DAYS), "--quiet",
            *(["--config", str(source)] if source else []),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            _, told = await running.communicate()
        finally:
            if running.returncode is None:  # we are being stopped
                with contextlib.suppress(ProcessLookupError):
                    running.terminate()
                await running.wait()
        if running.returncode:
            _LOG.warning("%s could not be learned: %s", place, told.decode(errors="replace").strip())

    def _due(self) -> str | None:
        now = self._core.now()
        feeds = {feed.place: feed.repository for feed in self._feeds.all() if not feed.paused}
        for place, repository in sorted(feeds.items()):
            made_at = self._core.learned.made_at(repository)
            is_old = made_at is None or now - made_at >= _EVERY
            if is_old and self._not_before.get(place, self._begin) <= now:
                return place
        return None
