"""Finding commits again, as people look for them."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import NOON, a_commit, an_analysis, an_entry

from analysis.commits.commit import FileChange
from analysis.commits.title import ChangeType
from analysis.errors import BadInput
from analysis.facts import Fact, FactKind
from storage.analyses import Analyses
from storage.commits import Commits
from storage.search import Answer, Question, parse_since, search
from storage.store import Store

NOW = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "s.db")
    yield store
    store.close()


def put(store: Store, message: str, importance: str = "medium", hours: float = 0, **changes: Any) -> None:
    """Store a commit and its triage; what is no field of a commit changes the triage."""
    triage = {name: changes.pop(name) for name in ("areas", "types") if name in changes}
    files = (FileChange("src/main.rs", "modified", 1, 1),)
    commit = a_commit(message, **{"committed_at": NOON + timedelta(hours=hours), "files": files} | changes)
    entry = an_entry(commit, importance, **triage)
    Commits(store).put([commit])
    Commits(store).put_triage([entry])


def titles(answer: Answer) -> list[str]:
    return [entry.commit.subject for entry in answer.entries]


def found(store: Store, words: str = "", **filters: Any) -> list[str]:
    return titles(search(store, Question(words, **filters)))


@pytest.mark.parametrize(
    "words",
    [
        "cache", "CACHE", "cach", "disk cache", "cache disk",
        "QwenImage", "qwenimage", "qwen", "image",
        "max_total_tokens", "total_tok", "tokens",
        "--disk-cache-dir", "disk-cache",
        "缓存", "缓存分配", "缓", "配", "分配",
        "修复 QwenImage 缓存", "QwenImage缓存",
        "naïve", "naive",
    ],
)  # fmt: skip
def test_finds_a_commit_by_words_of_its_title(store: Store, words: str) -> None:
    """Chinese or not, whole or begun, in any order and case."""
    title = "修复QwenImage缓存分配: the disk cache needs max_total_tokens and --disk-cache-dir, naïve"
    put(store, title)
    put(store, "Something else: 修正 存放 the tok")
    assert found(store, words) == [title]


@pytest.mark.parametrize("words", ["ache", "缓分", "QwenVideo", "max_total_token_count", "cache moon"])
def test_does_not_find_what_is_not_there(store: Store, words: str) -> None:
    """All the words must be there, from their beginning, Chinese ones side by side."""
    put(store, "修复缓存分配: the QwenImage cache needs max_total_tokens")
    assert found(store, words) == []


def test_finds_words_of_bodies_paths_authors_facts_and_analyses(store: Store) -> None:
    """Not only titles: wherever a word stands that people remember."""
    commit = a_commit(
        "Do it\n\nThe allocator deadlocked under 高并发.",
        author="Ilse Marrowby",
        files=(FileChange("quill/attention/aiter.py", "modified", 1, 1),),
    )
    fact = Fact(FactKind.FLAG_ADDED, "--radix-eviction", "quill/args.py", 3)
    Commits(store).put([commit])
    Commits(store).put_triage([an_entry(commit, facts=(fact,))])
    Analyses(store).put("example/quill", {commit.sha: an_analysis("页表保留在主机上。", language="zh")}, 1)
    for words in ("deadlocked", "并发", "aiter.py", "attention/aiter", "Marrowby", "radix-eviction", "页表"):
        assert found(store, words) == ["Do it"], words


# -- the order


def test_titles_come_before_mentions_then_the_important_then_the_new(store: Store) -> None:
    """What somebody looks for is most likely what is called so; of equals the newest."""
    put(store, "Mention high\n\nthe scheduler", "high", hours=9)
    put(store, "Scheduler low", "low", hours=5)
    put(store, "Scheduler high old", "high", hours=1)
    put(store, "Scheduler high new", "high", hours=2)
    put(store, "Scheduler medium", "medium", hours=4)
    put(store, "Mention low\n\nthe scheduler", "low", hours=20)
    assert found(store, "scheduler") == [
        "Scheduler high new",
        "Scheduler high old",
        "Scheduler medium",
        "Scheduler low",
        "Mention high",
        "Mention low",
    ]


def test_a_title_found_long_ago_is_not_crowded_out_by_mentions(store: Store) -> None:
    """However many newer commits only mention the word."""
    put(store, "Scheduler", "low", hours=-100)
    made = [an_entry(a_commit(f"Other {n}\n\nscheduler")) for n in range(320)]
    Commits(store).put(entry.commit for entry in made)
    Commits(store).put_triage(made)
    answer = search(store, Question("scheduler"), limit=5)
    assert titles(answer)[0] == "Scheduler"
    assert (len(answer.entries), answer.more) == (5, True)


def test_says_whether_there_is_more(store: Store) -> None:
    """A list that ends at its limit is told from one that is complete."""
    for number in range(3):
        put(store, f"Cache {number}")
    assert not search(store, Question("cache"), limit=3).more
    assert search(store, Question("cache"), limit=2).more


# -- filters


def test_filters_by_time(store: Store) -> None:
    """From `since` on, before `until`."""
    for hours in range(4):
        put(store, f"Cache {hours}", hours=hours)
    since, until = NOON + timedelta(hours=1), NOON + timedelta(hours=3)
    assert found(store, "cache", since=since, until=until) == ["Cache 2", "Cache 1"]
    assert found(store, "cache", since=until) == ["Cache 3"]
    assert found(store, "cache", until=since) == ["Cache 0"]


def test_a_commit_from_before_1970_is_found(store: Store) -> None:
    """A clock that was never set gives commits too."""
    put(store, "Cache", committed_at=datetime(1969, 12, 31, tzinfo=UTC))
    assert found(store, "cache") == ["Cache"]


def test_filters_by_area_type_importance_and_repository(store: Store) -> None:
    """Each is exact: an area whose name only begins alike is another one. All that are given must hold."""
    put(store, "One", "high", areas=("ci", "docs"), types=(ChangeType.BUGFIX, ChangeType.BREAKING))
    put(store, "Two", "medium", areas=("circuits",), types=(ChangeType.DOCS,))
    put(store, "Three", "low", areas=(), repo="example/quills")
    assert found(store, areas=("ci",)) == ["One"]
    assert found(store, areas=("ci", "docs")) == ["One"]
    assert found(store, areas=("ci", "circuits")) == []
    assert found(store, types=("breaking",)) == ["One"]
    assert found(store, least=1) == ["One", "Two"]
    assert found(store, least=2) == ["One"]
    assert found(store, repos=("example/quill",)) == ["One", "Two"]
    assert found(store, repos=("Example/Quills",)) == ["Three"]
    assert found(store, repos=("example/quill", "example/quills")) == ["One", "Two", "Three"]


def test_repositories_whose_names_differ_by_a_sign_are_kept_apart(store: Store) -> None:
    """example/a-b is not example/ab."""
    put(store, "One", repo="example/a-b")
    put(store, "Two", repo="example/ab")
    assert found(store, repos=("example/a-b",)) == ["One"]
    assert found(store, repos=("example/a_b",)) == []
    assert found(store, "One", repos=("!?",)) == []


def test_a_renamed_repository_is_found_under_its_new_name(store: Store) -> None:
    """And no longer under its old one."""
    put(store, "One")
    Commits(store).rename("example/quill", "example/feather")
    assert found(store, repos=("example/feather",)) == ["One"]
    assert found(store, repos=("example/quill",)) == []


@pytest.mark.parametrize("author", ["Priya Nandakar", "priya", "Nandakar", "PriyaN", "@priyan", "Pri", "林", "林知远"])
def test_filters_by_any_part_of_an_authors_name_or_account(store: Store, author: str) -> None:
    """As people remember each other."""
    put(store, "One", author="Priya Nandakar 林知远", login="priyan")
    put(store, "Two", author="Tobias Renk")
    assert found(store, authors=(author,)) == ["One"]


def test_words_and_filters_hold_together(store: Store) -> None:
    """Both."""
    put(store, "Cache one", areas=("amd_rocm",))
    put(store, "Cache two", areas=("docs",))
    put(store, "Other", areas=("amd_rocm",))
    assert found(store, "cache", areas=("amd_rocm",)) == ["Cache one"]


@pytest.mark.parametrize("name", ["areas", "types", "authors"])
def test_a_filter_without_letters_is_told_as_a_mistake(store: Store, name: str) -> None:
    """It would match everything."""
    given: dict[str, Any] = {name: ("!?",)}
    with pytest.raises(BadInput, match="give it as commits write it"):
        search(store, Question("cache", **given))


def test_nothing_to_look_for_is_told_as_a_mistake(store: Store) -> None:
    """A search for nothing is not a search for everything."""
    with pytest.raises(BadInput, match="nothing to search for"):
        search(store, Question())


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=st.text(), name=st.text(min_size=1, max_size=5))
def test_any_text_is_answered_or_refused_in_a_sentence(store: Store, words: str, name: str) -> None:
    """Quotes, operators, signs of any script: nothing that is typed breaks the search."""
    for question in (Question(words), Question(words, authors=(name,)), Question(words, repos=(name,))):
        with suppress(BadInput):
            search(store, question)


@pytest.mark.parametrize(
    "words",
    ['"', '"a', "a AND", "NOT a", "a OR b", "NEAR(a b)", "title:a", "a*", "^a", "{a b}", "a - b", "-a", "a\x00b", "'"],
)
def test_the_indexs_own_language_is_only_text(store: Store, words: str) -> None:
    """Operators of SQLite's index mean nothing here."""
    put(store, f"This is {words} or so and not near(a b) title a")
    if any(char.isalnum() for char in words):
        assert len(found(store, words)) == 1
    else:
        with pytest.raises(BadInput):
            found(store, words)


