"""Slack's documented limits of the blocks that show data and progress: tables, charts, tasks and plans.

https://docs.slack.dev/reference/block-kit/blocks
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from servers.slack_problems import Json, Path, Problems

MAX_ROWS = 201
"""The header and 200 rows."""
MAX_COLUMNS = 20
MAX_TABLE_TEXT = 20_000
MAX_PAGE_SIZE = 100
MAX_CHARTS = 2
MAX_CHART_TITLE = 50
MAX_LABEL = 20
MAX_POINTS = 20
MAX_SERIES = 12
MAX_AXIS_LABEL = 50
CHART_TYPES = ("pie", "bar", "area", "line")
TASK_STATES = ("pending", "in_progress", "complete", "error")
TASK_KEYS = {"task_id", "title", "details", "output", "sources", "status"}
MAX_TASK_TITLE, MAX_ID, MAX_URL, MAX_ITEMS = 3000, 255, 3000, 100

Rich = Callable[[Problems, Json, Path], None]


def data_table(problems: Problems, block: Json, at: Path, rich: Rich) -> None:
    problems.length((*at, "caption"), block.get("caption"), MAX_TABLE_TEXT, required=True)
    problems.whole((*at, "page_size"), block.get("page_size"), 1, MAX_PAGE_SIZE)
    rows = block.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        problems.add(at, "missing required field: rows" if rows is None else "rows must be an array of arrays")
        return
    if not 2 <= len(rows) <= MAX_ROWS:
        problems.add(
            (*at, "rows"), "no less than 2 items allowed" if len(rows) < 2 else "no more than 201 items allowed"
        )
    width = len(rows[0]) if rows else 0
    problems.whole((*at, "row_header_column_index"), block.get("row_header_column_index"), 0, max(width - 1, 0))
    for index, row in enumerate(rows):
        where = (*at, "rows", index)
        if not 1 <= len(row) <= MAX_COLUMNS:
            problems.add(where, f"no more than {MAX_COLUMNS} items allowed")
        elif len(row) != width:
            problems.add(where, f"all rows must have {width} items")  # wording guessed
        for column, cell in enumerate(row):
            _cell(problems, cell, (*where, column), rich if index else None)


def _cell(problems: Problems, cell: Any, at: Path, rich: Rich | None) -> None:
    kind = cell.get("type") if isinstance(cell, dict) else None
    if kind == "rich_text" and rich:
        rich(problems, cell, at)
    elif kind in ("raw_text", "raw_number"):
        problems.length((*at, "text"), cell.get("text"), MAX_TABLE_TEXT, required=True)
        if kind == "raw_number" and not _is_number(cell.get("value")):
            problems.add((*at, "value"), "must provide a number")  # wording guessed
        problems.keys(at, cell, {"type", "text"} | ({"value"} if kind == "raw_number" else set()))
    else:
        problems.add((*at, "type"), f"unsupported type: {kind}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def data_visualization(problems: Problems, block: Json, at: Path) -> None:
    problems.length((*at, "title"), block.get("title"), MAX_CHART_TITLE, required=True)
    chart, where = block.get("chart"), (*at, "chart")
    if not isinstance(chart, dict):
        problems.add(at, "missing required field: chart")
        return
    kind = chart.get("type")
    if kind not in CHART_TYPES:
        problems.add((*where, "type"), f"unsupported type: {kind}")
    elif kind == "pie":
        problems.keys(where, chart, {"type", "segments"})
        for index, segment in enumerate(problems.count((*where, "segments"), chart.get("segments"), MAX_SERIES)):
            _point(problems, segment, (*where, "segments", index), positive=True)
    else:
        problems.keys(where, chart, {"type", "series", "axis_config"})
        _series(problems, chart, where)


def _point(problems: Problems, point: Json, at: Path, *, positive: bool = False) -> None:
    problems.keys(at, point, {"label", "value"})
    problems.length((*at, "label"), point.get("label"), MAX_LABEL, required=True)
    if not _is_number(point.get("value")):
        problems.add((*at, "value"), "must provide a number")  # wording guessed
    elif positive and float(point["value"]) <= 0:
        problems.add((*at, "value"), "must be greater than 0")  # wording guessed


def _series(problems: Problems, chart: Json, at: Path) -> None:
    axis = chart.get("axis_config")
    if not isinstance(axis, dict):
        problems.add(at, "missing required field: axis_config")
        axis = {}
    where = (*at, "axis_config")
    problems.keys(where, axis, {"categories", "x_label", "y_label"})
    categories = problems.strings((*where, "categories"), axis.get("categories"), MAX_LABEL, items=MAX_POINTS)
    for key in ("x_label", "y_label"):
        problems.length((*where, key), axis.get(key), MAX_AXIS_LABEL)
    names: set[str] = set()
    for index, series in enumerate(problems.count((*at, "series"), chart.get("series"), MAX_SERIES)):
        here = (*at, "series", index)
        problems.keys(here, series, {"name", "data"})
        problems.length((*here, "name"), series.get("name"), MAX_LABEL, required=True)
        if series.get("name") in names:
            problems.add((*here, "name"), f"series name {series['name']} already exists")  # wording guessed
        names.add(str(series.get("name")))
        points = problems.count((*here, "data"), series.get("data"), MAX_POINTS)
        for number, point in enumerate(points):
            _point(problems, point, (*here, "data", number))
        if sorted(str(point.get("label")) for point in points) != sorted(categories):
            problems.add((*here, "data"), "must have exactly one entry for every category")  # wording guessed


def task_card(problems: Problems, block: Json, at: Path, rich: Rich, *, in_plan: bool = False) -> None:
    problems.length((*at, "task_id"), block.get("task_id"), MAX_ID, required=True)
    problems.length((*at, "title"), block.get("title"), MAX_TASK_TITLE, required=True)
    # `pending` is only taken inside a plan.
    states: Sequence[str] = TASK_STATES if in_plan else TASK_STATES[1:]
    problems.one_of((*at, "status"), block.get("status"), states)
    for key in ("details", "output"):
        if block.get(key) is not None:
            rich(problems, block[key], (*at, key))
    for index, source in enumerate(problems.count((*at, "sources"), block.get("sources") or [], MAX_ITEMS, low=0)):
        url_source(problems, source, (*at, "sources", index))


def url_source(problems: Problems, source: Json, at: Path) -> None:
    """A source of a task, in a block or in a streamed chunk."""
    if source.get("type") != "url":
        problems.add((*at, "type"), f"unsupported type: {source.get('type')}")
    problems.length((*at, "url"), source.get("url"), MAX_URL, required=True)
    problems.length((*at, "text"), source.get("text"), MAX_TASK_TITLE, required=True)
    problems.keys(at, source, {"type", "url", "text"})


def plan(problems: Problems, block: Json, at: Path, rich: Rich) -> None:
    problems.length((*at, "title"), block.get("title"), MAX_TASK_TITLE, required=True)
    for index, task in enumerate(problems.count((*at, "tasks"), block.get("tasks") or [], MAX_ITEMS, low=0)):
        where = (*at, "tasks", index)
        problems.keys(where, task, {"type", "block_id", *TASK_KEYS})
        task_card(problems, task, where, rich, in_plan=True)
