"""The bot at work: fifty people at once on Slack, a million commits stored, and a day that is being analysed meanwhile."""

import asyncio
import itertools
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.material import ROOT
from benchmarks.measured import Measured, percentile
from benchmarks.million import REPOSITORIES, WANTED, million
from benchmarks.model_process import model
from benchmarks.repository import repository

_USERS, _EACH, _COMMANDS = 50, 20, 10_000
_PAUSE = 2.0  # average seconds someone reads an answer
_ANSWER = 2.0  # of the model
_BUSY, _CALM = 1_500, 49  # commits of the day being analysed, and of the day being posted
_TEXTS = (
    "area amd repository={}",
    "search kernel repository={}",
    "search 缓存",
    "areas repository={}",
    "subs",
    "help",
    "area npu repository={}",
)


def figures() -> Iterator[Measured]:
    with TemporaryDirectory(prefix="daybrief-bench-") as name:
        folder = Path(name)
        store = folder / "daybrief.db"
        shutil.copyfile(million(), store)
        now = datetime.now(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        calm = repository(folder / "calm.git", _CALM, midnight - timedelta(days=1), midnight)
        with model(0.0) as (address, _):
            _read(store, address, f"example/calm={calm}")
        busy = repository(folder / "busy.git", _BUSY, min(midnight, now - timedelta(hours=1)), now)
        with model(_ANSWER) as (address, asked):
            found = asyncio.run(_measured(folder, store, address, asked, (calm, busy)))
    for what, key, budget in (("acknowledgement", "acked", 300), ("answer", "answered", 1_000)):
        taken = found[key]
        note = f"p50 {median(taken):.0f}, p99 {percentile(taken, 99):.0f}; {len(taken)} commands of {_USERS} people, {WANTED:,} commits"
        yield Measured(f"{what} in Slack while a day is analysed, p95", percentile(taken, 95), "ms", budget, note)
    yield Measured(
        "… commits that the model read meanwhile", found["read"], "", note=f"of {_BUSY:,}, one answer in {_ANSWER} s"
    )
    note = f"{found['start']:.0f} at the start; {_COMMANDS / found['seconds']:.0f} commands a second, no pause between them"
    yield Measured(f"memory after {_COMMANDS:,} commands", found["memory"], "MB", 200, note)
    note = f"{_CALM} commits, analysed as they landed; what is due is looked for every 5 s"
    yield Measured("from the due minute to the post", found["post"], "s", 7, note)


async def _measured(folder: Path, store: Path, address: str, asked: Any, clones: tuple[Path, Path]) -> dict[str, Any]:
    from servers.slack import FakeSlack

    calm, busy = clones
    async with FakeSlack() as slack:
        users = [slack.add_user(f"user{number}") for number in range(_USERS)]
        slack.channel.members.update(user.id for user in users)
        quiet = slack.add_channel("quiet")
        due = (datetime.now(UTC) + timedelta(seconds=200)).replace(second=0, microsecond=0)
        config = folder / "daybrief.toml"
        config.write_text(
            _CONFIG.format(
                store=store, slack=slack.api_url, bot=slack.bot_token, app=slack.app_token, model=address,
                public=[f"bench/repository-{number + 1}" for number in range(REPOSITORIES)],
                team=slack.team_id, quiet=quiet.id, calm=calm, at=f"{due:%H:%M}", channel=slack.channel.id, busy=busy,
            )
        )  # fmt: skip
        texts = _texts(store)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", "--config", config, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "TZ": "UTC"},
        )  # fmt: skip
        try:
            await slack.wait_socket()
            await asyncio.sleep(10)  # it starts reading the busy day
            start, before = _memory(process.pid), asked()[1].total()
            acked, answered = await _talk(slack, users, texts, _EACH, _PAUSE)
            read = asked()[1].total() - before
            await slack.changed.until(lambda: bool(slack.in_channel(quiet)), "the post", 240)
            post = time.time() - due.timestamp()
            started = time.perf_counter()
            await _talk(slack, users, texts, _COMMANDS // _USERS, 0.0)
            seconds = time.perf_counter() - started
            memory = _memory(process.pid)
        finally:
            process.terminate()
            await process.wait()
    return {
        "acked": acked, "answered": answered, "read": read, "start": start, "memory": memory, "seconds": seconds,
        "post": post,
    }  # fmt: skip


async def _talk(
    slack: Any, users: list[Any], texts: list[str], each: int, pause: float
) -> tuple[list[float], list[float]]:
    """Let everyone type `each` commands; return the milliseconds to each acknowledgement and to each answer."""
    acked: list[float] = []
    answered: list[float] = []

    async def talk(number: int) -> None:
        dice = random.Random(number)  # noqa: S311 - no secret, the same each time
        for _ in range(each):
            await asyncio.sleep(dice.expovariate(1 / pause) if pause else 0)
            sent = time.perf_counter()
            command = await slack.slash("/digest", dice.choice(texts), user=users[number])
            await slack.changed.until(
                lambda one=command: one.text and "⏳" not in one.text,
                f"an answer to {command.payload['text']}",
                60,  # type: ignore[misc]
            )
            answered.append((time.perf_counter() - sent) * 1000)
            acked.append(command.acked_after * 1000)

    await asyncio.gather(*(talk(number) for number in range(_USERS)))
    assert not [one.failure for one in slack.deliveries if one.failure]
    return acked, answered


def _texts(store: Path) -> list[str]:
    """Return what people type: half of it about single commits that the model has read."""
    dice = random.Random(5)  # noqa: S311 - no secret, the same each time
    with closing(sqlite3.connect(store)) as db:
        first, last = db.execute(
            "select min(id), max(id) from commits where repository <= ?", [REPOSITORIES]
        ).fetchone()
        one = "select id, sha from commits where id >= ? order by id limit 1"
        drawn = [db.execute(one, [dice.randint(first, last)]).fetchone() for _ in range(200)]
        (prompt,) = db.execute("select prompt from analyses where analyser = 'test-model' limit 1").fetchone()
        read = "update analyses set analyser = 'test-model', prompt = ? where commit_id = ?"
        db.executemany(read, [(prompt, number) for number, _ in drawn])
        db.commit()
        shas = [sha for _, sha in drawn]
    names = itertools.cycle(f"bench/repository-{number + 1}" for number in range(REPOSITORIES))
    return [f"show {sha[:10]}" for sha in shas] + [text.format(next(names)) for text in _TEXTS * 30]


def _read(store: Path, address: str, place: str) -> None:
    """Read yesterday as the bot does while commits land."""
    environ = {
        "PATH": os.environ["PATH"], "HOME": str(store.parent), "DAYBRIEF_STORE__PATH": str(store),
        "DAYBRIEF_MODEL__NAME": "test-model", "DAYBRIEF_MODEL__BASE_URL": address,
    }  # fmt: skip
    command = [sys.executable, "-m", "bot", "digest", "--repo", place, "--date", "yesterday", "--tz", "UTC", "--quiet"]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)


def _memory(pid: int) -> float:
    """Return a process's current memory, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / (1 << 10)


_CONFIG = """
[store]
path = "{store}"
[model]
base_url = "{model}"
name = "test-model"
[slack]
base_url = "{slack}"
bot_token = "{bot}"
app_token = "{app}"
[serve]
port = 0
[access]
public = {public}
[[feeds]]
platform = "slack"
workspace = "{team}"
channel = "{quiet}"
repository = "example/calm={calm}"
at = "{at}"
zone = "UTC"
[[feeds]]
platform = "slack"
workspace = "{team}"
channel = "{channel}"
repository = "example/busy={busy}"
at = "00:00"
zone = "UTC"
days = "daily"
"""
