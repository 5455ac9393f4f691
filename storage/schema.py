"""The tables, as migrations in order. A migration that has run anywhere is never changed; a new one follows it."""

from contextlib import closing
from functools import lru_cache

from sqlite_utils import Database, Migrations

migrations = Migrations("daybrief")


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Return the names of all migrations; a store with others was made by a newer version."""
    with closing(Database(memory=True)) as db:
        return frozenset(migration.name for migration in migrations.pending(db))


@migrations()
def m001_repositories_and_commits(db: Database) -> None:
    """Commits as a source gave them.

    `commits.id` is the committer's time in seconds times 2**20 plus a running number: rows lie in the order of time, so
    that "the newest that match" needs no sorting and "since" is a range of keys.
    """
    db.table("repositories").create({"id": int, "name": str}, pk="id", not_null={"name"}, strict=True)
    db.table("repositories").create_index(["name"], unique=True)
    db.table("commits").create(
        {
            "id": int, "repository": int, "sha": str, "author": str, "login": str, "authored_at": int,
            "committed_at": int, "message": str, "parents": str, "url": str, "pull_request": int, "title": str,
            "files": str, "more_files": int, "brought": str, "is_whole": int,
            "types": str, "areas": str, "importance": int, "score": float, "reasons": str, "facts": str,
        },
        pk="id",
        not_null={"repository", "sha", "author", "authored_at", "committed_at", "message", "title"},
        foreign_keys=[("repository", "repositories", "id")],
        strict=True,
    )  # fmt: skip
    db.table("commits").create_index(["repository", "sha"], unique=True)
    db.table("commits").create_index(["sha"])
    db.table("commits").create_index(["repository", "committed_at"])
    db.table("commits").create_index(["repository", "pull_request"])
    db.table("commits").create_index(["repository", "title"])
    # Patches are large and seldom read: beside the commits they would slow every search.
    db.table("patches").create({"commit_id": int, "patches": bytes}, pk="commit_id", strict=True)


@migrations()
def m002_analyses(db: Database) -> None:
    """One analysis for each commit, analyser, version and language, as JSON: a new field needs no migration."""
    db.table("analyses").create(
        {"commit_id": int, "analyser": str, "prompt": str, "language": str, "analysis": str, "made_at": int},
        pk=("commit_id", "analyser", "prompt", "language"),
        not_null={"analysis", "made_at"},
        foreign_keys=[("commit_id", "commits", "id")],
        strict=True,
    )


@migrations()
def m003_digests(db: Database) -> None:
    """Which commits were told in which day's digest, and the runs that made them."""
    db.table("digests").create(
        {
            "id": int, "repository": int, "branch": str, "zone": str, "first": str, "last": str, "start": int,
            "finish": int, "built_at": int, "is_closed": int,
        },
        pk="id",
        not_null={"repository", "branch", "zone", "first", "last", "start", "finish", "built_at", "is_closed"},
        strict=True,
    )  # fmt: skip
    db.table("digests").create_index(["repository", "branch", "zone", "first", "last"], unique=True)
    db.table("digest_commits").create(
        {"digest_id": int, "commit_id": int, "is_late": int}, pk=("digest_id", "commit_id"), strict=True
    )
    db.table("digest_commits").create_index(["commit_id"])
    db.table("overviews").create(
        {"key": str, "themes": str, "made_at": int}, pk="key", not_null={"themes", "made_at"}, strict=True
    )
    db.table("runs").create(
        {
            "id": int, "started_at": int, "seconds": float, "repository": str, "first": str, "last": str, "zone": str,
            "language": str, "analyser": str, "prompt": str, "commits": int, "fetched": int, "analysed": int,
            "failed": int, "calls": int, "retries": int, "tokens_in": int, "tokens_out": int, "tokens_cached": int,
            "cost": float,
        },
        pk="id",
        strict=True,
    )  # fmt: skip
    db.table("runs").create_index(["started_at"])


@migrations()
def m004_pages(db: Database) -> None:
    """Answers of servers with their ETags, so that an unchanged list costs nothing."""
    db.table("pages").create(
        {"key": str, "etag": str, "body": str, "used_at": int}, pk="key", not_null={"etag", "body"}, strict=True
    )


@migrations()
def m005_words(db: Database) -> None:
    """The search index. Its text is cut into words by us (`storage.words`), because no tokenizer of SQLite knows Chinese."""
    db.execute(
        "create virtual table words using fts5(title, text, tags, tokenize='unicode61 remove_diacritics 2', prefix='2 3')"
    )


@migrations()
def m020_calendar(db: Database) -> None:
    """A calendar counts the commits of years: from this index alone, without a look at the commits themselves."""
    db.table("commits").create_index(["repository", "committed_at", "importance"])
