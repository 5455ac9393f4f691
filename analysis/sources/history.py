"""A repository's history beyond one branch: the port for whether a fix has landed, and which versions contain it.

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
    """An issue or pull request, according to GitHub.

    Attributes:
        title: as its author wrote it.
        pull_requests: numbers of the pull requests that close it; for a pull request, its own.
        shas: the merge commits of those that are merged.
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
        tips: the SHAs they point at, by name; empty if the source does not say.
        default: the default branch's name.
    """

    tips: Mapping[str, str]
    default: str


class History(Revisions, Protocol):
    """Revisions whose whole history can be queried."""

    def branch_names(self, beginning: str = "") -> BranchNames:
        """List the branches whose names begin with `beginning`, as the source knows them now.

        Raises:
            Outage: the source did not answer as it should.
        """

    def ticket(self, number: int) -> Ticket | None:
        """Return an issue or pull request; None if the source knows none with that number, or none at all.

        Raises:
            Outage: the source did not answer as it should.
        """

    def naming(self, texts: Collection[str]) -> tuple[Commit, ...]:
        """List the commits on any branch or tag whose messages contain one of these texts, without files, newest first.

        A source that cannot search messages returns none.
        """

    def holding(self, shas: Collection[str], tags: Sequence[Tag]) -> Mapping[str, frozenset[str]]:
        """Return which of these commits each tag contains, by the tag's name.

        Raises:
            Outage: the source did not answer as it should.
        """

    def same_change(self, sha: str, others: Collection[str]) -> frozenset[str]:
        """Return the other commits that make the same change, by git's patch-id; none if no diffs are at hand."""
