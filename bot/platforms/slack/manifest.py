"""The manifest of the Slack app: what Slack must know to make it, written from the table of commands.

`python -m bot.platforms.slack.manifest` writes it for Socket Mode (that is slack-manifest.yaml), with the address of
`daybrief serve` behind it (`https://daybrief.example.com`) for HTTP mode; `--archive` names the archive, whose links are
then shown with what they lead to. https://docs.slack.dev/reference/app-manifest
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.commands.registry import verbs
from formatters.slack.blocks import ACTION

COMMAND = "/digest"
PATH, INSTALL, FINISH = "/slack/events", "/slack/install", "/slack/oauth_redirect"

SCOPES = {
    "app_mentions:read": "to hear @Daybrief",
    "channels:history": "to find its own post after a lost reply, before anything is posted again",
    "channels:read": "to know who made a channel (they may set up its digest), and whose digests a person may see",
    "chat:write": "to post",
    "commands": "for /digest and the shortcut on messages",
    "files:read": "to read the file of what somebody uses, which they send it",
    "files:write": "for the pictures and the full report below a digest",
    "groups:history": "as channels:history, in private channels it was invited to",
    "groups:read": "as channels:read, in private channels it was invited to",
    "im:history": "to hear direct messages, and to find its own there",
    "im:write": "to begin a direct message to somebody who subscribed",
    "users:read": "to know a person's language, time zone and whether they are an administrator",
}
"""What the bot may do, and why."""

AGENT = {"assistant:write": "to suggest questions where a conversation with it begins"}
LINKS = {
    "links:read": "to hear of links to its archive",
    "links:write": "to show below a message what such a link leads to",
}
"""What it can do without; `LINKS` only where there is an archive."""

EVENTS = ("app_home_opened", "app_mention", "message.im", "agent_session_stopped")
LEAVING = ("app_uninstalled", "tokens_revoked")
"""Heard beside them in HTTP mode, where the app may be in several workspaces."""

_ASKED = (
    ("What landed yesterday?", "yesterday"),
    ("The last seven days", "week"),
    ("What can you do?", "help"),
)
"""Titles and messages that are suggested until it is known who reads."""


def scopes(*, links: bool) -> dict[str, str]:
    """Return all that the bot may do, and why; with `links` also what links to the archive take."""
    return SCOPES | AGENT | (LINKS if links else {})


def manifest(address: str = "", archive: str = "") -> str:
    """Return the manifest as YAML.

    `address` is where Slack reaches us, empty for Socket Mode; `archive` where readers reach the archive, empty for nowhere.
    """
    import yaml

    url = {"url": f"{address.rstrip('/')}{PATH}"} if address else {}
    request_url = {"request_url": url["url"]} if url else {}
    options_url = {"message_menu_options_url": url["url"]} if url else {}
    redirect = {"redirect_urls": [f"{address.rstrip('/')}{FINISH}"]} if address else {}
    granted = scopes(links=bool(archive))
    domains = {"unfurl_domains": [urlsplit(archive).hostname]} if archive else {}
    events = [*EVENTS, *(["link_shared"] if archive else []), *(LEAVING if address else ())]
    command = {
        "command": COMMAND,
        "description": "What landed on the repositories you depend on",
        "usage_hint": " | ".join(verb.name for verb in verbs()),
        "should_escape": False,
        **url,
    }
    shortcut = {
        "name": "Show this commit",
        "type": "message",
        "callback_id": ACTION,
        "description": "Show the commit or pull request that the message names",
    }
    made: dict[str, Any] = {
        "display_information": {
            "name": "Daybrief",
            "description": "Each morning, what landed yesterday on the repositories you depend on",
            "background_color": "#1d3557",
        },
        "features": {
            "agent_view": {
                "agent_description": (
                    "Answers what landed on the repositories you depend on: a day, a commit, an area, what lies between "
                    "two versions, or a question in your own words."
                ),
                "suggested_prompts": [{"title": title, "message": message} for title, message in _ASKED],
            },
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Daybrief", "always_online": True},
            "shortcuts": [shortcut],
            "slash_commands": [command],
            **domains,
        },
        "oauth_config": {**redirect, "scopes": {"bot": list(granted)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": events},
            "interactivity": {"is_enabled": True, **request_url, **options_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not address,
            "token_rotation_enabled": False,
        },
    }
    text = yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=120)
    for scope, why in granted.items():
        text = text.replace(f"- {scope}\n", f"- {scope}  # {why}\n")
    return f"# Written by `python -m bot.platforms.slack.manifest`.\n{text}"


def main(arguments: Sequence[str]) -> str:
    """Return the manifest that the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.platforms.slack.manifest", description="Write the app manifest."
    )
    parser.add_argument(
        "address", nargs="?", default="", help="where Slack reaches `daybrief serve`; default: Socket Mode"
    )
    parser.add_argument("--archive", default="", help="where readers reach the archive, to preview its links")
    given = parser.parse_args(arguments)
    for value, schemes in ((given.address, {"https"}), (given.archive, {"https", "http"})):
        if value and not (urlsplit(value).scheme in schemes and urlsplit(value).hostname):
            parser.error(f"{value!r} is no address such as https://daybrief.example.com")
    return manifest(given.address, given.archive)


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]))
