"""Commits from GitHub (or GitHub Enterprise): what to ask for, and what the answers mean.

One request for a page of the list, one for a commit. https://docs.github.com/en/rest/commits/commits
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from analysis.commit import Commit, FileChange, Unseen
from analysis.errors import Problem
from analysis.paths import looks_binary
from analysis.sources import LARGEST_PATCH, Listing, PageCache
from analysis.sources.github_requests import GitHub, Requests

_PAGE = 100
_FILES_PAGE = 300  # https://docs.github.com/en/rest/commits/commits#get-a-commit
_MOST_FILES = 3_000
_EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
_DIFF = "application/vnd.github.diff"


class GitHubRepository:
    """A repository on GitHub.

    Args:
        server: where it is.
        repo: `owner/name`.
        branch: the branch to follow; default: the repository's default branch.
        pages: remembers list pages, so that unchanged ones cost nothing.
    """

    def __init__(self, server: GitHub, repo: str, *, branch: str | None = None, pages: PageCache | None = None) -> None:
        self._requests = Requests(server)
        self._repo = repo
        self._branch = branch
        self._pages = pages

    @property
    def repo(self) -> str:
        """Its name; after a list that found it renamed, the new one."""
        return self._repo

    @property
    def branch(self) -> str:
        """The branch asked for, or empty for the default one."""
        return self._branch or ""

    def check(self) -> None:
        """Raise the Problem, if there is one, that keeps the repository from being read."""
        self._requests.get(f"/repos/{self._repo}", about=self._repo)

    def landed(self, since: datetime, until: datetime) -> Listing:
        """List what was committed in [since, until); see CommitSource."""
        items, asked = self._list(since, until), self._repo
        current = _full_name(items)
        notes: tuple[str, ...] = ()
        if current and current.lower() != asked.lower():
            # The redirect of a renamed repository drops the query: what came back is not the window's list.
            self._repo = current
            items = self._list(since, until)
            notes = (f"{asked} is now called {current}: use the new name",)
        elif current:
            self._repo = current
        heads = tuple(self._head(item) for item in items)
        inside = tuple(head for head in heads if since <= head.committed_at < until)
        return Listing(self._repo, self.branch, inside, notes)

    def fetch(self, heads: Sequence[Commit], executor: Executor) -> Iterator[Commit]:
        """Yield these commits with their files as they arrive; see CommitSource."""
        futures = [executor.submit(self.resolve, head.sha) for head in heads]
        brought = {head.sha: head.brought for head in heads}
        failed: Problem | None = None
        try:
            for future in as_completed(futures):
                if future.cancelled():
                    continue
                try:
                    commit = future.result()
                except Problem as problem:
                    # What is under way is still taken; nothing more is asked of a server that does not answer.
                    failed = failed or problem
                    for waiting in futures:
                        waiting.cancel()
                    continue
                yield replace(commit, brought=brought[commit.sha])
        finally:
            for future in futures:
                future.cancel()
        if failed:
            raise failed

    def resolve(self, ref: str) -> Commit:
        """Return one commit with its files; see CommitSource."""
        path = f"/repos/{self._repo}/commits/{quote(ref, safe='')}"
        files: list[dict[str, Any]] = []
        page, item = 1, None
        while True:
            reply = self._requests.get(path, {"per_page": _FILES_PAGE, "page": page}, about=self._repo, ref=ref)
            item = item or reply.data
            files += reply.data["files"]
            if 'rel="next"' not in reply.headers.get("link", ""):
                break
            page += 1
        missing = {file["filename"] for file in files if _lacks_patch(file)}
        diff = self._diff(path) if missing else {}
        changes = tuple(_change(file, diff, was_missing=file["filename"] in missing) for file in files)
        return replace(self._head(item), files=changes, more_files=len(files) >= _MOST_FILES)

    def read_file(self, path: str) -> str | None:  # noqa: ARG002 - the port's signature
        """Return None: it would cost a request."""
        return None

    def _list(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        # `until` is inclusive, and both are read as UTC.
        span = {"since": _stamp(since), "until": _stamp(datetime.fromtimestamp(until.timestamp() - 1, UTC))}
        items: list[dict[str, Any]] = []
        page = 1
        while True:
            query = {**span, **({"sha": self._branch} if self._branch else {}), "per_page": _PAGE, "page": page}
            found = self._page(f"/repos/{self._repo}/commits", query)
            items += found
            if len(found) < _PAGE:
                return items
            page += 1

    def _page(self, path: str, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        key = f"{self._requests.server.base_url}{path}?{json.dumps(query, sort_keys=True)}"
        known = self._pages.get(key) if self._pages else None
        headers = {"If-None-Match": known[0]} if known else {}
        # 409 is "Git Repository is empty."
        accepted = (HTTPStatus.CONFLICT,)
        reply = self._requests.get(path, query, headers, about=self._repo, ref=self.branch, accepted=accepted)
        if reply.status == HTTPStatus.CONFLICT:
            return []
        if known and reply.data is None:
            return list(json.loads(known[1]))
        page = [_slim(item) for item in reply.data]
        if self._pages and reply.headers.get("etag"):
            self._pages.put(key, reply.headers["etag"], json.dumps(page))
        return page

    def _diff(self, path: str) -> dict[str, str]:
        """Return the sections of the whole diff by their first line; empty if GitHub finds it too large to show."""
        accepted = (HTTPStatus.NOT_ACCEPTABLE,)
        reply = self._requests.get(path, {}, {"Accept": _DIFF}, about=self._repo, accepted=accepted)
        if reply.status == HTTPStatus.NOT_ACCEPTABLE:
            return {}
        sections = re.split(r"^diff --git ", reply.data, flags=re.MULTILINE)[1:]
        return {_unquoted(section.partition("\n")[0]): section for section in sections}

    def _head(self, item: Mapping[str, Any]) -> Commit:
        commit = item["commit"]
        return Commit(
            repo=self._repo,
            sha=item["sha"],
            author=commit["author"]["name"],
            authored_at=_moment(commit["author"]["date"]),
            committed_at=_moment(commit["committer"]["date"]),
            message=commit["message"].rstrip(),
            parents=tuple(parent["sha"] for parent in item["parents"]),
            url=item["html_url"],
            login=(item.get("author") or {}).get("login"),
        )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _slim(item: Mapping[str, Any]) -> dict[str, Any]:
    """What of a list item is used: the rest is twenty times as much."""
    commit = item["commit"]
    return {
        "sha": item["sha"],
        "html_url": item["html_url"],
        "parents": [{"sha": parent["sha"]} for parent in item["parents"]],
        "author": {"login": item["author"]["login"]} if item.get("author") else None,
        "commit": {
            "author": {"name": commit["author"]["name"], "date": commit["author"]["date"]},
            "committer": {"date": commit["committer"]["date"]},
            "message": commit["message"],
        },
    }


def _full_name(items: Sequence[Mapping[str, Any]]) -> str:
    found = re.search(r"//[^/]+/([^/]+/[^/]+)/commit/", items[0]["html_url"]) if items else None
    return found[1] if found else ""


def _lacks_patch(file: Mapping[str, Any]) -> bool:
    """Whether the whole diff must be asked for what this file's patch is."""
    if "patch" in file:
        return False
    if file["changes"]:
        return True
    # Nothing counted and no patch: a pure rename, an empty file, a binary one, or only another mode. Of these only a
    # binary file without a telling name and a change of mode cannot be told apart.
    return file["status"] == "modified" and not looks_binary(file["filename"])


def _change(file: Mapping[str, Any], diff: Mapping[str, str], *, was_missing: bool) -> FileChange:
    patch, path, old = file.get("patch"), file["filename"], file.get("previous_filename")
    unseen: Unseen | None = None
    if patch is None and was_missing:
        section = diff.get(f"a/{old or path} b/{path}")
        start = re.search(r"^@@ -", section, re.MULTILINE) if section else None
        patch = section[start.start() :].removesuffix("\n") if section and start else None
        if patch is None:
            binary = section is not None and re.search(r"^(Binary files |GIT binary patch)", section, re.MULTILINE)
            unseen = "binary" if binary else "too large" if file["changes"] else None
    elif patch is None and file["status"] in {"added", "removed", "modified"} and file.get("sha") != _EMPTY_BLOB:
        unseen = "binary"
    if patch is not None and len(patch) > LARGEST_PATCH:
        patch, unseen = None, "too large"
    return FileChange(path, file["status"], file["additions"], file["deletions"], old, patch, unseen)


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
