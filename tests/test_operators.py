"""Words that change the rest of a question: each has an effect that is said, or the question is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.i18n.words import WORDS
from analysis.questions.follow_up import places_within, several_pointed_at
from analysis.questions.operators import operators
from analysis.questions.query import Query, Vocabulary, read_query
from analysis.questions.signs import filling
from analysis.questions.spans import read_days
from analysis.triage.areas import general
from formatters.asking import understood

TODAY = date(2026, 3, 13)  # a Friday
KNOWN = Vocabulary(general(), ("acme/quill",), (), lambda name: name in {"Ada", "Ada Byron", "林知远"})

OPERATORS = [
    "not", "without", "except", "except for", "excluding", "everything but", "other than", "before", "after", "until", "between",
    "more than", "how many", "how much", "count", "the first", "the last two", "the oldest", "the most", "these", "those",
    "notify me about", "keep me posted on", "every Monday", "overnight", "at 10:00", "30 minutes ago", "in the next release",
    "除了", "不包括", "不是", "不含", "之前", "之后", "超过", "多少", "第二个", "最早的", "倒数第二个", "这些", "通知我", "每周", "刚才", "上次发布以来",
]  # fmt: skip
FILTERS = ["by Ada", "on AMD", "tests", "AMD", "fixes", "yesterday", "since Monday", "林知远的", "昨天", "文档"]
FILLERS = ["", "please", "the", "commits", "what changed", "请问", "吗", "的提交"]


def asked(text: str) -> Query:
    return read_query(text, TODAY, KNOWN)


def is_told(query: Query, operator: str) -> bool:
    """Whether a question says what its operator does, or that it is looked for, or is refused."""
    said = understood(query, "en")
    if any(word in said for word in operator.split() if word != "the"):
        return True
    effects = ("not by", "without", "of the last list", "until", " to ", "since", "on 20")
    is_effective = query.not_by or query.without or query.of_list or query.counts or query.hours
    return bool(query.unclear or query.aside) or (bool(is_effective) or any(one in said for one in effects))


@given(
    operator=st.sampled_from(OPERATORS),
    first=st.sampled_from(FILTERS),
    filler=st.sampled_from(FILLERS),
    behind=st.booleans(),
)
def test_an_operator_has_an_effect_or_is_refused(operator: str, first: str, filler: str, behind: bool) -> None:
    """Whatever it stands beside, and whatever courtesy is around it."""
    words = [operator, first, filler] if behind else [filler, first, operator]
    assert is_told(asked(" ".join(filter(None, words))), operator)


@given(
    operator=st.sampled_from(["not", "without", "except", "除了", "不包括"]),
    target=st.sampled_from(["AMD", "tests", "Ada", "文档"]),
)
def test_what_is_left_out_is_not_asked_for(operator: str, target: str) -> None:
    query = asked(f"{operator} {target}")
    assert (query.clauses, query.people, query.unclear) == ((), (), None)
    assert target in understood(query, "en")


def test_no_filling_word_is_an_operator() -> None:
    """What changes a question cannot be dropped as a word that only fills."""
    assert [word for word in sorted(filling()) if any(operators(word))] == []


@pytest.mark.parametrize("kind", sorted(WORDS.patterns("operators")))
def test_each_kind_is_known_in_both_languages(kind: str) -> None:
    assert sum(kind in table for table in (WORDS["operators"],)) == 1
    assert any(not word.isascii() for word in WORDS["operators"][kind])
    assert any(word.isascii() for word in WORDS["operators"][kind])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("first token latency", "words: first token, latency"),
        ("next token on AMD", "AMD, words: next, token"),
        ("commits without tests since Monday", "without tests, since 2026-03-09"),
        ("anything but tests and docs on AMD", "AMD, without tests, docs"),
        ("除了测试和文档，AMD 有什么变化", "AMD, without 测试, 文档"),
        ("what did anyone but Ada change?", "not by Ada"),
        ("AMD fixes in the last 12 hours", "AMD, fixes, in the last 12 hours"),
        ("删除了哪些文档", "删除了, 文档"),
        ("AMD кэш", "AMD, words: кэш"),
    ],
)
def test_every_word_is_told(text: str, said: str) -> None:
    """As a filter, or as a word that is looked for."""
    query = asked(text)
    assert query.unclear is None
    assert understood(query, "en") == said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("what did Zoltan do?", "person"), ("what did Ada and Zoltan change?", "person"), ("Zoltan's commits", "person"), ("张三改了什么？", "person"),
        ("when was the last release?", "release"), ("what is in v0.9?", "release"), ("which release has the fix?", "release"), ("最近一次发布是什么时候？", "release"),
        ("what was not reverted?", "exclusion"), ("commits before the refactor", "comparison"), ("how many files changed?", "amount"),
        ("notify me when AMD lands", "wish"), ("关注 AMD", "wish"), ("2026-03-12 10:00", "hours"), ("the first commit by Ada", "order"), ("the first week of March", "order"), ("was it reverted?", "place"), ("它回滚了吗", "place"), ("did the fix ship?", "release"), ("Q5 2026", "day"),
    ],
)  # fmt: skip
def test_what_nothing_takes_is_refused(text: str, why: str) -> None:
    unclear = asked(text).unclear
    assert unclear is not None
    assert unclear.why == why
    assert unclear.text in text


def test_in_a_long_question_an_operator_is_only_mentioned() -> None:
    """It tells a story, of which most words are looked for."""
    query = asked("why does the gateway not answer after the worker pool drains its queue on shutdown?")
    assert query.unclear is None
    assert query.aside == ("not", "after")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("the week of March 9", "2026-03-09", "2026-03-13"), ("week 10", "2026-03-02", "2026-03-08"), ("CW10", "2026-03-02", "2026-03-08"), ("2026-W10", "2026-03-02", "2026-03-08"),
        ("第十周", "2026-03-02", "2026-03-08"), ("3月4日那周", "2026-03-02", "2026-03-08"), ("last year", "2025-01-01", "2025-12-31"), ("year to date", "2026-01-01", "2026-03-13"),
        ("三月五号", "2026-03-05", "2026-03-05"), ("today so far", "2026-03-13", "2026-03-13"),
    ],
)  # fmt: skip
def test_days_of_the_calendar_are_read(text: str, first: str, last: str) -> None:
    days = read_days(text, TODAY).days
    assert (str(days.first), str(days.last)) == (first, last)


@pytest.mark.parametrize(
    "text", ["二月三十号", "三月三十二日", "32 March", "March 0", "week 60", "第60周", "下周一", "2026-W54"]
)
def test_days_that_do_not_exist_are_told(text: str) -> None:
    assert read_days(text, TODAY).wrong is not None


@pytest.mark.parametrize(
    ("text", "places"),
    [("show 1,2", (1, 2)), ("show 1 and 3", (1, 3)), ("show 2-4", (2, 3, 4)), ("the last two", (4, 5)), ("前三个", (1, 2, 3)), ("show all", (1, 2, 3, 4, 5)), ("the two fixes", ())],
)  # fmt: skip
def test_several_commits_of_a_list_are_pointed_at(text: str, places: tuple[int, ...]) -> None:
    assert several_pointed_at(text, 5) == places


@pytest.mark.parametrize(("text", "places"), [("was the first one reverted?", [1]), ("第二个是谁写的？", [2]), ("倒数第二个", [-2]), ("who wrote the last?", [-1]), ("the first token", [])])  # fmt: skip
def test_a_commit_of_a_list_is_named_within_a_question(text: str, places: list[int]) -> None:
    assert [place for _, _, place in places_within(text)] == places
