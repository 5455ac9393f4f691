"""What people and channels subscribed to, and what they have been told."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from typing import Any, Literal

from sqlite_utils import Database

from analysis.i18n.language import Language
from analysis.triage.triage import Importance
from storage.commit_rows import repository_id
from storage.store import Store, undamaged

How = Literal["once", "daily", "weekly"]
"""When to notify: at once (within a poll of landing), each morning, on Monday mornings."""

BOTS = "bots"
"""The author of a subscription to what bots commit."""

_FEW = 900


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is notified: a person, by direct message, or a channel."""

    platform: str
    workspace: str
    kind: Literal["user", "channel"]
    id: str

    def __str__(self) -> str:
        return f"{self.platform}/{self.workspace}/{self.kind}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Recipient":
        """Parse what `str` returned."""
        platform, workspace, kind, number = text.split("/", 3)
        return cls(platform, workspace, "user" if kind == "user" else "channel", number)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic that someone wants to hear about, or not (`is_mute`).

    Attributes:
        id: 0 until it is stored.
        area, path, author, word, type, label: an area's key, a glob over paths, a name or account (or BOTS), a word, a change
            type, a label of its pull request; all that are given must match; none means everything.
        uses: a file that lists what a team uses, or a word for the one the recipient sent: only changes that touch it;
            empty for all.
        fix: an issue, a pull request or a commit: only what happens to that fix; empty for all.
        at: local time in the zone, for daily and weekly ones.
        since: when it was created; nothing before that day is reported.
        paused: why nothing is sent, worded for people; empty while it is active.
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
    uses: str = ""
    fix: str = ""
    label: str = ""
    id: int = 0

    def silences(self, other: "Subscription") -> bool:
        """Whether this, if muted, silences all of another one: its conditions are a subset of the other's."""
        if not self.is_mute or other.is_mute or other.fix or self.repository.lower() != other.repository.lower():
            return False
        pairs = [(getattr(self, name).lower(), getattr(other, name).lower()) for name in _TOPIC]
        return self.least.rank <= other.least.rank and all(mine in {"", its} for mine, its in pairs)

    def is_about_the_same(self, other: "Subscription") -> bool:
        """Whether both have the same topic, muted or not."""
        return self.repository.lower() == other.repository.lower() and all(
            getattr(self, name).lower() == getattr(other, name).lower() for name in _TOPIC
        )


@dataclass(frozen=True, slots=True)
class Revision:
    """A change of subscriptions: their state before and after.

    Attributes:
        number: what to undo it by; 0 if nothing changed.
    """

    number: int
    found: tuple[Subscription, ...]
    left: tuple[Subscription, ...]


class Subscriptions:
    """The subscriptions in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def revise(
        self, recipient: Recipient, wanted: Sequence[Subscription] = (), ended: Iterable[int] = ()
    ) -> "Revision":
        """Store what a recipient wants, and delete the IDs in `ended`.

        There is one subscription per topic: a later one sets how often and from what importance on. One that already
        matches is left alone; one that was not paused keeps its `since`.
        """
        with self._store.write() as db:
            found = [row for number in ended for row in _rows(db, "id = ?", [number])]
            for row in found:
                db.table("subscriptions").delete(row["id"])
            left = []
            for one in wanted:
                row = _row(one)
                topic = [row[name] for name in _SAME]
                same = _rows(db, " and ".join(f"{name} is ?" for name in _SAME), topic)
                found += same
                if same and _as_it_was(same[0], row):
                    left += same
                elif same:
                    row["since"] = row["since"] if same[0]["paused"] else same[0]["since"]
                    left.append({"id": same[0]["id"], **row})
                    db.table("subscriptions").update(same[0]["id"], row)
                else:
                    left.append({"id": db.table("subscriptions").insert(row).last_pk, **row})
            number = 0
            if found != left:
                kept = {"recipient": str(recipient), "found": json.dumps(found), "left": json.dumps(left)}
                made = db.table("revisions").insert(kept).last_pk
                assert isinstance(made, int)
                number = made
        return Revision(number, tuple(map(_subscription, found)), tuple(map(_subscription, left)))

    def last_revision(self, recipient: Recipient) -> int:
        """Return the number of the recipient's last change that was not undone; 0 if there is none."""
        with self._store.read() as db:
            found = db.query("select max(id) as id from revisions where recipient = ?", [str(recipient)])
            return next(found)["id"] or 0

    def undo(self, number: int, recipient: Recipient) -> "Revision | None":
        """Undo a revision of the recipient; None if there is none, or something has changed since."""
        with self._store.write() as db:
            kept = next(
                db.query("select * from revisions where id = ? and recipient = ?", [number, str(recipient)]), None
            )
            if kept is None:
                return None
            found, left = json.loads(kept["found"]), json.loads(kept["left"])
            numbers = {row["id"] for row in [*found, *left]}
            stands = [row for one in sorted(numbers) for row in _rows(db, "id = ?", [one])]
            if stands != sorted(left, key=lambda row: row["id"]):
                return None
            for row in left:
                db.table("subscriptions").delete(row["id"])
            db.table("subscriptions").insert_all(found)
            # The row stays so that its number is never reused: buttons that refer to it live on in messages.
            db.table("revisions").update(number, {"recipient": "", "found": "[]", "left": "[]"})
        return Revision(0, tuple(map(_subscription, left)), tuple(map(_subscription, found)))

    def pause(self, recipient: Recipient, why: str) -> None:
        """Send nothing more to a recipient; an empty `why` resumes it."""
        with self._store.write() as db:
            db.execute("update subscriptions set paused = ? where recipient = ?", [why, str(recipient)])

    def all(self) -> list[Subscription]:
        """Return all subscriptions, oldest first."""
        return self._found("1", [])

    def of(self, recipient: Recipient) -> list[Subscription]:
        """Return a recipient's subscriptions, oldest first."""
        return self._found("recipient = ?", [str(recipient)])

    def of_user(self, platform: str, user: str) -> list[Subscription]:
        """Return a person's own subscriptions, whichever workspace they were made in."""
        start, end = f"{platform}/", f"/user/{user}"
        where = "substr(recipient, 1, length(?)) = ? and substr(recipient, -length(?)) = ?"
        return self._found(where, [start, start, end, end])

    def _found(self, where: str, values: list[Any]) -> list[Subscription]:
        with self._store.read() as db:
            return [_subscription(row) for row in _rows(db, where, values)]

    # -- what was told

    def told(self, recipient: Recipient, repo: str, shas: Sequence[str]) -> set[str]:
        """Return which of these commits a recipient was told about."""
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
        """Record that a recipient was told about these commits."""
        with self._store.write() as db:
            number = repository_id(db, repo)
            for sha in shas:
                db.execute(
                    "insert or ignore into told(recipient, commit_id, told_at) "
                    "select ?, id, ? from commits where repository = ? and sha = ?",
                    [str(recipient), int(now.timestamp()), number, sha],
                )


def _rows(db: Database, where: str, values: list[Any]) -> list[dict[str, Any]]:
    return list(db.query(f"select * from subscriptions where {where} order by id", values))


def _as_it_was(before: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether a subscription asks only for what is already stored."""
    return all(before[name] == row[name] for name in ("least", "how", "at", "zone", "language", "paused"))


_TOPIC = ("area", "path", "author", "word", "type", "uses", "fix", "label")
_SAME = ("recipient", "repository", "is_mute", *_TOPIC)
"""What identifies a subscription: a later one with the same values sets how often and from what importance on."""


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
