"""Texts in Slack's formats: spans of rich text, plain text objects, the fallback for notifications.

Rich text is shown literally: no mention, link or emoji code of a commit takes effect, and Chinese works beside bold and
code. Only the fallback is parsed as Slack's markup, so it is escaped.
"""

import re
from typing import Any

from formatters.reply import Channel
from formatters.text.plain import clean, first_sentence, shorten

Json = dict[str, Any]

_CODE = re.compile(r"`([^`\n]+)`")
_MOST_CODES = 40
"""Code spans per text; each takes some 60 characters of the message's limit, so further ones stay plain."""
_MOST_URL = 3000
_NEAR = 4
"""How much of an arbitrarily long text is processed, as a multiple of what is shown."""


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
    """Return text verbatim, in one style; nothing for an empty one."""
    if not text:
        return []
    return [{"type": "text", "text": text} | ({"style": style} if style else {})]


def link(url: str, text: str, **style: bool) -> list[Json]:
    """Return a link, or only the text if there is no URL, or one longer than Slack accepts."""
    if not url or not text or len(url) > _MOST_URL:
        return words(text, **style)
    return [{"type": "link", "url": url, "text": text} | ({"style": style} if style else {})]


def channel(one: Channel) -> list[Json]:
    """Return a channel, which Slack shows by name."""
    return [{"type": "channel", "channel_id": one.id}]


def lines(text: str) -> str:
    """Return text cleaned line by line; at most one empty line in a row."""
    cleaned = "\n".join(clean(line) for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", cleaned)


def plain(text: str, most: int) -> Json:
    """Return a plain text object of one line; never empty, since Slack rejects that."""
    return {"type": "plain_text", "text": cut(text, most).replace("`", "") or "–", "emoji": False}


def cut(text: str, most: int) -> str:
    """Return at most `most` characters of text, cleaned, on one line, cut at a word with an ellipsis."""
    near = text[: most * _NEAR]
    whole = clean(near) + ("…" if near != text else "")
    short = shorten(whole, most)
    return short if len(short) <= most else short[: most - 1] + "…"


def sentences(text: str, most: int, pointer: str) -> str:
    """Return text of at most about `most` characters: as many whole sentences as fit, then where to find the rest."""
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
    """Return the text for notifications and screen readers, in Slack's own escaping.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return fitting(lines(text), most).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") or "–"


def fitting(text: str, most: int) -> str:
    """Return at most `most` characters of text."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def spoken(elements: list[Json]) -> str:
    """Return the text of rich text, without formatting."""
    return "".join(
        element.get("text", "") if "text" in element else spoken(element.get("elements", [])) for element in elements
    )
