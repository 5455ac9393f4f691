"""Progress of running work, reported to whoever waits for it, as it comes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Generic, TypeVar

from analysis.digest.pipeline import Step as Hear
from bot.conversation.context import CommandContext
from formatters.reply import Note, Step

T = TypeVar("T")

_KNOWN = {
    "fetching commits": "step.fetching_commits",
    "reading commits": "step.reading_commits",
    "analysing": "step.analysing",
    "checking": "step.checking",
    "reading both versions": "step.both_versions",
}
"""The parts of a reading, with the keys of their sentences in `bot/i18n/`; others are not worth mentioning."""


class UnderWay(Generic[T]):
    """A running task.

    Args:
        make: starts it; may call its argument from any thread whenever there is something new to show.
    """

    def __init__(self, make: Callable[[Callable[[], None]], Awaitable[T]]) -> None:
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._making = asyncio.ensure_future(make(self._has_changed))

    def _has_changed(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)

    async def changes(self, context: CommandContext) -> AsyncIterator[None]:
        """Yield whenever there is something new, until it is done; never if nobody shows it."""
        while context.request.follows and not self._making.done():
            changed = asyncio.ensure_future(self._changed.wait())
            try:
                await asyncio.wait({changed, self._making}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                changed.cancel()
            self._changed.clear()
            if not self._making.done():
                yield

    async def result(self) -> T:
        """Wait for the result; raises what the task raises."""
        return await self._making


class Progress(UnderWay[T]):
    """A running task that reports its steps.

    Args:
        make: starts it; it reports its progress from any thread.
        last: the key of the final step, which reports nothing itself; empty for none.
    """

    def __init__(self, make: Callable[[Hear], Awaitable[T]], last: str = "") -> None:
        self._last = last
        self._known: dict[str, tuple[int, int]] = {}
        super().__init__(lambda _: make(self._heard))

    def _heard(self, name: str, done: int, total: int) -> None:
        if name in _KNOWN and total:
            self._known[name] = (done, total)
            self._has_changed()

    async def notes(self, context: CommandContext, note: Note) -> AsyncIterator[Note]:
        """Yield a working note with the steps whenever they have changed, until it is done."""
        async for _ in self.changes(context):
            yield replace(note, steps=self._steps(context))

    def _steps(self, context: CommandContext) -> tuple[Step, ...]:
        told = [
            Step(context.say(_KNOWN[name], done=done, total=total), "done" if done >= total else "active")
            for name, (done, total) in dict(self._known).items()
        ]
        if self._last:
            is_read = all(step.state == "done" for step in told)
            told.append(Step(context.say(self._last), "active" if is_read else "pending"))
        return tuple(told)
