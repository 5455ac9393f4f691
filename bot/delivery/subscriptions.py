"""Which commits a recipient is told about, and when: by topics, mutes and reverts."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from analysis.commits.bots import is_bot
from analysis.commits.commit import Commit
from analysis.commits.window import Window
from analysis.digest.scope import bears, touches
from analysis.digest.touching import touched_by
from analysis.entry import Entry
from analysis.errors import BadInput
from analysis.questions.words import words_of
from analysis.statements.markdown import without_trailers
from analysis.uses.hits import Index
from bot.digests.memory import LOOK_BACK
from bot.digests.uses import index_of
from storage.subscriptions import BOTS, How, Subscription

_LOG = logging.getLogger(__name__)

_MONDAY = 0
_WEEK = 7
_FEW_DAYS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message: topics, and the span of time [since, until) they are reported for."""

    since: datetime
    until: datetime
    subscriptions: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which a recipient is told something, in one message.

    Attributes:
        name: of its delivery; each recipient gets it once.
    """

    name: str
    at: datetime
    parts: tuple[Part, ...]


Used = Callable[[Subscription], Index]
"""Returns what the file behind a subscription names. Raises BadInput if it cannot be read."""


def by_file(subscription: Subscription) -> Index:
    """Return what the file of a feed's team names."""
    return index_of(Path(subscription.uses), subscription.repository)


def matches(subscription: Subscription, entry: Entry, used: Used = by_file) -> bool:
    """Whether a commit matches a subscription: all of its conditions hold."""
    commit, triage = entry.commit, entry.triage
    if subscription.fix:  # reported as a fix, not as a commit
        return False
    if commit.repo.lower() != subscription.repository.lower() or triage.importance.rank < subscription.least.rank:
        return False
    if (subscription.area and subscription.area not in triage.areas) or (
        subscription.type and subscription.type not in triage.types
    ):
        return False
    if subscription.author and not _is_by(subscription.author, commit):
        return False
    if subscription.path and not touches(commit, subscription.path):
        return False
    if subscription.uses and not _touches(subscription, entry, used):
        return False
    if subscription.label and not bears(entry, subscription.label):
        return False
    return not subscription.word or _says(entry, subscription.word)


def _is_by(author: str, commit: Commit) -> bool:
    if author == BOTS:
        return is_bot(commit)
    return author.lower().lstrip("@") in {commit.author.lower(), (commit.login or "").lower()}


def _touches(subscription: Subscription, entry: Entry, used: Used) -> bool:
    """Whether a commit touches what the subscription's file names; an unreadable file names nothing."""
    try:
        return bool(touched_by(entry, used(subscription)))
    except BadInput as problem:
        _LOG.warning("the subscriptions of %s: %s", subscription.recipient, problem)
        return False


def _says(entry: Entry, word: str) -> bool:
    wanted = words_of(word).split()
    said = [
        without_trailers(entry.commit.message),
        *(file.path for file in entry.commit.files),
        *(fact.name for fact in entry.facts),
    ]
    text = f" {words_of(chr(10).join(said))} "
    return bool(wanted) and all(f" {part}" in text for part in wanted)


def chosen(
    subscriptions: Iterable[Subscription],
    entries: Iterable[Entry],
    told: Collection[str],
    reverts: Collection[str],
    used: Used = by_file,
) -> list[Entry]:
    """Return the `entries` to tell a recipient about: each once, however many topics it matches.

    `told` were reported before; `reverts` revert some of those, and are always included because they retract what we
    reported. Otherwise a mute overrides topics.
    """
    topics = [one for one in subscriptions if not one.is_mute]
    mutes = [one for one in subscriptions if one.is_mute]
    return [
        entry
        for entry in entries
        if entry.commit.sha not in told
        and (
            entry.commit.sha in reverts
            or (
                any(matches(one, entry, used) for one in topics)
                and not any(matches(mute, entry, used) for mute in mutes)
            )
        )
    ]


def mornings(subscriptions: Sequence[Subscription], now: datetime) -> list[Slot]:
    """Return the latest due times of a recipient's daily and weekly topics, whether or not they were delivered.

    What is due at the same time is one message. After an outage it covers what was missed.
    """
    found: dict[datetime, list[Part]] = {}
    topics = [one for one in subscriptions if not one.is_mute and not one.paused and one.how != "once"]
    for how, at, zone in sorted({(one.how, one.at, one.zone) for one in topics}):
        mine = tuple(one for one in topics if (one.how, one.at, one.zone) == (how, at, zone))
        moment = _last_time(how, at, zone, now)
        since = min(one.since for one in mine)
        if since < moment:
            until = Window.of(moment.astimezone(ZoneInfo(zone)).date(), zone).start
            back = LOOK_BACK + (_WEEK if how == "weekly" else 0)
            begin = max(_midnight(since, zone), until - timedelta(days=back))
            found.setdefault(moment, []).append(Part(begin, until, mine))
    return [Slot(f"{moment:%Y-%m-%dT%H:%MZ}", moment, tuple(parts)) for moment, parts in sorted(found.items())]


def at_once(subscriptions: Sequence[Subscription], now: datetime) -> Part | None:
    """Return what is sent at once: what has landed in the last days, since these topics were subscribed to."""
    mine = tuple(one for one in subscriptions if not one.is_mute and not one.paused and one.how == "once")
    if not mine:
        return None
    return Part(max(min(one.since for one in mine), now - timedelta(days=_FEW_DAYS)), now + timedelta(days=1), mine)


def _last_time(how: How, at: time, zone: str, now: datetime) -> datetime:
    """Return the last moment, now or earlier, at which it was this hour of a morning (or of a Monday)."""
    day = now.astimezone(ZoneInfo(zone)).date()
    while (moment := datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)) > now or (
        how == "weekly" and day.weekday() != _MONDAY
    ):
        day -= timedelta(days=1)
    return moment


def _midnight(moment: datetime, zone: str) -> datetime:
    return Window.of(moment.astimezone(ZoneInfo(zone)).date(), zone).start
