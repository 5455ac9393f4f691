"""When commits reached a branch if their dates cannot tell: what they build on, and what builds on them, can.

A commit's date comes from its committer's clock, which may be wrong by decades, or is not a valid date at all. Its position
in the line of first parents is certain: it came after everything below it and before everything above.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from analysis.commits.commit import Commit
from analysis.commits.window import Window
from analysis.sources import reached

CLOCKS_DIFFER = timedelta(days=1)
"""A commit dated further in the future than this has a wrong date."""

_SKEW = timedelta(hours=1)
"""Smaller differences between clocks do not count as out of order."""

_IN_VIEW = 10
"""A date from the window on counts this many times as much as an older one: too few commits may be below an odd one to outvote it."""


def misdated(newest: Sequence[Commit], told: Collection[str], since: datetime, until: datetime) -> list[Commit] | None:
    """Return the commits above those already reported, down the line of first parents, whose dates are outside [since, until).

    Their clocks were wrong, or they waited for long: no day's list would ever contain them. None if the line does not reach
    what was reported, so that nothing says when they came.
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
    """Return the SHAs of the `heads` that reached the branch after `until`, through a merge on its own line.

    Only what the newest commits prove; nothing if they do not go back to `until`.
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
    """Yield the line of first parents down from `start`, as far as known, newest first.

    If the trunk itself was pulled before a push, what others had pushed is a separate line below that merge.
    """
    waiting, seen = [(start, list[Commit]())], set[str]()
    while waiting:
        sha, line = waiting.pop()
        while sha in known:
            commit = known[sha]
            line.append(commit)
            if sha in seen:  # joined, down to one commit that both lines share
                break
            seen.add(sha)
            waiting += [(parent, [commit]) for parent in commit.parents[1:]] if commit.catches_up else []
            sha = next(iter(commit.parents), "")
        yield line


def out_of_order(line: Sequence[Commit], window: Window, now: datetime) -> list[Commit]:
    """Return the commits of a line (newest first) that may have come within a window although their dates say otherwise.

    The largest set of dates that agree with the line's order is believed, without future or unreadable ones.
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
        if below is None and upwards[0].parents:  # what is below is unknown: it may be from any time
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
