"""Which functions a change touches: those whose code differs, under the names that their users call them."""

import pytest
from builders import a_change

from analysis.facts.syntax.changed import changed_file
from analysis.rules.functions import touched


def changed(path: str, before: str, after: str) -> list[str]:
    return [one.name for one in touched([changed_file(a_change(path, before, after))]).functions if not one.is_new]


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        ("q/cache.py", "def load(a):\n    return a\n", "def load(a):\n    return a + 1\n", ["load"]),
        ("src/cache.rs", "fn load(a: u8) -> u8 {\n    a\n}\n", "fn load(a: u8) -> u8 {\n    a + 1\n}\n", ["load"]),
        (
            "cache.go",
            "func Load(a int) int {\n\treturn a\n}\n",
            "func Load(a int) int {\n\treturn a + 1\n}\n",
            ["Load"],
        ),
    ],
)
def test_a_function_whose_code_differs_is_changed(path: str, before: str, after: str, expected: list[str]) -> None:
    assert changed(path, before, after) == expected


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("q/cache.py", "def load(a):\n    return a\n\n\ndef gone():\n    pass\n", "def load(a):\n    return a\n"),
        ("src/cache.rs", "fn load() {}\n\nfn gone() {\n    a();\n}\n", "fn load() {}\n"),
        (
            "q/cache.py",
            "def load(a):\n    return a\n",
            "def load(a):\n    return a\n\n\n@cached\ndef other():\n    return 1\n",
        ),
        ("q/cache.py", "def load(a):\n    # one\n    return a\n", "def load(a):\n    # two\n    return a\n"),
        ("src/cache.rs", "fn load() {\n    // one\n    a();\n}\n", "fn load() {\n    // two\n    a();\n}\n"),
        (
            "q/cache.py",
            "def load(a):\n    return a\n\n\n@cached\ndef gone():\n    pass\n\n\nSIZE = 1\n",
            "def load(a):\n    return a\n\n\nSIZE = 2\n",
        ),
        ("cache.go", "func Load() {\n\ta()\n}\n\nvar size = 1\n", "func Load() {\n\ta()\n}\n\nvar size = 2\n"),
        (
            "src/cache.rs",
            "fn load() {\n    a();\n}\n\nconst SIZE: u8 = 1;\n",
            "fn load() {\n    a();\n}\n\nconst SIZE: u8 = 2;\n",
        ),
        ("k.cu", "__launch_bounds__(128)\nint a;\n", "__launch_bounds__(256)\nint a;\n"),
    ],
    ids=[
        "removed",
        "removed in Rust",
        "a neighbour is new",
        "a comment",
        "a comment in Rust",
        "removed with its decorator",
        "a value behind it in Go",
        "a value behind it in Rust",
        "an attribute",
    ],
)
def test_what_is_gone_or_only_stands_beside_is_not(path: str, before: str, after: str) -> None:
    """Nor what has another comment, nor what is no function."""
    assert changed(path, before, after) == []


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        (
            "q/cache.py",
            "class Cache:\n    def load(self):\n        return 1\n",
            "class Cache:\n    def load(self):\n        def local():\n            return 1\n\n        return local()\n",
            ["Cache.load"],
        ),
        (
            "cache.js",
            "function load() {\n  return 1;\n}\n",
            "function load() {\n  function local() {\n    return 1;\n  }\n  return local();\n}\n",
            ["load"],
        ),
        (
            "q/cache.py",
            "def load():\n    return 1\n",
            "def load():\n    def local():\n        return 1\n\n    return local()\n",
            ["load"],
        ),
    ],
)
def test_what_is_defined_within_a_function_is_that_functions_own(
    path: str, before: str, after: str, expected: list[str]
) -> None:
    assert [one.name for one in touched([changed_file(a_change(path, before, after))]).functions] == expected


@pytest.mark.parametrize(
    ("path", "before", "after", "line"),
    [
        ("q/cache.py", "def load(a):\n    b = a\n    return b\n", "def load(a):\n    b = a\n    return b + 1\n", 3),
        ("src/cache.rs", "fn load() {\n    a();\n    b();\n}\n", "fn load() {\n    a();\n    c();\n}\n", 3),
        ("cache.go", "func Load() {\n\n\ta()\n}\n", "func Load() {\n\n\tb()\n}\n", 3),
        (
            "q/cache.py",
            "def load(a):\n    b = a\n    c = b\n    return b\n",
            "def load(a):\n    b = a\n    return b\n",
            3,
        ),
    ],
    ids=["Python", "Rust", "Go", "a line less"],
)
def test_the_line_is_the_first_that_differs(path: str, before: str, after: str, line: int) -> None:
    (found,) = touched([changed_file(a_change(path, before, after))]).functions
    assert found.line == line


def test_what_only_moved_within_a_file_is_no_change_of_where_it_was() -> None:
    body = "    if pages and is_ready(pages):\n        flush(pages)\n"
    before = f"def load(pages):\n{body}    return pages\n"
    after = f"def load(pages):\n    _settle(pages)\n    return pages\n\n\ndef _settle(pages):\n{body}"
    found = {one.name: one.count for one in touched([changed_file(a_change("q/cache.py", before, after))]).functions}
    assert found == {"load": 1, "_settle": 1}


def test_a_class_is_not_named_for_a_method_that_is_not_seen() -> None:
    """The hunk shows the class alone; of a field of the class itself, the class is the name."""
    lines = "".join(f"        a_{n} = {n}\n" for n in range(9))
    before = f"class Cache:\n    size = 1\n\n    def load(self):\n{lines}        return 1\n"
    assert changed("q/cache.py", before, before.replace("return 1", "return 2")) == []
    assert changed("q/cache.py", before, before.replace("size = 1", "size = 2")) == ["Cache"]


def test_a_type_that_something_is_of_is_not_what_is_changed() -> None:
    """In C, `struct` stands before each use of one."""
    before = "static struct entry table[] = {\n    {1, 2},\n    {3, 4},\n};\n"
    assert changed("a.c", before, before.replace("3", "5")) == []
    assert changed("a.c", "struct entry {\n    int a;\n};\n", "struct entry {\n    long a;\n};\n") == ["entry"]
