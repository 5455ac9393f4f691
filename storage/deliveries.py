"""What is posted where, from its claim to the platform's IDs; each feed and time slot has one delivery, ever.

    claimed ──begin──▶ posting ──close──▶ posted
       │ ▲                │
       │ └────unbegin─────┘     (it is certain that nothing was posted)
       ├──▶ skipped             (there was nothing to post)
       ├──▶ missed              (a later one covers its days)
       └──▶ refused             (also from posting: the channel takes nothing) ──reopen──▶ posting

Who has claimed a delivery holds it until the lease ends; then anybody may go on with it. Only from `posting` on may
something of it stand on the platform: whoever goes on there looks first.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from analysis.commits.window import Window
from storage.store import Store, undamaged


class State(StrEnum):
    """How far a delivery is."""

    CLAIMED = "claimed"
    POSTING = "posting"
    POSTED = "posted"
    SKIPPED = "skipped"
    MISSED = "missed"
    REFUSED = "refused"


_OPEN = "('claimed', 'posting')"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be delivered.

    Attributes:
        kind, subject: whose order: `feed` and its id, `person` and the recipient, `notice` and what about.
        slot: its time within the subject; with these two it is delivered once.
        channel: empty where it is found out later (a person's direct messages).
        window: the days it covers; two deliveries of a subject never cover the same day.
        told: SHAs that are to be in it, where they are known before it is made.
    """

    kind: str
    subject: str
    slot: str
    platform: str
    channel: str
    due_at: datetime
    window: Window | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """An order, and how far it is.

    Attributes:
        key: travels with the message, 32 characters.
        attempts: how often it was claimed.
        message, followers: the platform's ids.
        pending: commits in it that a model still has to read.
        trouble: what went wrong last, for people.
    """

    id: int
    order: Order
    key: str
    state: State
    attempts: int = 1
    message: str = ""
    followers: tuple[str, ...] = ()
    posted_at: datetime | None = None
    pending: int = 0
    trouble: str = ""


