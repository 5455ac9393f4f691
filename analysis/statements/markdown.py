"""Markdown split into passages of plain text, each with the section it belongs to.

What is not prose is left out: code blocks, quotations, HTML, images, check lists, tables (which come as rows).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import zip_longest

from markdown_it import MarkdownIt
from markdown_it.token import Token

from analysis.i18n.patterns import Patterns
from analysis.i18n.typography import SENTENCE_ENDS
from analysis.statements.lexicon import lexicon
from analysis.statements.sentences import BREAK, unwrapped

LONGEST = 20_000
"""Characters of a text that are read; what an author wants to say comes earlier."""

_PATTERNS = Patterns(__file__)


class Kind(StrEnum):
    """The role of a passage in its text."""

    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of prose.

    Attributes:
        text: plain, on one line, code in backticks; for a table row, the cells joined by " · ".
        section: what the nearest telling heading announces (`effect`, `how`, `tests`, …), else empty.
        heading: that heading itself; for a row, the table's header, joined like its cells.
    """

    text: str
    kind: Kind = Kind.PARAGRAPH
    section: str = ""
    heading: str = ""


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Whether a link's target leads anywhere: `[0-9](x*)` is a pattern, and is shown as written."""
        return any(sign in url for sign in "/.#@:")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return _Parser("commonmark").enable("table").disable(["lheading", "reference"])


def passages(text: str) -> Iterator[Passage]:
    """Yield the prose of a Markdown text in order; never raises, whatever the text."""
    reader = _Reader()
    tokens = _parser().parse(_readable(text))
    for token, after in zip_longest(tokens, tokens[2:]):  # a paragraph continued by a list ends two tokens before it
        is_cut = after is not None and after.type in {"fence", "code_block"}
        for passage in reader.read(token):
            is_whole = not is_cut or passage.text.endswith(SENTENCE_ENDS)
            yield passage if is_whole else replace(passage, text=f"{passage.text}:")


def without_trailers(message: str) -> str:
    """Return a commit's message without its trailers: lines that name people, tickets and other commits for tools."""
    title, *lines = message.replace("\r", "").split("\n")
    return "\n".join([title, *(line for line in lines if not _PATTERNS.trailer.fullmatch(line))])


def _readable(text: str) -> str:
    """The text without HTML, trailers and commands to bots."""
    text = _PATTERNS.by_bot.sub("", text[:LONGEST].replace("\r", ""))
    text = _PATTERNS.dunder.sub(
        r"`\1`", _PATTERNS.folded.sub("", _PATTERNS.comment.sub("", text))
    )  # a name, which Markdown would render in bold
    lines = []
    for line in text.split("\n"):
        if _PATTERNS.trailer.fullmatch(line) or _PATTERNS.command.fullmatch(line):
            continue
        # A rule below a line would turn a squashed commit's last line into a heading.
        lines.append("" if _PATTERNS.rule.fullmatch(line.strip()) else line)
    return "\n".join(lines)


class _Reader:
    """Follows a parser's tokens and tracks the current position."""

    def __init__(self) -> None:
        self._outside = 0  # depth of quotations
        self._items = 0
        self._lists = self._summary = 0  # list depth; and the depth of the list that is a review bot's summary
        self._headings: list[tuple[int, str, str]] = []  # level, text, section
        self._lead = ""
        self._level = 0
        self._row: list[str] | None = None
        self._head = ""
        self._in_head = False

    def read(self, token: Token) -> Iterator[Passage]:
        kind = token.type
        if kind in {"blockquote_open", "blockquote_close"}:
            self._outside += token.nesting
        elif kind in {"list_item_open", "list_item_close"}:
            self._items += token.nesting
        elif kind in {"bullet_list_open", "bullet_list_close"}:
            self._lists += token.nesting
            self._summary = self._summary if self._lists >= self._summary else 0
        elif kind == "heading_open":
            self._level = int(token.tag[1])
        elif kind == "heading_close":
            self._level = 0
        elif kind in {"thead_open", "thead_close"}:
            self._in_head = kind == "thead_open"
        elif kind == "tr_open":
            self._row = []
        elif kind == "tr_close":
            yield from self._end_of_row()
        elif kind == "inline" and not self._outside:
            yield from self._inline(token)

    def _end_of_row(self) -> Iterator[Passage]:
        cells, self._row = self._row or [], None
        text = " · ".join(filter(None, cells))
        if self._in_head:
            self._head = text
        elif (
            text and not self._outside and all(cells[1:])
        ):  # without one of its values, the others would end up in the wrong columns
            yield Passage(text, Kind.ROW, self._section(), self._head)

    def _inline(self, token: Token) -> Iterator[Passage]:
        text = _text_of(token)
        if self._row is not None:
            self._row.append(text)
        elif self._level:
            self._enter(self._level, text)
        elif _PATTERNS.checkbox.match(text) and self._items:
            return
        elif self._items and _PATTERNS.summarises.fullmatch(text) and _is_bold(token):
            self._summary = self._lists
        elif not self._items and (_PATTERNS.leads.match(text) or _is_bold(token)):
            self._enter(7, text)  # a paragraph that acts as a heading: deeper than any real one
        elif text:
            kind = Kind.ITEM if self._items else Kind.PARAGRAPH
            yield Passage(text, kind, self._section(), self._headings[-1][1] if self._headings else "")

    def _enter(self, level: int, text: str) -> None:
        self._headings = [heading for heading in self._headings if heading[0] < level]
        self._headings.append((level, text, lexicon().section(text)))

    def _section(self) -> str:
        if self._summary:
            return "skip"
        sections = [section for _, _, section in self._headings if section]
        return "skip" if "skip" in sections else sections[-1] if sections else ""


def _is_bold(token: Token) -> bool:
    """Whether a paragraph is a single bold phrase, and so looks like a heading."""
    children = [
        child
        for child in token.children or []
        if child.type != "text" or not _PATTERNS.only_colons.fullmatch(child.content)
    ]
    most = 40
    return (
        len(children) >= 3  # noqa: PLR2004 - opening, text, closing
        and children[0].type == "strong_open"
        and children[-1].type == "strong_close"
        and sum(child.type == "strong_open" for child in children) == 1
        and len(token.content) <= most
    )


def _text_of(token: Token) -> str:
    """The words of an inline token: links by their text, no images, code in backticks, wrapped lines joined."""
    lines = [""]
    for child in token.children or []:
        if child.type == "code_inline":
            lines[-1] += f"`{child.content.replace('`', '')}`"
        elif child.type in {"softbreak", "hardbreak"}:
            lines.append("")
        elif child.type == "text":
            lines[-1] += child.content
    return _PATTERNS.gaps.sub(" ", unwrapped(lines)).strip(f" {BREAK}")
