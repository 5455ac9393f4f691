"""Which words stand for a commit: its headline, and the statements that tell its effect best."""

from collections.abc import Sequence

from analysis.commit import Commit
from analysis.statements.statement import Statement, StatementKind
from analysis.title import read_title

MOST_QUOTED = 2
"""Statements under a headline: more is a text that nobody reads in the morning."""


def headline_of(commit: Commit, statements: Sequence[Statement]) -> str:  # noqa: ARG001 - the next step reads them
    """Return the headline: a piece of the author's own text, never reworded."""
    return read_title(commit.subject).text


def why_of(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements that tell the effect best, the best first; none where nothing is good."""
    return tuple(one for one in statements if one.kind is StatementKind.EFFECT)[:MOST_QUOTED]
