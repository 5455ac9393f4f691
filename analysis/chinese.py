"""Chinese: terms put into it, and how it is set beside Latin letters.

Only what can be said whole is translated: one English clause in the middle of a Chinese sentence is worse than an honest
quotation, and a Chinese engineer reads `kernel` and `rollout` as they are. The terms stand in `phrases.toml`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from analysis.phrases import CODE, table

_CJK = r"\u3400-\u9fff"
_PIECES = re.compile(r"`[^`]*`|[^\s,()（）]+|[,()（）]|\s+")
_LOWER = re.compile(r"[a-z]+(?:['’-][a-z]+)*")
_ARTICLES = {"the", "a", "an"}
_LONGEST_TERM = 4
_LONG = 7
_MOST_OF = 2
_COMPATIBLE = re.compile(r"(compatibility|conflicts?|integration|consistency)\s+with\s+(.+)", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\([^()]*\)")


class Unsaid(Exception):
    """There is a word that has no place in a Chinese sentence: no error, but the way out of one."""


def translate(text: str) -> str:
    """Put a short piece of text into Chinese if every word of it can be; else return an empty string."""
    try:
        made = noun(text.strip(" ."), unknown=0, opens=True)
    except Unsaid:
        return ""
    return spaced(made) if re.search(rf"[{_CJK}]", made) else ""


def spaced(text: str) -> str:
    """Put a space between Chinese and Latin text, as Chinese engineers do, and none between two Chinese words."""
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


def noun(text: str, unknown: int | None = None, *, opens: bool = False) -> str:
    """Put the terms that have a Chinese word into Chinese; names and code stay as they are.

    Args:
        text: a noun with what stands before it, and perhaps `of` another.
        unknown: how many words may be neither; default: one, or two in a long text.
        opens: it is how a title begins, so that its first word has a capital in any case.
    """
    text = " ".join(text.split())
    head, of, rest = text.partition(" of ")
    if text.count(" of ") > _MOST_OF:
        raise Unsaid
    if of:
        return spaced(f"{noun(rest, unknown)} 的 {noun(head, unknown, opens=opens)}")
    compatible = _COMPATIBLE.fullmatch(text)
    if compatible:
        return f"与 {noun(compatible[2], unknown)} 的{noun(compatible[1], unknown)}"
    text = _ASIDE.sub(_aside, text)
    pieces = _PIECES.findall(text)
    words = [
        piece.lower() if _is_plain(piece, opens=(opens and index == 0) or _closes(pieces, index)) else ""
        for index, piece in enumerate(pieces)
    ]
    loose = [piece.lower() for piece in pieces]  # `Response API` is a term, though each word is written as a name
    if unknown is None:
        unknown = 1 + (sum(bool(word.strip()) for word in words) > _LONG)
    kept, unsaid = _sets()
    made: list[str] = []
    at = 0
    while at < len(pieces):
        size, chinese = _term(words, loose, at)
        if size:
            made.append(f" {chinese} ")
            at += size
            continue
        word = words[at]
        at += 1
        if word in _ARTICLES and pieces[at : at + 1] != [","]:
            continue
        if (word in unsaid and word not in _ARTICLES) or (word in _openings() and word not in kept):
            raise Unsaid
        if _LOWER.fullmatch(word) and len(word) > 2 and word not in kept and word.removesuffix("s") not in kept:  # noqa: PLR2004
            unknown -= 1
            if unknown < 0 or re.search(r"(?:ing|ed|ly)$", word):
                raise Unsaid
        made.append(pieces[at - 1])
    if len(made) > 2 and made[-1].endswith("的 "):  # noqa: PLR2004 - "features supported": 支持的功能
        made.insert(0, made.pop())
    said = "".join(made)
    said = re.sub(r"\s*,\s*(?:和|或)\s*|\s*,\s*and\s+", "和 ", said)
    said = re.sub(rf"的\s*和\s*(?=[{_CJK}]{{1,4}}的)", "且", said)
    said = re.sub(r"\s*,\s+", "、", said)
    said = re.sub(r"\s+/\s+", "/", said)
    return spaced(said)


def opens_with_noun(text: str) -> bool:
    """Whether a title's first word is a noun that is known, or a name: it may as well be a verb that is not."""
    word = text.split(" ", 1)[0]
    kept, _ = _sets()
    return (bool(CODE.fullmatch(word)) and not re.fullmatch(r"[A-Z][a-z]+", word)) or (
        word.lower() in _terms() or word.lower().removesuffix("s") in kept or word.lower() in kept
    )


def _term(words: Sequence[str], loose: Sequence[str], at: int) -> tuple[int, str]:
    """The longest term that begins at a word: how many pieces it takes, and its Chinese."""
    terms = _terms()
    for size in range(2 * _LONGEST_TERM - 1, 1, -2):
        phrase = " ".join(loose[at : at + size : 2])
        if at + size <= len(loose) and phrase in terms:
            return size, terms[phrase]
    return (1, terms[words[at]]) if words[at] in terms else (0, "")


def _is_plain(piece: str, *, opens: bool) -> bool:
    """Whether a word may be put into Chinese: names keep their capital, but a title's first word has one anyway."""
    return bool(
        re.fullmatch(r"[a-z0-9/]+(?:['’-][a-z]+)*", piece)
        or (opens and re.fullmatch(r"[A-Z][a-z]+(?:-[a-z]+)*", piece))
    )


def _closes(pieces: Sequence[str], index: int) -> bool:
    """Whether a word ends what it stands in, behind a name: `SwapAB Optimization`, but not `Qwen Image`."""
    before = pieces[index - 2] if index > 1 else ""
    return index == len(pieces) - 1 and bool(before) and not re.fullmatch(r"[A-Z][a-z]+", before)


def _aside(found: re.Match[str]) -> str:
    """What stands in brackets, if it can be said; else it is left out."""
    inside = found[0].strip()[1:-1]
    if not re.search(r"[a-z]{3,}", inside):
        return found[0]
    said = translate(inside)
    return f"（{said}）" if said else ""


@lru_cache(maxsize=1)
def _sets() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(table()["kept"]["words"]), frozenset(table()["unsaid"]["words"])


@lru_cache(maxsize=1)
def _openings() -> frozenset[str]:
    return frozenset(word for action in table()["action"].values() for word in action["words"])


@lru_cache(maxsize=1)
def _terms() -> dict[str, str]:
    terms: dict[str, str] = table()["chinese"]
    return {**{f"{word}s": chinese for word, chinese in terms.items()}, **terms}
