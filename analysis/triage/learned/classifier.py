"""The classifier: what a commit is and how much it matters, learned from what maintainers said of theirs.

Three linear models: what a change is about (the product, or something around it), what a change of the product is, and
how much people care. Each says which evidence moved it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.commits.title import ChangeType
from analysis.triage.learned.evidence import TYPES, Evidence
from analysis.triage.learned.softmax import Softmax

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
"""The weights that come with Daybrief."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """Three models that read the same evidence."""

    subject: Softmax
    product: Softmax
    level: Softmax

    def types(self, evidence: Evidence) -> dict[ChangeType, float]:
        """Return how likely each type is, the likeliest first; they sum to 1.

        What the change is about is decided first: the likeliest type of the likeliest subject leads.
        """
        about = self.subject.probabilities(evidence)
        kinds = self.product.probabilities(evidence)
        chances = {ChangeType(kind): about["product"] * chance for kind, chance in kinds.items()}
        chances |= {ChangeType(name): chance for name, chance in about.items() if name != "product"}
        subject = max(about, key=lambda name: about[name])
        first = max(kinds, key=lambda name: kinds[name]) if subject == "product" else subject
        return dict(sorted(chances.items(), key=lambda pair: (pair[0] != first, -pair[1])))

    def levels(self, evidence: Evidence) -> dict[str, float]:
        """Return how likely it is that people find the change highly, fairly and hardly important."""
        return self.level.probabilities(evidence)

    def why(self, evidence: Evidence) -> list[tuple[str, float]]:
        """Return the evidence that moved the importance most, by its name, the strongest first; negative: down."""
        up, down = self.level.shares(evidence, "high"), self.level.shares(evidence, "low")
        return sorted(
            ((name, share - down[name]) for name, share in up.items()), key=lambda pair: (-abs(pair[1]), pair[0])
        )

    def dump(self) -> dict[str, Any]:
        """Return the weights as plain data."""
        return {"subject": self.subject.dump(), "product": self.product.dump(), "level": self.level.dump()}

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "Classifier":
        """Make the classifier of what `dump` returned."""
        return cls(Softmax.load(data["subject"]), Softmax.load(data["product"]), Softmax.load(data["level"]))


@lru_cache(maxsize=1)
def shipped() -> Classifier:
    """Return the classifier that comes with Daybrief: `analysis/triage/learned/training.py` says how it was made."""
    return Classifier.load(json.loads(WEIGHTS.read_text(encoding="utf-8")))
