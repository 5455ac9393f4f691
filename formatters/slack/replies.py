"""Replies as Slack's messages: blocks, and plain text for notifications.

Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from analysis.rules.wording import say
from formatters.i18n.wording import label
from formatters.reply import (
    Board,
    Button,
    Channel,
    CommitDetail,
    CommitList,
    CommitRow,
    DigestPost,
    Form,
    Note,
    Post,
    Reply,
    ReviewPost,
    Sheet,
)
from formatters.slack import digest as slack_digest
from formatters.slack import review as slack_review
from formatters.slack.blocks import (
    ACTION,
    Payload,
    Piece,
    actions,
    bullets,
    button,
    buttons,
    data_table,
    menu,
    packed,
    preformatted,
    rich,
    table,
)
from formatters.slack.digest import about, reference
from formatters.slack.progress import plan
from formatters.slack.text import Json, channel, cut, link, sentences, spans, words
from formatters.text.item import ICONS, Part
from formatters.text.links import commit_page, place_of
from formatters.text.plain import clean

_TONES = {"plain": "", "done": "✅ ", "problem": "⚠️ ", "working": "⏳ "}
_TITLE, _TEXT, _CELL, _PARAGRAPH = 300, 1500, 300, 2500
_FEW_ROWS, _NUMBER = 7, 4


def slack(reply: Reply, without: Collection[str] = ()) -> list[Payload]:
    """Return a reply as messages; of a post only its parent, unless all of it is wanted (`post` has the rest).

    `without` are types of blocks to avoid: plans and data tables have simpler forms.
    """
    if isinstance(reply, Post):
        first, rest = post(reply)
        return [first, *rest] if isinstance(reply, ReviewPost) and reply.is_whole else [first]
    return packed(pieces(reply, without=without))


def streamed(reply: Reply, without: Collection[str] = ()) -> tuple[list[Json], list[Payload]]:
    """Return a reply as blocks to show one by one, and messages with the rest, the first to join the same message."""
    if isinstance(reply, Board) and isinstance(told := reply.parts[0], Note) and not told.buttons:
        said = [block for piece in pieces(told) for block in piece.blocks]
        return said, packed(pieces(replace(reply, parts=reply.parts[1:]), without=without))
    return [], slack(reply, without)


def paragraph(text: str) -> Json:
    """Return a paragraph of an answer as a block, the same in a partial and in the complete answer."""
    (block,) = rich(spans(sentences(text, _PARAGRAPH, "…"))).blocks
    return block


def preview(reply: Reply) -> list[Json]:
    """Return a reply as blocks below a link in someone's message: without controls, which would act on that message."""
    (message, *_) = packed([one for one in pieces(reply, in_view=True) if one.text])
    return list(message["blocks"])


def post(reply: Post) -> tuple[Payload, list[Payload]]:
    """Return a post's parent, and the replies in its thread."""
    if isinstance(reply, ReviewPost):
        return slack_review.parent(reply), slack_review.thread(reply)
    return slack_digest.parent(reply), slack_digest.thread(reply)


def pieces(reply: Reply, *, in_view: bool = False, without: Collection[str] = ()) -> list[Piece]:
    """Return a reply as blocks that stay together; modals and the Home tab support neither tables nor plans.

    Raises:
        TypeError: for a form, which is a view of its own.
    """
    match reply:
        case Note(steps=steps) if steps and not in_view and "plan" not in without:
            return [plan(reply), *(Piece((paragraph(text),), text) for text in reply.paragraphs)]
        case Note():
            return [*_note(reply), *buttons(reply.buttons)]
        case DigestPost() | ReviewPost():
            return [Piece((block,), "") for message in slack(reply) for block in message["blocks"]]
        case CommitDetail():
            return [*_detail(reply), *buttons(reply.buttons)]
        case CommitList():
            return list(_list(reply))
        case Sheet():
            return list(_sheet(reply, {"table", "data_table"} if in_view else without))
        case Board():
            return _numbered(list(_board(reply)))
        case Form():
            raise TypeError("a form is no message")


def _board(board: Board) -> Iterator[Piece]:
    """Return replies below each other; a message allows one table, so all are lists."""
    for number, part in enumerate(board.parts):
        if number:
            yield Piece(({"type": "divider"},), "")
        yield from pieces(part, in_view=True)


