"""Commits read on a Dask cluster: by real workers, which see no store, and of which some die."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import RULE_CACHE, SAMPLE_NOW
from servers.answers import reader
from servers.model import ModelServer

from analysis.commits.window import Window
from analysis.errors import BadInput, Outage
from bot.config import load
from bot.digests import backfill as filling
from bot.digests import cluster as joining
from bot.digests.backfill import Span
from bot.digests.cluster import cluster
from bot.digests.core import Core, open_core
from bot.digests.repositories import Place
from bot.web.export import export

pytestmark = pytest.mark.end_to_end

DAYS = Window(date(2026, 3, 3), date(2026, 3, 12), "Asia/Shanghai")


class Machines:
    """A scheduler and workers, each a process in a folder of its own."""

    def __init__(self, folder: Path, path: str) -> None:
        self.folder, self._path = folder, path
        self.workers: list[subprocess.Popen[bytes]] = []
        told = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--no-show", "--scheduler-file", str(told))
        while not told.is_file() or not told.read_text():
            time.sleep(0.02)
        self.address = str(json.loads(told.read_text())["address"])

    def _start(self, kind: str, *options: str) -> "subprocess.Popen[bytes]":
        folder = self.folder / f"{kind}-{len(self.workers)}"
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *options]
        environ = {"PATH": self._path, "HOME": str(folder), **RULE_CACHE}
        return subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.DEVNULL)

    def add(self, threads: int = 4) -> "subprocess.Popen[bytes]":
        """Start a worker; it is there when it is."""
        options = ["--no-nanny", "--nthreads", str(threads), "--local-directory", str(self.folder)]
        self.workers.append(self._start("worker", self.address, *options))
        return self.workers[-1]

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def machines(tmp_path: Path, environ: dict[str, str]) -> Iterator[Machines]:
    made = Machines(tmp_path / "machines", environ["PATH"])
    yield made
    made.stop()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler with one worker, for tests that leave both as they are."""
    made = Machines(tmp_path_factory.mktemp("standing"), os.environ["PATH"])
    made.add()
    joined(made, 1)
    yield made
    made.stop()


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(reader, latency=0.1) as server:
        yield server


def a_core(environ: dict[str, str], model: ModelServer, store: Path) -> Core:
    settings = {"MODEL__BASE_URL": model.base_url, "MODEL__NAME": "test-model", "STORE__PATH": str(store)}
    return open_core(
        load(environ | {f"DAYBRIEF_{name}": value for name, value in settings.items()}), lambda: SAMPLE_NOW
    )


def fill(core: Core, quill: Path) -> int:
    span = Span(Place("example/quill", str(quill)), None, DAYS.first, DAYS.last, DAYS.zone, "en")
    analyser = core.analyser("model")
    return filling.backfill(core, span, filling.plan(core, span, analyser, _silent), analyser, _silent)


def told(core: Core) -> list[Any]:
    """All entries of all days, as they are exported."""
    (_, text) = next(iter(export(core, "example/quill", DAYS, "en", "jsonl")))
    return [json.loads(line)["entries"] for line in text.splitlines()]


def joined(machines: Machines, workers: int) -> None:
    """Wait until so many workers are there."""
    from distributed import Client

    with Client(machines.address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(workers, timeout=60)


def test_a_cluster_gives_the_same_digests_without_a_store(
    standing: Machines, model: ModelServer, environ: dict[str, str], quill: Path, tmp_path: Path
) -> None:
    """Everything is read there, and nothing of it stays there."""
    there, here = (a_core(environ, model, tmp_path / f"{name}.db") for name in ("there", "here"))
    with cluster(standing.address) as readers:
        assert readers.width == 4
        there.readers = readers
        assert fill(there, quill) == 26
    assert fill(here, quill) == 26
    assert told(there) == told(here)
    assert {entry["analysis"]["analyser"] for day in told(there) for entry in day} == {"test-model"}
    assert not [path for path in standing.folder.rglob("*") if path.suffix in {".db", ".toml"}]


def test_a_worker_that_dies_loses_nothing(
    machines: Machines,
    model: ModelServer,
    environ: dict[str, str],
    quill: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it had in hand is read by another; what came back from it is not read again."""
    doomed = machines.add()
    machines.add()
    joined(machines, 2)
    core = a_core(environ, model, tmp_path / "there.db")
    received, put = Counter[str](), core.stores.analyses.put

    def counted(repo: str, analyses: Any, now: int) -> None:
        put(repo, analyses, now)
        received.update(sha for sha, one in analyses.items() if not one.is_checked)
        doomed.kill()

    monkeypatch.setattr(core.stores.analyses, "put", counted)
    with cluster(machines.address) as readers:
        core.readers = readers
        assert fill(core, quill) == 26
    assert doomed.wait() < 0
    assert (len(received), set(received.values())) == (26, {1})


def test_a_scheduler_that_is_lost_is_an_outage_and_the_next_run_goes_on(
    machines: Machines,
    model: ModelServer,
    environ: dict[str, str],
    quill: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also without it."""
    machines.add()
    joined(machines, 1)
    core = a_core(environ, model, tmp_path / "there.db")
    put = core.stores.analyses.put

    def broken(repo: str, analyses: Any, now: int) -> None:
        put(repo, analyses, now)
        machines.stop()

    monkeypatch.setattr(core.stores.analyses, "put", broken)
    with cluster(machines.address) as readers:
        core.readers = readers
        with pytest.raises(Outage, match=r"The model did not read .*the cluster that should have read it is gone"):
            fill(core, quill)
    again = a_core(environ, model, tmp_path / "there.db")
    calls = len(model.requests)
    assert fill(again, quill) > 0
    assert len(model.requests) > calls


@pytest.mark.parametrize("address", ["", "10.0.0.5", "10.0.0.5:8786", "http://10.0.0.5:8786", "tcp://10.0.0.5:http"])
def test_what_is_no_address_is_told(address: str) -> None:
    """With one that is."""
    with (
        pytest.raises(BadInput, match=r"is not the address of a Dask scheduler: give one like tcp://"),
        cluster(address),
    ):
        pass


def test_nobody_there_is_told(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a scheduler nor a worker."""
    with pytest.raises(Outage, match="has no workers: start some with `dask worker tcp://"), cluster(machines.address):
        pass
    monkeypatch.setattr(joining, "_PATIENCE", 0.3)
    with (
        pytest.raises(Outage, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        cluster("tcp://127.0.0.1:9"),
    ):
        pass


def test_a_worker_without_daybrief_is_told(machines: Machines) -> None:
    """With what to do."""
    (machines.folder / "worker-0").mkdir()
    (machines.folder / "worker-0" / "bot.py").write_text("")  # hides ours
    machines.add()
    joined(machines, 1)
    with (
        pytest.raises(BadInput, match=r"has no usable Daybrief: install Daybrief"),
        cluster(machines.address),
    ):
        pass


def test_another_version_is_told(standing: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "version", lambda _name: "9.9")
    with pytest.raises(BadInput, match=r"has Daybrief \d.*: install Daybrief 9.9 there"), cluster(standing.address):
        pass


def test_without_the_extra_it_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(BadInput, match="install Daybrief's wheel with the extra `cluster`"),
        cluster("tcp://10.0.0.5:8786"),
    ):
        pass


def _silent(_name: str, _done: int, _total: int) -> None:
    """No bars in tests."""
