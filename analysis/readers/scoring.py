"""Scores a day's digest against its reader's labels: figures, with confidence intervals over days."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from analysis.commits.title import ChangeType
from analysis.digest.digest import Digest
from analysis.readers.days import Label, LabelledDay, Tier
from analysis.triage.triage import Importance

_DRAWS = 2_000
_TYPES: Mapping[str, frozenset[ChangeType]] = {
    "bug fix": frozenset({ChangeType.BUGFIX}),
    "feature": frozenset({ChangeType.FEATURE}),
    "performance": frozenset({ChangeType.PERFORMANCE}),
    "breaking": frozenset({ChangeType.BREAKING}),
    "security": frozenset({ChangeType.SECURITY, ChangeType.BUGFIX}),
    "deprecation": frozenset({ChangeType.BREAKING}),
    "revert": frozenset({ChangeType.REVERT}),
    "dependencies": frozenset({ChangeType.DEPENDENCIES}),
    "refactoring": frozenset({ChangeType.REFACTOR}),
    "tests": frozenset({ChangeType.TESTS}),
    "CI and build": frozenset({ChangeType.CI_BUILD}),
    "documentation": frozenset({ChangeType.DOCS}),
    "release": frozenset({ChangeType.RELEASE}),
}
"""A reader's types, and our types that agree with each."""

FIGURES = ("recall", "first", "alarms", "order", "buried", "low", "type")


@dataclass(frozen=True, slots=True)
class Figure:
    """The mean of one figure over the days that have it, with the bounds of 95 % of resampled sets of days."""

    name: str
    days: int
    value: float
    low: float
    high: float


def score(day: LabelledDay, digest: Digest) -> dict[str, float]:
    """Score one day's digest; figures that do not apply to the day are omitted.

    recall: the share of musts that stand in the list, themselves or by a commit of their story; first: whether the first of
    them does; alarms: the share of the list that is rest; order: the share of pairs of different tiers that are ordered right;
    buried: the share of musts that rank low; low: the share of rest that does; type: the share of types that agree.
    """
    place = {entry.commit.sha: number for number, entry in enumerate(digest.entries)}
    level = {entry.commit.sha: entry.triage.importance for entry in digest.entries}
    lead = {entry.commit.sha: entry.triage.types[0] for entry in digest.entries}
    merged = {one.sha: entry.commit.sha for entry in digest.entries for one in entry.commit.brought}
    listed = {entry.commit.sha for entry in digest.must_know}
    labels = list(day.labels.values())

    def at(sha: str) -> str:
        return sha if sha in place else merged.get(sha, "")

    def is_listed(label: Label) -> bool:
        return any(at(sha) in listed for sha in (label.sha, *label.story))

    musts = [label for label in labels if label.tier is Tier.MUST]
    own = [label for label in labels if label.sha in place]
    worth = {at(label.sha) for label in labels if label.tier is not Tier.REST}
    pairs = [
        (one.tier - other.tier) * (place[other.sha] - place[one.sha]) > 0
        for number, one in enumerate(own)
        for other in own[number + 1 :]
        if one.tier is not other.tier
    ]
    found = {
        "recall": [is_listed(label) for label in musts],
        "first": [is_listed(label) for label in musts if label.rank == 1],
        "alarms": [sha not in worth for sha in listed],
        "order": pairs,
        "buried": [level[at(label.sha)] is Importance.LOW for label in musts if at(label.sha)],
        "low": [level[label.sha] is Importance.LOW for label in own if label.tier is Tier.REST],
        "type": [lead[label.sha] in _TYPES[label.type] for label in own if label.type in _TYPES],
    }
    return {name: fmean(map(float, values)) for name, values in found.items() if values}


def figures(days: Sequence[Mapping[str, float]]) -> list[Figure]:
    """Return the means over days, each day weighted equally."""
    return [
        Figure(name, len(values), fmean(values), *_interval(values))
        for name in FIGURES
        if (values := [day[name] for day in days if name in day])
    ]


def _interval(values: Sequence[float], measure: Callable[[Sequence[float]], float] = fmean) -> tuple[float, float]:
    """Resample days for the interval, deterministically."""
    draw = random.Random(1)  # noqa: S311 - resampling, no secret
    drawn = sorted(measure(draw.choices(values, k=len(values))) for _ in range(_DRAWS))
    return drawn[int(0.025 * _DRAWS)], drawn[int(0.975 * _DRAWS)]
