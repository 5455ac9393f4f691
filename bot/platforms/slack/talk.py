"""Answers in a conversation: as messages, through the response URL of a command or control, or streamed into a thread.

Answers are shown one after another, each replacing the previous one as far as Slack allows.
"""

import asyncio
import functools
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.commands.grammar import printed
from bot.i18n.wording import tell
from bot.platforms.slack.abilities import STATUS, newer_in
from bot.platforms.slack.posts import QUIET, Posts
from bot.platforms.slack.streams import Stream
from bot.platforms.slack.surfaces import Origin, carried_by, patiently
from bot.platforms.slack.web import Json, Unfit, Web
from bot.port.platform import Answer, Later
from formatters.reply import Button, Form, Note, Post, Reply
from formatters.slack.replies import slack, streamed
from formatters.slack.text import cut
from formatters.slack.views import form_view

_LOG = logging.getLogger(__name__)

_RESPONSES = 5
"""How often a response URL may be used. https://docs.slack.dev/interactivity/handling-user-interaction#message_responses"""

_STATUS = 100
"""Characters of the status below a thread, on one line."""


class Talk:
    """Answers in a conversation by posting: messages only the asker sees cannot be replaced, others are edited.

    In a thread, progress is shown as a status below it; steps are streamed there if everyone may see them.
    """

    def __init__(self, origin: Origin, web: Web, posts: Posts) -> None:
        self._origin, self._web, self._posts, self._abilities = origin, web, posts, posts.abilities
        self._thread = origin.request.thread or origin.message
        self._stream = Stream(web, posts.abilities, origin.request.asker, self._thread, posts.pause)
        self._shown: list[str] = []
        self._has_status = self._is_waiting = False

    async def show(self, answer: Answer) -> None:
        """Show an answer, replacing the previous one; see Surface."""
        reply, asker = answer.reply, self._origin.request.asker
        is_shared = answer.public or asker.is_direct
        if isinstance(reply, Note) and reply.tone == "working":
            await self._wait(reply, is_shared=is_shared)
        elif isinstance(reply, Form):
            await self._form(reply)
        elif isinstance(reply, Post) and is_shared:
            await self._stream.end((), ())
            await self._clear()
            if not self._stream.is_stopped:
                await self._posts.show(asker.channel, reply, uuid.uuid4().hex, self._thread)
        elif not await self._streamed(reply):
            await self._post(reply, is_shared=is_shared)

    async def close(self) -> None:
        """Remove any sign of work in progress."""
        await self._stream.end((), ())
        if self._has_status:
            await self._status("")

    async def _post(self, reply: Reply, *, is_shared: bool) -> None:
        """Show a reply as messages."""
        if not is_shared:
            await self._each(reply, lambda _, payload: self._privately(payload))
            return
        count = await self._each(
            reply, lambda n, payload: self._openly(payload, self._shown[n] if n < len(self._shown) else "")
        )
        await self._clear(count)

    async def _wait(self, note: Note, *, is_shared: bool) -> None:
        """Show progress, as a message only if there is no other way."""
        is_first, self._is_waiting = not self._is_waiting, True
        if not is_shared and not is_first:
            return  # a message only the asker sees cannot be updated with newer steps
        if self._thread and not self._shown:
            if note.steps and is_shared:
                is_said = await self._stream.tell(note)
            else:
                status = tell("slack.status", self._origin.language)
                is_said = self._has_status = await self._status(status, note if is_shared else None)
            if is_said:
                return
        try:
            await self._post(note, is_shared=is_shared)
        except Later as late:  # the next one, or the answer, replaces it anyway
            _LOG.info("what is under way was not said: %s", late)
        await asyncio.sleep(0 if is_first else self._posts.pause)

    async def _status(self, text: str, note: Note | None = None) -> bool:
        """Set the status below the thread, as everyone there sees it; an empty string removes it."""
        told = {"loading_messages": [cut(note.text.replace("`", ""), _STATUS)]} if note else {}
        where = {"channel_id": self._origin.request.asker.channel, "thread_ts": self._thread}
        done = await self._abilities.attempt(STATUS, "assistant.threads.setStatus", **where, status=text, **told)
        return done is not None

    async def _streamed(self, reply: Reply) -> bool:
        """End a stream with an answer; False if there is none, or it must be posted after all."""
        if not (self._stream.is_open or self._stream.is_stopped):
            return False
        paragraphs, (first, *others) = streamed(reply, self._abilities.lacking)
        if not await self._stream.end(paragraphs, first["blocks"]):
            return False
        for payload in () if self._stream.is_stopped else others:
            await self._openly(payload, "")
        return True

    async def _each(self, reply: Reply, send: Callable[[int, Json], Awaitable[None]]) -> int:
        """Send a reply's messages, with simpler blocks if a workspace lacks newer ones; return their number."""
        payloads = slack(reply, self._abilities.lacking)
        for number in range(len(payloads)):
            try:
                await send(number, payloads[number])
            except Unfit as unfit:
                newer = newer_in(payloads[number])
                if not newer:
                    raise
                self._abilities.lose(newer, unfit)
                plainer = slack(reply, self._abilities.lacking)[number:]
                for after, payload in enumerate(plainer, number):
                    await send(after, payload)
                return number + len(plainer)
        return len(payloads)

    async def _form(self, form: Form) -> None:
        """Open a form; if Slack does not allow it (any more), offer a button that does."""
        origin = self._origin
        if origin.trigger:
            try:
                view = form_view(form, carried_by(form, origin))
                await self._web.tell("views.open", trigger_id=origin.trigger, view=view)
            except Later as late:  # a trigger is valid for three seconds
                _LOG.info("a form could not be opened: %s", late)
            else:
                return
        button = Button(tell("slack.open_form", form.language), printed(origin.request.command), "primary")
        await self.show(Answer(Note(form.title, buttons=(button,))))

    async def _privately(self, payload: Json) -> None:
        asker, thread = self._origin.request.asker, self._origin.request.thread
        where = {"channel": asker.channel, "user": asker.user} | ({"thread_ts": thread} if thread else {})
        await patiently(lambda: self._web.tell("chat.postEphemeral", **where, **payload))

    async def _openly(self, payload: Json, stands: str) -> None:
        channel = self._origin.request.asker.channel
        if stands:
            await patiently(lambda: self._web.tell("chat.update", channel=channel, ts=stands, **payload))
            return
        where = {"channel": channel} | ({"thread_ts": self._thread} if self._thread else {})
        sent = await patiently(lambda: self._web.tell("chat.postMessage", **where, **payload, **QUIET))
        self._has_status = False  # our next message removes it
        self._shown.append(str(sent["ts"]))

    async def _clear(self, kept: int = 0) -> None:
        """Remove what the last answer no longer needs."""
        channel = self._origin.request.asker.channel
        for ts in self._shown[kept:]:
            await patiently(functools.partial(self._web.tell, "chat.delete", channel=channel, ts=ts))
        del self._shown[kept:]


