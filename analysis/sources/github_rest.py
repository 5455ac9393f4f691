"""Commits from GitHub (or GitHub Enterprise): what to request, and what the answers mean.

One request per page of the list, and one per commit. https://docs.github.com/en/rest/commits/commits
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import quote, urlsplit

from analysis.commits.commit import Commit, FileChange, Unseen
from analysis.commits.file_kinds import looks_binary
from analysis.commits.surroundings import Surroundings
from analysis.errors import BadInput, Outage, Problem, RateLimited, Unwelcome
from analysis.sources import LARGEST_PATCH, Listing, PageCache, hunks_of
from analysis.sources.github_lists import CommitLists
from analysis.sources.github_requests import Requests
from analysis.sources.github_submodules import GitHubSubmodules
from analysis.sources.remarks import Remark, no_commits

_PAGE = 100
_FILES_PAGE = 300  # https://docs.github.com/en/rest/commits/commits#get-a-commit
_MOST_FILES = 3_000
_MOST_PAGES = 10  # of what one merge brought in: nobody reads a thousand titles below one
_EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
_DIFF = "application/vnd.github.diff"
_BINARY = "binary"
_GIVE_UP_AFTER = 4
"""Consecutive failed commits after which the server, rather than the commits, is to blame."""


class GitHubRepository:
    """A repository on GitHub.

    Args:
        requests: the connection to its server.
        repo: `owner/name`.
        branch: the branch to follow; default: the repository's default branch.
        tip: the SHA that the branch is known to point at now, so that no request is needed to check; empty if unknown.
        pages: stores lists, so that unchanged ones cost nothing.
        now: the clock; with it, recent commits are listed by the branch's newest page alone.
    """

    def __init__(
        self,
        requests: Requests,
        repo: str,
        *,
        branch: str | None = None,
        tip: str = "",
        pages: PageCache | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._requests = requests
        self._branch = branch
        self._pages = pages
        self._lists = CommitLists(requests, repo, branch or "", pages, now, tip)
        self._submodules = GitHubSubmodules(requests)

    @property
    def repo(self) -> str:
        """Its name; the new one once a list shows that it was renamed."""
        return self._lists.repo

    @property
    def _repo(self) -> str:
        return self._lists.repo

    @property
    def host(self) -> str:
        """The host of the API."""
        return urlsplit(self._requests.server.base_url).hostname or ""

    @property
    def branch(self) -> str:
        """The requested branch, or empty for the default one."""
        return self._branch or ""

    def landed(self, since: datetime, until: datetime) -> Listing:
        """List what was committed in [since, until); see CommitSource."""
        asked, items = self._repo, self._lists.span(since, until)
        renamed = asked.lower() != self._repo.lower()
        notes = (Remark("renamed", old=asked, new=self._repo),) if renamed else ()
        if items is None:
            return Listing(self._repo, self.branch, (), (*notes, no_commits()))
        heads = self._heads(items)
        inside = tuple(head for head in heads if since <= head.committed_at < until)
        return Listing(self._repo, self.branch, inside, notes)

    def fetch(self, heads: Sequence[Commit], executor: Executor) -> Iterator[Commit]:
        """Yield these commits with their files as they arrive; see CommitSource.

        A single one that GitHub fails to serve comes as its head, unread; if it serves none of several, that is an outage.
        """
        tries = _Tries()

        def ask(head: Commit) -> Commit | None:
            if tries.trouble:  # what is in flight is still used; nothing more is requested from a failing server
                return None
            try:
                found = self.resolve(head.sha)
            except Problem as problem:
                tries.failed(problem)
                return replace(head, files=(), more_files=True)
            tries.served()
            return replace(found, brought=head.brought)

        futures = [executor.submit(ask, head) for head in heads]
        unread: list[Commit] = []
        try:
            for future in as_completed(futures):
                commit = future.result()
                if commit and commit.is_unread:
                    unread.append(commit)
                elif commit:
                    yield commit
        finally:
            for future in futures:
                future.cancel()
        if tries.trouble:
            raise tries.trouble
        if tries.doubt and not self._serves_another(heads):
            raise tries.doubt
        yield from unread

    def _serves_another(self, heads: Sequence[Commit]) -> bool:
        """Whether the server serves a commit other than these: then the failed commits themselves are to blame."""
        asked = {head.sha for head in heads}
        other = next((parent for head in heads for parent in head.parents if parent not in asked), None)
        try:
            return other is not None and bool(self.resolve(other))
        except Problem:
            return False

    def resolve(self, ref: str) -> Commit:
        """Return one commit with its files; see CommitSource."""
        with self._requests.understood(self._repo):
            return self._resolved(ref)

    def _resolved(self, ref: str) -> Commit:
        files: list[dict[str, Any]] = []
        item: dict[str, Any] = {}
        for page in range(1, _MOST_FILES // _FILES_PAGE + 1):
            path = f"/repos/{self._repo}/commits/{quote(ref, safe='')}"
            reply = self._requests.get(path, {"per_page": _FILES_PAGE, "page": page}, about=self._repo, ref=ref)
            item = item or reply.data
            files += reply.data.get("files") or []
            if 'rel="next"' not in reply.headers.get("link", ""):
                break
            self._lists.is_renamed([item])  # the redirect drops the page's number as well
        missing = {file["filename"] for file in files if _lacks_patch(file)}
        diff = self._diff(item["sha"]) if missing else {}
        changes = tuple(_change(file, diff, was_missing=file["filename"] in missing) for file in files)
        whole = replace(self._head(item), files=changes, more_files=len(files) >= _MOST_FILES)
        return replace(whole, submodules=self._submodules.moved_by(whole))

    def newest(self) -> tuple[Commit, ...]:
        """List the branch's newest commits; see CommitSource."""
        return self._heads(self._lists.newest())

    def brought(self, merge: Commit) -> tuple[Commit, ...]:
        """List what a merge brought in; see CommitSource."""
        # https://docs.github.com/en/rest/commits/commits#compare-two-commits
        first, *others = merge.parents or ("",)
        found: dict[str, Commit] = {}
        for other in others:
            path, page, more = f"/repos/{self._repo}/compare/{first}...{other}", 1, True
            while more and page <= _MOST_PAGES:
                query = {"per_page": _PAGE, "page": page}
                accepted = (HTTPStatus.NOT_FOUND,)  # a side that was never pushed by itself, or unrelated histories
                reply = self._requests.get(path, query, about=self._repo, ref=other, accepted=accepted)
                if reply.status == HTTPStatus.NOT_FOUND:
                    break
                with self._requests.understood(self._repo):
                    found |= {item["sha"]: self._head(item) for item in reply.data.get("commits") or []}
                page, more = page + 1, 'rel="next"' in reply.headers.get("link", "")
        return tuple(sorted(found.values(), key=lambda commit: commit.committed_at, reverse=True))

    def read_file(self, path: str) -> str | None:  # noqa: ARG002 - the port's signature
        """Return None: it would cost a request."""
        return None

    def around(
        self,
        commits: Sequence[Commit],  # noqa: ARG002 - the port's signature
        closely: Collection[str] = (),  # noqa: ARG002 - the same
    ) -> Mapping[str, Surroundings]:
        """Return nothing: each file would cost a request."""
        return {}

    def standing(self, names: Collection[str], commit: Commit) -> frozenset[str]:  # noqa: ARG002 - the port's signature
        """Return nothing: a search would cost a request."""
        return frozenset()

    def _diff(self, sha: str) -> dict[str, str]:
        """Return the hunks of the whole diff by their file's header; empty if GitHub finds it too large to show."""
        accepted = (HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.UNPROCESSABLE_ENTITY)
        path = f"/repos/{self._repo}/commits/{sha}"
        reply = self._requests.get(path, {}, {"Accept": _DIFF}, about=self._repo, accepted=accepted)
        if reply.status in accepted:
            return {}
        sections: dict[str, str] = {}
        for section in re.split(r"^diff --git ", reply.data, flags=re.MULTILINE)[1:]:
            header = _unquoted(section.partition("\n")[0])
            # A type change comes as a removal and an addition under one header.
            sections[header] = "\n".join(filter(None, (sections.get(header), _shown(section))))
        return sections

    def _heads(self, items: Iterable[Mapping[str, Any]]) -> tuple[Commit, ...]:
        with self._requests.understood(self._repo):
            return tuple(map(self._head, items))

    def _head(self, item: Mapping[str, Any]) -> Commit:
        commit = item["commit"]
        author = commit["author"] or {}
        login = (item.get("author") or {}).get("login")
        if not re.fullmatch(r"[0-9a-f]{40,64}", item["sha"]) or not all(
            isinstance(text, str)
            for text in (
                author.get("name") or "",
                login or "",
                item["html_url"],
                *(one["sha"] for one in item["parents"]),
            )
        ):
            raise ValueError(item["sha"])
        return Commit(
            repo=self._repo,
            sha=item["sha"],
            author=author.get("name") or "",
            authored_at=_moment(author.get("date") or commit["committer"]["date"]),
            committed_at=_moment(commit["committer"]["date"]),
            message=commit["message"].rstrip(),
            parents=tuple(parent["sha"] for parent in item["parents"]),
            url=item["html_url"],
            login=login,
        )


