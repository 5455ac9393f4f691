"""A sentence before it is judged, with its context, which a statement no longer needs."""

from dataclasses import dataclass

from analysis.statements.statement import Source


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence that somebody wrote.

    Attributes:
        order: its place among the sentences of its text, from 0.
        section: what the heading above it announces; empty if unknown.
        is_row: it is a table row.
        heading: the heading itself; for a row, the table's header.
        category: as in Statement.
        is_answered: the next sentence says what was done about it, as a step of work.
    """

    text: str
    source: Source
    order: int = 0
    section: str = ""
    is_row: bool = False
    heading: str = ""
    url: str = ""
    path: str = ""
    line: int = 0
    category: str = ""
    is_answered: bool = False
