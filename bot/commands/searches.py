"""Search words and filters, parsed by the same grammar wherever they are typed: `cache since=7d min=high`."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher, get_close_matches
from zoneinfo import ZoneInfo

from analysis.errors import BadInput
from analysis.i18n.language import Language
from bot.commands import meanings
from bot.commands.grammar import read_as
from bot.commands.mistakes import Mistake
from bot.commands.queries import find_commits
from bot.digests.core import Core
from storage.search import Answer, Question

FILTERS = ("since", "until", "area", "type", "author", "min")
"""What a search may be filtered by, besides the repository."""
_PAIR = re.compile(r"(?<!\S)(\w+)[:=\uff1a\uff1d](\S+)")
_CLOSE, _NEARLY = 0.6, 0.75


def search_commits(
    core: Core,
    text: str,
    language: Language,
    repo: str | None = None,
    limit: int = 20,
    zone: str = "UTC",
    within: Collection[str] | None = None,
) -> Answer:
    """Search: WORDS [since:7d] [until:DATE] [area:NAME] [type:KIND] [author:NAME] [repo:OWNER/NAME] [min:high]."""
    wanted, named = read_search(core, text, zone)
    return find_commits(core, wanted, language, named or repo, limit, within)


def read_search(core: Core, text: str, zone: str = "UTC") -> tuple[Question, list[str]]:
    """Parse a search with its filters; and the repositories they name, often none.

    Raises:
        Mistake: a filter is invalid, or its span is empty.
    """
    command = read_as("search", text)
    words = " ".join([*command.words, *command.strange, *command.flags])  # where nothing can be public, it is a word
    return wanted(core, words, command.named, zone), list(command.named.get("repository", ()))


def wanted(core: Core, words: str, given: Mapping[str, Sequence[str]], zone: str) -> Question:
    """Return the search for some words, with the filters given by name.

    Raises:
        Mistake: a filter is invalid or misspelt, or its span is empty.
    """
    now = core.now().astimezone(ZoneInfo(zone))
    if wrong := _misspelt(core, words, now):
        key = "mistake.filter_apart" if wrong[0].replace(":", "=") == wrong[1] else "mistake.filter"
        raise Mistake(key, text=wrong[0], right=wrong[1])
    since = max((meanings.since(day, now) for day in given.get("since", ())), default=None)
    until = min((meanings.since(day, now, last=True) for day in given.get("until", ())), default=None)
    if since and until and since >= until:
        raise Mistake("mistake.reversed", since=given["since"][-1], until=given["until"][-1])
    return Question(
        words=words,
        since=since,
        until=until,
        areas=_alternatives(given.get("area", ()), lambda name: meanings.area(core, name)),
        types=_alternatives(given.get("type", ()), meanings.change_type),
        authors=tuple(name.lstrip("@") for value in given.get("author", ()) for name in meanings.listed(value)),
        least=max((meanings.importance(level).rank for level in given.get("min", ())), default=None),
    )


def _alternatives(values: Sequence[str], read: Callable[[str], str]) -> tuple[tuple[str, ...], ...]:
    """Parse a search filter: `AMD,NPU` means any of them; if given twice, both must hold."""
    return tuple(tuple(map(read, meanings.listed(value))) for value in values)


def _misspelt(core: Core, words: str, now: datetime) -> tuple[str, str] | None:
    """Return a part of a search that resembles a filter but is none, and its correct form: `mim:high`, `min=high`.

    A name in code may look similar (`dtype:fp8`); it counts as a filter if its value is valid for that filter.
    """
    for found in _PAIR.finditer(words):
        for name in get_close_matches(found[1].lower(), (*FILTERS, "repo"), n=1, cutoff=_CLOSE):
            is_sure = SequenceMatcher(None, name, found[1].lower()).ratio() >= _NEARLY
            if _fits(core, name, found[2], now, is_sure=is_sure):
                return found[0], f"{name}={found[2]}"
    return None


def _fits(core: Core, name: str, value: str, now: datetime, *, is_sure: bool) -> bool:
    readers: dict[str, Callable[[], object]] = {
        "since": lambda: meanings.since(value, now), "until": lambda: meanings.since(value, now), "area": lambda: meanings.area(core, value),
        "type": lambda: meanings.change_type(value), "min": lambda: meanings.importance(value),
    }  # fmt: skip
    try:
        return bool(readers[name]()) if name in readers else is_sure
    except BadInput:
        return False