def _note(note: Note) -> Iterator[Piece]:
    paragraphs = [part for part in note.text.split("\n\n") if part.strip()] or [""]
    for number, paragraph in enumerate(paragraphs):
        mark = _TONES[note.tone] if number == 0 else ""
        about = [*words(mark), *_elements(note.about), *words(" · ")] if note.about and number == 0 else []
        said = (
            spans(sentences(paragraph, _PARAGRAPH, "…"))
            if about
            else spans(mark + sentences(paragraph, _PARAGRAPH, "…"))
        )
        yield rich([*about, *said] or words("–"))


def _detail(detail: CommitDetail) -> Iterator[Piece]:
    item, language = detail.item, detail.language
    entry, commit = item.entry, item.entry.commit
    pointer = label("slack.shortened", language)
    importance = say(f"importance.{entry.triage.importance}", language)
    ranked = label("entry.importance", language, importance=importance)
    when = commit.committed_at.astimezone(ZoneInfo(detail.zone))
    facts = [ranked, item.types, item.areas, item.size]
    title = [
        *words(f"{ICONS[entry.triage.importance]} "),
        *spans(cut(item.title, _TITLE), bold=True),
        *words(" "),
        *reference(item.entry.commit),
        *([*words(" · "), *link(commit_page(commit), commit.short)] if commit.pull_request else []),
    ]
    yield rich(
        title,
        about(
            (clean(commit.repo), f"{when:%Y-%m-%d %H:%M}{label('list.brackets', language, text=detail.zone)}"),
            item,
            at=1,
        ),
        words(cut(" · ".join(part for part in facts if part), _TITLE)),
        *([words(cut(clean(detail.opinions), _TITLE))] if detail.opinions else []),
    )
    why = label("entry.why", language, importance=importance)
    yield rich(
        spans(f"→ {label('entry.part', language, name=why)} {cut(item.reasons, _TITLE)}") if item.reasons else [],
        *(spans(f"⚠️ {cut(mark, _TITLE)}") for mark in item.marks),
    )
    if item.diff:
        yield preformatted(item.diff)
    for part in item.parts:
        yield from _part(part, detail, pointer)


def _part(part: Part, detail: CommitDetail, pointer: str) -> Iterator[Piece]:
    said = []
    for point in part.points:
        where, page = place_of(point, detail.item.entry.commit)
        place = [*words(" "), *link(page, cut(where, _CELL), code=bool(point.path))] if where else []
        said.append([*spans(sentences(point.text, _TEXT, pointer)), *place])
    for start in range(0, len(said), 5):
        name = label("entry.part", detail.language, name=part.name)
        yield bullets(words(name, bold=True) if start == 0 else [], said[start : start + 5])


def _list(found: CommitList) -> Iterator[Piece]:
    yield rich(spans(cut(found.title, _TITLE), bold=True))
    for row in found.rows:
        yield rich(*_row(row))
    if found.note:
        yield rich(spans(sentences(found.note, _TEXT, "…")))
    named = [(f"{row.item.entry.commit.short} · {row.item.title}", row.command) for row in found.rows]
    details = menu(label("slack.details", found.language), named, 0)
    controls = [button(one, number) for number, one in enumerate(found.buttons, 1)]
    yield from actions([details, *controls] if details else controls)


def _row(row: CommitRow) -> Iterator[list[Json]]:
    item = row.item
    yield [
        *words(f"{ICONS[item.entry.triage.importance]} "),
        *spans(cut(item.title, _TITLE), bold=True),
        *words(" "),
        *reference(item.entry.commit),
    ]
    because = spans(f" · {cut(row.because, _TITLE)}") if row.because else []
    yield [*about((clean(row.repo), row.when, item.areas or item.types), item, at=2), *because]
    if row.sentence:
        yield spans(sentences(row.sentence, _TEXT, "…"))
    elif item.line != item.title:
        yield spans(sentences(item.line, _TEXT, "…"))


