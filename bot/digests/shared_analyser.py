"""An analyser that reads each commit once, however many callers ask at the same time; the others wait for the first."""

import threading
from collections import OrderedDict
from concurrent.futures import Future

from analysis.entry import Analyser, Analysis, Comparison, Entry, Reader, Reading
from analysis.i18n.language import Language
from bot.digests.single_flight import SingleFlight

_KEPT = 512
"""Analyses kept for those who checked the store just before they were put there."""

_Key = tuple[str, str, Language]


class SharedAnalyser:
    """Wraps another Analyser."""

    def __init__(self, inner: Analyser) -> None:
        self.inner = inner
        self._lock = threading.Lock()
        self._flights = SingleFlight[_Key, Analysis | str]()
        self._done: OrderedDict[_Key, Analysis] = OrderedDict()

    @property
    def name(self) -> str:
        """The inner analyser's."""
        return self.inner.name

    @property
    def prompt(self) -> str:
        """The inner analyser's."""
        return self.inner.prompt

    def jobs(self, entries: tuple[Entry, ...], *, more: bool = False) -> list[tuple[Entry, ...]]:
        """Cut as the inner analyser does."""
        return self.inner.jobs(entries, more=more)

    def cost(self, job: tuple[Entry, ...]) -> int:
        """Return the inner analyser's."""
        return self.inner.cost(job)

    def compare(self, entries: tuple[Entry, ...], repo: str, language: Language) -> Comparison:
        """Ask the inner analyser."""
        return self.inner.compare(entries, repo, language)

    def checker(self) -> Reader | None:
        """Return the inner analyser's."""
        return self.inner.checker()

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        """Read what nobody else is reading, then take over what others read; only the former costs."""
        mine = list[_Key]()
        others = dict[str, Future[Analysis | str]]()
        analyses: dict[str, Analysis] = {}
        with self._lock:
            for entry in job:
                key = (entry.commit.repo, entry.commit.sha, language)
                if key in self._done:
                    analyses[entry.commit.sha] = self._done[key]
                    continue
                flight, is_first = self._flights.board(key)
                if is_first:
                    mine.append(key)
                else:
                    others[entry.commit.sha] = flight
        own = tuple(entry for entry in job if (entry.commit.repo, entry.commit.sha, language) in mine)
        reading = self._read(own, mine, language) if own else Reading({}, {})
        failures = dict(reading.failures)
        for sha, future in others.items():
            found = future.result()
            if isinstance(found, str):
                failures[sha] = found
            else:
                analyses[sha] = found
        return Reading(analyses | reading.analyses, failures, reading.usage, reading.hopeless, reading.refused)

    def _read(self, own: tuple[Entry, ...], mine: list[_Key], language: Language) -> Reading:
        reading = Reading({}, {})
        try:
            reading = self.inner.analyse(own, language)
        finally:
            with self._lock:
                for key in mine:
                    sha = key[1]
                    if sha in reading.analyses:
                        self._done[key] = reading.analyses[sha]
                    self._flights.land(
                        key, reading.analyses.get(sha) or reading.failures.get(sha, "no analysis came back")
                    )
                while len(self._done) > _KEPT:
                    self._done.popitem(last=False)
        return reading
