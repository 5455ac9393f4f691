"""How well questions in plain words are answered, over labelled days and a long history with known answers.

A file has one object per line: `question`, `language`, `day_or_history` (a labelled day's folder, or the history's
file), `answers` (SHAs), `today`. An answer is right if one of these is among the first three.

Run as `python -m benchmarks.questions FILE… [--misses]`.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from analysis.questions.answer import Answer
from analysis.readers.days import read_day
from benchmarks.material import ROOT, SHARED
from benchmarks.million import thousands
from bot.commands.asking import ask
from bot.config import load
from bot.digests.core import Core, open_core

_FIRST = 3
_FILES = ("analysis/questions", "storage/commits.py", "storage/schema.py")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its outcome; `place` counts from 1, 0 if none of the answers was found."""

    question: str
    language: str
    where: str
    answers: tuple[str, ...]
    place: int
    seconds: float
    answered: Answer


def run(path: Path) -> Iterator[Asked]:
    """Ask all questions of a file."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        now = datetime.fromisoformat(row["today"]).replace(tzinfo=UTC) + timedelta(hours=23)
        core = _core(row["day_or_history"])
        core.now = lambda now=now: now  # type: ignore[misc]  # each question has its day
        started = time.perf_counter()
        answered = ask(core, row["question"], row["language"], limit=20)
        seconds = time.perf_counter() - started
        shas = [found.entry.commit.sha for found in answered.found]
        place = next((number for number, sha in enumerate(shas, 1) if sha in row["answers"]), 0)
        yield Asked(
            row["question"], row["language"], row["day_or_history"], tuple(row["answers"]), place, seconds, answered
        )


@cache
def _core(where: str) -> Core:
    if where.startswith("history"):
        return open_core(load({"DAYBRIEF_STORE__PATH": str(thousands())}))
    folder = SHARED / "days" / where
    folder = folder if folder.is_dir() else SHARED / where
    path = ROOT / ".bench" / f"questions-{where}.db"
    path.parent.mkdir(exist_ok=True)
    fresh = not path.is_file()
    core = open_core(load({"DAYBRIEF_STORE__PATH": str(path)}))
    if fresh:
        entries = read_day(folder).entries
        core.stores.commits.put(entry.commit for entry in entries)
        core.stores.commits.put_triage(entries)
    return core


def main() -> None:
    """Print the share of questions answered among the first three, by language; with --misses, the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--misses", action="store_true")
    given = parser.parse_args()
    for path in given.files:
        asked = list(run(path))
        for language in ("en", "zh"):
            some = [one for one in asked if one.language == language]
            right = sum(0 < one.place <= _FIRST for one in some)
            first = sum(one.place == 1 for one in some)
            print(
                f"{path.name} {language}: {right} of {len(some)} among the first {_FIRST} ({right / len(some):.0%}), {first} first"
            )
        times = sorted(one.seconds for one in asked)
        print(f"{path.name}: median {times[len(times) // 2] * 1000:.0f} ms, slowest {times[-1] * 1000:.0f} ms")
        for one in asked if given.misses else ():
            if not 0 < one.place <= _FIRST:
                _tell(one)


def _tell(one: Asked) -> None:
    query = one.answered.query
    print(
        f"\n{one.place or '–'} {one.where}: {one.question}\n   {[clause.said for clause in query.clauses]} {query.days} {query.people} {query.least} {one.answered.given_up}"
    )
    store = _core(one.where).stores.commits
    for sha in one.answers[:3]:
        for repo in store.repositories():
            for entry in store.entries(repo, [sha]).values():
                print(f"   wanted {sha[:7]} {entry.commit.committed_at:%Y-%m-%d} {entry.commit.subject[:110]}")
    for found in one.answered.found[:3]:
        print(
            f"   found  {found.entry.commit.short} {found.entry.commit.committed_at:%Y-%m-%d} {found.entry.commit.subject[:110]}"
        )


if __name__ == "__main__":
    main()
