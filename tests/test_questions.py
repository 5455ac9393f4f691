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
KNOWN = Vocabulary(
    general(),
    ("acme/quill", "acme/ink"),
    TAGS,
    lambda name: name in {"Ada Byron", "ada", "Ada", "Wren", "林知远", "陈一涵", "Иван Петров"},
)


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
        ("fixed in the last three days", days("2026-03-11", "2026-03-13")),
        ("fixed last week", days("2026-03-02", "2026-03-08")),
        ("over the past week", days("2026-03-07", "2026-03-13")),
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
        ("最近三天", days("2026-03-11", "2026-03-13")),
        ("三天前", days("2026-03-10", "2026-03-10")),
        ("3月5日之后", days("2026-03-05")),
        ("从3月1日到3月5日", days("2026-03-01", "2026-03-05")),
        ("2025年12月", days("2025-12-01", "2025-12-31")),
        ("2月初", days("2026-02-01", "2026-02-10")),
        ("这周三", days("2026-03-11", "2026-03-11")),
        ("周末", days("2026-03-07", "2026-03-08")),
        ("what broke yesterday morning", days("2026-03-12", "2026-03-12")),
        ("周一下午改了什么", days("2026-03-09", "2026-03-09")),
        ("last night", days("2026-03-12", "2026-03-12")),
        ("in the last 24 hours", days("2026-03-12", "2026-03-13")),
        ("the week before last", days("2026-02-23", "2026-03-01")),
        ("上上周", days("2026-02-23", "2026-03-01")),
        ("上上个月", days("2026-01-01", "2026-01-31")),
        ("what changed on the 12th?", days("2026-03-12", "2026-03-12")),
        ("between the 3rd and the 5th", days("2026-03-03", "2026-03-05")),
        ("12号改了什么", days("2026-03-12", "2026-03-12")),
        ("what landed in Q1 2026?", days("2026-01-01", "2026-03-13")),
        ("上季度", days("2025-10-01", "2025-12-31")),
        ("H2 2025", days("2025-07-01", "2025-12-31")),
        ("2026年上半年", days("2026-01-01", "2026-03-13")),
        ("2025年第四季度", days("2025-10-01", "2025-12-31")),
        ("March 5-7", days("2026-03-05", "2026-03-07")),
        ("from March 5 to 7", days("2026-03-05", "2026-03-07")),
        ("between the 3rd and the 5th of March", days("2026-03-03", "2026-03-05")),
        ("3月5日至7日", days("2026-03-05", "2026-03-07")),
        ("2026-03-01..2026-03-05", days("2026-03-01", "2026-03-05")),
        ("on 12.03.", days("2026-03-12", "2026-03-12")),
        ("what may break on the march", Days()),
        ("on the 3rd attempt", Days()),
        ("may 64 threads hang", Days()),
        ("tiles of 16/32/64", Days()),
        ("python 3.12.", Days()),
        ("the q4_k kernels", Days()),
        ("2月30个提交", Days()),
        ("version 2025 of the cache", Days()),
    ],
)
def test_days_are_read_out_of_a_question(text: str, span: Days) -> None:
    """In either language; a word that only looks like a month is none."""
    assert read_days(text, TODAY).days == span


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("what changed on 2026-02-30?", "none"), ("Feb 30", "none"), ("2月30日", "none"), ("the 31st of April", "none"), ("2026-13", "none"),
        ("April 29-31", "none"), ("31.02.2026", "none"), ("32nd of March", "none"), ("next week", "coming"), ("下个月", "coming"), ("H1 2027", "coming"), ("on Feb 29", "none"), ("what landed on 3-12?", "either"), ("since 03/12", "either"), ("on 4/3/2026", "either"),
        ("what lands tomorrow", "coming"), ("in May 2027", "coming"), ("这周六", "coming"), ("on 2027-01-01", "coming"), ("2027年", "coming"),
    ],
)  # fmt: skip
def test_what_is_no_day_is_no_word_either(text: str, why: str) -> None:
    """Without it the question would be another one, so it is told instead."""
    wrong = read_days(text, TODAY).wrong
    assert wrong is not None
    assert (wrong.why, wrong.text in text) == (why, True)
    assert asked(text).unclear is not None


