"""A sentence before it is judged: where it stands, which a statement no longer needs."""

from dataclasses import dataclass

from analysis.statements.statement import Source


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence that somebody wrote.

    Attributes:
        order: its place among the sentences of its text, from 0.
        section: what the heading above it announces, empty for nothing known.
        is_row: it is a table's row.
        heading: the heading itself; of a row, the table's head.
        category: as in Statement.
        is_answered: the next sentence tells, as a step of work, what was done about it.
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
