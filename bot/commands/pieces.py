"""Splits a typed line into pieces (words, `name=value`, quoted text), and quotes text for one.

People type on phones and in many scripts: any Unicode space separates words, any pair of quotation marks encloses a
text, any Unicode dashes stand for `--`. Quoted text is taken literally; a doubled `"` in it is one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from analysis.i18n.typography import DOUBLE_QUOTES, LIST_SIGNS, LITERAL_QUOTES, PAIRED_QUOTES, SINGLE_QUOTES, fold

_INVISIBLE = frozenset("\u180e\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Invisible characters that come with copied text: they separate words like spaces."""

_CLOSING = (
    {'"': '"', "'": "'"}
    | dict.fromkeys(DOUBLE_QUOTES[1:], DOUBLE_QUOTES)
    | dict.fromkeys(SINGLE_QUOTES[1:], SINGLE_QUOTES)
    | PAIRED_QUOTES
)  # fmt: skip
"""What ends a text that begins with a given quotation mark; phones mix the curly ones."""
_MIXED = dict.fromkeys(DOUBLE_QUOTES, DOUBLE_QUOTES) | dict.fromkeys(SINGLE_QUOTES, SINGLE_QUOTES)
"""Used if no proper end is found: a straight mark may be closed by a curly one."""

_DOUBLED = {'"': '""', LITERAL_QUOTES[0]: LITERAL_QUOTES[1] * 2}
"""What stands for the closing mark itself, by opening mark."""

_DASH = "[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]{1,3}"
_LETTER = r"A-Za-z\uff21-\uff3a\uff41-\uff5a"
_WORD = rf"[{_LETTER}]+(?:[_\uff3f][{_LETTER}]+)*|[\u4e00-\u9fff]+"
_NAME = re.compile(rf"(?P<dash>{_DASH})?(?P<name>{_WORD})(?P<sign>[=:\uff1a\uff1d])?")
_LISTED_OPTION = re.compile(rf"[{LIST_SIGNS}](?=(?:{_DASH})?(?:{_WORD})[=\uff1d])")
"""A comma that separates an option from what precedes it, without a space: `cache,min=high`; full-width too."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a line.

    Attributes:
        text: the piece as a word, without the quotation marks around it.
        name, sign, value: of `name=value`; a `--name` has only a name. Names are in lower case, without accents.
        is_dashed: the name has leading dashes.
        is_minus: one ASCII dash stands before `name=value`, which leaves it out.
        is_quoted: all of it, or its value, is in quotation marks.
        is_literal: it is in marks inside which nothing is an option.
        is_open: its value begins with a quotation mark that is never closed.
        goes_on: a comma follows it.
    """

    text: str
    name: str = ""
    sign: str = ""
    value: str = ""
    is_dashed: bool = False
    is_minus: bool = False
    is_quoted: bool = False
    is_literal: bool = False
    is_open: bool = False
    goes_on: bool = False


def pieces(text: str) -> list[Piece]:
    """Split a line."""
    return list(_cut(text))


