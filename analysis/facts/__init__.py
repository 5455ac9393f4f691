"""Facts: what a commit's diff proves by itself, with path and line, found by rule and never guessed.

An extractor is a module here with `extract(files) -> Iterator[Fact]`; the list below is all of them.
"""

import re

from analysis.commit import Commit
from analysis.facts import checks, defaults, dependencies, interface, names, tests
from analysis.facts.changed import ChangedFile
from analysis.facts.fact import Fact, FactKind
from analysis.title import read_title

__all__ = ["Fact", "FactKind", "facts_of"]

_EXTRACTORS = (interface, defaults, names, dependencies, tests, checks)
_REVERTED_SHA = re.compile(r"[Tt]his reverts commit ([0-9a-f]{7,40})")
_PULL_REQUEST = re.compile(r"\(#(\d+)\)|(?:[Rr]everts?\s+(?:[\w./-]+)?#(\d+))")


def facts_of(commit: Commit) -> tuple[Fact, ...]:
    """Return everything the commit proves, in the order of the extractors, without repetitions."""
    files = [ChangedFile(change) for change in commit.files]
    found = [*_reverts(commit), *(fact for extractor in _EXTRACTORS for fact in extractor.extract(files))]
    return tuple(dict.fromkeys(found))


def _reverts(commit: Commit) -> list[Fact]:
    title = read_title(commit.subject)
    sha = _REVERTED_SHA.search(commit.message)
    if title.reverts is None and sha is None:
        return []
    named = title.reverts or ""
    number = _PULL_REQUEST.search(named) or _PULL_REQUEST.search(commit.body)
    pull_request = f"#{number[1] or number[2]}" if number else ""
    name = _PULL_REQUEST.sub("", named).strip() or (sha[1][:7] if sha else "")
    return [Fact(FactKind.REVERTS, name, before=sha[1] if sha else "", detail=pull_request)]
