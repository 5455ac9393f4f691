"""Discord with its real client over sockets: what people do reaches the conversation, and its answers reach them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from made import a_commit, a_digest, an_analysis, an_entry, the_areas, the_files
from servers import discord_rules as rules
from servers.discord import FakeDiscord, StoredMessage

from analysis.digest.digest import Digest
from analysis.errors import BadInput
from analysis.i18n.language import Language
from bot.commands.grammar import printed
from bot.platforms.discord.transport import Discord
from bot.port.command import Command
from bot.port.platform import Answer, Asker, Later, Option, Posted, Refused, Request, Unsure, Verb
from formatters.outline import outline
from formatters.reply import Button, DigestPost, Field, Form, Note, Reply

SAYS: dict[Language, str] = {"en": "What it does", "zh": "做什么"}
PUBLIC = Option("public", "flag", SAYS, named=True)
REPOSITORY = Option("repository", "repository", SAYS, named=True)
VERBS = (
    Verb("today", SAYS, (REPOSITORY, PUBLIC)),
    Verb("show", SAYS, (Option("commit", "commit", SAYS, required=True), REPOSITORY, PUBLIC)),
    Verb(
        "search",
        SAYS,
        (
            Option("words", "words", SAYS, required=True),
            Option("min", "choice", SAYS, choices={"high": SAYS, "low": SAYS}, named=True),
        ),
    ),
    Verb("uses", SAYS, (Option("file", "file", SAYS, named=True),)),
    Verb("setup", SAYS, (), is_admin=True, has_form=True),
)
KEY = "feed-1/2026-03-12"


class Memory(dict[str, str]):
    """What a platform remembers."""

    def get(self, key: str) -> str:  # type: ignore[override]
        return dict.get(self, key, "")

    def put(self, key: str, value: str) -> None:
        self[key] = value


class Talker:
    """A conversation that answers as told, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.answers: Callable[[Request], Sequence[Answer]] = lambda request: [
            Answer(Note(f"You said {printed(request.command)}"))
        ]
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, request: Request) -> AsyncIterator[Answer]:
        self.asked.append(request)
        await self.gate.wait()
        for answer in self.answers(request):
            yield answer

    async def suggest(
        self, asker: Asker, verb: str, option: Option, typed: str, others: Mapping[str, str]
    ) -> list[tuple[str, str]]:
        offered = [
            (f"{number:07x}", f"{number:07x} · {verb} {option.name} {typed} {dict(others)}") for number in range(40)
        ]
        return [("x" * 101, "too long to be taken"), *offered]


class World:
    """A Discord, the bot in it, and the conversation behind the bot."""

    def __init__(self, server: FakeDiscord, clock: Callable[[], datetime]) -> None:
        self.server, self.talker, self.memory, self.clock = server, Talker(), Memory(), clock
        self._running: list[tuple[Discord, asyncio.Task[None]]] = []

    @property
    def bot(self) -> Discord:
        return self._running[-1][0]

    async def start(self, token: str = "") -> None:
        """Start the bot, and wait until it is there and its commands are."""
        bot = Discord(
            token or self.server.token, VERBS, self.talker.suggest, self.memory, self.clock,
            base_url=self.server.api_url, gateway_url=self.server.gateway_url,
        )  # fmt: skip
        self._running.append((bot, asyncio.create_task(bot.run(self.talker))))
        await self.server.wait_ready()
        await self.server.changed.until(lambda: self.memory or None, "commands that are told", 5)

    async def stop(self) -> None:
        """Stop the bot as a process is stopped."""
        bot, task = self._running.pop()
        await bot.close()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await self.server.changed.until(lambda: not self.server.connected, "a bot that has left", 5)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def post(self, *, channel: str = "", reply: Reply | None = None) -> "asyncio.Future[Posted]":
        return asyncio.ensure_future(self.bot.post(channel or self.server.channel.id, reply or a_post(), KEY))

    def thread_of(self, posted: Posted) -> list[StoredMessage]:
        return self.server.in_channel(self.server.channels[posted.message])


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with FakeDiscord() as server, _restored():
        made = World(server, lambda: datetime.now(UTC))
        await made.start()
        yield made
        while made._running:  # noqa: SLF001 - its own fixture
            await made.stop()
        assert_components_alone(server)


