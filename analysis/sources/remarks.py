"""What readers should know about a listing, in any language."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Self

from analysis.commits.commit import Commit
from analysis.i18n.catalogue import Sentences
from analysis.i18n.language import FOLDER, LANGUAGES, Language

_say = Sentences(FOLDER).say

_MOST_NAMED = 5
"""Items listed in a remark: more would hide what else a digest has to say."""
_FILLED_IN = re.compile(r"[\0\d]+")
_TITLE = 80
"""Characters of a title in a remark."""


class Remark(str):
    """A remark: as a string, its English sentence, for programs and logs; `said` returns it in other languages.

    Args:
        key: the sentence's key under `source` in the wording; `values` are filled in, only the first few of a tuple.
    """

    __slots__ = ("_key", "_values")

    def __new__(cls, key: str, **values: object) -> Self:
        """Word it in English."""
        made = super().__new__(cls, _worded(key, "en", values))
        made._key, made._values = key, values
        return made

    _key: str
    _values: dict[str, object]

    def said(self, language: Language) -> str:
        """Return it in a language."""
        return _worded(self._key, language, self._values)


def _worded(key: str, language: Language, values: Mapping[str, object]) -> str:
    listed = {name: _listed(value, language) for name, value in values.items() if isinstance(value, tuple)}
    return _say(f"source.{key}", language, **{**values, **listed})


def _listed(names: tuple[str, ...], language: Language) -> str:
    shown = _say("list.comma", language).join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return _say("list.more", language, names=shown, count=more) if more > 0 else shown


def no_commits() -> Remark:
    """Return the remark on an empty repository."""
    return Remark("no_commits")


def stale(moment: str) -> Remark:
    """Return the remark on a clone that was not fetched since the end of the requested span."""
    return Remark("stale", moment=moment)


def vanished(days: Iterable[date], commits: Iterable[Commit]) -> Remark:
    """Return the remark on commits that were reported on some days and are no longer on the branch."""
    return _named("vanished", days, commits)


def returned(days: Iterable[date], commits: Iterable[Commit]) -> Remark:
    """Return the remark on commits that were reported on some days, gone from the branch later, and are on it again."""
    return _named("returned", days, commits)


def _named(key: str, days: Iterable[date], commits: Iterable[Commit]) -> Remark:
    # As code, which no platform interprets as a link, mention or markup.
    titles = ((one.short, " ".join(one.subject.replace("`", "").split())) for one in commits)
    named = tuple(f"`{short} {title[:_TITLE]}{'…' * (len(title) > _TITLE)}`" for short, title in titles)
    told = tuple(day.isoformat() for day in sorted(set(days)))
    return Remark(key, count=len(named), days=told, commits=named)


def is_stale(text: str) -> bool:
    """Whether a remark, in any language, is about a clone that was not fetched."""
    return any(
        text.startswith(_say("source.stale", language, moment="\0").partition("\0")[0]) for language in LANGUAGES
    )


def is_pressing(text: str) -> bool:
    """Whether a remark, in any language, also concerns those who do not want to hear about quiet days.

    Reported commits are gone or back, or what landed may be on a branch that is not followed.
    """
    values = dict.fromkeys(("days", "commits", "old", "new", "mend"), "\0")
    forms = (
        max(_FILLED_IN.split(_say(f"source.{key}", language, count=count, **values)), key=len)
        for key in ("vanished", "returned", "branch_behind")
        for language in LANGUAGES
        for count in (1, 2)
    )
    return any(form in text for form in forms)


def is_empty(text: str) -> bool:
    """Whether a remark, in any language, is about a repository without commits."""
    return any(text == no_commits().said(language) for language in LANGUAGES)
