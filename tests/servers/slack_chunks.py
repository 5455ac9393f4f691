"""The chunks of a streamed message (chat.startStream and its like): limits, and the message they make.

Pure functions like ``slack_rules``. A stream holds text, tasks, a plan title and blocks; ``Stream.message``
is what Slack shows of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from servers.slack_data_blocks import TASK_STATES, url_source
from servers.slack_problems import Json, Path, Problems
from servers.slack_rules import MAX_MARKDOWN, check_blocks

#: "The character limit for chunk sizes for task_update and plan_update is 256 characters", taken for each text.
MAX_TASK_TEXT = 256
DISPLAY_MODES = ("timeline", "plan", "dense")

KEYS: dict[str, set[str]] = {
    "markdown_text": {"text"},
    "task_update": {"id", "title", "status", "details", "output", "sources"},
    "plan_update": {"title"},
    "blocks": {"blocks"},
}


def check_chunks(chunks: Any, base: Path = ("chunks",)) -> list[str]:
    """Lines for everything Slack would refuse in the ``chunks`` of one call."""
    problems = Problems()
    text = 0
    for index, chunk in enumerate(problems.count(base, chunks, 1000, low=0)):
        at = (*base, index)
        kind = chunk.get("type")
        if kind not in KEYS:
            problems.add((*at, "type"), f"unsupported type: {kind}")
            continue
        problems.keys(at, chunk, {"type", *KEYS[kind]})
        if kind == "markdown_text":
            problems.length((*at, "text"), chunk.get("text"), MAX_MARKDOWN, required=True)
            text += len(str(chunk.get("text") or ""))
        elif kind == "plan_update":
            problems.length((*at, "title"), chunk.get("title"), MAX_TASK_TEXT, required=True)
        elif kind == "task_update":
            _task_update(problems, chunk, at)
        else:
            blocks = problems.count((*at, "blocks"), chunk.get("blocks"), 50)
            problems.lines += check_blocks(blocks, base=(*at, "blocks"))
    if text > MAX_MARKDOWN:
        problems.add(base, f"markdown text must be less than {MAX_MARKDOWN + 1} characters")  # wording guessed
    return problems.lines


def _task_update(problems: Problems, chunk: Json, at: Path) -> None:
    problems.length((*at, "id"), chunk.get("id"), MAX_TASK_TEXT, required=True)
    problems.length((*at, "title"), chunk.get("title"), MAX_TASK_TEXT, required=True)
    problems.one_of((*at, "status"), chunk.get("status"), TASK_STATES, required=True)
    for key in ("details", "output"):
        problems.length((*at, key), chunk.get(key), MAX_TASK_TEXT, minimum=0)
    if chunk.get("sources") is not None:
        for index, source in enumerate(problems.count((*at, "sources"), chunk["sources"], 100, low=0)):
            url_source(problems, source, (*at, "sources", index))


@dataclass(slots=True)
class Stream:
    """A message while it is streamed."""

    started_at: float
    display: str = "timeline"
    uses_chunks: bool | None = None
    """The streaming mode; ``None`` until there was content."""
    state: str = "in_progress"
    """``in_progress``, ``completed``, or ``stopped`` by the user."""
    text: str = ""
    plan_title: str = ""
    tasks: dict[str, Json] = field(default_factory=dict)
    blocks: list[Json] = field(default_factory=list)
    """Blocks that came in chunks."""

    def add(self, markdown_text: str | None, chunks: list[Json] | None) -> None:
        self.text += markdown_text or ""
        for chunk in chunks or []:
            if chunk["type"] == "markdown_text":
                self.text += chunk["text"]
            elif chunk["type"] == "plan_update":
                self.plan_title = chunk["title"]
            elif chunk["type"] == "blocks":
                self.blocks += chunk["blocks"]
            else:
                task = self.tasks.setdefault(chunk["id"], {"type": "task_card", "task_id": chunk["id"]})
                task |= {"title": chunk["title"], "status": chunk["status"]}
                for key in ("details", "output"):
                    if chunk.get(key):
                        task[key] = _rich_text(chunk[key])
                if chunk.get("sources"):
                    task["sources"] = chunk["sources"]

    def message(self, final_blocks: list[Json] | None = None) -> Json:
        """The text and blocks of the message as far as it is streamed."""
        tasks = list(self.tasks.values())
        shown: list[Json] = []
        if tasks and self.display == "plan":
            shown = [{"type": "plan", "title": self.plan_title or tasks[0]["title"], "tasks": tasks}]
        else:
            shown = [dict(task) for task in tasks]
        return {"text": self.text, "blocks": [*shown, *self.blocks, *(final_blocks or [])]}


def _rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}
