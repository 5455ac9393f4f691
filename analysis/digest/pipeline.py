"""A commit's path: judged by rule, read by an analyser, gathered with the others into a digest.

Reading goes through an executor that is passed in: a thread pool here, a cluster's if one machine is too small. Only this
side of it knows whose turn it is and what may be spent; the other side gets settings and commits, and returns readings.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from analysis.commits.commit import Commit
from analysis.commits.pull_request import PullRequest
from analysis.entry import Analysis, Entry, Reader, Reading, Usage
from analysis.errors import Problem
from analysis.facts import facts_of
from analysis.i18n.language import Language
from analysis.rules import RulesAnalyser
from analysis.statements import Conventions, statements_of
from analysis.triage.areas import Areas
from analysis.triage.decision import Opinion, decide
from analysis.triage.learned import Judgement
from analysis.triage.prominence import Prominence
from analysis.triage.triage import triage

_GIVE_UP_AFTER = 4
"""Consecutive batches without any answer after which a server is considered down."""

_LOG = logging.getLogger(__name__)


class Turn(StrEnum):
    """Whether a batch may be read: now, later (another process is reading it), or never (it would cost too much)."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"


SPENT = "the day's token budget is spent"
"""Why a batch is never read."""
LOST = "the cluster that should have read it is gone"
"""Why a batch that was started is not read."""


class Gate(Protocol):
    """Decides whose turn it is, so that nothing is read twice and the budget is kept."""

    def admit(self, job: Sequence[Entry], cost: int) -> Turn:
        """Decide whether a batch that may cost `cost` tokens is read."""

    def leave(self, job: Sequence[Entry], usage: Usage) -> None:
        """Record that an admitted batch was read and stored, or given up, and what it cost."""


class OpenGate:
    """Implements Gate for what costs nothing, or for an unlimited budget that nobody shares."""

    def admit(self, job: Sequence[Entry], cost: int) -> Turn:  # noqa: ARG002 - a gate's signature
        """Admit it."""
        return Turn.NOW

    def leave(self, job: Sequence[Entry], usage: Usage) -> None:
        """Record nothing."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Where batches are read, and how many at once."""

    executor: Executor
    width: int


def judge(
    commits: Iterable[Commit],
    areas: Areas,
    judgement: Judgement | None = None,
    *,
    conventions: Conventions | None = None,
    pull_requests: Mapping[str, PullRequest] | None = None,
    prominence: Prominence | None = None,
) -> Iterator[Entry]:
    """Give each commit its statements, its facts and its triage.

    `judgement` is what was learned from its repository, by default from others; `conventions` know its templates;
    `pull_requests` are keyed by the SHA of the commit that came from them; `prominence` differs from the shipped weights only
    when weights are evaluated.
    """
    for commit in commits:
        pull_request = (pull_requests or {}).get(commit.sha)
        statements = statements_of(commit, pull_request, conventions)
        facts = facts_of(commit)
        ranked = triage(commit, facts, areas, judgement, statements, prominence, pull_request)
        yield Entry(commit, facts, ranked, statements=statements, pull_request=pull_request)


def read_all(
    entries: Sequence[Entry],
    analyser: Reader,
    language: Language,
    *,
    readers: Readers,
    gate: Gate,
    coming: Iterable[Sequence[Entry]] = (),
) -> Iterator[Reading]:
    """Yield readings as they come in, with as many batches in flight as there are readers, the most important first.

    `coming` yields further entries as they arrive, and may take its time: meanwhile those already here are read. Which
    entries are read together depends on their order, never on timing. If it ends with a Problem, what is in flight is still
    read before that is raised.

    Every entry is in exactly one of the readings, as analysed or as failed, except those whose turn comes later. When the
    budget is spent or the server is considered down, the rest fails at once with that as its reason, which is also
    `hopeless` in these readings. The gate holds a batch until the next reading is requested: by then it is stored.
    """
    desk = _Desk(analyser, language, readers, gate)
    desk.add(analyser.jobs(tuple(entries)))
    trouble: Problem | None = None
    try:
        held: list[Entry] = []
        try:
            for arrived in coming:
                for entry in arrived:
                    held.append(entry)
                    full = analyser.jobs(tuple(held), more=True)
                    taken = {one.commit.sha for job in full for one in job}
                    held = [one for one in held if one.commit.sha not in taken]
                    desk.add(full)
                yield from desk.begin()
                yield from desk.take(0)
        except Problem as problem:
            trouble = problem
            desk.clear()
        else:
            desk.add(analyser.jobs(tuple(held)))
        while desk.is_busy:
            yield from desk.begin()
            yield from desk.take(None)
    finally:
        desk.leave()
    if trouble:
        raise trouble


