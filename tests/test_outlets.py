"""Outlets: what Feishu, Teams and a plain webhook are sent, by the command line, by the bot, and by the GitHub Action."""

import json
import logging
import os
import re
import shlex
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from bots import MORNING, a_bot
from conftest import ROOT, Cli, refused
from servers.github import GitHubServer
from servers.loopback import Loopback, Reply, Request
from servers.waiting import hurry

from bot.config import load
from bot.platforms.outlet import Outlets, OutletTransport
from bot.port.platform import Later, Refused
from formatters.outlet import MOST_BYTES, inert, outlet_text
from formatters.reply import Note

TOKEN, NONE = "ghs_1", ""
DAY = ("--date", "2026-03-12", "--tz", "Asia/Shanghai", "--quiet")


class Webhook(Loopback):
    """Takes whatever it is sent, or refuses it."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 200
        self.taken: list[Any] = []

    @property
    def address(self) -> str:
        return self.url.replace("http://", "json://") + "/hooks/our-secret-path"

    def reply(self, request: Request) -> Reply:
        if self.status == 200:
            self.taken.append(json.loads(request.body))
        return Reply(self.status, b"{}", {"Content-Type": "application/json"})


def test_a_digest_is_sent_to_a_webhook(cli: Cli, quill: Path) -> None:
    """Its title and a phone's screen of it: what must be known, with links; not printed, too."""
    with Webhook() as webhook:
        done = cli(
            "digest", "--repo", f"example/quill={quill}", *DAY, "--to", "team", DAYBRIEF_OUTLETS__TEAM=webhook.address
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        (sent,) = webhook.taken
    assert sent["title"] == "example/quill: Thursday, 2026-03-12"
    assert sent["message"].startswith("18 commits by 9 authors\n")
    assert re.search(r"^🔴 Remove the legacy scheduler · Scheduler · ", sent["message"], re.MULTILINE)
    assert len(sent["message"].encode()) < 3000


def test_it_is_sent_in_chinese(cli: Cli, quill: Path) -> None:
    with Webhook() as webhook:
        cli(
            "digest",
            "--repo",
            f"example/quill={quill}",
            *DAY,
            "--lang",
            "zh",
            "--to",
            "team",
            DAYBRIEF_OUTLETS__TEAM=webhook.address,
        )
        (sent,) = webhook.taken
    assert sent["title"].startswith("example/quill：")
    assert "9 位作者" in sent["message"]


def test_what_an_outlet_refuses_is_told(cli: Cli, quill: Path) -> None:
    """Without its address, which is the key to a channel; a file is written all the same."""
    with Webhook() as webhook:
        webhook.status = 403
        given = {"DAYBRIEF_OUTLETS__TEAM": webhook.address}
        done = cli(
            "digest",
            "--repo",
            f"example/quill={quill}",
            *DAY,
            "--to",
            "team",
            "--format",
            "markdown",
            "--out",
            "a.md",
            **given,
        )
    told = refused(done, 1)
    assert "The outlet team did not accept the message" in told
    assert "our-secret-path" not in told


def test_an_unknown_outlet_is_refused_before_any_work(cli: Cli) -> None:
    given = {"DAYBRIEF_OUTLETS__TEAM": "json://127.0.0.1/x"}
    told = refused(cli("digest", "--repo", "example/quill=/nowhere", *DAY, "--to", "teem", **given), 2)
    assert "There is no outlet 'teem'" in told
    assert "known: team" in told


@pytest.mark.parametrize("address", ["nonsense://secret-key", "feishu://"])
def test_an_address_of_no_known_kind_is_refused(cli: Cli, address: str) -> None:
    done = cli("digest", "--repo", "example/quill=/nowhere", *DAY, "--to", "team", DAYBRIEF_OUTLETS__TEAM=address)
    assert "secret-key" not in refused(done, 2)


def test_what_feishu_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text message; Chinese is sent as it is."""
    from apprise.plugins.feishu import NotifyFeishu

    with Webhook() as webhook:
        monkeypatch.setattr(NotifyFeishu, "notify_url", webhook.url + "/open-apis/bot/v2/hook/{token}/")
        Outlets(load({"DAYBRIEF_OUTLETS__A": "feishu://abc-def"}).settings.outlets).send("a", Note("修复缓存"))
        (sent,) = webhook.taken
    assert sent == {"msg_type": "text", "content": {"text": "修复缓存"}}


def test_what_teams_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """An adaptive card, to the address that Teams gives for a workflow."""
    sent = []

    def post(url: str, data: str, **_: object) -> Any:
        sent.append((url, json.loads(data)))
        return type("Answer", (), {"status_code": 202, "content": b""})

    monkeypatch.setattr("requests.post", post)
    address = (
        "https://prod-01.example.logic.azure.com/workflows/643e69f83c8944/triggers/manual/paths/invoke"
        "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu"
    )
    Outlets(load({"DAYBRIEF_OUTLETS__A": address}).settings.outlets).send("a", Note("18 commits"))
    ((url, card),) = sent
    assert url.endswith("/workflows/643e69f83c8944/triggers/manual/paths/invoke")
    assert card["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert "18 commits" in json.dumps(card)


@pytest.mark.parametrize(
    "text",
    ["<at id=all></at>", "<at user_id='all'>x</at>", "@channel", "<!channel>", "[here](https://a.example)", "</b>"],
)
def test_text_from_outside_pings_nobody_and_links_nowhere(text: str) -> None:
    """What platforms look for is broken up by a space without width; what people read is the same."""
    made = inert(text)
    assert made.replace("\u200b", "") == text
    assert not re.search(r"<[a-zA-Z/!]|@\w|\]\(|://", made)


def test_a_text_ends_with_a_whole_line_within_what_outlets_take() -> None:
    _title, text = outlet_text(Note("\n".join(["缓存 " * 100] * 100)))
    assert 0.9 * MOST_BYTES < len(text.encode()) <= MOST_BYTES + 4
    *lines, last = text.split("\n")
    assert last == "…"
    assert set(lines) == {("缓存 " * 100).strip()}


# -- the bot


async def test_a_feed_is_brought_to_an_outlet_once(environ: dict[str, str], quill: Path) -> None:
    """After it was refused at first."""
    with Webhook() as webhook:
        async with a_bot(environ, quill, MORNING - timedelta(hours=1), DAYBRIEF_OUTLETS__TEAM=webhook.address) as bot:
            bot.assembly.transports["outlet"] = OutletTransport(bot.core.settings.outlets)
            bot.feed(platform="outlet", channel="team", workspace="")
            bot.now = MORNING
            webhook.status = 500
            await bot.assembly.due()
            webhook.status = 200
            bot.now = MORNING + timedelta(minutes=5)
            await bot.assembly.due()
            await bot.assembly.due()
            (sent,) = webhook.taken
    assert sent["title"] == "example/quill: 2026-03-06 to 2026-03-12"


async def test_what_cannot_be_sent_is_said_in_the_platforms_words() -> None:
    transport = OutletTransport(load({"DAYBRIEF_OUTLETS__TEAM": "json://127.0.0.1:9/x"}).settings.outlets)
    with pytest.raises(Later, match="The outlet team did not accept"):
        await transport.post("team", Note("a"), "key")
    with pytest.raises(Refused, match="no longer has that name"):
        await transport.post("gone", Note("a"), "key")
    with pytest.raises(Refused, match="cannot send direct messages"):
        await transport.direct("U1")
    assert await transport.examine(["team", "gone"]) == ["There is no outlet 'gone' in [outlets]."]


def test_its_addresses_are_secrets(caplog: pytest.LogCaptureFixture) -> None:
    """They stand in no log, whatever fails."""
    settings = load({"DAYBRIEF_OUTLETS__TEAM": "json://127.0.0.1:9/our-secret-path"}).settings
    assert "json://127.0.0.1:9/our-secret-path" in settings.secrets
    with caplog.at_level(logging.DEBUG), pytest.raises(Exception, match="did not accept"):
        Outlets(settings.outlets).send("team", Note("a"))
    assert "our-secret-path" not in "".join(
        record.getMessage() for record in caplog.records if record.name == "apprise"
    )


def test_doctor_and_serve_name_a_feed_whose_outlet_is_none(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    (tmp_path / "daybrief.toml").write_text(
        '[outlets]\nteam = "json://127.0.0.1/x"\n[[feeds]]\nplatform = "outlet"\nchannel = "teem"\nrepository = "o/r"\n'
        '[github]\nbase_url = "http://127.0.0.1:9"\n'
    )
    assert "There is no outlet 'teem'" in cli("doctor").stdout
    assert "There is no outlet 'teem'" in refused(cli("serve"), 2)


# -- the GitHub Action

ACTION = ROOT / "deploy" / "github-action"


def ran(environ: dict[str, str], tmp_path: Path, **inputs: str) -> tuple[int, str, str, str]:
    """Run the action's last step as GitHub does; return its code, its errors, the summary and the report's path."""
    program = tmp_path / "bin" / "daybrief"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m bot "$@"\n'
    )
    program.chmod(0o755)
    made = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))
    step = made["runs"]["steps"][-1]
    given = {name: one.get("default", "") for name, one in made["inputs"].items()} | inputs
    variables = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: given[found[1]], value).replace(
            "${{ runner.temp }}", str(tmp_path)
        )
        for name, value in step["env"].items()
    }
    summary, output = tmp_path / "summary", tmp_path / "output"
    variables |= {
        "PATH": f"{program.parent}{os.pathsep}{environ['PATH']}", "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": str(ACTION), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output),
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", step["run"]],
        env=environ | variables | {name: value for name, value in inputs.items() if name.startswith("DAYBRIEF_")},
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    written, told = (path.read_text("utf-8") if path.exists() else "" for path in (summary, output))
    return done.returncode, done.stderr, written, told


@pytest.mark.end_to_end
def test_the_action_writes_a_summary_and_tells_a_channel(environ: dict[str, str], quill: Path, tmp_path: Path) -> None:
    """With the token that it is given; the report is there for the steps that follow."""
    with GitHubServer({"example/quill": quill}, tokens=(TOKEN,)) as github, Webhook() as webhook:
        code, errors, summary, output = ran(
            environ, tmp_path, repositories="example/quill\n", date="2026-03-12", timezone="Asia/Shanghai", token=TOKEN,
            webhook=webhook.address, DAYBRIEF_GITHUB__BASE_URL=github.url,
        )  # fmt: skip
        assert (code, errors) == (0, "")
        assert [sent["title"] for sent in webhook.taken] == ["example/quill: Thursday, 2026-03-12"]
    assert summary.startswith("# example/quill: Thursday, 2026-03-12\n")
    assert output == f"report={tmp_path}/daybrief.md\n"


@pytest.mark.end_to_end
def test_the_action_fails_with_its_sentence(environ: dict[str, str], quill: Path, tmp_path: Path) -> None:
    """Nothing that it is given becomes a part of a command; what could be read is in the summary."""
    with GitHubServer({"example/quill": quill}, tokens=()) as github:
        code, errors, summary, _output = ran(
            environ, tmp_path, repositories="example/quill\n$(touch pwned); example/gone", date="2026-03-12", timezone="Asia/Shanghai",
            token=NONE, DAYBRIEF_GITHUB__BASE_URL=github.url,
        )  # fmt: skip
    assert code != 0
    assert "touch pwned" in errors
    assert not (tmp_path / "pwned").exists()
    assert summary.startswith("# example/quill: Thursday, 2026-03-12\n")
