"""Stored commits, with their facts and their triage."""

import json
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from analysis.commits.commit import Commit
from analysis.entry import RULES, Entry
from analysis.triage.triage import Importance
from storage.commit_rows import (
    COLUMNS,
    KNOWN,
    LARGEST,
    SHIFT,
    WHOLE,
    commit_of,
    entry_of,
    index,
    key_of,
    rows_of,
    triage_row,
    write,
)
from storage.store import Store, undamaged

_FEW = 900
_MOST_FOUND = 9  # to choose from; beyond that the user must be more specific

# The table SQLite scans first decides the cost of a search; without statistics it would start with a repository's
# commits.
_ANY = "repositories r join commits c on c.repository = r.id"
_OF_EACH = "repositories r cross join commits c on c.repository = r.id"
"""For columns indexed by repository, of which there are few."""
_WITH_WORD = "words cross join commits c on c.id = words.rowid cross join repositories r on r.id = c.repository"


class Commits:
    """The commits in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def repositories(self) -> list[str]:
        """Return the names of all repositories, most recently active first."""
        with self._store.read() as db:
            rows = db.query(
                "select name from repositories order by (select max(committed_at) from commits where repository = repositories.id) desc"
            )
            return [row["name"] for row in rows]

    def newest(self, repo: str | None = None) -> datetime | None:
        """Return when the newest commit of a repository (or of all) was committed, UTC; None if there are none."""
        of_one = "select max(c.committed_at) from commits c where c.repository = (select id from repositories where name = ?)"
        with self._store.read() as db:
            if repo:
                found = db.execute(of_one, [repo]).fetchone()[0]
            else:
                found = db.execute(f"select max(id) >> {SHIFT} from commits").fetchone()[0]
        return datetime.fromtimestamp(found, UTC) if found is not None else None

    def repository(self, name: str) -> str | None:
        """Return the stored spelling of a repository's name, ignoring case; None if it is unknown."""
        return next((known for known in self.repositories() if known.lower() == name.lower()), None)

    def numbers(self) -> dict[str, int]:
        """Return the repositories' short internal numbers, by name; renaming keeps the number."""
        with self._store.read() as db:
            return {row["name"]: row["id"] for row in db.query("select id, name from repositories")}

    def rename(self, old: str, new: str) -> None:
        """Rename a repository, keeping everything stored about it."""
        with self._store.write() as db:
            db.execute(
                "update repositories set name = ? where name = ? collate nocase "
                "and not exists (select 1 from repositories where name = ?)",
                [new, old, new],
            )
            for table in ("feeds", "subscriptions", "feedback"):
                db.execute(f"update {table} set repository = ? where repository = ? collate nocase", [new, old])

    def put(self, commits: Iterable[Commit]) -> None:
        """Store commits in full; known ones are left alone, those with only headers are completed."""
        with self._store.write() as db:
            for commit in commits:
                key = write(db, commit)
                patches = [file.patch for file in commit.files]
                if any(patch is not None for patch in patches):
                    packed = zlib.compress(json.dumps(patches, ensure_ascii=False).encode(), 6)
                    db.table("patches").insert({"commit_id": key, "patches": packed}, replace=True)

    def put_triage(self, entries: Iterable[Entry], rests_on: Mapping[str, str] = MappingProxyType({})) -> None:
        """Store the commits' current facts and triage, and index them for search.

        `rests_on` gives, by SHA, a version of everything a judgement was based on; without one it is redone next time.
        """
        with self._store.write() as db:
            for entry in entries:
                row = triage_row(entry)
                (key,) = db.execute(
                    "select c.id from commits c join repositories r on r.id = c.repository where r.name = ? and c.sha = ?",
                    [entry.commit.repo, entry.commit.sha],
                ).fetchone()
                same = db.execute(
                    f"select 1 from commits where id = ? and {' and '.join(f'{name} is ?' for name in row)}",
                    [key, *row.values()],
                ).fetchone()
                db.execute("update commits set judged_by = ? where id = ?", [rests_on.get(entry.commit.sha), key])
                if not same:
                    db.table("commits").update(key, row)
                    # The rules build their texts from exactly this, so theirs are dropped; a model's were paid for and
                    # stay.
                    db.execute("delete from analyses where commit_id = ? and analyser = ?", [key, RULES])
                    index(db, key)

    def put_branches(self, repo: str, on: Mapping[str, Collection[str]]) -> None:
        """Record the branches, by SHA, of commits that are not on the default branch; none if it is.

        Branches recorded earlier stay: each look covers only the branches that some feed follows.
        """
        changed = list[tuple[str, int, int]]()
        shas = list(on)
        with self._store.read() as db:
            for start in range(0, len(shas), _FEW):
                some = shas[start : start + _FEW]
                rows = db.execute(
                    "select id, sha, aside, branches from commits where repository = (select id from repositories where name = ?) "
                    f"and sha in ({','.join('?' * len(some))})",
                    [repo, *some],
                )
                for key, sha, aside, before in rows.fetchall():
                    known = json.loads(before) if aside else []
                    names = sorted({*known, *on[sha]}) if on[sha] else []
                    if (bool(aside), known) != (bool(names), names):
                        changed.append((json.dumps(names, ensure_ascii=False), int(bool(names)), key))
        if changed:
            with self._store.write() as db:
                db.conn.executemany("update commits set branches = ?, aside = ? where id = ?", changed)

    def get(self, repo: str, shas: Sequence[str]) -> dict[str, Commit]:
        """Return those of these commits that are stored in full, by SHA."""
        with self._store.read() as db:
            return {row["sha"]: commit_of(row) for row in rows_of(db, repo, shas, f"and c.is_whole = {WHOLE}")}

    def entries(self, repo: str, shas: Sequence[str]) -> dict[str, Entry]:
        """Return what is stored about these commits, without patches and analyses, by SHA."""
        with self._store.read() as db:
            rows = rows_of(db, repo, shas, "and c.types is not null", patches=False)
            return {row["sha"]: entry_of(row) for row in rows}

    def judged(self, repo: str, rests_on: Mapping[str, str]) -> dict[str, Entry]:
        """Return the commits, by SHA, whose stored judgement is based on the versions given; without patches."""
        with self._store.read() as db:
            rows = rows_of(db, repo, list(rests_on), "and c.types is not null", patches=False)
            return {row["sha"]: entry_of(row) for row in rows if row["judged_by"] == rests_on[row["sha"]]}

    def entry(self, repo: str, sha: str) -> Entry | None:
        """Return everything stored about one commit except its analyses."""
        with self._store.read() as db:
            return next((entry_of(row) for row in rows_of(db, repo, [sha], "and c.types is not null")), None)

    def by_area(self, since: datetime, repo: str | None = None) -> dict[str, tuple[int, int]]:
        """Count the commits from `since` on by area as (all, high importance); each counts in its first area only."""
        of_one = "and repository = (select id from repositories where name = ?)" if repo else ""
        found: dict[str, tuple[int, int]] = {}
        with self._store.read() as db:
            rows = db.execute(
                "select areas, count(*), sum(importance = ?) from commits "
                f"where id >= ? and types is not null {of_one} group by areas",
                [Importance.HIGH.rank, key_of(since), *([repo] if repo else [])],
            )
            with undamaged("areas"):
                for areas, count, high in rows:
                    for area in json.loads(areas)[:1]:  # as in the post
                        known = found.get(area, (0, 0))
                        found[area] = (known[0] + count, known[1] + high)
        return found

    def between(self, repo: str, start: datetime, end: datetime, *, of_branches: bool = False) -> list[Entry]:
        """Return what is stored for [start, end), newest first, without patches and analyses.

        Commits that are not on the default branch are left out unless `of_branches` is set; then each says which
        branches have it.
        """
        narrowed = "and (not c.aside or c.branches != '[]') " if of_branches else "and not c.aside "
        with self._store.read() as db:
            rows = db.query(
                f"select {COLUMNS}, null as patches from {KNOWN} "
                f"where r.name = ? and c.committed_at >= ? and c.committed_at < ? and c.types is not null {narrowed}"
                "order by c.id desc",
                [repo, int(start.timestamp()), int(end.timestamp())],
            )
            return [entry_of(row) for row in rows]

    def moments(self, repo: str, start: datetime, end: datetime) -> dict[str, datetime]:
        """Return when the stored commits of [start, end) were committed, UTC, by SHA."""
        with self._store.read() as db:
            rows = db.execute(
                "select sha, committed_at from commits where repository = (select id from repositories where name = ?) "
                "and committed_at >= ? and committed_at < ?",
                [repo, int(start.timestamp()), int(end.timestamp())],
            )
            return {sha: datetime.fromtimestamp(at, UTC) for sha, at in rows.fetchall()}

    def naming(self, repo: str, texts: Sequence[str]) -> list[Commit]:
        """Return the commits whose messages contain one of these texts verbatim, newest first, without their diffs."""
        where = " or ".join("instr(c.message, ?)" for _ in texts)
        with self._store.read() as db:
            rows = db.query(
                f"select {COLUMNS}, null as patches from {KNOWN} where r.name = ? and ({where}) order by c.id desc",
                [repo, *texts],
            )
            return [commit_of(row) for row in rows]

    def paths(self, repos: Sequence[str], most: int) -> dict[str, int]:
        """Count how many of the `most` newest commits touched each file, by path."""
        found = Counter[str]()
        with self._store.read() as db:
            rows = db.execute(
                "select c.files from commits c join repositories r on r.id = c.repository "
                f"where r.name in ({','.join('?' * len(repos))}) and c.files is not null order by c.id desc limit ?",
                [*repos, most],
            )
            with undamaged("files"):
                for (files,) in rows:
                    found.update({file[0] for file in json.loads(files)})
        return dict(found)

    def parents(self, repo: str, since: datetime, most: int) -> dict[str, tuple[str, ...]]:
        """Return the parents of up to `most` commits stored from a moment on, by SHA."""
        with self._store.read() as db:
            rows = db.execute(
                "select sha, parents from commits where repository = (select id from repositories where name = ?) "
                "and committed_at >= ? order by committed_at limit ?",
                [repo, int(since.timestamp()), most],
            )
            return {sha: tuple((parents or "").split()) for sha, parents in rows.fetchall()}

    def of_digests(self, digests: Sequence[int]) -> list[Entry]:
        """Return what is stored about the commits in these digests, without patches and analyses."""
        marks = ",".join("?" * len(digests))
        with self._store.read() as db:
            rows = db.query(
                f"select {COLUMNS}, null as patches from {KNOWN} where c.types is not null "
                f"and c.id in (select commit_id from digest_commits where digest_id in ({marks}))",
                list(digests),
            )
            return [entry_of(row) for row in rows]

    def bodies(self, repo: str, most: int, without: Collection[str] = ()) -> list[str]:
        """Return the message bodies of a repository's `most` newest commits, except those in `without`."""
        with self._store.read() as db:
            rows = db.execute(
                "select c.sha, c.message from commits c join repositories r on r.id = c.repository "
                "where r.name = ? order by c.id desc limit ?",
                [repo, most + len(without)],
            )
            return [message.partition("\n")[2] for sha, message in rows if sha not in without][:most]

    def find(self, prefix: str, repo: str | None = None) -> list[tuple[str, str]]:
        """Return (repo, SHA) of up to a few commits whose SHA starts with `prefix` (lower-case hex).

        A commit that only came in with a merge is found as that merge.
        """
        upper = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        found = self._found(_ANY, "c.sha >= ? and c.sha < ?", [prefix, upper], repo, "c.sha")
        return found or self._found(_WITH_WORD, "words match ?", [f'tags : "brought{prefix}" *'], repo, "c.id desc")

    def nearest(self, prefix: str, repo: str | None = None) -> list[tuple[str, str]]:
        """Return a few commits whose SHA shares the longest beginning with `prefix`."""
        for length in range(len(prefix) - 1, 2, -1):
            found = self.find(prefix[:length], repo)
            if found:
                return found[:5]
        return []

    def by_pull_request(self, number: int, repo: str | None = None) -> list[tuple[str, str]]:
        """Return (repo, SHA) of the commits that came from this pull request, newest first."""
        if number >= LARGEST:
            return []
        return self._found(_OF_EACH, "c.pull_request = ?", [number], repo, "c.id desc")

    def authors(self, repos: Sequence[str], text: str, most: int) -> list[tuple[str, str]]:
        """Return (name, account or empty) of authors whose name or account contains a text, busiest first."""
        with self._store.read() as db:
            rows = db.query(
                "select c.author, coalesce(c.login, '') as login, count(*) as n from commits c join repositories r "
                f"on r.id = c.repository where r.name in ({','.join('?' * len(repos))}) "
                "and (instr(lower(c.author), ?) or instr(lower(coalesce(c.login, '')), ?)) "
                "group by c.author, login order by n desc, c.author limit ?",
                [*repos, text.lower(), text.lower(), most],
            )
            return [(row["author"], row["login"]) for row in rows]

    def by_title(self, title: str, repo: str) -> list[tuple[str, str]]:
        """Return (repo, SHA) of the commits with this title, exact matches first, then the newest.

        A revert quotes the title as its author wrote it; GitHub has since appended the pull request's number.
        """
        exactly = self._found(_OF_EACH, "c.title = ?", [title], repo, "c.id desc")
        span = [f"{title} (#", f"{title} (#:"]  # a digit follows, so the index can be used
        return exactly + self._found(
            _OF_EACH, "c.title > ? and c.title < ? and c.title like '%)'", span, repo, "c.id desc"
        )

    def _found(
        self, tables: str, where: str, values: Sequence[str | int], repo: str | None, order: str
    ) -> list[tuple[str, str]]:
        also = "and r.name = ?" if repo else ""
        with self._store.read() as db:
            rows = db.query(
                f"select r.name as repo, c.sha from {tables} where {where} {also} order by {order} limit {_MOST_FOUND}",
                [*values, *([repo] if repo else [])],
            )
            return [(row["repo"], row["sha"]) for row in rows]
