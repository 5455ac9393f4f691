"""Slack's agent view over sockets: conversations as threads, prompts, a status, streamed answers; and workspaces that lack them."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bots import a_bot
from fake_platform import an_asker
from servers.model import Behaviour, ModelServer
from servers.slack import FakeSlack
from servers.slack_world import StoredMessage
from slack_made import Talk, a_post, an_item, connected

from bot.commands.asking import ask
from bot.platforms.slack.manifest import SCOPES, scopes
from bot.port.platform import Answer, Conversation, Request
from formatters.reply import Board, Button, CommitList, CommitRow, Note, Step

AGENT = set(scopes(links=True))
LINK = ("https://github.com/example/quill/pull/12", "#12")
READING = Note("Looking for an answer", "working", steps=(Step("Reading the commit that fits", links=(LINK,)),))
FOUND = CommitList("What fits", (CommitRow(an_item(), "10:00", "", "show 4c46ecd"),), "en")
ANSWER = Board((Note("The cache is fixed.\n\nIt lands with the next release."), FOUND), "en")


@pytest.fixture
async def server() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(scopes=AGENT) as slack:
        yield slack
        assert slack.warnings == []
        assert [delivery.failure for delivery in slack.deliveries if delivery.failure] == []


@pytest.fixture
def talk() -> Talk:
    return Talk()


def one_sentence_then(gate: asyncio.Event) -> Conversation:
    """A conversation that shows an answer's first sentence, and the whole answer once it may."""

    async def read(request: Request) -> AsyncIterator[Answer]:
        yield Answer(READING)
        yield Answer(replace(READING, paragraphs=("The cache is fixed.",)))
        await gate.wait()
        yield Answer(ANSWER)

    return read


def below(server: FakeSlack, root: StoredMessage) -> list[StoredMessage]:
    channel = server.channels[root.channel]
    return [one for one in server.in_channel(channel) if one.thread_ts == root.ts and one is not root]


async def answered(server: FakeSlack, root: StoredMessage, text: str) -> StoredMessage:
    """The message below a question that says something, once nothing is streamed any more."""

    def found() -> StoredMessage | None:
        return next((m for m in below(server, root) if text in m.text and not is_streaming(m)), None)

    return await server.changed.until(found, f"an answer with {text!r}", 45)


def is_streaming(message: StoredMessage) -> bool:
    return message.stream is not None and message.stream.state == "in_progress"


def streaming(server: FakeSlack) -> list[StoredMessage]:
    return [message for message in server.messages if is_streaming(message)]


class TestConversations:
    async def test_a_question_is_answered_in_its_thread(self, server: FakeSlack, talk: Talk) -> None:
        async with connected(server, talk):
            root, _ = await server.ask("what changed?")
            first = await answered(server, root, "You asked: what changed?")
            await server.ask("and on AMD?", thread=root)
            second = await answered(server, root, "You asked: and on AMD?")
        assert {first.thread_ts, second.thread_ts} == {root.ts}
        assert [request.thread or request.message for request in talk.asked] == [root.ts, root.ts]

    async def test_without_the_agent_view_direct_messages_stay_flat(self, talk: Talk) -> None:
        async with FakeSlack(scopes=set(SCOPES), is_agent=False) as server, connected(server, talk):
            root, _ = await server.ask("what changed?")
            answer = await server.wait_message(text="You asked", channel=server.dm_with(server.user))
            assert (root.thread_ts, answer.thread_ts, server.statuses) == (None, None, [])

    async def test_where_the_scopes_are_kept_back_prompts_tell_that_it_is_an_agent(self, talk: Talk) -> None:
        talk.on("prompts", TestPrompts.OFFERED)
        async with FakeSlack() as server, connected(server, talk):
            assert server.scopes is None, "the header is not sent"
            await server.open_home(tab="messages")
            await server.changed.until(lambda: server.prompts, "prompts", 45)
            root, _ = await server.ask("what changed?")
            answer = await answered(server, root, "You asked")
        assert answer.thread_ts == root.ts


