"""The classifier: what a commit is and how much it matters, learned from what maintainers said about theirs.

Three linear models: what a change is about (the product, or something around it), what kind of product change it is, and
how much people care. Each says which evidence moved it. If a repository's own past was learned, trees have a say in types, too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from pathlib import Path
from typing import Any

from analysis.commits.title import ChangeType
from analysis.triage.learned.evidence import TYPES, Evidence
from analysis.triage.learned.softmax import Softmax
from analysis.triage.learned.trees import Trees

PRODUCT = (
    ChangeType.FEATURE,
    ChangeType.BUGFIX,
    ChangeType.PERFORMANCE,
    ChangeType.REFACTOR,
    ChangeType.BREAKING,
)
"""The types of changes to the product itself."""

SUBJECTS = (
    "product",
    ChangeType.DOCS,
    ChangeType.TESTS,
    ChangeType.CI_BUILD,
    ChangeType.DEPENDENCIES,
    ChangeType.REVERT,
)
LEVELS = ("high", "medium", "low")

SUBJECT_ROWS = (tuple(map(TYPES.index, PRODUCT)), *((TYPES.index(kind),) for kind in SUBJECTS[1:]))
PRODUCT_ROWS = tuple((TYPES.index(kind),) for kind in PRODUCT)
LEVEL_ROWS = tuple(
    tuple(map(TYPES.index, kinds))
    for kinds in (
        (ChangeType.FEATURE, ChangeType.BREAKING),
        (ChangeType.BUGFIX, ChangeType.PERFORMANCE),
        (ChangeType.DOCS, ChangeType.TESTS, ChangeType.CI_BUILD, ChangeType.REFACTOR, ChangeType.DEPENDENCIES),
    )
)
"""For each class, the rows of lexical evidence that speak for it."""

WEIGHTS = Path(__file__).parent / "weights.json"
"""The weights that ship with Daybrief."""


_SECOND_SHARE = 0.3
_LEAST_CHANCE = 1e-4
"""What the trees never saw is unlikely, not impossible."""


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """Trees learned from a repository's own past, over its commits' numbers and other repositories' models' predictions for them.

    The linear models learn thousands of words and folders by heart; trees see a few numbers and how they combine. Their
    mistakes differ, so that together they make fewer.

    Attributes:
        subject, product: the models of other repositories.
    """

    subject: Softmax
    product: Softmax
    trees: Trees

    def chances(self, evidence: Evidence) -> dict[ChangeType, float]:
        """Return how likely each type is; they sum to 1."""
        scores = self.trees.scores(numbers(evidence, self.subject, self.product))
        raised = [exp(score - max(scores)) for score in scores]
        return {kind: value / sum(raised) for kind, value in zip(TYPES, raised, strict=True)}

    def dump(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"subject": self.subject.dump(), "product": self.product.dump(), "trees": self.trees.dump()}

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "SecondOpinion":
        """Make the second opinion from what `dump` returned."""
        return cls(Softmax.load(data["subject"]), Softmax.load(data["product"]), Trees.load(data["trees"]))


def numbers(evidence: Evidence, subject: Softmax, product: Softmax) -> dict[str, float]:
    """Return the trees' inputs, by name: signals, lexical evidence, and the log-probability that the models give each type."""
    rows = zip(TYPES, evidence.lexical, strict=True)
    lexical = {f"lexical {kind} {column}": value for kind, row in rows for column, value in enumerate(row) if value}
    expected = {
        f"expected {kind}": log(max(chance, _LEAST_CHANCE))
        for kind, chance in _chances(subject.probabilities(evidence), product.probabilities(evidence)).items()
    }
    return evidence.signals | lexical | expected


def _chances(about: Mapping[str, float], kinds: Mapping[str, float]) -> dict[ChangeType, float]:
    chances = {ChangeType(kind): about["product"] * chance for kind, chance in kinds.items()}
    return chances | {ChangeType(name): chance for name, chance in about.items() if name != "product"}


@dataclass(frozen=True, slots=True)
class Classifier:
    """Three models that read the same evidence; `second`: what was learned from a repository's own past in addition."""

    subject: Softmax
    product: Softmax
    level: Softmax
    second: SecondOpinion | None = None

    def types(self, evidence: Evidence) -> dict[ChangeType, float]:
        """Return how likely each type is, the likeliest first; they sum to 1.

        What the change is about is decided first: the likeliest type of the likeliest subject leads. With a second
        opinion, the two are combined by the weighted mean of their log-probabilities.
        """
        about = self.subject.probabilities(evidence)
        kinds = self.product.probabilities(evidence)
        chances = _chances(about, kinds)
        if self.second:
            other = self.second.chances(evidence)
            pooled = {
                kind: max(chance, _LEAST_CHANCE) ** (1 - _SECOND_SHARE)
                * max(other[kind], _LEAST_CHANCE) ** _SECOND_SHARE
                for kind, chance in chances.items()
            }
            total = sum(pooled.values())
            return {kind: value / total for kind, value in sorted(pooled.items(), key=lambda pair: -pair[1])}
        subject = max(about, key=lambda name: about[name])
        first = max(kinds, key=lambda name: kinds[name]) if subject == "product" else subject
        return dict(sorted(chances.items(), key=lambda pair: (pair[0] != first, -pair[1])))

    def levels(self, evidence: Evidence) -> dict[str, float]:
        """Return how likely it is that people rate the change's importance high, medium and low."""
        return self.level.probabilities(evidence)

    def why(self, evidence: Evidence) -> list[tuple[str, float]]:
        """Return the evidence that moved the importance most, by its name, the strongest first; negative: down."""
        up, down = self.level.shares(evidence, "high"), self.level.shares(evidence, "low")
        return sorted(
            ((name, share - down[name]) for name, share in up.items()), key=lambda pair: (-abs(pair[1]), pair[0])
        )

    def dump(self) -> dict[str, Any]:
        """Return the weights as plain data."""
        models = {"subject": self.subject.dump(), "product": self.product.dump(), "level": self.level.dump()}
        return models | ({"second": self.second.dump()} if self.second else {})

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "Classifier":
        """Make the classifier from what `dump` returned."""
        subject, product, level = (Softmax.load(data[name]) for name in ("subject", "product", "level"))
        return cls(subject, product, level, SecondOpinion.load(data["second"]) if "second" in data else None)


@lru_cache(maxsize=1)
def shipped() -> Classifier:
    """Return the classifier that ships with Daybrief; `analysis/triage/learned/training.py` says how it was made."""
    return Classifier.load(json.loads(WEIGHTS.read_text(encoding="utf-8")))
