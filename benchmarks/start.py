"""Starting: what everybody waits for who types a command, and what the first question to a model waits for."""

import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.material import ROOT, fresh
from benchmarks.measured import Measured, seconds

_ROUNDS = 9
_SCANNER = "from analysis.llm.secrets import prepare; prepare().result()"


def figures() -> Iterator[Measured]:
    def run() -> None:
        subprocess.run([sys.executable, "-m", "bot", "--help"], stdout=subprocess.DEVNULL, check=True)

    taken = seconds(run, _ROUNDS)
    yield Measured("daybrief --help", median(taken), "s", 0.5, f"median of {_ROUNDS} starts, best {min(taken):.2f}")
    warm = fresh()
    again = median(seconds(lambda: _make_scanner(warm), _ROUNDS))
    started = time.perf_counter()
    _make_scanner(warm | {"XDG_CACHE_HOME": warm["HOME"]})
    once = time.perf_counter() - started
    note = f"whole process, median of {_ROUNDS}; {once:.1f} s the first time on a machine; beside fetching commits"
    yield Measured("secret scanner made", again, "s", note=note)


def _make_scanner(environ: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", _SCANNER], check=True, cwd=ROOT, env=environ)
