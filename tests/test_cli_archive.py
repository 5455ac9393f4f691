"""The commands about what is remembered: what they say and how they end."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from conftest import Cli
from html_reader import Page

ZONE = ("--tz", "Asia/Shanghai")
SPAN = ("--since", "2026-03-09", "--until", "2026-03-12", *ZONE)


@pytest.fixture
def place(quill: Path) -> str:
    """The sample repository under its own name."""
    return f"example/quill={quill}"


def test_past_days_are_filled_looked_back_on_and_written(cli: Cli, place: str, tmp_path: Path) -> None:
    """Each step says in a sentence what it did; programs read JSON."""
    done = cli("backfill", "--repo", place, *SPAN)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "daybrief: 4 days to read: 22 commits, 22 to fetch, 22 to be read by rules.",
        "daybrief: 4 days read, with 22 commits.",
    ]
    week = cli("week", "--repo", "example/quill", "--date", "2026-03-12", *ZONE)
    assert week.returncode == 0
    assert week.stdout.startswith("example/quill, the week in review: 2026-03-06 to 2026-03-12\n")
    assert "3 of these 7 days were not read in full (2026-03-06 to 2026-03-08)" in week.stdout
    month = json.loads(
        cli("month", "--repo", "example/quill", "--date", "2026-03-12", *ZONE, "--json", "--lang", "zh").stdout
    )
    assert (month["first"], month["last"], month["commits"]) == ("2026-02-11", "2026-03-12", 22)
    out = tmp_path / "week.html"
    assert (
        cli(
            "week", "--repo", "example/quill", "--date", "2026-03-12", *ZONE, "--format", "html", "--out", str(out)
        ).returncode
        == 0
    )
    Page(out.read_text("utf-8")).check()
    written = cli("export", "--repo", "example/quill", *SPAN, "--out", str(tmp_path / "site"), "--format", "html")
    assert written.stderr == f"daybrief: 6 files written to {tmp_path / 'site'}\n"


def test_the_page_has_both_languages_once_both_are_stored(cli: Cli, place: str, tmp_path: Path) -> None:
    """The second run finds the first one's words."""
    day = ("digest", "--repo", place, "--date", "2026-03-12", *ZONE, "--format", "html", "--quiet")
    first = cli(*day)
    assert not Page(first.stdout).all("template")
    second = Page(cli(*day, "--lang", "zh").stdout)
    second.check()
    assert [given["data-language"] for given in second.all("template")] == ["en"]


def test_a_model_is_not_begun_unasked(cli: Cli, place: str) -> None:
    """It may cost; a script says --yes."""
    done = cli(
        "backfill", "--repo", place, *SPAN, "--analyser", "model",
        DAYBRIEF_MODEL__NAME="tiny", DAYBRIEF_MODEL__BASE_URL="http://127.0.0.1:9/v1", DAYBRIEF_MODEL__PRICE_IN="1", DAYBRIEF_MODEL__PRICE_OUT="1",
    )  # fmt: skip
    assert done.returncode == 2
    assert (
        "about 55,000 tokens in and 9,900 out, cost about 0.06 (a guess, because it has read nothing here yet)."
        in done.stderr
    )
    assert done.stderr.endswith("add --yes to start.\n")


def test_what_is_not_known_is_told(cli: Cli) -> None:
    """In one sentence, with the way out."""
    for command in ("week", "month"):
        done = cli(command, "--repo", "example/quill", "--date", "2026-03-12", *ZONE)
        assert (done.returncode, done.stdout) == (1, "")
        assert "daybrief backfill --repo example/quill --since" in done.stderr


@pytest.mark.end_to_end
def test_the_archive_is_served(cli: Cli, place: str, environ: dict[str, str], tmp_path: Path) -> None:
    """It says where; a port that is taken is told."""
    cli("backfill", "--repo", place, *SPAN, "--quiet")
    command = [sys.executable, "-m", "bot", "web"]
    with subprocess.Popen(
        command, env=environ | {"DAYBRIEF_WEB__PORT": "0"}, cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr
        address = server.stderr.readline().removeprefix("daybrief: the archive is at ").strip()
        with urlopen(Request(address, headers={"Accept-Language": "zh-CN"}), timeout=30) as answer:  # noqa: S310 - the loopback
            read = Page(answer.read().decode())
        assert read.all("html") == [{"lang": "zh"}]
        assert "example/quill" in read.text
        taken = cli("web", DAYBRIEF_WEB__PORT=address.rstrip("/").rpartition(":")[2])
        assert taken.returncode == 2
        assert "Cannot listen on" in taken.stderr
        server.terminate()
