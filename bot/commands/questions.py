"""What a line in plain words asks for: days, people, areas, kinds of changes, and the words that are left to look for."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from analysis.i18n.language import Language
from analysis.i18n.patterns import Patterns
from analysis.i18n.typography import fold
from analysis.questions import dates
from analysis.triage.areas import Areas
from bot.commands import meanings, queries
from bot.commands.bare_topics import meaning
from bot.commands.grammar import read
from bot.commands.mistakes import Mistake
from bot.commands.spans import is_span, read_span
from bot.commands.terms import terms
from bot.digests.core import Core
from bot.i18n.words import WORDS
from storage.search import Answer, Question

_PATTERNS = Patterns(__file__, "questions", WORDS)
_NEAR, _MOST = 3, 30

Authors = Callable[[str], list[tuple[str, str]]]
"""Finds people by a part of their name or their account: (name, account), the busiest first; the account may be empty."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line asks for.

    Attributes:
        words: to look for; `dates`: as they stand there; `area`, `kind`, `author` as options are typed. All may be empty.
        from_then: the date is where a span begins.
        weeks: it says "this week", or "week" beside other words.
    """

    words: tuple[str, ...]
    dates: tuple[str, ...] = ()
    area: str = ""
    kind: str = ""
    author: str = ""
    from_then: bool = False
    weeks: bool = False

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """What narrows the search for the words, as it is typed."""
        found: dict[str, tuple[str, ...]] = {}
        if self.area:
            found["area"] = (self.area,)
        if self.kind:
            found["type"] = (self.kind,)
        if self.author:
            found["author"] = (self.author,)
        if self.dates:
            found["since"] = (self.dates[0],)
            found |= {} if self.from_then else {"until": (self.dates[-1],)}
        elif self.weeks:
            found["since"] = ("7d",)
        return found


def understood(text: str, areas: Areas, today: date, authors: Authors) -> Wanted:
    """Read a line in plain words; `authors` returns the names of people that a text may name, the likeliest first.

    Raises:
        Mistake: somebody or some time is named that nobody here knows: neither is a word to look for.
    """
    author, rest = _person(text, areas, today, authors)
    dated, rest = dates.within(rest, today)
    plain = fold(text).lower().split()
    found = _with_topics(areas, [_PATTERNS.in_front_of_word.sub("", word) or word for word in terms(rest)])
    days = [word for word in found if is_day(word)]
    named = [word for word in found if word not in days and areas.find(fold(word))]
    kinds = [word for word in found if word not in [*days, *named] and meaning(areas, word).keys() == {"type"}]
    weeks = [word for word in found if fold(word).lower() == "week"]
    begins = WORDS.one_of("questions.begins") & set(plain) if [*dated, *days] else frozenset[str]()
    words = [word for word in found if word not in [*days, *named, *kinds, *weeks] and word.lower() not in begins]
    if len([*dated, *days]) > 1:
        words = [word for word in words if word.lower() not in WORDS.one_of("questions.between")]
    bare = [word for word in words if word.lower() not in WORDS.one_of("questions.digest")]
    if not (author or named or kinds or dated or days) and bare and dates.is_time(bare):
        raise Mistake("mistake.day", text=" ".join(bare), today=today.isoformat())
    if author and not kinds and any(word.lower() == "fixes" for word in words):
        kinds, words = ["bugfix"], [word for word in words if word.lower() != "fixes"]
    if not author and len(found) == 1 and words and (author := _author(words[0], authors)):
        words = []
    return Wanted(
        tuple(words),
        (*dated, *days),
        named[0] if named else "",
        meaning(areas, kinds[0])["type"] if kinds else "",
        author,
        from_then=bool(begins) or bool(_PATTERNS.from_sign.search(text) and [*dated, *days]),
        weeks=bool(weeks),
    )


def is_day(word: str) -> bool:
    """Whether a word is a day, or a command for one, such as `yesterday`."""
    if is_span(word):
        return True
    try:
        command = read(word)
    except Mistake:
        return False
    return command.verb in {"yesterday", "today"} or (command.verb == "date" and bool(command.words))


def asks_who(text: str) -> bool:
    """Whether a line asks for people."""
    return bool(_PATTERNS.who.search(text))


def known_authors(core: Core, repos: Collection[str]) -> Authors:
    """Return what finds the people of some repositories by name or account."""

    def find(text: str) -> list[tuple[str, str]]:
        wanted = text.lstrip("@").strip()
        return core.stores.commits.authors(tuple(repos), wanted, _MOST) if wanted else []

    return find


def find(
    core: Core,
    wanted: Question,
    language: Language,
    repos: str | Collection[str] | None = None,
    limit: int = 20,
    within: Collection[str] | None = None,
    zone: str = "UTC",
) -> tuple[Answer, str]:
    """Search for all words as they stand, and where that finds nothing for what they mean, as a question or by half.

    Returns:
        What was found, and what was looked for in the end, as options are typed; empty where that is what was asked.
    """
    answer = queries.find_commits(core, wanted, language, repos, limit, within)
    if answer.entries or not wanted.words.strip():
        return answer, ""
    now = core.now().astimezone(ZoneInfo(zone))
    seen = [*([repos] if isinstance(repos, str) else repos or within or core.stores.commits.repositories())]
    read = understood(wanted.words, core.sources.areas(), now.date(), known_authors(core, seen))
    words, options = " ".join(read.words), read.options
    if not options and words in {"", wanted.words}:
        return answer, ""
    asked = replace(
        wanted,
        words=words,
        areas=wanted.areas or tuple(meanings.area(core, name) for name in options.get("area", ())),
        types=wanted.types or options.get("type", ()),
        authors=wanted.authors or options.get("author", ()),
    )
    if read.dates and not (wanted.since or wanted.until):
        windows = [read_span(day, now.date(), zone) for day in read.dates]
        asked = replace(asked, since=windows[0].start, until=None if read.from_then else windows[-1].end)
    elif read.weeks and not wanted.since:
        asked = replace(asked, since=now - timedelta(days=7))
    given = {
        "area": wanted.areas,
        "type": wanted.types,
        "author": wanted.authors,
        "since": wanted.since or wanted.until,
    }
    given["until"] = given["since"]
    taken = {name: values for name, values in options.items() if not given[name]}
    answer = queries.find_commits(core, asked, language, repos, limit, within)
    if read.area and not answer.entries:  # what may name an area is a word of titles, too
        taken.pop("area", None)
        words = f"{words} {read.area}".strip()
        by_words = replace(asked, words=words, areas=wanted.areas)
        answer = queries.find_commits(core, by_words, language, repos, limit, within)
    shown = " ".join([words, *(f"{name}={value}" for name, values in taken.items() for value in values)]).strip()
    return answer, shown


def find_typed(
    core: Core, text: str, language: Language, repo: str | None = None, limit: int = 20, zone: str = "UTC"
) -> tuple[Answer, str]:
    """Search for a line with filters in it, as `queries.search_commits`; returns as `find`."""
    wanted, named = queries.read_search(core, text, zone)
    return find(core, wanted, language, named or repo, limit, zone=zone)


# -- people


def _person(text: str, areas: Areas, today: date, authors: Authors) -> tuple[str, str]:
    """Return whose commits are asked for, and the text without that; an empty name for nobody's."""
    for kind, form in _PATTERNS["people"].items():
        for found in form.finditer(text):
            for name in _names(found["name"], is_last=kind.startswith("own")):
                if (
                    name.lower() in WORDS.one_of("questions.nobody")
                    or dates.days(name, today)
                    or is_day(name)
                    or areas.find(fold(name))
                ):
                    continue
                if author := _author(name, authors):
                    return author, _without(text, found, name)
            if found.groupdict().get("sure") and _may_be_name(found["name"], areas, today):
                unknown = found["name"].split()[0]
                near = tuple(_nearest(unknown, authors))
                raise Mistake("mistake.author" if near else "mistake.author_nobody", text=unknown, known=near)
    return "", text


