"""One session with an analyser: what it reads, in what order it puts it, what it says of all, and what that costs.

Whatever a model is asked is asked once, whichever process of the store asks first; the others wait for its answer. What
a question may cost is set aside before it is asked, so that all together stay within the day's tokens.
"""

import contextlib
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

from analysis.digest.digest import RunCard
from analysis.digest.pipeline import SPENT, Readers, Step, Turn, read_all, settled, stand_in
from analysis.entry import RULES, Analyser, Analysis, Entry, Language, Theme, Usage
from analysis.errors import Problem
from analysis.rules import RulesAnalyser
from analysis.triage.triage import Importance
from storage.analyses import Analyses
from storage.claims import LEASE, Claims, Spending
from storage.digests import Digests
from storage.store import Store

Said = TypeVar("Said")

_LOOK_AGAIN = 0.25
"""Seconds after which it is looked whether another process has the answer."""
_DAY_QUESTION = 4_000
"""About how many tokens it takes to ask for a day's order, or for its themes."""


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
    """What one run asks of an analyser; implements Gate. A context manager: inside it, what is claimed stays claimed.

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
        self._is_anew = False

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

    def admit(self, job: Sequence[Entry], cost: int) -> Turn:
        """Claim a piece for a model, if nobody else has it or had it since this run looked."""
        names = [entry.commit.sha for entry in job]
        turn = self._turns.take(names, cost) if self._turns else Turn.NOW
        if self._turns and turn is Turn.NOW and not self._is_anew and self._known(job):
            self._turns.give(names, Usage())
            return Turn.LATER
        return turn

    def leave(self, job: Sequence[Entry], usage: Usage) -> None:
        """Give a piece back, with what it has cost."""
        if self._turns:
            self._turns.give([entry.commit.sha for entry in job], usage)

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
        self._is_anew = anew
        found = {} if anew else self._known(entries)
        failures = dict[str, str]()
        missing = [entry for entry in entries if entry.commit.sha not in found]
        total = len(missing)
        while missing:
            step("analysing", total - len(missing), total)
            for reading in read_all(missing, self.analyser, self.language, readers=readers, gate=self):
                self.usage += reading.usage
                self._analyses.put(entries[0].commit.repo, reading.analyses, int(made_at().timestamp()))
                found |= reading.analyses
                failures |= reading.failures
                self.analysed += len(reading.analyses)
                self.failed += len(reading.failures)
                self._stopped = self._stopped or reading.hopeless
                missing = [e for e in missing if e.commit.sha not in reading.analyses | reading.failures]
                step("analysing", total - len(missing), total)
            if missing:  # another process reads these, or has read them
                known = self._known(missing)
                found |= known
                missing = [entry for entry in missing if entry.commit.sha not in known]
                if not known:
                    time.sleep(_LOOK_AGAIN)
        analyses: Mapping[str, Analysis] = found | {
            sha: stand_in(entry, self.language, failures[sha])
            for entry in entries
            if (sha := entry.commit.sha) not in found
        }
        return [settled(entry, analyses[entry.commit.sha]) for entry in entries]

    def _known(self, entries: Sequence[Entry]) -> dict[str, Analysis]:
        analyser, shas = self.analyser, [entry.commit.sha for entry in entries]
        return self._analyses.get(entries[0].commit.repo, shas, analyser.name, analyser.prompt, self.language)

    # -- the day

    def ranking(self, entries: tuple[Entry, ...], repo: str, now: datetime) -> tuple[tuple[str, ...], str]:
        """Return the order of what the model read and users will notice, the same in every language, or why there is none."""
        candidates = compared(entries)
        levels = Counter(entry.triage.importance for entry in candidates)
        if self.analyser.name == RULES or max(levels.values(), default=0) < 2:  # noqa: PLR2004 - one by itself is in order
            return (), ""
        key = digest_key(candidates, self.analyser.name, self.analyser.prompt, "ranking")

        def ask() -> tuple[tuple[str, ...], str, Usage]:
            said = self.analyser.rank(candidates, repo)
            if not said.failure:
                self._digests.put_ranking(key, said.shas, now)
            return said.shas, said.failure, said.usage

        return self._once(key, lambda: self._digests.ranking(key), ask, ())

    def overview(self, entries: tuple[Entry, ...], repo: str, now: datetime) -> tuple[tuple[Theme, ...], str]:
        """Return the day's themes: remembered, made now, or the rules' in a model's stead, and then why."""
        by_rules = RulesAnalyser().overview(entries, repo, self.language).themes
        if self.analyser.name == RULES or all(not e.analysis or e.analysis.stands_in for e in entries):
            return by_rules, ""
        key = digest_key(entries, self.analyser.name, self.analyser.prompt, self.language)

        def ask() -> tuple[tuple[Theme, ...], str, Usage]:
            said = self.analyser.overview(entries, repo, self.language)
            if not said.failure:
                self._digests.put_overview(key, said.themes, now)
            return (by_rules if said.failure else said.themes), said.failure, said.usage

        return self._once(key, lambda: self._digests.overview(key), ask, by_rules)

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


def compared(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries that a model puts in order: what it read and users will notice."""
    return tuple(
        entry
        for entry in entries
        if entry.triage.importance is not Importance.LOW and entry.analysis and not entry.analysis.stands_in
    )


def digest_key(entries: Iterable[Entry], analyser: str, prompt: str, what: str) -> str:
    """Return what something that was said of a day is remembered under: it holds for these commits, read by whom they were."""
    read_by = [f"{e.commit.sha} {e.analysis.analyser if e.analysis else ''}" for e in entries]
    text = "\n".join([analyser, prompt, what, *sorted(read_by)])
    return hashlib.sha256(text.encode()).hexdigest()
