"""Asking git about a clone: no program that the clone names is run, nothing is fetched, and no call lasts forever.

A clone is untrusted input: its configuration may name programs and endless files. Only plumbing that runs none is used,
whatever could is switched off, and whatever still hangs is killed. https://git-scm.com/docs/git-config
"""

import os
import re
import subprocess
import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile

from analysis.errors import BadInput, Damaged, Outage

OLDEST_GIT = (2, 37)  # --since-as-filter

QUICK = 60.0
"""Seconds for a question that git answers at once, however large the clone."""

LONG = 300.0
"""Seconds for what reads a whole history or many diffs: five times what the largest public repositories need."""

ASIDE = 20.0
"""Seconds for optional questions: a hundred times what they take in a large repository."""

_ENVIRON = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks, using programs that it names
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,  # grafts hide commits in the same way
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C.UTF-8",
}
# The clone may belong to somebody else (a mounted volume): the user chose it. Whatever its configuration says, it
# starts no program and shows commits as GitHub does.
_OVERRIDES = (
    "safe.directory=*", "core.fsmonitor=false", "log.showSignature=false", "log.showRoot=true",
    "i18n.logOutputEncoding=UTF-8", "diff.renameLimit=1000", "diff.suppressBlankEmpty=false", "diff.indentHeuristic=true",
)  # fmt: skip


class Git:
    """git in one folder.

    Args:
        path: the folder; not necessarily the clone's root.
        environ: the environment that git runs in, without its `GIT_*` variables.
    """

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path
        self._environ = {key: value for key, value in environ.items() if not key.startswith("GIT_")} | _ENVIRON

    def __call__(
        self, *arguments: str, given: str | None = None, check: bool = True, limit: float | None = None
    ) -> str:
        """Run git and return its output; without `check`, an empty string if it fails.

        `given` is its input; it has `limit` seconds, by default QUICK.

        Raises:
            BadInput: git is not installed, or the clone is partial and lacks what is asked for.
            Damaged: git fails, or does not finish in time.
        """
        return self.raw(*arguments, given=given, check=check, limit=limit).decode(errors="replace")

    def raw(self, *arguments: str, given: str | None = None, check: bool = True, limit: float | None = None) -> bytes:
        """Like calling it, but return the output as bytes."""
        done = self._run(arguments, given, limit or QUICK)
        if check and done.returncode:
            raise self._problem(done)
        return done.stdout if not done.returncode else b""

    def beginning(self, *arguments: str, given: str = "", most: int, limit: float) -> bytes:
        """Return the first `most` bytes of git's output within `limit` seconds; for optional data, so failures are not reported."""
        with TemporaryFile() as spoken:  # a pipe would fill up before the answer is read
            spoken.write(given.encode())
            spoken.seek(0)
            with subprocess.Popen(  # noqa: S603 - as in _run
                self._command(arguments),
                stdin=spoken,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environ,
            ) as process:
                assert process.stdout
                ending = threading.Timer(limit, process.kill)
                ending.start()
                try:
                    return process.stdout.read(most)
                finally:
                    ending.cancel()
                    process.kill()

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment that git runs in."""
        return self._environ

    def conflicts(self, ours: str, theirs: str) -> list[str]:
        """Merge two commits without a work tree, and return the files that conflict.

        Raises:
            Damaged: they cannot be merged at all.
        """
        done = self._run(("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs), None, LONG)
        if done.returncode not in {0, 1}:
            raise self._problem(done)
        named = done.stdout.decode(errors="replace").split("\0")[1:] if done.returncode else []
        return [name for name in named if name]

    def settings(self) -> dict[str, list[str]]:
        """Return the values of each setting in the clone, by its full name as git spells it: `branch.main.remote`."""
        values: dict[str, list[str]] = {}
        for entry in self("config", "--list", "-z", check=False).split("\0")[:-1]:
            name, _, value = entry.partition("\n")
            values.setdefault(name, []).append(value)
        return values

    def version(self) -> str:
        """Return git's version string."""
        return _version(self._environ.get("PATH", os.defpath))

    def refs(self) -> tuple[dict[str, str], frozenset[str]]:
        """Return each reference's SHA by its full name, and the names of unreadable ones."""
        done = self._run(("for-each-ref", "--format=%(refname) %(objectname)"), None, QUICK)
        if done.returncode:
            raise self._problem(done)
        lines = done.stdout.decode(errors="replace").splitlines()
        broken = re.findall(r"ignoring (?:broken ref|dangling symref) (\S+)", done.stderr.decode(errors="replace"))
        return dict(line.split(" ", 1) for line in lines), frozenset(broken)

    def _run(self, arguments: tuple[str, ...], given: str | None, limit: float) -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run(  # noqa: S603 - a list, no shell; user text comes behind --end-of-options or as a path
                self._command(arguments),
                input=(given or "").encode(),
                capture_output=True,
                check=False,
                env=self._environ,
                timeout=limit,
            )
        except FileNotFoundError:
            raise _not_installed() from None
        except subprocess.TimeoutExpired:
            raise Damaged(
                f"git had not finished with {self.path} after {limit:.0f} seconds: run `git -C {self.path} {arguments[0]}` by "
                "hand to see what holds it up (a slow disk, or a setting of the clone that never ends)."
            ) from None

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        options = [word for setting in _OVERRIDES for word in ("-c", setting)]
        return ["git", "-C", str(self.path), *options, *arguments]

    def _problem(self, done: "subprocess.CompletedProcess[bytes]") -> Outage | BadInput:
        said = done.stderr.decode(errors="replace").strip() or "it gave no reason"
        if "promisor remote" in said:
            return BadInput(
                f"{self.path} is a partial clone and lacks files of the requested days: clone the repository again "
                "without --filter, or name it as owner/name to read it on GitHub."
            )
        reason = said.splitlines()[-1].removeprefix("fatal: ")
        return Damaged(f"git could not read {self.path}: {reason}. If this persists, clone the repository again.")


@lru_cache(maxsize=4)
def _version(search_path: str) -> str:
    """Cached, as a process opens clones again and again."""
    try:
        done = subprocess.run(
            ["git", "--version"],  # noqa: S607 - as in `_command`, whichever git is found first
            capture_output=True,
            check=False,
            env={"PATH": search_path},
            timeout=QUICK,
        )
    except FileNotFoundError:
        raise _not_installed() from None
    return done.stdout.decode(errors="replace").strip()


def _not_installed() -> BadInput:
    return BadInput("git is not installed on this machine: install it, or name a repository on GitHub.")


def is_too_old(version: str) -> bool:
    """Whether the output of `git --version` is from a git too old to read clones as done here."""
    found = re.search(r"(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) < OLDEST_GIT
