"""A repository's commits summed up over time, how its days were read, and who contributed before. Read-only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from analysis.commits.window import Window
from analysis.digest.digest import RunCard
from analysis.digest.period import Day, count_day
from analysis.entry import RULES, Entry, Usage
from analysis.i18n.language import Language
from analysis.triage.triage import Importance
from storage.commit_rows import key_of
from storage.commits import Commits
from storage.store import Store
from storage.words import tag

_GRAIN = 900  # seconds: every zone's days start on a quarter of an hour


@dataclass(frozen=True, slots=True)
class Count:
    """The commits of a quarter of an hour, and how many of them rank high."""

    moment: datetime
    commits: int
    high: int


class History:
    """The course of what a store knows."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def days(
        self, repo: str, window: Window, back: int, wants: Callable[[Entry], bool] = lambda _entry: True
    ) -> tuple[Day, ...]:
        """Return the known days of the `back` days that end with the window's last, oldest first.

        Known are days with commits, and those that were read; counted is what of them `wants` takes.
        """
        whole = Window(window.last - timedelta(days=back - 1), window.last, window.zone)
        entries = reversed(Commits(self._store).between(repo, whole.start, whole.end))
        known: dict[date, list[Entry]] = {day: [] for day in self.read_days(repo, whole)}
        for day, found in groupby(entries, key=lambda entry: window.local(entry.commit.committed_at).date()):
            known[day] = list(filter(wants, found))
        return tuple(count_day(day, known[day]) for day in sorted(known))

    def span(self, repo: str) -> tuple[datetime, datetime] | None:
        """Return when the oldest and the newest known commit of a repository were committed, UTC; None without any."""
        with self._store.read() as db:
            # Each alone is one step into the index; both in one statement would go through all of it.
            one = "select {}(committed_at) from commits where repository = (select id from repositories where name = ?)"
            found = [db.execute(one.format(end), [repo]).fetchone()[0] for end in ("min", "max")]
        return None if found[0] is None else (_moment(found[0]), _moment(found[1]))

    def counts(self, repo: str, start: datetime, end: datetime) -> list[Count]:
        """Return how many commits were committed when in [start, end), oldest first."""
        with self._store.read() as db:
            rows = db.execute(
                f"select committed_at / {_GRAIN} * {_GRAIN}, count(*), sum(importance = 2) from commits "
                "where repository = (select id from repositories where name = ?) "
                "and committed_at >= ? and committed_at < ? and importance is not null and not aside group by 1 order by 1",
                [repo, int(start.timestamp()), int(end.timestamp())],
            ).fetchall()
        return [Count(_moment(when), commits, high) for when, commits, high in rows]

    def run(self, repo: str, window: Window, language: Language | None = None) -> RunCard | None:
        """Return how a window's digest was made last (in a language) after it was over; None if it never was."""
        spoken = ("and language = ?", [language]) if language else ("", [])
        with self._store.read() as db:
            rows = db.query(
                f"select * from runs where repository = ? and first = ? and last = ? and zone = ? and started_at >= ? {spoken[0]} "
                "order by id desc limit 1",
                [
                    repo,
                    window.first.isoformat(),
                    window.last.isoformat(),
                    window.zone,
                    _seconds(window.end),
                    *spoken[1],
                ],
            )
            row = next(rows, None)
        if row is None:
            return None
        return RunCard(
            analyser=row["analyser"],
            prompt=row["prompt"],
            fetched=row["fetched"],
            cached=row["commits"] - row["fetched"],
            analysed=row["analysed"],
            usage=Usage(row["calls"], row["retries"], row["tokens_in"], row["tokens_out"], row["tokens_cached"]),
            cost=row["cost"],
            seconds=row["seconds"],
        )

    def tokens_each(self, analyser: str) -> tuple[float, float] | None:
        """Return how many tokens, in and out, an analyser took for a commit on average; None if it never read any."""
        with self._store.read() as db:
            row = db.execute(
                "select sum(tokens_in), sum(tokens_out), sum(analysed) from runs where analyser = ? and calls > 0",
                [analyser],
            ).fetchone()
        return (row[0] / row[2], row[1] / row[2]) if row[2] else None

    def read_days(self, repo: str, window: Window) -> set[date]:
        """Return the days of a window that were read after they were over: known also where nothing landed.

        A digest of several days, or of days in another zone, has read what it spans.
        """
        with self._store.read() as db:
            rows = db.execute(
                "select first, last, zone, max(started_at) from runs where repository = ? and started_at > ? "
                "and last >= ? and first <= ? group by first, last, zone",
                [
                    repo,
                    _seconds(window.start),
                    (window.first - timedelta(days=1)).isoformat(),
                    (window.last + timedelta(days=1)).isoformat(),
                ],
            ).fetchall()
        runs = ((Window(date.fromisoformat(row[0]), date.fromisoformat(row[1]), row[2]), row[3]) for row in rows)
        spans = _joined((run.start, run.end) for run, started_at in runs if started_at >= _seconds(run.end))
        each = ((day, Window.of(day, window.zone)) for day in window.days)
        return {day for day, own in each if any(start <= own.start and own.end <= end for start, end in spans)}

    def is_begun(self, repo: str, day: Window) -> bool:
        """Whether a day was read while it went on. What a model was asked on it has read no day."""
        with self._store.read() as db:
            asked = [repo, day.first.isoformat(), day.last.isoformat(), _seconds(day.start)]
            found = db.execute(
                "select 1 from runs where repository = ? and first <= ? and last >= ? and started_at > ? "
                "and (commits > 0 or calls = 0) limit 1",
                asked,
            )
            return found.fetchone() is not None

    def read_at(self, repo: str) -> datetime | None:
        """Return when a repository was read last; UTC."""
        with self._store.read() as db:
            found = db.execute("select max(started_at) from runs where repository = ?", [repo]).fetchone()[0]
        return None if found is None else _moment(found)

    def opinions(self, repo: str, since: datetime) -> dict[str, tuple[Importance, Importance]]:
        """Return what a model read since a moment, by SHA, with the importance that the store and that the model gives it.

        Looked at are the days that its runs were about since then, and the week before each: what came late is of these.
        """
        with self._store.read() as db:
            runs = db.execute(
                "select distinct first, last, zone from runs where repository = ? and started_at >= ? and analyser != ?",
                [repo, _seconds(since), RULES],
            ).fetchall()
            windows = (Window(date.fromisoformat(first), date.fromisoformat(last), zone) for first, last, zone in runs)
            spans = _joined((window.start - timedelta(days=7), window.end) for window in windows)
            rows = [
                row
                for start, end in spans
                for row in db.execute(
                    "select c.sha, c.importance, json_extract(a.analysis, '$.importance') from commits c "
                    "join analyses a on a.commit_id = c.id where c.committed_at >= ? and c.committed_at < ? "
                    "and c.repository = (select id from repositories where name = ?) and c.importance is not null "
                    "and a.made_at >= ? and a.analyser != ? order by a.made_at",  # the last one counts
                    [_seconds(start), _seconds(end), repo, _seconds(since), RULES],
                )
            ]
        levels = {level.rank: level for level in Importance}
        return {sha: (levels[rank], Importance(opinion)) for sha, rank, opinion in rows if opinion}

    def unknown_before(self, repo: str, authors: Iterable[str], moment: datetime) -> list[str]:
        """Return those of these authors of whom no commit from before a moment is known.

        A name without any letter, which the index cannot hold, is taken for a known one.
        """
        with self._store.read() as db:
            number = db.execute("select id from repositories where name = ?", [repo]).fetchone()
            missing = []
            for author in authors if number else ():
                word = tag("author", author)
                asked = [f'tags : "{word}" AND tags : "repo{number[0]}"', key_of(moment)]
                seen = db.execute("select 1 from words where words match ? and rowid < ? limit 1", asked).fetchone()
                if word != "author" and not seen:
                    missing.append(author)
        return missing


def _joined(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Join spans of time that touch or overlap."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
