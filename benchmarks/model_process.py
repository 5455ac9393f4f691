"""A model's server in a process of its own, so that it takes nothing from what is measured."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from benchmarks.material import ROOT

assert ROOT  # importing it makes the tests' servers importable


@contextmanager
def model(latency: float) -> Iterator[tuple[str, Callable[[], tuple[int, Counter[str]]]]]:
    """Serve; yield the address, and a function that returns the number of calls and the commits read, by short SHA."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, latency), daemon=True)
    process.start()

    def asked() -> tuple[int, Counter[str]]:
        ours.send("how many")
        calls, commits = ours.recv()
        return calls, commits

    try:
        yield ours.recv(), asked
    finally:
        ours.send("stop")
        process.join()


def _serve(pipe: Connection, latency: float) -> None:
    from servers.answers import TITLE, reader, shape, shown
    from servers.model import ModelServer

    with ModelServer(reader, latency=latency) as server:
        pipe.send(server.base_url)
        while pipe.recv() != "stop":
            commits = Counter[str]()
            for request in list(server.requests):
                if shape(request) == "Commits":
                    commits.update(sha for sha, _ in TITLE.findall(shown(request)))
            pipe.send((len(server.requests), commits))
