"""Commits are read the most important first, so many at once, within a budget, and one failure costs no other commit."""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from made import a_commit, a_triage

from analysis.digest.pipeline import SPENT, Gate, OpenGate, Readers, Turn, judge, read_all, settled, stand_in
from analysis.entry import RULES, Analysis, Depth, Entry, Reading, Usage
from analysis.errors import Outage
from analysis.i18n.language import Language
from analysis.triage.repository_areas import of_repository
from analysis.triage.triage import Importance


def entries(count: int) -> list[Entry]:
    return [Entry(a_commit(f"Number {number}"), (), a_triage()) for number in range(count)]


def analysis(entry: Entry) -> Analysis:
    return Analysis("fake", "1", "en", Depth.SHORT, f"Read {entry.commit.subject}")


def read(entry: Entry, usage: Usage | None = None) -> Reading:
    return Reading({entry.commit.sha: analysis(entry)}, {}, usage or Usage(calls=1, tokens_in=90, tokens_out=10))


def failed(entry: Entry, reason: str = "no answer", **more: Any) -> Reading:
    return Reading({}, {entry.commit.sha: reason}, **more)


@dataclass
class Fake:
    """An analyser that reads so many commits at a time, as it is told to."""

    answer: Callable[[Entry], Reading] = read
    asked: list[str] = field(default_factory=list)
    together: int = 1
    name: str = "fake"
    prompt: str = "1"

    def jobs(self, entries: tuple[Entry, ...], *, more: bool = False) -> list[tuple[Entry, ...]]:
        pieces = [entries[at : at + self.together] for at in range(0, len(entries), self.together)]
        return [piece for piece in pieces if not more or len(piece) == self.together]

    def cost(self, job: tuple[Entry, ...]) -> int:
        return 100 * len(job)

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        self.asked.append(" + ".join(entry.commit.subject for entry in job))
        readings = [self.answer(entry) for entry in job]
        analyses = {sha: one for reading in readings for sha, one in reading.analyses.items()}
        return readings[0] if len(job) == 1 else Reading(analyses, {}, Usage(calls=1))


@dataclass
class Purse:
    """A gate with a number of tokens; what is in `others` is being read elsewhere."""

    left: int = 10_000
    others: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)

    def admit(self, job: Sequence[Entry], cost: int) -> Turn:
        if {entry.commit.subject for entry in job} & self.others:
            return Turn.LATER
        if cost > self.left:
            return Turn.NEVER
        self.left -= cost
        self.inside |= {entry.commit.subject for entry in job}
        return Turn.NOW

    def leave(self, job: Sequence[Entry], usage: Usage) -> None:
        self.inside -= {entry.commit.subject for entry in job}


class AtOnce(Executor):
    """Does the work while it is handed in."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as executors do
            future.set_exception(error)
        return future


def run(
    fake: Fake, given: Sequence[Entry], *, width: int = 1, gate: Gate | None = None
) -> tuple[list[Reading], dict[str, str]]:
    """Return the readings, and the failures of all by subject."""
    with ThreadPoolExecutor(width) as executor:
        readings = list(read_all(given, fake, "en", readers=Readers(executor, width), gate=gate or OpenGate()))
    names = {entry.commit.sha: entry.commit.subject for entry in given}
    told = [sha for reading in readings for sha in (*reading.analyses, *reading.failures)]
    assert sorted(told) == sorted(names)  # each exactly once
    return readings, {names[sha]: why for reading in readings for sha, why in reading.failures.items()}


def test_every_commit_is_read_in_the_analysers_order() -> None:
    fake = Fake()
    readings, failures = run(fake, entries(5))
    assert fake.asked == [f"Number {number}" for number in range(5)]
    assert (len(readings), failures) == (5, {})


def test_nothing_to_read_is_nothing_to_do() -> None:
    assert run(Fake(), []) == ([], {})


def test_any_executor_will_do() -> None:
    """A cluster's is one too."""
    given = entries(3)
    found = list(read_all(given, Fake(), "en", readers=Readers(AtOnce(), 2), gate=OpenGate()))
    assert {sha for reading in found for sha in reading.analyses} == {entry.commit.sha for entry in given}


