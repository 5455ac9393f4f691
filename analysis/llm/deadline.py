"""How long a request to a model may take overall; one that was given up costs nothing more."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import httpx2

R = TypeVar("R")


def within(seconds: float, call: Callable[[], R]) -> R:
    """Return what `call` returns, or raise TimeoutError after `seconds`.

    The SDK's own timeout is per read and per attempt: an answer that trickles in would go on forever. The thread of an
    abandoned call does not keep the process alive, and ends at its next read or attempt.
    """
    done = threading.Event()
    box: list[Any] = []

    def run() -> None:
        begin(seconds)
        try:
            box.append((call(), None))
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            box.append((None, error))
        done.set()

    threading.Thread(target=run, daemon=True).start()
    if not done.wait(seconds):
        raise TimeoutError
    value, error = box[0]
    if error is not None:
        raise error
    result: R = value
    return result


_CALL = threading.local()


def begin(seconds: float) -> None:
    """Limit what this thread asks from now on to `seconds` in total."""
    _CALL.deadline = time.monotonic() + seconds


def check(*_: object) -> None:
    """Abort a call that nobody is waiting for any more, before it costs another answer."""
    if time.monotonic() > _CALL.deadline:
        raise TimeoutError


class _Timed(httpx2.SyncByteStream):
    """An answer's body, read only while somebody is waiting for it."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            check()
            yield chunk

    def close(self) -> None:
        self._body.close()


def time_body(response: httpx2.Response) -> None:
    """Stop reading an answer's body once nobody is waiting for it."""
    response.stream = _Timed(response.stream)
