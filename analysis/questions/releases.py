"""Which release a question names, and the days it covers: `in v1.2`, `since the last release`."""

import re
from collections.abc import Sequence

from analysis.commits.tags import Tag, before
from analysis.i18n.patterns import Patterns
from analysis.questions.spans import Days

_PATTERNS = Patterns(__file__, "query")


def read_release(text: str, tags: Sequence[Tag]) -> tuple[str, Days, str, str]:
    """Return the version that is named, the days in which what it brings landed, the text without it; and one that is not known."""
    final = next((tag for tag in tags if tag.is_final), None)
    if found := _PATTERNS.last_release.search(text):
        if final:
            return (*_days_of(text, found, final, tags), "")
        is_meant = _is_meant(text, found) or _PATTERNS.asks.search(text)
        return "", Days(), text, found[0] if is_meant else ""
    for found in _PATTERNS.version.finditer(text):
        wanted = found["name"].lower().lstrip("v")
        if tag := next((tag for tag in tags if tag.name.lower().lstrip("v") == wanted), None):
            return (*_days_of(text, found, tag, tags), "")
    unknown = next(
        (found for found in _PATTERNS.version.finditer(text) if _is_sure(found) and _is_meant(text, found)), None
    )
    unknown = unknown or _PATTERNS.asks.search(text)
    return "", Days(), text, unknown[0].strip() if unknown else ""


def asks_of_release(text: str) -> bool:
    """Whether a question asks if something was released."""
    return bool(_PATTERNS.asks.search(text))


def is_version(text: str) -> bool:
    """Whether a text is a version, known or unknown."""
    return bool(_PATTERNS.version.fullmatch(text))


def _is_sure(found: re.Match[str]) -> bool:
    """Whether a version is surely one: `2.5` in `since 2.5 seconds` is not."""
    return found["name"][0] in "vV" or found["name"].count(".") > 1 or found[0] != found["name"]


def _is_meant(text: str, found: re.Match[str]) -> bool:
    """Whether a version is one of the repository by the words around it."""
    return _parts_time(text, found) or bool(_PATTERNS.in_release.search(text[: found.start()]))


def _parts_time(text: str, found: re.Match[str]) -> bool:
    """Whether what stands around a version asks for what came before it, or since."""
    before, end = text[: found.start()], found.end()
    return bool(
        _PATTERNS.since.search(before)
        or _PATTERNS.before.search(before)
        or _PATTERNS.from_then.match(text, end)
        or _PATTERNS.up_to_then.match(text, end)
    )


def _days_of(text: str, found: re.Match[str], tag: Tag, tags: Sequence[Tag]) -> tuple[str, Days, str]:
    day, earlier = tag.at.date(), before(tag, tags)
    start, end = found.start(), found.end()
    if since := _PATTERNS.since.search(text[:start]):
        days, start = Days(day), since.start()
    elif then := _PATTERNS.from_then.match(text, end):
        days, end = Days(day), then.end()
    elif until := _PATTERNS.before.search(text[:start]):
        days, start = Days(None, day), until.start()
    elif up_to := _PATTERNS.up_to_then.match(text, end):
        days, end = Days(None, day), up_to.end()
    else:
        days = Days(earlier.at.date() if earlier else None, day)
    return tag.name, days, f"{text[:start]} {text[end:]}"
