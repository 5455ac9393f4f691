"""What goes with a day's post: its pictures, the report as a page, and where the archive has it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from builders import a_change
from conftest import SAMPLE_NOW
from html_reader import Page
from made import a_commit, a_digest, an_analysis, an_entry, the_areas, the_sample

from analysis.commits.commit import FileChange
from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES, Language
from analysis.triage.areas import Areas
from analysis.triage.reason import Reason
from bot.config import load
from bot.delivery.posts import archive_page, report_files
from bot.digests.core import Core, open_core
from formatters.post import reason
from formatters.text.item import item_of

Day = tuple[Core, Digest, Areas]


@pytest.fixture(params=["en", "zh"])
def day(request: pytest.FixtureRequest, quill: Path, environ: dict[str, str]) -> Day:
    """The sample day in a store."""
    return open_core(load(environ), lambda: SAMPLE_NOW), *the_sample(quill, environ, SAMPLE_NOW, request.param)


WRONG, CRASH, ERROR = (
    Reason("wrong_result", "wrong page size", 2.4),
    Reason("crash", "crashes", 0.9),
    Reason("error", "fails", 0.3),
)
DEFAULT, FLAG = Reason("default_changed", "TIMEOUT", 2.4), Reason("flag_removed", "--old", 2.2)
FEATURE, LEARNED = Reason("type.feature", points=2.9), Reason("learned.wording", points=4.0)
WHY = {
    "what was learned is too general": ("Pages come back", (LEARNED, FEATURE), ("bug fix", "缺陷修复")),
    "what stands in every other title is no reason": ("Fix the KeyError", (ERROR, Reason("tested", points=0.4)), ("bug fix; with tests", "缺陷修复；附带测试")),
    "that it comes with care tells less than what it does": ("Fix pages", (Reason("tested", points=0.4), WRONG), ("fixes wrong results", "修复结果错误")),
    "that it is announced tells less than what is gone": ("Fix pages", (Reason("fragment_fix", points=0.4), FLAG), ("`--old`, a flag you may set, is gone", "参数 `--old` 已移除")),
    "a symptom where it is met": ("Fix pages on Blackwell", (WRONG, LEARNED), ("fixes wrong results on Blackwell", "修复结果错误（Blackwell）")),
    "a device that the title alone names": ("Fix pages and Blackwell masks", (WRONG, LEARNED), ("fixes wrong results", "修复结果错误")),
    "a symptom everywhere": ("Fix pages", (CRASH, WRONG), ("fixes wrong results; fixes crashes", "修复结果错误；修复崩溃")),
    "what was set": ("Wait longer", (FEATURE, DEFAULT), ("`TIMEOUT` has a new default", "`TIMEOUT` 的默认值有变")),
    "two at most, the graver first": (
        "Wait longer",
        (DEFAULT, FLAG, WRONG),
        ("fixes wrong results; `TIMEOUT` has a new default", "修复结果错误；`TIMEOUT` 的默认值有变"),
    ),
    "what a test was wrong about need not be mended": ("Make the test of pages pass", (WRONG,), ("wrong results", "涉及结果错误")),
    "what the title names is": ("Fix wrong pages in the test server", (replace(WRONG, detail="wrong pages"),), ("wrong results", "涉及结果错误")),
    "a hole by its name": ("Fix it", (Reason("security", "open redirect", 2.8),), ("security (“open redirect”)", "安全问题（“open redirect”）")),
    "a name that the headline has is not said again": ("Remove the flag --old", (FLAG,), ("a flag you may set is gone", "可用的启动参数被移除")),
    "taken back": ("Wait longer", (Reason("type.revert", points=3.0), ERROR), ("revert", "回退")),
    "a person's word before all": ("Fix it", (WRONG, Reason("corrected", "high", 1.0)), ("a reader ranks it high; fixes wrong results", "读者判定为高；修复结果错误")),
}  # fmt: skip


@pytest.mark.parametrize(("title", "reasons", "expected"), WHY.values(), ids=WHY)
def test_a_must_know_item_says_why_in_a_readers_words(
    title: str, reasons: tuple[Reason, ...], expected: tuple[str, str]
) -> None:
    """What happens to whom, at most twice; its type where nothing can be pointed at."""
    entry = an_entry(a_commit(title), importance="high", reasons=reasons, analysis=an_analysis(title))
    assert tuple(reason(item_of(entry, language, the_areas()), language) for language in LANGUAGES) == expected


@pytest.mark.parametrize(
    ("title", "check", "expected"),
    [
        ("Handle pages of any size", "quill/a.py", "wrong results"),
        ("Ask for whole pages", "src/a.rs", "wrong results"),
        ("Fix wrong output of whole pages", "src/a.rs", "fixes wrong results"),
        ("Handle pages of any size", "", "fixes wrong results"),
    ],
)
def test_what_is_refused_need_not_be_mended(title: str, check: str, expected: str) -> None:
    """Where a check comes with it, wrong results may be refused and not put right, unless the title says that they are."""
    facts = (Fact(FactKind.CHECK_ADDED, "ValueError", check, 1, detail="whole pages only"),) if check else ()
    entry = an_entry(a_commit(title), importance="high", reasons=(WRONG,), facts=facts, analysis=an_analysis(title))
    assert reason(item_of(entry, "en", the_areas()), "en") == expected


SHARED, BIRCH = (a_change(path, "x = 1\n", "x = 2\n") for path in ("quill/pages.py", "quill/models/birch3.py"))
SM100, ON_ROCM = (
    a_change("csrc/pages_sm100.cu", "int x = 1;\n", "int x = 2;\n"),
    a_change("quill/a.py", "if is_hip():\n    x = 1\n", "if is_hip():\n    x = 2\n"),
)


@pytest.mark.parametrize(
    ("title", "reason_of_it", "files", "expected"),
    [
        ("Fix Blackwell masks", WRONG, [SM100], "fixes wrong results on Blackwell"),
        ("Fix Blackwell masks", WRONG, [SM100, SHARED], "fixes wrong results"),
        ("Fix ROCm pages", WRONG, [ON_ROCM], "fixes wrong results on ROCm"),
        ("Fix ROCm pages", WRONG, [SHARED], "fixes wrong results"),
        ("Fix pages on ROCm", WRONG, [SHARED], "fixes wrong results on ROCm"),
        ("Fix pages of Birch3", Reason("model", "Birch3", 1.0), [BIRCH], "a fix for Birch3"),
        ("Fix pages of Birch3", Reason("model", "Birch3", 1.0), [BIRCH, SHARED], "bug fix"),
        ("Fix what Birch1 wrote", Reason("model", "Birch1", 1.0), [SHARED], "bug fix"),
    ],
)
def test_for_whom_it_is_is_said_where_all_that_changed_is_theirs(
    title: str, reason_of_it: Reason, files: list[FileChange], expected: str
) -> None:
    entry = an_entry(
        a_commit(title, files=tuple(files)), importance="high", reasons=(reason_of_it,), analysis=an_analysis(title)
    )
    assert reason(item_of(entry, "en", the_areas()), "en") == expected


@pytest.mark.parametrize("letters", ["en", "zh"])
def test_a_post_ends_with_pictures_and_the_page(day: Day, letters: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures say in words what they show, in a language that they can be written in here; the page stands alone."""
    monkeypatch.setattr("formatters.charts.png.drawable", lambda _language: letters)
    core, digest, areas = day
    *pictures, page = report_files(core, digest, areas)
    assert [file.name for file in pictures] == [
        "example-quill-2026-03-12-by-hour.png",
        "example-quill-2026-03-12-lines.png",
    ]
    for file in pictures:
        assert file.content.startswith(b"\x89PNG\r\n\x1a\n")
        assert ("18 commits" in file.alternative or "lines" in file.alternative) is (letters == "en")
    assert page.name == "example-quill-2026-03-12.html"
    assert page.title.startswith("example/quill")
    read = Page(page.content.decode())
    read.check()
    assert all(entry.commit.short in read.text for entry in digest.entries)


