"""What a diff does line by line, in pieces that can be shown."""

import pytest
from builders import a_change, a_commit_of
from hypothesis import given
from hypothesis import strategies as st

from analysis.across import Carried, carried, new_tests
from analysis.commit import FileChange
from analysis.edits import Edit, EditKind, edits, told, words_of
from analysis.facts.changed import ChangedFile


def of(*files: FileChange, title: str = "") -> list[tuple[EditKind, str, str, int]]:
    return [
        (edit.kind, edit.before, edit.after, edit.count) for edit in edits([ChangedFile(file) for file in files], title)
    ]


def change(before: str, after: str, path: str = "quill/a.py") -> list[tuple[EditKind, str, str, int]]:
    return of(a_change(path, before, after))


class TestReplacedLines:
    def test_a_line_that_gives_way_to_one_is_shown_with_it(self) -> None:
        assert change("x = 1\npage = 1\n", "x = 1\npage = self.page\n") == [
            (EditKind.REPLACED, "page = 1", "page = self.page", 1)
        ]

    def test_the_same_one_in_several_places_is_counted(self) -> None:
        files = [a_change(f"tests/{name}.py", "main(a)\n", "exit(main(a))\n") for name in "abc"]
        assert of(*files) == [(EditKind.REPLACED, "main(a)", "exit(main(a))", 3)]

    def test_of_long_lines_only_what_differs_is_shown_at_whole_words(self) -> None:
        before = 'positions = torch.arange(length, device="cpu", dtype=torch.long)\n'
        assert change(before, before.replace('"cpu"', "query.device")) == [
            (EditKind.REPLACED, 'device="cpu"', "device=query.device", 1)
        ]

    def test_a_statement_over_several_lines_is_put_together(self) -> None:
        before = "load(\n    a,\n    path[1],\n)\n"
        assert change(before, "load(\n    a,\n    path.get(\n        1, 0\n    ),\n)\n") == [
            (EditKind.REPLACED, "path[1]", "path.get(1, 0)", 1)
        ]

    def test_two_statements_are_not_shown_as_one(self) -> None:
        assert change("raise_error(one)\nstop(two)\n", "warn(three)\n") == []

    def test_a_value_is_found_among_several_lines(self) -> None:
        assert change("a.size = 16\n", "one(two)\na.size = b.size\nthree = 4\nfive = 6\n")[0] == (
            EditKind.REPLACED, "a.size = 16", "a.size = b.size", 1,
        )  # fmt: skip

    def test_what_is_called_instead_is_told(self) -> None:
        before = "q = Old(1, a)\nk = Old(2, b)\n"
        after = "q = New(\n    1, a, deep=True\n)\nk = New(\n    2, b, deep=True\n)\n"
        assert (EditKind.SWAPPED, "Old", "New", 2) in change(before, after)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("import a\n", "import b\n"),
            ("from a import (\n    one,\n)\n", "from a import (\n    one,\n    two,\n)\n"),
            ("# an old remark\n", "# a new remark\n"),
            ('def f():\n    """Old words here."""\n', 'def f():\n    """New words here."""\n'),
            ("if a:\n    b = 1\n", "if c:\n    if a:\n        b = 1\n"),
        ],
    )
    def test_imports_remarks_and_what_only_moved_in_are_not(self, before: str, after: str) -> None:
        assert not [edit for edit in change(before, after) if edit[0] is EditKind.REPLACED]

    @pytest.mark.parametrize("code", ["x = `y`", "x = '\\n'", "x = " + "long_name + " * 20 + "y"])
    def test_what_cannot_be_shown_in_backticks_is_not(self, code: str) -> None:
        assert change("x = 1\n", f"{code}\n") == []


class TestCases:
    def test_a_new_case_is_shown_with_what_is_done_then(self) -> None:
        after = "a = 1\nif page is None:\n    return default\nb = 2\n"
        assert change("a = 1\nb = 2\n", after) == [(EditKind.CASE, "page is None", "return default", 1)]

    def test_what_is_done_is_put_together_or_left_out(self) -> None:
        after = "a = 1\nif page is None:\n    made = load(\n        one\n    )\nb = 2\n"
        assert change("a = 1\nb = 2\n", after)[0] == (EditKind.CASE, "page is None", "made = load(one)", 1)
        after = "a = 1\nif page is None:\n    if other:\n        stop()\nb = 2\n"
        assert (EditKind.CASE, "page is None", "", 1) in change("a = 1\nb = 2\n", after)

    def test_in_a_new_function_there_is_no_new_case(self) -> None:
        assert change("a = 1\n", "a = 1\ndef f(x):\n    if x:\n        return 1\n") == []

    def test_other_languages_write_it_otherwise(self) -> None:
        after = "fn f() {\n    let x = 1;\n    if is_external {\n        return (4, &ids::OPENAI);\n    }\n}\n"
        before = "fn f() {\n    let x = 1;\n}\n"
        assert change(before, after, "src/a.rs") == [(EditKind.CASE, "is_external", "return (4, &ids::OPENAI)", 1)]


