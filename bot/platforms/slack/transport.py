"""Slack as a platform: one workspace or several, over a socket (the default, which needs no public address) or HTTP."""

from collections.abc import Sequence

from aiohttp import web

from bot.platforms.slack.abilities import Abilities
from bot.platforms.slack.answering import Answering
from bot.platforms.slack.client import API, Client
from bot.platforms.slack.connection import Connection
from bot.platforms.slack.listening import Listening
from bot.platforms.slack.manifest import INSTALL, SCOPES
from bot.platforms.slack.people import People
from bot.platforms.slack.posts import Posts
from bot.platforms.slack.web import BadToken
from bot.platforms.slack.workspaces import Workspaces, current
from bot.port.platform import Conversation, Later, Posted, Refused, Suggest, Unsure
from formatters.reply import Reply


class Slack:
    """A connected workspace, or with `workspaces` all that have installed the app.

    Args:
        workspaces: instead of a bot token; only in HTTP mode.
        suggest: completes what someone types into a form.
        app_token: for Socket Mode; without it, requests come to `receive` and are verified with `signing_secret`.
        pause: seconds between messages to one channel.
        patience: seconds a `working` note is held back: answers ready by then are shown at once.
        beat: seconds between checks of the connection.
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
        self.workspaces = workspaces
        self._client = Client(bot_token, base_url, workspaces)
        self._posts = Posts(self._client, Abilities(self._client), pause)
        self._people = People(self._client, self._posts)
        self._desk = Answering(self._client, self._posts, self._people, patience, suggest)
        self._listening = Listening(self._client, self._desk, signing_secret)
        self._connection = Connection(self._client, self._listening, app_token, beat)

    async def run(self, conversation: Conversation) -> None:
        """Stay connected and answer until cancelled or closed. Raises BadInput for a refused token."""
        self._desk.conversation = conversation
        self._client.open()
        await self._connection.stay()

    async def disconnected(self) -> str:
        """Say why Slack cannot reach us, or we cannot reach it; an empty string while all is well."""
        return await self._connection.trouble()

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Receive a request from Slack in HTTP mode: a route of the server, for POST."""
        return await self._listening.receive(request)

    async def close(self) -> None:
        """Accept nothing more, and finish answers in progress."""
        self._listening.close()
        await self._connection.close()
        await self._desk.finish()
        await self._client.close()

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        """Post, or continue the post begun under `key`. Raises Unsure, Refused, Later."""
        self._enter(channel)
        return await self._posts.post(channel, reply, key)

    async def find(self, channel: str, key: str) -> Posted | None:
        """Look for what was posted under `key`. Raises Refused, Later."""
        self._enter(channel)
        return await self._posts.find(channel, key)

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Edit `posted` to show `reply`. Raises Refused, Later."""
        self._enter(posted.channel)
        try:
            return await self._posts.edit(posted, reply)
        except Unsure as unsure:  # repeating it does no harm
            raise Later(str(unsure), self._beat) from None

    async def direct(self, user: str) -> str:
        """Return the channel of direct messages with a person. Raises Refused, Later."""
        self._enter(user)
        channel = await self._people.direct(user)
        if self.workspaces:
            self.workspaces.note(current.get(), channel)
        return channel

    async def examine(self, channels: Sequence[str], people: Sequence[str] = ()) -> list[str]:
        """Check the tokens, scopes, some channels and people without connecting, and return one sentence per problem.

        With several workspaces it is unknown which one people belong to, so they are not checked.
        """
        if self.workspaces is None:
            wrong = await self._examined(channels)
            return wrong or [told for one in people if (told := await self._unknown(one))]
        installed, found = self.workspaces.installed(), list[str]()
        if not installed:
            return [f"No workspace has installed the app yet: open {INSTALL} at the address of `daybrief serve`."]
        strange = [channel for channel in channels if self.workspaces.of(channel) not in installed]
        for workspace in installed:
            current.set(workspace)
            own = [channel for channel in channels if self.workspaces.of(channel) == workspace]
            found += [f"In the workspace {workspace}: {wrong}" for wrong in await self._examined(own)]
        return found + [f"The channel {channel} is in no workspace that has installed the app." for channel in strange]

    async def _unknown(self, person: str) -> str:
        try:
            await self._client.ask("users.info", user=person)
        except Refused:
            return f"There is no {person} in the workspace: correct it in [people], in [access] admins, or as made_by."
        except Later as trouble:
            return f"Whether there is a {person} in the workspace is not known: {trouble}."
        return ""

    async def _examined(self, channels: Sequence[str]) -> list[str]:
        """Check the current workspace's token, its scopes, and some channels."""
        try:
            granted = await self._client.scopes()
            if self._app_token:
                await self._client.open_connection(self._app_token)
        except BadToken as refused:
            return [f"{refused}. Set [slack] bot_token and app_token to those of the app."]
        except Refused as refused:
            return [f"{refused}: reinstall the app there."]
        except Later as trouble:
            return [f"{trouble}: check the network and try again."]
        found = []
        if granted and (missing := sorted(set(SCOPES) - granted)):
            found.append(
                f"The app lacks the scopes {', '.join(missing)}: update its manifest (`daybrief slack-manifest`) and reinstall it."
            )
        for channel in channels:
            try:
                info = (await self._client.ask("conversations.info", channel=channel))["channel"]
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
