"""Commits from a local clone, by `git log`. Nothing is fetched and nothing in the clone is changed.

A clone is untrusted input: its configuration may name programs. Only plumbing that runs none is used, and what could
is switched off. https://git-scm.com/docs/git-log
"""

import os
import re
import secrets
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from analysis.commit import Commit, FileChange, Status, Unseen
from analysis.errors import BadInput, NotFound, Outage
from analysis.sources import LARGEST_PATCH, NO_COMMITS, Listing, hunks_of

OLDEST_GIT = (2, 37)  # --since-as-filter
_HEAD_FORMAT = "%H%n%P%n%ct%n%at%n%an%n%B"
_STATUS: dict[str, Status] = {
    "A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"
}  # fmt: skip
_GIT_ENVIRON = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks, by programs that it names
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C.UTF-8",
}
# The clone may belong to somebody else (a mounted volume): the user named it. Whatever its configuration says, it
# starts no program and shows commits as GitHub does.
_OVERRIDES = (
    "safe.directory=*", "core.fsmonitor=false", "log.showSignature=false", "log.showRoot=true",
    "i18n.logOutputEncoding=UTF-8", "diff.renameLimit=1000", "diff.suppressBlankEmpty=false", "diff.indentHeuristic=true",
)  # fmt: skip
_DIFF = (
    "-p", "-z", "--raw", "--numstat", "--no-abbrev", "-M", "--no-color", "--no-ext-diff", "--no-textconv",
    "--diff-merges=first-parent", "--diff-algorithm=myers", "-U3", "--inter-hunk-context=0", "--submodule=short",
    "--ignore-submodules=none", "--src-prefix=a/", "--dst-prefix=b/", "--no-relative", f"-O{os.devnull}", "--no-notes",
)  # fmt: skip
_AT_ONCE = 50  # commits whose diffs are held in memory together
_SECTION = re.compile(r"^diff --git ", re.MULTILINE)
_SCHEME_URL = re.compile(r"(?:https?|ssh|git)://(?:[^@/\s]+@)?([\w.-]+)(?::\d+)?/([\w./~-]+?)(?:\.git)?/?")
_SSH_PLACE = re.compile(r"(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+):([\w./~-]+?)(?:\.git)?/?")


