"""Slack, by its SDK; `slack_workspaces` is the only other module that knows it.

Everything is acknowledged before anything else is done. In Socket Mode (the default) Slack needs no way to reach us; in
HTTP mode its requests come to `receive`, and one that is forged, stale or a second time the same is refused.

Longer than other modules, because no other may import the SDK: whatever needs no SDK stands in the modules beside it.
"""

import asyncio
import contextlib
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from analysis.errors import BadInput
from bot.i18n.wording import tell
from bot.platforms.slack import requests
from bot.platforms.slack.answering import Answering
from bot.platforms.slack.manifest import COMMAND, INSTALL, SCOPES
from bot.platforms.slack.people import People
from bot.platforms.slack.posts import Posts
from bot.platforms.slack.requests import Asked
from bot.platforms.slack.web import BadToken, Json, LacksScope, lost, trouble
from bot.platforms.slack.workspaces import Workspaces, current
from bot.port.platform import Conversation, Later, Posted, Refused, Suggest, Unsure
from formatters.reply import File, Reply
from formatters.slack.blocks import ACTION
from formatters.slack.views import offered, working_view

_LOG = logging.getLogger(__name__)


API = "https://slack.com/api/"

_REMEMBERED = 900.0
"""Seconds for which what came is remembered: Slack's requests are valid for five minutes, its last repeat comes after five."""

_CHECKED_EVERY = 300.0
"""Seconds between looks at the token where requests come to us: nothing else would tell that it was revoked."""

_LARGEST_FILE = 1_000_000
"""Bytes that are read of a file: more than any that is taken."""

_LATER = 300.0
_MOST_MISSES, _SOON, _LONGEST_CALL = 6, 15.0, 30.0
_ASKED: ContextVar[list[Asked]] = ContextVar("asked")
_BROKEN = (aiohttp.ClientError, TimeoutError, SlackClientError, ValueError)


