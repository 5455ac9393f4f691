"""A Dask cluster that reads in place of this machine's threads: the only module that knows its SDK.

Workers are given commits and an analyser, with a model's key, and give readings back; they need Daybrief installed, and
neither store nor configuration. https://distributed.dask.org/en/stable/client.html
"""

import contextlib
import logging
import re
from collections.abc import Iterator
from importlib.metadata import version

from analysis.errors import BadInput, Outage
from analysis.pipeline import Readers

_ADDRESS = re.compile(r"(?:tcp|tls)://[^/\s]+:\d{1,5}")
_PATIENCE = 10.0
_RETRIES = 3
"""How often a piece is read again whose worker died."""


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Readers]:
    """Give the workers of the scheduler at `address`, such as tcp://10.0.0.5:8786; each of their threads reads a piece.

    Raises:
        BadInput: the extra is not installed, the address is none, or the workers have no Daybrief or another one.
        Outage: no scheduler answers there, or it has no workers.
    """
    if not _ADDRESS.fullmatch(address):
        raise BadInput(f"{address!r} is no address of a Dask scheduler: give one like tcp://10.0.0.5:8786.")
    try:
        from distributed import Client
    except ImportError:
        raise BadInput("--cluster needs the extra `cluster`: pip install 'daybrief[cluster]'.") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is told by us, in a sentence
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]  # the SDK does not say
    except OSError:
        raise Outage(f"No Dask scheduler answers at {address}: start `dask scheduler`, or correct --cluster.") from None
    with client:
        threads: dict[str, int] = client.nthreads()  # type: ignore[no-untyped-call]  # the SDK does not say
        if not threads:
            raise Outage(f"The Dask scheduler at {address} has no workers: start some with `dask worker {address}`.")
        _check(client.run(_version, on_error="return"))
        # Two pieces that look alike are two: nothing is taken from what another run has left there.
        executor = client.get_executor(pure=False, retries=_RETRIES)  # type: ignore[no-untyped-call]  # the SDK does not say
        yield Readers(executor, sum(threads.values()))


def _version() -> str:
    return version("daybrief")


def _check(found: dict[str, object]) -> None:
    own = _version()
    for worker, said in found.items():
        if said != own:
            what = "no Daybrief that can be used" if isinstance(said, BaseException) else f"Daybrief {said}"
            raise BadInput(f"The Dask worker {worker} has {what}: install Daybrief {own} there, as it is here.")
