"""What the people of a repository did about a change, as signals: labels of its pull request and of the issues that it closes, votes."""

import math
import re
from collections.abc import Iterator

from analysis.commits.pull_request import PullRequest
from analysis.commits.title import ChangeType
from analysis.triage.prominence import Signal

_MOST_VOTES = 3.0  # e^3 votes: beyond some twenty, more say nothing
_URGENT = re.compile(
    r"(?:^|[\s:/_-])(?:p[-_]?0|blocker|blocking|critical(?:[-_ ]urgent)?|urgent|regression|high[-_ ]priority|sev(?:erity)?[-_ :/]*(?:0|1|high|critical)"
    r"|pri(?:o|ority)?[-_ :/]+(?:0|high|highest|critical|urgent|must[-_ ]?have)|crash|panic|hang|deadlock|data[-_ ]?(?:loss|corruption)|memory[-_ ]?(?:leak|safety)"
    r"|unsound(?:ness)?|security|vulnerability|cve)(?:$|[\s:/_-])|紧急|严重|安全",
    re.IGNORECASE,
)
"""Labels by which maintainers say that something must not wait: Kubernetes' `priority/critical-urgent`, Rust's `I-crash`, `P0`."""
_BACKPORTED = re.compile(
    r"(?:^|[\s:/_-])(?:(?:needs?|auto|to)[-_ ]?)?(?:back[-_ ]?port(?:ed|s)?|cherry[-_ ]?pick(?:ed|s)?)(?:$|[\s:/_.\d-])",
    re.IGNORECASE,
)
"""Labels that ask for a change in releases that are out already."""
_NOT = re.compile(r"(?:^|[\s:/_-])(?:no|not|skip|without|non|never|dont|don't|low)[-_ :/]", re.IGNORECASE)
_SLIGHT = re.compile(
    r"(?:^|[\s:/_-])(?:trivial|nit|typo|minor|chore|cleanup|clean[-_ ]up|skip[-_ ](?:changelog|news|release[-_ ]notes?)|no[-_ ](?:changelog|news|release[-_ ]notes?)|release[-_ ]note[-_ ]none"
    r"|changelog[-_: ]*(?:skip|none))(?:$|[\s:/_-])",
    re.IGNORECASE,
)
"""Labels that say of a change that users need not hear of it."""
_KINDS = (
    (ChangeType.BREAKING, re.compile(r"\b(?:breaking|backwards?[-_ ]incompatible|bc[-_ ]break|api[-_ ]change)", re.IGNORECASE)),
    (ChangeType.SECURITY, re.compile(r"\b(?:security|vulnerability|cve)\b", re.IGNORECASE)),
    (ChangeType.BUGFIX, re.compile(r"\b(?:bugs?|bug[-_ ]?fix|regression|crash|defect)\b", re.IGNORECASE)),
    (ChangeType.PERFORMANCE, re.compile(r"\b(?:perf(?:ormance)?|speed)\b", re.IGNORECASE)),
    (ChangeType.FEATURE, re.compile(r"\b(?:feature|enhancement|new[-_ ]model)\b", re.IGNORECASE)),
)  # fmt: skip


def signals_of_people(pull_request: PullRequest | None) -> Iterator[Signal]:
    """Yield what the labels and the votes say; nothing where there is no pull request."""
    if pull_request is None:
        return
    closed = [issue for issue in pull_request.issues if issue.closes]
    labels = [*pull_request.labels, *(label for issue in closed for label in issue.labels)]
    urgent = next((label for label in labels if _URGENT.search(label) and not _NOT.search(label)), None)
    if urgent:
        yield Signal("labelled", code="labelled", detail=urgent)
    backported = next(
        (label for label in pull_request.labels if _BACKPORTED.search(label) and not _NOT.search(label)), None
    )
    if backported:
        yield Signal("backported", code="backported", detail=backported)
    votes = pull_request.reactions + sum(issue.reactions for issue in closed)
    if votes:
        yield Signal("wanted", min(math.log1p(votes), _MOST_VOTES), code="wanted", detail=str(votes))
    if any(_SLIGHT.search(label) for label in pull_request.labels) and not urgent:
        yield Signal("slight", code="slight")


def labelled_type(pull_request: PullRequest | None) -> ChangeType | None:
    """Return the type that its labels give a change, else those of the issues that it closes; None where they differ or say none."""
    if pull_request is None:
        return None
    closed = [label for issue in pull_request.issues if issue.closes for label in issue.labels]
    for labels in (pull_request.labels, closed):
        found = {kind for label in labels if not _NOT.search(label) for kind in [_kind(label)] if kind}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _kind(label: str) -> ChangeType | None:
    return next((kind for kind, form in _KINDS if form.search(label)), None)
