"""Parses Slack's payloads into commands; knows no SDK and makes no calls."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from analysis.i18n.language import Language
from analysis.i18n.language import language_of as language_named
from bot.commands.references import first_reference
from bot.port.command import Command
from formatters.slack.blocks import ACTION
from formatters.slack.views import form_values

Body = Mapping[str, Any]

HOME, USES, PROMPTS, PREVIEW, STOP = "home", "uses", "prompts", "preview", "stop"
"""The commands behind the Home tab, a file that is sent, the Messages tab, links that are shared, and the stop button."""

_MESSAGES = "messages"
"""The tab of conversations; opening it starts one. https://docs.slack.dev/reference/events/app_home_opened"""

_WITH_FILE = "file_share"

_LINK = re.compile(r"<(?:https?|mailto):[^|>\s]+(?:\|[^>]*)?>")
_ADDED = ("http://", "mailto:")
"""What Slack prefixes to a name that it takes for a URL: `<http://foo.py|foo.py>`."""
_CHANNEL = re.compile(r"<#(\w+)(?:\|[^>]*)?>")
_MOST_WORDS = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """A request before it is known who made it; the fields are those of `Request` and `Origin`."""

    command: str | Command
    workspace: str
    user: str
    channel: str = ""
    thread: str = ""
    values: dict[str, str] = field(default_factory=dict)
    response_url: str = ""
    trigger: str = ""
    message: str = ""
    view: Body | None = None
    is_control: bool = False
    file: Body | None = None
    links: tuple[str, ...] = ()


def parsed(text: str, *, is_json: bool) -> dict[str, Any]:
    """Parse the body of a request: JSON, or a form that may contain JSON. Raises ValueError for anything else."""
    if is_json:
        found = json.loads(text)
    else:
        fields = dict(parse_qsl(text, keep_blank_values=True))
        found = json.loads(fields["payload"]) if "payload" in fields else fields
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 - what was sent is wrong, not how we call
    return found


def of_command(body: Body) -> Asked:
    """Parse a slash command."""
    return Asked(
        command=plain(str(body.get("text", ""))) or "help",
        workspace=str(body.get("team_id", "")),
        user=str(body["user_id"]),
        channel=str(body["channel_id"]),
        response_url=str(body.get("response_url", "")),
        trigger=str(body.get("trigger_id", "")),
    )


def of_message(body: Body) -> Asked | None:
    """Parse a mention, or a direct message; None for messages not meant for us."""
    event = body["event"]
    is_mention = event.get("type") == "app_mention"
    if event.get("bot_id") or event.get("subtype", _WITH_FILE) != _WITH_FILE or not event.get("user"):
        return None
    if not is_mention and event.get("channel_type") != "im":
        return None
    text = plain(_behind_mention(body))
    file = next(iter(event.get("files") or []), None)
    return Asked(
        command=USES if file else text or "help",
        workspace=str(body.get("team_id", "")),
        user=str(event["user"]),
        channel=str(event["channel"]),
        thread=str(event.get("thread_ts", "")),
        message=str(event["ts"]),
        file=file,
    )


def of_home(body: Body) -> Asked | None:
    """Parse the opening of the Home tab or the Messages tab; None for another tab."""
    event = body["event"]
    if event.get("tab") not in {HOME, _MESSAGES}:
        return None
    asked = Asked(
        command=HOME,
        workspace=str(body.get("team_id", "")),
        user=str(event["user"]),
        channel=str(event.get("channel", "")),
        view={"type": "home"},
    )
    return asked if event["tab"] == HOME else replace(asked, command=Command(PROMPTS), view=None)


def of_links(body: Body) -> Asked | None:
    """Parse the sharing of links to us; None while they are being typed: it is not known yet who will see them."""
    event = body["event"]
    links = tuple(str(one.get("url", "")) for one in event.get("links") or [])
    if event.get("source") == "composer" or not links or not event.get("user"):
        return None
    return Asked(
        command=Command(PREVIEW),
        workspace=str(body.get("team_id", "")),
        user=str(event["user"]),
        channel=str(event["channel"]),
        message=str(event["message_ts"]),
        links=links,
    )


