"""Outside text, made safe anywhere: no control characters, and none that change text direction.

Also measures how wide text is in a terminal, where it is cut and where it wraps.
"""

import re
import unicodedata
from collections.abc import Iterable

from analysis.commits.commit import without_escapes
from analysis.i18n.typography import NEVER_FIRST, NEVER_LAST, OPENINGS, PAUSES, SENTENCE_END

_SPACE = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]*[\r\n\v\f\x85\u2028\u2029\t]+[ \t]*")
# Zero-width joiners belong to emoji and to some scripts; all other invisible characters are removed.
_KEPT_FORMATS = {"\u200d", "\u200c"}
_UNSEEN = re.compile(r"[\s\u200c\u200d\u115f\u1160\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]*")
_EMOJI_STYLE = "\ufe0f"


def clean(text: str) -> str:
    """Return `text` on one line, without control and formatting characters (escape codes, bidirectional overrides).

    Text with nothing visible left, such as a lone joiner, becomes empty.
    """
    text = _SPACE.sub(" ", without_escapes(text))
    made = "".join(char for char in text if _is_shown(char)).strip()
    return "" if _UNSEEN.fullmatch(made) else made


def _is_shown(char: str) -> bool:
    return char in _KEPT_FORMATS or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"}


def first_sentence(text: str) -> str:
    """Return the first sentence."""
    return SENTENCE_END.split(text, maxsplit=1)[0].strip()


def columns(text: str) -> int:
    """Count the columns that `text` takes in a terminal, as less capable ones count."""
    return sum(map(_width, text))


def _width(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return int(char == _EMOJI_STYLE)  # makes the preceding character as wide as an emoji
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def shorten(text: str, width: int) -> str:
    """Return `text` in at most `width` columns (wide characters count as two), cut at a word with an ellipsis."""
    if columns(text) <= width:
        return text
    head = text[: _fitting(text, width - 1)]
    return (head.rsplit(" ", 1)[0] if " " in head[len(head) // 2 :] else head).rstrip(PAUSES) + "…"


def brief(text: str, width: int) -> str:
    """Return `text` in at most about `width` columns, cut between words and code spans."""
    if columns(text) <= width:
        return text
    cut = shorten(text, width).removesuffix("…")
    if cut.count("`") % 2:
        before = cut[: cut.rindex("`")].rstrip(PAUSES + OPENINGS)
        return f"{before}…" if columns(before) > width // 4 else f"{cut.rstrip('`')}`…"
    return f"{cut}…"


def _fitting(text: str, width: int) -> int:
    used = 0
    for index, char in enumerate(text):
        used += _width(char)
        if used > width:
            return index
    return len(text)


def breaks(text: str, width: int) -> list[int]:
    """Return where lines of at most `width` columns end: after spaces and between Chinese characters, else anywhere.

    Trailing spaces do not count: the caller strips them.
    """
    found: list[int] = []
    start = used = 0
    possible = 0  # the last place where this line may end
    for index, char in enumerate(text):
        if index > start and _may_break(text[index - 1], char):
            possible = index
        used += _width(char)
        if used > width and char != " " and index > start:
            fits = possible > start and columns(text[possible : index + 1]) <= width
            start = possible if fits else index
            found.append(start)
            used = columns(text[start : index + 1])
    return found


def _may_break(before: str, after: str) -> bool:
    if before == " ":
        return after != " "
    if after in NEVER_FIRST or before in NEVER_LAST or after == " ":
        return False
    return _is_ideographic(before) or _is_ideographic(after)


def _is_ideographic(char: str) -> bool:
    return char >= "\u2e80" and _width(char) == 2  # noqa: PLR2004 - wide in East Asian text


def shares(counts: Iterable[tuple[str, int]], most: int = 100) -> str:
    """Return names with their counts on one line: the first ones and the number of others."""
    listed = [f"{clean(name)} {count:,}" for name, count in counts]
    return " · ".join(listed[:most]) + (f" … +{len(listed) - most}" if len(listed) > most else "")
