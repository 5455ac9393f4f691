"""Looks for what may have broken something between two revisions: commits come from the store, missing ones from the source."""

from collections.abc import Collection, Sequence

from analysis.commits.copies import original_title
from analysis.digest.pipeline import Step, silent
from analysis.entry import Entry
from analysis.errors import BadInput
from analysis.facts.reverts import reverts
from analysis.sources.revisions import Between, Revisions, read_range
from analysis.tracing.suspects import Suspicion, suspects
from bot.digests.core import Core

_REVERTS = ("Revert", "revert")
_SHORTEST_SHA = 7


def look(
    core: Core, source: Revisions, range_: str, words: str, areas: Collection[str], step: Step = silent
) -> Suspicion:
    """Rank the commits of a range, such as `v1.2..v1.3`, by how likely they broke what `words` report, or an area.

    Raises:
        BadInput: it does not name two revisions, or nothing is between them.
        NotFound, Outage: the source lacks one, or does not answer; what was read is kept, and the next run continues
            from there.
    """
    between = source.between(*read_range(range_))
    if not between.heads:
        raise BadInput(
            f"There is nothing between {between.old.name} and {between.new.name}: write the version that worked, two dots, and the one that does not."
        )
    entries = core.judged(source, between.heads, step)
    found = suspects(
        entries,
        words,
        areas,
        _taken_back(core, between, entries),
        lambda shas: core.stores.commits.get(source.repo, shas),
    )
    return Suspicion(source.repo, between, words, tuple(areas), found)


def _taken_back(core: Core, between: Between, entries: Sequence[Entry]) -> set[str]:
    """Return what was reverted after the range, as far as the store knows."""
    repo = entries[0].commit.repo if entries else ""
    by_number = {str(entry.commit.pull_request): entry.commit.sha for entry in entries}
    known = {entry.commit.sha for entry in entries}
    titles: dict[str, str] = {}
    found: set[str] = set()
    for commit in core.stores.commits.naming(repo, _REVERTS):
        if commit.committed_at < between.new.committed_at or commit.sha in known:
            continue
        for fact in reverts(commit):
            by_sha = [sha for sha in known if len(fact.before) >= _SHORTEST_SHA and sha.startswith(fact.before)]
            one = next(iter(by_sha), "") or by_number.get(fact.detail.lstrip("#"))
            if not one:
                titles = titles or {original_title(entry.commit.subject): entry.commit.sha for entry in entries}
                one = titles.get(original_title(fact.name))
            found |= {one} if one else set()
    return found
