"""The agent experience: the status below a thread, and suggested prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servers.slack_api import Args, method
from servers.slack_problems import Problems
from servers.slack_world import Channel, SlackError, bad_arguments

if TYPE_CHECKING:
    from servers.chat import Json
    from servers.slack import FakeSlack

MAX_PROMPTS = 4
MAX_LOADING_MESSAGES = 10


def _channel(slack: FakeSlack, args: Args) -> Channel:
    channel = slack.channels.get(str(args.get("channel_id")))
    if channel is None or (channel.is_private and slack.bot.id not in channel.members):
        raise SlackError("channel_not_found")
    return channel


@method("assistant.threads.setStatus", scope="chat:write", per_minute=600)
async def set_status(slack: FakeSlack, args: Args) -> Json:
    args.only("channel_id", "thread_ts", "status", "loading_messages")
    args.need("channel_id", "thread_ts")
    channel, ts = _channel(slack, args), str(args["thread_ts"])
    if slack.find(channel.id, ts) is None:
        raise SlackError("invalid_thread_ts")
    if not isinstance(args.get("status"), str):
        raise bad_arguments("missing required field: status")
    problems = Problems()
    if args.get("loading_messages") is not None:
        problems.strings(("loading_messages",), args["loading_messages"], 1000, items=MAX_LOADING_MESSAGES)
    if problems.lines:
        raise bad_arguments(*problems.lines)
    slack.statuses.append((channel.id, ts, args["status"], args.get("loading_messages") or []))
    slack.changed.fire()
    return {}


@method("assistant.threads.setSuggestedPrompts", scope="assistant:write")
async def set_suggested_prompts(slack: FakeSlack, args: Args) -> Json:
    """For an agent without a thread: with one, the call of an agent "silently fails"."""
    args.only("channel_id", "thread_ts", "title", "prompts")
    if not slack.is_agent:
        raise SlackError("not_agent_app")
    args.need("channel_id")
    channel = _channel(slack, args)
    problems = Problems()
    problems.length(("title",), args.get("title"), 1000)
    for index, prompt in enumerate(problems.count(("prompts",), args.get("prompts"), MAX_PROMPTS)):
        for key in ("title", "message"):
            problems.length(("prompts", index, key), prompt.get(key), 4000, required=True)
        problems.keys(("prompts", index), prompt, {"title", "message"})
    if problems.lines:
        raise bad_arguments(*problems.lines)
    if not args.get("thread_ts"):
        slack.prompts[channel.id] = {"title": args.get("title") or "", "prompts": args["prompts"]}
    slack.changed.fire()
    return {}
