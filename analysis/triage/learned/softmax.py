"""A linear softmax model over evidence: fitted with scipy, applied without it.

The score of a class is the sum of its lexical evidence (weighted the same for every class), its signals and its words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any

from analysis.triage.learned.evidence import SPOKEN, Evidence

if TYPE_CHECKING:
    import numpy as np

_LEAST_WEIGHT = 0.004  # smaller ones change nothing and only take up space


@dataclass(frozen=True, slots=True)
class Softmax:
    """Weights.

    Attributes:
        classes: names, in the order of the weights' entries.
        rows: for each class, the indices of its rows in an evidence's lexical part.
        lexical: a weight for each column of a lexical row.
        bias: a weight for each class.
        signals, words: by name, a weight for each class.
    """

    classes: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    lexical: tuple[float, ...]
    bias: tuple[float, ...]
    signals: dict[str, tuple[float, ...]]
    words: dict[str, tuple[float, ...]]

    def scores(self, evidence: Evidence) -> list[float]:
        """Return a score for each class; higher is likelier."""
        totals = [
            bias + sum(w * x for w, x in zip(self.lexical, self._row(evidence, index), strict=True))
            for index, bias in enumerate(self.bias)
        ]
        for table, found in ((self.signals, evidence.signals), (self.words, dict.fromkeys(evidence.said, 1.0))):
            for name, value in found.items():
                weights = table.get(name)
                if weights and value:
                    for index, weight in enumerate(weights):
                        totals[index] += weight * value
        return totals

    def probabilities(self, evidence: Evidence) -> dict[str, float]:
        """Return how likely each class is; they sum to 1."""
        scores = self.scores(evidence)
        top = max(scores)
        raised = [exp(score - top) for score in scores]
        total = sum(raised)
        return {name: value / total for name, value in zip(self.classes, raised, strict=True)}

    def shares(self, evidence: Evidence, name: str) -> dict[str, float]:
        """Return what each named piece of evidence adds to a class, relative to the mean of the others."""
        chosen = self.classes.index(name)
        others = len(self.classes) - 1

        def against(weights: Sequence[float]) -> float:
            return weights[chosen] - (sum(weights) - weights[chosen]) / others

        found = {n: against(self.signals[n]) * v for n, v in evidence.signals.items() if n in self.signals}
        found |= {f"word {w}": against(self.words[w]) for w in evidence.said if w in self.words}
        own = [w * x for w, x in zip(self.lexical, self._row(evidence, chosen), strict=True)]
        found["wording"] = sum(own[:SPOKEN])
        found["structure"] = sum(own[SPOKEN:])
        return found

    def _row(self, evidence: Evidence, index: int) -> tuple[float, ...]:
        return _strongest(evidence, self.rows[index])

    def dump(self) -> dict[str, Any]:
        """Return the weights as plain data, rounded, without those that change nothing."""

        def kept(table: dict[str, tuple[float, ...]]) -> dict[str, list[float]]:
            big = {n: [round(w, 3) for w in ws] for n, ws in table.items() if max(map(abs, ws)) >= _LEAST_WEIGHT}
            return dict(sorted(big.items()))

        return {
            "classes": list(self.classes),
            "rows": [list(rows) for rows in self.rows],
            "lexical": [round(weight, 3) for weight in self.lexical],
            "bias": [round(weight, 3) for weight in self.bias],
            "signals": kept(self.signals),
            "words": kept(self.words),
        }

    @classmethod
    def load(cls, data: dict[str, Any]) -> "Softmax":
        """Make the model from what `dump` returned."""
        return cls(
            tuple(data["classes"]),
            tuple(tuple(rows) for rows in data["rows"]),
            tuple(data["lexical"]),
            tuple(data["bias"]),
            {name: tuple(weights) for name, weights in data["signals"].items()},
            {name: tuple(weights) for name, weights in data["words"].items()},
        )


@dataclass(frozen=True, slots=True)
class Penalty:
    """How strongly weights are regularised, and how far rare classes are boosted (0 not at all, 1 to equal shares)."""

    lexical: float
    signals: float
    words: float
    balance: float

    def times(self, strength: float) -> "Penalty":
        """Return the penalty scaled by `strength`."""
        return Penalty(self.lexical * strength, self.signals * strength, self.words * strength, self.balance)


def _strongest(evidence: Evidence, rows: Sequence[int]) -> tuple[float, ...]:
    """Return the strongest lexical evidence of several rows, column by column."""
    return tuple(map(max, zip(*(evidence.lexical[row] for row in rows), strict=True)))


def fit(
    samples: Sequence[Evidence],
    labels: Sequence[int],
    *,
    classes: tuple[str, ...],
    rows: tuple[tuple[int, ...], ...],
    penalty: Penalty,
    prior: "Softmax | None" = None,
    least: int = 5,
) -> Softmax:
    """Fit the model to samples with their classes' indices; words in fewer than `least` samples are left out.

    With a `prior` of the same classes, the weights are held near its own instead of near zero, and the samples' habits
    are learned like words, since they come from one repository. Deterministic: the same samples in the same order give the
    same weights.
    """
    import numpy as np

    known = prior or Softmax(classes, rows, (0.0,) * len(samples[0].lexical[0]), (0.0,) * len(classes), {}, {})
    signals = sorted({name for sample in samples for name in sample.signals} | known.signals.keys())
    counts: dict[str, int] = {}
    for sample in samples:
        for word in sample.said if prior else sample.words:
            counts[word] = counts.get(word, 0) + 1
    words = sorted({word for word, count in counts.items() if count >= least} | known.words.keys())
    lexical = np.array([[_strongest(sample, own) for own in rows] for sample in samples])
    found = [{**sample.signals, **{f"word {word}": 1.0 for word in sample.said}} for sample in samples]
    table = sparse(found, [*signals, *(f"word {word}" for word in words)])
    y = np.array(labels)
    scale = balanced(y, len(classes), penalty.balance)
    held = np.concatenate([np.full(len(signals), penalty.signals), np.full(len(words), penalty.words)])
    nothing = (0.0,) * len(classes)
    start = np.concatenate(
        [
            known.lexical,
            known.bias,
            *(known.signals.get(name, nothing) for name in signals),
            *(known.words.get(word, nothing) for word in words),
        ]
    )
    own, bias, rest = _minimise(lexical, table, y, scale, held, penalty.lexical, start, 1e-6 if prior else 1e-9)
    return Softmax(
        classes,
        rows,
        tuple(map(float, own)),
        tuple(map(float, bias)),
        {name: tuple(map(float, rest[index])) for index, name in enumerate(signals)},
        {name: tuple(map(float, rest[len(signals) + index])) for index, name in enumerate(words)},
    )


def balanced(labels: "np.ndarray[Any, Any]", classes: int, balance: float) -> "np.ndarray[Any, Any]":
    """Return each sample's weight, summing to 1, with rare classes boosted as far as `balance` says."""
    import numpy as np

    counts = np.bincount(labels, minlength=classes)
    scale = ((counts.sum() / np.maximum(counts, 1e-9)) ** balance)[labels]
    return np.asarray(scale / scale.sum())


