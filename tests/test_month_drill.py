"""Days of a bot with everything that goes wrong in them: every commit is told once. `tests/month_drill.py` does it for a month."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.end_to_end


@pytest.mark.timeout(240)
def test_whatever_goes_wrong_each_commit_is_told_once_and_trouble_is_named(tmp_path: Path) -> None:
    """On both platforms, over an expired token, a renamed repository, restarts, lost answers and a broken GitHub."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "month_drill.py"), str(tmp_path), "--days", "4", "--feeds", "4"],
        capture_output=True, check=False, timeout=230, encoding="utf-8",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["commits"] > 10
    assert {"token", "rename", "github", "platform"} <= set(told["faults"])
    assert (told["lost"], told["told_twice"], told["doubled_messages"]) == (0, 0, 0)
    assert told["told_of_trouble"] == told["told_of_its_end"] > 0
