"""What is said of a listing, in the language of whoever reads the digest."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from made import a_commit
from servers.scratch import Scratch

from analysis.commits.window import Window
from analysis.digest.pipeline import silent
from analysis.entry import RULES
from analysis.i18n.language import LANGUAGES, Language
from analysis.sources.remarks import Remark, is_empty, is_pressing, is_stale, no_commits, returned, stale, vanished
from bot.config import load
from bot.digests.core import open_core
from bot.digests.repositories import parse_place
from bot.i18n.wording import said

NINE = datetime(2026, 1, 9, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("language", "told"), [("en", "the repository has no commits yet"), ("zh", "仓库还没有提交")])
def test_a_digest_says_it_in_its_language(
    environ: dict[str, str], tmp_path: Path, language: Language, told: str
) -> None:
    place = parse_place(f"ann/scratch={Scratch(tmp_path / 'scratch.git').path}")
    core = open_core(load(environ), lambda: NINE)
    window = Window.of(NINE.date(), "UTC").before(1)
    digest, _ = core.digest(core.sources.open(place), window, language, core.analyser(RULES), silent)
    core.stores.store.close()
    assert digest.notes == (told,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_remark_is_known_again_in_any_language(language: Language) -> None:
    """A clone that was not fetched is an outage, whoever reads it."""
    old, empty, other = stale("2026-01-08 12:00"), no_commits(), Remark("renamed", old="a/b", new="a/c")
    assert [is_stale(one.said(language)) for one in (old, empty, other)] == [True, False, False]
    assert [is_empty(one.said(language)) for one in (old, empty, other)] == [False, True, False]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [1, 3])
def test_commits_gone_or_back_are_told_on_quiet_days_too(language: Language, count: int) -> None:
    commits = [a_commit(f"Change {number}") for number in range(count)]
    for remark in (vanished([NINE.date()], commits), returned([NINE.date()], commits)):
        assert is_pressing(remark.said(language))
    assert not is_pressing(Remark("renamed", old="a/b", new="a/c").said(language))


def test_why_a_post_waits_is_said_in_the_readers_language() -> None:
    """The error itself, which is in English, only to whoever reads English."""
    for kept in ("cause.outage GitHub did not answer.", "trouble.later Discord is not connected."):
        assert said(kept, "en") == kept.partition(" ")[2]
        assert said(kept, "zh").strip()
        assert not any(word in said(kept, "zh") for word in ("answer", "connected"))
