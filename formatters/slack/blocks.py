"""Slack's blocks, and messages packed from them within Slack's limits: split between pieces, never inside one."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from formatters.reply import MOST_COMMAND, Button
from formatters.slack.text import Json, cut, fallback, fitting, plain, spoken, words

Payload = Json
"""A message: `text`, the fallback, and `blocks`."""

ACTION = "daybrief"
"""The prefix of our controls' `action_id`; their value is the command."""

MOST_BLOCKS = 50
MOST_SIZE = 11_000
"""Characters of a message's blocks as JSON.

Slack rejects more than about 12,000 characters of text "with a buffer for block containers", and does not say how it
counts (https://github.com/slackapi/bolt-js/issues/2509); counting all of the JSON keeps us below it in any case.
"""
MOST_OPTIONS, _OPTION, _BUTTON, _BUTTONS = 100, 75, 75, 25
_CELLS, _PAGE_SIZE = 9_000, 20
_NOTHING: Json = {"type": "rich_text_section", "elements": words("–")}  # empty rich text is rejected


@dataclass(frozen=True, slots=True)
class Piece:
    """Blocks that stay together, and their text."""

    blocks: tuple[Json, ...]
    text: str

    @property
    def size(self) -> int:
        """Characters of its blocks as JSON."""
        return len(json.dumps(self.blocks, ensure_ascii=False))


def rich(*parts: list[Json]) -> Piece:
    """Return a block of rich text with one line per part, skipping empty ones."""
    sections = [{"type": "rich_text_section", "elements": part} for part in parts if part] or [_NOTHING]
    return piece({"type": "rich_text", "elements": sections})


def preformatted(lines: Sequence[str]) -> Piece:
    """Return lines of code verbatim."""
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "\n".join(lines)}]}
    return piece({"type": "rich_text", "elements": [element]})


def bullets(heads: list[Json], items: Iterable[list[Json]]) -> Piece:
    """Return a list below a line, which may be empty."""
    entries = [{"type": "rich_text_section", "elements": item} for item in items if item]
    elements: list[Json] = [{"type": "rich_text_section", "elements": heads}] if heads else []
    if entries:
        elements.append({"type": "rich_text_list", "style": "bullet", "elements": entries})
    return piece({"type": "rich_text", "elements": elements or [_NOTHING]})


def piece(block: Json) -> Piece:
    """Return a block as a piece, with the text extracted from it."""
    parts = block.get("elements", [])
    said = [
        "\n".join(f"• {spoken([entry])}" for entry in part["elements"])
        if part.get("type") == "rich_text_list"
        else spoken([part])
        for part in parts
    ]
    made = Piece((block,), "\n".join(said))
    return made if made.size <= MOST_SIZE else _plainly(made.text)


