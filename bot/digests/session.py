"""One session with an analyser: what it reads, in what order it puts it, what it says of all, and what that costs.

Whatever a model is asked is asked once, whichever process of the store asks first; the others wait for its answer. What
a question may cost is set aside before it is asked, so that all together stay within the day's tokens.
"""

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

from analysis.digest.digest import RunCard
from analysis.digest.pipeline import SPENT, Readers, Step, Turn, read_all, settled, stand_in
from analysis.entry import RULES, Analyser, Analysis, Entry, Order, Reader, Reading, Theme, Usage
from analysis.errors import Problem
from analysis.i18n.language import Language
from analysis.rules import RulesAnalyser
from analysis.triage.triage import Importance
from storage.analyses import Analyses
from storage.claims import LEASE, Claims, Spending
from storage.digests import Digests
from storage.store import Store

Said = TypeVar("Said")

_LOOK_AGAIN = 0.25
"""Seconds after which it is looked whether another process has the answer."""
_DAY_QUESTION = 6_000
"""About how many tokens it takes to ask for a day's order and its themes."""


class Budget:
    """Claims what a model is asked, and sets aside what that may cost.

    Args:
        limit: tokens that all questions since `since` may take together; None for no limit.
        now: when it began, for the account.
    """

    def __init__(
        self, store: Store, claims: Claims, prefix: str, limit: int | None, since: datetime, now: datetime
    ) -> None:
        self._store, self._claims, self._spending = store, claims, Spending(store)
        self._prefix, self._limit, self._since, self._now = prefix, limit, since, now
        self._reserved: dict[tuple[str, ...], int] = {}
        self._counted: list[int] = []
        self._over = threading.Event()
        self._renewing: threading.Thread | None = None

    def close(self) -> None:
        """Let go of everything."""
        self._over.set()
        if self._renewing:
            self._renewing.join()

    def take(self, names: Sequence[str], cost: int) -> Turn:
        """Claim what has these names, and set `cost` tokens aside for it."""
        with self._store.write():  # both, or nothing
            if not self._claims.take([self._prefix + name for name in names]):
                return Turn.LATER
            if self._limit is not None:
                number = self._spending.reserve(cost, self._limit, self._since, self._now)
                if number is None:
                    self._claims.release([self._prefix + name for name in names])
                    return Turn.NEVER
                self._reserved[tuple(names)] = number
        if self._renewing is None:
            self._renewing = threading.Thread(target=self._renew, name="claims", daemon=True)
            self._renewing.start()
        return Turn.NOW

    def give(self, names: Sequence[str], usage: Usage) -> None:
        """Give back what has these names; what it has cost stays on the account until the run is remembered."""
        number = self._reserved.pop(tuple(names), None)
        with self._store.write():
            if number is not None:
                self._spending.settle(number, usage.tokens_in + usage.tokens_out)
                self._counted.append(number)
            self._claims.release([self._prefix + name for name in names])

    def counted(self) -> None:
        """Take off the account what a run that is remembered now has counted."""
        self._spending.forget(self._counted)
        self._counted.clear()

    def _renew(self) -> None:
        while not self._over.wait(LEASE / 4):
            with contextlib.suppress(Problem):  # whoever asks meets the same trouble, and tells of it
                self._claims.renew()
        self._store.close()


