"""Answers requests from Slack: finds out who asks, runs the conversation, and shows the replies."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator

from bot.i18n.wording import tell
from bot.platforms.slack.answers import surface
from bot.platforms.slack.people import People
from bot.platforms.slack.posts import Posts
from bot.platforms.slack.requests import HOME, STOP, Asked
from bot.platforms.slack.surfaces import FAILURES, Origin, Surface
from bot.platforms.slack.unfurls import unfurl
from bot.platforms.slack.web import Json, Web
from bot.port.command import Command
from bot.port.platform import Answer, Attachment, Conversation, Option, Request, Suggest
from formatters.reply import Note
from formatters.slack.views import offers

_LOG = logging.getLogger(__name__)

_OFFERED = tuple(Option(kind, kind, {}) for kind in ("repository", "zone", "area", "author", "label"))


class Answering:
    """Answers each request in a task of its own.

    Args:
        patience: seconds a `working` note is held back: answers ready by then are shown at once.
        suggest: completes what someone types; None if nothing is offered.

    Attributes:
        conversation: answers the requests; set before anything is started.
    """

    conversation: Conversation

    def __init__(self, web: Web, posts: Posts, people: People, patience: float, suggest: Suggest | None) -> None:
        self._web, self._posts, self._people, self._patience = web, posts, people, patience
        self._suggest = suggest
        self._under_way: dict[asyncio.Task[None], tuple[str, str]] = {}

    def start(self, asked: Asked) -> None:
        """Start answering, or stop an answer in a thread; the request is already acknowledged."""
        place = asked.channel, asked.thread or asked.message
        if asked.command == Command(STOP):
            for task in [task for task, where in self._under_way.items() if where == place]:
                task.cancel()
            return
        task = asyncio.create_task(self._answer(asked))
        self._under_way[task] = place
        task.add_done_callback(self._under_way.pop)

    async def offered(self, asked: Asked, kind: str) -> list[Json]:
        """Return suggestions for what someone types into a form; empty if there are none."""
        ((name, typed),) = asked.values.items()
        option = next((one for one in _OFFERED if one.kind == kind), None)
        if option is None or self._suggest is None:
            return []
        try:
            origin = await self._origin(asked)
            found = await self._suggest(origin.request.asker, name, option, typed, {})
        except FAILURES as failure:
            _LOG.warning("nothing is offered for %s: %s", name, failure)
            found = ()
        return offers(found, typed)

    async def finish(self) -> None:
        """Wait until everything is answered."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _answer(self, asked: Asked) -> None:
        """Answer one request; the outermost handler of everything people do here."""
        try:
            origin = await self._origin(asked)
            if asked.links:
                await unfurl(asked, origin.request, self.conversation, self._posts.abilities)
                return
            shown = surface(origin, self._web, self._posts)
            try:
                await self._show_all(shown, self.conversation(origin.request))
            except FAILURES:
                raise
            except Exception:  # noqa: BLE001 - what one person asked must not end the others' connection
                _LOG.exception("an answer failed")
                await shown.show(Answer(Note(tell("slack.defect", origin.language), "problem")))
            finally:
                await shown.close()
            asker = origin.request.asker
            if (
                asked.view and asker.is_direct and asked.command != HOME
            ):  # actions there, or above it, are answered there
                await self._answer(Asked(HOME, asked.workspace, asked.user, asker.channel, view={"type": HOME}))
        except FAILURES as failure:
            _LOG.warning("an answer in %s was not shown: %s", asked.channel or "Slack", failure)

    async def _origin(self, asked: Asked) -> Origin:
        channel = asked.channel or await self._people.direct(asked.user)
        asker = await self._people.asker(asked.workspace, asked.user, channel)
        # Direct messages are threads if the app is an agent; otherwise they are a flat sequence.
        in_thread = not asker.is_direct or bool(asked.message and await self._posts.abilities.is_agent())
        message = asked.message if in_thread else ""
        return Origin(
            Request(
                asker, asked.command, asked.values, asked.thread, self._attachment(asked), message,
                follows=not asked.response_url and asked.view is None,
            ),
            asked.response_url,
            asked.trigger,
            message,
            asked.view,
            asked.is_control,
        )  # fmt: skip

    def _attachment(self, asked: Asked) -> Attachment | None:
        """Return the file attached to a message. https://docs.slack.dev/reference/objects/file-object ."""
        if asked.file is None:
            return None
        url, size = str(asked.file.get("url_private_download", "")), asked.file.get("size")
        return Attachment(
            str(asked.file.get("name") or ""), size if isinstance(size, int) else 0, lambda: self._web.download(url)
        )

    async def _show_all(self, shown: Surface, answers: AsyncIterator[Answer]) -> None:
        over, held, begun = asyncio.Event(), None, time.monotonic()
        try:
            async for answer in answers:
                over.set()
                if held:
                    await held
                over, held = asyncio.Event(), None
                left = self._patience - (time.monotonic() - begun)
                if isinstance(answer.reply, Note) and answer.reply.tone == "working" and left > 0:
                    held = asyncio.create_task(self._hold(shown, answer, over, left))
                else:
                    await shown.show(answer)
        except BaseException:
            over.set()
            raise
        finally:
            if held:
                await held

    @staticmethod
    async def _hold(shown: Surface, answer: Answer, over: asyncio.Event, left: float) -> None:
        """Show a waiting note, unless the next answer arrives within the given seconds."""
        try:
            await asyncio.wait_for(over.wait(), left)
        except TimeoutError:
            await shown.show(answer)
