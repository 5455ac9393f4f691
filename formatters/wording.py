"""Labels of the formats, by key and language; they stand in `wording.toml`."""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path

from analysis.entry import Language
from analysis.window import Window


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((Path(__file__).parent / "wording.toml").read_text(encoding="utf-8"))


def label(key: str, language: Language, **values: object) -> str:
    """Return the label `group.name` in a language, filled in; raise KeyError if there is none.

    `group.name_one` is taken instead where `count` is 1 and there is such a label.
    """
    group, _, name = key.partition(".")
    labels = _table()[group]
    if values.get("count") == 1 and f"{name}_one" in labels:
        name = f"{name}_one"
    return labels[name][language].format(**values)


def say_day(day: date, language: Language) -> str:
    """Say a day with its weekday."""
    weekday = label(f"weekday.{day.weekday()}", language)
    return label("report.day", language, weekday=weekday, date=day.isoformat())


def say_days(window: Window, language: Language) -> str:
    """Say the day of a window, or its first and last."""
    if window.first == window.last:
        return say_day(window.first, language)
    return label("report.days", language, first=window.first.isoformat(), last=window.last.isoformat())