class Session:
    """What one run asks of an analyser. A context manager: inside it, what is claimed stays claimed.

    Attributes:
        usage: what it has cost so far.
        analysed, failed: how many commits were read, and how many could not be.
    """

    def __init__(
        self, analyser: Analyser, language: Language, turns: Budget | None, analyses: Analyses, digests: Digests
    ) -> None:
        self.analyser, self.language = analyser, language
        self.usage, self.analysed, self.failed = Usage(), 0, 0
        self._turns, self._analyses, self._digests = turns, analyses, digests
        self._started = time.monotonic()
        self._stopped = ""  # why nothing more is asked of the model; empty while it may be

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._turns:
            self._turns.close()

    def card(self, run: RunCard, price: Callable[[Usage], float | None]) -> RunCard:
        """Return the run's card with what was done and what it has cost."""
        seconds = time.monotonic() - self._started
        return replace(run, analysed=self.analysed, usage=self.usage, cost=price(self.usage), seconds=seconds)

    def counted(self) -> None:
        """Say that the run is remembered with what it has cost; to be called in the transaction that remembers it."""
        if self._turns:
            self._turns.counted()

    # -- the commits

    def read(
        self,
        entries: Sequence[Entry],
        readers: Readers,
        step: Step,
        made_at: Callable[[], datetime],
        *,
        anew: bool = False,
    ) -> list[Entry]:
        """Give every entry its analysis: remembered, made now, or the rules' in a model's stead."""
        if not entries:
            return []
        found = {} if anew else self._known(entries)
        missing = [entry for entry in entries if entry.commit.sha not in found]
        begun = _Pass(self._turns, "", (lambda _: {}) if anew else self._known)
        failures = dict[str, str]()
        for reading in self._pass(missing, self.analyser, begun, readers, step, "analysing", found):
            refused = {
                entry.commit.sha: self._refusal(entry, reading.failures[entry.commit.sha])
                for entry in missing
                if entry.commit.sha in reading.refused
            }
            self._analyses.put(entries[0].commit.repo, reading.analyses | refused, int(made_at().timestamp()))
            found |= reading.analyses | refused
            failures |= reading.failures
            self.analysed += len(reading.analyses)
            self.failed += len(reading.failures)
        analyses: Mapping[str, Analysis] = found | {
            sha: stand_in(entry, self.language, failures[sha])
            for entry in entries
            if (sha := entry.commit.sha) not in found
        }
        whole = [replace(entry, analysis=analyses[entry.commit.sha]) for entry in entries]
        checked = self._checked(whole, readers, step, made_at)
        return [settled(entry, checked.get(entry.commit.sha, analyses[entry.commit.sha])) for entry in entries]

    def _checked(
        self, entries: Sequence[Entry], readers: Readers, step: Step, made_at: Callable[[], datetime]
    ) -> dict[str, Analysis]:
        """Have what a model said read a second time, where that was not done yet; what cannot be stays as it is."""
        checker = self.analyser.checker()
        if checker is None or self._stopped:
            return {}
        doubtful = [e for e in entries if e.analysis and not e.analysis.is_checked and not e.analysis.stands_in]
        found = dict[str, Analysis]()
        begun = _Pass(self._turns, "check ", self._known_checked)
        for reading in self._pass(doubtful, checker, begun, readers, step, "checking", found):
            self._analyses.put(entries[0].commit.repo, reading.analyses, int(made_at().timestamp()))
            found |= reading.analyses
        return found

    def _pass(
        self,
        entries: Sequence[Entry],
        reader: Reader,
        begun: "_Pass",
        readers: Readers,
        step: Step,
        name: str,
        found: dict[str, Analysis],
    ) -> Iterator[Reading]:
        """Yield the readings of entries; what another process reads meanwhile goes into `found`."""
        missing, total = list(entries), len(entries)
        while missing:
            step(name, total - len(missing), total)
            for reading in read_all(missing, reader, self.language, readers=readers, gate=begun):
                self.usage += reading.usage
                self._stopped = self._stopped or reading.hopeless
                yield reading
                missing = [e for e in missing if e.commit.sha not in reading.analyses | reading.failures]
                step(name, total - len(missing), total)
            if missing:  # another process reads these, or has read them
                known = begun.known(missing)
                found |= known
                missing = [entry for entry in missing if entry.commit.sha not in known]
                if not known:
                    time.sleep(_LOOK_AGAIN)

    def _refusal(self, entry: Entry, reason: str) -> Analysis:
        """Return the rules' words as what this model has to say, so that it is not asked for more each run."""
        stands = stand_in(entry, self.language, reason)
        return replace(stands, analyser=self.analyser.name, prompt=self.analyser.prompt)

    def _known(self, entries: Sequence[Entry]) -> dict[str, Analysis]:
        analyser, shas = self.analyser, [entry.commit.sha for entry in entries]
        return self._analyses.get(entries[0].commit.repo, shas, analyser.name, analyser.prompt, self.language)

    def _known_checked(self, entries: Sequence[Entry]) -> dict[str, Analysis]:
        return {sha: analysis for sha, analysis in self._known(entries).items() if analysis.is_checked}

    # -- the day

    def compare(self, entries: Sequence[Entry], repo: str, now: datetime) -> tuple[Order, tuple[Theme, ...], str]:
        """Return the day's order and its themes, remembered or made now, or the rules' and why there are no others.

        The order is the same in every language: who asks second keeps the first one's.
        """
        by_rules = RulesAnalyser().compare(tuple(entries), repo, self.language).themes
        heard = compared(entries)
        if self.analyser.name == RULES or not heard:
            return Order(), by_rules, ""
        analyser = self.analyser
        key = digest_key(entries, analyser.name, analyser.prompt, self.language)
        order_key = digest_key(heard, analyser.name, analyser.prompt, "ranking")

        def known() -> tuple[Order, tuple[Theme, ...]] | None:
            ranking, themes = self._digests.ranking(order_key), self._digests.overview(key)
            return None if ranking is None or themes is None else (ranking, themes)

        def ask() -> tuple[tuple[Order, tuple[Theme, ...]], str, Usage]:
            said = analyser.compare(tuple(entries), repo, self.language)
            if said.failure:
                return (Order(), by_rules), said.failure, said.usage
            ranking = self._digests.ranking(order_key) or said.order
            themes = said.themes or by_rules
            self._digests.put_ranking(order_key, ranking, now)
            self._digests.put_overview(key, themes, now)
            return (ranking, themes), "", said.usage

        (ranking, themes), failure = self._once(key, known, ask, (Order(), by_rules))
        return ranking, themes, failure

    def _once(
        self, key: str, known: Callable[[], Said | None], ask: Callable[[], tuple[Said, str, Usage]], otherwise: Said
    ) -> tuple[Said, str]:
        """Return what is known under a key or else what is asked now, with why it is neither."""
        while (remembered := known()) is None:
            if self._stopped or self._turns is None:
                return otherwise, self._stopped
            turn = self._turns.take([key], _DAY_QUESTION)
            if turn is Turn.NEVER:
                return otherwise, SPENT
            if turn is Turn.NOW:
                usage = Usage()
                try:
                    remembered = known()  # somebody else may have asked since
                    if remembered is not None:
                        return remembered, ""
                    said, failure, usage = ask()
                finally:
                    self._turns.give([key], usage)
                self.usage += usage
                return said, failure
            time.sleep(_LOOK_AGAIN)
        return remembered, ""


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
        """Claim a piece, if nobody else has it or had it since this run looked."""
        names = self._names(job)
        turn = self.turns.take(names, cost) if self.turns else Turn.NOW
        if self.turns and turn is Turn.NOW and self.known(job):
            self.turns.give(names, Usage())
            return Turn.LATER
        return turn

    def leave(self, job: Sequence[Entry], usage: Usage) -> None:
        """Give a piece back, with what it has cost."""
        if self.turns:
            self.turns.give(self._names(job), usage)

    def _names(self, job: Sequence[Entry]) -> list[str]:
        return [self.what + entry.commit.sha for entry in job]


def compared(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries that a model puts in order: what it ranked and users will notice."""
    return tuple(
        entry
        for entry in entries
        if entry.triage.importance is not Importance.LOW and entry.analysis and entry.analysis.importance
    )


def digest_key(entries: Iterable[Entry], analyser: str, prompt: str, what: str) -> str:
    """Return what something that was said of a day is remembered under: it holds for these commits, read by whom they were."""
    read_by = [f"{e.commit.sha} {e.analysis.analyser if e.analysis else ''}" for e in entries]
    text = "\n".join([analyser, prompt, what, *sorted(read_by)])
    return hashlib.sha256(text.encode()).hexdigest()
