"""Sorting and ranking commits by what was learned: evidence, a small linear classifier, and its training.

The classifier is explainable (each decision names the evidence that weighed most) and knows nothing about rules:
`analysis.triage.triage` bounds its verdict.
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
    """The learned models that commits are judged by: from other repositories, or from their own.

    Attributes:
        area_model: how this repository's people tag; None if only the vocabulary decides.
        is_own: whether the types were learned from the repository itself, whose titles may use words of their own.
    """

    classifier: Classifier
    area_model: AreaModel | None = None
    is_own: bool = False

    def areas_of(
        self, areas: Areas, title: Title, files: Sequence[FileChange], evidence: Evidence, repo: str = ""
    ) -> tuple[str, ...]:
        """Return the areas of a commit in `repo`, the surest first; those that only its past shows if there is no other."""
        said = areas.of(title, files, repo)
        if self.area_model is None or areas.tagged(title):
            return said
        found = areas.of(title, files, repo, is_evidence=True)
        named = [key for key in found if key in self.area_model.keys or not areas.is_learned(key)]
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
        """Make the judgement from what `dump` returned."""
        model = data["area_model"]
        return cls(
            Classifier.load(data["classifier"]), AreaModel.load(model) if model else None, data.get("is_own", False)
        )


@lru_cache(maxsize=1)
def general_judgement() -> Judgement:
    """Return what ships with Daybrief, learned from other repositories."""
    return Judgement(shipped())
