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
    """The number of commits in a quarter of an hour, and of those that rank high."""

    moment: datetime
    commits: int
    high: int


class History:
    """How a store's repositories developed over time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def days(
        self, repo: str, window: Window, back: int, wants: Callable[[Entry], bool] = lambda _entry: True
    ) -> tuple[Day, ...]:
        """Return the known ones of the `back` days that end with the window's last, oldest first.

        A day is known if it has commits or was read; the counts cover the commits that `wants` accepts.
        """
        whole = Window(window.last - timedelta(days=back - 1), window.last, window.zone)
        entries = reversed(Commits(self._store).between(repo, whole.start, whole.end))
        known: dict[date, list[Entry]] = {day: [] for day in self.read_days(repo, whole)}
        for day, found in groupby(entries, key=lambda entry: window.local(entry.commit.committed_at).date()):
            known[day] = list(filter(wants, found))
        return tuple(count_day(day, known[day]) for day in sorted(known))

    def span(self, repo: str) -> tuple[datetime, datetime] | None:
        """Return when a repository's oldest and newest stored commits were committed, UTC; None if there are none."""
        with self._store.read() as db:
            # Separately each is a single index lookup; in one statement SQLite would scan the whole index.
            one = "select {}(committed_at) from commits where repository = (select id from repositories where name = ?)"
            found = [db.execute(one.format(end), [repo]).fetchone()[0] for end in ("min", "max")]
        return None if found[0] is None else (_moment(found[0]), _moment(found[1]))

    def counts(self, repo: str, start: datetime, end: datetime) -> list[Count]:
        """Return the number of commits per quarter of an hour in [start, end), oldest first."""
        with self._store.read() as db:
            rows = db.execute(
                f"select committed_at / {_GRAIN} * {_GRAIN}, count(*), sum(importance = 2) from commits "
                "where repository = (select id from repositories where name = ?) "
                "and committed_at >= ? and committed_at < ? and importance is not null and not aside group by 1 order by 1",
                [repo, int(start.timestamp()), int(end.timestamp())],
            ).fetchall()
        return [Count(_moment(when), commits, high) for when, commits, high in rows]

    def run(self, repo: str, window: Window, language: Language | None = None) -> RunCard | None:
        """Return how the digest of a finished window was last made (in a language); None if it never was."""
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
        """Return the average number of tokens, in and out, an analyser took per commit; None if it has read none."""
        with self._store.read() as db:
            row = db.execute(
                "select sum(tokens_in), sum(tokens_out), sum(analysed) from runs where analyser = ? and calls > 0",
                [analyser],
            ).fetchone()
        return (row[0] / row[2], row[1] / row[2]) if row[2] else None

    def read_days(self, repo: str, window: Window) -> set[date]:
        """Return the days of a window that were read after they ended; these are known even if nothing landed.

        A digest of several days, or of days in another zone, counts for the days it fully covers.
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
        """Whether a day was read before it ended. A question to a model about it does not count."""
        with self._store.read() as db:
            asked = [repo, day.first.isoformat(), day.last.isoformat(), _seconds(day.start)]
            found = db.execute(
                "select 1 from runs where repository = ? and first <= ? and last >= ? and started_at > ? "
                "and (commits > 0 or calls = 0) limit 1",
                asked,
            )
            return found.fetchone() is not None

    def read_at(self, repo: str) -> datetime | None:
        """Return when a repository was last read, UTC."""
        with self._store.read() as db:
            found = db.execute("select max(started_at) from runs where repository = ?", [repo]).fetchone()[0]
        return None if found is None else _moment(found)

    def opinions(self, repo: str, since: datetime) -> dict[str, tuple[Importance, Importance]]:
        """Return what a model has read since a moment, by SHA, with the stored importance and the model's.

        Covers the days its runs were about since then and the week before each, for late commits.
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
                    "and a.made_at >= ? and a.analyser != ? order by a.made_at",  # later rows win
                    [_seconds(start), _seconds(end), repo, _seconds(since), RULES],
                )
            ]
        levels = {level.rank: level for level in Importance}
        return {sha: (levels[rank], Importance(opinion)) for sha, rank, opinion in rows if opinion}

    def unknown_before(self, repo: str, authors: Iterable[str], moment: datetime) -> list[str]:
        """Return those of these authors who have no stored commit from before a moment.

        A name without any letters cannot be indexed and counts as known.
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
    """Merge time spans that touch or overlap."""
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