def quoted(text: str) -> str:
    """Put a text into quotation marks, as `pieces` reads it."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def literal(text: str) -> str:
    """Put a text into marks inside which nothing is an option, whatever it looks like."""
    opening, closing = LITERAL_QUOTES
    doubled = text.replace(closing, closing * 2)
    return f"{opening}{doubled}{closing}"


def option(piece: Piece) -> Piece | None:
    """Return the `name=value` that is quoted as a whole, as in a shell; None if it is text."""
    found = _NAME.match(piece.text) if piece.is_quoted and not (piece.is_literal or piece.sign) else None
    value = piece.text[found.end() :] if found and found["sign"] else ""
    if not found or not value.strip() or (fold(found["sign"] or "") == ":" and value[0].isspace()):
        return None
    inner = _in_quotes(value, 0)
    bare = inner[0] if inner and inner[1] == len(value) else value.strip()
    name = fold(found["name"]).lower()
    return Piece(piece.text, name, fold(found["sign"]), bare, is_quoted=True, goes_on=piece.goes_on)


def unquoted(text: str) -> str:
    """Return a text without the quotation marks around it."""
    inner = _in_quotes(text, 0)
    return inner[0].strip() if inner and inner[1] == len(text) and not inner[2] else text


def has_marks(text: str) -> bool:
    """Whether a text contains quotation marks, which may mean something in their position."""
    return not _CLOSING.keys().isdisjoint(text)


def _cut(text: str) -> Iterator[Piece]:
    at, before = 0, None
    while at < len(text):
        if _is_space(text[at]):
            at += 1
        elif before and text[at] in LIST_SIGNS and _in_quotes(text, at + 1):  # the comma belongs to the preceding piece
            before, at = replace(before, goes_on=True), at + 1
        else:
            if before:
                yield before
            before, at = _piece(text, at)
    if before:
        yield before


def _piece(text: str, at: int) -> tuple[Piece, int]:
    """Return the piece that begins here, and where it ends."""
    whole = _in_quotes(text, at)
    if whole:
        return Piece(whole[0], is_quoted=True, is_literal=text[at] == LITERAL_QUOTES[0], goes_on=whole[2]), whole[1]
    found = _NAME.match(text, at)
    name = fold(found["name"]).lower() if found else ""
    # One ASCII dash before a bare name excludes something, or is part of code: `-O2`; phones merge two dashes into one.
    is_dashed = bool(found and found["dash"] and (found["dash"] != "-" or found["sign"]))
    is_minus = bool(found and found["dash"] == "-" and found["sign"])
    if found and found["sign"] and (inner := _in_quotes(text, found.end())):
        value, end, goes_on = inner
        word = f"{found[0]}{value}"
        return Piece(word, name, fold(found["sign"]), value, is_dashed, is_minus, is_quoted=True, goes_on=goes_on), end
    end = next((place for place in range(at, len(text)) if _is_space(text[place])), len(text))
    if listed := _LISTED_OPTION.search(text, found.end() if found else at, end):
        end = listed.end()
    run = text[at:end]
    if found and found["sign"]:
        value = text[found.end() : end]
        bare = value.rstrip(LIST_SIGNS) or value
        is_open = value[:1] in _CLOSING
        piece = Piece(run, name, fold(found["sign"]), bare, is_dashed, is_minus, is_open=is_open, goes_on=bare != value)
        return piece, end
    if found and is_dashed and found.end() == end:
        return Piece(run, name, is_dashed=True), end
    if run[-1:] in DOUBLE_QUOTES and not set(run[:-1]) & set(DOUBLE_QUOTES):  # one that was never opened
        run = run[:-1] or run
    return Piece(run.lstrip(DOUBLE_QUOTES) or run, goes_on=run[-1:] in LIST_SIGNS), end


def _in_quotes(text: str, at: int) -> tuple[str, int, bool] | None:
    """Return the text in the quotation marks that begin here, where they end, and whether a comma follows."""
    if at >= len(text) or text[at] not in _CLOSING:
        return None
    return _until(text, at, _CLOSING[text[at]]) or _until(text, at, _MIXED.get(text[at], ""))


def _until(text: str, at: int, closing: str) -> tuple[str, int, bool] | None:
    doubled, place, inner = _DOUBLED.get(text[at], ""), at + 1, list[str]()
    while place < len(text):
        letter = text[place]
        if doubled and text.startswith(doubled, place):
            inner.append(letter)
            place += 2
            continue
        after = text[place + 1 : place + 2]
        if letter in closing and (not after or _is_space(after) or after in LIST_SIGNS):
            goes_on = bool(after) and after in LIST_SIGNS
            return "".join(inner), place + 1 + goes_on, goes_on
        inner.append(letter)
        place += 1
    return None


def _is_space(letter: str) -> bool:
    return letter.isspace() or letter in _INVISIBLE
