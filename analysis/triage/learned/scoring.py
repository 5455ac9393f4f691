"""How well commits are sorted and ranked compared with what people said about them: the figures, with their intervals."""

import random
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LEAST_OF_A_KIND = 10
"""A class with fewer commits than this is not scored: one commit would decide."""

_LEAST_OF_A_REPOSITORY = 20
_DRAWS = 300


@dataclass(frozen=True, slots=True)
class Judged:
    """What its people said about one commit (`type`, `importance`, `areas`; None or empty: nothing), and what we said."""

    repo: str
    type: str | None
    importance: str | None
    areas: frozenset[str]
    by_bot: bool
    our_type: str
    our_score: float
    our_areas: frozenset[str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure over `count` commits, with the bounds that contain 95 % of the resamples."""

    name: str
    count: int
    value: float
    low: float
    high: float


def macro_f1(pairs: Sequence[tuple[str, str]], kinds: Iterable[str] | None = None) -> float:
    """Return the mean F1 over kinds of (truth, guess), by default those frequent enough among the truths; NaN if none."""
    truths = Counter(truth for truth, _ in pairs)
    guesses = Counter(guess for _, guess in pairs)
    hits = Counter(truth for truth, guess in pairs if truth == guess)
    scored = list(kinds) if kinds is not None else often(pairs)
    values = [2 * hits[k] / max(1, truths[k] + guesses[k]) for k in scored]
    return sum(values) / len(values) if values else float("nan")


def often(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return the kinds that are frequent enough among the truths to be scored."""
    truths = Counter(truth for truth, _ in pairs)
    return sorted(kind for kind, count in truths.items() if count >= LEAST_OF_A_KIND and kind != "chore")


def micro_f1(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> float:
    """Return F1 over all (truth, guess) members of the pairs' sets together; NaN if there is none."""
    hits = sum(len(truth & guess) for truth, guess in pairs)
    members = sum(len(truth) + len(guess) for truth, guess in pairs)
    return 2 * hits / members if members else float("nan")


def auc(pairs: Sequence[tuple[bool, float]]) -> float:
    """Return how often a positive scores higher than a negative; ties count half. NaN if either is missing."""
    others = sorted(score for is_meant, score in pairs if not is_meant)
    meant = [score for is_meant, score in pairs if is_meant]
    if not meant or not others:
        return float("nan")
    wins = sum(bisect_left(others, score) + bisect_right(others, score) for score in meant) / 2
    return wins / (len(meant) * len(others))


def mean_auc(judged: Sequence[Judged]) -> float:
    """Return the AUC of high against the rest, averaged over repositories."""
    by_repo: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for one in judged:
        by_repo[one.repo].append((one.importance == "high", one.our_score))
    values = [auc(pairs) for pairs in by_repo.values() if len(pairs) >= _LEAST_OF_A_REPOSITORY]
    known = [value for value in values if value == value]  # noqa: PLR0124 - NaN is not itself
    return sum(known) / len(known) if known else float("nan")


def figures(judged: Sequence[Judged]) -> list[Figure]:
    """Return the figures for what people labelled: types, importance (without bots), areas."""
    typed = [one for one in judged if one.type and one.type != "chore"]
    ranked = [one for one in judged if one.importance and not one.by_bot]
    tagged = [one for one in judged if one.areas]
    kinds = often((str(one.type), one.our_type) for one in typed)
    found = []
    if kinds:
        found.append(
            _figure("type, macro-F1", typed, lambda ones: macro_f1([(str(o.type), o.our_type) for o in ones], kinds))
        )
        found.append(
            _figure("type, accuracy", typed, lambda ones: sum(o.type == o.our_type for o in ones) / max(1, len(ones)))
        )
    if ranked and mean_auc(ranked) == mean_auc(ranked):
        found.append(_figure("importance, AUC of high, mean of repositories", ranked, mean_auc))
    if tagged:
        found.append(_figure("areas, micro-F1", tagged, lambda ones: micro_f1([(o.areas, o.our_areas) for o in ones])))
    return found


def _figure(name: str, judged: Sequence[Judged], measure: Callable[[Sequence[Judged]], float]) -> Figure:
    """Measure, and resample within each repository for the interval; the same commits give the same interval."""
    draw = random.Random(1)  # noqa: S311 - resampling, no secret
    by_repo: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_repo[one.repo].append(one)
    drawn = [
        measure([one for ones in by_repo.values() for one in draw.choices(ones, k=len(ones))]) for _ in range(_DRAWS)
    ]
    values = sorted(value for value in drawn if value == value)  # noqa: PLR0124 - a draw may hold none of a kind: NaN
    low, high = values[int(0.025 * len(values))], values[int(0.975 * len(values))]
    return Figure(name, len(judged), measure(judged), low, high)
