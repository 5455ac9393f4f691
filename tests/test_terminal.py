"""The digest and the answers of commands in a terminal."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import SAMPLE_NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from made import a_commit, a_digest, an_analysis, an_entry, spoiled, the_areas, the_sample

from analysis.digest.digest import Digest
from analysis.digest.stories import Story, StoryKind
from analysis.entry import Claim, Entry, Theme
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES, Language
from formatters.terminal.answers import areas_text, detail_text, list_text
from formatters.terminal.report import terminal
from formatters.text.plain import clean, columns

AREAS = the_areas()
SEQUENCE = re.compile(r"\x1b\[[\d;]*m")
TEXT = st.lists(
    st.sampled_from(
        ["word ", "缓存", "，", "`code span`", "a/very/long/path.py", "x" * 120, "\x1b[31m", "\x1b]0;t\x07", "\x9b1m", "\u202e",
         "\t", "\n", "\r", "\x07", "🔴", "e\u0301", "\u200d", "[bold]", "[/]", ":smile:", "@everyone"]
    )
    | st.text(max_size=5),
    min_size=1,
    max_size=12,
).map("".join)  # fmt: skip


def a_day(text: str, language: Language = "en") -> Digest:
    facts = (Fact(FactKind.FLAG_ADDED, "--x", "quill/a.py", 3), Fact(FactKind.REVERTS, "x"))
    entries = [spoiled(an_entry(importance=level, facts=facts), text) for level in ("high", "high", "medium", "low")]
    first, second, *_ = (entry.commit.sha for entry in entries)
    story = Story(StoryKind.SERIES, (first, second), first)
    return a_digest(
        *entries, language=language, repo=text, branch=text, notes=(text,), stories=(story,),
        overview=(Theme(text, (first, second)),),
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sample_day(
    quill: Path,
    environ: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    golden: Callable[[str, str], None],
    language: Language,
) -> None:
    """As it lies in tests/golden, to be read: a hundred columns, no colour."""
    monkeypatch.chdir(tmp_path)
    golden(f"quill.{language}.txt", terminal(*the_sample(quill, environ, SAMPLE_NOW, language)))


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(text=TEXT, width=st.integers(40, 120))
def test_no_line_is_wider_than_the_screen_and_nothing_steers_it(text: str, width: int) -> None:
    """Whatever the commits hold: no escape sequence, no control character, no line that the terminal would break."""
    made = terminal(a_day(text), AREAS, width=width)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", made)
    assert max(columns(line) for line in made.splitlines()) <= width


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(text=TEXT)
def test_colours_add_only_colours(text: str) -> None:
    """With them the same stands there, and every sequence is one of ours."""
    day = a_day(text)
    coloured = terminal(day, AREAS, colour=True)
    assert SEQUENCE.search(coloured)
    assert "\x1b" not in SEQUENCE.sub("", coloured)
    assert [line.rstrip() for line in SEQUENCE.sub("", coloured).splitlines()] == terminal(day, AREAS).splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_commit_of_the_day_is_in_it(language: Language) -> None:
    """Whatever its importance."""
    entries = [an_entry(importance=level) for level in ("high", "medium", "low") for _ in range(5)]
    made = terminal(a_digest(*entries, language=language), AREAS)
    assert all(entry.commit.short in made for entry in entries)


def test_a_narrow_screen_is_filled_and_no_narrower_than_forty_columns() -> None:
    """Below that nothing can be read, so the terminal breaks the lines."""
    made = terminal(a_day("word " * 30), AREAS, width=10)
    assert 35 < max(columns(line) for line in made.splitlines()) <= 40


def test_what_is_too_long_to_read_is_shortened_and_whole_where_one_asks_for_it() -> None:
    """Ten thousand characters are no title; `show` has them."""
    title = "Fix " + "word " * 2_000 + "end"
    entry = an_entry(a_commit(title), "high", analysis=an_analysis(title))
    assert len(terminal(a_digest(entry), AREAS)) < 4_000
    assert detail_text(entry, (), AREAS, "en", "UTC", 100, colour=False).count(" end") == 1


def test_lines_that_go_on_stand_below_their_beginning() -> None:
    """A list is read along its marks."""
    overview = (Theme("word " * 30),)
    made = terminal(a_digest(an_entry(), overview=overview), AREAS, width=60)
    lines = made[made.index("· word") :].splitlines()[:3]
    assert [line[:6] for line in lines] == ["· word", "  word", "  word"]


def test_there_is_never_more_than_one_empty_line() -> None:
    """And none at the ends."""
    made = terminal(a_day("x"), AREAS)
    assert "\n\n\n" not in made
    assert made.strip("\n") + "\n" == made


def test_chinese_lines_end_between_characters_and_not_before_a_full_stop() -> None:
    """A line is filled: Chinese has no spaces to break at."""
    effect = "缓存在内存不足时把页面写入磁盘，" * 8 + "完。"
    entry = an_entry(importance="low", analysis=an_analysis(effect=effect, language="zh"))
    shown = detail_text(entry, (), AREAS, "zh", "UTC", 80, colour=False).split("\n\n")[1].splitlines()
    lines = [line.removeprefix("变化").strip() for line in shown]
    assert "".join(lines) == effect
    assert not [line for line in lines if line[0] in "，。"]
    assert all(columns(line) >= 76 for line in shown[:-1])


# -- answers of commands


def shown(entry: Entry, language: Language = "en") -> str:
    return detail_text(entry, (), AREAS, language, "Asia/Shanghai", 100, colour=False)


def test_one_commit_with_everything_known_of_it() -> None:
    """Also where it is of low importance."""
    analysis = an_analysis("It waits.", effect="Slower.", risks=(Claim("It may hang."),))
    commit = a_commit("Wait (#7)", sha="abc1234".ljust(40, "0"), url="https://github.com/example/quill/commit/abc1234")
    fact = Fact(FactKind.DEFAULT_CHANGED, "timeout", "quill/config.py", 3, "1", "2")
    assert shown(an_entry(commit, "high", analysis=analysis, facts=(fact,))).splitlines() == [
        "abc1234 It waits. (#7)",
        "example/quill · Priya Nandakar · 2026-03-12 12:00 (Asia/Shanghai)",
        "● high importance · bug fix · KV cache · +1 −1",
        "https://github.com/example/quill/commit/abc1234",
        "",
        "→ refuses what used to pass",
        "Title               “Wait”",
        "Effect              Slower.",
        "Risks               It may hang.",
        "Facts from the diff `timeout` now defaults to 2 instead of 1  quill/config.py:3",
        "",
        "- a = 1",
        "+ a = 2",
    ]
    assert "重要度低" in shown(an_entry(commit, "low"), "zh")


def test_several_commits_to_choose_from() -> None:
    """Where a question meant more than one, in whatever repository."""
    entries = (an_entry(a_commit("One")), an_entry(a_commit("Two", repo="example/other")))
    made = detail_text(None, entries, AREAS, "en", "UTC", 100, colour=False)
    assert made.startswith("More than one commit matches: give more digits")
    assert "example/quill · 2026-03-12 04:00 · Priya Nandakar" in made
    assert "example/other · 2026-03-12 04:00 · Priya Nandakar" in made


@pytest.mark.parametrize(
    ("count", "more", "expected"),
    [(0, False, "cache: nothing found"), (1, False, "cache: 1 commit"), (2, False, "cache: 2 commits"),
     (2, True, "cache: the first 2 commits; there are more")],
)  # fmt: skip
def test_a_list_says_how_many_there_are(count: int, more: bool, expected: str) -> None:
    """And whether there are more."""
    entries = [an_entry() for _ in range(count)]
    made = list_text("cache", entries, AREAS, "en", "UTC", 100, more=more, colour=False)
    assert made.splitlines()[0] == expected
    assert len(made.splitlines()) == 1 + 2 * count


@settings(max_examples=50, deadline=None)
@given(text=TEXT, width=st.integers(40, 120))
def test_answers_are_as_harmless_as_digests(text: str, width: int) -> None:
    """In titles, authors, repositories, addresses, and what was asked."""
    entry = replace(spoiled(an_entry(), text), late=False)
    entry = replace(entry, commit=replace(entry.commit, url=f"https://example.com/{text}"))
    row = {"name": text, "key": text, "commits": 3, "high": 1, "words": (text, "word")}
    answers = [
        detail_text(entry, (), AREAS, "en", "UTC", width, colour=False),
        list_text(text, [entry, an_entry()], AREAS, "zh", "UTC", width, more=False, colour=False),
        areas_text([row], "en", width, colour=False),
    ]
    for made in answers:
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", made)
        assert max(columns(line) for line in made.splitlines()) <= width
    assert re.sub(r"\s", "", clean(text)) in re.sub(r"\s", "", answers[1])


def test_areas_as_a_table() -> None:
    """Name, key, how many commits, how many important ones, and words that find it."""
    rows = [
        {"name": "KV cache", "key": "kv_cache", "commits": 12, "high": 2, "words": ("cache", "kv")},
        {"name": "AMD", "key": "amd_rocm", "commits": 0, "high": 0, "words": ()},
    ]
    assert areas_text(rows, "en", colour=False).splitlines()[1:] == [
        "KV cache kv_cache 12 2 high cache, kv",
        "AMD      amd_rocm 0",
    ]
