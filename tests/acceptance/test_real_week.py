"""A week with one real day in it, looked back on in chat: taken and drawn, within a phone's reach, all of it in the thread."""

import re
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from analysis.commits.window import Window
from analysis.i18n.language import LANGUAGES
from analysis.rules import RulesAnalyser
from bot.config import load
from bot.delivery.posts import review_post
from bot.digests.core import open_core
from bot.digests.repositories import Place
from bot.digests.review import look_back
from formatters.discord.replies import posting
from formatters.reply import ReviewPost
from formatters.slack.replies import post as slack_post

sys.path.insert(0, str(Path(__file__).parents[1]))

from servers import discord_rules, slack_rules

PREVIEW = Path(__file__).parents[3] / "shared" / "preview"
MOST_SEEN = 1_500  # characters of a post, without the addresses behind its links


@pytest.fixture(params=LANGUAGES)
def posted(request: pytest.FixtureRequest, bundle: Path, environ: dict[str, str]) -> ReviewPost:
    core = open_core(load(environ), lambda: datetime(2026, 1, 9, 1, 0, tzinfo=UTC))
    source = core.sources.open(Place("sgl-project/sglang", str(bundle)))
    week = Window(date(2026, 1, 2), date(2026, 1, 8), "Asia/Shanghai")
    core.digest(source, replace(week, first=week.last), request.param, RulesAnalyser(), lambda *_: None)
    made = look_back(core, "sgl-project/sglang", week, request.param)
    core.stores.store.close()
    return review_post(made, core.sources.areas(), 1)


def test_slack_takes_and_draws_it(posted: ReviewPost, monkeypatch: pytest.MonkeyPatch) -> None:
    """No ping, no mark that shows as itself, no folding, no hidden character."""
    monkeypatch.syspath_prepend(str(PREVIEW))
    from checks import slack_message
    from html_text import Found
    from slack_blocks import Blocks

    first, rest = slack_post(posted)
    assert len(first["text"]) <= MOST_SEEN
    assert len(rest) == 3
    for message in (first, *rest):
        assert slack_rules.check_blocks(message["blocks"]) == []
        found = Found()
        Blocks(found).message(message)
        assert [found.pings, found.notes, found.cuts, slack_message(message, "message")] == [[], [], 0, []]


def test_discord_takes_it(posted: ReviewPost) -> None:
    """The first message in a phone's reach; each section in the thread."""
    made = posting(posted)
    for message in (made.first, *made.followers):
        errors = discord_rules.check_message({"flags": 32768, "components": list(message.components)})
        assert not errors, errors.body()
    assert len(re.sub(r"\]\(<[^>]*>\)", "]", texts(made.first.components))) <= MOST_SEEN
    said = "\n".join(texts(message.components) for message in made.followers)
    assert re.findall(r"^### (.+)", said, re.MULTILINE) == [section.name for section in posted.told.sections]


def texts(components: Any) -> str:
    found = discord_rules.walk_components(list(components))
    return "\n".join(part["content"] for part in found if part["type"] == discord_rules.TEXT)
