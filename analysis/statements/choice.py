"""Which words represent a commit: its headline, and the statements that describe its effect best."""

from collections.abc import Sequence
from itertools import islice

from analysis.commits.commit import Commit
from analysis.commits.title import read_title
from analysis.i18n.patterns import Patterns
from analysis.statements.fragments import is_effective, is_fragment
from analysis.statements.releases import NAMES_VERSION
from analysis.statements.scoring import stems
from analysis.statements.statement import Source, Statement, StatementKind

MOST_QUOTED = 2
"""Maximum statements under a headline: nobody reads a longer text in the morning."""

_LONGEST_HEADLINE = 240
"""Characters; a longer sentence for users goes under the title instead."""
_MOST_FRAGMENTS = 4
"""Sentences for users in one change; a commit with more of them is a release, and its title names it."""

_PATTERNS = Patterns(__file__)
_ANNOUNCING = ":\uff1a "
"""How a sentence ends whose list a headline has no room for."""
_LEAST_WRAPPED = 50
"""Shortest line, in characters, that anybody would wrap."""


def headline_of(commit: Commit, statements: Sequence[Statement]) -> str:
    """Return the headline: a sentence written for users, else the title, else the best statement; never reworded."""
    said = read_title(commit.subject)
    title = _PATTERNS.closes.sub("", _whole(said.text, commit))
    if said.deed and f"{said.deed} {said.text}" in commit.subject:
        title = f"{said.deed} {title}"
    fragments = [one for one in statements if one.source is Source.FRAGMENT and one.kind is StatementKind.EFFECT]
    best = _first(fragments, title)
    if (
        best
        and _is_about(best, title, commit)
        and not NAMES_VERSION.search(commit.subject)
        and len(fragments) < _MOST_FRAGMENTS
        and len(best.text) <= _LONGEST_HEADLINE
    ):
        told = read_title(best.text)
        return (told.text if told.types else best.text).rstrip(_ANNOUNCING)
    if said.tells_nothing:
        return next((one.text for one in statements if one.kind is StatementKind.EFFECT), title).rstrip(_ANNOUNCING)
    return title


def why_of(statements: Sequence[Statement], headline: str = "") -> tuple[Statement, ...]:
    """Return the statements besides the headline that describe the effect best; none if nothing is good enough.

    The best comes first, unless its author wrote the other one before it.
    """
    found = (one for one in statements if one.kind is StatementKind.EFFECT and not _is_headline(one.text, headline))
    chosen = tuple(islice(found, MOST_QUOTED))
    is_one_text = len({(one.source, one.url, one.path) for one in chosen}) == 1
    return tuple(sorted(chosen, key=lambda one: one.order)) if is_one_text else chosen


def _is_headline(text: str, headline: str) -> bool:
    """Whether a sentence repeats the headline, with or without its prefix."""
    return headline in {text, read_title(text).text}


def _first(fragments: Sequence[Statement], title: str) -> Statement | None:
    """The first sentence of the fragment closest to the title: it says what the change is about."""
    firsts: dict[str, Statement] = {}
    for one in filter(_is_for_users, fragments):
        known = firsts.get(one.path)
        if known is None or one.order < known.order:
            firsts[one.path] = one
    wanted = stems(title)
    return max(firsts.values(), key=lambda one: len(stems(one.text) & wanted), default=None)


def _is_about(best: Statement, title: str, commit: Commit) -> bool:
    """Whether a fragment tells what the title does: of several, the one that does may repeat the title and be no statement."""
    is_only = sum(is_fragment(file.path) for file in commit.files) <= 1
    return is_only or bool(stems(best.text) & stems(title))


def _is_for_users(statement: Statement) -> bool:
    return is_effective(statement.category)


def _whole(title: str, commit: Commit) -> str:
    """The title rejoined with what a server cut off, or its author wrapped onto the next line, if the body continues it."""
    body = commit.body
    if _PATTERNS.cut.search(title) and _PATTERNS.goes_on.match(body):
        rest = _PATTERNS.goes_on.sub("", body).partition("\n")[0].strip()
        head = _PATTERNS.cut.sub("", title)
        is_word = title[-4:-1] != " .." and rest[:1].islower() and not title.rstrip("….").endswith(" ")
        return f"{head}{rest}" if is_word else f"{head} {rest}"
    # Git treats all lines before the first empty one as the title: https://git-scm.com/docs/git-commit#_discussion
    first, _, below = commit.message.partition("\n")
    wrapped = below.partition("\n")[0].strip()
    is_wrapped = len(first) >= _LEAST_WRAPPED and first.rstrip().endswith(title) and not _PATTERNS.ends.search(title)
    if is_wrapped and wrapped and not _PATTERNS.no_title.match(wrapped):
        return f"{title} {_PATTERNS.number.sub('', wrapped)}"
    return title
