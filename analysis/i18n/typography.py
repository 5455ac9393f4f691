"""How text is set: Chinese beside Latin letters, capitals, and outside text between quotation marks of ours."""

import re
import unicodedata
from collections.abc import Iterable

from analysis.i18n.language import Language

_CJK = r"\u3400-\u9fff"
_NAME = re.compile(r"[\d_=/.`*<>\\]|^--|[a-z][A-Z]")
_ENDS = " .,;:。，；：、"
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
CLAUSE_END = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；])")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`“])|(?<=[。！？])(?!”)")
# A line may go on in the next between any two Chinese characters, but for these: https://www.w3.org/TR/clreq/#prohibition_rules_for_line_start_end
NEVER_FIRST = frozenset("，。、；：！？）》」』】〉〕｝”’…·～")
NEVER_LAST = frozenset("（《「『【〈〔｛“‘")
PAUSES = " ,;:，；："
"""What no text ends with that is cut off; nor with `OPENINGS`, which stand before what was cut."""
OPENINGS = "（("
SENTENCE_ENDS = (".", "!", "?", ":", ")", "。", "！", "？", "：", "）")
NO_BLANK_BEHIND = ("。", "！", "？", "；")
ENDS = "!?.,;:…！？。，；："
"""What may stand around a word and is none of it."""
LIST_SIGNS = ",，、;；"
SIGNS = ("=", ":", "：", "＝")
"""Signs between a name and its value."""
BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"), ("（", "）"), ("【", "】"), ("｢", "｣"))
OPENINGS_OF_ALL = "".join(opening for opening, _ in BRACKETS)
DOUBLE_QUOTES, SINGLE_QUOTES = '"“”„‟＂', "'‘’‚‛＇"
PAIRED_QUOTES = {"«": "»", "»": "«", "‹": "›", "›": "‹", "「": "」", "『": "』", "《": "》", "〈": "〉", "`": "`"}
LITERAL_QUOTES = ("『", "』")
"""Quotation marks around literal text; the closing one is doubled inside."""


def fold(text: str) -> str:
    """Normalise a name, number or date to plain letters, digits and dashes: `ＡＭＤ` is `AMD`."""
    return unicodedata.normalize("NFKC", text).translate(_DASHES).strip()


def mixes_alphabets(text: str) -> str:
    """Return the first word of a text in which letters of alphabets stand that look alike, as Latin's and Cyrillic's; empty for none."""
    for found in re.finditer(r"[^\W\d_]+", text):
        alphabets = {unicodedata.name(letter, "").partition(" ")[0] for letter in found[0]}
        if len(alphabets & {"LATIN", "CYRILLIC", "GREEK"}) > 1:
            return found[0]
    return ""


_BLANKLESS: frozenset[Language] = frozenset({"zh"})
"""Languages whose words and sentences follow one another without a blank."""


def in_a_row(sentences: Iterable[str], language: Language) -> str:
    """Put sentences one after another, as a language does; empty ones are left out."""
    return ("" if language in _BLANKLESS else " ").join(filter(None, sentences))


def typeset(text: str, language: Language) -> str:
    """Set a sentence of ours, with its names and values filled in, as a language does."""
    return spaced(text) if language in _BLANKLESS else text


def spaced(text: str) -> str:
    """Put a space between Chinese and Latin text, as Chinese engineers do, and none between two Chinese words.

    Text between quotation marks is left as it is.
    """
    parts = re.split(r"(`[^`]*`|“[^”]*”)", text)
    for index in range(0, len(parts), 2):
        part = re.sub(rf"(?<=[{_CJK}，。；：（）、“”])\s+(?=[{_CJK}，。；：（）、])", "", parts[index])
        part = re.sub(rf"(?<=[{_CJK}])(?=[A-Za-z0-9])", " ", part)
        part = re.sub(rf"(?<=[A-Za-z0-9%+])(?=[{_CJK}])", " ", part)
        parts[index] = re.sub(r"\s+(?=[，。；：、）])|(?<=[，。；：、（])\s+", "", part)
    for index in range(1, len(parts), 2):
        if parts[index].startswith("`"):
            parts[index - 1] = re.sub(rf"(?<=[{_CJK}])$", " ", parts[index - 1])
            parts[index + 1] = re.sub(rf"^(?=[{_CJK}])", " ", parts[index + 1])
    parts[0::2] = [re.sub(r"[ \t]{2,}", " ", part) for part in parts[0::2]]
    return "".join(parts).strip()


def without_stop(text: str) -> str:
    """Remove the full stop at the end."""
    return text.rstrip(".。")


def capital(text: str) -> str:
    """Begin a sentence with a capital, unless it begins with a name or with code."""
    word = text.split(" ", 1)[0].rstrip(".,:;")
    return text if _NAME.search(word) else text[:1].upper() + text[1:]


def outside(text: str) -> str:
    """Text from outside as it can stand between quotation marks of ours: one line, its marks in pairs, without an end."""
    text = tidy(text)
    text = text.replace("“", "‘").replace("”", "’")
    for mark in '`"':
        if text.count(mark) % 2:
            text = text.replace(mark, "")
    for opens, closes in ("()", "[]"):
        if text.count(opens) != text.count(closes):
            text = text.replace(opens, "").replace(closes, "")
    return tidy(text)


def tidy(text: str) -> str:
    """Text on one line, without a gap before a mark, marks side by side, and marks at its ends."""
    text = " ".join(text.split())
    text = re.sub(r"\s+(?=[,.;:!?，。；：、](?:\s|$))", "", text)
    text = re.sub(r"([,;:，。；：、])(?:\s*[,;:，。；：、])+(?=\s|$|[，。；：、])", r"\1", text)
    return text.strip(_ENDS)