def assert_components_alone(server: FakeDiscord) -> None:
    """Whatever was sent, in answers, posts, errors and forms, is Components V2: no words and no embeds beside them."""
    for call in server.calls:
        sent = call.payload.get("data") or call.payload
        assert not sent.get("content"), call
        assert not sent.get("embeds"), call
        if "custom_id" in sent:
            assert {part["type"] for part in sent["components"]} == {rules.LABEL}, call
        elif "components" in sent:
            assert sent["flags"] & rules.FLAG_COMPONENTS_V2, call


@contextlib.asynccontextmanager
async def _restored() -> AsyncIterator[None]:
    """The SDK knows one address for the whole process; the next test has another one."""
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


def a_day(*, headline: str = "The cache keeps its pages.", language: Any = "en") -> Digest:
    def commit(number: int, title: str) -> Any:
        sha = f"{number:040x}"
        return a_commit(title, sha=sha, url=f"https://github.com/example/quill/commit/{sha}")

    return a_digest(
        an_entry(commit(1, "Drop the flag (#12)"), "high", areas=("scheduler",)),
        an_entry(commit(2, "Keep pages"), areas=("kv_cache",), analysis=an_analysis(headline)),
        an_entry(commit(3, "Keep more pages"), areas=("kv_cache",)),
        language=language,
    )


def a_post(digest: Digest | None = None) -> DigestPost:
    made = outline(digest or a_day(), the_areas())
    buttons = (Button("By area", "today"), Button("👍", "good 2026-03-12"))
    second = made.digest.entries[1].analysis if len(made.digest.entries) > 1 else None
    headline = second.headline if second else ""
    return DigestPost(made, buttons, ("show example/quill@0000000",), the_files(headline))


FORM = Form(
    "Digest of this channel", "Save", "setup save",
    (
        Field("repository", "Repository"), Field("hour", "Hour", "9", options=(("9", "09:00"), ("10", "10:00"))),
        Field("zone", "Time zone", "UTC"), Field("language", "Language", "en", options=(("en", "English"), ("zh", "中文"))),
        Field("least", "From", "low", optional=True), Field("areas", "Areas", "kv_cache", options=(("kv_cache", "KV cache"), ("models", "Models")), many=True, optional=True),
        Field("quiet", "Quiet days", "line"),
    ),
    "en",
)  # fmt: skip


async def test_a_command_is_acknowledged_before_any_work_and_answered_to_its_asker_alone(world: World) -> None:
    """However long the work takes."""
    world.talker.gate.clear()
    used = await world.server.slash("digest show", {"commit": "4c46ecd", "repository": "example/quill"})
    await used.answered()
    assert used.messages[0].loading
    assert used.messages[0].ephemeral
    world.talker.gate.set()
    await used.settled()
    assert used.text == "You said show 4c46ecd repository=example/quill"
    assert not used.overdue


async def test_whoever_asks_is_known_by_place_language_and_rights(world: World) -> None:
    """As Discord says; a thread's commands mean its channel."""
    server = world.server
    posted = await world.post()
    guest = server.add_user("bob", guild=server.guild)
    guest.locale, guest.permissions = "zh-CN", 0
    await (await server.slash("digest today")).settled()
    await (await server.slash("digest today", user=guest, channel=server.channels[posted.message])).settled()
    await (await server.slash("digest today", user=guest, channel=server.dm_with(guest))).settled()
    guild, channel = server.guild.id, server.channel.id
    assert [(asked.asker, asked.thread) for asked in world.talker.asked] == [
        (Asker("discord", guild, server.user.id, channel, is_admin=True, name="Alice", language="en"), ""),
        (Asker("discord", guild, guest.id, channel, name="Bob", language="zh"), posted.message),
        (Asker("discord", "", guest.id, server.dm_with(guest).id, is_direct=True, name="Bob", language="zh"), ""),
    ]


@pytest.mark.parametrize("place", ["group", "server"])
async def test_whoever_has_it_for_themselves_is_answered_alone_anywhere(world: World, place: str) -> None:
    """In a server or a group without the bot they are as in direct messages: nobody else's rights or repositories count."""
    server = world.server
    elsewhere = server.add_channel("talk", guild=server.add_guild("Elsewhere", has_bot=False))
    channel = server.group_of(server.user) if place == "group" else elsewhere
    with pytest.raises(AssertionError, match="nobody who could has installed it"):
        await server.slash("digest today", channel=channel)
    server.install_for()
    used = await (await server.slash("digest today", channel=channel)).settled()
    assert (used.text, used.messages[0].ephemeral) == ("You said today", True)
    asker = Asker("discord", "", server.user.id, channel.id, is_direct=True, name="Alice", language="en")
    assert world.talker.asked[-1].asker == asker
    assert await asker.lacks(channel.id, False) == ()
    public = await (await server.slash("digest today", {"public": True}, channel=channel)).settled()
    assert "ask again without `public`" in public.text
    assert public.messages[0].ephemeral
    assert len(world.talker.asked) == 1


