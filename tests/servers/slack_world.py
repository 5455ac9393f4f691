"""What there is in the fake Slack: people, channels, messages, views, files; and its refusals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from servers import slack_rules as rules
from servers.chat import Json, Reply
from servers.slack_chunks import Stream


class SlackError(Exception):
    """An ``ok: false`` answer."""

    def __init__(
        self, error: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(error)
        self.reply = Reply({"ok": False, "error": error, **extra}, status, dict(headers or {}))


def invalid(error: str, lines: Sequence[str]) -> SlackError:
    """``invalid_blocks`` and its like, with the reasons where the client library looks for them."""
    messages = [f"[ERROR] {line}" for line in lines]
    return SlackError(error, errors=list(lines), response_metadata={"messages": messages})


def bad_arguments(*lines: str) -> SlackError:
    return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {line}" for line in lines]})


# -- the world ---------------------------------------------------------------------------------


@dataclass(slots=True)
class User:
    id: str
    name: str
    real_name: str
    email: str
    is_bot: bool = False
    tz: str = "Europe/Berlin"
    locale: str = "en-US"
    is_admin: bool = False
    team: str = ""
    """Of somebody from another workspace, in a shared channel."""

    def payload(self, team_id: str) -> Json:
        profile = {"real_name": self.real_name, "display_name": self.name, "email": self.email}
        return {
            "id": self.id,
            "team_id": self.team or team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": False,
            "is_bot": self.is_bot,
            "is_admin": self.is_admin,
            "is_owner": False,
            "tz": self.tz,
            "tz_offset": 3600,
            "profile": profile,
        }


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    members: set[str] = field(default_factory=set)
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    topic: str = ""
    creator: str = ""
    restricted: str = ""
    """Slack's own word for what may not be posted here, such as ``restricted_action``."""

    def payload(self, viewer: str) -> Json:
        if self.is_im:
            other = next(iter(self.members - {viewer}), viewer)
            return {"id": self.id, "is_im": True, "user": other, "is_archived": False, "created": 1_700_000_000}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_archived": self.is_archived,
            "is_member": viewer in self.members,
            "is_general": self.name == "general",
            "created": 1_700_000_000,
            "creator": self.creator,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


@dataclass(slots=True)
class StoredMessage:
    data: Json
    """The message as ``conversations.history`` would return it."""
    channel: str
    earlier: list[Json] = field(default_factory=list)
    """Previous versions, oldest first."""
    deleted: bool = False
    only_for: str | None = None
    """The user who alone sees an ephemeral message."""
    stream: Stream | None = None
    """Its parts, where it is or was streamed."""

    @property
    def ts(self) -> str:
        return str(self.data["ts"])

    @property
    def thread_ts(self) -> str | None:
        return self.data.get("thread_ts")

    @property
    def blocks(self) -> list[Json]:
        return list(self.data.get("blocks") or [])

    @property
    def text(self) -> str:
        """The fallback text and every text in the blocks."""
        return "\n".join(part for part in (self.data.get("text") or "", rules.visible_text(self.blocks)) if part)

    def element(self, action_id: str) -> tuple[Json, Json]:
        for block, element in rules.interactive_elements(self.blocks):
            if element.get("action_id") == action_id:
                return block, element
        raise AssertionError(f"message {self.ts} has no element with action_id {action_id!r}")


@dataclass(slots=True)
class SharedLink:
    """Links of which a ``link_shared`` event told the app."""

    unfurl_id: str
    source: str
    urls: list[str]
    channel: str
    ts: str
    unfurls: dict[str, Json] = field(default_factory=dict)


@dataclass(slots=True)
class View:
    data: Json
    user: str
    open: bool = True

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def text(self) -> str:
        return rules.visible_text(self.data["blocks"])


@dataclass(slots=True)
class StoredFile:
    id: str
    filename: str
    length: int
    alternative: str = ""
    data: bytes | None = None
    title: str = ""
    channels: list[str] = field(default_factory=list)
    deleted: bool = False

    def payload(self, origin: str) -> Json:
        return {
            "id": self.id,
            "name": self.filename,
            "title": self.title or self.filename,
            "size": self.length,
            "mimetype": "text/plain",
            "filetype": self.filename.rpartition(".")[2],
            "url_private": f"{origin}/files/{self.id}",
            "url_private_download": f"{origin}/files/{self.id}",
            "permalink": f"{origin}/files/{self.id}",
            "alt_txt": self.alternative,
            "channels": self.channels,
        }
