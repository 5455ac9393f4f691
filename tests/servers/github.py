"""GitHub's REST and GraphQL APIs on the loopback, strict, over real git repositories: HTTP, limits, faults and counting.

    with GitHubServer({"owner/name": path_to_git_repo}) as server:
        github.Github(base_url=server.url, auth=github.Auth.Token("test-token"))

It answers what Daybrief asks for, as api.github.com does; the rest is 404 and is kept in `unrouted`.
"""

import hashlib
import math
import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlencode

import jwt

from servers.github_graphql import Endpoint
from servers.github_objects import FILES_PAGE, MOST_FILES, GitRepository, PatchLimits
from servers.loopback import Loopback, Reply, Request, as_json

Fault = Literal[
    "500",
    "502",
    "503",
    "reset",
    "truncate",
    "html",
    "sso",
    "error",
    "limit",
    "forbidden",
    "no_pulls",
    "saml",
    "null",
    "list",
    "odd",
    "half",
    "resources",
]
"""From `sso` on they are faults of queries; see `github_graphql`."""

_DOCS = "https://docs.github.com"
_VERSIONS = {"2022-11-28", "2026-03-10"}
_REPO = r"/(?:repos/(?P<full_name>[^/]+/[^/]+)|repositories/(?P<id>\d+))"
_NOT_BELOW = r"(?!.*/(?:pulls|comments|status|statuses|check-runs|check-suites|branches-where-head)$)"
_ROUTES = {
    "rate_limit": re.compile(r"/rate_limit"),
    "repos.get": re.compile(_REPO),
    "commits.list": re.compile(_REPO + r"/commits"),
    "tags": re.compile(_REPO + r"/tags"),
    "refs": re.compile(_REPO + r"/git/matching-refs/heads/(?P<beginning>.*)"),
    "releases": re.compile(_REPO + r"/releases"),
    "tarball": re.compile(_REPO + r"/tarball/(?P<ref>.+)"),
    "contents": re.compile(_REPO + r"/contents/(?P<path>.+)"),
    "compare": re.compile(_REPO + r"/compare/(?P<base>[^/]+)\.\.\.(?P<head>[^/]+)"),
    "commits.get": re.compile(_REPO + rf"/commits/{_NOT_BELOW}(?P<ref>.+)"),
    "graphql": re.compile(r"(?:/api)?/graphql"),
    "app.token": re.compile(r"/app/installations/(?P<installation>\d+)/access_tokens"),
}
_PROXY_PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Sign in.</body></html>\n"


class Asked(NamedTuple):
    """A request and its answer's status, 0 for a connection that was reset."""

    method: str
    path: str
    query: Mapping[str, str]
    status: int


@dataclass(slots=True)
class _Faults:
    times: int = 0
    every: int = 0
    kinds: tuple[Fault, ...] = ()
    routes: Collection[str] = ()
    seen: int = 0
    given: int = 0


@dataclass(slots=True)
class _Secondary:
    left: float = math.inf
    seconds: float = 0.0
    status: int = 403
    until: float = 0.0


@dataclass(slots=True)
class _Bucket:
    used: int = 0
    reset: float = 0.0


class _Refusal(Exception):
    def __init__(
        self, status: int, message: str, doc: str = "rest", headers: Mapping[str, str] | None = None, **more: str
    ) -> None:
        super().__init__(message)
        body = {"message": message, **more, "documentation_url": f"{_DOCS}/{doc}", "status": str(status)}
        if status == 301:
            del body["status"]
        self.reply = Reply(status, as_json(body), headers or {})


