"""What people write, by language: the words that programs look for, a file for each language."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from analysis.i18n.language import FOLDER, LANGUAGES


class Words:
    """One package's words, for all languages together, loaded on first use.

    Args:
        folder: has a folder for each language, with `words.toml` in it: tables of words, or of regular expressions, by name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._compiled: dict[str, dict[str, re.Pattern[str]]] = {}
        self._groups: dict[str, dict[str, tuple[str, ...]]] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._sets: dict[str, frozenset[str]] = {}

    @cached_property
    def _languages(self) -> list[dict[str, object]]:
        return [
            tomllib.loads((self._folder / language / "words.toml").read_text(encoding="utf-8"))
            for language in LANGUAGES
        ]

    def __getitem__(self, group: str) -> dict[str, tuple[str, ...]]:
        """Return the words of a group (`title`, `title.types`) by name: those of the first language come first.

        Raises:
            KeyError: no language has such a group.
        """
        if group not in self._groups:
            merged: dict[str, tuple[str, ...]] = {}
            for table in self._languages:
                for name, words in _values(table, group):
                    merged[name] = (*merged.get(name, ()), *words)
            if not merged:
                raise KeyError(group)
            self._groups[group] = merged
        return self._groups[group]

    def one_of(self, name: str) -> frozenset[str]:
        """Return the words that all languages have for `group.name`."""
        if name not in self._sets:
            group, _, key = name.rpartition(".")
            self._sets[name] = frozenset(self[group][key])
        return self._sets[name]

    def names(self, group: str) -> Mapping[str, str]:
        """Return what each word of a group stands for: the other way round."""
        if group not in self._names:
            self._names[group] = {word: name for name, words in self[group].items() for word in words}
        return self._names[group]

    def patterns(self, group: str) -> Mapping[str, re.Pattern[str]]:
        """Return what a group's words find, by name and in their order; they are regular expressions, whatever the case.

        Raises:
            KeyError: no language has such a group.
        """
        if group not in self._compiled:
            self._compiled[group] = {
                name: re.compile("|".join(map(one_line, words)), re.IGNORECASE)
                for name, words in self[group].items()
                if words
            }
        return self._compiled[group]


def one_line(expression: str) -> str:
    """Return a regular expression that a file has on several lines: their breaks and indents do not count."""
    return "".join(map(str.strip, expression.splitlines())) if "\n" in expression else expression


def _values(table: object, group: str) -> Iterator[tuple[str, list[str]]]:
    for step in group.split("."):
        table = table.get(step, {}) if isinstance(table, dict) else {}
    if isinstance(table, dict):
        for name, words in table.items():
            if isinstance(words, list):
                yield name, words


WORDS = Words(FOLDER)
"""The words of the analysis."""
