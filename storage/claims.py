"""Which process is asking a model for what, and what that may cost; shared by all processes that use the store."""

import time
import uuid
from collections.abc import Sequence
from datetime import datetime

from storage.store import Store

LEASE = 20.0
"""Seconds after which a claim that was not renewed expires: its owner is gone."""


class Claims:
    """The claims of one owner. Threads of a process share it; other processes have their own.

    Leases follow the machine's clock, whatever time the digests are made for.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._claimer = uuid.uuid4().hex

    def take(self, keys: Sequence[str]) -> bool:
        """Claim all of `keys`, or none if someone else has claimed one of them."""
        now = time.time()
        with self._store.write() as db:
            for key in keys:
                row = db.execute("select claimer, until from claims where key = ?", [key]).fetchone()
                if row and row[0] != self._claimer and row[1] > now:
                    return False
            db.table("claims").upsert_all(
                [{"key": key, "claimer": self._claimer, "until": now + LEASE} for key in keys], pk="key"
            )
        return True

    def renew(self) -> None:
        """Extend all claims by another LEASE."""
        with self._store.write() as db:
            db.execute("update claims set until = ? where claimer = ?", [time.time() + LEASE, self._claimer])

    def release(self, keys: Sequence[str]) -> None:
        """Give up the claims on `keys`."""
        with self._store.write() as db:
            for key in keys:
                db.execute("delete from claims where key = ? and claimer = ?", [key, self._claimer])


class Spending:
    """Tokens being spent by runs whose cost is not stored yet.

    A killed process leaves its reservations behind: as far as anyone knows, they were paid for.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def reserve(self, tokens: int, limit: int, since: datetime, now: datetime) -> int | None:
        """Reserve tokens and return the reservation's number; None if the total since `since` would exceed `limit`."""
        start = int(since.timestamp())
        with self._store.write() as db:
            (spent,) = db.execute(
                "select coalesce((select sum(tokens_in + tokens_out) from runs where started_at >= ?), 0) "
                "+ coalesce((select sum(tokens) from spending where at >= ?), 0)",
                [start, start],
            ).fetchone()
            if spent + tokens > limit:
                return None
            row = db.execute(
                "insert into spending(at, tokens) values (?, ?) returning id", [int(now.timestamp()), tokens]
            )
            return int(row.fetchone()[0])

    def settle(self, number: int, tokens: int) -> None:
        """Replace a reservation by what was actually spent."""
        with self._store.write() as db:
            db.execute("update spending set tokens = ? where id = ?", [tokens, number])

    def forget(self, numbers: Sequence[int]) -> None:
        """Drop reservations that a stored run now accounts for."""
        with self._store.write() as db:
            for number in numbers:
                db.execute("delete from spending where id = ?", [number])