async def test_direct_messages_work_without_a_server(world: World) -> None:
    """Whoever has it for themselves shares no server with it."""
    server = world.server
    alone = server.add_user("carol")
    server.install_for(alone)
    used = await (await server.slash("digest today", user=alone, channel=server.dm_with(alone))).settled()
    assert used.text == "You said today"
    assert world.talker.asked[0].asker.is_direct
    channel = await world.bot.direct(alone.id)
    assert await world.post(channel=channel, reply=Note("Good morning"))
    server.user_installs.clear()
    with pytest.raises(Refused, match="they share no server with it and have not added it"):
        await world.bot.post(channel, Note("Good morning"), "another")


async def test_an_answer_among_others_keeps_to_the_messages_that_discord_takes(world: World) -> None:
    """The last one says where to see all of it."""
    world.server.install_for()
    world.talker.answers = lambda request: [
        Answer(Note("Reading …", "working")),
        Answer(Note("\n".join("A line of it. " * 100 for _ in range(30)))),
    ]
    used = await (await world.server.slash("digest today", channel=world.server.group_of(world.server.user))).settled(6)
    assert len(used.messages) == 6
    assert (
        used.messages[-1].text
        == "The full answer does not fit here: ask again in a direct message to Daybrief to see all of it."
    )


async def test_a_message_is_explained_by_what_it_names(world: World) -> None:
    """Wherever it is written: in its words, an embed, components, a message that it forwards."""
    server = world.server
    writer = server.add_user("writer", guild=server.guild)
    message = server.say(
        "as of 4c46ecd (see #187)",
        user=writer,
        embeds=[{"title": "[quill:main] 1 new commit", "description": "[`1a2b3c4`](https://github.com/example/quill/commit/1a2b3c4)",
                 "fields": [{"name": "Also", "value": "example/quill#12"}]}],
        components=[{"type": 17, "components": [{"type": 10, "content": "[x](<https://daybrief.example.com/commit/5d6e7f8>)"}]}],
        message_snapshots=[{"message": {"content": "reverts 9f8e7d6"}}],
    )  # fmt: skip
    used = await (await server.context_menu("Explain this commit", message)).settled()
    assert used.messages[0].ephemeral
    assert world.talker.asked[0].command == Command(
        "explain",
        (
            "4c46ecd", "#187", "1a2b3c4", "https://github.com/example/quill/commit/1a2b3c4", "example/quill#12",
            "https://daybrief.example.com/commit/5d6e7f8", "9f8e7d6",
        ),
    )  # fmt: skip


async def test_a_message_is_explained_where_the_bot_is_not(world: World) -> None:
    """To whoever has it for themselves; a message without any reference is asked about, too."""
    world.server.install_for()
    message = world.server.say("Good morning", channel=world.server.group_of(world.server.user))
    await (await world.server.context_menu("Explain this commit", message)).settled()
    assert world.talker.asked[0].command == Command("explain")
    assert world.talker.asked[0].asker.is_direct


async def test_a_public_answer_is_seen_by_all(world: World) -> None:
    """Where it was asked for."""
    world.talker.answers = lambda request: [Answer(Note("For all"), public=True)]
    used = await world.server.slash("digest today", {"public": True})
    await used.settled()
    assert world.talker.asked[0].command == Command("today", flags=frozenset({"public"}))
    assert [(message.text, message.ephemeral) for message in used.messages] == [("For all", False)]


async def test_a_private_answer_to_a_public_question_stays_private(world: World) -> None:
    """A mistake in the command is for whoever made it."""
    world.talker.answers = lambda request: [Answer(Note("No such day", "problem"))]
    used = await world.server.slash("digest today", {"public": True})
    await world.server.changed.until(lambda: used.followups or None, "an answer", 5)
    assert [(message.text, message.ephemeral) for message in used.messages] == [("⚠️ No such day", True)]


