"""Whether a text addresses whoever ranks or summarises it, instead of the project's users.

People who just write code have no reason to. Neither such a commit's text nor what a model says about it may affect its rank:
the rules' rank holds. Patterns are added here for what they ask (ignore your instructions; rank this so; say that), in the
languages that occur; code that talks to models for its own purposes (prompts, chat templates) is not affected.
"""

from collections.abc import Iterator
from functools import lru_cache

from analysis.commits.patch import hunks
from analysis.entry import Entry
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__, "injection")
_LONGEST = 50_000  # characters of a text that are looked at


@lru_cache(maxsize=256)  # called repeatedly for the same commit while others arrive
def addresses_reader(entry: Entry) -> bool:
    """Whether a commit's message, its description or a line that it adds addresses whoever ranks it."""
    return any(_PATTERNS.address.search(text) for text in _texts(entry))


def _texts(entry: Entry) -> Iterator[str]:
    """Yield texts, each on one line, as a sentence may be wrapped anywhere."""
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
