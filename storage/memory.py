"""Small values kept across restarts, by key; implements `bot.port.platform.Memory`."""

from storage.store import Store


class KeyValues:
    """The remembered texts of one owner.

    Args:
        owner: whose they are, such as a platform's name; two owners do not see each other's.
    """

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner

    def get(self, key: str) -> str:
        """Return what was put last, or an empty text."""
        with self._store.read() as db:
            row = db.execute("select value from memory where key = ?", [f"{self._owner}:{key}"]).fetchone()
        return str(row[0]) if row else ""

    def put(self, key: str, value: str) -> None:
        """Remember a text."""
        with self._store.write() as db:
            db.table("memory").upsert({"key": f"{self._owner}:{key}", "value": value}, pk="key")
