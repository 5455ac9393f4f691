"""A commit's ancestors."""

from collections.abc import Mapping, Sequence


def ancestors(sha: str, parents: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return a commit and all its ancestors through these parents; empty if it is not among them."""
    found: set[str] = set()
    waiting = [sha]
    while waiting:
        one = waiting.pop()
        if one in parents and one not in found:
            found.add(one)
            waiting += parents[one]
    return frozenset(found)
