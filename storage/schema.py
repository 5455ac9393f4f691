"""The tables, as migrations in order. A released migration is never changed; a new one follows it.

The module is long because it is a log: it only grows, and its order records what a store has been through.
"""

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
    """Commits as received from a source.

    `commits.id` is the commit time in seconds times 2**20 plus a running number: rows are in order of time, so that
    "the newest that match" needs no sorting and "since" is a range of keys.
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
    # Patches are large and seldom read: stored with the commits, they would slow every search down.
    db.table("patches").create({"commit_id": int, "patches": bytes}, pk="commit_id", strict=True)


@migrations()
def m002_analyses(db: Database) -> None:
    """One analysis per commit, analyser, version and language, as JSON, so that a new field needs no migration."""
    db.table("analyses").create(
        {"commit_id": int, "analyser": str, "prompt": str, "language": str, "analysis": str, "made_at": int},
        pk=("commit_id", "analyser", "prompt", "language"),
        not_null={"analysis", "made_at"},
        foreign_keys=[("commit_id", "commits", "id")],
        strict=True,
    )


@migrations()
def m003_digests(db: Database) -> None:
    """Which commits each day's digest reported, and the runs that made the digests."""
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
    """Servers' answers with their ETags, so that an unchanged list costs nothing."""
    db.table("pages").create(
        {"key": str, "etag": str, "body": str, "used_at": int}, pk="key", not_null={"etag", "body"}, strict=True
    )


@migrations()
def m005_words(db: Database) -> None:
    """The search index. We split its text into words (`storage.words`): no tokenizer of SQLite handles Chinese."""
    db.execute(
        "create virtual table words using fts5(title, text, tags, tokenize='unicode61 remove_diacritics 2', prefix='2 3')"
    )


@migrations()
def m006_words_by_their_first_letters(db: Database) -> None:
    """Question words are prefixes: without a prefix index, SQLite collects all commits that have a matching word.

    For a million commits this takes 1.9 GB instead of 1.1; the most common word is found in 5 ms instead of over 40.
    """
    db.execute("alter table words rename to words_before")
    db.execute(
        "create virtual table words using fts5(title, text, tags, tokenize='unicode61 remove_diacritics 2', "
        "prefix='1 2 3 4 5 6')"
    )
    db.execute(
        "insert into words(rowid, title, text, tags) select rowid, title, text, tags from words_before order by rowid"
    )
    db.execute("drop table words_before")


@migrations()
def m007_learned(db: Database) -> None:
    """What was learned from a repository's own past: weights and how they performed, as JSON."""
    db.table("learned").create(
        {"repository": int, "made_at": int, "judgement": str, "trials": str},
        pk="repository",
        not_null={"made_at", "judgement", "trials"},
        foreign_keys=[("repository", "repositories", "id")],
        strict=True,
    )


@migrations()
def m008_rankings(db: Database) -> None:
    """The model's order of a day's entries, as a JSON list of SHAs."""
    db.table("rankings").create(
        {"key": str, "shas": str, "made_at": int}, pk="key", not_null={"shas", "made_at"}, strict=True
    )


@migrations()
def m010_feeds(db: Database) -> None:
    """Channels' feeds. `since` is when a feed took effect: nothing before it is due."""
    db.table("feeds").create(
        {
            "id": int, "platform": str, "workspace": str, "channel": str, "repository": str, "place": str, "at": str,
            "zone": str, "language": str, "least": int, "areas": str, "left_out": str, "days": str, "quiet": str,
            "made_by": str, "origin": str, "since": int, "paused": str,
        },
        pk="id",
        not_null={
            "platform", "workspace", "channel", "repository", "place", "at", "zone", "language", "least", "areas",
            "left_out", "days", "quiet", "made_by", "origin", "since", "paused",
        },
        strict=True,
    )  # fmt: skip
    db.table("feeds").create_index(["platform", "channel"])


@migrations()
def m011_deliveries(db: Database) -> None:
    """What is posted where, from the claim to the platform's IDs; one row per order and time slot.

    The lease lets another process continue after a claimer died. `told` are the commits it contained, `pending` how
    many of them a model has yet to read.
    """
    db.table("deliveries").create(
        {
            "id": int, "kind": str, "subject": str, "slot": str, "first": str, "last": str, "zone": str, "platform": str,
            "channel": str, "key": str, "state": str, "owner": str, "lease": float, "not_before": float,
            "attempts": int, "due_at": int, "message": str, "followers": str, "posted_at": int, "told": str,
            "pending": int, "looked_at": int, "trouble": str,
        },
        pk="id",
        not_null={
            "kind", "subject", "slot", "platform", "key", "state", "owner", "lease", "not_before", "attempts", "due_at",
        },
        strict=True,
    )  # fmt: skip
    db.table("deliveries").create_index(["kind", "subject", "slot"], unique=True)
    db.table("deliveries").create_index(["key"], unique=True)
    db.table("deliveries").create_index(["state", "due_at"])


