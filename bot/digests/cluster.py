"""A Dask cluster that reads instead of this machine's threads; the only module that uses its SDK.

Workers receive commits and an analyser, with a model's key, and return readings; they need Daybrief installed, but
neither a store nor a configuration. https://distributed.dask.org/en/stable/client.html
"""

import contextlib
import logging
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from importlib.metadata import version
from typing import Any, Self, TypeVar

from analysis.digest.pipeline import Readers
from analysis.errors import BadInput, Outage

T = TypeVar("T")

_ADDRESS = re.compile(r"(?:tcp|tls)://[^/\s]+:\d{1,5}")
_PATIENCE, _BEAT = 10.0, 0.5
_RETRIES = 3
"""How often a piece whose worker died is read again."""


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Readers]:
    """Yield the workers of the scheduler at `address`, such as tcp://10.0.0.5:8786; each thread reads a piece.

    Raises:
        BadInput: the extra is not installed, the address is invalid, or the workers lack Daybrief or have another
            version.
        Outage: the scheduler does not answer, or has no workers.
    """
    if not _ADDRESS.fullmatch(address):
        raise BadInput(f"{address!r} is not the address of a Dask scheduler: give one like tcp://10.0.0.5:8786.")
    try:
        from distributed import Client
    except ImportError:
        raise BadInput(
            "--cluster needs Dask, which is not installed: install Daybrief's wheel with the extra `cluster`."
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # we report errors ourselves, in a sentence
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]  # the SDK does not say
    except OSError:
        raise Outage(f"No Dask scheduler answers at {address}: start `dask scheduler`, or correct --cluster.") from None
    with client:
        threads: dict[str, int] = client.nthreads()  # type: ignore[no-untyped-call]  # the SDK does not say
        if not threads:
            raise Outage(f"The Dask scheduler at {address} has no workers: start some with `dask worker {address}`.")
        _check(client.run(_version, on_error="return"))
        with _Executor(client) as executor:
            yield Readers(executor, sum(threads.values()))


class _Executor(Executor):
    """The SDK's executor; when the scheduler is lost, running tasks are cancelled, which the SDK may forget to do."""

    def __init__(self, client: Any) -> None:
        self._client = client
        # Similar pieces are still separate: results left by another run are never reused.
        self._inner = client.get_executor(pure=False, retries=_RETRIES)
        self._under_way: set[Future[Any]] = set()
        self._over = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, name="cluster", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        """Run a function on a worker."""
        future: Future[T] = self._inner.submit(fn, *args, **kwargs)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    def _watch(self) -> None:
        while not self._over.wait(_BEAT):
            if self._client.status != "running":
                for future in list(self._under_way):
                    if future.cancel():
                        with contextlib.suppress(RuntimeError):  # the SDK may have told those waiting meanwhile
                            future.set_running_or_notify_cancel()


def _version() -> str:
    return version("daybrief")


def _check(found: dict[str, object]) -> None:
    own = _version()
    for worker, said in found.items():
        if said != own:
            what = "no usable Daybrief" if isinstance(said, BaseException) else f"Daybrief {said}"
            raise BadInput(
                f"The Dask worker {worker} has {what}: install Daybrief {own} there, the same version as here."
            )
