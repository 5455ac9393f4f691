"""Tests that stop to run, and those that run again."""

import pytest
from builders import a_change, found, told

from analysis.commits.commit import FileChange

PLAIN = {
    "pytest": ("tests/test_a.py", '@pytest.mark.skip(reason="see #12")\n', "def test_load():\n    assert load()\n", "test_load", "see #12"),
    "pytest positional": ("tests/test_a.py", '@pytest.mark.skip("see #12")\n', "async def test_load():\n    pass\n", "test_load", "see #12"),
    "pytest bare": ("tests/test_a.py", "@pytest.mark.skip\n", "class TestLoad:\n    pass\n", "TestLoad", ""),
    "pytest over lines": ("tests/test_a.py", '@pytest.mark.skip(\n    reason="see "\n    "#12"\n)\n', "def test_load():\n    pass\n", "test_load", "see #12"),
    "xfail": ("tests/test_a.py", '@pytest.mark.xfail(reason="see #12", strict=True)\n', "def test_load():\n    pass\n", "test_load", "see #12"),
    "unittest": ("tests/test_a.py", '    @unittest.skip("see #12")\n', "    def test_load(self):\n        pass\n", "test_load", "see #12"),
    "in CI": ("tests/test_a.py", '@unittest.skipIf(is_in_ci(), "see #12")\n', "class TestLoad(TestCase):\n    pass\n", "TestLoad", "see #12"),
    "in one CI": ("tests/test_a.py", '@unittest.skipIf(is_in_amd_ci(), "see #12")\n', "class TestLoad(TestCase):\n    pass\n", "TestLoad", "see #12"),
    "with a second mark": ("tests/test_a.py", '@pytest.mark.skip("see #12")\n', '@pytest.mark.slow\n@patch("x")\ndef test_load():\n    pass\n', "test_load", "see #12"),
    "rust": ("src/tests/a.rs", '#[ignore = "see #12"]\n', "fn loads() {\n}\n", "loads", "see #12"),
    "the whole module": ("tests/test_a.py", 'pytestmark = pytest.mark.skip(reason="see #12")\n', "import x\n", "test_a.py", "see #12"),
    "the whole module by call": ("tests/test_a.py", 'pytest.skip("see #12", allow_module_level=True)\n', "import x\n", "test_a.py", "see #12"),
}  # fmt: skip
REPLACED = {
    "mocha": ("a.test.js", 'it("loads it", () => {', 'it.skip("loads it", () => {', "loads it"),
    "jest": ("a.test.ts", 'test("loads it", () => {', 'xit("loads it", () => {', "loads it"),
    "gtest": ("a_test.cc", "TEST_F(Cache, Loads) {", "TEST_F(Cache, DISABLED_Loads) {", "Loads"),
    "comment": ("tests/test_a.py", "def test_load():", "# def test_load():", "test_load"),
    "listed": (
        "tests/suite.py",
        '    TestFile("test_load.py", 300),',
        '    # TestFile("test_load.py", 300),',
        "test_load.py",
    ),
}
FIRST = {
    "python": ("tests/test_a.py", "def test_load():\n", '    pytest.skip("see #12")\n', "test_load"),
    "unittest": ("tests/test_a.py", "    def test_load(self):\n", '        self.skipTest("see #12")\n', "test_load"),
    "go": ("a_test.go", "func TestLoad(t *testing.T) {\n", '\tt.Skip("see #12")\n', "TestLoad"),
    "gtest": ("a_test.cc", "TEST(Cache, Loads) {\n", '  GTEST_SKIP("see #12");\n', "Loads"),
}


def facts(change: FileChange) -> list[tuple[str, str, str]]:
    return [(fact.kind.value, fact.name, fact.detail) for fact in found(change)]


@pytest.mark.parametrize(("path", "mark", "test", "name", "reason"), PLAIN.values(), ids=PLAIN)
def test_a_mark_stops_a_test_and_its_end_starts_it_again(
    path: str, mark: str, test: str, name: str, reason: str
) -> None:
    """The reason that the mark gives is told in both cases."""
    assert facts(a_change(path, f"import x\n{test}", f"import x\n{mark}{test}")) == [("test_disabled", name, reason)]
    assert facts(a_change(path, f"import x\n{mark}{test}", f"import x\n{test}")) == [("test_enabled", name, reason)]


@pytest.mark.parametrize(("path", "runs", "skipped", "name"), REPLACED.values(), ids=REPLACED)
def test_a_test_that_is_written_as_skipped_or_into_a_comment_stops(
    path: str, runs: str, skipped: str, name: str
) -> None:
    assert facts(a_change(path, f"x\n{runs}\n", f"x\n{skipped}\n")) == [("test_disabled", name, "")]
    assert facts(a_change(path, f"x\n{skipped}\n", f"x\n{runs}\n")) == [("test_enabled", name, "")]


