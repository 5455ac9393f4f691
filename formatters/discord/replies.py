"""Replies for Discord, as plain data within its limits, whatever the texts contain. Knows nothing about connections.

A digest is posted as a message that fits a phone's first screen, and a thread with one message for each area that is
worth one. Pieces are never split; one that is too long is cut after a sentence and says so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from analysis.i18n.language import Language
from analysis.rules.wording import say
from analysis.triage.triage import Importance
from formatters import post
from formatters.discord import review as discord_review
from formatters.discord.parts import (
    MOST_OPTIONS,
    Message,
    Piece,
    attached,
    beside,
    buttons,
    controls_row,
    divider,
    messages,
    picker,
    short,
)
from formatters.discord.text import escape, fit, link, units
from formatters.i18n.wording import label
from formatters.reply import (
    Board,
    Channel,
    CommitDetail,
    CommitList,
    CommitRow,
    DigestPost,
    File,
    Form,
    Note,
    Post,
    Reply,
    ReviewPost,
    Sheet,
)
from formatters.text.item import ICONS, Item, Part, Point
from formatters.text.links import commit_page, place_of, pull_request_page, web_page
from formatters.text.plain import clean, shorten

_COLOURS = {Importance.HIGH: 0xE5484D, Importance.MEDIUM: 0xF2B53B, Importance.LOW: 0x46A758}
_BRAND = 0x3E7BFA
_TONES = {"plain": "", "done": "✅ ", "problem": "⚠️ ", "working": "⏳ "}
_WHOLE, _SUMMARY, _LINE, _CELL, _NOTICES = 3_400, 900, 300, 900, 3
_ADDRESS, _THREAD, _ROW = 200, 100, 60
_NEWS = 5
"""Lines about what became of earlier changes; the report has all."""
_MOST_FILES = 9_000_000  # bytes per message; Discord accepts 10 MiB on servers without boosts


@dataclass(frozen=True, slots=True)
class Posting:
    """A digest's post: the first message, the name of its thread, and the thread's messages."""

    first: Message
    thread: str
    followers: tuple[Message, ...]


def posting(reply: Post) -> Posting:
    """Return a post with its thread; without followers no thread is needed."""
    title = reply.told.title if isinstance(reply, ReviewPost) else reply.outline.title
    return Posting(_first(reply), short(title, _THREAD), (*_thread(reply), *_files(reply)))


def rendered(reply: Reply) -> tuple[Message, ...]:
    """Return a reply as messages; a post comes with its files but without its thread, unless all of it is wanted."""
    match reply:
        case DigestPost():
            return (_first(reply), *_files(reply))
        case ReviewPost():
            return (_first(reply), *(_thread(reply) if reply.is_whole else ()), *_files(reply))
        case CommitDetail():
            return messages(_detail(reply), accent=_COLOURS[reply.item.entry.triage.importance])
        case Note():
            return messages(_note(reply))
        case CommitList():
            return messages(_list(reply), accent=_BRAND)
        case Sheet():
            return messages(_sheet(reply), accent=_BRAND)
        case Board():
            return messages(_board(reply), accent=_BRAND)
        case Form():
            raise TypeError("a form is shown as a modal: see discord_forms")


def step_offer(text: str, controls: Iterable[tuple[str, str]]) -> tuple[Message, ...]:
    """Return a message with controls of (label, name) that open a form or submit it."""
    return messages([Piece(fit(clean(text), _LINE)), Piece(components=(controls_row(controls),))])


def _first(reply: Post) -> Message:
    """The post itself: one message, with shorter texts if they would overfill it."""
    for share in (1.0, 0.5, 0.25):
        pieces = discord_review.parent(reply, share) if isinstance(reply, ReviewPost) else _digest(reply, share)
        made = messages(pieces, accent=_BRAND)
        if len(made) == 1:
            break
    return made[0]


def _thread(reply: Post) -> Iterator[Message]:
    if isinstance(reply, ReviewPost):
        for pieces in discord_review.thread(reply):
            yield from messages(pieces, accent=_BRAND)
        return
    made, language = reply.outline, reply.outline.digest.language
    found, left = post.fitted(
        made,
        lambda parts: [
            one for part in _replies(parts) for one in messages(_section(part, language), accent=_colour(part))
        ],
    )
    yield from found
    if left:
        page = f" {link(escape(label('post.page', language)), reply.page)}" if 0 < len(reply.page) <= _ADDRESS else ""
        yield from messages([Piece(f"{escape(post.rest(left, language))}{page}")])


def _digest(reply: DigestPost, share: float) -> Iterator[Piece]:
    made, language = reply.outline, reply.outline.digest.language
    room = int(_LINE * share)
    zone = escape(clean(made.digest.window.zone))
    makeup = f"\n-# {fit(made.makeup, room)}" if made.makeup else ""
    yield Piece(f"**{fit(made.title, room)}**\n-# {fit(made.counts, room)} · {zone}{makeup}", keep=True)
    for notice in made.notices[:_NOTICES]:
        yield Piece(f"⚠️ {fit(notice, room)}", keep=True)
    for point in made.releases[:_NEWS]:
        page = web_page(point.url)
        named = (
            link(escape(clean(point.text.replace("`", ""))), page)
            if 0 < len(page) <= _ADDRESS
            else fit(point.text, room)
        )
        yield Piece(f"🏷️ **{named}**", keep=True)
    if made.touched:
        told = "\n".join(f"- {fit(point.text, room)}" for point in made.touches[:_NEWS])
        yield Piece(f"**{escape(made.touched)}**\n{told}", keep=True)
    for item, quote in zip(made.must_know, post.quotes(made), strict=True):
        yield Piece(_headline(item, quote, room, language), keep=True)
    if made.more_high:
        yield Piece(f"-# {escape(made.more_high)}", keep=True)
    for news in made.follow_ups[:_NEWS]:
        shown = link(escape(news.link), news.url) if news.url and len(news.url) <= _ADDRESS else escape(news.link)
        yield Piece(f"-# {fit(news.text, room)} · {shown}", keep=True)
    if made.groups and not made.must_know:
        yield Piece(escape(label("discord.calm", language)), keep=True)
    sections = post.sections(made)
    if tally := post.tally(sections):
        yield Piece("-# " + _named("stat.areas", fit(tally, room), language), keep=True)
    if made.watch:
        yield Piece("-# " + _named("section.watch", fit(post.watched(made), 2 * room), language), keep=True)
    small = " · ".join(filter(None, (made.gaps, made.quoting)))
    if small:
        yield Piece(f"-# {fit(small, room)}", keep=True)
    if reply.page and len(reply.page) <= _ADDRESS:
        yield Piece(f"-# {link(escape(label('post.page', language)), reply.page)}", keep=True)
    choices = (
        (command, item.title, ICONS[item.entry.triage.importance])
        for item, command in zip(made.must_know, reply.item_commands, strict=False)
    )
    listed = picker(label("discord.details", language), choices)
    others = [one for one in reply.buttons if not (listed and one.command.startswith("details "))]
    yield Piece(components=(*listed, *buttons(others)))


def _headline(item: Item, quote: str, room: int, language: Language) -> str:
    about = (fit(item.area, room // 4), _page(item), fit(post.reason(item, language), room // 2))
    below = f"\n-# {fit(quote, room)}" if quote else ""
    line = fit(post.short_line(item.line), room)
    return f"{_icon(item)} **{line}**{below}\n-# {' · '.join(text for text in about if text)}"


def _named(key: str, text: str, language: Language) -> str:
    return f"**{escape(label('entry.part', language, name=label(key, language)))}** {text}"


def _replies(sections: Iterable[post.Section]) -> Iterator[tuple[post.Section, ...]]:
    """Give each area a message of its own; adjacent areas with a single lesser commit share one."""
    small: list[post.Section] = []
    for section in sections:
        if len(section.items) == 1 and section.items[0].entry.triage.importance is not Importance.HIGH:
            small.append(section)
        else:
            yield (section,)
    if small:
        yield tuple(small)


def _section(sections: tuple[post.Section, ...], language: Language) -> Iterator[Piece]:
    for section in sections:
        yield Piece(
            f"### {fit(section.name, _LINE)}{label('list.brackets', language, text=len(section.items))}", keep=True
        )
        for item in section.items:
            yield Piece(_entry(item, language), apart=item.entry.triage.importance is not Importance.LOW)


def _colour(sections: tuple[post.Section, ...]) -> int:
    items = [item for section in sections for item in section.items]
    return _COLOURS[max((item.entry.triage.importance for item in items), key=lambda level: level.rank)]


def _entry(item: Item, language: Language) -> str:
    """An item of the thread: what it is and what it does; one line for low ones."""
    marks = "".join(f"\n-# ⚠️ {fit(mark, _LINE)}" for mark in item.marks)
    title = fit(item.title, _LINE)
    if item.entry.triage.importance is Importance.LOW:
        return f"{_icon(item)} {title} · {_commit(item)}{marks}"
    about = " · ".join(text for text in (_commit(item), _author(item, 80), fit(item.types, 80)) if text)
    ending = f"… {escape(label('discord.shortened', language))}"
    gist = f"\n{fit(item.gist, _SUMMARY, ending)}" if item.gist else ""
    reasons = f"\n-# {fit(item.reasons, _LINE)}" if item.reasons else ""
    return f"{_icon(item)} **{title}**\n-# {about}{gist}{reasons}{marks}"


def _files(reply: Post) -> tuple[Message, ...]:
    if isinstance(reply, ReviewPost):
        language, heading = reply.told.made.language, "discord.review"
    elif reply.outline.groups:
        language, heading = reply.outline.digest.language, "discord.report"
    else:
        return ()
    fitting, room = list[File](), _MOST_FILES
    for file in reply.files:
        if len(file.content) <= room:
            room -= len(file.content)
            fitting.append(file)
    pieces = [Piece(escape(label(heading, language)), attached(fitting))] if fitting else []
    if len(fitting) < len(reply.files):
        pieces.append(Piece(f"⚠️ {escape(label('discord.too_large', language))}"))
    return messages(pieces, files=tuple(fitting)) if pieces else ()


def _detail(reply: CommitDetail) -> Iterator[Piece]:
    item, language = reply.item, reply.language
    commit = item.entry.commit
    when = commit.committed_at.astimezone(ZoneInfo(reply.zone))
    level = say(f"importance.{item.entry.triage.importance}", language)
    ending = f"… {escape(label('discord.shortened_detail', language))}"
    yield Piece(f"### {_icon(item)} {fit(item.title, _LINE)}", keep=True)
    about = [
        _commit(item),
        fit(clean(commit.repo), 120),
        _author(item, 120),
        fit(item.types, 120),
        fit(item.areas, 120),
    ]
    time = escape(f"{when:%Y-%m-%d %H:%M}{label('list.brackets', language, text=reply.zone)}")
    yield Piece("-# " + " · ".join(text for text in (*about, escape(item.size), time) if text))
    if reply.opinions:
        yield Piece(f"-# {fit(clean(reply.opinions), _CELL)}")
    if item.reasons:
        why = label("entry.why", language, importance=level)
        text = f"**{escape(label('entry.part', language, name=why))}** {fit(item.reasons, _CELL, ending)}"
        yield Piece(text, apart=True)
    for mark in item.marks:
        yield Piece(f"⚠️ {fit(mark, _CELL, ending)}")
    if item.diff:
        code = "\n".join(item.diff).replace("```", "`\u200b``")
        yield Piece(f"```diff\n{code}\n```", apart=True)
    for part in item.parts:
        yield from _part(part, item, language, ending)
    if reply.buttons:
        yield Piece(components=buttons(reply.buttons))


def _part(part: Part, item: Item, language: Language, ending: str) -> Iterator[Piece]:
    name = f"**{escape(label('entry.part', language, name=part.name))}**"
    points = [f"{fit(point.text, _WHOLE - 1_000, ending)}{_place(point, item, language)}" for point in part.points]
    if len(points) == 1:
        yield Piece(f"{name} {points[0]}", apart=True)
        return
    yield Piece(name, keep=True, apart=True)
    yield from (Piece(f"- {text}") for text in points)


def _place(point: Point, item: Item, language: Language) -> str:
    shown, page = place_of(point, item.entry.commit)
    if not shown:
        return ""
    if point.path:
        shown = f"`{shorten(point.path, 160)}:{point.line}`" if point.line else f"`{shorten(point.path, 160)}`"
    shown = escape(shown)
    return label("list.brackets", language, text=link(shown, page if len(page) <= 2 * _ADDRESS else ""))


def _note(reply: Note) -> Iterator[Piece]:
    lines = [fit(clean(line), _WHOLE) for line in reply.text.split("\n")]
    first, *rest = lines
    about = f"<#{reply.about.id}> · " if reply.about else ""
    yield Piece(f"{_TONES[reply.tone]}{about}{first}" or "…")
    yield from (Piece(line) for line in rest if line)
    if reply.buttons:
        yield Piece(components=buttons(reply.buttons))


def _list(reply: CommitList) -> Iterator[Piece]:
    note = f"\n-# {fit(clean(reply.note), _CELL)}" if reply.note else ""
    yield Piece(f"### {fit(clean(reply.title), _LINE)}{note}", keep=bool(reply.rows))
    for at in range(0, len(reply.rows), MOST_OPTIONS // 2):
        rows = reply.rows[at : at + MOST_OPTIONS // 2]
        yield from (Piece(_row(row), keep=True, apart=True) for row in rows)
        options = ((row.command, row.item.title, ICONS[row.item.entry.triage.importance]) for row in rows)
        yield Piece(components=picker(label("discord.details", reply.language), options))
    if reply.buttons:
        yield Piece(components=buttons(reply.buttons))


def _row(row: CommitRow) -> str:
    item = row.item
    about = (
        fit(clean(row.repo), 80),
        fit(row.when, 80),
        _author(item, 40),
        fit(item.areas, 80),
        fit(clean(row.because), 80),
        _commit(item),
    )
    sentence = f"\n{fit(row.sentence, _LINE)}" if row.sentence else ""
    return f"{_icon(item)} {fit(item.line, _LINE)}{sentence}\n-# {' · '.join(text for text in about if text)}"


def _sheet(reply: Sheet) -> Iterator[Piece]:
    columns = " · ".join(fit(clean(column), _LINE) for column in reply.columns if column)
    head = f"\n-# {columns}" if columns and reply.rows else ""
    yield Piece(f"### {fit(clean(reply.title), _LINE)}{head}", keep=bool(reply.rows))
    for number, row in enumerate(reply.rows):
        first, *rest = (_cell(cell) for cell in row)
        named, more = f"**{first}**" if first else "", " · ".join(cell for cell in rest if cell)
        between = "\n" if units(first + more) > _ROW else " · "  # so that a long row starts with its subject
        text = between.join(part for part in (named, more) if part) or "…"
        action = reply.actions[number] if number < len(reply.actions) else None
        yield Piece(components=(beside(text, action),)) if action else Piece(text)
    if reply.note:
        yield Piece(f"-# {fit(clean(reply.note), _CELL)}")
    if reply.buttons:
        yield Piece(components=buttons(reply.buttons))


def _cell(cell: str | Channel) -> str:
    return fit(clean(cell), _CELL) if isinstance(cell, str) else f"<#{cell.id}>"


def _board(reply: Board) -> Iterator[Piece]:
    for number, part in enumerate(reply.parts):
        if number:
            yield Piece(components=(divider(),), keep=True)
        match part:
            case Note():
                yield from _note(part)
            case Sheet():
                yield from _sheet(part)
            case CommitList():
                yield from _list(part)


def _icon(item: Item) -> str:
    return ICONS[item.entry.triage.importance]


def _author(item: Item, room: int) -> str:
    return link(fit(item.author, room), item.author_page)


def _commit(item: Item) -> str:
    commit = item.entry.commit
    if not commit.pull_request:
        return _page(item)
    page = pull_request_page(commit)
    return f"{_page(item)} {link(f'#{commit.pull_request}', page if len(page) <= _ADDRESS else '')}"


def _page(item: Item) -> str:
    page = commit_page(item.entry.commit)
    return link(f"`{item.entry.commit.short}`", page if len(page) <= _ADDRESS else "")
