"""What people name as a repository, and the source that reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import BadInput
from analysis.sources import CommitSource, PageCache

_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_URL = re.compile(r"(?:https?://|git@|ssh://git@)[\w.-]+[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository is read from.

    Attributes:
        name: `owner/name`; empty for a clone that says itself what it is.
        path: the clone's folder; empty for GitHub.
    """

    name: str
    path: str = ""


def parse_place(text: str) -> Place:
    """Read `owner/name`, a page's URL, a clone's folder, or `owner/name=folder`; a folder that exists is a clone.

    Raises:
        BadInput: it is none of these.
    """
    name, equals, path = text.partition("=")
    if equals and _NAME.fullmatch(name):
        return Place(name, path)
    if found := _URL.fullmatch(text):
        return Place(found[1])
    if text.startswith((".", "~", "/")) or Path(text).is_dir():
        return Place("", text)
    if _NAME.fullmatch(text):
        return Place(text)
    raise BadInput(f"{text!r} names no repository: write owner/name, a clone's folder, or owner/name=folder.")


def open_source(
    place: Place,
    *,
    base_url: str,
    token: str,
    branch: str | None,
    environ: Mapping[str, str],
    pages: PageCache,
) -> CommitSource:
    """Return the source for a place."""
    if place.path:
        from analysis.sources.git_clone import GitClone

        return GitClone(place.path, repo=place.name or None, branch=branch, environ=environ)
    from analysis.sources.github_requests import GitHub
    from analysis.sources.github_rest import GitHubRepository

    return GitHubRepository(GitHub(base_url.rstrip("/"), token), place.name, branch=branch, pages=pages)
