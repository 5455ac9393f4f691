"""Learning a repository: its own past trains a judgement of its own, kept where it beats the one that ships."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from analysis.commits.records import Labelled
from analysis.commits.title import read_title
from analysis.triage.areas import Areas
from analysis.triage.learned import Judgement
from analysis.triage.learned.area_model import fit_areas
from analysis.triage.learned.classifier import LEVELS, Classifier
from analysis.triage.learned.evidence import TYPES
from analysis.triage.learned.scoring import auc, macro_f1, micro_f1
from analysis.triage.learned.training import Sample, sample_of, train

LEAST_LABELS = 100
"""Commits that say what they are; with fewer, a repository is not learned at all."""

HELD_OUT = 0.2
"""The newest part of the past, which the trial is made on."""

_LEAST = 60  # labelled commits; fewer teach nothing that lasts
_STRENGTH = 0.1
_SEEN = 2
_OFTEN = 3
_SHOWN, _SHOWN_OF_TYPE = 4, 2  # of each importance or type; more would cost a model more than it learns
_DRAWS, _SURE = 200, 0.9  # resampled newer parts, and in how many of them the own judgement must be the better one
_SCORED = 5  # commits of a type in the newer part; fewer make its score a matter of luck


@dataclass(frozen=True, slots=True)
class Trial:
    """How the two judgements did on the newest part of the past, which neither had seen.

    Attributes:
        part: `types`, `importance` or `areas`; `measure`: what the scores are.
        learned, tried: labelled commits in the older part and in the newer.
        before, after: the scores of the shipped judgement and of the own one; NaN where there is nothing to score.
        used: whether the own one is taken: it did better, and not by luck.
    """

    part: str
    measure: str
    learned: int
    tried: int
    before: float
    after: float
    used: bool


T = TypeVar("T")


def parted(past: Sequence[T]) -> tuple[Sequence[T], Sequence[T]]:
    """Part what comes the oldest first into what is learned from and the newest, which is held out."""
    cut = round(len(past) * (1 - HELD_OUT))
    return past[:cut], past[cut:]


def learn(past: Sequence[Labelled], areas: Areas, known: Judgement) -> tuple[Judgement, tuple[Trial, ...]]:
    """Train on the older part, try on the newer, and train anew on all of it what did better than `known`.

    `past` comes the oldest first. Too little of it leaves `known` as it is.
    """
    samples = [sample_of(one) for one in past]
    older, newer = parted(samples)
    own = judgement_of(older, areas, known)
    trials = tuple(_trial(part, older, newer, areas, known, own) for part in _PARTS)
    used = {trial.part for trial in trials if trial.used}
    whole = judgement_of(samples, areas, known) if used else known
    base, better = known.classifier, whole.classifier
    classifier = Classifier(
        better.subject if "types" in used else base.subject,
        better.product if "types" in used else base.product,
        better.level if "importance" in used else base.level,
    )
    area_model = whole.area_model if "areas" in used else known.area_model
    return Judgement(classifier, area_model, examples_of(past)), trials


def examples_of(past: Sequence[Labelled]) -> tuple[tuple[str, str], ...]:
    """Return the newest titles of each importance as people ranked them; where they ranked nothing, of each type."""
    ranked = [(level, [one for one in past if one.importance == level][-_SHOWN:]) for level in LEVELS]
    if any(newest for _, newest in ranked):
        return tuple((one.commit.subject, level) for level, newest in ranked for one in reversed(newest))
    usual = Counter(one.type for one in past if one.type)
    typed = [[one for one in past if one.type == kind][-_SHOWN_OF_TYPE:] for kind, _ in usual.most_common()]
    return tuple(
        (one.commit.subject, f"{one.type} ({', '.join(one.areas)})" if one.areas else str(one.type))
        for newest in typed
        for one in reversed(newest)
    )


def judgement_of(samples: Sequence[Sample], areas: Areas, known: Judgement) -> Judgement:
    """Train a judgement of one repository on these samples, held near `known`."""
    tagged = [sample for sample in samples if sample.labelled.areas]
    counts = Counter(key for sample in tagged for key in sample.labelled.areas)
    keys = tuple(sorted(key for key, count in counts.items() if count >= _OFTEN))
    model = known.area_model
    if len(tagged) >= _LEAST and keys:
        said = [(sample.evidence, _said(sample, areas)) for sample in tagged]
        model = fit_areas(said, [sample.labelled.areas for sample in tagged], keys)
    enough = sum(bool(sample.labelled.type or sample.labelled.importance) for sample in samples) >= _LEAST
    classifier = train(samples, prior=known.classifier, strength=_STRENGTH, least=_SEEN) if enough else known.classifier
    return Judgement(classifier, model)


def _said(sample: Sample, areas: Areas) -> tuple[str, ...]:
    commit = sample.labelled.commit
    return areas.of(replace(read_title(commit.subject), topics=()), commit.files)


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a judgement: what people said and what a judgement says of each commit, and the score of such pairs."""

    name: str
    measure: str
    pairs: Callable[[Sequence[Sample], Judgement, Areas], Sequence[Any]]
    score: Callable[[Sequence[Any]], float]