@given(day=st.dates(date(2000, 1, 1), TODAY), form=st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d %B %Y", "%B %d, %Y", "%Y年%m月%d日", "%Y%m%d"]))  # fmt: skip
def test_a_day_with_its_year_is_read_in_any_form(day: date, form: str) -> None:
    """Alone and within a question, and nothing of it is left as a word."""
    text = day.strftime(form)
    for question in (text, f"what changed on {text}?", f"{text} 改了什么"):
        query = asked(question)
        assert (query.days, query.clauses, query.unclear) == (Days(day, day), (), None)


@given(count=st.integers(2, 400), unit=st.sampled_from(["days", "天"]))
def test_so_many_days_are_so_many(count: int, unit: str) -> None:
    text = f"the last {count} days" if unit == "days" else f"最近{count}天"
    span = read_days(text, TODAY).days
    assert span.first is not None
    assert ((TODAY - span.first).days + 1, span.last) == (count, TODAY)


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
        ("by 林知远", "林知远"),
        ("请问林知远提交了什么", "林知远"),
        ("fixes by Иван Петров", "Иван Петров"),
    ],
)
def test_a_person_is_named_in_whole_or_where_the_words_say_so(text: str, person: str) -> None:
    """Part of a name may be any word."""
    assert asked(text).people == ((person,) if person else ())


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("what did Wren and Ada change?", ("Wren", "Ada")),
        ("fixes by Wren, Ada Byron", ("Wren", "Ada Byron")),
        ("Wren's and Ada's fixes", ("Wren", "Ada")),
        ("林知远和陈一涵改了什么", ("林知远", "陈一涵")),
        ("由林知远、Wren 提交的修复", ("林知远", "Wren")),
        ("fixes by Wren and tests", ("Wren",)),
    ],
)
def test_several_people_are_meant_together(text: str, people: tuple[str, ...]) -> None:
    """Any of them; none of them is a word to look for."""
    query = asked(text)
    assert query.people == people
    assert all(clause.sign for clause in query.clauses)


@pytest.mark.parametrize("text", ["what did @nobody change?", "fixes by @nobody", "commits by Prya"])
def test_who_is_nobody_is_no_word(text: str) -> None:
    unclear = asked(text).unclear
    assert unclear is not None
    assert unclear.why == "person"
    assert asked("the @lru_cache of the scheduler").unclear is None


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("who wrote the most?", "authors"), ("谁提交最多？", "authors"), ("top contributors this month", "authors"), ("who changed the scheduler the most", "authors"), ("who is the most active contributor?", "authors"), ("who touched the scheduler most?", "authors"), ("has anyone new contributed?", "newcomers"),
        ("who are the new contributors?", "newcomers"), ("最近有哪些新贡献者", "newcomers"), ("how many commits yesterday?", "commits"), ("昨天有多少提交", "commits"),
        ("who wrote the most recent fix", ""), ("the new scheduler", ""),
    ],
)  # fmt: skip
def test_what_is_to_be_counted_is_no_word(text: str, counts: str) -> None:
    assert asked(text).counts == counts
    assert not counts or all(clause.said == "scheduler" for clause in asked(text).clauses)


@pytest.mark.parametrize("text", ["what changed since the last release?", "what is new in the latest version", "since v0.9", "最新版本之后有哪些修复"])  # fmt: skip
def test_a_release_that_is_not_known_is_told(text: str) -> None:
    """Rather than looked for as a word; `bump to the latest version of torch` asks for no time."""
    unclear = read_query(text, TODAY, Vocabulary(general())).unclear
    assert unclear is not None
    assert unclear.why == "release"
    assert read_query("bump to the latest version of torch", TODAY, Vocabulary(general())).unclear is None


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
