"""Globs mean what git, GitHub and labelers mean by them, and none takes longer than the path is long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.commits.globs import pattern_of


@pytest.mark.parametrize(
    ("glob", "inside", "outside"),
    [
        ("docs", ["docs", "docs/a.md", "x/docs/a.md"], ["docsx", "xdocs/a"]),
        ("docs/", ["docs/a.md", "x/docs/y/a.md"], ["docs"]),
        ("/docs/", ["docs/a.md"], ["x/docs/a.md"]),
        ("src/docs", ["src/docs/a.md"], ["x/src/docs/a.md"]),
        ("*.py", ["a.py", "x/y/a.py", "a.py/b"], ["a.pyc"]),
        ("src/*.py", ["src/a.py"], ["src/x/a.py"]),
        ("src/*", ["src/a", "src/a/b"], ["src", "x/src/a"]),
        ("src/**", ["src/a", "src/a/b"], ["src", "x/src/a"]),
        ("**/test_*", ["test_a", "x/y/test_b.py"], ["x/atest_b"]),
        ("src/**/test/*.py", ["src/test/a.py", "src/x/y/test/a.py"], ["src/x/a.py", "src/test/x/a.py"]),
        ("a/**/b/**/c", ["a/b/c", "a/x/b/b/y/c"], ["a/c", "a/b"]),
        ("[+--]x", ["+x", ",x", "-x"], ["ax"]),
        ("*a*b*", ["xaxbx", "ab", "y/aab"], ["ba"]),
        ("a?c", ["abc", "x/axc"], ["ac", "a/c"]),
        ("[ab].py", ["a.py", "b.py"], ["c.py", "ab.py"]),
        ("[!ab].py", ["c.py"], ["a.py"]),
        ("[a-c]x", ["bx"], ["dx"]),
        ("\\*x", ["*x"], ["ax"]),
        ("a.b", ["a.b"], ["axb"]),
        ("量化/*", ["量化/内核.py"], ["量/内核.py"]),
        ("**", ["a", "a/b"], []),
    ],
)
def test_a_glob_is_read_as_git_reads_it(glob: str, inside: list[str], outside: list[str]) -> None:
    pattern = pattern_of(glob)
    assert [path for path in inside if not pattern.search(f"/{path}")] == []
    assert [path for path in outside if pattern.search(f"/{path}")] == []


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "glob", ["*a" * 200 + "*b", "**/a*/" * 70 + "b", "a" + "*?" * 100 + "/b", "**/*a*a*a*a*a*a/" * 20 + "*b"]
)
def test_no_glob_takes_long(glob: str) -> None:
    """Each of these goes over the path again for each of its stars, read as usual: for years."""
    pattern = pattern_of(glob)
    for path in ("a" * 4_000, "a/" * 2_000, "aaaa/" * 800):
        assert not pattern.search(f"/{path}c")


@pytest.mark.parametrize("glob", ["", "/", "!a", "a\\", "[z-a]", "[?--]", "x" * 501])
def test_what_is_no_glob_is_refused(glob: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        pattern_of(glob)


@given(st.text(alphabet="ab*?[]!^-\\/.{}()|+$ 量\n\0", max_size=30), st.text(alphabet="ab/.-]\n", max_size=40))
def test_any_glob_is_a_pattern_or_refused(glob: str, path: str) -> None:
    try:
        pattern = pattern_of(glob)
    except ValueError:
        return
    pattern.search(f"/{path}")
