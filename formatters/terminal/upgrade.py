"""An upgrade for a terminal."""

from analysis.i18n.language import Language
from analysis.triage.areas import Areas
from analysis.upgrade import Upgrade
from formatters.terminal.report import Screen, marked_line
from formatters.upgrade import upgrade_outline


def upgrade_terminal(made: Upgrade, areas: Areas, language: Language, *, width: int, colour: bool) -> str:
    """Return an upgrade as lines for a terminal."""
    told = upgrade_outline(made, areas, language)
    screen = Screen(width, colour=colour)
    screen.line(told.title, style="bold")
    screen.line(told.span, style="dim")
    if told.calm:
        screen.line(told.calm)
    if told.hits_name:
        screen.heading(told.hits_name)
    for line in told.hits:
        screen.line(line.places, style="bold", mark="▸ ")
        screen.line(f"{line.text}  {' '.join(entry.commit.short for entry in line.commits)} {line.when}", indent=2)
    for part in told.parts:
        screen.heading(part.name)
        for line in part.lines:
            marked_line(line.text, None, [*(entry.commit.short for entry in line.commits), line.when], screen)
        if part.more:
            screen.line(part.more, style="dim", mark="· ")
    screen.gap()
    for notice in told.notices:
        screen.line(notice, style="dim")
    return screen.text()
