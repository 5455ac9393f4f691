"""Regular expressions as data: a module's patterns are in the TOML file beside it, compiled on first use."""

import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from analysis.i18n.words import WORDS, Words, one_line

_PART = re.compile(r"\(\?&(\w+)\)")
_NO_VALUES: Mapping[str, str] = MappingProxyType({})


class Patterns:
    """The patterns of one module, by name: `patterns.loop` is its file's key `loop`, `patterns["verbs"]` the table `[verbs]`.

    A value is a regular expression, which may go on over several lines (their breaks and indents do not count), or a
    list of alternatives; its flags stand at its start: `(?im)`. `(?&name)` stands for the value `name` of the same file
    or, where people's words are read, for the words that all languages have for `name`.

    Args:
        module: the module's `__file__`.
        group: the group of `words.toml` that has the words; those of `marks`, which end and part sentences, are there for all.
        words: the package's words.
    """

    def __init__(self, module: str, group: str = "", words: Words = WORDS) -> None:
        self._path = Path(module).with_suffix(".toml")
        self._group = group
        self._words = words
        self._compiled: dict[str, dict[str, re.Pattern[str]]] = {}

    def __getattr__(self, name: str) -> re.Pattern[str]:
        """Compile a pattern, once.

        Raises:
            AttributeError: the file has no such pattern.
        """
        if name.startswith("_") or not isinstance(self._file.get(name), str | list):
            raise AttributeError(name)
        pattern = re.compile(self._text(name))
        setattr(self, name, pattern)
        return pattern

    def __getitem__(self, table: str) -> dict[str, re.Pattern[str]]:
        """Compile the patterns of a table, once, in their order: of the file's own, or of the words that all languages have for it.

        Raises:
            KeyError: there is no such table.
        """
        if table not in self._compiled:
            texts = self._file.get(table) or {
                name: list(words) for name, words in self._words[f"{self._group}.{table}"].items()
            }
            if not isinstance(texts, dict):
                raise KeyError(table)
            self._compiled[table] = {name: re.compile(self._filled(text, {})) for name, text in texts.items()}
        return self._compiled[table]

    def of(self, name: str, /, **values: str) -> re.Pattern[str]:
        """Compile a pattern, or a table's (`bound.python`), for values that it names as `(?&key)`: each is found as it is written."""
        return re.compile(self._text(name, {key: re.escape(value) for key, value in values.items()}))

    @cached_property
    def _file(self) -> dict[str, str | list[str] | dict[str, str | list[str]]]:
        return tomllib.loads(self._path.read_text(encoding="utf-8"))

    @cached_property
    def _said(self) -> dict[str, tuple[str, ...]]:
        return {**WORDS["marks"], **(self._words[self._group] if self._group else {})}

    def _text(self, name: str, values: Mapping[str, str] = _NO_VALUES) -> str:
        if name in values:
            return values[name]
        table, _, key = name.rpartition(".")
        value = self._file[table] if table else self._file.get(name) or list(self._said[name])
        if isinstance(value, dict):
            value = value[key]
        return self._filled(value, values)

    def _filled(self, value: str | list[str], values: Mapping[str, str]) -> str:
        text = "|".join(map(one_line, [value] if isinstance(value, str) else value))
        return _PART.sub(lambda part: f"(?:{self._text(part[1], values)})", text)
