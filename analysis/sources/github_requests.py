"""Requests to GitHub: reused connections, retries of what is temporary, and errors as sentences.

PyGithub does authentication, connections, retries of 5xx and waiting for limits. Its object layer is bypassed, as it cannot
make conditional requests for lists. https://docs.github.com/en/rest/using-the-rest-api
"""

import contextlib
import json
import logging
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal

import github
import requests
import stamina
import urllib3

from analysis.commits.redaction import without_login
from analysis.errors import BadInput, Outage, Problem
from analysis.sources.github_app import App, InstallationAuth
from analysis.sources.github_errors import Overloaded, Signer, expiry, is_limit, meaning, refusal, used_up
from analysis.sources.github_patience import TIMEOUTS, broke_off, for_queries, for_reading, reason

PUBLIC = "https://api.github.com"
_PAGE = 100
_CHUNK = 1 << 20
"""Bytes of a download read at a time."""


@dataclass(frozen=True, slots=True)
class GitHub:
    """A GitHub server and how to sign in.

    Attributes:
        base_url: its API's URL; a GitHub Enterprise server's ends in /api/v3.
        token: a personal or installation token; empty to ask anonymously (60 requests an hour).
        app: the app to sign in as instead of a token; None for none.
        heard: called with each response's status and headers, on the requesting thread.
    """

    base_url: str = PUBLIC
    token: str = field(default="", repr=False)
    heard: Callable[[int, Mapping[str, str]], None] | None = field(default=None, repr=False, compare=False)
    app: App | None = None

    @property
    def signs_in(self) -> bool:
        """Whether requests are authenticated."""
        return self.signs_in_as != "nobody"

    @property
    def signs_in_as(self) -> Signer:
        """How requests are authenticated."""
        return "app" if self.app else "token" if self.token else "nobody"

    @property
    def place(self) -> str:
        """The address as it may be shown: without a user name and password in it."""
        return without_login(self.base_url)


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: `data` is the JSON (None for 304), or the text if another media type was requested."""

    status: int
    headers: Mapping[str, str]
    data: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's result: `data` may contain nulls, which `errors` explain."""

    data: Mapping[str, Any]
    errors: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The requests left this hour, and when the limit resets (UTC)."""

    left: int
    limit: int
    renewed: datetime


class Requests:
    """Sends requests to one server over reused connections; safe to share between threads."""

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

        `about` names the repository and `ref` the commit or branch, for error messages; statuses in `accepted` are
        returned like a success.

        Raises:
            BadInput: the configured address or token cannot be right.
            NotFound, RateLimited, Outage: depending on GitHub's answer, or lack of one.
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
                    f"{self.server.place} did not answer with GitHub's JSON: check [github] base_url, and any proxy in between."
                )
            data = data if isinstance(data, dict) else {}
        if status >= HTTPStatus.MULTIPLE_CHOICES and status not in accepted:
            said = {"message": str(data.get("message") or "")} if isinstance(data, dict) else {"message": ""}
            raise self._problem(github.Requester.Requester.createException(status, received, said), about, ref)
        return Reply(status, received, data)

    def download(self, path: str, *, about: str, most: int) -> bytes:
        """Download a whole file, from wherever GitHub redirects to; the token is only sent to GitHub.

        Raises:
            BadInput: it has more than `most` bytes, or the configured address cannot be right.
            Outage: it did not arrive, or not completely.
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
                f"GitHub at {self.server.place} did not send the archive of {about} ({reason(error)}): run it again later."
            ) from error
        except github.GithubException as error:
            raise self._problem(error, about, "") from error
        return bytes(found)

    def query(self, text: str, variables: Mapping[str, Any], *, about: str) -> Answer:
        """Send a query to GitHub's GraphQL; a partial answer is returned with its errors.

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
        if status in TIMEOUTS:
            raise Overloaded(f"GitHub at {self.server.place} did not finish a query about {about} in its time.")
        if not isinstance(reply, dict):
            raise Outage(f"{self.server.place} did not answer a query with GitHub's JSON: check any proxy in between.")
        if status != HTTPStatus.OK:
            raise self._problem(github.Requester.Requester.createException(status, received, reply), about, "")
        data, listed = reply.get("data"), reply.get("errors")
        errors = tuple(error for error in listed if isinstance(error, dict)) if isinstance(listed, list) else ()
        if isinstance(data, dict) and any(data.values()):
            return Answer(data, errors)
        if is_limit(errors):
            raise used_up(received, signs_in=self.server.signs_in)
        raise refusal(errors, about)

    @property
    def expires(self) -> datetime | None:
        """When the token expires (UTC), according to GitHub's answers; None if they have not said so.

        An app installation's token is renewed before.
        """
        return self._installation.expires if self._installation else self._expires

    @contextlib.contextmanager
    def understood(self, about: str) -> Iterator[None]:
        """Report an answer about a repository that is JSON but not GitHub's: a field that every commit has is missing or wrong.

        Raises:
            Outage: the block hit such an answer.
        """
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
            raise Outage(
                f"{self.server.place} answered for {about} without what every commit has: check [github] "
                "base_url, and any proxy in between."
            ) from None

    def rate_limit(self) -> RateLimit | None:
        """Ask how many requests are left; asking is free. None for a server without a limit.

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
            f"{self.server.place} is not a GitHub API: check [github] base_url (a GitHub Enterprise server's ends in /api/v3)."
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
                on=broke_off, attempts=patience[0], wait_initial=0.2, wait_max=8.0, timeout=patience[1]
            ):
                with attempt, self._connection(is_query=is_query) as requester:

                    def ask(requester: github.Requester.Requester = requester) -> tuple[int, dict[str, Any], str]:
                        return requester.requestJson(
                            verb,
                            requester.graphql_url if is_query else path,
                            parameters=dict(query or {}),
                            headers=dict(headers or {}),
                            input=body,
                        )

                    status, received, text = ask()
                    if status == HTTPStatus.UNAUTHORIZED and self._installation:
                        self._installation.discard()
                        status, received, text = ask()
                    self._expires = expiry(received) or self._expires
                    if self.server.heard:
                        self.server.heard(status, received)
                    return status, received, text
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            raise Outage(
                f"GitHub at {self.server.place} did not answer a request for {about} ({reason(error)}): "
                "try again later; nothing was skipped."
            ) from error
        except github.GithubException as error:
            raise self._problem(error, about, "") from error
        except RuntimeError as error:  # PyGithub raises it for a redirect to another host or protocol
            raise BadInput(
                f"{self.server.place} redirects to another address: correct [github] base_url (https, and the host that answers)."
            ) from error
        raise AssertionError("a retry context ends by a return or a raise")

    @contextlib.contextmanager
    def _connection(self, *, is_query: bool) -> Iterator[github.Requester.Requester]:
        """Lend an idle connection: PyGithub is not safe to share, and opening a new one takes longer than a reply."""
        idle = self._idle[is_query]
        try:
            hub = idle.pop()
        except IndexError:
            self._check()
            github.set_log_level(logging.ERROR)  # it writes to the terminal by itself
            hub = self._connected(for_queries() if is_query else for_reading())
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
            seconds_between_writes=None,  # a query is a POST, but changes nothing: it need not wait a second for the last one
            retry=retry,
        )

    def _check(self) -> None:
        """Reject what the libraries would fail at with messages of their own."""
        if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", self.server.base_url):
            raise BadInput(
                f"{self.server.place!r} is not an API address: set [github] base_url to one such as {PUBLIC}."
            )
        if not re.fullmatch(r"[!-~]*", self.server.token):
            raise BadInput(
                "The GitHub token contains a space, a line break or a character that tokens never have: copy it again into [github] token."
            )

    def _problem(self, error: github.GithubException, about: str, ref: str) -> Problem:
        headers = error.headers or {}
        if isinstance(error, github.RateLimitExceededException):
            return used_up(headers, signs_in=self.server.signs_in)
        message = str(error.data.get("message", "")) if isinstance(error.data, dict) else str(error.data or "")
        return meaning(error.status, headers, message, self.server.place, about, ref, self.server.signs_in_as)
