"""What is learned of the feeds' repositories stays fresh, in a process apart."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bots import Bot, a_bot
from servers.scratch import NOON, Scratch

from analysis.triage.learned import general_judgement

MINUTES, WEEK = timedelta(minutes=11), timedelta(days=7)


@pytest.fixture
async def bot(environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    """A bot with a feed of a repository whose people tag; its settings are those of the process."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    scratch = Scratch(tmp_path / "scratch.git")
    now = datetime.now(UTC)
    for number in range(120):
        kind = "fix" if number % 2 else "docs"
        scratch.commit(
            f"{kind}: number {number}", {f"{kind}/{number}.py": "x = 1\n"}, at=now - timedelta(days=9, minutes=-number)
        )
    async with a_bot(environ, scratch.path, now) as made:
        made.feed(repository="ann/scratch", place=f"ann/scratch={scratch.path}")
        yield made


def learned_at(bot: Bot) -> datetime | None:
    return bot.core.stores.learned.made_at("ann/scratch")


async def test_a_repository_is_learned_once_a_week(bot: Bot) -> None:
    """Not at the start, where more urgent work is; then once, then when it is a week old."""
    await bot.assembly.learn()
    assert learned_at(bot) is None
    bot.now += MINUTES
    await bot.assembly.learn()
    first = learned_at(bot)
    assert first is not None
    assert {trial.part for trial in bot.core.stores.learned.trials("ann/scratch")} == {"types", "importance", "areas"}
    bot.core.stores.learned.put("ann/scratch", general_judgement(), (), NOON, (0, 0))
    bot.now = NOON + WEEK - MINUTES
    await bot.assembly.learn()
    assert learned_at(bot) == NOON
    bot.now = first + WEEK + MINUTES
    await bot.assembly.learn()
    again = learned_at(bot)
    assert again is not None
    assert again >= first


async def test_a_repository_that_cannot_be_read_is_told_and_tried_later(
    bot: Bot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Other feeds' lessons do not wait for it."""
    bot.feed(repository="ann/gone", place=f"ann/gone={tmp_path / 'gone.git'}", channel="C2")
    bot.now += MINUTES
    with caplog.at_level(logging.WARNING):
        await bot.assembly.learn()
        await bot.assembly.learn()
        await bot.assembly.learn()
    assert len([record for record in caplog.records if "could not be learned" in record.getMessage()]) == 1
    assert "gone.git" in caplog.text
    assert learned_at(bot) is not None
