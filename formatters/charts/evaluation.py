"""Analysers' scores on labelled days, as one chart: one bar per analyser and figure."""

from collections.abc import Sequence
from typing import Any

from formatters.charts.drawings import Chart
from formatters.charts.svg import Drawing

_COLOURS = ("main", "second", "medium", "low")
MOST = len(_COLOURS)
"""How many can be told apart in one chart."""
_LESS_IS_BETTER = {"alarms", "buried"}
_WIDTH, _LEFT, _RIGHT, _BAR, _GAP, _TOP = 500.0, 160.0, 40.0, 11.0, 9.0, 8.0


def compared(found: Sequence[tuple[str, Any]]) -> Chart:
    """Return the chart that compares analysers by name (`Evaluation`); thin lines are intervals over days."""
    names = list(dict.fromkeys(figure.name for _, done in found for figure in done.figures))
    legend, pitch = _TOP + 16.0 * len(found), _BAR * len(found) + _GAP
    drawing = Drawing(_WIDTH, legend + pitch * len(names) + 4)
    wide = _WIDTH - _LEFT - _RIGHT
    for at, (name, done) in enumerate(found):
        y = _TOP + 16.0 * at
        drawing.bar(0, y - 6, 11, 11, _COLOURS[at])
        drawing.text(16, y + 4, f"{name}{_told(done)}", colour="ink", room=_WIDTH - 16)
    for row, name in enumerate(names):
        top = legend + row * pitch
        drawing.text(0, top + pitch / 2, f"{name}, less is better" if name in _LESS_IS_BETTER else name, room=_LEFT - 6)
        for at, (_, done) in enumerate(found):
            figure = next((one for one in done.figures if one.name == name), None)
            if figure is None:
                continue
            y = top + at * _BAR
            drawing.bar(_LEFT, y, wide * figure.value, _BAR - 2, _COLOURS[at])
            drawing.line(_LEFT + wide * figure.low, y + _BAR / 2 - 1, _LEFT + wide * figure.high, y + _BAR / 2 - 1)
            drawing.text(
                _LEFT + wide * max(figure.value, figure.high) + 5, y + _BAR - 2, f"{figure.value:.2f}", colour="ink"
            )
    days = found[0][1].days
    title = f"{days} labelled day{'' if days == 1 else 's'}: {' and '.join(name for name, _ in found)}"
    values = [
        [next((f"{one.value:.2f}" for one in done.figures if one.name == name), "") for _, done in found]
        for name in names
    ]
    rows = tuple((name, *row) for name, row in zip(names, values, strict=True))
    said = "; ".join(f"{name}: {', '.join(row)}" for name, row in zip(names, values, strict=True))
    return Chart("compared", title, said, ("figure", *(name for name, _ in found)), rows, drawing)


def _told(done: Any) -> str:
    """Return what an analyser consumed, to follow its name."""
    if not done.usage.calls:
        return ""
    price = "" if done.cost is None else f", at {done.cost:.2f}"
    return f": {done.usage.calls:,} calls, {done.usage.tokens_in + done.usage.tokens_out:,} tokens{price}"
