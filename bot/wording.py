"""What the bot says in a conversation, by key and language; the sentences stand in `wording.toml`."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from analysis.entry import Language


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, dict[Language, str]]]:
    return tomllib.loads((Path(__file__).parent / "wording.toml").read_text(encoding="utf-8"))


def tell(key: str, language: Language, **values: object) -> str:
    """Return the sentence `group.name` in a language, filled in; raise KeyError if there is none.

    `group.name_one` is taken instead where `count` is 1 and there is such a sentence.
    """
    group, _, name = key.partition(".")
    sentences = _table()[group]
    if values.get("count") == 1 and f"{name}_one" in sentences:
        name = f"{name}_one"
    return sentences[name][language].format(**values)


def in_all(key: str) -> Mapping[Language, str]:
    """Return the sentence `group.name` in every language, as it stands."""
    group, _, name = key.partition(".")
    return _table()[group][name]
