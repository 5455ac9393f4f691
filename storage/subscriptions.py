"""What single people and channels want to hear of, and what they were told already."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time
from typing import Any, Literal

from analysis.entry import Language
from analysis.triage import Importance
from storage.commits import repository_id
from storage.store import Store, undamaged

How = Literal["once", "daily", "weekly"]
"""When they are told: at once (within a poll of landing), each morning, on Monday mornings."""

_FEW = 900


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told: a person, by direct message, or a channel."""

    platform: str
    workspace: str
    kind: Literal["user", "channel"]
    id: str

    def __str__(self) -> str:
        return f"{self.platform}/{self.workspace}/{self.kind}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Recipient":
        """Read what `str` gave."""
        platform, workspace, kind, number = text.split("/", 3)
        return cls(platform, workspace, "user" if kind == "user" else "channel", number)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic that somebody wants to hear of, or nothing of (`is_mute`).

    Attributes:
        id: 0 until it is stored.
        area, path, author, word, type: an area's key, a glob over paths, a name or account, a word, a change type; what
            is given must all hold, and without any it is everything.
        at: on the zone's clocks, of daily and weekly ones.
        since: when it was made; nothing before that day is told.
        paused: why nothing is sent, for people; empty while it is active.
    """

    recipient: Recipient
    repository: str
    since: datetime
    area: str = ""
    path: str = ""
    author: str = ""
    word: str = ""
    type: str = ""
    least: Importance = Importance.LOW
    how: How = "daily"
    at: time = time(9)
    zone: str = "UTC"
    language: Language = "en"
    is_mute: bool = False
    made_by: str = ""
    paused: str = ""
    id: int = 0


class Subscriptions:
    """The subscriptions in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, subscription: Subscription) -> Subscription:
        """Remember a subscription (an `id` of 0: a new one) and return it with its id; an equal one is not doubled."""
        row = _row(subscription)
        with self._store.write() as db:
            if subscription.id:
                db.table("subscriptions").update(subscription.id, row)
                return subscription
            topic = {name: row[name] for name in _SAME}
            where = " and ".join(f"{name} is ?" for name in topic)
            same = db.execute(f"select id from subscriptions where {where}", list(topic.values())).fetchone()
            if same:
                db.table("subscriptions").update(same[0], row)
                return replace(subscription, id=same[0])
            number = db.table("subscriptions").insert(row).last_pk
        assert isinstance(number, int)
        return replace(subscription, id=number)

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget subscriptions."""
        with self._store.write() as db:
            for number in numbers:
                db.execute("delete from subscriptions where id = ?", [number])

    def pause(self, recipient: Recipient, why: str) -> None:
        """Send nothing more to a recipient; an empty `why` takes it back."""
        with self._store.write() as db:
            db.execute("update subscriptions set paused = ? where recipient = ?", [why, str(recipient)])

    def all(self) -> list[Subscription]:
        """Return all subscriptions, the oldest first."""
        return self._found("1", [])

    def of(self, recipient: Recipient) -> list[Subscription]:
        """Return a recipient's subscriptions, the oldest first."""
        return self._found("recipient = ?", [str(recipient)])

    def of_user(self, platform: str, user: str) -> list[Subscription]:
        """Return a person's own subscriptions, from whichever workspace they were made in."""
        start, end = f"{platform}/", f"/user/{user}"
        where = "substr(recipient, 1, length(?)) = ? and substr(recipient, -length(?)) = ?"
        return self._found(where, [start, start, end, end])

    def _found(self, where: str, values: list[Any]) -> list[Subscription]:
        with self._store.read() as db:
            rows = db.query(f"select * from subscriptions where {where} order by id", values)
            return [_subscription(row) for row in rows]

    # -- what was told

    def told(self, recipient: Recipient, repo: str, shas: Sequence[str]) -> set[str]:
        """Return those of these commits that a recipient was told."""
        found: set[str] = set()
        with self._store.read() as db:
            for start in range(0, len(shas), _FEW):
                some = shas[start : start + _FEW]
                rows = db.query(
                    "select c.sha from told t join commits c on c.id = t.commit_id "
                    "join repositories r on r.id = c.repository where t.recipient = ? and r.name = ? "
                    f"and c.sha in ({','.join('?' * len(some))})",
                    [str(recipient), repo, *some],
                )
                found |= {row["sha"] for row in rows}
        return found

    def tell(self, recipient: Recipient, repo: str, shas: Iterable[str], now: datetime) -> None:
        """Remember that a recipient was told these commits."""
        with self._store.write() as db:
            number = repository_id(db, repo)
            for sha in shas:
                db.execute(
                    "insert or ignore into told(recipient, commit_id, told_at) "
                    "select ?, id, ? from commits where repository = ? and sha = ?",
                    [str(recipient), int(now.timestamp()), number, sha],
                )


_SAME = ("recipient", "repository", "area", "path", "author", "word", "type", "is_mute")
"""What makes two subscriptions one: the later says how and from what importance on."""


def _row(subscription: Subscription) -> dict[str, Any]:
    row = asdict(subscription)
    del row["id"]
    return row | {
        "recipient": str(subscription.recipient),
        "at": f"{subscription.at:%H:%M}",
        "since": int(subscription.since.timestamp()),
        "least": subscription.least.rank,
        "is_mute": int(subscription.is_mute),
    }


def _subscription(row: dict[str, Any]) -> Subscription:
    levels = {level.rank: level for level in Importance}
    with undamaged(f"subscription {row['id']}"):
        changed = {
            "recipient": Recipient.parse(row["recipient"]),
            "at": time.fromisoformat(row["at"]),
            "since": datetime.fromtimestamp(row["since"], UTC),
            "least": levels[row["least"]],
            "is_mute": bool(row["is_mute"]),
        }
        return Subscription(**row | changed)
