"""Sentences by key and language, a folder for each language: how every package keeps its words."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from analysis.i18n.language import LANGUAGES, Language


class Sentences:
    """The sentences of one package, read when the first one is wanted.

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

        `group.name_one` is taken instead where `count` is 1 and there is such a sentence.

        Raises:
            KeyError: there is no such sentence, or a value for it is missing.
        """
        group, _, name = key.partition(".")
        sentences = self.tables[language][group]
        if values.get("count") == 1 and f"{name}_one" in sentences:
            name = f"{name}_one"
        return turn(sentences[name]).format(**values)

    def in_all(self, key: str) -> Mapping[Language, str]:
        """Return the sentence `group.name` in every language, as it stands."""
        group, _, name = key.partition(".")
        return {language: table[group][name] for language, table in self.tables.items()}