async def test_an_answer_takes_the_place_of_the_one_before(world: World) -> None:
    """Working, then the result; what is longer goes on in further messages, which go again."""
    long = Note("\n".join("A line of it. " * 100 for _ in range(6)))
    world.talker.answers = lambda request: [
        Answer(Note("Reading …", "working")),
        Answer(long),
        Answer(Note("Done", "done")),
    ]
    used = await world.server.slash("digest today")
    await world.server.changed.until(lambda: used.text == "✅ Done" or None, "the last answer", 5)
    said = [json.dumps(version["components"], ensure_ascii=False) for version in used.messages[0].earlier]
    assert "⏳ Reading …" in said[1]
    assert len(used.followups) == 2
    assert all(message.deleted for message in used.followups)


@pytest.mark.parametrize("call", ["POST /interactions/*/callback", "PATCH /webhooks/*/messages/*"])
async def test_an_answer_comes_though_the_connection_breaks(world: World, call: str) -> None:
    """While it is acknowledged, or while it is shown."""
    world.server.faults.add(call, lose_reply=call.startswith("POST"), hang_up=call.startswith("PATCH"))
    used = await world.server.slash("digest today")
    await used.settled()
    assert used.text == "You said today"


async def test_an_answer_that_was_dismissed_is_left_alone(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever closed it does not want to see it."""
    world.talker.gate.clear()
    used = await (await world.server.slash("digest today")).answered()
    used.messages[0].deleted = True
    world.talker.gate.set()
    await world.server.calls.wait("PATCH /webhooks/*/messages/*")
    await (await world.server.slash("digest today")).settled()
    assert "not ours to answer any more" in caplog.text
    assert used.messages == []


async def test_a_fault_of_ours_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for an answer that does not come."""

    def fail(request: Request) -> Sequence[Answer]:
        raise RuntimeError("a defect")

    world.talker.answers = fail
    used = await world.server.slash("digest today")
    await used.settled()
    assert "internal error" in used.text
    assert "a defect" in caplog.text


async def test_an_answer_that_took_a_quarter_of_an_hour_comes_as_a_message(world: World) -> None:
    """Discord takes answers for that long; private ones are sent directly."""
    world.talker.gate.clear()
    used = await world.server.slash("digest today")
    await used.answered()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16), tick=True):
        world.talker.gate.set()
        direct = world.server.dm_with(world.server.user)
        await world.server.changed.until(lambda: world.server.in_channel(direct) or None, "a direct message", 5)
    assert world.server.in_channel(direct)[0].text == "You said today"


async def test_what_is_typed_is_completed(world: World) -> None:
    """With what Discord takes: 25 of them, none too long."""
    hints = await world.server.autocomplete("digest show", "commit", "4c", {"repository": "example/quill"})
    await hints.answered()
    assert len(hints.choices) == 25
    label = "0000000 · show commit 4c {'repository': 'example/quill'}"
    assert hints.choices[0] == {"value": "0000000", "name": label}


async def test_a_command_of_an_older_version_is_answered_too(world: World) -> None:
    """Discord's clients know the new ones after a while only."""
    older = world.server.command("digest")["options"]
    older.append({"type": 1, "name": "gone", "options": [{"type": 3, "name": "x", "autocomplete": True}]})
    used = await world.server.slash("digest gone", {"x": "y"})
    await used.settled()
    assert used.text == "You said gone"
    assert (await (await world.server.autocomplete("digest gone", "x", "y")).answered()).choices == []


async def test_commands_are_told_once(world: World) -> None:
    """And again only when they are others."""
    assert [option["name"] for option in world.server.command("digest")["options"]] == [
        "today",
        "show",
        "search",
        "uses",
        "setup",
    ]
    assert (
        not world.server.command("digest")["name_localizations"]
        if "name_localizations" in world.server.command("digest")
        else True
    )
    await world.restart()
    await (await world.server.slash("digest today")).settled()
    assert len(world.server.calls.named("PUT /applications/*/commands")) == 1
    world.memory[next(iter(world.memory))] = "others"
    await world.restart()
    await world.server.calls.wait("PUT /applications/*/commands", 2)


async def test_only_the_intent_for_channels_is_asked_for(world: World) -> None:
    """We read nothing that people write."""
    assert world.server.identifies[0]["intents"] == 1