def sparse(found: Sequence[Mapping[str, float]], names: Sequence[str]) -> Any:
    """Return a sparse matrix with a row for each of `found` and a column for each of `names`."""
    from scipy.sparse import csr_matrix

    column = {name: index for index, name in enumerate(names)}
    cells = [(row, column[n], v) for row, own in enumerate(found) for n, v in sorted(own.items()) if n in column]
    rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
    return csr_matrix((values, (rows, columns)), shape=(len(found), len(names)))


def _minimise(
    lexical: "np.ndarray[Any, Any]",
    table: Any,
    y: "np.ndarray[Any, Any]",
    scale: "np.ndarray[Any, Any]",
    held: "np.ndarray[Any, Any]",
    held_lexical: float,
    start: "np.ndarray[Any, Any]",
    tolerance: float,
) -> "tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]":
    """Minimise the weighted, penalised log loss by L-BFGS, starting from `start` and held near it."""
    import numpy as np
    from scipy.optimize import minimize

    number, classes, columns = lexical.shape
    features = table.shape[1]
    own_start, rest_start = start[:columns], start[columns + classes :].reshape(features, classes)
    truth = np.zeros((number, classes))
    truth[np.arange(number), y] = 1.0

    def parts(z: "np.ndarray[Any, Any]") -> "tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]":
        return z[:columns], z[columns : columns + classes], z[columns + classes :].reshape(features, classes)

    def loss(z: "np.ndarray[Any, Any]") -> "tuple[float, np.ndarray[Any, Any]]":
        own, bias, rest = parts(z)
        scores = lexical @ own + bias + table @ rest
        scores -= scores.max(1, keepdims=True)
        raised = np.exp(scores)
        chance = raised / raised.sum(1, keepdims=True)
        value = -(scale * np.log(chance[np.arange(number), y] + 1e-12)).sum()
        moved, moved_rest = own - own_start, rest - rest_start
        value += held_lexical * (moved @ moved) + (held[:, None] * moved_rest**2).sum()
        pull = (chance - truth) * scale[:, None]
        return float(value), np.concatenate(
            [
                np.einsum("nc,nck->k", pull, lexical) + 2 * held_lexical * moved,
                pull.sum(0),
                (table.T @ pull + 2 * held[:, None] * moved_rest).ravel(),
            ]
        )

    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200, "ftol": tolerance})
    return parts(found.x)
