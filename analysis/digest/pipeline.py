"""The way of a commit: judged by rule, read by an analyser, gathered with the others into a digest.

Reading goes through an executor that is handed in: a thread pool here, a cluster's where one machine is too small. Only
this side of it knows whose turn it is and what may be spent; the other side gets settings and commits, and gives readings back.
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
from analysis.facts import facts_of
from analysis.i18n.language import Language
from analysis.rules import RulesAnalyser
from analysis.statements import Conventions, statements_of
from analysis.triage.areas import Areas
from analysis.triage.learned import Judgement
from analysis.triage.prominence import Prominence
from analysis.triage.triage import Opinion, decide, triage

_GIVE_UP_AFTER = 4
"""So many pieces in a row without any answer, and a server is taken to be down."""

_LOG = logging.getLogger(__name__)


class Turn(StrEnum):
    """Whether a piece may be read: now, later (somebody else is reading it), or never (it would cost too much)."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"


SPENT = "the day's token budget is spent"
"""Why a piece is never read."""


class Gate(Protocol):
    """Says whose turn it is, so that nothing is read twice and no more is spent than may be."""

    def admit(self, job: Sequence[Entry], cost: int) -> Turn:
        """Let a piece be read that may cost `cost` tokens, or not."""

    def leave(self, job: Sequence[Entry], usage: Usage) -> None:
        """Take note that an admitted piece was read and remembered, or given up, and what it has cost."""


class OpenGate:
    """Implements Gate for what costs nothing, or for a purse without limit and without others."""

    def admit(self, job: Sequence[Entry], cost: int) -> Turn:  # noqa: ARG002 - a gate's signature
        """Let it."""
        return Turn.NOW

    def leave(self, job: Sequence[Entry], usage: Usage) -> None:
        """Nothing is to be noted."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Where pieces are read, and how many at once."""

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

    `judgement` is what was learned of its repository, by default of others; `conventions` tell its templates; `pull_requests`
    stand by the SHA of the commit that came from them; `prominence` is other than the shipped weights only where these are measured.
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
) -> Iterator[Reading]:
    """Yield readings as they come in, as many pieces under way at once as there are readers, the most important first.

    Every entry is in exactly one of the readings, as analysed or as failed, except those whose turn comes later. When no
    more may be spent or the server is taken to be down, the rest fails at once with that as its reason, which is also
    `hopeless` in these readings. A piece is in the gate's hands until the next reading is asked for: by then it is stored.
    """
    waiting = analyser.jobs(tuple(entries))[::-1]
    running: dict[Future[Reading], tuple[Entry, ...]] = {}
    stop, in_vain = "", 0
    try:
        while waiting or running:
            while waiting and len(running) < readers.width:
                job = waiting.pop()
                turn = Turn.NEVER if stop else gate.admit(job, analyser.cost(job))
                if turn is Turn.NEVER:
                    stop = stop or SPENT
                    yield Reading({}, {entry.commit.sha: stop for entry in job}, hopeless=stop)
                elif turn is Turn.NOW:
                    running[readers.executor.submit(analyser.analyse, job, language)] = job
            if not running:
                continue
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                reading = _result(future, job)
                # An answer that could not be used is an answer: the next commit may get a better one.
                in_vain = 0 if reading.analyses or reading.usage.calls else in_vain + 1
                if not stop:
                    stop = reading.hopeless or (
                        next(iter(reading.failures.values())) if in_vain >= _GIVE_UP_AFTER else ""
                    )
                try:
                    yield reading
                finally:
                    gate.leave(job, reading.usage)
    finally:
        for future, job in running.items():
            future.cancel()
            gate.leave(job, Usage())


def _result(future: Future[Reading], job: Sequence[Entry]) -> Reading:
    try:
        return future.result()
    except CancelledError:  # nobody here has cancelled it
        reason = "the cluster that should have read it is gone"
        return Reading({}, {entry.commit.sha: reason for entry in job}, hopeless=reason)
    except Exception as error:  # noqa: BLE001 - one commit's analysis is an outer edge: the others' must not be lost with it
        _LOG.exception("the analysis of %s failed", ", ".join(entry.commit.short for entry in job))
        return Reading({}, {entry.commit.sha: f"the analyser failed ({type(error).__name__})" for entry in job})


def stand_in(entry: Entry, language: Language, reason: str) -> Analysis:
    """Return the rules' analysis of a commit that a model should have read, marked with the reason."""
    reading = RulesAnalyser().analyse((entry,), language)
    return replace(reading.analyses[entry.commit.sha], stands_in=reason)


def settled(entry: Entry, analysis: Analysis) -> Entry:
    """Return the entry with its analysis, whose opinion of its rank stands unless a fact forbids it."""
    if analysis.importance is None:
        return replace(entry, analysis=analysis)
    opinion = Opinion(analysis.importance, analysis.reason, analysis.types, analysis.areas)
    return replace(entry, analysis=analysis, triage=decide(entry.triage, opinion, entry.commit, entry.facts))


Step = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


def silent(_name: str, _done: int, _total: int) -> None:
    """Show no progress: nobody looks, or a note says that it takes a while."""
