"""What the rules say, by key and language; the sentences stand in `wording.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path

from analysis.entry import Language
from analysis.triage import Reason


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((Path(__file__).parent / "wording.toml").read_text(encoding="utf-8"))


def say(key: str, language: Language, **values: object) -> str:
    """Return the sentence `group.name` in a language, filled in.

    Raises:
        KeyError: there is no such sentence, or a value for it is missing.
    """
    group, _, name = key.partition(".")
    return _table()[group][name][language].format(**values)


def say_reason(reason: Reason, language: Language) -> str:
    """Say why a commit ranks as it does."""
    code, _, kind = reason.code.partition(".")
    if code == "type":
        return say("reason.type", language, detail=say(f"type.{kind}", language))
    detail = reason.detail
    if code == "surroundings":
        detail = listed([say(f"kind.{kind}", language) for kind in detail.split(",")], language)
    if code in {"model", "corrected"}:
        detail = say(f"importance.{detail}", language)
    return say(f"reason.{code}", language, detail=detail)


def listed(words: list[str], language: Language) -> str:
    """Join words as a sentence does: `a, b and c`, `a、b 和 c`."""
    if len(words) <= 1:
        return "".join(words)
    comma, last = (", ", " and ") if language == "en" else ("、", "和")
    return comma.join(words[:-1]) + last + words[-1]
