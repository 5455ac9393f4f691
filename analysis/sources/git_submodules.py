"""Submodules that a commit moves: which commits lie between the two it names, as far as the submodule's own clone is here.

A clone keeps those of its submodules in `modules/<name>` of its git directory; the name is in the commit's `.gitmodules`. All of it
is untrusted input, and can be done without: whatever is odd, missing, or not read in time is left out. Nothing is fetched.

https://git-scm.com/docs/gitmodules, https://git-scm.com/docs/gitsubmodules
"""

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath
from urllib.parse import urlsplit

from analysis.commits.commit import Brought, Commit, SubmoduleMove
from analysis.sources.git_command import ASIDE, Git

_MOST_CONFIGURED, _MOST_COUNTED, _MOST_SUBJECTS = 1_000_000, 100, 100_000
"""Bytes of `.gitmodules`, of two numbers, and of a few subjects."""
_MOST_MOVES = 20
"""Submodules that are looked into for one commit; each takes three calls of git."""
_NEWEST = 5
_MOVED = re.compile(
    r"^-Subproject commit (?P<before>[0-9a-f]{40,64})\n\+Subproject commit (?P<after>[0-9a-f]{40,64})$", re.MULTILINE
)
_SETTING = re.compile(r"submodule\.(?P<name>.+)\.(?P<key>path|url)\n(?P<value>.*)", re.DOTALL)
_REPOSITORY = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)
_SCHEME_URL = re.compile(r"(?:https?|ssh|git)://(?:[^@/\s]+@)?([\w.-]+)(?::\d+)?/([\w./~-]+?)(?:\.git)?/?")
_SSH_PLACE = re.compile(r"(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+):([\w./~-]+?)(?:\.git)?/?")


def place_of_remote(remote: str) -> tuple[str, str]:
    """Return the web address and `owner/name` that a remote's URL stands for; empty strings for a local path."""
    found = _SCHEME_URL.fullmatch(remote) or _SSH_PLACE.fullmatch(remote)
    return (f"https://{found[1]}/{found[2]}", found[2]) if found else ("", "")


class Submodules:
    """Reads how submodules moved.

    Args:
        web: the web address of the clone's own repository, which relative addresses start from; may be empty.
    """

    def __init__(self, git: Git, web: str) -> None:
        self._git, self._web = git, web

    def moved_by(self, commit: Commit) -> tuple[SubmoduleMove, ...]:
        """Return the moves of a whole commit of which more is known than the two SHAs, in the order of its files."""
        moves = [
            (file.path, found)
            for file in commit.files
            if file.additions == file.deletions == 1 and (found := _MOVED.search(file.patch or ""))
        ]
        if not moves:
            return ()
        configured = self._configured(commit.sha)
        known = [(*configured[path], path, found) for path, found in moves if path in configured]
        return tuple(
            move
            for name, url, path, found in known[:_MOST_MOVES]
            if (move := self._move(name, url, path, found["before"], found["after"]))
        )

    def _configured(self, sha: str) -> dict[str, tuple[str, str]]:
        """Return by path the name and the URL of each submodule that a commit configures."""
        out = self._git.beginning(
            "config", "--no-includes", "--blob", f"{sha}:.gitmodules", "-z", "--get-regexp", r"^submodule\..*\.(path|url)$",
            most=_MOST_CONFIGURED, limit=ASIDE,
        )  # fmt: skip
        values: dict[str, dict[str, str]] = {}
        for field in out.decode(errors="replace").split("\0"):
            if found := _SETTING.fullmatch(field):
                values.setdefault(found["name"], {})[found["key"]] = found["value"]
        return {some["path"]: (name, some.get("url", "")) for name, some in values.items() if "path" in some}

    def _move(self, name: str, url: str, path: str, before: str, after: str) -> SubmoduleMove | None:
        page = self._page(url)
        comparison = f"{page}/compare/{before}...{after}" if page else ""
        folder = self._folder(name)
        counts = _counts(folder, before, after) if folder else None
        if folder and counts:
            lost, came = counts
            newest = tuple(_newest(folder, before, after))
            return SubmoduleMove(path, before, after, comparison, came, lost, newest)
        return SubmoduleMove(path, before, after, comparison) if comparison else None

    def _folder(self, name: str) -> Git | None:
        """Return the submodule's own clone, if it is here and its history is whole."""
        if ".." in re.split(r"[/\\]", name):  # as git itself refuses it
            return None
        common = self._git("rev-parse", "--path-format=absolute", "--git-common-dir", check=False).strip()
        modules = Path(common, "modules").resolve()
        try:
            folder = (modules / name).resolve()  # an absolute name, or a link, may lead anywhere
            is_here = folder != modules and folder.is_relative_to(modules) and (folder / "HEAD").is_file()
            is_whole = not (folder / "shallow").exists()
        except (OSError, RuntimeError, ValueError):  # too long, a loop of links, a zero byte
            return None
        return Git(folder, self._git.environ) if common and is_here and is_whole else None

    def _page(self, url: str) -> str:
        """Return the submodule's page on GitHub, or an empty string."""
        if url.startswith(("./", "../")) and self._web:
            base = urlsplit(self._web)
            url = f"https://{base.hostname}{normpath(f'{base.path}/{url}')}"
        web, name = place_of_remote(url)
        is_on_github = urlsplit(web).hostname == "github.com" and _REPOSITORY.fullmatch(name)
        return f"https://github.com/{name}" if is_on_github else ""


# The folder is named outright: git would otherwise look for a repository above it, and fail where the submodule's work tree is gone.
_HERE = ("--git-dir=.", "--work-tree=.")


def _counts(git: Git, before: str, after: str) -> tuple[int, int] | None:
    """Return how many commits only the old one reaches, and how many only the new one; None where one is not here."""
    out = git.beginning(
        *_HERE, "rev-list", "--left-right", "--count", f"{before}...{after}", "--", most=_MOST_COUNTED, limit=ASIDE
    ).split()
    return (int(out[0]), int(out[1])) if len(out) == len(("lost", "came")) else None


def _newest(git: Git, before: str, after: str) -> Iterator[Brought]:
    out = git.beginning(
        *_HERE, "log", "-z", "--no-patch", "--no-notes", "--no-color", "--format=%H %s", f"-{_NEWEST}", f"{before}..{after}", "--",
        most=_MOST_SUBJECTS, limit=ASIDE,
    )  # fmt: skip
    for record in filter(None, out.decode(errors="replace").split("\0")):
        sha, _, subject = record.partition(" ")
        yield Brought(sha, subject)
