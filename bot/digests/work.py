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
"""Threads for questions to the store, and for readings that somebody waits for."""
_TURN = 0.001
"""Seconds after which a thread that computes lets another one go on: the conversation waits for its turn behind all of them."""


async def a_few(count: int, items: Iterable[Item], do: Callable[[Item], Awaitable[T]]) -> list[T]:
    """Do something for each of many items, for `count` of them at the same time; return what came of each, as they ended.

    A task for each of thousands would keep the event loop from everything else while they are made.
    """
    waiting, found = iter(items), list[T]()

    async def go_on() -> None:
        for item in waiting:
            found.append(await do(item))

    await asyncio.gather(*(go_on() for _ in range(count)))
    return found


class Work:
    """Runs synchronous work beside the event loop: short questions to the store apart from long readings.

    Args:
        ahead: how many readings beside those that somebody waits for go on at the same time.
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
        """Run something that the store alone answers."""
        return await asyncio.get_running_loop().run_in_executor(self._quick, function)

    async def shared(self, key: Hashable, function: Callable[[], T], lane: str = "") -> T:
        """Run something long; whoever asks for the same `key` meanwhile gets the same result.

        What has the same `lane` (a repository) runs one after the other, so that the second finds what the first stored.
        It goes on for the others, and for the store, when one of those who wait is cancelled.
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
        except asyncio.CancelledError:  # the loop ends, and whoever waits with it; the thread is still under way
            raise
        except BaseException as error:
            self._flights.crash(key, error)
            if not isinstance(error, Exception):
                raise
        else:
            self._flights.land(key, result)

    @property
    def under_way(self) -> int:
        """How many long runs are under way or wait for a thread."""
        return len(self._flights)

    async def close(self) -> None:
        """Begin nothing new, and wait for what is under way."""
        if self._running:
            await asyncio.wait(self._running)
        self._quick.shutdown()
        self._long.shutdown(wait=False, cancel_futures=True)
