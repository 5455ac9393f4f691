"""Slack's views: a form as a modal, an answer in a modal, and the Home tab; and the values entered in a form.

https://docs.slack.dev/surfaces/modals
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.i18n.language import Language
from formatters.i18n.wording import label
from formatters.reply import Field, Form, Note, Reply
from formatters.slack.blocks import ACTION, MOST_OPTIONS, Piece, rich
from formatters.slack.replies import pieces
from formatters.slack.text import Json, plain, sentences, spans

_MOST_BLOCKS, _MOST_SIZE = 100, 200_000
_TITLE, _LABEL, _HINT, _OPTION, _VALUE, _TYPED = 24, 150, 500, 75, 150, 3000
_MOST_GROUPS = 100


def form_view(form: Form, carried: str) -> Json:
    """Return a form as a modal; `carried` (at most 3,000 characters) comes back with it on submission."""
    return _view("modal", [_input(field, form.language) for field in form.fields]) | {
        "callback_id": ACTION,
        "title": plain(form.title, _TITLE),
        "submit": plain(form.submit, _TITLE),
        "close": plain(label("slack.close", form.language), _TITLE),
        "private_metadata": carried,
    }


def form_again(sent: Mapping[str, Any], problem: Note) -> Json:
    """Return a form as submitted, with all values kept, and the problem above the field it concerns."""
    values = form_values(sent["state"])
    told = rich(spans(f"⚠️ {sentences(problem.text, 1000, '…')}")).blocks
    inputs = [_filled(block, values) for block in sent["blocks"] if block["type"] == "input"]
    at = next((at for at, block in enumerate(inputs) if block["element"]["action_id"] == problem.field), 0)
    kept = ("callback_id", "title", "submit", "close", "private_metadata")
    return _view("modal", [*inputs[:at], *told, *inputs[at:]]) | {key: sent[key] for key in kept}


def _filled(block: Json, values: Mapping[str, str]) -> Json:
    """Return an input with the submitted value; an empty one stays empty, whatever its initial value was."""
    element = {key: value for key, value in block["element"].items() if not key.startswith("initial_")}
    return block | {"element": element | _initial(element, values.get(element["action_id"], ""))}


def working_view(sent: Mapping[str, Any], text: str) -> Json:
    """Return what replaces a form while its answer is made."""
    return _view("modal", rich(spans(f"⏳ {text}")).blocks) | {
        "callback_id": ACTION,
        "title": sent["title"],
        "private_metadata": sent["private_metadata"],
    }


def answer_view(reply: Reply, title: str, language: Language, carried: str) -> Json:
    """Return an answer as a modal that can only be closed; its buttons answer in it, too."""
    return _view("modal", _fitting(pieces(reply, in_view=True))) | {
        "callback_id": ACTION,
        "title": plain(title, _TITLE),
        "close": plain(label("slack.close", language), _TITLE),
        "private_metadata": carried,
    }


def home_view(reply: Reply) -> Json:
    """Return the Home tab."""
    return _view("home", _fitting(pieces(reply, in_view=True)))


def form_values(state: Json) -> dict[str, str]:
    """Return the submitted values, by field; several choices are joined by commas, none is an empty string."""
    return {name: _given(element) for inputs in state.get("values", {}).values() for name, element in inputs.items()}


def _given(element: Json) -> str:
    if "selected_options" in element:
        return ",".join(option["value"] for option in element["selected_options"] or [])
    if "selected_time" in element:
        return str(element["selected_time"] or "")
    if "selected_option" in element:
        return str((element["selected_option"] or {}).get("value", ""))
    return str(element.get("value") or "")


def _view(kind: str, blocks: Sequence[Json]) -> Json:
    return {"type": kind, "blocks": list(blocks)}


def _fitting(found: Sequence[Piece]) -> list[Json]:
    """Return as many blocks as fit into a view, in whole pieces; the reply's own note says how to get more."""
    blocks: list[Json] = []
    size = 0
    for one in found:
        size += one.size
        if len(blocks) + len(one.blocks) >= _MOST_BLOCKS or size > _MOST_SIZE:
            return [*blocks, *rich(spans("…")).blocks]
        blocks += one.blocks
    return blocks


def _input(field: Field, language: Language) -> Json:
    kind = "timepicker" if field.is_time else "plain_text_input"
    if field.offers:
        element = _search(field, language)
    else:
        element = _choice(field, language) if field.options else {"type": kind, "action_id": field.name}
    made = {
        "type": "input",
        "block_id": f"{ACTION}:{field.name}:{field.offers}" if field.offers else f"{ACTION}:{field.name}",
        "label": plain(field.label, _LABEL),
        "optional": field.optional,
        "element": element | _initial(element, field.value),
    }
    return made | {"hint": plain(field.hint, _HINT)} if field.hint else made


def _search(field: Field, language: Language) -> Json:
    """Return a menu whose options are loaded while the user types."""
    return {
        "type": "multi_external_select" if field.many else "external_select",
        "action_id": field.name,
        "placeholder": plain(label("slack.choose", language), _LABEL),
        "min_query_length": int(field.offers in {"repository", "author", "label"}),  # there may be none at first
    }


def offered(block_id: str) -> str:
    """Return what a field offers, by its block's ID; empty if it offers nothing."""
    return block_id.removeprefix(ACTION).rpartition(":")[2]


def offers(found: Sequence[tuple[str, str]], typed: str) -> list[Json]:
    """Return options for the (value, label) pairs offered; the typed text is among them: any value is accepted."""
    typed = typed.strip()
    known = {value.lower() for value, _ in found} | {shown.lower() for _, shown in found}
    given = [] if not typed or typed.lower() in known else [(typed, typed)]
    return [
        {"text": plain(shown, _OPTION), "value": value}
        for value, shown in [*found, *given][:MOST_OPTIONS]
        if 0 < len(value) <= _VALUE
    ]


def _choice(field: Field, language: Language) -> Json:
    options = [{"text": plain(shown, _OPTION), "value": key} for key, shown in field.options if 0 < len(key) <= _VALUE]
    made: Json = {
        "type": "multi_static_select" if field.many else "static_select",
        "action_id": field.name,
        "placeholder": plain(label("slack.choose", language), _LABEL),
    }
    many = len(options) > MOST_OPTIONS
    return made | ({"option_groups": _groups(options)} if many else {"options": options})


def _initial(element: Json, value: str) -> Json:
    """Return an input's initial value."""
    if element["type"] == "plain_text_input":
        return {"initial_value": value[:_TYPED]} if value else {}
    if element["type"] == "timepicker":
        return {"initial_time": value} if value else {}
    wanted = [one.strip() for one in value.split(",")] if element["type"].startswith("multi_") else [value]
    if element["type"].endswith("external_select"):
        some = offers([(one, one) for one in wanted if one], "")
        if not some:
            return {}
        return {"initial_options": some} if element["type"].startswith("multi_") else {"initial_option": some[0]}
    groups = element.get("option_groups") or [element]
    chosen = [option for group in groups for option in group["options"] if option["value"] in wanted]
    if not chosen:
        return {}
    return {"initial_options": chosen} if element["type"].startswith("multi_") else {"initial_option": chosen[0]}


def _groups(options: Sequence[Json]) -> list[Json]:
    """Split a long list into groups, named by their first and last options."""
    parts = [options[start : start + MOST_OPTIONS] for start in range(0, len(options), MOST_OPTIONS)][:_MOST_GROUPS]
    return [
        {"label": plain(f"{part[0]['text']['text']} … {part[-1]['text']['text']}", _OPTION), "options": list(part)}
        for part in parts
    ]
