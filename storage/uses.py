"""What people use of repositories, as they sent it: each file is visible only to its owner."""

from dataclasses import dataclass
from datetime import UTC, datetime

from storage.commit_rows import repository_id
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Owner:
    """A person on a platform; `workspace` as in `Asker`, empty if the platform has none."""

    platform: str
    workspace: str
    user: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that someone sent: its repository, its raw text, and when."""

    repository: str
    text: str
    at: datetime


_OF = "u.platform = ? and u.user = ? and (u.workspace = ? or u.workspace = '' or ? = '')"


class SentUses:
    """The files in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, owner: Owner, repo: str, text: str, now: datetime) -> None:
        """Store what someone uses of a repository, replacing what they sent before."""
        with self._store.write() as db:
            row = {
                "platform": owner.platform, "workspace": owner.workspace, "user": owner.user,
                "repository": repository_id(db, repo), "text": text, "at": int(now.timestamp()),
            }  # fmt: skip
            db.table("uses").upsert(row, pk=("platform", "workspace", "user", "repository"))

    def of(self, owner: Owner) -> list[Sent]:
        """Return what someone sent, newest first."""
        with self._store.read() as db:
            rows = db.query(
                "select r.name, u.text, u.at from uses u join repositories r on r.id = u.repository "
                f"where {_OF} order by u.at desc, r.name",
                _values(owner),
            )
            return [Sent(row["name"], row["text"], datetime.fromtimestamp(row["at"], UTC)) for row in rows]

    def get(self, owner: Owner, repo: str) -> str:
        """Return what someone sent for a repository, unparsed; empty if nothing."""
        return next((sent.text for sent in self.of(owner) if sent.repository.lower() == repo.lower()), "")

    def forget(self, owner: Owner, repo: str) -> bool:
        """Delete what someone sent for a repository; return whether there was anything."""
        with self._store.write() as db:
            found = db.execute(
                f"delete from uses as u where {_OF} "
                "and u.repository in (select id from repositories where name = ? collate nocase)",
                [*_values(owner), repo],
            )
            return found.rowcount > 0


def _values(owner: Owner) -> list[str]:
    return [owner.platform, owner.user, owner.workspace, owner.workspace]
