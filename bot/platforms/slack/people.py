"""Who asks in Slack: people and channels as the workspace describes them, cached for a few minutes."""

import functools
import logging
import time
from collections.abc import Awaitable, Callable

from analysis.i18n.language import Language, language_of
from bot.i18n.wording import tell
from bot.platforms.slack.posts import Posts
from bot.platforms.slack.web import Json, LacksScope, Web
from bot.port.platform import Asker, Later, Refused, Unsure

_LOG = logging.getLogger(__name__)

_REMEMBERED = 600.0
_MOST = 5000
_PAGE, _PAGES = 200, 10
"""Pages of a person's channels; https://docs.slack.dev/reference/methods/users.conversations"""


class People:
    """Asks Slack about people and channels. Unanswered questions count as not allowed."""

    def __init__(self, web: Web, posts: Posts) -> None:
        self._web = web
        self._posts = posts
        self._known: dict[tuple[str, str], tuple[float, Json]] = {}

    async def asker(self, workspace: str, user: str, channel: str) -> Asker:
        """Return the asker, with what the workspace says about them."""
        person = await self._info("user", user, lambda: self._web.ask("users.info", user=user, include_locale="true"))
        language = language_of(str(person.get("locale") or ""))
        is_direct = channel.startswith("D") and channel == await self._own(user)
        rules = self._rules(person, workspace)
        is_admin = rules or (channel.startswith(("C", "G")) and await self._made(channel, user))
        found = await self._channels(user) if is_direct else {}
        return Asker(
            platform="slack",
            workspace=workspace,
            user=user,
            channel=channel,
            is_direct=is_direct,
            is_admin=is_admin,
            name=_name(person),
            language=language,
            zone=str(person.get("tz") or ""),
            channels=frozenset(found),
            administers=frozenset(one for one, creator in found.items() if rules or creator == user),
            lacks=functools.partial(self._lacks, language or "en"),
        )

    async def _lacks(self, language: Language, channel: str, by_posting: bool) -> tuple[str, ...]:
        """Return what keeps us from posting in a channel; not cached, because people may be fixing it."""
        try:
            found = (await self._web.ask("conversations.info", channel=channel))["channel"]
        except Refused:  # private channels that we are not in are invisible
            return ("member",)
        except Later as trouble:
            _LOG.warning("whether %s can be posted to is not known: %s", channel, trouble)
            return ()
        if found.get("is_archived"):
            return ("archived",)
        if not found.get("is_member"):
            return ("member",)
        return await self._tried(language, channel) if by_posting else ()

    async def _tried(self, language: Language, channel: str) -> tuple[str, ...]:
        """Return what Slack refuses when we do what a digest needs: there is no other way to know."""
        try:
            await self._posts.trial(channel, tell("slack.trial", language))
        except Refused as refused:
            return (refused.why,)
        except LacksScope as lacking:
            _LOG.warning("a channel is not set up: %s", lacking)
            return ("refused.scope",)
        except (Later, Unsure) as trouble:
            _LOG.warning("whether %s can be posted to is not known: %s", channel, trouble)
        return ()

    async def direct(self, user: str) -> str:
        """Return the channel of direct messages with a person. Raises Refused, Later."""
        opened = await self._remembered("direct", user, lambda: self._web.ask("conversations.open", users=user))
        return str(opened["channel"]["id"])

    async def _own(self, user: str) -> str:
        """Return the channel of direct messages with a person, or an empty string if Slack does not say."""
        try:
            return await self.direct(user)
        except (Refused, Later) as trouble:
            _LOG.warning("whose direct messages these are is not known: %s", trouble)
            return ""

    @staticmethod
    def _rules(person: Json, workspace: str) -> bool:
        # Someone from another workspace, in a shared channel, may be an administrator there, but not here.
        is_here = person.get("team_id") in {workspace, None} and not person.get("is_stranger")
        return is_here and bool(person.get("is_admin") or person.get("is_owner") or person.get("is_primary_owner"))

    async def _made(self, channel: str, user: str) -> bool:
        found = await self._info("channel", channel, lambda: self._web.ask("conversations.info", channel=channel))
        return found.get("creator") == user

    async def _channels(self, user: str) -> dict[str, str]:
        """Return a person's channels, each with its creator; private ones only if Daybrief is in them, too."""

        async def ask() -> Json:
            found: dict[str, str] = {}
            cursor = ""
            for _ in range(_PAGES):
                page = await self._web.ask(
                    "users.conversations", user=user, types="public_channel,private_channel", exclude_archived="true",
                    limit=_PAGE, cursor=cursor,
                )  # fmt: skip
                found |= {str(one["id"]): str(one.get("creator") or "") for one in page["channels"]}
                cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
                if not cursor:
                    break
            return {"channels": found}

        return dict(await self._info("channels", user, ask))

    async def _info(self, kind: str, name: str, ask: Callable[[], Awaitable[Json]]) -> Json:
        try:
            found: Json = (await self._remembered(kind, name, ask)).get(kind) or {}
        except (Refused, Later) as trouble:
            _LOG.warning("nothing is known of the %s %s: %s", kind, name, trouble)
            return {}
        return found

    async def _remembered(self, kind: str, name: str, ask: Callable[[], Awaitable[Json]]) -> Json:
        now = time.monotonic()
        since, found = self._known.get((kind, name), (0.0, {}))
        if not found or now - since > _REMEMBERED:
            found = await ask()
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[kind, name] = (now, found)
        return found


def _name(person: Json) -> str:
    profile = person.get("profile") or {}
    return str(profile.get("display_name") or person.get("real_name") or person.get("name") or "")
