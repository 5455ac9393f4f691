"""The store's file: made, brought up, shared, damaged, full, and killed in the middle of it."""

import ctypes
import gc
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made import a_commit, an_analysis, an_entry
from sqlite_utils import Database

from analysis.errors import BadInput, Outage, Problem
from storage import store as module
from storage.analyses import Analyses
from storage.commits import Commits
from storage.feeds import Feeds
from storage.schema import known, migrations
from storage.search import Question, search
from storage.store import Store

ROOT = Path(__file__).parent.parent
NAMES = sorted(known())

# Puts batches of five commits, says after each one that it is stored, and goes on until it is killed or done.
WRITER = """
import sys
import time
from datetime import UTC, datetime
import stamina
from analysis.commits.commit import Commit, FileChange
from storage.commits import Commits
from storage.store import Store
stamina.instrumentation.set_on_retry_hooks([])  # as the command line does
path, name, batches = sys.argv[1], sys.argv[2], int(sys.argv[3])
commits = Commits(Store(path))
when = datetime(2026, 3, 12, tzinfo=UTC)
files = (FileChange("quill/cache.py", "modified", 1, 1, patch="@@ -1 +1 @@\\n-a\\n+b" + "x" * 500),)
for batch in range(batches):
    shas = [f"{name}{batch:06x}{number:x}".ljust(40, "0") for number in range(5)]
    commits.put(Commit("example/quill", sha, "Priya", when, when, f"Commit {sha}", files=files) for sha in shas)
    print(batch, flush=True)
    time.sleep(0.001)
"""


def schema_of(path: Path) -> list[tuple[str, ...]]:
    with sqlite3.connect(path) as db:
        rows = db.execute("select type, name, tbl_name, sql from sqlite_master order by type, name").fetchall()
    db.close()
    return rows


def a_full_store(path: Path, commits: int = 3) -> Store:
    store = Store(path)
    made = [a_commit(f"Fix the cache number {number}") for number in range(commits)]
    Commits(store).put(made)
    Commits(store).put_triage(an_entry(commit) for commit in made)
    Analyses(store).put("example/quill", {commit.sha: an_analysis(analyser="m-1") for commit in made}, 1)
    return store