class TestPrompts:
    OFFERED = Note(
        "What would you like to know?", buttons=(Button("Yesterday in quill", "yesterday"), *[Button("x", "y")] * 5)
    )

    async def test_opening_the_messages_tab_offers_questions(self, server: FakeSlack, talk: Talk) -> None:
        talk.on("prompts", self.OFFERED)
        async with connected(server, talk):
            await server.open_home(tab="messages")
            await server.changed.until(lambda: server.prompts, "prompts", 45)
        assert talk.asked[0].asker.is_direct
        (prompts,) = server.prompts.values()
        assert prompts["title"] == "What would you like to know?"
        assert prompts["prompts"][0] == {"title": "Yesterday in quill", "message": "yesterday"}
        assert len(prompts["prompts"]) == 4, "Slack takes no more"

    async def test_where_the_app_is_no_agent_nothing_is_said(
        self, talk: Talk, caplog: pytest.LogCaptureFixture
    ) -> None:
        talk.on("prompts", self.OFFERED)
        caplog.set_level(logging.WARNING)
        async with FakeSlack(scopes=AGENT, is_agent=False) as server:
            async with connected(server, talk):
                for _ in range(3):
                    await server.open_home(tab="messages")
                    await server.changed.until(lambda: talk.asked, "the request", 45)
                await server.ask("help")
                await server.wait_message(text="You asked: help", channel=server.dm_with(server.user))
            assert len(server.calls.named("assistant.threads.setSuggestedPrompts")) == 1
            assert caplog.text.count("Slack goes without suggested prompts here") == 1


