"""Learning a repository: its own past trains a judgement of its own, kept where it beats the one that ships."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from analysis.areas import Areas
from analysis.judgement import Judgement
from analysis.judgement.area_model import fit_areas
from analysis.judgement.classifier import Classifier
from analysis.judgement.evidence import TYPES
from analysis.judgement.scoring import auc, macro_f1, micro_f1
from analysis.judgement.training import Sample, sample_of, train
from analysis.records import Labelled
from analysis.title import read_title

HELD_OUT = 0.2
"""The newest part of the past, which the trial is made on."""

_LEAST = 60  # labelled commits; fewer teach nothing that lasts
_STRENGTH = 0.1
_SEEN = 2
_OFTEN = 3
_SCORED = 5  # commits of a type in the newer part; fewer make its score a matter of luck


@dataclass(frozen=True, slots=True)
class Trial:
    """How the two judgements did on the newest part of the past, which neither had seen.

    Attributes:
        part: `types`, `importance` or `areas`; `measure`: what the scores are.
        learned, tried: labelled commits in the older part and in the newer.
        before, after: the scores of the shipped judgement and of the own one; NaN where there is nothing to score.
        used: whether the own one is taken.
    """

    part: str
    measure: str
    learned: int
    tried: int
    before: float
    after: float
    used: bool


def learn(past: Sequence[Labelled], areas: Areas, known: Judgement) -> tuple[Judgement, tuple[Trial, ...]]:
    """Train on the older part, try on the newer, and train anew on all of it what did better than `known`.

    `past` comes the oldest first. Too little of it leaves `known` as it is.
    """
    samples = [sample_of(one) for one in past]
    cut = round(len(samples) * (1 - HELD_OUT))
    older, newer = samples[:cut], samples[cut:]
    own = judgement_of(older, areas, known)
    trials = tuple(
        _trial(part, measure, score, older, newer, known, own)
        for part, measure, score in (
            ("types", "macro-F1", _types),
            ("importance", "AUC of high", _importance),
            ("areas", "micro-F1", lambda ones, judgement: _areas(ones, judgement, areas)),
        )
    )
    whole = judgement_of(samples, areas, known)
    used = {trial.part for trial in trials if trial.used}
    base, better = known.classifier, whole.classifier
    classifier = Classifier(
        better.subject if "types" in used else base.subject,
        better.product if "types" in used else base.product,
        better.level if "importance" in used else base.level,
    )
    return Judgement(classifier, whole.area_model if "areas" in used else known.area_model), trials


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


_Score = Callable[[Sequence[Sample], Judgement], tuple[int, float]]


def _trial(
    part: str,
    measure: str,
    score: _Score,
    older: Sequence[Sample],
    newer: Sequence[Sample],
    known: Judgement,
    own: Judgement,
) -> Trial:
    tried, before = score(newer, known)
    _, after = score(newer, own)
    learned, _ = score(older, known)
    return Trial(part, measure, learned, tried, before, after, learned >= _LEAST and after > before)


def _types(samples: Sequence[Sample], judgement: Judgement) -> tuple[int, float]:
    typed = [sample for sample in samples if sample.labelled.type in TYPES]
    pairs = [(str(s.labelled.type), str(s.plain or next(iter(judgement.classifier.types(s.evidence))))) for s in typed]
    counts = Counter(truth for truth, _ in pairs)
    return len(pairs), macro_f1(pairs, sorted(kind for kind, count in counts.items() if count >= _SCORED))


def _importance(samples: Sequence[Sample], judgement: Judgement) -> tuple[int, float]:
    ranked = [sample for sample in samples if sample.labelled.importance and not sample.is_bot]
    return len(ranked), auc(
        [(s.labelled.importance == "high", judgement.classifier.levels(s.evidence)["high"]) for s in ranked]
    )


def _areas(samples: Sequence[Sample], judgement: Judgement, areas: Areas) -> tuple[int, float]:
    pairs = []
    for sample in samples:
        if sample.labelled.areas:
            said = _said(sample, areas)
            found = judgement.area_model.areas(sample.evidence, said) if judgement.area_model else said
            pairs.append((frozenset(sample.labelled.areas), frozenset(found)))
    return len(pairs), micro_f1(pairs)
