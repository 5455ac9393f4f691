"""Progress of long work, on a terminal only."""

import contextlib
import sys
from collections.abc import Iterator

from analysis.digest.pipeline import Step, silent


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Step]:
    """Yield a Step that draws progress bars on standard error if that is a terminal, and does nothing otherwise."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, object] = {}

        def step(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)  # type: ignore[arg-type]  # rich's TaskID is an int of its own

        yield step
