"""GitHub's webhook, which reports that something landed, so that a repository is checked right away.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

PATH = "/github/events"
EVENTS = frozenset({"push", "release", "create"})
"""Events about commits, tags or releases; all others are accepted and ignored."""

_MOST_REMEMBERED = 10_000
"""Deliveries whose repetition is refused; as many hashes as a busy organisation sends in about a day."""
_DELIVERY = re.compile(r"[0-9A-Za-z-]{1,64}")
_LOG = logging.getLogger(__name__)


class GitHubEvents:
    """Receives GitHub's deliveries.

    Args:
        secret: what they are signed with.
        landed: called with the name of a repository in which something landed.
    """

    def __init__(self, secret: str, landed: Callable[[str], None]) -> None:
        self._secret = secret.encode()
        self._landed = landed
        self._seen: dict[str, None] = {}

    async def receive(self, request: web.Request) -> web.Response:
        """Receive a delivery: a route of the server, for POST.

        202: accepted, or irrelevant; 400: not a delivery; 401: not signed by GitHub; 409: a repetition.
        """
        body, headers = await request.read(), request.headers
        expected = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(
            headers.get("X-Hub-Signature-256", "").encode("utf-8", "replace"), expected.encode()
        ):
            _LOG.warning("a delivery that GitHub did not sign was refused")
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        delivery = headers.get("X-GitHub-Delivery", "")
        if not _DELIVERY.fullmatch(delivery):
            return web.Response(status=HTTPStatus.BAD_REQUEST, text="The delivery has no ID.\n")
        # The signature covers only the body: an intercepted delivery could be replayed under another ID.
        if not self._is_new(delivery, expected):
            return web.Response(status=HTTPStatus.CONFLICT, text="This delivery has been received before.\n")
        if headers.get("X-GitHub-Event", "") in EVENTS:
            try:
                name = str(json.loads(body)["repository"]["full_name"])
            except (ValueError, KeyError, TypeError, RecursionError):
                return web.Response(status=HTTPStatus.BAD_REQUEST, text="The delivery names no repository.\n")
            self._landed(name)
        return web.Response(status=HTTPStatus.ACCEPTED)

    def _is_new(self, *marks: str) -> bool:
        if any(mark in self._seen for mark in marks):
            return False
        self._seen |= dict.fromkeys(marks)
        while len(self._seen) > _MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True
