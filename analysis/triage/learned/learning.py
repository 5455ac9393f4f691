"""Learning a repository: its past trains a judgement of its own, kept if it beats the one that ships."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeVar

from analysis.commits.records import Labelled
from analysis.commits.title import read_title
from analysis.triage.areas import Areas
from analysis.triage.learned import Judgement
from analysis.triage.learned.area_model import fit_areas
from analysis.triage.learned.classifier import Classifier
from analysis.triage.learned.evidence import TYPES
from analysis.triage.learned.scoring import auc, macro_f1, micro_f1
from analysis.triage.learned.training import Sample, sample_of, train

LEAST_LABELS = 100
"""Labelled commits below which a repository is not learned at all."""

HELD_OUT = 0.2
"""The newest share of a past, held out when it is split once."""

FOLDS = (0.4, 0.6, 0.8)
"""Shares of the past, oldest first, that are learned from before the following commits, up to the next share, are judged."""

_LEAST = 60  # labelled commits; fewer teach nothing that lasts
_SHIPPED_COUNTS = 200  # own commits that weigh as much as what was learned from other repositories
_SEEN = 2
_OFTEN = 3
_DRAWS, _SURE = 200, 0.99
"""Number of resamples, and the share of them in which the vocabulary must do better at an area to keep it."""
_SCORED = 5  # commits of a type; with fewer, its score is a matter of luck


@dataclass(frozen=True, slots=True)
class Trial:
    """How the two judgements did on a repository's past, each commit judged only by what was learned from older ones.

    Attributes:
        part: `types`, `importance` or `areas`; `measure`: what the scores are.
        learned, tried: labelled commits in the whole past, and those that were judged this way.
        before, after: the scores of the shipped judgement and of the own one; NaN if there is nothing to score.
        used: whether the own one is used: it did better, and not by luck.
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
    """Split a past, oldest first, into what is learned from and the newest part, which is held out."""
    cut = round(len(past) * (1 - HELD_OUT))
    return past[:cut], past[cut:]


def learn(past: Sequence[Labelled], areas: Areas, known: Judgement) -> tuple[Judgement, tuple[Trial, ...]]:
    """Train the past's own judgement, and keep the parts that do better than `known` on commits newer than those seen.

    `past` is oldest first. Each part is tried by cross-validation over time, and each area separately: if the vocabulary is
    clearly better at one, it keeps it. A past that is too short leaves `known` as it is.
    """
    samples = [sample_of(one) for one in past]
    ahead = _judged_ahead(samples, areas, known)
    left = _better_known(ahead["areas"])
    ahead["areas"] = [(truth, theirs, (ours - left) | (theirs & left)) for truth, theirs, ours in ahead["areas"]]
    trials = tuple(_trial(part, len(part.truths(samples)), ahead[part.name]) for part in _PARTS)
    used = {trial.part for trial in trials if trial.used}
    whole = judgement_of(samples, areas, known) if used else known
    base, better = known.classifier, whole.classifier
    classifier = Classifier(
        better.subject if "types" in used else base.subject,
        better.product if "types" in used else base.product,
        better.level if "importance" in used else base.level,
        better.second if "types" in used else base.second,
    )
    own = whole.area_model.without(left | areas.broad) if "areas" in used and whole.area_model else known.area_model
    return Judgement(classifier, own, is_own="types" in used), trials


def _judged_ahead(samples: Sequence[Sample], areas: Areas, known: Judgement) -> dict[str, list[tuple[Any, Any, Any]]]:
    """Judge the newer commits by `known` and by what was learned from those before them: truth, theirs and ours for each part."""
    found: dict[str, list[tuple[Any, Any, Any]]] = {part.name: [] for part in _PARTS}
    cuts = [round(share * len(samples)) for share in (*FOLDS, 1.0)]
    for cut, end in pairwise(cuts):
        own = judgement_of(samples[:cut], areas, known)
        for part in _PARTS:
            newer = part.truths(samples[cut:end])
            found[part.name] += [
                (truth, part.guess(sample, known, areas), part.guess(sample, own, areas)) for sample, truth in newer
            ]
    return found


def _better_known(judged: Sequence[tuple[frozenset[str], frozenset[str], frozenset[str]]]) -> frozenset[str]:
    """Return the areas at which the vocabulary is clearly better than the own model."""
    found = set()
    for key in {key for sets in judged for one in sets for key in one}:
        theirs, ours = ([(sets[0] & {key}, sets[at] & {key}) for sets in judged] for at in (1, 2))
        if micro_f1(theirs) > micro_f1(ours) and _how_likely(micro_f1, ours, theirs) > _SURE:
            found.add(key)
    return frozenset(found)


