"""Links to the archive that people share in Slack, over sockets: what is shown below them, and where nothing is."""

from collections.abc import AsyncIterator

import pytest
from servers.slack import FakeSlack
from slack_made import Talk, an_item, connected

from bot.platforms.slack.manifest import scopes
from formatters.reply import CommitList, CommitRow, Note

ARCHIVE = "https://daybrief.example.com/archive"
COMMIT = f"{ARCHIVE}/commit/4c46ecd0"


@pytest.fixture
async def server() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(scopes=set(scopes(links=True)), unfurl_domains={"daybrief.example.com"}) as slack:
        yield slack
        assert [delivery.failure for delivery in slack.deliveries if delivery.failure] == []


@pytest.fixture
def talk() -> Talk:
    made = Talk()
    made.on("preview", CommitList("example/quill", (CommitRow(an_item(), "10:00", "", "show 4c46ecd"),), "en"))
    return made


async def test_a_link_is_shown_with_what_it_leads_to(server: FakeSlack, talk: Talk) -> None:
    async with connected(server, talk):
        await server.share_link(f"look: <{COMMIT}?lang=zh&amp;x=1>")
        await server.calls.wait("chat.unfurl")
    (shared,) = server.shared_links
    ((url, shown),) = shared.unfurls.items()
    assert url == f"{COMMIT}?lang=zh&amp;x=1", "by the name that Slack has for it"
    assert talk.asked[0].values == {"address": f"{COMMIT}?lang=zh&x=1"}
    assert (talk.asked[0].asker.channel, talk.asked[0].asker.is_direct) == (server.channel.id, False)
    assert {block["type"] for block in shown["blocks"]} == {"rich_text"}, (
        "controls would be about somebody else's message"
    )
    assert "Fix the cache" in str(shown["blocks"])


async def test_what_is_being_typed_is_not_shown(server: FakeSlack, talk: Talk) -> None:
    """It is not known yet who will see it."""
    async with connected(server, talk):
        await server.share_link(COMMIT, composer=True)
        await server.share_link(COMMIT)
        await server.calls.wait("chat.unfurl")
    assert len(talk.asked) == 1


async def test_of_many_links_the_first_are_shown(server: FakeSlack, talk: Talk) -> None:
    async with connected(server, talk):
        await server.share_link(" ".join(f"{COMMIT}{number}" for number in range(20)))
        await server.calls.wait("chat.unfurl")
    assert len(talk.asked) == 5


async def test_what_may_not_be_seen_is_not_shown(server: FakeSlack, talk: Talk) -> None:
    """The conversation says nothing, or why; neither belongs below somebody's message."""
    talk.answers["preview"] = []
    async with connected(server, talk):
        await server.share_link(COMMIT)
        await server.changed.until(lambda: talk.asked, "the request", 45)
        talk.on("preview", Note("You may not see that", "problem"))
        await server.share_link(COMMIT)
        await server.changed.until(lambda: len(talk.asked) > 1, "the second", 45)
    assert server.calls.named("chat.unfurl") == []


async def test_without_the_permission_it_is_said_once(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    missing = {"links:write"}
    async with FakeSlack(scopes=set(scopes(links=True)) - missing, unfurl_domains={"daybrief.example.com"}) as server:
        async with connected(server, talk):
            await server.share_link(COMMIT)
            await server.calls.wait("chat.unfurl")
            await server.share_link(COMMIT)
            await (await server.slash("/digest", "help")).replied()
        assert len(server.calls.named("chat.unfurl")) == 1
    assert caplog.text.count("Slack goes without unfurls here") == 1
