"""Threads for work that would block the conversation."""

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from bot.digests.single_flight import SingleFlight

T = TypeVar("T")
Item = TypeVar("Item")

_ASKING, _READING = 4, 4
"""Threads for questions to the store, and for readings that someone waits for."""
_TURN = 0.001
"""Seconds after which a computing thread yields to another: conversations wait for a turn behind all of them."""


async def a_few(count: int, items: Iterable[Item], do: Callable[[Item], Awaitable[T]]) -> list[T]:
    """Process many items, `count` at a time; return the results in order of completion.

    Creating a task for each of thousands of items would block the event loop.
    """
    waiting, found = iter(items), list[T]()

    async def go_on() -> None:
        for item in waiting:
            found.append(await do(item))

    await asyncio.gather(*(go_on() for _ in range(count)))
    return found


class Work:
    """Runs synchronous work beside the event loop: short questions to the store separately from long readings.

    Args:
        ahead: how many readings may run at the same time beside those that someone waits for.
    """

    def __init__(self, ahead: int = 0) -> None:
        self.ahead = ahead
        sys.setswitchinterval(_TURN)
        self._quick = ThreadPoolExecutor(_ASKING, "ask")
        self._long = ThreadPoolExecutor(_READING + ahead, "read")
        self._flights = SingleFlight[Hashable, Any]()
        self._running = set[asyncio.Task[None]]()
        self._lanes: dict[str, asyncio.Lock] = {}

    async def quick(self, function: Callable[[], T]) -> T:
        """Run something that needs only the store."""
        return await asyncio.get_running_loop().run_in_executor(self._quick, function)

    async def shared(self, key: Hashable, function: Callable[[], T], lane: str = "") -> T:
        """Run something long; concurrent requests with the same `key` share the result.

        Work in the same `lane` (a repository) runs one after the other, so that later runs find what earlier ones
        stored. It continues for the others, and for the store, when one of the waiters is cancelled.
        """
        flight, is_first = self._flights.board(key)
        if is_first:
            task = asyncio.create_task(self._run(key, function, lane))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        result: T = await asyncio.shield(asyncio.wrap_future(flight))
        return result

    async def _run(self, key: Hashable, function: Callable[[], T], lane: str) -> None:
        try:
            async with self._lanes.setdefault(lane, asyncio.Lock()) if lane else contextlib.nullcontext():
                result = await asyncio.get_running_loop().run_in_executor(self._long, function)
        except asyncio.CancelledError:  # the loop is ending, and the waiters with it; the thread is still running
            raise
        except BaseException as error:
            self._flights.crash(key, error)
            if not isinstance(error, Exception):
                raise
        else:
            self._flights.land(key, result)

    @property
    def under_way(self) -> int:
        """How many long runs are running or waiting for a thread."""
        return len(self._flights)

    async def close(self) -> None:
        """Start nothing new, and wait for what is running."""
        if self._running:
            await asyncio.wait(self._running)
        self._quick.shutdown()
        self._long.shutdown(wait=False, cancel_futures=True)
