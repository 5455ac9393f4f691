"""The Slack app's manifest: what is asked of Slack is what is needed, and the file says what the code says."""

import pytest
import yaml
from conftest import ROOT
from typer.testing import CliRunner

from bot.cli.main import app
from bot.commands.registry import verbs
from bot.platforms.slack.manifest import LINKS, manifest, scopes


def test_the_file_is_what_the_table_of_commands_gives() -> None:
    assert (ROOT / "slack-manifest.yaml").read_text(encoding="utf-8") == manifest()


def test_it_offers_every_command() -> None:
    (command,) = yaml.safe_load(manifest())["features"]["slash_commands"]
    assert command["command"] == "/digest"
    assert command["usage_hint"].split(" | ") == [verb.name for verb in verbs()]


def test_every_permission_says_why() -> None:
    for archive in ("", "https://daybrief.example.com/archive"):
        granted = scopes(links=bool(archive))
        assert yaml.safe_load(manifest(archive=archive))["oauth_config"]["scopes"]["bot"] == list(granted)
        for scope, why in granted.items():
            assert f"- {scope}  # {why}\n" in manifest(archive=archive)


def test_it_makes_the_app_an_agent() -> None:
    made = yaml.safe_load(manifest())
    agent = made["features"]["agent_view"]
    assert 0 < len(agent["agent_description"]) <= 300
    assert 1 <= len(agent["suggested_prompts"]) <= 4
    assert all(set(prompt) == {"title", "message"} for prompt in agent["suggested_prompts"])
    assert {"app_home_opened", "message.im"} <= set(made["settings"]["event_subscriptions"]["bot_events"])
    assert made["features"]["app_home"]["messages_tab_enabled"]


def test_links_are_heard_of_only_where_there_is_an_archive() -> None:
    without, made = (
        yaml.safe_load(manifest()),
        yaml.safe_load(manifest(archive="https://daybrief.example.com:8443/archive")),
    )
    assert made["features"]["unfurl_domains"] == ["daybrief.example.com"]
    assert "link_shared" in made["settings"]["event_subscriptions"]["bot_events"]
    assert "unfurl_domains" not in without["features"]
    assert "link_shared" not in without["settings"]["event_subscriptions"]["bot_events"]
    assert not set(LINKS) & set(without["oauth_config"]["scopes"]["bot"])


def test_the_command_prints_it() -> None:
    """A wheel has no slack-manifest.yaml beside it."""
    address, archive = "https://daybrief.example.com", "https://daybrief.example.com/archive"
    done = CliRunner().invoke(app, ["slack-manifest", "--url", address, "--archive", archive])
    assert (done.exit_code, done.stdout) == (0, manifest(address, archive))


@pytest.mark.parametrize(
    "given", [["--url", "daybrief.example.com"], ["--url", "http://daybrief.example.com"], ["--archive", "archive"]]
)
def test_a_bad_address_is_refused_by_name(given: list[str]) -> None:
    done = CliRunner().invoke(app, ["slack-manifest", *given])
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{given[-1]!r} is not an address such as https://daybrief.example.com" in done.stderr


@pytest.mark.parametrize("address", ["https://daybrief.example.com", "https://daybrief.example.com/"])
def test_in_http_mode_slack_is_told_where_to_reach_us(address: str) -> None:
    made = yaml.safe_load(manifest(address))
    url = "https://daybrief.example.com/slack/events"
    assert made["features"]["slash_commands"][0]["url"] == url
    assert made["settings"]["event_subscriptions"]["request_url"] == url
    assert made["settings"]["interactivity"]["request_url"] == url
    assert made["settings"]["socket_mode_enabled"] is False
    assert yaml.safe_load(manifest())["settings"]["socket_mode_enabled"] is True


def test_it_keeps_within_slacks_limits() -> None:
    made = yaml.safe_load(manifest())
    assert len(made["display_information"]["description"]) <= 140
    assert len(made["features"]["shortcuts"][0]["name"]) <= 24
    assert len(made["features"]["slash_commands"][0]["usage_hint"]) <= 1000
