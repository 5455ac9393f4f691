"""Whatever is typed, configured or answered: a result, or one sentence that names it. No traceback, and an end.

`--inputs 10000` tries as many of each kind.
"""

import contextlib
import json
import random
import string
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.github import GitHubServer
from servers.loopback import Reply, Request
from servers.scratch import NOON, Scratch
from servers.waiting import hurry
from typer.testing import CliRunner

from analysis.commits.window import Window, check_zone, parse_day
from analysis.errors import Problem
from analysis.sources.github_pulls import GitHubPulls
from analysis.sources.github_requests import GitHub, Requests
from analysis.sources.github_rest import GitHubRepository
from analysis.sources.github_revisions import GitHubRevisions
from bot.cli.main import app
from bot.commands.grammar import read_as
from bot.config import load
from bot.digests.repositories import parse_place
from bot.settings import Settings

REPO = "ann/scratch"
PIECES = (
    "", "a", "a/b", "0", "-1", "1e999", "nan", "inf", "99999999999999999999", "2026-01-08", "yesterday", "0001-01-01", "9999-12-31",
    "UTC", "Asia/Shanghai", "../..", "~nosuch/x", "/dev/null", "http://[", "https://x:y@z:99999", "[", "]", "{", "}", "\\", '"', "'",
    "\x00", "\x1b[31m", "\u202e", "\ud800", "🐟", "量化", "C++", "--", "--json", "-", "=", ":", "#", "#12", "a" * 40, "a" * 64, "x" * 300,
    "*", "**/*", "min:", "since:2026", "type:bugfix", "area:amd", 'author:"', "\n", "\t", "%s", "{x}", "true", "null", "high",
)  # fmt: skip


