"""What goes with a day's post: its pictures, the report as a page, and where the archive has it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import SAMPLE_NOW
from html_reader import Page
from made import a_digest, an_analysis, an_entry, the_areas, the_sample

from analysis.areas import Areas
from analysis.digest import Digest
from analysis.entry import LANGUAGES, Language
from analysis.reason import Reason
from analysis.window import Window
from analysis.wording import say_reason
from bot.config import load
from bot.core import Core
from bot.posts import archive_page, report_files
from formatters.item import item_of
from formatters.post import SHORT, reason
from formatters.wording import label

Day = tuple[Core, Digest, Areas]


@pytest.fixture(params=["en", "zh"])
def day(request: pytest.FixtureRequest, quill: Path, environ: dict[str, str]) -> Day:
    """The sample day in a store."""
    return Core(load(environ), lambda: SAMPLE_NOW), *the_sample(quill, environ, SAMPLE_NOW, request.param)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_must_know_item_says_its_strongest_reason(language: Language) -> None:
    """In a few words where its line names the thing already; a plain type only beside it, or for want of anything else."""

    def why(line: str, *reasons: Reason) -> str:
        entry = an_entry(importance="high", reasons=reasons, analysis=an_analysis(line))
        return reason(item_of(entry, language, the_areas()), language)

    default, feature = Reason("default_changed", "TIMEOUT", 2.4), Reason("type.feature", points=2.9)
    learned, wrong = Reason("learned.product", points=4.0), Reason("wrong_result", "wrong page size", 2.4)
    said = {
        "en": (
            "a changed default; feature",
            "default of `TIMEOUT` changed; feature",
            "revert; a changed default",
            "bug fix",
            "it is about wrong results (“wrong page size”)",
        ),
        "zh": ("默认值改变；新功能", "`TIMEOUT` 的默认值改变；新功能", "撤回；默认值改变", "缺陷修复", "结果错误"),
    }[language]
    assert (
        why("`TIMEOUT` is now 300 by default.", learned, feature, default),
        why("Requests end later.", feature, default),
        why("`TIMEOUT` is 120 again.", Reason("type.revert", points=3.0), default),
        why("Requests end later.", learned),
        why("Pages are right again.", wrong),
    ) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_short_reason_has_its_words(language: Language) -> None:
    """As the whole one has."""
    for code in SHORT:
        assert label(f"why.{code}", language)
        assert "x" in say_reason(Reason(code, "x"), language) or code == "deprecated"


@pytest.mark.parametrize("letters", ["en", "zh"])
def test_a_post_ends_with_pictures_and_the_page(day: Day, letters: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures say in words what they show, in a language that they can be written in here; the page stands alone."""
    monkeypatch.setattr("formatters.png.drawable", lambda _language: letters)
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
    monkeypatch.setattr("formatters.png.drawable", lambda _language: None)
    assert [file.name for file in report_files(*day)] == ["example-quill-2026-03-12.html"]


def test_a_day_without_commits_has_no_files(environ: dict[str, str]) -> None:
    """Its post says all there is."""
    assert report_files(Core(load(environ)), a_digest(), the_areas()) == ()


def test_the_page_is_linked_where_readers_reach_the_archive(day: Day, environ: dict[str, str]) -> None:
    """A day's own page; the repository's for several days; nothing where no address is configured."""
    core, digest, _ = day
    assert archive_page(core, digest) == ""
    own = {"DAYBRIEF_WEB__URL": "https://daybrief.example.com/"}
    ending = f"?lang={digest.language}"
    assert archive_page(Core(load(environ | own)), digest) == (
        f"https://daybrief.example.com/day/2026-03-12/example/quill{ending}"
    )
    served = Core(load(environ | own | {"DAYBRIEF_SERVE__ARCHIVE": "true"}))
    weekend = replace(digest, window=Window(date(2026, 3, 10), date(2026, 3, 12), "UTC"))
    assert archive_page(served, weekend) == f"https://daybrief.example.com/archive/repo/example/quill{ending}"
