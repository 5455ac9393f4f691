"""The digest for a terminal: what matters first, one line each; details below; the rest folded into one line per commit."""

import io
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from analysis.digest.digest import Digest
from analysis.i18n.language import Language
from analysis.rules.wording import say
from analysis.triage.areas import Areas
from analysis.triage.triage import Importance
from formatters.i18n.wording import label
from formatters.outline import Block, Outline, outline
from formatters.text.item import Item
from formatters.text.links import place_of
from formatters.text.plain import breaks, clean, columns, shorten

_STYLES = {Importance.HIGH: "bold red", Importance.MEDIUM: "yellow", Importance.LOW: "green"}
_MARKS = {Importance.HIGH: "●", Importance.MEDIUM: "●", Importance.LOW: "○"}
_CODE = r"`[^`]+`"
_NARROWEST = 40
_SHAS = 6


def terminal(digest: Digest, areas: Areas, *, width: int = 100, colour: bool = False) -> str:
    """Return the digest as lines of at most `width` columns (at least 40), with ANSI colours if wanted."""
    screen = Screen(width, colour=colour)
    write_outline(outline(digest, areas), screen)
    return screen.text()


def one_entry(item: Item, language: Language, zone: str, *, width: int = 100, colour: bool = False) -> str:
    """Return one commit with everything known about it; its time is shown in `zone`."""
    screen = Screen(width, colour=colour)
    commit = item.entry.commit
    screen.line(_head(item, item.title), style="bold")
    when = commit.committed_at.astimezone(ZoneInfo(zone))
    moment = f"{when:%Y-%m-%d %H:%M}{label('list.brackets', language, text=zone)}"
    screen.line(f"{clean(commit.repo)} · {item.author} · {moment}")
    level = item.entry.triage.importance
    importance = label("entry.importance", language, importance=say(f"importance.{level}", language))
    screen.line(" · ".join(filter(None, (importance, _about(item), item.size))), mark=_mark(level))
    if commit.url:
        screen.line(clean(commit.url), style="dim")
    screen.gap()
    _depth(item, screen, indent=0)
    if item.diff:
        screen.gap()
    for line in item.diff:
        screen.line(Text(line, style={"+": "green", "-": "red"}.get(line[:1], "dim")))
    return screen.text()


class Screen:
    """Collects lines of at most `width` columns (at least 40), with ANSI colours if wanted.

    It breaks lines itself: rich only breaks at spaces, and Chinese has none.
    """

    def __init__(self, width: int, *, colour: bool) -> None:
        self._out = io.StringIO()
        self.width = max(width, _NARROWEST)
        self._is_blank = True
        self._console = Console(
            file=self._out, width=self.width, force_terminal=colour, color_system="standard" if colour else None,
            highlight=False, markup=False, emoji=False, legacy_windows=False, soft_wrap=True,
        )  # fmt: skip

    def line(self, text: str | Text, style: str = "", indent: int = 0, mark: str | Text = "") -> None:
        """Write a paragraph; continuation lines align with its first character, and `mark` goes before that."""
        head = Text(" " * indent) + (Text(mark) if isinstance(mark, str) else mark)
        shown = _styled(text, style) if isinstance(text, str) else text
        for number, part in enumerate(_lines(shown, self.width - columns(head.plain))):
            self._put((head if number == 0 else Text(" " * columns(head.plain))) + part)

    def grid(self, rows: Sequence[tuple[Text, ...]], indent: int = 0) -> None:
        """Write rows in columns; the last cell of a row takes as many lines as it needs."""
        most = self.width // 3
        widths = [min(most, max(columns(cell.plain) for cell in cells)) for cells in zip(*rows, strict=True)][:-1]
        for *cells, last in rows:
            head = Text(" " * indent)
            for cell, width in zip(cells, widths, strict=True):
                shown = Text(shorten(cell.plain, width), style=cell.style)
                head += shown + Text(" " * (width - columns(shown.plain) + 1))
            self.line(last, mark=head)

    def heading(self, text: str) -> None:
        """Write a heading, preceded by an empty line."""
        self.gap()
        self.line(text, style="bold underline")

    def gap(self) -> None:
        """Write an empty line, unless there is one already."""
        if not self._is_blank:
            self._put(Text(""))

    def text(self) -> str:
        """Return what was written."""
        return self._out.getvalue().rstrip("\n") + "\n"

    def _put(self, line: Text) -> None:
        line.rstrip()
        self._is_blank = not line.plain
        self._console.print(line)


def _lines(text: Text, width: int) -> Iterator[Text]:
    for part in text.divide(breaks(text.plain, width)):
        part.rstrip()
        yield part


def list_entry(item: Item, when: str, screen: Screen, *, repo: str = "") -> None:
    """Write a commit of a list in two lines: what it is, and what it does."""
    screen.line(_head(item, item.headline), style="bold", mark=_mark(item.entry.triage.importance))
    screen.line(" · ".join(filter(None, (repo, when, item.author, _about(item)))), style="dim", indent=2)
    if item.gist:
        screen.line(item.gist, indent=2)


def marked_line(text: str, level: Importance | None, shorts: Sequence[str], screen: Screen, indent: int = 0) -> None:
    """Write a statement, preceded by its importance and followed by the commits it refers to."""
    shown = _styled(text)
    if shorts:
        more = f" +{len(shorts) - _SHAS}" if len(shorts) > _SHAS else ""
        shown.append(f"  {' '.join(shorts[:_SHAS])}{more}", style="dim")
    screen.line(shown, indent=indent, mark=_mark(level) if level else "· ")


