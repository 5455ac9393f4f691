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
        budget: what it may be at most, in `unit`; None where it is only told.
        note: over what it was taken, or what it compares with.
    """

    what: str
    value: float
    unit: str
    budget: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it keeps its budget."""
        return self.budget is None or self.value <= self.budget


def seconds(run: Callable[[], object], rounds: int) -> list[float]:
    """Return how long each of `rounds` runs took, after one that warms up."""
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
    """Return the most memory that this process has taken, in MB."""
    status = Path("/proc/self/status")
    if status.is_file():  # what `getrusage` tells there includes the process that started this one
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / (1 << 10)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
