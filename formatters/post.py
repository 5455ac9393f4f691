"""The morning post in words, independent of the platform: what fits a phone's first screen, and the replies below it.

Texts may contain code in backticks and no other markup.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from analysis.i18n.language import Language
from analysis.triage.triage import Importance
from formatters.i18n.wording import label
from formatters.outline import Outline
from formatters.text.item import Item, both_ranks
from formatters.text.plain import brief, columns

Message = TypeVar("Message")

MOST_MESSAGES = 20
"""In a day's thread. Nobody reads a longer one, and platforms take minutes to post it."""
_ITEMS_MESSAGES = MOST_MESSAGES - 3
"""Those that hold items; the others open the thread, say what is left out, and attach the report."""

FOLDED = frozenset({"tests", "ci", "docs"})
"""Areas that share one count and one reply, because few people follow them."""
_FOLDED_AS = "tests"

_LINE, _WHY, _LEAST_WHY, _WATCH, _WATCHED, _AREAS = 120, 72, 40, 240, 72, 7
_SCREEN, _QUOTE, _MARKS = 1_190, 160, 20
"""Columns of a phone's first screen below the heading and the counts, of one quotation, and of an item's icon, SHA and
separators.
"""
_SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one area: one reply in the thread. Each item is in one section, that of its first area.

    Attributes:
        key: the area's; `tests` stands for all folded areas, an empty one for none.
    """

    key: str
    name: str
    items: tuple[Item, ...]


def sections(made: Outline) -> tuple[Section, ...]:
    """Return a digest's areas, the most important first, then tests, CI and docs, then items without an area."""
    return _grouped(made.items(), made.digest.language)


def fitted(made: Outline, render: Callable[[tuple[Section, ...]], Sequence[Message]]) -> tuple[Sequence[Message], int]:
    """Render the areas with as many items as a thread holds, the most important first.

    Returns:
        The messages, and how many items are left to the report.
    """
    items = tuple(made.items())
    count = len(items)
    while True:
        messages = render(_grouped(items[:count], made.digest.language))
        if len(messages) <= _ITEMS_MESSAGES or not count:
            return messages, len(items) - count
        count = min(count - 1, count * _ITEMS_MESSAGES // len(messages))


def rest(count: int, language: Language) -> str:
    """Say how many commits a thread leaves to the report."""
    return label("post.rest", language, count=count)


def _grouped(items: Iterable[Item], language: Language) -> tuple[Section, ...]:
    found: dict[str, list[Item]] = {}
    names: dict[str, str] = {}
    for item in items:
        key, name = _area(item, language)
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
    """Return the key of the section for an area's commits; an empty one is for commits without an area."""
    return _FOLDED_AS if area in FOLDED else area


def _rank(key: str, items: list[Item]) -> tuple[bool, bool, int, int]:
    levels = [item.entry.triage.importance for item in items]
    return not key, key in FOLDED, -levels.count(Importance.HIGH), -len(items)


def tally(parts: Iterable[Section]) -> str:
    """Count the areas in one line, busiest first, folded areas and commits without one last; empty without areas."""
    parts = sorted(parts, key=lambda part: (not part.key, part.key in FOLDED, -len(part.items)))
    if not any(part.key for part in parts):
        return ""
    counts = [f"{part.name} {len(part.items)}" for part in parts]
    last = sum(not part.key or part.key in FOLDED for part in parts)  # show that nothing else is missing
    if len(counts) > _AREAS + 1:
        counts = [*counts[: _AREAS - last], f"… +{len(counts) - _AREAS}", *counts[len(counts) - last :]]
    return _SEPARATOR.join(counts)


def short_line(text: str) -> str:
    """Cut a line to one or two lines on a phone."""
    return brief(text, _LINE)


def quotes(made: Outline) -> tuple[str, ...]:
    """Return the best quotation for each must-know item; an empty string if it does not fit as a whole."""
    language = made.digest.language
    told = ((short_line(item.line), reason(item, language), item.area) for item in made.must_know)
    room = _SCREEN - sum(_MARKS + sum(map(columns, parts)) for parts in told)
    room -= columns(tally(sections(made))) + columns(watched(made))
    found = []
    for item in made.must_know:
        analysis = item.entry.analysis
        quote = item.gist if analysis and analysis.why else ""
        fits = columns(quote) <= min(room, _QUOTE)
        room -= columns(quote) if fits else 0
        found.append(quote if fits else "")
    return tuple(found)


def reason(item: Item, language: Language) -> str:
    """Why it ranks as it does, in as many whole reasons as fit; then both ranks if a model differs."""
    semicolon, ranks = label("list.semicolon", language), both_ranks(item.entry, language)
    first, *more = item.reasons.split(semicolon)
    room = _WHY - columns(semicolon + ranks) if ranks else _WHY
    said = brief(first, max(room, _LEAST_WHY))
    for text in more:
        if columns(said + semicolon + text) <= room:
            said += semicolon + text
    return said + semicolon + ranks if ranks else said


def watched(made: Outline) -> str:
    """What to watch, in one paragraph; empty if nothing."""
    said: list[str] = []
    for point in made.watch:
        text = brief(point.short or point.text, 2 * _WATCHED)
        if said and columns(_SEPARATOR.join([*said, text])) > _WATCH:
            said.append(f"+{len(made.watch) - len(said)}")
            break
        said.append(text)
    return _SEPARATOR.join(said)
