"""A week looked back on: what mattered, what came back, what to try, who was new; from what is known alone."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from conftest import SAMPLE_NOW
from html_reader import HOSTILE, Page
from made import NOON, WEEK, a_commit, a_full_review, a_review, an_analysis, an_entry, spoiled, the_areas, the_sample

from analysis.commits.commit import FileChange
from analysis.commits.title import ChangeType
from analysis.commits.window import Window
from analysis.digest.review import Review
from analysis.entry import Entry
from analysis.errors import NotFound
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES, Language
from analysis.rules import RulesAnalyser
from bot.config import load
from bot.digests.core import open_core
from bot.digests.repositories import Place
from bot.digests.review import half_read, look_back, pending, read_day, unread
from formatters.html.review import review_page
from formatters.json_document import review_json
from formatters.markdown.review import review_markdown
from formatters.review import TOP, review_outline
from formatters.terminal.review import review_terminal
from storage.digests import NOTHING_TOLD


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


def section(made: Review, name: str) -> list[str]:
    told = review_outline(made, the_areas())
    return [line.text for part in told.sections if part.name == name for line in part.lines]


def brief(made: Review, name: str) -> str:
    told = review_outline(made, the_areas())
    return next(part.brief for part in told.sections if part.name == name)


def test_a_story_matters_once() -> None:
    """By the commit that stands for it, with all its commits; what is low does not matter."""
    one, two = landed("Fix the pool (#1)", "high"), landed("Follow-up to #1: fix the pool again (#2)", hours=1)
    told = a_review(one, two, landed("docs: polish", "low", hours=2, author="Ben", path="quill/z.py"))
    (matter,) = told.top
    assert matter.lead is one
    assert matter.shas == (one.commit.sha, two.commit.sha)


def test_what_was_taken_back_says_for_how_long_it_stood() -> None:
    """In hours within a day, in days beyond."""
    first = landed("Fuse the add (#1)", "high", kind=ChangeType.PERFORMANCE)
    fact = Fact(FactKind.REVERTS, "Fuse the add (#1)", before=first.commit.sha[:7])
    back = landed('Revert "Fuse the add (#1)" (#2)', "high", 5, kind=ChangeType.REVERT, facts=(fact,))
    assert section(a_review(first, back), "Reverts and repeat fixes") == [
        "“Fuse the add (#1)” of Thursday, 2026-03-12 was reverted after 5 hours"
    ]


def test_a_file_mended_again_and_again_is_named() -> None:
    """Three fixes of one file of the product; tests do not count."""
    fixes = [landed(f"Fix {n}", hours=n) for n in range(3)]
    others = [landed(f"Fix test {n}", path="tests/test_a.py") for n in range(4)]
    told = a_review(*fixes, *others)
    assert section(told, "Reverts and repeat fixes") == ["`quill/a.py` was fixed 3 times"]
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
    assert a_review(kept, gone, back).to_try == (kept,)
    assert "`--fast`" in section(a_review(kept), "What to try")[0]


def test_who_was_new_is_said_where_it_can_be_known() -> None:
    """With their first commit; of many, the most important."""
    entries = [landed(f"Fix {n}", hours=n, author=f"New {n}") for n in range(10)]
    assert a_review(*entries).newcomers is None
    told = section(a_review(*entries, new=[entry.commit.author for entry in entries]), "New contributors")
    assert len(told) == 9
    assert told[-1] == "and 2 more"


def test_days_that_are_not_known_are_told() -> None:
    """A look back on five of seven days is none on seven."""
    told = review_outline(a_review(landed("Fix it"), known=5), the_areas())
    assert "2 of these 7 days were not read in full (2026-03-06 to 2026-03-07)" in told.notices[0]
    gaps = replace(a_review(landed("Fix it")), unread=tuple(day for day in WEEK.days if day.day in {6, 8, 9, 11}))
    assert "(2026-03-06, 2026-03-08 to 2026-03-09, 2026-03-11)" in review_outline(gaps, the_areas()).notices[0]
    assert review_outline(a_review(landed("Fix it")), the_areas()).notices == ()


def test_areas_stand_in_the_order_of_what_is_high_in_them() -> None:
    """With their counts and what mattered most there."""
    told = a_review(
        landed("a", area="docs"),
        landed("b", area="docs", path="x/b.py", hours=1),
        landed("c", "high", area="kv_cache", path="x/c.py", hours=2),
    )
    assert section(told, "By area") == ["KV cache, 1 commit, 1 high", "Docs, 2 commits"]
    assert brief(told, "By area") == "KV cache 1 · Docs 2"


def test_what_mattered_goes_deeper_below_its_line() -> None:
    """That it is one change of several commits, and the rest of what is known of it."""
    one, two = landed("[1/2] Pages", "high"), landed("[2/2] Pages", "high", 1)
    one, two = (
        replace(e, analysis=an_analysis(f"Pages {n}", effect="They stay.")) for n, e in enumerate((one, two), 1)
    )
    (line,) = next(part.lines for part in review_outline(a_review(one, two), the_areas()).sections if part.key == TOP)
    assert line.text == "Pages 1 (KV cache)"
    assert [under.text for under in line.under] == ["A series of 2 commits", "They stay."]


def test_each_section_is_said_in_a_line() -> None:
    """For a phone: the first of many, and how many more there are."""
    made = a_full_review()
    assert (
        brief(made, "Reverts and repeat fixes")
        == "1 revert: “Add --fast” after 8 hours; fixed repeatedly: `cache.py` ×5"
    )
    assert brief(made, "What to try") == "`--slow`"
    assert brief(made, "New contributors") == "Author 9, Author 6, Author 1 +5"
    assert brief(made, "Compared with before") == "Commits 0 → 1.1 · High 0 → 0.4 · Reverts 0 → 0.1 a day"


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_format_says_the_same_and_nothing_of_it_acts(text: str, language: Language) -> None:
    """Each line of the outline, whatever commits say."""
    entries = [
        replace(spoiled(landed("x", level, hours=n), text), late=False)
        for n, level in enumerate(("high", "medium", "high"))
    ]
    told = a_review(*entries, before=20, new=[text], language=language)
    other = replace(told, language="en" if language == "zh" else "zh")
    shown = Page(review_page([told], the_areas()))
    shown.check()
    both = Page(review_page([told, other], the_areas()))
    both.check()
    assert [given["data-language"] for given in both.all("template")] == [other.language]
    assert {"by-day", "areas-by-day", "weeks"} <= {name.removeprefix("b-").removesuffix("-t") for name in shown.ids}
    said = review_json(told, the_areas())["sections"]
    assert len(shown.texts["h2"]) - 2 == len(said) >= 3, "and the pictures and the days"
    assert review_markdown(told, the_areas()).count("\n## ") == len(said)
    assert "\x1b" not in review_terminal(told, the_areas(), width=100, colour=False)
    assert json.dumps(said)


def test_a_day_counts_as_read_once_somebody_read_it_to_its_end(quill: Path, environ: dict[str, str]) -> None:
    """In whatever zone and with whatever other days; a look in the middle of it does not do, nor does one commit."""
    now = datetime(2026, 3, 12, 12, tzinfo=UTC)
    core = open_core(load(environ), lambda: now)
    source = core.sources.open(Place("example/quill", str(quill)))
    core.digest(source, WEEK, "en", RulesAnalyser(), lambda *_: None, told=NOTHING_TOLD)
    core.follow(source, WEEK.start, now, ["en"], RulesAnalyser())
    assert unread(core, "example/quill", WEEK) == WEEK.days, "the last day was not over"
    now = SAMPLE_NOW
    core.digest(source, replace(WEEK, first=date(2026, 3, 10)), "en", RulesAnalyser(), lambda *_: None)
    assert unread(core, "Example/Quill", WEEK) == WEEK.days[:4]
    assert unread(core, "example/quill", replace(WEEK, zone="Europe/Berlin")) == (*WEEK.days[:4], WEEK.last)
    read_day(core, source, Window.of(date(2026, 3, 9), WEEK.zone), "en", RulesAnalyser())
    assert unread(core, "example/quill", WEEK) == WEEK.days[:3]
    made = look_back(core, "example/quill", WEEK, "en")
    assert made.unread == WEEK.days[:3]
    assert len(made.entries) == 23, "what is known of such days is told all the same"


def test_what_was_read_in_another_language_is_half_read(quill: Path, environ: dict[str, str]) -> None:
    """The rules tell of it then, and it is counted."""
    the_sample(quill, environ, SAMPLE_NOW)
    core = open_core(load(environ), lambda: SAMPLE_NOW)
    assert half_read(core, "example/quill", WEEK, "en") == ()
    assert half_read(core, "example/quill", WEEK, "zh") == (WEEK.last,)
    assert [pending(core, look_back(core, "example/quill", WEEK, language)) for language in LANGUAGES] == [0, 18]


def test_a_look_back_is_on_what_somebody_wants(quill: Path, environ: dict[str, str]) -> None:
    """Its numbers, too."""
    the_sample(quill, environ, SAMPLE_NOW)
    core = open_core(load(environ), lambda: SAMPLE_NOW)
    made = look_back(core, "example/quill", WEEK, "en", lambda entry: "kv_cache" in entry.triage.areas)
    assert len(made.entries) == sum(day.commits for day in made.days) == 3
    with pytest.raises(NotFound):
        look_back(core, "example/quill", WEEK.before(7), "en", lambda _entry: False)


def test_a_week_is_made_of_what_the_store_knows(quill: Path, environ: dict[str, str]) -> None:
    """Whatever its name's case; an unknown repository or time is told with the way out."""
    the_sample(quill, environ, SAMPLE_NOW)
    core = open_core(load(environ), lambda: SAMPLE_NOW)
    told = look_back(core, "Example/Quill", WEEK, "en")
    assert (len(told.entries), told.unread) == (18, WEEK.days[:-1])
    assert told.repo == "example/quill"
    assert any("RMSNorm" in line for line in section(told, "Reverts and repeat fixes"))
    assert any("--disk-cache-dir" in line for line in section(told, "What to try"))
    with pytest.raises(NotFound, match="daybrief backfill --repo other/repo --since 2026-03-06"):
        look_back(core, "other/repo", WEEK, "en")
    with pytest.raises(NotFound, match="2025-03-01"):
        look_back(core, "example/quill", Window(date(2025, 3, 1), date(2025, 3, 7), "UTC"), "en")
