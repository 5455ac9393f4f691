"""Where the environment is read, and that nothing happens before somebody asks for it.

Who may import whom is said by the contracts in pyproject.toml; the rest of what can be read off the source, by ruff.
"""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("analysis", "formatters", "storage", "bot")
FILES = {
    path.relative_to(ROOT).as_posix(): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))
}
MODULES = [re.sub(r"(/__init__)?\.py$", "", name).replace("/", ".") for name in FILES]

HEAVY = {
    "mcp",
    "aiohttp",
    "apprise",
    "apscheduler",
    "discord",
    "distributed",
    "github",
    "jinja2",
    "resvg_py",
    "requests",
    "httpx2",
    "httpx",
    "openai",
    "rich",
    "slack_bolt",
    "slack_sdk",
    "sqlite_utils",
    "stamina",
    "structlog",
    "tzlocal",
    "yaml",
}
READ_THE_ENVIRONMENT = {"bot/cli/main.py", "bot/cli/options.py"}


def test_the_environment_is_read_in_one_place() -> None:
    """The rest is handed what it needs, so a test can hand it something else."""
    readers = {
        name for name, path in FILES.items() if any(map(_reads_the_environment, ast.walk(ast.parse(path.read_text()))))
    }
    assert readers == READ_THE_ENVIRONMENT


def _reads_the_environment(node: ast.AST) -> bool:
    names = {"environ", "environb", "getenv", "putenv"}
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and not names.isdisjoint(alias.name for alias in node.names)
    return (
        isinstance(node, ast.Attribute)
        and node.attr in names
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    )


def test_a_module_is_named_for_what_it_owns() -> None:
    """A module that could hold anything will."""
    vague = {"util", "utils", "helper", "helpers", "manager", "managers", "base", "common", "misc"}
    assert [name for name in FILES if not vague.isdisjoint(re.split(r"[/_.]", name.lower()))] == []


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
from bot.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main.app({[*command, "--help"]!r})
print(json.dumps({{"modules": sorted({{name.partition(".")[0] for name in sys.modules}})}}))
""")
    assert set(heard["modules"]) & HEAVY == set()
    assert {"bot", "typer"} <= set(heard["modules"])


def test_a_command_needs_no_numbers_of_numpys() -> None:
    """It is there for `learn` alone, and then it can be had."""
    heard = ran("""
import json
import bot.commands.queries
before = "numpy" in sys.modules
import numpy
print(json.dumps({"found": [str(before), numpy.__name__]}))
""")
    assert heard["found"] == ["False", "numpy"]