class TestSignatures:
    def test_functions_that_take_more_are_told_with_what(self) -> None:
        before = "def _load(a):\n    pass\n\n\ndef read(a):\n    pass\n"
        assert change(before, before.replace("(a)", "(a, dtype: str = 'x', *, deep=False)")) == [
            (EditKind.TAKES, "read\n_load", "dtype\ndeep", 1)
        ]

    def test_one_that_takes_other_things_is_not(self) -> None:
        found = change("def load(a):\n    pass\n", "def load(b, c):\n    pass\n")
        assert not [edit for edit in found if edit[0] is EditKind.TAKES]


class TestOtherLines:
    def test_a_line_that_stands_alone_is_shown(self) -> None:
        before, after = "a:\n  b: 1\nc:\n  d: 2\n", "a:\n  b: 1\n  timeout: 10\nc:\n  d: 2\n  timeout: 10\n"
        assert change(before, after, ".github/workflows/a.yml") == [(EditKind.ADDED, "", "timeout: 10", 2)]
        assert change(after, before, ".github/workflows/a.yml") == [(EditKind.REMOVED, "timeout: 10", "", 2)]


def test_what_the_title_speaks_of_comes_first() -> None:
    before = "".join(f"{name} = 1\n{'pass' * 1}\n" for name in ("one", "page_size", "three"))
    file = a_change("quill/a.py", before, before.replace("= 1", "= 2"))
    assert of(file, title="Fix wrong page size")[0][1] == "page_size = 1"


def test_tests_are_only_looked_at_where_nothing_else_is_touched() -> None:
    product, test = a_change("quill/a.py", "a = 1\n", "a = 2\n"), a_change("tests/test_a.py", "b = 1\n", "b = 2\n")
    assert [edit[1] for edit in of(product, test)] == ["a = 1"]
    assert [edit[1] for edit in of(test)] == ["b = 1"]


def test_edits_that_are_alike_are_told_once() -> None:
    found = [Edit(EditKind.REPLACED, "a.py", f"old_name({n})", f"new_name({n})", weight=2.0) for n in (1, 2)]
    other = Edit(EditKind.CASE, "a.py", "page is None", "", weight=1.0)
    assert told([*found, other], 3, 0.5) == (found[0], other)
    assert told([*found, other], 3, 1.5) == (found[0],)


def test_code_that_stands_in_another_file_now_was_carried_there() -> None:
    lines = "".join(f"value_number_{n} = compute({n})\n" for n in range(10))
    commit = a_commit_of(a_change("quill/a.py", f"x = 1\n{lines}", "x = 1\n"), a_change("quill/b.py", None, lines))
    assert carried(commit) == (Carried(10, "quill/a.py", "quill/b.py"),)


def test_new_tests_are_those_that_stood_nowhere() -> None:
    moved = "def test_old():\n    pass\n"
    commit = a_commit_of(
        a_change("tests/test_a.py", moved, ""),
        a_change("tests/test_b.py", None, f"{moved}\n\ndef test_new():\n    pass\n"),
        a_change("quill/a.py", "x = 1\n", "x = 1\n\n\ndef test_of_time():\n    pass\n"),
    )
    assert new_tests(commit) == ("test_new",)


def test_names_are_taken_apart_into_words() -> None:
    assert words_of("Fix the page_size of KVCache in FA3 (10241)") == {"page", "size", "kv", "cache", "fa", "10241"}


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(["a.py", "a.rs", "a.yaml", "a"]))
def test_any_two_texts_can_be_compared(before: str, after: str, path: str) -> None:
    commit = a_commit_of(a_change(path, f"x\n{before}\n", f"x\n{after}\n"))
    for edit in edits([ChangedFile(file) for file in commit.files], before[:50]):
        assert "`" not in edit.before + edit.after
    carried(commit)
    new_tests(commit)


@pytest.mark.parametrize("unit", ["if ", "def f(", "(" * 10, "a = b(", "[x] "])
def test_a_hostile_patch_is_read_to_its_end(unit: str) -> None:
    rows = "\n".join(f"{mark}{unit * (900 // len(unit))}" for mark in "+-" * 110)
    edits([ChangedFile(FileChange("a.py", "modified", 9, 9, patch=f"@@ -1 +1 @@\n{rows}"))], "title")
