"""An analyser's scores on labelled days, for the terminal: figures with a bar each, claims, and cost."""

from typing import Any

from rich.text import Text

from formatters.terminal.report import Screen
from formatters.text.plain import clean

_BAR = 20
"""Columns of a bar for 1."""
_LESS_IS_BETTER = {"alarms", "buried"}


def days_text(analyser: str, done: Any, width: int, *, colour: bool) -> str:
    """Return figures with their intervals over days, the share of confirmed sentences, and the cost (`Evaluation`)."""
    screen = Screen(width, colour=colour)
    screen.line(f"{clean(analyser)} on {done.days} days, {done.commits:,} commits", style="bold")
    screen.grid(
        [
            (
                Text(figure.name),
                Text(f"{figure.value:.2f}", style="bold"),
                Text("█" * round(_BAR * figure.value), style="red" if figure.name in _LESS_IS_BETTER else "green"),
                Text(f"[{figure.low:.2f}, {figure.high:.2f}]", style="dim"),
                Text(f"{figure.days} days", style="dim"),
            )
            for figure in done.figures
        ]
    )
    shown, usage = f"{done.claims:,} sentences shown", done.usage
    screen.line(
        f"{shown}, {done.unchecked:,} of them could not be checked; {done.dropped:,} were not supported by the commit"
    )
    if done.failed:
        screen.line(f"{done.failed:,} commits could not be read by the model")
    if usage.calls:
        tokens = f"{usage.tokens_in:,} tokens in, {usage.tokens_out:,} out"
        price = "" if done.cost is None else f", at {done.cost:.2f}"
        screen.line(f"{usage.calls:,} calls, {tokens}, {usage.seconds:.0f} s of waiting in total{price}")
    return screen.text().rstrip()
