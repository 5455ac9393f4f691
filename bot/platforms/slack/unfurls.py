"""Previews of archive links shared in a channel: only what that channel may see.

Slack reports links twice, while they are typed and when they are posted; only the second says where, so the first is
ignored. https://docs.slack.dev/messaging/unfurling-links-in-messages
"""

import html
from dataclasses import replace

from bot.platforms.slack.abilities import UNFURLS, Abilities
from bot.platforms.slack.requests import Asked
from bot.platforms.slack.web import Json
from bot.port.platform import Conversation, Request
from formatters.reply import CommitList
from formatters.slack.replies import preview

_MOST = 5
"""Links per message that are examined."""


async def unfurl(asked: Asked, request: Request, conversation: Conversation, abilities: Abilities) -> None:
    """Show what a message's links lead to, below it."""
    if not abilities.has(UNFURLS):
        return
    found = dict[str, Json]()
    for link in asked.links[:_MOST]:
        async for answer in conversation(replace(request, values={"address": html.unescape(link)})):
            if isinstance(answer.reply, CommitList):
                found[link] = {"blocks": preview(answer.reply)}
    if found:
        await abilities.attempt(UNFURLS, "chat.unfurl", channel=asked.channel, ts=asked.message, unfurls=found)
