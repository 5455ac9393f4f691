"""A git repository of a test's own, made commit by commit: whatever paths, times and messages.

Objects and branches are written as git keeps them, which takes a hundredth of the time that its programs take.
https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
"""

import hashlib
import os
import subprocess
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

Content = str | bytes | tuple[str, str | bytes] | None
"""A file's content, with a mode before it if it is not 100644; None for one that goes away."""
Files = dict[bytes, tuple[str, str]]
"""The mode and the SHA of each file by its path."""

NOON = datetime(2026, 1, 8, 12, tzinfo=UTC)
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "LC_ALL": "C.UTF-8",
}
_SUBMODULE = "160000"


class Scratch:
    """A bare repository, made if it is not there, with the branch `main`, which a commit goes to if none other is named."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._committed: dict[str, Files] = {}
        for folder in ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info"):
            (path / folder).mkdir(parents=True, exist_ok=True)
        if not (path / "HEAD").exists():
            (path / "HEAD").write_text("ref: refs/heads/main\n")
            (path / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n")

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run git in the repository and return what it says."""
        return run_git(self.path, *arguments, stdin=stdin)

    def tip(self, branch: str = "main") -> str:
        """Return the branch's SHA, or an empty string for one that is not there."""
        loose = self.path / "refs" / "heads" / branch
        if loose.is_file():  # as `commit` leaves it: a program less
            return loose.read_text().strip()
        if not (self.path / "packed-refs").is_file():
            return ""
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
        parents = list(parents) if parents is not None else list(filter(None, [self.tip(branch)]))
        files = dict(self._files(parents[0])) if parents else {}
        for path, content in (changes or {}).items():
            self._change(files, path.encode(), content)
        header = [
            f"tree {self._tree(files)}",
            *(f"parent {parent}" for parent in parents),
            f"author {author} {int((authored or at).timestamp())} +0800",
            f"committer {author} {int(at.timestamp())} +0800",
        ]
        text = message.encode() if isinstance(message, str) else message
        sha = self._store("commit", "\n".join(header).encode() + b"\n\n" + text)
        self._committed[sha] = files
        loose = self.path / "refs" / "heads" / branch
        loose.parent.mkdir(parents=True, exist_ok=True)
        loose.write_text(f"{sha}\n")
        return sha

    def line(self, count: int, *, at: datetime = NOON) -> None:
        """Commit so often on `main`, a second apart from `at` on: "Number 0", "Number 1" …"""
        for n in range(count):
            self.commit(
                f"Number {n}", {"number": f"{n}\n"}, at=at + timedelta(seconds=n), authored=at,
                author="Ann <ann@example.com>", parents=None if n else [],
            )  # fmt: skip

    def _files(self, sha: str) -> Files:
        """Return a commit's files; what git itself has made is read once."""
        if sha not in self._committed:
            files: Files = {}
            for row in run(self.path, "ls-tree", "-r", "-z", "--full-tree", sha).split(b"\0")[:-1]:
                named, _, path = row.partition(b"\t")
                mode, _, blob = named.decode().split(" ")
                files[path] = (mode, blob)
            self._committed[sha] = files
        return self._committed[sha]

    def _change(self, files: Files, path: bytes, content: Content) -> None:
        """Write a file, in place of a folder too, or take it or a whole folder away."""
        for other in [other for other in files if other.startswith(path + b"/")]:
            del files[other]
        if content is None:
            files.pop(path, None)
            return
        for end in (at for at, byte in enumerate(path) if byte == ord("/")):
            files.pop(path[:end], None)
        mode, data = content if isinstance(content, tuple) else ("100644", content)
        raw = data.encode() if isinstance(data, str) else data
        files[path] = (mode, raw.decode() if mode == _SUBMODULE else self._store("blob", raw))

    def _tree(self, files: Files) -> str:
        """Store a folder with the folders below it."""
        below: dict[bytes, Files] = {}
        entries = {}
        for path, (mode, sha) in files.items():
            name, slash, rest = path.partition(b"/")
            if slash:
                below.setdefault(name, {})[rest] = (mode, sha)
            else:
                entries[name] = (mode, sha)
        entries |= {name + b"/": ("40000", self._tree(inner)) for name, inner in below.items()}
        lines = (
            b"%s %s\0%s" % (mode.encode(), name.removesuffix(b"/"), bytes.fromhex(sha))
            for name, (mode, sha) in sorted(entries.items())
        )
        return self._store("tree", b"".join(lines))

    def _store(self, kind: str, data: bytes) -> str:
        whole = b"%s %d\0%s" % (kind.encode(), len(data), data)
        sha = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        loose = self.path / "objects" / sha[:2] / sha[2:]
        if not loose.exists():
            loose.parent.mkdir(exist_ok=True)
            loose.write_bytes(zlib.compress(whole, 1))
        return sha


def run_git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git in a folder, without anybody's configuration, and return what it says."""
    return run(folder, *arguments, stdin=stdin).decode(errors="replace").strip()


def run(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run git in a folder in the same way, and return the bytes that it says."""
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout
