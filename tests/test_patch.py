"""Hunks read back as they were made, and texts that are none passed over."""

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.commits.patch import Hunk, Line, hunks

unhurried = settings(deadline=None)
"""A slow machine is no failure."""

Made = tuple[str, int, int, list[tuple[str, str]]]
"""A hunk to be written: its heading, its first lines before and after, its lines with their marks."""

texts = st.text(st.characters(blacklist_characters="\n", blacklist_categories=["Cs"]), max_size=30)
changes = st.lists(st.tuples(st.sampled_from("+- "), texts), min_size=1, max_size=30)
headings = texts.map(str.strip)
several = st.lists(st.tuples(headings, st.integers(1, 5_000), st.integers(1, 5_000), changes), min_size=1, max_size=5)


def written(made: list[Made]) -> str:
    """Write hunks down as git does."""
    lines = []
    for heading, old, new, changed in made:
        before, after = (sum(mark in wanted for mark, _ in changed) for wanted in ("- ", "+ "))
        lines.append(f"@@ -{old},{before} +{new},{after} @@" + (f" {heading}" if heading else ""))
        lines += [mark + text for mark, text in changed]
    return "\n".join(lines)


class TestReading:
    @unhurried
    @given(several)
    def test_hunks_read_back_are_those_that_were_written(self, made: list[Made]) -> None:
        """Each line has its text and its number on the sides on which it stands."""
        read = list(hunks(written(made)))
        assert [hunk.heading for hunk in read] == [heading for heading, _, _, _ in made]
        for hunk, (_, first_old, first_new, changed) in zip(read, made, strict=True):
            expected, old, new = [], first_old, first_new
            for mark, text in changed:
                expected.append(Line(text, None if mark == "+" else old, None if mark == "-" else new))
                old, new = old + (mark != "+"), new + (mark != "-")
            assert list(hunk.lines) == expected

    @unhurried
    @given(several, st.integers(0, 3_000))
    def test_a_patch_that_was_cut_gives_what_is_left(self, made: list[Made], length: int) -> None:
        """What was read before the cut stays, but for the last line, of which a part may be left."""
        whole, cut = list(hunks(written(made))), list(hunks(written(made)[:length]))
        read = [line for hunk in cut for line in hunk.lines]
        assert read[:-1] == [line for hunk in whole for line in hunk.lines][: max(len(read) - 1, 0)]

    @unhurried
    @given(st.text(max_size=400))
    def test_any_text_can_be_read(self, text: str) -> None:
        for hunk in hunks(f"@@ -1,3 +1,3 @@ x\n{text}"):
            assert all(line.old is not None or line.new is not None for line in hunk.lines)

    def test_what_stands_before_the_first_header_is_passed_over(self) -> None:
        patch = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b"
        assert list(hunks(patch)) == [Hunk("", (Line("a", 1, None), Line("b", None, 1)))]

    def test_nothing_is_read_from_a_text_without_hunks(self) -> None:
        assert list(hunks("Binary files a/x and b/x differ")) == []

    def test_a_missing_last_newline_is_no_line(self) -> None:
        (hunk,) = hunks("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n")
        assert [line.text for line in hunk.lines] == ["a", "b"]

    def test_an_empty_line_that_lost_its_space_is_counted(self) -> None:
        """Tools that trim lines take the space of an empty context line; the lines below keep their numbers."""
        (hunk,) = hunks("@@ -1,3 +1,4 @@\n a\n\n+b\n c\n")
        assert [(line.text, line.new) for line in hunk.lines] == [("a", 1), ("", 2), ("b", 3), ("c", 4)]

    def test_numbers_that_no_file_has_are_no_header(self) -> None:
        assert list(hunks(f"@@ -{'9' * 5000} +1 @@\n+a")) == []

    def test_a_line_that_looks_like_a_header_stays_a_line(self) -> None:
        (hunk,) = hunks("@@ -1,2 +1,2 @@\n @@ -5 +5 @@\n+@@ -7 +7 @@")
        assert [line.text for line in hunk.lines] == ["@@ -5 +5 @@", "@@ -7 +7 @@"]


class TestSides:
    @unhurried
    @given(changes, st.integers(1, 500), st.integers(1, 500))
    def test_each_side_holds_its_own_lines(self, changed: list[tuple[str, str]], old: int, new: int) -> None:
        (hunk,) = hunks(written([("", old, new, changed)]))
        for side, mark in ((hunk.before(), "-"), (hunk.after(), "+")):
            mine = [(text, own == mark) for own, text in changed if own in f"{mark} "]
            assert side.text == "\n".join(text for text, _ in mine)
            assert [number in side.changed for number in side.numbers] == [is_changed for _, is_changed in mine]

    @unhurried
    @given(changes, st.integers(1, 500))
    def test_an_offset_is_found_in_its_line(self, changed: list[tuple[str, str]], new: int) -> None:
        (hunk,) = hunks(written([("", 1, new, changed)]))
        side, offset = hunk.after(), 0
        for number, text in zip(side.numbers, [text for mark, text in changed if mark != "-"], strict=True):
            assert side.line_at(offset) == side.line_at(offset + len(text)) == number
            offset += len(text) + 1

    def test_a_span_is_changed_if_one_of_its_lines_is(self) -> None:
        (hunk,) = hunks("@@ -1,2 +1,3 @@\n ab\n+cd\n ef")
        side = hunk.after()
        assert [side.is_changed(start, end) for start, end in [(0, 2), (0, 4), (3, 5), (6, 8), (0, 8)]] == [
            False, True, True, False, True,
        ]  # fmt: skip
