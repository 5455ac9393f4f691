"""Charts as PNG, for places that cannot show SVG.

A character that no font has is silently not drawn; so we first find out which ones are available.
"""

import resvg_py

from analysis.i18n.language import OWN_NAMES, Language
from formatters.charts.drawings import Chart
from formatters.charts.svg import FONTS

_SCALE = 2.0


def png(chart: Chart) -> bytes:
    """Return a chart as PNG, on a light background, at twice its size."""
    return bytes(resvg_py.svg_to_bytes(svg_string=chart.file(), zoom=_SCALE))


def drawable(wanted: Language) -> Language | None:
    """Return the language that charts can be drawn in here: the wanted one, else English, or None without any font."""
    if _has(OWN_NAMES[wanted][0]):
        return wanted
    return "en" if _has("a") else None


def _has(letter: str) -> bool:
    """Whether a font on this machine has a character: if so, drawing it changes the image."""
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
        '<text x="2" y="16" font-size="16" font-family="{}">{}</text></svg>'
    )
    with_it, without = (bytes(resvg_py.svg_to_bytes(svg_string=picture.format(FONTS, text))) for text in (letter, ""))
    return with_it != without
