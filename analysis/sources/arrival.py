"""When commits came to a branch, where their dates cannot tell: what they are built on, and what is built on them, can.

A commit's date is its committer's clock, which may be wrong by decades, or a number that is no date. Its place in the
line of first parents is certain: it came after everything below it and before everything above.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from analysis.commits.commit import Commit
from analysis.commits.window import Window
from analysis.sources import reached

CLOCKS_DIFFER = timedelta(days=1)
"""A commit that claims to be from later than this is from no day that will come."""

_SKEW = timedelta(hours=1)
"""Clocks that differ by less than this put nothing out of order."""

_IN_VIEW = 10
"""A date from the window on counts as many times as an older one: too few commits may lie below what is odd to outvote it."""


def misdated(newest: Sequence[Commit], told: Collection[str], since: datetime, until: datetime) -> list[Commit] | None:
    """Return the commits above what was told, down the line of first parents, whose dates lie outside of [since, until).

    Their clocks were wrong, or they waited for long: no day's list would ever have them. None where the line does not
    reach what was told, so that nothing says when they came.
    """
    known = {commit.sha: commit for commit in newest}
    sha = newest[0].sha if newest else ""
    found = []
    while sha in known and sha not in told:
        commit = known[sha]
        found += [] if since <= commit.committed_at < until else [commit]
        sha = next(iter(commit.parents), "")
    return found if sha in told else None


def awaited(heads: Sequence[Commit], newest: Sequence[Commit], until: datetime) -> set[str]:
    """Return the SHAs of those `heads` that reached the branch after `until`: a merge of its own line brought them then.

    Only what the newest commits prove; nothing where they do not go back to `until`.
    """
    known = {commit.sha: commit for commit in (*newest, *heads)}
    sha, later = newest[0].sha if newest else "", list[Commit]()
    while sha in known and known[sha].committed_at >= until:
        later.append(known[sha])
        sha = next(iter(known[sha].parents), "")
    if sha not in known:
        return set()
    here = reached([sha, *(parent for merge in later if merge.catches_up for parent in merge.parents[1:])], known)
    came = reached([parent for merge in later for parent in merge.parents[1:]], known, here)
    return came & {head.sha for head in heads}


def lines(start: str, known: Mapping[str, Commit]) -> Iterator[list[Commit]]:
    """Yield the line of first parents down from `start`, as far as it is known, newest first.

    Where the trunk itself was pulled before a push, what others had pushed is a line of its own, below that merge.
    """
    waiting, seen = [(start, list[Commit]())], set[str]()
    while waiting:
        sha, line = waiting.pop()
        while sha in known:
            commit = known[sha]
            line.append(commit)
            if sha in seen:  # joined, with one commit below that both lines have
                break
            seen.add(sha)
            waiting += [(parent, [commit]) for parent in commit.parents[1:]] if commit.catches_up else []
            sha = next(iter(commit.parents), "")
        yield line


def out_of_order(line: Sequence[Commit], window: Window, now: datetime) -> list[Commit]:
    """Return the commits of a line (newest first) that may have come within a window and whose dates deny it.

    The dates that are believed are the most that agree with the line's order; none of them is still to come or unreadable.
    """
    upwards = line[::-1]
    dated = [commit for commit in upwards if not commit.is_undated and commit.committed_at < now + CLOCKS_DIFFER]
    moments = [commit.committed_at for commit in dated]
    if len(dated) == len(upwards) and moments == sorted(moments):
        return []
    believed = _in_order(dated, window)
    found = []
    for at, commit in enumerate(upwards):
        if commit.sha in believed or commit.committed_at in window:
            continue
        below = next((one.committed_at for one in reversed(upwards[:at]) if one.sha in believed), None)
        above = next((one.committed_at for one in upwards[at:] if one.sha in believed), now)
        if below is None and upwards[0].parents:  # what lies below is not known: it may be of any time
            continue
        is_odd = below is None or not below - _SKEW <= commit.committed_at <= above + _SKEW
        if is_odd and (below is None or below < window.end) and above >= window.start:
            found.append(commit)
    return found[::-1]


def _in_order(upwards: Sequence[Commit], window: Window) -> set[str]:
    """Return the longest run of commits whose dates do not fall (https://en.wikipedia.org/wiki/Longest_increasing_subsequence)."""
    voices = [commit for commit in upwards for _ in range(_IN_VIEW if commit.committed_at >= window.start else 1)]
    ends, last, before = list[datetime](), list[int](), list[int]()
    for number, commit in enumerate(voices):
        at = bisect_right(ends, commit.committed_at)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1], last[at : at + 1] = [commit.committed_at], [number]
    found, number = set[str](), last[-1] if last else -1
    while number >= 0:
        found.add(voices[number].sha)
        number = before[number]
    return found
