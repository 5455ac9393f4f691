"""Slack with its real SDK over sockets: what people do, and what they see."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from servers.slack import FakeSlack
from servers.slack_world import View
from slack_made import Talk, a_form, a_post, a_slack, an_item, connected, named

from analysis.errors import BadInput
from bot.platforms.slack.transport import Slack
from bot.port.command import Command
from bot.port.platform import Answer, Later
from formatters.reply import Board, Button, CommitDetail, CommitList, CommitRow, Note, Sheet

LONG = b"# a file that does not come in one piece\n" * 5_000


@pytest.fixture
async def server() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack
        assert slack.warnings == []
        assert [delivery.failure for delivery in slack.deliveries if delivery.failure] == []


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.fixture
async def slack(server: FakeSlack, talk: Talk) -> AsyncIterator[Slack]:
    async with connected(server, talk) as slack:
        yield slack


class TestCommands:
    async def test_a_command_is_answered_to_its_asker_alone(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        command = await server.slash("/digest", "show 4c46ecd")
        await command.replied()
        assert command.text.startswith("You asked: show 4c46ecd")
        assert command.replies[0].only_for == server.user.id
        (request,) = talk.asked
        assert (request.command, request.asker.platform, request.asker.channel) == (
            "show 4c46ecd",
            "slack",
            server.channel.id,
        )
        assert (request.asker.workspace, request.asker.user) == (server.team_id, server.user.id)

    async def test_it_is_acknowledged_before_the_work_is_done(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        """Slack waits three seconds; a day's analysis takes longer."""
        talk.gate.clear()
        talk.on("today", Note("The day is being read", "working"), Note("Done"))
        command = await server.slash("/digest", "today")
        await talk.begun.wait()
        await command.acked()
        await command.replied()
        assert command.ack == {}
        assert "The day is being read" in command.text
        talk.gate.set()
        await server.changed.until(lambda: "Done" in command.text, "the answer", 5)
        assert "The day is being read" not in command.text, "the answer takes its place"

    async def test_what_is_ready_at_once_needs_no_note(self, server: FakeSlack, talk: Talk) -> None:
        talk.on("today", Note("Working", "working"), Note("Done"))
        async with connected(server, talk, patience=5):
            command = await server.slash("/digest", "today")
            await command.replied()
        assert [reply.text for reply in command.replies] == ["Done\nDone"]

    async def test_an_answer_for_everybody_replaces_the_private_note(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        talk.gate.clear()
        talk.on("areas", Note("Working", "working"), Note("Ten areas"))
        talk.answers["areas"][1] = Answer(Note("Ten areas"), public=True)
        command = await server.slash("/digest", "areas public")
        await command.replied()
        talk.gate.set()
        await server.changed.until(lambda: "Ten areas" in command.text, "the answer", 5)
        assert [m.text for m in server.in_channel()] == ["Ten areas\nTen areas"]
        assert "Working" not in command.text

    async def test_a_post_for_everybody_leaves_no_note_in_the_channel(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        """While it is made, only whoever asked for it hears so."""
        talk.gate.clear()
        talk.on("today", Note("Working", "working"), a_post(), public=True)
        command = await server.slash("/digest", "today public")
        await command.replied()
        assert "Working" in command.text
        assert server.in_channel() == []
        talk.gate.set()
        await server.changed.until(lambda: len(server.in_channel()) == 4, "the thread", 5)
        assert "Working" not in command.text

    async def test_nothing_typed_is_a_call_for_help(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        await (await server.slash("/digest", "  ")).replied()
        assert talk.asked[0].command == "help"

    async def test_slacks_own_marks_are_taken_off(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        """Phones write round quotes, Slack puts brackets around links."""
        await (await server.slash("/digest", "search “a &amp; b” <https://x.org/pull/1|x.org/pull/1>")).replied()
        assert talk.asked[0].command == "search “a & b” https://x.org/pull/1"

    async def test_a_long_answer_goes_on_after_the_response_url_is_used_up(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        rows = tuple(CommitRow(an_item(), "10:00", "", f"show {n}") for n in range(300))
        talk.on("search", CommitList("Found", rows, "en"))
        command = await server.slash("/digest", "search cache")
        await server.changed.until(lambda: _private(server).count("Fix the cache") >= 300, "all rows", 5)
        assert command.response_url_uses == 5

    async def test_an_expired_response_url_is_no_reason_for_silence(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        talk.gate.clear()
        talk.on("today", Note("Working", "working"), Note("Done"))
        command = await server.slash("/digest", "today")
        await command.replied()
        server.clock.advance(31 * 60)
        talk.gate.set()
        await server.changed.until(lambda: "Done" in _private(server), "the answer", 5)

    async def test_a_digest_for_everybody_comes_with_its_thread_and_report(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        talk.on("today", a_post(), public=True)
        await server.slash("/digest", "today public")
        await server.changed.until(lambda: server.files and len(server.in_channel()) == 5, "the thread", 5)
        parent, *thread = server.in_channel()
        assert {message.thread_ts for message in thread} == {parent.ts}

    async def test_a_digest_for_the_asker_is_its_first_screen(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        talk.on("today", a_post())
        command = await server.slash("/digest", "today")
        await command.replied()
        assert "example/quill: Thursday, 2026-03-12" in command.text
        assert server.in_channel() == []

    async def test_a_defect_ends_one_answer_and_nothing_else(
        self, slack: Slack, server: FakeSlack, talk: Talk, caplog: pytest.LogCaptureFixture
    ) -> None:
        talk.answers["today"] = [None]  # type: ignore[list-item]  # the defect
        command = await (await server.slash("/digest", "today")).replied()
        assert "an internal error" in command.text
        assert "an answer failed" in caplog.text
        await (await server.slash("/digest", "help")).replied()


def _private(server: FakeSlack) -> str:
    return "\n".join(m.text for m in server.messages if m.only_for and not m.deleted)


class TestConversations:
    async def test_a_mention_in_a_thread_is_answered_there(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        first, _ = await server.say("Have you seen 4c46ecd?")
        await server.say(f"<@{server.bot.id}> show 4c46ecd", thread_ts=first.ts)
        await server.changed.until(lambda: "You asked" in _private(server), "the answer", 5)
        assert (talk.asked[0].command, talk.asked[0].thread) == ("show 4c46ecd", first.ts)
        answer = server.messages[-1]
        assert (answer.thread_ts, answer.only_for) == (first.ts, server.user.id)

    @pytest.mark.parametrize(
        ("said", "understood"),
        [
            ("{us} show 4c46ecd", "show 4c46ecd"), ("hey {us}: areas", "areas"), ("<@U0PRIYA> {us} areas", "areas"),
            ("{us}", "help"), ("areas {us}", "areas"), ("{us} search &lt;b&gt; &amp; c", "search <b> & c"),
        ],
    )  # fmt: skip
    async def test_a_mention_may_stand_anywhere(
        self, slack: Slack, server: FakeSlack, talk: Talk, said: str, understood: str
    ) -> None:
        await server.say(said.format(us=f"<@{server.bot.id}>"))
        await server.changed.until(lambda: talk.asked, "the question", 5)
        assert talk.asked[0].command == understood

    async def test_a_mentions_public_answer_stands_in_its_thread(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        talk.on("areas", Note("Ten areas"), public=True)
        asked, _ = await server.say(f"<@{server.bot.id}> areas public")
        message = await server.wait_message(text="Ten areas")
        assert message.thread_ts == asked.ts

    async def test_a_direct_message_is_answered_and_the_note_edited(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        talk.gate.clear()
        talk.on("today", Note("Working", "working"), Note("Done"))
        own = server.dm_with(server.user)
        await server.say("today", channel=own)
        note = await server.wait_message(text="Working", channel=own)
        talk.gate.set()
        done = await server.wait_message(text="Done", channel=own)
        assert done.ts == note.ts
        assert talk.asked[0].asker.is_direct

    async def test_a_file_is_handed_on(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        """By the command that takes it, however it is worded; the token goes to Slack alone."""
        await server.say("this is ours", channel=server.dm_with(server.user), file=("uses.toml", LONG))
        await server.changed.until(lambda: talk.asked or None, "a question", 5)
        asked = talk.asked[0]
        assert asked.command == "uses"
        assert asked.attachment
        assert (asked.attachment.name, asked.attachment.size) == ("uses.toml", len(LONG))
        assert await asked.attachment.read() == LONG
        for elsewhere in ("https://example.com/files/F1", server.origin.replace("http:", "https:") + "/files/F1", ""):
            with pytest.raises(Later):
                await slack._client.download(elsewhere)  # noqa: SLF001 - an address that Slack would not give

    async def test_what_is_not_meant_for_the_bot_is_left_alone(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        await (await server.say("good morning"))[1].acked()
        await server.event({"type": "message", "subtype": "message_changed", "channel": "D1", "channel_type": "im"})
        await server.event({"type": "reaction_added", "user": server.user.id})
        await (await server.slash("/digest", "help")).replied()
        assert [request.command for request in talk.asked] == ["help"]

    async def test_an_event_that_comes_twice_is_answered_once(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        _, delivery = await server.say(f"<@{server.bot.id}> areas")
        await delivery.acked()
        await (await server.again(delivery)).acked()
        await (await server.slash("/digest", "help")).replied()
        assert [request.command for request in talk.asked] == ["areas", "help"]

    async def test_a_command_that_slack_sends_again_is_answered_once(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        """It has the same trigger."""
        first = await server.slash("/digest", "areas")
        await first.replied()
        await (await server.again(first)).acked()
        await (await server.slash("/digest", "areas")).replied()
        assert [request.command for request in talk.asked] == ["areas", "areas"]

    async def test_the_shortcut_shows_what_a_message_names(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        message, _ = await server.say("why did &lt;https://github.com/o/r/pull/9#x&gt; land?")
        await server.shortcut("daybrief", message=message)
        await server.changed.until(lambda: "You asked" in _private(server), "the answer", 5)
        assert talk.asked[0].command == Command("show", ("https://github.com/o/r/pull/9",))


class TestControls:
    async def test_a_button_means_what_typing_means(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        posted = await slack.post(server.channel.id, a_post(), "k1")
        message = await server.wait_message(text="example/quill")
        press = await server.press(message, named(message.blocks, "By area"))
        await press.replied()
        assert press.text.startswith("You asked: areas")
        assert press.replies[0].only_for == server.user.id
        assert "example/quill" in message.text, "the post itself stays"
        assert posted.message == message.ts

    async def test_a_menu_shows_the_details_of_one_item(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        talk.on("show", CommitDetail(an_item(), "en", "Asia/Shanghai", (Button("Rank lower", "rank down 1"),)))
        await slack.post(server.channel.id, a_post(), "k1")
        message = await server.wait_message(text="example/quill")
        press = await server.press(
            message, named(message.blocks, "Open an item …"), values=["show example/quill@4c46ecd"]
        )
        await press.replied()
        assert "high importance" in press.text
        assert "2026-03-12 12:00 (Asia/Shanghai)" in press.text

    async def test_a_note_that_waits_never_replaces_the_post(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        talk.gate.clear()
        talk.on("areas", Note("Working", "working"), Note("Ten areas"))
        await slack.post(server.channel.id, a_post(), "k1")
        message = await server.wait_message(text="example/quill")
        press = await server.press(message, named(message.blocks, "By area"))
        await press.replied()
        talk.gate.set()
        await press.replied(2)
        assert "example/quill" in message.text
        assert "Ten areas" in press.text


class TestForms:
    async def open(self, server: FakeSlack, talk: Talk) -> View:
        talk.on("setup", a_form("setup save"))
        await server.slash("/digest", "setup")
        return await server.wait_view(text="Repository")

    async def test_a_form_sends_what_was_filled_in(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        view = await self.open(server, talk)
        talk.on("setup", Note("The first digest comes tomorrow.", "done"))
        await server.submit(
            view, {"repository": "example/quill", "hour": ["9"], "zone": ["Zone/200"], "areas": ["docs", "amd"]}
        )
        await server.wait_view(text="The first digest comes tomorrow")
        request = talk.asked[-1]
        assert request.command == "setup save"
        assert request.values == {"repository": "example/quill", "hour": "9", "zone": "Zone/200", "areas": "docs,amd"}
        assert request.asker.channel == server.channel.id

    async def test_a_mistake_brings_the_form_back_with_all_that_was_typed(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        view = await self.open(server, talk)
        talk.on("setup", Note("`quill` does not name a repository: write owner/name.", "problem"))
        sent = {"repository": "quill", "hour": ["8"], "zone": ["Zone/3"]}
        await server.submit(view, sent)
        again = await server.wait_view(text="does not name a repository")
        elements = {
            block["element"]["action_id"]: block["element"]
            for block in again.data["blocks"]
            if block["type"] == "input"
        }
        assert elements["repository"]["initial_value"] == "quill"
        assert elements["hour"]["initial_option"]["value"] == "8"
        assert elements["zone"]["initial_option"]["value"] == "Zone/3"
        assert "initial_options" not in elements["areas"], "what was taken away stays away"
        talk.on("setup", Note("Saved", "done"))
        await server.submit(again, sent | {"repository": "example/quill"})
        await server.wait_view(text="Saved")

    async def test_a_form_that_cannot_be_opened_any_more_is_offered(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        lifetime, server.trigger_lifetime = server.trigger_lifetime, -1.0
        talk.on("setup", a_form())
        command = await server.slash("/digest", "setup")
        await command.replied()
        server.trigger_lifetime = lifetime
        offer = command.replies[0]
        await server.press(offer, named(offer.blocks, "Open the form"))
        await server.wait_view(text="Repository")
        assert [request.command for request in talk.asked] == ["setup", "setup"]

    async def test_a_mention_is_offered_the_form(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        talk.on("setup", a_form())
        await server.say(f"<@{server.bot.id}> setup")
        await server.changed.until(lambda: "Open the form" in _private(server), "the offer", 5)


class TestHome:
    async def test_the_home_tab_shows_the_board(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        stop = Button("Stop", "unsubscribe 1")
        mine = Sheet("My subscriptions", ("Topic", "When"), (("AMD", "daily"),), "en", actions=(stop,))
        talk.on("home", Note("Working", "working"), Board((Note("Next: tomorrow"), mine), "en"))
        talk.on("unsubscribe", Note("Stopped", "done"))
        await server.open_home()
        await server.changed.until(lambda: "AMD" in _home(server), "the tab", 5)
        assert "Next: tomorrow" in _home(server)
        view = server.home[server.user.id]
        talk.on("home", Board((Note("Nothing subscribed"),), "en"))
        await server.press(view, named(view.data["blocks"], "Stop"))
        await server.wait_view(text="Stopped")
        await server.changed.until(lambda: "Nothing subscribed" in _home(server), "the tab anew", 5)

    async def test_an_answer_too_late_for_a_modal_comes_as_a_message(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        """Slack lets a modal be opened for three seconds."""
        talk.on("home", Note("Nothing yet", buttons=(Button("Yesterday", "yesterday"),)))
        talk.on("yesterday", Note("18 commits"))
        await server.open_home()
        await server.changed.until(lambda: "Nothing yet" in _home(server), "the tab", 5)
        server.trigger_lifetime = -1.0
        view = server.home[server.user.id]
        await server.press(view, named(view.data["blocks"], "Yesterday"))
        await server.wait_message(text="18 commits", channel=server.dm_with(server.user))


def _home(server: FakeSlack) -> str:
    view = server.home.get(server.user.id)
    return view.text if view else ""


class TestPeople:
    @pytest.mark.parametrize(
        ("change", "is_admin"),
        [
            (lambda server: None, False),
            (lambda server: setattr(server.user, "is_admin", True), True),
            (lambda server: setattr(server.channel, "creator", server.user.id), True),
            (lambda server: setattr(server, "user", replace(server.user, is_admin=True, team="T0ELSE")), False),
        ],
        ids=["anybody", "the workspace's", "the channel's creator", "another workspace's"],
    )
    async def test_who_may_administer(
        self, slack: Slack, server: FakeSlack, talk: Talk, change: Callable[[FakeSlack], object], is_admin: bool
    ) -> None:
        change(server)
        await (await server.slash("/digest", "help")).replied()
        assert talk.asked[0].asker.is_admin is is_admin

    async def test_language_and_zone_are_the_persons(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        server.user.locale, server.user.tz = "zh-CN", "Asia/Shanghai"
        for _ in range(2):
            await (await server.slash("/digest", "help")).replied()
        assert (talk.asked[0].asker.language, talk.asked[0].asker.zone) == ("zh", "Asia/Shanghai")
        assert len(server.calls.named("users.info")) == 1, "asked once in a while, not each time"

    async def test_in_the_home_tab_it_is_known_whose_channels_these_are(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        """Those that the person is in, of private ones only where Daybrief is, too; asked once in a while, page by page."""
        made = server.add_channel("made")
        made.creator = server.user.id
        secret = server.add_channel("secret", private=True)
        server.add_channel("alone", private=True, with_bot=False)
        server.add_channel("old", archived=True)
        server.add_channel("theirs").members.discard(server.user.id)

        def asked(count: int) -> bool:
            return len(talk.asked) == count

        for number in (1, 2):
            await server.open_home()
            await server.changed.until(partial(asked, number), "the request", 5)
        asker = talk.asked[1].asker
        assert asker.channels == {server.channel.id, made.id, secret.id}
        assert asker.administers == {made.id}
        assert len(server.calls.named("users.conversations")) == 1

    async def test_whoever_has_hundreds_of_channels_is_asked_about_page_by_page(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        for number in range(250):
            server.add_channel(f"team-{number}")
        await server.open_home()
        await server.changed.until(lambda: bool(talk.asked), "the request", 5)
        assert len(talk.asked[0].asker.channels) == 251

    async def test_a_person_unknown_to_us_may_still_ask(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        server.fail_with("users.info", "missing_scope", times=None)
        await (await server.slash("/digest", "help")).replied()
        assert not talk.asked[0].asker.is_admin


class TestConnection:
    async def test_a_round_that_was_cancelled_is_run_again(self, server: FakeSlack, talk: Talk) -> None:
        slack = a_slack(server)
        for _ in range(2):
            task = asyncio.create_task(slack.run(talk))
            await server.wait_socket()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await server.changed.until(lambda: not server.sockets, "the end of the connection", 5)
        await slack.close()

    async def test_a_token_revoked_on_the_way_is_said(self, server: FakeSlack, talk: Talk) -> None:
        slack = a_slack(server)
        task = asyncio.create_task(slack.run(talk))
        await server.wait_socket()
        server.fail_with("*", "token_revoked", times=None)
        server.drop_sockets()
        with pytest.raises(BadInput, match="it was revoked"):
            await task
        await slack.close()

    @pytest.mark.parametrize("token", ["bot_token", "app_token"])
    async def test_a_refused_token_is_said_in_one_sentence(self, server: FakeSlack, talk: Talk, token: str) -> None:
        tokens: dict[str, Any] = {"bot_token": server.bot_token, "app_token": server.app_token} | {token: "xoxb-wrong"}
        slack = Slack(**tokens, base_url=server.api_url)
        with pytest.raises(
            BadInput, match=r"Slack refuses Daybrief's token: it is not valid\. Set \[slack\] bot_token"
        ):
            await slack.run(talk)
        await slack.close()

    async def test_a_dropped_socket_comes_back(self, slack: Slack, server: FakeSlack, talk: Talk) -> None:
        server.drop_sockets()
        await server.changed.until(lambda: server.sockets_opened >= 2 and server.sockets, "a new connection", 5)
        await (await server.slash("/digest", "help")).replied()

    async def test_it_tells_whether_it_is_connected(self, slack: Slack, server: FakeSlack) -> None:
        """With the reason, as soon as it is not."""
        assert await slack.disconnected() == ""
        server.fail_with("apps.connections.open", "internal_error", times=None)
        server.drop_sockets()
        await server.changed.until(lambda: not server.sockets, "a broken connection", 5)
        while not (why := await slack.disconnected()):  # noqa: ASYNC110 - the SDK tells nobody
            await asyncio.sleep(0.01)
        assert why.startswith("Slack")

    async def test_a_refresh_asked_for_by_slack_loses_nothing(
        self, slack: Slack, server: FakeSlack, talk: Talk
    ) -> None:
        await server.disconnect_sockets()
        await server.changed.until(lambda: server.sockets_opened >= 2 and server.sockets, "a new connection", 5)
        await (await server.slash("/digest", "help")).replied()

    async def test_slack_may_be_away_at_the_start(self, server: FakeSlack, talk: Talk) -> None:
        server.faults.add("auth.test", times=2, hang_up=True)
        async with connected(server, talk):
            await (await server.slash("/digest", "help")).replied()

    async def test_tokens_and_tickets_stay_out_of_the_log(
        self, server: FakeSlack, talk: Talk, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.accept_sockets = False
        slack = a_slack(server)
        with caplog.at_level("DEBUG"):
            task = asyncio.create_task(slack.run(talk))
            await server.changed.until(lambda: "Failed to connect" in caplog.text, "a failure", 5)
            server.accept_sockets = True
            await server.wait_socket()
            await slack.close()
            await task
        assert "ticket=***" in caplog.text
        assert not re.search(r"ticket=ticket\w+", "\n".join(r.getMessage() for r in caplog.records if "bolt" in r.name))
        for secret in (server.bot_token, server.app_token):
            assert secret not in caplog.text

    async def test_closing_finishes_what_is_being_answered(self, server: FakeSlack, talk: Talk) -> None:
        talk.gate.clear()
        talk.on("today", Note("Working", "working"), Note("Done"))
        slack = a_slack(server)
        task = asyncio.create_task(slack.run(talk))
        await server.wait_socket()
        command = await server.slash("/digest", "today")
        await command.replied()
        closing = asyncio.create_task(slack.close())
        await server.changed.until(lambda: not server.sockets, "the end of the connection", 5)
        assert not closing.done()
        talk.gate.set()
        await closing
        await task
        assert "Done" in command.text
