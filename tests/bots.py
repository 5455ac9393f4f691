"""A whole bot for tests: the sample repository, one channel with its feed, a platform in memory, a clock that a test moves."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from fake_platform import FakePlatform, an_asker
from fake_platform import answers as all_answers

from bot.config import load
from bot.digests.core import open_core
from bot.port.platform import Answer, Asker, Attachment
from bot.service.assembly import Assembly
from formatters.reply import Note, Reply
from formatters.terminal.replies import reply_text
from storage.feeds import Feed

REPO = "example/quill"
ZONE = "Asia/Shanghai"
MORNING = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)
"""Nine o'clock in Shanghai, the morning after the sample's day."""

NINE = datetime(2026, 1, 9, 9, 0, tzinfo=UTC)
"""The Friday morning after the Thursday, 2026-01-08, on which a test's own repository is made."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Bot:
    """An assembly, and short ways to talk to it."""

    def __init__(self, environ: Mapping[str, str], clone: Path, now: datetime, **settings: str) -> None:
        self.now = now
        self.clone = clone
        self.platform = FakePlatform()
        self.core = open_core(load(dict(environ) | settings), lambda: self.now)
        self.assembly = Assembly(self.core, {"slack": self.platform}, pause=lambda _seconds: asyncio.sleep(0))

    def feed(self, **changes: Any) -> Feed:
        """Make a feed of the sample in C1, at nine; it began a week ago."""
        fields: dict[str, Any] = {
            "platform": "slack", "workspace": "T1", "channel": "C1", "repository": REPO,
            "place": f"{REPO}={self.clone}", "at": time(9), "zone": ZONE, "since": self.now - timedelta(days=7),
            "made_by": "U1",
        }  # fmt: skip
        return self.assembly.feeds.put(Feed(**fields | changes))

    async def at(self, moment: datetime) -> None:
        """Let everything happen that is due at a moment."""
        self.now = moment
        await self.assembly.due()

    async def answers(
        self, text: str, asker: Asker | None = None, file: Attachment | None = None, **values: str
    ) -> list[Answer]:
        """Return everything that is answered."""
        return await all_answers(self.assembly.talk, text, asker, file, **values)

    async def reply(self, text: str, asker: Asker | None = None, **values: Any) -> Reply:
        """Return the last reply; a mistake fails the test."""
        found = (await self.answers(text, asker, **values))[-1].reply
        assert not (isinstance(found, Note) and found.tone == "problem"), found
        return found

    async def shown(self, text: str, asker: Asker | None = None, **values: Any) -> str:
        """Return the last reply as a terminal shows it."""
        return reply_text(await self.reply(text, asker, **values), width=200)

    async def problem(self, text: str, asker: Asker | None = None, **values: Any) -> str:
        """Return the sentence of a mistake; it is for the asker alone."""
        last = (await self.answers(text, asker, **values))[-1]
        assert isinstance(last.reply, Note), last
        assert last.reply.tone == "problem", last
        assert not last.public
        return last.reply.text

    async def close(self) -> None:
        await self.assembly.work.close()
        await asyncio.get_running_loop().shutdown_default_executor()
        self.core.stores.store.close()


@asynccontextmanager
async def a_bot(
    environ: Mapping[str, str], clone: Path, now: datetime = MORNING, **settings: str
) -> AsyncIterator[Bot]:
    """Give a bot without any feed."""
    bot = Bot(environ, clone, now, **settings)
    try:
        yield bot
    finally:
        await bot.close()


def read_days(path: Path, repository: Path, *days: str) -> None:
    """Make a store in which days of a repository were read."""

    async def read() -> None:
        async with a_bot({"DAYBRIEF_STORE__PATH": str(path)}, repository) as bot:
            bot.feed()
            for day in days:
                await bot.reply(day)
            bot.core.stores.store.shrink_log()

    asyncio.run(read())


def a_person(**changes: Any) -> Asker:
    """Return somebody in direct messages."""
    return an_asker(**{"channel": "D1", "is_direct": True, "is_admin": False} | changes)


def a_member(**changes: Any) -> Asker:
    """Return somebody in the channel who may not administer it."""
    return an_asker(**{"user": "U2", "is_admin": False} | changes)
