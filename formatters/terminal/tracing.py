"""Answers about a history for a terminal."""

from formatters.terminal.report import Screen, marked_line
from formatters.tracing import Findings


def findings_terminal(told: Findings, *, width: int, colour: bool) -> str:
    """Return an answer about a history as lines for a terminal."""
    screen = Screen(width, colour=colour)
    screen.line(told.title, style="bold")
    screen.line(told.lead)
    before = ""
    for one in told.found:
        if one.name and one.name != before:
            screen.heading(one.name)
        before = one.name or before
        marked_line(one.text, None, [one.commit.short, one.when] if one.commit else [], screen)
        if one.why:
            screen.line(one.why, style="dim", indent=2)
    screen.gap()
    for note in told.notes:
        screen.line(note, style="dim")
    return screen.text()
