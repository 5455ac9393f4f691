"""An analyser that reads a commit once, however many ask for it at the same time; the others wait for the first."""

import threading
from collections import OrderedDict
from concurrent.futures import Future

from analysis.entry import Analyser, Analysis, Entry, Language, Overview, Ranking, Reading

_KEPT = 512
"""Analyses that are kept for those who looked into the store just before they were put there."""

_Key = tuple[str, str, Language]


class AskedOnce:
    """Implements Analyser around another one."""

    def __init__(self, inner: Analyser) -> None:
        self.inner = inner
        self._lock = threading.Lock()
        self._running: dict[_Key, Future[Analysis | str]] = {}
        self._done: OrderedDict[_Key, Analysis] = OrderedDict()

    @property
    def name(self) -> str:
        """The inner analyser's."""
        return self.inner.name

    @property
    def prompt(self) -> str:
        """The inner analyser's."""
        return self.inner.prompt

    def jobs(self, entries: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
        """Cut as the inner analyser does."""
        return self.inner.jobs(entries)

    def cost(self, job: tuple[Entry, ...]) -> int:
        """Return the inner analyser's."""
        return self.inner.cost(job)

    def overview(self, entries: tuple[Entry, ...], repo: str, language: Language) -> Overview:
        """Ask the inner analyser."""
        return self.inner.overview(entries, repo, language)

    def rank(self, entries: tuple[Entry, ...], repo: str) -> Ranking:
        """Ask the inner analyser."""
        return self.inner.rank(entries, repo)

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        """Read what nobody else is reading, then take what others read; only the former costs."""
        mine: dict[_Key, Future[Analysis | str]] = {}
        others: dict[str, Future[Analysis | str]] = {}
        analyses: dict[str, Analysis] = {}
        with self._lock:
            for entry in job:
                key = (entry.commit.repo, entry.commit.sha, language)
                if key in self._done:
                    analyses[entry.commit.sha] = self._done[key]
                elif key in self._running:
                    others[entry.commit.sha] = self._running[key]
                else:
                    mine[key] = self._running[key] = Future()
        own = tuple(entry for entry in job if (entry.commit.repo, entry.commit.sha, language) in mine)
        reading = self._read(own, mine, language) if own else Reading({}, {})
        failures = dict(reading.failures)
        for sha, future in others.items():
            found = future.result()
            if isinstance(found, str):
                failures[sha] = found
            else:
                analyses[sha] = found
        return Reading(analyses | reading.analyses, failures, reading.usage, reading.hopeless)

    def _read(self, own: tuple[Entry, ...], mine: dict[_Key, Future[Analysis | str]], language: Language) -> Reading:
        reading = Reading({}, {})
        try:
            reading = self.inner.analyse(own, language)
        finally:
            with self._lock:
                for key, future in mine.items():
                    del self._running[key]
                    sha = key[1]
                    if sha in reading.analyses:
                        self._done[key] = reading.analyses[sha]
                    future.set_result(reading.analyses.get(sha) or reading.failures.get(sha, "no analysis came back"))
                while len(self._done) > _KEPT:
                    self._done.popitem(last=False)
        return reading
