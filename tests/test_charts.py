"""Pictures: they show what the numbers say, to whoever sees them and to whoever does not, and hold no text as markup."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import resvg_py
from html_reader import HOSTILE
from made import NOON, a_commit, a_digest, an_entry, the_areas

from analysis.commits.commit import FileChange
from analysis.digest.period import Day, count_day
from analysis.entry import Entry
from analysis.i18n.language import LANGUAGES, Language
from formatters.charts.drawings import Chart, charts
from formatters.charts.png import drawable, png
from formatters.charts.svg import COLOURS

SVG = "{http://www.w3.org/2000/svg}"
LAST = date(2026, 3, 12)


def an_entry_of(
    level: str = "medium", hour: int = 12, production: int = 10, tests: int = 0, area: str = "kv_cache"
) -> Entry:
    files = (
        FileChange("quill/cache.py", "modified", production, 0),
        FileChange("tests/test_cache.py", "modified", tests, 0),
    )
    commit = replace(a_commit(), committed_at=NOON + timedelta(hours=hour - 12), files=files)
    return an_entry(commit, level, areas=(area,))


def days(*counts: int) -> tuple[Day, ...]:
    """Days up to LAST with so many medium commits each."""
    first = LAST - timedelta(days=len(counts) - 1)
    return tuple(count_day(first + timedelta(days=n), [an_entry_of()] * count) for n, count in enumerate(counts))


def made(*entries: Entry, before: tuple[Day, ...] = (), language: Language = "en") -> dict[str, Chart]:
    return {chart.name: chart for chart in charts(a_digest(*entries, language=language), before, the_areas())}


def read(chart: Chart) -> ET.Element:
    """The file as any reader of SVG takes it."""
    return ET.fromstring(chart.file())  # noqa: S314 - our own file


def bars(chart: Chart, colour: str) -> list[dict[str, str]]:
    return [bar.attrib for bar in read(chart).iter(f"{SVG}rect") if bar.get("class") == f"c-{colour}"]


def test_there_is_a_picture_where_there_is_something_to_show() -> None:
    """A first day has its hours and lines; weeks take a week before."""
    assert set(made()) == set()
    assert set(made(an_entry_of())) == {"by-hour", "lines"}
    assert set(made(an_entry_of(), before=days(1, 2, 1))) == {"by-day", "areas-by-day", "by-hour", "lines"}
    assert set(made(an_entry_of(), before=days(*[1] * 14))) == {"by-day", "areas-by-day", "weeks", "by-hour", "lines"}


def test_a_bar_is_as_high_as_its_number() -> None:
    """Twice the commits, twice the height."""
    _key, *columns = bars(made(before=days(2, 4, 8))["by-day"], "medium")
    high = [float(column["height"]) for column in columns]
    assert [round(height / high[0]) for height in high] == [1, 2, 4]


def test_hours_are_those_of_the_zone() -> None:
    """12 in Shanghai is 4 in UTC."""
    chart = made(an_entry_of("high", hour=12), an_entry_of("low", hour=12), an_entry_of(hour=23))["by-hour"]
    assert chart.rows == (("12:00", "1", "0", "1"), ("23:00", "0", "1", "0"))
    assert chart.title == "Commits by hour (Asia/Shanghai)"


def test_production_stands_against_tests() -> None:
    """On one scale."""
    chart = made(an_entry_of(production=100, tests=50), an_entry_of(production=25, area="scheduler"))["lines"]
    assert chart.rows == (("KV cache", "100", "50"), ("Scheduler", "25", "0"))
    wide, narrow = (
        sorted((float(bar["width"]) for bar in bars(chart, colour)), reverse=True) for colour in ("main", "second")
    )
    assert round(wide[0] / narrow[0], 1) == 2.0
    assert round(wide[0] / wide[1], 1) == 4.0


def test_lines_count_in_each_area_and_the_table_has_all() -> None:
    """As commits do elsewhere; the picture has the eight with the most lines and says how many more there are."""
    entry = replace(an_entry_of(production=100), triage=replace(an_entry_of().triage, areas=("kv_cache", "scheduler")))
    chart = made(entry)["lines"]
    assert chart.rows == (("KV cache", "100", "0"), ("Scheduler", "100", "0"))
    assert (
        chart.description == "100 lines of product code and 0 of tests changed; a commit counts in each of its areas."
    )
    chart = made(*[an_entry_of(production=count, area=f"area {count}") for count in range(1, 12)])["lines"]
    assert [row[0] for row in chart.rows] == [f"area {count}" for count in range(11, 0, -1)]
    drawn = [text.text for text in read(chart).iter(f"{SVG}text")]
    assert "area 4" in drawn
    assert "area 3" not in drawn
    assert "a commit counts in each of its areas; 3 more not drawn" in drawn


def test_the_week_stands_against_the_four_before() -> None:
    """A day's average, over the days that are known; unknown weeks are no zeros."""
    chart = made(before=days(*[2] * 7, *[4] * 7, *[9] * 7))["weeks"]
    assert [row[1] for row in chart.rows] == ["–", "–", "2", "4", "9"]
    assert "Commits 9 (3)" in chart.description