# -- spans of time


@pytest.mark.parametrize(
    ("text", "ago"),
    [("12h", 0.5), ("7d", 7), ("3W", 21), (" 2m ", 60), ("1y", 365), ("0d", 0)],
)
def test_reads_a_span_back_from_now(text: str, ago: float) -> None:
    """Hours, days, weeks, months, years."""
    assert parse_since(text, NOW) == NOW - timedelta(days=ago)


def test_reads_a_day_on_the_askers_clocks() -> None:
    """Somebody in Shanghai who says 12 March means theirs; as an end, the day is included."""
    now = NOW.astimezone(ZoneInfo("Asia/Shanghai"))
    assert parse_since("2026-03-12", now) == datetime(2026, 3, 11, 16, tzinfo=UTC)
    assert parse_since("2026-03-12", now, last=True) == datetime(2026, 3, 12, 16, tzinfo=UTC)
    assert parse_since("yesterday", now) == datetime(2026, 3, 11, 16, tzinfo=UTC)
    assert parse_since("wednesday", now) == datetime(2026, 3, 10, 16, tzinfo=UTC)


def test_a_day_on_which_clocks_change_has_its_own_length() -> None:
    """23 hours in Berlin's spring."""
    now = datetime(2026, 4, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    start, end = parse_since("2026-03-29", now), parse_since("2026-03-29", now, last=True)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=23)


