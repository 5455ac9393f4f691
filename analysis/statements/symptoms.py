"""What users suffer from, by the words for it in a title or body."""

import re
from collections.abc import Mapping
from functools import lru_cache

from analysis.i18n.words import WORDS


def symptoms() -> Mapping[str, re.Pattern[str]]:
    """Return the pattern for each symptom, the gravest first."""
    return WORDS.patterns("symptoms")


@lru_cache(maxsize=64)
def found_in(text: str) -> tuple[tuple[str, str], ...]:
    """Return the symptoms that a text names, each with its wording, the gravest first."""
    return tuple((code, named[0]) for code, pattern in symptoms().items() if (named := pattern.search(text)))