class Slack:
    """A connected workspace, or with `workspaces` all that have installed the app.

    Args:
        workspaces: in place of a bot's token; only where requests come to `receive`.
        suggest: completes what somebody types into a form.
        app_token: for Socket Mode; without it, requests come to `receive` and are checked with `signing_secret`.
        pause: seconds between messages to one channel.
        patience: seconds for which a `working` note is held back: what is ready by then is shown at once.
        beat: seconds between looks at the connection.
    """

    name = "slack"

    def __init__(  # noqa: PLR0913 - what is configured, and the paces that tests shorten
        self,
        bot_token: str,
        app_token: str = "",
        signing_secret: str = "",
        *,
        workspaces: Workspaces | None = None,
        suggest: Suggest | None = None,
        base_url: str = API,
        pause: float = 1.1,
        patience: float = 1.0,
        beat: float = 10.0,
    ) -> None:
        self._app_token, self._beat = app_token, beat
        self._client = AsyncWebClient(token=bot_token or None, base_url=base_url, retry_handlers=[])
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._closing = asyncio.Event()
        self._handler: _Socket | None = None
        self._trouble = "Slack was not reached yet."
        self.workspaces = workspaces
        self._bolt = self._listening()
        self._web = _Web(self._client, workspaces)
        self._posts = Posts(self._web, pause)
        self._people = People(self._web, self._posts)
        self._desk = Answering(self._web, self._posts, self._people, patience, suggest)

    # -- the port

    async def run(self, conversation: Conversation) -> None:
        """Stay connected and answer until cancelled or closed. Raises BadInput for a refused token."""
        self._desk.conversation = conversation
        # One session keeps its connections; without it, the SDK makes a new one for each call.
        self._client.session = self._client.session or aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=_LONGEST_CALL)
        )
        try:
            if self.workspaces is None:
                await self._checked()
            if self._app_token:
                await self._stay_connected()
            else:
                await self._stay_accepted()
        finally:
            await self._disconnect()

    async def disconnected(self) -> str:
        """Say why Slack does not reach us, or we do not reach it; an empty text while all is well."""
        if self._trouble or not self._app_token:
            return self._trouble
        if self._handler and await self._handler.client.is_connected():
            return ""
        return "Slack's socket is not connected; it is connected again and again."

    async def close(self) -> None:
        """Take nothing more, and finish what is being answered."""
        self._closing.set()
        await self._disconnect()
        await self._desk.finish()
        session, self._client.session = self._client.session, None
        if session:
            await session.close()

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        """Post, or go on with what `key` has begun. Raises Unsure, Refused, Later."""
        self._enter(channel)
        return await self._posts.post(channel, reply, key)

    async def find(self, channel: str, key: str) -> Posted | None:
        """Look for what was posted under `key`. Raises Refused, Later."""
        self._enter(channel)
        return await self._posts.find(channel, key)

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Show `reply` where `posted` stands. Raises Refused, Later."""
        self._enter(posted.channel)
        try:
            return await self._posts.edit(posted, reply)
        except Unsure as unsure:  # doing it again does no harm
            raise Later(str(unsure), self._beat) from None

    async def direct(self, user: str) -> str:
        """Return the channel of direct messages with a person. Raises Refused, Later."""
        self._enter(user)
        channel = await self._people.direct(user)
        if self.workspaces:
            self.workspaces.note(current.get(), channel)
        return channel

    async def examine(self, channels: Sequence[str]) -> list[str]:
        """Try the tokens, the scopes and some channels without connecting, and say in a sentence each what is wrong."""
        if self.workspaces is None:
            return await self._examined(channels)
        installed, found = self.workspaces.installed(), list[str]()
        if not installed:
            return [f"No workspace has installed the app yet: open {INSTALL} at the address of `daybrief serve`."]
        strange = [channel for channel in channels if self.workspaces.of(channel) not in installed]
        for workspace in installed:
            current.set(workspace)
            own = [channel for channel in channels if self.workspaces.of(channel) == workspace]
            found += [f"In the workspace {workspace}: {wrong}" for wrong in await self._examined(own)]
        return found + [f"The channel {channel} is in no workspace that has installed the app." for channel in strange]

    async def _examined(self, channels: Sequence[str]) -> list[str]:
        """Try the current workspace's token, its scopes, and some channels."""
        try:
            granted = await self._web.scopes()
            if self._app_token:
                await self._web.open_connection(self._app_token)
        except BadToken as refused:
            return [f"{refused}. Set [slack] bot_token and app_token to those of the app."]
        except Refused as refused:
            return [f"{refused}: install the app there anew."]
        except Later as trouble:
            return [f"{trouble}: look at the network, and try again."]
        found = []
        if granted and (missing := sorted(set(SCOPES) - granted)):
            found.append(f"The app lacks the scopes {', '.join(missing)}: install it anew with slack-manifest.yaml.")
        for channel in channels:
            try:
                info = (await self._web.ask("conversations.info", channel=channel))["channel"]
            except (Later, Refused) as refused:
                found.append(f"The channel {channel} cannot be posted to: {refused}.")
                continue
            if info.get("is_archived"):
                found.append(f"The channel {channel} is archived: name another one for its feed.")
            elif not info.get("is_member") and "chat:write.public" not in granted:
                found.append(f"The bot is not in the channel {channel}: invite it there.")
        return found

    def _enter(self, channel_or_person: str) -> None:
        if self.workspaces:
            self.workspaces.enter(channel_or_person)

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Take a request of Slack's in HTTP mode: a route of the server, for POST."""
        text, headers = (await request.read()).decode("utf-8", "replace"), request.headers
        signature, moment = headers.get("X-Slack-Signature", ""), headers.get("X-Slack-Request-Timestamp", "")
        # The SDK takes the moment for a number and the signature for ASCII, whatever they are.
        is_readable = re.fullmatch(r"[0-9]{1,15}", moment) and signature.isascii()
        is_valid = self._verifier is not None and is_readable and self._verifier.is_valid(text, moment, signature)
        # Slack itself repeats nothing but events, perhaps within the second and so with the same signature; those are
        # told apart by their ids.
        is_event = request.content_type == "application/json"
        if not is_valid or not (is_event or self._is_new(signature)):
            _LOG.warning("a request that Slack did not send just now was refused")
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        try:
            body = requests.parsed(text, is_json=is_event)
        except (ValueError, RecursionError):
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        with self._heard():
            # Bolt's own reading of a body takes a command that says "payload" for something else.
            heard = AsyncBoltRequest(mode="socket_mode", body=body, headers=dict(headers))
            response = await to_aiohttp_response(await self._bolt.async_dispatch(heard))
            await response.prepare(request)
            await response.write_eof()
        return response

    # -- staying connected

    async def _checked(self) -> None:
        """Wait until Slack takes our tokens."""
        while not self._closing.is_set():
            try:
                await self._web.ask("auth.test")
                if self._app_token:
                    await self._web.open_connection(self._app_token)
            except BadToken as refused:
                raise BadInput(f"{refused}. Set [slack] bot_token and app_token to those of the app.") from None
            except (Later, Refused) as problem:
                self._trouble = f"Slack is not reached: {problem}."
                _LOG.warning("Slack is not reached: %s", problem)
                await self._pause()
            else:
                self._trouble = ""
                return

    async def _stay_accepted(self) -> None:
        """Look now and then whether Slack still takes our token; what people do comes to `receive`."""
        if self.workspaces is not None:  # each has a token of its own, which is looked at when it is used
            self._trouble = ""
            await self._closing.wait()
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), _CHECKED_EVERY)
            await self._checked()

    async def _stay_connected(self) -> None:
        misses = 0
        while not self._closing.is_set():
            if self._handler is None:
                self._handler = _Socket(self._bolt, self._app_token, self._heard, self._beat)
                # It tries for ever, and by itself again when the connection breaks.
                self._connecting = asyncio.create_task(self._handler.client.connect())  # type: ignore[no-untyped-call]  # the SDK does not say
            await self._pause()
            if self._closing.is_set():
                return
            misses = 0 if await self._handler.client.is_connected() else misses + 1
            if misses:
                await self._checked()
            if misses > _MOST_MISSES:
                _LOG.warning("Slack's connection does not come back by itself: making a new one")
                await self._disconnect()
                misses = 0

    async def _pause(self) -> None:
        """Wait for a beat, or until closed."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), self._beat)

    async def _disconnect(self) -> None:
        handler, self._handler = self._handler, None
        if handler:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
            await handler.client.close()  # type: ignore[no-untyped-call]  # the SDK does not say

    # -- what people do

    def _listening(self) -> AsyncApp:
        """Return the application that hears everything; each listener acknowledges before anything else."""
        logger = logging.getLogger(f"{__name__}.bolt")
        logger.addFilter(_without_tickets)
        app = AsyncApp(
            client=self._client,
            authorize=self._authorize if self.workspaces else None,
            process_before_response=True,  # listeners only read what came, so that it is acknowledged at once
            request_verification_enabled=False,  # `receive` has done it, and a socket's requests are not signed
            logger=logger,
        )
        listeners = {
            app.command(COMMAND): requests.of_command,
            app.action(re.compile("")): requests.of_control,
            app.message_shortcut(ACTION): requests.of_shortcut,
            app.event("app_mention"): requests.of_message,
            app.event("message"): requests.of_message,
            app.event("app_home_opened"): requests.of_home,
        }
        for listen, read in listeners.items():
            listen(self._listener(read))
        app.view(re.compile(""))(self._sent)
        app.options(re.compile(""))(self._offered)
        app.event("app_uninstalled")(self._removed)
        app.event("tokens_revoked")(self._removed)
        return app

    def _listener(self, read: Callable[[requests.Body], Asked | None]) -> Callable[..., Awaitable[None]]:
        async def heard(ack: Any, body: Json) -> None:
            await ack()
            asked = read(body)
            # Slack may send the same thing twice; each has an id of its own.
            mark = str(body.get("event_id") or body.get("trigger_id") or "")
            if asked and (not mark or self._is_new(mark)):
                _ASKED.get().append(asked)

        return heard

    async def _sent(self, ack: Any, body: Json) -> None:
        view = body["view"]
        waiting = working_view(view, tell("slack.working", requests.language_of(view)))
        await ack(response_action="update", view=waiting)
        _ASKED.get().append(requests.of_form(body))

    async def _offered(self, ack: Any, body: Json) -> None:
        asked = requests.of_suggestion(body)
        current.set(asked.workspace)
        await ack(options=await self._desk.offered(asked, offered(str(body.get("block_id", "")))))

    @property
    def _authorize(self) -> Callable[..., Awaitable[Any]]:
        """The SDK looks at the names of a function's arguments, and takes no method."""
        workspaces = self.workspaces
        assert workspaces

        async def authorize(team_id: str | None) -> Any:
            return workspaces.identity(team_id or "")

        return authorize

    async def _removed(self, ack: Any, body: Json) -> None:
        """Forget a workspace's token when it is worth nothing any more; the feeds there pause at their next post."""
        await ack()
        event = body["event"]
        if self.workspaces and (event["type"] == "app_uninstalled" or event.get("tokens", {}).get("bot")):
            self.workspaces.remove(str(body["team_id"]))

    @contextlib.contextmanager
    def _heard(self) -> Iterator[None]:
        """Collect what is asked, and begin to answer it when the acknowledgement is out.

        A modal's answer must not overtake its acknowledgement, which would put "One moment" in its place.
        """
        token = _ASKED.set([])
        try:
            yield
            for asked in _ASKED.get():
                if not self._closing.is_set():
                    if self.workspaces:
                        self.workspaces.note(asked.workspace, asked.channel, asked.user)
                        current.set(asked.workspace)
                    self._desk.start(asked)
        finally:
            _ASKED.reset(token)

    def _is_new(self, mark: str) -> bool:
        """Whether something comes for the first time; older than Slack's own limit it is refused for its age."""
        now = time.monotonic()
        while self._seen and now - next(iter(self._seen.values())) > _REMEMBERED:
            self._seen.popitem(last=False)
        if mark in self._seen:
            return False
        self._seen[mark] = now
        return True


