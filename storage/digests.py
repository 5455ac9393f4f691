"""Which days were reported and with which commits; what earlier days were like; runs and their cost."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import ChangeType
from analysis.commits.window import Window
from analysis.digest.digest import Average, Digest, RunCard
from analysis.digest.scope import EVERYTHING, Scope
from analysis.entry import Entry, Order, Theme
from analysis.sources.several_branches import MARK
from analysis.triage.triage import Importance
from storage.commit_rows import repository_id
from storage.commits import Commits
from storage.store import Store


@dataclass(frozen=True, slots=True)
class ReportedCommits:
    """What digests have reported about a branch.

    Attributes:
        closed: windows that were over when their digest was made: commits that land in them afterwards are late.
        where: SHA → the window of the digest that reported it.
    """

    closed: tuple[Window, ...]
    where: dict[str, Window]


NOTHING_TOLD = ReportedCommits((), {})
"""For viewing a day: everything that landed in it is shown, and nothing late from earlier days."""


@dataclass(frozen=True, slots=True)
class DigestRecord:
    """Which commits the digest of a window reported, for which branch, and when it was made."""

    shas: tuple[str, ...]
    branch: str
    made: datetime


class Digests:
    """The digests and runs in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def reported(self, repo: str, branch: str, zone: str, since: date) -> ReportedCommits:
        """Return what the digests of this branch and zone have reported for days from `since` on."""
        with self._store.read() as db:
            rows = list(
                db.query(
                    "select d.id, d.first, d.last, d.is_closed from digests d join repositories r on r.id = d.repository "
                    "where r.name = ? and d.branch = ? and d.zone = ? and d.last >= ? order by d.first",
                    [repo, branch, zone, since.isoformat()],
                )
            )
            windows = {
                row["id"]: Window(date.fromisoformat(row["first"]), date.fromisoformat(row["last"]), zone)
                for row in rows
            }
            where = {
                row["sha"]: windows[row["digest_id"]]
                for number in windows
                for row in db.query(
                    "select g.digest_id, c.sha from digest_commits g join commits c on c.id = g.commit_id where g.digest_id = ?",
                    [number],
                )
            }
        return ReportedCommits(tuple(windows[row["id"]] for row in rows if row["is_closed"]), where)

    def put(self, digest: Digest) -> None:
        """Store which commits this digest reported, replacing an earlier one for the same window."""
        window = digest.window
        with self._store.write() as db:
            number = repository_id(db, digest.repo)
            key = [number, digest.branch, window.zone, window.first.isoformat(), window.last.isoformat()]
            db.execute(
                "insert into digests(repository, branch, zone, first, last, start, finish, built_at, is_closed) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict(repository, branch, zone, first, last) do update set "
                "built_at = excluded.built_at, is_closed = excluded.is_closed",
                [*key, int(window.start.timestamp()), int(window.end.timestamp()), int(digest.built_at.timestamp()),
                 int(digest.built_at >= window.end)],
            )  # fmt: skip
            (identity,) = db.execute(
                "select id from digests where repository = ? and branch = ? and zone = ? and first = ? and last = ?",
                key,
            ).fetchone()
            db.execute("delete from digest_commits where digest_id = ?", [identity])
            for entry in digest.entries:
                db.execute(
                    "insert into digest_commits(digest_id, commit_id, is_late) "
                    "select ?, id, ? from commits where repository = ? and sha = ?",
                    [identity, int(entry.late), number, entry.commit.sha],
                )

    def told(self, repo: str, window: Window) -> DigestRecord | None:
        """Return what the digest of one branch's finished window reported; None if there is none."""
        with self._store.read() as db:
            row = db.execute(
                "select d.id, d.branch, d.built_at from digests d join repositories r on r.id = d.repository "
                "where r.name = ? and d.zone = ? and d.first = ? and d.last = ? and d.is_closed and d.branch not like ? "
                "order by d.built_at desc",
                [repo, window.zone, window.first.isoformat(), window.last.isoformat(), f"{MARK}%"],
            ).fetchone()
            if row is None:
                return None
            told = db.execute(
                "select c.sha from digest_commits g join commits c on c.id = g.commit_id where g.digest_id = ?",
                [row[0]],
            )
            shas = tuple(sha for (sha,) in told.fetchall())
        return DigestRecord(shas, row[1], datetime.fromtimestamp(row[2], UTC))

    def average(
        self, repo: str, branch: str, window: Window, days: int = 7, scope: Scope = EVERYTHING
    ) -> Average | None:
        """Return the average, within a scope, of the `days` days before the window that have a digest, or None."""
        before = window.before(days)
        with self._store.read() as db:
            rows = db.query(
                "select d.id from digests d join repositories r on r.id = d.repository where r.name = ? "
                "and d.branch = ? and d.zone = ? and d.first >= ? and d.last <= ? and d.first = d.last and d.is_closed",
                [repo, branch, window.zone, before.first.isoformat(), before.last.isoformat()],
            )
            known = [row["id"] for row in rows]
        if not known:
            return None
        return _average([entry for entry in Commits(self._store).of_digests(known) if entry in scope], len(known))

    def overview(self, key: str) -> tuple[Theme, ...] | None:
        """Return a day's themes stored under a key, or None."""
        with self._store.read() as db:
            row = db.execute("select themes from overviews where key = ?", [key]).fetchone()
        return tuple(Theme(text, tuple(shas)) for text, shas in json.loads(row[0])) if row else None

    def put_overview(self, key: str, themes: Iterable[Theme], now: datetime) -> None:
        """Store a day's themes."""
        with self._store.write() as db:
            stored = json.dumps([[theme.text, list(theme.shas)] for theme in themes], ensure_ascii=False)
            db.table("overviews").upsert({"key": key, "themes": stored, "made_at": int(now.timestamp())}, pk="key")

    def ranking(self, key: str) -> Order | None:
        """Return the order of a day's entries stored under a key, or None."""
        with self._store.read() as db:
            row = db.execute("select shas from rankings where key = ?", [key]).fetchone()
        if row is None:
            return None
        kept = json.loads(row[0])
        return Order(tuple(kept["order"]), None if kept["first"] is None else tuple(kept["first"]))

    def put_ranking(self, key: str, ranking: Order, now: datetime) -> None:
        """Store the order of a day's entries."""
        with self._store.write() as db:
            kept = json.dumps({"order": ranking.shas, "first": ranking.first})
            row = {"key": key, "shas": kept, "made_at": int(now.timestamp())}
            db.table("rankings").upsert(row, pk="key")

    def put_run(self, digest: Digest, run: RunCard, failed: int) -> None:
        """Store a run and its cost; a run over several branches does not count as reading the repository's days."""
        of = digest.repo if digest.branches is None else digest.repo + digest.branch
        with self._store.write() as db:
            db.table("runs").insert(
                {
                    "started_at": int(digest.built_at.timestamp()), "seconds": round(run.seconds, 3),
                    "repository": of, "first": digest.window.first.isoformat(),
                    "last": digest.window.last.isoformat(), "zone": digest.window.zone, "language": digest.language,
                    "analyser": run.analyser, "prompt": run.prompt, "commits": len(digest.entries),
                    "fetched": run.fetched, "analysed": run.analysed, "failed": failed, "calls": run.usage.calls,
                    "retries": run.usage.retries, "tokens_in": run.usage.tokens_in, "tokens_out": run.usage.tokens_out,
                    "tokens_cached": run.usage.tokens_cached, "cost": run.cost,
                }
            )  # fmt: skip

    def totals(self) -> dict[str, int]:
        """Return what all runs together analysed and cost."""
        names = ("analysed", "failed", "calls", "retries", "tokens_in", "tokens_out")
        sums = ", ".join(f"coalesce(sum({name}), 0) as {name}" for name in names)
        with self._store.read() as db:
            return dict(next(db.query(f"select {sums} from runs")))

    def spent(self, since: datetime) -> tuple[int, float]:
        """Return the tokens (in and out) and the cost of all runs started at `since` or later."""
        with self._store.read() as db:
            row = db.execute(
                "select coalesce(sum(tokens_in + tokens_out), 0), coalesce(sum(cost), 0.0) from runs where started_at >= ?",
                [int(since.timestamp())],
            ).fetchone()
        return int(row[0]), float(row[1])


def _average(entries: Sequence[Entry], days: int) -> Average:
    product = sum(
        file.additions + file.deletions
        for entry in entries
        for file in entry.commit.files
        if kind_of(file.path) is FileKind.PRODUCTION
    )
    return Average(
        days=days,
        commits=len(entries) / days,
        high=sum(entry.triage.importance is Importance.HIGH for entry in entries) / days,
        reverts=sum(entry.triage.types[0] is ChangeType.REVERT for entry in entries) / days,
        product_lines=product / days,
    )
