"""Posts on Discord, made exactly once: found by their marks, continued where they broke off, and edited."""

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.platforms.discord import marks
from bot.port.platform import Posted
from formatters.discord.parts import Json, Message
from formatters.discord.replies import posting, rendered
from formatters.reply import Post, Reply

_LOOKED_BACK = timedelta(days=3)
_QUICK_LOOK = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """A posted message.

    Attributes:
        components: as the SDK represents them. `is_ours`: the bot wrote it.
    """

    id: int
    at: datetime
    is_ours: bool
    components: list[Any]


class Place(Protocol):
    """A channel, a thread, or direct messages with a person."""

    @property
    def has_threads(self) -> bool:
        """Whether a message here can have one."""

    def history(self, most: int | None) -> AsyncIterator[Standing]:
        """Yield the messages, newest first."""

    async def message(self, message: int) -> Standing:
        """One message."""

    async def send(self, components: list[Json], message: Message, nonce: str) -> int:
        """Post a message, and return its ID; Discord rejects a second one with the same nonce within some minutes."""

    async def change(self, old: Standing, components: list[Json], message: Message) -> None:
        """Edit a message."""

    async def delete(self, old: Standing) -> None:
        """Delete a message."""

    async def below(self, message: int, name: str = "") -> "Place | None":
        """The thread below a message; without a name, a missing one is not created."""


class Posts:
    """Posts replies.

    Args:
        now: the clock, aware.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    async def post(self, place: Place, channel: str, reply: Reply, key: str) -> Posted:
        """Post the missing parts."""
        first, rest, thread = _split(reply, place)
        standing = await self._standing(place, key, _QUICK_LOOK)
        parent = standing.get(0) or await _send(place, first, key, 0)
        below = (await place.below(parent, thread) if thread and rest else None) or place
        followers = [
            standing.get(part) or await _send(below, message, key, part) for part, message in enumerate(rest, 1)
        ]
        return Posted(channel, str(parent), tuple(map(str, followers)))

    async def find(self, place: Place, channel: str, key: str) -> Posted | None:
        """Look for what was posted in the last three days."""
        standing = await self._standing(place, key)
        if 0 not in standing:
            return None
        return Posted(channel, str(standing[0]), tuple(str(standing[part]) for part in sorted(standing) if part))

    async def edit(self, place: Place, posted: Posted, reply: Reply) -> Posted:
        """Edit a post to show another reply; unchanged messages are left alone."""
        first, rest, thread = _split(reply, place)
        parent = await place.message(int(posted.message))
        await _change(place, parent, first)
        has_thread = thread and (rest or posted.followers)
        below = (await place.below(parent.id, thread) if has_thread else None) or place
        old = [await below.message(int(message)) for message in posted.followers]
        for message, changed in zip(old, rest, strict=False):
            await _change(below, message, changed)
        for surplus in old[len(rest) :]:
            await below.delete(surplus)
        added = enumerate(rest[len(old) :], len(old) + 1)
        more = [await _send(below, message, posted.message, part) for part, message in added]
        kept = [message.id for message in old[: len(rest)]]
        return Posted(posted.channel, posted.message, tuple(map(str, kept + more)))

    async def _standing(self, place: Place, key: str, most: int | None = None) -> dict[int, int]:
        """Return the IDs of a post's existing parts, among the last `most` messages or those of three days."""
        found: dict[int, int] = {}
        parts, since = marks.parts(key), self._now() - _LOOKED_BACK

        async def look(history: AsyncIterator[Standing]) -> None:
            async for message in history:
                if message.at < since or 0 in found:
                    return
                part = parts.get(marks.numbers(message.components)[0])
                if part is not None and message.is_ours:
                    found[part] = message.id

        await look(place.history(most))
        parent = {0: found.pop(0)} if 0 in found else {}
        if parent and (thread := await place.below(parent[0])):
            await look(thread.history(marks.MOST_PARTS))
        return parent | found


def _split(reply: Reply, place: Place) -> tuple[Message, tuple[Message, ...], str]:
    """Return the first message, the following ones, and the name of the thread for those; empty for none."""
    if isinstance(reply, Post) and place.has_threads:
        made = posting(reply)
        return made.first, made.followers, made.thread
    first, *rest = rendered(reply)
    return first, tuple(rest), ""


async def _send(place: Place, message: Message, key: str, part: int) -> int:
    made = marks.marked(message.components, marks.mark(key, part), _also(message))
    return await place.send(made, message, marks.nonce(key, part))


async def _change(place: Place, old: Standing, message: Message) -> None:
    mark, content = marks.numbers(old.components)
    made = marks.marked(message.components, mark, _also(message))
    if not content or content != marks.content(made):
        await place.change(old, made, message)


def _also(message: Message) -> str:
    return " ".join(hashlib.sha256(file.content).hexdigest() for file in message.files)
