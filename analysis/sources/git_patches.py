"""A fork's patches compared with its upstream: which have landed there, and which conflict now, since when.

Merges are tried in a separate repository that borrows the clone's objects: nothing in the clone is changed, and no program
named in its configuration is run. https://git-scm.com/docs/git-merge-tree
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from analysis.commits.commit import Commit
from analysis.commits.copies import original_title
from analysis.errors import BadInput
from analysis.sources.git_command import LONG, Git
from analysis.sources.git_history import GitHistory

MOST = 300
"""Most patches of a fork; one with more has an unrelated history."""
_MERGES = (2, 38)
"""The first git version that merges without a work tree."""


class NoFork(BadInput):
    """A branch has no patches of its own, or more than any fork."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A commit of a fork's own.

    Attributes:
        landed: the upstream commit that makes the same change; None while there is none. `is_same`: its diff is the same, else
            only its title or its number is.
        conflicts: files in which it conflicts with upstream as it is now; `since`: the first upstream commit that it conflicts
            with, None if it conflicts with nothing, or did from the start.
    """

    commit: Commit
    landed: Commit | None = None
    is_same: bool = False
    conflicts: tuple[str, ...] = ()
    since: Commit | None = None


def patches(history: GitHistory, upstream: str, fork: str, step: Callable[[str, int, int], None]) -> tuple[Patch, ...]:
    """Return a fork's patches, oldest first.

    Raises:
        NoFork: it has none, or too many.
        BadInput: git is too old to merge.
        NotFound: one of the revisions does not exist.
    """
    between = history.between(upstream, fork)
    own = [commit for commit in reversed(between.heads) if not commit.is_merge]
    if not own:
        raise NoFork(f"{fork} has no commit that {upstream} lacks: write upstream's branch, two dots, and the fork's.")
    if len(own) > MOST:
        raise NoFork(
            f"{fork} has {len(own):,} commits that {upstream} lacks, more than {MOST}: is {upstream} what it was forked from?"
        )
    by_title = {original_title(commit.subject): commit for commit in between.only_old}
    by_number = {commit.pull_request: commit for commit in between.only_old if commit.pull_request}
    same = history.equivalents([commit.sha for commit in own], [commit.sha for commit in between.only_old])
    upstreams = {commit.sha: commit for commit in between.only_old}
    found = []
    with _Merges(history) as merges:
        trunk = merges.trunk(between.old.sha, between.new.sha)
        for number, commit in enumerate(own):
            step("trying patches", number, len(own))
            twin = upstreams.get(same.get(commit.sha, ""))
            landed = twin or by_title.get(original_title(commit.subject)) or by_number.get(commit.pull_request or 0)
            if landed:
                found.append(Patch(commit, landed, twin is not None))
                continue
            files, since = merges.tried(commit, trunk)
            found.append(Patch(commit, None, False, files, history.heads([since])[0] if since else None))
    step("trying patches", len(own), len(own))
    return tuple(found)


class _Merges:
    """Merges of commits that leave no trace."""

    def __init__(self, history: GitHistory) -> None:
        self._history = history
        self._folder = TemporaryDirectory(prefix="daybrief-merges-")
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def __enter__(self) -> Self:
        version = self._history.git("--version")
        found = re.search(r"(\d+)\.(\d+)", version)
        if found and (int(found[1]), int(found[2])) < _MERGES:
            raise BadInput(f"This machine has {version.strip()}; trying patches needs git 2.38 or newer.")
        path = Path(self._folder.name)
        self._git = Git(path, self._history.git.environ)
        self._git("init", "--quiet", "--bare", ".")
        objects = self._history.git("rev-parse", "--path-format=absolute", "--git-path", "objects").strip()
        (path / "objects" / "info" / "alternates").write_text(f"{objects}\n", encoding="utf-8")
        return self

    def __exit__(self, *_why: object) -> None:
        self._folder.cleanup()

    def trunk(self, upstream: str, fork: str) -> list[str]:
        """Return upstream's commits since the fork, oldest first, preceded by the fork point."""
        base = self._git("merge-base", upstream, fork, check=False).strip()
        listed = self._git(
            "rev-list", "--first-parent", "--reverse", upstream, *([f"^{base}"] if base else []), limit=LONG
        )
        return [*([base] if base else []), *listed.split()]

    def tried(self, commit: Commit, trunk: Sequence[str]) -> tuple[tuple[str, ...], str]:
        """Return the files in which a patch conflicts with a trunk's newest commit, and the trunk's first commit that it conflicts with."""
        files = self._conflicts(commit, trunk[-1])
        if not files or self._conflicts(commit, trunk[0]):
            return tuple(sorted(files)), ""
        low, high = 0, len(trunk) - 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._conflicts(commit, trunk[middle]) else (middle, high)
        return tuple(sorted(files)), trunk[high]

    def _conflicts(self, commit: Commit, upstream: str) -> frozenset[str]:
        """Return the files in which this patch conflicts and the patches before it did not."""
        before = self._merged(upstream, commit.parents[0]) if commit.parents else frozenset()
        return self._merged(upstream, commit.sha) - before

    def _merged(self, ours: str, theirs: str) -> frozenset[str]:
        key = ours, theirs
        if key not in self._known:
            self._known[key] = frozenset(self._git.conflicts(ours, theirs))
        return self._known[key]
