"""A GitHub repository's whole history: finding what closes an issue costs one query, which tags contain a commit one comparison each.

https://docs.github.com/en/graphql/reference/issues#object-issue
https://docs.github.com/en/rest/commits/commits#compare-two-commits
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from analysis.commits.commit import Commit
from analysis.commits.tags import Tag
from analysis.errors import Forbidden, Unwelcome
from analysis.sources.github_errors import UnknownField
from analysis.sources.github_revisions import GitHubRevisions
from analysis.sources.history import BranchNames, Ticket

_AT_ONCE = 8
_MOST_TAGS = 12
"""Tags compared for one question: the first ones after the commit, and the newest."""
_LARGEST = 2**31 - 1
"""GraphQL's integers end there."""


def _query(repo: str, number: int) -> str:
    owner, _, name = repo.partition("/")
    return f"""{{
  r0: repository(owner: {json.dumps(owner)}, name: {json.dumps(name)}) {{
    n{number}: issueOrPullRequest(number: {number}) {{
      __typename
      ... on PullRequest {{ number title mergedAt state mergeCommit {{ oid }} }}
      ... on Issue {{
        number title state
        closedByPullRequestsReferences(first: 20, includeClosedPrs: true) {{
          nodes {{ number mergedAt mergeCommit {{ oid }} repository {{ nameWithOwner }} }}
        }}
      }}
    }}
  }}
}}"""


class GitHubHistory(GitHubRevisions):
    """A repository on GitHub whose whole history can be queried; see `analysis.sources.history.History`."""

    def branch_names(self, beginning: str = "") -> BranchNames:
        """List the branches: a conditional request and, only if they moved, another one for which is the default. See History.

        The repository's own resource changes with each star, so requesting it is rarely free.
        https://docs.github.com/en/rest/git/refs#list-matching-references
        """

        def read(refs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
            tips = {str(ref["ref"]).removeprefix("refs/heads/"): str(ref["object"]["sha"]) for ref in refs}
            return {"tips": tips, "default": self._default_branch()}

        found = self._conditional(f"git/matching-refs/heads/{quote(beginning)}", {}, read)
        return BranchNames(found["tips"], found["default"])

    def _default_branch(self) -> str:
        reply = self._requests.get(f"/repos/{self.repo}", about=self.repo)
        with self._requests.understood(self.repo):
            return str(reply.data["default_branch"])

    def ticket(self, number: int) -> Ticket | None:
        """Return an issue or pull request, if a token lets us ask; see History."""
        if number > _LARGEST or not self._requests.server.signs_in:
            return None
        try:
            answer = self._requests.query(_query(self.repo, number), {}, about=self.repo).data
        except (
            UnknownField,
            Forbidden,
            Unwelcome,
        ):  # an older server, or a token that may not read these: use messages instead
            return None
        found = (answer.get("r0") or {}).get(f"n{number}")
        if not found:
            return None
        is_pull = found["__typename"] == "PullRequest"
        pulls = [found] if is_pull else (found.get("closedByPullRequestsReferences") or {}).get("nodes") or []
        own = [pull for pull in pulls if pull and self._is_own(pull)]
        shas = tuple(pull["mergeCommit"]["oid"] for pull in own if pull.get("mergedAt") and pull.get("mergeCommit"))
        numbers = tuple(int(pull["number"]) for pull in own)
        return Ticket(number, str(found["title"]), numbers, shas, found.get("state") == "OPEN")

    def _is_own(self, pull: Mapping[str, Any]) -> bool:
        where = pull.get("repository")
        return where is None or str(where["nameWithOwner"]).lower() == self.repo.lower()

    def naming(self, texts: Collection[str]) -> tuple[Commit, ...]:  # noqa: ARG002 - GitHub's search of commits is not of branches
        """Return none: stored commits are used instead; see History."""
        return ()

    def on_branch(self, shas: Collection[str]) -> frozenset[str]:
        """Compare each with the branch; see History."""
        return frozenset(sha for sha, has in self._compared_with(self.branch or "HEAD", shas) if has)

    def holding(self, shas: Collection[str], tags: Sequence[Tag]) -> Mapping[str, frozenset[str]]:
        """Compare each tag with each commit: the first tags after it, and the newest; see History."""
        oldest_first = sorted(tags, key=lambda tag: tag.at)
        half = _MOST_TAGS // 2
        some = list(dict.fromkeys([*oldest_first[:half], *oldest_first[-half:]]))
        found = {tag.name: frozenset(sha for sha, has in self._compared_with(tag.sha, shas) if has) for tag in some}
        return {name: held for name, held in found.items() if held}

    def same_change(self, sha: str, others: Collection[str]) -> frozenset[str]:  # noqa: ARG002 - no diffs are at hand
        """Return none; see History."""
        return frozenset()

    def _compared_with(self, tip: str, shas: Iterable[str]) -> list[tuple[str, bool]]:
        asked = list(shas)
        with ThreadPoolExecutor(_AT_ONCE, "compare") as executor:
            return list(zip(asked, executor.map(lambda sha: self._has(tip, sha), asked), strict=True))

    def _has(self, tip: str, sha: str) -> bool:
        reply = self._requests.get(
            f"/repos/{self.repo}/compare/{sha}...{tip}", {"per_page": 1}, about=self.repo, ref=sha,
            accepted=(HTTPStatus.NOT_FOUND,),
        )  # fmt: skip
        return reply.status == HTTPStatus.OK and reply.data.get("behind_by") == 0