def _styled(text: str, style: str = "") -> Text:
    made = Text(text, style=style)
    made.highlight_regex(_CODE, "cyan")
    return made


def _mark(level: Importance) -> Text:
    return Text(f"{_MARKS[level]} ", style=_STYLES[level])


def write_outline(made: Outline, screen: Screen) -> None:
    """Write a digest that was already put into words."""
    digest, language = made.digest, made.digest.language
    _write_head(made, screen)
    _write_first(made, screen)
    if made.must_know:
        screen.heading(label("section.must_know", language))
        _write_must_know(made, screen)
    if made.follow_ups:
        screen.heading(label("section.follow_ups", language))
        for news in made.follow_ups:
            screen.line(f"{news.text} · {news.url or news.link}", mark="· ")
    for name, points in (("overview", made.overview), ("watch", made.watch)):
        if points:
            screen.heading(label(f"section.{name}", language))
            for point in points:
                known = {entry.commit.sha: entry.commit.short for entry in digest.entries}
                marked_line(point.text, None, [known[sha] for sha in point.shas if sha in known], screen)
    if made.statistics:
        screen.heading(label("section.statistics", language))
        screen.grid([(Text(name, style="dim"), _styled(value)) for name, value in made.statistics])
    for group in made.groups:
        screen.heading(group.name + label("list.brackets", language, text=group.count))
        for block in group.blocks:
            _block(block, group.importance, screen)
        if group.note:
            screen.line(group.note, style="dim")
    screen.heading(label("section.run", language))
    screen.grid([(Text(name, style="dim"), _styled(value)) for name, value in made.run])


def _write_first(made: Outline, screen: Screen) -> None:
    """Write what comes first: releases, and what touches the reader."""
    for point in made.releases:
        screen.line(f"{point.text} {point.url}".rstrip(), style="bold", mark="★ ")
    if made.touched:
        screen.heading(made.touched)
    for point in made.touches:
        marked_line(point.text, None, [made.digest.entry(sha).commit.short for sha in point.shas], screen)


def _write_head(made: Outline, screen: Screen) -> None:
    screen.line(made.title, style="bold")
    screen.line(made.window, style="dim")
    screen.line(made.counts)
    if made.makeup:
        screen.line(made.makeup)
    if made.quoting:
        screen.line(made.quoting, style="dim")
    for notice in made.notices:
        screen.line(notice, style="bold yellow", mark="! ")


def _write_must_know(made: Outline, screen: Screen) -> None:
    for item in made.must_know:
        mark = _mark(item.entry.triage.importance) + Text(f"{item.entry.commit.short} ", style="dim")
        screen.line(_must_know(item), mark=mark)
        if item.ranked:
            screen.line(item.ranked, style="dim", indent=columns(mark.plain))
    if made.more_high:
        screen.line(made.more_high, style="dim")


def _must_know(item: Item) -> Text:
    text = _styled(item.line)
    if item.areas:
        text.append(f"  [{item.areas}]", style="magenta")
    return text


def _block(block: Block, importance: Importance, screen: Screen) -> None:
    indent = 0
    if block.heading:
        screen.line(block.heading, style="italic", mark="┌ ")
        indent = 2
    for item in block.items:
        level = item.entry.triage.importance
        if importance is Importance.LOW or level is Importance.LOW:
            head = _mark(level) + Text(f"{item.entry.commit.short} ", style="dim")
            room = screen.width - indent - columns(head.plain)
            screen.line(_styled(shorten(item.title, room)), indent=indent, mark=head)
            _marked(item, screen, indent + 2)
            continue
        screen.line(_head(item, item.headline), style="bold", indent=indent, mark=_mark(level))
        screen.line(" · ".join(filter(None, (item.author, _about(item), item.size))), style="dim", indent=indent + 2)
        if importance is Importance.HIGH:
            _depth(item, screen, indent + 2)
        else:
            if item.gist:
                screen.line(item.gist, indent=indent + 2)
            _marked(item, screen, indent + 2)
        screen.gap()


def _head(item: Item, title: str) -> str:
    commit = item.entry.commit
    number = f" (#{commit.pull_request})" if commit.pull_request else ""
    return f"{commit.short} {title}{number}"


def _about(item: Item) -> str:
    return " · ".join(filter(None, (item.types, item.areas)))


def _marked(item: Item, screen: Screen, indent: int) -> None:
    for note in item.marks:
        screen.line(note, style="yellow", indent=indent, mark="! ")


def _depth(item: Item, screen: Screen, indent: int) -> None:
    if item.reasons:
        screen.line(item.reasons, style="dim", indent=indent, mark="→ ")
    _marked(item, screen, indent)
    rows = list(_rows(item))
    if rows:
        screen.grid(rows, indent)


def _rows(item: Item) -> Iterator[tuple[Text, Text]]:
    for part in item.parts:
        for index, point in enumerate(part.points):
            text = _styled(point.text)
            place, address = place_of(point, item.entry.commit)
            if place:
                text.append(f"  {place if point.path else address or place}", style="dim")
            yield Text(part.name if index == 0 else "", style="bold"), text