class _Tries:
    """Tracks requests for commits: whether single ones fail, or the server does.

    Attributes:
        trouble: why the server is considered down; None while it is not.
    """

    def __init__(self) -> None:
        self.trouble: Problem | None = None
        self._last: Problem | None = None
        self._served = self._in_vain = 0
        self._lock = Lock()

    @property
    def doubt(self) -> Problem | None:
        """Return the problem if nothing at all was served and little was requested: the commits or the server may be to blame."""
        return self._last if isinstance(self._last, Outage) and not self._served else None

    def served(self) -> None:
        """Record that a commit was served."""
        with self._lock:
            self._served, self._in_vain = self._served + 1, 0

    def failed(self, problem: Problem) -> None:
        """Record that a commit was not served, and decide whose fault that is."""
        with self._lock:
            is_of_server = isinstance(problem, RateLimited | Unwelcome | BadInput)
            self._in_vain += 1
            self._last = problem
            if is_of_server or self._in_vain >= _GIVE_UP_AFTER:
                self.trouble = self.trouble or problem


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _lacks_patch(file: Mapping[str, Any]) -> bool:
    """Whether the whole diff must be requested to get this file's patch."""
    if file.get("patch"):
        return False
    if file["changes"]:
        return True
    # Nothing counted and no patch: a pure rename, an empty file, a binary one, or only another mode (GitHub may then
    # give no SHA). Of these only a binary file without a telling name and a change of mode cannot be told apart.
    return file["status"] == "modified" and bool(file.get("sha")) and not looks_binary(file["filename"])


