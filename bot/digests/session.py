"""One session with an analyser: what it reads, how it orders the day, what it says about it, and what that costs.

Every question to a model is asked once, by whichever process of the store asks first; the others wait for its answer.
The cost of a question is reserved before it is asked, so that together they stay within the day's tokens.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self

from analysis.commits.surroundings import NOTHING, Surroundings
from analysis.digest.digest import RunCard, order
from analysis.digest.net import net
from analysis.digest.pipeline import LOST, SPENT, Readers, Step, Turn, read_all, settled, stand_in
from analysis.entry import RULES, Analyser, Analysis, Comparison, Entry, Reader, Reading, Usage
from analysis.i18n.language import Language
from analysis.llm.verify.judging import doubted
from analysis.rules import RulesAnalyser
from analysis.sources import CommitSource
from analysis.triage.triage import Importance
from bot.digests.budget import Budget
from bot.digests.threads import threads
from storage.analyses import Analyses
from storage.digests import Digests

_LOOK_AGAIN = 0.25
"""Seconds between checks whether another process has the answer."""
_DAY_QUESTION = 6_000
"""Approximate tokens for asking for a day's order and themes."""


class Session:
    """What one run asks of an analyser. A context manager: its claims last until it exits.

    Attributes:
        usage: what it has cost so far.
        analysed, failed: how many commits were read, and how many could not be.

    Args:
        source: provides the code around the commits to be read; None if not wanted.
    """

    def __init__(
        self,
        analyser: Analyser,
        language: Language,
        turns: Budget | None,
        analyses: Analyses,
        digests: Digests,
        source: CommitSource | None,
    ) -> None:
        self.analyser, self.language = analyser, language
        self._source, self._surroundings = source, dict[str, Surroundings]()
        self.usage, self.analysed, self.failed = Usage(), 0, 0
        self._turns, self._analyses, self._digests = turns, analyses, digests
        self._started = time.monotonic()
        self._counting = threading.Lock()
        self._stopped = ""  # why the model is no longer asked; empty while it may be

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._turns:
            self._turns.close()

    def card(self, run: RunCard, price: Callable[[Usage], float | None]) -> RunCard:
        """Return the run's card with what was done and what it cost."""
        seconds = time.monotonic() - self._started
        return replace(run, analysed=self.analysed, usage=self.usage, cost=price(self.usage), seconds=seconds)

    def counted(self) -> None:
        """Mark the run as stored with its cost; to be called in the transaction that stores it."""
        if self._turns:
            self._turns.counted()

    @property
    def reads_ahead(self) -> bool:
        """Whether commits are read while others are still arriving. If tokens are short, important ones go first."""
        return self._turns is not None and not self._turns.is_short

    # -- the commits

    def read(
        self,
        entries: Sequence[Entry],
        readers: Readers,
        step: Step,
        made_at: Callable[[], datetime],
        *,
        anew: bool = False,
        coming: Iterable[Sequence[Entry]] | None = None,
        total: int = 0,
    ) -> list[Entry]:
        """Give every entry its analysis: stored, made now, or the rules' instead of a model's.

        `coming` yields further ones as they arrive; `total` is then how many there are in all.
        """
        whole, missing = list[Entry](), list[Entry]()
        found, failures = dict[str, Analysis](), dict[str, str]()

        def arrived(some: Sequence[Entry]) -> list[Entry]:
            known = {} if anew or not some else self._known(some)
            fresh = self._surrounded([entry for entry in some if entry.commit.sha not in known])
            found.update(known)
            whole.extend(some)
            missing.extend(fresh)
            return fresh

        def left(count: int) -> None:
            step("analysing", len(whole) - count, total or len(whole))

        arrived(entries)
        fresh = map(arrived, coming) if coming is not None else None
        begun = _Pass(self._turns, "", (lambda _: {}) if anew else self._known)
        for reading in self._pass(missing, self.analyser, begun, readers, left, found, fresh):
            refused = {
                entry.commit.sha: self._refusal(entry, reading.failures[entry.commit.sha])
                for entry in whole
                if entry.commit.sha in reading.refused
            }
            self._analyses.put(whole[0].commit.repo, reading.analyses | refused, int(made_at().timestamp()))
            found |= reading.analyses | refused
            failures |= reading.failures
            self.analysed += len(reading.analyses)
            self.failed += len(reading.failures)
        return [
            settled(entry, found.get(entry.commit.sha) or stand_in(entry, self.language, failures[entry.commit.sha]))
            for entry in whole
        ]

    def checked(
        self, entries: Sequence[Entry], readers: Readers, step: Step, made_at: Callable[[], datetime]
    ) -> list[Entry]:
        """Have a model's statements checked by a second reading, if not yet done; unchecked ones stay as they are."""
        checker = self.analyser.checker()
        if checker is None or self._stopped:
            return list(entries)
        doubtful = [e for e in entries if e.analysis and not e.analysis.is_checked and not e.analysis.stands_in]
        doubtful, total, found = self._looked_up(self._surrounded(doubtful)), len(doubtful), dict[str, Analysis]()

        def left(count: int) -> None:
            step("checking", total - count, total)

        begun = _Pass(self._turns, "check ", self._known_checked)
        for reading in self._pass(doubtful, checker, begun, readers, left, found):
            self._analyses.put(entries[0].commit.repo, reading.analyses, int(made_at().timestamp()))
            found |= reading.analyses
        return [replace(entry, analysis=found.get(entry.commit.sha, entry.analysis)) for entry in entries]

    def _pass(
        self,
        missing: list[Entry],
        reader: Reader,
        begun: "_Pass",
        readers: Readers,
        left: Callable[[int], None],
        found: dict[str, Analysis],
        coming: Iterable[Sequence[Entry]] | None = None,
    ) -> Iterator[Reading]:
        """Yield the readings of entries; what another process reads meanwhile goes into `found`.

        `missing` holds those that have arrived but are unread: `coming` adds to it, readings take from it, and `left`
        is called with how many there are.
        """
        while missing or coming is not None:
            left(len(missing))
            here, gate = list(missing), begun
            for reading in read_all(here, reader, self.language, readers=readers, gate=gate, coming=coming or ()):
                self._count(reading.usage)
                self._stopped = self._stopped or reading.hopeless
                yield reading
                missing[:] = [e for e in missing if e.commit.sha not in reading.analyses | reading.failures]
                left(len(missing))
            coming = None
            if missing:  # another process is reading these, or has read them
                known = begun.known(missing)
                found |= known
                missing[:] = [entry for entry in missing if entry.commit.sha not in known]
                if not known:
                    time.sleep(_LOOK_AGAIN)

    def _surrounded(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return entries with the code around their changes, for reading them now."""
        if self._source is None:
            return list(entries)
        fresh = [entry for entry in entries if entry.commit.sha not in self._surroundings]
        if fresh:
            high = {entry.commit.sha for entry in fresh if entry.triage.importance is Importance.HIGH}
            self._surroundings |= dict.fromkeys((entry.commit.sha for entry in fresh), NOTHING)
            self._surroundings |= self._source.around([entry.commit for entry in fresh], high)
        return [replace(entry, surroundings=self._surroundings[entry.commit.sha]) for entry in entries]

    def _looked_up(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return entries with the doubtful names in their statements that do exist in the project."""
        names = {e.commit.sha: doubted(e.analysis) for e in entries if e.analysis and e.surroundings.has_tree}
        wanted = frozenset[str]().union(*names.values())
        if self._source is None or not wanted:
            return list(entries)
        there = self._source.standing(wanted, entries[0].commit)
        found = {sha: some & there for sha, some in names.items()}
        return [
            replace(
                e, surroundings=replace(e.surroundings, names=e.surroundings.names | found.get(e.commit.sha, set()))
            )
            for e in entries
        ]

    def _count(self, usage: Usage) -> None:
        with self._counting:
            self.usage += usage

    def _refusal(self, entry: Entry, reason: str) -> Analysis:
        """Return the rules' words as this model's answer, so that it is not asked again each run."""
        stands = stand_in(entry, self.language, reason)
        return replace(stands, analyser=self.analyser.name, prompt=self.analyser.prompt)

    def _known(self, entries: Sequence[Entry]) -> dict[str, Analysis]:
        analyser, shas = self.analyser, [entry.commit.sha for entry in entries]
        return self._analyses.get(entries[0].commit.repo, shas, analyser.name, analyser.prompt, self.language)

    def _known_checked(self, entries: Sequence[Entry]) -> dict[str, Analysis]:
        return {sha: analysis for sha, analysis in self._known(entries).items() if analysis.is_checked}

    # -- the day

    def conclude(
        self, entries: Sequence[Entry], repo: str, readers: Readers, step: Step, now: Callable[[], datetime]
    ) -> tuple[list[Entry], Comparison]:
        """Have entries checked and compared, both at once unless tokens are short."""
        day = order(net(entries))
        if not self.reads_ahead:
            checked = self.checked(entries, readers, step, now)
            return checked, self._compared(day, repo, now(), readers, lambda: checked)
        with threads(1, "check") as aside:
            checking = aside.submit(self.checked, entries, readers, step, now)
            compared = self._compared(day, repo, now(), readers, checking.result)
            return checking.result(), compared

    def _compared(
        self,
        entries: Sequence[Entry],
        repo: str,
        now: datetime,
        readers: Readers,
        checked: Callable[[], Sequence[Entry]],
    ) -> Comparison:
        """Return the day's order and themes, stored or made now, or the rules' and the reason.

        The order is the same in every language: a later request keeps the first one's. A theme that may depend on what
        the check retracted is dropped.
        """
        by_rules = RulesAnalyser().compare(tuple(entries), repo, self.language)
        heard = compared(entries)
        if self.analyser.name == RULES or not heard:
            return by_rules
        analyser = self.analyser
        key = digest_key(entries, analyser.name, analyser.prompt, self.language)
        order_key = digest_key(heard, analyser.name, analyser.prompt, "ranking")

        def known() -> Comparison | None:
            ranking, themes = self._digests.ranking(order_key), self._digests.overview(key)
            return None if ranking is None or themes is None else Comparison(ranking, themes)

        def ask() -> Comparison:
            said = compared_by(readers.executor.submit(analyser.compare, tuple(entries), repo, self.language))
            if said.failure:
                return replace(by_rules, usage=said.usage, failure=said.failure)
            gone = taken_back(entries, checked())
            ranking = self._digests.ranking(order_key) or said.order
            themes = tuple(one for one in said.themes if not gone or (one.shas and not gone & {*one.shas}))
            self._digests.put_ranking(order_key, ranking, now)
            self._digests.put_overview(key, themes or by_rules.themes, now)
            return Comparison(ranking, themes or by_rules.themes, said.usage)

        return self._once(key, known, ask, by_rules)

    def _once(
        self, key: str, known: Callable[[], Comparison | None], ask: Callable[[], Comparison], otherwise: Comparison
    ) -> Comparison:
        """Return what is stored under a key or else what is asked now; failing that, `otherwise` with the reason."""
        while (remembered := known()) is None:
            if self._stopped or self._turns is None:
                return replace(otherwise, failure=self._stopped)
            turn = self._turns.take([key], _DAY_QUESTION)
            if turn is Turn.NEVER:
                return replace(otherwise, failure=SPENT)
            if turn is Turn.NOW:
                usage = Usage()
                try:
                    remembered = known()  # another process may have asked since
                    if remembered is not None:
                        return remembered
                    said = ask()
                    usage = said.usage
                finally:
                    self._turns.give([key], usage)
                self._count(usage)
                return said
            time.sleep(_LOOK_AGAIN)
        return remembered


@dataclass(frozen=True, slots=True)
class _Pass:
    """One reading of all entries; implements Gate.

    Attributes:
        what: what is claimed of a commit, before its SHA.
        known: returns what has been read of some entries since.
    """

    turns: Budget | None
    what: str
    known: Callable[[Sequence[Entry]], dict[str, Analysis]]

    def admit(self, job: Sequence[Entry], cost: int) -> Turn:
        """Claim a piece, unless another process has it or has had it since this run looked."""
        names = self._names(job)
        turn = self.turns.take(names, cost) if self.turns else Turn.NOW
        if self.turns and turn is Turn.NOW and self.known(job):
            self.turns.give(names, Usage())
            return Turn.LATER
        return turn

    def leave(self, job: Sequence[Entry], usage: Usage) -> None:
        """Release a piece, with its cost."""
        if self.turns:
            self.turns.give(self._names(job), usage)

    def _names(self, job: Sequence[Entry]) -> list[str]:
        return [self.what + entry.commit.sha for entry in job]


def compared(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries that a model puts in order: those it ranked and users will notice."""
    return tuple(
        entry
        for entry in entries
        if entry.triage.importance is not Importance.LOW and entry.analysis and entry.analysis.importance
    )


def compared_by(asked: Future[Comparison]) -> Comparison:
    """Return the result of a comparison, even if the threads that were to make it are gone."""
    try:
        return asked.result()
    except CancelledError:  # nobody here cancelled it
        return Comparison(failure=LOST)


def taken_back(before: Sequence[Entry], after: Sequence[Entry]) -> set[str]:
    """Return the SHAs of entries whose headline or effect a check retracted."""
    kept = {entry.commit.sha: entry.analysis for entry in after if entry.analysis}
    return {
        entry.commit.sha
        for entry in before
        if (was := entry.analysis)
        and (now := kept.get(entry.commit.sha))
        and (was.headline, was.effect) != (now.headline, now.effect)
    }


def digest_key(entries: Iterable[Entry], analyser: str, prompt: str, what: str) -> str:
    """Return the key for something said about a day: it holds for these commits, as read by these analysers."""
    read_by = [f"{e.commit.sha} {e.analysis.analyser if e.analysis else ''}" for e in entries]
    text = "\n".join([analyser, prompt, what, *sorted(read_by)])
    return hashlib.sha256(text.encode()).hexdigest()