def test_so_many_are_read_at_once() -> None:
    lock, running, peak = threading.Lock(), 0, 0

    def slowly(entry: Entry) -> Reading:
        nonlocal running, peak
        with lock:
            running += 1
            peak = max(peak, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return read(entry)

    run(Fake(slowly), entries(12), width=4)
    assert peak == 4


@pytest.mark.parametrize("width", [1, 4])
def test_a_spent_budget_ends_the_asking_and_not_the_reading(width: int) -> None:
    """Also what is under way counts: no call is begun that may cost more than is left."""
    fake, purse = Fake(), Purse(250)
    readings, failures = run(fake, entries(5), width=width, gate=purse)
    assert sorted(fake.asked) == ["Number 0", "Number 1"]  # 100 tokens each
    assert failures == {f"Number {number}": SPENT for number in (2, 3, 4)}
    assert {reading.hopeless for reading in readings if reading.failures} == {SPENT}
    assert purse.inside == set()


def test_what_somebody_else_reads_is_left_to_them() -> None:
    fake, purse = Fake(), Purse(others={"Number 1", "Number 3"})
    with ThreadPoolExecutor(1) as executor:
        readings = list(read_all(entries(5), fake, "en", readers=Readers(executor, 1), gate=purse))
    assert fake.asked == ["Number 0", "Number 2", "Number 4"]
    assert sum(len(reading.analyses) + len(reading.failures) for reading in readings) == 3


def test_a_piece_is_held_until_its_reading_is_taken_care_of() -> None:
    """Else somebody else would find it neither under way nor read."""
    purse = Purse()
    for count, reading in enumerate(read_all(entries(3), Fake(), "en", readers=Readers(AtOnce(), 1), gate=purse), 1):
        assert reading.analyses
        assert len(purse.inside) == 1, count
    assert purse.inside == set()


def test_who_stops_taking_readings_lets_go_of_all() -> None:
    purse = Purse()
    readings = read_all(entries(3), Fake(), "en", readers=Readers(AtOnce(), 2), gate=purse)
    next(readings)
    assert isinstance(readings, Generator)
    readings.close()
    assert purse.inside == set()


def test_what_is_hopeless_is_asked_once() -> None:
    fake = Fake(lambda entry: failed(entry, "the key is refused", hopeless="the key is refused"))
    _, failures = run(fake, entries(9))
    assert len(fake.asked) == 1
    assert set(failures.values()) == {"the key is refused"}


def test_what_is_under_way_is_still_taken() -> None:
    """Of four at once, one finds the key refused; the others' answers count."""
    refused = threading.Event()

    def answer(entry: Entry) -> Reading:
        if entry.commit.subject == "Number 0":
            refused.set()
            return failed(entry, "refused", hopeless="refused")
        refused.wait(5)
        time.sleep(0.05)
        return read(entry)

    fake = Fake(answer)
    _, failures = run(fake, entries(8), width=4)
    assert (len(fake.asked), len(failures)) == (4, 5)


def test_a_server_that_never_answers_is_taken_to_be_down() -> None:
    fake = Fake(failed)
    _, failures = run(fake, entries(9))
    assert len(fake.asked) == 4
    assert set(failures.values()) == {"no answer"}


def test_answers_that_cannot_be_used_do_not_end_the_asking() -> None:
    """A model that refuses four commits may still read the fifth."""
    fake = Fake(lambda entry: failed(entry, "the model refused", usage=Usage(calls=1)))
    run(fake, entries(9))
    assert len(fake.asked) == 9


def test_an_answer_in_between_begins_the_count_anew() -> None:
    fake = Fake(lambda entry: read(entry) if entry.commit.subject in {"Number 3", "Number 6"} else failed(entry))
    run(fake, entries(10))
    assert len(fake.asked) == 10


def test_a_mistake_of_ours_costs_one_commit(caplog: pytest.LogCaptureFixture) -> None:
    given = entries(3)

    def answer(entry: Entry) -> Reading:
        if entry is given[1]:
            raise LookupError("a bug")
        return read(entry)

    _, failures = run(Fake(answer), given)
    assert failures == {"Number 1": "the analyser failed (LookupError)"}
    assert f"the analysis of {given[1].commit.short} failed" in caplog.text


def test_who_stops_early_begins_nothing_more() -> None:
    fake = Fake()
    with ThreadPoolExecutor(1) as executor:
        readings = read_all(entries(50), fake, "en", readers=Readers(executor, 5), gate=OpenGate())
        next(readings)
        readings.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(fake.asked) <= 6


class TestWhatIsStillToCome:
    """Commits are read while others are on their way."""

    def test_what_is_here_is_read_meanwhile(self) -> None:
        """The third commit comes only after the first two were read."""
        given, fake, was_read = entries(3), Fake(together=2), threading.Event()

        def answer(entry: Entry) -> Reading:
            was_read.set()
            return read(entry)

        def coming() -> Iterator[list[Entry]]:
            yield given[:1]
            yield given[1:2]
            assert was_read.wait(5)
            yield given[2:]

        fake.answer = answer
        with ThreadPoolExecutor(2) as executor:
            found = list(read_all([], fake, "en", readers=Readers(executor, 2), gate=OpenGate(), coming=coming()))
        assert fake.asked == ["Number 0 + Number 1", "Number 2"]
        assert {sha for reading in found for sha in reading.analyses} == {entry.commit.sha for entry in given}

    @pytest.mark.parametrize("pieces", [(7,), (1, 1, 1, 1, 1, 1, 1), (2, 5), (4, 3)])
    def test_what_is_read_together_follows_from_the_order_and_not_from_the_time(self, pieces: tuple[int, ...]) -> None:
        given, fake, at = entries(7), Fake(together=3), 0
        coming = []
        for count in pieces:
            coming.append(given[at : at + count])
            at += count
        list(read_all([], fake, "en", readers=Readers(AtOnce(), 9), gate=OpenGate(), coming=coming))
        assert fake.asked == ["Number 0 + Number 1 + Number 2", "Number 3 + Number 4 + Number 5", "Number 6"]

    def test_an_outage_loses_nothing_that_is_under_way(self) -> None:
        given, purse, begun = entries(4), Purse(), threading.Event()

        def slowly(entry: Entry) -> Reading:
            begun.set()
            time.sleep(0.05)
            return read(entry)

        def coming() -> Iterator[list[Entry]]:
            yield given[:1]
            assert begun.wait(5)
            raise Outage("GitHub does not answer.")

        fake, found = Fake(slowly), list[Reading]()
        with ThreadPoolExecutor(1) as executor:
            readings = read_all([], fake, "en", readers=Readers(executor, 1), gate=purse, coming=coming())
            with pytest.raises(Outage):
                found.extend(readings)
        assert [sha for reading in found for sha in reading.analyses] == [given[0].commit.sha]
        assert fake.asked == ["Number 0"]
        assert purse.inside == set()

    def test_the_most_important_of_those_that_wait_goes_first(self) -> None:
        low, high = (Entry(a_commit(f"{level}"), (), a_triage(level)) for level in (Importance.LOW, Importance.HIGH))
        first, fake, let = entries(1)[0], Fake(), threading.Event()

        def answer(entry: Entry) -> Reading:
            assert let.wait(5)
            return read(entry)

        def coming() -> Iterator[list[Entry]]:
            yield [first]
            yield [low]
            yield [high]
            let.set()

        fake.answer = answer
        with ThreadPoolExecutor(1) as executor:
            list(read_all([], fake, "en", readers=Readers(executor, 1), gate=OpenGate(), coming=coming()))
        assert fake.asked == [first.commit.subject, "high", "low"]

    def test_what_is_hopeless_ends_the_asking_and_all_are_told(self) -> None:
        given = entries(5)
        fake = Fake(lambda entry: failed(entry, "the key is refused", hopeless="the key is refused"))
        coming = ([one] for one in given)
        found = list(read_all([], fake, "en", readers=Readers(AtOnce(), 1), gate=OpenGate(), coming=coming))
        assert fake.asked == ["Number 0"]
        assert {sha for reading in found for sha in reading.failures} == {entry.commit.sha for entry in given}


def test_commits_are_judged_by_rule() -> None:
    commit = a_commit("Fix a crash in the cache (#12)")
    (entry,) = judge([commit], of_repository())
    assert (entry.commit, entry.analysis) == (commit, None)
    assert entry.triage.importance is not Importance.LOW


def test_a_stand_in_is_the_rules_word_with_its_reason() -> None:
    (entry,) = judge([a_commit()], of_repository())
    found = stand_in(entry, "zh", "the model refused")
    assert (found.analyser, found.language, found.stands_in) == (RULES, "zh", "the model refused")
    assert found.headline


def test_an_opinion_stands() -> None:
    (entry,) = entries(1)
    low = settled(entry, Analysis("fake", "1", "en", Depth.SHORT, "Read", importance=Importance.LOW))
    assert (low.triage.importance, low.triage.by_rules) == (Importance.LOW, entry.triage.importance)
    assert low.analysis is not None
