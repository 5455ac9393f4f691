"""Questions in plain words: the days, people, versions and things that they name, in English and Chinese."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.commits.tags import Tag
from analysis.questions.query import Query, Vocabulary, read_query
from analysis.questions.spans import Days, read_days
from analysis.questions.words import cut, inflected, stem
from analysis.triage.areas import general

TODAY = date(2026, 3, 13)  # a Friday
TAGS = (
    Tag("v1.3.0", "c" * 40, datetime(2026, 3, 10, 12, tzinfo=UTC)),
    Tag("v1.2.0", "b" * 40, datetime(2026, 2, 10, 12, tzinfo=UTC)),
)
KNOWN = Vocabulary(general(), ("acme/quill", "acme/ink"), TAGS, lambda name: name in {"Ada Byron", "ada", "Ada"})


def asked(text: str) -> Query:
    return read_query(text, TODAY, KNOWN)


def about(text: str) -> list[str]:
    return [clause.said for clause in asked(text).clauses]


def days(first: str, last: str = "") -> Days:
    return Days(date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("what changed this month?", days("2026-03-01", "2026-03-13")),
        ("what changed early this month?", days("2026-03-01", "2026-03-10")),
        ("mid this month", days("2026-03-11", "2026-03-13")),
        ("late last month", days("2026-02-21", "2026-02-28")),
        ("上旬改了什么", days("2026-03-01", "2026-03-10")),
        ("中旬改了什么", days("2026-03-11", "2026-03-13")),
        ("上月下旬改了什么", days("2026-02-21", "2026-02-28")),
        ("did anything break since Monday?", days("2026-03-09")),
        ("fixed in the last three days", days("2026-03-10", "2026-03-13")),
        ("fixed last week", days("2026-03-02", "2026-03-08")),
        ("over the past week", days("2026-03-06", "2026-03-13")),
        ("between 2026-03-03 and 2026-03-07", days("2026-03-03", "2026-03-07")),
        ("from March 1 to March 5", days("2026-03-01", "2026-03-05")),
        ("before 2026-02-01", days("", "2026-01-31")),
        ("until last Friday", days("", "2026-03-06")),
        ("in December", days("2025-12-01", "2025-12-31")),
        ("in early February 2026", days("2026-02-01", "2026-02-10")),
        ("a week ago", days("2026-03-06", "2026-03-06")),
        ("on the weekend", days("2026-03-07", "2026-03-08")),
        ("in 2025", days("2025-01-01", "2025-12-31")),
        ("周一以来", days("2026-03-09")),
        ("本月", days("2026-03-01", "2026-03-13")),
        ("上周", days("2026-03-02", "2026-03-08")),
        ("最近三天", days("2026-03-10", "2026-03-13")),
        ("三天前", days("2026-03-10", "2026-03-10")),
        ("3月5日之后", days("2026-03-05")),
        ("从3月1日到3月5日", days("2026-03-01", "2026-03-05")),
        ("2025年12月", days("2025-12-01", "2025-12-31")),
        ("2月初", days("2026-02-01", "2026-02-10")),
        ("这周三", days("2026-03-11", "2026-03-11")),
        ("周末", days("2026-03-07", "2026-03-08")),
        ("what may break on the march", Days()),
        ("version 2025 of the cache", Days()),
    ],
)
def test_days_are_read_out_of_a_question(text: str, span: Days) -> None:
    """In either language; a word that only looks like a month is none."""
    assert read_days(text, TODAY)[0] == span


def test_what_says_the_days_is_no_thing_to_look_for() -> None:
    """Nor are the words that only make a question."""
    assert about("what changed for the cache on Blackwell since Monday, please?") == ["cache", "Blackwell"]
    assert about("请问本月有哪些提交改动了缓存？") == ["缓存"]


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("哪些提交动了 AMD 的注意力后端？", ["AMD", "注意力后端"]),
        ("修复了连接泄漏吗", ["修复了", "连接", "泄漏"]),
        ("did speculative decoding get faster?", ["speculative decoding", "faster"]),
        ("--model-checksum and DISK_CACHE_DIR", ["--model-checksum", "DISK_CACHE_DIR"]),
        ("who fixed “connection reset by peer”?", ["connection reset by peer", "fixed", "connection", "reset", "peer"]),
    ],
)
def test_things_are_read_out_of_a_question(text: str, things: list[str]) -> None:
    """Chinese is cut by the dictionary; names of several words stay together."""
    assert about(text) == things


def test_chinese_is_looked_for_by_what_english_commits_call_it() -> None:
    """And an English name by others of the same thing, which count for less."""
    (leak,) = asked("内存泄漏").clauses
    assert "memory leak" in leak.forms
    (spec,) = asked("speculative decoding").clauses
    assert (spec.area, spec.is_area) == ("speculative", True)
    assert "spec decode" in spec.alike


@pytest.mark.parametrize(("text", "sign"), [("faster", "faster"), ("变快了吗", "faster"), ("did it break?", "breaking"), ("安全", "security"), ("was it reverted", "reverted"), ("默认值", "default")])  # fmt: skip
def test_kinds_of_changes_are_known_by_their_words(text: str, sign: str) -> None:
    """In either language."""
    assert [clause.sign.name for clause in asked(text).clauses if clause.sign] == [sign]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("what did Ada Byron change?", "Ada Byron"),
        ("cache fixes by ada", "ada"),
        ("@ada", "ada"),
        ("由 Ada 提交的改动", "Ada"),
        ("is ada a cache?", ""),
        ("written by somebody", ""),
    ],
)
def test_a_person_is_named_in_whole_or_where_the_words_say_so(text: str, person: str) -> None:
    """Part of a name may be any word."""
    assert asked(text).person == person


@pytest.mark.parametrize(
    ("text", "release", "span"),
    [
        ("what is new in v1.3.0?", "v1.3.0", days("2026-02-10", "2026-03-10")),
        ("what is new since 1.2.0", "v1.2.0", days("2026-02-10")),
        ("最新版本之后有哪些修复", "v1.3.0", days("2026-03-10")),
        ("since the last release", "v1.3.0", days("2026-03-10")),
        ("does it need python 3.11?", "", Days()),
    ],
)
def test_a_version_is_what_landed_between_it_and_the_one_before(text: str, release: str, span: Days) -> None:
    """As far as versions are known; another number is a word."""
    query = asked(text)
    assert (query.release, query.days) == (release, span)


def test_a_repository_and_importance_are_read() -> None:
    """By its name alone, or in whole."""
    assert (asked("anything important in quill?").repo, asked("anything important in quill?").least) == (
        "acme/quill",
        2,
    )
    assert asked("acme/ink 有什么重要的").repo == "acme/ink"


@pytest.mark.parametrize("text", ["", "???", "what happened?", "有什么变化吗"])
def test_a_question_may_name_nothing(text: str) -> None:
    assert asked(text).is_empty


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    """Without an error, and within bounds."""
    query = asked(text)
    assert all(clause.forms and all(clause.forms) for clause in query.clauses)
    assert query.days.first is None or query.days.last is None or query.days.first <= query.days.last


def test_words_are_known_by_their_beginnings() -> None:
    """But for short ones, of which many others begin so."""
    assert [stem(word) for word in ("quantization", "verifier", "caches", "ram")] == ["quant", "verif", "cach", "ram"]
    assert "cis" in inflected("ci")
    assert inflected("cache") == ()


def test_a_cut_leaves_as_little_unknown_as_it_can() -> None:
    """Before it takes long words."""
    known = {"缓存", "缓存命中", "命中率", "的"}
    assert cut("缓存命中率的热点", known, 4) == ["缓存", "命中率", "的", "热点"]
