"""One real day as Discord gets it: within its limits, the must-knows on a phone's first screen, every commit once."""

import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.i18n.language import LANGUAGES, Language
from analysis.rules import RulesAnalyser
from bot.config import load
from bot.delivery.posts import digest_post
from bot.digests.core import open_core
from bot.digests.repositories import Place
from formatters.discord.replies import Posting, posting

sys.path.insert(0, str(Path(__file__).parents[1]))

from servers import discord_rules as rules

MOST_SEEN = 1_500  # characters of a post, without the addresses behind its links


@pytest.fixture(params=LANGUAGES)
def posted(request: pytest.FixtureRequest, bundle: Path, environ: dict[str, str]) -> tuple[Digest, Posting]:
    language: Language = request.param
    core = open_core(load(environ), lambda: datetime(2026, 1, 9, 1, 0, tzinfo=UTC))
    source = core.sources.open(Place("sgl-project/sglang", str(bundle)))
    window = Window.of(date(2026, 1, 8), "Asia/Shanghai")
    digest, areas = core.digest(source, window, language, RulesAnalyser(), lambda *_: None)
    core.stores.store.close()
    return digest, posting(digest_post(digest, areas, 1))


def texts(components: Any) -> str:
    found = rules.walk_components(list(components))
    return "\n".join(part["content"] for part in found if part["type"] == rules.TEXT)


def test_the_real_day_fits(posted: tuple[Digest, Posting]) -> None:
    """The post in a phone's reach, the thread whole, all of it taken."""
    digest, post = posted
    for message in (post.first, *post.followers):
        errors = rules.check_message({"flags": 32768, "components": list(message.components)})
        assert not errors, errors.body()
    seen = re.sub(r"\]\(<[^>]*>\)", "]", texts(post.first.components))
    assert len(seen) <= MOST_SEEN
    assert len(re.findall(r"^🔴", seen, re.MULTILINE)) == len(digest.must_know) >= 3
    thread = "\n".join(texts(message.components) for message in post.followers)
    assert [thread.count(f"`{entry.commit.short}`") for entry in digest.entries] == [1] * 49
