"""Where commits come from: the port, and what all sources share.

A source lists what landed in a span of time (cheap: no diffs), then fetches single commits with their diffs. GitHub
(`github_rest`) and a local clone (`git_clone`) return equal commits for the same history, except for what git cannot know
(accounts) and what each can read about submodules. What people wrote about a commit comes from its pull request
(`github_pulls`).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from analysis.commits.commit import Brought, Commit
from analysis.commits.pull_request import Found, Gap, PullRequest, Unread
from analysis.commits.surroundings import Surroundings
from analysis.sources.remarks import Remark

LARGEST_PATCH = 1_000_000
"""Characters of one file's patch; a longer one is dropped and marked `too large`."""

_HUNK = re.compile(r"^@@ -", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Listing:
    """What landed in a span of time.

    Attributes:
        repo: the repository's current name (it may have been renamed).
        branch: the branch that was listed; empty for GitHub's default branch, whose name costs a request.
        heads: commits without their files, in the source's order, newest first.
        notes: what the reader should know about the listing; usually nothing.
        waiting: SHAs of heads that were still on another branch when the span ended, as far as the source knows.
        names: the names of the branches if several were listed; None for one branch.
        on: for several branches, those that contain each head, by its SHA.
        default: for several branches, the name of the repository's default one, whether among them or not.
    """

    repo: str
    branch: str
    heads: tuple[Commit, ...]
    notes: tuple[Remark, ...] = ()
    waiting: frozenset[str] = frozenset()
    names: tuple[str, ...] | None = None
    on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    default: str = ""

    def aside(self, sha: str) -> tuple[str, ...]:
        """Return the branches that contain a head if the default one does not; none if it does."""
        on = self.on.get(sha, ())
        return () if self.default in on else on

    @property
    def arrived(self) -> tuple[Commit, ...]:
        """The heads that had reached the branch when the span ended."""
        return tuple(head for head in self.heads if head.sha not in self.waiting)

    @property
    def is_of_several(self) -> bool:
        """Whether several branches were listed."""
        return self.names is not None


class CommitSource(Protocol):
    """A repository that commits can be read from."""

    @property
    def repo(self) -> str:
        """`owner/name`."""

    @property
    def host(self) -> str:
        """The host of the server that has `repo`; empty for a clone that does not say, or whose name was given by the caller."""

    @property
    def branch(self) -> str:
        """The followed branch; empty for GitHub's default branch, whose name costs a request."""

    def landed(self, since: datetime, until: datetime) -> Listing:
        """List what was committed in [since, until) and is reachable from the branch.

        Raises:
            NotFound: there is no such repository or branch.
            Outage: the source did not answer as it should.
        """

    def fetch(self, heads: Sequence[Commit], executor: Executor) -> Iterator[Commit]:
        """Yield these commits with their files, each as soon as it arrives, in any order.

        What the source cannot provide for single commits is marked on them (`FileChange.unseen`, `Commit.is_unread`).

        Raises:
            Outage: some could not be fetched; those already yielded are complete.
        """

    def resolve(self, ref: str) -> Commit:
        """Return one commit with its files, by SHA, abbreviated SHA, branch or tag.

        Raises:
            NotFound: nothing here has that name.
            Outage: the source did not answer as it should.
        """

    def newest(self) -> tuple[Commit, ...]:
        """List the branch's newest commits in its own order, whatever their dates: a page of them, without their files.

        Raises:
            NotFound, Outage: as `landed`.
        """

    def brought(self, merge: Commit) -> tuple[Commit, ...]:
        """List what a merge brought in, however old: what its other parents reach and its first one does not.

        The commits have no files and are newest first; those unknown to the source are left out.

        Raises:
            Outage: the source did not answer as it should.
        """

    def on_branch(self, shas: Collection[str]) -> frozenset[str]:
        """Return the commits among these that the branch contains.

        Raises:
            Outage: the source did not answer as it should.
        """

    def read_file(self, path: str) -> str | None:
        """Return a text file on the branch, or None if it does not exist or reading it would cost a request."""

    def around(self, commits: Sequence[Commit], closely: Collection[str] = ()) -> Mapping[str, Surroundings]:
        """Return by SHA the surroundings of fully read commits' changes, as far as that costs no request.

        For those whose SHA is in `closely`, the whole project and the day are searched.
        """

    def standing(self, names: Collection[str], commit: Commit) -> frozenset[str]:
        """Return which of these names, or ends of paths, the project contains on the day of a commit; none if that costs a request."""


class PullRequestSource(Protocol):
    """A repository whose pull requests can be read. It never raises for what a server does: the return value reports it."""

    def find(self, commits: Sequence[Commit]) -> Found:
        """Return the pull requests that these commits of the repository came from."""

    def refresh(self, pull_requests: Sequence[PullRequest]) -> tuple[list[PullRequest], Unread | None]:
        """Return these pull requests with what people have added since, without those that no longer exist."""

    def probe(self) -> Gap | None:
        """Return why pull requests cannot be read; None if they can."""


class PageCache(Protocol):
    """Stores answers with their ETag, so that an unchanged list costs nothing."""

    def get(self, key: str) -> tuple[str, str] | None:
        """Return the stored (etag, body), or None."""

    def put(self, key: str, etag: str, body: str) -> None:
        """Store an answer."""


def fold_merges(heads: Iterable[Commit], brought: Mapping[str, Collection[str]] | None = None) -> list[Commit]:
    """Fold a merge and the commits it brought in into one: the merge, with them in `brought`.

    Only commits in `heads` count as brought in: those that are on no line of first parents through `heads`, but are
    reached from a merge's other parents. If the source said what a merge brought in, that is used. The order of the
    remaining commits is kept.
    """
    ordered = list(heads)
    known = {commit.sha: commit for commit in ordered}
    trunk = _trunk(ordered, known)
    taken: set[str] = set()
    folded = []
    # Oldest merge first: a commit belongs to the merge that brought it to the trunk.
    for merge in reversed([commit for commit in ordered if commit.sha in trunk and commit.is_merge]):
        if brought and merge.sha in brought:
            found = (known.keys() & set(brought[merge.sha])) - taken
        else:
            found = reached(merge.parents[1:], known, trunk | taken)
        taken |= found
        folded.append(
            replace(merge, brought=tuple(Brought(c.sha, c.subject, c.author) for c in ordered if c.sha in found))
        )
    merges = {commit.sha: commit for commit in folded}
    return [merges.get(commit.sha, commit) for commit in ordered if commit.sha not in taken]


def cut_off(heads: Iterable[Commit]) -> list[Commit]:
    """Return the merges on the trunk for which `heads` does not show what they brought in.

    A side branch that leaves `heads` may end on the trunk, long ago, or go on. If it goes down to the beginning of history,
    `heads` does not contain the whole trunk: some of its commits have odd dates.
    """
    ordered = list(heads)
    known = {commit.sha: commit for commit in ordered}
    trunk = _trunk(ordered, known)
    found = []
    for merge in (commit for commit in ordered if commit.sha in trunk and commit.is_merge and not commit.catches_up):
        side = reached(merge.parents[1:], known, trunk)
        ends = {*merge.parents[1:], *(parent for sha in side for parent in known[sha].parents)}
        if ends - known.keys() or not all(known[sha].parents for sha in side):
            found.append(merge)
    return found


def _trunk(ordered: Sequence[Commit], known: Mapping[str, Commit]) -> set[str]:
    """Return the commits on a line of first parents that no merge brought in.

    If the trunk itself was pulled before a push, both sides are the trunk: one's own commits, and what others had pushed.
    """
    inner = {sha for commit in ordered for sha in commit.parents}
    waiting = [commit.sha for commit in ordered if commit.sha not in inner]
    trunk: set[str] = set()
    while waiting:
        sha = waiting.pop()
        while sha in known and sha not in trunk:
            trunk.add(sha)
            commit = known[sha]
            waiting += commit.parents[1:] if commit.catches_up else ()
            sha = next(iter(commit.parents), "")
    return trunk


def reached(starts: Iterable[str], known: Mapping[str, Commit], outside: Collection[str] = ()) -> set[str]:
    """Return the commits in `known` that are `starts` or their ancestors, without `outside` and what is only reached through it."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        sha = waiting.pop()
        if sha in known and sha not in outside and sha not in found:
            found.add(sha)
            waiting.extend(known[sha].parents)
    return found


def hunks_of(section: str) -> str:
    """Return the hunks in one file's section of a diff, or an empty string."""
    start = _HUNK.search(section)
    return section[start.start() :].removesuffix("\n") if start else ""
