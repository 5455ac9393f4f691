"""Words of reports and of code made comparable: identifiers taken apart, endings cut off, words that say nothing left out."""

import re
from collections.abc import Collection
from functools import lru_cache

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*|\d+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_ENDINGS = ("ations", "ation", "ings", "ing", "ers", "ies", "ied", "ed", "es", "er", "s", "e", "y")
_SHORTEST, _SHORTEST_STEM = 3, 3
_COMMON = """
    the a an and or of to in on for with from by at as is are was were be been it its this that these those when if not no do does did don
    can could should would may will we you they he she has have had but so than then into out up down over after before since due via per
    all any some more most only also just too very which who what where while because about there their our your fix fixes fixed fixing
    bug bugs issue issues regression regressions revert reverts reverted broken broke break breaking wrong incorrect error errors fail
    fails failed failure failing problem add adds added use uses used using make makes made change changes changed introduced caused new
    old now correctly properly correct proper handle handling ensure allow avoid support case cases get set pr commit
"""
"""What every language's sentences have, and what every report of a fault does."""
_SAYS_NOTHING = frozenset(_COMMON.split())


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> tuple[str, ...]:
    parts = _PART.findall(word)
    found = [_stem(part.lower()) for part in parts if len(part) >= _SHORTEST and part.lower() not in _SAYS_NOTHING]
    whole = [_stem(word.lower())] if len(parts) > 1 and len(word) > _SHORTEST else []
    return (*found, *whole)


def stems(text: str) -> frozenset[str]:
    """Return the stems of a text's telling words: of `getPageSize` those of `page`, `size` and the whole."""
    return frozenset(stem for word in _WORD.findall(text) for stem in _of_word(word))


def shared(text: str, wanted: Collection[str]) -> frozenset[str]:
    """Return which of some stems a text has."""
    lowered = (
        text.lower()
    )  # a stem is a piece of its word as it is written: most texts have none, and are not taken apart
    return stems(text).intersection(wanted) if any(stem in lowered for stem in wanted) else frozenset()


def named(text: str) -> dict[str, str]:
    """Return the telling words of a text as they stand there, by their stems."""
    return {stem: word for word in reversed(_WORD.findall(text)) for stem in _of_word(word)}
