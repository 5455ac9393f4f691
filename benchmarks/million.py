"""A store of a million commits: a real history, repeated over ten repositories and back in time."""

import gzip
import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analysis.commits.commit import Commit, FileChange
from analysis.digest.pipeline import judge
from analysis.i18n.language import LANGUAGES
from analysis.rules import RulesAnalyser
from benchmarks.material import ROOT, SHARED, day
from bot.config import load
from bot.digests.core import open_core
from storage.store import Store

WANTED = 1_000_000
REPOSITORIES = 10
_SHIFT = 20  # a commit's key: seconds times two to this, and a running number (storage.schema)
_APART = 1 << 12  # between the running numbers of two copies
_AT_ONCE = 500
_HISTORY = SHARED / "history" / "sglang-commits.jsonl.gz"


def million() -> Path:
    """Return the store; it is built once per version of the tables, and kept in .bench/."""
    seed, path = thousands(), _kept("million")
    if not path.is_file():
        _say(f"building a store of {WANTED:,} commits in {path.parent}: some minutes, once")
        unfinished = path.with_name("unfinished.db")
        unfinished.unlink(missing_ok=True)
        _repeat(seed, unfinished)
        unfinished.rename(path)
    return path


def thousands() -> Path:
    """Return the store of the history as it is, one repository of nearly ten thousand commits; kept likewise."""
    path = _kept("thousands")
    if not path.is_file():
        path.parent.mkdir(exist_ok=True)
        for old in path.parent.glob("*.db*"):
            old.unlink()
        unfinished = path.with_name("unfinished.db")
        _fill(unfinished, list(_history(_HISTORY)) if _HISTORY.is_file() else list(_sample()))
        unfinished.rename(path)
    return path


def _kept(name: str) -> Path:
    sources = [*(ROOT / "storage" / name for name in ("schema.py", "words.py", "commit_rows.py")), Path(__file__)]
    text = b"".join(path.read_bytes() for path in sources) + str(_HISTORY.is_file()).encode()
    return ROOT / ".bench" / f"{name}-{hashlib.sha256(text).hexdigest()[:12]}.db"


def _fill(seed: Path, commits: list[Commit]) -> None:
    """Store the history as Daybrief does: with facts, triage and the rules' analyses."""
    core = open_core(load({"DAYBRIEF_STORE__PATH": str(seed)}))
    areas, rules = core.sources.areas(), RulesAnalyser()
    for start in range(0, len(commits), _AT_ONCE):
        entries = tuple(judge(commits[start : start + _AT_ONCE], areas))
        with core.stores.store.write():
            core.stores.commits.put(entry.commit for entry in entries)
            core.stores.commits.put_triage(entries)
            for language in LANGUAGES:
                core.stores.analyses.put(commits[0].repo, rules.analyse(entries, language).analyses, 0)
        _say(f"{start + len(entries):,} of {len(commits):,} commits read by the rules")
    core.stores.store.close()
    with closing(sqlite3.connect(seed)) as db:
        db.execute("pragma journal_mode = delete")


def _repeat(seed: Path, path: Path) -> None:
    """Copy the seed's rows until there are enough: to the other repositories, then before the oldest commit so far."""
    Store(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("pragma synchronous = off")
        db.execute("attach ? as seed", [str(seed)])
        db.create_function("renamed", 2, lambda sha, copy: hashlib.sha256(f"{copy}{sha}".encode()).hexdigest()[:40])
        (count, span) = db.execute(
            "select count(*), max(committed_at) - min(committed_at) + 1 from seed.commits"
        ).fetchone()
        columns = [row[1] for row in db.execute("pragma table_info(commits)")]
        for copy in range(-(-WANTED // count)):
            left = WANTED - copy * count
            _copy(db, copy, span * (copy // REPOSITORIES), columns, left)
            _say(f"{min((copy + 1) * count, WANTED):,} of {WANTED:,} commits stored")
        db.execute("pragma wal_checkpoint(truncate)")


def _copy(db: sqlite3.Connection, copy: int, back: int, columns: list[str], most: int) -> None:
    number = copy % REPOSITORIES + 1
    changed = {
        "id": f"id - {back << _SHIFT} + {copy * _APART}",
        "repository": str(number),
        "sha": f"renamed(sha, {copy})",
        "authored_at": f"authored_at - {back}",
        "committed_at": f"committed_at - {back}",
    }
    values = ", ".join(changed.get(name, name) for name in columns)
    key = changed["id"]
    db.execute("begin")
    db.execute("insert or ignore into repositories(id, name) values (?, ?)", [number, f"bench/repository-{number}"])
    db.execute(f"insert into commits select {values} from seed.commits order by id limit {most}")
    db.execute(
        f"insert into words(rowid, title, text, tags) select {key.replace('id', 'rowid')}, title, text, "
        f"'repo{number}' || substr(tags, instr(tags, ' ')) from seed.words order by rowid limit {most}"
    )
    db.execute(
        f"insert into analyses select {key.replace('id', 'commit_id')}, analyser, prompt, language, analysis, made_at "
        f"from seed.analyses where commit_id in (select id from seed.commits order by id limit {most}) order by commit_id"
    )
    db.execute("commit")


def _history(path: Path) -> Iterator[Commit]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            moment = datetime.fromisoformat(row["date"])
            files = tuple(FileChange(name, status, added, gone) for name, status, added, gone in row["files"])
            message = f"{row['title']}\n\n{row['body']}".strip()
            yield Commit("bench/repository-1", row["sha"], row["author"], moment, moment, message, files=files)


def _sample() -> Iterator[Commit]:
    """Yield the sample's commits, repeated to the length of a long history."""
    from concurrent.futures import ThreadPoolExecutor
    from dataclasses import replace

    from analysis.sources.git_clone import GitClone

    source = GitClone(day().clone.path, repo="bench/repository-1", environ={})
    heads = source.landed(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)).heads
    with ThreadPoolExecutor(1) as executor:
        commits = list(source.fetch(heads, executor))
    for number in range(10_000 // len(commits)):
        for commit in commits:
            back = timedelta(days=number)
            sha = hashlib.sha256(f"{number}{commit.sha}".encode()).hexdigest()[:40]
            yield replace(
                commit, sha=sha, committed_at=commit.committed_at - back, authored_at=commit.authored_at - back
            )


def _say(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
    else:
        sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