def titles(store: Store) -> list[str]:
    with store.read() as db:
        return [row["title"] for row in db.query("select title from commits order by id")]


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Capabilities(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@pytest.fixture
def unprivileged(tmp_path: Path) -> Iterator[Path]:
    """A folder, and a test for which permissions hold: root could write everywhere, so it gives that up for a while.

    https://man7.org/linux/man-pages/man2/capset.2.html
    """
    libc = ctypes.CDLL(None, use_errno=True)
    header, capabilities = _Header(0x20080522, 0), (_Capabilities * 2)()
    assert libc.capget(ctypes.byref(header), capabilities) == 0
    before = capabilities[0].effective
    capabilities[0].effective &= ~(1 << 1 | 1 << 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert libc.capset(ctypes.byref(header), capabilities) == 0
    try:
        yield tmp_path
    finally:
        capabilities[0].effective = before
        libc.capset(ctypes.byref(header), capabilities)
        subprocess.run(["chmod", "-R", "u+rwx", str(tmp_path)], check=True)


@pytest.fixture(scope="module", autouse=True)
def _new_stores_are_copied() -> None:
    """Here the migrations make them."""


# -- made and brought up


def test_makes_its_file_and_the_folders_above_it(tmp_path: Path) -> None:
    """Nobody has to prepare anything."""
    store = a_full_store(tmp_path / "a" / "b" / "daybrief.db")
    assert len(titles(store)) == 3


@pytest.mark.parametrize("first", range(len(NAMES)), ids=NAMES)
def test_an_older_store_gets_the_schema_of_a_new_one(tmp_path: Path, first: int) -> None:
    """A store from any version of before is brought up, and keeps what is in it."""
    Store(tmp_path / "new.db").close()
    old = Database(tmp_path / "old.db")
    migrations.apply(old, stop_before=NAMES[first])
    if first:
        old.execute("insert into repositories(name) values ('example/quill')")
    old.close()
    store = Store(tmp_path / "old.db")
    names = Commits(store).repositories()
    store.close()
    assert schema_of(tmp_path / "old.db") == schema_of(tmp_path / "new.db")
    assert names == (["example/quill"] if first else [])


def test_feeds_that_brought_the_same_are_one(tmp_path: Path) -> None:
    """The oldest stays; one that brings something else, too."""
    old = Database(tmp_path / "old.db")
    migrations.apply(old, stop_before="m053_feeds_once")
    row = {
        "platform": "slack", "workspace": "T1", "channel": "C1", "repository": "ann/scratch", "place": "ann/scratch", "at": "09:00",
        "zone": "UTC", "since": 0, "language": "en", "least": 0, "areas": "[]", "left_out": "[]", "days": "daily", "quiet": "line",
        "made_by": "", "origin": "chat", "paused": "",
    }  # fmt: skip
    old.table("feeds").insert_all([row, row | {"repository": "Ann/Scratch", "at": "10:00"}, row | {"channel": "C2"}])
    old.close()
    assert [(feed.id, feed.channel) for feed in Feeds(Store(tmp_path / "old.db")).all()] == [(1, "C1"), (3, "C2")]


def test_what_an_older_store_can_find_is_found_in_a_new_one(tmp_path: Path) -> None:
    """The index of words is made anew from what is in it."""
    old = Database(tmp_path / "old.db")
    migrations.apply(old, stop_before="m006_words_by_their_first_letters")
    old.execute("insert into words(rowid, title, text, tags) values (7, 'fix', 'fix the kernels 缓存', 'repo1')")
    old.conn.commit()
    old.close()
    with Store(tmp_path / "old.db").read() as db:
        for start in ("f*", "kern*", "kernels", "缓存"):
            assert db.execute("select rowid from words where words match ?", [start]).fetchall() == [(7,)]


def test_opening_a_store_again_changes_nothing(tmp_path: Path) -> None:
    """A second start finds the work done."""
    a_full_store(tmp_path / "s.db").close()
    before = schema_of(tmp_path / "s.db")
    assert len(titles(Store(tmp_path / "s.db"))) == 3
    assert schema_of(tmp_path / "s.db") == before


# -- files that are no store of ours


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as told:
        Store(path)
    text = str(told.value)
    assert str(path) in text or str(path.parent) in text
    assert "[store] path" in text
    assert "\n" not in text
    return text


def test_refuses_a_store_of_a_newer_version_and_leaves_it(tmp_path: Path) -> None:
    """What a newer version made is not touched by an older one."""
    path = tmp_path / "s.db"
    a_full_store(path).close()
    with sqlite3.connect(path) as db:
        db.execute(
            "insert into _sqlite_migrations(migration_set, name, applied_at) values ('daybrief', 'm999_moon', '')"
        )
    db.close()
    before = path.read_bytes()
    assert "newer Daybrief" in refused(path)
    assert path.read_bytes() == before


def test_refuses_a_text_file_and_leaves_it(tmp_path: Path) -> None:
    """A file named by mistake is not overwritten."""
    path = tmp_path / "notes.txt"
    path.write_text("Buy milk.\n" * 1000)
    assert "not an SQLite database" in refused(path)
    assert path.read_text() == "Buy milk.\n" * 1000


def test_refuses_another_programs_database_and_leaves_it(tmp_path: Path) -> None:
    """Our tables do not belong into somebody else's file."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as db:
        db.execute("create table bookmarks(url text)")
    db.close()
    before = path.read_bytes()
    assert "another program" in refused(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_store_is_let_go_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection to it stays open."""
    connect = sqlite3.connect
    opened: list[sqlite3.Connection] = []

    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **options))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", connected)
    path = tmp_path / "other.db"
    path.write_bytes(b"no database" * 1_000)
    assert "not an SQLite database" in refused(path)
    gc.collect()
    assert opened
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("select 1")


def test_refuses_a_folder(tmp_path: Path) -> None:
    """The store is a file."""
    assert "is a folder" in refused(tmp_path)


def test_refuses_a_place_below_a_file(tmp_path: Path) -> None:
    """Folders can only be made in folders."""
    (tmp_path / "file").write_text("")
    assert "cannot be used" in refused(tmp_path / "file" / "daybrief.db")


# -- files that may not be written


