"""The languages that Daybrief speaks. Each has a folder beside this file, and one in every package that says something."""

from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

FOLDER = Path(__file__).parent
"""The folders of what people write, by language: how titles, sentences and symptoms are worded."""

OWN_NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
"""What each language calls itself."""
ENGLISH_NAMES: dict[Language, str] = {"en": "English", "zh": "Chinese (简体中文)"}
"""What models are told to write in."""
LOCALES: dict[Language, tuple[str, ...]] = {"en": ("en-US", "en-GB"), "zh": ("zh-CN", "zh-TW")}
"""The BCP 47 tags under which platforms have each language."""


def language_of(tag: str) -> Language | None:
    """Return the language of a BCP 47 tag such as zh-CN; None if Daybrief does not speak it."""
    primary = tag.partition("-")[0].lower()
    return next((language for language in LANGUAGES if language == primary), None)
