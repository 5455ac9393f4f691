"""Signing in to GitHub as an app installation: tokens that are valid for an hour, renewed before they expire.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import github

from analysis.errors import BadInput, Outage, Unwelcome

_EARLY = timedelta(minutes=5)
"""How long before expiry a token is renewed, so that none expires during a request."""


@dataclass(frozen=True, slots=True)
class App:
    """A GitHub App and where it is installed.

    Attributes:
        id: the App ID or the Client ID. `installation`: the number at the end of the installation's URL.
        key: the private key, in PEM.
    """

    id: str
    installation: int
    key: str = field(repr=False)


class InstallationAuth(github.Auth.Token):
    """An installation's token, fetched on demand; safe to share between threads and connections."""

    def __init__(self, app: App, base_url: str, now: Callable[[], datetime]) -> None:
        super().__init__("none yet")
        self._app, self._base_url, self._now = app, base_url, now
        self._lock = threading.Lock()
        self.expires: datetime | None = None

    @property
    def token(self) -> str:
        """The currently valid token.

        Raises:
            BadInput: the key is not valid.
            Unwelcome: GitHub does not know the app, its key or its installation.
            Outage: GitHub issues none at the moment.
        """
        with self._lock:
            if self.expires is None or self.expires - _EARLY <= self._now():
                self._renew()
            return self._token

    def discard(self) -> None:
        """Forget a token that GitHub refuses although it has not expired, as it does once an installation was changed."""
        with self._lock:
            self.expires = None

    def _renew(self) -> None:
        app = self._app
        try:
            auth = github.Auth.AppAuth(app.id, app.key)
            auth.create_jwt()
        except Exception:  # noqa: BLE001 - the libraries below raise errors of their own, and their texts may hold the key
            raise BadInput("[github] app_key is not a private key: copy the app's whole .pem file.") from None
        github.set_log_level(logging.ERROR)
        integration = github.GithubIntegration(
            auth=auth, base_url=self._base_url, timeout=30, seconds_between_requests=None, seconds_between_writes=None
        )
        try:
            found = integration.get_access_token(app.installation)
        except github.GithubException as error:
            message = error.data.get("message", "") if isinstance(error.data, dict) else ""
            if error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
                raise Unwelcome(
                    f"GitHub refuses the app {app.id} a token for the installation {app.installation} ({message or error.status}): "
                    "check [github] app_id, app_installation and app_key."
                ) from None
            raise Outage(f"GitHub did not give the app {app.id} a token ({error.status}): try again later.") from None
        self._token, self.expires = found.token, found.expires_at.astimezone(UTC)
