"""How the shipped weights are made: `python -m analysis.triage.learned.training LABELS… --out FILE`.

The recipe is all here: which samples, which penalties, no randomness. The same records give the same weights.
Label files are described in `analysis/commits/records.py`; anybody can mine them from titles, fragments and release notes.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.commits.bots import is_bot
from analysis.commits.records import Labelled, read_labels
from analysis.commits.title import ChangeType, plain_type, read_title
from analysis.facts import facts_of
from analysis.triage.learned.classifier import (
    LEVEL_ROWS,
    LEVELS,
    PRODUCT,
    PRODUCT_ROWS,
    SUBJECT_ROWS,
    SUBJECTS,
    WEIGHTS,
    Classifier,
    SecondOpinion,
    numbers,
)
from analysis.triage.learned.evidence import TYPES, Evidence, gather
from analysis.triage.learned.softmax import Penalty, Softmax, balanced, fit
from analysis.triage.learned.trees import fit_trees
from analysis.triage.sketch import sketch

_SUBJECT = Penalty(lexical=1e-4, signals=2e-2, words=2e-3, balance=0.8)
_PRODUCT = Penalty(lexical=1e-4, signals=4e-2, words=5e-2, balance=0.8)
_LEVEL = Penalty(lexical=1e-2, signals=1e-2, words=3e-2, balance=0.7)
_OWN_SUBJECT = replace(_SUBJECT, lexical=1e-2, words=2e-2, balance=0.6)
_OWN_PRODUCT = replace(_PRODUCT, lexical=1e-2, balance=0.6)
"""For a repository's own past: its folders are learned like words, and there are more of them than commits. What its people seldom
say of a change, they will seldom say again, so that rare types are boosted less."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A training sample: a commit's evidence, and what people said about it.

    Attributes:
        plain: the type that the title's words alone make certain; nothing is learned from such a sample's type.
    """

    labelled: Labelled
    evidence: Evidence
    plain: str | None
    is_bot: bool


def sample_of(labelled: Labelled) -> Sample:
    """Gather the evidence of a labelled commit, whose title must not say its label."""
    commit, by_bot = labelled.commit, is_bot(labelled.commit)
    title = read_title(commit.subject).text
    evidence = gather(commit, title, facts_of(commit), sketch(commit))
    return Sample(labelled, evidence, plain_type(title, by_bot=by_bot), by_bot)


def train(
    samples: Sequence[Sample], *, prior: Classifier | None = None, strength: float = 1.0, least: int = 5
) -> Classifier:
    """Fit the three models to samples, leaving out words that occur in fewer than `least` of them.

    With a `prior` the new classifier is held near it, as strongly as `strength` says, and has a second opinion on types.
    """
    about_penalty, product_penalty = (_OWN_SUBJECT, _OWN_PRODUCT) if prior else (_SUBJECT, _PRODUCT)
    typed = [sample for sample in samples if sample.labelled.type and not sample.plain]
    about = [sample for sample in typed if sample.labelled.type in {*PRODUCT, *SUBJECTS}]
    product = [sample for sample in typed if sample.labelled.type in PRODUCT]
    ranked = [sample for sample in samples if sample.labelled.importance in LEVELS and not sample.is_bot]

    def model(
        chosen: Sequence[Sample],
        labels: Sequence[str],
        classes: tuple[str, ...],
        rows: tuple[tuple[int, ...], ...],
        penalty: Penalty,
        known: Softmax | None,
    ) -> Softmax:
        if known and len(set(labels)) < 2:  # noqa: PLR2004 - nothing to tell apart
            return known
        return fit(
            [sample.evidence for sample in chosen],
            [classes.index(label) for label in labels],
            classes=classes,
            rows=rows,
            penalty=penalty.times(strength),
            prior=known,
            least=least,
        )

    subjects = [_subject(sample.labelled.type) for sample in about]
    kinds = [str(sample.labelled.type) for sample in product]
    levels = [str(sample.labelled.importance) for sample in ranked]
    return Classifier(
        model(about, subjects, SUBJECTS, SUBJECT_ROWS, about_penalty, prior.subject if prior else None),
        model(product, kinds, tuple(PRODUCT), PRODUCT_ROWS, product_penalty, prior.product if prior else None),
        model(ranked, levels, LEVELS, LEVEL_ROWS, _LEVEL, prior.level if prior else None),
        _second_opinion(about, prior) if prior and about else None,
    )


def _second_opinion(about: Sequence[Sample], prior: Classifier) -> SecondOpinion:
    import numpy as np

    labels = [TYPES.index(ChangeType(str(sample.labelled.type))) for sample in about]
    found = [numbers(sample.evidence, prior.subject, prior.product) for sample in about]
    weights = balanced(np.array(labels), len(TYPES), _OWN_SUBJECT.balance) * len(about)
    return SecondOpinion(prior.subject, prior.product, fit_trees(found, labels, len(TYPES), weights))


def _subject(kind: str | None) -> str:
    return "product" if kind in PRODUCT else str(kind)


def main() -> None:
    """Make the weights from label files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    made = train([sample_of(labelled) for labelled in read_labels(given.labels)])
    given.out.write_text(json.dumps(made.dump(), separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
