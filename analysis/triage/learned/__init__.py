"""How commits are sorted and ranked by what was learned: evidence, a small linear classifier, and how it is trained.

The classifier is explainable (each decision names the evidence that weighed most) and knows nothing of rules: its word
is bounded by `analysis.triage.triage`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from analysis.commits.commit import FileChange
from analysis.commits.title import Title
from analysis.triage.areas import Areas
from analysis.triage.learned.area_model import AreaModel
from analysis.triage.learned.classifier import Classifier, shipped
from analysis.triage.learned.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was learned that commits are judged by: of other repositories, or of their own.

    Attributes:
        area_model: how this repository's people tag; None where only the vocabulary decides.
        is_own: whether the types were learned of the repository itself, whose titles may say them in words of their own.
    """

    classifier: Classifier
    area_model: AreaModel | None = None
    is_own: bool = False

    def areas_of(
        self, areas: Areas, title: Title, files: Sequence[FileChange], evidence: Evidence, repo: str = ""
    ) -> tuple[str, ...]:
        """Return the areas of a commit of `repo`, the surest first; those that only its past shows where there is no other."""
        said = areas.of(title, files, repo)
        if self.area_model is None or areas.tagged(title):
            return said
        named = [key for key in said if key in self.area_model.keys or not areas.is_learned(key)]
        return self.area_model.areas(evidence, named) or said

    def dump(self) -> dict[str, Any]:
        """Return the judgement as plain data."""
        return {
            "classifier": self.classifier.dump(),
            "area_model": self.area_model.dump() if self.area_model else None,
            "is_own": self.is_own,
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "Judgement":
        """Make the judgement of what `dump` returned."""
        model = data["area_model"]
        return cls(
            Classifier.load(data["classifier"]), AreaModel.load(model) if model else None, data.get("is_own", False)
        )


@lru_cache(maxsize=1)
def general_judgement() -> Judgement:
    """Return what comes with Daybrief, learned of other repositories."""
    return Judgement(shipped())
