"""What became of changes reported on earlier days, put together from the store."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from analysis.commits.commit import Commit
from analysis.commits.window import Window
from analysis.digest.follow_ups import LOOK_BACK, FollowUp, Told, find_follow_ups
from analysis.entry import Entry
from storage.commits import Commits
from storage.digests import ReportedCommits


def told_before(told: ReportedCommits, window: Window) -> dict[str, Window]:
    """Return what was reported in the days that a window's follow-ups cover, by SHA with the reporting window."""
    first = window.first - timedelta(days=LOOK_BACK)
    return {sha: other for sha, other in told.where.items() if first <= other.last < window.first}


def landed_before(commits: Commits, repo: str, window: Window) -> dict[str, Window]:
    """Return what landed in these days, by SHA with its day, whoever was told about it."""
    days = window.before(LOOK_BACK)
    landed = commits.moments(repo, days.start, days.end)
    return {sha: Window.of(window.local(moment).date(), window.zone) for sha, moment in landed.items()}


def follow_ups(
    commits: Commits,
    repo: str,
    window: Window,
    entries: Sequence[Entry],
    told: Mapping[str, Window],
    taken_back: Callable[[Entry], Commit | None],
) -> tuple[FollowUp, ...]:
    """Return what became of changes reported before a window; `told` has the windows that reported them, by SHA."""
    known = commits.entries(repo, list(told))
    reverted = {
        entry.commit.sha: original.sha for entry in (*known.values(), *entries) if (original := taken_back(entry))
    }
    return find_follow_ups(entries, [Told(entry, told[sha]) for sha, entry in known.items()], reverted, window)