@migrations()
def m012_subscriptions(db: Database) -> None:
    """What people and channels want to be told about, and what they were told.

    `recipient` is `platform/workspace/user/U1` or `platform/workspace/channel/C1`.
    """
    db.table("subscriptions").create(
        {
            "id": int, "recipient": str, "repository": str, "area": str, "path": str, "author": str, "word": str,
            "type": str, "least": int, "how": str, "at": str, "zone": str, "language": str, "is_mute": int,
            "made_by": str, "since": int, "paused": str,
        },
        pk="id",
        not_null={"recipient", "repository", "least", "how", "at", "zone", "language", "is_mute", "made_by", "since", "paused"},
        strict=True,
    )  # fmt: skip
    db.table("subscriptions").create_index(["recipient"])
    db.table("subscriptions").create_index(["repository"])
    db.table("told").create(
        {"recipient": str, "commit_id": int, "told_at": int}, pk=("recipient", "commit_id"), strict=True
    )


@migrations()
def m013_feedback(db: Database) -> None:
    """People's opinions of digests (up, down) and ranks (high, medium, low), in the order given."""
    db.table("feedback").create(
        {"id": int, "repository": str, "subject": str, "kind": str, "value": str, "was": str, "who": str, "at": int},
        pk="id",
        not_null={"repository", "subject", "kind", "value", "who", "at"},
        strict=True,
    )
    db.table("feedback").create_index(["kind", "repository", "subject"])


@migrations()
def m014_memory(db: Database) -> None:
    """Small values that platforms keep between runs."""
    db.table("memory").create({"key": str, "value": str}, pk="key", not_null={"value"}, strict=True)


@migrations()
def m020_calendar(db: Database) -> None:
    """Lets a calendar count years of commits from this index alone, without reading the commits."""
    db.table("commits").create_index(["repository", "committed_at", "importance"])


@migrations()
def m021_claims(db: Database) -> None:
    """Who is asking a model for what, until when, and what that may cost."""
    db.table("claims").create(
        {"key": str, "claimer": str, "until": float}, pk="key", not_null={"claimer", "until"}, strict=True
    )
    db.table("claims").create_index(["claimer"])
    db.table("spending").create({"id": int, "at": int, "tokens": int}, pk="id", not_null={"at", "tokens"}, strict=True)


@migrations()
def m022_pull_requests(db: Database) -> None:
    """Pull requests as JSON (a new field needs no migration), and where commits came from: a number, or null for none.

    `is_whole` is 0 while issues it refers to have yet to be read.
    """
    db.table("pull_requests").create(
        {"repository": int, "number": int, "pull_request": str, "fetched_at": int, "is_whole": int},
        pk=("repository", "number"),
        not_null={"pull_request", "fetched_at", "is_whole"},
        foreign_keys=[("repository", "repositories", "id")],
        strict=True,
    )
    db.table("origins").create(
        {"commit_id": int, "number": int},
        pk="commit_id",
        foreign_keys=[("commit_id", "commits", "id")],
        strict=True,
    )


@migrations()
def m030_statements(db: Database) -> None:
    """What people wrote about a commit, as JSON beside its facts; unknown for commits judged earlier."""
    db.table("commits").add_column("statements", str)


@migrations()
def m031_incidents(db: Database) -> None:
    """Since when a feed has not worked, and why; who was told; what was missed by the time it worked again.

    `missed` are the days a post still makes up for, `lost` those before them. Spans are `first last zone`.
    """
    db.table("incidents").create(
        {
            "feed": int, "since": int, "cause": str, "text": str, "ended": int, "missed": str, "lost": str,
            "maker_told": int, "channel_told": int,
        },
        pk="feed",
        not_null={"since", "cause", "text", "maker_told", "channel_told"},
        defaults={"maker_told": 0, "channel_told": 0},
        strict=True,
    )  # fmt: skip


@migrations()
def m032_incidents_by_post(db: Database) -> None:
    """Whether a feed's incident occurred only when posting; then a look at the repository does not end it."""
    db.table("incidents").add_column("by_post", int, not_null_default=0)


