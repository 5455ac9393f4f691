"""The morning post for Slack: a parent that fits a phone's first screen, and a thread with a reply for each area."""

from collections.abc import Iterable, Iterator, Sequence

from analysis.commits.commit import Commit
from analysis.i18n.language import Language
from analysis.triage.triage import Importance
from formatters.i18n.wording import label
from formatters.post import Section, fitted, quotes, reason, rest, sections, short_line, tally, watched
from formatters.reply import DigestPost
from formatters.slack.blocks import Payload, Piece, actions, bullets, button, context, menu, packed, rich, single
from formatters.slack.text import Json, cut, link, sentences, spans, words
from formatters.text.follow_ups import News
from formatters.text.item import ICONS, Item, Point
from formatters.text.links import commit_page, pull_request_page, web_page

_TITLE, _TEXT = 300, 1500
_NEWS = 5
"""Lines about what became of earlier changes; the report has all."""


def parent(post: DigestPost) -> Payload:
    """Return the message in the channel."""
    made = post.outline
    language = made.digest.language
    zone = made.digest.window.zone
    head = [*words(cut(made.title, _TITLE), bold=True), *words(f" · {zone}\n"), *spans(cut(made.counts, _TITLE))]
    head += [*words("\n"), *spans(cut(made.makeup, _TITLE))] if made.makeup else []
    pieces = [rich(head, *(spans(f"⚠️ {sentences(notice, 300, '…')}") for notice in made.notices[:3]))]
    if made.releases:
        shown = (
            [*words("🏷️ "), *spans(cut(point.text, _TITLE), bold=True), *_notes(point)]
            for point in made.releases[:_NEWS]
        )
        pieces.append(rich(*shown))
    if made.touched:
        shown = (spans(cut(point.text, _TITLE)) for point in made.touches[:_NEWS])
        pieces.append(bullets(words(made.touched, bold=True), shown))
    if made.must_know:
        lines = (_line(item, language, quote) for item, quote in zip(made.must_know, quotes(made), strict=True))
        more = [words(made.more_high)] if made.more_high else []
        pieces.append(rich(*(one for pair in lines for one in pair), *more))
    if made.follow_ups:
        heading = words(label("section.follow_ups", language), bold=True)
        pieces.append(bullets(heading, (_news(news) for news in made.follow_ups[:_NEWS])))
    if made.digest.entries:
        watch = watched(made)
        areas = cut(tally(sections(made)), _TITLE)
        counts = [*words(f"{label('slack.areas', language)} ", bold=True), *words(areas)] if areas else []
        watching = [*words(f"{label('slack.watch', language)} ", bold=True), *spans(cut(watch, _TEXT))] if watch else []
        page = link(post.page, label("post.page", language)) if post.page else []
        if counts or watching or page:
            pieces.append(rich(counts, watching, page))
        small = " · ".join(filter(None, (made.gaps, made.quoting)))
        if small:
            pieces.append(context(small))
    names = [f"{item.entry.commit.short} · {item.title}" for item in made.must_know]
    details = menu(label("slack.details", language), zip(names, post.item_commands, strict=False), 0)
    controls = [button(one, number) for number, one in enumerate(post.buttons, 1)]
    pieces += actions([details, *controls] if details else controls)
    return single(pieces)


def thread(post: DigestPost) -> list[Payload]:
    """Return the replies below it: the day's themes, then each area."""
    made = post.outline
    if not made.digest.entries:
        return []
    language = made.digest.language
    opening = list(_opening(post))
    messages, left = fitted(made, lambda parts: _replies(parts, language))
    more = link(post.page, label("post.page", language)) if post.page else []
    closing = [rich([*words(rest(left, language)), *words(" ")], more)] if left else []
    return [*(packed(opening) if opening else ()), *messages, *packed(closing)]


