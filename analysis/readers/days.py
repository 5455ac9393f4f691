"""A labelled day: a git bundle of what landed, and an expert reader's label for each commit.

A day is a folder: `readers.jsonl`, one object a commit with `sha`, `tier` (`must`, `worth`, `rest`), `must_rank`, `type` and `with` (the SHAs of
the same story); `day.bundle`, the commits; `sha_map.csv` (`sha,bundle_sha`), where the bundle's SHAs are not those of the labels;
`list_commits.json`, GitHub's list, for the repository's name.
"""

import csv
import json
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from analysis.commits.commit import Commit
from analysis.digest.net import net
from analysis.digest.pipeline import judge
from analysis.entry import Entry
from analysis.errors import BadInput
from analysis.sources import fold_merges
from analysis.sources.git_clone import GitClone
from analysis.triage.areas import general

_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Tier(IntEnum):
    """The tiers a reader can give a commit."""

    REST = 0
    WORTH = 1
    MUST = 2


@dataclass(frozen=True, slots=True)
class Label:
    """A reader's label for one commit.

    Attributes:
        rank: its place among the musts, from 1; 0 for others.
        story: the SHAs of commits that a reader takes for the same news.
    """

    sha: str
    tier: Tier
    rank: int
    type: str
    story: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelledDay:
    """A day's ranked entries, and its labels by SHA."""

    name: str
    repo: str
    entries: tuple[Entry, ...]
    labels: Mapping[str, Label]


def read_day(folder: Path) -> LabelledDay:
    """Read a labelled day and analyse it with the rules.

    Raises:
        BadInput: the folder is no labelled day.
    """
    try:
        labels = {label.sha: label for label in map(_label, _rows(folder / "readers.jsonl"))}
        repo = "/".join(json.loads((folder / "list_commits.json").read_text("utf-8"))[0]["html_url"].split("/")[3:5])
        names = {theirs: sha for theirs, sha in _names(folder / "sha_map.csv", labels).items() if sha in labels}
        commits = [_renamed(commit, repo, names) for commit in _commits(folder / "day.bundle", names)]
    except (OSError, KeyError, IndexError, ValueError, subprocess.CalledProcessError) as error:
        raise BadInput(
            f"{folder} is not a labelled day ({error}): see analysis/readers/days.py for what one holds."
        ) from error
    return LabelledDay(folder.name, repo, tuple(net(list(judge(commits, general())))), labels)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def _label(row: Mapping[str, Any]) -> Label:
    tier = Tier[str(row["tier"]).upper()]
    return Label(row["sha"], tier, row.get("must_rank") or 0, row.get("type") or "", tuple(row.get("with") or ()))


def _names(path: Path, labels: Collection[str]) -> dict[str, str]:
    """Return the labels' SHA for each SHA of the bundle."""
    if not path.exists():
        return {sha: sha for sha in labels}
    with path.open(encoding="utf-8") as file:
        return {row["bundle_sha"]: row["sha"] for row in csv.DictReader(file)}


def _commits(bundle: Path, wanted: Collection[str]) -> list[Commit]:
    """Return the wanted commits of a bundle with their files; what a merge brought is folded into it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "--quiet", "--bare", str(bundle), folder], check=True, capture_output=True)  # noqa: S603, S607 - git as everywhere here
        source = GitClone(Path(folder), environ={})
        heads = [head for head in fold_merges(source.landed(*_ALWAYS).heads) if head.sha in wanted]
        with ThreadPoolExecutor(1) as executor:
            whole = {commit.sha: commit for commit in source.fetch(heads, executor)}
        return [replace(whole[head.sha], brought=head.brought) for head in heads]


def _renamed(commit: Commit, repo: str, names: Mapping[str, str]) -> Commit:
    brought = tuple(replace(one, sha=names[one.sha]) for one in commit.brought if one.sha in names)
    return replace(commit, sha=names[commit.sha], repo=repo, brought=brought)
