"""A day with a model that answers in two seconds, 16 questions at once, from GitHub: requests, time, and the morning after."""

import math
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.material import ROOT, day, digest, fresh, github
from benchmarks.measured import Measured, seconds
from bot.digests.repositories import Place

_ANSWER = 2.0  # seconds
_AT_ONCE = 16
_PAUSE = 10.0  # seconds between two calls of a sequential caller
_ROUNDS = 3


def figures() -> Iterator[Measured]:
    from servers.answers import reader
    from servers.model import ModelServer

    with github() as hub, ModelServer(reader, latency=_ANSWER) as model:
        settings = {
            "DAYBRIEF_MODEL__NAME": "test-model",
            "DAYBRIEF_MODEL__BASE_URL": model.base_url,
            "DAYBRIEF_MODEL__CONCURRENCY": str(_AT_ONCE),
            **hub.environ,
        }
        place, walls, fetched = Place(day().clone.name), list[float](), list[float]()
        for _ in range(_ROUNDS):
            environ, before = fresh() | settings, hub.counted()
            model.requests.clear()
            started = time.perf_counter()
            made = digest(environ, place)
            walls.append(time.perf_counter() - started)
            requests, calls = hub.counted() - before, len(model.requests)
            there = fresh()
            digest(there | hub.environ, place)  # the rules fetch it
            model.requests.clear()
            started = time.perf_counter()
            digest(there | settings, place)
            fetched.append(time.perf_counter() - started)
        commits = len(made.entries) + sum(len(entry.commit.brought) for entry in made.entries)
        assert not made.coverage.stand_ins
        yield Measured("requests to GitHub for the day", requests, "", commits + 1, f"{commits} commits and their list")
        ideal, naive = math.ceil(commits / _AT_ONCE) * _ANSWER, commits * (_ANSWER + _PAUSE) - _PAUSE
        note = (
            f"median of {_ROUNDS}, best {min(walls):.1f}; {calls} calls; ideal for {commits} single calls {ideal:.0f} s"
        )
        yield Measured("day with a model of 2 s, 16 at once", median(walls), "s", 1.25 * ideal, note)
        note = f"median of {_ROUNDS}, best {min(fetched):.1f}; {len(model.requests)} calls"
        yield Measured("… with the commits fetched", median(fetched), "s", 1.15 * ideal, note)
        note = f"one call a commit, {_PAUSE:.0f} s apart: {naive:.0f} s (computed)"
        yield Measured("… against one call after the other", median(walls) / naive, "×", note=note)
        _morning(environ)  # what a repository's first one asks once, its tags and releases
        before, calls = hub.counted(), len(model.requests)
        taken = seconds(lambda: _morning(environ), _ROUNDS)
        counted = (hub.counted() - before) / (_ROUNDS + 1)
        assert len(model.requests) == calls
    note = f"whole command, median of {_ROUNDS}, best {min(taken):.2f}; all was analysed as it landed"
    yield Measured("the morning's digest", median(taken), "s", 2, note)
    yield Measured("requests to GitHub in the morning that count", counted, "", 0, "the lists are “not modified”")


def _morning(environ: dict[str, str]) -> None:
    window = day().window
    command = [sys.executable, "-m", "bot", "digest", "--repo", day().clone.name, "--date", window.first.isoformat()]
    subprocess.run(
        [*command, "--tz", window.zone, "--format", "markdown"],
        stdout=subprocess.DEVNULL, check=True, cwd=ROOT, env=environ,
    )  # fmt: skip
