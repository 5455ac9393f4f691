"""A small writer of SVG: bars, texts and marks in named colours, which a page recolours and a file brings with it.

Shapes carry their light colour as an attribute, which every reader understands, and a class, by which a page's style
(or the file's own, in the dark) gives them another. https://www.w3.org/TR/SVG2/styling.html#PresentationAttributes
"""

from html import escape

from formatters.plain import clean, columns, shorten

COLOURS = {
    "ground": ("#ffffff", "#14181d"),
    "ink": ("#1d2530", "#e4e8ed"),
    "faint": ("#56616e", "#a5b0bc"),
    "grid": ("#d8dee5", "#37414c"),
    "high": ("#b93a17", "#ff9166"),
    "medium": ("#e3a72f", "#f2c763"),
    "low": ("#b4c1ce", "#66788a"),
    "main": ("#2a64a6", "#82b5ec"),
    "second": ("#93a7bb", "#5f748a"),
}
"""Name → colour on a light and on a dark ground. High, medium and low differ in lightness too, and so to everybody."""

FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', 'Noto Sans', 'Open Sans', 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif"
_COLUMN = 0.58  # of the font's size: how wide a Latin letter is; a Chinese one is two of them


class Drawing:
    """A picture of a fixed size, in its own units."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._shapes: list[str] = []

    def bar(self, x: float, y: float, width: float, height: float, colour: str, *, opacity: float = 1) -> None:
        """Draw a rectangle; one without any extent is left out."""
        if width > 0 and height > 0:
            more = f' fill-opacity="{opacity:.2f}"' if opacity < 1 else ""
            self._shapes.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" {_fill(colour)}{more}/>'
            )

    def line(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw a thin line of the grid."""
        self._shapes.append(
            f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" class="s-grid" stroke="{COLOURS["grid"][0]}"/>'
        )

    def mark(self, x: float, y: float, importance: str) -> None:
        """Draw the shape of an importance around a point: a triangle, a disc, a ring."""
        if importance == "high":
            self._shapes.append(f'<path d="M{x:.1f} {y - 4:.1f}l4.6 8h-9.2z" {_fill("high")}/>')
        elif importance == "medium":
            self._shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {_fill("medium")}/>')
        else:
            self._shapes.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="none" stroke-width="1.8" class="s-low" stroke="{COLOURS["low"][0]}"/>'
            )

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
        """Write one line, `at` its start, middle or end; in `room`, what does not fit is cut with an ellipsis."""
        shown = clean(text)
        if room:
            shown = shorten(shown, max(2, int(room / (size * _COLUMN))))
        self._shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{at}" {_fill(colour)}>{escape(shown)}</text>'
        )

    def inline(self, name: str, title: str, description: str) -> str:
        """Return the picture for a page, whose style colours it; `name` keeps its labels' identifiers apart."""
        return (
            f'<svg viewBox="0 0 {self.width:g} {self.height:g}" role="img" aria-labelledby="{name}-t {name}-d" font-family="{FONTS}">'
            f'<title id="{name}-t">{escape(clean(title))}</title><desc id="{name}-d">{escape(clean(description))}</desc>'
            f"{''.join(self._shapes)}</svg>"
        )

    def file(self, title: str, description: str) -> str:
        """Return the picture as a file of its own, under its title, on a ground that follows the reader's scheme."""
        top = 30.0
        width, height = self.width + 24, self.height + top + 14
        dark = "".join(
            f".c-{name}{{fill:{colour}}}.s-{name}{{stroke:{colour}}}" for name, (_, colour) in COLOURS.items()
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
            f'role="img" aria-labelledby="t d" font-family="{FONTS}">'
            f'<title id="t">{escape(clean(title))}</title><desc id="d">{escape(clean(description))}</desc>'
            f"<style>@media (prefers-color-scheme: dark){{{dark}}}</style>"
            f'<rect width="{width:g}" height="{height:g}" rx="8" {_fill("ground")}/>'
            f'<text x="12" y="24" font-size="13" font-weight="600" {_fill("ink")}>{escape(clean(title))}</text>'
            f'<g transform="translate(12 {top:g})">{"".join(self._shapes)}</g></svg>\n'
        )


def width_of(text: str, size: float = 11) -> float:
    """Return about how wide a text is."""
    return columns(clean(text)) * size * _COLUMN


def _fill(colour: str) -> str:
    return f'class="c-{colour}" fill="{COLOURS[colour][0]}"'
