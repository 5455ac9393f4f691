"""A merge and what it brought are one entry, and nothing of the trunk is hidden in a merge."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.scratch import ENVIRONMENT, NOON, Scratch

from analysis.commits.commit import Commit
from analysis.sources import fold_merges
from analysis.sources.git_clone import GitClone


def history(*commits: str) -> list[Commit]:
    """Make commits from lines `sha: parents: message`, oldest first, and return them newest first, a minute apart."""
    made = []
    for number, line in enumerate(commits):
        sha, parents, message = (part.strip() for part in f"{line}::".split(":", 2))
        at = datetime(2026, 1, 8, tzinfo=UTC) + timedelta(minutes=number)
        made.append(Commit("o/r", sha, "Ann", at, at, message.rstrip(":") or sha, tuple(parents.split())))
    return made[::-1]


def folded(*commits: str) -> dict[str, list[str]]:
    """Return what is left by SHA, in order, with what each brought."""
    return {commit.sha: [one.sha for one in commit.brought] for commit in fold_merges(history(*commits))}


def test_a_line_without_merges_stays() -> None:
    assert folded("a", "b: a", "c: b") == {"c": [], "b": [], "a": []}


def test_a_merge_takes_what_it_brought() -> None:
    assert folded("a", "x: a", "y: x", "b: a", "m: b y") == {"m": ["y", "x"], "b": [], "a": []}


def test_what_was_brought_keeps_its_subjects() -> None:
    (merge, _) = fold_merges(history("a", "x: a: Add the flag (#7)", "m: a x"))
    assert [one.subject for one in merge.brought] == ["Add the flag (#7)"]


def test_an_octopus_takes_what_all_its_arms_brought() -> None:
    assert folded("a", "x: a", "y: a", "z: a", "m: a x y z") == {"m": ["z", "y", "x"], "a": []}


def test_a_merge_of_a_merge_takes_both() -> None:
    assert folded("a", "x: a", "y: a", "n: x y", "m: a n") == {"m": ["n", "y", "x"], "a": []}


def test_a_commit_belongs_to_the_merge_that_brought_it_first() -> None:
    assert folded("a", "x: a", "m: a x", "y: x", "n: m y") == {"n": ["y"], "m": ["x"], "a": []}


def test_what_came_before_is_not_brought() -> None:
    """The side's first commits are older than the listing."""
    assert folded("y: older", "m: old y") == {"m": ["y"]}


def test_a_commit_whose_merge_is_not_listed_stands_for_itself() -> None:
    assert folded("a", "x: a", "b: a") == {"b": [], "x": [], "a": []}


def test_two_roots_are_two_lines() -> None:
    assert folded("a", "r", "s: r", "m: a s") == {"m": ["s", "r"], "a": []}


@pytest.mark.parametrize(
    "message",
    [
        "Merge branch 'main' into feature",
        "Merge branch 'master' of github.com:o/r into feature",
        "Merge remote-tracking branch 'origin/main' into feature",
        "Merge branch 'o:main' into feature",
    ],
)
def test_a_branch_that_caught_up_does_not_hide_the_trunk(message: str) -> None:
    """The trunk's commit is the second parent of such a merge, as a pull request's is of others."""
    assert folded("t: old", "f: old", f"u: f t: {message}") == {"u": [], "f": [], "t": []}
    assert folded("t: old", "f: old", f"u: f t: {message}", "m: t u") == {"m": ["u", "f"], "t": []}


def test_a_pull_before_a_push_does_not_hide_what_others_pushed() -> None:
    line = "m: mine theirs: Merge branch 'main' of github.com:o/r"
    assert folded("theirs: old", "mine: old", line) == {"m": [], "mine": [], "theirs": []}


def test_merges_within_merges_are_folded_however_deep() -> None:
    lines = ["a", "x1: a", "n1: a x1"]
    for depth in range(2, 30):
        lines += [f"x{depth}: a", f"n{depth}: x{depth} n{depth - 1}"]
    assert len(folded(*lines, "m: a n29")["m"]) == 58  # 29 commits, and the 29 merges that brought them


def test_a_branch_that_pulled_from_a_fork_hides_in_its_merge() -> None:
    """What the fork had is brought by the merge too: it stands on no trunk."""
    lines = (
        "a",
        "x: a",
        "y: old",
        "u: x y: Merge branch 'main' of example.com:fork/r into feature",
        "m: a u: Merge feature",
    )
    assert folded(*lines) == {"m": ["u", "y", "x"], "a": []}


def test_equal_times_make_no_difference(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "r")
    root = scratch.commit("Root", {"a": "1\n"})
    side = scratch.commit("Side", {"b": "1\n"}, parents=[root], branch="side")
    scratch.commit("Merge", {"b": "1\n"}, parents=[root, side])
    heads = GitClone(scratch.path, environ=ENVIRONMENT).landed(NOON, NOON + timedelta(seconds=1)).heads
    assert [(commit.subject, len(commit.brought)) for commit in fold_merges(heads)] == [("Merge", 1), ("Root", 0)]


def test_folding_changes_nothing_else() -> None:
    before = history("a", "x: a", "m: a x")
    merge = fold_merges(before)[0]
    assert dataclasses.replace(merge, brought=()) == before[0]
