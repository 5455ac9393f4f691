"""The SQLite file: connections, transactions, and what its failures mean.

Every module of this package works through `Store.read()` and `Store.write()`; nobody else opens the file.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from analysis.errors import BadInput, Outage, Problem
from storage.schema import migrations

_PATIENCE = 30.0  # seconds to wait for another process that is writing


class Store:
    """Daybrief's memory; safe to share between threads and, through the file, between processes.

    Args:
        path: the file; it and its folder are made if they are not there.

    Raises:
        BadInput: the file cannot be used: no database, from a newer version, in a place that cannot be written.
        Outage: the disk is full or the file is damaged.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()
        self._local = threading.local()
        self._writing = threading.RLock()
        self._read_only = False
        self._prepare()

    @contextlib.contextmanager
    def read(self) -> Iterator[Database]:
        """Give this thread's connection for reading."""
        with self._told():
            yield self._db()

    @contextlib.contextmanager
    def write(self) -> Iterator[Database]:
        """Give this thread's connection inside a transaction: all of the block is kept, or nothing.

        It takes SQLite's write lock at once: one that reads first and wants to write later fails when another process
        wrote between. The lock of our own keeps threads from starving each other.
        """
        with self._told(), self._writing:
            db = self._db()
            if db.conn.in_transaction:
                yield db
                return
            db.execute("begin immediate")
            try:
                yield db
            except BaseException:
                db.conn.rollback()
                raise
            db.conn.commit()

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._local, "db"):
            self._local.db.close()
            del self._local.db

    @property
    def is_read_only(self) -> bool:
        """Whether the file may only be read."""
        return self._read_only

    def _db(self) -> Database:
        if not hasattr(self._local, "db"):
            if self._read_only:
                uri = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
                connection = sqlite3.connect(uri, uri=True, timeout=_PATIENCE)
            else:
                connection = sqlite3.connect(self.path, timeout=_PATIENCE)
            db = Database(connection, execute_plugins=False)
            db.execute("pragma foreign_keys = on")
            db.execute("pragma synchronous = normal")
            self._local.db = db
        database: Database = self._local.db
        return database

    def _prepare(self) -> None:
        with self._told():
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadInput(
                    f"The store's folder {self.path.parent} cannot be made ({error.strerror}): name another file as [store] path."
                ) from error
            if self.path.is_dir():
                raise BadInput(f"{self.path} is a folder, and the store is a file: name a file as [store] path.")
            self._read_only = self.path.exists() and not _writable(self.path)
            if self._read_only:
                self._check_version(self._db())
                return
            db = self._db()
            db.enable_wal()
            # Several processes may start at once; whoever comes second finds the work done.
            with self.write():
                self._check_version(db)
                migrations.apply(db)

    def _check_version(self, db: Database) -> None:
        if self._read_only and migrations.pending(db):
            raise BadInput(
                f"The store {self.path} is of an older version and cannot be written: make it writable once."
            )
        ours = {migration.name for migration in migrations.pending(Database(memory=True))}
        if any(migration.name not in ours for migration in migrations.applied(db)):
            raise BadInput(
                f"The store {self.path} was made by a newer daybrief: update this one, or name another file as [store] path."
            )

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self.close()
            raise self._problem(error) from error

    def _problem(self, error: sqlite3.Error) -> Problem:
        text = str(error)
        if "readonly" in text:
            return BadInput(
                f"The store {self.path} may not be written: make it writable, or name another file as [store] path."
            )
        if "disk is full" in text or "disk I/O error" in text:
            return Outage(
                f"The disk with the store {self.path} is full or failing ({text}): make room and run it again; what was stored is kept."
            )
        if "locked" in text or "busy" in text:
            return Outage(
                f"Another process has been writing to the store {self.path} for {_PATIENCE:.0f} s: run it again when that one is done."
            )
        if "unable to open" in text:
            return BadInput(
                f"The store {self.path} cannot be opened: check its folder's permissions, or name another file as [store] path."
            )
        if isinstance(error, sqlite3.DatabaseError) and (
            "not a database" in text or "malformed" in text or "corrupt" in text
        ):
            return Outage(
                f"The store {self.path} is damaged or no database ({text}): move it away and run again; commits and analyses are then "
                f"fetched and made anew. `sqlite3 {self.path} .recover` may save what was in it."
            )
        return Outage(f"The store {self.path} failed: {text}.")


def _writable(path: Path) -> bool:
    # Asking the system beats reading permission bits: a read-only mount has none.
    try:
        with path.open("r+b"):
            return True
    except OSError:
        return False
