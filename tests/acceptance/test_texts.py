"""What the rules say of the recorded day: 49 commits, in both languages, as they were read against their diffs.

`--update-golden` writes the golden files anew; read each changed sentence against its diff before you commit it.
"""

import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from analysis.areas import general
from analysis.edits import words_of
from analysis.entry import LANGUAGES, Analysis, Entry, Language
from analysis.phrases_en import capital
from analysis.pipeline import judge
from analysis.rules import RulesAnalyser
from analysis.sources.git_clone import GitClone
from analysis.title import read_title
from analysis.window import Window


@pytest.fixture(scope="module")
def entries(bundle: Path) -> tuple[Entry, ...]:
    """The day's commits, judged, in the order of time."""
    source = GitClone(bundle, environ=dict(os.environ), repo="sgl-project/sglang")
    day = Window.of(date(2026, 1, 8), "Asia/Shanghai")
    with ThreadPoolExecutor(2) as pool:
        commits = list(source.fetch(source.landed(day.start, day.end).heads, pool))
    return tuple(sorted(judge(commits, general()), key=lambda entry: entry.commit.committed_at))


@pytest.fixture(scope="module")
def analyses(entries: tuple[Entry, ...]) -> dict[Language, Mapping[str, Analysis]]:
    """What the rules say of them."""
    return {language: RulesAnalyser().analyse(entries, language).analyses for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_summary_and_effect_is_as_it_was_read(
    entries: tuple[Entry, ...],
    analyses: dict[Language, Mapping[str, Analysis]],
    sha_of: Mapping[str, str],
    golden: Callable[[str, str], None],
    language: Language,
) -> None:
    """Our own sentences, by the original short SHA."""
    told = []
    for entry in entries:
        analysis = analyses[language][entry.commit.sha]
        effect = f"\n  → {analysis.effect}" if analysis.effect else ""
        told.append(f"{sha_of[entry.commit.sha][:7]}\n  {analysis.summary}{effect}\n")
    assert len(told) == 49
    golden(f"../acceptance/golden/texts.{language}.txt", "\n".join(told))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_summary_is_its_title(
    entries: tuple[Entry, ...], analyses: dict[Language, Mapping[str, Analysis]], language: Language
) -> None:
    """Each says more, and none of the day has to be quoted for want of Chinese words."""
    for entry in entries:
        summary, title = analyses[language][entry.commit.sha].summary, read_title(entry.commit.subject).text
        assert summary.rstrip(".。") not in {title, capital(title), f"“{title}”"}
        assert words_of(summary) - words_of(title) or language == "zh", summary
        if language == "zh" and not entry.commit.subject.startswith("Revert"):
            assert title not in summary


def test_the_day_says_the_same_in_both_languages(
    entries: tuple[Entry, ...], analyses: dict[Language, Mapping[str, Analysis]]
) -> None:
    """What one language shows of the code, the other shows too."""
    for entry in entries:
        shown = [set(re.findall(r"`([^`]+)`", analyses[language][entry.commit.sha].summary)) for language in LANGUAGES]
        assert len(shown[0] ^ shown[1]) <= 2, entry.commit.subject


def test_what_was_said_wrongly_before_is_not_said_again(
    entries: tuple[Entry, ...], analyses: dict[Language, Mapping[str, Analysis]], sha_of: Mapping[str, str]
) -> None:
    """Each of these stood in an earlier version."""
    said = {sha_of[entry.commit.sha][:7]: analyses["en"][entry.commit.sha] for entry in entries}
    assert "also new flag `--model-path`" not in said["d54f0a1"].summary.lower()  # a new program's own flag
    assert "what goes" not in said["12a0292"].summary
    assert all("Nothing changes" not in analysis.effect for analysis in said.values())
    assert all("can now stop" not in risk.text for analysis in said.values() for risk in analysis.risks)
    assert not any("works again" in analysis.summary for analysis in said.values())
