"""The answer to a question: the commits, each with its sentence, and what had to be given up along the way."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from analysis.commits.commit import Commit
from analysis.commits.tags import Tag
from analysis.entry import Entry
from analysis.questions.passages import Passage
from analysis.questions.query import Query
from analysis.questions.spans import Days

Part = Literal["least", "people", "days"]
"""The parts of a question that may be given up, in this order."""


@dataclass(frozen=True, slots=True)
class Found:
    """A commit that answers.

    Attributes:
        passage: the sentence that does; None if its title does.
        unreleased: the newest release, if it does not contain the commit; None if unknown.
        reverted: the commit that reverted it; None if none is known.
    """

    entry: Entry
    passage: Passage | None = None
    unreleased: Tag | None = None
    reverted: Commit | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence by a model, with the commits that support it."""

    text: str
    shas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question.

    Attributes:
        found: the best first; empty for nothing.
        given_up: parts of the question that nothing matches, so that the search went on without them.
        unknown: what it names and no commit contains, as worded in the question.
        repos: what was searched; `since`: the first day about which something is known.
        unread: spans of the requested days whose commits are not all known, because they were not read after they ended.
        more: whether others match as well.
        is_closest: some of them hold only a part of what it names.
        others: how many commits landed on its days, where none is shown.
        counted: what it wants counted: authors with their commits, the most first, or new authors with their first ones. None where
            it wants nothing counted, or nobody can know.
        asks_of_reverts: it asks of the commits that it names whether they were reverted.
        total: how many commits there are, if it asks that.
        said: a model's answer, sentence by sentence; empty without one.
        failure: why there is no model's answer where one was wanted, or why it breaks off, in English.
    """

    query: Query
    found: tuple[Found, ...] = ()
    given_up: tuple[Part, ...] = ()
    unknown: tuple[str, ...] = ()
    repos: tuple[str, ...] = ()
    since: date | None = None
    unread: tuple[Days, ...] = ()
    more: bool = False
    counted: tuple[tuple[str, int], ...] | None = None
    total: int | None = None
    asks_of_reverts: bool = False
    is_closest: bool = False
    others: int = 0
    said: tuple[Said, ...] = ()
    failure: str = ""
