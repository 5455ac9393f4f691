"""Slack as its tests use it: replies to show, a conversation that says what a test wants, and a connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from made import a_commit, a_digest, an_entry, the_areas, the_files
from servers.chat import Json
from servers.slack import FakeSlack

from bot.commands.grammar import printed
from bot.platforms.slack.transport import Slack
from bot.port.platform import Answer, Conversation, Request
from formatters.outline import outline
from formatters.reply import Button, DigestPost, Field, Form, Note, Reply
from formatters.text.item import Item, item_of

AREAS = the_areas()


def an_item() -> Item:
    return item_of(an_entry(a_commit("Fix the cache (#12)"), "high"), "en", AREAS)


def a_post(**changes: Any) -> DigestPost:
    commit = a_commit("Keep pages (#12)", sha="4c46ecd" + "0" * 33)
    digest = a_digest(an_entry(commit, "high"), an_entry(a_commit("Docs (#13)"), "low", areas=("docs",)), **changes)
    return DigestPost(
        outline(digest, AREAS),
        (Button("By area", "areas"),),
        ("show example/quill@4c46ecd",),
        the_files() if digest.entries else (),
    )


def a_form(command: str = "setup") -> Form:
    zones = tuple((f"Zone/{number}", f"Zone {number}") for number in range(250))
    return Form(
        "Digest for this channel", "Save", command,
        (
            Field("repository", "Repository"),
            Field("hour", "Hour", "9", options=(("8", "08:00"), ("9", "09:00"))),
            Field("zone", "Zone", "Zone/200", options=zones),
            Field("areas", "Areas", "docs", options=(("docs", "Docs"), ("ci", "CI"), ("amd", "AMD")), many=True, optional=True),
        ),
        "en",
    )  # fmt: skip


class Talk:
    """A conversation as a test wants it: what it was asked, and what it answers to each command's first word."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.answers: dict[str, list[Answer]] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()

    def on(self, verb: str, *replies: Reply, public: bool = False) -> None:
        self.answers[verb] = [Answer(reply, public) for reply in replies]

    async def __call__(self, request: Request) -> AsyncIterator[Answer]:
        self.asked.append(request)
        text = printed(request.command)
        answers = self.answers.get(text.split()[0], [Answer(Note(f"You asked: {text}"))])
        for answer in answers:
            yield answer
            self.begun.set()
            await self.gate.wait()


@asynccontextmanager
async def connected(server: FakeSlack, talk: Conversation, **settings: Any) -> AsyncIterator[Slack]:
    slack = a_slack(server, **settings)
    task = asyncio.create_task(slack.run(talk))
    try:
        await server.wait_socket()
        yield slack
    finally:
        await slack.close()
        await task


def a_slack(server: FakeSlack, **settings: Any) -> Slack:
    return Slack(
        server.bot_token,
        server.app_token,
        base_url=server.api_url,
        **{"pause": 0, "beat": 0.05, "patience": 0.05} | settings,
    )


def named(blocks: list[Json], name: str) -> str:
    """The action id of the control with a label (or of the menu that offers it)."""
    for block in blocks:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            labels = [element.get("text"), element.get("placeholder"), *(o["text"] for o in element.get("options", []))]
            if any(isinstance(text, dict) and text["text"] == name for text in labels):
                return str(element["action_id"])
    raise AssertionError(name)


def filled(blocks: list[Json]) -> dict[str, list[str]]:
    """What a form holds before anybody touches it."""
    values = {}
    for block in blocks:
        element = block.get("element")
        if element:
            chosen = [*element.get("initial_options", []), *filter(None, [element.get("initial_option")])]
            values[element["action_id"]] = [o["value"] for o in chosen] or [
                v for v in [element.get("initial_value") or element.get("initial_time")] if v
            ]
    return values
