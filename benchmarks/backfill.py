"""A thousand commits with a model that answers in half a second: in process, and on two workers of which one is killed."""

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.digest.pipeline import Readers, silent
from benchmarks.material import fresh
from benchmarks.measured import Measured
from benchmarks.model_process import model
from benchmarks.repository import repository
from bot.config import load
from bot.digests import backfill as filling
from bot.digests.cluster import cluster
from bot.digests.core import open_core
from bot.digests.repositories import Place

_ANSWER, _AT_ONCE = 0.5, 64
_COMMITS, _DAYS = 1_000, 28
_END = datetime(2026, 3, 2, tzinfo=UTC)
_PLACE = "example/thousand"


@dataclass(slots=True)
class Filled:
    """How a backfill went.

    Attributes:
        received: by commit and whether it was checked, how often an analysis came back. `asked`: by commit, how often the
            model read it.
    """

    seconds: float
    received: Counter[tuple[str, bool]]
    asked: Counter[str]
    calls: int

    @property
    def ideal(self) -> float:
        """Seconds for the same calls if every slot were always busy."""
        return math.ceil(self.calls / _AT_ONCE) * _ANSWER


def figures() -> Iterator[Measured]:
    with TemporaryDirectory(prefix="daybrief-bench-") as name:
        folder = Path(name)
        clone = repository(folder / "thousand.git", _COMMITS, _END - timedelta(days=_DAYS), _END)
        seconds = _by_rules(clone)
        note = f"{_COMMITS / seconds:.0f} commits a second, in one process"
        yield Measured(f"backfill of {_COMMITS:,} commits by rules", seconds, "s", _COMMITS / 100, note)
        here = _filled(clone, None)
        yield from _told("backfill, in process", here, 3)
        with _workers(folder, 2, _AT_ONCE // 2) as (address, workers), cluster(address) as readers:
            assert readers.width == _AT_ONCE
            there = _filled(clone, readers, lambda: threading.Thread(target=_kill, args=(address, workers)).start())
            assert workers[0].wait() == -signal.SIGKILL
        yield from _told("backfill, two workers, one killed half-way", there, 4)
        again = sum(there.asked.values()) - len(there.asked)
        yield Measured("… commits that were being read on it, and read again", again, "", _AT_ONCE * 4)


def _told(what: str, done: Filled, budget: float) -> Iterator[Measured]:
    note = f"{done.seconds:.1f} s for {done.calls} calls of {_ANSWER} s, {_AT_ONCE} at once; ideal {done.ideal:.1f} s"
    yield Measured(f"{what}: against the ideal", done.seconds / done.ideal, "×", budget, note)
    read = {sha for sha, _ in done.received}
    yield Measured("… commits lost", _COMMITS - len(read), "", 0, f"of {_COMMITS:,}")
    yield Measured("… commits received twice", sum(done.received.values()) - len(done.received), "", 0)


def _span(clone: Path) -> filling.Span:
    first, last = (_END - timedelta(days=_DAYS)).date(), (_END - timedelta(days=1)).date()
    return filling.Span(Place(_PLACE, str(clone)), None, first, last, "UTC", "en")


def _by_rules(clone: Path) -> float:
    core = open_core(load(fresh()), lambda: _END + timedelta(hours=12))
    with closing(core.stores.store):
        analyser, span = core.analyser("rules"), _span(clone)
        wanted = filling.plan(core, span, analyser, silent)
        started = time.perf_counter()
        count = filling.backfill(core, span, wanted, analyser, silent)
        assert count == _COMMITS
        return time.perf_counter() - started


def _filled(clone: Path, readers: Readers | None, half_way: Any = None) -> Filled:
    with model(_ANSWER) as (address, asked):
        environ = fresh() | {
            "DAYBRIEF_MODEL__NAME": "test-model",
            "DAYBRIEF_MODEL__BASE_URL": address,
            "DAYBRIEF_MODEL__CONCURRENCY": str(_AT_ONCE),
        }
        core = open_core(load(environ), lambda: _END + timedelta(hours=12))
        core.readers = readers
        received, put = Counter[tuple[str, bool]](), core.stores.analyses.put

        def counted(repo: str, analyses: Any, now: int) -> None:
            before = len(received)
            received.update((sha, analysis.is_checked) for sha, analysis in analyses.items())
            put(repo, analyses, now)
            if half_way and before < _COMMITS <= len(received):  # each is read, then checked
                half_way()

        core.stores.analyses.put = counted  # type: ignore[method-assign]  # to count what comes back
        with closing(core.stores.store):
            analyser = core.analyser("model")
            span = _span(clone)
            wanted = filling.plan(core, span, analyser, silent)
            started = time.perf_counter()
            filling.backfill(core, span, wanted, analyser, silent)
            taken = time.perf_counter() - started
        calls, read = asked()
        return Filled(taken, received, read, calls)


@contextmanager
def _workers(folder: Path, count: int, threads: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Run a scheduler and its workers as processes without a store, each in a folder of its own."""
    from distributed import Client

    elsewhere, told = folder / "worker", folder / "scheduler.json"
    elsewhere.mkdir()
    dask, quiet = [sys.executable, "-m"], ["--no-dashboard", "--scheduler-file", str(told)]
    scheduler = [*dask, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *quiet]
    worker = [*dask, "distributed.cli.dask_worker", "--nthreads", str(threads), "--no-nanny", *quiet]
    environ = {"PATH": os.environ["PATH"], "HOME": str(elsewhere)}

    def run(command: list[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(command, cwd=elsewhere, env=environ, stderr=subprocess.DEVNULL)

    processes = [run(scheduler)]
    try:
        while not told.exists():
            time.sleep(0.05)
        processes += [run(worker) for _ in range(count)]
        address = str(json.loads(told.read_text())["address"])
        with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]  # the SDK does not say
            client.wait_for_workers(count)  # type: ignore[no-untyped-call]  # the SDK does not say
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _kill(address: str, workers: Sequence[subprocess.Popen[bytes]]) -> None:
    """Kill the first worker as soon as it is fully busy."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]  # the SDK does not say
        names = client.run(os.getpid)
        (name,) = (name for name, number in names.items() if number == workers[0].pid)
        while len(client.processing()[name]) < _AT_ONCE // 4:
            time.sleep(0.005)
        workers[0].kill()
