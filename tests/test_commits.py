"""Commits in the store: what goes in comes out, once, and is found by whatever people know of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import NOON, a_commit, a_sha, an_entry

from analysis.commits.commit import Brought, Commit, FileChange
from analysis.facts import Fact, FactKind
from storage.commits import Commits
from storage.search import Question, search
from storage.store import Store

REPO = "example/quill"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "s.db")


@pytest.fixture
def commits(store: Store) -> Commits:
    return Commits(store)


def stored(commits: Commits, *entries_or_commits: Commit) -> None:
    commits.put(entries_or_commits)
    commits.put_triage(an_entry(commit) for commit in entries_or_commits)


def test_a_commit_comes_out_as_it_went_in(commits: Commits) -> None:
    """Every field of a commit and of its files is remembered."""
    commit = a_commit(
        "Merge it all (#7)\n\nBecause.",
        login="priya",
        url="https://github.com/example/quill/commit/abc",
        authored_at=NOON - timedelta(days=3),
        parents=("a" * 40, "b" * 40),
        brought=(Brought("c" * 40, "One of them"),),
        more_files=True,
        files=(
            FileChange("new.py", "renamed", 3, 1, "old.py", "@@ -1 +1 @@\n-a\n+b"),
            FileChange("logo.png", "modified", unseen="binary"),
            FileChange("data.json", "added", 90_000, 0, unseen="too large"),
            FileChange("gone.py", "removed", 0, 9),
            FileChange("link", "changed", 1, 1),
        ),
    )
    commits.put([commit])
    assert commits.get(REPO, [commit.sha]) == {commit.sha: commit}


TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(message=TEXT, author=TEXT, path=TEXT, patch=TEXT)
def test_any_text_comes_out_as_it_went_in(commits: Commits, message: str, author: str, path: str, patch: str) -> None:
    """Whatever people write is kept to the character."""
    commit = a_commit(message, author=author, files=(FileChange(path, "modified", 1, 1, patch=patch),))
    stored(commits, commit)
    assert commits.get(REPO, [commit.sha]) == {commit.sha: commit}


def test_facts_and_triage_come_out_as_they_went_in(commits: Commits) -> None:
    """An entry is remembered with its facts, types, reasons and areas."""
    fact = Fact(FactKind.DEFAULT_CHANGED, "timeout", "quill/config.py", 3, "1", "2", "seconds")
    entry = replace(an_entry(facts=(fact,), importance="high"), analysis=None)
    commits.put([entry.commit])
    commits.put_triage([entry])
    assert commits.entry(REPO, entry.commit.sha) == entry


def test_lists_come_without_patches(commits: Commits) -> None:
    """A list reads no diffs: they are large."""
    commit = a_commit()
    stored(commits, commit)
    (entry,) = commits.entries(REPO, [commit.sha]).values()
    assert entry.commit.files == (replace(commit.files[0], patch=None),)


def test_a_commit_is_stored_once(commits: Commits) -> None:
    """Putting it again changes nothing and makes no second one."""
    commit = a_commit()
    stored(commits, commit)
    stored(commits, commit)
    assert commits.find(commit.sha) == [(REPO, commit.sha)]


def test_what_a_merge_brought_can_become_known_later(commits: Commits) -> None:
    """A merge may be fetched alone first and listed with its commits afterwards; its triage is kept."""
    merge = a_commit(parents=("a" * 40, "b" * 40))
    stored(commits, merge)
    told = replace(merge, brought=(Brought("c" * 40, "One of them"),))
    commits.put([told])
    entry = commits.entry(REPO, merge.sha)
    assert entry is not None
    assert entry.commit == told
    assert entry.triage.areas == ("kv_cache",)


def test_a_thousand_commits_of_one_second_have_their_places(commits: Commits) -> None:
    """An import of a whole history may give all its commits one moment; more SHAs than a statement takes may be asked."""
    made = [a_commit(f"Import {number}") for number in range(1_000)]
    stored(commits, *made)
    assert set(commits.get(REPO, [commit.sha for commit in made])) == {commit.sha for commit in made}
    assert commits.by_area(NOON) == {"kv_cache": (1_000, 0)}


def test_times_before_1970_are_times(commits: Commits) -> None:
    """A clock that was never set gives commits too."""
    commit = a_commit(committed_at=datetime(1969, 12, 31, 23, 59, tzinfo=UTC))
    stored(commits, commit)
    assert commits.get(REPO, [commit.sha]) == {commit.sha: commit}


def test_counts_commits_by_area(commits: Commits) -> None:
    """From a moment on, in one repository or in any; a commit counts in its first area."""
    for seconds, importance, areas in ((-1, "high", ("amd",)), (0, "high", ("amd", "docs")), (9, "low", ("amd",))):
        entry = an_entry(a_commit(committed_at=NOON + timedelta(seconds=seconds)), importance, areas=areas)
        commits.put([entry.commit])
        commits.put_triage([entry])
    stored(commits, a_commit(repo="example/other"))
    assert commits.by_area(NOON) == {"amd": (2, 1), "kv_cache": (1, 0)}
    assert commits.by_area(NOON, REPO) == {"amd": (2, 1)}
    assert commits.by_area(NOON + timedelta(seconds=10)) == {}


def test_finds_commits_by_the_start_of_their_sha(commits: Commits) -> None:
    """A prefix finds all that start with it, in one repository or in any."""
    one, two = a_commit(sha=a_sha("abc1")), a_commit(sha=a_sha("abc2"), repo="example/other")
    stored(commits, one, two)
    assert commits.find("abc") == [(REPO, one.sha), ("example/other", two.sha)]
    assert commits.find("abc", REPO) == [(REPO, one.sha)]
    assert commits.find("abc3") == []
    assert commits.find("f" * 40) == []


def test_names_the_commits_nearest_to_a_sha_that_is_not_there(commits: Commits) -> None:
    """Those that agree the longest; nothing where not even three digits agree."""
    near, far = a_commit(sha=a_sha("abcd1")), a_commit(sha=a_sha("abc9"))
    stored(commits, near, far)
    assert commits.nearest("abcd222") == [(REPO, near.sha)]
    assert {sha for _, sha in commits.nearest("abc5555")} == {near.sha, far.sha}
    assert commits.nearest("ab99999") == []


def test_finds_commits_by_pull_request_and_title(commits: Commits) -> None:
    """The newest first: a request may land, be taken back and land again. A title is found with its number or without."""
    first = a_commit("Fix it (#5)")
    again = a_commit("Fix it (#5)", committed_at=NOON + timedelta(hours=1))
    other = a_commit("Fix it (#6)", committed_at=NOON + timedelta(minutes=1))
    stored(commits, first, again, other, a_commit("Fix it (#6) for good"))
    assert commits.by_pull_request(5) == [(REPO, again.sha), (REPO, first.sha)]
    assert commits.by_pull_request(5, "example/other") == []
    assert commits.by_title("Fix it (#5)", REPO) == [(REPO, again.sha), (REPO, first.sha)]
    assert [sha for _, sha in commits.by_title("Fix it", REPO)] == [again.sha, other.sha, first.sha]
    assert commits.by_title("Fix", REPO) == commits.by_title("Fix it (#", REPO) == []


def test_a_pull_request_number_beyond_all_numbers_is_no_number(commits: Commits) -> None:
    """A title may claim anything; that must not stop a day from being stored."""
    commit = a_commit(f"Fix it (#{9 * 10**30})")
    stored(commits, commit)
    assert commits.get(REPO, [commit.sha]) == {commit.sha: commit}
    assert commits.by_pull_request(9 * 10**30) == []


def test_repositories_are_known_whatever_their_case(commits: Commits) -> None:
    """GitHub does not tell Example/Quill from example/quill."""
    stored(commits, a_commit(), a_commit(repo="example/other", committed_at=NOON + timedelta(hours=1)))
    assert commits.repositories() == ["example/other", REPO]
    assert commits.repository("Example/QUILL") == REPO
    assert commits.repository("example/quil") is None


def test_a_renamed_repository_keeps_what_is_known_of_it(commits: Commits) -> None:
    """Unless the new name is taken: then nothing is moved."""
    commit = a_commit()
    stored(commits, commit, a_commit(repo="example/other"))
    commits.rename(REPO, "example/feather")
    assert list(commits.get("example/feather", [commit.sha])) == [commit.sha]
    commits.rename("example/feather", "example/other")
    assert sorted(commits.repositories()) == ["example/feather", "example/other"]


def test_knows_when_the_newest_commit_was_committed(commits: Commits) -> None:
    """Of one repository, of all, or of none."""
    assert commits.newest() is None
    stored(commits, a_commit(), a_commit(repo="example/other", committed_at=NOON + timedelta(hours=1)))
    assert commits.newest() == NOON + timedelta(hours=1)
    assert commits.newest(REPO) == NOON
    assert commits.newest("example/nothing") is None


def test_a_triage_that_changes_changes_what_is_found(commits: Commits, store: Store) -> None:
    """After new rules a commit is found by what it is now, not by what it was."""
    entry = an_entry(importance="low", areas=("docs",))
    commits.put([entry.commit])
    commits.put_triage([entry])
    commits.put_triage([an_entry(entry.commit, "high", areas=("amd_rocm",))])
    assert search(store, Question(areas=("docs",))).entries == ()
    assert len(search(store, Question(areas=("amd_rocm",), least=2)).entries) == 1


def test_a_commit_without_a_triage_is_no_entry_yet(commits: Commits, store: Store) -> None:
    """A run that broke off between fetching and judging leaves commits, and no half entries."""
    commit = a_commit()
    commits.put([commit])
    assert commits.entry(REPO, commit.sha) is None
    assert commits.by_area(NOON) == {}
    assert search(store, Question("cache")).entries == ()
