"""Sentences by key and language, one folder per language: how every package keeps its wording."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from analysis.i18n.language import LANGUAGES, Language


class Sentences:
    """One package's sentences, loaded on first use.

    Args:
        folder: has a folder for each language, with `wording.toml` in it: tables of sentences by name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def tables(self) -> dict[Language, dict[str, dict[str, str]]]:
        """The sentences by language, group and name."""
        return {
            language: tomllib.loads((self._folder / language / "wording.toml").read_text(encoding="utf-8"))
            for language in LANGUAGES
        }

    def say(
        self, key: str, language: Language, turn: Callable[[str], str] = lambda sentence: sentence, /, **values: object
    ) -> str:
        """Return the sentence `group.name` in a language, turned into another form by `turn`, then filled in.

        `group.name_one` is used instead if `count` is 1 and it exists.

        Raises:
            KeyError: there is no such sentence, or a value for it is missing.
        """
        group, _, name = key.partition(".")
        sentences = self.tables[language][group]
        if values.get("count") == 1 and f"{name}_one" in sentences:
            name = f"{name}_one"
        return turn(sentences[name]).format(**values)

    def in_all(self, key: str) -> Mapping[Language, str]:
        """Return the sentence `group.name` in every language, without filling it in."""
        group, _, name = key.partition(".")
        return {language: table[group][name] for language, table in self.tables.items()}
