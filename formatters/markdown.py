"""The full report as Markdown (GitHub's): every link in it resolves, whatever text the commits hold."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from analysis.areas import Areas
from analysis.commit import Commit
from analysis.digest import Digest
from analysis.triage import Importance
from analysis.wording import say
from formatters.outline import ICONS, Block, Item, Outline, Point, outline
from formatters.wording import label

# Only what would be taken for markup where it stands: people read the source too.
_SPECIAL = re.compile(r"[\\*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])|^(?:[#>+-]|\d+(?=[.)]))")
_EMOJI_NAME = re.compile(r":(?=[\w+-]+:)")
_CODE = re.compile(r"(`+)([^`]+?)\1(?!`)")


def markdown(digest: Digest, areas: Areas, *, part: int = 0) -> str:
    """Return the report of a digest, in its language; `part` numbers it where several stand in one file."""
    return "\n".join(_Report(outline(digest, areas), f"p{part}-" if part else "").write()).rstrip() + "\n"


def escape(text: str) -> str:
    """Return text from outside as Markdown that shows exactly it; code in backticks stays code.

    Nothing in it pings anybody, makes a link or an element, or breaks a table.
    """
    out, at = [], 0
    for found in _CODE.finditer(text):
        out += [_plain(text[at : found.start()]), _span(found[2])]
        at = found.end()
    return "".join([*out, _plain(text[at:])])


def _plain(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("`", "\\`")
    text = _SPECIAL.sub(lambda found: found[0] + "\\" if found[0].isdigit() else "\\" + found[0], text)
    text = _EMOJI_NAME.sub(":<!-- -->", text)
    # Bare addresses become links and names behind an @ become mentions: an empty comment keeps both apart.
    text = re.sub(r"(?i)\b(https?|ftp)://", r"\1:<!-- -->//", text)
    text = re.sub(r"(?i)\bwww\.", "www<!-- -->.", text)
    return text.replace("@", "@<!-- -->")


def _span(code: str) -> str:
    """A code span that may stand in a table; a pipe in it would end the cell."""
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", code)), default=0))
    pad = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{fence}{pad}{code}{pad}{fence}".replace("|", "\\|")


class _Report:
    """One digest's report; `prefix` keeps its anchors apart from those of other parts of the same file."""

    def __init__(self, made: Outline, prefix: str) -> None:
        self.made, self.digest, self.language, self.prefix = made, made.digest, made.digest.language, prefix

    def write(self) -> Iterator[str]:
        made = self.made
        yield f"# {escape(made.title)}\n"
        yield f"**{escape(made.counts)}**  \n{escape(made.window)}"
        for notice in made.notices:
            yield f"\n> ⚠️ {escape(notice)}"
        if made.must_know:
            yield self.heading("must_know")
            for item in made.must_know:
                areas = f" _{escape(item.areas)}_" if item.areas else ""
                why = f" — {escape(item.why)}" if item.why else ""
                icon = ICONS[item.entry.triage.importance]
                yield f"- {icon} {escape(item.line)} ({self.anchor(item.entry.commit)}){areas}{why}"
        for name, points in (("overview", made.overview), ("watch", made.watch)):
            if points:
                yield self.heading(name)
                for point in points:
                    yield f"- {escape(point.text)}{self.references(point.shas)}"
        if made.statistics:
            yield self.heading("statistics")
            yield from self.pairs(made.statistics)
        if made.groups:
            yield from self.contents()
            for group in made.groups:
                anchor = f'<a id="{self.prefix}{group.importance}"></a>'
                yield f"\n{anchor}\n\n## {ICONS[group.importance]} {group.name} ({group.count})"
                for block in group.blocks:
                    yield from self.block(block, group.importance)
            yield from self.table()
        yield self.heading("run")
        yield from self.pairs(made.run)
        yield f"\n<sub>{self.label('report.generated')}</sub>"

    def contents(self) -> Iterator[str]:
        yield self.heading("contents")
        for group in self.made.groups:
            yield f"- [{group.name} ({group.count})](#{self.prefix}{group.importance})"
            for block in group.blocks:
                indent = "  "
                if block.heading and len(block.items) > 1:
                    yield f"  - {escape(block.heading)}"
                    indent = "    "
                for item in block.items:
                    yield f"{indent}- [{escape(item.title)}](#{self.id(item.entry.commit)})"
        yield f"- [{self.label('section.table')}](#{self.prefix}table)"

    def block(self, block: Block, importance: Importance) -> Iterator[str]:
        if block.heading:
            yield f"\n**{escape(block.heading)}**"
        for item in block.items:
            is_short = Importance.LOW in {importance, item.entry.triage.importance}
            yield from self.short(item) if is_short else self.long(item)

    def short(self, item: Item) -> Iterator[str]:
        icon = ICONS[item.entry.triage.importance]
        yield f'\n- <a id="{self.id(item.entry.commit)}"></a>{icon} **{escape(item.title)}**  '
        yield f"  {self.byline(item)}  "
        yield f"  {escape(item.summary)}"
        for mark in item.marks:
            yield f"  <br>⚠️ {escape(mark)}"
        for part in item.parts:
            yield f"  <br>**{escape(part.name)}:** {' '.join(_statement(point, item) for point in part.points)}"

    def long(self, item: Item) -> Iterator[str]:
        triage = item.entry.triage
        yield f'\n<a id="{self.id(item.entry.commit)}"></a>\n\n### {ICONS[triage.importance]} {escape(item.title)}\n'
        time = self.digest.window.local(item.entry.commit.committed_at)
        yield f"{self.byline(item)} · {time:%Y-%m-%d %H:%M}\n"
        yield escape(item.summary)
        if item.why:
            why = self.label("entry.why", importance=say(f"importance.{triage.importance}", self.language))
            yield f"\n**{why}:** {escape(item.why)}"
        for mark in item.marks:
            yield f"\n⚠️ {escape(mark)}"
        for part in item.parts:
            if len(part.points) == 1:
                yield f"\n**{escape(part.name)}:** {_statement(part.points[0], item)}"
            else:
                yield f"\n**{escape(part.name)}:**\n"
                for point in part.points:
                    yield f"- {_statement(point, item)}"

    def byline(self, item: Item) -> str:
        commit = item.entry.commit
        pieces = [f"[`{commit.short}`]({commit.url})" if commit.url else f"`{commit.short}`", _pull_request(commit)]
        pieces += [escape(commit.author), escape(item.types), escape(item.areas)]
        pieces.append(f"+{commit.additions} −{commit.deletions}")
        return " · ".join(piece for piece in pieces if piece)

    def table(self) -> Iterator[str]:
        columns = ("importance", "time", "author", "title", "type", "areas", "lines")
        yield f'\n<a id="{self.prefix}table"></a>\n\n## {self.label("section.table")}\n'
        yield f"| {' | '.join(self.label(f'column.{name}') for name in columns)} |"
        yield f"|{'---|' * len(columns)}"
        is_one_day = self.digest.window.first == self.digest.window.last
        for item in sorted(self.made.items(), key=lambda item: item.entry.commit.committed_at, reverse=True):
            commit = item.entry.commit
            time = self.digest.window.local(commit.committed_at)
            cells = [
                ICONS[item.entry.triage.importance],
                f"{time:%H:%M}" if is_one_day and not item.entry.late else f"{time:%m-%d %H:%M}",
                escape(commit.author),
                f"[{escape(item.title)}](#{self.id(commit)}) {_pull_request(commit)}".rstrip(),
                escape(item.types),
                escape(item.areas),
                f"+{commit.additions} −{commit.deletions}",
            ]
            yield f"| {' | '.join(cells)} |"

    def pairs(self, rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
        yield "| | |\n|---|---|"
        for name, value in rows:
            yield f"| {escape(name)} | {escape(value)} |"

    def heading(self, name: str) -> str:
        return f"\n## {self.label(f'section.{name}')}\n"

    def label(self, key: str, **values: object) -> str:
        return label(key, self.language, **values)

    def id(self, commit: Commit) -> str:
        return f"{self.prefix}c-{commit.sha[:12]}"

    def anchor(self, commit: Commit) -> str:
        return f"[{commit.short}](#{self.id(commit)})"

    def references(self, shas: tuple[str, ...]) -> str:
        known = {entry.commit.sha: entry.commit for entry in self.digest.entries}
        links = [self.anchor(known[sha]) for sha in shas if sha in known]
        return f" ({', '.join(links)})" if links else ""


def _statement(point: Point, item: Item) -> str:
    """A statement with a link to the lines that prove it, in the version before or after the commit."""
    text = escape(point.text)
    if not point.path:
        return text
    commit, name = item.entry.commit, point.path.rpartition("/")[2]
    shown = _span(f"{name}:{point.line}" if point.line else name)
    base, sha, path = _web(commit), commit.sha, point.path
    if point.is_before:
        sha = commit.parents[0] if commit.parents else ""
        path = next((file.old_path or file.path for file in commit.files if file.path == point.path), path)
    if not base or not sha:
        return f"{text} ({shown})"
    line = f"#L{point.line}" if point.line else ""
    return f"{text} ([{shown}]({base}/blob/{sha}/{quote(path)}{line}))"


def _pull_request(commit: Commit) -> str:
    number, base = commit.pull_request, _web(commit)
    if not number:
        return ""
    return f"[#{number}]({base}/pull/{number})" if base else f"#{number}"


def _web(commit: Commit) -> str:
    return (commit.url or "").rpartition("/commit/")[0]
