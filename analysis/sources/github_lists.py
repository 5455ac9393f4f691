"""Lists of commits on GitHub, requested as rarely as possible: by ETag, and recent ones by a branch's newest page alone.

A branch's list is stored with its newest page. If that page is unchanged, so is everything below it; if it has changed, new
commits are joined with those listed before. Only if the two do not meet are older pages requested.
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from analysis.errors import Outage
from analysis.sources import PageCache
from analysis.sources.github_requests import Requests

Item = Mapping[str, Any]
"""One commit in a list, as GitHub returns it, reduced to what is used."""

_PAGE = 100
_RECENT = timedelta(days=2)
"""A span that ended longer ago is not requested repeatedly."""
_KEPT = timedelta(days=15)
"""How much of a branch's list is kept: more than the days searched for late commits."""
_IN_VAIN = 3
"""Consecutive pages without a new commit after which a list is considered endless."""
_EVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Branch:
    """What is known about a branch.

    Attributes:
        page: its newest commits, in GitHub's order.
        items: those and older ones; includes everything committed from `since` on.
    """

    page: tuple[Item, ...]
    items: tuple[Item, ...]
    since: datetime

    def dump(self) -> dict[str, Any]:
        return {"page": self.page, "rest": self.items[len(self.page) :], "since": self.since.isoformat()}

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "_Branch":
        return cls.of(data["page"], data["rest"], datetime.fromisoformat(data["since"]))

    @classmethod
    def of(cls, page: Sequence[Item], others: Iterable[Item], since: datetime) -> "_Branch":
        """Put a page before the other known commits."""
        items = {item["sha"]: item for item in (*page, *others)}
        return cls(tuple(page), tuple(items.values()), since)

    def trimmed(self) -> "_Branch":
        """Drop what will not be requested again, only from the end: further up, an old date may lead to newer ones."""
        newest = max(map(_committed, self.page), default=_EVER)
        since = max(self.since, newest - _KEPT) if newest > _EVER + _KEPT else self.since
        wanted = [number for number, item in enumerate(self.items, 1) if _committed(item) >= since]
        return _Branch.of(self.page, self.items[: max(wanted, default=0)], since)


