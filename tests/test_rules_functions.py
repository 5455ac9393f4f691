"""Which functions a change touches: those whose code differs, under the names that their users call them."""

import pytest
from builders import a_change

from analysis.facts.syntax.changed import changed_file
from analysis.rules.functions import touched


def changed(path: str, before: str, after: str) -> list[str]:
    return [one.name for one in touched([changed_file(a_change(path, before, after))]) if not one.is_new]


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
    assert [one.name for one in touched([changed_file(a_change(path, before, after))])] == expected
