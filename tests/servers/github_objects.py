"""What GitHub's REST API says of a repository, a commit and its files, taken from a local git repository.

Knows git and GitHub's JSON; nothing of HTTP, limits or tokens.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]

FILES_PAGE = 300  # https://docs.github.com/en/rest/commits/commits#get-a-commit
MOST_FILES = 3_000
_WEB = "https://github.com"
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "T": "changed"}
_FIELDS = ("%H", "%T", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%B")
_OPTIONS = ("-c", "safe.directory=*", "-c", "diff.renameLimit=1000")
_DIFF = ("diff-tree", "-r", "-M", "--no-commit-id")
_SHORT_SHA = re.compile(r"[0-9a-fA-F]{4,40}")
_SAFE_NAME = re.compile(r"(?!-)[\w./+#%=,-]+")
_NOREPLY = re.compile(r"(?:(\d+)\+)?([^+@]+)@users\.noreply\.github\.com", re.IGNORECASE)
_UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


_FILES: dict[str, list["GitFile"]] = {}
"""What commits changed, by their SHAs, for all servers of a run: most serve the sample, and git is a program each time."""


@dataclass(frozen=True, slots=True)
class PatchLimits:
    """Above which `patch` is left out: a file's own, then what a page of files has room for.

    https://docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits
    """

    file_lines: int = 20_000
    file_bytes: int = 500_000
    page_lines: int = 20_000
    page_bytes: int = 1_000_000


@dataclass(frozen=True, slots=True)
class GitFile:
    """A file of a diff; `blob` is the new one, for a removed file the old one."""

    status: str
    path: str
    old_path: str | None
    blob: str
    additions: int
    deletions: int
    patch: str | None


class GitRepository:
    """A local git repository, bare or not, under a name on GitHub. It may grow while it is served."""

    def __init__(self, full_name: str, path: Path) -> None:
        self.full_name = full_name
        self.id = stable_id(full_name)  # stays when the repository is renamed
        self.private = False
        self._path = path
        self._history: dict[str, list[tuple[str, int]]] = {}
        self._commits: dict[str, tuple[str, ...]] = {}
        # Fails here for what is no repository, instead of reading as empty.
        self._folder = path / self._git("rev-parse", "--git-dir").strip()

    # -- git

    def _git(self, *args: str, stdin: str = "", check: bool = True) -> str:
        own = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_OPTIONAL_LOCKS": "0"}
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **own}
        command = ("git", "-C", str(self._path), *_OPTIONS, *args)
        done = subprocess.run(command, input=stdin.encode(), env=environment, check=check, capture_output=True)
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""

    @property
    def default_branch(self) -> str:
        """The branch that HEAD names."""
        named = (self._folder / "HEAD").read_text().strip()
        return named.removeprefix("ref: refs/heads/") if named.startswith("ref: ") else "main"

    def resolve(self, ref: str) -> str | None:
        """Return the SHA of a branch, tag, SHA or abbreviated SHA (four digits at least)."""
        if ref in self._commits:
            return ref
        loose = self._folder / "refs" / "heads" / ref
        if _SAFE_NAME.fullmatch(ref) and loose.is_file():  # as most are: two programs less for each request
            return loose.read_text().strip()
        names = [f"refs/heads/{ref}", f"refs/tags/{ref}"] if _SAFE_NAME.fullmatch(ref) else []
        names += ["HEAD"] if ref == "HEAD" else [ref.lower()] if _SHORT_SHA.fullmatch(ref) else []
        for name in names:
            asked = ("rev-parse", "-q", "--verify", "--end-of-options", f"{name}^{{commit}}")
            if found := self._git(*asked, check=False).strip():
                return found
        return None

    def history(self, start: str, since: int | None = None, until: int | None = None) -> list[str]:
        """Return the SHAs reachable from `start` and committed in [since, until], newest first."""
        if start not in self._history:
            lines = self._git("log", "--format=%H %ct", start).splitlines()
            self._history[start] = [(line[:40], int(line[41:])) for line in lines]
        late = [(sha, at) for sha, at in self._history[start] if since is None or at >= since]
        return [sha for sha, at in late if until is None or at <= until]

    def blob(self, ref: str, path: str) -> bytes | None:
        """Return a file's bytes at a revision; None where it is not there."""
        listed = self._git("ls-tree", ref, "--", path, check=False)
        return self._git("cat-file", "blob", f"{ref}:{path}").encode() if listed else None

    def tags_json(self) -> list[Json]:
        """Return the tags with their commits, the last name first."""
        listed = self._git("for-each-ref", "--sort=-refname", "--format=%(refname:short) %(objectname)", "refs/tags")
        return [{"name": name, "commit": {"sha": sha}} for name, sha in (line.split() for line in listed.splitlines())]

    def refs_json(self, beginning: str) -> list[Json]:
        """Return the branches whose names begin so."""
        listed = self._git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads")
        pairs = [line.split() for line in listed.splitlines()]
        return [{"ref": ref, "object": {"sha": sha}} for ref, sha in pairs if ref.startswith(f"refs/heads/{beginning}")]

    def archive(self, ref: str) -> bytes:
        """Return all files at a commit as GitHub packs them: in one folder."""
        prefix = f"--prefix={self.full_name.replace('/', '-')}-{ref[:7]}/"
        return subprocess.run(
            ("git", "-C", str(self._path), "archive", "--format=tar.gz", prefix, ref), check=True, capture_output=True
        ).stdout

    def diff(self, sha: str) -> str:
        """Return the diff against the first parent as text; paths are quoted as git does by default."""
        return self._git(*_DIFF, "-p", self._parent(sha), sha)

    def files(self, sha: str) -> list[GitFile]:
        """Return what a commit changed, against its first parent."""
        if sha not in _FILES:
            listed = self._git(*_DIFF, "-z", "--raw", "--numstat", self._parent(sha), sha)
            _FILES[sha] = _parse_files(listed, self.diff(sha))
        return _FILES[sha]

    def _parent(self, sha: str) -> str:
        parents = self._fields([sha])[0][2]
        return parents.split()[0] if parents else _EMPTY_TREE

    def _fields(self, shas: Sequence[str]) -> list[tuple[str, ...]]:
        unknown = [sha for sha in shas if sha not in self._commits]
        if unknown:
            asked = ("log", "-z", "--no-walk=unsorted", "--format=" + "%x00".join(_FIELDS), "--stdin")
            fields = iter(self._git(*asked, stdin="\n".join(unknown) + "\n").split("\0"))
            for commit in zip(*[fields] * len(_FIELDS), strict=False):
                self._commits[commit[0]] = commit
        return [self._commits[sha] for sha in shas]

    # -- JSON; `api` is the address that links to the API start with

    def as_json(self, api: str) -> Json:
        """Return what GET /repos/{owner}/{name} says; its dates are the newest commit's."""
        owner, name = self.full_name.split("/")
        url, html_url = f"{api}/repos/{self.full_name}", f"{_WEB}/{self.full_name}"
        head = self.resolve(self.default_branch)
        pushed = _zulu(self._fields([head])[0][8] if head else "1577836800")
        return {
            "id": self.id,
            "name": name,
            "full_name": self.full_name,
            "private": self.private,
            "owner": _account(api, owner, stable_id(f"owner:{owner}"), "Organization"),
            "html_url": html_url,
            "description": None,
            "fork": False,
            "url": url,
            "commits_url": f"{url}/commits{{/sha}}",
            "created_at": pushed,
            "updated_at": pushed,
            "pushed_at": pushed,
            "clone_url": f"{html_url}.git",
            "archived": False,
            "disabled": False,
            "visibility": "private" if self.private else "public",
            "default_branch": self.default_branch,
        }

    def commits_json(self, shas: Sequence[str], api: str) -> list[Json]:
        """Return these commits as GET …/commits lists them."""
        return [self._commit_json(fields, api) for fields in self._fields(shas)]

    def _commit_json(self, fields: tuple[str, ...], api: str) -> Json:
        sha, tree, parents, author, author_mail, authored, committer, mail, committed, message = fields
        url, html_url = f"{api}/repos/{self.full_name}", f"{_WEB}/{self.full_name}/commit"
        return {
            "sha": sha,
            "commit": {
                "author": {"name": author, "email": author_mail, "date": _zulu(authored)},
                "committer": {"name": committer, "email": mail, "date": _zulu(committed)},
                "message": message.rstrip("\n"),
                "tree": {"sha": tree, "url": f"{url}/git/trees/{tree}"},
                "url": f"{url}/git/commits/{sha}",
                "comment_count": 0,
                "verification": _UNSIGNED,
            },
            "url": f"{url}/commits/{sha}",
            "html_url": f"{html_url}/{sha}",
            "comments_url": f"{url}/commits/{sha}/comments",
            "author": _account_of(api, author_mail),
            "committer": _account_of(api, mail),
            "parents": [
                {"sha": parent, "url": f"{url}/commits/{parent}", "html_url": f"{html_url}/{parent}"}
                for parent in parents.split()
            ],
        }

    def detail_json(self, sha: str, api: str, page: slice, limits: PatchLimits) -> Json:
        """Return a commit as GET …/commits/{ref} shows it, with one page of its files."""
        files = self.files(sha)
        added, deleted = sum(file.additions for file in files), sum(file.deletions for file in files)
        shown = [self._file_json(file, sha, api) for file in files[:MOST_FILES][page]]
        return {
            **self.commits_json([sha], api)[0],
            "stats": {"total": added + deleted, "additions": added, "deletions": deleted},
            "files": _within(shown, limits),
        }

    def _file_json(self, file: GitFile, sha: str, api: str) -> Json:
        at = self._parent(sha) if file.status == "D" else sha  # a removed file is linked where it last was
        path = quote(file.path, safe="")
        return {
            "sha": file.blob,
            "filename": file.path,
            "status": _STATUS[file.status],
            "additions": file.additions,
            "deletions": file.deletions,
            "changes": file.additions + file.deletions,
            "blob_url": f"{_WEB}/{self.full_name}/blob/{at}/{path}",
            "raw_url": f"{_WEB}/{self.full_name}/raw/{at}/{path}",
            "contents_url": f"{api}/repos/{self.full_name}/contents/{path}?ref={at}",
            **({} if file.patch is None else {"patch": file.patch}),
            **({} if file.old_path is None else {"previous_filename": file.old_path}),
        }