def _types(samples: Sequence[Sample], judgement: Judgement, _areas: Areas) -> list[tuple[str, str]]:
    typed = [sample for sample in samples if sample.labelled.type in TYPES]
    return [(str(s.labelled.type), str(s.plain or next(iter(judgement.classifier.types(s.evidence))))) for s in typed]


def _type_score(pairs: Sequence[tuple[str, str]]) -> float:
    counts = Counter(truth for truth, _ in pairs)
    return macro_f1(pairs, sorted(kind for kind, count in counts.items() if count >= _SCORED))


def _importance(samples: Sequence[Sample], judgement: Judgement, _areas: Areas) -> list[tuple[bool, float]]:
    ranked = [sample for sample in samples if sample.labelled.importance and not sample.is_bot]
    return [(s.labelled.importance == "high", judgement.classifier.levels(s.evidence)["high"]) for s in ranked]


def _tagged(
    samples: Sequence[Sample], judgement: Judgement, areas: Areas
) -> list[tuple[frozenset[str], frozenset[str]]]:
    pairs = []
    for sample in samples:
        if sample.labelled.areas:
            said = _said(sample, areas)
            found = judgement.area_model.areas(sample.evidence, said) if judgement.area_model else said
            pairs.append((frozenset(sample.labelled.areas), frozenset(found)))
    return pairs


_PARTS: tuple[_Part, ...] = (
    _Part("types", "macro-F1", _types, _type_score),
    _Part("importance", "AUC of high", _importance, auc),
    _Part("areas", "micro-F1", _tagged, micro_f1),
)


def _trial(
    part: _Part, older: Sequence[Sample], newer: Sequence[Sample], areas: Areas, known: Judgement, own: Judgement
) -> Trial:
    theirs, ours = part.pairs(newer, known, areas), part.pairs(newer, own, areas)
    learned, before, after = len(part.pairs(older, known, areas)), part.score(theirs), part.score(ours)
    used = learned >= _LEAST and after > before and _is_no_luck(part.score, theirs, ours)
    return Trial(part.name, part.measure, learned, len(ours), before, after, used)


def _is_no_luck(score: Callable[[Sequence[Any]], float], theirs: Sequence[Any], ours: Sequence[Any]) -> bool:
    """Whether the own judgement would have been the better one on nearly any other such commits."""
    draw = random.Random(1)  # noqa: S311 - resampling, no secret
    better = 0
    for _ in range(_DRAWS):
        chosen = draw.choices(range(len(ours)), k=len(ours))
        better += score([ours[index] for index in chosen]) > score([theirs[index] for index in chosen])
    return better >= _SURE * _DRAWS
