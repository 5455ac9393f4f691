"""Streamed messages: chat.startStream, chat.appendStream, chat.stopStream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servers import slack_rules as rules
from servers.slack_api import Args, method
from servers.slack_chunks import DISPLAY_MODES, Stream, check_chunks
from servers.slack_world import SlackError, bad_arguments, invalid

if TYPE_CHECKING:
    from servers.chat import Json
    from servers.slack import FakeSlack
    from servers.slack_world import StoredMessage

SESSION_STATES = ("active", "processing", "suspended", "closed")


def _content(args: Args) -> tuple[str | None, list[Json] | None]:
    """The new content of a call; at most one of the two kinds."""
    text, chunks = args.get("markdown_text"), args.get("chunks")
    if text and chunks:
        raise SlackError("cannot_provide_both_markdown_text_and_chunks")
    if text is not None and not isinstance(text, str):
        raise bad_arguments("must provide a string [json-pointer:/markdown_text]")
    if text and len(text) > rules.MAX_MARKDOWN:
        raise SlackError("msg_too_long")  # the error is guessed; the limit is documented
    if "chunks" in args.undecodable:
        raise invalid("invalid_chunks", ["must provide an array of objects [json-pointer:/chunks]"])
    if chunks is not None:
        lines = check_chunks(chunks)
        if lines:
            raise invalid("invalid_chunks", lines)
    return text or None, chunks or None


def _take(stream: Stream, text: str | None, chunks: list[Json] | None) -> None:
    if text is None and chunks is None:
        return
    if stream.uses_chunks not in (None, chunks is not None):
        raise SlackError("streaming_mode_mismatch")
    if sum(len(chunk["blocks"]) for chunk in chunks or [] if chunk["type"] == "blocks") + len(stream.blocks) > 50:
        raise SlackError("msg_blocks_too_many")
    stream.uses_chunks = chunks is not None
    stream.add(text, chunks)


@method("chat.startStream", scope="chat:write", per_minute=20)
async def start_stream(slack: FakeSlack, args: Args) -> Json:
    recipient = ("recipient_user_id", "recipient_team_id")
    args.only("channel", "thread_ts", "markdown_text", "chunks", "task_display_mode", *recipient)
    channel = slack.writable(args)
    args.need("thread_ts")
    if slack.find(channel.id, str(args["thread_ts"])) is None:
        raise SlackError("thread_not_found")  # as for chat.postMessage: stricter than documented
    if not channel.is_im:
        for key in recipient:
            if not args.get(key):
                raise SlackError(f"missing_{key}")
    if args.get("recipient_user_id") and args["recipient_user_id"] not in slack.users:
        raise SlackError("user_not_found")
    if args.get("recipient_team_id") and args["recipient_team_id"] != slack.team_id:
        raise SlackError("team_not_found")
    mode = args.get("task_display_mode") or "timeline"
    if mode not in DISPLAY_MODES:
        raise bad_arguments(f"must be a valid enum value: {mode} [json-pointer:/task_display_mode]")
    text, chunks = _content(args)
    stream = Stream(slack.clock.now(), mode)
    _take(stream, text, chunks)
    message = slack.store({**stream.message(), "thread_ts": args["thread_ts"]}, channel.id, slack.bot.id)
    message.stream = stream
    _show(slack, message)
    return {"channel": channel.id, "ts": message.ts}


def _streaming(slack: FakeSlack, args: Args) -> tuple[StoredMessage, Stream]:
    channel = slack.writable(args)
    args.need("ts")
    message = slack.find(channel.id, str(args["ts"]))
    if message is None:
        raise SlackError("message_not_found")
    if message.data["user"] != slack.bot.id:
        raise SlackError("message_not_owned_by_app")
    stream = message.stream
    if stream is None:
        raise SlackError("message_not_in_streaming_state")
    if stream.state == "in_progress" and slack.clock.now() - stream.started_at > slack.stream_lifetime:
        stream.state = "completed"
        _show(slack, message)
    if stream.state == "completed":
        raise SlackError("message_not_in_streaming_state")
    return message, stream


@method("chat.appendStream", scope="chat:write")
async def append_stream(slack: FakeSlack, args: Args) -> Json:
    args.only("channel", "ts", "markdown_text", "chunks")
    message, stream = _streaming(slack, args)
    if stream.state == "stopped":
        raise SlackError("stopped_by_user")
    text, chunks = _content(args)
    if text is None and chunks is None:
        raise SlackError("markdown_text_or_chunks_required")
    _take(stream, text, chunks)
    _show(slack, message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.stopStream", scope="chat:write", per_minute=20)
async def stop_stream(slack: FakeSlack, args: Args) -> Json:
    args.only("channel", "ts", "markdown_text", "chunks", "blocks", "session_status")
    message, stream = _streaming(slack, args)
    if "blocks" in args.undecodable:
        raise SlackError("invalid_blocks_format")
    blocks = args.get("blocks") or []
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    if len(blocks) > rules.MAX_BLOCKS["message"]:
        raise SlackError("msg_blocks_too_many")
    lines = rules.check_blocks(blocks)
    if lines:
        raise invalid("invalid_blocks", lines)
    status = args.get("session_status") or "active"
    if status not in SESSION_STATES:
        raise SlackError("invalid_status")  # guessed, after agents.sessions.setStatus
    text, chunks = _content(args)
    if stream.state == "stopped" and (text or chunks):
        raise SlackError("stopped_by_user")  # guessed for stopStream, documented for appendStream
    _take(stream, text, chunks)
    if not any((stream.text, stream.tasks, stream.blocks, blocks)):
        raise SlackError("no_text")
    stream.state = "completed"
    _show(slack, message, blocks)
    return {"channel": message.channel, "ts": message.ts, "message": message.data}


def _show(slack: FakeSlack, message: StoredMessage, final_blocks: list[Json] | None = None) -> None:
    """Bring the stored message up to date with its stream."""
    assert message.stream is not None
    state = "in_progress" if message.stream.state == "in_progress" else "completed"
    message.data |= {**message.stream.message(final_blocks), "streaming_state": state}
    slack.name_blocks(message.data)
    slack.changed.fire()
