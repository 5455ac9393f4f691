"""Submodules that a commit in a clone moves: the commits between the old and the new one, if the submodule's own clone is here.

A clone keeps its submodules' clones in `modules/<name>` of its git directory; the name is in the commit's `.gitmodules`. All
of it is untrusted and optional: whatever is odd, missing, or not read in time is left out. Nothing is fetched.

https://git-scm.com/docs/gitmodules, https://git-scm.com/docs/gitsubmodules
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from analysis.commits.commit import Brought, Commit, SubmoduleMove
from analysis.sources.git_command import ASIDE, Git
from analysis.sources.submodules import GITHUB, MOST_CONFIGURED, NEWEST, moves_of, page_of, with_comparison

_MOST_COUNTED, _MOST_SUBJECTS = 100, 100_000
"""Bytes of two numbers, and of a few subjects."""
_MOST_MOVES = 20
"""Submodules examined for one commit; each takes three calls of git."""
_SETTING = re.compile(r"submodule\.(?P<name>.+)\.(?P<key>path|url)\n(?P<value>.*)", re.DOTALL)


class Submodules:
    """Reads how submodules moved.

    Args:
        web: the web address of the clone's own repository, which relative URLs are resolved against; may be empty.
    """

    def __init__(self, git: Git, web: str) -> None:
        self._git, self._web = git, web

    def moved_by(self, commit: Commit) -> tuple[SubmoduleMove, ...]:
        """Return a fully read commit's moves for which more is known than the two SHAs, in the order of its files."""
        moves = moves_of(commit)
        if not moves:
            return ()
        configured = self._configured(commit.sha)
        known = [(*configured[move.path], move) for move in moves if move.path in configured]
        found = (self._known(name, url, move) for name, url, move in known[:_MOST_MOVES])
        return tuple(move for move in found if move.url or move.came is not None)

    def _configured(self, sha: str) -> dict[str, tuple[str, str]]:
        """Return the name and URL of each submodule that a commit configures, by path."""
        out = self._git.beginning(
            "config", "--no-includes", "--blob", f"{sha}:.gitmodules", "-z", "--get-regexp", r"^submodule\..*\.(path|url)$",
            most=MOST_CONFIGURED, limit=ASIDE,
        )  # fmt: skip
        values: dict[str, dict[str, str]] = {}
        for field in out.decode(errors="replace").split("\0"):
            if found := _SETTING.fullmatch(field):
                values.setdefault(found["name"], {})[found["key"]] = found["value"]
        return {some["path"]: (name, some.get("url", "")) for name, some in values.items() if "path" in some}

    def _known(self, name: str, url: str, move: SubmoduleMove) -> SubmoduleMove:
        """Return a move with what is known about it."""
        linked = with_comparison(move, page_of(url, self._web, {GITHUB}))
        folder = self._folder(name)
        counts = _counts(folder, move) if folder else None
        if folder is None or counts is None:
            return linked
        lost, came = counts
        return replace(linked, came=came, lost=lost, newest=tuple(_newest(folder, move)))

    def _folder(self, name: str) -> Git | None:
        """Return the submodule's own clone, if it is here and its history is complete."""
        if ".." in re.split(r"[/\\]", name):  # git itself rejects it
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


# The folder is passed explicitly: git would otherwise search parent folders, and fail if the submodule's work tree is gone.
_HERE = ("--git-dir=.", "--work-tree=.")


def _counts(git: Git, move: SubmoduleMove) -> tuple[int, int] | None:
    """Return how many commits only the old one reaches, and how many only the new one; None if either is not here."""
    out = git.beginning(
        *_HERE,
        "rev-list",
        "--left-right",
        "--count",
        f"{move.before}...{move.after}",
        "--",
        most=_MOST_COUNTED,
        limit=ASIDE,
    ).split()
    return (int(out[0]), int(out[1])) if len(out) == len(("lost", "came")) else None


def _newest(git: Git, move: SubmoduleMove) -> Iterator[Brought]:
    out = git.beginning(
        *_HERE, "log", "-z", "--no-patch", "--no-notes", "--no-color", "--format=%H %s", f"-{NEWEST}", f"{move.before}..{move.after}", "--",
        most=_MOST_SUBJECTS, limit=ASIDE,
    )  # fmt: skip
    for record in filter(None, out.decode(errors="replace").split("\0")):
        sha, _, subject = record.partition(" ")
        yield Brought(sha, subject)
