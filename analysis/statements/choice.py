"""Which words stand for a commit: its headline, and the statements that tell its effect best."""

import re
from collections.abc import Sequence
from itertools import islice

from analysis.commits.commit import Commit
from analysis.commits.title import read_title
from analysis.statements.fragments import is_effective
from analysis.statements.releases import NAMES_VERSION
from analysis.statements.statement import Source, Statement, StatementKind

MOST_QUOTED = 2
"""Statements under a headline: more is a text that nobody reads in the morning."""

_LONGEST_HEADLINE = 240
"""Characters; a longer sentence for users stands under the title instead."""
_MOST_FRAGMENTS = 4
"""Sentences for users that one change brings; a commit with more of them is a release, and its title names it."""

_EMPTY = re.compile(
    r"\W*(?:\d+|(?:fix(?:e[sd]|up)?|updates?|wip|comments?|clean ?up|misc|minor|changes?|tweaks?|tests?|typos?|nits?|improvements?|refactor|lint|review|ci|docs?|format"
    r"|address(?:ed|es)? (?:review |pr )?(?:comments?|feedback|review)|apply suggestions?(?: from code review)?|more fix(?:es)?|small fix(?:es)?|initial commit|patch)"
    r"|[\w.-]+/[\w./-]+|[\w-]+(?:[-_][\w]+){2,}|[\w/-]+\.\w{1,5}|更新|修改|修复|优化)\W*",
    re.IGNORECASE,
)
"""A title that says nothing: a number, one general word, the name of a branch or of a file."""
_CUT = re.compile(r"\s*(?:…|\.\.\.)$")
_GOES_ON = re.compile(r"^(?:…|\.\.\.)\s*")


def headline_of(commit: Commit, statements: Sequence[Statement]) -> str:
    """Return the headline: the sentence made for users, else the title, else the best statement; never reworded."""
    title = _whole(read_title(commit.subject).text, commit.body)
    fragments = [one for one in statements if one.source is Source.FRAGMENT and one.kind is StatementKind.EFFECT]
    best = next((one for one in fragments if _is_for_users(one)), None)
    if (
        best
        and not NAMES_VERSION.search(commit.subject)
        and len(fragments) < _MOST_FRAGMENTS
        and len(best.text) <= _LONGEST_HEADLINE
    ):
        return best.text
    if _EMPTY.fullmatch(title):
        return next((one.text for one in statements if one.kind is StatementKind.EFFECT), title)
    return title


def why_of(statements: Sequence[Statement], headline: str = "") -> tuple[Statement, ...]:
    """Return the statements that tell the effect best besides the headline; none where nothing is good.

    The best comes first, unless its author wrote the other one before it.
    """
    found = (one for one in statements if one.kind is StatementKind.EFFECT and one.text != headline)
    chosen = tuple(islice(found, MOST_QUOTED))
    is_one_text = len({(one.source, one.url, one.path) for one in chosen}) == 1
    return tuple(sorted(chosen, key=lambda one: one.order)) if is_one_text else chosen


def _is_for_users(statement: Statement) -> bool:
    return is_effective(statement.category)


def _whole(title: str, body: str) -> str:
    """The title with what a server cut off it, where the body goes on there."""
    if not _CUT.search(title) or not _GOES_ON.match(body):
        return title
    rest = _GOES_ON.sub("", body).partition("\n")[0].strip()
    head = _CUT.sub("", title)
    return (
        f"{head}{rest}"
        if title[-4:-1] != " .." and rest[:1].islower() and not title.rstrip("….").endswith(" ")
        else f"{head} {rest}"
    )
