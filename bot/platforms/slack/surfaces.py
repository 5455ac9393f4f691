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
    """Where something was asked, as Slack said it.

    Attributes:
        response_url, trigger: what Slack gave to answer with; empty for none.
        message: the message that asked; an answer for everybody goes into its thread.
        view: the modal in which a control was used or that was sent.
        is_control: it was a button or a menu, whose response URL would replace the message that it stands in.
    """

    request: Request
    response_url: str = ""
    trigger: str = ""
    message: str = ""
    view: Mapping[str, Any] | None = None
    is_control: bool = False

    @property
    def language(self) -> Language:
        """The asker's, for our own few words."""
        return self.request.asker.language or "en"

    @property
    def carried(self) -> str:
        """What a view keeps of where it came from."""
        request = self.request
        kept = {"command": printed(request.command)[:2000], "channel": request.asker.channel, "thread": request.thread}
        return json.dumps(kept | {"language": self.language})


class Surface(Protocol):
    """Shows answers."""

    async def show(self, answer: Answer) -> None:
        """Show an answer in place of the one before it."""

    async def close(self) -> None:
        """Leave nothing behind but answers: there are no more."""


def carried_by(form: Form, origin: Origin) -> str:
    """Return what a form brings back: its own command, and where it was asked for."""
    return replace(origin, request=replace(origin.request, command=form.command)).carried


async def patiently(call: Callable[[], Awaitable[Json]]) -> Json:
    """Call, and again after as long as Slack wants."""
    for attempt in range(1, _TRIES + 1):
        try:
            return await call()
        except Later as later:
            if attempt == _TRIES or later.seconds > _LONGEST_WAIT:
                raise
            await asyncio.sleep(later.seconds)
    raise AssertionError


FAILURES = (Refused, Later, Unsure)
"""What can come of showing an answer."""
