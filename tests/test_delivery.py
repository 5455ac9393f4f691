"""Posted exactly once: whatever dies in between, whatever the platform does, however many processes there are."""

import asyncio
import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fake_platform import BUSY, LOST, FakePlatform, Killed, failing
from hypothesis import given, settings
from hypothesis import strategies as st
from made import a_digest, an_entry, the_areas

from analysis.commits.window import Window
from analysis.errors import Outage
from bot.delivery.outbox import LEASE, Outbox, Outcome, Ready
from bot.delivery.posts import digest_post
from formatters.reply import Note, Reply
from storage.deliveries import Deliveries, Delivery, Order, State
from storage.store import Store

DUE = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)
POST = digest_post(a_digest(an_entry(importance="high")), the_areas(), 1)
"""A parent and three followers."""


def an_order(day: str = "2026-03-12", last: str = "", **changes: Any) -> Order:
    window = Window(date.fromisoformat(day), date.fromisoformat(last or day), "Asia/Shanghai")
    fields: dict[str, Any] = {
        "kind": "feed", "subject": "1", "slot": f"{day}..{last or day}", "platform": "slack", "channel": "C1",
        "due_at": DUE, "window": window,
    }  # fmt: skip
    return Order(**fields | changes)


class Mortal(Deliveries):
    """The real deliveries, in a process that dies before or after a step."""

    steps = ("claim", "begin", "unbegin", "close", "skip", "refuse", "hand_back")

    def __init__(self, store: Store, owner: str, trouble: Callable[[str], None]) -> None:
        super().__init__(store, owner)
        for name in self.steps:
            setattr(self, name, self._around(name, getattr(super(), name), trouble))

    @staticmethod
    def _around(name: str, method: Callable[..., Any], trouble: Callable[[str], None]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            trouble(name)
            result = method(*arguments)
            trouble(f"{name}.after")
            return result

        return call


class House:
    """One store, one platform, and processes that come and go, on a clock that a test moves."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = DUE
        self.platform = FakePlatform()
        self.made = 0
        self.noted = 0
        self._numbers = itertools.count()

    def process(self, trouble: Callable[[str], None] = lambda _step: None) -> Outbox:
        """Start a process; it dies where `trouble` says."""
        deliveries = Mortal(Store(self.path), f"process {next(self._numbers)}", trouble)
        return Outbox(deliveries, {"slack": self.platform}, lambda: self.now, self.paused)

    async def paused(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def made_ready(self, _delivery: Delivery, reply: Reply = POST) -> Ready:
        self.made += 1
        return Ready(reply, ("a" * 40, "b" * 40), 2, self.note)

    def note(self) -> None:
        self.noted += 1

    async def deliver(self, trouble: Callable[[str], None] = lambda _step: None, order: Order | None = None) -> str:
        """Deliver in a process of its own; `killed` if it died."""
        self.platform.trouble = trouble
        try:
            return (await self.process(trouble).deliver(order or an_order(), self.made_ready)).outcome.value
        except Killed:
            return "killed"

    async def recover(self) -> None:
        """Start healthy processes until nothing is left to be done, a lease after the other."""
        for _ in range(5):
            self.now += timedelta(seconds=LEASE + 1)
            await self.deliver()

    def stored(self) -> Delivery:
        (found,) = Deliveries(Store(self.path), "test").of("feed", "1")
        return found


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "s.db")


def posted_whole_and_once(house: House) -> None:
    """The parent and its followers stand, each was created once, and the store knows where."""
    (parts,) = house.platform.shown["C1"].values()
    assert len(parts) == 4
    assert house.platform.doubles == []
    stored = house.stored()
    assert stored.state is State.POSTED
    assert (stored.message, *stored.followers) == tuple(parts)
    assert house.noted >= 1


# -- as it should go


async def test_an_order_is_posted_and_closed_with_its_ids(house: House) -> None:
    """What was told, and what a model still has to read, stands beside them."""
    assert await house.deliver() == "posted"
    posted_whole_and_once(house)
    assert house.stored().order.told == ("a" * 40, "b" * 40)
    assert house.stored().pending == 2


async def test_what_was_posted_is_never_posted_again(house: House) -> None:
    """Not by this process, not by another, not after a year."""
    await house.deliver()
    house.now += timedelta(days=366)
    assert await house.deliver() == "taken"
    posted_whole_and_once(house)
    assert house.made == 1


async def test_a_quiet_day_of_a_feed_that_wants_silence_is_skipped(house: House) -> None:
    """And not asked for again."""

    async def nothing(_delivery: Delivery) -> None:
        return None

    assert (await house.process().deliver(an_order(), nothing)).outcome is Outcome.SKIPPED
    assert (await house.process().deliver(an_order(), nothing)).outcome is Outcome.TAKEN
    assert house.platform.calls == []


async def test_a_person_is_found_before_something_is_posted(house: House) -> None:
    """An order without a channel goes to direct messages, and the store knows which."""
    order = an_order(kind="topics", channel="", window=None)
    assert (await house.process().deliver(order, house.made_ready, "U7")).outcome is Outcome.POSTED
    assert list(house.platform.shown) == ["DM-U7"]


# -- killed


STEPS = [
    "claim", "claim.after", "begin", "begin.after", "post", "post.0", "post.0.after", "post.1", "post.1.after",
    "post.3.after", "close", "close.after",
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
async def test_a_process_killed_at_any_step_leaves_one_post(house: House, step: str) -> None:
    """The next one goes on where it died."""
    assert await house.deliver(failing((step, Killed()))) == "killed"
    await house.recover()
    posted_whole_and_once(house)


SECOND_STEPS = ["begin", "post.0.after", "post.3.after", "close", "find", "unbegin", "hand_back.after"]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(STEPS[2:], SECOND_STEPS)))
async def test_a_process_killed_while_it_mends_what_another_left_leaves_one_post(
    house: House, first: str, second: str
) -> None:
    """Twice in a row."""
    await house.deliver(failing((first, Killed())))
    house.now += timedelta(seconds=LEASE + 1)
    await house.deliver(failing((second, Killed())))
    await house.recover()
    posted_whole_and_once(house)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32))
def test_whatever_happens_in_whatever_order_there_is_one_post(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Kills, lost replies, busy platforms, outages of the source, clocks that go on: each at a random step."""
    chance = random.Random(seed)  # noqa: S311 - a test's dice
    house = House(tmp_path_factory.mktemp("drill") / "s.db")
    errors: list[Callable[[], BaseException]] = [Killed, lambda: LOST, lambda: BUSY, lambda: Outage("GitHub is away")]

    def trouble(step: str) -> None:
        if chance.random() < 0.25:
            # Our own store does not fail in these ways; a process may die there like anywhere.
            raise Killed if step.startswith(Mortal.steps) else chance.choice(errors)()

    async def drill() -> None:
        for _ in range(chance.randint(1, 12)):
            await house.deliver(trouble)
            house.now += timedelta(seconds=chance.choice([0, 1, 10, 40, 100, 1000]))
        for _ in range(3):
            house.now += timedelta(hours=1)
            await house.deliver()

    asyncio.run(drill())
    posted_whole_and_once(house)


# -- several processes


async def test_two_processes_at_once_give_one_post(house: House) -> None:
    """Whoever claims it first; the other finds it taken."""
    one, other = house.process(), house.process()
    found = await asyncio.gather(*(process.deliver(an_order(), house.made_ready) for process in (one, other)))
    assert sorted(result.outcome.value for result in found) == ["posted", "taken"]
    posted_whole_and_once(house)


async def test_a_process_that_slept_through_its_lease_posts_nothing(house: House) -> None:
    """A laptop was closed between the claim and the post; another process has posted meanwhile."""

    async def sleeping(delivery: Delivery) -> Ready:
        house.now += timedelta(hours=8)
        assert (await house.process().deliver(an_order(), house.made_ready)).outcome is Outcome.POSTED
        return await house.made_ready(delivery)

    assert (await house.process().deliver(an_order(), sleeping)).outcome is Outcome.TAKEN
    posted_whole_and_once(house)


async def test_a_lease_is_renewed_while_a_digest_is_made(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model may take minutes; nobody else begins meanwhile."""
    monkeypatch.setattr("bot.delivery.outbox._RENEWED_EVERY", 0.01)

    async def slow(delivery: Delivery) -> Ready:
        for _ in range(5):
            house.now += timedelta(seconds=LEASE - 1)
            await asyncio.sleep(0.1)
        assert (await house.process().deliver(an_order(), house.made_ready)).outcome is Outcome.TAKEN
        return await house.made_ready(delivery)

    assert (await house.process().deliver(an_order(), slow)).outcome is Outcome.POSTED
    posted_whole_and_once(house)


# -- what platforms do


@pytest.mark.parametrize("step", ["post", "post.0", "post.0.after", "post.2.after", "post.3.after"])
async def test_after_a_lost_reply_it_looks_before_it_posts_again(house: House, step: str) -> None:
    """Whether the message stands is found out, not guessed."""
    assert await house.deliver(failing((step, LOST))) == "posted"
    posted_whole_and_once(house)
    calls = house.platform.calls
    assert calls.index("find") < max(index for index, call in enumerate(calls) if call == "post")


async def test_a_platform_that_loses_every_reply_is_given_a_rest(house: House) -> None:
    """It is tried again later, by whoever comes then."""

    def always(step: str) -> None:
        if step == "post":
            raise LOST

    house.platform.trouble = always
    result = await house.process().deliver(an_order(), house.made_ready)
    assert (result.outcome, result.trouble) == (Outcome.WAITING, "trouble.later the answer was lost")
    house.now += timedelta(hours=1)
    assert [await house.deliver(), await house.deliver()] == ["waiting", "posted"]  # it looks first
    posted_whole_and_once(house)


async def test_a_busy_platform_is_waited_for_as_long_as_it_says(house: House) -> None:
    """Not a second less."""
    assert await house.deliver(failing(("post.1", BUSY))) == "waiting"
    house.now += timedelta(seconds=29)
    assert await house.deliver() == "taken"
    house.now += timedelta(seconds=2)
    assert await house.deliver() == "posted"
    posted_whole_and_once(house)


async def test_a_channel_that_takes_nothing_is_not_tried_again(house: House) -> None:
    """The order is refused, with the reason."""
    house.platform.gone.add("C1")
    result = await house.process().deliver(an_order(), house.made_ready)
    assert (result.outcome, result.trouble) == (Outcome.REFUSED, "refused.is_archived")
    house.platform.gone.clear()
    house.now += timedelta(days=1)
    assert await house.deliver() == "taken"
    assert house.platform.posts == {}


async def test_a_source_that_is_away_makes_the_order_wait_longer_each_time(house: House) -> None:
    """An outage is no quiet day; and nobody is asked every second."""

    async def away(_delivery: Delivery) -> Ready:
        raise Outage("GitHub did not answer.")

    pauses = []
    for _ in range(8):
        assert (await house.process().deliver(an_order(), away)).trouble == "cause.outage GitHub did not answer."
        before = house.now
        while not Deliveries(Store(house.path), "test").unfinished("feed", house.now):
            house.now += timedelta(seconds=5)
        pauses.append((house.now - before).total_seconds())
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (15, 900)
    assert await house.deliver() == "posted"
    posted_whole_and_once(house)


async def test_a_platform_that_is_not_connected_is_waited_for(house: House) -> None:
    """It may come back."""
    order = an_order(platform="discord")
    assert (await house.process().deliver(order, house.made_ready)).trouble == "trouble.later discord is not connected"


async def test_a_defect_of_ours_does_not_lose_the_order(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and tried again."""

    async def broken(_delivery: Delivery) -> Ready:
        raise ZeroDivisionError

    assert "ZeroDivisionError" in (await house.process().deliver(an_order(), broken)).trouble
    assert "ZeroDivisionError" in caplog.text
    house.now += timedelta(minutes=1)
    assert await house.deliver() == "posted"


async def test_a_stop_in_the_middle_hands_the_order_back_at_once(house: House) -> None:
    """Nobody waits for its lease."""
    started = asyncio.Event()

    async def endless(_delivery: Delivery) -> Ready:
        started.set()
        await asyncio.sleep(3600)
        raise AssertionError

    task = asyncio.create_task(house.process().deliver(an_order(), endless))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await house.deliver() == "posted"


# -- days that belong together


async def test_two_orders_never_cover_the_same_day(house: House) -> None:
    """A catch-up that was worked out on another clock is not posted beside what it covers."""
    await house.deliver(order=an_order("2026-03-10", "2026-03-12"))
    assert await house.deliver(order=an_order("2026-03-12")) == "taken"
    assert await house.deliver(order=an_order("2026-03-11", "2026-03-13")) == "taken"
    assert await house.deliver(order=an_order("2026-03-13")) == "posted"


async def test_what_was_never_begun_makes_way_for_a_later_order_that_covers_it(house: House) -> None:
    """After days of outage one post comes, not one for each day."""

    async def away(_delivery: Delivery) -> Ready:
        raise Outage("GitHub did not answer.")

    await house.process().deliver(an_order("2026-03-11"), away)
    assert await house.deliver(order=an_order("2026-03-11", "2026-03-12")) == "posted"
    states = {d.order.slot: d.state for d in Deliveries(Store(house.path), "test").of("feed", "1")}
    assert states == {"2026-03-11..2026-03-11": State.MISSED, "2026-03-11..2026-03-12": State.POSTED}


async def test_what_was_begun_without_anything_standing_can_still_make_way(house: House) -> None:
    """It is certain that nothing was posted, so nothing is owed twice."""
    assert await house.deliver(failing(("post", BUSY)), an_order("2026-03-11")) == "waiting"
    house.now += timedelta(minutes=1)
    assert await house.deliver(order=an_order("2026-03-11")) == "waiting"  # looked, and found nothing
    assert await house.deliver(order=an_order("2026-03-11", "2026-03-12")) == "posted"


async def test_an_order_that_has_nothing_any_more_is_closed_where_it_stands(house: House) -> None:
    """Its feed was removed after the process had died behind the post."""

    async def gone(_delivery: Delivery) -> None:
        return None

    await house.deliver(failing(("post.3.after", Killed())))
    house.now += timedelta(minutes=5)
    house.platform.trouble = lambda _step: None
    assert (await house.process().deliver(an_order(), gone)).outcome is Outcome.POSTED
    assert house.stored().state is State.POSTED


# -- edited


async def test_what_is_complete_now_is_shown_where_it_was_posted(house: House) -> None:
    """The message is edited, and the store knows that nothing is pending."""
    await house.deliver()
    house.now += timedelta(hours=1)
    await house.process().edit(house.stored(), Ready(Note("all of it"), (), 0))
    assert [reply for _, reply in house.platform.edits] == [Note("all of it")]
    assert house.stored().pending == 0
    deliveries = Deliveries(Store(house.path), "test")
    assert deliveries.incomplete(DUE - timedelta(days=1), house.now) == []


def test_incomplete_posts_are_found_until_they_are_complete_or_old(tmp_path: Path) -> None:
    """The newest first; one that was just looked at has a rest."""
    deliveries = Deliveries(Store(tmp_path / "s.db"), "me")
    for day, pending in (("2026-03-10", 1), ("2026-03-11", 0), ("2026-03-12", 3)):
        delivery = deliveries.claim(an_order(day), DUE, LEASE)
        assert delivery
        deliveries.begin(delivery, "C1", (), DUE, LEASE)
        deliveries.close(delivery, "m", (), pending, DUE + timedelta(minutes=int(day[-1])))
    later = DUE + timedelta(hours=1)
    found = deliveries.incomplete(DUE - timedelta(hours=1), later)
    assert [delivery.order.slot[:10] for delivery in found] == ["2026-03-12", "2026-03-10"]
    assert deliveries.incomplete(later, later) == []
    deliveries.edited(replace(found[0]), (), 2, later)
    assert [d.order.slot[:10] for d in deliveries.incomplete(DUE, later - timedelta(seconds=1))] == ["2026-03-10"]
