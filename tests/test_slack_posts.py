"""Posts in Slack: made once, found again, continued and edited, whatever goes wrong on the way."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from made import the_files
from servers.slack import FakeSlack
from slack_made import AREAS, a_post, a_slack

from bot.platforms.slack.transport import Slack
from bot.port.platform import Later, Refused, Unsure
from formatters.outline import outline
from formatters.reply import Note


@pytest.fixture
async def server() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        yield server
        assert server.warnings == []


@pytest.fixture
async def slack(server: FakeSlack) -> AsyncIterator[Slack]:
    slack = a_slack(server)
    yield slack
    await slack.close()


def seen(server: FakeSlack) -> list[str]:
    """The first line of each message in the channel."""
    return [message.text.splitlines()[0] for message in server.in_channel()]


WHOLE = [
    "example/quill: Thursday, 2026-03-12 · Asia/Shanghai",
    "2026-03-12 00:00 to 2026-03-13 00:00 (Asia/Shanghai, 24 h), branch main",
    "KV cache: 1 commit",
    "Tests, CI and docs: 1 commit",
]


def is_whole(server: FakeSlack) -> bool:
    """The post stands once, with all its replies in their order, and its report."""
    parent, *thread = server.in_channel()
    files = [message for message in thread if message.data.get("files")]
    texts = [message.text.splitlines()[0] for message in (parent, *thread) if message not in files]
    return texts == WHOLE and len(files) == 1 and {message.thread_ts for message in thread} == {parent.ts}


class TestPosting:
    async def test_a_digest_comes_with_its_thread_and_the_report(self, slack: Slack, server: FakeSlack) -> None:
        posted = await slack.post(server.channel.id, a_post(), "k1")
        assert is_whole(server)
        picture, report = server.files.values()
        assert (picture.alternative, report.title) == ("When 2 commits landed, by hour.", "example/quill: Thursday")
        assert report.data == b"<!doctype html>The report"
        assert posted.message == server.in_channel()[0].ts
        assert len(posted.followers) == 5

    async def test_no_previews_are_asked_for(self, slack: Slack, server: FakeSlack) -> None:
        await slack.post(server.channel.id, a_post(), "k1")
        for call in server.calls.named("chat.postMessage"):
            assert (call.payload["unfurl_links"], call.payload["unfurl_media"]) == (False, False)

    async def test_a_quiet_day_is_one_message(self, slack: Slack, server: FakeSlack) -> None:
        post = a_post(entries=())
        await slack.post(server.channel.id, post, "k1")
        assert len(server.in_channel()) == 1

    async def test_a_day_without_areas_shows_no_empty_line(self, slack: Slack, server: FakeSlack) -> None:
        post = a_post()
        entries = tuple(replace(e, triage=replace(e.triage, areas=())) for e in post.outline.digest.entries)
        digest = replace(post.outline.digest, entries=entries)
        await slack.post(server.channel.id, replace(post, outline=outline(digest, AREAS)), "k1")
        assert "–" not in server.in_channel()[0].text.split()

    async def test_posting_again_adds_nothing(self, slack: Slack, server: FakeSlack) -> None:
        first = await slack.post(server.channel.id, a_post(), "k1")
        assert await slack.post(server.channel.id, a_post(), "k1") == first
        assert is_whole(server)

    async def test_another_delivery_is_another_post(self, slack: Slack, server: FakeSlack) -> None:
        await slack.post(server.channel.id, Note("One"), "k1")
        await slack.post(server.channel.id, Note("One"), "k2")
        assert seen(server) == ["One", "One"]

    async def test_blocks_that_slack_does_not_take_leave_the_text(self, slack: Slack, server: FakeSlack) -> None:
        server.fail_with("chat.postMessage", "msg_blocks_too_long")
        await slack.post(server.channel.id, a_post(), "k1")
        assert is_whole(server)
        assert server.in_channel()[0].blocks == []

    async def test_messages_to_one_channel_are_a_second_apart(
        self, server: FakeSlack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waits: list[float] = []

        async def note(seconds: float) -> None:
            waits.append(seconds)
            server.clock.advance(seconds)

        monkeypatch.setattr("bot.platforms.slack.posts.asyncio.sleep", note)
        slack = a_slack(server, pause=1.1)
        server.rate_limits = True
        try:
            await slack.post(server.channel.id, a_post(), "k1")
        finally:
            await slack.close()
        assert is_whole(server)
        assert len(waits) == 4


class TestFinding:
    async def test_what_was_posted_is_found_by_its_key(self, slack: Slack, server: FakeSlack) -> None:
        posted = await slack.post(server.channel.id, Note("One"), "k1")
        await slack.post(server.channel.id, Note("Two"), "k2")
        for _ in range(450):
            await server.say("chatter")
        assert await slack.find(server.channel.id, "k1") == posted
        assert await slack.find(server.channel.id, "k3") is None

    async def test_somebody_elses_words_are_no_post(self, slack: Slack, server: FakeSlack) -> None:
        message, _ = await server.say("k1")
        message.data["metadata"] = {"event_type": "daybrief_post", "event_payload": {"key": "k1", "part": 0}}
        assert await slack.find(server.channel.id, "k1") is None


class TestWhatGoesWrong:
    @pytest.mark.parametrize("lost", range(6), ids=lambda lost: f"call {lost}")
    async def test_a_lost_reply_never_posts_twice(self, slack: Slack, server: FakeSlack, lost: int) -> None:
        """Whichever call's answer is lost: it is unknown, one looks, and goes on with what stands."""
        names = ["chat.postMessage"] * 4 + ["files.completeUploadExternal", "upload"]
        server.faults.add(names[lost], skip=lost if lost < 4 else 0, lose_reply=True)
        with pytest.raises(Unsure, match="Slack did not answer"):
            await slack.post(server.channel.id, a_post(), "k1")
        assert await slack.find(server.channel.id, "k1")
        await slack.post(server.channel.id, a_post(), "k1")
        assert is_whole(server)

    @pytest.mark.parametrize("break_off", ["hang_up", "lose_reply"])
    @pytest.mark.parametrize("call", range(8))
    async def test_whoever_goes_on_after_a_crash_ends_with_one_whole_post(
        self, server: FakeSlack, call: int, break_off: str
    ) -> None:
        """Stopped before or after each call that a post takes; then a new process goes on."""
        first, second = a_slack(server), a_slack(server)
        server.faults.add("*", skip=call, **{break_off: True})
        with contextlib.suppress(Unsure, Later):
            await first.post(server.channel.id, a_post(), "k1")
        await second.post(server.channel.id, a_post(), "k1")
        assert is_whole(server)

    @pytest.mark.parametrize("break_off", ["hang_up", "lose_reply"])
    @pytest.mark.parametrize("call", range(13))
    async def test_an_edit_that_was_stopped_is_done_again(self, server: FakeSlack, call: int, break_off: str) -> None:
        slack = a_slack(server)
        posted = await slack.post(server.channel.id, a_post(), "k1")
        better = replace(a_post(notes=("Read anew",)), files=the_files("Better"))
        server.faults.add("*", skip=call, **{break_off: True})
        with contextlib.suppress(Later):
            await slack.edit(posted, better)
        await slack.edit(posted, better)
        parent, *thread = server.in_channel()
        assert "Read anew" in parent.text
        standing = [file.data for file in server.files.values() if file.data and not file.deleted and file.channels]
        assert standing == [b"\x89PNG", b"Better"]
        assert len(thread) == 4

    async def test_a_reply_lost_before_anything_stood_is_known_as_nothing(
        self, slack: Slack, server: FakeSlack
    ) -> None:
        server.faults.add("chat.postMessage", hang_up=True)
        with pytest.raises(Unsure):
            await slack.post(server.channel.id, a_post(), "k1")
        assert await slack.find(server.channel.id, "k1") is None

    @pytest.mark.parametrize("status", [500, 502, 503])
    async def test_a_failing_slack_leaves_it_open_whether_it_was_posted(
        self, slack: Slack, server: FakeSlack, status: int
    ) -> None:
        server.faults.add("chat.postMessage", status=status, body="<html>no</html>")
        with pytest.raises(Unsure):
            await slack.post(server.channel.id, a_post(), "k1")

    @pytest.mark.parametrize("method", ["conversations.history", "chat.postMessage", "files.getUploadURLExternal"])
    async def test_a_rate_limit_says_how_long_to_wait(self, slack: Slack, server: FakeSlack, method: str) -> None:
        server.fail_with_rate_limit(method, 7)
        with pytest.raises(Later) as caught:
            await slack.post(server.channel.id, a_post(), "k1")
        assert caught.value.seconds == 7
        await slack.post(server.channel.id, a_post(), "k1")
        assert is_whole(server)

    async def test_a_channel_that_is_gone_says_so(self, slack: Slack, server: FakeSlack) -> None:
        with pytest.raises(Refused, match="the channel is gone, or it is private and Daybrief was removed from it"):
            await slack.post("C0GONE", a_post(), "k1")

    async def test_an_archived_channel_says_so(self, slack: Slack, server: FakeSlack) -> None:
        server.channel.is_archived = True
        with pytest.raises(Refused, match="the channel is archived"):
            await slack.post(server.channel.id, a_post(), "k1")

    async def test_a_channel_without_the_bot_says_how_to_invite_it(self, slack: Slack, server: FakeSlack) -> None:
        with pytest.raises(Refused, match="invite it with /invite"):
            await slack.post(server.add_channel("other", with_bot=False).id, a_post(), "k1")

    async def test_a_channel_that_forbids_posting_says_so(self, slack: Slack, server: FakeSlack) -> None:
        server.fail_with("chat.postMessage", "restricted_action")
        with pytest.raises(Refused, match="restricted by an administrator"):
            await slack.post(server.channel.id, a_post(), "k1")

    async def test_a_revoked_token_is_no_fault_of_the_channel(self, slack: Slack, server: FakeSlack) -> None:
        """The feed is not paused for it: it goes on when somebody sets another token."""
        server.fail_with("*", "token_revoked")
        with pytest.raises(Later, match="token: it was revoked") as caught:
            await slack.post(server.channel.id, a_post(), "k1")
        assert caught.value.seconds >= 60

    async def test_a_missing_permission_names_the_way_out(self, slack: Slack, server: FakeSlack) -> None:
        server.scopes = {"chat:write"}
        with pytest.raises(Later, match=r"lacks a permission for conversations\.history: update its manifest"):
            await slack.post(server.channel.id, a_post(), "k1")

    async def test_files_that_may_not_be_uploaded_do_not_hold_up_the_post(
        self, slack: Slack, server: FakeSlack
    ) -> None:
        """The thread says what is missing and who can help, once; when it may be done, an edit brings them."""
        server.scopes = {"chat:write", "channels:history", "groups:history", "im:history", "mpim:history"}
        for _ in range(2):
            posted = await slack.post(server.channel.id, a_post(), "k1")
        assert seen(server)[:-1] == WHOLE
        assert seen(server)[-1].startswith("The files of this post are missing: the Slack app may not upload any.")
        server.scopes = None
        await slack.edit(posted, a_post())
        assert is_whole(server)

    async def test_no_network_is_not_a_lost_reply(self, server: FakeSlack) -> None:
        slack = Slack("xoxb", "xapp", base_url="http://127.0.0.1:1/api/")
        with pytest.raises(Later, match="Slack cannot be reached"):
            await slack.post(server.channel.id, a_post(), "k1")
        await slack.close()


