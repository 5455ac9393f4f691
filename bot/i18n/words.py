"""What people type to the bot, by language."""

from pathlib import Path

from analysis.i18n.words import Words

WORDS = Words(Path(__file__).parent)
