"""What a diff shows besides facts: what is new, what gave way, what moved, and what its author wrote there."""

import pytest
from builders import a_change, a_commit_of
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.commits.commit import FileChange
from analysis.commits.file_kinds import FileKind
from analysis.triage.sketch import Definition, Move, Quote, Sketch, sketch

unhurried = settings(deadline=None)
"""A slow machine is no failure."""


def of(*files: FileChange) -> Sketch:
    return sketch(a_commit_of(*files))


class TestNewDefinitions:
    def test_what_is_new_in_an_old_file_comes_with_its_docstring(self) -> None:
        after = 'x = 1\n\n\ndef load_page(path):\n    """Load one page. Slowly."""\n    return 1\n\n\nclass _Page:\n    pass\n'
        assert of(a_change("quill/a.py", "x = 1\n", after)).new == (
            Definition("load_page", "quill/a.py", 4, "Load one page."),
            Definition("_Page", "quill/a.py", 9),
        )

    @pytest.mark.parametrize(
        ("path", "text", "name"),
        [
            ("a.rs", "pub async fn load(x: u8) {}", "load"),
            ("a.rs", "pub(crate) struct Page;", "Page"),
            ("a.go", "func (s *Server) Load() {}", "Load"),
            ("a.ts", "export default class Page {}", "Page"),
            ("a.cuh", "struct alignas(16) Page {", "Page"),
            ("a.py", "    async def load(self):", "load"),
        ],
    )
    def test_each_language_has_its_own_words(self, path: str, text: str, name: str) -> None:
        assert [definition.name for definition in of(a_change(path, "x\n", f"x\n{text}\n")).new] == [name]

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("a.py", '"""\nclass of models that load\n"""'),
            ("a.py", "# def load():"),
            ("a.py", "    def __init__(self):"),
            ("a.rs", "impl Page {}"),
            ("a.rs", "/* fn load() {} */"),
            ("conf/a.yaml", "class foo: 1"),
            ("tests/test_a.py", "def test_load():"),
            ("docs/a.md", "class foo"),
        ],
    )
    def test_what_is_no_definition_of_the_product_is_not_new(self, path: str, text: str) -> None:
        assert of(a_change(path, "x = 1\n", f"x = 1\n{text}\n")).new == ()

    def test_a_method_is_told_with_its_class(self) -> None:
        body = "".join(f"    a{number} = 1\n" for number in range(9))
        after = f"class Pool:\n{body}\n    def free(self):\n        pass\n"
        (definition,) = of(a_change("a.py", f"class Pool:\n{body}", after)).new
        assert (definition.within, definition.name) == ("Pool", "free")

    def test_what_moved_is_not_new(self) -> None:
        text = "def load():\n    return 1\n"
        assert of(a_change("a.py", text, ""), a_change("b.py", "x = 1\n", f"x = 1\n\n\n{text}")).new == ()

    def test_a_name_that_several_files_gain_is_told_once(self) -> None:
        files = [a_change(f"{name}.py", "x = 1\n", "x = 1\n\n\ndef load():\n    pass\n") for name in "abc"]
        assert len(of(*files).new) == 1

    def test_a_new_file_is_told_by_its_path(self) -> None:
        found = of(a_change("quill/new.py", None, "def load():\n    pass\n"))
        assert (found.new_files, found.new) == (("quill/new.py",), ())


class TestSwappedNames:
    def test_a_name_that_took_anothers_place_is_told_with_how_often(self) -> None:
        before = "x = old_name(1)\ny = old_name(2)\nz = 3\n"
        assert of(a_change("a.py", before, before.replace("old_name", "new_name"))).swapped == (
            ("old_name", "new_name", 2),
        )

    def test_a_name_that_is_still_there_was_not_swapped(self) -> None:
        before, after = "x = old_name(1)\ny = 1\n", "x = new_name(1)\ny = old_name(2)\n"
        assert of(a_change("a.py", before, after)).swapped == ()


