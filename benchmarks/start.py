"""Starting: what everybody waits for who types a command."""

import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from benchmarks.measured import Measured, seconds

_ROUNDS = 9


def figures() -> Iterator[Measured]:
    def run() -> None:
        subprocess.run([sys.executable, "-m", "bot", "--help"], stdout=subprocess.DEVNULL, check=True)

    taken = seconds(run, _ROUNDS)
    yield Measured("daybrief --help", median(taken), "s", 0.5, f"median of {_ROUNDS} starts, best {min(taken):.2f}")
