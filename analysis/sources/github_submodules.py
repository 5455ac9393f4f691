"""Submodules that a commit on GitHub moves: the page that compares the two commits, and which ones are between.

`.gitmodules` is untrusted. Its URLs are linked only on GitHub's own host or github.com. Another repository's commits are
requested only on the same server, and only if that repository is public: readers of this one may not be allowed to read
that one. https://docs.github.com/en/rest/commits/commits#compare-two-commits
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from analysis.commits.commit import Brought, Commit, SubmoduleMove
from analysis.errors import Outage, RateLimited
from analysis.sources.github_requests import Requests
from analysis.sources.submodules import GITHUB, NEWEST, moves_of, page_of, urls_by_path, with_comparison

RAW = "application/vnd.github.raw+json"
_MOST_MOVES = 5
"""Submodules examined per commit: each costs two or three requests."""
_PAGE = 100
_CLOSED = (HTTPStatus.NOT_FOUND, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS)
"""How GitHub answers for what does not exist or is not accessible."""

_LOG = logging.getLogger(__name__)


class GitHubSubmodules:
    """Reads how submodules moved; what cannot be read is left out."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._public: dict[str, bool] = {}

    def moved_by(self, commit: Commit) -> tuple[SubmoduleMove, ...]:
        """Return a fully read commit's moves for which more is known than the two SHAs; a commit without moves costs nothing.

        Raises:
            RateLimited: there are no requests left.
        """
        moves = moves_of(commit)[:_MOST_MOVES]
        if not moves:
            return ()
        web, _, _ = (commit.url or "").partition("/commit/")
        own = urlsplit(web).hostname or ""
        found = []
        try:
            urls = self._configured(commit)
            for move in moves:
                page = page_of(urls.get(move.path, ""), web, {own, GITHUB})
                is_here = urlsplit(page).hostname == own
                linked = with_comparison(move, page)
                found += [self._counted(urlsplit(page).path[1:], linked) if is_here else linked] if page else []
        except RateLimited:
            raise
        except Outage as problem:
            _LOG.warning("the submodules of %s@%s could not be read: %s", commit.repo, commit.short, problem)
        return tuple(found)

    def _configured(self, commit: Commit) -> Mapping[str, str]:
        reply = self._requests.get(
            f"/repos/{commit.repo}/contents/.gitmodules", {"ref": commit.sha}, {"Accept": RAW}, about=commit.repo,
            accepted=_CLOSED,
        )  # fmt: skip
        return urls_by_path(reply.data) if reply.status == HTTPStatus.OK and isinstance(reply.data, str) else {}

    def _counted(self, name: str, move: SubmoduleMove) -> SubmoduleMove:
        """Return a move with the commits it brings in, if the submodule's repository is public and has both."""
        try:
            first = self._compared(name, move, 1) if self._is_public(name) else None
            if first is None:
                return move
            with self._requests.understood(name):
                total, listed = int(first["total_commits"]), list(first["commits"])
                # The oldest come first, so that the newest are on the last page.
                if total > _PAGE and (last := self._compared(name, move, -(-total // _PAGE))):
                    listed = list(last["commits"])
                newest = tuple(Brought(str(item["sha"]), _subject(item)) for item in listed[: -NEWEST - 1 : -1])
                return replace(move, came=total, lost=int(first["behind_by"]), newest=newest)
        except RateLimited:
            raise
        except Outage as problem:
            _LOG.info("the commits of %s are not shown: %s", name, problem)
            return move

    def _is_public(self, name: str) -> bool:
        """Whether everybody may read a repository."""
        if name not in self._public:
            reply = self._requests.get(f"/repos/{name}", about=name, accepted=_CLOSED)
            self._public[name] = reply.status == HTTPStatus.OK and reply.data.get("private") is False
        return self._public[name]

    def _compared(self, name: str, move: SubmoduleMove, page: int) -> Mapping[str, Any] | None:
        """Return a page of what is between; None if one of the two does not exist."""
        reply = self._requests.get(
            f"/repos/{name}/compare/{move.before}...{move.after}", {"per_page": _PAGE, "page": page}, about=name,
            ref=move.after, accepted=_CLOSED,
        )  # fmt: skip
        return reply.data if reply.status == HTTPStatus.OK else None


def _subject(item: Mapping[str, Any]) -> str:
    return str(item["commit"]["message"]).partition("\n")[0]
