"""What of a day touches what a team uses: the facts of its commits, crossed with the names in the team's own files."""

from dataclasses import replace

from analysis.digest.digest import Digest, Touch
from analysis.entry import Entry
from analysis.uses import Use, Uses
from analysis.uses.hits import Index


def touching(digest: Digest, uses: Uses) -> Digest:
    """Return the digest with what of it touches what somebody uses, in its own order; the repositories must be one."""
    if uses.repo.lower() != digest.repo.lower():
        return digest
    index = Index(uses)
    found = (
        Touch(entry.commit.sha, hit.fact, hit.uses)
        for entry in digest.entries
        for hit in index.hits_of(entry.facts, entry.commit)
    )
    return replace(digest, touches=tuple(found))


def touched_by(entry: Entry, index: Index) -> tuple[Use, ...]:
    """Return the places of a team's that a commit touches; none where it touches nothing that they use."""
    return tuple(dict.fromkeys(use for hit in index.hits_of(entry.facts, entry.commit) for use in hit.uses))
