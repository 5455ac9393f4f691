"""Commits of the labels and of the recorded day, as far as their diffs are there."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from conftest import DAY, SHARED

from analysis.commit import Commit, FileChange, Status

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
    found = [_recorded(json.loads(path.read_text())) for path in (DAY / "commits").glob("*.json")]
    return sorted(found, key=lambda commit: (commit.committed_at, commit.sha))


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
