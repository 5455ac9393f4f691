"""Blocks that only move: where they went, and where they came."""

import pytest
from builders import a_change, a_commit_of

from analysis.commits.moves import moves
from analysis.llm.excerpt import excerpt

BLOCK = "def load_block(path):\n    first()\n\n    second()\n    third()\n    fourth()\n    return 5\n"
REST = "".join(f"rest_{number}()\n" for number in range(12))


def test_a_block_that_goes_to_another_file_is_one_line_in_each() -> None:
    commit = a_commit_of(
        a_change("quill/a.py", f"{BLOCK}{REST}", REST), a_change("quill/b.py", "more()\n", f"more()\n{BLOCK}other()\n")
    )
    text = excerpt(commit, 1_000).text
    assert "@@ 1 @@ \nmoved 7 lines to quill/b.py:2\n rest_0()\n" in text
    assert "@@ 1 @@ \n more()\nmoved 7 lines from quill/a.py:1\n+other()\n" in text


def test_within_a_file_too() -> None:
    text = excerpt(a_commit_of(a_change("quill/a.py", f"{BLOCK}{REST}", f"{REST}{BLOCK}")), 1_000).text
    assert ("moved 7 lines to quill/a.py:13\n" in text, "moved 7 lines from quill/a.py:1\n" in text) == (True, True)


def test_what_changed_on_the_way_is_shown() -> None:
    """Around it, what moved as it was stays one line."""
    block = BLOCK.replace("return", "fifth()\n    return")
    changed = block.replace("return 5", "return 6")
    commit = a_commit_of(a_change("quill/a.py", f"{block}{REST}", REST), a_change("quill/b.py", None, changed))
    text = excerpt(commit, 1_000).text
    assert ("-    return 5" in text, "+    return 6" in text, "first()" in text) == (True, True, False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(BLOCK, BLOCK.replace("()", "(1)"), id="all of it was changed"),
        pytest.param(
            BLOCK, "if fast:\n" + BLOCK.replace("    ", "        "), id="it is indented otherwise, within a condition"
        ),
        pytest.param("a()\nb()\nc()\n", "c()\na()\nb()\n", id="a few lines stand anywhere"),
        pytest.param(BLOCK, "def load_block(path):\n    first()\nkept()\n    second()\n", id="only pieces of it"),
    ],
)
def test_what_is_no_move(before: str, after: str) -> None:
    assert moves(a_commit_of(a_change("quill/a.py", f"{before}{REST}", f"{REST}{after}"))) == {}


def test_a_block_that_is_copied_moves_once() -> None:
    commit = a_commit_of(
        a_change("quill/a.py", BLOCK, None), a_change("quill/b.py", None, BLOCK), a_change("quill/c.py", None, BLOCK)
    )
    assert list(moves(commit)) == [("quill/a.py", 0), ("quill/b.py", 0)]
