"""Commits on their way from the source to their reader: judged as they arrive, with what people wrote about them."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from analysis.commits.commit import Commit
from analysis.commits.pull_request import Found, Unread
from analysis.commits.window import Window
from analysis.entry import Entry
from analysis.sources import CommitSource
from analysis.triage.areas import Areas
from bot.digests import pull_requests
from bot.digests.judging import Judging
from bot.digests.sources import Sources
from bot.digests.stores import Stores
from bot.digests.threads import threads


@dataclass(frozen=True, slots=True)
class Arriving:
    """Commits as they arrive.

    Attributes:
        entries: with statements, facts and triage, in order of arrival.
        unread: the pull requests that could not be read.
    """

    entries: Iterator[list[Entry]]
    unread: Future[Unread | None]


class Arrivals:
    """Judges commits against the store.

    Args:
        now: the clock, aware, UTC.
    """

    def __init__(self, stores: Stores, sources: Sources, now: Callable[[], datetime]) -> None:
        self._stores, self._sources, self._now = stores, sources, now
        self._judging = Judging(stores.commits, stores.learned, stores.feedback)

    def judged(
        self, source: CommitSource, commits: Sequence[Commit], areas: Areas
    ) -> tuple[list[Entry], Unread | None]:
        """Return the entries of whole commits in the store, in order, and the pull requests that could not be read."""
        with self.judging(source, commits, iter([commits]), areas, {}) as arriving:
            return [entry for some in arriving.entries for entry in some], arriving.unread.result()

    @contextlib.contextmanager
    def judging(
        self,
        source: CommitSource,
        heads: Sequence[Commit],
        coming: Iterator[Sequence[Commit]],
        areas: Areas,
        told: Mapping[str, Window],
    ) -> Iterator[Arriving]:
        """Judge the commits of `heads` as they arrive, while reading what people wrote about them.

        This includes additions to the commits `told` in the last days, by the windows of their digests.
        """
        stored, asked, now = self._stores.pull_requests, self._sources.pull_requests(source), self._now()
        with threads(1, "pull requests") as aside:
            found = aside.submit(pull_requests.read, stored, asked, source.repo, heads, now)
            again = aside.submit(pull_requests.read_again, stored, asked, source.repo, told, now)
            unread = aside.submit(lambda: found.result().unread or again.result())
            yield Arriving(self._judged(source, heads, coming, areas, found), unread)

    def _judged(
        self,
        source: CommitSource,
        heads: Sequence[Commit],
        coming: Iterator[Sequence[Commit]],
        areas: Areas,
        asked: Future[pull_requests.Written],
    ) -> Iterator[list[Entry]]:
        repo, first = source.repo, list[Commit]()
        for some in coming:
            first += some
            if asked.done():
                break
        written = asked.result()
        self._keep(repo, written.fresh)
        conventions = self._sources.conventions(source, heads)
        commits = chain(_growing(first), coming)
        yield from self._judging.judge(repo, commits, areas, conventions, written.pull_requests)
        self._keep(repo, written.fresh)  # again, because origins are kept only for commits already stored

    def _keep(self, repo: str, fresh: Found) -> None:
        if fresh.pull_requests or fresh.without:
            self._stores.pull_requests.put(repo, fresh)


def _growing(commits: Sequence[Commit]) -> Iterator[Sequence[Commit]]:
    """Cut what has arrived into pieces of doubling size: the first are judged soon, and there are few."""
    at, size = 0, 4
    while at < len(commits):
        yield commits[at : at + size]
        at, size = at + size, 2 * size