class GitHubServer(Loopback):
    """A GitHub of one's own.

    Args:
        repositories: the local git repository of each `owner/name`.
        tokens: the valid ones; any other is 401.
        private: names that are 404 without a token.
        renames: new names by old ones; what is asked under an old one is answered 301.
        patches: above which limits `patch` is left out of a file.
        anonymous_limit, token_limit, window, limit_status: the primary limit: requests a window, its seconds, 403
            or 429. These and the following may be set while it runs.
        diff_lines: lines of a diff; a longer one is 406.
        latency: seconds before each answer.

    Attributes:
        requests: what was asked, in the order of the answers.
        graphql: what there is of pull requests, and how queries are answered.
        releases: what was published, as GitHub gives it.
        expires: when the token ends, as answers to whoever signed in say it; empty for never.
        app_id, app_key, installations: the one app that it knows, its public key in PEM, and where it is installed; the token
            that an installation was given last is the only one that holds.
        unserved: commits that alone are answered with a status of their own, by SHA.
        unrouted: what was asked that this server does not have; a test asserts that it is empty.
    """

    def __init__(
        self,
        repositories: Mapping[str, Path],
        *,
        tokens: Collection[str] = ("test-token",),
        private: Collection[str] = (),
        renames: Mapping[str, str] | None = None,
        patches: PatchLimits | None = None,
        anonymous_limit: int = 60,
        token_limit: int = 5_000,
        window: float = 3_600.0,
        limit_status: Literal[403, 429] = 403,
        diff_lines: int = 20_000,
        latency: float = 0.0,
    ) -> None:
        super().__init__()
        self.tokens = tokens
        self.patches = patches or PatchLimits()
        self.anonymous_limit, self.token_limit = anonymous_limit, token_limit
        self.window, self.limit_status = window, limit_status
        self.diff_lines = diff_lines
        self.latency = latency
        self.graphql = Endpoint()
        self.requests: list[Asked] = []
        self.unrouted: list[str] = []
        self._repositories = [GitRepository(name, path) for name, path in repositories.items()]
        self._old_names: dict[str, GitRepository] = {}
        self._buckets: dict[str, _Bucket] = {}
        self.expires = ""
        self.app_id, self.app_key, self.installations = "", "", set[int]()
        self.unserved: dict[str, int] = {}
        self.releases: list[dict[str, object]] = []
        self._faults = _Faults()
        self._secondary = _Secondary()
        for repository in self._repositories:
            repository.private = repository.full_name in private
        for old, new in (renames or {}).items():
            self.rename(old, new)

    # -- what a test does

    def rename(self, old: str, new: str) -> None:
        """Rename a repository; it may have been given under either name."""
        for repository in self._repositories:
            if repository.full_name in {old, new}:
                repository.full_name = new
                self._old_names[old.lower()] = repository

    def fail(
        self,
        *,
        times: int = 1,
        every: int = 0,
        kinds: tuple[Fault, ...] = ("502",),
        routes: Collection[str] = (),
    ) -> None:
        """Break the next `times` requests and every `every`th, with these kinds in turn, on all routes or some."""
        self._faults = _Faults(times, every, kinds, routes)

    def limit_secondary(self, *, after: int = 0, seconds: float = 1.0, status: Literal[403, 429] = 403) -> None:
        """Refuse everything for some seconds, once `after` more requests were answered."""
        self._secondary = _Secondary(after, seconds, status)

    def count(self, route: str, status: int | None = None) -> int:
        """Return how often a route was asked for, or answered with this status.

        The routes are `rate_limit`, `repos.get`, `commits.list`, `commits.get` and `graphql`.
        """
        found = (asked for asked in tuple(self.requests) if _route(asked.method, asked.path)[0] == route)
        return sum(status in {None, asked.status} for asked in found)

    # -- answering

    def reply(self, request: Request) -> Reply:
        """Answer one request as GitHub would, or break it as was asked for."""
        if request.path.startswith("/api/v3/"):  # as a GitHub Enterprise server
            request = replace(request, base=f"{request.base}/api/v3", path=request.path[len("/api/v3") :])
        route, match = _route(request.method, request.path)
        fault = self._fault(route)
        if fault == "reset":
            reply = Reply(0, broken="reset")
        elif fault == "html":
            reply = Reply(200, _PROXY_PAGE, {"Content-Type": "text/html; charset=utf-8"})
        elif fault in {"500", "502", "503"}:
            headers = {"Content-Type": "application/json; charset=utf-8"}
            reply = Reply(int(fault), as_json({"message": "Server Error"}), headers)
        elif match and (own := self.unserved.get(match.groupdict().get("ref") or "")):
            headers = {"Content-Type": "application/json; charset=utf-8"}
            reply = Reply(own, as_json({"message": "No commit found" if own < 500 else "Server Error"}), headers)
        else:
            reply = self._answer(request, route, match, fault)
            reply = replace(reply, broken="truncate" if fault == "truncate" and reply.body else "")
        with self._lock:
            self.requests.append(Asked(request.method, request.path, request.query, reply.status))
            self.unrouted += [] if match else [f"{request.method} {request.path}"]
        return reply

    def _fault(self, route: str) -> Fault | Literal[""]:
        with self._lock:
            faults = self._faults
            if faults.routes and route not in faults.routes:
                return ""
            faults.seen += 1
            if faults.seen > faults.times and not (faults.every and faults.seen % faults.every == 0):
                return ""
            faults.given += 1
            return faults.kinds[(faults.given - 1) % len(faults.kinds)]

    def _answer(self, request: Request, route: str, match: re.Match[str] | None, fault: str) -> Reply:
        who = ""
        try:
            if match and route == "app.token":
                return self._give_token(request, int(match["installation"]))
            who = self._sign_in(request)
            self._check_secondary()
            if route != "rate_limit":
                self._spend(who)
            reply = self._query(request, who, fault) if route == "graphql" else self._find(request, route, match, who)
        except _Refusal as refusal:
            reply = refusal.reply
        headers = {"Content-Type": "application/json; charset=utf-8", **reply.headers}
        if reply.status == 200 and route != "graphql":
            tag = f'"{hashlib.sha256(reply.body).hexdigest()}"'
            headers["ETag"] = f"W/{tag}"
            if tag in request.headers.get("if-none-match", ""):
                del headers["Content-Type"]
                reply = Reply(304)
                if who and route != "rate_limit":  # free for those who signed in
                    self._spend(who, -1)
        headers["X-GitHub-Request-Id"] = f"C0DE:10ADE1:{len(self.requests):07X}:5EED5:0BADCAFE"
        if who and self.expires:
            headers["GitHub-Authentication-Token-Expiration"] = self.expires
        headers |= {f"X-RateLimit-{name.title()}": str(value) for name, value in self._left(who).items()}
        return replace(reply, headers=headers)

    def _find(self, request: Request, route: str, match: re.Match[str] | None, who: str) -> Reply:  # noqa: PLR0911 - one for each route
        if match is None:
            raise _Refusal(404, "Not Found")
        if route == "rate_limit":
            return Reply(200, as_json({"resources": {"core": self._left(who)}, "rate": self._left(who)}))
        repository = self._repository(request, match, who)
        if route == "repos.get":
            return Reply(200, as_json(repository.as_json(request.base)))
        if repository.resolve(repository.default_branch) is None:
            raise _Refusal(409, "Git Repository is empty.", "rest/commits/commits#list-commits")
        if route == "commits.list":
            return self._list(request, repository)
        if route == "tags":
            return Reply(200, as_json(repository.tags_json()))
        if route == "refs":
            return Reply(200, as_json(repository.refs_json(unquote(match["beginning"]))))
        if route == "releases":
            return Reply(200, as_json(self.releases))
        if route == "tarball":
            return Reply(200, repository.archive(unquote(match["ref"])), {"Content-Type": "application/x-gzip"})
        if route == "contents":
            text = repository.blob(request.query["ref"], unquote(match["path"]))
            if text is None:
                raise _Refusal(404, "Not Found", "rest/repos/contents#get-repository-content")
            return Reply(200, text, {"Content-Type": "application/vnd.github.raw+json; charset=utf-8"})
        if route == "compare":
            return self._compare(request, repository, unquote(match["base"]), unquote(match["head"]))
        return self._get(request, repository, unquote(match["ref"]))

    def _query(self, request: Request, who: str, fault: str) -> Reply:
        if not who:
            raise _Refusal(401, "This endpoint requires you to be authenticated.", "graphql")
        if fault == "sso":
            headers = {"X-GitHub-SSO": "required; url=https://github.com/orgs/example/sso?authorization_request=A"}
            raise _Refusal(403, "Resource protected by organization SAML enforcement.", "graphql", headers)
        names = {repository.full_name.lower(): repository.full_name for repository in self._repositories}
        names |= {old: repository.full_name for old, repository in self._old_names.items()}
        status, answer = self.graphql.answer(request.body, fault, names)
        return Reply(status, as_json(answer))

    def _repository(self, request: Request, match: re.Match[str], who: str) -> GitRepository:
        asked = unquote(match["full_name"] or "").lower()
        for repository in self._repositories:
            if repository.private and not who:
                continue
            if asked == repository.full_name.lower() or match["id"] == str(repository.id):
                return repository
            if self._old_names.get(asked) is repository:
                address = _address(request, repository, request.query)
                headers = {"Location": address}
                raise _Refusal(301, "Moved Permanently", "v3/#http-redirects", headers, url=address)
        raise _Refusal(404, "Not Found", "rest/repos/repos#get-a-repository")

    def _list(self, request: Request, repository: GitRepository) -> Reply:
        start = repository.resolve(request.query.get("sha") or repository.default_branch)
        if start is None:
            raise _Refusal(404, "Not Found", "rest/commits/commits#list-commits")
        since, until = (_seconds(request.query.get(name)) for name in ("since", "until"))
        shas = repository.history(start, since, until)
        page, links = _page(request, repository, len(shas), (30, 100))
        return Reply(200, as_json(repository.commits_json(shas[page], request.base)), links)

    def _compare(self, request: Request, repository: GitRepository, base: str, head: str) -> Reply:
        """Answer with what `head` has and `base` has not, oldest first."""
        start, end = repository.resolve(base), repository.resolve(head)
        if start is None or end is None:
            raise _Refusal(404, "Not Found", "rest/commits/commits#compare-two-commits")
        before = set(repository.history(start))
        shas = [sha for sha in repository.history(end) if sha not in before][::-1]
        page, links = _page(request, repository, len(shas), (250, 1000))
        after = set(repository.history(end))
        behind = sum(sha not in after for sha in before)
        body = {
            "total_commits": len(shas),
            "behind_by": behind,
            "commits": repository.commits_json(shas[page], request.base),
            "files": [],
        }
        return Reply(200, as_json(body), links)

    def _get(self, request: Request, repository: GitRepository, ref: str) -> Reply:
        sha = repository.resolve(ref)
        if sha is None:
            raise _Refusal(422, f"No commit found for SHA: {ref}", "rest/commits/commits#get-a-commit")
        if _media(request) == "diff":
            text = repository.diff(sha)
            if text.count("\n") > self.diff_lines:
                message = f"Sorry, the diff exceeded the maximum number of lines ({self.diff_lines})"
                raise _Refusal(406, message, "rest/commits/commits#get-a-commit")
            return Reply(200, text.encode(), {"Content-Type": "application/vnd.github.diff; charset=utf-8"})
        count = min(len(repository.files(sha)), MOST_FILES)
        page, links = _page(request, repository, count, (FILES_PAGE, FILES_PAGE))
        return Reply(200, as_json(repository.detail_json(sha, request.base, page, self.patches)), links)

    # -- who asks, and how often: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api

    def _sign_in(self, request: Request) -> str:
        """Return the token, or nothing for an anonymous request."""
        if not request.headers.get("user-agent"):
            raise _Refusal(403, "Request forbidden by administrative rules. Please add a User-Agent header")
        version = request.headers.get("x-github-api-version", "2022-11-28")
        if version not in _VERSIONS:
            raise _Refusal(400, f'"X-GitHub-Api-Version" header: {version} is not a supported version.')
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme and (scheme.lower() not in {"token", "bearer"} or token not in self.tokens):
            raise _Refusal(401, "Bad credentials")
        return token

    def _give_token(self, request: Request, installation: int) -> Reply:
        """Give an installation a token for an hour, if an app that we know has signed for itself just now."""
        scheme, _, signed = request.headers.get("authorization", "").partition(" ")
        try:
            claims = jwt.decode(signed, self.app_key, ["RS256"], options={"require": ["iat", "exp", "iss"]})
        except jwt.PyJWTError:
            raise _Refusal(401, "A JSON web token could not be decoded", "rest") from None
        if scheme != "Bearer" or claims["iss"] != self.app_id or claims["exp"] - claims["iat"] > 660:
            raise _Refusal(401, "'Issuer' claim ('iss') must be an Integer", "rest")
        if installation not in self.installations:
            raise _Refusal(404, "Not Found", "rest/apps/apps#create-an-installation-access-token-for-an-app")
        token = f"ghs_{self.count('app.token') + 1}"
        self.tokens = {token}
        expires = datetime.fromtimestamp(time.time() + 3600, UTC)
        return Reply(
            201, as_json({"token": token, "expires_at": f"{expires:%Y-%m-%dT%H:%M:%SZ}", "permissions": {"contents": "read"}}),
            {"Content-Type": "application/json; charset=utf-8"},
        )  # fmt: skip

    def _left(self, who: str) -> dict[str, int | str]:
        with self._lock:
            bucket, limit = self._bucket(who), self.token_limit if who else self.anonymous_limit
            used = min(bucket.used, limit)
            left = {"limit": limit, "used": used, "remaining": limit - used, "reset": int(bucket.reset)}
            return {**left, "resource": "core"}

    def _bucket(self, who: str) -> _Bucket:
        bucket = self._buckets.setdefault(who, _Bucket())
        if time.time() >= bucket.reset:
            bucket.used, bucket.reset = 0, time.time() + self.window
        return bucket

    def _spend(self, who: str, number: int = 1) -> None:
        with self._lock:
            if self._left(who)["remaining"] or number < 0:
                bucket = self._bucket(who)
                bucket.used = max(0, bucket.used + number)
                return
        whom = "user ID 1." if who else "127.0.0.1. (Authenticated requests get a higher rate limit.)"
        doc = "rest/using-the-rest-api/rate-limits-for-the-rest-api"
        raise _Refusal(self.limit_status, f"API rate limit exceeded for {whom}", doc)

    def _check_secondary(self) -> None:
        with self._lock:
            limit, now = self._secondary, time.time()
            limit.left -= 1
            if limit.left < 0 and not limit.until:
                limit.until = now + limit.seconds
            wait = limit.until - now
        if wait > 0:
            text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            doc = "rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"
            raise _Refusal(limit.status, text, doc, {"Retry-After": str(math.ceil(wait))})


