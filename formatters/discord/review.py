"""A look-back for Discord, in pieces: a post that fits a phone's first screen, and a thread with the rest."""

from collections.abc import Iterator, Mapping

from analysis.commits.commit import Commit
from analysis.i18n.language import Language
from formatters import post
from formatters.discord.parts import Piece, buttons, picker
from formatters.discord.text import escape, fit, link
from formatters.i18n.wording import label
from formatters.reply import ReviewPost
from formatters.review import AREAS, TOP, Line, Section
from formatters.text.item import ICONS
from formatters.text.links import commit_page, pull_request_page
from formatters.text.plain import brief, clean

_LINE, _TEXT, _BRIEF, _ADDRESS = 300, 600, 240, 200
_SHOWN, _REFERENCES = 5, 5


def parent(reply: ReviewPost, share: float) -> Iterator[Piece]:
    """Yield the post; `share` is the fraction of their room that its texts use."""
    told, room = reply.told, int(_LINE * share)
    language, zone = told.made.language, escape(clean(told.made.window.zone))
    yield Piece(f"**{fit(told.title, room)}**\n-# {fit(told.counts, room)} · {zone}", keep=True)
    for notice in told.notices:
        yield Piece(f"⚠️ {fit(notice, _LINE)}", keep=True)
    for line in told.top[:_SHOWN]:
        about = _joined(fit(line.about, room // 4), _references(line, told.commits))
        yield Piece(f"{_icon(line)}{fit(post.short_line(line.head), room)}\n-# {about}", keep=True)
    for section in told.briefly:
        yield Piece(_summed(section, room, language), keep=True)
    yield Piece(f"-# {fit(told.footing, room)}", keep=True)
    if reply.page and len(reply.page) <= _ADDRESS:
        yield Piece(f"-# {link(escape(label('review.page', language)), reply.page)}", keep=True)
    named = zip(told.top, reply.item_commands, strict=False)
    choices = ((command, line.head, ICONS[line.level]) for line, command in named if line.level)
    yield Piece(components=(*picker(label("discord.details", language), choices), *buttons(reply.buttons)))


def thread(reply: ReviewPost) -> Iterator[list[Piece]]:
    """Yield the messages below it: what mattered, then each area, then the rest."""
    for sections in reply.told.replies:
        yield [piece for section in sections for piece in _section(section, reply.told.commits)]


def _summed(section: Section, room: int, language: Language) -> str:
    name = label("entry.part", language, name=section.name)
    return f"-# **{escape(name)}** {fit(brief(section.brief, _BRIEF), room)}"


def _section(section: Section, commits: Mapping[str, Commit]) -> Iterator[Piece]:
    yield Piece(f"### {escape(section.name)}", keep=True)
    for line in section.lines:
        if section.key not in {TOP, AREAS}:
            yield Piece(f"- {_said(line, commits)}")
            continue
        yield Piece(f"{_icon(line)}{_said(line, commits)}", keep=bool(line.under), apart=True)
        small = "-# " if section.key == TOP else ""
        for number, under in enumerate(line.under, 1):
            yield Piece(f"{small}{_icon(under)}{_said(under, commits)}", keep=number < len(line.under))


def _said(line: Line, commits: Mapping[str, Commit]) -> str:
    if not line.head:
        return _joined(fit(line.text, _TEXT), _references(line, commits))
    return _joined(f"**{fit(line.head, _LINE)}**", fit(line.about, _TEXT), _references(line, commits))


def _references(line: Line, commits: Mapping[str, Commit]) -> str:
    known = [commits[sha] for sha in line.shas if sha in commits]
    more = f" +{len(known) - _REFERENCES}" if len(known) > _REFERENCES else ""
    return " ".join(map(_reference, known[:_REFERENCES])) + more


def _reference(commit: Commit) -> str:
    page, shown = commit_page(commit), f"`{commit.short}`"
    if commit.pull_request:
        page, shown = pull_request_page(commit), f"#{commit.pull_request}"
    return link(shown, page if len(page) <= _ADDRESS else "")


def _joined(*texts: str) -> str:
    return " · ".join(text for text in texts if text)


def _icon(line: Line) -> str:
    return f"{ICONS[line.level]} " if line.level else ""
