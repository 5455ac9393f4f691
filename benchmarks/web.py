"""The archive with twenty readers at once: its first byte, whole pages, searches, over thousands and a million commits."""

import asyncio
import gzip
import random
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from urllib.parse import quote

import aiohttp

from benchmarks.material import ROOT, fresh
from benchmarks.measured import Measured, percentile
from benchmarks.million import million, thousands
from benchmarks.store import SEARCHES

_READERS, _PAGES = 20, 30
_PAUSE = 1.0  # average seconds someone looks at a page


def figures() -> Iterator[Measured]:
    for path, size in ((thousands(), "10,000"), (million(), "1,000,000")):
        with _served(path) as address:
            asked = _addresses(path)
            asyncio.run(_read_all(address, asked, 0.0, 1))  # warm-up
            found = asyncio.run(_read_all(address, asked, _PAUSE, _PAGES))
            day = max((body for kind, _, _, body in found if kind == "day"), key=len)
        pages = [(first, whole) for kind, first, whole, _ in found if kind != "search"]
        searches = [whole for kind, _, whole, _ in found if kind == "search"]
        note = f"{len(pages)} pages, none the same; {_READERS} readers, who turn a page every second"
        yield Measured(
            f"archive of {size}: first byte, p95", percentile([first for first, _ in pages], 95), "ms", 300, note
        )
        note = f"median {median(whole for _, whole in pages):.0f}"
        yield Measured("… whole page, p95", percentile([whole for _, whole in pages], 95), "ms", 400, note)
        note = f"{len(searches)} searches, none the same; median {median(searches):.0f}"
        yield Measured("… search, p95", percentile(searches, 95), "ms", 400, note)
        note = f"as it travels; {len(day) / 1000:.0f} kB unpacked"
        yield Measured("… a day's page, the largest read", len(gzip.compress(day, 5)) / 1000, "kB", 500, note)


@contextmanager
def _served(path: Path) -> Iterator[str]:
    """Run `daybrief web` over a store; yield its address."""
    environ = fresh() | {"DAYBRIEF_STORE__PATH": str(path), "DAYBRIEF_WEB__PORT": "0", "DAYBRIEF_WEB__ZONE": "UTC"}
    command = [sys.executable, "-m", "bot", "web"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        said = process.stderr.readline()
        yield re.findall(r"http://\S+", said)[0].rstrip("/")
    finally:
        process.terminate()
        process.communicate()


def _addresses(path: Path) -> dict[str, list[str]]:
    """Return pages of each kind to read; the random seed is fixed."""
    dice = random.Random(3)  # noqa: S311 - no secret, the same each time
    with closing(sqlite3.connect(path)) as db:
        (first, last) = db.execute("select min(id), max(id) from commits").fetchone()
        drawn = [dice.randint(first, last) for _ in range(400)]
        one = "select r.name, sha, committed_at, author from commits c join repositories r on r.id = repository where c.id >= ? order by c.id limit 1"
        rows = [db.execute(one, [number]).fetchone() for number in drawn]
        areas = ["amd", "npu", "kernels", "quantization", "ci", "docs", "models", "scheduler", "lora", "moe"]
    days = [f"/day/{datetime.fromtimestamp(when, UTC).date()}/{quote(repo)}" for repo, _, when, _ in rows]
    return {
        "home": ["/"],
        "repo": [f"/repo/{quote(repo)}" for repo, *_ in rows],
        "day": days,
        "commit": [f"/commit/{sha}" for _, sha, _, _ in rows],
        "area": [f"/area/{area}" for area in areas],
        "author": [f"/author?name={quote(author)}" for *_, author in rows],
        "search": [f"/search?q={quote(text)}" for text in SEARCHES],
        "feed": [f"/feed.atom?area={area}" for area in areas],
    }


async def _read_all(
    address: str, asked: dict[str, list[str]], pause: float, pages: int
) -> list[tuple[str, float, float, bytes]]:
    """Return for each page its kind, the milliseconds to its first byte and to its end, and its content."""
    found: list[tuple[str, float, float, bytes]] = []

    async def reader(number: int) -> None:
        dice = random.Random(number)  # noqa: S311 - no secret, the same each time
        for turn in range(pages):
            await asyncio.sleep(dice.expovariate(1 / pause) if pause else 0)
            kind = dice.choice([*asked, "search", "day"])
            path = dice.choice(asked[kind])
            mark = f"{'&' if '?' in path else '?'}n={number}-{turn}-{pause}"  # unique, so never cached
            started = time.perf_counter()
            async with session.get(address + path + mark) as answer:
                first = time.perf_counter()
                body = await answer.read()
                assert answer.status == 200, (path, answer.status, body[:300])
            ended = time.perf_counter()
            found.append((kind, (first - started) * 1000, (ended - started) * 1000, body))

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_READERS)) as session:
        await asyncio.gather(*(reader(number) for number in range(_READERS)))
    return found
