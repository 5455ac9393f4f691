"""Scores of judgements for the terminal: what was learned about a repository, and how an analyser did."""

from collections.abc import Sequence

from rich.text import Text

from analysis.triage.learned.learning import LEAST_LABELS, Trial
from analysis.triage.learned.scoring import Figure
from formatters.terminal.report import Screen
from formatters.text.plain import clean


def lesson_text(repo: str, commits: int, labelled: int, trials: Sequence[Trial], width: int, *, colour: bool) -> str:
    """Return the result of learning a repository, with each part's score before and after."""
    screen = Screen(width, colour=colour)
    whole = f"{commits:,} commits, {labelled:,} of them labelled" if commits else f"{labelled:,} labelled commits"
    screen.line(f"{clean(repo)}: {whole}", style="bold")
    if not trials:
        screen.line(
            f"Too few to learn from; it takes {LEAST_LABELS}: the shipped weights are used for this repository."
        )
        return screen.text().rstrip()
    rows = [("part", "learned from", "tested on", "measure", "shipped", "own", "")]
    rows += [
        (
            trial.part,
            f"{trial.learned:,}",
            f"{trial.tried:,}",
            trial.measure,
            _score(trial.before),
            _score(trial.after),
            "own weights are used" if trial.used else "shipped weights are used",
        )
        for trial in trials
    ]
    screen.grid([tuple(Text(cell, style="" if index else "dim") for cell in row) for index, row in enumerate(rows)])
    return screen.text().rstrip()


def figures_text(analyser: str, figures: Sequence[Figure], width: int, *, colour: bool) -> str:
    """Return an analyser's figures, each with the number of commits behind it and its 95 % interval."""
    screen = Screen(width, colour=colour)
    screen.line(f"Judged by {clean(analyser)}", style="bold")
    if not figures:
        screen.line(
            "Too few commits have a label to score anything: one kind of type needs ten, a repository's ranks twenty."
        )
    screen.grid(
        [
            (
                Text(figure.name),
                Text(_score(figure.value), style="bold"),
                Text(f"[{_score(figure.low)}, {_score(figure.high)}]", style="dim"),
                Text(f"{figure.count:,} commits", style="dim"),
            )
            for figure in figures
        ]
    )
    return screen.text().rstrip()


def _score(value: float) -> str:
    return f"{value:.3f}" if value == value else "–"  # noqa: PLR0124 - NaN is not itself
