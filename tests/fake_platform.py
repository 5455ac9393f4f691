"""A platform of the tests: it implements the port, keeps what was posted, and fails where a test wants it to."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.port.platform import Answer, Asker, Attachment, Conversation, Later, Posted, Refused, Request, Unsure
from formatters.reply import Post, Reply


class Killed(BaseException):
    """The process was killed here: nothing after it runs, not even what cleans up after an error."""


@dataclass
class FakePlatform:
    """Channels in memory, which outlive the process that posts into them.

    A digest is a parent and three followers, so that a process can die within a thread.

    Attributes:
        shown: channel → key → the parts that stand, in order.
        posts: how many messages were ever created, by (channel, key, part).
        trouble: asked before each call (`post`, `find`, …, and each part `post.0`, `post.1.after` …); may raise.
    """

    name: str = "slack"
    shown: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    replies: dict[tuple[str, str], Reply] = field(default_factory=dict)
    posts: dict[tuple[str, str, int], int] = field(default_factory=dict)
    edits: list[tuple[str, Reply]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    trouble: Callable[[str], None] = lambda _step: None
    gone: set[str] = field(default_factory=set)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, conversation: Conversation) -> None:
        await self.closed.wait()

    async def close(self) -> None:
        self.closed.set()

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        self._step("post")
        if channel in self.gone:
            raise Refused("refused.is_archived")
        stands = self.shown.setdefault(channel, {}).setdefault(key, [])
        for part in range(4 if isinstance(reply, Post) else 1):
            if part < len(stands):
                continue
            self._step(f"post.{part}")
            stands.append(f"{key}.{part}")
            self.posts[channel, key, part] = self.posts.get((channel, key, part), 0) + 1
            self.replies[channel, key] = reply
            self._step(f"post.{part}.after")
            await asyncio.sleep(0)
        return self._posted(channel, key)

    async def find(self, channel: str, key: str) -> Posted | None:
        self._step("find")
        if channel in self.gone:
            raise Refused("refused.is_archived")
        return self._posted(channel, key) if self.shown.get(channel, {}).get(key) else None

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        self._step("edit")
        self.edits.append((posted.message, reply))
        return posted

    async def disconnected(self) -> str:
        return ""

    async def examine(self, channels: Sequence[str], people: Sequence[str] = ()) -> list[str]:
        self.calls.append("examine")
        return [f"The channel {channel} is archived." for channel in channels if channel in self.gone]

    async def direct(self, user: str) -> str:
        self._step("direct")
        if user in self.gone:
            raise Refused("refused.discord_direct")
        return f"DM-{user}"

    def _posted(self, channel: str, key: str) -> Posted:
        parts = self.shown[channel][key]
        return Posted(channel, parts[0], tuple(parts[1:]))

    def _step(self, step: str) -> None:
        self.calls.append(step)
        self.trouble(step)

    def in_channel(self, channel: str) -> list[Reply]:
        """Return what people see there, in the order in which it came."""
        return [self.replies[channel, key] for key, parts in self.shown.get(channel, {}).items() if parts]

    @property
    def doubles(self) -> list[tuple[str, str, int]]:
        """Messages that were created twice."""
        return [what for what, times in self.posts.items() if times > 1]


def failing(*failures: tuple[str, BaseException]) -> Callable[[str], None]:
    """Return a trouble that raises each of these once, at the first step of that name."""
    left = list(failures)

    def trouble(step: str) -> None:
        for index, (name, error) in enumerate(left):
            if name == step:
                del left[index]
                raise error

    return trouble


LOST = Unsure("the answer was lost")
BUSY = Later("slow down", 30.0)


def an_asker(**changes: Any) -> Asker:
    """Return somebody in a channel who may administer it."""
    fields: dict[str, Any] = {
        "platform": "slack", "workspace": "T1", "user": "U1", "channel": "C1", "is_admin": True, "language": "en",
        "zone": "Asia/Shanghai",
    }  # fmt: skip
    return Asker(**fields | changes)


async def answers(
    conversation: Conversation, text: str, asker: Asker | None = None, file: Attachment | None = None, **values: str
) -> list[Answer]:
    """Return everything that is answered."""
    request = Request(asker or an_asker(), text, values, attachment=file)
    return [answer async for answer in conversation(request)]


def a_file(content: bytes, name: str = "uses.toml") -> Attachment:
    """Return a file that somebody sends."""

    async def read() -> bytes:
        return content

    return Attachment(name, len(content), read)


async def answer(conversation: Conversation, text: str, asker: Asker | None = None, **values: str) -> Answer:
    """Return the last answer."""
    return (await answers(conversation, text, asker, None, **values))[-1]


def texts(replies: Iterable[Reply]) -> list[str]:
    """Return replies as a terminal shows them."""
    from formatters.terminal.replies import reply_text

    return [reply_text(reply) for reply in replies]
