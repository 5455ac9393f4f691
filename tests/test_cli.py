"""The command line as people and scripts use it: what it says and how it ends."""

import contextlib
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SAMPLE_NOW, Cli, refused
from made import the_sample
from servers.answers import reader
from servers.github import GitHubServer
from servers.model import UNAUTHORIZED, ModelServer, hang

DAY = ("--date", "2026-03-12", "--tz", "Asia/Shanghai")


@pytest.fixture(scope="module")
def sample_store(quill: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that knows the sample day."""
    path = tmp_path_factory.mktemp("known") / "daybrief.db"
    the_sample(quill, {"DAYBRIEF_STORE__PATH": str(path), "PATH": os.environ["PATH"]}, SAMPLE_NOW)
    return path


@pytest.fixture
def known(sample_store: Path, environ: dict[str, str]) -> None:
    """The store knows the sample day."""
    shutil.copy(sample_store, environ["DAYBRIEF_STORE__PATH"])


@pytest.fixture
def sample(quill: Path) -> tuple[str, ...]:
    """The arguments for the sample repository, under its own name."""
    return ("digest", "--repo", f"example/quill={quill}")


# -- digest: how it looks


def test_a_digest_is_shown(program: Cli, sample: tuple[str, ...]) -> None:
    """In words, without colour where nobody sees it; nothing is said beside it."""
    done = program(*sample, *DAY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("example/quill: Thursday, 2026-03-12\n")
    assert "18 commits by 9 authors" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_digest_in_each_format(cli: Cli, sample: tuple[str, ...], known: None) -> None:
    """Markdown for people, JSON for programs; --json says the same."""
    assert cli(*sample, *DAY, "--format", "markdown").stdout.startswith("# example/quill: Thursday, 2026-03-12\n")
    made = json.loads(cli(*sample, *DAY, "--format", "json").stdout)
    assert (made["repo"], len(made["entries"]), made["run"]["cached"]) == ("example/quill", 18, 18)
    assert json.loads(cli(*sample, *DAY, "--json").stdout)["repo"] == "example/quill"


def test_a_digest_in_chinese(program: Cli, sample: tuple[str, ...], known: None) -> None:
    """Whatever the machine's locale is."""
    done = program(*sample, *DAY, "--lang", "zh", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.startswith("example/quill：2026-03-12（周四）")


def test_a_digest_goes_into_a_file(cli: Cli, sample: tuple[str, ...], known: None, tmp_path: Path) -> None:
    """Its folder is made; where it went is said, unless nobody wants to know."""
    done = cli(*sample, *DAY, "--format", "markdown", "--out", "new/folder/report.md")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "daybrief: written to new/folder/report.md\n")
    assert (tmp_path / "new/folder/report.md").read_text("utf-8").startswith("# example/quill")
    assert cli(*sample, *DAY, "--quiet", "--out", "report.txt").stderr == ""


def test_the_same_day_again_needs_nothing_from_the_source(cli: Cli, sample: tuple[str, ...]) -> None:
    """It is remembered, and reads the same."""
    first, second = (json.loads(cli(*sample, *DAY, "--json").stdout) for _ in range(2))
    assert (first["run"]["fetched"], second["run"]["fetched"]) == (18, 0)
    assert [entry["commit"]["sha"] for entry in first["entries"]] == [
        entry["commit"]["sha"] for entry in second["entries"]
    ]


@pytest.mark.end_to_end
def test_two_digests_at_once_share_a_new_store(
    sample: tuple[str, ...], environ: dict[str, str], tmp_path: Path, cli: Cli
) -> None:
    """A timer and a person may ask in the same moment."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bot", *sample, *DAY, "--lang", language, "--json"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ, cwd=tmp_path,
        )
        for language in ("en", "zh")
    ]  # fmt: skip
    for process in running:
        told, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, b"")
        assert len(json.loads(told)["entries"]) == 18
    assert len(json.loads(cli("search", "repo:example/quill", "--limit", "200", "--json").stdout)["entries"]) == 18


# -- digest: what is in it


@pytest.mark.parametrize(
    ("arguments", "check"),
    [
        (("--min", "high"), lambda entry: entry["triage"]["importance"] == "high"),
        (("--type", "perf"), lambda entry: "performance" in entry["triage"]["types"]),
        (("--area", "KV cache"), lambda entry: "kv_cache" in entry["triage"]["areas"]),
        (("--author", "@tobias"), lambda entry: entry["commit"]["author"] == "Tobias Renk"),
    ],
    ids=["min", "type", "area", "author"],
)
def test_a_digest_can_be_narrowed(
    cli: Cli, sample: tuple[str, ...], known: None, arguments: tuple[str, ...], check: Callable[[object], bool]
) -> None:
    """To what somebody cares for."""
    entries = json.loads(cli(*sample, *DAY, *arguments, "--json").stdout)["entries"]
    assert 0 < len(entries) < 18
    assert all(map(check, entries))


def test_a_narrowed_digest_says_that_it_is_one(cli: Cli, sample: tuple[str, ...], known: None) -> None:
    """Also where nothing is left of it: that is no quiet day."""
    assert "of the 18 commits" in cli(*sample, *DAY, "--min", "high").stdout
    nothing = cli(*sample, *DAY, "--author", "nobody")
    assert (nothing.returncode, nothing.stderr) == (0, "")
    assert "None of the 18 commits matches what was asked for." in nothing.stdout


def test_a_day_without_commits_says_so(cli: Cli, sample: tuple[str, ...]) -> None:
    """That is no error."""
    done = cli(*sample, "--date", "2025-01-01")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing landed: the branch was read to the end of the window" in done.stdout


def test_a_repository_without_commits_says_so(cli: Cli, tmp_path: Path) -> None:
    """Which is something else than a quiet day."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "new")], check=True)
    done = cli("digest", "--repo", "./new", *DAY)
    assert done.returncode == 0
    assert "the repository has no commits yet" in done.stdout
    assert done.stderr == "daybrief: new: the repository has no commits yet.\n"


def test_today_is_not_over(cli: Cli, sample: tuple[str, ...]) -> None:
    """A digest of today says until when it was read."""
    assert "The day is not over yet: commits were read up to" in cli(*sample, "--date", "today").stdout


def test_the_machines_zone_decides_unless_told(cli: Cli, sample: tuple[str, ...], known: None) -> None:
    """And is shown."""
    assert "(America/New_York, 24 h)" in cli(*sample, "--date", "2026-03-12", TZ="America/New_York").stdout


def test_a_branch_can_be_named(cli: Cli, sample: tuple[str, ...], known: None) -> None:
    """One that is not there is told with where to look."""
    assert "branch main" in cli(*sample, *DAY, "--branch", "main").stdout
    assert "no branch 'moon'" in refused(cli(*sample, *DAY, "--branch", "moon"), 1)


def test_several_repositories_make_one_briefing(cli: Cli, sample: tuple[str, ...], quill: Path, known: None) -> None:
    """In each format; named twice, one is told once."""
    both = (*sample, "--repo", f"example/feather={quill}", *sample[1:], *DAY)
    told = cli(*both).stdout
    assert told.index("example/quill: Thursday") < told.index("example/feather: Thursday")
    assert told.count("Must know") == 2
    report = cli(*both, "--format", "markdown").stdout
    assert report.count("# example/") == 2
    assert len(re.findall(r'<a id="p1-', report)) == len(re.findall(r'<a id="p2-', report)) > 0
    assert [digest["repo"] for digest in json.loads(cli(*both, "--json").stdout)["digests"]] == [
        "example/quill",
        "example/feather",
    ]


def test_a_repository_that_cannot_be_read_does_not_cost_the_others(
    cli: Cli, sample: tuple[str, ...], known: None
) -> None:
    """What could be read is shown, the rest is told, and the exit code says that something is missing."""
    done = cli(*sample, "--repo", "./nowhere", *DAY)
    assert done.returncode == 2
    assert "example/quill: Thursday" in done.stdout
    assert re.fullmatch(r"daybrief: There is no folder [^\n]*nowhere[^\n]*\n", done.stderr)


# -- who analyses


def test_the_model_analyses_where_one_is_configured(cli: Cli, sample: tuple[str, ...]) -> None:
    """And what it cost is told; the rules can be asked for all the same."""
    with ModelServer(reader) as model:
        variables = {"DAYBRIEF_MODEL__BASE_URL": model.base_url, "DAYBRIEF_MODEL__NAME": "test-model"}
        done = cli(*sample, *DAY, **variables)
        assert done.returncode == 0
        assert "Model " in done.stdout
        assert "test-model (prompt" in done.stdout
        asked = len(model.requests)
        assert asked > 0
        assert "rules, without a model" in cli(*sample, *DAY, "--analyser", "rules", **variables).stdout
        assert len(model.requests) == asked


def test_a_model_that_refuses_is_told_and_the_rules_stand_in(cli: Cli, sample: tuple[str, ...]) -> None:
    """The digest is there; where the model was asked for by name, the exit code says that it did nothing."""
    with ModelServer() as model:
        model.always = UNAUTHORIZED
        variables = {"DAYBRIEF_MODEL__BASE_URL": model.base_url, "DAYBRIEF_MODEL__NAME": "test-model"}
        named = cli(*sample, *DAY, "--analyser", "model", DAYBRIEF_MODEL__API_KEY="sk-topsecret", **variables)
        auto = cli(*sample, *DAY, **variables)
    assert (named.returncode, auto.returncode) == (1, 0)
    for done in (named, auto):
        assert "18 commits by 9 authors" in done.stdout
        assert "were read by rules instead of the model" in done.stderr
        assert "topsecret" not in done.stdout + done.stderr


# -- mistakes and outages of a digest

BAD: dict[str, tuple[tuple[str, ...], int, str]] = {
    "no such folder": (("--repo", "./nowhere"), 2, "There is no folder"),
    "not a clone": (("--repo", "."), 2, "is not a git repository"),
    "no repository": (("--repo", "what is this"), 2, "write owner/name, a clone's folder"),
    "no such date": (("--date", "2026-02-30"), 2, "no 2026-02-30 in the calendar"),
    "no date": (("--date", "soonish"), 2, "write it as 2026-01-08"),
    "future date": (("--date", "2199-01-01"), 2, "is in the future"),
    "unknown zone": (("--tz", "Asia/Shanghia"), 2, "Asia/Shanghai"),
    "unknown zone without near names": (("--tz", "zzzz"), 2, "use a name such as"),
    "bad importance": (("--min", "urgent"), 2, "high, medium, low"),
    "empty importance": (("--min", ""), 2, "high, medium, low"),
    "bad type": (("--type", "magic"), 2, "choose from feature"),
    "bad area": (("--area", "schedulr"), 2, "did you mean"),
    "no model": (("--analyser", "model"), 2, "No model is configured"),
    "no such configuration": (("--config", "nowhere.toml"), 2, "nowhere.toml cannot be read"),
    "unwritable file": (("--out", "/dev/null/report.md"), 2, "name another file with --out"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_is_one_sentence_with_the_way_out(cli: Cli, quill: Path, known: None, case: str) -> None:
    """On standard error, without a traceback, with its exit code."""
    arguments, code, hint = BAD[case]
    repo = () if "--repo" in arguments else ("--repo", f"example/quill={quill}")
    day = () if "--date" in arguments else ("--date", "2026-03-12")
    assert hint in refused(cli("digest", *repo, *day, *arguments), code)


def test_a_shallow_clone_is_told_how_to_mend_it(cli: Cli, quill: Path, tmp_path: Path) -> None:
    """A cut history would look like a quiet day."""
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{quill}", str(tmp_path / "cut")], check=True)
    assert "fetch --unshallow" in refused(cli("digest", "--repo", "./cut", *DAY), 2)


def test_a_repository_that_github_does_not_have_is_told(cli: Cli) -> None:
    """That, or it may not be seen."""
    with GitHubServer({}) as github:
        variables = {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
        told = refused(cli("digest", "--repo", "no/such", *DAY, **variables), 1)
    assert "no/such" in told
    assert "test-token" not in told


def test_an_outage_is_no_quiet_day(cli: Cli, quill: Path) -> None:
    """A server that does not answer as it should gives no digest."""
    with GitHubServer({"example/quill": quill}) as github:
        github.fail(times=1_000, kinds=("html",))
        done = cli("digest", "--repo", "example/quill", *DAY, DAYBRIEF_GITHUB__BASE_URL=github.url)
    refused(done, 1)


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("[modle]\nname = 'x'", "did you mean model?"),
        ("[model", "not valid TOML"),
        ("[model]\nconcurrency = 0", "concurrency"),
    ],
)
def test_a_mistake_in_the_configuration_is_told(cli: Cli, tmp_path: Path, content: str, hint: str) -> None:
    """For every command, before anything is done."""
    (tmp_path / "daybrief.toml").write_text(content)
    for command in (("areas",), ("triage",), ("show", "x")):
        assert hint in refused(cli(*command), 2)


@pytest.mark.parametrize(
    ("place", "hint"), [(".", "is a folder"), ("notes.txt", "not an SQLite database"), ("/dev/null/x", "")]
)
def test_a_store_that_is_none_is_told(cli: Cli, tmp_path: Path, place: str, hint: str) -> None:
    """For every command that needs it."""
    (tmp_path / "notes.txt").write_text("Buy milk.\n" * 1000)
    assert hint in refused(cli("areas", DAYBRIEF_STORE__PATH=place), 2)


def test_what_is_no_command_line_is_told_as_command_lines_do(program: Cli) -> None:
    """Usage, and where to find help."""
    for arguments in (
        ("digest",),
        ("digest", "--repo", ".", "--lang", "fr"),
        ("moon",),
        ("search", "x", "--limit", "0"),
    ):
        done = program(*arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert "--help" in done.stderr


# -- what is known


def test_shows_one_commit(cli: Cli, known: None) -> None:
    """For people and for programs."""
    assert cli("show", "43d5c17").stdout.startswith("43d5c17 Prefix cache on disk: spill and restore (#406)\n")
    made = json.loads(cli("show", "#406", "--json").stdout)
    assert made["entry"]["commit"]["short"] == "43d5c17"
    assert "2026-03-12 11:18 (Asia/Shanghai)" in cli("show", "spill", "and", "restore", "--tz", "Asia/Shanghai").stdout


def test_an_unknown_sha_names_the_nearest(cli: Cli, known: None) -> None:
    """And ends with 1: there is no such thing here."""
    assert "the nearest are 43d5c17" in refused(cli("show", "43d5c99"), 1)


def test_a_prefix_that_is_not_enough_lets_one_choose(cli: Cli, known: None, environ: dict[str, str]) -> None:
    """All are shown, and a program is told that there is no one answer."""
    done = cli("show", "prefix cache on disk")
    assert done.returncode == 1
    assert done.stdout.startswith("More than one commit matches")
    assert len(json.loads(cli("show", "prefix cache on disk", "--json").stdout)["choices"]) == 3


def test_shows_an_area(cli: Cli, known: None) -> None:
    """By any of its names, in either language."""
    assert cli("area", "kv").stdout.startswith("KV cache: 3 commits\n")
    assert cli("area", "KV 缓存", "--lang", "zh").stdout.startswith("KV 缓存：3 个提交\n")
    assert len(json.loads(cli("area", "kv", "--json").stdout)["entries"]) == 3
    assert "did you mean" in refused(cli("area", "schedulr"), 2)
    assert "7d" in refused(cli("area", "kv", "--since", "soon"), 2)


def test_searches(cli: Cli, known: None) -> None:
    """Words and filters, with a limit."""
    assert cli("search", "legacy", "scheduler").stdout.startswith("legacy scheduler: 1 commit\n")
    made = json.loads(cli("search", "min:low", "--limit", "3", "--json").stdout)
    assert (len(made["entries"]), made["more"]) == (3, True)
    nothing = cli("search", "moonlanding")
    assert (nothing.returncode, nothing.stdout) == (0, "moonlanding: nothing found\n")
    assert "nothing to search for" in refused(cli("search", "!!"), 2)
    assert "no/such" in refused(cli("search", "cache", "--repo", "no/such"), 1)


def test_lists_the_areas(cli: Cli, known: None) -> None:
    """With how many commits, for people and for programs."""
    assert "KV cache" in cli("areas").stdout
    rows = json.loads(cli("areas", "--json", "--lang", "zh").stdout)
    assert set(rows[0]) == {"key", "name", "commits", "high", "words"}
    assert "KV 缓存" in {row["name"] for row in rows}


def test_an_empty_store_says_what_to_do_first(cli: Cli) -> None:
    """Not that there is nothing."""
    assert "daybrief digest" in refused(cli("show", "43d5c17"), 1)


# -- triage

LINE = '{"title": "Fix a crash in the cache", "sha": "abc", "files": [["quill/cache.py", "M", 3, 1]]}\n'


def test_triage_answers_line_by_line(cli: Cli, tmp_path: Path) -> None:
    """From standard input or a file; without lines there are no answers."""
    (tmp_path / "commits.jsonl").write_text(LINE * 3)
    done = cli("triage", "--input", "commits.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["sha"] for line in done.stdout.splitlines()] == ["abc"] * 3
    assert cli("triage", stdin=LINE).stdout == done.stdout.splitlines(keepends=True)[0]
    assert cli("triage", "--input", "-", stdin=LINE).stdout != ""
    assert cli("triage", stdin="").stdout == ""


def test_triage_answers_what_comes_before_a_bad_line(cli: Cli) -> None:
    """And names the line."""
    done = cli("triage", stdin=LINE + "bad\n" + LINE)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1
    assert re.fullmatch(r"daybrief: line 2 of standard input is not JSON [^\n]*\n", done.stderr)


@pytest.mark.parametrize(
    ("arguments", "stdin", "hint"),
    [
        (("--input", "nowhere.jsonl"), b"", "nowhere.jsonl cannot be read"),
        (("--input", "."), b"", "cannot be read (Is a directory)"),
        ((), b"\xff\xfe\x00", "standard input is not UTF-8 text"),
        ((), b"{}\n", "line 1 of standard input has no title"),
    ],
)
def test_triage_says_what_it_cannot_read(program: Cli, arguments: tuple[str, ...], stdin: bytes, hint: str) -> None:
    """In a sentence."""
    assert hint in refused(program("triage", *arguments, stdin=stdin), 2)


# -- pipes, terminals, interruptions


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    "command", [("--help",), ("digest",), ("areas", "--json"), ("triage", "--input", "commits.jsonl")]
)
def test_a_reader_who_leaves_is_no_error(
    quill: Path, known: None, environ: dict[str, str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    """`daybrief … | head -1` ends well and says nothing."""
    (tmp_path / "commits.jsonl").write_text(LINE * 3_000)
    arguments = (*command, "--repo", f"example/quill={quill}", *DAY) if command == ("digest",) else command
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE, check=False, env=environ, cwd=tmp_path, timeout=60,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr.decode()) == (0, "")


@pytest.mark.end_to_end
def test_an_output_that_cannot_be_written_is_told(known: None, environ: dict[str, str], tmp_path: Path) -> None:
    """A full disk behind a redirection is not passed over."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "areas"],
            stdout=full, stderr=subprocess.PIPE, check=False, env=environ, cwd=tmp_path, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1
    assert re.fullmatch(
        rb"daybrief: Standard output cannot be written to \(No space left on device\): [^\n]+\n", done.stderr
    )


def on_a_terminal(
    environ: dict[str, str], folder: Path, *arguments: str, stdout: int | None = None, columns: int = 80
) -> tuple[str, str]:
    """Run with a terminal as standard error, and as standard output unless one is given; return both texts."""
    leader, follower = pty.openpty()
    os.set_inheritable(follower, True)
    shown: list[bytes] = []

    def watch() -> None:
        with contextlib.suppress(OSError):  # the terminal's end, on Linux
            while chunk := os.read(leader, 65536):
                shown.append(chunk)

    with subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if stdout == subprocess.PIPE else follower, stderr=follower,
        env=environ | {"TERM": "xterm", "COLUMNS": str(columns)}, cwd=folder,
    ) as done:  # fmt: skip
        os.close(follower)
        watcher = threading.Thread(target=watch)  # beside the pipe: whichever is full would stop the program
        watcher.start()
        piped = done.stdout.read() if done.stdout else b""
        watcher.join()
    assert done.returncode == 0
    os.close(leader)
    return piped.decode(), b"".join(shown).decode()


@pytest.mark.end_to_end
def test_a_terminal_gets_colours_and_its_own_width(
    sample: tuple[str, ...], known: None, environ: dict[str, str], tmp_path: Path
) -> None:
    """Unless it asks for none."""
    _, shown = on_a_terminal(environ, tmp_path, *sample, *DAY, "--quiet", columns=60)
    assert "\x1b[" in shown
    plain = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", shown)
    assert max(len(line) for line in plain.split("\r\n")) <= 60
    _, shown = on_a_terminal(environ | {"NO_COLOR": "1"}, tmp_path, *sample, *DAY, "--quiet")
    assert "\x1b" not in shown


@pytest.mark.end_to_end
@pytest.mark.parametrize("command", ["digest", "triage"])
def test_progress_on_a_terminal_does_not_get_into_the_output(
    sample: tuple[str, ...], environ: dict[str, str], tmp_path: Path, command: str
) -> None:
    """What is redirected is only the answer."""
    (tmp_path / "commits.jsonl").write_text(LINE * 300)
    arguments = (*sample, *DAY, "--json") if command == "digest" else ("triage", "--input", "commits.jsonl")
    piped, _ = on_a_terminal(environ, tmp_path, *arguments, stdout=subprocess.PIPE)
    assert "\x1b" not in piped
    if command == "digest":
        assert len(json.loads(piped)["entries"]) == 18
    else:
        assert len([json.loads(line) for line in piped.splitlines()]) == 300


@pytest.mark.end_to_end
def test_an_interruption_ends_at_once_and_loses_nothing(
    sample: tuple[str, ...], environ: dict[str, str], tmp_path: Path, cli: Cli
) -> None:
    """Ctrl-C while a model thinks: one sentence, exit code 130, and the next run goes on from there."""
    with ModelServer() as model:
        model.always = hang(30)
        variables = {"DAYBRIEF_MODEL__BASE_URL": model.base_url, "DAYBRIEF_MODEL__NAME": "test-model"}
        running = subprocess.Popen(
            [sys.executable, "-m", "bot", *sample, *DAY],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ | variables, cwd=tmp_path,
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while not model.requests and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        told, errors = running.communicate(timeout=20)  # the model would take thirty
    assert running.returncode == 130
    assert told == b""
    assert re.fullmatch(rb"daybrief: interrupted; [^\n]+resumes from there\.\n", errors)
    assert json.loads(cli(*sample, *DAY, "--json").stdout)["run"]["fetched"] < 18


def test_a_defect_of_ours_is_told_as_one(program: Cli, known: None, environ: dict[str, str], tmp_path: Path) -> None:
    """With what a report needs; nobody has to guess whether it was their mistake."""
    (tmp_path / "sitecustomize.py").write_text(
        "import bot.commands.queries\nbot.commands.queries.list_areas = lambda *_: 1 / 0\n", encoding="utf-8"
    )
    done = program("areas", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("daybrief: this is a bug in Daybrief, please report it")
    assert "ZeroDivisionError" in done.stderr


# -- help


@pytest.mark.parametrize("command", ["", "digest", "show", "area", "search", "areas", "triage", "doctor"])
def test_every_command_and_option_has_help(cli: Cli, command: str) -> None:
    """Without looking into the documentation."""
    done = cli(*filter(None, [command]), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    options = re.findall(r"^  +(--[\w-]+|-\w, --[\w-]+)(.*)$", done.stdout, re.MULTILINE)
    assert options
    assert all(re.search(r"\S", rest) for _, rest in options)


# -- store


def test_a_store_is_copied_and_looked_over(cli: Cli, known: None, tmp_path: Path) -> None:
    """While it is used; the copy is a store."""
    done = cli("store", "backup", "copies/today.db")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("daybrief: the store was copied to copies/today.db")
    found = cli("store", "check", DAYBRIEF_STORE__PATH=str(tmp_path / "copies/today.db"))
    assert (found.returncode, found.stderr) == (0, "")
    assert "copies/today.db is intact: 18 commits, 18 with diffs" in found.stdout
    assert json.loads(cli("store", "check", "--json").stdout)["is_whole"] is True


@pytest.mark.parametrize("arguments", [("check",), ("backup", "copy.db")])
def test_a_store_that_does_not_exist_is_not_made(cli: Cli, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A mistyped path is no intact store, and an empty copy is no backup."""
    missing = tmp_path / "nowhere" / "store.db"
    done = cli("store", *arguments, DAYBRIEF_STORE__PATH=str(missing))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"There is no store at {missing}: check [store] path" in done.stderr
    assert not missing.parent.exists()
    assert not (tmp_path / "copy.db").exists()
