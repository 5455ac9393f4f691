"""Responses of servers with their ETags; implements `analysis.sources.PageCache`."""

import zlib

from storage.store import Store, undamaged

_KEPT = 3 * 86_400
"""Seconds after which an unused answer is dropped: followed pages are requested every few minutes."""
_NOTED = 6 * 3_600
"""Seconds after which an answer's use is recorded again, so that reading seldom causes a write."""


class Pages:
    """The cached answers in a store.

    Args:
        now: seconds since 1970.
    """

    def __init__(self, store: Store, now: int) -> None:
        self._store = store
        self._now = now

    def get(self, key: str) -> tuple[str, str] | None:
        """Return the stored (etag, body), or None."""
        with self._store.read() as db, undamaged("page"):
            row = db.execute("select etag, body, used_at from pages where key = ?", [key]).fetchone()
            found = (row[0], zlib.decompress(row[1]).decode()) if row else None
        if row and self._now - row[2] > _NOTED and not self._store.is_read_only:
            with self._store.write() as db:
                db.execute("update pages set used_at = ? where key = ?", [self._now, key])
        return found

    def put(self, key: str, etag: str, body: str) -> None:
        """Store an answer, and drop those no longer requested."""
        row = {"key": key, "etag": etag, "body": zlib.compress(body.encode()), "used_at": self._now}
        with self._store.write() as db:
            db.table("pages").upsert(row, pk="key")
            db.execute("delete from pages where used_at < ?", [self._now - _KEPT])
