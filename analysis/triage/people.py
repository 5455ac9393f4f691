"""What a repository's people did about a change, as signals: labels on its pull request and the issues it closes, votes."""

import math
from collections.abc import Iterator

from analysis.commits.pull_request import PullRequest
from analysis.commits.title import ChangeType
from analysis.i18n.patterns import Patterns
from analysis.triage.prominence import Signal

_MOST_VOTES = 3.0  # e^3 votes: beyond about twenty, more add nothing
_PATTERNS = Patterns(__file__, "people")


def signals_of_people(pull_request: PullRequest | None) -> Iterator[Signal]:
    """Yield what the labels and votes say; nothing without a pull request."""
    if pull_request is None:
        return
    closed = [issue for issue in pull_request.issues if issue.closes]
    labels = [*pull_request.labels, *(label for issue in closed for label in issue.labels)]
    urgent = next(
        (label for label in labels if _PATTERNS.urgent.search(label) and not _PATTERNS.negation.search(label)), None
    )
    if urgent:
        yield Signal("labelled", code="labelled", detail=urgent)
    backported = next(
        (
            label
            for label in pull_request.labels
            if _PATTERNS.backported.search(label) and not _PATTERNS.negation.search(label)
        ),
        None,
    )
    if backported:
        yield Signal("backported", code="backported", detail=backported)
    votes = pull_request.reactions + sum(issue.reactions for issue in closed)
    if votes:
        yield Signal("wanted", min(math.log1p(votes), _MOST_VOTES), code="wanted", detail=str(votes))
    if any(_PATTERNS.slight.search(label) for label in pull_request.labels) and not urgent:
        yield Signal("slight", code="slight")


def labelled_type(pull_request: PullRequest | None) -> ChangeType | None:
    """Return the type given by a change's labels, else by those of the issues it closes; None if they disagree or give none."""
    if pull_request is None:
        return None
    closed = [label for issue in pull_request.issues if issue.closes for label in issue.labels]
    for labels in (pull_request.labels, closed):
        found = {kind for label in labels if not _PATTERNS.negation.search(label) for kind in [_kind(label)] if kind}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _kind(label: str) -> ChangeType | None:
    return next((ChangeType(kind) for kind, form in _PATTERNS["kinds"].items() if form.search(label)), None)
