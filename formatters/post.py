"""The morning post in words, before any platform's look: what fits a phone's first screen, and the replies below it.

Texts may hold code in backticks and nothing else of any markup.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.entry import Language
from analysis.reason import Reason
from analysis.triage import Importance
from analysis.wording import say_reason
from formatters.item import Item, both_ranks
from formatters.outline import Outline
from formatters.plain import brief, clean, columns
from formatters.wording import label

FOLDED = frozenset({"tests", "ci", "docs"})
"""Areas that share one count and one reply: few follow them."""
_FOLDED_AS = "tests"

SHORT = frozenset({
    "crash", "hang", "race", "wrong_result", "leak", "out_of_memory", "data_loss", "security", "error", "dropped_support",
    "flag_added", "flag_removed", "command_added", "command_removed", "env_added", "env_removed", "endpoint_added", "endpoint_removed", "default_changed",
    "name_removed", "name_renamed", "module_removed", "released", "unsafe_added", "deprecated", "test_disabled",
})  # fmt: skip
"""Reasons that can be said in a few words."""

_GRAVE = {"type.revert", "type.security", "type.breaking"}
_LINE, _WHY, _LEAST_WHY, _WATCH, _WATCHED, _AREAS = 120, 60, 40, 240, 72, 8
_SEPARATOR = " · "
_SHOWN_BY = re.compile(r"(?<=[^\s`]{2})[:：]\s*(?=`)")


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one area: one reply in the thread. Each item stands in one section, that of its first area.

    Attributes:
        key: the area's; `tests` stands for all that are folded, an empty one for none.
    """

    key: str
    name: str
    items: tuple[Item, ...]


def sections(made: Outline) -> tuple[Section, ...]:
    """Return the areas of a digest, the most important first, then tests, CI and docs, then what has no area."""
    found: dict[str, list[Item]] = {}
    names: dict[str, str] = {}
    for item in made.items():
        key, name = _area(item, made.digest.language)
        names.setdefault(key, name)
        found.setdefault(key, []).append(item)
    keys = sorted(found, key=lambda key: _rank(key, found[key]))
    return tuple(Section(key, names[key], tuple(found[key])) for key in keys)


def _area(item: Item, language: Language) -> tuple[str, str]:
    key = section_of(next(iter(item.entry.triage.areas), ""))
    if key == _FOLDED_AS:
        return key, label("post.folded", language)
    return key, (item.area if key else "") or label("post.other", language)


def section_of(area: str) -> str:
    """Return the key of the section in which an area's commits stand; an empty one is for commits without any."""
    return _FOLDED_AS if area in FOLDED else area


def _rank(key: str, items: list[Item]) -> tuple[bool, bool, int, int]:
    levels = [item.entry.triage.importance for item in items]
    return not key, key in FOLDED, -levels.count(Importance.HIGH), -len(items)


def tally(parts: Iterable[Section]) -> str:
    """Count the areas in one line."""
    parts = list(parts)
    counts = [f"{part.name} {len(part.items)}" for part in parts]
    last = sum(not part.key or part.key in FOLDED for part in parts)  # they say that nothing else is missing
    if len(counts) > _AREAS + 1:
        counts = [*counts[: _AREAS - last], f"… +{len(counts) - _AREAS}", *counts[len(counts) - last :]]
    return _SEPARATOR.join(counts)


def effect(line: str) -> str:
    """Say an item's line in a line or two of a phone; the code that shows it stands in the thread."""
    said = _SHOWN_BY.split(line, maxsplit=1)
    return brief(said[0] + _full_stop(line) if len(said) > 1 else line, _LINE)


def _full_stop(line: str) -> str:
    return line[-1] if line.endswith((".", "。")) else ""


def reason(item: Item, language: Language) -> str:
    """Why it ranks as it does, the strongest reason first, as far as whole reasons fit; then both ranks where a model differs.

    What its line names already is said in a few words without the names. A type that is none of the grave ones comes last,
    and alone where nothing can be pointed at: what was learned of commits like it is too general for a line.
    """
    semicolon = label("list.semicolon", language)
    found = [
        reason for reason in item.entry.triage.reasons if reason.points > 0 and not reason.code.startswith("learned.")
    ]
    found.sort(key=lambda reason: reason.code.startswith("type.") and reason.code not in _GRAVE)
    first, *more = dict.fromkeys(_short(reason, item.line, language) for reason in found) or [item.types]
    ranks = both_ranks(item.entry, language)
    room = _WHY - columns(semicolon + ranks) if ranks else _WHY
    said = brief(first, max(room, _LEAST_WHY))
    for text in more:
        if columns(said + semicolon + text) <= room:
            said += semicolon + text
    return said + semicolon + ranks if ranks else said


def _short(reason: Reason, line: str, language: Language) -> str:
    text = clean(say_reason(reason, language))
    names = re.findall(r"`[^`]+`|“[^”]+”", text)
    is_said = bool(names) and all(name.strip("`“”").lower() in line.lower() for name in names)
    is_said = is_said or (
        language != "en" and "“" in text
    )  # words of an English title; the line says them in its language
    return label(f"why.{reason.code}", language) if is_said and reason.code in SHORT else text


def watched(made: Outline) -> str:
    """What to keep an eye on, in one paragraph; empty for nothing."""
    said: list[str] = []
    for point in made.watch:
        text = _whole_items(point.text, label("list.comma", made.digest.language))
        if said and columns(_SEPARATOR.join([*said, text])) > _WATCH:
            said.append(f"+{len(made.watch) - len(said)}")
            break
        said.append(text)
    return _SEPARATOR.join(said)


def _whole_items(text: str, comma: str) -> str:
    first, *more = text.split(comma)
    said = brief(first, 2 * _WATCHED)
    for item in more:
        if columns(said + comma + item) > _WATCHED:
            return f"{said} …"
        said += comma + item
    return said
