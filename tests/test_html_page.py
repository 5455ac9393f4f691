"""The report as a page: whole, self-contained, the same in both languages, and harmless whatever commits say."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import SAMPLE_NOW
from html_reader import HOSTILE, Page, hash_of
from made import a_commit, a_digest, an_analysis, an_entry, spoiled, the_areas, the_sample

from analysis.commits.commit import FileChange
from analysis.digest.period import count_day
from analysis.digest.stories import Story, StoryKind
from analysis.entry import Entry
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES, Language
from formatters.html.page import Sheet, page
from formatters.html.templates import marked
from formatters.outline import outline
from formatters.text.item import author_of


@pytest.fixture(scope="module")
def sample(quill: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Sheet]:
    """The sample day in both languages."""
    sheets = {}
    for language in LANGUAGES:
        environ = {
            "DAYBRIEF_STORE__PATH": str(tmp_path_factory.mktemp("store") / "daybrief.db"),
            "PATH": "/usr/bin:/bin",
        }
        sheets[language] = Sheet(*the_sample(quill, environ, SAMPLE_NOW, language))
    return sheets


def a_page(*entries: Entry, language: Language = "en", **changes: Any) -> Page:
    return Page(page([Sheet(a_digest(*entries, language=language, **changes), the_areas())]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_the_report_says(sample: dict[Language, Sheet], language: Language) -> None:
    """Nothing of the outline is left out."""
    sheet = sample[language]
    made = outline(sheet.digest, sheet.areas)
    shown = Page(page([sheet]))
    shown.check()
    text = shown.text + " ".join(shown.texts["code"])
    for said in (made.title, made.counts, made.window, *(group.name for group in made.groups)):
        assert said in text
    for name, value in (*made.statistics, *made.run):
        assert name in text
        assert all(piece in text for piece in value.split("`")[::2])
    for item in made.items():
        assert item.entry.commit.sha in shown.ids
        assert item.author in text
        for point in (point for part in item.parts for point in part.points):
            assert all(piece.strip() in text for piece in point.text.split("`")[::2])


def test_every_commit_has_its_place_and_its_data(sample: dict[Language, Sheet]) -> None:
    """By its whole SHA, with what the filters ask for."""
    digest = sample["en"].digest
    articles = {given["id"]: given for given in Page(page([sample["en"]])).all("article")}
    assert set(articles) == {entry.commit.sha for entry in digest.entries}
    for entry in digest.entries:
        given = articles[entry.commit.sha]
        assert given["data-level"] == entry.triage.importance
        assert json.loads(given["data-areas"]) == list(entry.triage.areas)
        assert json.loads(given["data-types"]) == [kind.value for kind in entry.triage.shown_types[:2]]
        assert given["data-author"] == author_of(entry.commit, "en")
        assert all(file.path in given["data-files"] for file in entry.commit.files)


def test_what_the_search_does_not_know_is_said() -> None:
    """Of a commit with hundreds of files, the first ones."""
    files = tuple(FileChange(f"quill/{number:03}.py", "modified", 1, 0) for number in range(501))
    for count, said in ((501, True), (500, False)):
        shown = a_page(an_entry(replace(a_commit(), files=files[:count])))
        (given,) = shown.all("article")
        assert [path in given["data-files"] for path in ("quill/000.py", "quill/499.py", "quill/500.py")] == [
            True,
            True,
            False,
        ]
        assert ("This page's search knows the first 500 of its 501 files." in shown.text) == said


def test_the_table_is_the_contents(sample: dict[Language, Sheet]) -> None:
    """It stands before what it leads to, each row leads to its commit, and there is no other list of them."""
    made, text = outline(sample["en"].digest, sample["en"].areas), page([sample["en"]])
    rows = [given["data-for"] for given in Page(text).all("tr") if "data-for" in given]
    assert sorted(rows) == sorted(item.entry.commit.sha for item in made.items())
    assert all(text.index(f'href="#{sha}"') < text.index(f'id="{sha}"') for sha in rows)
    assert text.index('class="commits"') < text.index('class="entry')
    assert not any("data-for" in given for given in Page(text).all("li"))


def test_the_page_may_load_nothing(sample: dict[Language, Sheet]) -> None:
    """Its policy names its own style and script, by what they are, and forbids the rest."""
    shown = Page(page([sample["en"]], [sample["zh"]]))
    (policy,) = [
        given["content"] for given in shown.all("meta") if given.get("http-equiv") == "Content-Security-Policy"
    ]
    assert "default-src 'none'" in policy
    assert f"style-src {hash_of(shown.texts['style'][0])};" in policy
    assert f"script-src {hash_of(shown.texts['script'][0])};" in policy
    assert not shown.all("link", rel="stylesheet")
    shown.check()


def test_both_languages_stand_in_one_file(sample: dict[Language, Sheet]) -> None:
    """The first is shown, the other at hand; a button for each."""
    shown = Page(page([sample["zh"]], [sample["en"]]))
    assert shown.all("html") == [{"lang": "zh"}]
    assert [given["data-language"] for given in shown.all("template")] == ["en"]
    assert [given["lang"] for given in shown.all("button") if "data-language" in given] == ["zh", "en"] * 2
    assert all("hidden" in given for given in shown.all("div", role="group") if "languages" in given["class"]), (
        "without a script they would do nothing"
    )
    one = Page(page([sample["zh"]]))
    assert not [given for given in one.all("button") if "data-language" in given]


def test_who_has_no_name_is_called_by_the_account_everywhere() -> None:
    """In the filter, at the entry and in the statistics."""
    entries = [an_entry(a_commit(author="\u200d", login=login)) for login in ("octo", "octo", None)]
    digest = a_digest(*entries, an_entry())
    shown = Page(page([Sheet(digest, the_areas(), ())]))
    assert {given["value"] for given in shown.all("option")} >= {"octo", "(no name)"}
    assert {given["data-author"] for given in shown.all("article")} == {"octo", "(no name)", "Priya Nandakar"}
    assert "octo 2" in dict(outline(digest, the_areas()).statistics)["Authors"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_commits_say_is_shown_and_does_nothing(text: str, language: Language) -> None:
    """No element, attribute, address or hidden character of theirs gets into the page."""
    facts = (
        Fact(FactKind.DEFAULT_CHANGED, "x", "a.py", 1, "1", "2"),
        Fact(FactKind.REVERTS, "y", before="1", after="2"),
    )
    entries = [spoiled(an_entry(a_commit(), level, facts=facts), text) for level in ("high", "medium", "low")]
    story = Story(StoryKind.SERIES, tuple(entry.commit.sha for entry in entries[:2]), entries[0].commit.sha)
    days = tuple(count_day(date(2026, 3, 1) + timedelta(days=number), entries) for number in range(9))
    shown, usual = (
        Page(
            page(
                [
                    Sheet(
                        a_digest(*some, language=language, stories=(story,), repo=word, branch=word, notes=(word,)),
                        the_areas(),
                        days,
                    )
                ]
            )
        )
        for word, some in ((text, entries), ("`a` b", [spoiled(entry, "`a` b") for entry in entries]))
    )
    shown.check()
    assert len(shown.all("article")) == 3
    assert {name for name, _ in shown.elements} <= {name for name, _ in usual.elements}


def test_a_long_title_is_shortened_and_whole_in_its_entry() -> None:
    """Once; what else shows it shows its beginning."""
    title = "Fix " + "word " * 2_000 + "end"
    entry = an_entry(a_commit(title), "high", analysis=an_analysis(title))
    shown = a_page(entry)
    assert shown.text.count(" end") == 1
    assert "The full text" in shown.texts["summary"]
    usual = a_page(an_entry())
    assert "The full text" not in usual.texts["summary"]


def test_links_lead_only_where_pages_are() -> None:
    """An address that is none is not linked; a clone's commits have none."""
    bad = a_page(an_entry(replace(a_commit(), url="javascript:alert(1)//commit/1")))
    assert all(given["href"].startswith("#") for given in bad.all("a"))
    good = a_page(an_entry(replace(a_commit(), url="https://github.com/example/quill/commit/" + "a" * 40)))
    assert {given["href"] for given in good.all("a") if given["href"].startswith("http")} == {
        "https://github.com/example/quill/commit/" + "a" * 40,
        "https://github.com/example/quill/pull/12",
    }