def test_says_that_a_folder_may_not_be_written(unprivileged: Path) -> None:
    """A new store needs a folder in which it can be made."""
    unprivileged.chmod(0o555)
    assert "permissions" in refused(unprivileged / "daybrief.db")


def test_a_folder_that_may_not_be_entered_is_told(unprivileged: Path) -> None:
    """A path of somebody else's is no traceback."""
    inner = unprivileged / "inner"
    inner.mkdir(mode=0o000)
    assert "cannot be used" in refused(inner / "daybrief.db")


@pytest.mark.parametrize("folder", [0o777, 0o555], ids=["writable folder", "unwritable folder"])
def test_a_read_only_store_still_answers(unprivileged: Path, folder: int) -> None:
    """Reading commands work where nothing may be written; whoever writes is told why it cannot be."""
    path = unprivileged / "daybrief.db"
    a_full_store(path).close()
    path.chmod(0o444)
    unprivileged.chmod(folder)
    store = Store(path)
    assert store.is_read_only
    assert len(search(store, Question("cache")).entries) == 3
    with pytest.raises(BadInput, match="is not writable"):
        Commits(store).put([a_commit()])
    store.close()


def test_a_read_only_store_shows_what_another_process_is_still_writing(unprivileged: Path) -> None:
    """What stands only in the writer's log is not overlooked."""
    path = unprivileged / "daybrief.db"
    writer = a_full_store(path)
    path.chmod(0o444)
    reader = Store(path)
    assert reader.is_read_only
    assert len(titles(reader)) == 3
    reader.close()
    writer.close()


def test_a_read_only_store_of_an_older_version_says_what_to_do(unprivileged: Path) -> None:
    """It cannot be brought up, so it cannot be read either."""
    path = unprivileged / "daybrief.db"
    old = Database(path)
    migrations.apply(old, stop_before=NAMES[1])
    old.close()
    path.chmod(0o444)
    with pytest.raises(BadInput, match=r"older version.*make it writable once"):
        Store(path)


# -- what goes wrong while it works


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    """What was stored stays; when there is room again, the same store goes on."""
    store = a_full_store(tmp_path / "s.db")
    with store.read() as db:
        db.execute("pragma max_page_count = 1")  # SQLite takes the file's present size for it
    big = [a_commit(f"Fill the disk {number} {'x' * 5000}") for number in range(200)]
    with pytest.raises(Outage, match=r"is full .*make room and run it again; what was stored is kept"):
        Commits(store).put(big)
    assert len(titles(store)) == 3
    Commits(store).put(big)
    assert len(titles(store)) == 203


