"""Forms as Discord's modals: at most five fields each, so longer forms have several steps."""

from collections.abc import Iterable, Mapping
from typing import Any

from formatters.discord.parts import Json, short
from formatters.i18n.wording import label
from formatters.reply import Field, Form

FIELDS = 5
_LABELLED, _SELECT, _INPUT = 18, 3, 4
_TITLE, _LABEL, _HINT, _OPTION, _OPTIONS, _VALUE = 45, 45, 100, 100, 25, 4_000
_SHORT = 1


def steps(form: Form) -> int:
    """Return how many modals a form needs."""
    return max(1, -(-len(form.fields) // FIELDS))


def modal(form: Form, step: int, custom_id: str, values: Mapping[str, str]) -> Json:
    """Return one step of a form, starting at 0; `values` override the form's own."""
    count = steps(form)
    number = label("list.brackets", form.language, text=f"{step + 1}/{count}") if count > 1 else ""
    fields = form.fields[step * FIELDS : (step + 1) * FIELDS]
    return {
        "custom_id": custom_id,
        "title": short(form.title, _TITLE - len(number)) + number,
        "components": [_labelled(field, values.get(field.name, field.value)) for field in fields],
    }


def _labelled(field: Field, value: str) -> Json:
    made: Json = {
        "type": _LABELLED,
        "label": short(field.label, _LABEL),
        "component": _entry(field, value),
    }
    return made | ({"description": short(field.hint, _HINT)} if field.hint else {})


def _entry(field: Field, value: str) -> Json:
    named: Json = {"custom_id": field.name, "required": not field.optional}
    if 0 < len(field.options) <= _OPTIONS:
        chosen = set(value.split(",")) if field.many else {value}
        options = [
            {"value": key, "label": short(shown, _OPTION), "default": key in chosen} for key, shown in field.options
        ]
        most = len(options) if field.many else 1
        return named | {"type": _SELECT, "options": options, "min_values": int(not field.optional), "max_values": most}
    return named | {"type": _INPUT, "style": _SHORT, "value": value[:_VALUE], "max_length": _VALUE}


def values(components: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the submitted values, by field name, from a modal's components."""
    found: dict[str, str] = {}
    for labelled in components:
        entry = labelled.get("component") or {}
        if "custom_id" in entry:
            found[entry["custom_id"]] = ",".join(entry["values"]) if "values" in entry else entry.get("value") or ""
    return found
