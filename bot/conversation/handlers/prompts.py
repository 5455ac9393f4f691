"""Suggested questions at the start of a conversation, based on what somebody follows."""

from collections.abc import AsyncIterator

from bot.commands.topics import say_topic
from bot.conversation.context import CommandContext
from bot.delivery.posts import named
from formatters.reply import Button, Note, Reply
from formatters.text.plain import clean
from storage.subscriptions import Subscription

_REPOSITORIES, _TOPICS, _MOST = 2, 2, 4
"""Platforms show four; each kind is limited so that both appear."""


async def prompts(context: CommandContext) -> AsyncIterator[Reply]:
    """Offer questions: what landed in the reader's repositories, and what changed in what they follow."""
    yield await context.services.work.quick(lambda: _prompts(context))


def _prompts(context: CommandContext) -> Note:
    asker, services = context.asker, context.services
    seen = {name.lower() for name in context.visible}
    followed = [
        one
        for one in services.subscriptions.of_user(asker.platform, asker.user)
        if not (one.is_mute or one.paused) and one.repository.lower() in seen
        if not asker.workspace or one.recipient.workspace == asker.workspace
    ]
    numbers = services.core.stores.commits.numbers()
    own = [feed.repository for feed in services.access.near(asker) if services.access.is_of(asker, feed)]
    near = {name.lower(): name for name in (*(one.repository for one in followed), *own) if name.lower() in seen}
    repos = list(near.values()) or list(context.visible)

    def about(key: str, command: str, repo: str) -> Button:
        return Button(context.say(key, repo=clean(repo)), named(command, repo, numbers.get(repo, 0)))

    found = [about("prompts.yesterday", "yesterday", repo) for repo in repos[:_REPOSITORIES]]
    topics = {button.command: button for one in followed if (button := _topic(context, one))}
    found += list(topics.values())[:_TOPICS]
    found += [about("prompts.week", "week", repo) for repo in repos[:1]]
    if not followed and repos:
        found.append(Button(context.say("prompts.follow"), "subscribe"))
    found.append(Button(context.say("prompts.help"), "help"))
    return Note(context.say("prompts.title"), buttons=tuple(found[:_MOST]))


def _topic(context: CommandContext, one: Subscription) -> Button | None:
    """Return a question about a topic's week; None if no single command covers it."""
    areas = context.services.core.sources.areas()
    if one.area:
        command = f"area {areas.name(one.area, context.language)} since=7d repository={one.repository}"
    elif one.word:
        command = f'search "{one.word}" since=7d repository={one.repository}'
    else:
        return None
    topic = clean(say_topic(one, areas, context.language)).replace("`", "")
    return Button(context.say("prompts.topic", topic=topic), command)
