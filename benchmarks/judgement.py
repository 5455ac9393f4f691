"""`python -m benchmarks.judgement [LABELS …] [--json]`: how well commits are sorted and ranked, on maintainers' labels.

Each repository is judged twice: as a new one (the recipe trained on the other repositories alone), and with its own past
(of its older part, what `learn` keeps; its newer part judged). Unlike in the other benchmarks, more is better.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from analysis.commits.bots import is_bot
from analysis.commits.records import Labelled, read_labels
from analysis.digest.pipeline import judge
from analysis.triage.areas import general
from analysis.triage.learned import Judgement
from analysis.triage.learned.learning import learn, parted
from analysis.triage.learned.scoring import Figure, Judged, figures
from analysis.triage.learned.training import Sample, sample_of, train
from benchmarks.material import SHARED

TARGETS = {
    "a new repository": {"type, macro-F1": 0.683, "areas, micro-F1": 0.647},
    "with its own past": {"type, macro-F1": 0.78, "areas, micro-F1": 0.78},
}
"""Importance is only reported: where maintainers' labels and readers disagree, readers win (`benchmarks.readers`)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One figure, in which setting, and its target; None if it is only reported."""

    setting: str
    figure: Figure
    target: float | None

    @property
    def is_met(self) -> bool:
        return self.target is None or self.figure.value >= self.target


def scored(samples: Sequence[Sample]) -> Iterator[Scored]:
    """Leave each repository out in turn, and judge it as a new one and with its own past."""
    fresh: list[Judged] = []
    seasoned: list[Judged] = []
    areas = general()
    for repo in sorted({sample.labelled.commit.repo for sample in samples}):
        sys.stderr.write(f"leaving out {repo} …\n")
        others = Judgement(train([sample for sample in samples if sample.labelled.commit.repo != repo]))
        own = sorted(
            (sample for sample in samples if sample.labelled.commit.repo == repo),
            key=lambda sample: (sample.labelled.commit.committed_at, sample.labelled.commit.sha),
        )
        fresh += _judged([sample.labelled for sample in own], others)
        older, newer = parted(own)
        learned, _ = learn([sample.labelled for sample in older], areas, others)
        seasoned += _judged([sample.labelled for sample in newer], learned)
    for setting, judged in (("a new repository", fresh), ("with its own past", seasoned)):
        yield from (Scored(setting, figure, TARGETS[setting].get(figure.name)) for figure in figures(judged))
    by_size = [_by_size(sample) for sample in samples]
    yield from (Scored("by size alone", one, None) for one in figures(by_size) if one.name.startswith("importance"))


def _judged(labelled: Sequence[Labelled], judgement: Judgement) -> Iterator[Judged]:
    entries = judge([one.commit for one in labelled], general(), judgement)
    for one, entry in zip(labelled, entries, strict=True):
        triage = entry.triage
        yield Judged(
            one.commit.repo, one.type, one.importance, frozenset(one.areas), is_bot(one.commit),
            triage.types[0], triage.score, frozenset(triage.areas),
        )  # fmt: skip


def _by_size(sample: Sample) -> Judged:
    commit, one = sample.labelled.commit, sample.labelled
    size = float(commit.additions + commit.deletions)
    return Judged(
        commit.repo, None, one.importance, frozenset(), sample.is_bot, "", size, frozenset()
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judgement", description=__doc__)
    parser.add_argument("labels", nargs="*", type=Path, help="label files; default: those beside the project")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    given = parser.parse_args()
    files = given.labels or sorted((SHARED / "labels").glob("*.jsonl.gz"))
    if not files:
        parser.error("no labels lie beside the project: name a file of labelled commits")
    found = list(scored([sample_of(one) for one in read_labels(files)]))
    if given.json:
        print(json.dumps([asdict(one) | {"is_met": one.is_met} for one in found], indent=1))
    else:
        _show(found)
    sys.exit(0 if all(one.is_met for one in found) else 1)


def _show(found: Sequence[Scored]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("judged", "figure", "value", "95 % interval", "commits", "at least", "")
    for one in found:
        figure = one.figure
        target = "" if one.target is None else f"{one.target:.3f}"
        verdict = "" if one.target is None else "reached" if one.is_met else "NOT REACHED"
        table.add_row(
            one.setting, figure.name, f"{figure.value:.3f}", f"{figure.low:.3f} to {figure.high:.3f}",
            f"{figure.count:,}", target, verdict,
        )  # fmt: skip
    Console(width=None if sys.stdout.isatty() else 140).print(table)


if __name__ == "__main__":
    main()
