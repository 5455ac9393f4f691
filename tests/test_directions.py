"""A change that is told the wrong way round is found; what the diff does not decide passes."""

import pytest
from builders import a_change, a_commit_of
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.commits.commit import FileChange
from analysis.facts import facts_of
from analysis.llm.verify.changes import NO_CHANGES, Changes
from analysis.llm.verify.directions import turned_round

unhurried = settings(deadline=None)

CONFIG = a_change(
    "quill/config.py",
    "class Config:\n    text_len: int = 1024\n    retries: int = 3\n    old_name: str = 'a'\n\n\ndef drop_pages(): ...\n\n\ndef keep(): ...\n",
    "class Config:\n    text_len: int = 512\n    retries: int = 5\n    new_name: str = 'a'\n\n\ndef keep(): ...\n\n\ndef check_pages(): ...\n",
    context=9,
)
LOADER = a_change(
    "quill/loader.py",
    "import zlib\nfrom quill import (\n    old_pages,\n    plain_pages,\n)\n",
    "import json\nfrom quill import (\n    fast_pages,\n    plain_pages,\n)\n",
)
CHANGES = Changes.of(
    a_commit_of(
        CONFIG,
        LOADER,
        a_change("quill/fresh.py", None, "x = 1\n"),
        a_change("quill/stale.py", "x = 1\n", None),
        a_change("tests/new/test_q.py", "x = 1\n", "x = 2\n", was="tests/old/test_q.py"),
        message="Move page checks to cpu",
    )
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
    "`new_name` replaces `old_name`.",
    "`old_name` 改名为 `new_name`。",
    "Adds `quill/fresh.py` and deletes `stale.py`.",
    "Moves the tests from `tests/old/test_q.py` to `tests/new/test_q.py`.",
    "`loader.py` now imports `fast_pages`, and no longer imports `old_pages`.",
    "`loader.py` loses `old_pages` and gains `fast_pages`.",
    "`fast_pages` is now used; `old_pages` is no longer called.",
    "`loader.py` 不再导入 `old_pages`，改为导入 `fast_pages`。",
    "The checks move from the GPU to the CPU, and run on the CPU instead of the GPU.",
    "检查从 GPU 移到 CPU。",
    "The default text length is halved.",
    "默认文本长度减半。",
    "Copies the pages back from the CPU to the GPU.",
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
    "`old_name` replaces `new_name`.",
    "Uses `old_name` instead of `new_name`.",
    "`new_name` 改为 `old_name`。",
    "Deletes `quill/fresh.py`.",
    "Deletes `config.py`.",
    "Adds `stale.py`.",
    "Moves the tests from `tests/new/test_q.py` to `tests/old/test_q.py`.",
    "Lowers others from 7 to 8.",
    "Good. Removes `check_pages`, which is new; fine.",
    "Removes `keep`.",  # stands around what changed
    "`keep` is new.",
    "删除了函数 `keep`。",
    "`plain_pages` is no longer imported.",
    "Renames `plain_pages`.",
    "`loader.py` no longer imports `fast_pages`.",
    "`loader.py` now imports `old_pages`.",
    "`loader.py` gains `old_pages`.",
    "`fast_pages` no longer exists.",
    "`fast_pages` is no longer used.",
    "不再调用 `fast_pages`。",
    "现在使用 `old_pages`。",
    "The checks move from the CPU to the GPU.",
    "The checks run on the GPU instead of the CPU.",
    "检查从 CPU 移到 GPU。",
    "The code moves from `fresh.py` to `config.py`.",
    "The code moves from `config.py` to `stale.py`.",
    "The default text length is doubled.",
    "Halves `retries`.",
]
UNDECIDED = [
    "Removes the limit in `check_pages`.",
    "Adds support for what `drop_pages` did.",
    "Adds tests of `drop_pages`.",
    "Removes `check_pages` calls.",
    "Without `drop_pages` it is faster.",
    "The cache in `check_pages` was removed.",
    "移除了 `check_pages` 中的缓存。",
    "`config.py` 已删除对应条目。",
    "Reverts “Add `drop_pages`”.",
    'Takes back "Remove `check_pages` again".',
    "Raises the throughput, lowers the latency.",
    "Reads `text_len` from 3 to 4 places.",
    "It becomes simpler.",
    "The throughput is doubled.",
    "Raises a `ValueError` when `retries` is odd.",
    "Removes the import of `plain_pages`.",
    "Adds a comment above `keep`.",
    "Adds tests that call `keep`.",
    "新增对 `keep` 的检查。",
    "删除了 `keep` 的注释。",
    "`loader.py` no longer imports it lazily.",
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
        a_commit_of(
            a_change("a.py", "def load_page(): ...\n", "x = 1\n"),
            a_change("b.py", "y = 1\n", "y = 1\n\n\ndef load_page(): ...\n"),
        )
    )
    assert turned_round("Removes `load_page`. Adds `load_page`.", moved) == []
    assert turned_round("`a.py` gains `load_page`. `b.py` loses `load_page`.", moved) == [
        "`a.py` gains `load_page`",
        "`b.py` loses `load_page`",
    ]


def test_where_a_part_of_the_diff_is_not_seen_what_stands_around_may_have_changed_there() -> None:
    unseen = FileChange("quill/large.py", "modified", 9_000, 0, unseen="too large")
    assert turned_round("Removes `keep`.", Changes.of(a_commit_of(CONFIG, unseen))) == []


def test_what_a_fact_proves_counts_whatever_else_the_lines_hold() -> None:
    """`rank` is a requirement, and a word of a comment that came."""
    commit = a_commit_of(
        a_change("requirements.txt", "rank>=2\ntyper\n", "typer\n"),
        a_change("quill/pages.py", "x = 1\n", "x = 1  # rank of a page\n"),
    )
    changes = Changes.of(commit, facts_of(commit))
    assert turned_round("Removes `rank`.", changes) == []
    assert turned_round("`rank` is new.", changes) == ["`rank` is new"]


def test_where_one_number_changed_a_chinese_word_for_it_will_do() -> None:
    halved = Changes.of(a_commit_of(a_change("quill/config.py", "text_len = 1024\n", "text_len = 512\n")))
    assert turned_round("默认文本长度加倍。", halved) == ["默认文本长度加倍"]
    assert turned_round("默认文本长度减半。", halved) == []


def test_a_short_sha_is_the_one_that_the_diff_shows() -> None:
    old, new = "b1860dc4949e94241eb38503abd7b62eb62d36f6", "be055fb7df0090fde45f08e9cb5b8b4c0272da73"
    pinned = Changes.of(a_commit_of(a_change("kernel.cmake", f"GIT_TAG {old}\n", f"GIT_TAG {new}\n")))
    assert turned_round(f"The tag goes from `{old[:7]}` to `{new[:7]}`.", pinned) == []
    assert len(turned_round(f"The tag goes from `{new[:7]}` to `{old[:7]}`.", pinned)) == 1


def test_without_changes_nothing_is_known() -> None:
    assert turned_round("Removes `check_pages`.", NO_CHANGES) == []


@unhurried
@given(st.text(max_size=200))
def test_any_text_can_be_judged(text: str) -> None:
    turned_round(text, CHANGES)


@pytest.mark.parametrize("unit", ["removes ", "`a` is ", "from 1 to ", "A1b", "a_", "从 1 ", "1.", "`"])
def test_a_hostile_text_keeps_nobody_busy(unit: str) -> None:
    turned_round(unit * (20_000 // len(unit)), CHANGES)
