"""A repository's history beyond one branch: the port to what tells whether a fix has landed, and which versions have it.

A clone knows messages, branches and tags; GitHub knows which pull requests close an issue, and compares revisions.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from analysis.commits.commit import Commit
from analysis.commits.tags import Tag
from analysis.sources.revisions import Revisions


@dataclass(frozen=True, slots=True)
class Ticket:
    """An issue or a pull request, as GitHub tells it.

    Attributes:
        title: as its author wrote it.
        pull_requests: numbers of the pull requests that close it; of a pull request, its own.
        shas: what those that are merged were merged as.
        is_open: nobody has closed it yet.
    """

    number: int
    title: str
    pull_requests: tuple[int, ...] = ()
    shas: tuple[str, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class BranchNames:
    """Some of a repository's branches.

    Attributes:
        tips: the SHAs that they stand at, by name; an empty one where the source does not say.
        default: the default branch's name.
    """

    tips: Mapping[str, str]
    default: str


class History(Revisions, Protocol):
    """Revisions whose whole history can be asked about."""

    def branch_names(self, beginning: str = "") -> BranchNames:
        """List the branches whose names begin so, as the source knows them now.

        Raises:
            Outage: the source did not answer as it should.
        """

    def ticket(self, number: int) -> Ticket | None:
        """Return an issue or a pull request; None where the source knows none by that number, or knows none at all.

        Raises:
            Outage: the source did not answer as it should.
        """

    def naming(self, texts: Collection[str]) -> tuple[Commit, ...]:
        """List the commits of any branch or tag whose messages have one of these texts, without files, newest first.

        A source that cannot look into messages gives none.
        """

    def holding(self, shas: Collection[str], tags: Sequence[Tag]) -> Mapping[str, frozenset[str]]:
        """Return which of these commits each tag has, by the tag's name.

        Raises:
            Outage: the source did not answer as it should.
        """

    def same_change(self, sha: str, others: Collection[str]) -> frozenset[str]:
        """Return those of the other commits that change what this one changes, by git's patch-id; none where no diffs are at hand."""