class Deliveries:
    """The deliveries in a store.

    Args:
        owner: who claims; no other process or object has the same.
    """

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner

    def claim(self, order: Order, now: datetime, lease: float) -> Delivery | None:
        """Take an order for `lease` seconds, or take up one whose claimer let go of it; None if it is not to be had.

        A claim for days of which another delivery of the subject covers some is refused, unless that one was never
        begun and nobody holds it: it is then missed, and this one stands for both.
        """
        moment = now.timestamp()
        with self._store.write() as db:
            row = self._row(db, "kind = ? and subject = ? and slot = ?", [order.kind, order.subject, order.slot])
            if row is None:
                if not _makes_way(db, order, moment):
                    return None
                number = self._insert(db, order, moment + lease)
            elif (
                row["state"] in {State.CLAIMED, State.POSTING}
                and row["lease"] <= moment
                and row["not_before"] <= moment
            ):
                number = row["id"]
                db.execute(
                    "update deliveries set owner = ?, lease = ?, attempts = attempts + 1 where id = ?",
                    [self._owner, moment + lease, number],
                )
            else:
                return None
            taken = self._row(db, "id = ?", [number])
        assert taken is not None
        return _delivery(taken)

    def _insert(self, db: Database, order: Order, until: float) -> int:
        window = order.window
        number = (
            db.table("deliveries")
            .insert(
                {
                    "kind": order.kind, "subject": order.subject, "slot": order.slot,
                    "first": window.first.isoformat() if window else None,
                    "last": window.last.isoformat() if window else None,
                    "zone": window.zone if window else None,
                    "platform": order.platform, "channel": order.channel, "key": uuid.uuid4().hex,
                    "state": State.CLAIMED, "owner": self._owner, "lease": until, "not_before": 0.0, "attempts": 1,
                    "due_at": int(order.due_at.timestamp()), "told": json.dumps(order.told), "pending": 0,
                    "looked_at": 0,
                }
            )
            .last_pk
        )  # fmt: skip
        assert isinstance(number, int)
        return number

    def renew(self, delivery: Delivery, now: datetime, lease: float) -> bool:
        """Hold a delivery for longer; False if somebody else has it meanwhile."""
        return self._set(delivery, "state in ('claimed', 'posting')", {"lease": now.timestamp() + lease})

    def begin(self, delivery: Delivery, channel: str, told: Sequence[str], now: datetime, lease: float) -> bool:
        """Note that posting begins; False if somebody else has the delivery, who then posts it."""
        values = {
            "state": State.POSTING,
            "lease": now.timestamp() + lease,
            "channel": channel,
            "told": json.dumps(told),
        }
        return self._set(delivery, f"state = 'claimed' and lease > {now.timestamp()}", values)

    def unbegin(self, delivery: Delivery) -> None:
        """Note that nothing of it was posted, for certain."""
        self._set(delivery, "state = 'posting'", {"state": State.CLAIMED})

    def close(self, delivery: Delivery, message: str, followers: Sequence[str], pending: int, now: datetime) -> None:
        """Note where it stands. It is true whoever claims it now, so nobody's lease is asked."""
        with self._store.write() as db:
            stamp = int(now.timestamp())
            db.table("deliveries").update(
                delivery.id,
                {"state": State.POSTED, "message": message, "followers": json.dumps(followers), "pending": pending,
                 "posted_at": stamp, "looked_at": stamp, "trouble": None},
            )  # fmt: skip

    def skip(self, delivery: Delivery, now: datetime) -> None:
        """Note that there was nothing to post."""
        self._set(delivery, "1", {"state": State.SKIPPED, "posted_at": int(now.timestamp()), "trouble": None})

    def refuse(self, delivery: Delivery, trouble: str) -> None:
        """Note that the channel takes nothing."""
        self._set(delivery, "1", {"state": State.REFUSED, "trouble": trouble})

    def reopen(self, kind: str, subject: str, window: Window) -> None:
        """Let what was refused of these days be gone on with; something of it may stand, so whoever does looks first."""
        values = [State.POSTING, kind, subject, State.REFUSED, window.first.isoformat(), window.last.isoformat()]
        with self._store.write() as db:
            db.execute(
                "update deliveries set state = ?, lease = 0, not_before = 0, trouble = null "
                "where kind = ? and subject = ? and state = ? and last >= ? and first <= ?",
                values,
            )

    def hand_back(self, delivery: Delivery, not_before: datetime | None = None, trouble: str = "") -> None:
        """Let go of it, so that anybody may go on from `not_before`."""
        moment = not_before.timestamp() if not_before else 0.0
        self._set(delivery, "1", {"lease": 0.0, "not_before": moment, "trouble": trouble or None})

    def edited(self, delivery: Delivery, followers: Sequence[str], pending: int, now: datetime) -> None:
        """Note that a posted one was looked at again, and how it stands now."""
        with self._store.write() as db:
            values = {"followers": json.dumps(followers), "pending": pending, "looked_at": int(now.timestamp())}
            db.table("deliveries").update(delivery.id, values)

    def get(self, number: int) -> Delivery | None:
        """Return a delivery, or None."""
        with self._store.read() as db:
            row = self._row(db, "id = ?", [number])
        return _delivery(row) if row else None

    def of(self, kind: str, subject: str, since: date | None = None) -> list[Delivery]:
        """Return a subject's deliveries (those that end at `since` or later), the newest first."""
        first = since.isoformat() if since else ""
        return self._found(
            "kind = ? and subject = ? and coalesce(last, slot) >= ? order by coalesce(last, slot) desc, id desc",
            [kind, subject, first],
        )

    def unfinished(self, kind: str, now: datetime) -> list[Delivery]:
        """Return those that nobody holds, and that may be gone on with now, the oldest first."""
        moment = now.timestamp()
        where = f"kind = ? and state in {_OPEN} and lease <= ? and not_before <= ? order by due_at, id"
        return self._found(where, [kind, moment, moment])

    def open(self) -> list[Delivery]:
        """Return all that are under way or still to come."""
        return self._found(f"state in {_OPEN} order by due_at, id", [])

    def incomplete(self, posted_since: datetime, looked_before: datetime) -> list[Delivery]:
        """Return the posted ones in which a model still has to read something, the newest first."""
        return self._found(
            "state = 'posted' and pending > 0 and posted_at >= ? and looked_at <= ? order by posted_at desc",
            [int(posted_since.timestamp()), int(looked_before.timestamp())],
        )

    def counts(self) -> dict[tuple[str, str], int]:
        """Count all deliveries by kind and state."""
        with self._store.read() as db:
            rows = db.query("select kind, state, count(*) as n from deliveries group by kind, state")
            return {(row["kind"], row["state"]): row["n"] for row in rows}

    def _found(self, where: str, values: list[Any]) -> list[Delivery]:
        with self._store.read() as db:
            return [_delivery(row) for row in db.query(f"select * from deliveries where {where}", values)]

    def _row(self, db: Database, where: str, values: list[Any]) -> dict[str, Any] | None:
        return next(iter(db.query(f"select * from deliveries where {where}", values)), None)

    def _set(self, delivery: Delivery, where: str, values: dict[str, Any]) -> bool:
        """Change a delivery if it is ours and `where` holds; tell whether."""
        names = ", ".join(f"{name} = ?" for name in values)
        with self._store.write() as db:
            done = db.execute(
                f"update deliveries set {names} where id = ? and owner = ? and state in {_OPEN} and {where}",
                [*values.values(), delivery.id, self._owner],
            )
            return done.rowcount > 0


def _makes_way(db: Database, order: Order, moment: float) -> bool:
    """Whether no other delivery covers days of this order; those that were never begun and nobody holds are missed."""
    if order.window is None:
        return True
    others = list(
        db.query(
            "select id, state, lease from deliveries where kind = ? and subject = ? and last >= ? and first <= ? "
            "and state not in ('missed', 'refused')",
            [order.kind, order.subject, order.window.first.isoformat(), order.window.last.isoformat()],
        )
    )
    if any(row["state"] != State.CLAIMED or row["lease"] > moment for row in others):
        return False
    for row in others:
        db.execute("update deliveries set state = ? where id = ?", [State.MISSED, row["id"]])
    return True


def _delivery(row: dict[str, Any]) -> Delivery:
    with undamaged(f"delivery {row['id']}"):
        window = None
        if row["first"]:
            window = Window(date.fromisoformat(row["first"]), date.fromisoformat(row["last"]), row["zone"])
        told = tuple(json.loads(row["told"] or "[]"))
        due = datetime.fromtimestamp(row["due_at"], UTC)
        return Delivery(
            id=row["id"],
            order=Order(
                row["kind"], row["subject"], row["slot"], row["platform"], row["channel"] or "", due, window, told
            ),
            key=row["key"],
            state=State(row["state"]),
            attempts=row["attempts"],
            message=row["message"] or "",
            followers=tuple(json.loads(row["followers"] or "[]")),
            posted_at=datetime.fromtimestamp(row["posted_at"], UTC) if row["posted_at"] else None,
            pending=row["pending"] or 0,
            trouble=row["trouble"] or "",
        )
