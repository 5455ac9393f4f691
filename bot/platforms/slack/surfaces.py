"""What all surfaces have in common: where something was asked in Slack, and how its answers are shown."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from analysis.i18n.language import Language
from bot.commands.grammar import printed
from bot.platforms.slack.web import Json
from bot.port.platform import Answer, Later, Refused, Request, Unsure
from formatters.reply import Form

_TRIES, _LONGEST_WAIT = 3, 30.0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request was made, as Slack reports it.

    Attributes:
        response_url, trigger: Slack's means to answer; empty for none.
        message: the requesting message; a public answer goes into its thread.
        view: the modal that was submitted, or in which a control was used.
        is_control: it was a button or a menu, whose response URL would replace the message containing it.
    """

    request: Request
    response_url: str = ""
    trigger: str = ""
    message: str = ""
    view: Mapping[str, Any] | None = None
    is_control: bool = False

    @property
    def language(self) -> Language:
        """The asker's language, for our own few words."""
        return self.request.asker.language or "en"

    @property
    def carried(self) -> str:
        """What a view stores about its origin."""
        request = self.request
        kept = {"command": printed(request.command)[:2000], "channel": request.asker.channel, "thread": request.thread}
        return json.dumps(kept | {"language": self.language})


class Surface(Protocol):
    """Shows answers."""

    async def show(self, answer: Answer) -> None:
        """Show an answer, replacing the previous one."""

    async def close(self) -> None:
        """Remove everything but answers: there are no more to come."""


def carried_by(form: Form, origin: Origin) -> str:
    """Return what a form carries: its own command, and where it was requested."""
    return replace(origin, request=replace(origin.request, command=form.command)).carried


async def patiently(call: Callable[[], Awaitable[Json]]) -> Json:
    """Call, and retry after as long as Slack demands."""
    for attempt in range(1, _TRIES + 1):
        try:
            return await call()
        except Later as later:
            if attempt == _TRIES or later.seconds > _LONGEST_WAIT:
                raise
            await asyncio.sleep(later.seconds)
    raise AssertionError


FAILURES = (Refused, Later, Unsure)
"""The errors of showing an answer."""
