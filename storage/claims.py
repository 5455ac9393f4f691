"""Which process is asking a model for what, and what that may cost; shared by all processes that use the store."""

import time
import uuid
from collections.abc import Sequence
from datetime import datetime

from storage.store import Store

LEASE = 20.0
"""Seconds after which a claim that nobody renewed is void: its claimer is gone."""


class Claims:
    """What one claimer asks for. Threads of one process share it; other processes have their own.

    Leases run by the machine's clock, whatever time it is for the digests.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._claimer = uuid.uuid4().hex

    def take(self, keys: Sequence[str]) -> bool:
        """Claim all of `keys`, or none where another claimer has one of them."""
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
        """Keep what is claimed for another LEASE."""
        with self._store.write() as db:
            db.execute("update claims set until = ? where claimer = ?", [time.time() + LEASE, self._claimer])

    def release(self, keys: Sequence[str]) -> None:
        """Let others have `keys`."""
        with self._store.write() as db:
            for key in keys:
                db.execute("delete from claims where key = ? and claimer = ?", [key, self._claimer])


class Spending:
    """Tokens that are being spent, until the run that spends them is remembered with what it cost.

    A process that is killed leaves its own behind: they were paid, as far as anybody knows.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def reserve(self, tokens: int, limit: int, since: datetime, now: datetime) -> int | None:
        """Set tokens aside and return the number to settle them by; None where, with all since `since`, they pass the limit."""
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
        """Put what was spent in the place of what was set aside."""
        with self._store.write() as db:
            db.execute("update spending set tokens = ? where id = ?", [tokens, number])

    def forget(self, numbers: Sequence[int]) -> None:
        """Drop what a remembered run has counted."""
        with self._store.write() as db:
            for number in numbers:
                db.execute("delete from spending where id = ?", [number])