def dice_of(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - no secret, the same each time


def a_text(dice: random.Random) -> str:
    """Return pieces that programs stumble over, put together."""
    found = "".join(dice.choice(PIECES) for _ in range(dice.randrange(1, 4)))
    return found if dice.random() < 0.8 else found + "".join(dice.choices(string.printable, k=dice.randrange(9)))


def a_value(dice: random.Random, depth: int = 0) -> Any:
    kind = dice.randrange(9 if depth < 3 else 6)
    if kind < 2:
        return a_text(dice)
    if kind < 6:
        return dice.choice((None, True, 0, -1, 10**30, 0.5, float("inf"), float("nan")))
    if kind < 8:
        return [a_value(dice, depth + 1) for _ in range(dice.randrange(3))]
    return {a_text(dice): a_value(dice, depth + 1) for _ in range(dice.randrange(3))}


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--inputs"))


def a_toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {a_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(a_toml, value)) + "]"
    return json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf")


@pytest.mark.slow
@pytest.mark.timeout(3_000)
def test_any_configuration_is_settings_or_a_sentence(tmp_path: Path, count: int) -> None:
    """Also where the environment has part of it; and what can be loaded can be asked for all that it holds."""
    dice, file = dice_of(1), tmp_path / "daybrief.toml"
    tables = [(name, list(_fields(name)) or ["x"]) for name in Settings.model_fields]
    for _ in range(count):
        lines = []
        for name, keys in dice.sample(tables, dice.randrange(1, 3)):
            lines.append(dice.choice((f"[{name}]", f"[[{name}]]", f"[{name}.amd]")))
            lines += [f"{dice.choice(keys)} = {a_toml(a_value(dice))}" for _ in range(dice.randrange(4))]
        file.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
        name, keys = dice.choice(tables)
        environ = {f"DAYBRIEF_{name}__{dice.choice(keys)}".upper(): a_text(dice)}
        with contextlib.suppress(Problem):
            found = load(environ, file)
            assert found.store_path
            assert found.settings.archive is not None


def _fields(table: str) -> Iterator[str]:
    default = getattr(Settings(), table)
    yield from (
        type(default).model_fields if hasattr(type(default), "model_fields") else ("repository", "words", "at", "zone")
    )


@pytest.mark.slow
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize(
    "read",
    [
        parse_place, check_zone, lambda text: read_as("search", text), lambda text: parse_day(text, NOON.date()),
        lambda text: Window.of(parse_day(text, NOON.date()), "Asia/Shanghai").check(),
    ],
    ids=["place", "zone", "filters", "day", "window"],
)  # fmt: skip
def test_any_text_is_read_or_refused(read: Callable[[str], object], count: int) -> None:
    dice = dice_of(2)
    for _ in range(count):
        with contextlib.suppress(Problem):
            read(a_text(dice))


COMMANDS = (
    ("digest", "--repo", "--date", "--tz", "--branch", "--area", "--min", "--type", "--author", "--format", "--out"),
    ("show", "", "--repo", "--tz"), ("area", "", "--repo", "--since"), ("search", "", "--repo", "--tz"), ("areas", "", "--repo"),
    ("week", "--repo", "--until", "--tz"), ("export", "--repo", "--out", "--since", "--until", "--tz"),
    ("backfill", "--repo", "--since", "--until", "--tz"), ("learn", "--repo", "--days"), ("triage", ""),
    ("feed", "add", "--repo", "--at", "--tz", "--channel"), ("feed", "remove"), ("feed", "pause"), ("store", "backup"),
    ("doctor", "--config"), ("eval", "--labels", "--limit"),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(6_000)
def test_any_options_end_with_a_sentence(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Each command, with options and arguments of any kind, ends as the exit codes say."""
    monkeypatch.chdir(tmp_path)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DAYBRIEF_GITHUB__BASE_URL", "http://127.0.0.1:9/")
    hurry(monkeypatch)
    dice, runner = dice_of(3), CliRunner()
    for _ in range(count):
        name, *options = dice.choice(COMMANDS)
        typed = [name]
        for option in options:
            if not option.startswith("--") or dice.random() < 0.6:
                typed += [option] if option else []
                typed += [a_text(dice).replace("\x00", "")]
        done = runner.invoke(app, typed, input="{}")
        assert done.exception is None or isinstance(done.exception, SystemExit), (typed, done.exception)
        assert done.exit_code in {0, 1, 2}, typed


class _Changing(GitHubServer):
    """GitHub, some of whose answers are changed somewhere."""

    dice = dice_of(4)

    def reply(self, request: Request) -> Reply:
        reply = super().reply(request)
        with contextlib.suppress(ValueError):
            data = json.loads(reply.body)
            for _ in range(self.dice.randrange(1, 3)):
                data = self._changed(data)
            reply = replace(reply, body=json.dumps(data).encode())
        if self.dice.random() < 0.05:
            reply = replace(reply, status=self.dice.choice((200, 304, 404, 409, 299)))
        return reply

    def _changed(self, data: Any) -> Any:
        if self.dice.random() < 0.15:
            return a_value(self.dice)
        if isinstance(data, dict) and data:
            key = self.dice.choice(list(data))
            if self.dice.random() < 0.2:
                return {name: value for name, value in data.items() if name != key}
            return data | {key: self._changed(data[key])}
        if isinstance(data, list) and data:
            at = self.dice.randrange(len(data))
            return [*data[:at], self._changed(data[at]), *data[at + 1 :]]
        return a_value(self.dice)


@pytest.mark.slow
@pytest.mark.timeout(6_000)
def test_any_answer_of_github_is_read_or_an_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Something else in the place of anything: what comes of it is a list, a commit, or a sentence."""
    hurry(monkeypatch)
    scratch = Scratch(tmp_path / "r")
    for number in range(4):
        scratch.commit(f"Change {number} (#{number + 1})", {"a.py": f"{number}\n", "b.bin": b"\0"}, at=NOON)
    base = scratch.tip()
    scratch.commit("Aside", {"c.py": "1\n"}, at=NOON, branch="aside", parents=[base])
    scratch.commit("Merge", parents=[base, scratch.tip("aside")], at=NOON)
    with _Changing({REPO: scratch.path}) as server, ThreadPoolExecutor(1) as executor:
        for _ in range(count):
            asked = Requests(GitHub(server.url, "test-token"))
            source = GitHubRepository(asked, REPO)
            pulls = GitHubPulls(asked, REPO, now=lambda: NOON)
            revisions = GitHubRevisions(asked, REPO)
            for ask in (
                lambda source=source: list(source.fetch(source.landed(NOON - timedelta(days=1), NOON + timedelta(days=1)).heads, executor)),
                lambda source=source: source.brought(source.resolve(scratch.tip())),
                lambda source=source: source.newest(),
                lambda asked=asked: asked.rate_limit(),
                lambda source=source, pulls=pulls: pulls.find(source.newest()),
                lambda revisions=revisions: revisions.tags(),
                lambda revisions=revisions: revisions.between("aside", "main"),
                lambda revisions=revisions: revisions.files(scratch.tip(), ["a.py", "b.bin"]),
            ):  # fmt: skip
                with contextlib.suppress(Problem):
                    ask()