async def test_the_buttons_and_the_list_of_a_post_work_after_a_restart(world: World) -> None:
    """They carry their command."""
    posted = await world.post()
    await world.restart()
    message = world.server.messages[posted.message]
    pressed = await world.server.press(message, "d:good 2026-03-12")
    await pressed.settled()
    chosen = await world.server.select(message, "p:", "show example/quill@0000000")
    await chosen.settled()
    assert [printed(asked.command) for asked in world.talker.asked] == ["good 2026-03-12", "show example/quill@0000000"]
    assert (pressed.text, pressed.messages[0].ephemeral) == ("You said good 2026-03-12", True)
    assert message.data["edited_timestamp"] is None


async def test_a_form_is_filled_in_step_by_step_also_over_a_restart(world: World) -> None:
    """Five fields at once is all that Discord takes."""

    def answer(request: Request) -> Sequence[Answer]:
        if printed(request.command) == "setup":
            return [Answer(FORM)]
        return [Answer(Note(json.dumps(request.values, sort_keys=True)))]

    world.talker.answers = answer
    opened = await (await world.server.slash("digest setup")).answered()
    assert opened.modal["title"] == "Digest of this channel (1/2)"
    first = await world.server.submit(opened, {"repository": "example/quill", "hour": ["10"], "language": ["en"]})
    await first.settled()
    assert first.text == "Step 1 of 2 is done.\n\nContinue (2/2)\nSave"
    await world.restart()
    second = await (await world.server.press(first.messages[0], "o1:setup")).answered()
    assert second.modal["title"] == "Digest of this channel (2/2)"
    done = await world.server.submit(second, {"areas": ["kv_cache", "models"]})
    await done.settled()
    assert world.talker.asked[-1].command == "setup save"
    assert world.talker.asked[-1].values == {
        "repository": "example/quill", "hour": "10", "zone": "UTC", "language": "en", "least": "low",
        "areas": "kv_cache,models", "quiet": "line",
    }  # fmt: skip


async def test_a_form_can_be_sent_after_its_first_step(world: World) -> None:
    """The rest stays as it stands."""
    world.talker.answers = lambda request: [
        Answer(FORM if printed(request.command) == "setup" else Note("Saved", "done"))
    ]
    opened = await (await world.server.slash("digest setup")).answered()
    first = await world.server.submit(opened, {"repository": "example/quill", "hour": ["10"], "language": ["en"]})
    await first.settled()
    saved = await world.server.press(first.messages[0], "a:setup")
    await saved.settled()
    assert saved.text == "✅ Saved"
    assert (world.talker.asked[-1].values["hour"], world.talker.asked[-1].values["areas"]) == ("10", "kv_cache")


async def test_a_short_form_is_sent_at_once(world: World) -> None:
    """Its values by name, with the command that it stands for."""
    short = replace(FORM, fields=FORM.fields[:3])
    world.talker.answers = lambda request: [
        Answer(short if printed(request.command) == "setup" else Note("Saved", "done"))
    ]
    opened = await (await world.server.slash("digest setup")).answered()
    saved = await world.server.submit(opened, {"repository": "a/b", "hour": ["9"], "zone": "Asia/Shanghai"})
    await saved.settled()
    asked = world.talker.asked[-1]
    assert (printed(asked.command), asked.values) == (
        "setup save",
        {"repository": "a/b", "hour": "9", "zone": "Asia/Shanghai"},
    )


async def test_a_mistake_in_a_form_can_be_corrected(world: World) -> None:
    """Nothing is filled in twice."""
    short = replace(FORM, fields=FORM.fields[:3])

    def answer(request: Request) -> Sequence[Answer]:
        if printed(request.command) == "setup":
            return [Answer(short)]
        is_wrong = request.values["zone"] == "Mars"
        return [Answer(Note("No such zone", "problem") if is_wrong else Note("Saved", "done"))]

    world.talker.answers = answer
    opened = await (await world.server.slash("digest setup")).answered()
    wrong = await world.server.submit(opened, {"repository": "a/b", "hour": ["10"], "zone": "Mars"})
    await world.server.changed.until(lambda: "Edit …" in wrong.text or None, "a way back", 5)
    assert wrong.text == "⚠️ No such zone\n\nEdit …"
    again = await (await world.server.press(wrong.messages[0], "o0:setup")).answered()
    entries = [labelled["component"] for labelled in again.modal["components"]]
    assert (entries[0]["value"], entries[2]["value"]) == ("a/b", "Mars")
    assert [option["value"] for option in entries[1]["options"] if option["default"]] == ["10"]
    right = await world.server.submit(again, {"hour": ["10"], "zone": "UTC"})
    await right.settled()
    assert right.text == "✅ Saved"
    drafts = [key for key in world.memory if key.startswith("draft")]
    await world.server.changed.until(lambda: not any(map(world.memory.get, drafts)), "a draft that is gone", 5)


