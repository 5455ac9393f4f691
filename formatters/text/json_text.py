"""JSON that is safe on any terminal: invisible characters and those that change text direction are escaped.

Nothing is lost: parsing the JSON restores every character.
"""

import json
import math
import unicodedata
from typing import Any

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Controls, formats (bidirectional ones, joiners), surrogates, private-use characters, line separators."""


def json_text(data: Any, indent: int | None = None) -> str:
    """Write data as JSON, on one line without `indent`; NaN becomes null, since JSON has no NaN."""
    separators = (",", ":") if indent is None else None
    text = json.dumps(_numbers(data), ensure_ascii=False, indent=indent, separators=separators)
    # Outside strings only line ends could need escaping, and inside strings those are already escaped.
    return text if text.isascii() else "".join(map(_escaped, text))


def _escaped(char: str) -> str:
    if char == "\n" or unicodedata.category(char) not in _HIDDEN:
        return char
    return json.dumps(char)[1:-1]


def _numbers(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _numbers(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_numbers(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data
