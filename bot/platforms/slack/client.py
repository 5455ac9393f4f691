"""Slack's Web API, using the SDK. The SDK's own retries are off, because it cannot know which calls are safe to repeat."""

import contextlib
import logging
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.platforms.slack.web import BadToken, Json, LacksScope, lost, trouble
from bot.platforms.slack.workspaces import Workspaces
from bot.port.platform import Later, Refused
from formatters.reply import File

_LOG = logging.getLogger(__name__)

API = "https://slack.com/api/"

_LARGEST_FILE = 1_000_000
"""Bytes read of a file: more than any that is accepted."""

_SOON, _LATER, _LONGEST_CALL = 15.0, 300.0, 30.0
_BROKEN = (aiohttp.ClientError, TimeoutError, SlackClientError, ValueError)


class Client:
    """The Web API with the token of one workspace, or with `workspaces` that of the current one.

    Attributes:
        sdk: the SDK's client, with the token of one workspace.
    """

    def __init__(self, bot_token: str, base_url: str, workspaces: Workspaces | None) -> None:
        self.sdk = AsyncWebClient(token=bot_token or None, base_url=base_url, retry_handlers=[])
        self.workspaces = workspaces
        self._others: dict[str, AsyncWebClient] = {}

    def open(self) -> None:
        """Start reusing connections; without a session, the SDK makes a new one for each call."""
        self.sdk.session = self.sdk.session or aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_LONGEST_CALL))

    async def close(self) -> None:
        """Close the connections."""
        session, self.sdk.session = self.sdk.session, None
        if session:
            await session.close()

    @contextlib.contextmanager
    def _asked(self) -> Iterator[AsyncWebClient]:
        """Yield the client with the current workspace's token; a refused token affects only that workspace."""
        if self.workspaces is None:
            yield self.sdk
            return
        token = self.workspaces.token()
        client = self._others.get(token)
        if client is None:
            client = AsyncWebClient(token=token, base_url=self.sdk.base_url, retry_handlers=[])
            self._others[token] = client
        client.session = self.sdk.session
        try:
            yield client
        except BadToken as refused:
            self.workspaces.forget()
            if self.workspaces.token() != token:
                raise Later("the workspace's token was renewed meanwhile", _SOON) from None
            _LOG.warning("%s", refused)
            raise Refused("refused.token") from None

    async def ask(self, method: str, **arguments: Any) -> Json:
        """Call a method that only reads."""
        with self._asked() as client, _translated(method, changes=False):
            return _data(await client.api_call(method, http_verb="GET", params=arguments))

    async def tell(self, method: str, **arguments: Any) -> Json:
        """Call a method that changes something."""
        with self._asked() as client, _translated(method, changes=True):
            return _data(await client.api_call(method, json=arguments))

    async def scopes(self) -> set[str]:
        """Check the token, and return its scopes; empty if Slack does not report them."""
        with self._asked() as client, _translated("auth.test", changes=False):
            response: Any = await client.api_call("auth.test")
        return {scope.strip() for scope in response.headers.get("x-oauth-scopes", "").split(",")} - {""}

    async def open_connection(self, app_token: str) -> None:
        """Request the URL of a socket, to check whether the token is accepted."""
        with _translated("apps.connections.open", changes=False):
            await self.sdk.apps_connections_open(app_token=app_token)

    async def upload(self, channel: str, thread: str, files: Sequence[File]) -> list[str]:
        """Share files in a thread, in one message, and return their IDs."""
        sent = [
            {"filename": file.name, "title": file.title, "content": file.content}
            | ({"alt_txt": file.alternative} if file.alternative else {})
            for file in files
        ]
        with self._asked() as client, _translated("files.upload", changes=True):
            shared = await client.files_upload_v2(channel=channel, thread_ts=thread, file_uploads=sent)
        return [str(file["id"]) for file in _data(shared)["files"]]

    async def download(self, url: str) -> bytes:
        """Fetch a file that someone shared; of a large one only its beginning.

        The token is sent only to Slack, whatever host an event names. Without the scope, Slack redirects to its login
        page.
        """
        ours, theirs = urlsplit(self.sdk.base_url), urlsplit(url)
        own, host = ours.hostname or "", theirs.hostname or ""
        if theirs.scheme != ours.scheme or not (host == own or host.endswith(f".{own}")):
            raise Later("the file is on no server of Slack's", _LATER)
        with self._asked() as client, _translated("a file", changes=False):
            assert client.session, "who answers is connected"
            headers = {"Authorization": f"Bearer {client.token}"}
            async with client.session.get(url, headers=headers, allow_redirects=False) as response:
                if response.status != HTTPStatus.OK or response.content_type == "text/html":
                    raise LacksScope(f"Slack does not send the file (status {response.status})", _LATER)
                found = bytearray()
                async for chunk in response.content.iter_any():
                    found += chunk
                    if len(found) > _LARGEST_FILE:
                        break
                return bytes(found)

    async def respond(self, url: str, body: Json) -> bool:
        """Answer through a response URL; False if it accepts no more answers, or not this one, or did not respond."""
        try:
            sent = await AsyncWebhookClient(url, retry_handlers=[]).send_dict(body)
        except _BROKEN as error:
            _LOG.info("a response URL did not answer (%s)", type(error).__name__)
            return False
        # Rejected blocks come with status 200: `{"ok":false,"error":"invalid_blocks"}` instead of `ok`.
        return sent.status_code == HTTPStatus.OK and '"ok":false' not in sent.body.replace(" ", "")


@contextlib.contextmanager
def _translated(method: str, *, changes: bool) -> Iterator[None]:
    """Translate the SDK's exceptions to ours."""
    try:
        yield
    except SlackApiError as error:
        response = error.response
        data = getattr(response, "data", None)
        said = data.get("error") if isinstance(data, dict) else ""
        status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
        wait = float((getattr(response, "headers", None) or {}).get("Retry-After", 0))
        raise trouble(method, status, str(said or ""), wait, changes=changes) from None
    except aiohttp.ClientConnectorError as error:  # it was never sent
        raise Later(f"Slack cannot be reached ({error.os_error.strerror or 'no connection'})", _SOON) from None
    except _BROKEN as error:
        raise lost(method, type(error).__name__, changes=changes) from None


def _data(response: AsyncSlackResponse) -> Json:
    return dict(response.data) if isinstance(response.data, dict) else {}
