"""Handlers for existing subscriptions: listing, ending, unmuting, undoing; and how they are worded."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import fields

from analysis.i18n.typography import LIST_SIGNS, fold, in_a_row
from bot.commands import meanings, topics
from bot.commands.mistakes import Mistake
from bot.commands.topics import Topic
from bot.conversation.context import CommandContext
from bot.i18n.wording import said
from bot.i18n.words import WORDS
from formatters.reply import Button, Note, Reply, Sheet
from storage.subscriptions import Recipient, Revision, Subscription


async def subs(context: CommandContext) -> AsyncIterator[Reply]:
    """List the subscriptions, each with a button to end it."""
    yield await context.services.work.quick(lambda: listed(context))


def listed(context: CommandContext) -> Reply:
    """Return the asker's subscriptions as a table."""
    recipient = context.recipient
    found = own_subscriptions(context, recipient)
    here = " here" if recipient.kind == "channel" else ""
    if not found:
        return Note(context.say("subs.none"), "plain", (context.button("subscribe", f"subscribe{here}"),))
    return Sheet(
        title=context.say("subs.title_here" if here else "subs.title"),
        columns=(context.say("column.number"), context.say("column.topic"), context.say("column.when")),
        rows=tuple((str(one.id), what_of(one, context), _when(one, context)) for one in found),
        language=context.language,
        actions=tuple(Button(context.say("button.unsubscribe"), f"unsubscribe {one.id}{here}") for one in found),
        buttons=(context.button("subscribe", f"subscribe{here}"),),
    )


def own_subscriptions(context: CommandContext, recipient: Recipient) -> list[Subscription]:
    """Return the subscriptions of a channel, or all of a person's that apply where they ask."""
    services, asker = context.services, context.asker
    if recipient.kind == "channel":
        return services.subscriptions.of(recipient)
    found = services.subscriptions.of_user(asker.platform, asker.user)
    return [one for one in found if not asker.workspace or one.recipient.workspace in {asker.workspace, ""}]


def what_of(one: Subscription, context: CommandContext) -> str:
    """Say what a subscription is about, and in which repository."""
    topic = topics.say_topic(one, context.services.core.sources.areas(), context.language)
    muted = context.say("subs.mute", topic=topic) if one.is_mute else topic
    return context.say("status.about", name=one.repository, text=muted)


def _when(one: Subscription, context: CommandContext) -> str:
    if one.paused:
        return context.say("subs.paused", why=said(one.paused, context.language))
    if one.is_mute:
        return "–"
    return topics.say_when(one, context.language)


async def unsubscribe(context: CommandContext) -> AsyncIterator[Reply]:
    """End subscriptions by number or topic, or all; if a topic is only muted, unmute it."""
    yield await _ended(context)


async def unmute(context: CommandContext) -> AsyncIterator[Reply]:
    """Unmute topics by number or name, or all; subscriptions stay."""
    yield await _ended(context, is_mute=True)


async def _ended(context: CommandContext, *, is_mute: bool = False) -> Reply:
    """End the named subscriptions of the asker, or only the named mutes."""
    recipient = context.recipient
    if recipient.kind == "channel" and not context.services.access.is_admin(context.asker):
        raise Mistake("mistake.admin")

    def end() -> Note:
        own = own_subscriptions(context, recipient)
        if is_mute:
            own = [one for one in own if one.is_mute]
        if not own:
            raise Mistake("mistake.no_mute" if is_mute else "mistake.no_subscription")
        numbers = _meant(context, own, is_mute=is_mute)
        return _farewell(context, context.services.subscriptions.revise(recipient, ended=numbers))

    return await context.services.work.quick(end)


def _meant(context: CommandContext, own: Sequence[Subscription], *, is_mute: bool) -> list[int]:
    """Return the numbers of the subscriptions to end."""
    text = context.command.text.strip()
    known = tuple(str(one.id) for one in own)
    given = {name: context.values(name) for name in topics.NAMES}
    if not text and not any(given.values()):
        raise Mistake("mistake.mute_missing" if is_mute else "mistake.subscription_missing", known=known)
    if text.lower() in WORDS.one_of("words.everything"):
        return [one.id for one in own]
    unknown = "mistake.mute" if is_mute else "mistake.subscription"
    wanted = [fold(word.strip(LIST_SIGNS)).lstrip("#") for word in text.split()]
    numbers = [one for word in wanted for one in meanings.listed(word)]
    if numbers and all(number.isdecimal() for number in numbers):
        if strange := next((number for number in numbers if number not in known), ""):
            raise Mistake(unknown, text=strange, known=known)
        return [int(number) for number in dict.fromkeys(numbers)]
    words = [word for word in context.command.words if not context.is_repository(word)]
    found = topics.read(context.services.core, given, words, is_new=False)
    found += [Topic(word=word) for word in words]  # a mute of `word=docs` is one of docs
    least = meanings.importance(context.value("min")) if context.value("min") else None
    ended = [one for one in own if any(_is_about(one, topic) for topic in found) and least in {None, one.least}]
    if not ended:
        shown = text or next(one for values in given.values() for one in values)
        raise Mistake(unknown, text=shown, known=known)
    # If a topic is both, `unsubscribe` ends the subscription: `unmute` is for the mute.
    return [one.id for one in ended if not one.is_mute] or [one.id for one in ended]


