"""Who may know whom, and that nothing happens before somebody asks for it."""

import ast
import io
import json
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("analysis", "formatters", "storage", "bot")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
NAMES = [path.relative_to(ROOT).as_posix() for path in FILES]
MODULES = [re.sub(r"(/__init__)?\.py$", "", name).replace("/", ".") for name in NAMES]

MAY_IMPORT = {
    "analysis": {"analysis"},
    "formatters": {"formatters", "analysis"},
    "storage": {"storage", "analysis"},
    "bot": set(PACKAGES),
}
SDKS = {
    "github": "analysis/sources/github_requests.py",
    "openai": "analysis/completions.py",
    "slack_bolt": ("bot/platforms/slack.py", "bot/platforms/slack_workspaces.py"),  # the second: only what OAuth takes
    "slack_sdk": ("bot/platforms/slack.py", "bot/platforms/slack_workspaces.py"),
    "discord": "bot/platforms/discord.py",
    "apscheduler": "bot/schedule.py",
    "distributed": "bot/cluster.py",
    "sqlite_utils": "storage/",
}
HEAVY = {
    *SDKS,
    "aiohttp",
    "jinja2",
    "resvg_py",
    "requests",
    "httpx2",
    "httpx",
    "rich",
    "stamina",
    "structlog",
    "tzlocal",
    "yaml",
}
READS_THE_ENVIRONMENT = {"bot/config.py", "bot/cli.py", "bot/cli_options.py"}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""


def each_file(*, but: set[str] = frozenset()) -> pytest.MarkDecorator:
    chosen = [(name, path) for name, path in zip(NAMES, FILES, strict=True) if name not in but]
    return pytest.mark.parametrize(("name", "path"), chosen, ids=[name for name, _ in chosen])


@each_file()
def test_a_package_imports_only_what_it_may(name: str, path: Path) -> None:
    """analysis itself alone; formatters and storage analysis, but not each other; nobody the bot."""
    own = name.partition("/")[0]
    used = {module.partition(".")[0] for module in imported(path)} & {*PACKAGES, "tests", "benchmarks"}
    assert used <= MAY_IMPORT[own]


@each_file()
def test_an_sdk_is_known_in_one_file(name: str, path: Path) -> None:
    """Whoever changes it changes one place."""
    used = {module.partition(".")[0] for module in imported(path)} & set(SDKS)
    assert all(name.startswith(SDKS[sdk]) for sdk in used), used


@each_file(but=READS_THE_ENVIRONMENT)
def test_the_environment_is_read_in_one_place(name: str, path: Path) -> None:
    """The rest is handed what it needs, so a test can hand it something else."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"environ", "environb", "getenv", "putenv"} or not _is_os(node.value), name
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            assert not {alias.name for alias in node.names} & {"environ", "environb", "getenv", "putenv"}, name


def _is_os(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "os"


@each_file()
def test_nothing_is_left_to_do_or_switched_off(name: str, path: Path) -> None:
    """No leftovers in comments, no blanket permission."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT:
            assert not re.search(r"\b(?:TODO|FIXME|XXX|HACK)\b", token.string), f"{name}:{token.start[0]}"
            assert not re.search(r"#\s*(?:type: ignore|noqa|pragma: no cover)\s*$", token.string), (
                f"{name}:{token.start[0]}"
            )


@each_file()
def test_a_module_is_named_for_what_it_owns(name: str, path: Path) -> None:
    """A module that could hold anything will."""
    words = set(re.split(r"[/_.]", name.lower()))
    assert not words & {"util", "utils", "helper", "helpers", "manager", "managers", "base", "common", "misc"}
    assert ast.get_docstring(tree_of(path)), "a module says what it owns"


def ran(code: str) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made: dict[str, list[str]] = json.loads(done.stdout)
    return made


def test_importing_everything_does_nothing() -> None:
    """No file of ours is opened, no thread started, no program run, no connection made, nothing said."""
    heard = ran(f"""
import importlib, json, threading
events = []
def hear(event, arguments):
    if event == "open" and str(arguments[0]).startswith({str(ROOT)!r}) and "/.venv/" not in str(arguments[0]):
        if not str(arguments[0]).endswith((".py", ".pyc")) and ".pyc." not in str(arguments[0]):
            events.append(f"opened {{arguments[0]}}")
    elif event in {{"subprocess.Popen", "os.system", "socket.connect", "sqlite3.connect"}}:
        events.append(f"{{event}} {{arguments}}")
sys.addaudithook(hear)
for module in {[module for module in MODULES if module != "bot.__main__"]!r}:
    importlib.import_module(module)
events += [f"thread {{thread.name}}" for thread in threading.enumerate() if thread is not threading.main_thread()]
print(json.dumps({{"events": events}}))
""")
    assert heard["events"] == []


@pytest.mark.parametrize(
    "command", [[], ["digest"], ["show"], ["triage"]], ids=lambda command: " ".join(command) or "daybrief"
)
def test_help_imports_no_sdk(command: list[str]) -> None:
    """It is asked for often, and is there at once."""
    heard = ran(f"""
import contextlib, io, json
from bot import cli
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    cli.app({[*command, "--help"]!r})
print(json.dumps({{"modules": sorted({{name.partition(".")[0] for name in sys.modules}})}}))
""")
    assert set(heard["modules"]) & HEAVY == set()
    assert {"bot", "typer"} <= set(heard["modules"])


def test_a_command_needs_no_numbers_of_numpys() -> None:
    """It is there for `learn` alone, and then it can be had."""
    heard = ran("""
import json
import bot.commands
before = "numpy" in sys.modules
import numpy
print(json.dumps({"found": [str(before), numpy.__name__]}))
""")
    assert heard["found"] == ["False", "numpy"]