def _replies(parts: Iterable[Section], language: Language) -> list[Payload]:
    found: list[Payload] = []
    small: list[Piece] = []
    for part in parts:
        pieces = [_head(part, language), *items(part.items, language)]
        if len(part.items) == 1 and part.items[0].entry.triage.importance is not Importance.HIGH:
            small += pieces
        else:
            found += packed(pieces)
    return [*found, *packed(small)]


def _line(item: Item, language: Language, quote: str) -> list[list[Json]]:
    """Return a must-know item: icon, line, area, link, reason; below it a quotation if there is room."""
    why = reason(item, language)
    first = [
        *words(f"{ICONS[item.entry.triage.importance]} "),
        *spans(cut(short_line(item.line), _TITLE), bold=True),
        *words(f" {cut(item.area, 40)} · " if item.area else " "),
        *reference(item.entry.commit),
        *(words(" · ") if why else []),
        *spans(cut(why, 160)),
    ]
    return [first, spans(f"   {quote}")] if quote else [first]


def _notes(point: Point) -> list[Json]:
    page = web_page(point.url)
    return [*words(" · "), *link(page, page.rpartition("/")[2])] if page else []


def _news(news: News) -> list[Json]:
    """Return what became of a change, with its link."""
    return [*spans(cut(news.text, _TITLE)), *words(" · "), *link(news.url, news.link)]


def reference(commit: Commit) -> list[Json]:
    """Return a link to the pull request, or else to the commit."""
    if commit.pull_request:
        return link(pull_request_page(commit), f"#{commit.pull_request}")
    return link(commit_page(commit), commit.short)


def _opening(post: DigestPost) -> Iterator[Piece]:
    made = post.outline
    language = made.digest.language
    for key, points in (("overview", made.overview), ("watch", made.watch)):
        if points:
            heading = words(label(f"section.{key}", language), bold=True)
            yield bullets(heading, (spans(sentences(p.text, 600, "…")) for p in points))
    yield context(made.window)


def _head(part: Section, language: Language) -> Piece:
    return rich(words(label("slack.chapter", language, name=part.name, count=len(part.items)), bold=True))


def items(found: tuple[Item, ...], language: Language) -> Iterator[Piece]:
    """Return items in as much detail as their importance deserves; those of low importance as one list."""
    low: list[Item] = []
    for item in found:
        if item.entry.triage.importance is Importance.LOW:
            low.append(item)
        else:
            yield _told(item, language)
    for start in range(0, len(low), 10):
        yield rich(*(_headline(item, language) for item in low[start : start + 10]))


def _told(item: Item, language: Language) -> Piece:
    pointer = label("slack.shortened_report", language)
    said = [_headline(item, language), about((item.types, item.size), item, at=0)]
    if item.gist:
        said.append(spans(sentences(item.gist, _TEXT, pointer)))
    if item.entry.triage.importance is Importance.HIGH and item.reasons:
        said.append(spans(f"→ {cut(item.reasons, _TITLE)}"))
    return rich(*said)


def about(parts: Sequence[str], item: Item, *, at: int) -> list[Json]:
    """Return an item's details in one line, with its author, linked to their profile, inserted into `parts`."""
    before = [part for part in parts[:at] if part]
    after = [part for part in parts[at:] if part]
    if not item.author_page:
        return words(cut(" · ".join([*before, item.author, *after]), _TITLE))
    return [
        *words(f"{cut(' · '.join(before), _TITLE)} · " if before else ""),
        *link(item.author_page, cut(item.author, _TITLE)),
        *words(f" · {cut(' · '.join(after), _TITLE)}" if after else ""),
    ]


def _headline(item: Item, language: Language) -> list[Json]:
    marks = label("list.semicolon", language).join(item.marks)
    return [
        *words(f"{ICONS[item.entry.triage.importance]} "),
        *spans(cut(item.title, _TITLE), bold=item.entry.triage.importance is not Importance.LOW),
        *words(" "),
        *reference(item.entry.commit),
        *(words(" · ") if marks else []),
        *spans(cut(marks, _TITLE)),
    ]
