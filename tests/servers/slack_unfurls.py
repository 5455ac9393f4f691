"""Links: chat.unfurl, and which links are the app's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from servers.slack_api import Args, method
from servers.slack_problems import Path, Problems
from servers.slack_rules import check_blocks
from servers.slack_world import SharedLink, SlackError, invalid

if TYPE_CHECKING:
    from servers.chat import Json
    from servers.slack import FakeSlack

SOURCES = ("composer", "conversations_history")
#: Keys of an unfurl: blocks, or an attachment of the older kind.
UNFURL_KEYS = {
    *("blocks", "preview", "hide_color", "color", "fallback", "pretext", "author_name", "author_link"),
    *("author_icon", "title", "title_link", "text", "fields", "image_url", "thumb_url", "footer", "footer_icon"),
    *("ts", "mrkdwn_in", "actions", "callback_id", "service_name"),
}


def urls_in(text: str) -> list[str]:
    """The links of a message's text, bare or in Slack's angle brackets."""
    found = re.findall(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>|(https?://[^\s<>|]+)", text)
    return [bracketed or bare for bracketed, bare in found]


def domain_of(url: str, registered: set[str]) -> str | None:
    """The registered domain the URL belongs to, itself or as a sub-domain."""
    host = (urlsplit(url).hostname or "").lower()
    return next((one for one in sorted(registered) if host == one or host.endswith(f".{one}")), None)


def _check(unfurl: Any, base: Path) -> list[str]:
    problems = Problems()
    if not isinstance(unfurl, dict):
        problems.add(base, "must provide an object")
        return problems.lines
    problems.keys(base, unfurl, UNFURL_KEYS)
    if unfurl.get("blocks") is not None:
        blocks = problems.count((*base, "blocks"), unfurl["blocks"], 50)
        problems.lines += check_blocks(blocks, base=(*base, "blocks"))
    return problems.lines


def _shared(slack: FakeSlack, args: Args) -> SharedLink:
    """The link event that the call answers, by message or by unfurl id."""
    by_message, by_id = ("channel", "ts"), ("unfurl_id", "source")
    pair = by_id if any(args.get(key) for key in by_id) and not args.get("channel") else by_message
    for key in pair:
        if not args.get(key):
            raise SlackError(f"missing_{key}")
    if pair is by_id:
        if args["source"] not in SOURCES:
            raise SlackError("invalid_source")
        found = [one for one in slack.shared_links if one.unfurl_id == args["unfurl_id"]]
        if not found or found[-1].source != args["source"]:
            raise SlackError("invalid_unfurl_id")
        return found[-1]
    channel = slack.channels.get(str(args["channel"]))
    if channel is None:
        raise SlackError("cannot_find_channel")
    if slack.find(channel.id, str(args["ts"])) is None:
        raise SlackError("cannot_find_message")
    found = [one for one in slack.shared_links if (one.channel, one.ts) == (channel.id, args["ts"])]
    if not found:
        raise SlackError("cannot_unfurl_url")  # no link_shared event told the app of it
    return found[-1]


@method("chat.unfurl", scope="links:write", per_minute=50)
async def unfurl(slack: FakeSlack, args: Args) -> Json:
    args.only("channel", "ts", "source", "unfurl_id", "unfurls")
    link, unfurls = _shared(slack, args), args.get("unfurls")
    if "unfurls" in args.undecodable or (unfurls is not None and not isinstance(unfurls, dict)):
        raise SlackError("invalid_unfurls_format")
    lines = [line for url, one in (unfurls or {}).items() for line in _check(one, ("unfurls", url))]
    if lines:
        raise invalid("cannot_parse_attachment", lines)
    if not unfurls:
        raise SlackError("missing_unfurls")
    for url in unfurls:
        if url not in link.urls:
            raise SlackError("cannot_unfurl_message")
        if domain_of(url, slack.unfurl_domains) is None:
            raise SlackError("cannot_unfurl_url")
    link.unfurls |= unfurls
    slack.changed.fire()
    return {}
