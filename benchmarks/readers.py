"""`python -m benchmarks.readers [DAY …] [--json]`: what readers would see first, against days that they labelled.

Each repository's days are judged by weights fitted to the days of the others. More is better, except for alarms and
buried.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from analysis.commits.window import Window
from analysis.digest.digest import Digest, order
from analysis.digest.net import net
from analysis.digest.pipeline import judge
from analysis.digest.stories import find_stories
from analysis.entry import Entry
from analysis.readers.days import LabelledDay, read_day
from analysis.readers.scoring import Figure, figures, score
from analysis.readers.training import fit, sample_of
from analysis.triage.areas import general
from benchmarks.material import SHARED

TARGETS = {"recall": 0.75, "first": 0.8, "alarms": 0.10, "order": 0.84, "buried": 0.05, "low": 0.75, "type": 0.86}
_AT_MOST = {"alarms", "buried"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure against its target."""

    figure: Figure
    target: float

    @property
    def is_met(self) -> bool:
        value = self.figure.value
        return value <= self.target if self.figure.name in _AT_MOST else value >= self.target


def measured(days: Sequence[LabelledDay]) -> tuple[list[Measured], dict[str, dict[str, float]]]:
    """Leave each repository out in turn; return the means, and each day's own figures by its name."""
    samples = [sample_of(day) for day in days]
    found: dict[str, dict[str, float]] = {}
    for repo in sorted({day.repo for day in days}):
        sys.stderr.write(f"leaving out {repo} …\n")
        prominence = fit([sample for sample in samples if sample.repo != repo])
        for day in days:
            if day.repo == repo:
                commits = [entry.commit for entry in day.entries]
                found[day.name] = score(day, _digest(day, net(list(judge(commits, general(), prominence=prominence)))))
    return [Measured(figure, TARGETS[figure.name]) for figure in figures(list(found.values()))], found


def _digest(day: LabelledDay, entries: list[Entry]) -> Digest:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    window = Window.of(now.date(), "UTC")
    return Digest(day.repo, "", window, "en", order(entries), find_stories(entries), now)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers", description=__doc__)
    parser.add_argument(
        "days", nargs="*", type=Path, help="folders of labelled days; default: those beside the project"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    given = parser.parse_args()
    folders = given.days or sorted(path.parent for path in SHARED.glob("**/readers.jsonl"))
    if not folders:
        parser.error("no labelled days lie beside the project: name their folders")
    found, days = measured([read_day(folder) for folder in folders])
    if given.json:
        means = [asdict(one.figure) | {"target": one.target, "is_met": one.is_met} for one in found]
        print(json.dumps({"days": days, "mean": means}, indent=1))
    else:
        _show(found, days)
    sys.exit(0 if all(one.is_met for one in found) else 1)


def _show(found: Sequence[Measured], days: dict[str, dict[str, float]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("day", *(one.figure.name for one in found))
    for name, values in days.items():
        table.add_row(name, *(f"{values[one.figure.name]:.2f}" if one.figure.name in values else "-" for one in found))
    table.add_section()
    table.add_row("mean of days", *(f"{one.figure.value:.3f}" for one in found))
    table.add_row("95 % interval", *(f"{one.figure.low:.2f} to {one.figure.high:.2f}" for one in found))
    table.add_row("wanted", *(f"{'≤' if one.figure.name in _AT_MOST else '≥'} {one.target:.2f}" for one in found))
    table.add_row("", *("reached" if one.is_met else "NOT REACHED" for one in found))
    Console(width=None if sys.stdout.isatty() else 140).print(table)


if __name__ == "__main__":
    main()
