"""Revisions of a repository on GitHub: a comparison costs one request per hundred commits, a file one request.

https://docs.github.com/en/rest/commits/commits#compare-two-commits
https://docs.github.com/en/rest/repos/contents#get-repository-content
"""

import json
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from analysis.commits.commit import Commit
from analysis.commits.tags import Tag
from analysis.errors import BadInput
from analysis.sources.github_rest import GitHubRepository
from analysis.sources.github_submodules import RAW
from analysis.sources.revisions import Between, Files, Revision
from analysis.sources.tarball import LARGEST, product_files

_PAGE = 100
_MOST = 10_000
"""Most commits that GitHub lists in a comparison; beyond that a clone is needed."""
_AT_ONCE = 8
_MOST_FILES = 200
"""Most files fetched of one revision: more than the facts of a long range concern."""


_BARE = 5


class GitHubRevisions(GitHubRepository):
    """A repository on GitHub whose revisions can be compared; see `analysis.sources.revisions.Revisions`."""

    def between(self, old: str, new: str) -> Between:
        """List what is between two revisions; see Revisions."""
        first, last = self._revision(old), self._revision(new)
        ahead, is_apart = self._compared(first.sha, last.sha)
        behind, _ = self._compared(last.sha, first.sha) if is_apart else ([], False)
        return Between(first, last, tuple(ahead), frozenset(), tuple(behind))

    def tags(self) -> tuple[Tag, ...]:
        """List the newest tags and releases: two conditional requests, free if nothing is new; see Revisions."""
        shas = {item["name"]: item["sha"] for item in self._page("tags", _slim_tag)}
        published = {item["name"]: item for item in self._page("releases", _slim_release)}
        with self._requests.understood(self.repo):
            found = [
                Tag(
                    name, shas[name], datetime.fromisoformat(item["at"]).astimezone(UTC), item["url"], item["is_marked"]
                )
                for name, item in published.items()
                if name in shas and item["at"]
            ]
        # An unpublished tag has no date: for the first few, which are usually the newest, the commit's date is used.
        bare = [name for name in shas if name not in published][:_BARE] if not published else []
        return (*found, *(Tag(name, shas[name], self._revision(name).committed_at) for name in bare))

    def _page(self, what: str, slim: Callable[[Mapping[str, Any]], dict[str, Any]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._conditional(
            what, {"per_page": _PAGE}, lambda items: [slim(item) for item in items]
        )
        return found

    def _conditional(self, what: str, query: Mapping[str, Any], read: Callable[[list[dict[str, Any]]], Any]) -> Any:
        """Return what `read` makes of one of the repository's lists, as JSON; if it is unchanged, the stored result, for free."""
        path = f"/repos/{self.repo}/{what}"
        key = f"{self._requests.server.base_url}{path}?{json.dumps(query)}"
        known = self._pages.get(key) if self._pages else None
        headers = {"If-None-Match": known[0]} if known else {}
        reply = self._requests.get(path, query, headers, about=self.repo, wants_list=True)
        if known and reply.status == HTTPStatus.NOT_MODIFIED:
            return json.loads(known[1])
        with self._requests.understood(self.repo):
            found = read(reply.data)
        if self._pages and reply.headers.get("etag"):
            self._pages.put(key, reply.headers["etag"], json.dumps(found))
        return found

    def files(self, sha: str, paths: Collection[str]) -> Files:
        """Return files of a commit, one request each; see Revisions."""
        asked = sorted(paths)[:_MOST_FILES]
        with ThreadPoolExecutor(_AT_ONCE, "files") as executor:
            found = zip(asked, executor.map(lambda path: self._text(sha, path), asked), strict=True)
            return Files({path: text for path, text in found if text is not None}, is_whole=False)

    def tree(self, sha: str) -> Files:
        """Return the product's files at a commit, from its archive; see Revisions."""
        archive = self._requests.download(f"/repos/{self.repo}/tarball/{sha}", about=self.repo, most=LARGEST)
        return Files(product_files(archive, self.repo), is_whole=True)

    def _revision(self, name: str) -> Revision:
        path = f"/repos/{self.repo}/commits/{quote(name, safe='')}"
        item = self._requests.get(path, {"per_page": 1}, about=self.repo, ref=name).data
        with self._requests.understood(self.repo):
            head = self._head(item)
        return Revision(name, head.sha, head.committed_at)

    def _compared(self, old: str, new: str) -> tuple[list[Commit], bool]:
        """Return what `new` contains and `old` does not, newest first, and whether `old` has commits of its own, too."""
        found: list[Commit] = []
        page, more, is_apart = 1, True, False
        while more:
            path = f"/repos/{self.repo}/compare/{old}...{new}"
            reply = self._requests.get(path, {"per_page": _PAGE, "page": page}, about=self.repo, ref=new)
            with self._requests.understood(self.repo):
                total = int(reply.data.get("total_commits", 0))
                is_apart = is_apart or reply.data.get("behind_by", 0) > 0
                found += [self._head(item) for item in reply.data.get("commits") or []]
            if total > _MOST:
                raise BadInput(
                    f"{total:,} commits are between these versions of {self.repo}, more than GitHub lists: "
                    f"clone the repository, and write --repo {self.repo}=FOLDER."
                )
            page, more = page + 1, 'rel="next"' in reply.headers.get("link", "")
        return found[::-1], is_apart

    def _text(self, sha: str, path: str) -> str | None:
        reply = self._requests.get(
            f"/repos/{self.repo}/contents/{quote(path)}", {"ref": sha}, {"Accept": RAW}, about=self.repo,
            accepted=(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN),
        )  # fmt: skip
        return reply.data if reply.status == HTTPStatus.OK and isinstance(reply.data, str) else None


def _slim_tag(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": str(item["name"]), "sha": str(item["commit"]["sha"])}


def _slim_release(item: Mapping[str, Any]) -> dict[str, Any]:
    """Reduce a release to what is used; its notes are linked, never presented as ours."""
    return {
        "name": str(item["tag_name"]), "at": item.get("published_at") or "", "url": str(item.get("html_url") or ""),
        "is_marked": bool(item.get("prerelease") or item.get("draft")),
    }  # fmt: skip
