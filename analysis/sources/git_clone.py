"""Commits from a local clone, by `git log`. Nothing is fetched, and nothing in the clone is changed.

https://git-scm.com/docs/git-log
"""

import os
import re
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from analysis.commits.commit import Commit, FileChange, Status, Unseen
from analysis.commits.surroundings import Surroundings
from analysis.errors import BadInput, Damaged, NotFound
from analysis.sources import LARGEST_PATCH, Listing, hunks_of
from analysis.sources.git_around import Around
from analysis.sources.git_branch import Branches, Tip
from analysis.sources.git_command import LONG, OLDEST_GIT, Git, is_too_old
from analysis.sources.git_submodules import Submodules
from analysis.sources.remarks import Remark, no_commits, stale
from analysis.sources.submodules import place_of_remote

_STATUS: dict[str, Status] = {
    "A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"
}  # fmt: skip
_DIFF = (
    "-p", "-z", "--raw", "--numstat", "--no-abbrev", "-M", "--no-color", "--no-ext-diff", "--no-textconv",
    "--diff-merges=first-parent", "--diff-algorithm=myers", "-U3", "--inter-hunk-context=0", "--submodule=short",
    "--ignore-submodules=none", "--src-prefix=a/", "--dst-prefix=b/", "--no-relative", f"-O{os.devnull}", "--no-notes",
)  # fmt: skip
_NEWEST = 100  # as many as a page of GitHub's
_BELOW = 3
"""Generations of older commits that prove that the requested days are complete: a single date may be wrong."""
_AT_ONCE = 50  # commits whose diffs are in memory at the same time
_PULL = r"^Merge (remote-tracking )?(branch|https?:|main|master|trunk|origin/|upstream/)"
"""Titles of merges that may bring a branch up to date, so that not every merge is read."""
_MOST_PULLS = 50
"""If the trunk was pulled more often since, commits that waited elsewhere are not identified."""
_SECTION = re.compile(r"^diff --git ", re.MULTILINE)


