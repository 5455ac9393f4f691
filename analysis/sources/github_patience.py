"""What is retried when GitHub does not answer, how long that may take, and what is reported then."""

from http import HTTPStatus
from typing import Any

import github
import requests
import urllib3

_LONGEST_WAIT = 120  # seconds; a limit that resets later is reported, not waited for
_LONGEST_QUERY_WAIT = 5  # a digest does without pull requests rather than wait for them
_LIMITS = {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
TIMEOUTS = {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}
"""Statuses of a query that took GitHub too long."""


class _Patience(github.GithubRetry):
    """Waits for a limit that ends soon; a longer or recurring one is reported."""

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


def for_reading() -> github.GithubRetry:
    """Return the patience of a request for commits: without its answer there is no digest."""
    return _Patience(total=6, backoff_factor=0.1, max_rate_limit_wait=_LONGEST_WAIT, retry_after_max=_LONGEST_WAIT)


def for_queries() -> github.GithubRetry:
    """Return the patience of a query. A 502 is its timeout: the same query would hit it again, a smaller one may not."""
    again = [code for code in range(500, 600) if code not in TIMEOUTS]
    wait = _LONGEST_QUERY_WAIT
    return _Patience(
        total=2, backoff_factor=0.1, max_rate_limit_wait=wait, retry_after_max=wait, status_forcelist=again
    )


def broke_off(error: Exception) -> bool:
    """Whether a body broke off or a connection died during a read: PyGithub's own retry misses that."""
    if isinstance(error, requests.exceptions.ConnectionError):
        return not any(isinstance(cause, urllib3.exceptions.MaxRetryError) for cause in error.args)
    return isinstance(error, requests.exceptions.ChunkedEncodingError)


def reason(error: Exception) -> str:
    """Return the innermost cause in a few words: the outer ones repeat the URL and the pool."""
    if isinstance(error, requests.exceptions.RetryError):
        return "it kept answering with errors"
    if isinstance(error, requests.exceptions.Timeout):
        return "it took too long"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "its answers broke off"
    return "the connection failed"
