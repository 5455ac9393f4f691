"""A small SVG writer: bars, text and lines in named colours, which a page can recolour and a file embeds.

Shapes have their light colour as an attribute, which every viewer understands, and a class, which the style of a page
(or of the file, in dark mode) recolours. https://www.w3.org/TR/SVG2/styling.html#PresentationAttributes
"""

from html import escape

from formatters.text.plain import clean, columns, shorten

COLOURS = {
    "ground": ("#ffffff", "#14181d"),
    "ink": ("#1d2530", "#e4e8ed"),
    "faint": ("#56616e", "#a5b0bc"),
    "line": ("#d8dee5", "#37414c"),
    "high": ("#96260b", "#ffa98f"),
    "medium": ("#bf7a08", "#a97a22"),
    "low": ("#5b6c7e", "#8fa2b5"),
    "pale": ("#e4eaf0", "#2a343f"),
    "main": ("#23578f", "#8fc0f2"),
    "second": ("#7e94aa", "#66798d"),
}
"""Name → colour in light mode and in dark mode.

Colours that may be adjacent (high and medium, medium and the pale inside of low, main and second) differ twofold in
luminance, so everyone can tell them apart; each except the pale one, which low's colour surrounds, has a contrast of
3:1 to the background. https://www.w3.org/TR/WCAG22/#non-text-contrast
"""

FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', 'Noto Sans', 'Open Sans', 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif"
_COLUMN = 0.58  # of the font size: the width of a Latin letter; a Chinese one is twice as wide
_HATCH = 4  # units between stripes
_OUTLINE = 1.2


class Drawing:
    """A picture of a fixed size, in its own units."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._shapes: list[str] = []

    def bar(self, x: float, y: float, width: float, height: float, colour: str, *, opacity: float = 1) -> None:
        """Draw a rectangle; one without extent is skipped."""
        if width > 0 and height > 0:
            more = f' fill-opacity="{opacity:.2f}"' if opacity < 1 else ""
            self._shapes.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" {_fill(colour)}{more}/>'
            )

    def line(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw a thin grid line."""
        self._shapes.append(
            f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" class="s-line" stroke="{COLOURS["line"][0]}"/>'
        )

    def level(self, x: float, y: float, width: float, height: float, importance: str) -> None:
        """Draw a bar of an importance, shown by more than colour: high is solid, medium striped, low hollow."""
        if importance == "low" and min(width, height) > 2 * _OUTLINE:
            self._shapes.append(
                f'<rect x="{x + _OUTLINE / 2:.1f}" y="{y + _OUTLINE / 2:.1f}" width="{width - _OUTLINE:.1f}" height="{height - _OUTLINE:.1f}" '
                f'class="c-pale s-low" fill="{COLOURS["pale"][0]}" stroke="{COLOURS["low"][0]}" stroke-width="{_OUTLINE}"/>'
            )
            return
        self.bar(x, y, width, height, importance)
        if importance == "medium":
            self._hatch(x, y, width, height)

    def _hatch(self, x: float, y: float, width: float, height: float) -> None:
        """Draw background-coloured stripes over a rectangle, aligned with those of its neighbours."""
        if not height:
            return
        first, last = int((x + y) // _HATCH) + 1, int((x + width + y + height) // _HATCH)
        stripes = ""
        for stripe in (number * _HATCH for number in range(first, last + 1)):
            right, left = min(x + width, stripe - y), max(x, stripe - y - height)
            stripes += f"M{right:.1f} {stripe - right:.1f}L{left:.1f} {stripe - left:.1f}"
        if stripes:
            self._shapes.append(f'<path d="{stripes}" class="s-ground" stroke="{COLOURS["ground"][0]}"/>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        at: str = "start",
        colour: str = "faint",
        size: float = 11,
        room: float = 0,
    ) -> None:
        """Write one line, `at` its start, middle or end; what does not fit into `room` is cut off with an ellipsis."""
        shown = clean(text)
        if room:
            shown = shorten(shown, max(2, int(room / (size * _COLUMN))))
        self._shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{at}" {_fill(colour)}>{escape(shown)}</text>'
        )

    def inline(self, name: str, title: str, description: str) -> str:
        """Return the drawing for a page, whose style colours it; `name` keeps its element IDs unique."""
        return (
            f'<svg viewBox="0 0 {self.width:g} {self.height:g}" role="img" aria-labelledby="{name}-t {name}-d" font-family="{FONTS}">'
            f'<title id="{name}-t">{escape(clean(title))}</title><desc id="{name}-d">{escape(clean(description))}</desc>'
            f"{''.join(self._shapes)}</svg>"
        )

    def file(self, title: str, description: str) -> str:
        """Return the drawing as a titled standalone file, on a background that follows the reader's colour scheme."""
        top = 30.0
        width, height = self.width + 24, self.height + top + 14
        dark = "".join(_ruled(name, colour) for name, (_, colour) in COLOURS.items())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
            f'role="img" aria-labelledby="t d" font-family="{FONTS}">'
            f'<title id="t">{escape(clean(title))}</title><desc id="d">{escape(clean(description))}</desc>'
            f"<style>@media (prefers-color-scheme: dark){{{dark}}}</style>"
            f'<rect width="{width:g}" height="{height:g}" rx="8" {_fill("ground")}/>'
            f'<text x="12" y="24" font-size="13" font-weight="600" {_fill("ink")}>{escape(clean(title))}</text>'
            f'<g transform="translate(12 {top:g})">{"".join(self._shapes)}</g></svg>\n'
        )


def palette() -> str:
    """Return the style that gives a page and its charts the colours as variables, in light and dark mode."""
    light, dark = ("".join(f"--{name}:{pair[scheme]};" for name, pair in COLOURS.items()) for scheme in (0, 1))
    used = "".join(_ruled(name, f"var(--{name})") for name in COLOURS)
    return f":root{{{light}}}@media screen and (prefers-color-scheme: dark){{:root{{{dark}}}}}{used}"


def width_of(text: str, size: float = 11) -> float:
    """Return a text's approximate width."""
    return columns(clean(text)) * size * _COLUMN


def _ruled(name: str, colour: str) -> str:
    return f".c-{name}{{fill:{colour}}}.s-{name}{{stroke:{colour}}}"


def _fill(colour: str) -> str:
    return f'class="c-{colour}" fill="{COLOURS[colour][0]}"'