async def test_a_form_that_takes_its_time_comes_behind_a_button(world: World) -> None:
    """Discord waits for three seconds, and shows a form as the first answer only."""
    world.talker.gate.clear()
    world.talker.answers = lambda request: [Answer(FORM)]
    used = await (await world.server.slash("digest setup")).answered()
    world.talker.gate.set()
    await used.settled()
    assert used.text == "Digest of this channel\n\nSave"
    opened = await (await world.server.press(used.messages[0], "o0:setup")).answered()
    assert opened.modal["custom_id"] == "f0:setup"


async def test_a_command_that_might_have_had_a_form_answers_as_any(world: World) -> None:
    """Such as that one may not do it."""
    used = await world.server.slash("digest setup")
    await used.settled()
    assert (used.text, used.messages[0].ephemeral) == ("You said setup", True)


async def test_a_digest_is_posted_with_its_thread_and_report(world: World) -> None:
    """Nobody is pinged and no preview is shown."""
    posted = await world.post()
    thread = world.server.channels[posted.message]
    assert thread.name == "example/quill: Thursday, 2026-03-12"
    said = [message.text for message in world.thread_of(posted)]
    assert ["Scheduler" in said[0], "KV cache (2)" in said[1], said[2]] == [
        True,
        True,
        "The day in pictures, and the full report:",
    ]
    assert world.thread_of(posted)[2].uploads[1].data == b"The cache keeps its pages."
    assert posted.followers == tuple(message.id for message in world.thread_of(posted))
    for call in world.server.calls.named("POST /channels/*/messages"):
        assert call.payload["allowed_mentions"] == {"parse": []}
        assert call.payload["flags"] == rules.FLAG_COMPONENTS_V2 | 4
        assert call.payload["enforce_nonce"]


async def test_a_direct_message_has_no_thread(world: World) -> None:
    """The report stands below it."""
    channel = await world.bot.direct(world.server.user.id)
    posted = await world.post(channel=channel)
    messages = world.server.in_channel(world.server.channels[channel])
    assert [message.id for message in messages] == [posted.message, *posted.followers]
    assert [upload.filename for upload in messages[-1].uploads] == ["quill-by-hour.png", "quill.html"]


async def test_a_post_whose_reply_is_lost_is_found_and_gone_on_with(world: World) -> None:
    """And stands once."""
    world.server.faults.add("POST /channels/*/messages", lose_reply=True)
    with pytest.raises(Unsure):
        await world.post()
    assert await world.bot.find(world.server.channel.id, "another") is None
    found = await world.bot.find(world.server.channel.id, KEY)
    assert found == Posted(world.server.channel.id, world.server.in_channel()[0].id)
    posted = await world.post()
    assert posted.message == found.message
    assert len(posted.followers) == 3
    assert len(world.server.in_channel()) == 1


@pytest.mark.parametrize("skip", range(1, 4))
async def test_a_thread_that_broke_off_is_gone_on_with(world: World, skip: int) -> None:
    """Parts that stand are not posted again, whether their reply came or not; also by another process."""
    world.server.faults.add("POST /channels/*/messages", skip=skip, lose_reply=skip % 2 == 0, hang_up=skip % 2 == 1)
    with pytest.raises(Unsure):
        await world.post()
    await world.restart()
    posted = await world.post()
    assert len(world.server.in_channel()) == 1
    assert posted.followers == tuple(message.id for message in world.thread_of(posted))
    assert len(posted.followers) == 3
    assert await world.bot.find(world.server.channel.id, KEY) == posted


async def test_a_thread_whose_making_got_lost_is_found(world: World) -> None:
    """Discord says that there is one."""
    world.server.faults.add("POST /channels/*/messages/*/threads", lose_reply=True)
    with pytest.raises(Unsure):
        await world.post()
    assert len((await world.post()).followers) == 3
    assert len(world.server.in_channel()) == 1


async def test_what_is_older_than_three_days_is_not_looked_at(world: World) -> None:
    """Nobody goes on with a delivery after that; a busy channel is not read to its beginning."""
    posted = await world.post()
    world.clock = lambda: datetime.now(UTC) + timedelta(days=4)
    await world.restart()
    assert await world.bot.find(world.server.channel.id, KEY) is None
    assert posted.message