class TestStatus:
    async def test_it_says_that_it_reads_and_ends_with_the_answer(self, server: FakeSlack, talk: Talk) -> None:
        talk.gate.clear()
        talk.on("today", Note("Reading `example/quill`", "working"), Note("Done"))
        async with connected(server, talk):
            root, _ = await server.ask("today")
            await server.changed.until(lambda: server.statuses, "a status", 45)
            assert below(server, root) == [], "the status takes no message"
            talk.gate.set()
            await answered(server, root, "Done")
        assert server.statuses == [(root.channel, root.ts, "is reading …", ["Reading example/quill"])]

    async def test_in_a_channel_a_private_answer_takes_it_away(self, server: FakeSlack, talk: Talk) -> None:
        talk.gate.clear()
        talk.on("today", Note("Reading a secret", "working"), Note("Done"))
        async with connected(server, talk):
            root, _ = await server.say(f"<@{server.bot.id}> today")
            await server.changed.until(lambda: server.statuses, "a status", 45)
            talk.gate.set()
            await server.changed.until(lambda: len(server.statuses) > 1, "its end", 45)
        assert server.statuses == [(root.channel, root.ts, "is reading …", []), (root.channel, root.ts, "", [])]
        assert [m.only_for for m in server.messages if "Done" in m.text] == [server.user.id]

    async def test_a_workspace_without_it_gets_a_note_as_ever(
        self, server: FakeSlack, talk: Talk, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.lacking = {"assistant.threads.setStatus"}
        talk.gate.clear()
        talk.on("today", Note("Reading", "working"), Note("Done"))
        async with connected(server, talk):
            for number in (1, 2):
                talk.gate.clear()
                root, _ = await server.ask("today")
                await answered(server, root, "Reading")
                talk.gate.set()
                await answered(server, root, "Done")
                assert len(below(server, root)) == 1, "the answer takes the note's place"
                assert len(server.calls.named("assistant.threads.setStatus")) == 1, f"asked once, not {number} times"
        assert caplog.text.count("Slack goes without statuses here") == 1


class TestStreams:
    async def test_an_answer_grows_out_of_what_is_read(self, server: FakeSlack, talk: Talk) -> None:
        talk.gate.clear()
        talk.on("what", READING, ANSWER)
        async with connected(server, talk):
            root, _ = await server.ask("what changed?")
            await server.changed.until(lambda: below(server, root), "the stream", 45)
            (message,) = below(server, root)
            (plan,) = message.blocks
            (task,) = plan["tasks"]
            assert (plan["title"], task["title"], task["status"]) == (
                "Looking for an answer", "Reading the commit that fits", "in_progress",
            )  # fmt: skip
            assert task["sources"] == [{"type": "url", "url": LINK[0], "text": LINK[1]}]
            talk.gate.set()
            whole = await answered(server, root, "Fix the cache")
        assert whole is message, "one message, from the first word to the last"
        plan = whole.blocks[0]
        assert (plan["title"], plan["tasks"][0]["status"]) == ("What was read", "complete")
        text = whole.text
        assert text.index("The cache is fixed.") < text.index("It lands with") < text.index("Fix the cache")
        assert whole.element("daybrief:0")[1]["type"] == "static_select", "what was found can be opened"

    async def test_paragraphs_are_shown_as_they_come(self, server: FakeSlack) -> None:
        """Each once: the answer begins with those that stand."""
        gate = asyncio.Event()
        first, second = "The cache is fixed.", "It lands with the next release."

        async def read(request: Request) -> AsyncIterator[Answer]:
            yield Answer(READING)
            yield Answer(replace(READING, paragraphs=(first,)))
            await gate.wait()
            yield Answer(replace(READING, paragraphs=(first, second)))
            yield Answer(ANSWER)

        async with connected(server, read):
            root, _ = await server.ask("what changed?")
            await server.changed.until(lambda: [m for m in below(server, root) if first in m.text], "a sentence", 45)
            (message,) = below(server, root)
            assert is_streaming(message)
            assert second not in message.text
            gate.set()
            whole = await answered(server, root, "Fix the cache")
        assert whole is message
        assert [whole.text.count(one) for one in (first, second)] == [1, 1]
        assert whole.text.index(first) < whole.text.index(second) < whole.text.index("Fix the cache")

    async def test_an_answer_that_begins_otherwise_is_shown_anew(self, server: FakeSlack) -> None:
        """Nothing stands beside it that is not part of it."""

        async def read(request: Request) -> AsyncIterator[Answer]:
            yield Answer(READING)
            yield Answer(replace(READING, paragraphs=("Another beginning.",)))
            yield Answer(ANSWER)

        async with connected(server, read):
            root, _ = await server.ask("what changed?")
            whole = await answered(server, root, "Fix the cache")
        assert below(server, root) == [whole]
        assert "Another beginning." not in whole.text

    async def test_stopped_between_two_sentences_it_keeps_the_first(self, server: FakeSlack) -> None:
        gate = asyncio.Event()
        async with connected(server, one_sentence_then(gate)):
            root, _ = await server.ask("what changed?")
            await server.changed.until(lambda: [m for m in below(server, root) if "fixed" in m.text], "it", 45)
            await (await server.stop_agent(root)).acked()
            other, _ = await server.ask("what else?")
            gate.set()
            await answered(server, other, "Fix the cache")
        (message,) = below(server, root)
        assert "The cache is fixed." in message.text
        assert "It lands" not in message.text

    async def test_where_there_are_no_streams_they_grow_in_a_message(self, server: FakeSlack) -> None:
        server.lacking, gate = {"chat.startStream"}, asyncio.Event()
        async with connected(server, one_sentence_then(gate)):
            root, _ = await server.ask("what changed?")
            await server.changed.until(lambda: [m for m in below(server, root) if "fixed" in m.text], "it", 45)
            (message,) = below(server, root)
            assert message.stream is None
            gate.set()
            assert await answered(server, root, "Fix the cache") is message

    async def test_nothing_from_outside_is_read_as_markup(self, server: FakeSlack, talk: Talk) -> None:
        said = Note("<!channel> <@U123> [here](https://evil.example) *now*")
        talk.on("what", READING, Board((said, FOUND), "en"))
        talk.gate.clear()
        async with connected(server, talk):
            root, _ = await server.ask("what changed?")
            await server.changed.until(lambda: below(server, root), "the stream", 45)
            talk.gate.set()
            whole = await answered(server, root, "Fix the cache")
        assert whole.stream is not None
        assert whole.stream.text == "", "no Markdown is streamed"
        texts = [e for b in whole.blocks if b["type"] == "rich_text" for s in b["elements"] for e in s["elements"]]
        assert {"type": "text", "text": said.text} in texts

    @pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
    async def test_a_workspace_without_streams_gets_the_whole_answer(
        self, server: FakeSlack, talk: Talk, method: str
    ) -> None:
        server.lacking = {method}
        talk.gate.clear()
        talk.on("what", READING, ANSWER)
        async with connected(server, talk):
            root, _ = await server.ask("what changed?")
            await server.changed.until(lambda: below(server, root), "what is under way", 45)
            talk.gate.set()
            await server.changed.until(
                lambda: [m for m in below(server, root) if "Fix the cache" in m.text and m.stream is None], "it", 45
            )
        assert len(below(server, root)) == 1, "nothing half stands beside it"

    async def test_in_a_channel_it_is_streamed_where_all_are_to_see_it(self, server: FakeSlack, talk: Talk) -> None:
        talk.gate.clear()
        talk.on("what", READING, ANSWER, public=True)
        async with connected(server, talk):
            root, _ = await server.say(f"<@{server.bot.id}> what changed? public")
            await server.changed.until(lambda: below(server, root), "the stream", 45)
            talk.gate.set()
            await answered(server, root, "Fix the cache")
        (begun,) = server.calls.named("chat.startStream")
        assert (begun.payload["recipient_user_id"], begun.payload["recipient_team_id"]) == (
            server.user.id, server.team_id,
        )  # fmt: skip

    async def test_what_only_the_asker_sees_is_not_streamed(self, server: FakeSlack, talk: Talk) -> None:
        talk.on("what", READING, ANSWER)
        async with connected(server, talk):
            await server.say(f"<@{server.bot.id}> what changed?")
            await server.changed.until(lambda: [m for m in server.messages if "Fix the cache" in m.text], "it", 45)
        assert server.calls.named("chat.startStream") == []
        assert [m.only_for for m in server.messages if "Fix the cache" in m.text] == [server.user.id]

    async def test_who_stops_it_gets_no_more(self, server: FakeSlack, talk: Talk) -> None:
        talk.gate.clear()
        talk.on("what", READING, ANSWER)
        async with connected(server, talk):
            root, _ = await server.ask("what changed?")
            await server.changed.until(lambda: below(server, root), "the stream", 45)
            await server.stop_stream(below(server, root)[0])
            talk.gate.set()
            await server.calls.wait("chat.appendStream")
        (message,) = below(server, root)
        assert "Fix the cache" not in message.text

    @pytest.mark.parametrize("waiting", [READING, Note("Looking", "working")])
    async def test_the_stop_button_ends_what_is_under_way(self, server: FakeSlack, talk: Talk, waiting: Note) -> None:
        """Other conversations go on."""
        talk.gate.clear()
        talk.on("what", waiting, ANSWER)
        async with connected(server, talk):
            root, _ = await server.ask("what changed?")
            other, _ = await server.ask("what else?")
            await server.changed.until(lambda: len(server.statuses) + len(streaming(server)) == 2, "both", 45)
            await (await server.stop_agent(root)).acked()
            talk.gate.set()
            await answered(server, other, "Fix the cache")
        assert "Fix the cache" not in "".join(message.text for message in below(server, root))
        assert streaming(server) == []
        if not waiting.steps:
            assert (root.channel, root.ts, "", []) in server.statuses

    async def test_an_answer_that_takes_longer_than_a_stream_is_posted(self, server: FakeSlack, talk: Talk) -> None:
        talk.gate.clear()
        talk.on("what", READING, ANSWER)
        async with connected(server, talk):
            root, _ = await server.ask("what changed?")
            await server.changed.until(lambda: below(server, root), "the stream", 45)
            server.clock.advance(server.stream_lifetime + 1)
            talk.gate.set()
            await server.changed.until(
                lambda: [m for m in below(server, root) if "Fix the cache" in m.text and m.stream is None], "it", 45
            )
        assert len(below(server, root)) == 1

    async def test_steps_that_follow_each_other_quickly_are_seen(self, server: FakeSlack) -> None:
        """However soon the next one comes, what is under way is shown once there was time for the answer."""

        async def read(request: Request) -> AsyncIterator[Answer]:
            number = 0
            while len(server.calls.named("chat.appendStream")) < 2:
                number += 1
                yield Answer(Note("Reading", "working", steps=(Step(f"Fetching ({number})"),)))
                await asyncio.sleep(0.001)
            yield Answer(Note("Done"))

        async with connected(server, read):
            root, _ = await server.ask("today")
            whole = await answered(server, root, "Done")
        assert whole.stream is not None
        assert whole.stream.tasks["1"]["title"].startswith("Fetching")

    async def test_a_day_is_read_step_by_step_before_its_post(self, server: FakeSlack, talk: Talk) -> None:
        first = Note("Reading example/quill", "working", steps=(Step("Fetching (1/2)"), Step("Writing", "pending")))
        then = Note("Reading example/quill", "working", steps=(Step("Fetching (2/2)", "done"), Step("Writing")))
        talk.on("date", first, then, a_post())
        talk.gate.clear()
        async with connected(server, talk):
            root, _ = await server.ask("date 2026-01-08")
            await server.changed.until(lambda: below(server, root), "the plan", 45)
            (plan,) = below(server, root)
            assert [task["status"] for task in plan.blocks[0]["tasks"]] == ["in_progress", "pending"]
            talk.gate.set()
            await server.changed.until(lambda: len(below(server, root)) > 4, "the post", 45)
        assert [task["status"] for task in plan.blocks[0]["tasks"]] == ["complete", "complete"]
        assert talk.asked[0].follows


@pytest.mark.end_to_end
async def test_a_model_answers_below_what_it_reads(server: FakeSlack, environ: dict[str, str], quill: Path) -> None:
    """With everything real but Slack and the model: the commits that fit as sources, then a sentence, then the commits."""

    def place() -> dict[str, str]:
        return {"channel": server.channel.id, "workspace": server.team_id}

    async with a_bot(environ, quill) as bot:
        bot.feed(**place())
        await bot.reply("yesterday", an_asker(**place()))
        commit = ask(bot.core, "wrong page size", "en").found[0].entry.commit
        bot.core.stores.store.close()
    evidence = [{"side": "message", "path": "", "line": commit.subject}]
    said = {"text": commit.subject, "commit": commit.short, "evidence": evidence}
    gate = threading.Event()

    def cut(content: str) -> Iterator[str]:
        first = content.index("]}, ") + len("]}, ")
        yield content[:first]
        gate.wait(45)
        yield content[first:]

    invented = said | {"text": "It was 90% slower."}
    with ModelServer(lambda _: {"sentences": [said, invented]}) as model:
        model.always = Behaviour(cut=cut)
        configured: dict[str, Any] = {"DAYBRIEF_MODEL__BASE_URL": model.base_url, "DAYBRIEF_MODEL__NAME": "test-model"}
        async with a_bot(environ, quill, **configured) as bot, connected(server, bot.assembly.talk, patience=0):
            root, _ = await server.ask("what changed about the wrong page size?")
            shown = f"{commit.subject} ({commit.short})"
            await server.changed.until(lambda: [m for m in below(server, root) if shown in m.text], "a sentence", 45)
            assert [is_streaming(message) for message in below(server, root)] == [True], "before the model is done"
            gate.set()
            whole = await answered(server, root, "Fix wrong page size")
    assert "90%" not in json.dumps(whole.blocks)
    assert whole.stream is not None
    (task,) = whole.stream.tasks.values()
    assert task["status"] == "complete"
    assert task["title"].startswith("Reading 1 matching commit")
    sentence = whole.text.index(f"{commit.subject} ({commit.short})")
    assert sentence < whole.text.index("Fix wrong page size", sentence + len(commit.subject)), "above what was found"
    assert whole.element("daybrief:0")[1]["type"] == "static_select"
    assert len(model.requests) == 1