class TestEditing:
    async def test_what_changed_is_shown_in_its_place(self, slack: Slack, server: FakeSlack) -> None:
        posted = await slack.post(server.channel.id, a_post(), "k1")
        calls = len(server.calls.named("chat.update"))
        edited = await slack.edit(posted, a_post(notes=("One commit was read anew",)))
        parent, *thread = server.in_channel()
        assert "One commit was read anew" in parent.text
        assert edited.message == posted.message
        assert len(server.calls.named("chat.update")) - calls == 1, "what has not changed is left alone"
        assert len(thread) == 4
        assert await slack.find(server.channel.id, "k1"), "it is still the same delivery"

    async def test_replies_come_and_go_with_their_areas(self, slack: Slack, server: FakeSlack) -> None:
        posted = await slack.post(server.channel.id, a_post(), "k1")
        edited = await slack.edit(posted, a_post(entries=()))
        assert len(server.in_channel()) == 1
        assert edited.followers == ()
        await slack.edit(edited, a_post())
        assert is_whole(server)

    async def test_a_new_report_takes_the_old_ones_place(self, slack: Slack, server: FakeSlack) -> None:
        posted = await slack.post(server.channel.id, a_post(), "k1")
        await slack.edit(posted, replace(a_post(), files=the_files("Better")))
        assert [file.data for file in server.files.values() if not file.deleted] == [b"\x89PNG", b"Better"]

    async def test_an_edit_that_got_no_answer_is_tried_later(self, slack: Slack, server: FakeSlack) -> None:
        posted = await slack.post(server.channel.id, Note("One"), "k1")
        server.faults.add("chat.update", lose_reply=True)
        with pytest.raises(Later):
            await slack.edit(posted, Note("Two"))
        await slack.edit(posted, Note("Two"))
        assert seen(server) == ["Two"]

    async def test_a_post_that_somebody_deleted_is_gone(self, slack: Slack, server: FakeSlack) -> None:
        posted = await slack.post(server.channel.id, Note("One"), "k1")
        server.in_channel()[0].deleted = True
        with pytest.raises(Refused, match="is gone"):
            await slack.edit(posted, Note("Two"))


class TestDirectMessages:
    async def test_a_person_has_one_conversation(self, slack: Slack, server: FakeSlack) -> None:
        channel = await slack.direct(server.user.id)
        await slack.post(channel, Note("Reverted: …"), "k1")
        assert server.dm_with(server.user).id == channel
        assert (await slack.direct(server.user.id)) == channel

    async def test_somebody_unknown_is_refused(self, slack: Slack, server: FakeSlack) -> None:
        with pytest.raises(Refused, match="no such person"):
            await slack.direct("U0NOBODY")
