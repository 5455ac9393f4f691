"""URLs of a commit, its pull request and its lines, for formats with links of their own.

Only URLs that are safe in any format's links; an empty string if there is none.
"""

import re
from urllib.parse import quote

from analysis.commits.commit import Commit
from formatters.text.item import Point
from formatters.text.plain import clean

_WEB = re.compile(r"https?://[^\s<>()\[\]|\"\\]+", re.ASCII)


def web_page(url: str) -> str:
    """A URL from someone else, if it is safe in a link; else empty."""
    return url if _WEB.fullmatch(url) and clean(url) == url else ""


def commit_page(commit: Commit) -> str:
    """The commit's page."""
    return web_page(commit.url or "")


def pull_request_page(commit: Commit) -> str:
    """The page of its pull request."""
    base = _repository(commit)
    return f"{base}/pull/{commit.pull_request}" if base and commit.pull_request else ""


def place_page(point: Point, commit: Commit) -> str:
    """The lines that prove a statement, in the version before or after the commit."""
    file = next((file for file in commit.files if clean(file.path) == point.path), None)
    base = _repository(commit)
    if not file or not base:
        return ""
    sha, path = commit.sha, file.path
    if point.is_before:
        sha, path = commit.parents[0] if commit.parents else "", file.old_path or file.path
    line = f"#L{point.line}" if point.line else ""
    return f"{base}/blob/{sha}/{quote(path)}{line}" if sha else ""


def place_of(point: Point, commit: Commit) -> tuple[str, str]:
    """Return the name of a statement's place and its URL; both empty if there is none, the URL if there is no page."""
    if not point.path:
        return point.source, point.url if point.url.startswith(("https://", "http://")) else ""
    return (f"{point.path}:{point.line}" if point.line else point.path), place_page(point, commit)


def _repository(commit: Commit) -> str:
    return commit_page(commit).rpartition("/commit/")[0]
