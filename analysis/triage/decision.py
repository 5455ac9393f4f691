"""The rank that a model or a person gives a commit, instead of that of the rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import kind_of
from analysis.commits.title import ChangeType
from analysis.facts import Fact
from analysis.triage.reason import Reason
from analysis.triage.triage import Importance, Triage, proven, settled

CORRECTED = "corrected"
"""The reason code if a person set the importance."""
OPINION = "opinion"
"""The reason code if a model says why a commit ranks as it does."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A model's opinion on a commit's rank, with its reason; types and areas are empty if it leaves them to the rules."""

    importance: Importance
    reason: str = ""
    types: tuple[ChangeType, ...] = ()
    areas: tuple[str, ...] = ()


def decide(triage: Triage, opinion: Opinion, commit: Commit, facts: Sequence[Fact]) -> Triage:
    """Apply a model's opinion, unless a person has decided or a fact forbids it.

    A model cannot overrule what is a release, what is a revert, or an area of the repository's own that the rules named.
    """
    if any(reason.code == CORRECTED for reason in triage.reasons):
        return triage
    kinds = {file.path: kind_of(file.path) for file in commit.files}
    # The rules never allow more than is proven: what they let be high need not be read again.
    floor, ceiling = proven(commit, facts, kinds, is_read=triage.ceiling is Importance.HIGH)
    bounded = replace(triage, floor=floor, ceiling=ceiling)
    importance = bounded.bounded(opinion.importance)
    reasons = tuple(reason for reason in triage.reasons if reason.code != OPINION)
    if opinion.reason and importance is opinion.importance:
        reasons = (Reason(OPINION, opinion.reason, 1.0), *reasons)
    fixed = tuple(kind for kind in triage.types if kind in {ChangeType.RELEASE, ChangeType.REVERT})
    return replace(
        settled(bounded, importance),
        reasons=reasons,
        types=tuple(dict.fromkeys((*fixed, *opinion.types)))
        if opinion.types and not commit.is_unseen
        else triage.types,
        is_type_certain=triage.is_type_certain or (bool(opinion.types) and not commit.is_unseen),
        areas=opinion.areas or triage.areas,
        by_rules=triage.importance if importance is not triage.importance else None,
    )


def corrected(triage: Triage, wanted: Importance) -> Triage:
    """Return the triage with the importance that a person gave the commit; it overrides rules and models."""
    rest = tuple(reason for reason in triage.reasons if reason.code != CORRECTED)
    return replace(settled(triage, wanted), reasons=(Reason(CORRECTED, wanted.value, 1.0), *rest))
