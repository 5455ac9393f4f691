"""Search words and filters, parsed by the same grammar wherever they are typed: `cache since=7d min=high`."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from analysis.errors import BadInput
from analysis.i18n.language import Language
from bot.commands import meanings
from bot.commands.grammar import read_as
from bot.commands.mistakes import Mistake
from bot.commands.pieces import unquoted
from bot.commands.queries import find_commits
from bot.commands.registry import option_name
from bot.digests.core import Core
from storage.search import Answer, Question

FILTERS = ("since", "until", "area", "type", "author", "min")
"""What a search may be filtered by, besides the repository."""
_MINUS = re.compile(
    r"""(?<!\S)[-!](?:(?P<name>[^\W\d_]+)[:=\uff1a\uff1d])?(?P<value>["“][^"”]+["”]|[^\W_][^\s,\uff0c]*)"""
)
"""What is left out: `-disk`, `-"page size"`, `-type:fix`."""
_SIGNED = re.compile(
    r"(?<!\S)(?P<before>[-!/]?)(?P<name>[^\W\d_]+)(?P<sign>[<>!~]=?|=[<>=]?|:[<>=]?|\uff1a|\uff1d)(?![:/\\])(?P<value>\S+)"
)
"""What looks like a filter; not `std::vector`, an address, or `fix: what`."""
_SLASHED = re.compile(r"(?<!\S)/(?P<name>[^\W\d_]+)(?:\s+(?P<value>[\w-]+))?(?!\S)")
"""A filter behind a slash, as other programs have it: `/min high`."""
_CLOSE = 0.6


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
    """Return the search for some words, with the filters given by name; `-disk` and `-type:fix` leave out.

    Raises:
        Mistake: a filter is unknown, invalid or misspelt, or its span is empty.
    """
    now = core.now().astimezone(ZoneInfo(zone))
    refuse_signs(words, lambda name, value: _fits(core, name, value, now))
    left_out = [_without(core, found) for found in _MINUS.finditer(words)]
    since = max((meanings.since(day, now) for day in given.get("since", ())), default=None)
    until = min((meanings.since(day, now, last=True) for day in given.get("until", ())), default=None)
    if since and until and since >= until:
        raise Mistake("mistake.reversed", since=given["since"][-1], until=given["until"][-1])
    return Question(
        words=" ".join(_MINUS.sub(" ", words).split()) if left_out else words,
        since=since,
        until=until,
        areas=_alternatives(given.get("area", ()), lambda name: meanings.area(core, name)),
        types=_alternatives(given.get("type", ()), meanings.change_type),
        authors=_authors(given.get("author", ())),
        least=max((meanings.importance(level).rank for level in given.get("min", ())), default=None),
        without=tuple(left_out),
    )


def left_out_in(words: str) -> tuple[str, ...]:
    """Return the parts of a search that leave something out, as written: `-disk`."""
    return tuple(found[0] for found in _MINUS.finditer(words))


def _without(core: Core, found: re.Match[str]) -> Question:
    """Return what commits may not match: a word, or a filter's values."""
    name, value = option_name((found["name"] or "").lower(), FILTERS), unquoted(found["value"])
    match name:
        case "":
            return Question(value)
        case "area":
            return Question(areas=_alternatives((value,), lambda one: meanings.area(core, one)))
        case "type":
            return Question(types=_alternatives((value,), meanings.change_type))
        case "author":
            return Question(authors=_authors((value,)))
    raise Mistake("mistake.filter_left_out", text=found[0], name=found["name"])


def refuse_signs(words: str, fits: Callable[[str, str], bool]) -> None:
    """Refuse what looks like a filter and is none: `sort:date`, `min>=high`, `/min high`, `mim:high`.

    Raises:
        Mistake: naming it, with the closest filter if there is one.
    """
    known = (*FILTERS, "repository", "lang")
    for found in _SLASHED.finditer(words):
        if (name := option_name(found["name"].lower(), known)) in known:
            raise Mistake("mistake.filter", text=found[0], right=f"{name}={found['value'] or '…'}")
    for found in _SIGNED.finditer(words):
        name = option_name(found["name"].lower(), known)
        if found["before"] == "-" and found["sign"] in {"=", ":"} and name in known:
            continue
        value = found["value"].lstrip("=<>")
        near = name if name in known else next(iter(get_close_matches(name, known, n=1, cutoff=_CLOSE)), "")
        if near and value and (near == name or fits(near, value)):
            right = f"{near}={value}"
            is_apart = found[0].replace(":", "=") == right
            raise Mistake("mistake.filter_apart" if is_apart else "mistake.filter", text=found[0], right=right)
        raise Mistake("mistake.filter_unknown", text=found[0], name=found["name"], known=known)


def _alternatives(values: Sequence[str], read: Callable[[str], str]) -> tuple[tuple[str, ...], ...]:
    """Parse a search filter: `AMD,NPU` means any of them; if given twice, both must hold."""
    return tuple(tuple(map(read, meanings.listed(value))) for value in values)


def _authors(values: Sequence[str]) -> tuple[str, ...]:
    """Parse the authors of a search filter: any of them."""
    return tuple(name.lstrip("@") for value in values for name in meanings.listed(value))


def _fits(core: Core, name: str, value: str, now: datetime) -> bool:
    """Whether a value is one of a filter."""
    readers: dict[str, Callable[[], object]] = {
        "since": lambda: meanings.since(value, now), "until": lambda: meanings.since(value, now), "area": lambda: meanings.area(core, value),
        "type": lambda: meanings.change_type(value), "min": lambda: meanings.importance(value),
    }  # fmt: skip
    try:
        return bool(readers[name]()) if name in readers else True
    except BadInput:
        return False
