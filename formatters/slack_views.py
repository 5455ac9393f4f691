"""Slack's views: a form as a modal, an answer in a modal, and the Home tab; and what was filled into a form.

https://docs.slack.dev/surfaces/modals
"""

import json
from collections.abc import Mapping, Sequence

from analysis.entry import Language
from formatters.reply import Field, Form, Note, Reply
from formatters.slack import pieces
from formatters.slack_blocks import ACTION, MOST_OPTIONS, Piece, rich
from formatters.slack_text import Json, plain, sentences, spans
from formatters.wording import label

_MOST_BLOCKS, _MOST_SIZE = 100, 200_000
_TITLE, _LABEL, _HINT, _OPTION, _VALUE, _TYPED = 24, 150, 500, 75, 150, 3000
_MOST_GROUPS = 100


def form_view(form: Form, carried: str, values: Mapping[str, str] | None = None, problem: Note | None = None) -> Json:
    """Return a form as a modal; `carried` comes back with it when it is sent.

    After a `problem`, which is shown above the fields, `values` stand in them instead of the form's own.
    """
    given = values or {}
    above = [rich(spans(f"⚠️ {sentences(problem.text, 1000, '…')}"))] if problem else []
    inputs = [_input(field, given.get(field.name, field.value), form.language) for field in form.fields]
    return _view("modal", [block for piece in above for block in piece.blocks] + inputs) | {
        "callback_id": ACTION,
        "title": plain(form.title, _TITLE),
        "submit": plain(form.submit, _TITLE),
        "close": plain(label("slack.close", form.language), _TITLE),
        "private_metadata": carried,
    }


def answer_view(reply: Reply, title: str, language: Language, carried: str) -> Json:
    """Return an answer as a modal that can only be closed; its buttons answer there, too."""
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
    """Read what was filled in, by field; several chosen ones are joined by commas, nothing is an empty text."""
    return {name: _filled(element) for inputs in state.get("values", {}).values() for name, element in inputs.items()}


def _filled(element: Json) -> str:
    if "selected_options" in element:
        return ",".join(option["value"] for option in element["selected_options"] or [])
    if "selected_option" in element:
        return str((element["selected_option"] or {}).get("value", ""))
    return str(element.get("value") or "")


def _view(kind: str, blocks: Sequence[Json]) -> Json:
    return {"type": kind, "blocks": list(blocks)}


def _fitting(found: Sequence[Piece]) -> list[Json]:
    """Return as many blocks as a view takes, whole pieces only; who needs more is told by the reply's own note."""
    blocks: list[Json] = []
    size = 0
    for one in found:
        size += one.size
        if len(blocks) + len(one.blocks) >= _MOST_BLOCKS or size > _MOST_SIZE:
            return [*blocks, *rich(spans("…")).blocks]
        blocks += one.blocks
    return blocks


def _input(field: Field, value: str, language: Language) -> Json:
    made = {
        "type": "input",
        "block_id": f"{ACTION}:{field.name}",
        "label": plain(field.label, _LABEL),
        "optional": field.optional,
        "element": _choice(field, value, language) if field.options else _typed(field, value),
    }
    return made | {"hint": plain(field.hint, _HINT)} if field.hint else made


def _typed(field: Field, value: str) -> Json:
    made: Json = {"type": "plain_text_input", "action_id": field.name}
    return made | {"initial_value": value[:_TYPED]} if value else made


def _choice(field: Field, value: str, language: Language) -> Json:
    options = [{"text": plain(shown, _OPTION), "value": key} for key, shown in field.options if 0 < len(key) <= _VALUE]
    wanted = value.split(",") if field.many else [value]
    chosen = [option for option in options if option["value"] in wanted]
    made: Json = {
        "type": "multi_static_select" if field.many else "static_select",
        "action_id": field.name,
        "placeholder": plain(label("slack.choose", language), _LABEL),
    }
    if len(options) <= MOST_OPTIONS:
        made["options"] = options
    else:
        made["option_groups"] = _groups(options)
    if chosen and field.many:
        made["initial_options"] = chosen
    elif chosen:
        made["initial_option"] = chosen[0]
    return made


def _groups(options: Sequence[Json]) -> list[Json]:
    """Cut a long list into groups, named by their first and last."""
    parts = [options[start : start + MOST_OPTIONS] for start in range(0, len(options), MOST_OPTIONS)][:_MOST_GROUPS]
    return [
        {"label": plain(f"{part[0]['text']['text']} … {part[-1]['text']['text']}", _OPTION), "options": list(part)}
        for part in parts
    ]


def carried(command: str, channel: str, thread: str, language: Language) -> str:
    """Return what a view keeps of where it came from."""
    return json.dumps({"command": command, "channel": channel, "thread": thread, "language": language})
