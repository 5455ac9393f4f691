"""Slack's agent view, charts and previews against a stricter Slack than the tests' own: its manifest, chunks and blocks."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.digest.period import Day
from analysis.i18n.language import LANGUAGES, Language
from bot.i18n.wording import tell
from bot.platforms.slack.manifest import manifest
from formatters.charts.drawings import charts
from formatters.reply import CommitList, CommitRow, File, Note, Sheet, Step
from formatters.slack.charts import drawn
from formatters.slack.progress import chunks
from formatters.slack.replies import preview, slack
from formatters.text.item import item_of

SHARED = Path(__file__).parents[3] / "shared"


@pytest.fixture(autouse=True)
def _paths(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (SHARED, SHARED / "preview", Path(__file__).parents[1]):
        monkeypatch.syspath_prepend(str(path))


@pytest.mark.parametrize(
    "arguments",
    [[], ["https://daybrief.example.com"], ["https://daybrief.example.com", "https://daybrief.example.com/archive"]],
)  # fmt: skip
def test_slack_takes_the_manifest(arguments: list[str]) -> None:
    from fakes.slack_manifest import check_manifest, is_agent

    made = yaml.safe_load(manifest(*arguments))
    assert check_manifest(made) == []
    assert is_agent(made)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_under_way_is_taken_as_a_plan_and_as_chunks(language: Language) -> None:
    from fakes.slack_chunks import check_chunks
    from fakes.slack_rules import check_blocks

    parts = ("fetching_commits", "reading_commits", "analysing", "checking")
    steps = [Step(tell(f"step.{part}", language, done=7, total=49)) for part in parts]
    links = tuple((f"https://github.com/example/quill/pull/{number}", f"#{number}") for number in range(5))
    steps += [
        Step(tell("working.ask_read", language, count=5), "done", links),
        Step(tell("step.telling", language), "pending"),
    ]
    note = Note(tell("working.digest", language, repo="example/quill", day="2026-03-12"), "working", steps=tuple(steps))
    assert check_chunks(chunks(note.text, note.steps)) == []
    (message,) = slack(note)
    assert check_blocks(message["blocks"]) == []
    assert message["blocks"][0]["type"] == "plan"


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_tables_and_previews_are_taken(language: Language) -> None:
    from checks import slack_message
    from fakes.slack_rules import check_blocks
    from made import DAY, a_commit, a_digest, an_entry, the_areas

    areas = the_areas()
    keys = [area.key for area in areas][:10]
    entries = [an_entry(a_commit(f"Fix <@U1> {n} (#{n})"), "high", areas=(key,)) for n, key in enumerate(keys, 1)]
    days = [
        Day(DAY.first - timedelta(days=n), 6, Counter(high=1, medium=2, low=3), Counter({keys[0]: 6}), 9, 1, 0)
        for n in range(30, -1, -1)
    ]
    pictures = charts(a_digest(*entries, language=language), days, areas)
    message, _ = drawn([File(one.name, one.title, b"", one.description, one.plot) for one in pictures])
    assert message
    rows = tuple((areas.name(key, language), str(number)) for number, key in enumerate(keys))
    sheet = slack(Sheet("Areas", ("Area", "Commits"), rows, language))
    found = tuple(CommitRow(item_of(entry, language, areas), "10:00", "", "show x") for entry in entries[:3])
    shown: dict[str, Any] = {"text": "example/quill", "blocks": preview(CommitList("example/quill", found, language))}
    for one in (message, *sheet, shown):
        assert check_blocks(one["blocks"]) == []
        assert slack_message(one, "message") == []
