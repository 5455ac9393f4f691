"""GitHub accounts as people: an author's name leads to who they are on the platform, and notifies nobody."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bots import DAY, HOUR, NINE, Bot, a_bot
from made import a_commit, an_entry, the_areas
from servers.github import GitHubServer
from servers.scratch import Scratch
from servers.waiting import hurry

from analysis.errors import BadInput
from bot.config import load
from bot.delivery.posts import commit_detail, commit_rows
from bot.port.accounts import Accounts
from bot.settings import PersonSettings
from formatters.discord.replies import rendered
from formatters.reply import CommitDetail, CommitList, DigestPost, Reply
from formatters.slack.replies import post, slack
from formatters.terminal.replies import reply_text

REPO = "ann/scratch"
SLACK, DISCORD = "https://slack.com/app_redirect?channel=U7", "https://discord.com/users/70"
PEOPLE = Accounts({"ann": PersonSettings(slack="U7", discord="70"), "ben": PersonSettings(slack="U8")})


def a_detail(login: str | None) -> CommitDetail:
    entry = an_entry(a_commit(author="Ann <@U9> Lee", login=login))
    return commit_detail(entry, the_areas(), "en", "UTC", 1)


def a_list(login: str | None) -> CommitList:
    rows = commit_rows([an_entry(a_commit(author="Ann", login=login))], the_areas(), "en", "UTC", {})
    return CommitList("Commits", rows, "en")


def on_slack(reply: Reply) -> str:
    return json.dumps([one["blocks"] for one in slack(PEOPLE.shown(reply, "slack"))], ensure_ascii=False)


def on_discord(reply: Reply) -> str:
    return json.dumps([part.components for part in rendered(PEOPLE.shown(reply, "discord"))], ensure_ascii=False)


@pytest.mark.parametrize("make", [a_detail, a_list])
def test_an_author_s_name_leads_to_the_person(make: type) -> None:
    """By a link, in whatever case the account is written; never by a mention, be it ours or the author's own."""
    said = on_slack(make("Ann"))
    assert f'"type": "link", "url": "{SLACK}"' in said
    assert '"type": "user"' not in said
    said = on_discord(make("Ann"))
    assert f"](<{DISCORD}>)" in said
    assert "<@" not in said.replace("<\u200b@", "")


def test_a_linked_name_stands_apart_from_what_surrounds_it() -> None:
    """Slack joins the pieces of a line as they are."""
    assert '"text": "Ann"}, {"type": "text", "text": " · ' in on_slack(a_list("Ann"))


@pytest.mark.parametrize("login", ["cay", "", None])
def test_who_is_not_mapped_is_a_name(login: str | None) -> None:
    """So is somebody on a platform for which nobody said who they are."""
    assert "app_redirect" not in on_slack(a_detail(login))
    assert "discord.com/users" not in on_discord(a_list("ben"))


# -- in the bot


@pytest.fixture
async def bot(environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    scratch = Scratch(tmp_path / "scratch.git")
    scratch.commit("Begin", {"app.py": "a = 1\n"}, at=NINE - 2 * DAY)
    scratch.commit("Add a flag", {"app.py": "a = 2\n"}, at=NINE - 20 * HOUR)
    file = tmp_path / "daybrief.toml"
    file.write_text('[people]\nAnn = {slack = "U7"}\n', encoding="utf-8")
    hurry(monkeypatch)
    with GitHubServer({REPO: scratch.path}) as server:
        settings = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_CONFIG": str(file)}
        async with a_bot(environ, scratch.path, NINE, **settings) as made:
            yield made


async def test_who_is_mentioned_is_known_by_the_account(bot: Bot) -> None:
    """In a question, and as an option."""
    bot.feed(repository=REPO, place=REPO, zone="UTC", since=NINE - HOUR)
    await bot.at(NINE)
    assert "author=ann" in reply_text((await bot.answers("search flag author=<@U7>"))[-1].reply, width=200)
    assert "in the repository, not in chat" in await bot.problem("what did <@U8> change?")


async def test_a_digest_s_thread_and_what_is_asked_lead_to_people(bot: Bot) -> None:
    """What is posted, and what is answered."""
    bot.feed(repository=REPO, place=REPO, zone="UTC", since=NINE - HOUR)
    await bot.at(NINE)
    (posted,) = bot.platform.in_channel("C1")
    assert isinstance(posted, DigestPost)
    assert SLACK in json.dumps([one["blocks"] for one in post(posted)[1]])
    shown = await bot.reply("show add a flag")
    assert SLACK in json.dumps([one["blocks"] for one in slack(shown)])


# -- configured, and looked at


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ('"@ann" = {slack = "U7"}', "is not a GitHub account"),
        ('ann = {slack = "@ann"}', "slack"),
        ('ann = {discord = "ann#1"}', "discord"),
        ('ann = {teams = "x"}', "unknown"),
        ('ann = "U7"', 'it should be a table, such as ann = { slack = "U…" }'),
    ],
)
def test_who_cannot_be_is_refused_with_its_place(tmp_path: Path, table: str, why: str) -> None:
    """In one sentence."""
    file = tmp_path / "daybrief.toml"
    file.write_text(f"[people]\n{table}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=why):
        load({}, file)
