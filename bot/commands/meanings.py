"""What single words mean: an area, a type, an importance, a time, a zone; mistakes say how to correct them."""

import re
from datetime import datetime, time
from difflib import get_close_matches
from zoneinfo import available_timezones

from analysis.commits.window import check_zone, of_clocks
from analysis.digest.scope import check_glob
from analysis.errors import BadInput
from analysis.i18n.typography import LIST_SIGNS, fold
from analysis.questions.dates import days
from analysis.sources.several_branches import check_branches
from analysis.triage.areas import Areas
from analysis.triage.triage import Importance
from bot.commands import queries as commands
from bot.commands.mistakes import Mistake
from bot.commands.pieces import unquoted
from bot.commands.references import wanted_fix
from bot.commands.registry import HOW, LEVELS, TYPES
from bot.commands.spans import named_days
from bot.digests.core import Core
from bot.i18n.words import WORDS
from storage.search import parse_since
from storage.subscriptions import How

_LISTED = re.compile(f"[{LIST_SIGNS}\\n]")
_HOW: dict[str, How] = {"daily": "daily", "weekly": "weekly", "once": "once"}
_TIME = re.compile(r"(\d{1,2})(?:[:.\uff1a](\d\d))?\s*(am|pm)?", re.IGNORECASE)
_ONE_CLOCK = {"est", "mst"}
"""Zones without daylight saving time whose names people use for cities that have it."""
_NOON, _LAST_HOUR = 12, 23
_BACKSLASH = re.compile(r"\\(?=[\w.])")
"""A Windows path separator; before anything else it escapes a character, as in .gitignore."""
_ON_A_MACHINE = re.compile(r"[A-Za-z]:/|~")
_LINE = re.compile(r"(?<=\w):\d+(?:[:-]\d+)?$")
"""What follows a path copied from a message or an editor: a line, perhaps with a column or a last line."""


def area(core: Core, text: str) -> str:
    """Return an area's key, including areas that only a repository itself defines."""
    try:
        return commands.stored_area(core, fold(text))
    except BadInput:
        raise Mistake("mistake.area", text=text, near=_near_areas(core.sources.areas(), text)) from None


def _near_areas(areas: Areas, text: str) -> tuple[str, ...]:
    names = {name.lower(): name for found in areas for name in (found.key, *found.names.values())}
    near = get_close_matches(text.lower(), names, n=3, cutoff=0.5)
    return tuple(names[name] for name in near) or ("`areas`",)


def change_type(text: str) -> str:
    """Return a change type."""
    try:
        return commands.change_type(fold(text)).value
    except BadInput:
        raise Mistake("mistake.type", text=text, known=TYPES) from None


def importance(text: str) -> Importance:
    """Return an importance."""
    try:
        wanted = fold(text).lower()
        return commands.importance(WORDS.names("min").get(wanted, wanted))
    except BadInput:
        raise Mistake("mistake.importance", text=text, known=LEVELS) from None


def how(text: str) -> How:
    """Return when someone wants to be told: `daily`, `weekly`, `immediately`; `once` is refused as ambiguous."""
    wanted = fold(text).lower()
    found = _HOW.get(WORDS.names("how").get(wanted, ""))
    if not found:
        raise Mistake("mistake.how_once" if wanted == "once" else "mistake.how", text=text, known=HOW)
    return found


def since(text: str, now: datetime, *, last: bool = False) -> datetime:
    """Return the moment meant by `7d`, a date or a named span (`last week`); `now` is aware, in the asker's zone.

    It is the start of the span, or with `last` its end.
    """
    found = days(text, now.date())
    if len(found) > 1:
        raise Mistake("mistake.day_either", text=text, days=tuple(day.isoformat() for day in found))
    plain = found[0].isoformat() if found else fold(text)
    try:
        moment = parse_since(plain, now, last=last)
    except BadInput:
        named = named_days(plain, now.date())
        if not named:
            raise Mistake("mistake.since", text=text) from None
        moment = parse_since(named[last].isoformat(), now, last=last)
    if moment > now and not last:
        raise Mistake("mistake.day_coming", text=text, today=now.date().isoformat())
    return moment


def clock(text: str) -> time:
    """Return a time of day: `9`, `09:00`, `9:30 pm`."""
    found = _TIME.fullmatch(fold(text))
    if found:
        hour, minute = int(found[1]), int(found[2] or 0)
        if found[3]:
            hour = hour % _NOON + (_NOON if found[3].lower() == "pm" else 0)
        if hour <= _LAST_HOUR and minute < 60:  # noqa: PLR2004 - minutes of an hour
            return time(hour, minute)
    raise Mistake("mistake.time", text=text)


def zone(text: str) -> str:
    """Return an IANA time zone, also from its city alone."""
    wanted = fold(text).replace(" ", "_").lower()
    known = {name.lower(): name for name in available_timezones()}
    if (wanted not in known or wanted in _ONE_CLOCK) and (meant := of_clocks(fold(text))):
        raise Mistake("mistake.zone", text=text, near=tuple(meant))
    named = known.get(wanted) or next((n for low, n in known.items() if low.rpartition("/")[2] == wanted), "")
    try:
        return check_zone(named or text.strip())
    except BadInput:
        near = get_close_matches(wanted, known, n=2, cutoff=0.5)
        hint = tuple(known[name] for name in near) or ("Europe/Berlin", "Asia/Shanghai")
        raise Mistake("mistake.zone", text=text, near=hint) from None


def path(text: str) -> str:
    """Return a path or a pattern of paths as in the repository, without a leading `./` or a trailing line number."""
    wanted = _BACKSLASH.sub("/", text.strip())
    if _ON_A_MACHINE.match(wanted):
        raise Mistake("mistake.path", text=text)
    try:
        return check_glob(_LINE.sub("", wanted).removeprefix("./") or text)
    except BadInput:
        raise Mistake("mistake.pattern", text=text) from None


def branch(text: str) -> str:
    """Return a pattern of branches."""
    try:
        return check_branches([text])[0]
    except BadInput:
        raise Mistake("mistake.branch", text=text) from None


def listed(text: str) -> tuple[str, ...]:
    """Split a list as people write it: at commas, including Chinese ones; items may be quoted."""
    return tuple(part for raw in _LISTED.split(text) if (part := unquoted(raw.strip())))


def fix(text: str) -> str:
    """Return the stored form of a named fix: `#12`, or a SHA; raise Mistake for words, which may mean others later."""
    wanted = wanted_fix(text)
    if wanted.number:
        return f"#{wanted.number}"
    if not wanted.sha:
        raise Mistake("mistake.fix_topic", text=text)
    return wanted.sha
