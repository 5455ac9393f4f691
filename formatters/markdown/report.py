"""The full report as GitHub Markdown: every link in it resolves, whatever text the commits contain."""

import re
from collections.abc import Iterable, Iterator

from analysis.commits.commit import Commit
from analysis.digest.digest import Digest
from analysis.rules.wording import say
from analysis.triage.areas import Areas
from analysis.triage.triage import Importance
from formatters.i18n.wording import label
from formatters.outline import Block, Outline, outline
from formatters.text.item import ICONS, Item, Part, Point
from formatters.text.links import commit_page, place_of, pull_request_page, web_page

# Only what would be markup in its position: people read the source too.
_SPECIAL = re.compile(
    r"[\\*\[\]|~$`]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # not emphasis within a word
    r"|^(?:[>=]|#(?=#*(?:\s|$))|\+(?=\s|$)|-(?=\s|[-\s]*$)|\d{1,9}(?=[.)](?:\s|$)))"  # starts a quote, heading or list
    r"|(?:(?<=\s)|^)#(?=#*$)"  # closes a heading
)
_EMOJI_NAME = re.compile(r":(?=(?:\\?[\w+-])+:)")  # its signs may be escaped by then
_BARE_ADDRESS = re.compile(r"(?i)(?<![a-z0-9])(https?:|ftp:|mailto:|xmpp:|www)(?=[/.\w])")
_CODE = re.compile(r"(`+)([^`]+?)\1(?!`)")
_NOTHING = "<!-- -->"


def markdown(digest: Digest, areas: Areas, *, part: int = 0) -> str:
    """Return a digest's report, in its language; `part` numbers it if a file has several."""
    return report(outline(digest, areas), part=part)


def report(made: Outline, *, part: int = 0) -> str:
    """Return the report of a digest that was already put into words."""
    return "\n".join(_Report(made, f"p{part}-" if part else "").write()).rstrip() + "\n"


def escape(text: str, *, in_table: bool = False) -> str:
    """Return outside text as Markdown that shows it literally; code in backticks stays code.

    Nothing in it pings anyone, becomes a link or an element, or breaks a table.
    """
    out, at = [], 0
    for found in _CODE.finditer(text):
        out += [_plain(text[at : found.start()]), _span(found[2], in_table=in_table)]
        at = found.end()
    return "".join([*out, _plain(text[at:])])


def _plain(text: str) -> str:
    text = _SPECIAL.sub(lambda found: found[0] + "\\" if found[0].isdigit() else "\\" + found[0], text)
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    # Emoji names, bare URLs and names after an @ become pictures, links and mentions: an empty comment splits them
    # invisibly.
    text = _EMOJI_NAME.sub(f":{_NOTHING}", text)
    text = _BARE_ADDRESS.sub(rf"\1{_NOTHING}", text)
    return text.replace("@", f"@{_NOTHING}")


def _span(code: str, *, in_table: bool = False) -> str:
    """Return a code span with exactly these characters. In a table, a pipe ends the cell even in code."""
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", code)), default=0))
    is_stripped = code.startswith(" ") and code.endswith(" ") and not code.isspace()
    pad = " " if is_stripped or code.startswith("`") or code.endswith("`") else ""
    return f"{fence}{pad}{code.replace('|', chr(92) + '|') if in_table else code}{pad}{fence}"


