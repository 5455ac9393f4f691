"""Slack's documented Block Kit and message limits, as pure functions.

Each check returns lines in the wording Slack answers with, for example
``must be less than 3001 characters [json-pointer:/blocks/0/text/text]``. Usable without a server:
``check_blocks(blocks)`` on what a renderer produced is empty when Slack would take it. The limits
are those of Slack's Block Kit reference; wordings that have not been seen in public reports are
marked "wording guessed".
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from servers import slack_data_blocks as data_blocks
from servers.slack_problems import Json, Path, Problems

Surface = Literal["message", "modal", "home"]

MAX_TEXT = 40_000
MAX_MARKDOWN = 12_000
MAX_ATTACHMENTS = 100
MAX_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MAX_SECTION_TEXT = 3000
MAX_SECTION_FIELDS = 10
MAX_FIELD_TEXT = 2000
MAX_HEADER = 150
MAX_CONTEXT_ELEMENTS = 10
MAX_ACTIONS = 25
MAX_ID = 255
MAX_BUTTON_TEXT = 75
MAX_BUTTON_VALUE = 2000
MAX_URL = 3000
MAX_OPTIONS = 100
MAX_OPTION_TEXT = 75
MAX_OPTION_VALUE = 150
MAX_OVERFLOW_OPTIONS = 5
MAX_CHECKBOXES = 10
MAX_PLACEHOLDER = 150
MAX_IMAGE_TEXT = 2000
MAX_LABEL = 2000
MAX_MODAL_TITLE = 24
MAX_PRIVATE_METADATA = 3000
MAX_VIEW_BYTES = 250 * 1024
MAX_TABLE_ROWS = 100
MAX_TABLE_COLUMNS = 20
MAX_TABLE_TEXT = 10_000
#: Undocumented; https://github.com/slackapi/bolt-js/issues/2509 and 2867.
MAX_TOTAL = 12_000

RICH_TEXT = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}

_SELECT_KINDS = ("static", "external", "users", "conversations", "channels")
SELECTS = frozenset(f"{kind}_select" for kind in _SELECT_KINDS)
MULTI_SELECTS = frozenset(f"multi_{kind}_select" for kind in _SELECT_KINDS)
PICKERS = frozenset({"datepicker", "timepicker"})
IN_ACTIONS = (
    SELECTS
    | MULTI_SELECTS
    | PICKERS
    | {"button", "checkboxes", "datetimepicker", "overflow", "radio_buttons", "rich_text_input", "workflow_button"}
)
IN_SECTION = SELECTS | MULTI_SELECTS | PICKERS | {"button", "checkboxes", "image", "overflow", "radio_buttons"}
IN_SECTION |= {"workflow_button"}
IN_INPUT = SELECTS | MULTI_SELECTS | PICKERS | {"checkboxes", "datetimepicker", "radio_buttons", "plain_text_input"}
IN_INPUT |= {"email_text_input", "url_text_input", "number_input", "file_input", "rich_text_input"}

_COMMON_BLOCKS = {"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
BLOCKS: dict[Surface, set[str]] = {
    "message": _COMMON_BLOCKS
    | {"context_actions", "file", "markdown", "table", "task_card", "plan", "data_table", "data_visualization"},
    "modal": _COMMON_BLOCKS,
    "home": _COMMON_BLOCKS,
}

#: Keys a block or element may have; Slack refuses others. Types not listed are not checked for this.
KEYS: dict[str, set[str]] = {
    "actions": {"elements"},
    "context": {"elements"},
    "divider": set(),
    "data_table": {"rows", "caption", "page_size", "row_header_column_index"},
    "data_visualization": {"title", "chart"},
    "plan": {"title", "tasks"},
    "task_card": data_blocks.TASK_KEYS,
    "header": {"text"},
    "image": {"image_url", "slack_file", "alt_text", "title"},
    "input": {"label", "element", "dispatch_action", "hint", "optional"},
    "markdown": {"text"},
    "section": {"text", "fields", "accessory", "expand"},
    "button": {"text", "action_id", "url", "value", "style", "confirm", "accessibility_label"},
    "overflow": {"action_id", "options", "confirm"},
    "static_select": {
        *("action_id", "options", "option_groups", "placeholder", "initial_option", "confirm", "focus_on_load")
    },
}


# -- blocks ------------------------------------------------------------------------------------


def check_blocks(blocks: Sequence[Json], surface: Surface = "message", base: Path = ("blocks",)) -> list[str]:
    problems = Problems()
    _blocks(problems, list(blocks), surface, base)
    return problems.lines


def _blocks(problems: Problems, blocks: list[Json], surface: Surface, base: Path) -> None:
    problems.count(base, blocks, MAX_BLOCKS[surface], low=0)
    seen: set[str] = set()
    markdown = 0
    for index, block in enumerate(blocks):
        at = (*base, index)
        kind = block.get("type")
        if kind is None:
            problems.add(at, "missing required field: type")
            continue
        if kind not in BLOCKS[surface]:
            problems.add((*at, "type"), f"unsupported type: {kind}")
            continue
        block_id = block.get("block_id")
        problems.length((*at, "block_id"), block_id, MAX_ID)
        if block_id is not None and block_id in seen:
            problems.add((*at, "block_id"), f"block_id {block_id} already exists")  # wording guessed
        seen.add(str(block_id))
        if kind in KEYS:
            problems.keys(at, block, {"type", "block_id", *KEYS[kind]})
        check = _BLOCK_CHECKS.get(kind)
        if check is not None:
            check(problems, block, at)
        if kind == "markdown":
            markdown += len(str(block.get("text") or ""))
    if markdown > MAX_MARKDOWN:
        problems.add(base, f"markdown text must be less than {MAX_MARKDOWN + 1} characters")  # wording guessed
    if surface == "message" and len(visible_text(blocks)) > MAX_TOTAL:
        problems.add(base, "msg_blocks_too_long")
    if sum(1 for block in blocks if block.get("type") == "table") > 1:
        problems.add(base, "only one table block is allowed")  # wording guessed
    if sum(1 for block in blocks if block.get("type") == "data_visualization") > data_blocks.MAX_CHARTS:
        problems.add(
            base, f"no more than {data_blocks.MAX_CHARTS} data_visualization blocks allowed"
        )  # wording guessed
    tables = [block for block in blocks if block.get("type") == "data_table"]
    if len(visible_text(tables)) > data_blocks.MAX_TABLE_TEXT:
        problems.add(base, f"cells of data_table blocks must be less than {data_blocks.MAX_TABLE_TEXT + 1} characters")


def _section(problems: Problems, block: Json, at: Path) -> None:
    if block.get("text") is None and not block.get("fields"):
        problems.add(at, "must define either `text` or `fields`")  # wording guessed
    problems.text((*at, "text"), block.get("text"), MAX_SECTION_TEXT, required=False)
    if block.get("fields") is not None:
        for index, item in enumerate(problems.count((*at, "fields"), block["fields"], MAX_SECTION_FIELDS)):
            problems.text((*at, "fields", index), item, MAX_FIELD_TEXT)
    if block.get("accessory") is not None:
        _elements(problems, [(block["accessory"], (*at, "accessory"))], IN_SECTION)


def _header(problems: Problems, block: Json, at: Path) -> None:
    problems.text((*at, "text"), block.get("text"), MAX_HEADER, plain=True)


def _context(problems: Problems, block: Json, at: Path) -> None:
    for index, item in enumerate(problems.count((*at, "elements"), block.get("elements"), MAX_CONTEXT_ELEMENTS)):
        where = (*at, "elements", index)
        if item.get("type") == "image":
            _image(problems, item, where)
        elif item.get("type") in ("mrkdwn", "plain_text"):
            problems.text(where, item, MAX_SECTION_TEXT)
        else:
            problems.add((*where, "type"), f"unsupported type: {item.get('type')}")


def _actions(problems: Problems, block: Json, at: Path) -> None:
    items = problems.count((*at, "elements"), block.get("elements"), MAX_ACTIONS)
    _elements(problems, [(item, (*at, "elements", index)) for index, item in enumerate(items)], IN_ACTIONS)


def _image(problems: Problems, block: Json, at: Path) -> None:
    if block.get("image_url") is None and block.get("slack_file") is None:
        problems.add(at, "must define either `image_url` or `slack_file`")  # wording guessed
    problems.length((*at, "image_url"), block.get("image_url"), MAX_URL)
    problems.length((*at, "alt_text"), block.get("alt_text"), MAX_IMAGE_TEXT, required=True, minimum=0)
    problems.text((*at, "title"), block.get("title"), MAX_IMAGE_TEXT, plain=True, required=False)


def _input(problems: Problems, block: Json, at: Path) -> None:
    problems.text((*at, "label"), block.get("label"), MAX_LABEL, plain=True)
    problems.text((*at, "hint"), block.get("hint"), MAX_LABEL, plain=True, required=False)
    element = block.get("element")
    if not isinstance(element, dict):
        problems.add(at, "missing required field: element")
    else:
        _elements(problems, [(element, (*at, "element"))], IN_INPUT)


def _markdown(problems: Problems, block: Json, at: Path) -> None:
    problems.length((*at, "text"), block.get("text"), MAX_MARKDOWN, required=True)


def _rich_text(problems: Problems, block: Json, at: Path) -> None:
    for index, item in enumerate(problems.count((*at, "elements"), block.get("elements"), 1000)):
        where = (*at, "elements", index)
        if item.get("type") not in RICH_TEXT:
            problems.add((*where, "type"), f"unsupported type: {item.get('type')}")
        elif item["type"] == "rich_text_list":
            for number, entry in enumerate(problems.count((*where, "elements"), item.get("elements"), 1000)):
                _spans(problems, entry, (*where, "elements", number))
        else:
            _spans(problems, item, where)


def _spans(problems: Problems, item: Json, at: Path) -> None:
    for index, span in enumerate(problems.count((*at, "elements"), item.get("elements"), 1000, low=0)):
        where = (*at, "elements", index)
        if span.get("type") in {"text", "link"}:
            problems.keys(
                where, span, {"type", "text", "style", "url"} - ({"url"} if span["type"] == "text" else set())
            )
            problems.length((*where, "text"), span.get("text"), MAX_TOTAL, required=span["type"] == "text")
        if span.get("type") == "link":
            problems.length((*where, "url"), span.get("url"), MAX_URL, required=True)


def _table(problems: Problems, block: Json, at: Path) -> None:
    rows = block.get("rows")
    if not isinstance(rows, list):
        problems.add(at, "missing required field: rows")
        return
    if len(rows) > MAX_TABLE_ROWS:
        problems.add((*at, "rows"), f"no more than {MAX_TABLE_ROWS} items allowed")
    for index, row in enumerate(rows):
        if not isinstance(row, list) or len(row) > MAX_TABLE_COLUMNS:
            problems.add((*at, "rows", index), f"no more than {MAX_TABLE_COLUMNS} items allowed")
        for number, cell in enumerate(row if isinstance(row, list) else []):
            where = (*at, "rows", index, number)
            if cell.get("type") == "rich_text":
                _rich_text(problems, cell, where)
            elif cell.get("type") != "raw_text":
                problems.add((*where, "type"), f"unsupported type: {cell.get('type')}")
    if len(visible_text([block])) > MAX_TABLE_TEXT:
        problems.add((*at, "rows"), f"must be less than {MAX_TABLE_TEXT + 1} characters")


def _data_table(problems: Problems, block: Json, at: Path) -> None:
    data_blocks.data_table(problems, block, at, _rich_text)


def _task_card(problems: Problems, block: Json, at: Path) -> None:
    data_blocks.task_card(problems, block, at, _rich_text)


def _plan(problems: Problems, block: Json, at: Path) -> None:
    data_blocks.plan(problems, block, at, _rich_text)


def _video(problems: Problems, block: Json, at: Path) -> None:
    for key in ("video_url", "thumbnail_url", "alt_text"):
        problems.length((*at, key), block.get(key), MAX_URL, required=True)
    problems.text((*at, "title"), block.get("title"), 199, plain=True)


_BLOCK_CHECKS = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "table": _table,
    "data_table": _data_table,
    "data_visualization": data_blocks.data_visualization,
    "plan": _plan,
    "task_card": _task_card,
    "video": _video,
}


# -- elements ----------------------------------------------------------------------------------


def _elements(problems: Problems, items: Sequence[tuple[Json, Path]], allowed: frozenset[str] | set[str]) -> None:
    seen: set[str] = set()
    for item, at in items:
        kind = item.get("type")
        if kind not in allowed:
            problems.add((*at, "type"), f"unsupported type: {kind}")
            continue
        if kind in KEYS and kind != "image":
            problems.keys(at, item, {"type", *KEYS[kind]})
        action_id = item.get("action_id")
        problems.length((*at, "action_id"), action_id, MAX_ID)
        if action_id is not None and action_id in seen:
            problems.add((*at, "action_id"), f"action_id {action_id} already exists")  # wording guessed
        seen.add(str(action_id))
        _element(problems, item, at)


def _element(problems: Problems, item: Json, at: Path) -> None:
    kind = str(item["type"])
    _confirm(problems, item.get("confirm"), (*at, "confirm"))
    if kind == "button":
        problems.text((*at, "text"), item.get("text"), MAX_BUTTON_TEXT, plain=True)
        problems.length((*at, "value"), item.get("value"), MAX_BUTTON_VALUE, minimum=0)
        problems.length((*at, "url"), item.get("url"), MAX_URL)
        problems.length((*at, "accessibility_label"), item.get("accessibility_label"), MAX_BUTTON_TEXT)
        if item.get("style") not in (None, "primary", "danger"):
            problems.add((*at, "style"), "must be one of: primary, danger")  # wording guessed
    elif kind == "image":
        _image(problems, item, at)
    elif kind == "overflow":
        _options(problems, item.get("options"), (*at, "options"), MAX_OVERFLOW_OPTIONS)
    elif kind in ("checkboxes", "radio_buttons"):
        _options(problems, item.get("options"), (*at, "options"), MAX_CHECKBOXES, plain=False)
    elif kind in SELECTS | MULTI_SELECTS:
        problems.text((*at, "placeholder"), item.get("placeholder"), MAX_PLACEHOLDER, plain=True, required=False)
        if kind.endswith("static_select"):
            _static_options(problems, item, at)
    elif kind in ("plain_text_input", "email_text_input", "url_text_input", "number_input", *PICKERS):
        problems.text((*at, "placeholder"), item.get("placeholder"), MAX_PLACEHOLDER, plain=True, required=False)
        if item.get("max_length") is not None and not 1 <= item["max_length"] <= 3000:
            problems.add((*at, "max_length"), "must be between 1 and 3000")  # wording guessed


def _static_options(problems: Problems, item: Json, at: Path) -> None:
    groups = item.get("option_groups")
    if groups is None:
        _options(problems, item.get("options"), (*at, "options"), MAX_OPTIONS)
        return
    if item.get("options") is not None:
        problems.add(at, "must define either `options` or `option_groups`, not both")  # wording guessed
    for index, group in enumerate(problems.count((*at, "option_groups"), groups, MAX_OPTIONS)):
        where = (*at, "option_groups", index)
        problems.text((*where, "label"), group.get("label"), MAX_OPTION_TEXT, plain=True)
        _options(problems, group.get("options"), (*where, "options"), MAX_OPTIONS)


def _options(problems: Problems, options: Any, at: Path, limit: int, *, plain: bool = True) -> None:
    for index, option in enumerate(problems.count(at, options, limit)):
        where = (*at, index)
        description = option.get("description")
        problems.text((*where, "text"), option.get("text"), MAX_OPTION_TEXT, plain=plain)
        problems.length((*where, "value"), option.get("value"), MAX_OPTION_VALUE, required=True)
        problems.text((*where, "description"), description, MAX_OPTION_TEXT, plain=plain, required=False)


def _confirm(problems: Problems, confirm: Any, at: Path) -> None:
    if confirm is None:
        return
    problems.text((*at, "title"), confirm.get("title"), 100, plain=True)
    problems.text((*at, "text"), confirm.get("text"), 300)
    problems.text((*at, "confirm"), confirm.get("confirm"), 30, plain=True)
    problems.text((*at, "deny"), confirm.get("deny"), 30, plain=True)


# -- views -------------------------------------------------------------------------------------


def check_view(view: Json) -> list[str]:
    """A modal or a Home tab; pointers start at ``/view``."""
    problems = Problems()
    kind = view.get("type")
    if kind not in ("modal", "home"):
        problems.add(("view", "type"), f"unsupported type: {kind}")
        return problems.lines
    if kind == "modal":
        problems.text(("view", "title"), view.get("title"), MAX_MODAL_TITLE, plain=True)
        for key in ("submit", "close"):
            problems.text(("view", key), view.get(key), MAX_MODAL_TITLE, plain=True, required=False)
    for key, limit in (("callback_id", MAX_ID), ("external_id", MAX_ID), ("private_metadata", MAX_PRIVATE_METADATA)):
        problems.length(("view", key), view.get(key), limit, minimum=0)
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        problems.add(("view",), "missing required field: blocks")
        return problems.lines
    _blocks(problems, blocks, "modal" if kind == "modal" else "home", ("view", "blocks"))
    if kind == "modal" and view.get("submit") is None and any(b.get("type") == "input" for b in blocks):
        problems.add(("view",), "must define `submit` to use an `input` block in modals")
    return problems.lines


def view_too_large(view: Json) -> bool:
    return len(json.dumps(view).encode()) > MAX_VIEW_BYTES


def check_option_list(payload: Json) -> list[str]:
    """The answer to an options request of an external select."""
    problems = Problems()
    if payload.get("option_groups") is not None:
        _static_options(problems, payload, ())
    else:
        _options(problems, payload.get("options"), ("options",), MAX_OPTIONS)
    return problems.lines


# -- finding things in blocks ------------------------------------------------------------------


def interactive_elements(blocks: Sequence[Json]) -> Iterable[tuple[Json, Json]]:
    """All (block, element) pairs that a user can act on."""
    for block in blocks:
        candidates = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
        for element in candidates:
            if isinstance(element, dict) and element.get("type") in IN_ACTIONS | IN_INPUT:
                yield block, element


def visible_text(blocks: Sequence[Json]) -> str:
    """Every text in the blocks, one per line, for assertions."""
    found: list[str] = []

    def visit(node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                visit(item)
        elif isinstance(node, dict):
            if isinstance(node.get("text"), str):
                found.append(node["text"])
            for key, value in node.items():
                if key != "text" or not isinstance(value, str):
                    visit(value)

    visit(list(blocks))
    return "\n".join(found)
