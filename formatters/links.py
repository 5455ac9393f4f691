"""Where a commit, its pull request and the lines that prove a statement can be seen; empty where that is nowhere."""

import re
from urllib.parse import quote

from analysis.commit import Commit
from formatters.item import Point
from formatters.plain import clean

_WEB = re.compile(r"https?://[^\s<>()\"\\]+")


def commit_page(commit: Commit) -> str:
    """Return the commit's page, if its address is one that can stand in a link as it is."""
    return commit.url if commit.url and _WEB.fullmatch(commit.url) else ""


def pull_request_page(commit: Commit) -> str:
    """Return the page of the pull request that it came from."""
    base = _repository(commit)
    return f"{base}/pull/{commit.pull_request}" if base and commit.pull_request else ""


def place_page(point: Point, commit: Commit) -> str:
    """Return the page of a statement's file and line, in the version before or after the commit."""
    base, sha = _repository(commit), commit.sha
    file = next((file for file in commit.files if clean(file.path) == point.path), None)
    path = file.path if file else ""
    if point.is_before and file:
        sha, path = commit.parents[0] if commit.parents else "", file.old_path or file.path
    line = f"#L{point.line}" if point.line else ""
    return f"{base}/blob/{sha}/{quote(path)}{line}" if base and sha and path else ""


def _repository(commit: Commit) -> str:
    return commit_page(commit).rpartition("/commit/")[0]