def _change(file: Mapping[str, Any], diff: Mapping[str, str], *, was_missing: bool) -> FileChange:
    patch, path, old = file.get("patch") or None, file["filename"], file.get("previous_filename")
    if not isinstance(path, str) or not isinstance(old or "", str) or not isinstance(patch or "", str):
        raise TypeError(path)
    unseen: Unseen | None = None
    if was_missing:
        patch = diff.get(f"a/{old or path} b/{path}") or None
        if patch == _BINARY:
            patch, unseen = None, "binary"
        elif patch is None and file["changes"]:
            unseen = "too large"
    elif patch is None and file["status"] in {"added", "removed", "modified"}:
        unseen = "binary" if file.get("sha") not in {None, _EMPTY_BLOB} else None
    if patch is not None and len(patch) > LARGEST_PATCH:
        patch, unseen = None, "too large"
    return FileChange(path, file["status"], int(file["additions"]), int(file["deletions"]), old, patch, unseen)


def _shown(section: str) -> str:
    """Return a section's hunks, or a note that it is binary."""
    return hunks_of(section) or (
        _BINARY if re.search(r"^(Binary files |GIT binary patch)", section, re.MULTILINE) else ""
    )


def _unquoted(header: str) -> str:
    r"""Undo git's quoting of unusual paths (`"a/\345\256\275.txt" "b/…"`): octal bytes and C escapes."""

    def plain(found: re.Match[str]) -> str:
        raw = re.sub(rb"\\([0-7]{3}|.)", lambda code: _escaped(code[1]), found[1].encode())
        return raw.decode(errors="replace")

    return re.sub(r'"((?:[^"\\]|\\.)*)"', plain, header)


def _escaped(code: bytes) -> bytes:
    if len(code) == len("000"):
        return bytes([int(code, 8)])
    return {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}.get(code, code)
