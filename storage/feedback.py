"""What people said about digests and ranks: who, when, what; a person's last word counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from analysis.commits.window import Window
from analysis.triage.triage import Importance
from storage.store import Store, undamaged

_FEW = 900


@dataclass(frozen=True, slots=True)
class Correction:
    """Someone's opinion of a commit's rank.

    Attributes:
        was: the rank it was shown with.
        who: `platform/workspace/user`. `name`: their display name there; empty if it was not stored.
    """

    repo: str
    sha: str
    wanted: Importance
    was: Importance
    who: str
    at: datetime
    name: str = ""


class Feedback:
    """People's feedback in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def rate(self, repo: str, window: Window, *, up: bool, who: str, now: datetime, channel: str) -> None:
        """Store someone's opinion of a digest posted to a channel (`platform/channel`)."""
        self._put(repo, _days(window), "digest", "up" if up else "down", who, now, channel=channel)

    def ratings(self, repo: str, channel: str) -> tuple[int, int]:
        """Count ratings for and against a repository's digests in a channel, each person's last one per digest.

        Ratings from before channels were stored count for every channel.
        """
        subject, values = "and channel in (?, '')", [repo, channel]
        with self._store.read() as db:
            rows = db.query(
                "select value, count(*) as n from (select subject, who, value, max(id) from feedback "
                f"where kind = 'digest' and repository = ? {subject} group by subject, who) group by value",
                values,
            )
            counts = {row["value"]: row["n"] for row in rows}
        return counts.get("up", 0), counts.get("down", 0)

    def correct(self, correction: Correction) -> None:
        """Store the rank someone wants a commit to have."""
        self._opinion("rank", correction, correction.wanted.value)

    def vote(self, vote: Correction) -> list[Correction]:
        """Count someone's vote for a rank, or withdraw it if they already cast it; return the votes that count now."""
        is_theirs = any(one.who == vote.who and one.wanted is vote.wanted for one in self.votes(vote.repo, vote.sha))
        self._opinion("vote", vote, "" if is_theirs else vote.wanted.value)
        return self.votes(vote.repo, vote.sha)

    def votes(self, repo: str, sha: str) -> list[Correction]:
        """Return the votes on a commit's rank since it was last corrected, the last one of each person."""
        with self._store.read() as db:
            rows = list(
                db.query(
                    "select * from feedback where id in (select max(id) from feedback where kind = 'vote' and repository = ? "
                    "and subject = ? group by who) and value != '' and id > coalesce((select max(id) from feedback "
                    "where kind = 'rank' and repository = ? and subject = ?), 0) order by id",
                    [repo, sha, repo, sha],
                )
            )
        return [_correction(row) for row in rows]

    def correction(self, repo: str, sha: str) -> Correction | None:
        """Return the correction in force for a commit's rank; None if there is none."""
        with self._store.read() as db:
            where = "kind = 'rank' and repository = ? and subject = ? order by id desc limit 1"
            row = next(db.query(f"select * from feedback where {where}", [repo, sha]), None)
        return _correction(row) if row else None

    def _opinion(self, kind: str, opinion: Correction, value: str) -> None:
        self._put(
            opinion.repo, opinion.sha, kind, value, opinion.who, opinion.at, was=opinion.was.value, name=opinion.name
        )

    def corrected(self, repo: str, shas: Sequence[str]) -> dict[str, Importance]:
        """Return the ranks that people gave these commits, by SHA."""
        found: dict[str, Importance] = {}
        with self._store.read() as db:
            for start in range(0, len(shas), _FEW):
                some = shas[start : start + _FEW]
                rows = db.query(
                    "select subject, value from feedback where kind = 'rank' and repository = ? "
                    f"and subject in ({','.join('?' * len(some))}) order by id",  # later rows win
                    [repo, *some],
                )
                found |= {row["subject"]: Importance(row["value"]) for row in rows}
        return found

    def corrections(self, repo: str | None = None) -> Iterator[Correction]:
        """Yield the corrections in force, the last one for each commit, oldest first."""
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
            yield _correction(row)

    def _put(self, repo: str, subject: str, kind: str, value: str, who: str, now: datetime, **more: str) -> None:
        """Store an opinion; `more` is whichever of `was`, `name` and `channel` it has."""
        row: dict[str, Any] = {
            "repository": repo, "subject": subject, "kind": kind, "value": value, "was": "", "who": who,
            "at": int(now.timestamp()), **more,
        }  # fmt: skip
        with self._store.write() as db:
            db.table("feedback").insert(row)


def _correction(row: dict[str, Any]) -> Correction:
    with undamaged(f"feedback {row['id']}"):
        return Correction(
            row["repository"], row["subject"], Importance(row["value"]), Importance(row["was"]), row["who"],
            datetime.fromtimestamp(row["at"], UTC), row["name"],
        )  # fmt: skip


def _days(window: Window) -> str:
    return f"{window.first.isoformat()}/{window.last.isoformat()}"
