"""Text from outside, made safe to stand anywhere: no control characters, nothing that turns writing around."""

import re
import unicodedata

_SPACE = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]*[\r\n\v\f\x85\u2028\u2029]+[ \t]*")
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`“])|(?<=[。！？])")
# Zero-width joiners belong to emoji and to some scripts; everything else that is not seen is left out.
_KEPT_FORMATS = {"\u200d", "\u200c"}


def clean(text: str) -> str:
    """Return `text` on one line, without control and formatting characters (escape codes, bidirectional overrides)."""
    text = _ANSI.sub("", text)
    text = _SPACE.sub(" ", text)
    return "".join(char for char in text if _is_shown(char)).strip()


def _is_shown(char: str) -> bool:
    if char == "\t" or char in _KEPT_FORMATS:
        return True
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"}


def first_sentence(text: str) -> str:
    """Return the first sentence."""
    return _SENTENCE.split(text, maxsplit=1)[0].strip()


def shorten(text: str, width: int) -> str:
    """Return `text` in at most `width` columns (wide characters count two), cut at a word, with an ellipsis."""
    if columns(text) <= width:
        return text
    used, cut = 0, 0
    for index, char in enumerate(text):
        used += columns(char)
        if used > width - 1:
            break
        cut = index + 1
    head = text[:cut]
    return (head.rsplit(" ", 1)[0] if " " in head[cut // 2 :] else head).rstrip(" ,;:，；：") + "…"


def columns(text: str) -> int:
    """Count the columns that `text` takes in a terminal."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