async def test_a_rate_limit_is_waited_out_and_a_long_one_told(world: World) -> None:
    """A short one costs a moment, a long one is for the scheduler."""
    world.server.fail_with_rate_limit("POST /channels/*/messages", 0.1)
    assert len((await world.post()).followers) == 3
    world.server.fail_with_rate_limit("GET /channels/*/messages", 900.0)
    with pytest.raises(Later) as told:
        await world.bot.find(world.server.channel.id, KEY)
    assert told.value.seconds == pytest.approx(900, abs=1)


async def test_a_long_thread_obeys_the_channels_rate_limit(world: World) -> None:
    """Every part comes, in its order, none twice."""
    world.server.rate_limits = True
    world.server.limits["POST /channels/{channel_id}/messages"] = (2, 0.3)
    names = ("lora", "models", "scheduler", "attention", "quantization")
    day = a_digest(*(an_entry(importance="high", areas=(name,)) for name in names))
    posted = await world.post(reply=a_post(day))
    said = [message.text.splitlines()[0] for message in world.thread_of(posted)]
    assert len(said) == len(set(said)) == len(names) + 1
    assert said[-1] == "The day in pictures, and the full report:"
    assert posted.followers == tuple(message.id for message in world.thread_of(posted))


async def test_a_server_in_trouble_is_told(world: World) -> None:
    """503 is not repeated by the SDK."""
    world.server.faults.add("GET /channels/*/messages", status=503, body={"message": "Unavailable", "code": 0})
    with pytest.raises(Later, match=r"Discord cannot take it now \(503\)"):
        await world.post()
    world.server.faults.add("GET /channels/*/messages", times=2, hang_up=True)  # the SDK's client asks once more
    with pytest.raises(Later, match="Discord did not answer"):
        await world.bot.find(world.server.channel.id, KEY)


async def test_a_channel_that_is_gone_or_closed_is_told(world: World) -> None:
    """In a sentence that says what to do."""
    server = world.server
    with pytest.raises(Refused, match="the channel, message or person is gone"):
        await world.post(channel="12345")
    server.channel.bot_can_send = False
    with pytest.raises(Refused, match="grant it View Channel, Send Messages"):
        await world.post()
    server.channel.bot_can_send = True
    posted = await world.post()
    server.channels[posted.message].archived = True
    with pytest.raises(Refused, match="is archived: open it again"):
        await world.post(channel=posted.message, reply=Note("Hello"))


async def test_an_edit_touches_only_what_says_something_else(world: World) -> None:
    """Messages that say the same are not marked as edited; the report is exchanged."""
    posted = await world.post()
    changed = await world.bot.edit(posted, a_post(a_day(headline="The cache now drops its pages.")))
    assert changed == posted
    thread = world.thread_of(posted)
    assert [bool(message.earlier) for message in thread] == [False, True, True]
    assert "now drops its pages" in thread[1].text
    assert b"now drops its pages" in thread[2].uploads[-1].data
    assert [(one["filename"], one.get("description")) for one in thread[2].data["attachments"]] == [
        ("quill-by-hour.png", "When 2 commits landed, by hour."),
        ("quill.html", None),
    ]
    assert await world.bot.find(world.server.channel.id, KEY) == posted


async def test_an_edit_opens_a_thread_that_discord_has_closed(world: World) -> None:
    """It does so after a day without a word; a rerun may come later."""
    posted = await world.post()
    world.server.channels[posted.message].archived = True
    await world.bot.edit(posted, a_post(a_day(headline="The cache now drops its pages.")))
    assert "now drops its pages" in world.thread_of(posted)[1].text


async def test_whoever_takes_no_direct_messages_is_told_of(world: World) -> None:
    """Not as a channel's missing permission."""
    channel = await world.bot.direct(world.server.user.id)
    world.server.channels[channel].bot_can_send = False
    with pytest.raises(Refused, match="does not accept direct messages"):
        await world.post(channel=channel)
    with pytest.raises(Refused, match="person is gone"):
        await world.bot.direct("12345")


async def test_an_edit_makes_the_thread_longer_or_shorter(world: World) -> None:
    """As the day is now."""
    posted = await world.post()
    day = a_day()
    shorter = await world.bot.edit(posted, a_post(day.keep(day.entries[:1])))
    assert shorter.followers == posted.followers[:2]
    longer = await world.bot.edit(shorter, a_post())
    assert len(longer.followers) == 3
    assert [message.id for message in world.thread_of(longer)] == list(longer.followers)
    quiet = await world.bot.edit(longer, a_post(a_digest()))
    assert quiet.followers == ()
    assert world.thread_of(quiet) == []