class _Desk:
    """The batches that are waiting, and those being read."""

    def __init__(self, analyser: Reader, language: Language, readers: Readers, gate: Gate) -> None:
        self._analyser, self._language, self._readers, self._gate = analyser, language, readers, gate
        self._waiting: list[tuple[Entry, ...]] = []  # the next one last
        self._running: dict[Future[Reading], tuple[Entry, ...]] = {}
        self._stop, self._in_vain = "", 0

    @property
    def is_busy(self) -> bool:
        return bool(self._waiting or self._running)

    def add(self, jobs: Sequence[tuple[Entry, ...]]) -> None:
        """Queue batches; of equal ones, those that came first are read first."""
        if jobs:
            together = [*self._waiting[::-1], *jobs]
            self._waiting = sorted(together, key=lambda job: (-job[0].triage.importance.rank, -job[0].triage.score))[
                ::-1
            ]

    def clear(self) -> None:
        """Start nothing more."""
        self._waiting.clear()

    def begin(self) -> Iterator[Reading]:
        """Start reading as many batches as allowed; yield failed readings for those that never will be read."""
        while self._waiting and len(self._running) < self._readers.width:
            job = self._waiting.pop()
            turn = Turn.NEVER if self._stop else self._gate.admit(job, self._analyser.cost(job))
            if turn is Turn.NEVER:
                self._stop = self._stop or SPENT
                yield Reading({}, {entry.commit.sha: self._stop for entry in job}, hopeless=self._stop)
            elif turn is Turn.NOW:
                self._running[self._readers.executor.submit(self._analyser.analyse, job, self._language)] = job

    def take(self, seconds: float | None) -> Iterator[Reading]:
        """Wait for the first reading, at most `seconds`, and yield those that are done."""
        if not self._running:
            return
        for future in wait(self._running, seconds, FIRST_COMPLETED).done:
            job = self._running.pop(future)
            reading = _result(future, job)
            # An unusable answer is still an answer: the next commit may get a better one.
            self._in_vain = 0 if reading.analyses or reading.usage.calls else self._in_vain + 1
            if not self._stop:
                is_down = self._in_vain >= _GIVE_UP_AFTER
                self._stop = reading.hopeless or (next(iter(reading.failures.values())) if is_down else "")
            try:
                yield reading
            finally:
                self._gate.leave(job, reading.usage)

    def leave(self) -> None:
        """Give up what is in flight."""
        for future, job in self._running.items():
            future.cancel()
            self._gate.leave(job, Usage())


def _result(future: Future[Reading], job: Sequence[Entry]) -> Reading:
    try:
        return future.result()
    except CancelledError:  # it was not cancelled here
        return Reading({}, {entry.commit.sha: LOST for entry in job}, hopeless=LOST)
    except Exception as error:  # noqa: BLE001 - one commit's analysis is an outer edge: the others' must not be lost with it
        _LOG.exception("the analysis of %s failed", ", ".join(entry.commit.short for entry in job))
        return Reading({}, {entry.commit.sha: f"the analyser failed ({type(error).__name__})" for entry in job})


def stand_in(entry: Entry, language: Language, reason: str) -> Analysis:
    """Return the rules' analysis of a commit that a model should have read, marked with the reason."""
    reading = RulesAnalyser().analyse((entry,), language)
    return replace(reading.analyses[entry.commit.sha], stands_in=reason)


def settled(entry: Entry, analysis: Analysis) -> Entry:
    """Return the entry with its analysis, whose opinion on the rank holds unless a fact forbids it."""
    if analysis.importance is None:
        return replace(entry, analysis=analysis)
    opinion = Opinion(analysis.importance, analysis.reason, analysis.types, analysis.areas)
    return replace(entry, analysis=analysis, triage=decide(entry.triage, opinion, entry.commit, entry.facts))


Step = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and the total."""


def silent(_name: str, _done: int, _total: int) -> None:
    """Show no progress: nobody is watching, or a note already says that it takes a while."""
