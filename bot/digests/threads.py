"""Threads for one piece of work."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor


@contextlib.contextmanager
def threads(width: int, name: str) -> Iterator[Executor]:
    """Yield `width` threads; on failure nothing new is started, and an interrupted or leaving caller does not wait."""
    executor = ThreadPoolExecutor(width, name)
    try:
        yield executor
    except BaseException as error:
        executor.shutdown(wait=not isinstance(error, KeyboardInterrupt | GeneratorExit), cancel_futures=True)
        raise
    executor.shutdown()
