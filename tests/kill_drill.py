"""Processes that deliver digests and are killed (-9) at random moments; afterwards every day must stand exactly once.

    PYTHONPATH=.:tests python tests/kill_drill.py FOLDER --kills 200 --seed 1

Each day, one or two processes begin; the drill kills them after a random time and starts others, until one has ended by
itself. What stands in the channel is counted in a file that every message ever created leaves a line in.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path

from servers.scratch import Scratch

from bot.config import load
from bot.delivery.outbox import LEASE
from bot.digests.core import open_core
from bot.port.platform import Conversation, Posted
from bot.service.assembly import Assembly
from formatters.reply import DigestPost, Reply
from storage.deliveries import State
from storage.feeds import Feed, Feeds

REPO = "ann/scratch"
START = datetime(2026, 1, 9, 9, 0, tzinfo=UTC)
_LONGEST_LIFE = 0.45
_SLOW = 0.02  # seconds that a message takes to be made, and again to be told of


class FileChannel:
    """A platform whose one channel is a folder: it outlives every process, and forgets nothing."""

    name = "slack"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def created(self) -> list[str]:
        log = self.folder / "created.log"
        return log.read_text("utf-8").split() if log.exists() else []

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        for part in range(4 if isinstance(reply, DigestPost) else 1):
            if f"{key}.{part}" in self.created():
                continue
            await asyncio.sleep(_SLOW)
            with (self.folder / "created.log").open("a", encoding="utf-8") as log:
                log.write(f"{key}.{part}\n")
            await asyncio.sleep(_SLOW)
        parts = sorted(name for name in set(self.created()) if name.startswith(key))
        return Posted(channel, parts[0], tuple(parts[1:]))

    async def find(self, channel: str, key: str) -> Posted | None:
        return Posted(channel, f"{key}.0") if f"{key}.0" in self.created() else None

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        return posted

    async def disconnected(self) -> str:
        return ""

    async def examine(self, channels: Sequence[str], people: Sequence[str] = ()) -> list[str]:
        return []

    async def direct(self, user: str) -> str:
        return user

    async def run(self, conversation: Conversation) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing is open."""


def child(folder: Path, now: Callable[[], datetime]) -> None:
    """Deliver what is due until nothing is left to do."""

    async def deliver() -> None:
        core = open_core(load({"DAYBRIEF_STORE__PATH": str(folder / "s.db"), "PATH": os.environ["PATH"]}), now)
        bot = Assembly(core, {"slack": FileChannel(folder / "channel")})
        while True:
            await bot.due()
            found = bot.deliveries.of("feed", "1")
            if found and found[0].state is State.POSTED and not bot.deliveries.open():
                return
            await asyncio.sleep(0.02)

    asyncio.run(deliver())


def drill(folder: Path, kills: int, seed: int) -> dict[str, object]:
    """Kill so many processes, day after day; return what stands."""
    chance = random.Random(seed)  # noqa: S311 - a test's dice
    core = open_core(load({"DAYBRIEF_STORE__PATH": str(folder / "s.db"), "PATH": os.environ["PATH"]}), lambda: START)
    feeds = Feeds(core.stores.store)
    scratch = Scratch(folder / "scratch.git")
    place = f"{REPO}={scratch.path}"
    feeds.put(Feed("slack", "T1", "C1", REPO, place, clock(9), "UTC", START - timedelta(hours=1)))
    core.stores.store.close()
    day = killed = 0
    while killed < kills:
        changes = {"quill.py": f"a = {day}\n"}
        scratch.commit(f"Fix crash {day}", changes, at=START + (day - 1) * timedelta(days=1))
        offset = day * timedelta(days=1)
        is_told = False
        while not is_told:
            since = time.monotonic()

            def now(offset: timedelta = offset, since: float = since) -> datetime:
                return START + offset + timedelta(seconds=time.monotonic() - since)

            children = [_fork(folder, now) for _ in range(chance.choice([1, 1, 2]))]
            time.sleep(chance.uniform(0.0, _LONGEST_LIFE))
            is_last = killed + len(children) > kills or chance.random() < 0.2  # one in five lives
            for number in children:
                if is_last:
                    _, status = os.waitpid(number, 0)
                    is_told = os.waitstatus_to_exitcode(status) == 0
                else:
                    os.kill(number, signal.SIGKILL)
                    os.waitpid(number, 0)
                    killed += 1
            offset += timedelta(seconds=LEASE + 1)  # all are dead: whoever comes next finds their leases ended
        day += 1
    return _counted(folder, day, killed)


def _fork(folder: Path, now: Callable[[], datetime]) -> int:
    number = os.fork()
    if number == 0:
        try:
            child(folder, now)
        except BaseException as error:  # noqa: BLE001 - a fork must end here whatever happens
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    return number


def _counted(folder: Path, days: int, killed: int) -> dict[str, object]:
    created = Counter(FileChannel(folder / "channel").created())
    core = open_core(load({"DAYBRIEF_STORE__PATH": str(folder / "s.db"), "PATH": os.environ["PATH"]}), lambda: START)
    deliveries = Assembly(core, {}).deliveries.of("feed", "1")
    told = Counter(
        (window.first + timedelta(days=number)).isoformat()
        for delivery in deliveries
        if delivery.state is State.POSTED and (window := delivery.order.window)
        for number in range((window.last - window.first).days + 1)
    )
    return {
        "days": days,
        "killed": killed,
        "told_once": sum(count == 1 for count in told.values()),
        "told_twice": sum(count > 1 for count in told.values()),
        "messages": len(created),
        "doubled_messages": sum(count > 1 for count in created.values()),
        "posts": len({name.partition(".")[0] for name in created}),
        "deliveries": sum(delivery.state is State.POSTED for delivery in deliveries),
        "attempts": sum(delivery.attempts for delivery in deliveries),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.stdout.write(json.dumps(drill(given.folder, given.kills, given.seed)) + "\n")
