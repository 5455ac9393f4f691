"""The answer to a question for a terminal."""

from zoneinfo import ZoneInfo

from analysis.i18n.language import Language
from analysis.questions.answer import Answer
from analysis.triage.areas import Areas
from formatters.asking import answer_outline
from formatters.terminal.report import Screen, list_entry
from formatters.text.plain import clean


def answer_terminal(answer: Answer, areas: Areas, language: Language, zone: str, *, width: int, colour: bool) -> str:
    """Return an answer as lines for a terminal: a model's sentences first, then the commits, each with its sentence."""
    told = answer_outline(answer, areas, language)
    screen = Screen(width, colour=colour)
    screen.line(told.title, style="bold")
    for sentence in told.told:
        screen.line(sentence, mark="· ")
    if told.told:
        screen.gap()
    repos = {item.entry.commit.repo for item in told.items}
    for item in told.items:
        when = item.entry.commit.committed_at.astimezone(ZoneInfo(zone))
        repo = clean(item.entry.commit.repo) if len(repos) > 1 else ""
        list_entry(item, f"{when:%Y-%m-%d %H:%M}", screen, repo=repo)
    for note in told.notes:
        screen.line(note, style="dim")
    return screen.text().rstrip()
