"""`daybrief chat`, `daybrief feed`, `daybrief feedback`: the bot on the command line."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Cli


@pytest.fixture
def set_up(cli: Cli, quill: Path) -> None:
    """The terminal's channel has the sample's digest."""
    place = f"example/quill={quill}"
    done = cli("feed", "add", "--platform", "terminal", "--channel", "here", "--repo", place, "--tz", "Asia/Shanghai")
    assert done.returncode == 0, done.stderr


def test_every_line_is_answered(cli: Cli, set_up: None) -> None:
    """Through a pipe: no prompt, no colour, no notes of waiting; with the commands behind the buttons."""
    done = cli("chat", stdin="help\n\n2026-03-12\nshow KeyError\narea AMD\nfrobnicate\n")
    assert (done.returncode, done.stderr) == (0, "")
    for part in (
        "What you can ask",
        "example/quill: Thursday, 2026-03-12",
        "› Why these?: why on=2026-03-12 repository=example/quill",
        "6666247 Fix KeyError when logprobs is false (#403)",
        "AMD: 1 commit",
        "Nothing found: words: frobnicate.",
    ):
        assert part in done.stdout
    assert "\x1b" not in done.stdout
    assert "daybrief>" not in done.stdout
    assert "Reading" not in done.stdout


def test_it_speaks_chinese(cli: Cli, set_up: None) -> None:
    """Where that was asked for, whatever language the feed has."""
    done = cli("chat", "--lang", "zh", stdin="帮助\narea AMD\n")
    assert "可以使用的命令" in done.stdout


def test_the_zone_that_is_named_decides(cli: Cli, set_up: None) -> None:
    """The digest has its own; without --tz that one does."""
    assert "(UTC, 24 h)" in cli("chat", "--tz", "UTC", stdin="2026-03-12\n").stdout
    assert "(Asia/Shanghai, 24 h)" in cli("chat", stdin="2026-03-12\n").stdout


def test_the_conversation_ends_with_a_goodbye(cli: Cli, set_up: None) -> None:
    """What comes after it is not read."""
    done = cli("chat", stdin="exit\nhelp\n")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_form_is_sent_as_one_line(cli: Cli, set_up: None) -> None:
    """Its last line says how."""
    done = cli("chat", stdin="setup\n")
    line = done.stdout.rstrip().rpartition("> ")[2].replace("\n  ", " ")
    assert line.startswith("save setup feed=1 repository=example/quill at=09:00 zone=Asia/Shanghai")
    done = cli("chat", stdin=line.replace("09:00", "10:30") + "\n")
    assert "✓ Saved: the next digest of example/quill comes at" in done.stdout
    assert "10:30 Asia/Shanghai" in cli("feed", "list").stdout


@pytest.mark.end_to_end
@pytest.mark.usefixtures("set_up")
def test_at_a_terminal_a_form_is_asked_field_by_field(environ: dict[str, str], tmp_path: Path) -> None:
    """With a prompt; an empty line takes what stands there."""
    main, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "chat"], stdin=other, stdout=other, stderr=other, env=environ, cwd=tmp_path
    )
    os.close(other)
    os.write(main, b"subscribe\n" + b"AMD\n" + b"\n" * 7 + b"\n" + b"exit\n")
    told = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        told += piece
    assert process.wait(30) == 0
    os.close(main)
    text = told.decode()
    assert "daybrief> " in text
    assert "Area []: " in text
    assert "Subscribed to AMD in example/quill" in text


def test_feeds_are_added_listed_paused_resumed_and_removed(cli: Cli, quill: Path) -> None:
    """By their number."""
    add = ("feed", "add", "--platform", "slack", "--channel", "C1", "--repo", f"example/quill={quill}", "--tz", "UTC")
    done = cli(*add, "--at", "7:15", "--area", "AMD", "--min", "medium", "--without", "bots", "--days", "weekdays")
    assert done.stdout.startswith("1: example/quill → slack C1, 07:15 UTC, weekdays, next ")
    (listed,) = json.loads(cli("feed", "list", "--json").stdout)
    assert (listed["areas"], listed["least"], listed["left_out"], listed["at"]) == (
        ["amd_rocm"],
        "medium",
        ["bots"],
        "07:15",
    )
    assert cli("feed", "pause", "1").returncode == 0
    assert "paused (paused on the command line)" in cli("feed", "list").stdout
    assert "next " in cli("feed", "resume", "1").stdout
    assert cli("feed", "remove", "1").returncode == 0
    assert "no feeds yet" in cli("feed", "list").stderr


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("feed", "pause", "7"), 1, "There is no feed 7"),
        (("feed", "add", "--platform", "slack", "--channel", "#general", "--repo", "o/r"), 2, "'#general' is not a channel ID"),
        (("feed", "add", "--platform", "discord", "--channel", "general", "--repo", "o/r"), 2, "is not a channel ID"),
        (("feed", "add", "--platform", "slack", "--channel", "C1", "--repo", "quill"), 2, "does not name a repository"),
        (("feed", "add", "--platform", "slack", "--channel", "C1", "--repo", "o/r", "--at", "25:00"), 2, "is not a time of day"),
        (("feed", "add", "--platform", "slack", "--channel", "C1", "--repo", "o/r", "--tz", "Mars"), 2, "no time zone"),
        (("feed", "add", "--platform", "slack", "--channel", "C1", "--repo", "o/r", "--area", "x"), 2, "no area"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence(cli: Cli, arguments: tuple[str, ...], code: int, told: str) -> None:
    """With the way out, and an exit code."""
    done = cli(*arguments)
    assert done.returncode == code
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_bot_with_nothing_to_connect_to_says_so(program: Cli) -> None:
    """As a program: it sets up logging for the whole process."""
    done = program("serve")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "No platform is configured" in done.stderr


def test_what_people_corrected_is_exported_as_labels(cli: Cli, set_up: None) -> None:
    """A line for each, which the triage reads back."""
    cli("chat", stdin="2026-03-12\nrank up example/quill@40a912f\n")
    done = cli("feedback", "export")
    (label,) = map(json.loads, done.stdout.splitlines())
    assert (label["title"], label["importance"], label["was"]) == (
        "Tune prefill batching for long prompts (#416)", "high", "medium",
    )  # fmt: skip
    triaged = cli("triage", "--quiet", stdin=done.stdout)
    assert json.loads(triaged.stdout)["sha"] == label["sha"]
    assert cli("feedback", "export", "--repo", "o/other").stdout == ""
