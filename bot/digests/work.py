"""Threads for what would hold up the conversation, and one run for all who ask for the same thing at once."""

import asyncio
import contextlib
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

_ASKING, _READING = 4, 4


class Work:
    """Runs synchronous work beside the event loop: short questions to the store apart from long readings."""

    def __init__(self) -> None:
        self._quick = ThreadPoolExecutor(_ASKING, "ask")
        self._long = ThreadPoolExecutor(_READING, "read")
        self._running: dict[Hashable, asyncio.Task[Any]] = {}
        self._lanes: dict[str, asyncio.Lock] = {}

    async def quick(self, function: Callable[[], T]) -> T:
        """Run something that the store alone answers."""
        return await asyncio.get_running_loop().run_in_executor(self._quick, function)

    async def shared(self, key: Hashable, function: Callable[[], T], lane: str = "") -> T:
        """Run something long; whoever asks for the same `key` meanwhile gets the same result.

        What has the same `lane` (a repository) runs one after the other, so that the second finds what the first stored.
        It goes on for the others, and for the store, when one of those who wait is cancelled.
        """
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._run(function, lane))
            self._running[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        result: T = await asyncio.shield(task)
        return result

    async def _run(self, function: Callable[[], T], lane: str) -> T:
        async with self._lanes.setdefault(lane, asyncio.Lock()) if lane else contextlib.nullcontext():
            return await asyncio.get_running_loop().run_in_executor(self._long, function)

    def _forget(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        self._running.pop(key, None)
        if not done.cancelled():
            done.exception()  # whoever asked may have left; an exception that nobody fetched would be complained about

    @property
    def under_way(self) -> int:
        """How many long runs are under way or wait for a thread."""
        return len(self._running)

    async def close(self) -> None:
        """Begin nothing new, and wait for what is under way."""
        if self._running:
            await asyncio.wait(self._running.values())
        self._quick.shutdown()
        self._long.shutdown(wait=False, cancel_futures=True)
