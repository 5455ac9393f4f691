"""Headlines of nine real days: each is a piece of its own commit's text, or of what the commit takes back, never reworded."""

from pathlib import Path

import pytest
from acceptance.recorded import SHARED
from own_words import is_own

from analysis.i18n.language import LANGUAGES
from analysis.readers.days import read_day
from analysis.rules import RulesAnalyser

DAYS = sorted(path.parent for path in SHARED.glob("**/readers.jsonl"))


def test_there_are_nine_days() -> None:
    """Or the next test would say nothing."""
    assert len(DAYS) == 9


@pytest.mark.parametrize("folder", DAYS, ids=lambda folder: folder.name)
def test_every_headline_of_the_day_is_a_piece_of_its_commits_own_text(folder: Path) -> None:
    """In both languages."""
    entries = read_day(folder).entries
    for language in LANGUAGES:
        analyses = RulesAnalyser().analyse(entries, language).analyses
        for entry in entries:
            assert is_own(entry.commit, analyses[entry.commit.sha].headline), entry.commit.subject
