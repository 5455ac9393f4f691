"""Makes an upgrade: the commits between two revisions, from the store or else from the source, and their net effect."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.digest.pipeline import Step, silent
from analysis.entry import Entry
from analysis.errors import BadInput
from analysis.facts import Fact, FactKind
from analysis.i18n.language import Language
from analysis.sources.revisions import Revisions, read_range
from analysis.upgrade import Change, Hit, Upgrade, netted, paths_of, standing, touched, upgrade
from analysis.upgrade.coupling import COUPLED, Coupled, Drift, coupled
from analysis.upgrade.lost import lost, taken_away
from analysis.uses import Uses
from bot.digests.core import Core

MOST_UNREAD = 500
"""Commits read for one question: some seconds from a clone, some minutes from GitHub."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The planned work: the commits in between, merges folded, and how many of them must be fetched and read first."""

    commits: int
    missing: int


def plan(core: Core, source: Revisions, range_: str) -> Plan:
    """Plan the work.

    Raises:
        BadInput, NotFound, Outage: as `make`.
    """
    between = source.between(*read_range(range_))
    folded = core.intake.folded(source, between.heads)
    known = core.stores.commits.entries(source.repo, [head.sha for head in folded])
    return Plan(len(folded), len(folded) - len(known))


def make(
    core: Core,
    source: Revisions,
    range_: str,
    language: Language,
    step: Step = silent,
    uses: Uses | None = None,
) -> Upgrade:
    """Describe what moving between revisions changes, such as `v1.2..v1.3`, and what of it affects `uses`.

    Raises:
        BadInput: it does not name two revisions, or the second is the older one.
        NotFound, Outage: the source lacks one, or does not answer; what was read is kept, and the next run continues
            from there.
    """
    between = source.between(*read_range(range_))
    if not between.heads:
        older = between.only_old
        way = f": write {between.new.name}..{between.old.name}" if older else ""
        why = "is the older one" if older else "contains nothing that the first one lacks"
        raise BadInput(f"Of {between.old.name}..{between.new.name} the second {why}{way}.")
    entries = core.judged(source, between.heads, step)[::-1]
    kept, carried = standing(entries, between)
    net = netted(kept)
    paths = tuple(paths_of(net.changes))
    # What code builds on may be anywhere in both trees; otherwise the files with facts suffice, and all files are
    # expensive.
    is_built_on = uses is not None and any(use.kind in COUPLED for use in uses.uses)
    step("reading both versions", 0, 2)
    old = source.tree(between.old.sha) if is_built_on else source.files(between.old.sha, paths)
    step("reading both versions", 1, 2)
    new = source.tree(between.new.sha) if is_built_on else source.files(between.new.sha, paths)
    step("reading both versions", 2, 2)
    made = upgrade(source.repo, between, kept, net, old, new, carried)
    gone = lost(old, new, uses) if uses and old.is_whole else ()
    hits = touched(made, uses, _lost(core, source.repo, gone, kept)) if uses else None
    drifted = _drifted(coupled(old, new, uses, kept), hits or ()) if uses and old.is_whole else ()
    by_sha = {entry.commit.sha: entry for entry in kept}
    named = {sha: by_sha[sha] for hit in hits or () for sha in hit.item.shas if sha in by_sha} | made.entries
    named |= {sha: by_sha[sha] for one in drifted for sha in one.shas if sha in by_sha}
    told = core.memory.with_analyses(list(named.values()), language)
    return replace(made, entries={entry.commit.sha: entry for entry in told}, hits=hits, coupled=drifted)


def _lost(core: Core, repo: str, facts: Iterable[Fact], entries: Sequence[Entry]) -> Iterator[Change]:
    """Yield what is gone, with the newest commit that removed it."""
    for fact in facts:
        touching = [
            entry.commit.sha
            for entry in reversed(entries)
            if any(fact.path in {file.path, file.old_path} for file in entry.commit.files)
        ]
        commits = core.stores.commits.get(repo, touching)
        yield Change(fact, taken_away(fact, (commits[sha] for sha in touching if sha in commits)))


def _drifted(found: Sequence[Coupled], hits: Sequence[Hit]) -> tuple[Coupled, ...]:
    """Leave out what facts already say about the same names or places, except changed bodies and extended classes."""
    told = {(use.path, use.line) for hit in hits for use in hit.uses}
    names = {use.name for hit in hits for use in hit.uses if hit.item.change and hit.item.change.fact.kind in _GONE}
    return tuple(
        one
        for one in found
        if one.drift in {Drift.BODY, Drift.ABSTRACT}
        or not (one.name in names or all((use.path, use.line) in told for use in one.uses))
    )


_GONE = {FactKind.NAME_REMOVED, FactKind.RENAMED, FactKind.NAME_RENAMED}
