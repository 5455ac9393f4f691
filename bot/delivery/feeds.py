"""What is due in a channel, and which part of a digest it gets: by the feed's time, days and filters."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from analysis.commits.bots import names_bot
from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.digest.follow_ups import FollowUp
from analysis.digest.touching import touching
from analysis.entry import Entry
from analysis.errors import BadInput
from bot.digests.memory import LOOK_BACK
from bot.digests.uses import load_uses
from bot.i18n.wording import tell
from storage.deliveries import Delivery, State
from storage.digests import ReportedCommits
from storage.feeds import Feed
from storage.subscriptions import Recipient

_LOG = logging.getLogger(__name__)

MOST_DAYS = 7
"""How many days a catch-up digest covers at most after an outage."""

DIGEST, WEEK, MONTH = "feed", "week", "month"
"""The kinds of a feed's deliveries. Each has a history of its own: one kind may report what another has."""
KINDS = (DIGEST, WEEK, MONTH)

REMEMBERED = timedelta(days=40)
"""How far back a feed's deliveries matter: over a month, so that the last monthly one is known until the next."""

BOTS = "bots"
"""A value among excluded authors: every account that is marked as a bot."""

_MONDAY, _SATURDAY = 0, 5
_LONGEST = 31  # days between posts
_COVERING = {State.POSTING, State.POSTED, State.SKIPPED}


@dataclass(frozen=True, slots=True)
class Due:
    """A post that is due or upcoming: which days it covers, and since when it is due."""

    window: Window
    at: datetime


def kind_of(feed: Feed) -> str:
    """Return the kind of a feed's deliveries."""
    return {"weekly": WEEK, "monthly": MONTH}.get(feed.days, DIGEST)


def due(feed: Feed, covered: date | None, now: datetime) -> Due | None:
    """Return the post a feed has due.

    Missed digests come in one post, of MOST_DAYS at most; of missed reviews only the last one is made up for. `covered`
    is the last day that posts of this kind have covered in the channel.
    """
    owed = [
        (moment, about)
        for day in _days_back(feed, now.astimezone(ZoneInfo(feed.zone)).date())
        if (about := _about(feed, day)) and feed.since < (moment := _moment(feed, day)) <= now and about.hours
        if covered is None or about.last > covered
    ]
    if feed.paused or not owed:
        return None
    if feed.looks_back:
        moment, about = max(owed, key=lambda one: one[0])
        return Due(about, moment)
    last = max(about.last for _, about in owed)
    first = max(min(about.first for _, about in owed), last - timedelta(days=MOST_DAYS - 1))
    if covered:
        first = max(first, covered + timedelta(days=1))
    return Due(Window(first, last, feed.zone), max(moment for moment, _ in owed))


def beyond_reach(feed: Feed, covered: date | None, since: datetime, now: datetime) -> Window | None:
    """Return the days whose posts fell due in [since, now] and are too old for `due` to make up for."""
    zone = ZoneInfo(feed.zone)
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=number) for number in range((today - since.astimezone(zone).date()).days + 1))
    owed = [
        about
        for day in days
        if (about := _about(feed, day)) and max(feed.since, since) <= _moment(feed, day) <= now
        if covered is None or about.last > covered
    ]
    made_up = due(feed, covered, now)
    last = made_up.window.first - timedelta(days=1) if made_up else max((about.last for about in owed), default=None)
    first = min((about.first for about in owed), default=None)
    return Window(first, last, feed.zone) if first and last and first <= last else None


def next_post(feed: Feed, now: datetime) -> datetime:
    """Return when a feed posts next."""
    return coming(feed, now).at


def coming(feed: Feed, now: datetime) -> Due:
    """Return what a feed posts next, if nothing is missed."""
    today = now.astimezone(ZoneInfo(feed.zone)).date()
    days = (today + timedelta(days=number) for number in range(_LONGEST + 2))
    each = ((about, _moment(feed, day)) for day in days if (about := _about(feed, day)))
    return next(Due(about, moment) for about, moment in each if moment > now)


def channel_of(feed: Feed) -> Recipient:
    """Return a feed's channel as a recipient."""
    return Recipient(feed.platform, feed.workspace, "channel", feed.channel)


def covered(feed: Feed, deliveries: Iterable[Delivery], now: datetime) -> date | None:
    """Return the last day that a feed's deliveries have covered, or are covering.

    A day in the future is a clock error, and does not silence the feed until then.
    """
    today = now.astimezone(ZoneInfo(feed.zone)).date()
    days = (
        delivery.order.window.last
        for delivery in deliveries
        if delivery.order.window and delivery.state in _COVERING and delivery.order.window.last < today
    )
    return max(days, default=None)


