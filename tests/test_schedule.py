"""The heartbeat: rounds again and again, never twice at once, whatever happens in one."""

import asyncio
import logging

import pytest

from bot.delivery.schedule import Heartbeat, measured


async def until(condition: object) -> None:
    """Wait until something holds; the test's own timeout ends it."""
    assert callable(condition)
    while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
        await asyncio.sleep(0.005)


async def test_a_round_is_made_at_once_and_again() -> None:
    """As often as it was asked for."""
    heart, beats = Heartbeat(), []

    async def work() -> None:
        beats.append(1)

    heart.add("work", 0.01, work)
    heart.start()
    await until(lambda: len(beats) >= 3)
    await heart.stop(1)
    assert "work" in heart.beats


async def test_a_round_is_never_made_twice_at_once() -> None:
    """One that takes longer than its beat lets beats pass."""
    heart, running, most, ended = Heartbeat(), [], [], []

    async def work() -> None:
        running.append(1)
        most.append(len(running))
        await asyncio.sleep(0.05)
        running.pop()
        ended.append(1)

    heart.add("work", 0.01, work)
    heart.start()
    await until(lambda: len(ended) >= 3)
    await heart.stop(1)
    assert max(most) == 1


async def test_a_round_that_fails_is_logged_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing stops the heart."""
    heart, beats = Heartbeat(), []

    async def work() -> None:
        beats.append(1)
        raise ZeroDivisionError

    heart.add("due", 0.01, work)
    heart.start()
    await until(lambda: len(beats) >= 2)
    await heart.stop(1)
    assert "the round due failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_stop_lets_a_round_end() -> None:
    """Within the grace time; no further one begins."""
    heart, begun, ended = Heartbeat(), [], []

    async def work() -> None:
        begun.append(1)
        await asyncio.sleep(0.05)
        ended.append(1)

    heart.add("work", 0.01, work)
    heart.start()
    await until(lambda: begun)
    await heart.stop(5)
    assert len(begun) == len(ended)


async def test_a_round_that_does_not_end_is_cancelled_after_the_grace_time() -> None:
    """So that it can hand back what it holds."""
    heart, begun, handed_back = Heartbeat(), asyncio.Event(), []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            handed_back.append(1)

    heart.add("work", 60, work)
    heart.start()
    await begun.wait()
    await heart.stop(0.01)
    assert handed_back == [1]


async def test_a_busy_scheduler_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """That a beat was passed over is nobody's news."""
    caplog.set_level(logging.INFO)
    heart, beats = Heartbeat(), []

    async def work() -> None:
        beats.append(1)
        await asyncio.sleep(0.03)

    heart.add("work", 0.005, work)
    heart.start()
    await until(lambda: len(beats) >= 3)
    await heart.stop(1)
    assert "apscheduler" not in {record.name.partition(".")[0] for record in caplog.records}


async def test_how_late_the_loop_was_is_told() -> None:
    """Never less than nothing."""
    told: list[float] = []
    task = asyncio.create_task(measured(told.append, every=0.001))
    await until(lambda: len(told) >= 3)
    task.cancel()
    assert all(lag >= 0 for lag in told)