class _Socket(AsyncSocketModeHandler):
    """The SDK's socket, that tells when a request is acknowledged."""

    def __init__(
        self, bolt: AsyncApp, app_token: str, heard: Callable[[], AbstractContextManager[None]], beat: float
    ) -> None:
        super().__init__(bolt, app_token, ping_interval=beat)
        self._heard = heard

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as the SDK's own
        """Acknowledge a request, then have it answered."""
        with self._heard():
            await super().handle(client, req)


class _Web:
    """The Web API by the SDK; its own retries are off, since it does not know what may be done twice."""

    def __init__(self, client: AsyncWebClient, workspaces: Workspaces | None) -> None:
        self._client, self.workspaces = client, workspaces
        self._others: dict[str, AsyncWebClient] = {}

    @contextlib.contextmanager
    def _asked(self) -> Iterator[AsyncWebClient]:
        """Give the client with the current workspace's token; one that is refused there is nobody else's matter."""
        if self.workspaces is None:
            yield self._client
            return
        token = self.workspaces.token()
        client = self._others.get(token)
        if client is None:
            client = AsyncWebClient(token=token, base_url=self._client.base_url, retry_handlers=[])
            self._others[token] = client
        client.session = self._client.session
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
        """Try the token, and return what it may do; nothing where Slack does not say."""
        with self._asked() as client, _translated("auth.test", changes=False):
            response: Any = await client.api_call("auth.test")
        return {scope.strip() for scope in response.headers.get("x-oauth-scopes", "").split(",")} - {""}

    async def open_connection(self, app_token: str) -> None:
        """Ask for the address of a socket, to see whether the token is taken."""
        with _translated("apps.connections.open", changes=False):
            await self._client.apps_connections_open(app_token=app_token)

    async def upload(self, channel: str, thread: str, files: Sequence[File]) -> list[str]:
        """Share files in a thread, in one message, and return their ids."""
        sent = [
            {"filename": file.name, "title": file.title, "content": file.content}
            | ({"alt_txt": file.alternative} if file.alternative else {})
            for file in files
        ]
        with self._asked() as client, _translated("files.upload", changes=True):
            shared = await client.files_upload_v2(channel=channel, thread_ts=thread, file_uploads=sent)
        return [str(file["id"]) for file in _data(shared)["files"]]

    async def download(self, url: str) -> bytes:
        """Fetch a file that somebody shared; of a large one no more than its beginning.

        The token goes to Slack alone, whatever host an event names. Without the permission Slack sends us to its login page.
        """
        ours, theirs = urlsplit(self._client.base_url), urlsplit(url)
        own, host = ours.hostname or "", theirs.hostname or ""
        if theirs.scheme != ours.scheme or not (host == own or host.endswith(f".{own}")):
            raise Later("the file is on no server of Slack's", _LATER)
        with self._asked() as client, _translated("a file", changes=False):
            assert client.session, "who answers is connected"
            headers = {"Authorization": f"Bearer {client.token}"}
            async with client.session.get(url, headers=headers, allow_redirects=False) as response:
                if response.status != HTTPStatus.OK or response.content_type == "text/html":
                    raise LacksScope(f"Slack does not give the file (status {response.status})", _LATER)
                found = bytearray()
                async for chunk in response.content.iter_any():
                    found += chunk
                    if len(found) > _LARGEST_FILE:
                        break
                return bytes(found)

    async def respond(self, url: str, body: Json) -> bool:
        """Answer through a response URL; False if it takes no more, or did not answer."""
        try:
            sent = await AsyncWebhookClient(url, retry_handlers=[]).send_dict(body)
        except _BROKEN as error:
            _LOG.info("a response URL did not answer (%s)", type(error).__name__)
            return False
        return sent.status_code == HTTPStatus.OK


def _without_tickets(record: logging.LogRecord) -> bool:
    """Take out of the SDK's log what opens a socket; a failure to connect is one line, since it comes again and again."""
    record.msg, record.args = re.sub(r"ticket=[^&\s'\"]+", "ticket=***", record.getMessage()), ()
    if record.msg.startswith("Failed to connect"):
        record.exc_info = None
    return True


@contextlib.contextmanager
def _translated(method: str, *, changes: bool) -> Iterator[None]:
    """Turn the SDK's failures into ours."""
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
