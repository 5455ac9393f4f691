"""What stands in deploy/ fits what the bot does: every metric that a rule or a panel names is told."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from bots import MORNING, a_bot
from conftest import ROOT
from servers.github import GitHubServer

from bot.delivery.schedule import Heartbeat
from bot.service.connections import Connections
from bot.service.metrics import Metrics
from bot.service.readiness import Readiness

EXPIRES = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
HEADERS = {
    "x-ratelimit-remaining": "4321", "x-ratelimit-limit": "5000",
    "github-authentication-token-expiration": f"{EXPIRES:%Y-%m-%d %H:%M:%S} UTC",
}  # fmt: skip


async def told(environ: dict[str, str], quill: Path) -> str:
    """Return the metrics of a bot with a feed that posts, and one that is broken."""
    with GitHubServer({"example/quill": quill}, tokens=()) as github:
        settings = {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "expired"}
        async with a_bot(environ, quill, MORNING - timedelta(hours=1), **settings) as bot:
            metrics, connections = Metrics(), Connections({"slack": bot.platform}, asyncio.Event())
            readiness = Readiness(bot.assembly, connections, Heartbeat())
            metrics.watch(bot.assembly, readiness)
            bot.feed()
            bot.feed(channel="C2", place="example/quill")
            await bot.assembly.look()
            bot.now = MORNING
            await bot.assembly.due()
            await readiness.probe()
            metrics.heard(200, HEADERS)
            await metrics.note_readiness()
            return metrics.text().decode()


async def test_the_metrics_tell_of_each_feed_and_of_the_token(environ: dict[str, str], quill: Path) -> None:
    """How old its last look and post are, since when it is broken and why; what works and what does not."""
    text = await told(environ, quill)
    good, bad = (
        'feed="1",platform="slack",repository="example/quill"',
        'feed="2",platform="slack",repository="example/quill"',
    )
    for line in (
        f"daybrief_feed_poll_age_seconds{{{good}}} 3600.0",
        f"daybrief_feed_post_age_seconds{{{good}}} 0.0",
        f'daybrief_feed_broken_seconds{{cause="token",{bad}}} 3600.0',
        'daybrief_ready{part="GitHub"} 0.0',
        'daybrief_ready{part="store"} 1.0',
        'daybrief_ready{part="slack"} 1.0',
        "daybrief_github_requests_left 4321.0",
        "daybrief_github_requests_limit 5000.0",
    ):
        assert line in text.splitlines()
    (expiry,) = re.findall(r"^daybrief_github_token_expiry_timestamp_seconds (\S+)$", text, re.MULTILINE)
    assert datetime.fromtimestamp(float(expiry), UTC) == EXPIRES


async def test_rules_and_panels_name_metrics_that_there_are(environ: dict[str, str], quill: Path) -> None:
    """With their labels."""
    text = await told(environ, quill)
    known = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)) | set(re.findall(r"^(\w+)", text, re.MULTILINE))
    rules = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8"))
    panels = json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))["panels"]
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    asked += [target["expr"] for panel in panels for target in panel["targets"]]
    named = {name for expression in asked for name in re.findall(r"\b(?:daybrief|process)_\w+", expression)}
    assert named <= known
    assert len(named) > 15


def test_nothing_is_restarted_for_ever_on_a_refused_token() -> None:
    """That ends with exit code 2."""
    assert "\nRestartPreventExitStatus=2\n" in (ROOT / "deploy" / "daybrief.service").read_text(encoding="utf-8")
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert compose["services"]["daybrief"]["restart"] == "on-failure:5"
