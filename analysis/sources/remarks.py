"""What the reader should know about a listing, in any language."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Self

from analysis.commits.commit import Commit
from analysis.i18n.catalogue import Sentences
from analysis.i18n.language import FOLDER, LANGUAGES, Language

_say = Sentences(FOLDER).say

_MOST_NAMED = 5
"""Of a list within a remark: more would hide what else a digest has to say."""
_TITLE = 80
"""Characters of a title within a remark."""


class Remark(str):
    """A remark: it is its own sentence in English, for programs and logs; `said` says it in other languages.

    Args:
        key: of the sentence, as `source` in the wording has it; `values` are filled in, of a tuple the first few.
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
        """Say it in a language."""
        return _worded(self._key, language, self._values)


def _worded(key: str, language: Language, values: Mapping[str, object]) -> str:
    listed = {name: _listed(value, language) for name, value in values.items() if isinstance(value, tuple)}
    return _say(f"source.{key}", language, **{**values, **listed})


def _listed(names: tuple[str, ...], language: Language) -> str:
    shown = _say("list.comma", language).join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return _say("list.more", language, names=shown, count=more) if more > 0 else shown


def no_commits() -> Remark:
    """Return what is to be said of an empty repository."""
    return Remark("no_commits")


def stale(moment: str) -> Remark:
    """Return what is to be said of a clone that nobody fetched since the end of what was asked for."""
    return Remark("stale", moment=moment)


def vanished(days: Iterable[date], commits: Iterable[Commit]) -> Remark:
    """Return what is to be said of commits that were told on some days and that the branch has no more."""
    # As code, which no platform takes for a link, a mention or markup.
    titles = ((one.short, " ".join(one.subject.replace("`", "").split())) for one in commits)
    named = tuple(f"`{short} {title[:_TITLE]}{'…' * (len(title) > _TITLE)}`" for short, title in titles)
    told = tuple(day.isoformat() for day in sorted(set(days)))
    return Remark("vanished", count=len(named), days=told, commits=named)


def is_stale(text: str) -> bool:
    """Whether a remark, in whatever language it was said, is on a clone that was not fetched."""
    return any(
        text.startswith(_say("source.stale", language, moment="\0").partition("\0")[0]) for language in LANGUAGES
    )


def is_pressing(text: str) -> bool:
    """Whether a remark, in whatever language it was said, is for those, too, who want to hear nothing of a quiet day.

    Commits that were told are gone, or what landed may stand on a branch that is not followed.
    """
    values = dict.fromkeys(("days", "commits", "old", "new", "mend"), "\0")
    forms = (
        _say(f"source.{key}", language, count=count, **values).split("\0")[1]
        for key in ("vanished", "branch_behind")
        for language in LANGUAGES
        for count in (1, 2)
    )
    return any(form in text for form in forms)


def is_empty(text: str) -> bool:
    """Whether a remark, in whatever language it was said, is on a repository without commits."""
    return any(text == no_commits().said(language) for language in LANGUAGES)
