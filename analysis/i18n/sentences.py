"""Sentences in both languages side by side, from a file of tables: how every package keeps its words."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from analysis.entry import Language


class Sentences:
    """The sentences of one file, read when the first one is wanted.

    Args:
        file: TOML, a table for each as `[group.name]` with `en` and `zh`.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    @cached_property
    def _table(self) -> dict[str, dict[str, dict[Language, str]]]:
        return tomllib.loads(self._file.read_text(encoding="utf-8"))

    def say(
        self, key: str, language: Language, turn: Callable[[str], str] = lambda sentence: sentence, /, **values: object
    ) -> str:
        """Return the sentence `group.name` in a language, turned into another form by `turn`, then filled in.

        `group.name_one` is taken instead where `count` is 1 and there is such a sentence.

        Raises:
            KeyError: there is no such sentence, or a value for it is missing.
        """
        group, _, name = key.partition(".")
        sentences = self._table[group]
        if values.get("count") == 1 and f"{name}_one" in sentences:
            name = f"{name}_one"
        return turn(sentences[name][language]).format(**values)

    def in_all(self, key: str) -> Mapping[Language, str]:
        """Return the sentence `group.name` in every language, as it stands."""
        group, _, name = key.partition(".")
        return self._table[group][name]
