"""Threads for one piece of work."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor


@contextlib.contextmanager
def threads(width: int, name: str) -> Iterator[Executor]:
    """Give `width` threads; when something fails, nothing new is begun, and who interrupts or leaves does not wait."""
    executor = ThreadPoolExecutor(width, name)
    try:
        yield executor
    except BaseException as error:
        executor.shutdown(wait=not isinstance(error, KeyboardInterrupt | GeneratorExit), cancel_futures=True)
        raise
    executor.shutdown()
