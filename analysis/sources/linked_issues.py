"""Which issues a description names: after a keyword that closes them, or as related ones.

https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
"""

import re
from collections.abc import Iterator

from analysis.i18n.patterns import Patterns

_MOST = 10
"""Issues looked up per description; a longer list is a table of contents."""
_PATTERNS = Patterns(__file__, "linked_issues")


def named_issues(text: str, repo: str, host: str) -> tuple[tuple[str, int], ...]:
    """Return (owner/name, number) of the issues that a Markdown description names, in order.

    A bare `#12` is in `repo`; only links to `host`, which has the server's pages, name issues on the server.
    """
    found: dict[tuple[str, int], None] = {}
    for match in _named(_PATTERNS.hidden.sub(" ", text)):
        if match["host"] and match["host"].removeprefix("www.").lower() != host:
            continue
        number = int(match["page"] or match["number"] or match["short"])
        if number:
            found.setdefault((match["linked"] or match["repo"] or repo, number))
    return tuple(found)[:_MOST]


def _named(text: str) -> Iterator[re.Match[str]]:
    below = False
    for line in text.splitlines():
        below = bool(_PATTERNS.heading.match(line)) or (below and not _PATTERNS.other_heading.match(line))
        end, counts = 0, False
        for match in _PATTERNS.reference.finditer(line):
            before = line[end : match.start()]
            counts = bool(
                (counts and _PATTERNS.also.match(before))
                or _PATTERNS.named.search(before[-60:])
                or (below and _PATTERNS.item.match(line[: match.start()]))
            )
            if counts:
                yield match
            end = match.end()
