"""Pull requests from GitHub's GraphQL, by the number in a commit's title or by the commit itself.

One query asks for fifty, a second one for the issues that descriptions name and for commits whose title does not name their
own pull request. A query that GitHub does not finish is split in two.
https://docs.github.com/en/graphql/reference/pulls
"""

import contextlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urlsplit

from analysis.commits.commit import Commit
from analysis.commits.pull_request import Found, Gap, PullRequest, Unread
from analysis.commits.title import read_title
from analysis.errors import Forbidden, Problem, RateLimited, Unwelcome
from analysis.sources import PageCache
from analysis.sources.github_errors import Overloaded, SingleSignOn, UnknownField
from analysis.sources.github_nodes import Node, issue_of, pull_of, with_news
from analysis.sources.github_queries import Wanted, places, query
from analysis.sources.github_requests import Answer, Requests
from analysis.sources.linked_issues import named_issues

_AT_ONCE = 50
"""Commits per query."""
_NEWS_AT_ONCE = 400
"""Pull requests per query for news: seven busy days."""
_MOST_FAILURES = 8
"""Failed queries, each half the size of the previous one, after which GitHub is considered down."""
_ALIKE = 0.8
"""How similar a title must stay if it is edited on merging (`SequenceMatcher.ratio`)."""
_LARGEST = 2**31 - 1
"""GraphQL's integers end there; a title may claim any number."""
_FINAL = {"NOT_FOUND", "FORBIDDEN"}
"""Errors about one object for which retrying is useless: it is gone, or not accessible to this token.

The repository's own pull requests are either all readable or none.
"""
_GAPS = {
    RateLimited: Gap.LIMIT,
    SingleSignOn: Gap.SINGLE_SIGN_ON,
    Forbidden: Gap.NO_RIGHT,
    Unwelcome: Gap.UNAUTHORISED,
}

_LOG = logging.getLogger(__name__)