def _sheet(sheet: Sheet, without: Collection[str]) -> Iterator[Piece]:
    yield rich(spans(cut(sheet.title, _TITLE), bold=True))
    rows = [tuple(cut(cell, _CELL) if isinstance(cell, str) else cell for cell in row) for row in sheet.rows]
    acts = dict(enumerate(one for one in sheet.actions))
    has_channels = any(isinstance(cell, Channel) for row in rows for cell in row)
    beside = any(acts.values()) and (len(rows) <= _FEW_ROWS or has_channels)
    if beside:
        is_rich = has_channels or any("`" in str(cell) for row in rows for cell in row)
        yield from (_acted(row, acts.get(number), number, is_rich=is_rich) for number, row in enumerate(rows))
    else:
        yield from _grid(sheet, rows, without)
    if sheet.note:
        yield rich(spans(sentences(sheet.note, _TEXT, "…")))
    named = [(f"{row[0]} · {one.label}", one.command) for row, one in zip(rows, sheet.actions, strict=False) if one]
    choice = menu(label("slack.choose", sheet.language), [] if beside else named, len(rows))
    controls = [button(one, number) for number, one in enumerate(sheet.buttons, len(rows) + 1)]
    yield from actions([choice, *controls] if choice else controls)


def _elements(cell: str | Channel, **style: bool) -> list[Json]:
    return channel(cell) if isinstance(cell, Channel) else spans(cell, **style)


def _joined(cells: Iterable[str | Channel]) -> list[Json]:
    """Return cells in one line."""
    shown = [elements for cell in cells if (elements := _elements(cell))]
    return [one for number, elements in enumerate(shown) for one in [*words(" · " if number else ""), *elements]]


def _acted(row: Sequence[str | Channel], one: Button | None, number: int, *, is_rich: bool) -> Piece:
    """Return a row with its button beside it; a first cell that is more than a number goes above the rest.

    Slack's text beside a button is not rich text: rows with code or a channel in them have their buttons below.
    """
    if is_rich:
        line = rich(_elements(row[0], bold=True), _joined(row[1:]))
        below = buttons([one], number) if one else []
        return Piece((*line.blocks, *(block for row_ in below for block in row_.blocks)), line.text)
    first, *rest = (str(cell) for cell in row)
    apart = " · " if len(first) <= _NUMBER else "\n"
    text = apart.join(part for part in (first, " · ".join(cell for cell in rest if cell)) if part)
    shown = {"type": "plain_text", "text": text or "–", "emoji": False}
    section: Json = {"type": "section", "text": shown}
    return Piece((section | ({"accessory": button(one, number)} if one else {}),), text)


def _grid(sheet: Sheet, rows: Sequence[Sequence[str | Channel]], without: Collection[str]) -> Iterator[Piece]:
    """Return rows as a table, sortable if a column holds numbers; otherwise, or if there are too many, as a list."""
    cells = [[_elements(cell) for cell in row] for row in rows]
    whole = None
    if (
        len(rows) > _FEW_ROWS
        and "data_table" not in without
        and any(_is_numeric(column) for column in zip(*rows, strict=True))
    ):
        whole = data_table(sheet.title, sheet.columns, cells)
    if rows and whole is None and "table" not in without:
        whole = table(sheet.columns, cells)
    if whole:
        yield whole
        return
    for start in range(0, len(rows), 10):
        bullets_of = ([_elements(first, bold=True), _joined(rest)] for first, *rest in rows[start : start + 10])
        yield bullets([], ([*first, *(words(" · ") if rest else []), *rest] for first, rest in bullets_of))


def _is_numeric(column: Sequence[str | Channel]) -> bool:
    return all(isinstance(cell, str) and cell.isdecimal() for cell in column)


def _numbered(found: Sequence[Piece]) -> list[Piece]:
    """Give the controls of several replies in one message distinct numbers."""
    count = 0
    made = []
    for one in found:
        blocks = []
        for block in one.blocks:
            changed = dict(block)
            if block["type"] == "actions":
                changed["elements"] = [
                    element | {"action_id": f"{ACTION}:{count + n}"} for n, element in enumerate(block["elements"])
                ]
                count += len(block["elements"])
            elif "accessory" in block:
                changed["accessory"] = block["accessory"] | {"action_id": f"{ACTION}:{count}"}
                count += 1
            blocks.append(changed)
        made.append(Piece(tuple(blocks), one.text))
    return made
