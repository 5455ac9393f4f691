"""A git repository of a test's own, made commit by commit with git fast-import: whatever paths, times and messages."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

Content = str | bytes | tuple[str, str | bytes] | None
"""A file's content, with a mode before it if it is not 100644; None for one that goes away."""

NOON = datetime(2026, 1, 8, 12, tzinfo=UTC)
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "LC_ALL": "C.UTF-8",
}


class Scratch:
    """A bare repository with the branch `main`, which a commit goes to if none other is named."""

    def __init__(self, path: Path) -> None:
        self.path = path
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)], check=True)

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run git in the repository and return what it says."""
        return run_git(self.path, *arguments, stdin=stdin)

    def tip(self, branch: str = "main") -> str:
        """Return the branch's SHA, or an empty string for one that is not there."""
        loose = self.path / "refs" / "heads" / branch
        if loose.is_file():  # as `commit` leaves it: a program less
            return loose.read_text().strip()
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")

    def commit(
        self,
        message: str | bytes = "Change something",
        changes: Mapping[str, Content] | None = None,
        *,
        at: datetime = NOON,
        authored: datetime | None = None,
        author: str = "Ann <1+ann@users.noreply.github.com>",
        parents: Sequence[str] | None = None,
        branch: str = "main",
    ) -> str:
        """Commit changes to the first parent's files, and return the SHA; `parents` default to the branch's tip."""
        mothers = list(parents) if parents is not None else list(filter(None, [self.tip(branch)]))
        start = b"" if mothers else f"reset refs/heads/{branch}\n".encode()
        made = _commit(message, changes or {}, at, authored or at, author, mothers, branch)
        self.git("fast-import", "--quiet", "--force", stdin=start + made)
        return self.tip(branch)

    def line(self, count: int, *, at: datetime = NOON) -> None:
        """Commit so often on `main`, a second apart from `at` on: "Number 0", "Number 1" …"""
        stream = [
            _commit(
                f"Number {n}", {"number": f"{n}\n"}, at + timedelta(seconds=n), at, "Ann <ann@example.com>", [], "main"
            )
            for n in range(count)
        ]
        self.git("fast-import", "--quiet", "--force", stdin=b"".join(stream))


def _commit(
    message: str | bytes,
    changes: Mapping[str, Content],
    at: datetime,
    authored: datetime,
    author: str,
    parents: Sequence[str],
    branch: str,
) -> bytes:
    told = message.encode() if isinstance(message, str) else message
    lines = [
        b"commit refs/heads/" + branch.encode(),
        f"author {author} {int(authored.timestamp())} +0800".encode(),
        f"committer {author} {int(at.timestamp())} +0800".encode(),
        b"data %d" % len(told),
        told,
        *(f"{'merge' if number else 'from'} {sha}".encode() for number, sha in enumerate(parents)),
        *(_change(path, content) for path, content in changes.items()),
    ]
    return b"\n".join(lines) + b"\n\n"


def run_git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git in a folder, without anybody's configuration, and return what it says."""
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="replace").strip()


def _change(path: str, content: Content) -> bytes:
    name = b'"' + b"".join(b"\\%03o" % byte for byte in path.encode()) + b'"'
    if content is None:
        return b"D " + name
    mode, data = content if isinstance(content, tuple) else ("100644", content)
    if mode == "160000":
        return b"M 160000 " + (data.encode() if isinstance(data, str) else data) + b" " + name
    raw = data.encode() if isinstance(data, str) else data
    return b"M %s inline %s\ndata %d\n%s" % (mode.encode(), name, len(raw), raw)
