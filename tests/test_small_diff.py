"""A small change is shown line by line, a large one is not, and nothing in it does harm."""

import pytest
from builders import a_change
from made import a_commit

from analysis.commits.commit import FileChange
from formatters.text.small_diff import MOST_LINES, small_diff

TEST = a_change("tests/test_a.py", "a = 1\n", "".join(f"b = {n}\n" for n in range(40)))


def of(*files: FileChange) -> tuple[str, ...]:
    return small_diff(a_commit(files=files))


@pytest.mark.parametrize("path", ["quill/a.py", "src/a.rs", "pages/a.go"])
def test_the_lines_of_the_product_are_shown_whatever_comes_with_them(path: str) -> None:
    """Tests and documents do not count."""
    assert of(a_change(path, "if x:\n    y = 1\n", "if x:\n    y = 2\n"), TEST) == ("-     y = 1", "+     y = 2")


def test_lines_of_several_files_stand_below_their_paths() -> None:
    files = (a_change("quill/a.py", "x = 1\n", "x = 2\n"), a_change("quill/b.py", "y = 1\n", "y = 2\n"))
    assert of(*files) == ("  quill/a.py", "- x = 1", "+ x = 2", "  quill/b.py", "- y = 1", "+ y = 2")


def test_more_lines_than_one_reads_at_a_glance_are_not_shown() -> None:
    """Nor what is not known whole, nor what touches nothing of the product."""
    lines = [f"x = {n}\n" for n in range(MOST_LINES)]
    assert len(of(a_change("quill/a.py", "", "".join(lines)))) == MOST_LINES
    assert of(a_change("quill/a.py", "", "".join([*lines, "y = 1\n"]))) == ()
    assert of(FileChange("quill/a.py", "modified", 3, 1)) == ()
    assert of(TEST) == ()


def test_secrets_are_masked_and_nothing_steers_the_screen() -> None:
    """Escape codes, overrides of the direction, keys."""
    key = "ghp_" + "a1" * 18
    (line,) = of(a_change("quill/a.py", "", f'token = "{key}"\x1b[31m \u202e\n'))
    assert key not in line
    assert "\x1b" not in line
    assert "\u202e" not in line
