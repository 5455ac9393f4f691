"""What stands in deploy/ fits what the bot does: every metric that a rule or a panel names is told."""

import asyncio
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from bots import MORNING, a_bot
from conftest import ROOT
from servers.github import GitHubServer

from bot.config import CONFIG_VARIABLE, load, options
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


# -- the image and the cluster


def linted(program: str, *arguments: str) -> None:
    """Run a linter that stands beside this Python."""
    done = subprocess.run(
        [Path(sys.executable).parent / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def resources() -> dict[str, Any]:
    """What is asked of a cluster, by kind."""
    text = (ROOT / "deploy" / "kubernetes.yaml").read_text(encoding="utf-8")
    return {found["kind"]: found for found in yaml.safe_load_all(text)}


@pytest.mark.skipif(sys.platform != "linux", reason="the linter is a program for Linux")
def test_the_image_s_recipe_has_no_faults() -> None:
    """By the linter that reviewers use."""
    linted("hadolint", "--no-color", "Dockerfile")


def test_the_image_s_base_can_be_named_by_its_digest() -> None:
    """And the process is no root, by number."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("FROM ")] == ["FROM ${PYTHON}"]
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001"]


def test_the_manifests_are_what_the_api_takes() -> None:
    """Every key, strictly, by the schemas of the API itself."""
    linted("kubernetes-validate", "--strict", "deploy/kubernetes.yaml")


def test_the_pod_is_shut_in() -> None:
    """One replica, no root, nothing to write to but its volumes, and bounds."""
    deployment = resources()["Deployment"]["spec"]
    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"})
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert set(container["resources"]["limits"]) == {"cpu", "memory"}
    assert set(deployment["selector"]["matchLabels"].items()) <= set(
        deployment["template"]["metadata"]["labels"].items()
    )


def test_what_the_manifests_name_is_there(tmp_path: Path) -> None:
    """Settings that Daybrief has, in a file that it reads; paths that are mounted; a grace that is long enough."""
    found = resources()
    pod = found["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    file = tmp_path / "daybrief.toml"
    file.write_text(found["ConfigMap"]["data"]["daybrief.toml"], encoding="utf-8")
    settings = load({}, file).settings
    mounted = {mount["name"]: Path(mount["mountPath"]) for mount in container["volumeMounts"]}
    assert set(mounted) == {volume["name"] for volume in pod["volumes"]}
    assert settings.store.path is not None
    assert settings.store.path.parent == mounted["data"]
    variables = {variable["name"]: variable["value"] for variable in container["env"]}
    assert Path(variables[CONFIG_VARIABLE]) == mounted["config"] / file.name
    assert container["ports"] == [{"name": "http", "containerPort": settings.serve.port}]
    assert pod["terminationGracePeriodSeconds"] > settings.serve.grace
    told = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    told += (ROOT / "deploy" / "kubernetes.yaml").read_text(encoding="utf-8")
    named = set(re.findall(r"DAYBRIEF_[A-Z_]+[A-Z]", told)) - {CONFIG_VARIABLE}
    assert named <= {variable for _table, _key, variable, _text in options()}
