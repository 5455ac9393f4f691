"""Posts in Slack, made exactly once: each message carries its delivery's key, part and content as metadata.

So after a crash, what was posted can be found and completed. https://docs.slack.dev/messaging/message-metadata
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.i18n.language import Language
from bot.i18n.wording import tell
from bot.platforms.slack.abilities import CHARTS, Abilities, newer_in
from bot.platforms.slack.web import Gone, Json, LacksScope, Unfit, Web
from bot.port.platform import Posted
from formatters.reply import DigestPost, File, Note, Post, Reply, ReviewPost
from formatters.slack.blocks import Payload
from formatters.slack.charts import drawn
from formatters.slack.replies import post, slack

EVENT = "daybrief_post"
QUIET = {"unfurl_links": False, "unfurl_media": False}
"""No link previews, which would push the content off the screen."""

LOOK_BACK = 14 * 24 * 3600.0
"""Seconds before a channel's newest message in which a post is looked for; deliveries expire long before that."""

_PAGE = 200

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class _Standing:
    """The existing parts of a post in a thread.

    Attributes:
        parts: for each part its message and the fingerprint of its contents; the parent is part 0.
        files: those of the post, in one message, with that message; a second message only if two processes posted at
            once.
    """

    key: str = ""
    print: str = ""
    parts: dict[int, tuple[str, str]] = field(default_factory=dict)
    files: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def attached(self) -> list[str]:
        """The IDs of the files that count."""
        return self.files[0][1] if self.files else []


class _NotDrawn(Exception):
    """A workspace lacks a feature that a part uses, which is known from now on: the parts must be remade."""


