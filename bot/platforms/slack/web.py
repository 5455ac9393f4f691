"""The calls of Slack's Web API, and what its errors mean; knows no SDK."""

from collections.abc import Sequence
from typing import Any, Protocol

from bot.port.platform import Later, Refused, Unsure
from formatters.reply import File

Json = dict[str, Any]

_CHANNEL = {
    "channel_not_found", "is_archived", "not_in_channel", "restricted_action", "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel", "restricted_action_read_only_channel", "posting_to_channel_denied",
    "cannot_reply_to_message", "edit_window_closed", "cant_update_message", "user_not_found", "user_disabled",
    "user_not_visible", "cannot_dm_bot", "messages_tab_disabled", "team_access_not_granted", "ekm_access_denied",
}  # fmt: skip
_GONE = {"message_not_found", "thread_not_found", "file_not_found", "file_deleted"}
"""Each has its own sentence, `refused.ERROR`."""
_TOKEN = {
    "invalid_auth": "it is not valid",
    "not_authed": "none was sent",
    "token_revoked": "it was revoked",
    "token_expired": "it has expired",
    "account_inactive": "it belongs to a person or workspace that no longer exists",
    "not_allowed_token_type": "it is of the wrong kind",
    "org_login_required": "the workspace is being moved to another organisation",
    "app_uninstalled": "the app was removed from the workspace",
}

_UNKNOWN_OUTCOME = {"internal_error", "fatal_error"}  # "it's possible some aspect of the operation succeeded"
_UNFIT = {"invalid_blocks", "invalid_blocks_format", "invalid_chunks", "msg_blocks_too_long", "msg_too_long"}
_LACKING = {
    "unknown_method", "not_agent_app", "feature_disabled", "feature_not_enabled",
    "channel_type_not_supported",
}  # fmt: skip
_STOPPED, _OVER = "stopped_by_user", "message_not_in_streaming_state"

_SOON, _LATER = 15.0, 300.0
_MANY_REQUESTS, _SERVER_ERROR = 429, 500


class BadToken(Later):
    """Slack refuses a token: nothing works until it is replaced."""


class Gone(Refused):
    """What was to be edited no longer exists."""


class Lacking(Later):
    """The workspace, or the app in it, lacks this feature."""


class LacksScope(Lacking):
    """The app lacks a scope: only reinstalling it helps."""


class Unfit(Later):
    """Slack rejects a message's content: retrying it unchanged is pointless."""


class Ended(Later):
    """A message is no longer streamed: its time is over, or its reader has stopped it (`is_stopped`)."""

    def __init__(self, text: str, *, is_stopped: bool) -> None:
        super().__init__(text, _LATER)
        self.is_stopped = is_stopped


class Web(Protocol):
    """Slack's Web API. All methods raise Refused or Later; those that change something, Unsure if a reply is lost."""

    async def ask(self, method: str, **arguments: Any) -> Json:
        """Call a method that only reads."""

    async def tell(self, method: str, **arguments: Any) -> Json:
        """Call a method that changes something."""

    async def upload(self, channel: str, thread: str, files: Sequence[File]) -> list[str]:
        """Share files in a thread, in one message, and return their IDs."""

    async def download(self, url: str) -> bytes:
        """Fetch a file that someone shared; of a large one only its beginning."""

    async def respond(self, url: str, body: Json) -> bool:
        """Answer through a response URL; False if it accepts no more answers, or not this one."""

    async def scopes(self) -> set[str]:
        """Check the token, and return its scopes; empty if Slack does not report them."""


def trouble(method: str, status: int, error: str, wait: float, *, changes: bool) -> Exception:
    """Return the exception for a refusal.

    `error` is Slack's own code, such as `is_archived`, or empty; `wait` the seconds it demands, or 0; with `changes`
    the method changes something, so that calling it twice matters.
    """
    if status == _MANY_REQUESTS or error in {"ratelimited", "rate_limited"}:
        return Later(f"Slack asks for fewer calls of {method}", wait or _SOON)
    if named := _named(method, error):
        return named
    if status >= _SERVER_ERROR or error in _UNKNOWN_OUTCOME:
        return lost(method, error or f"status {status}", changes=changes)
    return Later(f"Slack refuses {method} ({error or f'status {status}'})", _SOON if not error else _LATER)


def _named(method: str, error: str) -> Exception | None:
    """Return the exception for one of the errors listed here."""
    if error in _CHANNEL | _GONE:
        return Gone(f"refused.{error}") if error in _GONE else Refused(f"refused.{error}")
    if error in _TOKEN:
        return BadToken(f"Slack refuses Daybrief's token: {_TOKEN[error]}", _LATER)
    if error == "missing_scope":
        return LacksScope(
            f"the Slack app lacks a permission for {method}: update its manifest (`daybrief slack-manifest`) and reinstall it",
            _LATER,
        )
    if error in _LACKING:
        return Lacking(f"Slack has no {method} here ({error})", _LATER)
    if error in {_STOPPED, _OVER}:
        return Ended(f"Slack ended the message ({error})", is_stopped=error == _STOPPED)
    if error in _UNFIT:
        return Unfit(f"Slack does not accept the message ({error})", _LATER)
    return None


def lost(method: str, why: str, *, changes: bool) -> Exception:
    """Return the exception for a call without an answer."""
    text = f"Slack did not answer {method} ({why})"
    return Unsure(text) if changes else Later(text, _SOON)
