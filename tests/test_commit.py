"""What a commit says of itself, the same from every source."""

from dataclasses import replace

import pytest
from builders import a_change, a_commit_of
from hypothesis import given
from hypothesis import strategies as st

from analysis.commits.commit import Brought

PLAIN = a_commit_of()


@pytest.mark.parametrize(
    ("message", "subject", "body", "number"),
    [
        ("Fix the cache (#12)\n\nIt was empty.", "Fix the cache (#12)", "It was empty.", 12),
        ("Fix the cache", "Fix the cache", "", None),
        ("Fix #12 in the cache", "Fix #12 in the cache", "", None),
        ('Revert "Fix the cache (#12)" (#13)', 'Revert "Fix the cache (#12)" (#13)', "", 13),
        (
            "Merge pull request #7 from ann/fix\n\nFix the cache\n\nIt was empty.",
            "Fix the cache (#7)",
            "It was empty.",
            7,
        ),
        ("Merge pull request #7 from ann/fix", "Merge pull request #7 from ann/fix", "", 7),
        ("Merge pull request #7 from ann/fix\n\nChange-Id: 1f3a", "Merge pull request #7 from ann/fix", "", 7),
        ("Merge pull request #7 from ann/fix\n\nQuill-RevId: 962", "Merge pull request #7 from ann/fix", "", 7),
        ("Merge pull request #7 from ann/fix\n\nfix-cache: it was empty", "fix-cache: it was empty (#7)", "", 7),
        ("Merge branch 'main' into fix", "Merge branch 'main' into fix", "", None),
        ("Fix it\r\n\r\nIt was empty.\r", "Fix it", "It was empty.", None),
        ("\x1b[1;31mFix\x1b[0m it\n\nIt \x1b[32mwas\x1b[0m empty.", "Fix it", "It was empty.", None),
        ("", "", "", None),
    ],
)
def test_a_message_has_a_subject_a_body_and_a_number(message: str, subject: str, body: str, number: int | None) -> None:
    """A merged pull request is called by its own title, with its number, not by GitHub's sentence."""
    commit = replace(PLAIN, message=message)
    assert (commit.subject, commit.body, commit.pull_request) == (subject, body, number)


def test_a_merged_pull_request_without_a_title_is_called_by_its_only_commit() -> None:
    brought = Brought("b" * 40, "Fix the cache")
    commit = replace(PLAIN, message="Merge pull request #7 from ann/fix\n\nChange-Id: 1f3a", brought=(brought,))
    assert commit.subject == "Fix the cache (#7)"


@given(st.text(max_size=300))
def test_any_message_can_be_read(message: str) -> None:
    commit = replace(PLAIN, message=message)
    assert "\n" not in commit.subject
    assert commit.pull_request is None or commit.pull_request >= 0


def test_a_number_that_no_pull_request_has_is_none() -> None:
    assert replace(PLAIN, message=f"Fix (#{'1' * 5000})").pull_request is None


def test_a_merge_has_more_than_one_parent() -> None:
    assert [replace(PLAIN, parents=parents).is_merge for parents in [(), ("a",), ("a", "b")]] == [False, False, True]


def test_lines_are_counted_over_all_files() -> None:
    commit = a_commit_of(a_change("a.py", "x = 1\n", "x = 2\ny = 3\n"), a_change("b.py", "x = 1\n", None))
    assert (commit.additions, commit.deletions) == (2, 2)


def test_its_short_name_is_as_on_github() -> None:
    assert replace(PLAIN, sha="0123456789").short == "0123456"
