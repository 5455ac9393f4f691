"""Asking GitHub: connections that are kept, patience with what passes, and errors as sentences.

PyGithub does authentication, connections, retries of 5xx and the waiting for limits. It is used below its objects,
because those cannot ask for a list only if it changed. https://docs.github.com/en/rest/using-the-rest-api
"""

import contextlib
import json
import logging
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Literal

import github
import requests
import stamina
import urllib3

from analysis.commits.redaction import without_login
from analysis.errors import BadInput, Forbidden, NotFound, Outage, Problem, RateLimited, Unwelcome
from analysis.sources.github_app import App, InstallationAuth
from analysis.sources.github_errors import Overloaded, expiry, is_limit, refusal, sign_on

PUBLIC = "https://api.github.com"
_LONGEST_WAIT = 120  # seconds; a limit that is renewed later than that is told, not sat out
_LONGEST_QUERY_WAIT = 5  # a digest does without pull requests rather than wait for them
_PAGE = 100
_CHUNK = 1 << 20
"""Bytes of a download that are taken at a time."""
_LIMITS = {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
_TIMEOUTS = {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}


@dataclass(frozen=True, slots=True)
class GitHub:
    """A GitHub server and how to sign in.

    Attributes:
        base_url: of its API; a GitHub Enterprise server's ends in /api/v3.
        token: a personal or installation token; empty to ask anonymously (60 requests an hour).
        app: what to sign in as in place of a token; None for none.
        heard: told the status and the headers of each answer, on the thread that asked.
    """

    base_url: str = PUBLIC
    token: str = field(default="", repr=False)
    heard: Callable[[int, Mapping[str, str]], None] | None = field(default=None, repr=False, compare=False)
    app: App | None = None

    @property
    def signs_in(self) -> bool:
        """Whether it is not asked anonymously."""
        return bool(self.token) or self.app is not None

    @property
    def place(self) -> str:
        """The address as it may be shown: without a name and password that stand in it."""
        return without_login(self.base_url)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `data` is the JSON (None for 304), or the text where another media type was asked for."""

    status: int
    headers: Mapping[str, str]
    data: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query brought: `data` may hold nulls where `errors` say why."""

    data: Mapping[str, Any]
    errors: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What is left of the hour's requests, and when they are renewed (UTC)."""

    left: int
    limit: int
    renewed: datetime


class Requests:
    """Sends requests to one server over connections that it keeps; safe to share between threads."""

    def __init__(self, server: GitHub, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.server = server
        self._expires: datetime | None = None
        self._installation = InstallationAuth(server.app, server.base_url, now) if server.app else None
        self._idle: dict[bool, deque[github.Github]] = {False: deque(), True: deque()}

    def get(
        self,
        path: str,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        about: str,
        ref: str = "",
        accepted: tuple[HTTPStatus, ...] = (),
        wants_list: bool = False,
    ) -> Reply:
        """Send a GET request and return the reply: text if another media type is asked for, else a JSON object or list.

        `about` names the repository and `ref` the commit or branch, for the errors' sentences; statuses of `accepted`
        are returned like a success.

        Raises:
            BadInput: the configured address or token cannot be right.
            NotFound, RateLimited, Outage: as GitHub's answer, or its silence, means.
        """
        wants_text = "Accept" in (headers or {})
        status, received, body = self._send("GET", path, about, query, headers)
        if status == HTTPStatus.NOT_MODIFIED:
            return Reply(status, received, None)
        if status == HTTPStatus.OK and wants_text and "html" not in received.get("content-type", ""):
            return Reply(status, received, body)
        try:
            data = json.loads(body)
        except ValueError:
            data = None
        if not isinstance(data, list if wants_list else dict):
            if status < HTTPStatus.MULTIPLE_CHOICES:
                raise Outage(
                    f"{self.server.place} did not answer with GitHub's JSON: check [github] base_url, and any proxy between."
                )
            data = data if isinstance(data, dict) else {}
        if status >= HTTPStatus.MULTIPLE_CHOICES and status not in accepted:
            said = {"message": str(data.get("message") or "")} if isinstance(data, dict) else {"message": ""}
            raise self._problem(github.Requester.Requester.createException(status, received, said), about, ref)
        return Reply(status, received, data)

    def download(self, path: str, *, about: str, most: int) -> bytes:
        """Fetch a file whole, from wherever GitHub sends us for it; the token goes to GitHub alone.

        Raises:
            BadInput: it has more than `most` bytes, or the configured address cannot be right.
            Outage: it did not come, or not whole.
        """
        found = bytearray()
        try:
            with self._connection(is_query=False) as requester:
                _, _, chunks = requester.getStream(path, chunk_size=_CHUNK)
                for chunk in chunks:
                    found += chunk
                    if len(found) > most:
                        raise BadInput(
                            f"The archive of {about} has more than {most:,} bytes: clone it, and write --repo {about}=FOLDER."
                        )
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            raise Outage(
                f"GitHub at {self.server.place} did not give the archive of {about} ({_reason(error)}): run it again later."
            ) from error
        except github.GithubException as error:
            raise self._problem(error, about, "") from error
        return bytes(found)

    def query(self, text: str, variables: Mapping[str, Any], *, about: str) -> Answer:
        """Send a query to GitHub's GraphQL; what it answers in part is returned with its errors.

        https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api

        Raises:
            BadInput: the configured address or token cannot be right.
            Overloaded, UnknownField, SingleSignOn, Unwelcome, Forbidden, RateLimited, Outage: there is no answer, and why.
        """
        status, received, body = self._send("POST", "", about, body={"query": text, "variables": dict(variables)})
        try:
            reply = json.loads(body)
        except ValueError:
            reply = None
        if status in _TIMEOUTS:
            raise Overloaded(f"GitHub at {self.server.place} did not finish a query about {about} in its time.")
        if not isinstance(reply, dict):
            raise Outage(f"{self.server.place} did not answer a query with GitHub's JSON: check any proxy between.")
        if status != HTTPStatus.OK:
            raise self._problem(github.Requester.Requester.createException(status, received, reply), about, "")
        data, listed = reply.get("data"), reply.get("errors")
        errors = tuple(error for error in listed if isinstance(error, dict)) if isinstance(listed, list) else ()
        if isinstance(data, dict) and any(data.values()):
            return Answer(data, errors)
        if is_limit(errors):
            raise self._limited(received)
        raise refusal(errors, about)

    @property
    def expires(self) -> datetime | None:
        """When the token expires (UTC), as GitHub's answers said; None where it has not, or never does.

        That of an app's installation is renewed before.
        """
        return self._installation.expires if self._installation else self._expires

    @contextlib.contextmanager
    def understood(self, about: str) -> Iterator[None]:
        """Tell of an answer about a repository that is JSON and not GitHub's: what every commit has is missing, or something else.

        Raises:
            Outage: the block met that.
        """
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
            raise Outage(
                f"{self.server.place} answers about {about} with something that lacks what every commit has: check [github] "
                "base_url, and any proxy between."
            ) from None

    def rate_limit(self) -> RateLimit | None:
        """Ask how many requests are left; the question is free. None for a server that has no limit.

        Raises:
            BadInput, Outage: the server does not answer as GitHub does, or refuses the token.
        """
        accepted = (HTTPStatus.NOT_FOUND,)
        data = self.get("/rate_limit", about="the rate limit", accepted=accepted).data
        with self.understood("the rate limit"):
            core = (data.get("resources") or {}).get("core")
            if core:
                return RateLimit(int(core["remaining"]), int(core["limit"]), datetime.fromtimestamp(core["reset"], UTC))
        if "rate limiting is not enabled" in str(data.get("message")).lower():
            return None
        raise Outage(
            f"{self.server.place} is no API of GitHub's: check [github] base_url (a GitHub Enterprise server's ends in /api/v3)."
        )

    def _send(
        self,
        verb: Literal["GET", "POST"],
        path: str,
        about: str,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> tuple[int, dict[str, str], str]:
        """Send a request: GET for REST, POST for GraphQL, which has one address."""
        is_query = verb == "POST"
        patience = (2, 10.0) if is_query else (6, 90.0)
        try:
            for attempt in stamina.retry_context(
                on=_broke_off, attempts=patience[0], wait_initial=0.2, wait_max=8.0, timeout=patience[1]
            ):
                with attempt, self._connection(is_query=is_query) as requester:
                    status, received, text = requester.requestJson(
                        verb,
                        requester.graphql_url if is_query else path,
                        parameters=dict(query or {}),
                        headers=dict(headers or {}),
                        input=body,
                    )
                    self._expires = expiry(received) or self._expires
                    if self.server.heard:
                        self.server.heard(status, received)
                    return status, received, text
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            raise Outage(
                f"GitHub at {self.server.place} did not give {about} ({_reason(error)}): nothing was skipped, "
                "run it again later."
            ) from error
        except github.GithubException as error:
            raise self._problem(error, about, "") from error
        except RuntimeError as error:  # PyGithub's word for a redirect to another host or protocol
            raise BadInput(
                f"{self.server.place} redirects to another address: correct [github] base_url (https, and the host that answers)."
            ) from error
        raise AssertionError("a retry context ends by a return or a raise")

    @contextlib.contextmanager
    def _connection(self, *, is_query: bool) -> Iterator[github.Requester.Requester]:
        """Lend what nobody else uses now: PyGithub is not safe to share, and making a connection anew takes longer than a reply."""
        idle = self._idle[is_query]
        try:
            hub = idle.pop()
        except IndexError:
            self._check()
            github.set_log_level(logging.ERROR)  # it writes to the terminal by itself
            hub = self._connected(_haste() if is_query else _patience())
        try:
            yield hub.requester
        finally:
            idle.append(hub)

    def _connected(self, retry: github.GithubRetry) -> github.Github:
        return github.Github(
            base_url=self.server.base_url,
            auth=self._installation or (github.Auth.Token(self.server.token) if self.server.token else None),
            per_page=_PAGE,
            lazy=True,
            timeout=30,
            seconds_between_requests=None,
            retry=retry,
        )

    def _check(self) -> None:
        """Refuse what the libraries would fail at with words of their own."""
        if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", self.server.base_url):
            raise BadInput(
                f"{self.server.place!r} is no address of an API: set [github] base_url to one such as {PUBLIC}."
            )
        if not re.fullmatch(r"[!-~]*", self.server.token):
            raise BadInput(
                "The GitHub token holds a space, a line break or a letter that no token has: copy it anew into [github] token."
            )

    def _problem(self, error: github.GithubException, about: str, ref: str) -> Problem:  # noqa: PLR0911 - one for each meaning
        status, headers = error.status, error.headers or {}
        message = str(error.data.get("message", "")) if isinstance(error.data, dict) else str(error.data or "")
        no_more = status == HTTPStatus.FORBIDDEN and headers.get("x-ratelimit-remaining") == "0"
        if no_more or isinstance(error, github.RateLimitExceededException) or status == HTTPStatus.TOO_MANY_REQUESTS:
            return self._limited(headers)
        if status < HTTPStatus.BAD_REQUEST:
            return Outage(
                f"GitHub redirects {about} elsewhere ({status}): check [github] base_url, and any proxy between."
            )
        if status == HTTPStatus.UNAUTHORIZED:
            if not self.server.signs_in:
                return Unwelcome(f"{self.server.place} lets nobody read without a token: set [github] token.")
            return Unwelcome(
                f"GitHub refuses the token ({message or 'bad credentials'}): set a valid one as [github] token."
            )
        if status == HTTPStatus.UNPROCESSABLE_ENTITY and ref:
            return NotFound(f"{about} has no commit {ref!r}: give a SHA of its history, or search for words.")
        if status == HTTPStatus.CONFLICT:
            return NotFound(f"{about} has no commits yet: ask again when something has landed.")
        if status == HTTPStatus.NOT_FOUND:
            branch = f" with a branch {ref!r}" if ref else ""
            seen = "this token may not see it" if self.server.signs_in else "it is private and needs a token"
            return NotFound(f"GitHub has no repository {about}{branch}, or {seen}: check the name and [github] token.")
        if status == HTTPStatus.FORBIDDEN and "x-github-sso" in {name.lower() for name in headers}:
            return sign_on(about)
        if status == HTTPStatus.FORBIDDEN:
            return Forbidden(
                f"GitHub forbids reading {about} ({message}): the token needs read access to its contents."
            )
        return Outage(f"GitHub answered {status} for {about} ({message or 'no reason given'}): try again later.")

    def _limited(self, headers: Mapping[str, str]) -> RateLimited:
        until = _renewal(headers)
        when = f"until {until:%H:%M} UTC" if until else "for now"
        anonymous = not self.server.signs_in and headers.get("x-ratelimit-remaining") == "0"
        advice = " A token raises it from 60 to 5,000 an hour: set [github] token." if anonymous else ""
        return RateLimited(
            f"GitHub's request limit is used up {when}; what was fetched is kept, the next run goes on from there.{advice}",
            until,
        )


def _patience() -> github.GithubRetry:
    return _Patience(total=6, backoff_factor=0.1, max_rate_limit_wait=_LONGEST_WAIT, retry_after_max=_LONGEST_WAIT)


def _haste() -> github.GithubRetry:
    """What a query may wait for. A 502 is its timeout: the same query would meet it again, a smaller one may not."""
    again = [code for code in range(500, 600) if code not in _TIMEOUTS]
    wait = _LONGEST_QUERY_WAIT
    return _Patience(
        total=2, backoff_factor=0.1, max_rate_limit_wait=wait, retry_after_max=wait, status_forcelist=again
    )


class _Patience(github.GithubRetry):
    """Waits for a limit that is over soon; a longer one, or one that comes again and again, is told."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: Any = None,
        error: Exception | None = None,
        _pool: Any = None,
        _stacktrace: Any = None,
    ) -> Any:  # PyGithub and urllib3 do not agree on the type
        try:
            if response is not None and response.status in _LIMITS and "Retry-After" in response.headers:
                wait = str(response.headers["Retry-After"]).strip()
                if not self.total or (wait.isdigit() and int(wait) > self.retry_after_max):
                    raise github.RateLimitExceededException(response.status, {}, response.headers)
            return super().increment(method, url, response, error, _pool, _stacktrace)
        except github.GithubException:
            response.close()  # urllib3 does so only for errors of its own
            raise


def _renewal(headers: Mapping[str, str]) -> datetime | None:
    """Return when a limit is renewed (UTC): the hour's is told as a time, any other as seconds to wait."""
    reset, wait, date = (headers.get(name, "") for name in ("x-ratelimit-reset", "retry-after", "date"))
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return datetime.fromtimestamp(int(reset), UTC)
    if wait.isdigit() and date:
        return parsedate_to_datetime(date).astimezone(UTC) + timedelta(seconds=int(wait))
    return None


def _broke_off(error: Exception) -> bool:
    """Whether a body broke off or a connection died under a read: that gets past PyGithub's own retry."""
    if isinstance(error, requests.exceptions.ConnectionError):
        return not any(isinstance(cause, urllib3.exceptions.MaxRetryError) for cause in error.args)
    return isinstance(error, requests.exceptions.ChunkedEncodingError)


def _reason(error: Exception) -> str:
    """The innermost cause in a few words: the outer ones repeat the URL and the pool."""
    if isinstance(error, requests.exceptions.RetryError):
        return "it kept answering with errors"
    if isinstance(error, requests.exceptions.Timeout):
        return "it took too long"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "its answers broke off"
    return "the connection failed"
