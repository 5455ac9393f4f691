"""What is unusual: said only where enough is known, and only where it stands out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from made import NOON, a_commit, a_digest, an_entry, the_areas

from analysis.digest.period import Day
from analysis.digest.trends import Unusual, UnusualKind, find_unusual
from analysis.i18n.language import LANGUAGES, Language
from formatters.markdown.report import markdown
from formatters.outline import outline

TODAY = date(2026, 3, 12)


def a_day(
    back: int = 0,
    commits: int = 10,
    reverts: int = 0,
    areas: dict[str, int] | None = None,
    paths: Sequence[str] = (),
    authors: Sequence[str] = ("Ann",),
) -> Day:
    return Day(
        TODAY - timedelta(days=back),
        commits,
        {"high": 0, "medium": commits, "low": 0},
        areas or {"kv_cache": 2},
        10,
        10,
        reverts,
        frozenset(authors),
        frozenset(paths),
    )


USUAL = tuple(a_day(back, commits=9 + back % 3) for back in range(28, 0, -1))


def kinds(today: Day, before: Sequence[Day] = USUAL, newcomers: Sequence[str] = ()) -> list[tuple[str, str, int]]:
    return [(one.kind.value, one.name, one.count) for one in find_unusual(today, before, newcomers)]


def test_a_usual_day_says_nothing() -> None:
    """Nor one that is a little busier."""
    assert kinds(a_day()) == []
    assert kinds(a_day(commits=15, reverts=1, areas={"kv_cache": 4})) == []


def test_a_busy_day_an_areas_and_many_reverts() -> None:
    """The gravest first, with what is usual."""
    found = find_unusual(a_day(commits=40, reverts=4, areas={"kv_cache": 12, "docs": 3}), USUAL)
    assert [(one.kind, one.name, one.count, round(one.usual)) for one in found] == [
        (UnusualKind.REVERTS, "", 4, 0),
        (UnusualKind.COMMITS, "", 40, 10),
        (UnusualKind.AREA, "kv_cache", 12, 2),
    ]


def test_too_little_before_is_nothing_to_compare_with() -> None:
    """Thirteen known days say nothing of what is usual; an empty day says nothing at all."""
    busy = a_day(commits=100, reverts=9)
    assert kinds(busy, USUAL[-13:]) == []
    assert kinds(busy, USUAL[-14:])
    assert kinds(a_day(commits=0, reverts=0)) == []


def test_a_file_changed_day_after_day_is_told_once() -> None:
    """On its fifth day, not on the sixth, and not if it changes on most days anyway."""

    def before(days: int) -> list[Day]:
        return [
            replace(day, paths=frozenset({"quill/a.py"} if (TODAY - day.date).days <= days else ())) for day in USUAL
        ]

    today = a_day(paths=["quill/a.py"])
    assert [kinds(today, before(days)) for days in (3, 4, 5)] == [[], [("streak", "quill/a.py", 5)], []]
    always = [replace(day, paths=frozenset({"quill/a.py"})) for day in USUAL]
    assert kinds(today, always) == []


def test_somebody_new_is_news_where_few_come() -> None:
    """Where a new name comes every day, it is none."""
    assert kinds(a_day(), newcomers=["Zoe"]) == [("newcomer", "Zoe", 1)]
    crowd = [replace(day, authors=frozenset({f"New {day.date}"})) for day in USUAL]
    assert kinds(a_day(), crowd, ["Zoe"]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_one_line_and_only_when_it_is(language: Language) -> None:
    """Before what else to watch, with areas by their names."""
    entry = an_entry(replace(a_commit(), committed_at=NOON))
    assert not [
        p
        for p in outline(a_digest(entry, language=language), the_areas()).watch
        if "nusual" in p.text or "异常" in p.text
    ]
    found = tuple(
        Unusual(
            kind, {"area": "kv_cache", "streak": "a/`b`.py", "newcomer": "Zoe <!channel>"}.get(kind.value, ""), 12, 3.4
        )
        for kind in UnusualKind
    )
    told = a_digest(entry, language=language, unusual=found)
    first = outline(told, the_areas()).watch[0].text
    assert first.startswith("Unusual compared" if language == "en" else "与近四周相比")
    assert all(word in first for word in ("3.4", "Zoe", "KV"))
    assert "<!channel>" not in markdown(told, the_areas())
