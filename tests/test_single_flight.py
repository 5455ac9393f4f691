"""Whoever asks for the same thing at the same time waits for one run of it."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.digests.single_flight import SingleFlight
from bot.digests.work import Work


def test_all_who_ask_meanwhile_get_the_same_result() -> None:
    flights = SingleFlight[str, int]()
    first, mine = flights.board("day")
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(lambda: flights.board("day")) for _ in range(4)]
        assert [turn.result() for turn in waiting] == [(first, False)] * 4
    flights.land("day", 7)
    assert mine
    assert first.result(0) == 7
    assert flights.board("day")[1]  # what was asked later is done anew


def test_an_error_reaches_all_who_wait() -> None:
    flights = SingleFlight[str, int]()
    flights.board("day")
    waiting, _ = flights.board("day")
    flights.crash("day", ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        waiting.result(0)
    assert len(flights) == 0


async def test_who_leaves_takes_it_from_nobody() -> None:
    work, go, runs = Work(), threading.Event(), []

    def read() -> str:
        runs.append(1)
        go.wait(10)
        return "read"

    asking = [asyncio.create_task(work.shared("day", read)) for _ in range(3)]
    await asyncio.sleep(0)
    asking[0].cancel()
    await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*asking[1:]) == ["read", "read"]
    assert asking[0].cancelled()
    assert runs == [1]
    assert work.under_way == 0
    await work.close()


async def test_what_failed_is_tried_again() -> None:
    work, tries = Work(), []

    def read() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("no")
        return "read"

    with pytest.raises(ValueError, match="no"):
        await work.shared("day", read)
    assert await work.shared("day", read) == "read"
    await work.close()