class GitClone:
    """A clone on this machine (working tree or bare).

    Args:
        path: the clone's folder, or one inside it.
        repo: its name; default: `owner/name` from its remote, or the folder's name.
        branch: the branch to follow; default: the remote's default branch, or what is checked out.
        environ: the environment that git runs in, without its `GIT_*` variables.
    """

    def __init__(
        self, path: str | Path, *, environ: Mapping[str, str], repo: str | None = None, branch: str | None = None
    ) -> None:
        self._path = _folder(path)
        self._git = Git(self._path, environ)
        self._check()
        self._remote = self._git.settings().get("remote.origin.url", [""])[-1].strip()
        self._web, named = place_of_remote(self._remote)
        self._host = "" if repo else urlsplit(self._web).hostname or ""
        self._repo = repo or named or self._name_of_folder()
        self._wanted = branch
        self._seen: tuple[Branches, Tip] | None = None
        self._is_listed = False
        self._around = Around(self._git, ())
        self._submodules = Submodules(self._git, self._web)

    @property
    def repo(self) -> str:
        """Its name."""
        return self._repo

    @property
    def host(self) -> str:
        """The host in its remote's URL, if the name comes from there too."""
        return self._host

    @property
    def branch(self) -> str:
        """The branch's name."""
        return self._tip().branch

    def landed(self, since: datetime, until: datetime) -> Listing:
        """List what was committed in [since, until); see CommitSource."""
        # Look again, so that what arrived since the last listing is included.
        branches, tip = self._look() if self._is_listed or not self._seen else self._seen
        self._is_listed = True
        if not tip.sha:
            return Listing(self._repo, tip.branch, (), (no_commits(),))
        first, last = int(since.timestamp()), int(until.timestamp()) - 1
        span = (f"--since-as-filter=@{first}", f"--until=@{last}", tip.sha)
        out = self._git("rev-list", *span, limit=LONG)
        heads = self.heads(out.split())
        self._around = Around(self._git, heads)
        self._refuse_cut_history(tip.sha, first)
        waiting = self._git("rev-list", *span, "--not", *self._stood(tip.sha, last), limit=LONG) if heads else ""
        notes = [*tip.notes, *self._staleness(tip, until)]
        if not self._wanted:
            notes += branches.left_behind(tip, span[:-1], is_quiet=not heads)
        return Listing(self._repo, tip.branch, heads, tuple(notes), frozenset(waiting.split()))

    def _stood(self, tip: str, last: int) -> list[str]:
        """Return where the branch pointed at a moment: what it reaches now may have been on another branch then.

        That is the newest commit on the line of first parents and, if the trunk was pulled after that moment, also the newest
        on the line that the pull brought in. Empty if the branch had no commit then.
        """
        stood, waiting, pulls = list[str](), [tip], set[str]()
        while waiting:
            start = waiting.pop()
            top = self._git("rev-list", "--first-parent", "-1", f"--until=@{last}", start, limit=LONG).split()
            later = self._git(
                "rev-list", "--first-parent", "--min-parents=2", f"--grep={_PULL}", "--extended-regexp",
                start, "--not", *top, limit=LONG,
            )  # fmt: skip
            found = [merge for merge in self.heads(later.split()) if merge.catches_up and merge.sha not in pulls]
            pulls.update(merge.sha for merge in found)
            if len(pulls) > _MOST_PULLS:
                return [tip]
            waiting += [parent for merge in found for parent in merge.parents[1:]]
            stood += top
        return list(dict.fromkeys(stood))

    def fetch(self, heads: Sequence[Commit], executor: Executor) -> Iterator[Commit]:  # noqa: ARG002 - one process does it
        """Yield these commits with their files, in the order given."""
        known = {head.sha: head for head in heads}
        shas = list(known)
        for start in range(0, len(shas), _AT_ONCE):
            for sha, files in self._patches(shas[start : start + _AT_ONCE]):
                # A commit whose file names cannot be read is reported as such; one without changes has no files.
                whole = replace(known[sha], files=files or (), more_files=files is None)
                yield replace(whole, submodules=self._submodules.moved_by(whole))

    def resolve(self, ref: str) -> Commit:
        """Return one commit with its files; see CommitSource."""
        sha = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", check=False
        ).strip()
        if not sha:
            raise NotFound(f"{self._repo} has no commit {ref!r}: give a SHA from its history, or search for words.")
        (head,) = self.heads([sha])
        return next(self.fetch([head], _NO_EXECUTOR))

    def newest(self) -> tuple[Commit, ...]:
        """List the branch's newest commits; see CommitSource."""
        tip = self._tip()
        if not tip.sha:
            return ()
        # Sorted by date, an odd one would hide what is below it.
        line, dated = (self._git("rev-list", *how, f"-{_NEWEST}", tip.sha).split() for how in (["--first-parent"], []))
        return self.heads(list(dict.fromkeys([*line, *dated])))

    def brought(self, merge: Commit) -> tuple[Commit, ...]:
        """List what a merge brought in; see CommitSource."""
        first, *others = merge.parents
        return self.heads(self._git("rev-list", *others, "--not", first, limit=LONG).split())

    def read_file(self, path: str) -> str | None:
        """Return a text file as it is on the branch, or None."""
        tip = self._tip()
        if not tip.sha:
            return None
        text = self._git("cat-file", "blob", f"{tip.sha}:{path}", check=False)
        return text or None

    def around(self, commits: Sequence[Commit], closely: Collection[str] = ()) -> Mapping[str, Surroundings]:
        """Return the surroundings of these commits' changes; see CommitSource."""
        return self._around.of(commits, closely)

    def standing(self, names: Collection[str], commit: Commit) -> frozenset[str]:
        """Return which of these names occur in the project; see CommitSource."""
        return self._around.standing(names, commit) if names else frozenset()

    def heads(self, shas: Sequence[str]) -> tuple[Commit, ...]:
        """Return these commits without their files, in the order given.

        Raises:
            Damaged: the clone lacks one of them.
        """
        return tuple(self._stored(shas))

    # -- reading git's answers

    def _stored(self, shas: Sequence[str]) -> Iterator[Commit]:
        """Read commits as stored: `git log` loses those whose header names the wrong encoding."""
        rest = self._git.raw("cat-file", "--batch", given="\n".join(shas), limit=LONG)
        at = 0
        for sha in shas:
            end = rest.find(b"\n", at)
            _, kind, size = [*rest[at:end].split(b" "), b"", b""][:3]
            if kind != b"commit":
                raise Damaged(f"{self._path} has lost the commit {sha}: clone the repository again.")
            at = end + 1 + int(size) + 1
            yield self._head(sha, rest[end + 1 : at - 1])

    def _head(self, sha: str, stored: bytes) -> Commit:
        """Read one commit as git stores it, see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects ."""
        header, _, message = stored.partition(b"\n\n")
        fields: dict[bytes, list[bytes]] = {}
        for line in header.split(b"\n"):
            name, _, value = line.partition(b" ")
            fields.setdefault(name, []).append(value)
        author, authored = _ident(fields.get(b"author", [b""])[0])
        _, committed = _ident(fields.get(b"committer", [b""])[0])
        encoding = fields.get(b"encoding", [b""])[0].decode("ascii", "replace")
        return Commit(
            repo=self._repo,
            sha=sha,
            author=_text(author, encoding),
            authored_at=authored,
            committed_at=committed,
            message=_text(message.partition(b"\0")[0], encoding).rstrip(),
            parents=tuple(parent.decode("ascii", "replace") for parent in fields.get(b"parent", [])),
            url=f"{self._web}/commit/{sha}" if self._web else None,
        )

    def _patches(self, shas: Sequence[str]) -> Iterator[tuple[str, tuple[FileChange, ...] | None]]:
        """Yield these commits' files; if git fails, one by one, so that single ones do not hide the others."""
        # A random mark before each SHA: a file's name may contain any text but this one.
        mark = f"\1{secrets.token_hex(8)}:"
        try:
            out = self._git(
                "log", *_DIFF, "--no-walk=unsorted", f"--format={mark}%H", "--stdin", given="\n".join(shas), limit=LONG
            )
        except Damaged:
            if len(shas) == 1:
                yield shas[0], self._names(shas[0])
            else:
                middle = len(shas) // 2
                yield from self._patches(shas[:middle])
                yield from self._patches(shas[middle:])
            return
        for record in out.split(mark)[1:]:
            sha, _, rest = record.partition("\0")
            yield sha.strip(), tuple(_files(rest.lstrip("\n")))

    def _names(self, sha: str) -> tuple[FileChange, ...] | None:
        """Return the files of a commit that cannot be diffed, as named in its trees; None if a tree is missing."""
        raw = self._git(
            "diff-tree", "-z", "-r", "--root", "-m", "--first-parent", "--no-commit-id", "--raw", "--no-renames", sha,
            check=False,
        )  # fmt: skip
        if not raw:
            return None
        fields = raw.split("\0")
        return tuple(
            FileChange(path, _STATUS[before.rpartition(" ")[2]], unseen="unreadable")
            for before, path in zip(fields[::2], fields[1::2], strict=False)
        )

    # -- asking git

    def _check(self) -> None:
        found = self._git.version()
        if is_too_old(found):
            raise BadInput(f"This machine has {found}; daybrief needs git {_OLDEST} or newer to read a clone.")
        try:
            self._git("rev-parse", "--git-dir")
        except Damaged as problem:
            if "not a git repository" not in str(problem):
                raise
            if any((self._path / name).exists() for name in (".git", "objects")):
                raise Damaged(
                    f"The clone {self._path} is damaged and git does not accept it as a repository: check its HEAD and its "
                    "configuration, or clone the repository again."
                ) from None
            raise BadInput(
                f"{self._path} is not a git repository: give a clone's path, or owner/name for a repository on GitHub."
            ) from None

    def _name_of_folder(self) -> str:
        root = self._git("rev-parse", "--show-toplevel", check=False) or self._git("rev-parse", "--absolute-git-dir")
        return Path(root.strip()).name.removesuffix(".git")

    def _tip(self) -> Tip:
        """Return the branch and the commit it points at."""
        return (self._seen or self._look())[1]

    def _look(self) -> tuple[Branches, Tip]:
        """Return the branches as they are now, and the followed one."""
        branches = Branches(self._git, self._repo, self._remote)
        self._seen = branches, branches.named(self._wanted) if self._wanted else branches.followed()
        return self._seen

    def _refuse_cut_history(self, tip: str, since: int) -> None:
        if self._git("rev-parse", "--is-shallow-repository").strip() != "true":
            return
        folder = Path(self._git("rev-parse", "--path-format=absolute", "--git-common-dir").strip())
        cut = set((folder / "shallow").read_text().split())
        generation = {tip, *self._git("rev-list", f"--since-as-filter=@{since}", tip, limit=LONG).split()}
        for _ in range(_BELOW):
            if generation & cut:
                raise BadInput(
                    f"{self._path} is a shallow clone and its history may end within the requested days: "
                    f"run `git -C {self._path} fetch --unshallow` first."
                )
            generation = {parent for head in self.heads(sorted(generation)) for parent in head.parents}

    def _staleness(self, tip: Tip, until: datetime) -> tuple[Remark, ...]:
        """A clone not fetched since the window's end may lack the day: that is not a quiet day."""
        if not self._remote:
            return ()
        folders = self._git("rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir").splitlines()
        # A clone that was never fetched again has no FETCH_HEAD, but the references that came with it. If the last
        # fetch was for something else, the branch is as old as its last change.
        ref = f"refs/remotes/origin/{tip.branch}"
        names = ("FETCH_HEAD", "packed-refs") if tip.was_fetched else (ref, f"logs/{ref}", "packed-refs")
        times = [file.stat().st_mtime for folder in folders for name in names if (file := Path(folder, name)).exists()]
        moment = datetime.fromtimestamp(max(times), UTC) if times else until
        if moment >= until:
            return ()
        return (stale(f"{moment:%Y-%m-%d %H:%M}"),)


