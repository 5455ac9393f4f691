"""The Slack app's manifest: what is asked of Slack is what is needed, and the file says what the code says."""

import pytest
import yaml
from conftest import ROOT

from bot.commands.registry import verbs
from bot.platforms.slack.manifest import SCOPES, manifest


def test_the_file_is_what_the_table_of_commands_gives() -> None:
    assert (ROOT / "slack-manifest.yaml").read_text(encoding="utf-8") == manifest()


def test_it_offers_every_command() -> None:
    (command,) = yaml.safe_load(manifest())["features"]["slash_commands"]
    assert command["command"] == "/digest"
    assert command["usage_hint"].split(" | ") == [verb.name for verb in verbs()]


def test_every_permission_says_why() -> None:
    assert yaml.safe_load(manifest())["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    for scope, why in SCOPES.items():
        assert f"- {scope}  # {why}\n" in manifest()


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
