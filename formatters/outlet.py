"""Posts for outlets that accept only text: Feishu, Teams, any incoming webhook.

Plain text, because each uses different markup; a link appears as its URL. Whole lines, up to a length that all accept.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from formatters.i18n.wording import label
from formatters.outline import Outline
from formatters.post import reason, sections, short_line, tally, watched
from formatters.reply import Board, CommitDetail, CommitList, DigestPost, Form, Reply, ReviewPost, Sheet
from formatters.review import ReviewOutline
from formatters.terminal.replies import reply_text
from formatters.text.item import ICONS, Item
from formatters.text.links import commit_page, pull_request_page, web_page
from formatters.text.plain import brief, clean

MOST_BYTES = 18_000
"""Of a UTF-8 text: Feishu accepts 20 kB including the envelope, Teams 28 kB."""
_LINES, _WIDTH, _NOTICE = 5, 200, 300

_LIVE = re.compile(
    r"(?<=@)(?=\w)"  # a mention
    r"|(?<=<)(?=[A-Za-z/@#!])"  # Feishu's <at …>, Slack's <!channel>, any element
    r"|(?<=\])(?=\()"  # a link in Markdown
    r"|(?<=:)(?=//)",  # a URL
)
_APART = "\u200b"


def outlet_text(reply: Reply) -> tuple[str, str]:
    """Return a reply as a title, which may be empty, and a text; outlets are one-way, so buttons are left out."""
    if isinstance(reply, DigestPost):
        return inert(reply.outline.title), _fitted(_digest(reply.outline, reply.page))
    if isinstance(reply, ReviewPost):
        return inert(reply.told.title), _fitted(_review(reply.told, reply.page))
    if isinstance(reply, Sheet):
        reply = replace(reply, buttons=(), actions=())
    elif not isinstance(reply, (Board, Form)):
        reply = replace(reply, buttons=())
    if isinstance(reply, (CommitDetail, CommitList, Sheet, Board, Form)):
        return "", _fitted(map(inert, reply_text(reply, width=_WIDTH).splitlines()))
    return "", _fitted(map(inert, reply.text.splitlines()))


def inert(text: str) -> str:
    """Return outside text that mentions no one and links nowhere, on any platform."""
    return _LIVE.sub(_APART, clean(text))


def _fitted(lines: Iterator[str]) -> str:
    """Join as many whole lines as fit."""
    kept: list[str] = []
    left = MOST_BYTES
    for line in lines:
        left -= len(line.encode("utf-8", "replace")) + 2
        if left < 0:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return "\n".join(kept).strip()


def _digest(made: Outline, page: str) -> Iterator[str]:
    language = made.digest.language
    yield inert(made.counts)
    if made.makeup:
        yield inert(made.makeup)
    yield inert(made.window)
    for notice in made.notices[:3]:
        yield f"⚠️ {inert(brief(notice, _NOTICE))}"
    for point in made.releases[:_LINES]:
        yield f"🏷️ {inert(point.text)} {web_page(point.url)}".rstrip()
    if made.touched:
        yield from ("", inert(made.touched), *(f"· {inert(point.text)}" for point in made.touches[:_LINES]))
    if made.must_know:
        yield ""
    for item in made.must_know:
        why = reason(item, language)
        parts = (short_line(item.line), item.area, why, _page(item))
        shown = " · ".join(part if part.startswith("http") else inert(part) for part in parts if part)
        yield f"{ICONS[item.entry.triage.importance]} {shown}"
    if made.more_high:
        yield inert(made.more_high)
    if made.follow_ups:
        yield from ("", label("section.follow_ups", language))
        yield from (f"· {inert(news.text)} {web_page(news.url)}".rstrip() for news in made.follow_ups[:_LINES])
    if made.digest.entries:
        for key, text in (("slack.areas", tally(sections(made))), ("slack.watch", watched(made))):
            if text:
                yield from ("", f"{label(key, language)} {inert(text)}")
    if page:
        yield from ("", f"{label('post.page', language)} {page}")


def _page(item: Item) -> str:
    commit = item.entry.commit
    return pull_request_page(commit) if commit.pull_request else commit_page(commit)


def _review(made: ReviewOutline, page: str) -> Iterator[str]:
    yield inert(made.counts)
    yield inert(made.window)
    for notice in made.notices[:3]:
        yield f"⚠️ {inert(brief(notice, _NOTICE))}"
    for section in made.sections:
        yield from ("", inert(section.name))
        for line in section.lines[:_LINES]:
            icon = f"{ICONS[line.level]} " if line.level else ""
            yield f"· {icon}{inert(line.text)}"
    if page:
        yield from ("", f"{label('post.page', made.made.language)} {page}")
