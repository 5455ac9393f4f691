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
"""On which days a feed posts, and about which.

`daily`: each day about the day before. `weekdays`: Monday to Friday, Monday about Friday to Sunday. `workdays`: Monday
to Friday, Monday about Friday alone. These bring digests, the others look back: `weekly` each Monday on the week before,
from Monday to Sunday, `monthly` each first of a month on the month before.
"""

Quiet = Literal["line", "nothing"]
"""What comes on a day without commits: one line, or nothing."""

Releases = Literal["", "final", "all"]

Origin = Literal["chat", "config", "command"]
"""Who made a feed; those of the configuration follow it."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A channel's standing order.

    Attributes:
        id: 0 until it is stored.
        place: where the repository is read, as `bot.digests.repositories.parse_place` takes it.
        at: on the zone's clocks.
        least: what is at least this important; `areas`: only of these, all if empty.
        left_out: authors and bots, by name or account, in lower case.
        made_by: the person to be told when it fails; empty where nobody is.
        since: when it began to hold (made, or resumed); nothing before is owed.
        paused: why nothing is posted, for people; empty while it is active.
        releases: whether each release is told, too: `final` ones, or `all` with pre-releases; empty for none.
        uses: the file that says what the channel's team uses of it, on the bot's machine; empty for none.
        branches: patterns of the branches whose commits it brings, as in `analysis.sources.several_branches`; empty for the
            default branch.
        paths, labels: the part of the repository that it brings, as in `Scope`; all of it if both are empty.
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
        """The part of the repository that it brings."""
        return Scope(self.paths, self.labels)

    @property
    def looks_back(self) -> bool:
        """Whether it brings look backs on weeks or months instead of digests of days."""
        return self.days in {"weekly", "monthly"}

    @property
    def brings(self) -> tuple[object, ...]:
        """What comes to which channel: two feeds that bring the same tell each day twice, at whatever hours and in whatever languages."""
        kind = self.days if self.looks_back else "daily"
        sets = (self.areas, self.left_out, self.paths, self.labels, self.branches)
        return self.platform, self.channel, self.repository.lower(), kind, self.least, *map(frozenset, sets)


class Feeds:
    """The feeds in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, feed: Feed) -> Feed:
        """Remember a feed (an `id` of 0: a new one) and return it with its id.

        A new one that would bring the same to the same channel as another takes that one's place, and owes what it owed; one
        that is changed to do so stays alone.
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
        """Forget a feed; what it has posted stays known."""
        with self._store.write() as db:
            db.execute("delete from feeds where id = ?", [number])

    def all(self) -> list[Feed]:
        """Return all feeds, the oldest first."""
        return self._found("1", [])

    def get(self, number: int) -> Feed | None:
        """Return a feed, or None."""
        return next(iter(self._found("id = ?", [number])), None)

    def of_channel(self, platform: str, channel: str) -> list[Feed]:
        """Return a channel's feeds, the oldest first."""
        return self._found("platform = ? and channel = ?", [platform, channel])

    def of_place(self, place: str) -> list[Feed]:
        """Return the feeds of a repository as it is read at a place, the oldest first."""
        return self._found("place = ?", [place])

    def place_of(self, repo: str) -> str:
        """Return where a repository is read: as one of its feeds says, else by its name, on GitHub."""
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
