"""Feeds: the days of a repository, or the commits of an area, for readers of Atom (RFC 4287)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from analysis.digest.digest import Digest
from formatters.html.archive import View, title_of
from formatters.html.templates import marked, templates
from formatters.outline import outline
from formatters.text.item import Item

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed; `link` is its URL within the archive, `content` HTML."""

    link: str
    title: str
    updated: datetime
    content: Markup
    author: str = ""
    terms: tuple[str, ...] = ()


def day_entry(view: View, digest: Digest) -> FeedEntry:
    """Return a day as an entry: what must be known, and what to watch."""
    made = outline(digest, view.areas)
    items = Markup("").join(
        Markup("<li>{}{}</li>").format(marked(item.line), f" ({item.areas})" if item.areas else "")
        for item in made.must_know
    )
    watch = Markup("").join(Markup("<li>{}</li>").format(marked(point.text)) for point in made.watch)
    news = Markup("").join(
        Markup("<li>{} · {}</li>").format(marked(one.text), one.url or one.link) for one in made.follow_ups
    )
    content = Markup("<p>{}</p><ul>{}</ul><ul>{}</ul><ul>{}</ul>").format(
        " · ".join(filter(None, (made.counts, made.makeup))), items, news, watch
    )
    return FeedEntry(view.links.day(digest.repo, digest.window.first), made.title, digest.window.end, content)


def commit_entry(view: View, item: Item) -> FeedEntry:
    """Return a commit as an entry."""
    commit = item.entry.commit
    content = Markup("<p>{}</p>").format(marked(item.title))
    if item.gist:
        content += Markup("<p>{}</p>").format(marked(item.gist))
    if item.ranked:
        content += Markup("<p>{}</p>").format(marked(item.ranked))
    return FeedEntry(
        view.links.commit(commit.sha),
        title_of(item, view.language),
        commit.committed_at,
        content,
        item.author,
        item.entry.triage.areas,
    )


def feed(view: View, title: str, origin: str, here: str, page: str, entries: Sequence[FeedEntry]) -> str:
    """Return a feed.

    `origin` is scheme and host, prefixed to every URL; `here` is the feed's own URL, `page` that of the page it is
    about.
    """
    updated = max((entry.updated for entry in entries), default=datetime(1970, 1, 1, tzinfo=UTC))
    text = (
        templates()
        .get_template("feed.atom.j2")
        .render(
            lang=view.language,
            title=title,
            origin=origin,
            self_link=here,
            page_link=page,
            updated=updated,
            entries=entries,
        )
    )
    return _NOT_XML.sub("", text)
