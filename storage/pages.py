"""Answers of servers with their ETags; implements `analysis.sources.PageCache`."""

from storage.store import Store

_KEPT = 2_000


class Pages:
    """The remembered answers in a store; the oldest are forgotten.

    Args:
        now: seconds since 1970.
    """

    def __init__(self, store: Store, now: int) -> None:
        self._store = store
        self._now = now

    def get(self, key: str) -> tuple[str, str] | None:
        """Return (etag, body) as they were put, or None."""
        with self._store.read() as db:
            row = db.execute("select etag, body from pages where key = ?", [key]).fetchone()
        return (row[0], row[1]) if row else None

    def put(self, key: str, etag: str, body: str) -> None:
        """Remember an answer."""
        with self._store.write() as db:
            db.table("pages").upsert({"key": key, "etag": etag, "body": body, "used_at": self._now}, pk="key")
            db.execute(
                "delete from pages where key in (select key from pages order by used_at desc, rowid desc limit -1 offset ?)",
                [_KEPT],
            )