def judgement_of(samples: Sequence[Sample], areas: Areas, known: Judgement) -> Judgement:
    """Train a judgement of one repository on these samples, held near `known`."""
    tagged = [sample for sample in samples if sample.labelled.areas]
    model = known.area_model
    if len(tagged) >= _LEAST:
        said = [_said(sample, areas) for sample in tagged]
        counts = Counter(key for sample in tagged for key in sample.labelled.areas)
        often = {key for key, count in counts.items() if count >= _OFTEN}
        keys = tuple(sorted(often.union(*said)))
        found = [(sample.evidence, own) for sample, own in zip(tagged, said, strict=True)]
        model = fit_areas(found, [sample.labelled.areas for sample in tagged], keys)
    said_of = sum(bool(sample.labelled.type or sample.labelled.importance) for sample in samples)
    if said_of < _LEAST:
        return Judgement(known.classifier, model)
    strength = _SHIPPED_COUNTS / said_of
    return Judgement(train(samples, prior=known.classifier, strength=strength, least=_SEEN), model)


def _said(sample: Sample, areas: Areas, *, is_evidence: bool = True) -> tuple[str, ...]:
    commit = sample.labelled.commit
    title = replace(read_title(commit.subject), topics=())
    return areas.of(title, commit.files, commit.repo, is_evidence=is_evidence)


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a judgement: what people said about a commit (None: nothing), what a judgement says, and the score of such pairs.

    Attributes:
        likely: the share of resamples in which the own judgement must be better. For types and areas it is held so near the
            shipped one that a mistake costs little; for importance, readers know more than maintainers' labels do.
    """

    name: str
    measure: str
    truth: Callable[[Sample], Any]
    guess: Callable[[Sample, Judgement, Areas], Any]
    score: Callable[[Sequence[Any]], float]
    likely: float

    def truths(self, samples: Sequence[Sample]) -> list[tuple[Sample, Any]]:
        """Return the samples that people said something about, with what they said."""
        return [(sample, truth) for sample in samples if (truth := self.truth(sample)) is not None]


def _type(sample: Sample) -> str | None:
    return sample.labelled.type if sample.labelled.type in TYPES else None


def _guessed_type(sample: Sample, judgement: Judgement, _areas: Areas) -> str:
    return str(sample.plain or next(iter(judgement.classifier.types(sample.evidence))))


def _type_score(pairs: Sequence[tuple[str, str]]) -> float:
    counts = Counter(truth for truth, _ in pairs)
    return macro_f1(pairs, sorted(kind for kind, count in counts.items() if count >= _SCORED))


def _is_high(sample: Sample) -> bool | None:
    ranked = sample.labelled.importance and not sample.is_bot
    return sample.labelled.importance == "high" if ranked else None


def _chance_of_high(sample: Sample, judgement: Judgement, _areas: Areas) -> float:
    return judgement.classifier.levels(sample.evidence)["high"]


def _tagged(sample: Sample) -> frozenset[str] | None:
    return frozenset(sample.labelled.areas) or None


def _guessed_areas(sample: Sample, judgement: Judgement, areas: Areas) -> frozenset[str]:
    said = _said(sample, areas, is_evidence=judgement.area_model is not None)
    return frozenset(judgement.area_model.areas(sample.evidence, said) if judgement.area_model else said)


_PARTS: tuple[_Part, ...] = (
    _Part("types", "macro-F1", _type, _guessed_type, _type_score, 0.5),
    _Part("importance", "AUC of high", _is_high, _chance_of_high, auc, 0.97),
    _Part("areas", "micro-F1", _tagged, _guessed_areas, micro_f1, 0.5),
)


def _trial(part: _Part, learned: int, judged: Sequence[tuple[Any, Any, Any]]) -> Trial:
    theirs, ours = [(truth, guess) for truth, guess, _ in judged], [(truth, guess) for truth, _, guess in judged]
    before, after = part.score(theirs), part.score(ours)
    used = learned >= _LEAST and after > before and _how_likely(part.score, theirs, ours) > part.likely
    return Trial(part.name, part.measure, learned, len(judged), before, after, used)


def _how_likely(score: Callable[[Sequence[Any]], float], worse: Sequence[Any], better: Sequence[Any]) -> float:
    """Return the share of resamples in which `better` scores higher than `worse`."""
    draw = random.Random(1)  # noqa: S311 - resampling, no secret
    found = 0
    for _ in range(_DRAWS):
        chosen = draw.choices(range(len(better)), k=len(better))
        found += score([better[index] for index in chosen]) > score([worse[index] for index in chosen])
    return found / _DRAWS
