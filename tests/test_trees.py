"""Boosted trees: they find what no sum of weights says, and answer the same once written and read."""

import json
from itertools import product

import numpy as np
import pytest

from analysis.triage.learned.trees import Trees, fit_trees

EITHER = [
    ({"small": float(small), "tested": float(tested)}, int(small != tested))
    for small, tested in product((0, 1), repeat=2)
]
"""The second class has one of both, the first neither or both."""


def fitted() -> Trees:
    samples = EITHER * 20
    # the corners are not equally frequent: with perfect symmetry no first question is better than none
    samples += EITHER[:1] * 10
    return fit_trees([found for found, _ in samples], [kind for _, kind in samples], 2, np.ones(len(samples)))


@pytest.mark.parametrize(("found", "kind"), EITHER)
def test_what_goes_together_is_learned(found: dict[str, float], kind: int) -> None:
    """One of both means something else than both."""
    scores = fitted().scores(found)
    assert scores.index(max(scores)) == kind


def test_trees_that_are_written_and_read_answer_the_same() -> None:
    """As they come out of a file, they go into one."""
    trees = fitted()
    assert Trees.load(json.loads(json.dumps(trees.dump()))) == trees


def test_a_class_that_nobody_saw_is_the_unlikeliest() -> None:
    """Where nothing parts the samples, their shares decide."""
    trees = fit_trees([{"lines": 1.0}] * 20, [0] * 15 + [1] * 5, 3, np.ones(20))
    first, second, third = trees.scores({"lines": 1.0})
    assert first > second > third
