"""A thousand commits with a model that answers in half a second: in process, and on two workers of which one is killed."""

import math
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.pipeline import Readers
from benchmarks.material import fresh
from benchmarks.measured import Measured
from bot import backfill as filling
from bot.cluster import cluster
from bot.config import load
from bot.core import Core
from bot.repositories import Place

_ANSWER, _AT_ONCE = 0.5, 64
_COMMITS, _DAYS = 1_000, 28
_LAST = date(2026, 3, 1)
_PLACE = "example/thousand"


@dataclass(slots=True)
class Filled:
    """How a backfill went.

    Attributes:
        received: by commit, how often an analysis of it came back. `asked`: by commit, how often the model read it.
    """

    seconds: float
    received: Counter[str]
    asked: Counter[str]
    calls: int

    @property
    def ideal(self) -> float:
        """Seconds for the same calls, none of the places for them ever empty."""
        return math.ceil(self.calls / _AT_ONCE) * _ANSWER


def figures() -> Iterator[Measured]:
    with TemporaryDirectory(prefix="daybrief-bench-") as name:
        folder = Path(name)
        clone = _repository(folder / "thousand.git")
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
    yield Measured("… commits lost", _COMMITS - len(done.received), "", 0, f"of {_COMMITS:,}")
    yield Measured("… commits received twice", sum(done.received.values()) - len(done.received), "", 0)


def _filled(clone: Path, readers: Readers | None, half_way: Any = None) -> Filled:
    with _model() as (address, asked):
        environ = fresh() | {
            "DAYBRIEF_MODEL__NAME": "test-model",
            "DAYBRIEF_MODEL__BASE_URL": address,
            "DAYBRIEF_MODEL__CONCURRENCY": str(_AT_ONCE),
        }
        core = Core(load(environ), lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))
        core.readers = readers
        received, put = Counter[str](), core.analyses.put

        def counted(repo: str, analyses: Any, now: int) -> None:
            before = len(received)
            received.update(list(analyses))
            put(repo, analyses, now)
            if half_way and before < _COMMITS / 2 <= len(received):
                half_way()

        core.analyses.put = counted  # type: ignore[method-assign]  # to count what comes back
        with closing(core.store):
            analyser = core.analyser("model")
            span = filling.Span(Place(_PLACE, str(clone)), None, _LAST - timedelta(days=_DAYS - 1), _LAST, "UTC", "en")
            wanted = filling.plan(core, span, analyser, _silent)
            started = time.perf_counter()
            filling.backfill(core, span, wanted, analyser, _silent)
            taken = time.perf_counter() - started
        calls, read = asked()
        return Filled(taken, received, read, calls)


@contextmanager
def _model() -> Iterator[tuple[str, Any]]:
    """Run a model's server in a process of its own; give its address, and what tells its calls and the commits in them."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_answer, args=(theirs,), daemon=True)
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


def _answer(pipe: Connection) -> None:
    from servers.answers import reader, shape, shown
    from servers.model import ModelServer

    with ModelServer(reader, latency=_ANSWER) as model:
        pipe.send(model.base_url)
        while pipe.recv() != "stop":
            commits = Counter[str]()
            for request in list(model.requests):
                if shape(request) not in {"Themes", "Order"}:
                    commits.update(set(re.findall(r"\(#(\d+)\)", shown(request))))
            pipe.send((len(model.requests), commits))


@contextmanager
def _workers(folder: Path, count: int, threads: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Run a scheduler and its workers as processes, which have no store and stand in a folder of their own."""
    from distributed import LocalCluster

    elsewhere = folder / "worker"
    elsewhere.mkdir()
    with LocalCluster(n_workers=0, dashboard_address=None) as local:
        address = local.scheduler_address
        command = [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            address,
            "--nthreads",
            str(threads),
            "--no-nanny",
            "--no-dashboard",
        ]
        environ = {"PATH": os.environ["PATH"], "HOME": str(elsewhere)}
        workers = [
            subprocess.Popen(command, cwd=elsewhere, env=environ, stderr=subprocess.DEVNULL) for _ in range(count)
        ]
        try:
            local.wait_for_workers(count)
            yield address, workers
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()


def _kill(address: str, workers: Sequence[subprocess.Popen[bytes]]) -> None:
    """Kill the first worker as soon as it has its hands full."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]  # the SDK does not say
        names = client.run(os.getpid)
        (name,) = (name for name, number in names.items() if number == workers[0].pid)
        while len(client.processing()[name]) < _AT_ONCE // 4:
            time.sleep(0.005)
        workers[0].kill()


def _repository(path: Path) -> Path:
    """Make a repository whose commits are of every importance, so many a day."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", path], check=True)
    subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input="".join(_stream()).encode(), check=True)
    return path


def _stream() -> Iterator[str]:
    dice = random.Random(7)  # noqa: S311 - no secret, the same each time
    files = [f"quill/part{number}.py" for number in range(40)]
    lines = {name: [f"def step_{number}(x):\n    return x + {number}\n" for number in range(30)] for name in files}
    titles = ("Fix a crash in {}", "Add a flag to {}", "Tidy {}", "Speed up {}", "[Docs] Describe {}", "Test {}")
    begin = datetime.combine(_LAST - timedelta(days=_DAYS - 1), datetime.min.time(), UTC).timestamp()
    for number in range(_COMMITS):
        name = dice.choice(files)
        title = dice.choice(titles).format(name.rpartition("/")[2]) + f" (#{number + 1})"
        at = dice.randrange(len(lines[name]))
        lines[name][at] = f"def step_{at}(x, limit={number}):\n    return min(x, limit) + {dice.randrange(99)}\n"
        text = "\n".join(lines[name])
        when = int(begin + (number + 0.5) * _DAYS * 86_400 / _COMMITS)
        yield f"commit refs/heads/main\ncommitter Ann <ann@example.com> {when} +0000\ndata {len(title)}\n{title}\n"
        yield f"M 644 inline {name}\ndata {len(text)}\n{text}\n"


def _silent(_name: str, _done: int, _total: int) -> None:
    """Show no progress."""
