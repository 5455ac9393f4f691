"""What all tests share: a clock, an environment of its own, the sample repository, and golden files."""

import contextlib
import gc
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
import tzlocal
from hypothesis import settings
from typer.testing import CliRunner

from bot.cli.main import app
from storage.store import PRIVATE, Store

if TYPE_CHECKING:
    from servers.github import GitHubServer

# As the command line sets it: see `main`. NumPy, which reads it, is imported later.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# How long an example takes depends on the machine; a test that hangs is ended by the timeout of its own.
settings.register_profile("daybrief", deadline=None)
settings.load_profile("daybrief")

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
Cli = Callable[..., "subprocess.CompletedProcess[str]"]
RULE_CACHE = {"KF_RULE_CACHE_DIR": str(ROOT / ".pytest_cache" / "secret-rules")}
"""Where the scanner of secrets keeps its compiled rules: a program with a home of its own would compile them for three seconds."""
SAMPLE_NOW = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)
"""A moment after the sample's day, 2026-03-12 in Asia/Shanghai, is over."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files anew; read the change before you commit it"
    )
    parser.addoption("--inputs", type=int, default=100, help="how many inputs of each kind tests/test_fuzz.py tries")


_STARTING = {"bots", "first_day", "repositories", "servers", "slack_made", "subprocess"}
"""Modules for tests that need more than a function to call: repositories, servers, stores with a bot on them, programs."""
_STARTED = {"cli", "github", "quill"}
"""Fixtures of the same kind."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    modules = dict[str, bool]()
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "program" in fixtures:
            item.add_marker(pytest.mark.end_to_end)
        module = item.getparent(pytest.Module)
        assert module
        if module.nodeid not in modules:
            modules[module.nodeid] = any(_origin(value) in _STARTING for value in vars(module.obj).values())
        if modules[module.nodeid] or fixtures & _STARTED:
            item.add_marker(pytest.mark.integration)


def _origin(value: object) -> str:
    """Return the top-level module that something is, or was defined in."""
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return str(name or "").partition(".")[0]


def pytest_collection_finish() -> None:
    """Keep what is loaded and collected from being walked through by the garbage collector again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new store, as the migrations make it; not to be changed."""
    path = tmp_path_factory.mktemp("store") / "new.db"
    Store(path).close()
    return path


@pytest.fixture(scope="module", autouse=True)
def _new_stores_are_copied(migrated: Path) -> Iterator[None]:
    """Begin each new store as a copy of one: to run all migrations takes longer than most tests.

    tests/test_store.py, which is about that, has a fixture of this name that does nothing.
    """
    prepare = Store._prepare  # noqa: SLF001 - what opens the file

    def copy_first(store: Store) -> None:
        if not store.path.exists():
            with contextlib.suppress(OSError), tempfile.TemporaryDirectory(dir=store.path.parent) as folder:
                copy = Path(shutil.copy(migrated, folder))
                copy.chmod(PRIVATE)
                os.link(copy, store.path)  # whole at once, and only where there is none by now
        prepare(store)

    with patch.object(Store, "_prepare", copy_first):
        yield


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file in tests/golden, or write it there with --update-golden."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text

    return compare


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which neither the machine's configuration nor its keys reach a test."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "DAYBRIEF_STORE__PATH": str(tmp_path / "daybrief.db"),
        **RULE_CACHE,
    }


@pytest.fixture(scope="session")
def quill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample repository as a bare clone; not to be changed."""
    path = tmp_path_factory.mktemp("sample") / "quill.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)], check=True)
    stream = (ROOT / "sample" / "quill.fast-export").read_bytes()
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input=stream, check=True)
    return path


@pytest.fixture
def github(quill: Path) -> "Iterator[GitHubServer]":
    """A GitHub that has the sample."""
    from servers.github import GitHubServer

    with GitHubServer({"example/quill": quill}) as server:
        yield server


@pytest.fixture
def cli(environ: dict[str, str], tmp_path: Path) -> Cli:
    """Run a command of daybrief in a folder of its own, inside this process."""

    def run(*arguments: str, stdin: str | bytes = "", **variables: str) -> "subprocess.CompletedProcess[str]":
        with patch.dict(os.environ, environ | variables, clear=True), contextlib.chdir(tmp_path):
            tzlocal.reload_localzone()  # it remembers the zone that it saw first
            done = CliRunner().invoke(app, arguments, stdin, prog_name="daybrief", catch_exceptions=False)
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
def program(environ: dict[str, str], tmp_path: Path) -> Cli:
    """Run daybrief as a program, where its start, its streams or its end are the point."""

    def run(*arguments: str, stdin: str | bytes = "", **variables: str) -> "subprocess.CompletedProcess[str]":
        given = stdin if isinstance(stdin, bytes) else stdin.encode()
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            input=given, capture_output=True, check=False, env=environ | variables, cwd=tmp_path, timeout=60,
        )  # fmt: skip
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def refused(done: "subprocess.CompletedProcess[str]", code: int) -> str:
    """The one sentence that a mistake or an outage is told in."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert re.fullmatch(r"daybrief: [^\n]+[.?]\n", done.stderr), done.stderr
    return done.stderr.removeprefix("daybrief: ").strip()
