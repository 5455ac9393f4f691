"""A team's first day, whatever its platform: the whole bot over the sample on a GitHub of its own, on a clock that a test moves."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.config import load
from bot.digests.core import open_core
from bot.service.assembly import Assembly

if TYPE_CHECKING:
    from bot.port.platform import Transport

EVENING = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
"""Eight in the evening in Shanghai, on the sample's day."""

WELCOME = "/digest help"
"""What only the welcome of a channel says."""


class FirstDay:
    """The bot, and its rounds; whoever has a platform puts it among the transports."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.now = EVENING
        self.transports: dict[str, Transport] = {}
        self.bot = Assembly(open_core(load(environ), lambda: self.now), self.transports)

    async def rounds(self, until: datetime) -> None:
        """Let the clock run, with the rounds that a process makes."""
        while self.now < until:
            self.now = min(self.now + timedelta(minutes=10), until)
            await self.bot.look()
            await self.bot.due()
