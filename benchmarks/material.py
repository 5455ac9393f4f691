"""The day that is measured with: a recorded real one where it lies beside the project, else the sample's."""

import atexit
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from analysis.commits.window import Window
from analysis.digest.digest import Digest
from bot.config import load
from bot.digests.core import open_core
from bot.digests.repositories import Place

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
IS_REAL = SHARED.is_dir()
"""Whether this is the real day, which the budgets are set for."""

sys.path.insert(0, str(ROOT / "tests"))  # the tests' local servers


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a repository; `clone` is a local one."""

    window: Window
    clone: Place

    @property
    def now(self) -> datetime:
        """The morning after."""
        return self.window.end + timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Hub:
    """A GitHub on the loopback interface; `counted` returns how many requests it has counted, GraphQL separately."""

    url: str
    token: str
    counted: Callable[[], int]

    @property
    def environ(self) -> dict[str, str]:
        """Return the settings that make a bot use it."""
        return {"DAYBRIEF_GITHUB__BASE_URL": self.url, "DAYBRIEF_GITHUB__TOKEN": self.token}


def _folder() -> Path:
    folder = Path(mkdtemp(prefix="daybrief-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def day() -> Day:
    """Return the available day."""
    clone = _folder() / "day.git"
    if IS_REAL:
        subprocess.run(
            ["git", "clone", "--quiet", "--bare", SHARED / "sglang-2026-01-08/day.bundle", clone], check=True
        )
        return Day(Window.of(date(2026, 1, 8), "Asia/Shanghai"), Place("sgl-project/sglang", str(clone)))
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", clone], check=True)
    stream = (ROOT / "sample" / "quill.fast-export").read_bytes()
    subprocess.run(["git", "-C", clone, "fast-import", "--quiet"], input=stream, check=True)
    return Day(Window.of(date(2026, 3, 12), "Asia/Shanghai"), Place("example/quill", str(clone)))


@contextmanager
def github() -> Iterator[Hub]:
    """Serve the day as GitHub does."""
    if IS_REAL:
        sys.path.insert(0, str(SHARED / "github_replay"))
        from server import ReplayServer
        from sources import DaySource

        with ReplayServer([DaySource(SHARED / "sglang-2026-01-08")]) as replay:
            yield Hub(
                replay.url, "replay-token", lambda: _counted(replay.replay.stats.as_json()["by_route_and_status"])
            )
    else:
        from servers.github import GitHubServer

        with GitHubServer({day().clone.name: Path(day().clone.path)}) as server:
            asked = server.requests
            yield Hub(server.url, "test-token", lambda: _counted(Counter(f"{one.path} {one.status}" for one in asked)))


def _counted(answers: Mapping[str, int]) -> int:
    """Count the REST requests that GitHub counts: all but those answered "not modified"."""
    return sum(count for answer, count in answers.items() if "graphql" not in answer and not answer.endswith(" 304"))


def fresh() -> dict[str, str]:
    """Return an environment with a new store, on a machine that has already compiled the secret scanner's rules.

    `start` measures compiling them, which happens once per machine.
    """
    folder, cache = str(_folder()), os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    store = f"{folder}/daybrief.db"
    return {"PATH": os.environ["PATH"], "HOME": folder, "XDG_CACHE_HOME": cache, "DAYBRIEF_STORE__PATH": store}


def digest(environ: Mapping[str, str], place: Place) -> Digest:
    """Make the day's digest in this process, in English."""
    core = open_core(load(environ), lambda: day().now)
    try:
        return core.digest(core.sources.open(place), day().window, "en", core.analyser(), lambda *_: None)[0]
    finally:
        core.stores.store.close()
