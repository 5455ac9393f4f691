"""A month of mornings of one bot, with everything that goes wrong in one; afterwards each commit must have been told once.

    PYTHONPATH=.:tests python tests/month_drill.py FOLDER --days 30 --feeds 20 --seed 1

Repositories on GitHub and clones, two platforms, four zones of which two change their clocks, daily feeds and such that rest
at weekends. GitHub answers with errors, breaks off, refuses the token for two days and renames a repository; platforms are busy, and
lose answers; commits are pushed late; the process is started anew. The clock is the drill's own.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

import pytest
import stamina
from fake_platform import LOST, FakePlatform
from servers.github import GitHubServer
from servers.scratch import Scratch
from servers.waiting import hurry

from bot.config import load
from bot.digests.core import open_core
from bot.port.platform import Later
from bot.service.assembly import Assembly
from formatters.reply import DigestPost, Note
from storage.feeds import Days, Feed
from storage.upkeep import check

START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday. New York's clocks go forward on the 8th, Berlin's on the 29th."""
_STEP = timedelta(hours=3)
_ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Shanghai")
_HOURS = (clock(9), clock(2, 30), clock(8, 15))
_DAYS: tuple[Days, ...] = ("daily", "weekdays")
_EXPIRED, _RENAMED = (0.27, 0.34), 0.45
"""When, in parts of the whole time, the token is refused, and a repository gets another name."""
_SETTLING = 5
"""Days at the end on which nothing lands and nothing goes wrong, so that all is told."""


@dataclass(slots=True)
class Month:
    """What came of it.

    Attributes:
        landed: commits by repository (its number); `told`: by channel and post, what it told.
        notices: by channel or person, what was said of trouble and of its end.
        memory: megabytes at the end of each day.
    """

    landed: dict[int, set[str]] = field(default_factory=dict)
    told: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    notices: dict[str, list[str]] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