class GitClone:
    """A clone on this machine (working tree or bare).

    Args:
        path: the clone's folder, or one below its root.
        repo: what to call it; default: `owner/name` from its remote, or the folder's name.
        branch: the branch to follow; default: the remote's default branch, or what is checked out.
        environ: the environment that git runs in; its own `GIT_*` variables are left out.
    """

    def __init__(
        self, path: str | Path, *, environ: Mapping[str, str], repo: str | None = None, branch: str | None = None
    ) -> None:
        self._environ = {key: value for key, value in environ.items() if not key.startswith("GIT_")} | _GIT_ENVIRON
        self._path = Path(path)
        self._check()
        self._remote = self._git("config", "--get", "remote.origin.url", check=False).strip()
        self._web, named = _place(self._remote)
        root = self._git("rev-parse", "--show-toplevel", check=False) or self._git("rev-parse", "--absolute-git-dir")
        self._host = "" if repo else urlsplit(self._web).hostname or ""
        self._repo = repo or named or Path(root.strip()).name.removesuffix(".git")
        self._wanted = branch
        self._found: tuple[str, str] | None = None

    @property
    def repo(self) -> str:
        """Its name."""
        return self._repo

    @property
    def host(self) -> str:
        """The host that its remote names, where the name comes from there too."""
        return self._host

    @property
    def branch(self) -> str:
        """The branch's name."""
        return self._tip()[0]

    def landed(self, since: datetime, until: datetime) -> Listing:
        """List what was committed in [since, until); see CommitSource."""
        self._found = None  # what came since is listed too
        branch, tip = self._tip()
        if not tip:
            return Listing(self._repo, branch, (), (NO_COMMITS,))
        first, last = int(since.timestamp()), int(until.timestamp()) - 1
        out = self._git(
            "log", "-z", f"--format={_HEAD_FORMAT}", f"--since-as-filter=@{first}", f"--until=@{last}", tip
        )  # fmt: skip
        heads = tuple(self._head(record) for record in out.split("\0") if record)
        self._refuse_cut_history(heads, since)
        return Listing(self._repo, branch, heads, self._staleness(until))

    def fetch(self, heads: Sequence[Commit], executor: Executor) -> Iterator[Commit]:  # noqa: ARG002 - one process does it
        """Yield these commits with their files, in the order given."""
        known = {head.sha: head for head in heads}
        shas = list(known)
        for start in range(0, len(shas), _AT_ONCE):
            for sha, files in self._patches(shas[start : start + _AT_ONCE]):
                yield replace(known[sha], files=files)

    def resolve(self, ref: str) -> Commit:
        """Return one commit with its files; see CommitSource."""
        sha = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", check=False
        ).strip()
        if not sha:
            raise NotFound(f"{self._repo} has no commit {ref!r}: give a SHA of its history, or search for words.")
        head = self._head(self._git("log", "-z", "--no-walk", f"--format={_HEAD_FORMAT}", sha).strip("\0"))
        return next(self.fetch([head], _NO_EXECUTOR))

    def read_file(self, path: str) -> str | None:
        """Return a text file as it stands on the branch, or None."""
        _, tip = self._tip()
        if not tip:
            return None
        text = self._git("cat-file", "blob", f"{tip}:{path}", check=False)
        return text or None

    # -- reading git's answers

    def _head(self, record: str) -> Commit:
        sha, parents, committed, authored, author, message = record.split("\n", 5)
        return Commit(
            repo=self._repo,
            sha=sha,
            author=author,
            authored_at=_moment(authored),
            committed_at=_moment(committed),
            message=message.rstrip(),
            parents=tuple(parents.split()),
            url=f"{self._web}/commit/{sha}" if self._web else None,
        )

    def _patches(self, shas: Sequence[str]) -> Iterator[tuple[str, tuple[FileChange, ...]]]:
        # A random mark before each SHA: a file's name may hold any text but this one.
        mark = f"\1{secrets.token_hex(8)}:"
        out = self._git("log", *_DIFF, "--no-walk=unsorted", f"--format={mark}%H", "--stdin", given="\n".join(shas))
        for record in out.split(mark)[1:]:
            sha, _, rest = record.partition("\0")
            yield sha.strip(), tuple(_files(rest.lstrip("\n")))

    # -- asking git

    def _check(self) -> None:
        try:
            self._path = self._path.expanduser().resolve()
            is_folder = self._path.is_dir()
        except (OSError, RuntimeError):  # no such user, no permission
            is_folder = False
        if not is_folder:
            raise BadInput(
                f"There is no folder {self._path}: give a clone's path, or owner/name for a repository on GitHub."
            )
        found = self._git("--version").strip()
        if is_too_old(found):
            raise BadInput(f"This machine has {found}; daybrief needs git {_OLDEST} or newer to read a clone.")
        try:
            self._git("rev-parse", "--git-dir")
        except Outage as problem:
            if "not a git repository" not in str(problem):
                raise
            raise BadInput(
                f"{self._path} is no git repository: give a clone's path, or owner/name for a repository on GitHub."
            ) from None

    def _tip(self) -> tuple[str, str]:
        """Return the branch's name and the commit it points at (empty for a repository without commits)."""
        self._found = self._found or self._look_up()
        return self._found

    def _look_up(self) -> tuple[str, str]:
        if self._wanted:
            # As people say it, and as `git branch -a` lists it: main, origin/main, remotes/upstream/main.
            listed = self._wanted.removeprefix("remotes/")
            for name in dict.fromkeys((self._wanted, listed.removeprefix("origin/"))):
                for ref in (f"refs/remotes/origin/{name}", f"refs/heads/{name}"):
                    if sha := self._commit(ref):
                        return name, self._newer(sha, self._commit(f"refs/heads/{name}"))
            if sha := self._commit(f"refs/remotes/{listed}"):
                return listed, sha
            raise NotFound(
                f"{self._repo} has no branch {self._wanted!r}: `git branch -a` in {self._path} lists what it has."
            )
        default = self._git("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD", check=False).strip()
        name = default.removeprefix("origin/")
        if name and (sha := self._commit(f"refs/remotes/origin/{name}")):
            return name, self._newer(sha, self._commit(f"refs/heads/{name}"))
        checked_out = self._git("symbolic-ref", "--quiet", "--short", "HEAD", check=False).strip()
        return checked_out or "HEAD", self._commit("HEAD")

    def _commit(self, ref: str) -> str:
        return self._git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", check=False).strip()

    def _newer(self, remote: str, local: str) -> str:
        # What was committed here and not pushed counts too, unless the local branch is behind or has gone its own way.
        ahead = local and not self._git("rev-list", "-1", f"{local}..{remote}", check=False).strip()
        return local if ahead else remote

    def _refuse_cut_history(self, heads: Iterable[Commit], since: datetime) -> None:
        if self._git("rev-parse", "--is-shallow-repository").strip() != "true":
            return
        folder = Path(self._git("rev-parse", "--path-format=absolute", "--git-common-dir").strip())
        cut = set((folder / "shallow").read_text().split())
        dates = self._git(
            "log", "--no-walk", "--format=%ct", "--stdin", given="\n".join(sorted(cut)), check=False
        ).split()
        if any(head.sha in cut for head in heads) or any(int(date) >= since.timestamp() for date in dates):
            raise BadInput(
                f"{self._path} is a shallow clone and its history ends inside the days asked for: "
                f"run `git -C {self._path} fetch --unshallow` first."
            )

    def _staleness(self, until: datetime) -> tuple[str, ...]:
        """A clone that nobody fetched since the window's end may lack the day: that is no quiet day."""
        if not self._remote:
            return ()
        folders = self._git("rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir").splitlines()
        # A clone that was never fetched again has no FETCH_HEAD, but the references that came with it.
        names = ("FETCH_HEAD", "packed-refs")
        times = [file.stat().st_mtime for folder in folders for name in names if (file := Path(folder, name)).exists()]
        moment = datetime.fromtimestamp(max(times), UTC) if times else until
        if moment >= until:
            return ()
        return (f"the clone was last fetched on {moment:%Y-%m-%d at %H:%M} UTC; what landed after that is missing",)

    def _git(self, *arguments: str, given: str | None = None, check: bool = True) -> str:
        options = [word for setting in _OVERRIDES for word in ("-c", setting)]
        command = ["git", "-C", str(self._path), *options, *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - a list, no shell; user text comes behind --end-of-options or as a path
                command, input=(given or "").encode(), capture_output=True, check=False, env=self._environ
            )
        except FileNotFoundError:
            raise BadInput(
                "git is not installed on this machine: install it, or name a repository on GitHub."
            ) from None
        if check and done.returncode:
            said = done.stderr.decode(errors="replace").strip() or "it gave no reason"
            if "promisor remote" in said:
                raise BadInput(
                    f"{self._path} is a partial clone and lacks files of the days asked for: clone the repository again "
                    "without --filter, or name it as owner/name to read it on GitHub."
                )
            raise Outage(f"git could not read {self._path}: {said.splitlines()[-1].removeprefix('fatal: ')}")
        return done.stdout.decode(errors="replace") if not done.returncode else ""