def test_without_a_font_there_is_the_page_alone(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture without letters tells nobody anything."""
    monkeypatch.setattr("formatters.charts.png.drawable", lambda _language: None)
    assert [file.name for file in report_files(*day)] == ["example-quill-2026-03-12.html"]


def test_a_day_without_commits_has_no_files(environ: dict[str, str]) -> None:
    """Its post says all there is."""
    assert report_files(open_core(load(environ)), a_digest(), the_areas()) == ()


def test_the_page_is_linked_where_readers_reach_the_archive(day: Day, environ: dict[str, str]) -> None:
    """A day's own page; the repository's for several days; nothing where no address is configured."""
    core, digest, _ = day
    assert archive_page(core, digest) == ""
    own = {"DAYBRIEF_WEB__URL": "https://daybrief.example.com/"}
    ending = f"?lang={digest.language}"
    assert archive_page(open_core(load(environ | own)), digest) == (
        f"https://daybrief.example.com/day/2026-03-12/example/quill{ending}"
    )
    served = open_core(load(environ | own | {"DAYBRIEF_SERVE__ARCHIVE": "true"}))
    weekend = replace(digest, window=Window(date(2026, 3, 10), date(2026, 3, 12), "UTC"))
    assert archive_page(served, weekend) == f"https://daybrief.example.com/archive/repo/example/quill{ending}"
