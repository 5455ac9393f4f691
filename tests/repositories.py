"""Small repositories made for a test: files as they stand at each commit, with tags."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

_WHEN = 1_767_870_000
"""2026-01-08 11:00 UTC; each commit comes an hour after the one before."""


class Repository:
    """A repository on `main`; `commit` writes files (None removes one) and `tag` names where it stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._count = 0
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        """Run git there."""
        when = f"{_WHEN + 3600 * self._count} +0000"
        names = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Ann"), ("EMAIL", "ann@example.org"), ("DATE", when))}  # fmt: skip
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.path), "GIT_CONFIG_NOSYSTEM": "1", **names}
        done = subprocess.run(["git", "-C", str(self.path), *arguments], check=True, capture_output=True, env=environ)
        return done.stdout.decode().strip()

    def commit(self, message: str, files: Mapping[str, str | None] | None = None, tag: str = "") -> str:
        """Commit files, dedented; return the SHA."""
        for name, text in (files or {}).items():
            file = self.path / name
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(dedent(text).removeprefix("\n"), encoding="utf-8")
        self._count += 1
        self.git("add", "-A")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        if tag:
            self.git("tag", tag)
        return self.git("rev-parse", "HEAD")
