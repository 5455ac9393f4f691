"""Text from outside in Discord's Markdown: shown literally, without mentions or links, within a length.

Syntax: https://docs.discord.com/developers/reference#message-formatting
"""

import re
from collections.abc import Sequence

from analysis.i18n.typography import CLAUSE_END

_CODE = re.compile(r"(?<!`)(`+)([^`]+?)\1(?!`)")
_SPECIAL = re.compile(
    r"[\\*_~`|\[\]<>]"
    r"|^[#+-]"  # starts a heading, small text, a list
    r"|(?<=^\d)\.|(?<=^\d\d)\.|(?<=^\d{3})\.|(?<=^\d{4})\."
    r"|:(?=[\w+-]+:)"  # the name of an emoji
    r"|:(?=//)"  # a URL
)
_PING = re.compile(r"@(?=everyone|here)|<(?=@|#|/|:|a:|t:|id:)", re.IGNORECASE)
_APART = "\u200b"


def escape(text: str) -> str:
    """Return one line of text as Markdown that shows it literally; code in backticks stays code.

    Nothing in it pings anyone or becomes a link, an emoji, a heading or a list.
    """
    out, at = [], 0
    for found in _CODE.finditer(text):
        out += [_plain(text[at : found.start()]), f"`{found[2]}`"]
        at = found.end()
    return "".join([*out, _plain(text[at:])])


def _plain(text: str) -> str:
    # Discord's server looks for mentions before its client removes backslashes.
    return _SPECIAL.sub(r"\\\g<0>", _PING.sub(rf"\g<0>{_APART}", text))


def link(shown: str, page: str) -> str:
    """Return `shown` (already Markdown) as a link without a preview; unchanged if there is no page."""
    return f"[{shown}](<{page}>)" if page else shown


def units(text: str) -> int:
    """Count UTF-16 units, as Discord's clients do: characters outside the BMP count as two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit(text: str, room: int, ending: str = "…") -> str:
    """Return `text` escaped and, if that exceeds `room` units, cut after a sentence and followed by `ending`.

    A single sentence longer than `room` is cut after a word, or inside one if necessary.
    """
    if len(text) <= room and units(whole := escape(text)) <= room:
        return whole
    text = text[: 2 * room]  # escaping never shortens
    room -= units(ending)
    for places in (_ends(CLAUSE_END, text), _ends(re.compile(r"\s+"), text), range(len(text))):
        cut = _longest(text, places, room)
        if cut:
            return cut + ending
    return ending


def _ends(pattern: re.Pattern[str], text: str) -> list[int]:
    return [found.end() for found in pattern.finditer(text)]


def _longest(text: str, places: Sequence[int], room: int) -> str:
    """Return the longest escaped prefix of `text` that ends at one of `places` and takes at most `room` units."""
    low, high = 0, len(places)
    while low < high:
        middle = (low + high + 1) // 2
        if units(_head(text, places[middle - 1])) <= room:
            low = middle
        else:
            high = middle - 1
    return _head(text, places[low - 1]) if low else ""


def _head(text: str, place: int) -> str:
    for found in _CODE.finditer(text, 0):
        if found.start() < place < found.end():  # half a code span would mean something else
            place = found.start()
    return escape(text[:place].rstrip())
