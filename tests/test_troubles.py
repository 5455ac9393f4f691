"""What goes wrong outside, told in a channel: whole sentences in the reader's language, whatever fails, over a real GitHub on the loopback."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from bots import Bot, a_bot
from fake_platform import an_asker
from servers.github import GitHubServer
from servers.waiting import hurry

from bot.port.platform import Later, Refused

REPO = "example/quill"
READER = an_asker(language="zh")


@pytest.fixture
def github(quill: Path) -> Iterator[GitHubServer]:
    with GitHubServer({REPO: quill}) as server:
        yield server


@pytest.fixture
async def bot(environ: dict[str, str], quill: Path, github: GitHubServer) -> AsyncIterator[Bot]:
    """A bot whose channel has a Chinese digest, read on GitHub."""
    settings: dict[str, Any] = {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    async with a_bot(environ, quill, **settings) as made:
        made.feed(place=REPO, language="zh")
        yield made


def is_chinese(text: str) -> bool:
    """Whether a sentence has at least a Chinese character, and ends as Chinese ones do."""
    return any("\u4e00" <= char <= "\u9fff" for char in text) and text.endswith("。")


async def test_an_outage_is_told_in_chinese(
    bot: Bot, github: GitHubServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that nothing was skipped; what exactly happened is in the log."""
    hurry(monkeypatch)
    github.fail(times=1_000)
    said = await bot.problem("2026-03-11", READER)
    assert said == "GitHub 或存储没有正常应答；没有遗漏任何内容，请稍后再试。详情见 Daybrief 日志。"
    assert "did not answer a request for example/quill" in caplog.text


async def test_a_used_up_limit_is_told_with_its_end(bot: Bot, github: GitHubServer) -> None:
    """So that nobody asks before."""
    github.token_limit = 0
    said = await bot.problem("2026-03-11", READER)
    assert "GitHub 的请求额度已用完" in said
    assert "UTC 恢复" in said
    assert is_chinese(said)


async def test_a_refused_token_and_a_lost_repository_are_told(bot: Bot, github: GitHubServer) -> None:
    """In Chinese, too."""
    github.tokens = ()
    assert is_chinese(await bot.problem("2026-03-11", READER))
    github.tokens = ("test-token",)
    github.rename(REPO, "example/elsewhere")
    for text in ("show 1234567890abcdef", "save setup new repository=example/none", "save setup new repository=none"):
        assert is_chinese(await bot.problem(text, READER)), text


async def test_where_nothing_is_known_it_says_how_to_change_that(bot: Bot) -> None:
    """Not with commands of a terminal."""
    for text in ("area AMD", "search cache", "areas"):
        said = await bot.problem(text, READER)
        assert is_chinese(said)
        assert "daybrief" not in said
    assert is_chinese(await bot.problem("show nothing like it", READER))


@pytest.mark.parametrize("trouble", [Refused("refused.edit_window_closed"), Later("Slack wants fewer calls", 30.0)])
async def test_a_post_that_cannot_be_mended_is_no_defect(bot: Bot, trouble: Exception) -> None:
    """The platform's word is told."""
    await bot.assembly.due()
    bot.platform.trouble = lambda step: _raise(trouble) if step == "edit" else None
    said = await bot.problem("rerun 2026-03-12", READER)
    assert said.startswith("已重新生成")
    assert is_chinese(said)


def _raise(error: Exception) -> None:
    raise error
