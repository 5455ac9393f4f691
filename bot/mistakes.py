"""Mistakes in the configuration, as sentences: each names the place, the value, and what it may be. No secret is shown."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydantic

from bot.settings import Settings, table

_LONGEST_SHOWN = 40
"""Characters of a value that is repeated; a longer one is more likely a secret in the wrong place."""

_EXPECTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text in quotation marks",
    "string_sub_type": "text in quotation marks",
    "path_type": "a path in quotation marks",
    "tuple_type": 'a list such as ["one", "two"]',
    "time_type": "a time of day such as 09:00",
    "time_parsing": "a time of day such as 09:00",
    "time_delta_type": "a time of day such as 09:00",
    "literal_error": "{expected}",
    "greater_than_equal": "{ge:g} or more",
    "greater_than": "more than {gt:g}",
    "less_than_equal": "{le:.15g} or less",
}
"""What is possible, by pydantic's type of error. https://docs.pydantic.dev/latest/errors/validation_errors/"""


def explain(
    error: pydantic.ValidationError,
    tables: Mapping[str, Any],
    variables: Mapping[tuple[str, ...], str],
    source: Path | None,
) -> str:
    """Return all mistakes in one text; `variables` are the environment's, by the table and key that each sets."""
    secrets = [value for name, keys in tables.items() for value in _secrets(name, keys)]
    told = []
    for fault in error.errors(include_url=False):
        where = tuple(str(part) for part in fault["loc"])
        variable = variables.get(where[:2])
        place = f"the environment variable {variable}" if variable else f"{source}: {_place(where)}"
        if fault["type"] == "extra_forbidden":
            told.append(f"{place} is unknown; {_known(where, variable)}")
        elif fault["type"] == "missing":
            told.append(f"{place} is missing: {_description(where)}")
        else:
            told.append(f"{place}{_fault(fault, where, secrets)}")
    text = "The configuration has a mistake: " + "; ".join(told)
    return text if text.endswith("?") else f"{text}."


def _place(where: tuple[str, ...]) -> str:
    """Write a place as in the file: `[model] name`, `[areas.amd] words, entry 2`, `[[feeds]] 1, zone`."""
    if where[0] == "feeds" and len(where) > 1 and where[1].isdigit():
        return ", ".join([f"[[feeds]] {int(where[1]) + 1}", *where[2:3]])
    deep = 2 if where[0] in {"areas", "people"} and len(where) > 1 else 1
    key = where[deep : deep + 1]
    entry = f", entry {int(where[deep + 1]) + 1}" if where[deep + 1 :] and where[deep + 1].isdigit() else ""
    return " ".join([f"[{'.'.join(where[:deep])}]", *key]) + entry


def _fault(fault: Any, where: tuple[str, ...], secrets: list[str]) -> str:
    """Say what is wrong with a value, as the rest of a sentence that begins with its place."""
    kind = fault["type"]
    if where == ("feeds",) and isinstance(fault["input"], dict):
        return ": write [[feeds]], in double brackets, above each feed"
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        example = f', such as {where[1]} = {{ slack = "U…" }}' if where[0] == "people" and len(where) > 1 else ""
        return f": it should be a table{example}"
    shown = _shown(fault["input"], where, secrets)
    if kind == "value_error":
        said = str(fault["ctx"]["error"])
        return f"{shown}: it {said}" if said.startswith("should ") else f": {said}"
    if kind in _EXPECTED:
        return f"{shown}: it should be {_EXPECTED[kind].format(**fault.get('ctx', {}))}"
    return f"{shown}: it should be {_description(where)}"


def _shown(value: object, where: tuple[str, ...], secrets: list[str]) -> str:
    """Repeat a value, unless it is or resembles a secret, or is no single value."""
    from analysis.commits.redaction import redact

    text = str(value)
    if isinstance(value, str) and not text.strip():
        return " is empty"
    if not isinstance(value, (str, int, float)) or _is_secret(where) or len(text) > _LONGEST_SHOWN:
        return ""
    if redact(text)[1] or any(text in secret for secret in secrets):
        return ""
    return f" is {text!r}" if isinstance(value, str) else f" is {str(value).lower()}"


def _is_secret(where: tuple[str, ...]) -> bool:
    field = _field(where)
    return where[0] == "outlets" or (field is not None and field.annotation is pydantic.SecretStr)


def _secrets(name: str, keys: object) -> list[str]:
    """Return the secret values of a table as it was read."""
    if not isinstance(keys, dict):
        return []
    return [str(value) for key, value in keys.items() if value and _is_secret((name, str(key)))]


def _field(where: tuple[str, ...]) -> pydantic.fields.FieldInfo | None:
    """Return the setting at a place; None if there is none, or only a table."""
    if where[0] not in Settings.model_fields or where[0] == "outlets":
        return None
    key = where[2:3] if where[0] in {"areas", "people", "feeds"} else where[1:2]
    return table(where[0]).model_fields.get(key[0]) if key else None


def _description(where: tuple[str, ...]) -> str:
    field = _field(where)
    return str(field.description if field else "") or "something else"


def _known(where: tuple[str, ...], variable: str | None) -> str:
    from difflib import get_close_matches

    if len(where) == 1:
        names, of = list(Settings.model_fields), ""
    else:
        names, of = list(table(where[0]).model_fields), where[0]
    near = next(iter(get_close_matches(where[-1], names, n=1)), "")
    if near:
        return f"did you mean {variable.replace(where[-1].upper(), near.upper(), 1) if variable else near}?"
    return f"[{of}] has {', '.join(names)}" if of else f"the tables are {', '.join(names)}"
