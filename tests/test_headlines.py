"""Headlines are people's own words: each is a piece of its commit's text, or of what the commit takes back."""

from pathlib import Path

import pytest
from conftest import SAMPLE_NOW
from made import a_commit, the_sample
from own_words import is_own

from analysis.i18n.language import LANGUAGES, Language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_headline_is_a_piece_of_its_commits_own_text(
    quill: Path, environ: dict[str, str], language: Language
) -> None:
    """In both languages the same, and never reworded."""
    digest, _ = the_sample(quill, environ, SAMPLE_NOW, language)
    assert digest.entries
    for entry in digest.entries:
        assert entry.analysis is not None
        assert is_own(entry.commit, entry.analysis.headline), entry.commit.subject


def test_what_is_reworded_is_not_their_own() -> None:
    """Marks and line breaks are no words."""
    commit = a_commit("Fix the `cache`\n\nIt no longer\nwaits.")
    assert is_own(commit, "It no longer waits.")
    assert not is_own(commit, "The cache is fixed")
