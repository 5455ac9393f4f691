"""Small values kept across restarts, by key; implements `bot.port.platform.Memory`."""

from storage.store import Store


class KeyValues:
    """The values stored by one owner.

    Args:
        owner: such as a platform's name; owners do not see each other's values.
    """

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner

    def get(self, key: str) -> str:
        """Return the value last put, or an empty string."""
        with self._store.read() as db:
            row = db.execute("select value from memory where key = ?", [f"{self._owner}:{key}"]).fetchone()
        return str(row[0]) if row else ""

    def put(self, key: str, value: str) -> None:
        """Store a value."""
        with self._store.write() as db:
            db.table("memory").upsert({"key": f"{self._owner}:{key}", "value": value}, pk="key")
