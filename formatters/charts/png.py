"""Charts as PNG, for places that cannot show SVG.

Where no font has a letter, nothing at all is drawn for it; so it is found out first which letters there are.
"""

import resvg_py

from analysis.i18n.language import OWN_NAMES, Language
from formatters.charts.drawings import Chart
from formatters.charts.svg import FONTS

_SCALE = 2.0


def png(chart: Chart) -> bytes:
    """Return a picture as PNG, on a light ground, twice as large as its units."""
    return bytes(resvg_py.svg_to_bytes(svg_string=chart.file(), zoom=_SCALE))


def drawable(wanted: Language) -> Language | None:
    """Return the language that pictures can be drawn in here: the wanted one, else English, None without any font."""
    if _has(OWN_NAMES[wanted][0]):
        return wanted
    return "en" if _has("a") else None


def _has(letter: str) -> bool:
    """Whether some font of this machine has a letter: with it, the picture is another than without."""
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
        '<text x="2" y="16" font-size="16" font-family="{}">{}</text></svg>'
    )
    with_it, without = (bytes(resvg_py.svg_to_bytes(svg_string=picture.format(FONTS, text))) for text in (letter, ""))
    return with_it != without
