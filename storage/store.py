"""The SQLite file: connections, transactions, and what its errors mean.

Every module of this package works through `Store.read()` and `Store.write()`; nothing else opens the file.
"""

import contextlib
import os
import sqlite3
import threading
import weakref
import zlib
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from analysis.errors import BadInput, Outage, Problem
from storage.schema import known, migrations

_PATIENCE = 30.0  # seconds to wait for another process that is writing
_STATEMENTS = 32
"""Compiled statements kept for each thread: one takes some 30 kB, and each length of a list of SHAs makes another."""
_LARGEST_LOG = 16_000_000  # bytes the write-ahead log may keep after a checkpoint
PRIVATE = 0o600
"""Only the owner may read a store or a copy: it holds private repositories' contents, and who follows them."""


class _Connection:
    """One thread's connection, closed when the thread releases it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        # Not in __del__: for objects in a reference cycle it may run after SQLite's own, which warns of an open
        # connection.
        weakref.finalize(self, connection.close)
        self.db = Database(connection, execute_plugins=False)
        self.db.execute("pragma foreign_keys = on")
        self.db.execute("pragma synchronous = normal")
        self.db.execute(f"pragma journal_size_limit = {_LARGEST_LOG}")


class Store:
    """Daybrief's memory; safe to share between threads and, through the file, between processes.

    Args:
        path: the file; it and its folder are created if missing.

    Raises:
        BadInput: the file is unusable: not a database, from a newer version, or in a place that cannot be written.
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
        """Yield this thread's connection for reading."""
        with self._told():
            yield self._db()

    @contextlib.contextmanager
    def write(self) -> Iterator[Database]:
        """Yield this thread's connection inside a transaction: the whole block takes effect, or none of it.

        SQLite's write lock is taken at once: a transaction that reads first and writes later fails if another process
        wrote in between. Our own lock keeps threads from starving each other.
        """
        with self._told(), self._writing:
            db = self._db()
            if db.conn.in_transaction:
                yield db
                return
            db.execute("begin immediate")
            try:
                yield db
                db.conn.commit()
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # the original error matters more
                    db.conn.rollback()
                raise

    def close(self) -> None:
        """Close this thread's connection; those of other threads close when the threads end."""
        self._local.__dict__.pop("open", None)

    def shrink_log(self) -> None:
        """Checkpoint and truncate the log, unless someone is reading from it."""
        if not self._read_only:
            with self.read() as db:
                db.execute("pragma wal_checkpoint(truncate)").fetchall()

    @property
    def is_read_only(self) -> bool:
        """Whether the file is read-only."""
        return self._read_only

    def _db(self) -> Database:
        if not hasattr(self._local, "open"):
            self._local.open = _Connection(self._connect())
        opened: _Connection = self._local.open
        return opened.db

    def _connect(self) -> sqlite3.Connection:
        if not self._read_only:
            return sqlite3.connect(self.path, timeout=_PATIENCE, check_same_thread=False, cached_statements=_STATEMENTS)
        # Without a write-ahead log nobody is writing, so the file can be read without the locks, which we cannot create
        # beside a file that we may not write. https://www.sqlite.org/wal.html#read_only_databases
        log = self.path.with_name(f"{self.path.name}-wal")
        mode = "mode=ro" if log.exists() else "mode=ro&immutable=1"
        uri = f"{self.path.resolve().as_uri()}?{mode}"
        return sqlite3.connect(uri, uri=True, timeout=_PATIENCE, check_same_thread=False, cached_statements=_STATEMENTS)

    def _prepare(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            exists = self.path.exists()
            if not exists:
                with contextlib.suppress(OSError):  # SQLite's own error message is better
                    self.path.touch(PRIVATE)  # the log gets the same mode
        except OSError as error:
            raise BadInput(
                f"The store's folder {self.path.parent} cannot be used ({error.strerror}): name another file as [store] path."
            ) from error
        if self.path.is_dir():
            raise BadInput(f"{self.path} is a folder, and the store is a file: name a file as [store] path.")
        self._read_only = exists and not _writable(self.path)
        with self._told():
            db = self._db()
            self._check_version(db)
            if self._read_only:
                return
            _write_ahead(db)
            if migrations.pending(db):
                # Several processes may start at once; later ones find the work done.
                with self.write():
                    self._check_version(db)
                    migrations.apply(db)

    def _check_version(self, db: Database) -> None:
        applied = {migration.name for migration in migrations.applied(db)}
        if not applied and set(db.table_names()) - {migrations.migrations_table}:
            raise BadInput(f"{self.path} belongs to another program: name another file as [store] path.")
        if self._read_only and migrations.pending(db):
            raise BadInput(
                f"The store {self.path} is from an older version and cannot be written: make it writable once so that it can be migrated."
            )
        if applied - known():
            raise BadInput(
                f"The store {self.path} was made by a newer Daybrief: update this one, or name another file as [store] path."
            )

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OverflowError:
            raise BadInput("A number is larger than any in the store: check it.") from None
        except sqlite3.Error as error:
            opened = getattr(self._local, "open", None)
            if opened is None or not opened.db.conn.in_transaction:  # otherwise the enclosing transaction is still open
                self.close()
            raise self._problem(error) from error

    def _problem(self, error: sqlite3.Error) -> Problem:
        text = " ".join("".join(char if char.isprintable() else " " for char in str(error)).split())  # may quote damage
        if "readonly" in text:
            return BadInput(
                f"The store {self.path} is not writable: make it writable, or name another file as [store] path."
            )
        if "disk is full" in text or "disk I/O error" in text:
            return Outage(
                f"The disk with the store {self.path} is full or failing ({text}): make room and run it again; what was stored is kept."
            )
        if "locked" in text or "busy" in text:
            return Outage(
                f"Another process has been writing to the store {self.path} for {_PATIENCE:.0f} s: run it again when that process is done."
            )
        if "unable to open" in text:
            return BadInput(
                f"The store {self.path} cannot be opened: check its folder's permissions, or name another file as [store] path."
            )
        if "not a database" in text:
            return BadInput(
                f"{self.path} is not an SQLite database, or its header is damaged: name another file as [store] path, or move it away."
            )
        if any(word in text for word in ("malformed", "corrupt", "decode")):
            return Outage(
                f"The store {self.path} is damaged ({text}): move it away and run again; commits and analyses are then "
                f"fetched and made again. `sqlite3 {self.path} .recover` may save what was in it."
            )
        return Outage(f"The store {self.path} failed: {text}.")


def _write_ahead(db: Database) -> None:
    """Switch to the write-ahead log; if several processes start at once, the others wait until one has done it.

    SQLite's busy timeout does not cover this change: the lock is requested while another is held, and then the busy
    handler is not called. https://www.sqlite.org/c3ref/busy_handler.html
    """
    import stamina

    waiting = stamina.retry_context(
        on=_is_locked, attempts=None, timeout=_PATIENCE, wait_initial=0.01, wait_max=0.2, wait_jitter=0.05
    )
    for attempt in waiting:
        with attempt:
            db.enable_wal()


def _is_locked(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


@contextlib.contextmanager
def undamaged(what: str) -> Iterator[None]:
    """Report values that SQLite returned but nobody can have stored as damage; for use inside `read`."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, zlib.error) as error:
        raise sqlite3.DatabaseError(f"malformed {what}") from error


def _writable(path: Path) -> bool:
    # Trying is more reliable than checking permission bits: a read-only mount has none. SQLite keeps its log beside the
    # file.
    try:
        with path.open("r+b"):
            return os.access(path.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    except OSError:
        return False