def test_areas_are_the_busiest() -> None:
    """With their sums."""
    told = [
        count_day(LAST - timedelta(days=2 - n), [an_entry_of(), an_entry_of(area="scheduler"), an_entry_of()])
        for n in range(3)
    ]
    chart = made(before=tuple(told))["areas-by-day"]
    assert chart.head[1:] == ("KV cache", "Scheduler")
    assert "KV cache 6, Scheduler 3" in chart.description
    key = [text.text for text in read(chart).iter(f"{SVG}text")]
    assert key[key.index("commits in a day:") :] == ["commits in a day:", "0", "1", "2"]
    assert key[key.index("commits in a day:") - 1] == "total"


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_does_not_see_is_told(language: Language) -> None:
    """A title, a sentence and the numbers; identifiers of one page do not meet."""
    for chart in made(an_entry_of(), before=days(*range(1, 30)), language=language).values():
        root = read(chart)
        assert root.get("role") == "img"
        assert root.findtext(f"{SVG}title") == chart.title
        assert root.findtext(f"{SVG}desc") == chart.description
        assert all(len(row) == len(chart.head) for row in chart.rows)
        assert 'aria-labelledby="x-' in chart.inline("x-")
        assert (re.search(r"[\u4e00-\u9fff]", chart.title) is not None) == (language == "zh")


def test_nothing_stands_outside_the_picture() -> None:
    """Bars and texts lie within it, also with long names and large numbers."""
    entries = [
        an_entry_of(production=10**6, tests=10**6, area=f"an area with a very long name {n} 领域名称很长很长")
        for n in range(12)
    ]
    for chart in made(*entries, before=days(*range(900, 935))).values():
        width, height = chart.drawing.width, chart.drawing.height
        for shape in read(chart).find(f"{SVG}g") or ():
            if shape.tag == f"{SVG}rect":
                assert 0 <= float(shape.get("x", 0)) <= width - float(shape.get("width", 0)) + 0.1
                assert 0 <= float(shape.get("y", 0)) <= height - float(shape.get("height", 0)) + 0.1
            if shape.tag == f"{SVG}text":
                assert 0 <= float(shape.get("x", 0)) <= width
                assert float(shape.get("y", 0)) <= height


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_text_from_outside_is_text(text: str) -> None:
    """The file stays a well-formed picture of shapes."""
    for chart in made(an_entry_of(area=text), before=days(1, 2, 3)).values():
        kinds = {shape.tag.removeprefix(SVG) for shape in read(chart).iter()}
        assert kinds <= {"svg", "title", "desc", "style", "rect", "text", "g", "path"}


# What eyes make of linear red, green and blue: https://doi.org/10.1109/TVCG.2009.113, table 1, severity 1.0.
EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def luminance(colour: str, eyes: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    red, green, blue = (
        min(1, max(0, sum(share * part for share, part in zip(row, linear, strict=True)))) for row in EYES[eyes]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_stand_apart_for_everybody(scheme: int, eyes: str) -> None:
    """By luminance alone: neighbours twofold, shapes from the ground threefold, texts 4.5-fold."""

    def contrast(one: str, other: str) -> float:
        darker, lighter = sorted(luminance(COLOURS[name][scheme], eyes) for name in (one, other))
        return (lighter + 0.05) / (darker + 0.05)

    for neighbours in (("high", "medium"), ("medium", "pale"), ("low", "pale"), ("main", "second")):
        assert contrast(*neighbours) >= 2, neighbours
    for shape in ("high", "medium", "low", "main", "second"):
        assert contrast(shape, "ground") >= 3, shape
    for text in ("ink", "faint", "high", "low"):
        assert contrast(text, "ground") >= 4.5, text


def test_importance_is_told_without_colours() -> None:
    """High is full, medium striped, low hollow: in the columns as in the key."""
    looks = {"high": ["c-high"], "medium": ["c-medium", "s-ground"], "low": ["c-pale s-low"]}
    for level in looks:
        picture = read(made(*[an_entry_of(level)] * 5)["by-hour"]).find(f"{SVG}g")
        shown = Counter(shape.get("class") for shape in picture or ())
        assert {other: [shown[look] for look in looks[other]] for other in looks} == {
            other: [2 if other == level else 1] * len(looks[other]) for other in looks
        }


def test_a_picture_becomes_a_png() -> None:
    """Twice as large as its units, so that it is sharp on a phone."""
    chart = made(an_entry_of())["by-hour"]
    data = png(chart)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(data[16:20]) == 2 * (chart.drawing.width + 24)


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("a中", ["en", "zh"]), ("a", ["en", "en"]), ("", [None, None])],
    ids=["both", "Latin", "none"],
)
def test_labels_are_in_a_language_that_can_be_drawn(
    letters: str, expected: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter that no font has would silently be blank."""

    def render(*, svg_string: str, **_: Any) -> bytes:
        return "".join(letter for letter in "a中" if f">{letter}<" in svg_string and letter in letters).encode()

    monkeypatch.setattr(resvg_py, "svg_to_bytes", render)
    assert [drawable(language) for language in LANGUAGES] == expected