def test_a_locked_store_is_told_and_can_still_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waited in vain is told for whom; reading needs no lock."""
    monkeypatch.setattr(module, "_PATIENCE", 0.1)
    store = a_full_store(tmp_path / "s.db")
    other = sqlite3.connect(tmp_path / "s.db")
    other.execute("begin immediate")
    with pytest.raises(Outage, match="Another process has been writing"):
        Commits(store).put([a_commit()])
    assert len(titles(store)) == len(titles(Store(tmp_path / "s.db"))) == 3
    other.rollback()
    other.close()
    Commits(store).put([a_commit()])
    assert len(titles(store)) == 4


def test_damage_anywhere_in_the_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    """Whatever bytes are lost, an answer is either right or a sentence about the damage."""
    a_full_store(tmp_path / "s.db", commits=40).close()
    whole = (tmp_path / "s.db").read_bytes()
    noise = random.Random(7)  # noqa: S311 - the same every time
    told = set()
    for place in range(0, len(whole), 2048):
        path = tmp_path / "damaged.db"
        path.write_bytes(whole[:place] + noise.randbytes(300) + whole[place + 300 :])
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        try:
            commits = Commits(store := Store(path))
            shas = [sha for _, sha in commits.find("0")]
            for repo in commits.repositories():
                commits.get(repo, shas)
                commits.entries(repo, shas)
                Analyses(store).latest(repo, shas, "en")
            search(store, Question("cache"))
            commits.put([a_commit()])
            store.close()
        except Problem as problem:
            told.add(str(problem))
    assert any("damaged" in text for text in told)
    assert all("\n" not in text for text in told)


def test_a_row_that_cannot_have_been_stored_is_told_as_damage(tmp_path: Path) -> None:
    """Damage that SQLite does not notice is damage too."""
    store = a_full_store(tmp_path / "s.db")
    with store.write() as db:
        db.execute("update commits set facts = '[{'")
        db.execute("update analyses set analysis = '{}'")
    (_, sha), *_ = Commits(store).find("0")
    with pytest.raises(Outage, match="damaged"):
        Commits(store).entry("example/quill", sha)
    with pytest.raises(Outage, match="damaged"):
        Analyses(store).latest("example/quill", [sha], "en")


def test_a_block_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """All of a transaction is kept, or nothing; the inner one belongs to the outer one."""
    store = a_full_store(tmp_path / "s.db")

    def block() -> None:
        with store.write():
            Commits(store).put([a_commit()])
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        block()
    assert len(titles(store)) == 3


def test_what_failed_inside_a_transaction_is_what_is_told(tmp_path: Path) -> None:
    """The reason is not hidden behind what it brings about."""
    store = a_full_store(tmp_path / "s.db")

    def block() -> None:
        with store.write():
            Commits(store).put([a_commit()])
            with store.read() as db:
                db.execute("select * from moon")

    with pytest.raises(Outage, match="no such table: moon"):
        block()
    assert len(titles(store)) == 3


# -- threads and processes


def test_threads_share_a_store_and_leave_no_connection_behind(tmp_path: Path) -> None:
    """A thread has its own connection, which ends with it; SQLite keeps the files' handles and uses them again."""
    store = a_full_store(tmp_path / "s.db", commits=0)
    opened = []

    def work() -> None:
        for _ in range(3):
            Commits(store).put([a_commit()])

    for _ in range(4):
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        opened.append(sum(1 for _ in Path("/proc/self/fd").iterdir()))
    assert len(titles(store)) == 96
    assert opened[-1] <= opened[0] + 8


def started(path: Path, name: str, batches: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(batches)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def batches_in(path: Path) -> dict[str, int]:
    """How many commits of each batch are there, after checking that the file is sound and each commit whole."""
    store = Store(path)
    with store.read() as db:
        assert db.execute("pragma integrity_check").fetchone()[0] == "ok"
        shas = [row["sha"] for row in db.query("select sha from commits")]
    whole = Commits(store).get("example/quill", shas)
    store.close()
    assert set(whole) == set(shas)
    assert all(commit.files[0].patch for commit in whole.values())
    found: dict[str, int] = {}
    for sha in shas:
        found[sha[:7]] = found.get(sha[:7], 0) + 1
    return found


@pytest.mark.end_to_end
@pytest.mark.parametrize("count", [2, 6])
def test_processes_start_and_write_at_the_same_moment(tmp_path: Path, count: int) -> None:
    """Nobody has to start first: one makes the tables, all write, nothing is lost."""
    path = tmp_path / "s.db"
    writers = [started(path, f"{number:x}", 20) for number in range(count)]
    for writer in writers:
        _, errors = writer.communicate(timeout=60)
        assert (writer.returncode, errors) == (0, "")
    assert batches_in(path) == {f"{number:x}{batch:06x}": 5 for number in range(count) for batch in range(20)}


def test_a_process_killed_at_any_moment_leaves_a_whole_store(tmp_path: Path) -> None:
    """Twenty times kill -9: whatever was said to be stored is there, whatever is there is whole, and the other goes on."""
    path = tmp_path / "s.db"
    chance = random.Random(3)  # noqa: S311 - the same every time
    said: set[str] = set()
    for turn in range(10):
        writers = {name: started(path, name, 100_000) for name in (f"{turn:x}", f"{turn + 10:x}"[-1:])}
        for name, writer in writers.items():
            assert writer.stdout is not None
            stored = [writer.stdout.readline()]
            threading.Event().wait(chance.random() / 20)
            writer.send_signal(signal.SIGKILL)
            stored += writer.stdout.readlines()
            writer.communicate()
            said |= {f"{name}{int(batch):06x}" for batch in stored if batch.endswith("\n")}
        assert set(batches_in(path).values()) == {5}
    assert said <= set(batches_in(path))
    assert len(said) > 20