def _names(text: str, *, is_last: bool) -> Iterator[str]:
    """Yield what of a run of words may be a name, the longest first: its end where something is somebody's, else its beginning."""
    words = text.split()
    for count in range(len(words), 0, -1):
        yield " ".join(words[-count:] if is_last else words[:count]).strip(".,;:!?")


def _author(text: str, authors: Authors) -> str:
    """Return whom a text names, by name or account, as options are typed; empty for nobody."""
    wanted = fold(text).lstrip("@").lower()
    for name, account in authors(wanted):
        plain = fold(name).lower()
        if wanted in {plain, account.lower(), *plain.split()} or (
            len(wanted) > 1 and not wanted.isascii() and wanted in plain
        ):
            return name
    return ""


def _may_be_name(text: str, areas: Areas, today: date) -> bool:
    first = text.split(maxsplit=1)[0]
    return not (
        first.lower() in WORDS.one_of("questions.nobody")
        or dates.days(text, today)
        or is_day(first)
        or areas.find(fold(first))
        or first[0].isdigit()
    )


def _without(text: str, found: re.Match[str], name: str) -> str:
    """Return a text without a name and what says that it is one; what stands behind the name stays."""
    at = text.index(name, found.start("name"))
    before = _PATTERNS.in_front_of_name.sub("", text[:at])
    after = _PATTERNS.behind.sub("", text[at + len(name) :])
    return f"{before} {after}"


def _nearest(name: str, authors: Authors) -> list[str]:
    known = {one.lower(): one for one, _ in authors(name[:1].lower())}
    near = [known[one] for one in get_close_matches(name.lower(), known, n=_NEAR, cutoff=0.5)]
    return near or list(known.values())[:_NEAR]


def _with_topics(areas: Areas, found: list[str]) -> list[str]:
    """Return words with those that name one area or one type together as one."""
    for count in (3, 2):
        for at in range(len(found) - count + 1):
            some = " ".join(found[at : at + count])
            if meaning(areas, some).keys() & {"area", "type"}:
                return _with_topics(areas, [*found[:at], some, *found[at + count :]])
    return found