class TestQuotes:
    @pytest.mark.parametrize(
        ("path", "comment"),
        [
            ("a.py", "    # The cache keeps\n    # its pages for an hour."),
            ("a.rs", "    // The cache keeps\n    // its pages for an hour."),
            ("a.cc", "  /* The cache keeps\n   * its pages for an hour. */"),
            ("a.ts", "  // The cache keeps\n  // its pages for an hour."),
            ("conf/a.yaml", "# The cache keeps\n# its pages for an hour."),
        ],
    )
    def test_a_new_comment_is_quoted_as_its_author_wrote_it(self, path: str, comment: str) -> None:
        assert of(a_change(path, "x: 1\n", f"x: 1\n{comment}\n")).quotes == (
            Quote("The cache keeps its pages for an hour.", path, 2),
        )

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("a.py", "# TODO: make the cache keep its pages"),
            ("a.py", "# noqa: E501 because it is long enough"),
            ("a.py", "# x = load(path, 1, 2, 3)"),
            ("a.py", "# the cache keeps its pages\n# x = load(path)"),
            ("a.py", "# ----------------------"),
            ("a.py", "# keeps pages"),
            ("a.py", "def f(\n    *, source: str, output_path: str, workers: int\n): ..."),
            ("a.cu", "#include <cuda_bf16.h>\n#include <cuda_fp16.h>\n#include <a.h>\n#include <b.h>"),
            ("a.cc", "*pointer = one + two + three;"),
            ("tests/test_a.py", "# The cache keeps its pages for an hour."),
            ("docs/a.md", "# The cache keeps its pages for an hour."),
        ],
    )
    def test_what_is_no_explanation_is_not_quoted(self, path: str, text: str) -> None:
        """Notes to tools, code in comments, rules, and what only looks like a comment in another language."""
        assert of(a_change(path, "x = 1\n", f"x = 1\n{text}\n")).quotes == ()

    def test_a_part_of_a_comment_that_was_there_is_not_quoted(self) -> None:
        """Out of its context a half sentence says something else."""
        before = "# The cache keeps its pages\nx = 1\n"
        assert (
            of(a_change("a.py", before, before.replace("pages\n", "pages\n# unless it is told not to.\n"))).quotes == ()
        )

    def test_a_comment_that_moved_is_not_quoted(self) -> None:
        comment = "# The cache keeps its pages for an hour.\n"
        assert of(a_change("a.py", f"{comment}x = 1\ny = 2\n", f"x = 1\ny = 2\n{comment}")).quotes == ()

    def test_a_long_one_ends_with_a_whole_word(self) -> None:
        (quote,) = of(a_change("a.py", "x = 1\n", f"x = 1\n# {'word ' * 60}\n")).quotes
        assert quote.text.endswith("word …")
        assert len(quote.text) <= 162

    def test_what_a_docstring_holds_is_no_comment(self) -> None:
        before = '"""\nPages.\n"""\nx = 1\n'
        after = before.replace("Pages.\n", "Pages.\n    # Load the pages of the cache\n    python load.py\n")
        assert of(a_change("a.py", before, after)).quotes == ()

    def test_the_longest_comes_first(self) -> None:
        text = "x = 1\n# A short one of words.\ny = 1\n# A much longer one that has many more words.\n"
        assert [len(quote.text.split()) for quote in of(a_change("a.py", "x = 1\ny = 1\n", text)).quotes] == [9, 5]


class TestMoves:
    def test_files_that_only_changed_their_place_are_told_by_folder(self) -> None:
        files = [FileChange(f"test/registered/a{n}/t.py", "renamed", old_path=f"test/srt/a{n}/t.py") for n in range(3)]
        assert of(*files).moves == (Move(3, FileKind.TEST, "test/srt", "test/registered"),)

    def test_a_new_name_in_its_folder_is_no_move(self) -> None:
        assert of(FileChange("quill/b.py", "renamed", old_path="quill/a.py")).moves == ()

    def test_a_file_that_changed_much_did_not_only_move(self) -> None:
        assert of(FileChange("quill/new/a.py", "renamed", 50, 50, "quill/a.py")).moves == ()


@unhurried
@given(st.text(max_size=300), st.sampled_from(["a.py", "a.rs", "a.ts", "a.yaml", "a"]))
def test_any_patch_can_be_outlined(text: str, path: str) -> None:
    of(FileChange(path, "modified", 1, 1, patch=f"@@ -1,9 +1,9 @@ {text[:30]}\n+{text}\n-{text[::-1]}"))


@pytest.mark.parametrize("unit", ["# word ", "def f(", "a_", "/*", "// "])
def test_a_hostile_patch_is_outlined_to_its_end(unit: str) -> None:
    rows = "\n".join(f"{mark}{unit * (900 // len(unit))}" for mark in "+-" * 110)
    found = of(
        FileChange("a.py", "modified", 9, 9, patch=f"@@ -1 +1 @@\n+{unit * 20_000}\n{rows}\n x = 1\n+def load():\n")
    )
    assert "load" in [definition.name for definition in found.new]
