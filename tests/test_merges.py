"""A merge and what it brought are one entry, and nothing of the trunk is hidden in a merge."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.scratch import ENVIRONMENT, NOON, Scratch

from analysis.commits.commit import Brought, Commit, FileChange
from analysis.commits.title import ChangeType
from analysis.digest.digest import statistics
from analysis.digest.pipeline import judge
from analysis.sources import fold_merges
from analysis.sources.arrival import awaited
from analysis.sources.git_clone import GitClone
from analysis.triage.areas import general
from formatters.text.item import author_of, item_of


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


DAY = (NOON - timedelta(hours=12), NOON + timedelta(hours=12))
LATER = timedelta(days=1)


def landed(scratch: Scratch) -> list[str]:
    """Return the subjects of what a clone says landed on NOON's day."""
    return [commit.subject for commit in GitClone(scratch.path, environ=ENVIRONMENT).landed(*DAY).arrived]


class TestWhatWaitedOnAnotherBranch:
    """A branch merged a day later: nothing of it had landed, although the branch reaches it now."""

    @pytest.fixture
    def scratch(self, tmp_path: Path) -> Scratch:
        scratch = Scratch(tmp_path / "r")
        scratch.commit("Trunk", {"a": "1\n"})
        return scratch

    def test_what_a_later_merge_brought_has_not_landed(self, scratch: Scratch) -> None:
        side = scratch.commit("Side", {"b": "1\n"}, parents=[scratch.tip()], branch="side")
        scratch.commit("Merge pull request #7 from ann/side", parents=[scratch.tip(), side], at=NOON + LATER)
        assert landed(scratch) == ["Trunk"]

    def test_a_branch_that_caught_up_has_not_landed(self, scratch: Scratch) -> None:
        side = scratch.commit("Side", {"b": "1\n"}, parents=[scratch.tip()], branch="side", at=NOON - LATER)
        trunk = scratch.commit("More", {"a": "2\n"})
        pulled = scratch.commit("Merge branch 'main' into side", {"a": "2\n"}, parents=[side, trunk], branch="side")
        scratch.commit("Merge pull request #7 from ann/side", parents=[trunk, pulled], at=NOON + LATER)
        assert landed(scratch) == ["More", "Trunk"]

    def test_what_a_later_pull_of_the_trunk_puts_second_has_landed(self, scratch: Scratch) -> None:
        theirs = scratch.commit("Pushed by others", {"c": "1\n"}, branch="theirs", parents=[scratch.tip()])
        mine = scratch.commit("Mine", {"b": "1\n"}, at=NOON + LATER)
        scratch.commit("Merge branch 'main' of example.com:o/r", parents=[mine, theirs], at=NOON + LATER)
        assert sorted(landed(scratch)) == ["Pushed by others", "Trunk"]

    def test_nothing_landed_before_the_first_commit(self, scratch: Scratch) -> None:
        assert GitClone(scratch.path, environ=ENVIRONMENT).landed(DAY[0] - LATER, DAY[0]).arrived == ()


class TestAwaited:
    """The same where the newest commits alone tell, as on GitHub."""

    @staticmethod
    def waiting(*commits: str, since: int) -> set[str]:
        """Return what waited at the time of the commit at place `since`; those before it are listed, all are the newest."""
        made = history(*commits)
        until = made[-1 - since].committed_at
        return awaited([commit for commit in made if commit.committed_at < until], made, until)

    def test_what_a_later_merge_brought_waited(self) -> None:
        assert self.waiting("a", "x: a", "b: a", "m: b x", since=3) == {"x"}

    def test_what_had_been_merged_had_not(self) -> None:
        assert self.waiting("a", "x: a", "m: a x", "y: x", "n: m y", since=4) == {"y"}

    def test_what_a_later_pull_puts_second_had_not(self) -> None:
        assert self.waiting("a", "t: a", "b: a", "m: b t: Merge branch 'main' of example.com:o/r", since=2) == set()

    def test_nothing_is_known_where_the_line_breaks_off(self) -> None:
        assert self.waiting("a", "x: a", "m: gone x", since=2) == set()


class TestWhoWroteAMerge:
    @staticmethod
    def merge(*brought: tuple[str, str]) -> Commit:
        (commit,) = history("m: a b: Merge pull request #7 from ann/side")
        return dataclasses.replace(
            commit,
            author="Meg",
            brought=tuple(Brought(str(n), subject, who) for n, (who, subject) in enumerate(brought)),
        )

    def test_who_wrote_what_came_wrote_it_whoever_merged(self) -> None:
        assert self.merge(("Ann", "Fix a hang")).authors == ("Ann",)

    def test_several_are_told_by_how_much_they_wrote(self) -> None:
        merge = self.merge(("Bob", "Add a flag"), ("Ann", "Test it"), ("Ann", "Document it"))
        assert merge.authors == ("Ann", "Bob")
        assert author_of(merge, "en") == "Ann and Bob"

    def test_many_are_counted(self) -> None:
        merge = self.merge(("Ann", "Add it"), ("Bob", "Test it"), ("Cyd", "Document it"))
        assert (author_of(merge, "en"), author_of(merge, "zh")) == ("3 authors", "3 位作者")

    def test_whoever_only_merged_within_it_wrote_nothing(self) -> None:
        assert self.merge(("Bob", "Merge branch 'main' into side"), ("Ann", "Add it")).authors == ("Ann",)

    def test_where_nobody_is_known_it_is_who_merged(self) -> None:
        assert self.merge(("", "Add it")).authors == ("Meg",)


def test_what_only_catches_up_is_nobodys_work() -> None:
    """Its lines are others': they are not counted, and it is no refactoring of theirs."""
    (commit,) = history("m: a b: Merge branch 'main' into side")
    files = (FileChange("quill/pages.py", "modified", 900, 800, patch="@@ -1 +1 @@\n-a = 1\n+a = 2"),)
    (entry,) = judge([dataclasses.replace(commit, files=files)], general())
    assert (entry.triage.types, entry.triage.areas) == ((ChangeType.CHORE,), ())
    counted = statistics([entry])
    assert (counted.commits, counted.additions, counted.files, counted.lines_by_kind["production"]) == (1, 0, 0, 0)
    assert item_of(entry, "en", general()).size == "no changes of its own"
