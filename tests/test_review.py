"""A week looked back on: what mattered, what came back, what to try, who was new; from what is known alone."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import SAMPLE_NOW
from html_reader import HOSTILE, Page
from made import NOON, a_commit, an_entry, spoiled, the_areas, the_sample

from analysis.commit import FileChange
from analysis.entry import LANGUAGES, Entry, Language
from analysis.errors import NotFound
from analysis.facts import Fact, FactKind
from analysis.period import Day, count_day
from analysis.review import Review, review
from analysis.title import ChangeType
from analysis.window import Window
from bot.config import load
from bot.core import Core
from bot.review import look_back
from formatters.review import review_json, review_markdown, review_outline, review_page, review_terminal

WEEK = Window(date(2026, 3, 6), date(2026, 3, 12), "Asia/Shanghai")


def landed(
    message: str,
    level: str = "medium",
    hours: float = 0,
    author: str = "Ann",
    path: str = "quill/a.py",
    kind: ChangeType = ChangeType.BUGFIX,
    facts: tuple[Fact, ...] = (),
    area: str = "kv_cache",
) -> Entry:
    commit = a_commit(
        message, author=author, committed_at=NOON + timedelta(hours=hours), files=(FileChange(path, "modified", 5, 1),)
    )
    return an_entry(commit, level, facts=facts, types=(kind,), areas=(area,))


def days_of(entries: Sequence[Entry], count: int = 7) -> tuple[Day, ...]:
    return tuple(
        count_day(WEEK.last - timedelta(days=count - 1 - n), entries if n == count - 1 else []) for n in range(count)
    )


def made(
    *entries: Entry,
    known: int = 7,
    before: tuple[Day, ...] = (),
    new: Sequence[str] | None = None,
    language: Language = "en",
) -> Review:
    return review("example/quill", WEEK, language, entries, days_of(entries, known), before, {}, new)


def section(made_: Review, name: str) -> list[str]:
    told = review_outline(made_, the_areas())
    return [line.text for part in told.sections if part.name == name for line in part.lines]


def test_a_story_matters_once() -> None:
    """By the commit that stands for it, with all its commits; what is low does not matter."""
    one, two = landed("Fix the pool (#1)", "high"), landed("Follow-up to #1: fix the pool again (#2)", hours=1)
    told = made(one, two, landed("docs: polish", "low", hours=2, author="Ben", path="quill/z.py"))
    (matter,) = told.top
    assert matter.lead is one
    assert matter.shas == (one.commit.sha, two.commit.sha)


def test_what_was_taken_back_says_for_how_long_it_stood() -> None:
    """In hours within a day, in days beyond."""
    first = landed("Fuse the add (#1)", "high", kind=ChangeType.PERFORMANCE)
    fact = Fact(FactKind.REVERTS, "Fuse the add (#1)", before=first.commit.sha[:7])
    back = landed('Revert "Fuse the add (#1)" (#2)', "high", 5, kind=ChangeType.REVERT, facts=(fact,))
    assert section(made(first, back), "What came back") == [
        "“Fuse the add (#1)” of Thursday, 2026-03-12 was taken back after 5 hours"
    ]


def test_a_file_mended_again_and_again_is_named() -> None:
    """Three fixes of one file of the product; tests do not count."""
    fixes = [landed(f"Fix {n}", hours=n) for n in range(3)]
    others = [landed(f"Fix test {n}", path="tests/test_a.py") for n in range(4)]
    told = made(*fixes, *others)
    assert section(told, "What came back") == ["`quill/a.py` was mended 3 times"]
    assert told.fixed_again[0].shas == tuple(entry.commit.sha for entry in fixes)


def test_what_is_new_and_still_there_can_be_tried() -> None:
    """A flag that was taken back cannot."""
    flag = (Fact(FactKind.FLAG_ADDED, "--fast"),)
    kept = landed("Add --fast (#1)", "high", kind=ChangeType.FEATURE, facts=flag)
    gone = landed("Add --faster (#3)", "high", kind=ChangeType.FEATURE, facts=flag, path="quill/b.py")
    back = landed(
        'Revert "Add --faster (#3)" (#4)',
        "high",
        2,
        kind=ChangeType.REVERT,
        facts=(Fact(FactKind.REVERTS, "Add --faster", detail="#3"),),
        path="quill/b.py",
    )
    assert made(kept, gone, back).to_try == (kept,)
    assert "`--fast`" in section(made(kept), "What to try")[0]


def test_who_was_new_is_said_where_it_can_be_known() -> None:
    """With their first commit; of many, the most important."""
    entries = [landed(f"Fix {n}", hours=n, author=f"New {n}") for n in range(10)]
    assert made(*entries).newcomers is None
    told = section(made(*entries, new=[entry.commit.author for entry in entries]), "Who was new")
    assert len(told) == 9
    assert told[-1] == "and 2 more"


def test_days_that_are_not_known_are_told() -> None:
    """A look back on five of seven days is none on seven."""
    told = review_outline(made(landed("Fix it"), known=5), the_areas())
    assert "2 of these days are not known" in told.notices[0]
    assert review_outline(made(landed("Fix it")), the_areas()).notices == ()


def test_areas_stand_in_the_order_of_what_is_high_in_them() -> None:
    """With their counts and what mattered most there."""
    told = made(
        landed("a", area="docs"),
        landed("b", area="docs", path="x/b.py", hours=1),
        landed("c", "high", area="kv_cache", path="x/c.py", hours=2),
    )
    lines = section(told, "By area")
    assert lines[0].startswith("KV cache, 1 commit, 1 high: ")
    assert lines[1].startswith("Docs, 2 commits: ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_format_says_the_same_and_nothing_of_it_acts(text: str, language: Language) -> None:
    """Each line of the outline, whatever commits say."""
    entries = [
        replace(spoiled(landed("x", level, hours=n), text), late=False)
        for n, level in enumerate(("high", "medium", "high"))
    ]
    told = made(*entries, before=days_of(entries, 20), new=[text], language=language)
    shown = Page(review_page(told, the_areas()))
    shown.check()
    said = review_json(told, the_areas())["sections"]
    assert len(shown.texts["h2"]) == len(said) >= 3
    assert review_markdown(told, the_areas()).count("\n## ") == len(said)
    assert "\x1b" not in review_terminal(told, the_areas(), width=100, colour=False)
    assert json.dumps(said)


def test_a_week_is_made_of_what_the_store_knows(quill: Path, environ: dict[str, str]) -> None:
    """Whatever its name's case; an unknown repository or time is told with the way out."""
    the_sample(quill, environ, SAMPLE_NOW)
    core = Core(load(environ), lambda: SAMPLE_NOW)
    told = look_back(core, "Example/Quill", WEEK, "en")
    assert (len(told.entries), told.missing) == (18, 6)
    assert told.repo == "example/quill"
    assert any("RMSNorm" in line for line in section(told, "What came back"))
    assert any("--disk-cache-dir" in line for line in section(told, "What to try"))
    with pytest.raises(NotFound, match="daybrief backfill --repo other/repo --since 2026-03-06"):
        look_back(core, "other/repo", WEEK, "en")
    with pytest.raises(NotFound, match="2025-03-01"):
        look_back(core, "example/quill", Window(date(2025, 3, 1), date(2025, 3, 7), "UTC"), "en")
