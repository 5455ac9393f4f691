"""What of a question names something to look for, and what is only courtesy."""

import tomllib
from functools import lru_cache
from pathlib import Path

from analysis.i18n.typography import fold

_ENDS = "?!.,;:…！？。，；：、～~\"'“”‘’()（）"


@lru_cache(maxsize=1)
def _words() -> dict[str, list[str]]:
    return tomllib.loads((Path(__file__).parent / "terms.toml").read_text(encoding="utf-8"))


def terms(text: str) -> list[str]:
    """Return the words of a question without those that questions are made of."""
    found = []
    for raw in text.split():
        word = raw.strip(_ENDS)
        if not word.isascii():  # Chinese has no spaces
            for filling in _words()["zh"]:
                word = word.replace(filling, " ")
        found += [one for one in word.split() if _plain(one) not in _words()["en"]]
    return found


def is_thanks(text: str) -> bool:
    """Whether somebody only says thank you, or goodbye."""
    return _is_only(text, "thanks")


def is_greeting(text: str) -> bool:
    """Whether somebody only says hello."""
    return _is_only(text, "greetings")


def _is_only(text: str, kind: str) -> bool:
    words = {_plain(word.strip(_ENDS)) for word in text.split()}
    rest = words - {*_words()["thanks"], *_words()["greetings"]}
    return bool(words & {*_words()[kind]}) and not terms(" ".join(rest))


def _plain(word: str) -> str:
    return fold(word).lower().replace("’", "'")
