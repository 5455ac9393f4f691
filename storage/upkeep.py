"""Maintenance of the store: a backup while it is in use, a check, and deleting what can be fetched again."""

import contextlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analysis.errors import BadInput
from storage.commit_rows import FORGOTTEN, key_of
from storage.files import replacing
from storage.store import PRIVATE, Store

_PAGES = 2_000
"""Pages copied per step: eight megabytes, after which writers get a turn."""
_MOST_FAULTS = 20
_SOME = 500
"""Diffs deleted per transaction, so that nobody waits long to write."""


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of a store.

    Attributes:
        faults: what is wrong with the file, in SQLite's words; empty for a sound one.
        size: bytes of the file; `log`: of the log beside it, not yet checkpointed; `free`: unused bytes in the file.
        commits: how many it has; `diffs`: how many of them have their diffs.
    """

    faults: tuple[str, ...]
    size: int
    log: int
    free: int
    commits: int
    diffs: int


def backup(store: Store, target: Path) -> None:
    """Copy a store to a file that is consistent at any time, while others keep reading and writing it.

    The copy is written beside `target` and replaces it when complete. https://www.sqlite.org/backup.html

    Raises:
        BadInput: the file cannot be written, or is the store itself.
        Outage: the store cannot be read.
    """
    try:
        if target.exists() and target.samefile(store.path):
            raise BadInput(f"{target} is the store itself: name another file for the backup.")
        with (
            replacing(target, PRIVATE) as draft,
            store.read() as db,
            contextlib.closing(sqlite3.connect(draft)) as copy,
        ):
            db.conn.backup(copy, pages=_PAGES, sleep=0.05)
            copy.execute("pragma journal_mode = delete")  # one file, with no log beside it
    except OSError as error:
        raise BadInput(f"{target} cannot be written ({error.strerror}): name another file, or make room.") from None


def check(store: Store) -> Condition:
    """Check a store's integrity: its pages, its indexes, and its foreign keys.

    It reads the whole file: seconds for a hundred megabytes.
    """
    with store.read() as db:
        found = [str(row[0]) for row in db.execute(f"pragma integrity_check({_MOST_FAULTS})").fetchall()]
        faults = [] if found == ["ok"] else found
        for table, _, parent, _ in db.execute("pragma foreign_key_check").fetchmany(_MOST_FAULTS):
            faults.append(f"a row of {table} refers to one of {parent} that is not there")
        sizes = [db.execute(f"pragma {name}").fetchone()[0] for name in ("page_size", "freelist_count")]
        commits, diffs = (db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("commits", "patches"))
    log = store.path.with_name(f"{store.path.name}-wal")
    return Condition(
        tuple(dict.fromkeys(faults)),
        store.path.stat().st_size,
        log.stat().st_size if log.exists() else 0,
        sizes[0] * sizes[1],
        commits,
        diffs,
    )


def forget_diffs(store: Store, before: datetime) -> int:
    """Delete the diffs of commits from before a moment; return how many.

    Everything extracted from them stays. If one is needed again (another prompt, another language), it is refetched.
    """
    count = 0
    while True:
        with store.write() as db:
            some = [
                row[0]
                for row in db.execute(
                    "select commit_id from patches where commit_id < ? order by commit_id limit ?",
                    [key_of(before), _SOME],
                ).fetchall()
            ]
            marks = ",".join("?" * len(some))
            db.execute(f"delete from patches where commit_id in ({marks})", some)
            db.execute(f"update commits set is_whole = {FORGOTTEN} where id in ({marks})", some)
        count += len(some)
        if len(some) < _SOME:
            return count