def of_stop(body: Body) -> Asked:
    """Parse a request to stop an answer in a thread."""
    event = body["event"]
    return Asked(
        command=Command(STOP),
        workspace=str(body.get("team_id", "")),
        user=str(event.get("user", "")),
        channel=str(event["channel"]),
        thread=str(event["thread_ts"]),
    )


def of_control(body: Body) -> Asked | None:
    """Parse a button or a menu; None for one without a command."""
    action = body["actions"][0]
    command = (action.get("selected_option") or {}).get("value") or action.get("value")
    if not command or not str(action.get("action_id", "")).startswith(ACTION):
        return None
    view = body.get("view")
    carried = _carried(view)
    container, message = body.get("container") or {}, body.get("message") or {}
    return Asked(
        command=str(command),
        workspace=_workspace(body),
        user=str(body["user"]["id"]),
        channel=str((body.get("channel") or {}).get("id") or carried.get("channel", "")),
        thread=str(message.get("thread_ts") or container.get("thread_ts") or carried.get("thread", "")),
        response_url=str(body.get("response_url", "")),
        trigger=str(body.get("trigger_id", "")),
        view=view,
        is_control=True,
    )


def of_form(body: Body) -> Asked:
    """Parse a submitted form."""
    view = body["view"]
    carried = _carried(view)
    return Asked(
        command=str(carried.get("command", "")),
        workspace=_workspace(body),
        user=str(body["user"]["id"]),
        channel=str(carried.get("channel", "")),
        thread=str(carried.get("thread", "")),
        values=form_values(view.get("state") or {}),
        view=view,
    )


def of_suggestion(body: Body) -> Asked:
    """Parse typing in a form field; its text is the value under the field's name."""
    asked = of_form(body)
    return replace(asked, values={str(body.get("action_id", "")): str(body.get("value", ""))})


def of_shortcut(body: Body) -> Asked:
    """Parse the message shortcut: show the commit or pull request the message names, else search for its words."""
    message = body.get("message") or {}
    text = plain(str(message.get("text", "")))
    wanted = first_reference(text) or " ".join(text.split())[:_MOST_WORDS]
    return Asked(
        command=Command("show", (wanted,) if wanted else ()),
        workspace=_workspace(body),
        user=str(body["user"]["id"]),
        channel=str(body["channel"]["id"]),
        thread=str(message.get("thread_ts", "")),
        response_url=str(body.get("response_url", "")),
        trigger=str(body.get("trigger_id", "")),
    )


def plain(text: str) -> str:
    """Return what was typed: without Slack's brackets around links and channels and its entities."""
    text = _LINK.sub(_linked, text)
    text = _CHANNEL.sub(lambda found: found[1], text)
    return html.unescape(text).strip()


def _linked(found: re.Match[str]) -> str:
    """Return a link's URL, or the typed text if Slack made it a link, such as a file name."""
    address, _, label = found[0][1:-1].partition("|")
    is_ours = label and address.rstrip("/").lower() in {f"{scheme}{label.lower()}" for scheme in _ADDED}
    return label if is_ours else address.removeprefix("mailto:")


def _behind_mention(body: Body) -> str:
    """Return what follows our name, or if nothing does, the rest of the text without it."""
    text = str(body["event"].get("text", ""))
    us = next((str(one.get("user_id", "")) for one in body.get("authorizations") or []), "")
    before, _, behind = text.rpartition(f"<@{us}>")
    return behind.strip(" :,") or before.strip()


def language_of(view: Body) -> Language:
    """Return the language a view was shown in."""
    return language_named(str(_carried(view).get("language") or "")) or "en"


def _workspace(body: Body) -> str:
    return str((body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id") or "")


def _carried(view: Body | None) -> dict[str, Any]:
    try:
        found = json.loads((view or {}).get("private_metadata") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
