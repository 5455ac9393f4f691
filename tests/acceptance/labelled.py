"""Commits of the labels and of the recorded day, as far as their diffs are there."""

import gzip
import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from analysis.commits.commit import Commit, FileChange, Status

SHARED = Path(__file__).parents[3] / "shared"
_STATUS: dict[str, Status] = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied"}
_FILE = re.compile(r"diff --git a/(.*?) b/(.*?)\n")


def labelled() -> Iterator[tuple[Commit, bool]]:
    """Yield the labels' commits, and whether their diff is there in full: of most, an excerpt is all there is."""
    for path in sorted((SHARED / "labels").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield _commit(json.loads(line))


def of_the_day() -> list[Commit]:
    """Return the recorded day's commits, oldest first."""
    found = [
        _recorded(json.loads(path.read_text())) for path in (SHARED / "sglang-2026-01-08" / "commits").glob("*.json")
    ]
    return sorted(found, key=lambda commit: (commit.committed_at, commit.sha))


def days_of_history(least: int, seed: str) -> dict[date, list[Commit]]:
    """Return days of sglang's history in Shanghai, ten commits each or more, drawn until there are `least` commits; no patches."""
    days: dict[date, list[Commit]] = {}
    with gzip.open(SHARED / "history" / "sglang-commits.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            commit = _historic(json.loads(line))
            days.setdefault((commit.committed_at + timedelta(hours=8)).date(), []).append(commit)
    order = sorted(day for day, commits in days.items() if len(commits) >= 10)
    random.Random(seed).shuffle(order)  # noqa: S311 - a seed, no secret
    drawn: dict[date, list[Commit]] = {}
    for day in order:
        if sum(map(len, drawn.values())) < least:
            drawn[day] = days[day]
    return drawn


def _historic(record: dict[str, Any]) -> Commit:
    at = datetime.fromisoformat(record["date"])
    files = (
        FileChange(path, _STATUS.get(status[0], "changed"), more, less) for path, status, more, less in record["files"]
    )
    message = f"{record['title']}\n\n{record['body'] or ''}".strip()
    return Commit("sgl-project/sglang", record["sha"], record["author"], at, at, message, files=tuple(files))


def _commit(record: dict[str, Any]) -> tuple[Commit, bool]:
    patches = {}
    for part in re.split(r"(?=diff --git a/)", record["patch_excerpt"]):
        if named := _FILE.match(part):
            at = part.find("\n@@")
            patches[named[2]] = named[1], part[at + 1 :].rstrip("\n") if at >= 0 else None
    files, whole = [], record["n_files"] == len(record["files"])
    for path, status, additions, deletions in record["files"]:
        was, patch = patches.get(path, (None, None))
        lines = (patch or "").split("\n")
        whole &= [sum(line.startswith(mark) for line in lines) for mark in "+-"] == [additions, deletions]
        old = was if status == "R" else None
        files.append(FileChange(path, _STATUS.get(status, "changed"), additions, deletions, old, patch))
    at = datetime.fromisoformat(record["date"]).astimezone(UTC)
    message = f"{record['title_raw']}\n\n{record['body']}".strip()
    return Commit(record["repo"], record["sha"], "Ann", at, at, message, files=tuple(files)), whole


def _recorded(told: dict[str, Any]) -> Commit:
    commit = told["commit"]
    files = tuple(
        FileChange(
            file["filename"],
            file["status"],
            file["additions"],
            file["deletions"],
            file.get("previous_filename"),
            file.get("patch"),
        )
        for file in told["files"]
    )
    return Commit(
        "sgl-project/sglang",
        told["sha"],
        commit["author"]["name"],
        datetime.fromisoformat(commit["author"]["date"]),
        datetime.fromisoformat(commit["committer"]["date"]),
        commit["message"].rstrip(),
        files=files,
    )
