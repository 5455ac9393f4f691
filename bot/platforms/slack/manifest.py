"""The manifest of the Slack app, generated from the table of commands; `daybrief slack-manifest` prints it.

slack-manifest.yaml is the one for Socket Mode. https://docs.slack.dev/reference/app-manifest
"""

from typing import Any
from urllib.parse import urlsplit

from analysis.errors import BadInput
from bot.commands.registry import verbs
from formatters.slack.blocks import ACTION

COMMAND = "/digest"
PATH, INSTALL, FINISH = "/slack/events", "/slack/install", "/slack/oauth_redirect"

SCOPES = {
    "app_mentions:read": "to hear @Daybrief",
    "channels:history": "to find its own post when an answer from Slack was lost, so that nothing is posted twice",
    "channels:read": "to know who created a channel (they may set up its digest), and which channels' digests a person may see",
    "chat:write": "to post",
    "commands": "for /digest and the message shortcut",
    "files:read": "to read the uses.toml that somebody sends it",
    "files:write": "to attach charts and the full report to a digest",
    "groups:history": "like channels:history, in private channels it was invited to",
    "groups:read": "like channels:read, in private channels it was invited to",
    "im:history": "to receive direct messages, and to find its own posts there",
    "im:write": "to send direct messages to people who subscribed",
    "users:read": "to know a person's language, time zone and whether they are an administrator",
}
"""The scopes the bot cannot do without, and the reason for each."""

AGENT = {"assistant:write": "to suggest questions at the start of a conversation"}
LINKS = {
    "links:read": "to notice links to its archive",
    "links:write": "to show previews of such links",
}
"""Optional scopes; `LINKS` are requested only if there is an archive."""

EVENTS = ("app_home_opened", "app_mention", "message.im", "agent_session_stopped")
LEAVING = ("app_uninstalled", "tokens_revoked")
"""Also subscribed to in HTTP mode, where the app may be in several workspaces."""

_ASKED = (
    ("What landed yesterday?", "yesterday"),
    ("The last seven days", "week"),
    ("What can you do?", "help"),
)
"""Titles and messages of the prompts suggested before the reader is known."""


def scopes(*, links: bool) -> dict[str, str]:
    """Return the scopes and their reasons; with `links`, those for previews of archive links too."""
    return SCOPES | AGENT | (LINKS if links else {})


def manifest(address: str = "", archive: str = "") -> str:
    """Return the manifest as YAML.

    `address` is where Slack reaches the bot, empty for Socket Mode; `archive` where readers reach the archive, empty if there is none.

    Raises:
        BadInput: one of them is not an address of that kind.
    """
    import yaml

    for value, schemes in ((address, {"https"}), (archive, {"https", "http"})):
        if value and not (urlsplit(value).scheme in schemes and urlsplit(value).hostname):
            raise BadInput(f"{value!r} is not an address such as https://daybrief.example.com.")

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
        "description": "Show the commit or pull request the message mentions",
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
                    "Ask what landed on the repositories you depend on: on a day, in an area, between two versions, one "
                    "commit in detail, or a question in your own words."
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
    return f"# Generated by `daybrief slack-manifest`.\n{text}"
