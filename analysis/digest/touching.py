"""What in a day affects what a team uses: its commits' facts, matched with the names in the team's own files."""

from dataclasses import replace

from analysis.digest.digest import Digest, Touch
from analysis.entry import Entry
from analysis.uses import Use, Uses
from analysis.uses.hits import Index


def touching(digest: Digest, uses: Uses) -> Digest:
    """Return the digest with the facts that affect what a team uses, in its own order; both must be about the same repository."""
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
    """Return the places in a team's files that a commit affects; none if it touches nothing they use."""
    return tuple(dict.fromkeys(use for hit in index.hits_of(entry.facts, entry.commit) for use in hit.uses))
