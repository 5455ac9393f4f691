"""Chooses the surface that shows the answers to a request from Slack."""

from bot.platforms.slack.abilities import PROMPTS_OFFERED, Abilities
from bot.platforms.slack.modals import Home, Modal
from bot.platforms.slack.posts import Posts
from bot.platforms.slack.requests import PROMPTS
from bot.platforms.slack.surfaces import Origin, Surface
from bot.platforms.slack.talk import Responses, Talk
from bot.platforms.slack.web import Web
from bot.port.command import Command
from bot.port.platform import Answer
from formatters.reply import Note

_PROMPTS = 4
"""https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts"""


def surface(origin: Origin, web: Web, posts: Posts) -> Surface:
    """Return where the answers to a request go."""
    if origin.request.command == Command(PROMPTS):
        return Prompts(origin, posts.abilities)
    if origin.view is not None:
        return Home(origin, web, posts) if origin.view.get("type") == "home" else Modal(origin, web, posts)
    if origin.response_url and not origin.request.asker.is_direct:
        return Responses(origin, web, posts)
    return Talk(origin, web, posts)


class Prompts:
    """Shows buttons as prompts at the top of the Messages tab; does nothing if there are none."""

    def __init__(self, origin: Origin, abilities: Abilities) -> None:
        self._origin, self._abilities = origin, abilities

    async def show(self, answer: Answer) -> None:
        """Show an answer, replacing the previous one; see Surface."""
        note = answer.reply
        if not isinstance(note, Note) or note.tone == "problem" or not note.buttons:
            return
        # For an agent outside of threads; in a thread, the call silently does nothing.
        await self._abilities.attempt(
            PROMPTS_OFFERED, "assistant.threads.setSuggestedPrompts",
            channel_id=self._origin.request.asker.channel, title=note.text,
            prompts=[{"title": one.label, "message": one.command} for one in note.buttons[:_PROMPTS]],
        )  # fmt: skip

    async def close(self) -> None:
        """Do nothing: prompts stay."""