class Responses(Talk):
    """Answers through a response URL while it accepts answers; works in channels that Daybrief is not in."""

    def __init__(self, origin: Origin, web: Web, posts: Posts) -> None:
        super().__init__(origin, web, posts)
        self._uses = 0
        self._replaceable = False

    async def show(self, answer: Answer) -> None:
        """Show an answer, replacing the previous one; see Surface."""
        if isinstance(answer.reply, Note) and answer.reply.tone == "working":
            answer = replace(answer, public=False)  # only a private one can be deleted
        if answer.public and self._replaceable:
            self._replaceable = False
            await self._respond({"delete_original": True})
        if isinstance(answer.reply, Form) or (answer.public and isinstance(answer.reply, Post)):
            await super().show(answer)
            return

        async def send(number: int, payload: Json) -> None:
            kind = "in_channel" if answer.public else "ephemeral"
            takes_place = number == 0 and self._replaceable
            body = {**payload, **QUIET, "response_type": kind, "replace_original": takes_place}
            if not await self._respond(body):
                await (self._openly(payload, "") if answer.public else self._privately(payload))

        count = await self._each(answer.reply, send)
        # A control's original is the message containing it, which we must not replace.
        self._replaceable = not answer.public and not self._origin.is_control and count == 1

    async def _respond(self, body: Json) -> bool:
        if self._uses >= _RESPONSES:
            return False
        self._uses += 1
        return await self._web.respond(self._origin.response_url, body)

    async def _privately(self, payload: Json) -> None:
        self._replaceable = False
        await super()._privately(payload)
