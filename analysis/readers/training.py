"""Fits the weights of prominence: `python -m analysis.readers.training --days DAY… [--out FILE]`.

The recipe is all here and has no randomness: the same days give the same weights. Pairs of a day's commits from different tiers
are told apart (what readers do), and each commit is set against two thresholds, so that days can be compared. There are
few days and many signals: each weight is held near what was expected of it before any of these days was read.
"""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.facts import FactKind
from analysis.readers.days import LabelledDay, Tier, read_day
from analysis.triage.areas import general
from analysis.triage.prominence import WEIGHTS, Prominence
from analysis.triage.triage import HIGH, MEDIUM, Importance, sort

if TYPE_CHECKING:
    import numpy as np

EXPECTED = {
    "surroundings": -2.6, "packaging": -0.9, "around": -1.0, "minor": -0.7, "copy": -1.7, "reverts": 0.0, "housekeeping": -1.0,
    "size": 0.1, "tested": 0.7, "documented": 0.4, "mends": 1.1, "new": 0.5, "faster": 0.2, "learned": 0.2, "test_disabled": 0.1,
    "platform": 0.5, "platform_other": -0.3, "model_fix": 0.5, "model_other": -0.3,
    "grave_title": 0.9, "grave_text": 0.5, "consequence": 0.4, "grave_fix": 0.4, "error_title": 0.3, "refuses": 0.9, "raises": 0.7, "lifts": 0.4, "fragment_fix": 0.7,
    "breaking": 1.3, "fragment_breaking": 0.9, "gone": 1.3, "names": 0.5, "offers": 0.3,
    "labelled": 0.8, "backported": 0.7, "wanted": 0.2, "slight": -0.7,
    "default": 0.9, "unsafe": 2.2, "requires": 0.4, "format": 0.7, "selects": 0.4,
}  # fmt: skip
"""The prior for each signal's weight, in log-odds: direction and rough size, from what readers say they look for."""

_HELD = 0.05
"""How strongly weights are pulled towards their priors."""
_FIXED = 100.0
"""The weight learned from maintainers' labels is kept as its prior: these days say nothing about it, but a repository's own past may."""
_MUSTS = 2.0
"""How much more a pair with a must-know commit counts: the first screen is what most people read."""
_POINTWISE = 0.5
"""The weight of the thresholds relative to the pairs."""
_GENEROUS = 1.4
"""How far below the must-know threshold the list begins: a commit that is merely worth reading does no harm there."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A day's commits as rows of signals, with their tiers."""

    repo: str
    rows: tuple[dict[str, float], ...]
    tiers: tuple[Tier, ...]


def sample_of(day: LabelledDay) -> Sample:
    """Collect the signals of a day's commits, except those placed by a rule (releases, copies, pairs that cancel out)."""
    kept = [
        entry
        for entry in day.entries
        if entry.triage.ceiling is not Importance.LOW or entry.triage.reasons[0].code == "surroundings"
        if not any(fact.kind is FactKind.VERSION_CHANGED for fact in entry.facts)
    ]
    rows = []
    for entry in kept:
        row: dict[str, float] = {}
        for signal in sort(entry.commit, entry.facts, general(), statements=entry.statements).signals:
            row[signal.name] = row.get(signal.name, 0.0) + signal.value
        rows.append(row)
    return Sample(day.repo, tuple(rows), tuple(day.labels[entry.commit.sha].tier for entry in kept))


def fit(samples: Sequence[Sample]) -> Prominence:
    """Fit weights to days so that `analysis.triage.triage` can cut the sum of a commit's signals at HIGH and MEDIUM."""
    import numpy as np
    from scipy.optimize import minimize

    names = sorted(EXPECTED)
    expected = np.array([EXPECTED[name] for name in names])
    held = np.array([_FIXED if name == "learned" else _HELD for name in names])
    table = np.array([[row.get(name, 0.0) for name in names] for sample in samples for row in sample.rows])
    tiers = np.array([tier for sample in samples for tier in sample.tiers])
    each = np.array([1 / len(sample.rows) / len(samples) for sample in samples for _ in sample.rows])
    gaps, shares = _pairs(samples, table)

    def loss(z: "np.ndarray[Any, Any]") -> "tuple[float, np.ndarray[Any, Any]]":
        weights, low, step = z[: len(names)], z[-2], z[-1]
        value, slope = _logistic(gaps @ weights, shares)
        gradient = np.concatenate([gaps.T @ slope, [0.0, 0.0]])
        for threshold, tier, moves in (
            (low, Tier.WORTH, (1.0, 0.0)),
            (low + np.exp(step), Tier.MUST, (1.0, np.exp(step))),
        ):
            sign = np.where(tiers >= tier, 1.0, -1.0)
            more, pull = _logistic(sign * (table @ weights - threshold), _POINTWISE * each)
            value += more
            gradient[: len(names)] += table.T @ (pull * sign)
            gradient[-2:] -= (pull * sign).sum() * np.array(moves)
        moved = weights - expected
        gradient[: len(names)] += 2 * held * moved
        return value + float(held @ moved**2), gradient

    found = minimize(
        loss, np.concatenate([expected, [0.0, 0.5]]), jac=True, method="L-BFGS-B", options={"maxiter": 500}
    ).x
    low, high = float(found[-2]), float(found[-2] + math.exp(found[-1]) - _GENEROUS)
    scale = (_odds(HIGH) - _odds(MEDIUM)) / (high - low)
    return Prominence(
        _odds(MEDIUM) - scale * low, {name: scale * float(weight) for name, weight in zip(names, found, strict=False)}
    )


def _pairs(
    samples: Sequence[Sample], table: "np.ndarray[Any, Any]"
) -> "tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]":
    """Return the differences between rows of the same day in different tiers, better minus worse, and the weight of each."""
    import numpy as np

    better: list[int] = []
    worse: list[int] = []
    shares: list[float] = []
    start = 0
    for sample in samples:
        places = range(len(sample.rows))
        pairs = [(one, other) for one in places for other in places if sample.tiers[one] > sample.tiers[other]]
        counts = [_MUSTS if sample.tiers[one] is Tier.MUST else 1.0 for one, _ in pairs]
        better += [start + one for one, _ in pairs]
        worse += [start + other for _, other in pairs]
        shares += [count / sum(counts) / len(samples) for count in counts]
        start += len(sample.rows)
    return table[better] - table[worse], np.array(shares)


def _logistic(margin: "np.ndarray[Any, Any]", counts: "np.ndarray[Any, Any]") -> "tuple[float, np.ndarray[Any, Any]]":
    """Return the log loss of margins, and its gradient."""
    import numpy as np

    return float((counts * np.logaddexp(0, -margin)).sum()), -counts / (1 + np.exp(margin))


def _odds(chance: float) -> float:
    return math.log(chance / (1 - chance))


def main() -> None:
    """Fit weights to labelled days and write them."""
    parser = argparse.ArgumentParser(prog="python -m analysis.readers.training", description=__doc__)
    parser.add_argument("--days", nargs="+", type=Path, required=True, help="folders of labelled days")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    made = fit([sample_of(read_day(folder)) for folder in given.days])
    given.out.write_text(json.dumps(made.dump(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
