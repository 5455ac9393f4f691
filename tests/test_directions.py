"""A change that is told the wrong way round is found; what the diff does not decide passes."""

import pytest
from builders import a_change
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.directions import NO_CHANGES, Changes, turned_round

unhurried = settings(deadline=None)

CONFIG = a_change(
    "quill/config.py",
    "class Config:\n    text_len: int = 1024\n    retries: int = 3\n    old_name: str = 'a'\n\n\ndef drop_pages(): ...\n\n\ndef keep(): ...\n",
    "class Config:\n    text_len: int = 512\n    retries: int = 5\n    new_name: str = 'a'\n\n\ndef keep(): ...\n\n\ndef check_pages(): ...\n",
    context=9,
)
CHANGES = Changes.of(
    [
        CONFIG,
        a_change("quill/fresh.py", None, "x = 1\n"),
        a_change("quill/stale.py", "x = 1\n", None),
        a_change("tests/new/test_q.py", "x = 1\n", "x = 2\n", was="tests/old/test_q.py"),
    ]
)

RIGHT = [
    "Adds `check_pages`.",
    "Adds the helper check_pages and removes drop_pages.",
    "`check_pages` is added, `drop_pages` is gone.",
    "Removes the function `drop_pages()` from the module.",
    "新增 `check_pages`，删除了 `drop_pages`。",
    "`drop_pages` 已被移除。",
    "`text_len` goes from 1024 to 512.",
    "Lowers `text_len` from 1024 to 512 and raises `retries` to 5.",
    "Halves `text_len`.",
    "`text_len` 由 1024 降为 512，`retries` 提高到 5。",
    "Renames `old_name` to `new_name`.",
    "`new_name` instead of `old_name`.",
    "`old_name` 改名为 `new_name`。",
    "Adds `quill/fresh.py` and deletes `stale.py`.",
    "Moves the tests from `tests/old/test_q.py` to `tests/new/test_q.py`.",
]
TURNED = [
    "Removes `check_pages`.",
    "Drops the unused check_pages.",
    "`check_pages` is gone.",
    "The `check_pages` helper was removed.",
    "Adds `drop_pages`.",
    "Introduces a new function `drop_pages()`.",
    "删除了 `check_pages`。",
    "移除check_pages函数。",
    "`check_pages` 已被删除。",
    "新增 `drop_pages` 函数。",
    "`text_len` goes from 512 to 1024.",
    "`text_len` changes 512 → 1024.",
    "Raises `text_len` from 1024 to 512.",
    "Raises `text_len` to 512.",
    "Increases `text_len`.",
    "Doubles `text_len`.",
    "Lowers `retries`.",
    "The number of attempts is reduced to 5.",
    "`text_len` 由 512 改为 1024。",
    "`text_len` 提高到 512。",
    "把 `retries` 降低到 5。",
    "Renames `new_name` to `old_name`.",
    "`new_name` is replaced by `old_name`.",
    "Uses `old_name` instead of `new_name`.",
    "`new_name` 改为 `old_name`。",
    "Deletes `quill/fresh.py`.",
    "Deletes `config.py`.",
    "Adds `stale.py`.",
    "Moves the tests from `tests/new/test_q.py` to `tests/old/test_q.py`.",
    "Lowers others from 7 to 8.",
    "Good. Removes `check_pages`, which is new; fine.",
]
UNDECIDED = [
    "Removes the limit in `check_pages`.",
    "Adds support for what `drop_pages` did.",
    "Adds tests of `drop_pages`.",
    "Removes `check_pages` calls.",
    "Removes `keep`.",
    "Without `drop_pages` it is faster.",
    "The cache in `check_pages` was removed.",
    "移除了 `check_pages` 中的缓存。",
    "`config.py` 已删除对应条目。",
    "Reverts “Add `drop_pages`”.",
    'Takes back "Remove `check_pages` again".',
    "Raises the throughput, lowers the latency.",
    "Reads `text_len` from 3 to 4 places.",
    "It becomes simpler.",
    "",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_told_as_the_diff_shows_it_passes(text: str) -> None:
    assert turned_round(text, CHANGES) == []


@pytest.mark.parametrize("text", TURNED)
def test_what_is_told_the_other_way_round_is_found(text: str) -> None:
    assert len(turned_round(text, CHANGES)) == 1


@pytest.mark.parametrize("text", UNDECIDED)
def test_what_the_diff_does_not_decide_passes(text: str) -> None:
    """Something else in it, something of somebody else's, or nothing that has a direction."""
    assert turned_round(text, CHANGES) == []


def test_the_clause_alone_is_named() -> None:
    assert turned_round("Good, adds `drop_pages`, and fast.", CHANGES) == ["adds `drop_pages`"]


def test_a_name_that_only_moved_may_be_called_either() -> None:
    moved = Changes.of(
        [
            a_change("a.py", "def load_page(): ...\n", "x = 1\n"),
            a_change("b.py", "y = 1\n", "y = 1\n\n\ndef load_page(): ...\n"),
        ]
    )
    assert turned_round("Removes `load_page`. Adds `load_page`.", moved) == []


def test_without_changes_nothing_is_known() -> None:
    assert turned_round("Removes `check_pages`.", NO_CHANGES) == []


@unhurried
@given(st.text(max_size=200))
def test_any_text_can_be_judged(text: str) -> None:
    turned_round(text, CHANGES)


@pytest.mark.parametrize("unit", ["removes ", "`a` is ", "from 1 to ", "A1b", "a_", "从 1 ", "1.", "`"])
def test_a_hostile_text_keeps_nobody_busy(unit: str) -> None:
    turned_round(unit * (20_000 // len(unit)), CHANGES)
