"""What GitHub's failures mean: REST by status, GraphQL by errors; and when a token expires.

https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Literal

from analysis.errors import Forbidden, NotFound, Outage, Problem, RateLimited, Unwelcome

Errors = Sequence[Mapping[str, Any]]


Signer = Literal["nobody", "token", "app"]
"""How requests are authenticated."""

_UNSEEN: Mapping[Signer, tuple[str, str]] = {
    "nobody": ("it is private and needs a token", "[github] token"),
    "token": ("this token may not see it", "[github] token"),
    "app": ("the app is not installed on it", "the repositories of its installation"),
}
"""Why a repository may not be seen, and what to check beside its name."""


class Overloaded(Outage):
    """GitHub did not finish a query in time: ask for less at once."""


class UnknownField(Outage):
    """The server's schema lacks a requested field: GitHub Enterprise is older than github.com."""


class SingleSignOn(Forbidden):
    """An organisation requires the token to be authorised for its single sign-on."""


def sign_on(about: str) -> SingleSignOn:
    """Say that a token is not authorised for the single sign-on of the owner of `about`."""
    owner = about.partition("/")[0]
    return SingleSignOn(
        f"{owner} uses single sign-on, and the token is not authorised for it: authorise it in the token's settings on GitHub."
    )


def meaning(  # noqa: PLR0911 - one for each meaning
    status: int, headers: Mapping[str, str], message: str, place: str, about: str, ref: str, signer: Signer
) -> Problem:
    """Say what a failed response means, given its status, its headers and GitHub's own message, which may be empty.

    `place` is the server's address as it may be shown, `about` the repository, `ref` the requested commit or branch, if any.
    """
    no_more = status == HTTPStatus.FORBIDDEN and headers.get("x-ratelimit-remaining") == "0"
    if no_more or status == HTTPStatus.TOO_MANY_REQUESTS:
        return used_up(headers, signs_in=signer != "nobody")
    if status < HTTPStatus.BAD_REQUEST:
        return Outage(
            f"GitHub redirects {about} elsewhere ({status}): check [github] base_url, and any proxy in between."
        )
    if status == HTTPStatus.UNAUTHORIZED:
        if signer == "nobody":
            return Unwelcome(f"{place} cannot be read without a token: set [github] token.")
        if signer == "app":
            return Unwelcome(
                f"GitHub rejects the app's token ({message or 'bad credentials'}): check the app's installation."
            )
        return Unwelcome(
            f"GitHub rejects the token ({message or 'bad credentials'}): set a valid one as [github] token."
        )
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and ref:
        return NotFound(f"{about} has no commit {ref!r}: give a SHA from its history, or search for words.")
    if status == HTTPStatus.CONFLICT:
        return NotFound(f"{about} has no commits yet: ask again when something has landed.")
    if status == HTTPStatus.NOT_FOUND:
        branch = f" with a branch {ref!r}" if ref else ""
        seen, check = _UNSEEN[signer]
        return NotFound(f"GitHub has no repository {about}{branch}, or {seen}: check the name and {check}.")
    if status == HTTPStatus.FORBIDDEN and "x-github-sso" in {name.lower() for name in headers}:
        return sign_on(about)
    if status == HTTPStatus.FORBIDDEN:
        return Forbidden(f"GitHub forbids reading {about} ({message}): the token needs read access to its contents.")
    return Outage(f"GitHub answered {status} for {about} ({message or 'no reason given'}): try again later.")


def used_up(headers: Mapping[str, str], *, signs_in: bool) -> RateLimited:
    """Say until when a limit is used up and, for anonymous requests, how to raise it."""
    until = _renewal(headers)
    when = f"until {until:%H:%M} UTC" if until else "for now"
    anonymous = not signs_in and headers.get("x-ratelimit-remaining") == "0"
    advice = " A token raises it from 60 to 5,000 an hour: set [github] token." if anonymous else ""
    return RateLimited(
        f"GitHub's request limit is used up {when}; what was fetched is kept, and the next run continues from there.{advice}",
        until,
    )


def _renewal(headers: Mapping[str, str]) -> datetime | None:
    """Return when a limit resets (UTC): the hourly one is given as a time, any other as seconds to wait."""
    reset, wait, date = (headers.get(name, "") for name in ("x-ratelimit-reset", "retry-after", "date"))
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return datetime.fromtimestamp(int(reset), UTC)
    if wait.isdigit() and date:
        return parsedate_to_datetime(date).astimezone(UTC) + timedelta(seconds=int(wait))
    return None


def is_limit(errors: Errors) -> bool:
    """Whether a limit is used up: the hourly one, or that on concurrent queries."""
    return any(str(error.get("type")) in {"RATE_LIMIT", "RATE_LIMITED"} for error in errors)


def refusal(errors: Errors, about: str) -> Problem:
    """Say why a query about a repository returned nothing at all, limits aside."""
    kinds = {str(error.get("type")) for error in errors}
    message = str(errors[0].get("message", "")) if errors else "it gave no reason"
    if any("saml_failure" in str(error.get("extensions")) or "SAML" in str(error.get("message")) for error in errors):
        return sign_on(about)
    if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND"}:
        return Forbidden(f"GitHub shows this token nothing of {about} ({message}).")
    if kinds & {"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"} or "timeout" in message:
        return Overloaded(f"A query about {about} asks for more than GitHub answers at once ({message}).")
    if any("fieldName" in str(error.get("extensions")) for error in errors):
        return UnknownField(f"The server does not support everything that was asked about {about} ({message}).")
    return Outage(f"GitHub did not answer a query about {about} ({message}).")


def expiry(headers: Mapping[str, str]) -> datetime | None:
    """Return when a request's token expires (UTC); None if the response does not say.

    https://docs.github.com/en/rest/authentication/keeping-your-api-credentials-secure: `2026-12-01 09:00:00 UTC`
    """
    found = re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", headers.get("github-authentication-token-expiration", ""))
    return datetime.strptime(found[0], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if found else None
