"""Parses repository names and opens the source that reads them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from analysis.errors import BadInput
from analysis.sources import CommitSource, PageCache, PullRequestSource
from analysis.sources.history import History

if TYPE_CHECKING:
    from analysis.sources.github_requests import Requests
    from bot.settings import GitHubSettings

SOON = timedelta(days=7)
"""How long before a token expires the operator is told: enough to find someone who may create a new one."""
_OWNER_NAME = r"\w[\w.-]*/(?!\.{1,2}(?:[/?#]|$))[\w.-]+?"
_NAME = re.compile(_OWNER_NAME)
_URL = re.compile(
    r"(?:(?:https?|ssh|git)://)?(?:[^@/\s]+@)?(?P<host>[\w-]+(?:\.[\w-]+)+|localhost)(?::\d+)?[/:]"
    rf"(?P<name>{_OWNER_NAME})(?:\.git)?(?:[/?#].*)?"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository is read from.

    Attributes:
        name: `owner/name`; empty for a clone that identifies itself.
        path: the clone's folder; empty for GitHub.
        host: the repository's host according to a URL; empty for the configured GitHub.
    """

    name: str
    path: str = ""
    host: str = ""


def parse_place(text: str) -> Place:
    """Parse `owner/name`, a page's URL, a clone's folder, or `owner/name=folder`; an existing folder is a clone.

    Raises:
        BadInput: it is none of these.
    """
    text = text.strip()
    if text.startswith((".", "~", "/")) or (text and _is_folder(text)):
        return Place("", text)
    name, _, path = text.partition("=")
    if path and _NAME.fullmatch(name):
        return Place(name, path)
    if _NAME.fullmatch(text):
        return Place(text.removesuffix(".git"))
    if found := _URL.fullmatch(text):
        return Place(found["name"], host=found["host"].lower())
    raise BadInput(f"{text!r} does not name a repository: write owner/name, a clone's folder, or owner/name=folder.")


def _is_folder(text: str) -> bool:
    try:
        return Path(text).is_dir()
    except (OSError, ValueError):  # longer than any name, or contains a zero byte
        return False


def open_github(
    settings: "GitHubSettings",
    heard: Callable[[int, Mapping[str, str]], None] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> "Requests":
    """Return the client for the configured GitHub; `heard` is called with each answer's status and headers."""
    from analysis.sources.github_app import App
    from analysis.sources.github_requests import GitHub, Requests

    app = (
        App(settings.app_id, settings.app_installation, settings.app_key.get_secret_value())
        if settings.app_id
        else None
    )
    return Requests(GitHub(settings.base_url.rstrip("/"), settings.token.get_secret_value(), heard, app), now)


def open_source(
    place: Place,
    *,
    base_url: str,
    github: Callable[[], "Requests"],
    branch: str | None,
    environ: Mapping[str, str],
    pages: PageCache | None,
    now: Callable[[], datetime],
    tip: str = "",
) -> History:
    """Return the source for a place; `github` returns the client for the GitHub at `base_url`, if it is there.

    `tip` is the branch's known commit; empty if unknown.

    Raises:
        BadInput: there is no such clone, or the URL's server is not the configured one.
    """
    if place.path:
        from analysis.sources.git_history import GitHistory

        return GitHistory(place.path, repo=place.name or None, branch=branch, environ=environ)
    from analysis.sources.github_history import GitHubHistory

    api = urlsplit(base_url).hostname or ""
    if place.host and place.host.removeprefix("www.") not in {api, api.removeprefix("api.")}:
        raise BadInput(
            f"{place.host} is not the configured GitHub ({base_url}): clone the repository and name the clone's "
            "folder, or set [github] base_url to that server's API."
        )
    return GitHubHistory(github(), place.name, branch=branch, tip=tip, pages=pages, now=now)


def open_pull_requests(
    source: CommitSource,
    *,
    base_url: str,
    github: Callable[[], "Requests"],
    may_ask: bool,
    now: Callable[[], datetime],
    pages: PageCache | None,
) -> PullRequestSource | None:
    """Return where the pull requests of a source's repository are read; None if it is not on the configured GitHub.

    A clone named without a remote may be on it: that is tried only with a token, if `may_ask`.
    """
    api = urlsplit(base_url).hostname or ""
    is_there = source.host in {api, api.removeprefix("api.")} if source.host else may_ask
    if not is_there or not _NAME.fullmatch(source.repo):
        return None
    from analysis.sources.github_pulls import GitHubPulls

    return GitHubPulls(github(), source.repo, now=now, pages=pages)
