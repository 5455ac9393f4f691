"""How text becomes words that an index can find, and which Chinese and English words mean the same thing.

Chinese has no spaces: a run of it is indexed as its pairs of characters (ABCD as AB, BC and CD), so that words of two
characters and longer ones are found. A question is cut by what `terms.toml` and whoever asks for it knows. Names in code
are indexed whole and in parts (QwenImage → qwenimage qwen image).
"""

import re
import tomllib
from collections.abc import Collection
from functools import lru_cache

from analysis.i18n.language import FOLDER

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
RUN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
"""A run of Chinese characters, or of letters and digits."""
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CHINESE = re.compile(rf"[{CJK}]")
_ENDING = re.compile(
    r"(?:izations?|isations?|ations?|ings?|iers?|ies|ied|ers?|ed|es|ions?|ly|s|e|y)$|(?<=[bdglmnprt])(?:[bdglmnprt]ing|[bdglmnprt]ed)$"
)
_LEAST_STEM, _LEAST_WORD = 4, 5
"""Letters of what is left of a word without its ending, and of a word that is long enough to have one."""
_SHORT = 3
_UNKNOWN = 3
"""What an unknown character costs, in words: a cut with a few words more is better than one with a character less."""


def is_chinese(text: str) -> bool:
    """Whether a text contains Chinese characters."""
    return bool(_CHINESE.search(text))


def words_of(text: str) -> str:
    """Return the words of `text` for the index, separated by spaces."""
    found: list[str] = []
    for run in RUN.findall(text):
        if _CHINESE.match(run):
            found += [run[index : index + 2] for index in range(len(run))]
            continue
        found.append(run.lower())
        parts = _CAMEL.findall(run)
        if len(parts) > 1:
            found += [part.lower() for part in parts]
    return " ".join(found)


def stem(word: str) -> str:
    """Return an English word's stem: the common start of its inflected forms."""
    if len(word) < _LEAST_WORD or not word.isalpha() or not word.isascii():
        return word
    left = _ENDING.sub("", word)
    return left if len(left) >= _LEAST_STEM else word


def inflected(word: str) -> tuple[str, ...]:
    """Return the forms of a word that is too short to be looked for by its beginning (`ci` is not `circle`); nothing for others."""
    if len(word) > _SHORT or not word.isalpha():
        return ()
    return tuple(word + ending for ending in ("", "s", "es", "ed", "ing"))


@lru_cache(maxsize=1)
def terms() -> dict[str, list[str]]:
    """Return the English names, in lower case, of terms that Chinese readers ask for."""
    tables = (tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*/terms.toml")))
    return {term: words for table in tables for term, words in table.items()}


@lru_cache(maxsize=1)
def _alike() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for group in terms().values():
        for one in group:
            found.setdefault(one, []).extend(other for other in group if other != one)
    return {one: tuple(dict.fromkeys(others)) for one, others in found.items() if others}


def alike(text: str) -> tuple[str, ...]:
    """Return other English names of the same thing: `spec decode` for `speculative decoding`."""
    return _alike().get(text, ())


def cut(run: str, known: Collection[str], longest: int) -> list[str]:
    """Cut a run of Chinese into words that are known, of at most `longest` characters, and what lies between them.

    Of all ways, the one that leaves the fewest characters unknown, then the one of the fewest words.
    """
    best: list[tuple[int, int]] = [(0, 0)]  # up to each place: what it costs, and where its last word begins
    for end in range(1, len(run) + 1):
        ways = [(best[end - 1][0] + _UNKNOWN, end - 1)]
        ways += [(best[start][0] + 1, start) for start in range(max(0, end - longest), end) if run[start:end] in known]
        best.append(min(ways, key=lambda way: (way[0], way[1])))
    pieces: list[str] = []
    end = len(run)
    while end:
        start = best[end][1]
        pieces.append(run[start:end])
        end = start
    joined: list[str] = []
    for piece in reversed(pieces):
        if piece not in known and joined and joined[-1] not in known:
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined
