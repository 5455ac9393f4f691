"""Labels of the formats, by key and language; each language has a folder."""

from datetime import date
from pathlib import Path

from analysis.commits.window import Window
from analysis.i18n.catalogue import Sentences
from analysis.i18n.language import Language

label = Sentences(Path(__file__).parent).say


def say_day(day: date, language: Language) -> str:
    """Say a day with its weekday."""
    weekday = label(f"weekday.{day.weekday()}", language)
    return label("report.day", language, weekday=weekday, date=day.isoformat())


def say_days(window: Window, language: Language) -> str:
    """Say the day of a window, or its first and last."""
    if window.first == window.last:
        return say_day(window.first, language)
    return label("report.days", language, first=window.first.isoformat(), last=window.last.isoformat())
