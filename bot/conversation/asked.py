"""The last questions of a conversation, kept in the store so that a follow-up can refer to them."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from analysis.i18n.typography import fold
from analysis.questions.dates import days
from analysis.questions.follow_up import LAST, places_within, pointed_at, several_pointed_at
from analysis.questions.query import Vocabulary, read_query
from bot.commands.mistakes import Mistake
from bot.conversation.context import CommandContext
from bot.port.platform import Request
from storage.memory import KeyValues
from storage.store import Store

_KEY = "conversations"
_MOST, _CHAIN = 200, 4
"""Conversations that are kept, and how many questions in a row may build on each other."""
_LONGEST_COUNT = 10
"""The highest place in a list that people refer to by number."""
_ANY_DAY = date(2024, 12, 31)
_FRESH, _FRESH_OUTSIDE = timedelta(hours=12), timedelta(minutes=30)
"""How long a question stays available as context in its thread, and outside of threads."""


@dataclass(frozen=True, slots=True)
class Before:
    """The questions that the next one may build on, oldest first, and the commits shown by the last answer."""

    texts: tuple[str, ...]
    commits: tuple[str, ...]


class Conversations:
    """What was asked, by thread, or outside of threads by asker and channel."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = KeyValues(store, "asked")

    def before(self, request: Request, now: datetime) -> Before | None:
        """Return the previous questions, unless they are too old."""
        found = self._all().get(_key(request, request.thread or request.asker.user))
        fresh = _FRESH if request.thread else _FRESH_OUTSIDE
        if not found or now - datetime.fromisoformat(found["at"]) > fresh:
            return None
        return Before(tuple(found["texts"]), tuple(found["commits"]))

    def note(self, request: Request, before: Before, now: datetime) -> None:
        """Store what was asked; a thread that starts below the question continues it, too."""
        places = [request.thread] if request.thread else [request.asker.user, *filter(None, [request.message])]
        kept = {"texts": before.texts[-_CHAIN:], "commits": before.commits, "at": now.isoformat()}
        with self._store.write():
            known = self._all()
            for place in places:
                known.pop(_key(request, place), None)
                known[_key(request, place)] = kept
            self._kept.put(_KEY, json.dumps(dict(list(known.items())[-_MOST:]), ensure_ascii=False))

    def _all(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = json.loads(self._kept.get(_KEY) or "{}")
        return found


def _key(request: Request, place: str) -> str:
    asker = request.asker
    return f"{asker.platform}/{asker.workspace}/{asker.channel}/{place}"


async def asked_before(context: CommandContext) -> Before | None:
    """Return what was asked before in the same conversation; None if nothing was, or too long ago."""
    core = context.services.core
    conversations = Conversations(core.stores.store)
    return await context.services.work.quick(lambda: conversations.before(context.request, core.now()))


async def commits_pointed_at(context: CommandContext, text: str) -> tuple[str, ...]:
    """Return the commits of the last answer that a text asks to see (`1-3`, `the last two`, `all`); empty if it asks for none.

    Raises:
        Mistake: the last answer showed fewer commits, or there was none.
    """
    before = await asked_before(context)
    shown = before.commits if before else ()
    places = several_pointed_at(fold(text), len(shown))
    if not places and several_pointed_at(fold(text), 1):
        raise Mistake("mistake.no_list")
    if any(not 0 < place <= len(shown) for place in places):
        raise Mistake("mistake.beyond" if shown else "mistake.no_list", count=str(len(shown)))
    return tuple(shown[place - 1] for place in dict.fromkeys(places))


async def with_places_named(context: CommandContext, text: str) -> str:
    """Return a question with the commits of the last answer in it by name: `was the first one reverted?`; others unchanged.

    Raises:
        Mistake: it points at a place, and the last answer showed fewer commits.
    """
    places = list(places_within(fold(text)))
    before = await asked_before(context) if places else None
    shown = before.commits if before else ()
    named = fold(text)
    for start, end, place in reversed(places):
        rest = f"{named[:start]} {named[end:]}"
        if names_something(rest) or not shown:
            return text
        if not -len(shown) <= place <= len(shown):
            raise Mistake("mistake.beyond", count=str(len(shown)))
        named = f"{named[:start]} {shown[place if place < 0 else place - 1]} {named[end:]}"
    return named if places else text


def names_something(text: str) -> bool:
    """Whether a question names something to look for besides what is asked of a commit."""
    query = read_query(text, _ANY_DAY, Vocabulary())
    return any(not clause.sign for clause in query.clauses) or bool(query.days or query.people)


async def commit_pointed_at(context: CommandContext, text: str) -> str:
    """Return the commit of the last answer that a text refers to by place (`the second one`); empty if it does not.

    Raises:
        Mistake: the last answer showed fewer commits.
    """
    place = pointed_at(fold(text))
    before = None if place is None else await asked_before(context)
    if place is None or not before or not before.commits:
        return ""
    count = len(before.commits)
    if place == LAST or 0 < place <= count:
        return before.commits[place if place == LAST else place - 1]
    day = next(iter(days(text, context.today(context.zone()))), None)
    if not day:
        raise Mistake("mistake.beyond", count=str(count))
    if place <= _LONGEST_COUNT:  # nobody counts to the twelfth: that is a date
        raise Mistake("mistake.beyond_or_day", count=str(count), day=day.isoformat())
    return ""
