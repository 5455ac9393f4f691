"""A diff cut to a budget: the product's code first, hunks whole, and everything that is left out is named."""

import re
from dataclasses import replace

import pytest
from builders import a_change, a_commit_of
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.commits.commit import Commit, FileChange, Status
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.patch import hunks
from analysis.commits.surroundings import Surroundings, surroundings
from analysis.llm.excerpt import estimate, excerpt

unhurried = settings(deadline=None)
"""A slow machine is no failure."""

NAMING = 160
"""Tokens that the names of what is left out may take above the budget."""

FOLDERS = [
    "quill",
    "quill/deep/inner",
    "tests",
    "docs",
    ".github/workflows",
    "docker",
    "third_party/x",
    "examples",
    "config/generated",
]
statuses: st.SearchStrategy[Status] = st.sampled_from(
    ["added", "modified", "modified", "modified", "removed", "renamed"]
)


def a_file(path: str, sizes: list[int], status: Status = "modified") -> FileChange:
    """Return a file with a hunk of so many added lines for each size."""
    parts = [
        f"@@ -{place},0 +{place},{size} @@ def f():\n"
        + "\n".join(f"+line {place}.{number} of {path}" for number in range(size))
        for place, size in enumerate(sizes, 1)
    ]
    old = f"old/{path}" if status == "renamed" else None
    return FileChange(path, status, sum(sizes), 0, old, "\n".join(parts) or None)


@st.composite
def commits(draw: st.DrawFn) -> Commit:
    files = []
    for number in range(draw(st.integers(0, 12))):
        path = f"{draw(st.sampled_from(FOLDERS))}/file{number}.py"
        files.append(a_file(path, draw(st.lists(st.integers(1, 40), max_size=4)), draw(statuses)))
    return replace(a_commit_of(*files), more_files=draw(st.booleans()))


budgets = st.integers(0, 6_000)


def shown_hunks(text: str, file: FileChange) -> list[bool]:
    """Return for each hunk of a file whether all of it is shown; a part of it fails the test, unless it is all that is shown."""
    found = []
    for hunk in hunks(file.patch or ""):
        lines = [f"+{line.text}" in text.split("\n") for line in hunk.lines]
        assert all(lines) or not any(lines) or (text.count("\n@@ ") == 1 and "more lines of this hunk)" in text)
        found.append(all(lines))
    return found


class TestTheBudget:
    @unhurried
    @given(commits(), budgets)
    def test_it_is_not_exceeded_by_more_than_names(self, commit: Commit, budget: int) -> None:
        shown = excerpt(commit, budget)
        assert shown.tokens == estimate(shown.text)
        assert shown.tokens <= budget + NAMING

    @pytest.mark.parametrize("count", [60, 3_000])
    def test_not_even_by_thousands_of_names(self, count: int) -> None:
        """They are named by folder, and what no line is left for, by number."""
        files = [a_file(f"tests/{number % 50}/with_a_long_name_{number}.py", [5]) for number in range(count)]
        shown = excerpt(a_commit_of(*files), 300)
        assert shown.tokens <= 300 + NAMING
        named = sum(map(int, re.findall(r"/: (\d+) files", shown.text))) + len(re.findall(r"_\d+\.py: ", shown.text))
        more = sum(map(int, re.findall(r"and (\d+) more", shown.text)))
        assert more > 0
        assert named + more + len(re.findall("^###", shown.text, re.MULTILINE)) == count

    @unhurried
    @given(commits())
    def test_what_fits_is_shown_whole(self, commit: Commit) -> None:
        """Of what is written by no hand, and of what is gone, the beginning at most, where there is nothing else."""
        text = excerpt(commit, 1_000_000).text
        limited = {FileKind.GENERATED, FileKind.VENDORED, FileKind.LOCK}
        hidden = [file for file in commit.files if kind_of(file.path) in limited or file.status == "removed"]
        for file in commit.files if len(hidden) < len(commit.files) else ():
            assert all(shown_hunks(text, file)) is not (file in hidden) or not file.patch

    @unhurried
    @given(commits(), budgets)
    def test_hunks_are_whole(self, commit: Commit, budget: int) -> None:
        text = excerpt(commit, budget).text
        for file in commit.files:
            shown_hunks(text, file)

    @unhurried
    @given(commits(), budgets)
    def test_all_hunks_of_the_product_come_first(self, commit: Commit, budget: int) -> None:
        """While one of the product's hunks is left out that would have fitted, nothing else is shown."""
        shown = excerpt(commit, budget)
        product = [
            file for file in commit.files if kind_of(file.path) is FileKind.PRODUCTION and file.status != "removed"
        ]
        spent = sum(estimate(f"### {file.path} (from {file.old_path}) [renamed]\n{file.patch}") for file in product)
        if spent <= budget:
            assert all(all(shown_hunks(shown.text, file)) for file in product)
        order = re.findall(r"^### (\S+)", shown.text, re.MULTILINE)
        kinds = [kind_of(path) is FileKind.PRODUCTION for path in order]
        assert kinds == sorted(kinds, reverse=True)

    def test_a_small_hunk_behind_a_large_one_is_shown(self) -> None:
        shown = excerpt(a_commit_of(a_file("quill/a.py", [400, 2])), 100)
        assert "+line 2.0 of quill/a.py" in shown.text
        assert "+line 1.0" not in shown.text
        assert shown.unseen == ("quill/a.py (1 of 2 hunks)",)

    def test_tests_never_crowd_out_the_product(self) -> None:
        files = [a_file(f"tests/a{number}.py", [100]) for number in range(20)]
        shown = excerpt(a_commit_of(*files, a_file("quill/a.py", [100])), 2_000)
        assert "+line 1.99 of quill/a.py" in shown.text
        assert shown.unseen == ()
        assert "tests/" in shown.text


