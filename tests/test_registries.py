"""What is added in several places is in all of them: a platform, a language."""

from pathlib import Path
from typing import get_args

import pytest
from conftest import ROOT

from analysis.i18n.language import ENGLISH_NAMES, LANGUAGES, LOCALES, OWN_NAMES, Language
from bot.cli.chat import Platform
from bot.cli.options import Lang
from bot.port.traits import PLATFORMS
from bot.settings import FeedSettings


def test_every_platform_can_be_set_up() -> None:
    """In the configuration and on the command line."""
    assert set(PLATFORMS) == set(get_args(FeedSettings.model_fields["platform"].annotation)), "bot/settings/"
    assert set(PLATFORMS) == {one.value for one in Platform}, "bot/cli/chat.py"


def test_every_language_can_be_chosen() -> None:
    """On the command line, by its own name, and as platforms call it."""
    assert get_args(Language) == LANGUAGES
    assert [one.value for one in Lang] == list(LANGUAGES), "bot/cli/options.py"
    assert set(OWN_NAMES) == set(ENGLISH_NAMES) == set(LOCALES) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_package_has_its_files_in_every_language(language: str) -> None:
    """The same ones as for English."""
    folders = sorted(ROOT.glob("*/i18n/en"))
    assert folders
    lacking = [
        str((folder.parent / language / file.name).relative_to(ROOT))
        for folder in folders
        for file in sorted(Path(folder).glob("*.toml"))
        if not (folder.parent / language / file.name).is_file()
    ]
    assert lacking == []
