"""One real day as Slack gets it: taken, drawn without a warning, the must-knows on a phone's first screen."""

import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.i18n.language import LANGUAGES, Language
from analysis.rules import RulesAnalyser
from bot.config import load
from bot.delivery.posts import digest_post
from bot.digests.core import open_core
from bot.digests.repositories import Place
from formatters.reply import DigestPost
from formatters.slack.digest import parent, thread

sys.path.insert(0, str(Path(__file__).parents[1]))

from servers import slack_rules as rules

PREVIEW = Path(__file__).parents[3] / "shared" / "preview"


@pytest.fixture(params=LANGUAGES)
def posted(request: pytest.FixtureRequest, bundle: Path, environ: dict[str, str]) -> tuple[Digest, DigestPost]:
    language: Language = request.param
    core = open_core(load(environ), lambda: datetime(2026, 1, 9, 1, 0, tzinfo=UTC))
    source = core.sources.open(Place("sgl-project/sglang", str(bundle)))
    window = Window.of(date(2026, 1, 8), "Asia/Shanghai")
    digest, areas = core.digest(source, window, language, RulesAnalyser(), lambda *_: None)
    core.stores.store.close()
    page = "https://github.com/sgl-project/sglang/commit/"
    entries = tuple(replace(e, commit=replace(e.commit, url=page + e.commit.sha)) for e in digest.entries)
    return digest, digest_post(replace(digest, entries=entries), areas, 1)


def test_the_real_day_fits(posted: tuple[Digest, DigestPost]) -> None:
    """The post in a phone's reach, the thread whole, all of it taken."""
    digest, post = posted
    first, followers = parent(post), thread(post)
    for message in (first, *followers):
        assert rules.check_blocks(message["blocks"]) == []
    assert len(first["text"]) <= 1_500
    assert first["text"].count("🔴") == len(digest.must_know) >= 3
    said = "\n".join(json.dumps(message["blocks"]) for message in followers)
    assert [said.count(f'"#{entry.commit.pull_request}"') for entry in digest.entries] == [1] * 49


def test_it_is_drawn_without_a_warning(posted: tuple[Digest, DigestPost], monkeypatch: pytest.MonkeyPatch) -> None:
    """No ping, no mark that shows as itself, no folding, no hidden character."""
    monkeypatch.syspath_prepend(str(PREVIEW))
    from checks import slack_message
    from html_text import Found
    from slack_blocks import Blocks

    _, post = posted
    for message in (parent(post), *thread(post)):
        found = Found()
        Blocks(found).message(message)
        assert [found.pings, found.notes, found.cuts, slack_message(message, "message")] == [[], [], 0, []]