class TestWhatNothingFitsOf:
    def test_the_beginning_of_the_first_hunk_is_shown_and_how_much_is_not(self) -> None:
        """Else nothing but its title told what a commit of tests is about."""
        commit = a_commit_of(a_file("tests/test_a.py", [90]))
        text = excerpt(commit, 300).text
        shown = re.findall(r"(?m)^\+line 1\.(\d+) of", text)
        assert 5 < len(shown) < 40
        assert shown == [str(number) for number in range(len(shown))]
        assert f"({90 - len(shown)} more lines of this hunk)" in text

    def test_the_product_comes_before_what_surrounds_it(self) -> None:
        commit = a_commit_of(a_file("tests/test_a.py", [90]), a_file("quill/a.py", [200]))
        assert "+line 1.0 of quill/a.py" in excerpt(commit, 300).text

    def test_a_line_that_never_ends_is_none(self) -> None:
        change = FileChange("tests/a.py", "modified", 1, 0, patch=f"@@ -1,0 +1,1 @@\n+{'x' * 9_000}")
        assert estimate(excerpt(a_commit_of(change), 300).text) < 300


class TestWhatStandsAround:
    BEFORE = (
        "def load():\n    if is_in_ci():\n" + "".join(f"        step_{n}()\n" for n in range(9)) + "        wait(1)\n"
    )

    def around(self) -> tuple[Commit, Surroundings]:
        after = self.BEFORE.replace("wait(1)", "wait(2)")
        commit = a_commit_of(a_change("quill/a.py", self.BEFORE, after))
        return commit, surroundings([(commit.files[0], after)])

    def test_the_lines_that_open_a_hunks_blocks_stand_above_it(self) -> None:
        """The definition stands behind the numbers already."""
        text = excerpt(*(self.around()[0], 900, self.around()[1])).text
        assert "\n@@ 9 @@ def load():\nwithin 2: if is_in_ci():\n         step_6()\n" in text

    def test_they_count_as_tokens(self) -> None:
        commit, around = self.around()
        assert excerpt(commit, 900, around).tokens > excerpt(commit, 900).tokens


class TestWhatIsLeftOut:
    @pytest.mark.slow
    @unhurried
    @given(commits(), st.integers(400, 6_000))
    def test_everything_is_shown_or_named(self, commit: Commit, budget: int) -> None:
        """By its path, by its folder with how many they are, or at least by number."""
        text = excerpt(commit, budget).text
        more = re.search(r"^- and (\d+) more$", text, re.MULTILINE)
        for file in commit.files:
            folder = file.path.rpartition("/")[0]
            shown = file.status != "removed" and file.patch and all(shown_hunks(text, file))
            assert shown or f"- {file.path}" in text or f"- {folder}/: " in text or more

    @unhurried
    @given(commits(), budgets)
    def test_what_of_the_product_is_not_seen_is_told(self, commit: Commit, budget: int) -> None:
        shown = excerpt(commit, budget)
        expected = []
        for file in commit.files:
            if kind_of(file.path) is FileKind.PRODUCTION and file.status != "removed":
                found = shown_hunks(shown.text, file)
                if not all(found):
                    expected.append(f"{file.path} ({sum(found)} of {len(found)} hunks)" if any(found) else file.path)
        told = [path for path in shown.unseen if path != "(files that the source did not list)"]
        assert sorted(told) == sorted(expected)
        assert (len(told) < len(shown.unseen)) is commit.more_files

    def test_where_there_is_room_each_file_has_its_own_line(self) -> None:
        files = [a_file(f"tests/a{number}.py", [400]) for number in range(2)]
        assert excerpt(a_commit_of(*files), 1_000).text.endswith(
            "Files not shown:\n- tests/a0.py: modified, test, +400 -0\n- tests/a1.py: modified, test, +400 -0"
        )

    def test_a_file_without_a_patch_is_named_with_the_reason(self) -> None:
        large = FileChange("quill/big.py", "modified", 9_000, 1, unseen="too large")
        binary = FileChange("docs/a.png", "added", unseen="binary")
        shown = excerpt(a_commit_of(large, binary), 1_000)
        assert "- quill/big.py: modified, production, +9000 -1, too large" in shown.text
        assert "- docs/a.png: added, docs, +0 -0, binary" in shown.text
        assert shown.unseen == ("quill/big.py",)

    def test_a_patch_without_hunks_is_named(self) -> None:
        """What cannot be read is not passed over in silence."""
        shown = excerpt(a_commit_of(FileChange("quill/a.py", "modified", 1, 1, patch="garbage")), 1_000)
        assert "- quill/a.py: modified" in shown.text

    def test_what_is_gone_is_only_named(self) -> None:
        shown = excerpt(a_commit_of(a_change("quill/a.py", "x = 1\n", None)), 1_000)
        assert "x = 1" not in shown.text
        assert shown.unseen == ()

    def test_a_rename_is_shown_with_its_old_path(self) -> None:
        shown = excerpt(a_commit_of(a_change("quill/b.py", "x = 1\n", "x = 2\n", was="quill/a.py")), 1_000)
        assert "### quill/b.py (from quill/a.py) [renamed]" in shown.text

    def test_a_commit_without_files_gives_nothing(self) -> None:
        assert excerpt(a_commit_of(), 1_000).text == ""


@unhurried
@given(st.text(max_size=200), st.text(max_size=200))
def test_an_estimate_grows_with_the_text(first: str, second: str) -> None:
    assert estimate(first) <= estimate(first + second) <= estimate(first) + estimate(second)
