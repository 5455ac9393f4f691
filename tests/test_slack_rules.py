"""The fake Slack's rules refuse what Slack refuses; else nothing would be proven by passing them."""

import pytest
from servers.chat import Json
from servers.slack_chunks import check_chunks
from servers.slack_rules import check_blocks, check_view


def text(said: str, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": said}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def button(name: str, said: str = "x", **more: str) -> Json:
    return {"type": "button", "action_id": name, "text": text(said), **more}


def chart(points: int = 2, series: int = 1, label: str = "d") -> Json:
    names = [f"{label}{number}" for number in range(points)]
    data = [{"label": name, "value": 1} for name in names]
    shown = [{"name": f"s{number}", "data": data} for number in range(series)]
    return {
        "type": "data_visualization",
        "title": "x",
        "chart": {"type": "bar", "series": shown, "axis_config": {"categories": names}},
    }


def data_table(rows: int) -> Json:
    return {"type": "data_table", "caption": "x", "rows": [[{"type": "raw_text", "text": "x"}]] * rows}


@pytest.mark.parametrize(
    ("blocks", "fault"),
    [
        ([{"type": "divider"}] * 51, "no more than 50 items allowed"),
        ([{"type": "section", "text": text("x" * 3001, "mrkdwn")}], "must be less than 3001 characters"),
        ([{"type": "section", "text": text("")}], "must be more than 0 characters"),
        ([{"type": "header", "text": text("x", "mrkdwn")}], "must be one of: plain_text"),
        ([{"type": "context", "elements": []}], "no less than 1 items allowed"),
        ([{"type": "rich_text", "elements": []}], "no less than 1 items allowed"),
        ([rich({"type": "text", "text": ""})], "must be more than 0 characters"),
        ([rich({"type": "link", "url": "x" * 3001, "text": "x"})], "must be less than 3001 characters"),
        ([rich({"type": "text", "text": "x" * 6000})] * 3, "msg_blocks_too_long"),
        ([{"type": "markdown", "text": "x" * 12001}], "must be less than 12001 characters"),
        ([{"type": "actions", "elements": [button("a"), button("a")]}], "action_id a already exists"),
        ([{"type": "actions", "elements": [button("a", "x" * 76)]}], "must be less than 76 characters"),
        ([{"type": "actions", "elements": [button("a", value="x" * 2001)]}], "must be less than 2001 characters"),
        ([{"type": "actions", "elements": [button("a", style="loud")]}], "must be one of: primary, danger"),
        ([{"type": "actions", "elements": [{"type": "static_select", "options": []}]}], "no less than 1 items allowed"),
        ([{"type": "table", "rows": [[text("x")]]}], "unsupported type: plain_text"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}], "no more than 100 items allowed"),
        ([{"type": "image", "alt_text": "x"}], "must define either `image_url` or `slack_file`"),
        ([{"type": "confetti"}], "unsupported type: confetti"),
        ([chart(points=21)], "no more than 20 items allowed"),
        ([chart(series=13)], "no more than 12 items allowed"),
        ([chart(label="x" * 21)], "must be less than 21 characters"),
        ([chart()] * 3, "no more than 2 data_visualization blocks allowed"),
        ([chart() | {"title": "x" * 51}], "must be less than 51 characters"),
        ([data_table(202)], "no more than 201 items allowed"),
        ([data_table(1)], "no less than 2 items allowed"),
        ([data_table(3) | {"caption": ""}], "must be more than 0 characters"),
        ([{"type": "task_card", "task_id": "1", "title": "x", "status": "pending"}], "must be a valid enum value: pending"),
        ([{"type": "plan", "title": "x", "tasks": [{"task_id": "1", "status": "pending"}]}], "missing required field: title"),
        ([{"type": "divider", "colour": "red"}], "invalid additional property: colour"),
    ],
)  # fmt: skip
def test_blocks_that_slack_refuses(blocks: list[Json], fault: str) -> None:
    assert any(line.startswith(fault) for line in check_blocks(blocks)), check_blocks(blocks)


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        ({"type": "modal", "title": text("x" * 25), "blocks": []}, "must be less than 25 characters"),
        ({"type": "modal", "title": text("x"), "blocks": [{"type": "table", "rows": []}]}, "unsupported type: table"),
        ({"type": "modal", "title": text("x"), "blocks": [], "private_metadata": "x" * 3001}, "must be less than 3001"),
        ({"type": "home", "blocks": [{"type": "divider"}] * 101}, "no more than 100 items allowed"),
    ],
)
def test_views_that_slack_refuses(view: Json, fault: str) -> None:
    assert any(line.startswith(fault) for line in check_view(view)), check_view(view)


@pytest.mark.parametrize(
    ("chunk", "fault"),
    [
        (
            {"type": "task_update", "id": "1", "title": "x" * 257, "status": "complete"},
            "must be less than 257 characters",
        ),
        ({"type": "task_update", "id": "1", "title": "x", "status": "done"}, "must be a valid enum value: done"),
        ({"type": "plan_update", "title": ""}, "must be more than 0 characters"),
        ({"type": "blocks", "blocks": [{"type": "confetti"}]}, "unsupported type: confetti"),
        ({"type": "confetti"}, "unsupported type: confetti"),
        ({"type": "plan_update", "title": "x", "colour": "red"}, "invalid additional property: colour"),
    ],
)
def test_chunks_that_slack_refuses(chunk: Json, fault: str) -> None:
    assert any(line.startswith(fault) for line in check_chunks([chunk])), check_chunks([chunk])
