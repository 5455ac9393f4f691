"""The configured platforms: how each is connected and kept connected, and why one is not; trouble with one does not affect the others."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis.errors import BadInput
from bot.commands.registry import verbs
from bot.digests.core import Core
from bot.port.platform import Conversation, Suggest, Transport
from bot.settings import Settings
from storage.memory import KeyValues

if TYPE_CHECKING:
    from bot.platforms.discord.transport import Discord
    from bot.platforms.outlet import OutletTransport
    from bot.platforms.slack.transport import Slack

_LOG = logging.getLogger(__name__)

_AGAIN = 15.0
_REFUSED_AGAIN = 900.0
"""Seconds until a platform that refused its token is retried, if another one is working."""


def named(settings: Settings) -> tuple[str, ...]:
    """Return the names of the platforms for which something is configured."""
    is_there = {
        "slack": settings.slack.bot_token.get_secret_value() or settings.slack.client_id,
        "discord": settings.discord.token.get_secret_value(),
        "outlet": settings.outlets,
    }
    return tuple(name for name, given in is_there.items() if given)


def mistakes(settings: Settings) -> dict[str, str]:
    """Return by platform what is missing where one is configured only partly; under no name, that none is configured."""
    slack, found = settings.slack, list[str]()
    if "slack" in named(settings):
        needed = slack.app_token if slack.mode == "socket" else slack.signing_secret
        if not needed.get_secret_value():
            what = "app_token" if slack.mode == "socket" else "signing_secret"
            found.append(f"[slack] mode {slack.mode} needs {what}: set it, or choose the other mode.")
        if slack.client_id and slack.bot_token.get_secret_value():
            found.append(
                "[slack] has bot_token and client_id: keep bot_token for one workspace, or client_id for several."
            )
        elif slack.client_id and (slack.mode != "http" or not slack.client_secret.get_secret_value()):
            found.append("[slack] client_id needs client_secret and mode http: set both, or a bot_token instead.")
    elif any(one.get_secret_value() for one in (slack.app_token, slack.signing_secret, slack.client_secret)):
        found.append("[slack] has secrets of the app but no bot_token: set it, or take the others out.")
    if found:
        return {"slack": " ".join(found)}
    if named(settings):
        return {}
    return {
        "": (
            "No platform is configured: set [slack] bot_token and app_token, [discord] token, or [outlets]; "
            "`daybrief chat` needs none of them."
        )
    }


def idle(settings: Settings) -> list[str]:
    """Return one sentence for each setting that has no effect, because another one is missing."""
    model, web, found = settings.model, settings.web, []
    if not model.name and (model.base_url or model.api_key.get_secret_value()):
        found.append("[model] has an address or a key but no name, so the rules analyse: set name.")
    if web.token.get_secret_value() and web.access != "token":
        found.append(f"[web] has a token, but access is {web.access}, so nobody is asked for it: set access to token.")
    if web.users and web.access != "proxy":
        found.append(f"[web] has users, but access is {web.access}, so all readers see the same: set access to proxy.")
    return found


def new_transport(core: Core, name: str, suggest: Suggest) -> "Slack | Discord | OutletTransport":
    """Return a platform as configured.

    Raises:
        BadInput: an outlet is invalid.
    """
    if name == "outlet":
        from bot.platforms.outlet import OutletTransport

        return OutletTransport(core.settings.outlets)
    if name == "slack":
        from bot.platforms.slack.transport import Slack

        slack = core.settings.slack
        return Slack(
            slack.bot_token.get_secret_value(),
            slack.app_token.get_secret_value() if slack.mode == "socket" else "",
            slack.signing_secret.get_secret_value(),
            workspaces=_workspaces(core),
            suggest=suggest,
            base_url=slack.base_url,
        )
    from bot.platforms.discord.transport import Discord

    discord = core.settings.discord
    return Discord(
        discord.token.get_secret_value(), verbs(), suggest, KeyValues(core.stores.store, "discord"), core.now,
        base_url=discord.base_url, gateway_url=discord.gateway_url,
    )  # fmt: skip


def _workspaces(core: Core) -> Any:
    """Return the workspaces that may install the app; None if it has a single token."""
    settings = core.settings.slack
    if not settings.client_id:
        return None
    from bot.platforms.slack.manifest import scopes
    from bot.platforms.slack.workspaces import Workspaces

    found = Workspaces(
        settings.client_id, settings.client_secret.get_secret_value(),
        core.configuration.store_path.with_name("slack-workspaces.db"),
        KeyValues(core.stores.store, "slack"), base_url=settings.base_url,
        scopes=tuple(scopes(links=bool(core.settings.archive))),
    )  # fmt: skip
    for feed in core.settings.feeds:
        if feed.platform == "slack" and feed.workspace:
            found.note(feed.workspace, feed.channel, feed.made_by)
    return found


class Connections:
    """Keeps the platforms connected until told to stop.

    Args:
        stopping: set when everything is to end.
    """

    def __init__(self, transports: Mapping[str, Transport], stopping: asyncio.Event) -> None:
        self._transports = transports
        self._stopping = stopping
        self._refused: dict[str, BadInput] = {}

    async def stay(self, conversation: Conversation) -> None:
        """Keep all of them connected.

        Raises:
            BadInput: all of them refuse their tokens.
        """
        async with asyncio.TaskGroup() as group:
            for transport in self._transports.values():
                group.create_task(self._stay(transport, conversation))
        if len(self._refused) == len(self._transports):
            raise next(iter(self._refused.values()))

    async def _stay(self, transport: Transport, conversation: Conversation) -> None:
        """Keep one connected; whatever ends its connection, it is renewed."""
        while not self._stopping.is_set():
            pause = _AGAIN
            try:
                self._refused.pop(transport.name, None)
                await transport.run(conversation)
            except BadInput as refused:
                self._refused[transport.name], pause = refused, _REFUSED_AGAIN
                _LOG.error("%s is not connected: %s", transport.name, refused)
                if len(self._refused) == len(self._transports):
                    self._stopping.set()
            except Exception:  # noqa: BLE001 - a platform is an outer edge: the other one goes on
                _LOG.exception("the connection to %s ended; it is made again", transport.name)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def troubles(self) -> dict[str, str]:
        """Return by platform why it is not connected; an empty string if it is."""
        return {
            name: str(self._refused[name]) if name in self._refused else await transport.disconnected()
            for name, transport in self._transports.items()
        }
