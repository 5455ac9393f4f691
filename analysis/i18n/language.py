"""The languages that Daybrief speaks. Each has a folder beside this file, and one in every package that says something."""

from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

WORDS = Path(__file__).parent
"""The folders of what people write, by language: how titles, sentences and symptoms are worded."""