def _plainly(text: str) -> Piece:
    """Return a piece as plain text: a text of nothing but code or quotation marks can exceed any limit."""
    section = {"type": "rich_text_section", "elements": words(fitting(text, MOST_SIZE // 3))}
    return Piece(({"type": "rich_text", "elements": [section if section["elements"] else _NOTHING]},), text)


def context(text: str) -> Piece:
    """Return a line in small type."""
    return Piece(({"type": "context", "elements": [plain(text, 2000)]},), text)


def table(columns: Sequence[str], rows: Sequence[Sequence[list[Json]]]) -> Piece | None:
    """Return a table with `columns` as its first row; None if it exceeds Slack's limits."""
    head = [_cell(words(cut(name, _OPTION), bold=True)) for name in columns]
    block = {"type": "table", "rows": [head, *([_cell(cell) for cell in row] for row in rows)]}
    made = Piece((block,), "\n".join(" · ".join(filter(None, map(spoken, row))) for row in rows))
    fits = len(rows) < 100 and len(columns) <= 20 and made.size <= _CELLS  # noqa: PLR2004 - Slack's limits of a table
    return made if fits else None


def data_table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[list[Json]]]) -> Piece | None:
    """Return a table that readers can sort and page through; None if it exceeds Slack's limits.

    https://docs.slack.dev/reference/block-kit/blocks/data-table-block: 200 rows besides the header, 20,000 characters,
    no rich text in the header. A message has room for fewer characters than that.
    """
    head = [{"type": "raw_text", "text": cut(name, _OPTION) or " "} for name in columns]
    block = {
        "type": "data_table",
        "caption": cut(caption.replace("`", ""), _OPTION) or "–",
        "page_size": _PAGE_SIZE,
        "rows": [head, *([_datum(cell) for cell in row] for row in rows)],
    }
    made = Piece((block,), "\n".join(" · ".join(filter(None, map(spoken, row))) for row in rows))
    fits = len(rows) <= 200 and len(columns) <= 20 and made.size <= _CELLS  # noqa: PLR2004 - Slack's limits of such a table
    return made if fits else None


def _datum(elements: list[Json]) -> Json:
    text = spoken(elements)
    return {"type": "raw_number", "text": text, "value": int(text)} if text.isdecimal() else _cell(elements)


def _cell(elements: list[Json]) -> Json:
    if all(element["type"] == "text" and "style" not in element for element in elements):
        return {"type": "raw_text", "text": spoken(elements) or " "}  # an empty cell is rejected
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def button(one: Button, number: int) -> Json:
    """Return a button; `number` distinguishes it from others in its message."""
    made = {
        "type": "button",
        "action_id": f"{ACTION}:{number}",
        "text": plain(one.label, _BUTTON),
        "value": one.command,
    }
    return made if one.style == "plain" else made | {"style": one.style}


def menu(placeholder: str, choices: Iterable[tuple[str, str]], number: int) -> Json | None:
    """Return a menu of (label, command) with the first hundred choices; None if there are none."""
    options = [
        {"text": plain(label, _OPTION), "value": command}
        for command, label in {command: label for label, command in choices}.items()
        if len(command) <= MOST_COMMAND
    ]
    if not options:
        return None
    return {
        "type": "static_select",
        "action_id": f"{ACTION}:{number}",
        "placeholder": plain(placeholder, 150),
        "options": options[:MOST_OPTIONS],
    }


def actions(elements: Sequence[Json]) -> list[Piece]:
    """Return rows of controls; none if there are no controls."""
    rows = [list(elements[start : start + _BUTTONS]) for start in range(0, len(elements), _BUTTONS)]
    return [Piece(({"type": "actions", "elements": row},), "") for row in rows]


def buttons(found: Sequence[Button], first: int = 0) -> list[Piece]:
    """Return rows of buttons, numbered from `first`."""
    return actions([button(one, number) for number, one in enumerate(found, first)])


def packed(pieces: Iterable[Piece]) -> list[Payload]:
    """Pack pieces into as few messages as Slack's limits allow, in order."""
    return [_message(group) for group in _groups(pieces)]


def single(pieces: Sequence[Piece]) -> Payload:
    """Pack pieces into one message; what would be too large (texts of nothing but code) becomes plain text."""
    if sum(one.size for one in pieces) > MOST_SIZE:
        pieces = [_plainly(one.text) if one.text and one.blocks[0]["type"] == "rich_text" else one for one in pieces]
    return _message(pieces)


def _groups(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    for one in pieces:
        blocks = sum(len(p.blocks) for p in group) + len(one.blocks)
        size = sum(p.size for p in group) + one.size
        tables = sum(block["type"] == "table" for p in (*group, one) for block in p.blocks)
        if group and (blocks > MOST_BLOCKS or size > MOST_SIZE or tables > 1):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _message(group: Sequence[Piece]) -> Payload:
    said = "\n".join(p.text for p in group if p.text)
    return {"text": fallback(said), "blocks": [block for p in group for block in p.blocks]}
