"""One run for all threads that ask for the same thing at once; the others wait for its result."""

import threading
from collections.abc import Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class SingleFlight(Generic[K, T]):
    """What is being done, by key.

    The first to `board` does the work and must end with `land` or `crash`; later ones wait for the future.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[K, Future[T]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    def board(self, key: K) -> tuple[Future[T], bool]:
        """Return the future result for a key, and whether the caller has to produce it."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Future()
            flight.set_running_or_notify_cancel()  # a waiter can leave without cancelling it for the others
            return flight, True

    def land(self, key: K, result: T) -> None:
        """Pass a result to all waiters; later requests start anew."""
        self._end(key).set_result(result)

    def crash(self, key: K, error: BaseException) -> None:
        """Pass an error to all waiters."""
        self._end(key).set_exception(error)

    def _end(self, key: K) -> Future[T]:
        with self._lock:
            return self._flights.pop(key)
