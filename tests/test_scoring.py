"""How well commits are sorted and ranked: the figures, against values worked out by hand."""

import math
import random
from typing import Any

import pytest

from analysis.triage.learned.scoring import (
    LEAST_OF_A_KIND,
    Figure,
    Judged,
    auc,
    figures,
    macro_f1,
    mean_auc,
    micro_f1,
    often,
)


def judged(**changes: Any) -> Judged:
    fields: dict[str, Any] = {
        "repo": "o/r", "type": None, "importance": None, "areas": frozenset(), "by_bot": False,
        "our_type": "feature", "our_score": 0.5, "our_areas": frozenset(),
    }  # fmt: skip
    return Judged(**fields | changes)


def test_macro_f1_is_the_mean_over_kinds() -> None:
    """a: 2 hits, 3 true, 2 guessed: 4/5. b: 1 hit, 1 true, 2 guessed: 2/3."""
    pairs = [("a", "a"), ("a", "a"), ("a", "b"), ("b", "b")]
    assert macro_f1(pairs, ["a", "b"]) == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert macro_f1(pairs, ["a"]) == pytest.approx(4 / 5)
    assert macro_f1(pairs, ["a", "moon"]) == pytest.approx(2 / 5)


def test_kinds_that_are_rare_are_not_scored() -> None:
    """One commit would decide; chores are a waste basket."""
    pairs = [("a", "a")] * LEAST_OF_A_KIND + [("b", "a")] * (LEAST_OF_A_KIND - 1) + [("chore", "a")] * 50
    assert often(pairs) == ["a"]
    assert macro_f1(pairs) == pytest.approx(20 / (10 + 69))


def test_auc_counts_pairs_and_ties_half() -> None:
    """Of six pairs three are right, one is a tie."""
    pairs = [(True, 0.9), (True, 0.5), (False, 0.5), (False, 0.1), (False, 0.95)]
    assert auc(pairs) == pytest.approx((2 + 1.5) / 6)
    assert auc([(True, 1.0), (False, 0.0)]) == 1.0
    assert auc([(True, 0.0), (False, 1.0)]) == 0.0
    assert auc([(True, 0.3), (False, 0.3)]) == 0.5


def test_micro_f1_counts_all_members_together() -> None:
    """Three hits; four true and four guessed members."""
    pairs = [({"x", "y"}, {"x", "y"}), ({"x"}, {"z"}), ({"z"}, {"z"})]
    assert micro_f1([(frozenset(truth), frozenset(guess)) for truth, guess in pairs]) == pytest.approx(6 / 8)


def test_where_there_is_nothing_there_is_no_number() -> None:
    """Zero would be a verdict."""
    assert math.isnan(macro_f1([]))
    assert math.isnan(macro_f1([("a", "a")], []))
    assert math.isnan(micro_f1([]))
    assert math.isnan(auc([]))
    assert math.isnan(auc([(True, 0.5)]))
    assert math.isnan(auc([(False, 0.5)]))
    assert math.isnan(mean_auc([]))
    assert figures([]) == []
    assert figures([judged()] * 50) == []


def test_the_mean_over_repositories_is_of_those_with_enough_commits() -> None:
    """A large repository does not drown a small one; one with nineteen commits is not counted."""

    def repository(name: str, high: float, rest: float, count: int) -> list[Judged]:
        return [
            judged(repo=name, importance="high" if n % 2 else "low", our_score=high if n % 2 else rest)
            for n in range(count)
        ]

    both = repository("good", 0.9, 0.1, 40) + repository("bad", 0.1, 0.9, 200)
    assert mean_auc(both) == 0.5
    assert mean_auc(both + repository("few", 0.9, 0.1, 19)) == 0.5
    only_low = [judged(repo="flat", importance="low")] * 30
    assert mean_auc(both + only_low) == 0.5


def mixed(count: int, seed: int = 1) -> list[Judged]:
    """Commits of which three quarters are sorted right, with scores that mostly fit."""
    draw = random.Random(seed)  # noqa: S311 - made commits, no secret
    found = []
    for n in range(count):
        kind, level, area = ["feature", "bugfix"][n % 2], ["high", "low"][n % 2], frozenset({["x", "y"][n % 2]})
        right = draw.random() < 0.75
        found.append(
            judged(
                repo=f"o/{n % 4 // 2}",
                type=kind,
                importance=level,
                areas=area,
                our_type=kind if right else "docs",
                our_score=draw.random() + (0.5 if level == "high" and right else 0),
                our_areas=area if right else frozenset(),
            )
        )
    return found


def by_name(found: list[Figure]) -> dict[str, Figure]:
    return {figure.name.partition(",")[0] + figure.name.partition(",")[2][:9]: figure for figure in found}


def test_figures_are_of_what_people_said_something_about() -> None:
    """Each with how many commits it rests on; bots' importance counts for nothing."""
    some = [judged(type="feature", our_type="feature")] * 12 + [judged(areas=frozenset("x"), our_areas=frozenset("x"))]
    found = figures([*some, *[judged(importance="high", by_bot=True)] * 40])
    assert [(figure.name, figure.count, figure.value) for figure in found] == [
        ("type, macro-F1", 12, 1.0),
        ("type, accuracy", 12, 1.0),
        ("areas, micro-F1", 1, 1.0),
    ]


def test_intervals_hold_the_value_and_are_the_same_each_time() -> None:
    """Whoever measures again reads the same figures."""
    found = figures(mixed(200))
    assert len(found) == 4
    assert found == figures(mixed(200))
    assert all(figure.low < figure.value < figure.high for figure in found)
    assert all(figure.low >= 0 and figure.high <= 1 for figure in found)


@pytest.mark.slow
def test_more_commits_make_surer_figures() -> None:
    """Sixteen times as many: a quarter as wide, about."""
    few, many = by_name(figures(mixed(100))), by_name(figures(mixed(1_600)))
    assert few.keys() == many.keys()
    for name, figure in few.items():
        assert many[name].high - many[name].low < 0.5 * (figure.high - figure.low)


def test_an_interval_is_a_number_where_some_draws_are_none() -> None:
    """A single high commit is missing from a third of the draws."""
    one_high = [judged(importance="high", our_score=0.9)] + [
        judged(importance="low", our_score=0.1 + n / 100) for n in range(30)
    ]
    (figure,) = figures(one_high)
    assert (figure.low, figure.value, figure.high) == (1.0, 1.0, 1.0)
