"""Days as they were told: which there are, what was in them, and who was here before. Only reads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from analysis.digest import RunCard
from analysis.entry import Entry, Language, Usage
from analysis.window import Window
from storage.commits import entry_of, key_of
from storage.store import Store
from storage.words import tag


@dataclass(frozen=True, slots=True)
class Told:
    """A window that a digest was made for.

    Attributes:
        built_at: when that was; aware, UTC.
        commits, high: how many commits it told, and how many of them the rules rank high.
    """

    number: int
    repo: str
    branch: str
    window: Window
    built_at: datetime
    commits: int
    high: int


class History:
    """The told days in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def told(
        self, repo: str, first: date | None = None, last: date | None = None, *, most: int = 400, single: bool = True
    ) -> list[Told]:
        """Return the windows of a repository that lie within [first, last], newest first, the newest made before others.

        Of `single` days only, unless longer ones are wanted too.
        """
        where, values = ["r.name = ?"], [repo]
        if first:
            where.append("d.first >= ?")
            values.append(first.isoformat())
        if last:
            where.append("d.last <= ?")
            values.append(last.isoformat())
        if single:
            where.append("d.first = d.last")
        with self._store.read() as db:
            # The inner query comes first: only the chosen windows are counted, however many there are.
            rows = db.query(
                "select d.*, count(c.id) as commits, coalesce(sum(c.importance = 2), 0) as high from ("
                "select d.*, r.name as repo from digests d join repositories r on r.id = d.repository "
                f"where {' and '.join(where)} order by d.first desc, d.built_at desc, d.id desc limit {most}) d "
                "left join digest_commits g on g.digest_id = d.id left join commits c on c.id = g.commit_id "
                "group by d.id order by d.first desc, d.built_at desc, d.id desc",
                values,
            )
            return [_told(row) for row in rows]

    def entries(self, told: Iterable[Told]) -> dict[int, list[Entry]]:
        """Return what these windows told, without patches and analyses, by their number."""
        found: dict[int, list[Entry]] = {one.number: [] for one in told}
        with self._store.read() as db:
            rows = db.query(
                "select g.digest_id, g.is_late, c.*, r.name as repo, null as patches from digest_commits g "
                "join commits c on c.id = g.commit_id join repositories r on r.id = c.repository "
                f"where g.digest_id in ({','.join(map(str, found))}) and c.types is not null"
            )
            for row in rows:
                found[row["digest_id"]].append(replace(entry_of(row), late=bool(row["is_late"])))
        return found

    def languages(self, told: Told) -> list[Language]:
        """Return the languages in which every commit of a window was analysed."""
        with self._store.read() as db:
            rows = db.query(
                "select a.language from digest_commits g join analyses a on a.commit_id = g.commit_id "
                "where g.digest_id = ? group by a.language having count(distinct a.commit_id) >= ?",
                [told.number, max(told.commits, 1)],
            )
            return [row["language"] for row in rows]

    def run(self, told: Told, language: Language) -> RunCard | None:
        """Return how a window's digest was made last, in a language; None if it never was."""
        window = told.window
        with self._store.read() as db:
            row = next(
                db.query(
                    "select * from runs where repository = ? and first = ? and last = ? and zone = ? and language = ? "
                    "order by id desc limit 1",
                    [told.repo, window.first.isoformat(), window.last.isoformat(), window.zone, language],
                ),
                None,
            )
        if row is None:
            return None
        usage = Usage(row["calls"], row["retries"], row["tokens_in"], row["tokens_out"], row["tokens_cached"])
        return RunCard(
            analyser=row["analyser"],
            prompt=row["prompt"],
            fetched=row["fetched"],
            cached=row["commits"] - row["fetched"],
            analysed=row["analysed"],
            usage=usage,
            cost=row["cost"],
            seconds=row["seconds"],
        )

    def unknown_before(self, repo: str, authors: Sequence[str], moment: datetime) -> list[str]:
        """Return those of these authors of whom no commit from before a moment is known.

        A name that the index cannot hold is taken for a known one.
        """
        missing = []
        with self._store.read() as db:
            number = db.execute("select id from repositories where name = ?", [repo]).fetchone()
            for author in authors if number else ():
                word = tag("author", author)
                if (
                    word != "author"
                    and not db.execute(
                        "select 1 from words where words match ? and rowid < ? limit 1",
                        [f'tags : "{word}" AND tags : "repo{number[0]}"', key_of(moment)],
                    ).fetchone()
                ):
                    missing.append(author)
        return missing


def _told(row: dict[str, Any]) -> Told:
    return Told(
        number=row["id"],
        repo=row["repo"],
        branch=row["branch"],
        window=Window(date.fromisoformat(row["first"]), date.fromisoformat(row["last"]), row["zone"]),
        built_at=datetime.fromtimestamp(row["built_at"], UTC),
        commits=row["commits"],
        high=row["high"],
    )
