"""What people wrote about commits: from the store, otherwise from GitHub, and read again while people may still add to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analysis.commits.commit import Commit
from analysis.commits.pull_request import Found, PullRequest, Unread
from analysis.commits.window import Window
from analysis.digest.follow_ups import LOOK_BACK
from analysis.sources import PullRequestSource
from storage.pull_requests import PullRequests

WATCHED = timedelta(days=LOOK_BACK)
_DAY = timedelta(days=1)
_SETTLED = timedelta(hours=1)
"""After this, GitHub's answer on a commit's pull request is final; for a fresh push it may not know yet."""
_FRESH = timedelta(hours=12)
"""What was read within this time is not reread: one look a morning, however many digests are made."""


@dataclass(frozen=True, slots=True)
class Written:
    """What people wrote about commits.

    Attributes:
        pull_requests: by the SHAs of their commits.
        fresh: what is not in the store yet.
        unread: what could not be read.
    """

    pull_requests: Mapping[str, PullRequest]
    fresh: Found
    unread: Unread | None = None


def read(
    stored: PullRequests, source: PullRequestSource | None, repo: str, commits: Sequence[Commit], now: datetime
) -> Written:
    """Return the pull requests of commits, requesting unknown ones; `source` is None if there is nothing to ask."""
    known = stored.of(repo, [commit.sha for commit in commits])
    missing = [commit for commit in commits if commit.sha not in known]
    here = {sha: pull for sha, pull in known.items() if pull}
    if source is None or not missing:
        return Written(here, Found({}))
    found = source.find(missing)
    settled = {commit.sha for commit in missing if commit.committed_at < now - _SETTLED}
    fresh = replace(found, without=found.without & settled)
    return Written({**here, **found.pull_requests}, fresh, found.unread)


def read_again(
    stored: PullRequests, source: PullRequestSource | None, repo: str, told: Mapping[str, Window], now: datetime
) -> Unread | None:
    """Reread, once a morning, what people may have added to the pull requests of recently reported commits.

    `told` has the windows of the digests by SHA. Returns what could not be read.
    """
    watched = [sha for sha, window in told.items() if window.end > now - WATCHED - _DAY]
    stale = stored.stale(repo, watched, now - _FRESH)
    if source is None or not stale:
        return None
    fresh, unread = source.refresh(stale)
    stored.renew(repo, fresh)
    return unread