class _Report:
    """One digest's report; `prefix` keeps its anchors distinct from those of other parts of the same file."""

    def __init__(self, made: Outline, prefix: str) -> None:
        self.made, self.digest, self.language, self.prefix = made, made.digest, made.digest.language, prefix

    def write(self) -> Iterator[str]:
        made = self.made
        yield from self.head()
        for point in made.releases:
            shown = f"[{escape(point.text)}](<{page}>)" if (page := web_page(point.url)) else escape(point.text)
            yield f"\n🏷️ **{shown}**"
        if made.touched:
            yield f"\n## {escape(made.touched)}\n"
            for point in made.touches:
                yield f"- {escape(point.text)}{self.references(point.shas)}"
        yield from self.must_know()
        yield from self.news()
        for name, points in (("overview", made.overview), ("watch", made.watch)):
            if points:
                yield self.heading(name)
                for point in points:
                    yield f"- {escape(point.text)}{self.references(point.shas)}"
        if made.groups:
            yield from self.table()
        if made.statistics:
            yield from self.folded("statistics", self.pairs(made.statistics))
        for group in made.groups:
            anchor = f'<a id="{self.prefix}{group.importance}"></a>'
            count = self.bracketed(str(group.count))
            yield f"\n{anchor}\n\n## {ICONS[group.importance]} {group.name}{count}"
            blocks = (line for block in group.blocks for line in self.block(block, group.importance))
            yield from self.fold(self.label("report.unfold"), blocks) if group.importance is Importance.LOW else blocks
            if group.note:
                yield f"\n_{escape(group.note)}_"
        yield from self.folded("run", self.pairs(made.run))
        yield f"\n<sub>{self.label('report.generated')}</sub>"

    def news(self) -> Iterator[str]:
        if self.made.follow_ups:
            yield self.heading("follow_ups")
        for news in self.made.follow_ups:
            shown = f"[{escape(news.link)}](<{news.url}>)" if news.url else escape(news.link)
            yield f"- {escape(news.text)} · {shown}"

    def head(self) -> Iterator[str]:
        made = self.made
        yield f"# {escape(made.title)}\n"
        yield f"**{escape(made.counts)}**  "
        if made.makeup:
            yield f"{escape(made.makeup)}  "
        yield escape(made.window)
        if made.quoting:
            yield f"\n<sub>{escape(made.quoting)}</sub>"
        for notice in made.notices:
            yield f"\n> ⚠️ {escape(notice)}"

    def must_know(self) -> Iterator[str]:
        made = self.made
        if not made.must_know:
            return
        yield self.heading("must_know")
        for item in made.must_know:
            areas = f" · {escape(item.areas)}" if item.areas else ""
            why = f" — {escape(item.ranked)}" if item.ranked else ""
            icon = ICONS[item.entry.triage.importance]
            yield f"- {icon} {escape(item.line)}{self.bracketed(self.anchor(item.entry.commit))}{areas}{why}"
        if made.more_high:
            yield f"\n[{escape(made.more_high)}](#{self.prefix}{Importance.HIGH})"

    def folded(self, name: str, lines: Iterable[str]) -> Iterator[str]:
        """Write a collapsed section."""
        yield self.heading(name)
        yield from self.fold(self.label("report.unfold"), lines)

    def fold(self, name: str, lines: Iterable[str]) -> Iterator[str]:
        yield f"\n<details><summary>{name}</summary>\n"
        yield from lines
        yield "\n</details>"

    def block(self, block: Block, importance: Importance) -> Iterator[str]:
        """Write a story under its own heading, or an item outside any story; low ones as a list."""
        indent, level = "", "###"
        if block.heading and importance is Importance.LOW:
            yield f"\n- {escape(block.heading)}"
            indent = "  "
        elif block.heading:
            yield f"\n### {escape(block.heading)}"
            level = "####"
        for item in block.items:
            is_short = importance is Importance.LOW
            yield from self.short(item, indent) if is_short else self.long(item, level)

    def short(self, item: Item, indent: str) -> Iterator[str]:
        icon = ICONS[item.entry.triage.importance]
        yield f'\n{indent}- <a id="{self.id(item.entry.commit)}"></a>{icon} **{escape(item.title)}**  '
        yield f"{indent}  {self.byline(item)}  "
        for mark in item.marks:
            yield f"{indent}  - ⚠️ {escape(mark)}"
        for part in item.parts:
            statements = " · ".join(self.statements(part, item))
            yield f"{indent}  - {self.name(part)} {statements}"

    def long(self, item: Item, level: str) -> Iterator[str]:
        triage = item.entry.triage
        yield f'\n<a id="{self.id(item.entry.commit)}"></a>\n\n{level} {ICONS[triage.importance]} {escape(item.title)}'
        for mark in item.marks:
            yield f"\n⚠️ {escape(mark)}"
        yield from self.fold(self.label("report.unfold"), self.depth(item))

    def depth(self, item: Item) -> Iterator[str]:
        """Write everything known about an item below its title."""
        yield self.byline(item)
        if item.reasons:
            level = say(f"importance.{item.entry.triage.importance}", self.language)
            yield f"\n{self.bold(self.label('entry.why', importance=level))} {escape(item.reasons)}"
        for part in item.parts:
            first, *more = self.statements(part, item)
            if not more:
                yield f"\n{self.name(part)} {first}"
            else:
                yield f"\n{self.name(part)}\n"
                yield from (f"- {text}" for text in (first, *more))

    def byline(self, item: Item) -> str:
        commit = item.entry.commit
        time = self.digest.window.local(commit.committed_at)
        sha = f"`{commit.short}`"
        page = commit_page(commit)
        pieces = [f"[{sha}]({page})" if page else sha, _pull_request(commit)]
        pieces += [escape(item.author), escape(item.types), escape(item.areas), item.size, f"{time:%Y-%m-%d %H:%M}"]
        return " · ".join(piece for piece in pieces if piece)

    def table(self) -> Iterator[str]:
        """Write all commits in the report's order, each row linking to its section: the table of contents."""
        columns = ("importance", "title", "type", "areas", "lines", "author")
        yield f'\n<a id="{self.prefix}table"></a>\n\n## {self.label("section.table")}\n'
        yield f"| {' | '.join(self.label(f'column.{name}') for name in columns)} |"
        yield f"|{'---|' * len(columns)}"
        for item in self.made.items():
            commit = item.entry.commit
            cells = [
                ICONS[item.entry.triage.importance],
                f"[{escape(item.headline, in_table=True)}](#{self.id(commit)}) {_pull_request(commit)}".rstrip(),
                escape(item.types, in_table=True),
                escape(item.areas, in_table=True),
                f"+{commit.additions} −{commit.deletions}",
                escape(item.author, in_table=True),
            ]
            yield f"| {' | '.join(cells)} |"

    def pairs(self, rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
        for name, value in rows:
            yield f"- {self.bold(name)} {escape(value)}"

    def heading(self, name: str) -> str:
        return f"\n## {self.label(f'section.{name}')}\n"

    def name(self, part: Part) -> str:
        return self.bold(part.name)

    def bold(self, name: str) -> str:
        return f"**{escape(self.label('entry.part', name=name))}**"

    def label(self, key: str, **values: object) -> str:
        return label(key, self.language, **values)

    def id(self, commit: Commit) -> str:
        return f"{self.prefix}c-{commit.sha[:12]}"

    def anchor(self, commit: Commit) -> str:
        return f"[{commit.short}](#{self.id(commit)})"

    def bracketed(self, text: str) -> str:
        return self.label("list.brackets", text=text)

    def references(self, shas: tuple[str, ...]) -> str:
        known = {entry.commit.sha: entry.commit for entry in self.digest.entries}
        links = [self.anchor(known[sha]) for sha in shas if sha in known]
        return self.bracketed(self.label("list.comma").join(links)) if links else ""

    def statements(self, part: Part, item: Item) -> list[str]:
        """A part's statements, each linked to the lines that prove it, in the version before or after the commit."""
        return [f"{escape(point.text)}{self.place(point, item.entry.commit)}" for point in part.points]

    def place(self, point: Point, commit: Commit) -> str:
        shown, address = place_of(point, commit)
        if not shown:
            return ""
        shown = _span(shown) if point.path else escape(shown)
        return self.bracketed(f"[{shown}]({address})" if address else shown)


def _pull_request(commit: Commit) -> str:
    number, page = commit.pull_request, pull_request_page(commit)
    return (f"[#{number}]({page})" if page else f"#{number}") if number else ""
