"""Whether a text speaks to whoever ranks or sums it up, instead of to those who use the project.

Nobody who only writes code has a reason to. What such a commit says, and what a model says of it, is no reason for a rank: the rules'
stands. A form enters here for what it asks (ignore what you were told; rank this so; say that), in the languages that are met; code
that talks to models for its own ends (prompts, templates of chats) is not meant.
"""

from collections.abc import Iterator
from functools import lru_cache

from analysis.commits.patch import hunks
from analysis.entry import Entry
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__, "injection")
_LONGEST = 50_000  # characters of a text that are looked at


@lru_cache(maxsize=256)  # it is asked of the same commit again and again while others arrive
def addresses_reader(entry: Entry) -> bool:
    """Whether a commit's message, its description or a line that it adds speaks to whoever ranks it."""
    return any(_PATTERNS.address.search(text) for text in _texts(entry))


def _texts(entry: Entry) -> Iterator[str]:
    """Yield texts on one line each: a sentence may be broken anywhere."""
    request = entry.pull_request
    written = [
        entry.commit.message,
        *(brought.subject for brought in entry.commit.brought),
        *(one.text for one in entry.statements),
    ]
    if request:
        written += [request.title, request.body, *(comment.text for comment in request.comments)]
    for text in written:
        yield " ".join(text[:_LONGEST].split())
    for file in entry.commit.files:
        yield file.path
        for hunk in hunks((file.patch or "")[:_LONGEST]):
            yield " ".join(line.text.strip(" \t#/*-") for line in hunk.lines if line.added)
