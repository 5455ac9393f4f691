"""Several branches of a repository as one source: those whose names fit, each commit once, without what the default branch has.

A release branch begins with everything that its parent had: that is told where the default branch is followed.
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
"""Branches that are listed: each that has moved costs GitHub a request; old projects keep about a hundred releases."""

MARK = " "
"""What the name of several branches begins with, and that of one cannot."""

_WILD = re.compile(r"[*?\[\\]")
_NUMBERS = re.compile(r"(\d+)")


class SeveralBranches:
    """The branches of a repository whose names fit one of some patterns; see `analysis.sources.CommitSource`.

    Args:
        default: the same repository by its default branch.
        of: opens it by a branch's name, and the SHA that this stands at.
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
        """The patterns, marked so that they are no branch's name."""
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
            except NotFound:  # it went between the two looks
                continue
            for head in listing.arrived:
                if head.sha not in elsewhere:
                    heads[head.sha] = head
                    on[head.sha] = (*on.get(head.sha, ()), name)
        ordered = sorted(heads.values(), key=lambda head: head.committed_at, reverse=True)
        return Listing(main.repo, self.branch, tuple(ordered), tuple(notes), names=tuple(names), on=on, default=default)

    def _branches(self) -> tuple[dict[str, str], str]:
        """Return the branches that fit with their tips, the oldest version first, and the default branch's name."""
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
        """List nothing: there is no one order of several branches, so dates are believed."""
        return ()

    def brought(self, merge: Commit) -> tuple[Commit, ...]:
        """List what a merge brought; see CommitSource."""
        return self._default.brought(merge)

    def on_branch(self, shas: Collection[str]) -> frozenset[str]:
        """Return those of these commits that the default branch has; see CommitSource."""
        return self._default.on_branch(shas)

    def read_file(self, path: str) -> str | None:
        """Return a text file of the default branch; see CommitSource."""
        return self._default.read_file(path)

    def around(self, commits: Sequence[Commit], closely: Collection[str] = ()) -> Mapping[str, Surroundings]:
        """Return what stands around the changes; see CommitSource."""
        return self._default.around(commits, closely)

    def standing(self, names: Collection[str], commit: Commit) -> frozenset[str]:
        """Return which of these names the project has; see CommitSource."""
        return self._default.standing(names, commit)


def is_pattern(name: str) -> bool:
    """Whether what somebody names as a branch may fit several."""
    return bool(_WILD.search(name)) or "," in name


def fits(name: str, pattern: str) -> bool:
    """Whether a branch's name fits a pattern: `*` stands for letters without a slash, `**` for any, as GitHub has it.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
    """
    return bool(_pattern(pattern).search(f"/{name}"))


def check_branches(patterns: Iterable[str]) -> tuple[str, ...]:
    """Return patterns of branches; raises BadInput for what is none."""
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
    """Put release/1.10 behind release/1.9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _NUMBERS.split(name)]
