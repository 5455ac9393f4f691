"""Outside data about submodules: the move in a diff, the URL in `.gitmodules`. Does no I/O itself.

https://git-scm.com/docs/gitmodules
"""

import configparser
import re
from collections.abc import Collection
from dataclasses import replace
from posixpath import normpath
from urllib.parse import urlsplit

from analysis.commits.commit import Commit, SubmoduleMove

GITHUB = "github.com"
NEWEST = 5
"""Most new commits that are named."""
MOST_CONFIGURED = 1_000_000
"""Bytes of `.gitmodules`."""
_MOVED = re.compile(
    r"^-Subproject commit (?P<before>[0-9a-f]{40,64})\n\+Subproject commit (?P<after>[0-9a-f]{40,64})$", re.MULTILINE
)
_REPOSITORY = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)
_SCHEME_URL = re.compile(r"(?:https?|ssh|git)://(?:[^@/\s]+@)?([\w.-]+)(?::\d+)?/([\w./~-]+?)(?:\.git)?/?")
_SSH_PLACE = re.compile(r"(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+):([\w./~-]+?)(?:\.git)?/?")


def place_of_remote(remote: str) -> tuple[str, str]:
    """Return the web address and `owner/name` for a remote's URL; empty strings for a local path."""
    found = _SCHEME_URL.fullmatch(remote) or _SSH_PLACE.fullmatch(remote)
    return (f"https://{found[1]}/{found[2]}", found[2]) if found else ("", "")


def moves_of(commit: Commit) -> tuple[SubmoduleMove, ...]:
    """Return the submodules that a fully read commit moves, in the order of its files, with only what its diff says."""
    return tuple(
        SubmoduleMove(file.path, found["before"], found["after"])
        for file in commit.files
        if file.additions == file.deletions == 1 and (found := _MOVED.search(file.patch or ""))
    )


def page_of(url: str, web: str, hosts: Collection[str]) -> str:
    """Return the page of a submodule's repository; empty if it is on none of these hosts.

    Args:
        url: as `.gitmodules` has it.
        web: the web address of the repository with the submodule, which relative URLs are resolved against; may be empty.
        hosts: in lower case.
    """
    if url.startswith(("./", "../")) and web:
        base = urlsplit(web)
        url = f"https://{base.hostname}{normpath(f'{base.path}/{url}')}"
    address, name = place_of_remote(url)
    host = urlsplit(address).hostname or ""
    return f"https://{host}/{name}" if host in hosts and _REPOSITORY.fullmatch(name) else ""


def with_comparison(move: SubmoduleMove, page: str) -> SubmoduleMove:
    """Return a move with GitHub's page comparing its two commits; `page` is the repository's, or empty."""
    return replace(move, url=f"{page}/compare/{move.before}...{move.after}" if page else "")


def urls_by_path(text: str) -> dict[str, str]:
    """Return each submodule's URL in a `.gitmodules`, by path; nothing for an unreadable file."""
    # Git indents a section's settings, which this parser would read as continuation lines.
    lines = "\n".join(line.strip() for line in text[:MOST_CONFIGURED].splitlines())
    parser = configparser.RawConfigParser(delimiters="=", strict=False, allow_no_value=True, default_section="")
    try:
        parser.read_string(lines)
    except configparser.Error:
        return {}
    sections = [parser[name] for name in parser.sections() if name.startswith("submodule ")]
    return {
        (some["path"] or "").strip('"'): (some["url"] or "").strip('"')
        for some in sections
        if "path" in some and "url" in some
    }
