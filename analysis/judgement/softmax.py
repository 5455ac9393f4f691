"""A linear softmax model over evidence: fitted with scipy, applied without it.

The score of a class is the sum of its lexical evidence (weighed the same for every class), its signals and its words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any

from analysis.judgement.evidence import Evidence

if TYPE_CHECKING:
    import numpy as np

_LEAST_WEIGHT = 0.004  # smaller ones change nothing and only take room


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
        for table, found in ((self.signals, evidence.signals), (self.words, dict.fromkeys(evidence.words, 1.0))):
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
        """Return what each piece of evidence adds to a class, against the mean of the others, by its name."""
        chosen = self.classes.index(name)
        others = len(self.classes) - 1

        def against(weights: Sequence[float]) -> float:
            return weights[chosen] - (sum(weights) - weights[chosen]) / others

        found = {n: against(self.signals[n]) * v for n, v in evidence.signals.items() if n in self.signals}
        found |= {f"word {w}": against(self.words[w]) for w in evidence.words if w in self.words}
        own = [w * x for w, x in zip(self.lexical, self._row(evidence, chosen), strict=True)]
        found["wording"] = sum(own[:8])
        found["structure"] = sum(own[8:])
        return found

    def _row(self, evidence: Evidence, index: int) -> tuple[float, ...]:
        rows = [evidence.lexical[row] for row in self.rows[index]]
        return rows[0] if len(rows) == 1 else tuple(max(column) for column in zip(*rows, strict=True))

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
        """Make the model of what `dump` returned."""
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
    """How strongly weights are held down, and how far rare classes are weighed up (0 not at all, 1 to equal shares)."""

    lexical: float
    signals: float
    words: float
    balance: float


def fit(
    samples: Sequence[Evidence],
    labels: Sequence[int],
    weights: Sequence[float],
    *,
    classes: tuple[str, ...],
    rows: tuple[tuple[int, ...], ...],
    penalty: Penalty,
    least: int = 5,
    rounds: int = 200,
) -> Softmax:
    """Fit the model to samples with their classes' indices; words in fewer than `least` samples are left out.

    Deterministic: the same samples in the same order give the same weights.
    """
    import numpy as np

    signals = sorted({name for sample in samples for name in sample.signals})
    counts: dict[str, int] = {}
    for sample in samples:
        for word in sample.words:
            counts[word] = counts.get(word, 0) + 1
    words = sorted(word for word, count in counts.items() if count >= least)
    lexical = np.array(
        [
            [
                sample.lexical[own[0]]
                if len(own) == 1
                else tuple(max(column) for column in zip(*(sample.lexical[row] for row in own), strict=True))
                for own in rows
            ]
            for sample in samples
        ]
    )
    table = _table(samples, signals, words)
    y = np.array(labels)
    scale = np.array(weights, dtype=float)
    share = np.array([scale[y == index].sum() for index in range(len(classes))])
    scale *= ((share.sum() / np.maximum(share, 1e-9)) ** penalty.balance)[y]
    scale /= scale.sum()
    held = np.concatenate([np.full(len(signals), penalty.signals), np.full(len(words), penalty.words)])
    found = _minimise(lexical, table, y, scale, held, penalty.lexical, len(classes), rounds)
    own, bias, rest = found
    return Softmax(
        classes,
        rows,
        tuple(map(float, own)),
        tuple(map(float, bias)),
        {name: tuple(map(float, rest[index])) for index, name in enumerate(signals)},
        {name: tuple(map(float, rest[len(signals) + index])) for index, name in enumerate(words)},
    )


def _table(samples: Sequence[Evidence], signals: Sequence[str], words: Sequence[str]) -> "np.ndarray[Any, Any]":
    import numpy as np

    table = np.zeros((len(samples), len(signals) + len(words)), dtype=np.float32)
    at_signal = {name: index for index, name in enumerate(signals)}
    at_word = {word: len(signals) + index for index, word in enumerate(words)}
    for row, sample in enumerate(samples):
        for name, value in sample.signals.items():
            table[row, at_signal[name]] = value
        for word in sample.words:
            if word in at_word:
                table[row, at_word[word]] = 1.0
    return table


def _minimise(
    lexical: "np.ndarray[Any, Any]",
    table: "np.ndarray[Any, Any]",
    y: "np.ndarray[Any, Any]",
    scale: "np.ndarray[Any, Any]",
    held: "np.ndarray[Any, Any]",
    held_lexical: float,
    classes: int,
    rounds: int,
) -> "tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]":
    """Minimise the weighed log loss with its penalties by L-BFGS."""
    import numpy as np
    from scipy.optimize import minimize

    number, _, columns = lexical.shape
    features = table.shape[1]
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
        value += held_lexical * (own @ own) + (held[:, None] * rest**2).sum()
        pull = (chance - truth) * scale[:, None]
        return float(value), np.concatenate(
            [
                np.einsum("nc,nck->k", pull, lexical) + 2 * held_lexical * own,
                pull.sum(0),
                (table.T @ pull + 2 * held[:, None] * rest).ravel(),
            ]
        )

    start = np.zeros(columns + classes + features * classes)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": rounds, "ftol": 1e-9})
    return parts(found.x)
