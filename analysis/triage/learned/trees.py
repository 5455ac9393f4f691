"""Boosted trees over named numbers, for what no weighted sum can express, such as "small, and with a test". Fitted with numpy, applied without it.

Gradient boosting with second-order steps, each tree two questions deep: https://arxiv.org/abs/1603.02754, section 2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_ROUNDS, _STEP = 40, 0.2
_HELD = 1.0  # L2 regularisation added to each leaf, which damps the steps of small ones
_LEAST = 8  # commits in a leaf; fewer show only chance
_CUTS = 6  # thresholds per number, at most


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree, for the class with index `kind`.

    Attributes:
        cuts: names and thresholds to exceed: of the first question, then of those asked after a no and after a yes.
        leaves: what is added to the class's score: no and no, no and yes, yes and no, yes and yes.
    """

    kind: int
    cuts: tuple[tuple[str, float], ...]
    leaves: tuple[float, ...]

    def value(self, found: Mapping[str, float]) -> float:
        """Return what the tree adds for these numbers; absent ones are 0."""
        name, least = self.cuts[0]
        side = found.get(name, 0.0) > least
        name, least = self.cuts[1 + side]
        return self.leaves[2 * side + (found.get(name, 0.0) > least)]


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees, with each class's initial score."""

    bias: tuple[float, ...]
    trees: tuple[Tree, ...]

    def scores(self, found: Mapping[str, float]) -> list[float]:
        """Return a score for each class; higher is likelier."""
        totals = list(self.bias)
        for tree in self.trees:
            totals[tree.kind] += tree.value(found)
        return totals

    def dump(self) -> dict[str, Any]:
        """Return the trees as plain data."""
        return {"bias": list(self.bias), "trees": [list(astuple(tree)) for tree in self.trees]}

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "Trees":
        """Make the trees from what `dump` returned."""
        trees = ((kind, cuts, leaves) for kind, cuts, leaves in data["trees"])
        return cls(
            tuple(data["bias"]),
            tuple(
                Tree(kind, tuple((name, least) for name, least in cuts), tuple(leaves)) for kind, cuts, leaves in trees
            ),
        )


def fit_trees(
    found: Sequence[Mapping[str, float]], labels: Sequence[int], classes: int, weights: "np.ndarray[Any, Any]"
) -> Trees:
    """Fit trees to samples with their classes' indices; `weights` say how much each sample counts, 1 on average."""
    import numpy as np

    cuts, above = _cuts(found)
    truth = np.zeros((len(found), classes), dtype=np.float32)
    truth[np.arange(len(found)), labels] = 1.0
    counts = weights[:, None].astype(np.float32)
    bias = np.log((counts * truth).sum(0) + 1.0)
    scores = np.tile(bias, (len(found), 1))
    trees: list[Tree] = []
    for _ in range(_ROUNDS if cuts else 0):
        raised = np.exp(scores - scores.max(1, keepdims=True))
        chance = raised / raised.sum(1, keepdims=True)
        pull, bend = counts * (truth - chance), counts * chance * (1 - chance)
        first = _best(above, pull, bend, np.ones_like(truth))
        side = above[:, first]
        low, high = (_best(above, pull * part, bend * part, part) for part in (1 - side, side))
        leaves = [
            part * inner
            for part, cut in ((1 - side, low), (side, high))
            for inner in (1 - above[:, cut], above[:, cut])
        ]
        steps = np.array([_STEP * (pull * leaf).sum(0) / ((bend * leaf).sum(0) + _HELD) for leaf in leaves])
        scores += sum(leaf * step for leaf, step in zip(leaves, steps, strict=True))
        trees += [
            Tree(
                kind,
                (cuts[first[kind]], cuts[low[kind]], cuts[high[kind]]),
                tuple(round(float(step), 4) for step in steps[:, kind]),
            )
            for kind in range(classes)
        ]
    return Trees(tuple(round(float(one), 4) for one in bias), tuple(trees))


def _cuts(found: Sequence[Mapping[str, float]]) -> "tuple[list[tuple[str, float]], np.ndarray[Any, Any]]":
    """Return the possible questions, and a matrix with 1 where a sample (row) exceeds a question's threshold (column)."""
    import numpy as np

    cuts: list[tuple[str, float]] = []
    columns = []
    for name in sorted({name for one in found for name in one}):
        values = np.array([one.get(name, 0.0) for one in found])
        inner = np.quantile(values, np.linspace(0, 1, _CUTS + 2)[1:-1], method="lower")
        for least in np.unique(np.append(inner, values.min())):
            column = values > least
            if _LEAST <= column.sum() <= len(values) - _LEAST:
                cuts.append((name, float(least)))
                columns.append(column)
    return cuts, np.array(columns, dtype=np.float32).T


def _best(
    above: "np.ndarray[Any, Any]",
    pull: "np.ndarray[Any, Any]",
    bend: "np.ndarray[Any, Any]",
    inside: "np.ndarray[Any, Any]",
) -> "np.ndarray[Any, Any]":
    """Return for each class the question that best splits the samples `inside`."""
    import numpy as np

    classes = pull.shape[1]
    sums = above.T @ np.hstack([pull, bend, inside])
    gained, curved, number = sums[:, :classes], sums[:, classes : 2 * classes], sums[:, 2 * classes :]
    rest, rest_curved, rest_number = pull.sum(0) - gained, bend.sum(0) - curved, inside.sum(0) - number
    better = gained**2 / (curved + _HELD) + rest**2 / (rest_curved + _HELD)
    return np.asarray(np.where((number < _LEAST) | (rest_number < _LEAST), -1.0, better).argmax(0))
