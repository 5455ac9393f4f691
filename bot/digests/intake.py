"""Which commits belong in a digest, listed and fetched: those of the window, late ones and misdated ones, each once."""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from analysis.commits.commit import Commit
from analysis.commits.window import Window, closed_before
from analysis.digest.pipeline import Step
from analysis.errors import NotFound, Outage
from analysis.sources import CommitSource, Listing, cut_off, fold_merges, reached
from analysis.sources.arrival import CLOCKS_DIFFER, awaited, lines, misdated, out_of_order
from analysis.sources.remarks import Remark, is_empty, is_stale, returned, vanished
from bot.digests.memory import Memory
from bot.digests.rewritten import Rewritten
from bot.digests.stores import Stores
from bot.digests.threads import threads
from storage.digests import ReportedCommits

_GAPS = 3
"""Commits requested one by one to fill gaps in the history that no list by date contains."""

_FETCHES = 8  # GitHub asks for few concurrent requests; more gain nothing


class Intake:
    """Lists and fetches commits against the store.

    Args:
        now: the clock, aware, UTC.
    """

    def __init__(self, stores: Stores, memory: Memory, now: Callable[[], datetime]) -> None:
        self.rewritten = Rewritten(stores.store, stores.commits)
        self._stores = stores
        self._memory = memory
        self._now = now

    def listed(self, source: CommitSource, since: datetime, until: datetime) -> Listing:
        """List what landed in [since, until); if the repository was renamed, what is stored is renamed with it."""
        asked = source.repo
        listing = source.landed(since, until)
        if listing.repo != asked:
            self._stores.commits.rename(asked, listing.repo)
        if any(map(is_empty, listing.notes)) and self._stores.commits.newest(listing.repo):
            raise Outage(
                f"{listing.repo} has no commits any more, although some were read before: check whether it was emptied or recreated."
            )
        return listing

    def landed(
        self, source: CommitSource, window: Window, reported: ReportedCommits | None
    ) -> tuple[Listing, list[Commit], set[str], ReportedCommits]:
        """List the window, and what landed late in earlier days that were already reported; and what was reported."""
        asked = source.repo
        told, start = self._told(source, window, reported)
        listing = self.listed(source, start, window.end)
        if listing.repo != asked:
            told, earlier = self._told(source, window, reported)
            if earlier < start:
                listing = replace(source.landed(earlier, window.end), notes=listing.notes)
        newest = source.newest()
        waiting = (listing.waiting | awaited(listing.heads, newest, window.end)) - told.where.keys()
        listing = replace(listing, waiting=waiting)
        closed = closed_before(window.start, told.closed)
        # The ancestors of a reported commit were there when it was reported, on their own or within a merge.
        here = reached(told.where, {head.sha: head for head in listing.heads})
        odd = {head.sha: head for head in self._misdated(source, newest, window, told, listing.arrived)}
        own, late = list[Commit](), {sha for sha, head in odd.items() if head.committed_at < window.start}
        for head in self.folded(source, [*odd.values(), *(head for head in listing.arrived if head.sha not in odd)]):
            if head.sha in odd:
                own.append(head)
                continue
            where = told.where.get(head.sha)
            if head.committed_at in window:
                # Commits that came late into this window, after it was reported, belong to the digest that reported
                # them.
                if where is None or where == window or window not in told.closed or head.committed_at in where:
                    own.append(head)
            elif where == window or (
                where is None and head.sha not in here and any(head.committed_at in other for other in closed)
            ):
                own.append(head)
                late.add(head.sha)
        return listing, own, late, told

    def folded(self, source: CommitSource, heads: Sequence[Commit]) -> list[Commit]:
        """Fold merges with everything they brought, however old; the source is asked once per merge."""
        merges = cut_off(heads)
        known = self._stores.commits.get(source.repo, [merge.sha for merge in merges])
        listed = {head.sha for head in heads}
        asked = {merge.sha: source.brought(merge) for merge in merges if merge.sha not in known}
        brought = {sha: [head.sha for head in found] for sha, found in asked.items() if found}
        brought |= {sha: [one.sha for one in merge.brought] for sha, merge in known.items() if merge.brought}
        older = {head.sha: head for found in asked.values() for head in found if head.sha not in listed}
        return [
            replace(head, brought=known[head.sha].brought) if head.sha in known and known[head.sha].brought else head
            for head in fold_merges([*heads, *older.values()], brought)
            if head.sha in listed
        ]

    def _misdated(
        self,
        source: CommitSource,
        newest: Sequence[Commit],
        window: Window,
        told: ReportedCommits,
        heads: Sequence[Commit],
    ) -> list[Commit]:
        """Return what came to the branch since the last digest but is in no day's list, because of its date.

        If nothing was reported before, or what was is gone, it is what may have come in the window.
        """
        if not newest:  # several branches, which have no single order, or no commit at all
            return []
        listed = {head.sha for head in heads}
        before = {sha for sha, where in told.where.items() if where != window}
        # Commits dated between the reported days, or in one reported before it was over, belong to a day of their own.
        oldest = min([listed_since(window, told), *(where.start for where in told.where.values())])
        since_then = misdated(newest, before, oldest, self._now() + CLOCKS_DIFFER)
        if since_then is not None:
            return since_then
        known = {head.sha: head for head in (*newest, *heads)}
        top = newest[0].sha if newest else ""
        if heads and listed.isdisjoint(reached([top], known)):  # the window is below the newest page
            inner = {sha for head in heads for sha in head.parents}
            top = next(head.sha for head in heads if head.sha not in inner)
        self._fill_gaps(source, top, known, listed)
        found = [one for line in lines(top, known) for one in out_of_order(line, window, self._now())]
        return [head for head in dict.fromkeys(found) if head.sha not in before]

    def _fill_gaps(self, source: CommitSource, top: str, known: dict[str, Commit], listed: set[str]) -> None:
        """Request the commits between the branch's newest and the window's: their dates keep them out of every list."""
        for _ in range(_GAPS):
            if listed <= reached([top], known):
                return
            line = next(lines(top, known), [])
            missing = next(iter(line[-1].parents), "") if line else ""
            if not missing:
                return
            try:
                known[missing] = replace(source.resolve(missing), files=())
            except NotFound:
                return

    def gone(self, source: CommitSource, listing: Listing, told: ReportedCommits, window: Window) -> list[Commit]:
        """Return what was reported but is no longer on the branch: not listed in its time or, if misdated, unreachable.

        An unfetched clone says nothing about the current branch. Of several branches, one may simply have been deleted.
        """
        if listing.is_of_several or any(map(is_stale, listing.notes)):
            return []
        here = {sha for head in listing.heads for sha in (head.sha, *head.parents)}
        entries = self._stores.commits.entries(listing.repo, [sha for sha in told.where if sha not in here])
        missing, since = [entry.commit for entry in entries.values()], listed_since(window, told)
        odd = [commit.sha for commit in missing if not since <= commit.committed_at < window.end]
        reached_still = source.on_branch(odd) if odd else frozenset[str]()
        return [commit for commit in missing if commit.sha not in reached_still]

    def noting_rewritten(
        self,
        listing: Listing,
        heads: Sequence[Commit],
        gone: Sequence[Commit],
        again: Mapping[str, Collection[str]],
        told: ReportedCommits,
        window: Window,
    ) -> Listing:
        """Return a listing that says how the branch was rewritten, if it was; each commit is counted and named once.

        `heads` are those reported now; `again` has those of its commits that are what is `gone` under other SHAs.
        """
        notes, seen = list(listing.notes), self.rewritten.seen
        if found := seen(listing.repo, again, window):
            notes.append(Remark("rewritten", count=len(found)))
        # A commit that returns but does something else is reported again, as news.
        come = {(head.author, head.authored_at, head.subject) for head in (*listing.heads, *heads)}
        back = {sha for shas in again.values() for sha in shas}
        lost = [one for one in gone if one.sha not in back and (one.author, one.authored_at, one.subject) not in come]
        seen(listing.repo, back, window, "vanished")  # the next listing may not have their current form
        fresh = seen(listing.repo, [one.sha for one in lost], window, "vanished")
        if named := [one for one in lost if one.sha in fresh]:
            notes.append(vanished([told.where[one.sha].last for one in named], named))
        here = [head for head in listing.heads if head.sha in told.where]
        again_here = self.rewritten.returned(listing.repo, [head.sha for head in here], window)
        if named := [head for head in here if head.sha in again_here]:
            notes.append(returned([told.where[head.sha].last for head in named], named))
        return replace(listing, notes=tuple(notes))

    def _told(
        self, source: CommitSource, window: Window, reported: ReportedCommits | None
    ) -> tuple[ReportedCommits, datetime]:
        """Return what earlier digests reported, and from when on late commits must be looked for."""
        told = reported or self._memory.reported(source.repo, source.branch, window)
        return told, listed_since(window, told)

    def fetch(self, source: CommitSource, heads: Sequence[Commit], step: Step) -> tuple[Generator[list[Commit]], int]:
        """Return the commits in full, in order and as they arrive, and how many are requested from the source.

        Stored ones come from the store; what the source returns is stored at once.
        """
        known = self._stores.commits.get(source.repo, [head.sha for head in heads])
        found = {head.sha: replace(known[head.sha], brought=head.brought) for head in heads if head.sha in known}
        self._stores.commits.put(commit for sha, commit in found.items() if commit.brought != known[sha].brought)
        missing = [head for head in heads if head.sha not in known]
        return self._coming(source, heads, found, missing, step), len(missing)

    def _coming(
        self,
        source: CommitSource,
        heads: Sequence[Commit],
        found: dict[str, Commit],
        missing: Sequence[Commit],
        step: Step,
    ) -> Generator[list[Commit]]:
        at = 0

        def ready() -> list[Commit]:
            nonlocal at
            start = at
            while at < len(heads) and heads[at].sha in found:
                at += 1
            return [found[head.sha] for head in heads[start:at]]

        if missing:
            step("fetching commits", 0, len(missing))
            with threads(_FETCHES, "fetch") as executor:
                for count, commit in enumerate(source.fetch(missing, executor), 1):
                    self._stores.commits.put([commit])
                    found[commit.sha] = commit
                    step("fetching commits", count, len(missing))
                    if some := ready():
                        yield some
        if some := ready():
            yield some


def listed_since(window: Window, told: ReportedCommits) -> datetime:
    """Return from when on commits are listed: late ones belong to days already reported."""
    return min([window.start, *(other.start for other in told.closed)])
