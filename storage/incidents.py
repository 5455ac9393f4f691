"""Since when a feed has been failing, and why; kept until it works again and everyone notified of it knows that.

open ──end──▶ ended ──forget──▶ (gone)
 ▲              │
 └────begin─────┘     (as a new one: those not yet told that the old one ended are told about this one)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from analysis.commits.window import Window
from storage.store import Store, undamaged


@dataclass(frozen=True, slots=True)
class Incident:
    """Why a feed does not work.

    Attributes:
        feed: its ID.
        since: when it was first seen; `ended`: when the feed worked again, None while it does not. Both UTC.
        cause: the key of a sentence (`cause` in `bot/i18n/`); `text`: the last error in full, in English.
        missed: the days that fell due meanwhile and come in one post; `lost`: earlier ones, which are not made up for.
        by_post: only posting failed; looks at the repository succeed.
        maker_told, channel_told: whether the feed's creator, or its channel, was told that it does not work.
    """

    feed: int
    since: datetime
    cause: str
    text: str
    ended: datetime | None = None
    missed: Window | None = None
    lost: Window | None = None
    by_post: bool = False
    maker_told: bool = False
    channel_told: bool = False


class Incidents:
    """The incidents in a store, at most one per feed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, feed: int, cause: str, text: str, now: datetime, *, by_post: bool) -> None:
        """Record that a feed does not work; a known incident keeps its start and gets the newer cause.

        Once a look has failed too, the incident no longer counts as limited to posting.
        """
        with self._store.write() as db:
            values = {"cause": cause, "text": text, "by_post": int(by_post), "feed": feed}
            done = db.execute(
                "update incidents set cause = :cause, text = :text, by_post = min(by_post, :by_post) "
                "where feed = :feed and ended is null",
                values,
            )
            if not done.rowcount:
                known = next(db.query("select maker_told, channel_told from incidents where feed = ?", [feed]), None)
                row = values | {"since": int(now.timestamp())} | (known or {"maker_told": 0, "channel_told": 0})
                db.table("incidents").insert(row, pk="feed", replace=True)

    def end(self, feed: int, now: datetime, missed: Window | None, lost: Window | None) -> None:
        """Record that a feed works again."""
        with self._store.write() as db:
            values = {"ended": int(now.timestamp()), "missed": _span(missed), "lost": _span(lost)}
            db.table("incidents").update(feed, values)

    def tell_maker(self, feeds: Iterable[int], *, is_over: bool) -> None:
        """Record that the creator of these feeds was told that they do not work, or that they work again."""
        with self._store.write() as db:
            for feed in feeds:
                db.execute("update incidents set maker_told = ? where feed = ?", [int(not is_over), feed])

    def tell_channel(self, feed: int, *, is_over: bool) -> None:
        """Record that a feed's channel was told that it does not work, or that it works again."""
        with self._store.write() as db:
            db.execute("update incidents set channel_told = ? where feed = ?", [int(not is_over), feed])

    def forget(self, feed: int) -> None:
        """Delete a feed's incident."""
        with self._store.write() as db:
            db.execute("delete from incidents where feed = ?", [feed])

    def all(self) -> list[Incident]:
        """Return all incidents, oldest first."""
        with self._store.read() as db:
            return [_incident(row) for row in db.query("select * from incidents order by since, feed")]

    def open(self) -> dict[int, Incident]:
        """Return the incidents of feeds that do not work at present, by feed."""
        return {incident.feed: incident for incident in self.all() if incident.ended is None}


def _span(window: Window | None) -> str | None:
    return f"{window.first.isoformat()} {window.last.isoformat()} {window.zone}" if window else None


def _window(span: str | None) -> Window | None:
    if not span:
        return None
    first, last, zone = span.split(" ")
    return Window(date.fromisoformat(first), date.fromisoformat(last), zone)


def _incident(row: dict[str, Any]) -> Incident:
    with undamaged(f"incident of feed {row['feed']}"):
        return Incident(
            feed=row["feed"],
            since=datetime.fromtimestamp(row["since"], UTC),
            cause=row["cause"],
            text=row["text"],
            ended=datetime.fromtimestamp(row["ended"], UTC) if row["ended"] else None,
            missed=_window(row["missed"]),
            lost=_window(row["lost"]),
            by_post=bool(row["by_post"]),
            maker_told=bool(row["maker_told"]),
            channel_told=bool(row["channel_told"]),
        )
