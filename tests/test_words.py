"""How text becomes words for the index, and a question a query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import BadInput
from analysis.i18n.typography import fold
from analysis.questions.words import words_of
from storage.words import query, tag


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fix the KV cache", "fix the kv cache"),
        ("QwenImage", "qwenimage qwen image"),
        ("HTTPServer2", "httpserver2 http server 2"),
        ("max_total_tokens", "max total tokens"),
        ("--disk-cache-dir", "disk cache dir"),
        ("quill/cache/disk_store.py", "quill cache disk store py"),
        ("缓存分配", "缓存 存分 分配 配"),
        ("修复KVCache泄漏", "修复 复 kvcache kv cache 泄漏 漏"),
        ("", ""),
        ("→ … 🚀", ""),
    ],
)
def test_text_is_cut_into_words(text: str, expected: str) -> None:
    """Names whole and in parts, Chinese as pairs of characters."""
    assert words_of(text) == expected


def test_a_property_has_one_word_for_every_spelling() -> None:
    """Case, spaces and signs do not matter."""
    assert tag("author", "Simo Lin") == tag("author", "@simo-lin") == "authorsimolin"
    assert tag("author", "林知远") == "author林知远"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++ headers", '"c" AND "headers" *'),
        ("C#", '"c"'),
        ("cache", '"cache" *'),
        ("disk_store", '"disk" * AND "store" *'),
        ("缓存", '("缓存" OR ("cache" * OR "caching" *))'),
        ("缓存分配", '("缓存 存分 分配" OR ("cache" * OR "caching" *) AND ("allocation" *))'),
        ("缓存很好", '"缓存 存很 很好"'),
        ("缓", '"缓" *'),
        ("AMD 缓存", '"amd" * AND ("缓存" OR ("cache" * OR "caching" *))'),
        ('a" OR title:"b', '"a" * AND "or" * AND "title" * AND "b" *'),
    ],
)
def test_a_question_becomes_a_query_for_all_its_words(text: str, expected: str) -> None:
    """Each as the start of a word; what looks like the index's own language is only words."""
    assert query(text) == expected


def test_a_query_can_ask_one_column_and_for_properties() -> None:
    """As the search needs it."""
    assert query("a b", ['"areaamd"', '"x" OR "y"'], "title") == (
        'title : "a" * AND title : "b" * AND tags : ("areaamd") AND tags : ("x" OR "y")'
    )


@pytest.mark.parametrize("text", ["", "  ", '"', "*", "()", "→"])
def test_a_question_without_words_is_told_what_to_give(text: str) -> None:
    """An empty answer would look like nothing found."""
    with pytest.raises(BadInput, match="give a word, an identifier, or a filter"):
        query(text)


@given(st.text())
def test_any_text_gives_words_and_a_query_or_says_that_there_is_nothing(text: str) -> None:
    """Nothing that is typed is an error of ours."""
    assert "  " not in words_of(text)
    try:
        assert query(text)
    except BadInput:
        assert words_of(fold(text)) == ""
