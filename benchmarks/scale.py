"""A bot with many repositories: 200 posts due at once, 3,000 repositories polled, 50 read ahead by a model.

Each figure is measured in a process of its own, against a GitHub in another one.
"""

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

from benchmarks.hub_process import hub
from benchmarks.material import ROOT, fresh
from benchmarks.measured import Measured
from benchmarks.model_process import model
from bot.service.process import spare_collector

_NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
_DUE, _COMMITS = 200, 49
_FOLLOWED = 3_000
_AHEAD, _EACH, _AT_ONCE, _ANSWER = 50, 6, 16, 2.0


def figures() -> Iterator[Measured]:
    with hub(_COMMITS, _NOON, timedelta(minutes=10)) as (address, asked):
        found = _measured("mornings", address)
        note = f"all read before; {_COMMITS} commits each; {found['cpu']:.2f} s of CPU each; the platform takes no time"
        yield Measured(f"{_DUE} digests due in one minute: the last post", found["last"], "s", 45, note)
        yield Measured("… posts lost or doubled", abs(found["posts"] - _DUE) + found["doubled"], "", 0)
        yield Measured(
            "… requests to GitHub that count", found["counted"], "", 0, "the day was listed by a look before"
        )
        yield Measured("… the longest stall of the event loop meanwhile", found["stall"] * 1000, "ms")
        yield Measured("… connections opened to GitHub", asked()["connections"], "", note="for all of its requests")
    with hub(1, _NOON, timedelta(minutes=10)) as (address, _):
        found = _measured("looks", address)
        note = f"{found['seconds']:.0f} s for all of them, {found['requests']} requests"
        yield Measured(f"{_FOLLOWED:,} repositories, unchanged: requests that count", found["counted"], "", 0, note)
        yield Measured("… requests for each look", found["requests"] / _FOLLOWED, "", 1)
        yield Measured(
            "… the longest stall of the event loop", found["stall"] * 1000, "ms", 50, "looks and due rounds at once"
        )
        yield Measured(
            "… a round of what is due, when nothing is", found["round"] * 1000, "ms", note="every five seconds"
        )
        yield Measured("… memory", found["memory"], "MB", 250)
    with hub(_EACH, _NOON, timedelta(minutes=10)) as (address, _), model(_ANSWER) as (server, calls):
        found = _measured("ahead", address, server)
        in_flight = calls()[0] * _ANSWER / found["seconds"]
        note = f"{calls()[0]} calls of {_ANSWER} s in {found['seconds']:.1f} s; {in_flight:.1f} in flight"
        what = f"{_AHEAD} repositories read ahead, {_AT_ONCE} calls at once: places left empty"
        yield Measured(what, _AT_ONCE - in_flight, "", 2, note)


def _measured(what: str, address: str, server: str = "") -> dict[str, Any]:
    environ = fresh() | {"DAYBRIEF_GITHUB__BASE_URL": address, "DAYBRIEF_GITHUB__TOKEN": "bench-token"}
    environ |= {"DAYBRIEF_GITHUB__PULL_REQUESTS": "false"}
    if server:
        environ |= {
            "DAYBRIEF_MODEL__NAME": "m",
            "DAYBRIEF_MODEL__BASE_URL": server,
            "DAYBRIEF_MODEL__CONCURRENCY": str(_AT_ONCE),
        }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", what],
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
        env=environ,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class _Bot:
    """An assembly with a fixed clock, over an in-memory platform that takes no time."""

    def __init__(self) -> None:
        import os

        from fake_platform import FakePlatform

        from bot.config import load
        from bot.digests.core import open_core
        from bot.service.assembly import Assembly

        self.now = _NOON + timedelta(hours=6)
        self.answers: dict[int, int] = {}
        self.platform = FakePlatform()
        self.core = open_core(load(os.environ), lambda: self.now, self._heard)
        self.assembly = Assembly(self.core, {"slack": self.platform})

    def _heard(self, status: int, _headers: object) -> None:
        self.answers[status] = self.answers.get(status, 0) + 1

    def feed(self, number: int, at: clock) -> None:
        from storage.feeds import Feed

        name = f"bench/r{number}"
        self.assembly.feeds.put(
            Feed(
                "slack", "T1", f"C{number}", name, name, at, "UTC", since=self.now - timedelta(days=1), quiet="nothing"
            )
        )


async def _stalls(found: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        found.append(time.perf_counter() - before - 0.005)


async def _mornings(bot: _Bot) -> dict[str, Any]:
    bot.now = _NOON.replace(hour=9, second=1)
    with bot.core.stores.store.write():
        for number in range(_DUE):
            bot.feed(number, clock(9))
    await bot.assembly.due()  # an earlier morning without commits: what a repository is asked only once is known
    bot.now = _NOON + timedelta(hours=6)
    await bot.assembly.look()  # the day's commits, as they landed
    bot.now = _NOON.replace(hour=9) + timedelta(days=1, seconds=1)
    bot.answers.clear()
    stalls: list[float] = []
    watching = asyncio.create_task(_stalls(stalls))
    started, cpu = time.perf_counter(), time.process_time()
    await bot.assembly.due()
    last, spent = time.perf_counter() - started, time.process_time() - cpu
    watching.cancel()
    channels = {channel for channel, *_ in bot.platform.posts}
    return {
        "last": last, "cpu": spent / _DUE, "posts": len(channels), "doubled": sum(count > 1 for count in bot.platform.posts.values()),
        "counted": sum(count for status, count in bot.answers.items() if status != 304), "stall": max(stalls),
    }  # fmt: skip


async def _looks(bot: _Bot) -> dict[str, Any]:
    with bot.core.stores.store.write():
        for number in range(_FOLLOWED):
            bot.feed(number, clock(23))
    await bot.assembly.look()
    bot.now += timedelta(minutes=20)
    await bot.assembly.due()
    spare_collector()  # as the process does after its first look
    bot.answers.clear()
    stalls, rounds = list[float](), list[float]()

    async def due() -> None:
        while True:
            before = time.perf_counter()
            await bot.assembly.due()
            rounds.append(time.perf_counter() - before)
            await asyncio.sleep(1)

    tasks = [asyncio.create_task(_stalls(stalls)), asyncio.create_task(due())]
    started = time.perf_counter()
    await bot.assembly.look()
    seconds = time.perf_counter() - started
    for task in tasks:
        task.cancel()
    return {
        "seconds": seconds, "requests": sum(bot.answers.values()), "stall": max(stalls), "round": max(rounds),
        "counted": sum(count for status, count in bot.answers.items() if status != 304), "memory": _memory(),
    }  # fmt: skip


async def _ahead(bot: _Bot) -> dict[str, Any]:
    from analysis.llm.secrets import prepare

    prepare().result()  # begun when the bot starts, long before its first look is over
    for number in range(_AHEAD):
        bot.feed(number, clock(23))
    started = time.perf_counter()
    await bot.assembly.look()
    return {"seconds": time.perf_counter() - started}


def _memory() -> float:
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().partition("VmRSS:")[2].split()[0]) / (1 << 10)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


async def _run(what: str) -> dict[str, Any]:
    bot = _Bot()
    try:
        return await {"mornings": _mornings, "looks": _looks, "ahead": _ahead}[what](bot)
    finally:
        await bot.assembly.work.close()
        bot.core.stores.store.close()


if __name__ == "__main__":
    import logging

    logging.disable(logging.WARNING)
    print(json.dumps(asyncio.run(_run(sys.argv[1]))))
