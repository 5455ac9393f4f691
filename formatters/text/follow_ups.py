"""What became of changes reported earlier, one line each, ending with a link.

Texts may contain code in backticks and no other markup.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.digest.digest import Digest
from analysis.digest.follow_ups import FollowUp, FollowUpKind
from analysis.i18n.language import Language
from analysis.i18n.typography import outside
from formatters.i18n.wording import label
from formatters.text.links import web_page
from formatters.text.plain import brief, clean

_TITLE, _QUOTE = 80, 200
"""Columns."""


@dataclass(frozen=True, slots=True)
class News:
    """One line, and the text of its link; `url` is empty if there is no page."""

    text: str
    link: str
    url: str


def news_of(digest: Digest) -> Iterator[News]:
    """Say what became of changes, in the digest's language."""
    return (_news(one, digest.language) for one in digest.follow_ups)


def _news(one: FollowUp, language: Language) -> News:
    text = label(
        "follow_up.line",
        language,
        change=f"#{one.number}" if one.number else one.sha[:7],
        title=brief(clean(outside(one.title)), _TITLE),
        day=label(f"weekday.{one.told_on.weekday()}", language),
        news=_said(one, language),
    )
    if one.kind is FollowUpKind.REPORT:
        return News(text, label("follow_up.comment", language), web_page(one.url))
    return News(text, f"#{one.by_number}" if one.by_number else one.by[:7], web_page(one.url))


def _said(one: FollowUp, language: Language) -> str:
    if not one.quote:
        return label(f"follow_up.{one.kind}", language, count=one.count)
    key = "follow_up.quoted_more" if one.count > 1 else "follow_up.quoted"
    quote = brief(clean(outside(one.quote)), _QUOTE)
    return label(key, language, author=clean(one.author), quote=quote, count=one.count - 1)
