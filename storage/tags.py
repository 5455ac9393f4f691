"""Tags and releases of repositories, as they were last listed."""

from collections.abc import Iterable
from datetime import UTC, datetime

from analysis.commits.tags import Tag
from storage.commit_rows import repository_id
from storage.store import Store


class Tags:
    """The tags in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, repo: str, tags: Iterable[Tag]) -> None:
        """Store tags, updating known ones; none is deleted."""
        with self._store.write() as db:
            number = repository_id(db, repo)
            rows = [
                {
                    "repository": number,
                    "name": tag.name,
                    "sha": tag.sha,
                    "at": int(tag.at.timestamp()),
                    "url": tag.url,
                    "is_marked": int(tag.is_marked),
                }
                for tag in tags
            ]
            db.table("tags").upsert_all(rows, pk=("repository", "name"))

    def of(self, repo: str) -> list[Tag]:
        """Return a repository's tags, newest first."""
        with self._store.read() as db:
            rows = db.query(
                "select t.* from tags t join repositories r on r.id = t.repository where r.name = ? collate nocase "
                "order by t.at desc, t.name desc",
                [repo],
            )
            return [
                Tag(row["name"], row["sha"], datetime.fromtimestamp(row["at"], UTC), row["url"], bool(row["is_marked"]))
                for row in rows
            ]
