"""Days of a thousand and of ten thousand commits, read by the rules from nothing: time and memory, in a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.material import ROOT, fresh
from benchmarks.measured import Measured, most_memory
from benchmarks.repository import repository

_DAY = datetime(2026, 3, 2, tzinfo=UTC)
_SMALL, _LARGE = 1_000, 10_000


def figures() -> Iterator[Measured]:
    with TemporaryDirectory(prefix="daybrief-bench-") as name:
        small, large = (_measured(Path(name) / f"{count}.git", count) for count in (_SMALL, _LARGE))
    note = f"{small['seconds']:.1f} s for {_SMALL:,}"
    yield Measured(f"a day of {_LARGE:,} commits, by rules", large["seconds"], "s", 120, note)
    yield Measured("… memory", large["memory"], "MB", 300, f"{small['memory']:.0f} for {_SMALL:,}")
    ratio = large["seconds"] / small["seconds"] / (_LARGE / _SMALL)
    yield Measured("… against ten times the smaller one", ratio, "×", 1.5)


def _measured(path: Path, count: int) -> dict[str, float]:
    clone = repository(path, count, _DAY, _DAY + timedelta(days=1))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.large_day", clone],
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
        env=fresh(),
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _digest(clone: str) -> dict[str, float]:
    import os

    from analysis.commits.window import Window
    from analysis.digest.pipeline import silent
    from bot.config import load
    from bot.digests.core import open_core
    from bot.digests.repositories import Place

    core = open_core(load(os.environ), lambda: _DAY + timedelta(days=2))
    window = Window.of(date(2026, 3, 2), "UTC")
    started = time.perf_counter()
    core.digest(core.sources.open(Place("example/large", clone)), window, "en", core.analyser("rules"), silent)
    seconds = time.perf_counter() - started
    core.stores.store.close()
    return {"seconds": seconds, "memory": most_memory()}


if __name__ == "__main__":
    print(json.dumps(_digest(sys.argv[1])))