class _Drill:
    def __init__(self, folder: Path, days: int, feeds: int, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a test's dice
        self.folder, self.days, self.now = folder, days, START
        self.repositories = [Scratch(folder / f"r{number}.git") for number in range(max(feeds // 2, 2))]
        self.cloned = {number for number in range(len(self.repositories)) if number % 4 == 3}
        served = {f"ann/r{n}": one.path for n, one in enumerate(self.repositories) if n not in self.cloned}
        self.server = GitHubServer(served, token_limit=10**9)
        self.platforms = {"slack": FakePlatform("slack"), "discord": FakePlatform("discord")}
        self.month = Month()
        self.feeds = [self._feed(number) for number in range(feeds)]
        self.followed = {f"C{number}": number % len(self.repositories) for number in range(feeds)}

    def _feed(self, number: int) -> Feed:
        repo = number % len(self.repositories)
        name = f"ann/r{repo}"
        place = f"{name}={self.repositories[repo].path}" if repo in self.cloned else name
        return Feed(
            ("slack", "discord")[number % 2], "T1", f"C{number}", name, place, _HOURS[number % 3], _ZONES[number % 4],
            since=START - timedelta(hours=1), days=_DAYS[number // 2 % 2], made_by="U1",
        )  # fmt: skip

    def begin(self) -> Assembly:
        """Start the bot, as a new process would."""
        environ = {
            "DAYBRIEF_STORE__PATH": str(self.folder / "s.db"), "PATH": os.environ["PATH"], "HOME": str(self.folder),
            "DAYBRIEF_GITHUB__BASE_URL": self.server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token",
        }  # fmt: skip
        bot = Assembly(open_core(load(environ), lambda: self.now), dict(self.platforms))
        if not bot.feeds.all():
            for feed in self.feeds:
                bot.feeds.put(feed)
        return bot

    async def run(self) -> Month:
        for scratch in self.repositories:
            scratch.commit("Begin", {"a.py": "a = 0\n"}, at=START - timedelta(days=30))
        bot = self.begin()
        steps = self.days * (timedelta(days=1) // _STEP)
        quiet = _SETTLING * (timedelta(days=1) // _STEP)
        for step in range(steps + quiet):
            self.now = START + step * _STEP + timedelta(minutes=self.dice.randrange(40))
            if step < steps:
                self._land(step)
                self._break(step / steps)
            else:
                self._mend()
            await bot.look()
            await bot.due()
            await bot.tidy()
            self._read()
            if step < steps and self.dice.random() < 0.05:
                self.month.faults["restart"] += 1
                await _end(bot)
                bot = self.begin()
            if step % (timedelta(days=1) // _STEP) == 0:
                self.month.memory.append(_memory())
        found = check(bot.core.stores.store)
        assert not found.faults, found.faults
        await _end(bot)
        return self.month

    def _land(self, step: int) -> None:
        weekend = self.now.weekday() >= 5
        for number, scratch in enumerate(self.repositories):
            if self.dice.random() < (0.1 if weekend else 0.5):
                # Some were made long before they are pushed.
                late = timedelta(hours=self.dice.choice([0, 0, 0, 20]) if step > 8 else 0)
                changes = {f"part{step % 9}.py": f"def step(x, limit={step}):\n    return min(x, limit)\n"}
                at = max(self.now - late - timedelta(minutes=self.dice.randrange(60)), START)
                sha = scratch.commit(f"Fix crash {step} of {number}", changes, at=at)
                self.month.landed.setdefault(number, set()).add(sha)

    def _break(self, share: float) -> None:
        """Decide what goes wrong until the next step."""
        self._mend()
        if _EXPIRED[0] <= share < _EXPIRED[1]:
            self.server.tokens = ()
            self.month.faults["token"] += 1
        if share >= _RENAMED and not self.month.faults["rename"]:
            self.month.faults["rename"] += 1
            self.server.rename("ann/r1", "ann/renamed")
        if self.dice.random() < 0.3:
            kinds = self.dice.sample(["500", "502", "503", "reset", "html", "truncate"], 2)
            self.server.fail(times=self.dice.randrange(1, 30), kinds=tuple(kinds))  # type: ignore[arg-type]
            self.month.faults["github"] += 1
        for platform in self.platforms.values():
            if self.dice.random() < 0.3:
                platform.trouble = self._trouble(self.dice.randrange(1, 6))
                self.month.faults["platform"] += 1

    def _mend(self) -> None:
        self.server.tokens = ("test-token",)
        self.server.fail(times=0)
        for platform in self.platforms.values():
            platform.trouble = lambda _step: None

    def _trouble(self, often: int) -> Any:
        left = [often]

        def trouble(step: str) -> None:
            if left[0] and self.dice.random() < 0.4:
                left[0] -= 1
                raise LOST if step.endswith(".after") else Later("busy", 1.0)

        return trouble

    def _read(self) -> None:
        """Note what people see now, and let go of it."""
        for platform in self.platforms.values():
            for (channel, key), reply in platform.replies.items():
                if isinstance(reply, DigestPost):  # one that was broken off goes on later, under the same key
                    told = self.month.told.setdefault(channel, {}).setdefault(key, set())
                    told.update(entry.commit.sha for entry in reply.outline.digest.entries)
                elif isinstance(reply, Note):
                    self.month.notices.setdefault(channel, []).append(reply.text)
            platform.replies.clear()
            platform.calls.clear()
            platform.edits.clear()
        self.server.requests.clear()


async def _end(bot: Assembly) -> None:
    await bot.work.close()
    bot.core.stores.store.close()


def _memory() -> float:
    status = Path("/proc/self/status")
    return int(status.read_text().partition("VmRSS:")[2].split()[0]) / (1 << 10) if status.is_file() else 0.0


def drill(folder: Path, days: int, feeds: int, seed: int) -> dict[str, object]:
    """Live through so many days; return what stands."""
    made = _Drill(folder, days, feeds, seed)
    patch = pytest.MonkeyPatch()
    hurry(patch)
    try:
        with made.server:
            month = asyncio.run(made.run())
    finally:
        patch.undo()
    told = {
        channel: Counter(sha for shas in month.told.get(channel, {}).values() for sha in shas)
        for channel in made.followed
    }
    lost = sum(len(month.landed.get(repo, set()) - set(told[channel])) for channel, repo in made.followed.items())
    doubled = [what for platform in made.platforms.values() for what in platform.doubles]
    on_github = [channel for channel, repo in made.followed.items() if repo not in made.cloned]
    return {
        "feeds": feeds,
        "mornings": days,
        "commits": sum(map(len, month.landed.values())),
        "posts": sum(map(len, month.told.values())),
        "told": sum(map(len, told.values())),
        "lost": lost,
        "told_twice": sum(count > 1 for counts in told.values() for count in counts.values()),
        "doubled_messages": len(doubled),
        "faults": dict(month.faults),
        "on_github": len(on_github),
        "told_of_trouble": sum(_has(month, channel, "cannot be made") for channel in on_github),
        "told_of_its_end": sum(_has(month, channel, "digests work again") for channel in on_github),
        "memory": [round(value, 1) for value in month.memory],
        "slope": round(_slope(month.memory[len(month.memory) // 3 :]), 3),
    }


def _has(month: Month, channel: str, words: str) -> bool:
    return any(words in text for text in month.notices.get(channel, ()))


def _slope(values: list[float]) -> float:
    """Return by how much values rise from one to the next, by least squares."""
    count = len(values)
    middle, mean = (count - 1) / 2, sum(values) / max(count, 1)
    spread = sum((at - middle) ** 2 for at in range(count))
    return sum((at - middle) * (value - mean) for at, value in enumerate(values)) / spread if spread else 0.0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--feeds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    stamina.instrumentation.set_on_retry_hooks([])
    sys.stdout.write(json.dumps(drill(given.folder, given.days, given.feeds, given.seed)) + "\n")
