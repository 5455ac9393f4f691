"""Parses the archive's search form field by field; mistakes are reported in the reader's language."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from analysis.commits.title import KNOWN_TYPES
from analysis.errors import BadInput
from analysis.i18n.language import Language
from analysis.triage.triage import Importance
from bot.commands import meanings
from bot.commands.queries import change_type, importance
from formatters.i18n.wording import label
from storage.search import Question

FIELDS = ("q", "area", "type", "min", "author", "repo", "since", "until")
"""The form's fields."""

_NAMES = {"since": "web.since", "until": "web.until", "type": "page.type", "min": "web.least"}
_SPANS = "12h, 7d, 3w, 2026-01-08"
_TYPES, _LEVELS = (", ".join(one.value for one in kinds) for kinds in (KNOWN_TYPES, Importance))
_T = TypeVar("_T")


def question_of(given: Mapping[str, str], repos: tuple[str, ...], now: datetime, language: Language) -> Question:
    """Return the search that the fields describe; `now` is in the archive's zone.

    Raises:
        BadInput: a field is invalid, or the span ends before it begins.
    """

    def read(name: str, meant: Callable[[str], _T], example: str) -> _T | None:
        try:
            return meant(given[name]) if name in given else None
        except BadInput:
            field = label(_NAMES[name], language)
            raise BadInput(label("web.bad_value", language, field=field, value=given[name], example=example)) from None

    since = read("since", lambda text: meanings.since(text, now), _SPANS)
    until = read("until", lambda text: meanings.since(text, now, last=True), _SPANS)
    if since and until and since >= until:
        raise BadInput(label("web.reversed", language, since=given["since"], until=given["until"]))
    kind, least = read("type", change_type, _TYPES), read("min", importance, _LEVELS)
    return Question(
        words=given.get("q", ""),
        repos=repos,
        since=since,
        until=until,
        areas=(given["area"],) if "area" in given else (),
        types=(kind.value,) if kind else (),
        authors=(given["author"],) if "author" in given else (),
        least=least.rank if least else None,
    )