def test_a_moment_with_its_own_zone_keeps_it() -> None:
    """And one with an hour is no whole day."""
    there = timezone(timedelta(hours=8))
    assert parse_since("2026-03-12T10:00+08:00", NOW) == datetime(2026, 3, 12, 10, tzinfo=there)
    assert parse_since("2026-03-12T10:00", NOW, last=True) == datetime(2026, 3, 12, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "soon", "7", "d", "7x", "-7d", "²d", "9999y", "2026-13-01", "2026-02-30", "99999d"]
)
def test_what_is_no_span_is_told_what_to_write(text: str) -> None:
    """With an example."""
    with pytest.raises(BadInput, match="7d"):
        parse_since(text, NOW)


@given(st.text(max_size=20))
def test_any_text_is_a_time_or_refused_in_a_sentence(text: str) -> None:
    """Nothing that is typed is an error of ours."""
    for last in (False, True):
        with suppress(BadInput):
            assert parse_since(text, NOW, last=last).tzinfo


def test_the_end_of_the_calendar_is_refused(store: Store) -> None:
    """There is no day after it."""
    with pytest.raises(BadInput, match="outside the calendar"):
        parse_since("9999-12-31", NOW, last=True)
    put(store, "Cache")
    assert found(store, "cache", since=parse_since("0001-01-01", NOW)) == ["Cache"]


@pytest.mark.parametrize("words", ["缓存", "缓存分配", "AMD 分配器"])
def test_chinese_terms_find_english_commits(store: Store, words: str) -> None:
    """Titles stay as their authors wrote them; who reads Chinese finds them all the same."""
    put(store, "Fix the cache allocation of the AMD allocator")
    put(store, "Fix the scheduler")
    assert [entry.commit.subject for entry in search(store, Question(words)).entries] == [
        "Fix the cache allocation of the AMD allocator"
    ]