def reported(deliveries: Sequence[Delivery], window: Window) -> ReportedCommits:
    """Return what a feed's channel was told, as far as it matters for a digest of `window`."""
    since = window.first - timedelta(days=LOOK_BACK)
    told = [
        (delivery, delivery.order.window)
        for delivery in deliveries
        if delivery.order.window and delivery.state in _COVERING and delivery.order.window.last >= since
    ]
    where = {sha: about for delivery, about in reversed(told) for sha in delivery.order.told}
    return ReportedCommits(tuple(about for _, about in told), where)


def narrowed(feed: Feed, digest: Digest, heard: Iterable[str] = ()) -> Digest:
    """Return the part of a digest that passes a feed's filters.

    `heard` are the SHAs of reverts that must be included, because the commits they revert were reported.
    """
    if not (feed.least.rank or feed.areas or feed.left_out):
        return digest
    must = set(heard)
    kept = digest.keep(entry for entry in digest.entries if entry.commit.sha in must or wants(feed, entry))
    return replace(kept, follow_ups=tuple(one for one in digest.follow_ups if _wants_news(feed, one)))


def with_touches(feed: Feed, digest: Digest) -> Digest:
    """Return the digest with what touches the team's uses marked; an unreadable file is noted in it."""
    if not feed.uses:
        return digest
    try:
        return touching(digest, load_uses(Path(feed.uses), digest.repo))
    except BadInput as problem:
        _LOG.warning("the feed %s of %s: %s", feed.id, feed.repository, problem)
        return replace(digest, notes=(*digest.notes, tell("feed.uses", feed.language)))


def with_unknown_labels(feed: Feed, part: Digest, whole: Digest) -> Digest:
    """Return a feed's part of a digest, with a note if it filters by labels and some commits' labels were not read."""
    unknown = [one for one in whole.entries if one.pull_request is None and one.commit.pull_request is not None]
    if not (feed.labels and unknown):
        return part
    return replace(part, notes=(*part.notes, tell("feed.labels", feed.language, count=len(unknown))))


def is_left_out(entry: Entry, left_out: Iterable[str]) -> bool:
    """Whether an entry's author is among the excluded ones (names or accounts, in lower case)."""
    names = {entry.commit.author.lower(), (entry.commit.login or "").lower()} - {""}
    wanted = set(left_out)
    return bool(names & wanted) or (BOTS in wanted and names_bot(names))


def wants(feed: Feed, entry: Entry) -> bool:
    """Whether a commit passes a feed's filters."""
    if entry not in feed.scope:
        return False
    if entry.triage.importance.rank < feed.least.rank or is_left_out(entry, feed.left_out):
        return False
    return not feed.areas or bool(set(feed.areas) & set(entry.triage.areas))


def _wants_news(feed: Feed, one: FollowUp) -> bool:
    """Whether the change that a follow-up is about passes a feed's filters."""
    return one.importance.rank >= feed.least.rank and (not feed.areas or bool(set(feed.areas) & set(one.areas)))


def _days_back(feed: Feed, today: date) -> Iterator[date]:
    most = _LONGEST if feed.looks_back else MOST_DAYS
    return (today - timedelta(days=number) for number in range(most + 1))


def _about(feed: Feed, day: date) -> Window | None:
    """Return the days that a feed's post on `day` covers; None if it has no post then."""
    before = day - timedelta(days=1)
    if feed.days == "daily":
        return Window.of(before, feed.zone)
    if feed.days == "weekly":
        return Window(day - timedelta(days=7), before, feed.zone) if day.weekday() == _MONDAY else None
    if feed.days == "monthly":
        return Window(before.replace(day=1), before, feed.zone) if day.day == 1 else None
    if day.weekday() >= _SATURDAY:
        return None
    if day.weekday() != _MONDAY:
        return Window.of(before, feed.zone)
    friday = day - timedelta(days=3)
    return Window(friday, before, feed.zone) if feed.days == "weekdays" else Window.of(friday, feed.zone)


def _moment(feed: Feed, day: date) -> datetime:
    # A local time skipped by the clocks is read with the offset before the gap; of an ambiguous one, the first is used.
    return datetime.combine(day, feed.at, ZoneInfo(feed.zone)).astimezone(UTC)
