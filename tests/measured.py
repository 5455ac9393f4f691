"""How much of the packages the tests run, in all of xdist's processes together: `python -m pytest -p tests.measured`.

Programs that tests start are not counted.
"""

import contextlib
import itertools
import json
import os
import sys
from typing import Any

import pytest
from slipcover import FileMatcher, ImportManager, Slipcover, merge_coverage, print_coverage

PACKAGES = ["analysis", "formatters", "storage", "bot"]
FLOOR = 95.0
"""Per cent of the lines and branches, together."""
_FOR_GOOD = 10**9
"""Runs after which SlipCover itself would stop watching a line: in the middle of a test, under other threads, that is not safe."""
_TESTS = 100
"""Between so many tests, what has been run is watched no longer: before Python 3.12 watching costs half as much again."""

_measured = Slipcover(branch=True, source=PACKAGES, d_miss_threshold=_FOR_GOOD)
_of_workers: list[dict[str, Any]] = []
_numbers = itertools.count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Watch what is imported from here on, where tests run: in workers, or in the one process."""
    if "PYTEST_XDIST_WORKER" in os.environ or not early_config.known_args_namespace.numprocesses:
        ImportManager(_measured, FileMatcher(PACKAGES)).__enter__()


if sys.version_info < (3, 12):

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish() -> None:
        """Stop watching what is known to run."""
        if next(_numbers) % _TESTS == 0:
            with contextlib.suppress(RuntimeError):  # a thread that a test left imports something; next time, then
                _measured.deinstrument_seen()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    if found := getattr(node, "workeroutput", {}).get("measured"):  # a worker that crashed has none
        _of_workers.append(json.loads(found))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        _measured.source = None  # the process that puts all together looks for files that nobody imported
        session.config.workeroutput["measured"] = json.dumps(_measured.get_coverage())
        return
    found = _measured.get_coverage()
    for other in _of_workers:
        merge_coverage(found, other)
    percent = found["summary"]["percent_covered"]
    print_coverage(found, skip_covered=True, missing_width=60)
    print(f"The tests run {percent:.1f} % of the lines and branches; it must be at least {FLOOR:.0f} %.")  # noqa: T201
    if percent < FLOOR and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
