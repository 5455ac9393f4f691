"""Progress as Slack shows it: a plan with its tasks in a message, or the chunks of a streamed one.

https://docs.slack.dev/reference/block-kit/blocks/plan-block, https://docs.slack.dev/reference/methods/chat.appendStream
"""

from collections.abc import Sequence

from formatters.reply import Note, Step
from formatters.slack.blocks import Piece
from formatters.slack.text import Json, cut, spans, spoken

_MOST = 256
"""Characters of a task's text in a chunk."""
_MOST_LINKS = 10
_STATES = {"pending": "pending", "active": "in_progress", "done": "complete"}


def plan(note: Note) -> Piece:
    """Return a working note as a plan with its steps."""
    title = _plain(note.text)
    tasks = [_task(step) | {"task_id": str(number)} for number, step in enumerate(note.steps, 1)]
    lines = [title, *(task["title"] for task in tasks)]
    return Piece(({"type": "plan", "title": title, "tasks": tasks},), "\n".join(lines))


def chunks(title: str, steps: Sequence[Step]) -> list[Json]:
    """Return the chunks that show the steps in a stream; a task replaces an earlier one with the same ID."""
    tasks = [{"type": "task_update", "id": str(number)} | _task(step) for number, step in enumerate(steps, 1)]
    return [{"type": "plan_update", "title": _plain(title)}, *tasks]


def _task(step: Step) -> Json:
    sources = [{"type": "url", "url": url, "text": text} for url, text in step.links[:_MOST_LINKS]]
    task: Json = {"title": _plain(step.text), "status": _STATES[step.state]}
    return task | ({"sources": sources} if sources else {})


def _plain(text: str) -> str:
    return cut(spoken(spans(text)), _MOST) or "–"
