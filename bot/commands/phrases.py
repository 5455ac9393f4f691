"""Options in natural wording, without a sign between name and value: `area = AMD`, `since 7d`, `at 18:30`, `every morning`."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from analysis.i18n.typography import LIST_SIGNS, SIGNS, fold
from analysis.questions.dates import days
from bot.commands.pieces import Piece
from bot.commands.registry import LEVELS, TYPES, option_name
from bot.commands.spans import named_days
from bot.i18n.words import WORDS
from bot.port.platform import Option

_SPAN = re.compile(r"\d{1,4}[hdwmy]")
_CLOCK = re.compile(r"\d{1,2}(?:[:.]\d\d)?(?:am|pm)?")
_HALF = {"am", "pm"}
_ANY_DAY = date(2024, 12, 31)
_LONGEST_DATE = 6
"""Pieces in `since` with a date of several words: `since the day before yesterday`."""
_TIMES = {
    ("every", "morning"): "daily", ("each", "morning"): "daily", ("every", "day"): "daily", ("each", "day"): "daily",
    ("once", "a", "day"): "daily", ("every", "week"): "weekly", ("each", "week"): "weekly", ("once", "a", "week"): "weekly",
    ("every", "monday"): "weekly", ("each", "monday"): "weekly", ("on", "monday"): "weekly", ("on", "mondays"): "weekly", ("at", "once"): "immediately",
    ("right", "away"): "immediately", ("in", "real", "time"): "immediately", ("as", "it", "lands"): "immediately",
    ("as", "they", "land"): "immediately",
}  # fmt: skip
"""When someone wants to be told, in several words."""
_STARTS = {words[0] for words in _TIMES} | {"at", *SIGNS}


def joined(found: Sequence[Piece], known: Mapping[str, Option], *, is_topical: bool) -> list[Piece]:
    """Return a line's pieces with each option that is spelt in several of them joined into one `name=value`.

    `known` are the command's options; in a line that names topics (`is_topical`), any option name takes what follows
    it, elsewhere only if that is a valid value: `author` may be a word to search for.
    """
    return list(_joined(list(found), known, is_topical=is_topical))


def is_start(word: str) -> bool:
    """Whether a word may combine with what follows it."""
    lowered = fold(word).lower().rstrip(LIST_SIGNS)
    return (
        lowered in _STARTS
        or lowered in WORDS.one_of("words.and")
        or lowered.startswith(SIGNS)
        or lowered in WORDS.names("options")
        or lowered in _ALL_OPTIONS
    )


_ALL_OPTIONS = {
    "area",
    "path",
    "author",
    "word",
    "type",
    "label",
    "branch",
    "min",
    "how",
    "at",
    "since",
    "until",
    "repository",
    "lang",
}


def _joined(found: list[Piece], known: Mapping[str, Option], *, is_topical: bool) -> Iterator[Piece]:
    at = 0
    while at < len(found):
        piece, count = (
            _timed(found[at:], known)
            or _signed(found[at:], known)
            or _spoken(found[at:], known, is_topical=is_topical)
            or (found[at], 1)
        )
        yield piece
        at += count


def _timed(rest: Sequence[Piece], known: Mapping[str, Option]) -> tuple[Piece, int] | None:
    """Parse `how=once a week`."""
    if (
        "how" not in known
        or not rest[0].sign
        or rest[0].is_minus
        or rest[0].is_quoted
        or option_name(rest[0].name, known) != "how"
    ):
        return None
    words = [fold(rest[0].value).lower(), *map(_plain, rest[1:3])]
    found = next(((how, count) for count in (3, 2) if (how := _TIMES.get(tuple(words[:count])))), None)
    return (
        (_piece(rest[: found[1]], "how", Piece(found[0], goes_on=rest[found[1] - 1].goes_on)), found[1])
        if found
        else None
    )


def _signed(rest: Sequence[Piece], known: Mapping[str, Option]) -> tuple[Piece, int] | None:
    """Parse `area = AMD` and `area =AMD`."""
    name = _option(rest[0], known)
    if not name or len(rest) < 2 or rest[1].is_quoted or not rest[1].text.startswith(SIGNS):  # noqa: PLR2004 - a pair
        return None
    if value := rest[1].text[1:]:
        return _piece(rest[:2], name, replace(rest[1], text=value)), 2
    return (_piece(rest[:3], name, rest[2]), 3) if len(rest) > 2 else None  # noqa: PLR2004 - with what follows the sign


def _spoken(rest: Sequence[Piece], known: Mapping[str, Option], *, is_topical: bool) -> tuple[Piece, int] | None:
    """Parse `since 7d`, `at 18:30`, `at 6 pm`, `every morning`."""
    words = [_plain(piece) for piece in rest[:3]]
    if "how" in known:
        for count in (2, 3):
            if how := _TIMES.get(tuple(words[:count])):
                return _piece(rest[:count], "how", Piece(how, goes_on=rest[count - 1].goes_on)), count
    if given := _goes_on(rest, known):
        return given
    name = _option(rest[0], known)
    if not name or len(rest) < 2 or rest[1].sign or rest[1].is_dashed:  # noqa: PLR2004 - a pair
        return None
    if name == "at" and words[2:] and words[2] in _HALF and _CLOCK.fullmatch(words[1]):
        return _piece(rest[:3], name, Piece(f"{words[1]} {words[2]}", is_quoted=True)), 3
    if name in {"since", "until"}:
        for count in range(min(len(rest), _LONGEST_DATE), 1, -1):
            some = " ".join(piece.text for piece in rest[1:count]).rstrip(LIST_SIGNS)
            if count > 2 and not any(piece.sign or piece.is_quoted for piece in rest[1:count]) and _names_days(some):  # noqa: PLR2004 - more words than one
                return _piece(rest[:count], name, Piece(some, is_quoted=True)), count
    is_value = _fits(name, words[1]) or (is_topical and name not in _WORDED)
    return (_piece(rest[:2], name, rest[1]), 2) if is_value else None


def _goes_on(rest: Sequence[Piece], known: Mapping[str, Option]) -> tuple[Piece, int] | None:
    """Parse `since=last Friday` and `at=6 pm`, whose values continue after a space."""
    first = rest[0]
    name = option_name(first.name, known)
    if (
        name not in _OF_TIME
        or name not in known
        or not first.sign
        or first.is_quoted
        or first.goes_on
        or first.is_minus
    ):
        return None
    apart = [Piece(name), *([Piece(first.value)] if first.value else []), *rest[1:]]
    said, count = _spoken(apart, known, is_topical=False) or (None, 0)
    count -= len(apart) - len(rest)
    return (replace(said, text=" ".join(piece.text for piece in rest[:count])), count) if said and count > 1 else None


_OF_TIME = {"since", "until", "at"}
_WORDED = {"at", "how", "min", "since", "until", "lang", "repository", "fix", "zone"}
"""Options whose names are also ordinary words: only a valid value makes them options."""


def _fits(name: str, word: str) -> bool:
    match name:
        case "since" | "until":
            return bool(_SPAN.fullmatch(word) or days(word, _ANY_DAY) or word in _DAYS)
        case "at":
            return bool(_CLOCK.fullmatch(word))
        case "min":
            return word in LEVELS or word in WORDS.names("min")
        case "how":
            return word in WORDS.names("how")
        case "type":
            return word in TYPES
        case "zone":
            return "/" in word
        case "fix":
            return bool(_FIX.fullmatch(word))
        case _:
            return False


def _names_days(text: str) -> bool:
    return bool(days(text, _ANY_DAY) or named_days(text, _ANY_DAY))


_FIX = re.compile(r"#\d+|(?=.*\d)[0-9a-f]{7,40}")
"""How a fix is named: a number, or a SHA; other words after `fix` are a topic."""
_DAYS = {"today", "yesterday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}


def _option(piece: Piece, known: Mapping[str, Option]) -> str:
    """Return the option that a piece names on its own; empty for none."""
    word = "" if piece.is_quoted or piece.sign or piece.is_dashed or piece.goes_on else fold(piece.text).lower()
    name = option_name(word, known)
    return name if name in known and known[name].kind != "flag" and known[name].named else ""


def _plain(piece: Piece) -> str:
    return "" if piece.is_quoted or piece.sign else fold(piece.text).lower().rstrip(LIST_SIGNS)


def _piece(parts: Iterable[Piece], name: str, value: Piece) -> Piece:
    text = " ".join(part.text for part in parts)
    return Piece(
        text, name, "=", value.text.rstrip(LIST_SIGNS) or value.text, is_quoted=value.is_quoted, goes_on=value.goes_on
    )
