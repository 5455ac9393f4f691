"""How a repository's own people tag: one small logistic model an area, over words, folders and what the vocabulary says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.triage.learned.evidence import Evidence
from analysis.triage.learned.softmax import sparse

MOST = 3
_THRESHOLD, _LEAST = -0.3, -2.0  # log-odds: an area is named, and the likeliest one where none is that sure
_SAID, _FOLDER, _BODY = 2.0, 0.4, 0.3
_HELD = 2e-4
_SEEN = 2


@dataclass(frozen=True, slots=True)
class AreaModel:
    """Weights, by feature and area."""

    keys: tuple[str, ...]
    bias: tuple[float, ...]
    weights: dict[str, tuple[float, ...]]

    def areas(self, evidence: Evidence, said: Sequence[str]) -> tuple[str, ...]:
        """Return the areas of a commit, the surest first; `said` is what the vocabulary makes of it."""
        totals = list(self.bias)
        for name, value in _features(evidence, said).items():
            for index, weight in enumerate(self.weights.get(name, ())):
                totals[index] += weight * value
        ranked = sorted(zip(totals, self.keys, strict=True), key=lambda pair: (-pair[0], pair[1]))
        sure = [key for total, key in ranked[:MOST] if total > _THRESHOLD]
        return tuple(sure or [key for total, key in ranked[:1] if total > _LEAST])

    def dump(self) -> dict[str, Any]:
        """Return the weights as plain data."""
        rounded = {name: [round(weight, 3) for weight in weights] for name, weights in self.weights.items()}
        return {"keys": list(self.keys), "bias": list(self.bias), "weights": rounded}

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "AreaModel":
        """Make the model of what `dump` returned."""
        weights = {name: tuple(row) for name, row in data["weights"].items()}
        return cls(tuple(data["keys"]), tuple(data["bias"]), weights)


def _features(evidence: Evidence, said: Sequence[str]) -> dict[str, float]:
    found = dict.fromkeys(evidence.words, 1.0)
    found |= {name: _BODY if name.startswith("body ") else _FOLDER for name in evidence.habits}
    return found | {f"said {key}": _SAID for key in said}


def fit_areas(
    samples: Sequence[tuple[Evidence, Sequence[str]]], tagged: Sequence[Sequence[str]], keys: tuple[str, ...]
) -> AreaModel:
    """Fit the model to samples (evidence, and what the vocabulary says) with the areas that people tagged."""
    import numpy as np
    from scipy.optimize import minimize

    features = [_features(evidence, said) for evidence, said in samples]
    counts: dict[str, int] = {}
    for found in features:
        for name in found:
            counts[name] = counts.get(name, 0) + 1
    names = sorted(name for name, count in counts.items() if count >= _SEEN)
    table = sparse(features, names)
    truth = np.array([[float(key in own) for key in keys] for own in tagged])
    number, width = truth.shape

    def loss(z: "np.ndarray[Any, Any]") -> "tuple[float, np.ndarray[Any, Any]]":
        weights, bias = z[:-width].reshape(len(names), width), z[-width:]
        scores = table @ weights + bias
        value = (np.logaddexp(0, scores) - truth * scores).sum() / number + _HELD * (weights**2).sum()
        pull = (1 / (1 + np.exp(-scores)) - truth) / number
        return float(value), np.concatenate([(table.T @ pull + 2 * _HELD * weights).ravel(), pull.sum(0)])

    start = np.concatenate([np.zeros(len(names) * width), np.full(width, -3.0)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200, "ftol": 1e-5}).x
    weights = found[:-width].reshape(len(names), width)
    return AreaModel(
        keys,
        tuple(round(float(bias), 3) for bias in found[-width:]),
        {name: tuple(map(float, weights[index])) for index, name in enumerate(names)},
    )
