"""JSON that is safe on any terminal: invisible characters and those that change the direction of text are escaped.

Nothing is lost: whoever reads the JSON gets each character as it was.
"""

import json
import math
import unicodedata
from typing import Any

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Controls, formats (bidirectional ones, joiners), halves of characters, private ones, separators of lines."""


def json_text(data: Any, indent: int | None = None) -> str:
    """Write data as JSON, in one line without `indent`; a number that is none (NaN) is null, for JSON has no word for it."""
    separators = (",", ":") if indent is None else None
    text = json.dumps(_numbers(data), ensure_ascii=False, indent=indent, separators=separators)
    # Outside of strings there is nothing to be escaped but the line's ends, and inside of them these are escaped already.
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
