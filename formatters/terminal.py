"""The digest for a terminal: what matters first, a line each; depth below; the rest folded into one line a commit."""

import io
import re
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analysis.areas import Areas
from analysis.digest import Digest
from analysis.triage import Importance
from formatters.outline import Block, Item, Outline, Point, outline
from formatters.plain import shorten
from formatters.wording import label

_STYLES = {Importance.HIGH: "bold red", Importance.MEDIUM: "yellow", Importance.LOW: "green"}
_MARKS = {Importance.HIGH: "●", Importance.MEDIUM: "●", Importance.LOW: "○"}
_CODE = re.compile(r"`[^`]+`")


def terminal(digest: Digest, areas: Areas, *, width: int = 100, colour: bool = False) -> str:
    """Return the digest as lines of at most `width` columns, with ANSI colours if wanted."""
    made = outline(digest, areas)
    screen = Screen(width, colour=colour)
    _write(made, screen)
    return screen.text()


def one_entry(item: Item, digest_zone: str, *, width: int = 100, colour: bool = False) -> str:
    """Return one commit with everything known of it; `digest_zone` is the zone that its time is shown in."""
    from zoneinfo import ZoneInfo

    screen = Screen(width, colour=colour)
    commit = item.entry.commit
    screen.line(_head(item), style="bold")
    when = commit.committed_at.astimezone(ZoneInfo(digest_zone))
    screen.line(f"{commit.repo} · {commit.author} · {when:%Y-%m-%d %H:%M} ({digest_zone})")
    screen.line(f"{_about(item)} · +{commit.additions} −{commit.deletions}")
    if commit.url:
        screen.line(commit.url, style="dim")
    screen.gap()
    _depth(item, screen, indent=0)
    return screen.text()