def test_a_day_without_commits_is_a_page_too() -> None:
    """It says so, and offers nothing to filter."""
    shown = a_page()
    shown.check()
    assert "Nothing landed" in shown.text
    assert not shown.all("form")


def test_several_repositories_share_a_page() -> None:
    """Each with its own heading; identifiers do not meet."""
    sheets = [
        Sheet(
            a_digest(an_entry(replace(a_commit(), repo=name)), an_entry(replace(a_commit(), repo=name)), repo=name),
            the_areas(),
        )
        for name in ("example/quill", "example/ink")
    ]
    shown = Page(page(sheets))
    shown.check()
    assert shown.texts["h1"] == [
        "example/quill: Thursday, 2026-03-12",
        "example/ink: Thursday, 2026-03-12",
    ]
    assert len(shown.all("article")) == 4
    assert len(shown.all("form")) == 1


def test_importance_is_said_by_shape_and_in_words(sample: dict[Language, Sheet]) -> None:
    """Colour alone tells some people nothing."""
    shown = Page(page([sample["en"]]))
    for level in ("high", "medium", "low"):
        assert f"shape-{level}" in shown.ids
    named = [given["aria-label"] for given in shown.all("svg", role="img") if "aria-label" in given]
    assert {"high importance", "medium importance", "low importance"} == set(named)


def test_code_is_code_and_the_rest_is_text() -> None:
    """Backticks pair up; what stands in them is shown exactly."""
    assert marked("a `b<c>` & `d") == "a <code>b&lt;c&gt;</code> &amp; `d"
