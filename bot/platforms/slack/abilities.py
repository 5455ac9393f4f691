"""Which of Slack's newer features a workspace has: a missing one is remembered, and logged once.

Workspaces differ by plan, by client and by how the app was created there, so each feature is tried if it helps and
skipped if it is refused; no answer fails because of it.
"""

import logging
import time
from collections.abc import Iterable

from bot.platforms.slack.manifest import AGENT
from bot.platforms.slack.web import Json, Lacking, Unfit, Web
from bot.platforms.slack.workspaces import current
from bot.port.platform import Later, Refused, Unsure

_LOG = logging.getLogger(__name__)

STREAMS, STATUS, PROMPTS_OFFERED, UNFURLS = "streamed answers", "statuses", "suggested prompts", "unfurls"
CHARTS = "data_visualization"
NEWER_BLOCKS = ("plan", "data_table", CHARTS)
"""Types of blocks that some workspaces lack."""

_TRIED_AGAIN = 24 * 3600.0
_REMEMBERED = 600.0
"""Seconds after which the app's permissions are checked again."""


class Abilities:
    """The abilities of each workspace."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._lacking: dict[tuple[str, str], float] = {}
        self._agents: dict[str, tuple[float, bool]] = {}

    async def is_agent(self) -> bool:
        """Whether the app is an agent here, with conversations that are threads of its Messages tab.

        Declaring it as one adds the scope. https://docs.slack.dev/reference/scopes/assistant.write
        Where a proxy keeps the scopes back, it is one if it was allowed to suggest prompts.
        """
        now, workspace = time.monotonic(), current.get()
        since, found = self._agents.get(workspace, (0.0, False))
        if workspace not in self._agents or now - since > _REMEMBERED:
            try:
                names = await self._web.scopes()
                found = set(AGENT) <= names if names else found
            except (Refused, Later) as trouble:
                _LOG.warning("whether the app is an agent is not known: %s", trouble)
            self._agents[workspace] = (now, found)
        return found

    def has(self, name: str) -> bool:
        """Whether something is worth trying."""
        lost = self._lacking.get((current.get(), name))
        return lost is None or time.monotonic() - lost > _TRIED_AGAIN

    @property
    def lacking(self) -> frozenset[str]:
        """The types of blocks to avoid here."""
        return frozenset(name for name in NEWER_BLOCKS if not self.has(name))

    def lose(self, names: Iterable[str], why: object) -> None:
        """Remember what a workspace lacks."""
        for name in names:
            if self.has(name):
                self._lacking[current.get(), name] = time.monotonic()
                _LOG.warning("Slack goes without %s here: %s", name, why)

    async def attempt(self, name: str, method: str, **arguments: object) -> Json | None:
        """Call an optional method; None if the workspace lacks it, or it failed this time."""
        if not self.has(name):
            return None
        try:
            answer = await self._web.tell(method, **arguments)
        except (Lacking, Unfit) as lacking:
            self.lose([name], lacking)
            return None
        except (Refused, Later, Unsure) as trouble:
            _LOG.info("%s did not work this time: %s", name, trouble)
            return None
        if name == PROMPTS_OFFERED:
            self._agents[current.get()] = (time.monotonic(), True)
        return answer


def newer_in(payload: Json) -> list[str]:
    """Return the types of a message's blocks that a workspace may lack."""
    return sorted({block["type"] for block in payload.get("blocks", [])} & set(NEWER_BLOCKS))
