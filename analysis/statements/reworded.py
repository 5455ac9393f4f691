"""Whether a sentence was there before: if it was only wrapped, marked up or reworded, it says nothing about the change."""

import re
from functools import lru_cache

_SHARE = 0.85
"""The share of a sentence's words on removed lines from which it is not a new sentence."""

_WORD = re.compile(r"\w{2,}")
_NO_LETTER = re.compile(r"\W+")
_TARGET = re.compile(r"\]\([^()\s]*\)|\s<[^>\s]*>`")


def is_reworded(sentence: str, removed: str) -> bool:
    """Whether removed lines say the same: letter by letter, or in nearly the same words."""
    if not removed:
        return False
    words = _words(sentence)
    return _squeezed(sentence) in _squeezed(removed) or len(words & _words(removed)) >= _SHARE * len(words)


@lru_cache(maxsize=64)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


@lru_cache(maxsize=64)
def _squeezed(text: str) -> str:
    """Letters and digits only, without link targets."""
    return _NO_LETTER.sub("", _TARGET.sub("", text)).lower()
