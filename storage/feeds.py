"""Feeds: which repository's digest a channel gets, when, and which part of it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time
from typing import Any, Literal

from sqlite_utils import Database

from analysis.digest.scope import Scope
from analysis.i18n.language import Language
from analysis.triage.triage import Importance
from storage.store import Store, undamaged

Days = Literal["daily", "weekdays", "workdays", "weekly", "monthly"]
"""When a feed posts, and about which days.

`daily`: each day about the day before. `weekdays`: Monday to Friday, with Friday to Sunday on Monday. `workdays`:
Monday to Friday, with only Friday on Monday. These bring digests; the others bring reviews: `weekly` each Monday on
the week before (Monday to Sunday), `monthly` on the first of each month on the month before.
"""

Quiet = Literal["line", "nothing"]
"""What to post on a day without commits: one line, or nothing."""

Releases = Literal["", "final", "all"]

Origin = Literal["chat", "config", "command"]
"""Who created a feed; those from the configuration follow it."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A channel's recurring post.

    Attributes:
        id: 0 until it is stored.
        place: where the repository is read, as accepted by `bot.digests.repositories.parse_place`.
        at: local time in the feed's zone.
        least: the lowest importance shown; `areas`: the only areas shown, all if empty.
        left_out: authors and bots, by name or account, in lower case.
        made_by: the person notified when it fails; empty if there is none.
        since: when it took effect (created or resumed); nothing before that is due.
        paused: why nothing is posted, worded for people; empty while it is active.
        releases: which releases are announced as well: `final` or `all` (with pre-releases); empty for none.
        uses: the file, on the bot's machine, that lists what the channel's team uses of it; empty for none.
        branches: patterns of the branches it covers, as in `analysis.sources.several_branches`; empty for the default
            branch.
        paths, labels: the part of the repository it covers, as in `Scope`; all of it if both are empty.
    """

    platform: str
    workspace: str
    channel: str
    repository: str
    place: str
    at: time
    zone: str
    since: datetime
    language: Language = "en"
    least: Importance = Importance.LOW
    areas: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    days: Days = "daily"
    quiet: Quiet = "line"
    made_by: str = ""
    origin: Origin = "chat"
    paused: str = ""
    uses: str = ""
    releases: Releases = ""
    paths: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    id: int = 0

    @property
    def scope(self) -> Scope:
        """The part of the repository it covers."""
        return Scope(self.paths, self.labels)

    @property
    def looks_back(self) -> bool:
        """Whether it brings reviews of weeks or months instead of daily digests."""
        return self.days in {"weekly", "monthly"}

    @property
    def brings(self) -> tuple[object, ...]:
        """What it brings to which channel: feeds that share it would report each day twice, at whatever hour."""
        kind = self.days if self.looks_back else "daily"
        sets = (self.areas, self.left_out, self.paths, self.labels, self.branches)
        return self.platform, self.channel, self.repository.lower(), kind, self.least, *map(frozenset, sets)


class Feeds:
    """The feeds in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, feed: Feed) -> Feed:
        """Store a feed (a new one if its `id` is 0) and return it with its ID.

        A new one that brings the same to the same channel as an existing one replaces it and takes over what is due; a
        feed that is changed into a duplicate replaces the other.
        """
        with self._store.write() as db:
            same = _same(db, feed)
            if same and feed.id:
                if _feed(db.table("feeds").get(feed.id)).brings != feed.brings:
                    db.table("feeds").delete(same.id)
            elif same:
                feed = replace(feed, id=same.id, since=feed.since if same.paused else same.since)
            if feed.id:
                db.table("feeds").update(feed.id, _row(feed))
                return feed
            number = db.table("feeds").insert(_row(feed)).last_pk
        assert isinstance(number, int)
        return replace(feed, id=number)

    def remove(self, number: int) -> None:
        """Delete a feed; what it has posted stays stored."""
        with self._store.write() as db:
            db.execute("delete from feeds where id = ?", [number])

    def all(self) -> list[Feed]:
        """Return all feeds, oldest first."""
        return self._found("1", [])

    def get(self, number: int) -> Feed | None:
        """Return a feed, or None if there is none."""
        return next(iter(self._found("id = ?", [number])), None)

    def of_channel(self, platform: str, channel: str) -> list[Feed]:
        """Return a channel's feeds, oldest first."""
        return self._found("platform = ? and channel = ?", [platform, channel])

    def of_place(self, place: str) -> list[Feed]:
        """Return the feeds of a repository read at this place, oldest first."""
        return self._found("place = ?", [place])

    def place_of(self, repo: str) -> str:
        """Return where a repository is read: the place of one of its feeds, otherwise its name, meaning GitHub."""
        return next((feed.place for feed in self.all() if feed.repository.lower() == repo.lower()), repo)

    def _found(self, where: str, values: Sequence[str | int]) -> list[Feed]:
        with self._store.read() as db:
            return [_feed(row) for row in db.query(f"select * from feeds where {where} order by id", list(values))]


_SETS = ("areas", "left_out", "paths", "labels", "branches")


def _same(db: Database, feed: Feed) -> Feed | None:
    """Return another feed that brings the same."""
    near = db.query(
        "select * from feeds where platform = ? and channel = ? and id != ? order by id",
        [feed.platform, feed.channel, feed.id],
    )
    return next((one for one in map(_feed, near) if one.brings == feed.brings), None)


def _row(feed: Feed) -> dict[str, Any]:
    row = asdict(feed)
    del row["id"]
    return (
        row
        | {
            "at": f"{feed.at:%H:%M}",
            "since": int(feed.since.timestamp()),
            "least": feed.least.rank,
        }
        | {name: json.dumps(row[name], ensure_ascii=False) for name in _SETS}
    )


def _feed(row: dict[str, Any]) -> Feed:
    levels = {level.rank: level for level in Importance}
    with undamaged(f"feed {row['id']}"):
        changed = {
            "at": time.fromisoformat(row["at"]),
            "since": datetime.fromtimestamp(row["since"], UTC),
            "least": levels[row["least"]],
        } | {name: tuple(json.loads(row[name])) for name in _SETS}
        return Feed(**row | changed)
