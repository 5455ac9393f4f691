"""What GitHub's GraphQL means by errors that come without any data, and when its answers say that a token ends.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from analysis.errors import Forbidden, Outage, Problem

Errors = Sequence[Mapping[str, Any]]


class Overloaded(Outage):
    """GitHub did not finish a query in its time: ask for less at once."""


class UnknownField(Outage):
    """The server's schema lacks something that was asked for: GitHub Enterprise is older than github.com."""


class SingleSignOn(Forbidden):
    """An organisation wants the token to be authorised for its single sign-on."""


def sign_on(about: str) -> SingleSignOn:
    """Say that a token is not authorised for the single sign-on of the owner of `about`."""
    owner = about.partition("/")[0]
    return SingleSignOn(
        f"{owner} uses single sign-on, and the token is not authorised for it: do so in GitHub's settings, under the token."
    )


def is_limit(errors: Errors) -> bool:
    """Whether the limit is used up: the hour's, or that of queries at once."""
    return any(str(error.get("type")) in {"RATE_LIMIT", "RATE_LIMITED"} for error in errors)


def refusal(errors: Errors, about: str) -> Problem:
    """Say why a query about a repository brought nothing at all, other than for a limit."""
    kinds = {str(error.get("type")) for error in errors}
    message = str(errors[0].get("message", "")) if errors else "it gave no reason"
    if any("saml_failure" in str(error.get("extensions")) or "SAML" in str(error.get("message")) for error in errors):
        return sign_on(about)
    if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND"}:
        return Forbidden(f"GitHub shows nothing of {about} to this token ({message}).")
    if kinds & {"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"} or "timeout" in message:
        return Overloaded(f"A query about {about} asks for more than GitHub answers at once ({message}).")
    if any("fieldName" in str(error.get("extensions")) for error in errors):
        return UnknownField(f"The server does not know all that is asked about {about} ({message}).")
    return Outage(f"GitHub did not answer a query about {about} ({message}).")


def expiry(headers: Mapping[str, str]) -> datetime | None:
    """Return when the token of a request expires (UTC); None where its answer does not say.

    https://docs.github.com/en/rest/authentication/keeping-your-api-credentials-secure: `2026-12-01 09:00:00 UTC`
    """
    found = re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", headers.get("github-authentication-token-expiration", ""))
    return datetime.strptime(found[0], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if found else None
