"""Places in a team's own files, in words."""

from collections.abc import Sequence

from analysis.i18n.language import Language
from analysis.uses import Use
from formatters.i18n.wording import label
from formatters.text.plain import clean

_MOST = 5


def say_places(uses: Sequence[Use], language: Language) -> str:
    """Say where something is used, file and line: a few, and how many more there are."""
    places = list(dict.fromkeys(code(use.place) for use in uses))
    more = f" +{len(places) - _MOST}" if len(places) > _MOST else ""
    return label("list.comma", language).join(places[:_MOST]) + more


def code(name: str) -> str:
    """Return a name as code, where it can be."""
    shown = clean(name)
    return shown if "`" in shown else f"`{shown}`"
