"""How long a question to a model may take, all in all; whoever gave up waiting costs nothing more."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import httpx2

R = TypeVar("R")


def within(seconds: float, call: Callable[[], R]) -> R:
    """Return what `call` returns, or raise TimeoutError after `seconds`.

    The SDK's own timeout is for each read and each attempt: an answer that drips would go on for ever. The thread of a
    call that is given up does not keep the process, and ends at its next read or attempt.
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
    """Let what this thread asks from now on take so many seconds."""
    _CALL.deadline = time.monotonic() + seconds


def check(*_: object) -> None:
    """Break off what nobody waits for any more, before it costs another answer."""
    if time.monotonic() > _CALL.deadline:
        raise TimeoutError


class _Timed(httpx2.SyncByteStream):
    """An answer's body, as long as somebody waits for it."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            check()
            yield chunk

    def close(self) -> None:
        self._body.close()


def time_body(response: httpx2.Response) -> None:
    """Take an answer's body no longer than somebody waits for it."""
    response.stream = _Timed(response.stream)
