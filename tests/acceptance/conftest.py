"""Fixtures of the recorded material beside the project: one real day, labels, history."""

import csv
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from acceptance.recorded import DAY


@pytest.fixture(scope="session")
def recorded() -> dict[str, dict[str, Any]]:
    """GitHub's JSON of the day's commits, by SHA."""
    return {path.stem: json.loads(path.read_text()) for path in (DAY / "commits").glob("*.json")}


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the day's bundle; its SHAs are its own."""
    path = tmp_path_factory.mktemp("day") / "sglang"
    subprocess.run(["git", "clone", "--quiet", str(DAY / "day.bundle"), str(path)], check=True)
    return path


@pytest.fixture(scope="session")
def sha_of() -> dict[str, str]:
    """The original SHA of each of the bundle's."""
    with (DAY / "sha_map.csv").open() as rows:
        return {row["bundle_sha"]: row["sha"] for row in csv.DictReader(rows)}
