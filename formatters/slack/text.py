"""Texts in Slack's formats: spans of rich text, plain text objects, the fallback for notifications.

Rich text holds what it is given and reads no markup in it: no mention, link or emoji code of a commit comes to life, and
Chinese stands right beside bold and code. Only the fallback is read as Slack's markup, so it is escaped.
"""

import re
from typing import Any

from formatters.reply import Channel
from formatters.text.plain import clean, first_sentence, shorten

Json = dict[str, Any]

_CODE = re.compile(r"`([^`\n]+)`")
_MOST_CODES = 40
"""Spans of code in one text; each takes some 60 characters of the message's room, so more of them stay plain."""
_MOST_URL = 3000
_NEAR = 4
"""How many times what is shown is looked at of a text, which may be as long as somebody liked."""


def spans(text: str, **style: bool) -> list[Json]:
    """Return text as rich text, code in backticks as code; line breaks are kept."""
    found: list[Json] = []
    whole = lines(text)
    if len(_CODE.findall(whole)) > _MOST_CODES:
        return words(whole, **style)
    for index, part in enumerate(_CODE.split(whole)):
        found += words(part, **style, code=True) if index % 2 else words(part, **style)
    return found


def words(text: str, **style: bool) -> list[Json]:
    """Return text as it stands, in one style; nothing for an empty one."""
    if not text:
        return []
    return [{"type": "text", "text": text} | ({"style": style} if style else {})]


def link(url: str, text: str, **style: bool) -> list[Json]:
    """Return a link, or the text alone where there is no address, or one longer than Slack takes."""
    if not url or not text or len(url) > _MOST_URL:
        return words(text, **style)
    return [{"type": "link", "url": url, "text": text} | ({"style": style} if style else {})]


def channel(one: Channel) -> list[Json]:
    """Return a channel, which Slack shows by its name."""
    return [{"type": "channel", "channel_id": one.id}]


def lines(text: str) -> str:
    """Return text cleaned line by line; at most one empty line in a row."""
    cleaned = "\n".join(clean(line) for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", cleaned)


def plain(text: str, most: int) -> Json:
    """Return a plain text object of one line; never empty, since Slack refuses that."""
    return {"type": "plain_text", "text": cut(text, most).replace("`", "") or "–", "emoji": False}


def cut(text: str, most: int) -> str:
    """Return at most `most` characters of text, cleaned, on one line, at a word, with an ellipsis."""
    near = text[: most * _NEAR]
    whole = clean(near) + ("…" if near != text else "")
    short = shorten(whole, most)
    return short if len(short) <= most else short[: most - 1] + "…"


def sentences(text: str, most: int, pointer: str) -> str:
    """Return text of at most about `most` characters: whole sentences as far as they fit, then where the rest stands."""
    near = text[: most * _NEAR]
    whole = lines(near)
    if len(whole) <= most and near == text:
        return whole
    kept, rest = "", whole
    while rest:
        sentence = first_sentence(rest)
        end = rest.find(sentence) + len(sentence)
        if len(kept) + end > most:
            break
        kept, rest = kept + rest[:end], rest[end:]
    kept = kept.rstrip() or cut(whole, most)
    if kept.count("`") % 2:
        kept += "`"
    return f"{kept} {pointer}"


def fallback(text: str, most: int = 3000) -> str:
    """Return the text that notifications and screen readers get, in Slack's own escaping.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return fitting(lines(text), most).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") or "–"


def fitting(text: str, most: int) -> str:
    """Return at most `most` characters of text."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def spoken(elements: list[Json]) -> str:
    """Return what rich text says, without its look."""
    return "".join(
        element.get("text", "") if "text" in element else spoken(element.get("elements", [])) for element in elements
    )
