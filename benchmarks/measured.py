"""One figure with its budget, and how times are taken."""

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure; less is better.

    Attributes:
        budget: the maximum, in `unit`; None if it is only reported.
        note: what it was measured over, or what it compares with.
    """

    what: str
    value: float
    unit: str
    budget: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it is within its budget."""
        return self.budget is None or self.value <= self.budget


def seconds(run: Callable[[], object], rounds: int) -> list[float]:
    """Return the duration of each of `rounds` runs, after a warm-up."""
    run()
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        run()
        found.append(time.perf_counter() - started)
    return found


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def most_memory() -> float:
    """Return this process's peak memory, in MB."""
    status = Path("/proc/self/status")
    if status.is_file():  # there, `getrusage` includes the process that started this one
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / (1 << 10)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