class GitHubPulls:
    """The pull requests of a repository on GitHub; implements PullRequestSource.

    Args:
        requests: the connection to its server; without a token GitHub answers no query.
        repo: `owner/name`.
        now: the clock, aware, UTC.
        pages: stores that a server is older than github.com.
    """

    def __init__(
        self, requests: Requests, repo: str, *, now: Callable[[], datetime], pages: PageCache | None = None
    ) -> None:
        self._requests = requests
        self._repo = repo
        self._called = {repo.lower()}
        self._now = now
        self._pages = pages
        self._page = f"{requests.server.base_url} lacks fields of GraphQL"
        self._is_plain = pages is not None and pages.get(self._page) is not None

    def find(self, commits: Sequence[Commit]) -> Found:
        """Return the pull requests that these commits came from; see PullRequestSource."""
        if not commits:
            return Found({})
        if not self._requests.server.signs_in:
            return Found({}, unread=Unread(Gap.ANONYMOUS, len(commits)))
        first = {commit.sha: self._by_number(commit) or self._by_commit(commit) for commit in commits}
        nodes, gap = self._ask([one for wanted in first.values() for one in wanted], _AT_ONCE)
        found = self._matched(commits, nodes)
        # A number in a title may be an issue's, or another pull request's.
        misled = [
            commit
            for commit in commits
            if self._by_number(commit) and commit.sha not in found and _are_in(first[commit.sha], nodes)
        ]
        named = {pull.number: self._named(pull) for pull in found.values()}
        second = [one for commit in misled for one in self._by_commit(commit)]
        second += [one for wanted in named.values() for one in wanted]
        if gap is None:
            more, gap = self._ask(second, 2 * _AT_ONCE)
            nodes |= more
            found |= self._matched(misled, more)
        partial = {number for number, wanted in named.items() if not _are_in(wanted, nodes)}
        whole = {sha: _with_issues(pull, named.get(pull.number, ()), nodes) for sha, pull in found.items()}
        without = {commit.sha for commit in commits if _are_in(self._by_commit(commit), nodes)} - set(found)
        missing = sum(commit.sha not in found and commit.sha not in without for commit in commits)
        missing += sum(pull.number in partial for pull in found.values())
        return Found(
            whole, frozenset(without), frozenset(partial), Unread(gap or Gap.OUTAGE, missing) if missing else None
        )

    def refresh(self, pull_requests: Sequence[PullRequest]) -> tuple[list[PullRequest], Unread | None]:
        """Return these pull requests with what people have added since; see PullRequestSource."""
        if not self._requests.server.signs_in:
            return [], None
        known = {f"n{pull.number}": pull for pull in pull_requests}
        wanted = [Wanted(name, self._repo, "news", pull.number) for name, pull in known.items()]
        nodes, gap = self._ask(wanted, _NEWS_AT_ONCE)
        fresh = []
        for name, node in nodes.items():
            with _understood():
                fresh += [with_news(known[name], node, self._now())] if node else []
        missing = len(known) - len(nodes)
        return fresh, Unread(gap or Gap.OUTAGE, missing) if missing else None

    def probe(self) -> Gap | None:
        """Return why pull requests cannot be read; see PullRequestSource."""
        if not self._requests.server.signs_in:
            return Gap.ANONYMOUS
        _, gap = self._ask([Wanted("n1", self._repo, "news", 1)], 1)
        return gap

    # -- what is asked

    def _by_number(self, commit: Commit) -> list[Wanted]:
        number = commit.pull_request
        return [Wanted(f"p{number}", self._repo, "pull", number)] if number and number <= _LARGEST else []

    def _by_commit(self, commit: Commit) -> list[Wanted]:
        """Ask by the commit; a manual merge may be identified by the branch it merged."""
        branch = commit.parents[1:2] if len(commit.brought) <= 1 else ()
        return [Wanted(f"c{sha}", self._repo, "commit", sha) for sha in (commit.sha, *branch)]

    def _named(self, pull: PullRequest) -> list[Wanted]:
        host = urlsplit(pull.url).hostname or ""
        closed = {(issue.repo.lower(), issue.number) for issue in pull.issues}
        return [
            Wanted(re.sub(r"\W", "_", f"i{number}_{repo}"), repo, "issue", number)
            for repo, number in named_issues(pull.body, self._repo, host)
            if (repo.lower(), number) not in closed
        ]

    # -- what the answers mean

    def _matched(self, commits: Iterable[Commit], nodes: Mapping[str, Any]) -> dict[str, PullRequest]:
        """Return the pull requests that, by the answers, belong to the commits, by SHA."""
        found = {}
        for commit in commits:
            by_number = [pull for one in self._by_number(commit) for pull in self._pulls(nodes.get(one.name))]
            fits = [pull for pull in by_number if _is_of(pull, commit)]
            own, *branch = (self._pulls(nodes.get(one.name)) for one in self._by_commit(commit))
            fits += [pull for pull in own if pull.merge_commit == commit.sha]
            # Later ones carried it to further branches.
            fits += sorted((pull for pull in own if pull.merged_at), key=lambda pull: str(pull.merged_at))
            tips = {commit.sha, *commit.parents[1:2]}
            fits += [pull for pulls in branch for pull in pulls if pull.merge_commit in tips]
            if fits:
                found[commit.sha] = fits[0]
        return found

    def _pulls(self, node: Node | None) -> list[PullRequest]:
        """Return the pull request that a node represents, or those of this repository associated with a commit."""
        found = []
        with _understood():
            if node and "number" in node:
                found.append(pull_of(node, self._now()))
            elif node:
                found += [pull_of(one, self._now()) for one in node["associatedPullRequests"]["nodes"] if one]
        return [pull for pull in found if pull.repo.lower() in self._called]

    # -- asking

    def _ask(self, wanted: Iterable[Wanted], at_once: int) -> tuple[dict[str, Any], Gap | None]:
        """Return the answers by name (None: no such object), and why the rest is missing."""
        todo = list({one.name: one for one in wanted}.values())
        nodes: dict[str, Any] = {}
        failures, alone, gap = 0, set[str](), None
        while todo and failures < _MOST_FAILURES:
            batch = todo[:at_once]
            try:
                answered = self._answered(batch)
            except Overloaded:
                answered = {}
            except UnknownField as problem:
                if self._is_plain:
                    return nodes, self._given_up(problem)
                self._be_plain(problem)
                continue
            except Problem as problem:
                return nodes, self._given_up(problem)
            nodes |= answered
            if answered:
                todo = [one for one in todo if one.name not in answered]
                continue
            failures += 1
            at_once = (len(batch) + 1) // 2
            if len(batch) == 1:  # it may be only this one: it gets another chance after the others
                todo = todo[1:] + [one for one in batch if one.name not in alone]
                gap = Gap.OUTAGE if batch[0].name in alone else gap
                alone.add(batch[0].name)
        return nodes, Gap.OUTAGE if todo else gap

    def _be_plain(self, problem: UnknownField) -> None:
        self._is_plain = True
        if self._pages is not None:
            self._pages.put(self._page, "", str(problem))

    def _given_up(self, problem: Problem) -> Gap:
        _LOG.warning("pull requests of %s: %s", self._repo, problem)
        return next((gap for kind, gap in _GAPS.items() if isinstance(problem, kind)), Gap.OUTAGE)

    def _answered(self, batch: Sequence[Wanted]) -> dict[str, Any]:
        """Send one query; return its answers by name."""
        answer = self._requests.query(query(self._repo, batch, plain=self._is_plain), {}, about=self._repo)
        with self._requests.understood(self._repo):
            return self._nodes(batch, answer)

    def _nodes(self, batch: Sequence[Wanted], answer: Answer) -> dict[str, Any]:
        where = places(self._repo, batch)
        with _understood():
            self._called.add(answer.data[where[self._repo]]["nameWithOwner"].lower())
        failed = [(tuple(error.get("path") or ())[:2], str(error.get("type"))) for error in answer.errors]
        broken = {path for path, kind in failed if kind not in _FINAL}
        forbidden = {path for path, kind in failed if kind == "FORBIDDEN"}
        nodes = {}
        for one in batch:
            place = where[one.repo]
            if one.kind != "issue" and (place, one.name) in forbidden:
                raise Forbidden(f"GitHub shows no pull request of {self._repo} to this token.")
            objects = answer.data.get(place) or {one.name: None}
            node = objects.get(one.name)
            # The object that an error without a path is about is null.
            is_broken = broken & {(place,), (place, one.name), *([()] if node is None else [])}
            if one.name in objects and not is_broken:
                nodes[one.name] = node
        return nodes


def _are_in(wanted: Iterable[Wanted], nodes: Mapping[str, Any]) -> bool:
    return all(one.name in nodes for one in wanted)


def _is_of(pull: PullRequest, commit: Commit) -> bool:
    """Whether a commit that names a pull request's number came from it: it may also follow up on `(#12)`."""
    if pull.merge_commit == commit.sha:
        return True
    ours, theirs = read_title(commit.subject).text.casefold(), read_title(pull.title).text.casefold()
    return ours in theirs or theirs in ours or SequenceMatcher(None, ours, theirs).ratio() >= _ALIKE


def _with_issues(pull: PullRequest, wanted: Iterable[Wanted], nodes: Mapping[str, Any]) -> PullRequest:
    """Return a pull request with the issues it names; a named one may also be a pull request, or gone."""
    named = []
    for one in wanted:
        node = nodes.get(one.name)
        with _understood():
            named += [issue_of(node)] if node and node["__typename"] == "Issue" else []
    return replace(pull, issues=(*pull.issues, *named)) if named else pull


@contextlib.contextmanager
def _understood() -> Iterator[None]:
    """Skip an object that does not match GitHub's schema."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        _LOG.warning("GitHub answered a query with an object of another form: %r", error)
