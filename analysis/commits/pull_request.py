"""What the people of a pull request wrote: the same from every source that knows pull requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

INSIDERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""Associations of a project's members.

https://docs.github.com/en/graphql/reference/enums#commentauthorassociation
"""


@dataclass(frozen=True, slots=True)
class LinkedIssue:
    """An issue that a pull request names.

    Attributes:
        repo: `owner/name`; issues of other repositories may be named.
        closes: the pull request says that it closes it, by GitHub's own references; else it is only related.
    """

    repo: str
    number: int
    title: str
    url: str
    labels: tuple[str, ...] = ()
    reactions: int = 0
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment below a pull request.

    Attributes:
        association: its author's association with the repository, in GitHub's words (`MEMBER`, `CONTRIBUTOR`, `NONE`, …).
        at: when it was written, aware, UTC.
    """

    author: str
    association: str
    at: datetime
    text: str
    url: str
    is_bot: bool = False
    reactions: int = 0


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as it was when it was fetched.

    Attributes:
        repo: `owner/name` of the repository that it was merged into.
        body: its description in Markdown, as written; may be empty.
        author: the account; empty for a deleted one.
        merge_commit: the SHA of its merge; empty if unknown.
        merged_at: aware, UTC; None if not merged.
        comments: the newest ones, oldest first; `comment_count` counts all.
        fetched_at: aware, UTC.
    """

    repo: str
    number: int
    title: str
    body: str
    url: str
    author: str
    fetched_at: datetime
    association: str = ""
    is_bot: bool = False
    labels: tuple[str, ...] = ()
    merge_commit: str = ""
    merged_at: datetime | None = None
    issues: tuple[LinkedIssue, ...] = ()
    comments: tuple[Comment, ...] = ()
    comment_count: int = 0
    reviews: int = 0
    reactions: int = 0


class Gap(StrEnum):
    """Why pull requests could not be read."""

    ANONYMOUS = "anonymous"
    UNAUTHORISED = "unauthorised"
    SINGLE_SIGN_ON = "single_sign_on"
    NO_RIGHT = "no_right"
    LIMIT = "limit"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class Unread:
    """Pull requests missing from a digest.

    Attributes:
        count: how many commits it concerns; 0 if nothing was requested.
    """

    gap: Gap
    count: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a source knows about the pull requests of some commits.

    Attributes:
        pull_requests: by the SHA of the commit that came from it.
        without: SHAs of commits that came from none.
        partial: numbers of pull requests whose issues could not all be read, to be requested again.
        unread: why there are commits in neither, or partial ones; None if there are not.
    """

    pull_requests: Mapping[str, PullRequest]
    without: frozenset[str] = frozenset()
    partial: frozenset[int] = frozenset()
    unread: Unread | None = None
