"""Real processes, really killed: every day is told exactly once. `tests/kill_drill.py` does it as often as wanted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.end_to_end


def test_whatever_is_killed_whenever_every_digest_stands_once(tmp_path: Path) -> None:
    """The parent and its thread, in the channel and in the store."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "kill_drill.py"), str(tmp_path), "--kills", "15"],
        capture_output=True, check=False, timeout=110, encoding="utf-8",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["killed"] >= 15
    assert told["told_once"] == told["posts"] == told["deliveries"] == told["days"]
    assert told["messages"] == 4 * told["days"]
    assert (told["told_twice"], told["doubled_messages"]) == (0, 0)