class Screen:
    """Collects lines of at most `width` columns, with ANSI colours if wanted."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self._out = io.StringIO()
        self.width = width
        self._console = Console(
            file=self._out, width=width, force_terminal=colour, color_system="standard" if colour else None,
            highlight=False, markup=False, emoji=False, legacy_windows=False,
        )  # fmt: skip

    def line(self, text: str | Text, style: str = "", indent: int = 0) -> None:
        """Write a paragraph."""
        shown = _styled(text, style) if isinstance(text, str) else text
        self._console.print(Padding(shown, (0, 0, 0, indent)) if indent else shown)

    def grid(self, rows: Sequence[tuple[Text, ...]], indent: int = 0) -> None:
        """Write rows whose last cell wraps."""
        table = Table.grid(padding=(0, 1))
        for index in range(len(rows[0])):
            table.add_column(no_wrap=index < len(rows[0]) - 1, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self._console.print(Padding(table, (0, 0, 0, indent)))

    def heading(self, text: str) -> None:
        """Write a heading, with a line before it."""
        self.gap()
        self._console.print(Text(text, style="bold underline"))

    def gap(self) -> None:
        """Write an empty line."""
        self._console.print()

    def text(self) -> str:
        """Return what was written."""
        return re.sub(r"[ \t]+$", "", self._out.getvalue(), flags=re.MULTILINE)


def list_entry(item: Item, when: str, screen: Screen, *, repo: str = "") -> None:
    """Write one commit of a list in two lines: what it is, and what it does."""
    level = item.entry.triage.importance
    screen.line(Text(f"{_MARKS[level]} ", style=_STYLES[level]) + _styled(_head(item), "bold"))
    place = f"{repo} · " if repo else ""
    screen.line(Text(f"{place}{when} · {item.entry.commit.author} · {_about(item)}", style="dim"), indent=2)
    screen.line(item.line, indent=2)


def _styled(text: str, style: str = "") -> Text:
    made = Text(text, style=style)
    for found in _CODE.finditer(text):
        made.stylize("cyan", found.start(), found.end())
    return made


def _write(made: Outline, screen: Screen) -> None:
    digest, language = made.digest, made.digest.language
    screen.line(made.title, style="bold")
    screen.line(made.window, style="dim")
    screen.line(made.counts)
    for notice in made.notices:
        screen.line(f"! {notice}", style="bold yellow")
    if made.must_know:
        screen.heading(label("section.must_know", language))
        rows = [
            (
                Text(_MARKS[Importance.HIGH], style=_STYLES[Importance.HIGH]),
                Text(item.entry.commit.short, style="dim"),
                _must_know(item),
            )
            for item in made.must_know
        ]
        screen.grid(rows)
    for name, points in (("overview", made.overview), ("watch", made.watch)):
        if points:
            screen.heading(label(f"section.{name}", language))
            for point in points:
                screen.line(_pointed(point, digest))
    if made.statistics:
        screen.heading(label("section.statistics", language))
        screen.grid([(Text(name, style="dim"), _styled(value)) for name, value in made.statistics])
    for group in made.groups:
        screen.heading(f"{group.name} ({group.count})")
        for block in group.blocks:
            _block(block, group.importance, screen)
    screen.heading(label("section.run", language))
    screen.grid([(Text(name, style="dim"), _styled(value)) for name, value in made.run])


def _must_know(item: Item) -> Text:
    text = _styled(item.line)
    if item.areas:
        text.append(f"  [{item.areas}]", style="magenta")
    return text


def _pointed(point: Point, digest: Digest) -> Text:
    text = Text("· ")
    text.append_text(_styled(point.text))
    known = {entry.commit.sha: entry.commit.short for entry in digest.entries}
    shown = [known[sha] for sha in point.shas if sha in known]
    most = 6
    if shown:
        more = f" +{len(shown) - most}" if len(shown) > most else ""
        text.append(f"  {' '.join(shown[:most])}{more}", style="dim")
    return text


def _block(block: Block, importance: Importance, screen: Screen) -> None:
    indent = 0
    if block.heading:
        screen.line(f"┌ {block.heading}", style="italic")
        indent = 2
    for item in block.items:
        level = item.entry.triage.importance
        mark = Text(f"{_MARKS[level]} ", style=_STYLES[level])
        if importance is Importance.LOW or level is Importance.LOW:
            room = screen.width - indent - len(item.entry.commit.short) - 4
            line = mark + Text(f"{item.entry.commit.short} ", style="dim") + _styled(shorten(item.title, room))
            screen.line(line, indent=indent)
            for note in item.marks:
                screen.line(f"! {note}", style="yellow", indent=indent + 2)
            continue
        screen.line(mark + _styled(_head(item), "bold"), indent=indent)
        screen.line(Text(f"{item.entry.commit.author} · {_about(item)}", style="dim"), indent=indent + 2)
        if importance is Importance.HIGH:
            _depth(item, screen, indent + 2)
        else:
            screen.line(item.summary, indent=indent + 2)
            for note in item.marks:
                screen.line(f"! {note}", style="yellow", indent=indent + 2)
        screen.gap()


def _head(item: Item) -> str:
    commit = item.entry.commit
    number = f" (#{commit.pull_request})" if commit.pull_request else ""
    return f"{commit.short} {item.title}{number}"


def _about(item: Item) -> str:
    return f"{item.types} · {item.areas}" if item.areas else item.types


def _depth(item: Item, screen: Screen, indent: int) -> None:
    screen.line(item.summary, indent=indent)
    if item.why:
        screen.line(Text(f"→ {item.why}", style="dim"), indent=indent)
    for note in item.marks:
        screen.line(f"! {note}", style="yellow", indent=indent)
    rows = list(_rows(item))
    if rows:
        screen.grid(rows, indent)


def _rows(item: Item) -> Iterator[tuple[Text, Text]]:
    for part in item.parts:
        for index, point in enumerate(part.points):
            text = _styled(point.text)
            if point.path:
                place = f"{point.path}:{point.line}" if point.line else point.path
                text.append(f"  {place}", style="dim")
            yield Text(part.name if index == 0 else "", style="bold"), text
