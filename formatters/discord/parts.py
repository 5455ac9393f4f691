"""Discord's components as plain data, and how pieces of a reply become messages that Discord accepts.

Limits: https://docs.discord.com/developers/components/reference
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from formatters.discord.text import units
from formatters.reply import Button, File
from formatters.text.plain import clean, shorten

Json = dict[str, Any]

MOST_TEXT, MOST_COMPONENTS = 3_900, 38
"""Per message; Discord's own limits are 4,000 and 40."""
MOST_OPTIONS = 25
_ROW, _BUTTON, _SELECT, _SECTION, _TEXT, _GALLERY, _FILE, _SEPARATOR, _CONTAINER = 1, 2, 3, 9, 10, 12, 13, 14, 17
_STYLES = {"plain": 2, "primary": 1, "danger": 4}
_BUTTONS_IN_ROW = 5
_LABEL, _OPTION, _ALTERNATIVE = 80, 100, 1_000
_COMMAND = re.compile(r"d\d*:(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """The content of one message, as Discord's API takes it."""

    components: tuple[Json, ...]
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a reply that is never split across messages.

    Attributes:
        text: Markdown; adjacent texts become one component, unless one is `apart`.
        components: anything other than text, shown below it.
        keep: it stays with the next piece, as a heading does.
    """

    text: str = ""
    components: tuple[Json, ...] = ()
    keep: bool = False
    apart: bool = False


def command_of(custom_id: str) -> str:
    """Return the command that a button runs; empty if it is not one of ours."""
    found = _COMMAND.fullmatch(custom_id)
    return found[1] if found else ""


def buttons(wanted: Sequence[Button]) -> tuple[Json, ...]:
    """Return rows of buttons."""
    rows = [wanted[at : at + _BUTTONS_IN_ROW] for at in range(0, len(wanted), _BUTTONS_IN_ROW)]
    return tuple({"type": _ROW, "components": [button(one) for one in row]} for row in rows)


def button(wanted: Button) -> Json:
    """Return one button."""
    label = short(wanted.label, _LABEL)
    return {"type": _BUTTON, "style": _STYLES[wanted.style], "label": label, "custom_id": f"d:{wanted.command}"}


def controls_row(controls: Iterable[tuple[str, str]]) -> Json:
    """Return a row of buttons of (label, name) that are not commands; the first is the primary one."""
    made = [
        {
            "type": _BUTTON,
            "style": _STYLES["plain" if number else "primary"],
            "label": short(label, _LABEL),
            "custom_id": name,
        }
        for number, (label, name) in enumerate(controls)
    ]
    return {"type": _ROW, "components": made}


def picker(placeholder: str, options: Iterable[tuple[str, str, str]]) -> tuple[Json, ...]:
    """Return a row with a select menu of (command, label, icon); empty without options."""
    chosen: dict[str, Json] = {}
    for command, label, icon in options:
        chosen.setdefault(command, {"value": command, "label": short(label, _OPTION), "emoji": {"name": icon}})
    if not chosen:
        return ()
    listed = list(chosen.values())[:MOST_OPTIONS]
    select = {"type": _SELECT, "custom_id": "p:", "placeholder": short(placeholder, _OPTION), "options": listed}
    return ({"type": _ROW, "components": [select]},)


def beside(text: str, wanted: Button) -> Json:
    """Return a text with a button beside it."""
    return {"type": _SECTION, "components": [{"type": _TEXT, "content": text}], "accessory": button(wanted)}


def attached(files: Iterable[File]) -> tuple[Json, ...]:
    """Return components that show attached files: pictures side by side, then the others."""
    places = [(file, {"url": f"attachment://{file.name}"}) for file in files]
    pictures = [
        {"media": place, "description": short(file.alternative, _ALTERNATIVE)}
        for file, place in places
        if file.alternative
    ]
    others = [{"type": _FILE, "file": place} for file, place in places if not file.alternative]
    return (*([{"type": _GALLERY, "items": pictures}] if pictures else []), *others)


def divider() -> Json:
    """Return a horizontal line."""
    return {"type": _SEPARATOR, "divider": True, "spacing": 1}


def short(text: str, room: int) -> str:
    """Return plain text for places without Markdown, of at most `room` units and never empty."""
    text = shorten(clean(text).replace("`", ""), room) or "…"
    while units(text) > room:
        text = text[:-2] + "…"
    return text


def messages(
    pieces: Iterable[Piece], *, accent: int | None = None, files: tuple[File, ...] = ()
) -> tuple[Message, ...]:
    """Pack pieces into as few messages as possible, in order; `files` go with the last one."""
    packed = [_Load()]
    for group in _groups(pieces):
        if not packed[-1].takes(group):
            packed.append(_Load())
        for piece in group:
            if not packed[-1].takes([piece]):  # too many must stay together for one message
                packed.append(_Load())
            packed[-1].add(piece)
    made = [_distinct(_components(each.pieces)) for each in packed if each.pieces]
    return tuple(
        Message(_framed(each, accent), files if number == len(made) - 1 else ()) for number, each in enumerate(made)
    )


def _groups(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    for piece in pieces:
        group.append(piece)
        if not piece.keep:
            yield group
            group = []
    yield group


class _Load:
    """The pieces of one message and the room they take."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._text = self._count = 0

    def takes(self, more: Iterable[Piece]) -> bool:
        """Whether it has room for these too; an empty one always has."""
        text, count = self._text, self._count
        for piece in more:
            text += _text_of(piece)
            count += _count_of(piece)
        return not self.pieces or (text <= MOST_TEXT and count <= MOST_COMPONENTS)

    def add(self, piece: Piece) -> None:
        if self.pieces and not piece.apart and piece.text and self.pieces[-1].text and not self.pieces[-1].components:
            self._count -= 1  # it joins the text before it
        self.pieces.append(piece)
        self._text += _text_of(piece)
        self._count += _count_of(piece)


def _text_of(piece: Piece) -> int:
    return units(piece.text) + 1 + _text(piece.components)


def _count_of(piece: Piece) -> int:
    return bool(piece.text) + _count(piece.components)


def _components(pieces: Sequence[Piece]) -> list[Json]:
    made: list[Json] = []
    for piece in pieces:
        if piece.text and made and made[-1]["type"] == _TEXT and not piece.apart:
            made[-1] = {"type": _TEXT, "content": f"{made[-1]['content']}\n{piece.text}"}
        elif piece.text:
            made.append({"type": _TEXT, "content": piece.text})
        made += piece.components
    return made


def _distinct(components: list[Json]) -> list[Json]:
    """Number duplicates of a command: Discord rejects two controls with the same name in a message."""
    seen: Counter[str] = Counter()

    def named(each: Json) -> Json:
        made = dict(each)
        if "custom_id" in each:
            mark, _, command = each["custom_id"].partition(":")
            number = seen[each["custom_id"]]
            seen[each["custom_id"]] += 1
            made["custom_id"] = f"{mark}{number or ''}:{command}"
        if "components" in each:
            made["components"] = [named(inner) for inner in each["components"]]
        if "accessory" in each:
            made["accessory"] = named(each["accessory"])
        return made

    return [named(each) for each in components]


def _framed(components: list[Json], accent: int | None) -> tuple[Json, ...]:
    if accent is None:
        return tuple(components)
    return ({"type": _CONTAINER, "accent_color": accent, "components": components},)


def _text(components: Iterable[Json]) -> int:
    return sum(units(each.get("content", "")) + _text(each.get("components", ())) for each in components)


def _count(components: Iterable[Json]) -> int:
    return sum(1 + ("accessory" in each) + _count(each.get("components", ())) for each in components)
