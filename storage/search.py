"""Searches commits by words, Chinese or not, and by filters, and sorts the results."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlite_utils import Database

from analysis.commits.window import parse_day
from analysis.entry import Entry
from analysis.errors import BadInput
from storage.commit_rows import COLUMNS, KNOWN, entry_of, key_of
from storage.store import Store
from storage.words import query, tag

_CANDIDATES = 300
"""How many of the newest matches are ranked: more than anyone reads, and few enough to be fast for any word."""

_SPAN = re.compile(r"([0-9]{1,4})([hdwmy])")
_UNITS = {
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "m": timedelta(days=30),
    "y": timedelta(days=365),
}
_END = 1 << 62
_CALLED = {"area": "area", "type": "change type", "author": "author", "level": "importance"}


@dataclass(frozen=True, slots=True)
class Question:
    """What to search for.

    Attributes:
        words: all must match, each as the start of a word; identifiers and Chinese included.
        repos: only these; all if empty.
        since, until: committed in [since, until), UTC.
        areas, types: keys; each tuple must match, by any of its keys. authors: names, any of which may match.
        least: 0 for low, 1 for medium, 2 for high; None if not given.
        without: what commits may not match: the words and filters of each, without a time.
        among: only these commits, as (repository, SHA); all if None.
    """

    words: str = ""
    repos: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    areas: tuple[str | tuple[str, ...], ...] = ()
    types: tuple[str | tuple[str, ...], ...] = ()
    authors: tuple[str, ...] = ()
    least: int | None = None
    without: tuple["Question", ...] = ()
    among: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, best first, and whether there is more."""

    entries: tuple[Entry, ...]
    more: bool


def parse_since(text: str, now: datetime, *, last: bool = False) -> datetime:
    """Parse `7d`, `3w`, `12h`, a day (2026-01-08, yesterday, monday) or a moment, in `now`'s time zone.

    A day stands for its first moment; with `last`, for the first moment after it.

    Raises:
        BadInput: it is none of these.
    """
    if span := _SPAN.fullmatch(text.strip().lower()):
        try:
            return now - int(span[1]) * _UNITS[span[2]]
        except OverflowError:
            raise BadInput(f"{text!r} is longer than any history: write 12h, 7d, 3w, or a date.") from None
    try:
        moment = datetime.fromisoformat(text.strip())
        is_day = re.fullmatch(r"[\d-]+", text.strip()) is not None
    except ValueError:
        try:
            moment, is_day = datetime.combine(parse_day(text, now.date()), time()), True
        except BadInput:
            raise BadInput(f"{text!r} is not a time span: write 12h, 7d, 3w, or a date such as 2026-01-08.") from None
    try:
        moment += timedelta(days=last and is_day)
        return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    except OverflowError:
        raise BadInput(f"{text!r} is outside the calendar: write a date such as 2026-01-08.") from None


def search(store: Store, question: Question, limit: int = 20) -> Answer:
    """Return the commits that best match the question.

    Those with the words in their title come first, then the more important, then the newer.

    Raises:
        BadInput: there is nothing to search for.
    """
    with store.read() as db:
        tags = filters_of(db, question)
        if tags is None:
            return Answer((), more=False)
        first, last = span_of(question)
        less = excluded(db, question)
        titled = _newest(db, query(question.words, tags, "title") + less, first, last) if question.words else []
        keys = dict.fromkeys([*titled, *_newest(db, query(question.words, tags) + less, first, last)])
        in_title = set(titled)
        found = sorted(
            _rows(db, keys), key=lambda row: (row["id"] in in_title, row["importance"], row["id"]), reverse=True
        )
        return Answer(tuple(entry_of(row) for row in found[:limit]), len(found) > limit)


def newest(store: Store, question: Question, limit: int, before: int | None = None) -> tuple[list[Entry], int | None]:
    """Return the newest commits that match a question, and where the next older ones begin; None if there are no more.

    `before` is such a position.

    Raises:
        BadInput: there is nothing to search for.
    """
    with store.read() as db:
        tags = filters_of(db, question)
        if tags is None:
            return [], None
        first, last = span_of(question)
        match = query(question.words, tags) + excluded(db, question)
        keys = _newest(db, match, first, last if before is None else min(before, last), limit + 1)
        found = sorted(_rows(db, keys[:limit]), key=lambda row: -row["id"])
        return [entry_of(row) for row in found], keys[limit - 1] if len(keys) > limit else None


def filters_of(db: Database, question: Question) -> list[str] | None:
    """Return a question's conditions other than words; None if it asks for unknown repositories."""
    tags = [_any_of("area", area) for area in question.areas]
    tags += [_any_of("type", kind) for kind in question.types]
    if question.authors:
        tags.append(" OR ".join(f"{_exactly('author', name)} *" for name in question.authors))
    # A time span alone is a valid question, and so is what is left out.
    if question.least is not None or question.since or question.until or question.without:
        tags.append(_exactly("level", str(question.least or 0)))
    if question.repos:
        wanted = {repo.lower() for repo in question.repos}
        known = db.query("select id, name from repositories")
        numbers = [row["id"] for row in known if row["name"].lower() in wanted]
        if not numbers:
            return None
        tags.append(" OR ".join(f'"repo{number}"' for number in numbers))
    return tags


def excluded(db: Database, question: Question) -> str:
    """Return what stands behind an FTS5 expression of terms joined by AND so that it leaves out what a question is without."""
    found = [query(one.words, filters_of(db, one) or ()) for one in question.without]
    return f" NOT ({' OR '.join(f'({one})' for one in found)})" if found else ""


def among(question: Question) -> tuple[str, list[str]]:
    """Return the SQL condition on the key of a row of `words`, with its values, for a question about named commits only."""
    if question.among is None:
        return "1", []
    names = [f"{repo.lower()}@{sha}" for repo, sha in question.among]
    which = "select c.id from commits c join repositories r on r.id = c.repository"
    return (
        f"words.rowid in ({which} where lower(r.name) || '@' || c.sha in ({','.join('?' * len(names)) or 'null'}))",
        names,
    )


def span_of(question: Question) -> tuple[int, int]:
    """Return the keys between which the commits of a question's time span lie."""
    first = key_of(question.since) if question.since else -_END
    return first, key_of(question.until) if question.until else _END


def _rows(db: Database, keys: Iterable[int]) -> Iterator[dict[str, Any]]:
    yield from db.query(
        f"select {COLUMNS}, null as patches from {KNOWN} "
        f"where c.types is not null and c.id in ({','.join(map(str, keys))})"
    )


def _newest(db: Database, match: str, first: int, last: int, most: int = _CANDIDATES) -> list[int]:
    rows = db.execute(
        "select rowid from words where words match ? and rowid >= ? and rowid < ? order by rowid desc limit ?",
        [match, first, last, most],
    )
    return [row[0] for row in rows]


def _any_of(name: str, values: str | tuple[str, ...]) -> str:
    return " OR ".join(_exactly(name, value) for value in ((values,) if isinstance(values, str) else values))


def _exactly(name: str, value: str) -> str:
    word = tag(name, value)
    if word == name:
        raise BadInput(f"{value!r} is not a valid {_CALLED[name]}: give it as commits write it.")
    return f'"{word}"'
