"""The Slack workspaces the app is installed in: installation by OAuth, their tokens, and who belongs to which.

Tokens are in the SDK's SQLite stores, in a file of their own.
https://docs.slack.dev/authentication/installing-with-oauth
"""

import contextlib
import logging
from collections.abc import Sequence
from contextvars import ContextVar
from http import HTTPStatus
from pathlib import Path

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store.sqlite3 import SQLite3InstallationStore
from slack_sdk.oauth.state_store.sqlite3 import SQLite3OAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.manifest import COMMAND, FINISH, INSTALL, SCOPES
from bot.port.platform import Memory, Refused

_LOG = logging.getLogger(__name__)

_STATE_SECONDS = 600

current: ContextVar[str] = ContextVar("workspace", default="")
"""The workspace that the current task concerns, set where the task starts."""

_FAILED = {
    "access_denied": "The installation was refused in Slack, and nothing was stored. Start again from the link.",
    "invalid_browser": "This installation was not started in this browser: start it here, at {install}.",
    "invalid_state": "This installation took too long or was already finished: start again, at {install}.",
}


class Workspaces:
    """Installs the app in workspaces, and provides their credentials.

    Args:
        database: the file with the tokens; created for its owner only.
        memory: stores who belongs where.
        scopes: what the app requests on installation.
        base_url: of the Web API. `authorize_url`: where people are sent; default: Slack's own.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        database: Path,
        memory: Memory,
        *,
        base_url: str,
        scopes: Sequence[str] = tuple(SCOPES),
        authorize_url: str | None = None,
    ) -> None:
        database.touch(0o600)
        self._store = SQLite3InstallationStore(database=str(database), client_id=client_id)
        self._memory = memory
        self._known: dict[str, Bot] = {}
        self._flow = AsyncOAuthFlow(
            client=AsyncWebClient(base_url=base_url),
            settings=AsyncOAuthSettings(
                client_id=client_id,
                client_secret=client_secret,
                scopes=list(scopes),
                install_path=INSTALL,
                redirect_uri_path=FINISH,
                install_page_rendering_enabled=False,
                authorization_url=authorize_url,
                installation_store=self._store,
                state_store=SQLite3OAuthStateStore(expiration_seconds=_STATE_SECONDS, database=str(database)),
                state_expiration_seconds=_STATE_SECONDS,
                callback_options=AsyncCallbackOptions(success=self._installed, failure=self._failed),
            ),
        )

    # -- installing

    async def install(self, request: web.Request) -> web.Response:
        """Redirect someone who wants to install the app to Slack."""
        return await to_aiohttp_response(await self._flow.handle_installation(await to_bolt_request(request)))

    async def finish(self, request: web.Request) -> web.Response:
        """Receive someone returning from Slack, and store the installation."""
        return await to_aiohttp_response(await self._flow.handle_callback(await to_bolt_request(request)))

    async def _installed(self, done: AsyncSuccessArgs) -> BoltResponse:
        made = done.installation
        self.forget(str(made.team_id))
        self._memory.put(f"enterprise of {made.team_id}", made.enterprise_id or "")
        _LOG.info("installed in the Slack workspace %s", made.team_id)
        text = (
            f"Daybrief is installed in {made.team_name or 'the workspace'}. In Slack, invite it to a channel with "
            f"/invite @Daybrief and type {COMMAND} setup there."
        )
        return _page(HTTPStatus.OK, text)

    async def _failed(self, why: AsyncFailureArgs) -> BoltResponse:
        _LOG.warning("an installation in Slack was not finished: %s", why.reason)
        text = _FAILED.get(why.reason, "Slack did not confirm the installation ({why}): start again, at {install}.")
        status = max(why.suggested_status_code, HTTPStatus.BAD_REQUEST)
        return _page(status, text.format(install=INSTALL, why=why.reason.replace("_", " ")))

    def remove(self, workspace: str) -> None:
        """Delete the tokens of a workspace the app was removed from."""
        enterprise = self._memory.get(f"enterprise of {workspace}")
        self._store.delete_all(enterprise_id=enterprise, team_id=workspace)
        self.forget(workspace)
        _LOG.info("removed from the Slack workspace %s", workspace)

    # -- speaking

    def identity(self, workspace: str) -> AuthorizeResult | None:
        """Return the app's identity for requests from a workspace; None if it is not installed there."""
        bot = self._bot(workspace)
        if bot is None:
            return None
        return AuthorizeResult(
            enterprise_id=bot.enterprise_id,
            team_id=bot.team_id,
            bot_id=bot.bot_id,
            bot_user_id=bot.bot_user_id,
            bot_token=bot.bot_token,
        )

    def token(self) -> str:
        """Return the token for the current workspace; raise Refused if the app is not installed."""
        bot = self._bot(current.get())
        if bot is None:
            raise Refused("refused.not_installed")
        return bot.bot_token

    def forget(self, workspace: str = "") -> None:
        """Drop a workspace's cached token, by default the current one's: another process may have stored a new one."""
        self._known.pop(workspace or current.get(), None)

    def _bot(self, workspace: str) -> Bot | None:
        """Return a workspace's bot. It is cached, since each call needs its token; a missing one may still be added."""
        if not workspace or workspace in self._known:
            return self._known.get(workspace)
        enterprise = self._memory.get(f"enterprise of {workspace}")
        found = self._store.find_bot(enterprise_id=enterprise, team_id=workspace)
        if found:
            self._known[workspace] = found
        return found

    def installed(self) -> list[str]:
        """Return the workspaces that have installed the app."""
        with contextlib.closing(self._store.connect()) as db:
            rows = db.execute("select distinct team_id from slack_bots order by team_id").fetchall()
        return [str(row[0]) for row in rows]

    # -- who belongs where

    def of(self, channel_or_person: str) -> str:
        """Return the workspace of a channel or a person; empty if unknown."""
        return self._memory.get(f"workspace of {channel_or_person}")

    def note(self, workspace: str, *ids: str) -> None:
        """Store that channels and people belong to a workspace."""
        for one in filter(None, ids):
            if self._memory.get(f"workspace of {one}") != workspace:
                self._memory.put(f"workspace of {one}", workspace)

    def enter(self, channel_or_person: str) -> None:
        """Make the workspace of a channel or a person the current one."""
        current.set(self.of(channel_or_person))


def _page(status: int, text: str) -> BoltResponse:
    return BoltResponse(status=status, headers={"Content-Type": "text/plain; charset=utf-8"}, body=text)
