"""The type of a sentence that a person wrote about a change; neighbouring modules find and choose them."""

from dataclasses import dataclass
from enum import StrEnum

BREAKING = "breaking"
"""The category of what its author announces as breaking."""


class Source(StrEnum):
    """Where a statement was written."""

    TITLE = "title"
    BODY = "body"
    FRAGMENT = "fragment"
    PULL_REQUEST = "pull_request"
    ISSUE = "issue"
    PULL_COMMENT = "pull_comment"
    CODE_COMMENT = "code_comment"


class StatementKind(StrEnum):
    """What a statement is about: what the change does to people, what it leaves open, or what its author measured."""

    EFFECT = "effect"
    CAVEAT = "caveat"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, as its author wrote it.

    Attributes:
        text: the sentence without markup and line breaks; code in backticks. Never reworded.
        url: where it can be read; empty for a file of the commit or if no page is known.
        path, line: for text in a file, the file and the line after the commit; else empty and 0.
        category: the kind that a news fragment or a release note gives itself (`breaking`, `bugfix`, …); else empty.
        order: its place among the sentences of its text, from 0.
        score: how well it describes the effect; comparable between commits, 0 for other kinds.
    """

    text: str
    source: Source
    kind: StatementKind = StatementKind.EFFECT
    url: str = ""
    path: str = ""
    line: int = 0
    category: str = ""
    order: int = 0
    score: float = 0.0