async def test_a_post_that_somebody_deleted_is_told(world: World) -> None:
    """It cannot be mended."""
    posted = await world.post()
    world.server.messages[posted.message].deleted = True
    with pytest.raises(Refused, match="is gone"):
        await world.bot.edit(posted, a_post())


async def test_a_dropped_connection_is_resumed_without_loss(world: World) -> None:
    """What was done meanwhile is answered."""
    world.server.accept_connections = False
    world.server.drop_connections()
    await world.server.changed.until(lambda: not world.server.connected, "a broken connection", 5)
    used = await world.server.slash("digest today")
    world.server.accept_connections = True
    await used.settled()
    assert used.text == "You said today"


async def test_it_tells_whether_it_is_connected(world: World) -> None:
    """With the reason, as soon as it is not."""
    while await world.bot.disconnected():  # noqa: ASYNC110 - the SDK tells nobody
        await asyncio.sleep(0.01)
    world.server.accept_connections = False
    world.server.drop_connections()
    while not (why := await world.bot.disconnected()):  # noqa: ASYNC110 - the SDK tells nobody
        await asyncio.sleep(0.01)
    assert why == "Discord's gateway is not connected; Daybrief keeps trying."
    world.server.accept_connections = True


async def test_a_reconnect_that_discord_asks_for_loses_nothing(world: World) -> None:
    """As before each deploy of theirs."""
    await world.server.request_reconnect()
    await world.server.changed.until(lambda: world.server.sessions[0].resumes or None, "a resumed session", 5)
    used = await world.server.slash("digest today")
    await used.settled()
    assert used.text == "You said today"


async def test_a_wrong_token_ends_it_with_the_way_out() -> None:
    """Nobody waits for a bot that cannot come."""
    async with FakeDiscord() as server, _restored():
        world = World(server, lambda: datetime.now(UTC))
        bot = Discord(
            "wrong", VERBS, world.talker.suggest, world.memory, world.clock,
            base_url=server.api_url, gateway_url=server.gateway_url,
        )  # fmt: skip
        with pytest.raises(BadInput, match=r"copy the one from your application's Bot page into \[discord\] token"):
            await bot.run(world.talker)


async def test_a_token_that_is_revoked_ends_it_too(world: World) -> None:
    """The gateway says so."""
    _, task = world._running.pop()  # noqa: SLF001 - it ends by itself
    world.server.token = world.server.token[::-1]
    await world.server.close_connections(4004)
    with pytest.raises(BadInput, match="rejects the bot's token"):
        await task


async def test_a_discord_that_is_down_at_the_start_is_tried_again() -> None:
    """The bot comes when Discord does."""
    async with FakeDiscord() as server, _restored():
        server.faults.add("GET /users/@me", hang_up=True)
        world = World(server, lambda: datetime.now(UTC))
        await world.start()
        assert len((await world.post()).followers) == 3
        await world.stop()


async def test_stopping_finishes_what_is_being_answered(world: World) -> None:
    """And takes nothing new."""
    world.talker.gate.clear()
    used = await (await world.server.slash("digest today")).answered()
    stopping = asyncio.create_task(world.stop())
    await asyncio.sleep(0)
    world.talker.gate.set()
    await stopping
    assert used.text == "You said today"


async def test_one_interaction_that_comes_too_late_harms_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Discord has given up on it; the next one is answered."""
    world.server.faults.add(
        "POST /interactions/*/callback", status=404, body={"message": "Unknown interaction", "code": 10062}
    )
    await world.server.slash("digest today")
    used = await world.server.slash("digest today")
    await used.settled()
    assert "not ours to answer any more" in caplog.text


async def test_a_file_comes_with_its_command(world: World) -> None:
    """As Discord says what it is, and fetched when it is read."""
    used = await world.server.slash("digest uses", {"file": ("uses.toml", b"x = 1")})
    await used.settled()
    attachment = world.talker.asked[-1].attachment
    assert attachment
    assert (attachment.name, attachment.size, await attachment.read()) == ("uses.toml", 5, b"x = 1")
    world.server.given.clear()
    with pytest.raises(Later):
        await attachment.read()
