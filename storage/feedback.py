"""What people said about digests and ranks: who, when, what; the last word counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from analysis.triage import Importance
from analysis.window import Window
from storage.store import Store, undamaged

_FEW = 900


@dataclass(frozen=True, slots=True)
class Correction:
    """Somebody's word on a commit's rank.

    Attributes:
        was: the rank that it was shown with.
        who: `platform/workspace/user`.
    """

    repo: str
    sha: str
    wanted: Importance
    was: Importance
    who: str
    at: datetime


class Feedback:
    """What people said, in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def rate(self, repo: str, window: Window, *, up: bool, who: str, now: datetime) -> None:
        """Remember what somebody thinks of a digest."""
        self._put(repo, _days(window), "digest", "up" if up else "down", "", who, now)

    def ratings(self, repo: str, window: Window | None = None) -> tuple[int, int]:
        """Count those for and those against a repository's digests (or one of them), each person's last word."""
        subject = "and subject = ?" if window else ""
        values = [repo, *([_days(window)] if window else [])]
        with self._store.read() as db:
            rows = db.query(
                "select value, count(*) as n from (select subject, who, value, max(id) from feedback "
                f"where kind = 'digest' and repository = ? {subject} group by subject, who) group by value",
                values,
            )
            counts = {row["value"]: row["n"] for row in rows}
        return counts.get("up", 0), counts.get("down", 0)

    def correct(self, correction: Correction) -> None:
        """Remember what somebody wants a commit's rank to be."""
        self._put(
            correction.repo, correction.sha, "rank", correction.wanted.value, correction.was.value, correction.who,
            correction.at,
        )  # fmt: skip

    def corrected(self, repo: str, shas: Sequence[str]) -> dict[str, Importance]:
        """Return the ranks that people gave these commits, by SHA."""
        found: dict[str, Importance] = {}
        with self._store.read() as db:
            for start in range(0, len(shas), _FEW):
                some = shas[start : start + _FEW]
                rows = db.query(
                    "select subject, value from feedback where kind = 'rank' and repository = ? "
                    f"and subject in ({','.join('?' * len(some))}) order by id",  # the last one counts
                    [repo, *some],
                )
                found |= {row["subject"]: Importance(row["value"]) for row in rows}
        return found

    def corrections(self, repo: str | None = None) -> Iterator[Correction]:
        """Yield the corrections that hold, the last word on each commit, the oldest first."""
        where, values = ("and repository = ?", [repo]) if repo else ("", [])
        with self._store.read() as db:
            rows = list(
                db.query(
                    "select *, max(id) from feedback where kind = 'rank' "
                    f"{where} group by repository, subject order by id",
                    values,
                )
            )
        for row in rows:
            with undamaged(f"feedback {row['id']}"):
                yield Correction(
                    row["repository"], row["subject"], Importance(row["value"]), Importance(row["was"]), row["who"],
                    datetime.fromtimestamp(row["at"], UTC),
                )  # fmt: skip

    def _put(self, repo: str, subject: str, kind: str, value: str, was: str, who: str, now: datetime) -> None:
        row: dict[str, Any] = {
            "repository": repo, "subject": subject, "kind": kind, "value": value, "was": was, "who": who,
            "at": int(now.timestamp()),
        }  # fmt: skip
        with self._store.write() as db:
            db.table("feedback").insert(row)


def _days(window: Window) -> str:
    return f"{window.first.isoformat()}/{window.last.isoformat()}"