_OLDEST = ".".join(map(str, OLDEST_GIT))


def _folder(path: str | Path) -> Path:
    try:
        found = Path(path).expanduser().resolve()
        is_folder = found.is_dir()
    except (OSError, RuntimeError):  # no such user, no permission
        found, is_folder = Path(path), False
    if not is_folder:
        raise BadInput(f"There is no folder {found}: give a clone's path, or owner/name for a repository on GitHub.")
    return found


def _text(stored: bytes, encoding: str) -> str:
    """Decode a commit: in the encoding it names if possible, else as UTF-8.

    A header may name anything. One that is not a superset of ASCII cannot be right: git's own headers are in ASCII.
    """
    try:
        if encoding and "\n".encode(encoding) == b"\n":
            return stored.decode(encoding)
    except (LookupError, UnicodeError, ValueError):
        pass
    return stored.decode(errors="replace")


def _ident(line: bytes) -> tuple[bytes, datetime]:
    """Read `Name <address> seconds zone`; broken clocks and tools write invalid times."""
    who, _, when = line.rpartition(b">")
    name = who.partition(b"<")[0].strip()
    try:
        return name, datetime.fromtimestamp(int(when.split()[0]), UTC)
    except (ValueError, IndexError, OverflowError, OSError):
        return name, datetime.fromtimestamp(0, UTC)


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
        # A type change is shown as a removal and an addition.
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
    """Placeholder for the executor that the port requires and this source does not need."""


_NO_EXECUTOR = _Unused()