@pytest.mark.parametrize(("path", "test", "statement", "name"), FIRST.values(), ids=FIRST)
def test_a_test_that_skips_itself_at_once_stops(path: str, test: str, statement: str, name: str) -> None:
    assert facts(a_change(path, test, test + statement)) == [("test_disabled", name, "see #12")]


@pytest.mark.parametrize("reason", ['"see #12"', '(\n        "see #12"\n    )'])
def test_a_registration_that_is_disabled_stops_the_file(reason: str) -> None:
    before = 'register_ci(\n    suite="small",\n)\n'
    after = f'register_ci(\n    suite="small",\n    disabled={reason},\n)\n'
    assert facts(a_change("tests/test_a.py", before, after)) == [("test_disabled", "test_a.py", "see #12")]
    assert facts(a_change("tests/test_a.py", after, before)) == [("test_enabled", "test_a.py", "see #12")]


def test_each_of_several_tests_is_told() -> None:
    test = "def test_{0}():\n    pass\n\n\n"
    before = test.format("one") + test.format("two")
    mark = '@pytest.mark.skip("slow")\n'
    after = mark + test.format("one") + mark + test.format("two")
    assert told(a_change("tests/test_a.py", before, after)) == [
        ("test_disabled", "test_one"),
        ("test_disabled", "test_two"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import x\n", 'import x\n@pytest.mark.skip("see #12")\ndef test_new():\n    pass\n'),
        ("def test_a():\n    pass\n", '@pytest.mark.skipif(sys.platform == "win32", reason="x")\ndef test_a():\n    pass\n'),
        ("def test_a():\n    pass\n", "@pytest.mark.skipif(\n    not GPU, reason='x'\n)\ndef test_a():\n    pass\n"),
        ("def test_a():\n    pass\n", '@pytest.mark.xfail(is_hip(), reason="x")\ndef test_a():\n    pass\n'),
        ("def test_a():\n    pass\n", "@unittest.skipUnless(torch.cuda.is_available(), 'x')\ndef test_a():\n    pass\n"),
        ("def test_a():\n    pass\n", "def test_a():\n    if not GPU:\n        pytest.skip('x')\n    pass\n"),
        ('@pytest.mark.skip("a")\ndef test_a():\n    pass\n', '@pytest.mark.skip("b")\ndef test_a():\n    pass\n'),
        ('@pytest.mark.skip("a")\ndef test_a():\n    pass\n', '@unittest.skip("a")\ndef test_a():\n    pass\n'),
        ('@pytest.mark.skip("a")\ndef test_a():\n    pass\n', "import x\n"),
        ("def test_a():\n    pass\n", "# @pytest.mark.skip('x')\ndef test_a():\n    pass\n"),
        ("def test_a():\n    x = 1\n", "def test_a():\n    x = '@pytest.mark.skip'\n"),
        ("import x\n", "import x\nregister_ci(disabled='see #12')\n"),
        ("def test_a():\n    pass\n", "# def test_b():\ndef test_a():\n    pass\n"),
    ],
    ids=["a new test", "a platform", "a machine", "one backend fails", "no GPU", "behind a condition", "another reason", "another mark",
         "removed with its mark", "a mark in a comment", "a text", "registered as disabled", "another comment"],
)  # fmt: skip
def test_what_stops_no_test_that_ran_is_none(before: str, after: str) -> None:
    """A test that is new, one that skips some machines, and one that was skipped before still run as they did."""
    assert told(a_change("tests/test_a.py", before, after), kinds="test") == []


def test_a_test_that_moved_with_its_mark_is_neither() -> None:
    test = '@pytest.mark.skip("see #12")\ndef test_a():\n    pass\n\n\n'
    filler = "".join(f"x{number} = {number}\n" for number in range(20))
    assert told(a_change("tests/test_a.py", test + filler, filler + "\n\n" + test)) == []


@pytest.mark.parametrize("path", ["quill/a.py", "docs/a.py", "examples/a.py"])
def test_only_tests_are_looked_at(path: str) -> None:
    mark = '@pytest.mark.skip("see #12")\ndef test_a():\n    pass\n'
    assert told(a_change(path, "def test_a():\n    pass\n", mark)) == []


def test_new_and_removed_files_stop_nothing() -> None:
    text = '@pytest.mark.skip("see #12")\ndef test_a():\n    pass\n'
    assert told(a_change("tests/test_a.py", None, text)) == told(a_change("tests/test_a.py", text, None)) == []
