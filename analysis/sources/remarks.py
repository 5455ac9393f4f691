"""What the reader should know about a listing, in any language."""

from typing import Self

from analysis.i18n.catalogue import Sentences
from analysis.i18n.language import FOLDER, LANGUAGES, Language

_say = Sentences(FOLDER).say


class Remark(str):
    """A remark: it is its own sentence in English, for programs and logs; `said` says it in other languages.

    Args:
        key: of the sentence, as `source` in the wording has it; `values` are filled in.
    """

    __slots__ = ("_key", "_values")

    def __new__(cls, key: str, **values: object) -> Self:
        """Word it in English."""
        made = super().__new__(cls, _say(f"source.{key}", "en", **values))
        made._key, made._values = key, values
        return made

    _key: str
    _values: dict[str, object]

    def said(self, language: Language) -> str:
        """Say it in a language."""
        return _say(f"source.{self._key}", language, **self._values)


def no_commits() -> Remark:
    """Return what is to be said of an empty repository."""
    return Remark("no_commits")


def stale(moment: str) -> Remark:
    """Return what is to be said of a clone that nobody fetched since the end of what was asked for."""
    return Remark("stale", moment=moment)


def is_stale(text: str) -> bool:
    """Whether a remark, in whatever language it was said, is on a clone that was not fetched."""
    return any(
        text.startswith(_say("source.stale", language, moment="\0").partition("\0")[0]) for language in LANGUAGES
    )


def is_empty(text: str) -> bool:
    """Whether a remark, in whatever language it was said, is on a repository without commits."""
    return any(text == no_commits().said(language) for language in LANGUAGES)
