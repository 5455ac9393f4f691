"""Charts that Slack draws itself: they follow the reader's theme and fonts, and show their numbers.

https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
"""

from collections.abc import Sequence

from formatters.charts.plot import Plot
from formatters.reply import File
from formatters.slack.blocks import Payload
from formatters.slack.text import Json, cut, fallback

MOST_CHARTS = 2
"""Per message."""
_TITLE, _LABEL, _AXIS = 50, 20, 50
_POINTS, _SERIES = 20, 12


def drawn(files: Sequence[File]) -> tuple[Payload | None, tuple[File, ...]]:
    """Return a message with the charts that replace some of the files, and the remaining files."""
    plotted = [(file, file.plot) for file in files if file.plot and _fits(file.plot)][:MOST_CHARTS]
    if not plotted:
        return None, tuple(files)
    instead = [file for file, _ in plotted]
    said = "\n".join(file.alternative or file.title for file in instead)
    message = {"text": fallback(said), "blocks": [_chart(plot) for _, plot in plotted]}
    return message, tuple(file for file in files if file not in instead)


def _fits(plot: Plot) -> bool:
    return 0 < len(plot.categories) <= _POINTS and 0 < len(plot.series) <= _SERIES


def _chart(plot: Plot) -> Json:
    categories = _labels(plot.categories)
    names = _labels([name for name, _ in plot.series])
    return {
        "type": "data_visualization",
        "title": cut(plot.title, _TITLE),
        "chart": {
            "type": "bar",
            "series": [
                {
                    "name": name,
                    "data": [{"label": label, "value": value} for label, value in zip(categories, values, strict=True)],
                }
                for name, (_, values) in zip(names, plot.series, strict=True)
            ],
            "axis_config": {"categories": categories, "x_label": cut(plot.unit, _AXIS)},
        },
    }


def _labels(names: Sequence[str]) -> list[str]:
    """Return names as labels, which must be distinct."""
    found: list[str] = []
    for name in names:
        label, number = cut(name, _LABEL) or "–", 2
        while label in found:
            label, number = f"{cut(name, _LABEL - 4)} {number}", number + 1
        found.append(label)
    return found
