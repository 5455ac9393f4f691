"""Revisions of a repository on GitHub: a comparison costs a request for each hundred commits, a file one.

https://docs.github.com/en/rest/commits/commits#compare-two-commits
https://docs.github.com/en/rest/repos/contents#get-repository-content
"""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import quote

from analysis.commits.commit import Commit
from analysis.errors import BadInput
from analysis.sources.github_rest import GitHubRepository
from analysis.sources.revisions import Between, Files, Revision

_PAGE = 100
_MOST = 10_000
"""Commits of a comparison that GitHub lists; what is more, a clone tells."""
_RAW = "application/vnd.github.raw+json"
_AT_ONCE = 8
_MOST_FILES = 200
"""Files that are fetched of one revision: more than the facts of a long range lie in."""


class GitHubRevisions(GitHubRepository):
    """A repository on GitHub whose revisions can be compared; see `analysis.sources.revisions.Revisions`."""

    def between(self, old: str, new: str) -> Between:
        """List what lies between two revisions; see Revisions."""
        first, last = self._revision(old), self._revision(new)
        ahead, is_apart = self._compared(first.sha, last.sha)
        behind, _ = self._compared(last.sha, first.sha) if is_apart else ([], False)
        return Between(first, last, tuple(ahead), frozenset(), tuple(behind))

    def files(self, sha: str, paths: Collection[str]) -> Files:
        """Return files of a commit, one request for each; see Revisions."""
        asked = sorted(paths)[:_MOST_FILES]
        with ThreadPoolExecutor(_AT_ONCE, "files") as executor:
            found = zip(asked, executor.map(lambda path: self._text(sha, path), asked), strict=True)
            return Files({path: text for path, text in found if text is not None}, is_whole=False)

    def _revision(self, name: str) -> Revision:
        path = f"/repos/{self.repo}/commits/{quote(name, safe='')}"
        item = self._requests.get(path, {"per_page": 1}, about=self.repo, ref=name).data
        when = datetime.fromisoformat(item["commit"]["committer"]["date"]).astimezone(UTC)
        return Revision(name, item["sha"], when)

    def _compared(self, old: str, new: str) -> tuple[list[Commit], bool]:
        """Return what `new` has and `old` has not, newest first, and whether `old` has something of its own, too."""
        found: list[Commit] = []
        page, more, is_apart = 1, True, False
        while more:
            path = f"/repos/{self.repo}/compare/{old}...{new}"
            reply = self._requests.get(path, {"per_page": _PAGE, "page": page}, about=self.repo, ref=new)
            if reply.data.get("total_commits", 0) > _MOST:
                raise BadInput(
                    f"{reply.data['total_commits']:,} commits lie between these versions of {self.repo}, more than GitHub lists: "
                    f"clone the repository, and write --repo {self.repo}=FOLDER."
                )
            is_apart = is_apart or reply.data.get("behind_by", 0) > 0
            found += [self._head(item) for item in reply.data.get("commits") or []]
            page, more = page + 1, 'rel="next"' in reply.headers.get("link", "")
        return found[::-1], is_apart

    def _text(self, sha: str, path: str) -> str | None:
        reply = self._requests.get(
            f"/repos/{self.repo}/contents/{quote(path)}", {"ref": sha}, {"Accept": _RAW}, about=self.repo,
            accepted=(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN),
        )  # fmt: skip
        return reply.data if reply.status == HTTPStatus.OK and isinstance(reply.data, str) else None