@migrations()
def m040_headlines(db: Database) -> None:
    """Analyses have headlines instead of summaries; a model's earlier texts are kept."""
    db.execute(
        "update analyses set analysis = json_remove(json_set(json_insert(analysis, '$.why', json('[]')), '$.headline', "
        "json_extract(analysis, '$.summary')), '$.summary') where json_type(analysis, '$.summary') = 'text'"
    )


@migrations()
def m041_revisions(db: Database) -> None:
    """The subscriptions before and after each change, as JSON lists of rows, so that it can be undone."""
    db.table("revisions").create(
        {"id": int, "recipient": str, "found": str, "left": str},
        pk="id",
        not_null={"recipient", "found", "left"},
        strict=True,
    )


@migrations()
def m042_names(db: Database) -> None:
    """The display names of people who gave an opinion; unknown for earlier ones."""
    db.table("feedback").add_column("name", str, not_null_default="")


@migrations()
def m050_judged_by(db: Database) -> None:
    """What each stored judgement was based on, as a version; null if it must be redone."""
    db.table("commits").add_column("judged_by", str)


@migrations()
def m051_pages_packed(db: Database) -> None:
    """Answers are compressed, and dropped by last use; those stored before are requested once more."""
    db.table("pages").drop()
    db.table("pages").create(
        {"key": str, "etag": str, "body": bytes, "used_at": int},
        pk="key",
        not_null={"etag", "body", "used_at"},
        strict=True,
    )
    db.table("pages").create_index(["used_at"])


@migrations()
def m052_feeds_by_place(db: Database) -> None:
    """Each look at a repository records its outcome for the repository's feeds."""
    db.table("feeds").create_index(["place"])


@migrations()
def m053_feeds_once(db: Database) -> None:
    """Feeds that bring the same to the same channel, which used to be possible, are merged into the oldest."""
    db.execute(
        "delete from feeds where id not in (select min(id) from feeds "
        "group by platform, channel, lower(repository), days, least, language, areas, left_out)"
    )


@migrations()
def m060_uses(db: Database) -> None:
    """The file that lists what a feed's team uses of its repository, and subscriptions to changes that touch it."""
    db.table("feeds").add_column("uses", str, not_null_default="")
    db.table("subscriptions").add_column("uses", str, not_null_default="")


@migrations()
def m061_opinions_by_channel(db: Database) -> None:
    """The channel of a digest that someone rated; unknown for earlier ratings."""
    db.table("feedback").add_column("channel", str, not_null_default="")


@migrations()
def m062_tags(db: Database) -> None:
    """Tags and releases of repositories, and which feeds announce releases."""
    db.table("tags").create(
        {"repository": int, "name": str, "sha": str, "at": int, "url": str, "is_marked": int},
        pk=("repository", "name"),
        not_null={"repository", "name", "sha", "at", "url", "is_marked"},
        strict=True,
    )
    db.table("feeds").add_column("releases", str, not_null_default="")


@migrations()
def m063_sent_uses(db: Database) -> None:
    """What people use of repositories, as they sent it."""
    db.table("uses").create(
        {"platform": str, "workspace": str, "user": str, "repository": int, "text": str, "at": int},
        pk=("platform", "workspace", "user", "repository"),
        not_null={"text", "at"},
        foreign_keys=[("repository", "repositories", "id")],
        strict=True,
    )


@migrations()
def m064_followed_fixes(db: Database) -> None:
    """Subscriptions that track a single fix."""
    db.table("subscriptions").add_column("fix", str, not_null_default="")


@migrations()
def m065_scopes(db: Database) -> None:
    """The part of its repository that a feed covers, as JSON lists; labels of subscriptions."""
    for name in ("paths", "labels"):
        db.table("feeds").add_column(name, str, not_null_default="[]")
    db.table("subscriptions").add_column("label", str, not_null_default="")


@migrations()
def m066_branches(db: Database) -> None:
    """The branches a feed follows, as a JSON list of patterns; and which commits are not on a default branch."""
    db.table("feeds").add_column("branches", str, not_null_default="[]")
    db.table("commits").add_column("aside", int, not_null_default=0)


@migrations()
def m067_submodules(db: Database) -> None:
    """What is known about the submodules a commit moves, as JSON."""
    db.table("commits").add_column("submodules", str, not_null_default="[]")


@migrations()
def m068_aside_branches(db: Database) -> None:
    """The branches that have a commit which is not on the default branch, as a JSON list."""
    db.table("commits").add_column("branches", str, not_null_default="[]")


@migrations()
def m069_certain_types(db: Database) -> None:
    """Whether a commit's type is certain; earlier ones are judged again."""
    db.table("commits").add_column("is_type_certain", int, not_null_default=1)
