"""Several branches of a repository as one source: those whose names match, each commit once, without the default branch's commits.

A release branch starts with everything its parent had: that is reported where the default branch is followed.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime
from functools import lru_cache

from analysis.commits.commit import Commit
from analysis.commits.globs import pattern_of
from analysis.commits.surroundings import Surroundings
from analysis.errors import BadInput, NotFound
from analysis.sources import Listing
from analysis.sources.history import History
from analysis.sources.remarks import Remark

MOST_BRANCHES = 200
"""Most branches that are listed: on GitHub, each one that moved costs a request; old projects keep about a hundred releases."""

MARK = " "
"""Prefix of the name for several branches, which no branch name can have."""

_WILD = re.compile(r"[*?\[\\]")
_NUMBERS = re.compile(r"(\d+)")


class SeveralBranches:
    """The branches of a repository whose names match one of several patterns; see `analysis.sources.CommitSource`.

    Args:
        default: the same repository by its default branch.
        of: opens it by a branch's name and the SHA it points at.
    """

    def __init__(self, default: History, patterns: Sequence[str], of: Callable[[str, str], History]) -> None:
        self._default, self._patterns, self._of = default, tuple(patterns), of

    @property
    def repo(self) -> str:
        """Its name."""
        return self._default.repo

    @property
    def host(self) -> str:
        """The host of its server."""
        return self._default.host

    @property
    def branch(self) -> str:
        """The patterns, marked so that they cannot be a branch name."""
        return MARK + ", ".join(self._patterns)

    def landed(self, since: datetime, until: datetime) -> Listing:
        """List what was committed on these branches and not on the default one; see CommitSource."""
        main = self._default.landed(since, until)
        tips, default = self._branches()
        names = list(tips)
        notes = [*main.notes]
        if not names:
            notes.append(Remark("no_branch", patterns=", ".join(self._patterns)))
        if len(names) > MOST_BRANCHES:
            notes.append(Remark("many_branches", count=len(names), most=MOST_BRANCHES))
            names = names[-MOST_BRANCHES:]
        elsewhere = set() if default in names else {head.sha for head in main.arrived}
        heads: dict[str, Commit] = {}
        on: dict[str, tuple[str, ...]] = {}
        for name in names:
            try:
                listing = self._of(name, tips[name]).landed(since, until) if name != default else main
            except NotFound:  # it was deleted in the meantime
                continue
            for head in listing.arrived:
                if head.sha not in elsewhere:
                    heads[head.sha] = head
                    on[head.sha] = (*on.get(head.sha, ()), name)
        ordered = sorted(heads.values(), key=lambda head: head.committed_at, reverse=True)
        return Listing(main.repo, self.branch, tuple(ordered), tuple(notes), names=tuple(names), on=on, default=default)

    def _branches(self) -> tuple[dict[str, str], str]:
        """Return the matching branches with their tips, the oldest version first, and the default branch's name."""
        found, default = dict[str, str](), ""
        for pattern in self._patterns:
            listed = self._default.branch_names(_WILD.split(pattern)[0])
            default = listed.default
            found |= {name: tip for name, tip in listed.tips.items() if fits(name, pattern)}
        return {name: found[name] for name in sorted(found, key=_by_version)}, default

    def fetch(self, heads: Sequence[Commit], executor: Executor) -> Iterator[Commit]:
        """Yield these commits with their files; see CommitSource."""
        return self._default.fetch(heads, executor)

    def resolve(self, ref: str) -> Commit:
        """Return one commit with its files; see CommitSource."""
        return self._default.resolve(ref)

    def newest(self) -> tuple[Commit, ...]:
        """List nothing: several branches have no common order, so dates are trusted."""
        return ()

    def brought(self, merge: Commit) -> tuple[Commit, ...]:
        """List what a merge brought in; see CommitSource."""
        return self._default.brought(merge)

    def on_branch(self, shas: Collection[str]) -> frozenset[str]:
        """Return the commits among these that the default branch contains; see CommitSource."""
        return self._default.on_branch(shas)

    def read_file(self, path: str) -> str | None:
        """Return a text file on the default branch; see CommitSource."""
        return self._default.read_file(path)

    def around(self, commits: Sequence[Commit], closely: Collection[str] = ()) -> Mapping[str, Surroundings]:
        """Return the surroundings of the changes; see CommitSource."""
        return self._default.around(commits, closely)

    def standing(self, names: Collection[str], commit: Commit) -> frozenset[str]:
        """Return which of these names occur in the project; see CommitSource."""
        return self._default.standing(names, commit)


def is_pattern(name: str) -> bool:
    """Whether a branch name is a pattern that may match several."""
    return bool(_WILD.search(name)) or "," in name


def fits(name: str, pattern: str) -> bool:
    """Whether a branch's name matches a pattern: `*` stands for anything but a slash, `**` for anything, as on GitHub.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
    """
    return bool(_pattern(pattern).search(f"/{name}"))


def check_branches(patterns: Iterable[str]) -> tuple[str, ...]:
    """Return branch patterns; raises BadInput for an invalid one."""
    checked = tuple(patterns)
    for pattern in checked:
        try:
            _pattern(pattern)
        except ValueError as error:
            raise BadInput(f"{pattern[:80]!r} is not a branch pattern ({error}): write it as release/*.") from None
    return checked


@lru_cache(maxsize=1_000)
def _pattern(pattern: str) -> re.Pattern[str]:
    return pattern_of(pattern, whole=True)


def _by_version(name: str) -> list[tuple[int, str]]:
    """Sort release/1.10 after release/1.9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _NUMBERS.split(name)]