_OLDEST = ".".join(map(str, OLDEST_GIT))


def is_too_old(version: str) -> bool:
    """Whether what `git --version` says is a git that cannot read clones as it is done here."""
    found = re.search(r"(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) < OLDEST_GIT


def _place(remote: str) -> tuple[str, str]:
    """Return the web address and `owner/name` that a remote's URL stands for; empty strings for a local path."""
    found = _SCHEME_URL.fullmatch(remote) or _SSH_PLACE.fullmatch(remote)
    return (f"https://{found[1]}/{found[2]}", found[2]) if found else ("", "")


def _moment(seconds: str) -> datetime:
    """Read a time of git's; broken clocks and tools write times that are none."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _files(record: str) -> Iterator[FileChange]:
    r"""Read one commit's raw records, numstat and patch: `:…\0path\0…\0 n\tm\tpath\0… \0 diff --git …`."""
    fields = iter(record.split("\0"))
    raw: list[_Raw] = []
    counts: list[tuple[str, str]] = []
    patch = ""
    for field in fields:
        if field.startswith(":") and not counts:
            _, _, before, after, status = field.split(" ")
            first = next(fields)
            path, old = (next(fields), first) if status[0] in "RC" else (first, None)
            raw.append(_Raw(status[0], path, old, is_same=before == after))
        elif (found := re.match(r"(\d+|-)\t(\d+|-)\t", field)) and len(counts) < len(raw):
            counts.append((found[1], found[2]))
            if not field[found.end() :]:
                next(fields)
                next(fields)
        elif field:
            patch = "\0".join([field, *fields])
    sections = iter([section.removeprefix("\n") for section in _SECTION.split(patch)][1:])
    for change, (added, deleted) in zip(raw, counts, strict=True):
        # A change of type is shown as a removal and an addition.
        own = [next(sections, "") for _ in range(2 if change.status == "T" else 1)]
        text = "\n".join(filter(None, map(hunks_of, own))) or None
        is_binary = added == "-"
        unseen: Unseen | None = "binary" if is_binary and not change.is_same else None
        if text is not None and len(text) > LARGEST_PATCH:
            text, unseen = None, "too large"
        lines = (0, 0) if is_binary else (int(added), int(deleted))
        yield FileChange(change.path, _STATUS[change.status], *lines, change.old, text, unseen)


@dataclass(frozen=True, slots=True)
class _Raw:
    status: str
    path: str
    old: str | None
    is_same: bool


class _Unused(Executor):
    """Stands where the port asks for an executor and this source needs none."""


_NO_EXECUTOR = _Unused()
