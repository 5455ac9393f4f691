"""Stored results of learning from repositories' own pasts."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from analysis.triage.learned import Judgement
from analysis.triage.learned.learning import Trial
from storage.commit_rows import repository_id
from storage.store import Store, undamaged


class Learned:
    """The judgements learned from repositories' own pasts; the newest replaces the previous one."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(
        self,
        repo: str,
        judgement: Judgement,
        trials: tuple[Trial, ...],
        now: datetime,
        past: tuple[int, int],
        areas: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    ) -> None:
        """Store what was learned; `past` is how many commits were examined, and how many of them state their kind.

        `areas` are those found in the past, in the format of `areas.toml`.
        """
        row = {
            "made_at": int(now.timestamp()),
            "judgement": json.dumps(judgement.dump() | {"past": past, "areas": dict(areas)}, separators=(",", ":")),
            "trials": json.dumps([asdict(trial) for trial in trials]),
        }
        with self._store.write() as db:
            db.table("learned").insert({"repository": repository_id(db, repo), **row}, replace=True)

    def made_at(self, repo: str) -> datetime | None:
        """Return when a repository was learned, UTC; None if never."""
        row = self._row(repo, "made_at")
        return datetime.fromtimestamp(int(row), UTC) if row is not None else None

    def past(self, repo: str) -> tuple[int, int] | None:
        """Return how many commits it was learned from and how many of those state their kind, or None."""
        row = self._row(repo, "judgement")
        with self._store.read(), undamaged("judgement"):
            found = None if row is None else json.loads(str(row)).get("past")
            return (int(found[0]), int(found[1])) if found else None

    def areas(self, repo: str | None = None) -> dict[str, dict[str, Any]]:
        """Return the areas found in a repository's past, as in `areas.toml`; without `repo`, those of all."""
        found: dict[str, dict[str, Any]] = {}
        with self._store.read() as db, undamaged("judgement"):
            rows = db.execute(
                "select json_extract(l.judgement, '$.areas') from learned l join repositories r on r.id = l.repository "
                "where ? is null or r.name = ? collate nocase order by r.id",
                [repo, repo],
            )
            for (text,) in rows:
                found |= json.loads(text or "{}")
        return found

    def judgement(self, repo: str) -> Judgement | None:
        """Return a repository's judgement; None if it was never learned, or nothing beat what ships."""
        row = self._row(repo, "judgement")
        if row is None or not any(trial.used for trial in self.trials(repo)):
            return None
        with self._store.read(), undamaged("judgement"):
            return Judgement.load(json.loads(str(row)))

    def trials(self, repo: str) -> tuple[Trial, ...]:
        """Return how the judgement did on the held-out past; empty if the repository was never learned."""
        row = self._row(repo, "trials")
        with self._store.read(), undamaged("trials"):
            return tuple(Trial(**trial) for trial in json.loads("[]" if row is None else str(row)))

    def _row(self, repo: str, column: str) -> str | int | None:
        with self._store.read() as db:
            found = db.execute(
                f"select l.{column} from learned l join repositories r on r.id = l.repository where r.name = ? collate nocase",
                [repo],
            ).fetchone()
        return found[0] if found else None