class CommitLists:
    """The lists of one repository.

    Args:
        branch: the branch to list; empty for the default one.
        pages: stores answers; without it everything is requested anew.
        now: the clock, to tell what is recent; without it nothing is.
        tip: the SHA that the branch is known to point at; empty if unknown.

    Attributes:
        repo: `owner/name`; the new one once an answer shows that it was renamed.
    """

    def __init__(
        self,
        requests: Requests,
        repo: str,
        branch: str,
        pages: PageCache | None,
        now: Callable[[], datetime] | None,
        tip: str = "",
    ) -> None:
        self.repo = repo
        self._tip = tip
        self._requests, self._branch, self._pages, self._now = requests, branch, pages, now
        self._known: _Branch | None = None

    def span(self, since: datetime, until: datetime) -> list[Item] | None:
        """Return what was committed in [since, until), newest first in GitHub's order; None for a repository without commits.

        Raises:
            NotFound, Outage: GitHub does not return the list.
        """
        if self._pages is None or self._now is None or until + _RECENT < self._now():
            return self._listed(since, until)
        known = self._newest()
        if known is None:
            return None
        if known.since > since:
            known = _Branch.of(known.page, [*self._older(since), *known.items], since)
            self._keep(known)
        return [item for item in known.items if since <= _committed(item) < until]

    def newest(self) -> tuple[Item, ...]:
        """Return the newest page of the branch; not requested again just after listing a span."""
        known = self._known or self._newest()
        return known.page if known else ()

    def is_renamed(self, items: Sequence[Item]) -> bool:
        """Adopt the repository name used in answers; return whether it is a different one, not just spelt differently."""
        found = re.search(r"//[^/]+/([^/]+/[^/]+)/commit/", items[0]["html_url"]) if items else None
        asked, self.repo = self.repo, found[1] if found else self.repo
        return asked.lower() != self.repo.lower()

    # -- the newest page

    def _newest(self) -> _Branch | None:
        """Request the newest page if it changed, and join it with what was listed before; None without commits."""
        path, query = f"/repos/{self.repo}/commits", self._query()
        etag, before = self._remembered(path, query)
        known = _Branch.load(before) if before else None
        if known and known.page and known.page[0]["sha"] == self._tip:
            self._known = known
            return known
        answer = self._asked(path, query, etag)
        if answer is None:
            return None
        fresh, has_more, etag = answer
        if fresh is None and known:
            self._known = known
            return known
        page = fresh or []
        if self.is_renamed(page):  # the redirect of a renamed repository drops the query, and so the branch
            return self._newest()
        self._keep(_joined(page, known, has_more=has_more), etag)
        return self._known

    def _keep(self, known: _Branch, etag: str = "") -> None:
        """Store a branch, under the ETag of its newest page."""
        self._known = known.trimmed()
        path, query = f"/repos/{self.repo}/commits", self._query()
        etag = etag or self._remembered(path, query)[0]
        if self._pages is not None and etag:
            self._pages.put(self._key(path, query), etag, json.dumps(self._known.dump()))

    def _older(self, since: datetime) -> list[Item]:
        """Return what is below the newest page, page by page, down to what was committed before `since`."""
        found: dict[str, Item] = {}
        number, more, in_vain = 2, True, 0
        while more:
            answer = self._asked(f"/repos/{self.repo}/commits", self._query() | {"page": number}, "")
            page, more = (answer[0] or [], answer[1]) if answer else ([], False)
            before = len(found)
            found |= {item["sha"]: item for item in page}
            in_vain = 0 if len(found) > before else in_vain + 1
            self._must_end(in_vain)
            number, more = number + 1, more and any(_committed(item) >= since for item in page)
        return list(found.values())

    def _must_end(self, in_vain: int) -> None:
        if in_vain >= _IN_VAIN:
            raise Outage(
                f"{self._requests.server.place} lists the same commits of {self.repo} again and again: check any proxy."
            )

    # -- page by page

    def _listed(self, since: datetime, until: datetime) -> list[Item] | None:
        # `until` is inclusive, and both are read as UTC.
        span = {"since": _stamp(since), "until": _stamp(datetime.fromtimestamp(until.timestamp() - 1, UTC))}
        items: dict[str, Item] = {}
        page, more, in_vain = 1, True, 0
        while more:
            found = self._page(self._query() | span | {"page": page})
            if found is None:
                return None
            if self.is_renamed(found["items"]):
                # The redirect of a renamed repository drops the query: the response is not the window's list.
                items, page = {}, 1
                continue
            # A push between two requests moves commits to the next page, so they come twice.
            before = len(items)
            items |= {item["sha"]: item for item in found["items"]}
            page, more, in_vain = page + 1, found["more"], 0 if len(items) > before else in_vain + 1
            self._must_end(in_vain)
        return list(items.values())

    def _page(self, query: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return `items` and whether there are `more`; None for a repository without any commit."""
        path = f"/repos/{self.repo}/commits"
        etag, before = self._remembered(path, query)
        answer = self._asked(path, query, etag)
        if answer is None:
            return None
        fresh, has_more, etag = answer
        if fresh is None:
            return before
        page = {"items": fresh, "more": has_more}
        if self._pages is not None and etag:
            self._pages.put(self._key(path, query), etag, json.dumps(page))
        return page

    # -- asking

    def _query(self) -> dict[str, Any]:
        return {**({"sha": self._branch} if self._branch else {}), "per_page": _PAGE}

    def _key(self, path: str, query: Mapping[str, Any]) -> str:
        return f"{self._requests.server.base_url}{path}?{json.dumps(query, sort_keys=True)}"

    def _remembered(self, path: str, query: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the ETag and what was stored with it; both empty if there is nothing."""
        known = self._pages.get(self._key(path, query)) if self._pages is not None else None
        return (known[0], json.loads(known[1])) if known else ("", {})

    def _asked(
        self, path: str, query: Mapping[str, Any], etag: str
    ) -> tuple[list[dict[str, Any]] | None, bool, str] | None:
        """Return the items (None if unchanged), whether there are more, and the ETag; None if there is no commit at all."""
        headers = {"If-None-Match": etag} if etag else {}
        # 409 is "Git Repository is empty."
        accepted = (HTTPStatus.CONFLICT,)
        reply = self._requests.get(
            path, query, headers, about=self.repo, ref=self._branch, accepted=accepted, wants_list=True
        )
        if reply.status == HTTPStatus.CONFLICT:
            return None
        if reply.status == HTTPStatus.NOT_MODIFIED:
            if not etag:
                raise Outage(
                    f"{self._requests.server.place} says that a list is unchanged although it was never fetched: check any proxy."
                )
            return None, False, etag
        with self._requests.understood(self.repo):
            items = [_slim(item) for item in reply.data]
        return items, 'rel="next"' in reply.headers.get("link", ""), reply.headers.get("etag", "")


def _joined(page: Sequence[Item], before: _Branch | None, *, has_more: bool) -> _Branch:
    """Join a branch's newest page with what was known before."""
    older = before.items if before else ()
    known = {item["sha"]: item for item in (*page, *older)}
    listed = {item["sha"] for item in older}
    new = [item for item in page if item["sha"] not in listed]
    here = _reached(page, known)
    if before and before.page and before.page[0]["sha"] not in here:  # rewritten: what is no longer reachable is gone
        older = tuple(item for item in older if item["sha"] in here)
    # If a commit's parent is in neither, what is missing is not newer than the commits above it.
    loose = {item["sha"] for item in new if any(parent["sha"] not in known for parent in item["parents"])}
    above = [item for item in page if loose & {item["sha"], *(parent["sha"] for parent in item["parents"])}]
    if before is None and not has_more and len(page) < _PAGE:  # all there is, cut off or not
        above = []
    if before is None and has_more:
        above = above or list(page)
    ends = [_committed(item) + timedelta(seconds=1) for item in above]
    return _Branch.of(page, older, max([*ends, before.since if before else _EVER]))


def _reached(page: Iterable[Item], known: Mapping[str, Item]) -> set[str]:
    here: set[str] = set()
    waiting = [item["sha"] for item in page]
    while waiting:
        sha = waiting.pop()
        if sha in known and sha not in here:
            here.add(sha)
            waiting += [parent["sha"] for parent in known[sha]["parents"]]
    return here


def _committed(item: Item) -> datetime:
    return datetime.fromisoformat(item["commit"]["committer"]["date"]).astimezone(UTC)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _slim(item: Item) -> dict[str, Any]:
    """Reduce a list item to what is used: the rest is twenty times as much."""
    commit = item["commit"]
    slim = {
        "sha": item["sha"],
        "html_url": item["html_url"],
        "parents": [{"sha": parent["sha"]} for parent in item["parents"]],
        "author": {"login": item["author"].get("login")} if item.get("author") else None,
        "commit": {
            "author": {key: (commit["author"] or {}).get(key) for key in ("name", "date")},
            "committer": {"date": commit["committer"]["date"]},
            "message": commit["message"],
        },
    }
    _committed(slim)
    if not all(
        isinstance(text, str)
        for text in (slim["sha"], slim["html_url"], commit["message"], *(parent["sha"] for parent in slim["parents"]))
    ):
        raise TypeError
    return slim
