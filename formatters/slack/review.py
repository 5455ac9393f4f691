"""A look-back for Slack: a parent that fits a phone's first screen, and a thread with the rest."""

from collections.abc import Iterator, Mapping

from analysis.commits.commit import Commit
from analysis.i18n.language import Language
from formatters.i18n.wording import label
from formatters.post import short_line
from formatters.reply import ReviewPost
from formatters.review import AREAS, TOP, Line, Section
from formatters.slack.blocks import Payload, Piece, actions, bullets, button, context, menu, packed, rich, single
from formatters.slack.digest import reference
from formatters.slack.text import Json, cut, link, sentences, spans, words
from formatters.text.item import ICONS
from formatters.text.plain import brief

_TITLE, _TEXT, _BRIEF = 300, 600, 240
_SHOWN, _REFERENCES, _TOGETHER = 5, 5, 10


def parent(post: ReviewPost) -> Payload:
    """Return the message in the channel."""
    told = post.told
    language, zone = told.made.language, told.made.window.zone
    head = [*words(cut(told.title, _TITLE), bold=True), *words(f" · {zone}\n"), *spans(cut(told.counts, _TITLE))]
    pieces = [rich(head, *(spans(f"⚠️ {sentences(notice, _TITLE, '…')}") for notice in told.notices))]
    if told.top:
        pieces.append(rich(*(_matter(line, told.commits, short_line(line.head)) for line in told.top[:_SHOWN])))
    summed = [_summed(section, language) for section in told.briefly]
    if summed:
        pieces.append(rich(*summed, link(post.page, label("review.page", language)) if post.page else []))
    pieces.append(context(told.footing))
    names = (line.head for line in told.top)
    details = menu(label("slack.details", language), zip(names, post.item_commands, strict=False), 0)
    controls = [button(one, number) for number, one in enumerate(post.buttons, 1)]
    pieces += actions([details, *controls] if details else controls)
    return single(pieces)


def thread(post: ReviewPost) -> list[Payload]:
    """Return the replies below it: what mattered, then each area, then the rest."""
    commits = post.told.commits
    replies = ([piece for section in some for piece in _section(section, commits)] for some in post.told.replies)
    return [message for pieces in replies for message in packed(pieces)]


def _summed(section: Section, language: Language) -> list[Json]:
    name = label("entry.part", language, name=section.name)
    return [*words(f"{name} ", bold=True), *spans(brief(section.brief, _BRIEF))]


def _section(section: Section, commits: Mapping[str, Commit]) -> Iterator[Piece]:
    heading = words(section.name, bold=True)
    if section.key in {TOP, AREAS}:
        yield rich(heading)
        for line in section.lines:
            yield rich(_matter(line, commits), *(_matter(under, commits) for under in line.under))
        return
    for start in range(0, len(section.lines), _TOGETHER):
        listed = section.lines[start : start + _TOGETHER]
        yield bullets([] if start else heading, (_said(line, commits) for line in listed))


def _matter(line: Line, commits: Mapping[str, Commit], head: str = "") -> list[Json]:
    icon = f"{ICONS[line.level]} " if line.level else ""
    return [*words(icon), *_said(line, commits, head)]


def _said(line: Line, commits: Mapping[str, Commit], head: str = "") -> list[Json]:
    """Return a line, or `head` instead if it must be shorter, and links to its commits."""
    if line.head:
        made = [*spans(cut(head or line.head, _TITLE), bold=True), *words(" "), *spans(cut(line.about, _TEXT))]
    else:
        made = spans(cut(line.text, _TEXT))
    known = [commits[sha] for sha in line.shas if sha in commits]
    for commit in known[:_REFERENCES]:
        made += [*words(" "), *reference(commit)]
    return [*made, *words(f" +{len(known) - _REFERENCES}" if len(known) > _REFERENCES else "")]
