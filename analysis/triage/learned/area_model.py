"""How a repository's own people tag: one small logistic model per area, over words, folders and the vocabulary's answer."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.triage.learned.evidence import Evidence
from analysis.triage.learned.softmax import sparse

MOST = 3
_THRESHOLD, _LEAST = -0.3, -2.0  # log-odds: an area is named; the likeliest one, if none is that sure
_SAID, _FOLDER, _BODY = 2.0, 0.4, 0.3
_BIAS, _BELIEVED = (
    -3.0,
    4.0,
)  # log-odds before anything is learned: of any area, and what is added to one that the vocabulary names
_HELD = 0.65  # how strongly weights are held near these, relative to the loss of one commit
_SEEN, _SEEN_IN_BODIES = 2, 4  # commits with a word; rarer words are not learned
_SLIGHT = 0.01  # smaller weights change nothing and only take up space


@dataclass(frozen=True, slots=True)
class AreaModel:
    """Weights, by feature and area.

    Attributes:
        left: the areas that the vocabulary decides alone. Of all others that are not in `keys`, nobody has tagged any commit,
            and the vocabulary's word counts only if there is no other area.
    """

    keys: tuple[str, ...]
    bias: tuple[float, ...]
    weights: dict[str, tuple[float, ...]]
    left: frozenset[str] = frozenset()

    def areas(self, evidence: Evidence, said: Sequence[str]) -> tuple[str, ...]:
        """Return the areas of a commit, the surest first; `said` is the vocabulary's answer."""
        totals = list(self.bias)
        for name, value in _features(evidence, said).items():
            for index, weight in enumerate(self.weights.get(name, ())):
                totals[index] += weight * value
        ranked = sorted(zip(totals, self.keys, strict=True), key=lambda pair: (-pair[0], pair[1]))
        sure = [key for total, key in ranked if total > _THRESHOLD] + [key for key in said if key in self.left]
        unheard = [key for key in said if key not in self.keys]
        return tuple(sure[:MOST] or unheard or [key for total, key in ranked[:1] if total > _LEAST])

    def without(self, keys: Collection[str]) -> "AreaModel":
        """Return the model of the other areas only, which leaves these to the vocabulary."""
        kept = [index for index, key in enumerate(self.keys) if key not in keys]
        return AreaModel(
            tuple(self.keys[index] for index in kept),
            tuple(self.bias[index] for index in kept),
            {name: tuple(row[index] for index in kept) for name, row in self.weights.items()},
            self.left | frozenset(keys),
        )

    def dump(self) -> dict[str, Any]:
        """Return the weights as plain data."""
        rounded = {name: [round(weight, 3) for weight in weights] for name, weights in self.weights.items()}
        return {"keys": list(self.keys), "bias": list(self.bias), "weights": rounded, "left": sorted(self.left)}

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "AreaModel":
        """Make the model from what `dump` returned."""
        weights = {name: tuple(row) for name, row in data["weights"].items()}
        return cls(tuple(data["keys"]), tuple(data["bias"]), weights, frozenset(data.get("left", ())))


def _features(evidence: Evidence, said: Sequence[str]) -> dict[str, float]:
    found = dict.fromkeys(evidence.words, 1.0)
    found |= {name: _BODY if name.startswith("body ") else _FOLDER for name in evidence.habits}
    return found | {f"said {key}": _SAID for key in said}


def fit_areas(
    samples: Sequence[tuple[Evidence, Sequence[str]]], tagged: Sequence[Sequence[str]], keys: tuple[str, ...]
) -> AreaModel:
    """Fit the model to samples (evidence and the vocabulary's answer) with the areas that people tagged.

    It is held near the vocabulary: the less there is to learn from, the more the vocabulary decides.
    """
    import numpy as np
    from scipy.optimize import minimize

    features = [_features(evidence, said) for evidence, said in samples]
    counts = Counter(name for found in features for name in found)
    names = sorted(
        name for name, count in counts.items() if count >= (_SEEN_IN_BODIES if name.startswith("body ") else _SEEN)
    )
    table = sparse(features, names)
    truth = np.array([[float(key in own) for key in keys] for own in tagged])
    number, width = truth.shape
    held = _HELD / number
    believed = np.array([[_BELIEVED / _SAID * (name == f"said {key}") for key in keys] for name in names])

    def loss(z: "np.ndarray[Any, Any]") -> "tuple[float, np.ndarray[Any, Any]]":
        weights, bias = z[:-width].reshape(len(names), width), z[-width:]
        scores, moved, shifted = table @ weights + bias, weights - believed, bias - _BIAS
        value = (np.logaddexp(0, scores) - truth * scores).sum() / number + held * (
            (moved**2).sum() + (shifted**2).sum()
        )
        pull = (1 / (1 + np.exp(-scores)) - truth) / number
        return float(value), np.concatenate(
            [(table.T @ pull + 2 * held * moved).ravel(), pull.sum(0) + 2 * held * shifted]
        )

    start = np.concatenate([believed.ravel(), np.full(width, _BIAS)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 80, "ftol": 1e-4}).x
    weights = found[:-width].reshape(len(names), width)
    return AreaModel(
        keys,
        tuple(round(float(bias), 3) for bias in found[-width:]),
        {
            name: tuple(map(float, weights[index]))
            for index, name in enumerate(names)
            if abs(weights[index]).max() >= _SLIGHT
        },
    )
