"""A clause that denies the commit's own title or lines is found; what the title leaves open passes."""

import pytest
from builders import a_change, a_commit_of

from analysis.llm.verify.changes import Changes
from analysis.llm.verify.denials import denies

CODE = a_change(
    "quill/router.py",
    """
    assert size == 1, "Page size must be 1"
    """,
    """
    # External workers should be routed via the plain router
    return plain
    """,
)

DENIED = [
    ("Add page cache", "The page cache is removed."),
    ("Add page cache (#12)", "`page_cache` is no longer supported, and the Page Cache is dropped"),
    ("[Cache] Turn on CACHE tests if page.toml changed", "CACHE tests no longer run when `quill/page.toml` changes"),
    ("Support page-table verifier", "Support for the page-table verifier is removed"),
    ('Revert "Add FastCache for pages on GPUs"', "FastCache is now enabled for pages"),
    ('Revert "Add FastCache for pages on GPUs"', "新增 FastCache"),
    ("Remove FastCache", "FastCache is added"),
    ("Disable FastCache", "FastCache is enabled again"),
    ('Revert "Revert "Add FastCache""', "FastCache is taken back"),
    ("Fix KeyError when pages are empty", "The endpoint now raises a `KeyError`"),
    ("Fix KeyError when pages are empty", "现在会抛出 KeyError"),
    ("fix: NaN in pages", "The commit introduces NaN"),
    ("Change pages", "The page size must now be 1"),
    ("Change pages", "It now requires a page size of 1"),
    ("Change pages", "External workers are no longer routed to the plain router"),
]
OPEN = [
    ("Add page cache", "The page cache is added"),
    ("Add page cache", "The page cache is off by default"),
    ("Add page cache", "The old cache is removed"),
    ("Add cleanup of page files", "Page files are removed"),
    ("Add PageCache without FastTable", "FastTable is no longer used"),
    ("Add PageCache", "PageCache was removed earlier"),
    ("Add PageCache", "PageCache is no longer needed"),
    ("Add PageCache and remove FastTable", "FastTable is removed"),
    ("Add flag to disable PageCache", "PageCache is disabled"),
    ("Add PageCache", "adds a flag to disable PageCache"),
    ('Revert "Add FastCache"', "FastCache is no longer enabled"),
    ('Revert "Add FastCache"', "the commit that had added FastCache"),
    ("Fix KeyError when pages are empty", "No longer raises a KeyError"),
    ("Fix KeyError when pages are empty", "The endpoint raised a KeyError"),
    ("Fix KeyError when pages are empty", "It now raises a `ValueError`"),
    ("Fix KeyError when pages are empty", "修复前会抛出 KeyError"),
    ("Fix KeyError when pages are empty", "不再会抛出 KeyError"),
    ("Change pages", "The page size need no longer be 1"),
    ("Change pages", "Removes the assertion that the page size must be 1"),
    ("Change pages", "External workers are routed to the plain router"),
    ("Change pages", "Requests are no longer dropped"),
]


def _denies(title: str, clause: str) -> bool:
    return denies(clause, Changes.of(a_commit_of(CODE, message=title)))


@pytest.mark.parametrize(("title", "text"), DENIED)
def test_the_opposite_of_what_the_commit_says_is_found(title: str, text: str) -> None:
    assert any(_denies(title, clause) for clause in text.split(", and "))


@pytest.mark.parametrize(("title", "text"), OPEN)
def test_what_title_and_lines_leave_open_passes(title: str, text: str) -> None:
    assert not _denies(title, text)


def test_an_error_that_the_diff_raises_may_be_told_so() -> None:
    raising = a_change("quill/pages.py", "x = 1\n", "raise KeyError(x)\n")
    changes = Changes.of(a_commit_of(raising, message="Fix silent KeyError"))
    assert not denies("It now raises a KeyError", changes)