def _is_about(one: Subscription, topic: Topic) -> bool:
    """Whether a subscription has a topic; a part of an author's name is enough, as when subscribing."""
    return all(
        getattr(one, field.name) == getattr(topic, field.name)
        for field in fields(Topic)
        if field.name != "author" or topic.author.lower() not in one.author.lower().split()
    )


def _farewell(context: CommandContext, ended: Revision) -> Note:
    """Confirm what has ended: a subscription, or a mute."""
    here = here_flag(context)
    ends = "done.unsubscribed_here" if here else "done.unsubscribed"
    parts = []
    for is_mute, key in ((False, ends), (True, "done.unmuted")):
        if some := [one for one in ended.found if one.is_mute is is_mute]:
            parts.append(context.say(key, count=len(some), topics=said_topics(context, some)))
    return Note(
        joined(context, parts),
        "done",
        (context.button("undo", f"undo {ended.number}{here}"), context.button("subs", f"subs{here}")),
    )


async def undo(context: CommandContext) -> AsyncIterator[Reply]:
    """Restore subscriptions to before a change, the last one if none is named."""
    recipient, known = context.recipient, context.services.subscriptions
    if recipient.kind == "channel" and not context.services.access.is_admin(context.asker):
        raise Mistake("mistake.admin")
    subs = context.button("subs", f"subs{here_flag(context)}")
    numbers = [int(word) for word in context.command.words if word.isdecimal()]
    is_everything = any(word.lower() in WORDS.one_of("words.everything") for word in context.command.words)
    if numbers[1:] or is_everything:
        last = await context.services.work.quick(lambda: known.last_revision(recipient))
        raise Mistake("mistake.undo_several", number=str(numbers[0] if numbers else last or 1))
    number = numbers[0] if numbers else await context.services.work.quick(lambda: known.last_revision(recipient))
    if not number:
        yield Note(context.say("done.nothing_to_undo"), "plain", (subs,))
        return
    taken_back = await context.services.work.quick(lambda: known.undo(number, recipient))
    if taken_back is None:
        yield Note(context.say("done.undone_already"), "plain", (subs,))
        return
    if not taken_back.left:
        yield context.note("done.undone", subs)
        return
    yield context.note("done.undone_to", subs, was=said_before(context, taken_back.left))


def said_topics(context: CommandContext, some: Iterable[Subscription]) -> str:
    """Say what subscriptions are about."""
    areas = context.services.core.sources.areas()
    return topics.say_topics((topics.say_topic(one, areas, context.language) for one in some), context.language)


def said_before(context: CommandContext, some: Iterable[Subscription]) -> str:
    """Say how some were before: muted, or sent when."""
    areas, language = context.services.core.sources.areas(), context.language
    said = []
    for one in some:
        topic = topics.say_topic(one, areas, language)
        when = topics.say_when(one, language)
        said.append(
            context.say("subs.mute", topic=topic) if one.is_mute else context.say("done.was", topic=topic, when=when)
        )
    return context.listed(said)


def joined(context: CommandContext, sentences: Iterable[str]) -> str:
    """Join non-empty sentences as the asker's language does."""
    return in_a_row(sentences, context.language)


def here_flag(context: CommandContext) -> str:
    """Return the suffix of a button's command if the channel's subscriptions are meant; empty for a person's."""
    return " here" if is_for_channel(context) else ""


def is_for_channel(context: CommandContext) -> bool:
    """Whether the channel's subscriptions are meant, not the asker's."""
    return recipient_of(context).kind == "channel"


def recipient_of(context: CommandContext) -> Recipient:
    """Return whose subscriptions are meant, from the command or the form."""
    asker = context.asker
    if context.value("where") == "channel" and not asker.is_direct:
        return Recipient(asker.platform, asker.workspace, "channel", asker.channel)
    return context.recipient