class Posts:
    """Posts, finds and edits through `web`.

    Args:
        pause: seconds between messages to one channel; Slack accepts one per second.
    """

    def __init__(self, web: Web, abilities: Abilities, pause: float = 1.1) -> None:
        self._web, self.abilities, self.pause = web, abilities, pause
        self._last: dict[str, float] = {}

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        """Post, or continue the post begun under `key`."""
        first, rest, files = self._parts(reply)
        found = await self._parent(channel, key)
        stands = await self._standing(channel, found) if found else _Standing(key)
        if not found:
            found = await self._send(channel, first, _metadata(key, 0, first, files))
        try:
            return await self._complete(channel, found, stands, rest, files, key, _language(reply))
        except _NotDrawn:
            return await self.edit(Posted(channel, found), reply)

    async def show(self, channel: str, reply: Reply, key: str, thread: str = "") -> Posted:
        """Post a requested reply, without looking for existing parts; all of it into the requesting thread, if any."""
        first, rest, files = self._parts(reply)
        message = await self._send(channel, first, _metadata(key, 0, first, files), thread)
        stands = _Standing(key)
        try:
            return await self._complete(channel, thread or message, stands, rest, files, key, _language(reply))
        except _NotDrawn:
            _, rest, files = self._parts(reply)
            return await self._complete(channel, thread or message, stands, rest, files, key, _language(reply))

    async def find(self, channel: str, key: str) -> Posted | None:
        """Look for a post."""
        message = await self._parent(channel, key)
        if not message:
            return None
        stands = await self._standing(channel, message)
        replies = [ts for part, (ts, _) in sorted(stands.parts.items()) if part]
        return Posted(channel, message, (*replies, *stands.attached))

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Edit `posted` to show `reply`; unchanged parts are left alone."""
        try:
            return await self._edit(posted, reply)
        except _NotDrawn:
            return await self._edit(posted, reply)

    async def _edit(self, posted: Posted, reply: Reply) -> Posted:
        first, rest, files = self._parts(reply)
        channel, message = posted.channel, posted.message
        stands = await self._standing(channel, message)
        for number, (ts, _) in sorted(stands.parts.items()):
            if number > len(rest):
                await self._delete("chat.delete", channel=channel, ts=ts)
        if stands.print != _print_of(files):
            for ts, attached in stands.files:
                for file in attached:
                    await self._delete("files.delete", file=file)
                await self._delete("chat.delete", channel=channel, ts=ts)
            stands.files.clear()
        changed = await self._complete(
            channel, message, stands, rest, files, stands.key, _language(reply), changed=True
        )
        # The parent is edited last: until then, nothing below it counts as updated.
        if stands.parts.get(0, ("", ""))[1] != _print(first) or stands.print != _print_of(files):
            await self._update(channel, message, first, _metadata(stands.key, 0, first, files))
        return changed

    async def trial(self, channel: str, text: str) -> None:
        """Do in a channel what a digest needs, and undo it at once.

        Raises Refused, Later, Unsure: what Slack does not allow, or could not do now.
        """
        sent: list[str] = []
        try:
            sent.append(await self._send(channel, {"text": text}, {}))
            sent.append(await self._send(channel, {"text": text}, {}, sent[0]))
            await self._update(channel, sent[0], {"text": text}, {})
            await self._web.ask("files.getUploadURLExternal", filename="daybrief.txt", length=1)  # nothing is uploaded
        finally:
            for ts in sent[::-1]:
                await self._delete("chat.delete", channel=channel, ts=ts)

    def _parts(self, reply: Reply) -> tuple[Payload, list[Payload], tuple[File, ...]]:
        """Return the parent, the replies in its thread, and its files; native charts replace pictures if possible."""
        if not isinstance(reply, Post):
            first, *rest = slack(reply, self.abilities.lacking)
            return first, rest, ()
        first, rest = post(reply)
        charts, files = drawn(reply.files) if CHARTS not in self.abilities.lacking else (None, reply.files)
        return first, [*rest, charts] if charts else rest, files

    async def _delete(self, method: str, **what: str) -> None:
        with contextlib.suppress(Gone):
            await self._web.tell(method, **what)

    async def _complete(
        self,
        channel: str,
        message: str,
        stands: _Standing,
        rest: Sequence[Payload],
        files: Sequence[File],
        key: str,
        language: Language | None,
        *,
        changed: bool = False,
    ) -> Posted:
        """Add the missing parts of the thread, and with `changed` update the existing ones.

        With `language`, that of a post, files that the app may not upload are named instead of holding it up for ever.
        """
        followers = []
        for number, payload in enumerate(rest, 1):
            metadata = _metadata(key, number, payload)
            ts, contents = stands.parts.get(number, ("", ""))
            if not ts:
                ts = await self._send(channel, payload, metadata, message)
                stands.parts[number] = (ts, _print(payload))
            elif changed and contents != _print(payload):
                await self._update(channel, ts, payload, metadata)
            followers.append(ts)
        if files and not stands.files:
            await self._wait_for_turn(channel)
            try:
                stands.files.append(("", await self._web.upload(channel, message, files)))
            except LacksScope as lacking:
                if not language:
                    raise
                _LOG.warning("a post goes without its files: %s", lacking)
                number = len(rest) + 1
                if number not in stands.parts:
                    (payload,) = slack(Note(tell("slack.no_files", language)))
                    followers.append(await self._send(channel, payload, _metadata(key, number, payload), message))
        return Posted(channel, message, (*followers, *stands.attached))

    async def _send(self, channel: str, payload: Payload, metadata: Json, message: str = "") -> str:
        await self._wait_for_turn(channel)
        where = {"channel": channel} | ({"thread_ts": message} if message else {})
        try:
            sent = await self._web.tell("chat.postMessage", **where, **payload, **QUIET, **metadata)
        except Unfit as unfit:
            if newer := newer_in(payload):
                self.abilities.lose(newer, unfit)
                raise _NotDrawn from None
            # Better unformatted than not at all.
            sent = await self._web.tell("chat.postMessage", **where, text=payload["text"], **QUIET, **metadata)
        return str(sent["ts"])

    async def _update(self, channel: str, ts: str, payload: Payload, metadata: Json) -> None:
        await self._wait_for_turn(channel)
        await self._web.tell("chat.update", channel=channel, ts=ts, **payload, **metadata)

    async def _wait_for_turn(self, channel: str) -> None:
        now = time.monotonic()
        turn = max(now, self._last.get(channel, 0.0) + self.pause)
        self._last[channel] = turn
        if turn > now:
            await asyncio.sleep(turn - now)

    async def _parent(self, channel: str, key: str) -> str:
        """Return a post's parent message, or an empty string if there is none."""
        newest = 0.0
        async for message in self._pages("conversations.history", channel=channel):
            newest = newest or float(message["ts"])
            if float(message["ts"]) < newest - LOOK_BACK:
                break
            said = _said(message)
            if said.get("key") == key and not said.get("part"):
                return str(message["ts"])
        return ""

    async def _standing(self, channel: str, message: str) -> _Standing:
        """Read a thread; its parent comes first."""
        found = _Standing()
        us: tuple[object, object] = ("", "")
        async for one in self._pages("conversations.replies", channel=channel, ts=message):
            ts, said = str(one["ts"]), _said(one)
            if ts == message:
                us = (one.get("bot_id"), one.get("user"))
                found.key, found.print = str(said.get("key", "")), str(said.get("files", ""))
            if said:
                found.parts.setdefault(int(said["part"]), (ts, str(said.get("contents", ""))))
            elif one.get("bot_id", us[0]) == us[0] and one.get("user") == us[1]:  # a shared file may have no bot_id
                attached = [str(file["id"]) for file in one.get("files") or []]
                found.files += [(ts, attached)] if attached else []
        return found

    async def _pages(self, method: str, **arguments: str) -> AsyncIterator[Json]:
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = await self._web.ask(method, **arguments, **more, limit=_PAGE, include_all_metadata="true")
            for message in page.get("messages", []):
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return


def _language(reply: Reply) -> Language | None:
    """Return the language of a post; None for another reply, whose reader is told by an error."""
    match reply:
        case DigestPost(outline):
            return outline.digest.language
        case ReviewPost(told):
            return told.made.language
    return None


def _metadata(key: str, part: int, payload: Payload, files: Sequence[File] = ()) -> Json:
    said = {"key": key, "part": part, "contents": _print(payload)}
    return {"metadata": {"event_type": EVENT, "event_payload": said | ({"files": _print_of(files)} if files else {})}}


def _said(message: Mapping[str, Json]) -> Json:
    metadata = message.get("metadata") or {}
    ours = metadata.get("event_type") == EVENT and message.get("bot_id")
    return dict(metadata.get("event_payload") or {}) if ours else {}


def _print(contents: object) -> str:
    """Return a short fingerprint of contents."""
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()[:12]


def _print_of(files: Sequence[File]) -> str:
    """Return a short fingerprint of files; empty for none."""
    return (
        _print([(file.name, file.title, hashlib.sha256(file.content).hexdigest()) for file in files]) if files else ""
    )
