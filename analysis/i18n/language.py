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