def _route(method: str, path: str) -> tuple[str, re.Match[str] | None]:
    for name, pattern in _ROUTES.items():
        if method == ("POST" if name in {"graphql", "app.token"} else "GET") and (match := pattern.fullmatch(path)):
            return name, match
    return "", None


def _media(request: Request) -> Literal["json", "diff"]:
    accept = request.headers.get("accept", "*/*")
    for kind in re.split(r"\s*,\s*", accept):
        if re.fullmatch(r"application/vnd\.github(\.v3)?\.diff", kind):
            return "diff"
        if re.fullmatch(r"(\*/\*|application/json|application/vnd\.github(\.v3)?\+json)(;.*)?", kind):
            return "json"
    raise _Refusal(415, f"Unsupported 'Accept' header: '{accept}'. Must accept 'application/json'.")


def _seconds(text: str | None) -> int | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        # What GitHub says to this is not documented; a test shall not pass over it.
        raise _Refusal(422, f"{text!r} is no ISO 8601 time", "rest/commits/commits#list-commits") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _address(request: Request, repository: GitRepository, query: Mapping[str, str]) -> str:
    """Return the same path of the repository by its number, as GitHub links it."""
    rest = re.sub(r"^/(?:repos/[^/]+/[^/]+|repositories/\d+)", "", request.path)
    address = f"{request.base}/repositories/{repository.id}{rest}"
    return f"{address}?{urlencode(query)}" if query else address


def _page(
    request: Request, repository: GitRepository, count: int, sizes: tuple[int, int]
) -> tuple[slice, dict[str, str]]:
    """Return which items the page asked for holds, and its Link header; `sizes`: the usual one, the most."""
    size = min(_positive(request.query.get("per_page"), sizes[0]), sizes[1])
    page, last = _positive(request.query.get("page"), 1), max(1, -(-count // size))
    relations = {"prev": min(page - 1, last)} if page > 1 else {}
    relations |= {"next": page + 1, "last": last} if page < last else {}
    relations |= {"first": 1} if page > 1 else {}
    links = [
        f'<{_address(request, repository, {**request.query, "page": str(number)})}>; rel="{relation}"'
        for relation, number in relations.items()
    ]
    return slice((page - 1) * size, page * size), {"Link": ", ".join(links)} if links else {}


def _positive(text: str | None, default: int) -> int:
    """Return a positive number; anything else means the default, as on GitHub."""
    return (int(text) or default) if text and re.fullmatch(r"\d{1,9}", text) else default