def stable_id(text: str) -> int:
    """Return a number for a name, the same on every run."""
    return 100_000_000 + int(hashlib.sha256(text.lower().encode()).hexdigest()[:12], 16) % 900_000_000


def _zulu(seconds: str) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _account(api: str, login: str, number: int, kind: str) -> Json:
    url, html_url = f"{api}/users/{quote(login, safe='')}", f"{_WEB}/{login}"
    return {"login": login, "id": number, "url": url, "html_url": html_url, "type": kind, "site_admin": False}


def _account_of(api: str, address: str) -> Json | None:
    """Return the account that an address names: only GitHub's noreply addresses name one."""
    if address.lower() == "noreply@github.com":
        return _account(api, "web-flow", 19864447, "User")
    found = _NOREPLY.fullmatch(address)
    if not found:
        return None
    number = int(found[1]) if found[1] else stable_id(f"user:{found[2]}")
    return _account(api, found[2], number, "Bot" if found[2].endswith("[bot]") else "User")


def _parse_files(listed: str, diff: str) -> list[GitFile]:
    """Join what `--raw -z`, `--numstat -z` and `-p` say of the same files, in the same order."""
    tokens = iter(listed.split("\0"))
    changes: list[tuple[str, str, str | None, str]] = []
    counts: list[list[int]] = []
    for token in tokens:
        if token.startswith(":"):
            _, _, old_blob, new_blob, status = token.split(" ")
            old_path = next(tokens) if status[0] == "R" else None
            changes.append((status[0], next(tokens), old_path, old_blob if status == "D" else new_blob))
        elif token:
            *numbers, path = token.split("\t", 2)
            counts.append([0 if number == "-" else int(number) for number in numbers])
            if not path:  # a rename: its two names follow
                next(tokens), next(tokens)
    # The lines of a hunk start with " ", "+", "-" or "\", so this splits at the files' headers only.
    sections = iter(re.split(r"^diff --git ", diff, flags=re.MULTILINE)[1:])
    files = []
    for change, (added, deleted) in zip(changes, counts, strict=True):
        own = [next(sections) for _ in range(2 if change[0] == "T" else 1)]  # a type's change: delete, create
        patch = "\n".join(filter(None, map(_hunks, own)))
        files.append(GitFile(*change, added, deleted, patch or None))
    return files


def _hunks(section: str) -> str:
    start = re.search(r"^@@ ", section, re.MULTILINE)
    return section[start.start() :].removesuffix("\n") if start else ""


def _within(files: list[Json], limits: PatchLimits) -> list[Json]:
    """Leave out the patches that are over a file's limit or that the page has no more room for."""
    lines = size = 0
    for file in files:
        own_lines, own_size = file.get("patch", "").count("\n") + 1, len(file.get("patch", "").encode())
        fits = own_lines <= limits.file_lines and own_size <= limits.file_bytes
        if "patch" in file and fits:
            lines, size = lines + own_lines, size + own_size
        if not fits or lines > limits.page_lines or size > limits.page_bytes:
            file.pop("patch", None)
    return files
