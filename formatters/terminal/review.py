"""A look-back for a terminal."""

from collections.abc import Sequence

from analysis.digest.review import Review
from analysis.triage.areas import Areas
from formatters.review import Line, ReviewOutline, review_outline
from formatters.terminal.report import Screen, marked_line


def review_terminal(made: Review, areas: Areas, *, width: int, colour: bool) -> str:
    """Return a review as lines for a terminal."""
    screen = Screen(width, colour=colour)
    write_review(review_outline(made, areas), screen)
    return screen.text()


def write_review(told: ReviewOutline, screen: Screen) -> None:
    """Write a review that was already put into words."""
    screen.line(told.title, style="bold")
    screen.line(told.window, style="dim")
    screen.line(told.counts)
    for notice in told.notices:
        screen.line(notice, style="bold yellow", mark="! ")
    for section in told.sections:
        screen.heading(section.name)
        _listed(section.lines, told, screen)
    screen.gap()
    screen.line(told.coverage, style="dim")


def _listed(lines: Sequence[Line], told: ReviewOutline, screen: Screen, indent: int = 0) -> None:
    for line in lines:
        shorts = [told.commits[sha].short for sha in line.shas if sha in told.commits]
        marked_line(line.text, line.level, shorts, screen, indent)
        _listed(line.under, told, screen, indent + 2)
