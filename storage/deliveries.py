"""What is posted where, from the claim to the platform's IDs; each feed and time slot has exactly one delivery.

    claimed ──begin──▶ posting ──close──▶ posted
       │ ▲                │
       │ └────unbegin─────┘     (certain that nothing was posted)
       ├──▶ skipped             (there was nothing to post)
       ├──▶ missed              (a later one covers its days)
       └──▶ refused             (also from posting: the channel rejects posts) ──reopen──▶ posting

A delivery belongs to its claimer until the lease ends; then anyone may continue it. From `posting` on, part of it
may already be on the platform, so whoever continues must check there first.
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
    """The stage a delivery has reached."""

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
        kind, subject: what it is for: `feed` and its ID, `person` and the recipient, `notice` and its topic.
        slot: its time within the subject; the three together are delivered once.
        channel: empty if it is found out later (a person's direct messages).
        window: the days it covers; two deliveries of a subject never cover the same day.
        told: SHAs it must include, if they are known beforehand.
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
    """An order and its progress.

    Attributes:
        key: 32 characters, sent along with the message.
        attempts: how often it was claimed.
        message, followers: the platform's IDs.
        pending: commits in it that a model has yet to read.
        trouble: the last error, worded for people.
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
        owner: identifies the claimer; unique to this process and object.
    """

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner

    def claim(self, order: Order, now: datetime, lease: float) -> Delivery | None:
        """Claim an order for `lease` seconds, or resume one whose claim was released; None if it cannot be claimed.

        The claim is refused if another delivery of the subject covers some of its days, unless that one was never begun
            and is unclaimed: it is then marked as missed, and this one covers both.
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
        """Extend the lease; False if someone else has claimed it meanwhile."""
        return self._set(delivery, "state in ('claimed', 'posting')", {"lease": now.timestamp() + lease})

    def begin(self, delivery: Delivery, channel: str, told: Sequence[str], now: datetime, lease: float) -> bool:
        """Record that posting begins; False if someone else now has the delivery and will post it."""
        values = {
            "state": State.POSTING,
            "lease": now.timestamp() + lease,
            "channel": channel,
            "told": json.dumps(told),
        }
        return self._set(delivery, f"state = 'claimed' and lease > {now.timestamp()}", values)

    def unbegin(self, delivery: Delivery) -> None:
        """Record that certainly nothing of it was posted."""
        self._set(delivery, "state = 'posting'", {"state": State.CLAIMED})

    def close(self, delivery: Delivery, message: str, followers: Sequence[str], pending: int, now: datetime) -> None:
        """Record where it was posted. That is true whoever holds the claim now, so the lease is not checked."""
        with self._store.write() as db:
            stamp = int(now.timestamp())
            db.table("deliveries").update(
                delivery.id,
                {"state": State.POSTED, "message": message, "followers": json.dumps(followers), "pending": pending,
                 "posted_at": stamp, "looked_at": stamp, "trouble": None},
            )  # fmt: skip

    def skip(self, delivery: Delivery, now: datetime) -> None:
        """Record that there was nothing to post."""
        self._set(delivery, "1", {"state": State.SKIPPED, "posted_at": int(now.timestamp()), "trouble": None})

    def refuse(self, delivery: Delivery, trouble: str) -> None:
        """Record that the channel rejects posts."""
        self._set(delivery, "1", {"state": State.REFUSED, "trouble": trouble})

    def reopen(self, kind: str, subject: str, window: Window) -> None:
        """Reopen refused deliveries of these days; part of one may have been posted, so check before continuing."""
        values = [State.POSTING, kind, subject, State.REFUSED, window.first.isoformat(), window.last.isoformat()]
        with self._store.write() as db:
            db.execute(
                "update deliveries set state = ?, lease = 0, not_before = 0, trouble = null "
                "where kind = ? and subject = ? and state = ? and last >= ? and first <= ?",
                values,
            )

    def hand_back(self, delivery: Delivery, not_before: datetime | None = None, trouble: str = "") -> None:
        """Release the claim, so that anyone may continue from `not_before`."""
        moment = not_before.timestamp() if not_before else 0.0
        self._set(delivery, "1", {"lease": 0.0, "not_before": moment, "trouble": trouble or None})

    def edited(self, delivery: Delivery, followers: Sequence[str], pending: int, now: datetime) -> None:
        """Record that a posted one was updated, and its new state."""
        with self._store.write() as db:
            values = {"followers": json.dumps(followers), "pending": pending, "looked_at": int(now.timestamp())}
            db.table("deliveries").update(delivery.id, values)

    def get(self, number: int) -> Delivery | None:
        """Return a delivery, or None if there is none."""
        with self._store.read() as db:
            row = self._row(db, "id = ?", [number])
        return _delivery(row) if row else None

    def of(self, kind: str, subject: str, since: date | None = None) -> list[Delivery]:
        """Return a subject's deliveries that end at `since` or later, newest first."""
        first = since.isoformat() if since else ""
        return self._found(
            "kind = ? and subject = ? and coalesce(last, slot) >= ? order by coalesce(last, slot) desc, id desc",
            [kind, subject, first],
        )

    def unfinished(self, kind: str, now: datetime) -> list[Delivery]:
        """Return the unclaimed ones that may be continued now, oldest first."""
        moment = now.timestamp()
        where = f"kind = ? and state in {_OPEN} and lease <= ? and not_before <= ? order by due_at, id"
        return self._found(where, [kind, moment, moment])

    def open(self) -> list[Delivery]:
        """Return all that are under way or due later."""
        return self._found(f"state in {_OPEN} order by due_at, id", [])

    def incomplete(self, posted_since: datetime, looked_before: datetime) -> list[Delivery]:
        """Return the posted ones in which a model has yet to read something, newest first."""
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
        """Change a delivery if it is ours and `where` holds; return whether it did."""
        names = ", ".join(f"{name} = ?" for name in values)
        with self._store.write() as db:
            done = db.execute(
                f"update deliveries set {names} where id = ? and owner = ? and state in {_OPEN} and {where}",
                [*values.values(), delivery.id, self._owner],
            )
            return done.rowcount > 0


def _makes_way(db: Database, order: Order, moment: float) -> bool:
    """Whether no other delivery covers days of this order; those never begun and unclaimed are marked as missed."""
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
