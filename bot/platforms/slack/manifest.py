"""The manifest of the Slack app: what Slack must know to make it, written from the table of commands.

`python -m bot.platforms.slack.manifest` writes it for Socket Mode (that is slack-manifest.yaml), with the address of
`daybrief serve` behind it (`https://daybrief.example.com`) for HTTP mode. https://docs.slack.dev/reference/app-manifest
"""

import sys
from typing import Any

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

EVENTS = ("app_home_opened", "app_mention", "message.im")
LEAVING = ("app_uninstalled", "tokens_revoked")
"""Heard beside them in HTTP mode, where the app may be in several workspaces."""


def manifest(address: str = "") -> str:
    """Return the manifest as YAML; `address` is where Slack reaches us, empty for Socket Mode."""
    import yaml

    url = {"url": f"{address.rstrip('/')}{PATH}"} if address else {}
    request_url = {"request_url": url["url"]} if url else {}
    options_url = {"message_menu_options_url": url["url"]} if url else {}
    redirect = {"redirect_urls": [f"{address.rstrip('/')}{FINISH}"]} if address else {}
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
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Daybrief", "always_online": True},
            "shortcuts": [shortcut],
            "slash_commands": [command],
        },
        "oauth_config": {**redirect, "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": [*EVENTS, *(LEAVING if address else ())]},
            "interactivity": {"is_enabled": True, **request_url, **options_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not address,
            "token_rotation_enabled": False,
        },
    }
    text = yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=120)
    for scope, why in SCOPES.items():
        text = text.replace(f"- {scope}\n", f"- {scope}  # {why}\n")
    return f"# Written by `python -m bot.platforms.slack.manifest`.\n{text}"


if __name__ == "__main__":
    sys.stdout.write(manifest(*sys.argv[1:2]))
