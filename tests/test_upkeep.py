"""A store is copied while it is used, looked over, and forgets what can be made anew."""

import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made import a_commit, an_analysis, an_entry

from analysis.errors import BadInput
from storage.analyses import Analyses
from storage.commits import Commits
from storage.store import Store
from storage.upkeep import backup, check, forget_diffs

REPO = "example/quill"
OLD, NEW = datetime(2025, 1, 8, 12, tzinfo=UTC), datetime(2026, 1, 8, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "daybrief.db")
    commits = [a_commit("Old", sha="a" * 40, committed_at=OLD), a_commit("New", sha="b" * 40, committed_at=NEW)]
    Commits(made).put(commits)
    Commits(made).put_triage(an_entry(commit) for commit in commits)
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_store_is_private(store: Store, tmp_path: Path) -> None:
    """The file, its log and its copies: other users of the machine read none of them."""
    backup(store, tmp_path / "copy.db")
    assert {mode(path) for path in tmp_path.iterdir() if path.is_file()} == {0o600}


def test_a_copy_is_whole_while_others_write(store: Store, tmp_path: Path) -> None:
    """What was stored before it began is in it, and nothing by half."""
    is_over = threading.Event()

    def write() -> None:
        number = 0
        while not is_over.is_set():
            with store.write():
                Commits(store).put(
                    a_commit(f"Number {number}", sha=f"{number:040x}", committed_at=NEW + timedelta(seconds=number))
                    for number in (2 * number, 2 * number + 1)
                )
            number += 1
        store.close()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        backup(store, tmp_path / "elsewhere" / "copy.db")
    finally:
        is_over.set()
        writing.join()
    copy = Store(tmp_path / "elsewhere" / "copy.db")
    found = check(copy)
    assert found.faults == ()
    assert found.commits % 2 == 0
    assert set(Commits(copy).get(REPO, ["a" * 40, "b" * 40])) == {"a" * 40, "b" * 40}


def test_a_copy_takes_the_place_of_an_older_one(store: Store, tmp_path: Path) -> None:
    """Also through a link; and nothing is left beside it."""
    (tmp_path / "real.db").write_text("old")
    (tmp_path / "copy.db").symlink_to("real.db")
    backup(store, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").is_symlink()
    assert check(Store(tmp_path / "real.db")).commits == 2
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_copy_that_cannot_be_written_leaves_the_older_one(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is the store itself"):
        backup(store, store.path)
    (tmp_path / "file").write_text("kept")
    with pytest.raises(BadInput, match="cannot be written"):
        backup(store, tmp_path / "file" / "copy.db")
    with pytest.raises(BadInput, match="cannot be written"):
        backup(store, tmp_path / ("x" * 300))
    assert (tmp_path / "file").read_text() == "kept"


def test_a_look_finds_damage(store: Store) -> None:
    """Where pages are lost, it says so; a row that refers to what is not there, too."""
    assert check(store).faults == ()
    with closing(sqlite3.connect(store.path)) as db:
        db.execute("insert into analyses values (7, 'm', 'p', 'en', '{}', 0)")
        db.commit()
    assert check(store).faults == ("a row of analyses refers to one of commits that is not there",)


def test_old_diffs_are_forgotten_and_what_was_read_of_them_stays(store: Store) -> None:
    """Whoever asks for the commit finds it; whoever needs its diff fetches it, and no analysis is lost by that."""
    commits, analyses = Commits(store), Analyses(store)
    analyses.put(REPO, {"a" * 40: an_analysis("Read by a model.", analyser="m")}, 1)
    assert forget_diffs(store, NEW - timedelta(days=1)) == 1
    assert forget_diffs(store, NEW - timedelta(days=1)) == 0
    assert set(commits.get(REPO, ["a" * 40, "b" * 40])) == {"b" * 40}
    assert set(commits.entries(REPO, ["a" * 40, "b" * 40])) == {"a" * 40, "b" * 40}
    commits.put([a_commit("Old", sha="a" * 40, committed_at=OLD)])
    assert set(commits.get(REPO, ["a" * 40, "b" * 40])) == {"a" * 40, "b" * 40}
    assert analyses.latest(REPO, ["a" * 40], "en")["a" * 40].headline == "Read by a model."


def test_the_log_is_written_into_the_file(store: Store) -> None:
    """It would else keep the size that its busiest hour gave it."""
    log = store.path.with_name(f"{store.path.name}-wal")
    assert log.stat().st_size > 0
    store.shrink_log()
    assert log.stat().st_size == 0
