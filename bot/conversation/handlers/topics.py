"""Handlers for subscribing to a topic and muting one."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import time
from typing import Literal

from analysis.rules.wording import say
from analysis.triage.triage import Importance
from bot.commands import meanings, topics
from bot.commands.bare_topics import Unclear
from bot.commands.grammar import printed
from bot.commands.mistakes import Mistake
from bot.commands.registry import HOW, LEVELS, TYPES
from bot.commands.topics import Topic
from bot.conversation.context import AmbiguousChoice, CommandContext
from bot.conversation.handlers.subscriptions import (
    here_flag,
    is_for_channel,
    joined,
    recipient_of,
    said_before,
    said_topics,
)
from bot.delivery.posts import named
from bot.digests.uses import SENT
from formatters.reply import MOST_COMMAND, Field, Form, Note, Reply
from storage.subscriptions import BOTS, Revision, Subscription

_MOST_AUTHORS, _SHOWN_AUTHORS = 30, 3
"""Authors searched for a name, and how many of them are listed."""


async def subscribe(context: CommandContext) -> AsyncIterator[Reply]:
    """Subscribe to a topic; without one, show a form."""
    yield await _made(context, "subscribe")


async def mute(context: CommandContext) -> AsyncIterator[Reply]:
    """Mute a topic; without one, show a form."""
    yield await _made(context, "mute")


async def _made(context: CommandContext, verb: Literal["subscribe", "mute"]) -> Reply:
    """Create subscriptions, or return the form for one."""
    if is_for_channel(context) and not context.services.access.is_admin(context.asker):
        raise Mistake("mistake.admin")
    core, is_sent = context.services.core, context.command.verb == "save"
    words = [] if is_sent else [word for word in context.command.words if not context.is_repository(word)]
    given = {name: context.values(name) for name in topics.NAMES}
    try:
        found = await context.services.work.quick(lambda: topics.read(core, given, words))
    except Unclear as unclear:
        raise _which(context, unclear, words) from None
    least = meanings.importance(context.value("min")) if context.value("min") else Importance.LOW
    if not found and least.rank and verb == "subscribe":
        found = [Topic()]  # "only what ranks high" is a topic
    if "uses" in context.command.flags:
        used = await context.services.work.quick(lambda: _uses(context))
        found = [replace(topic, uses=used) for topic in found or [Topic()]]
    if words and not found:
        raise Mistake("mistake.mute_nothing" if verb == "mute" else "mistake.subscribe_nothing")
    if not found and not is_sent:
        repo = _repository(context)
        number = (await context.services.work.quick(core.stores.commits.numbers)).get(repo, 0)
        return _form(context, verb, repo, named(f"save {verb}", repo, number))
    repo = _repository(context)
    if not found or (verb == "mute" and Topic() in found):
        raise Mistake("mistake.mute_nothing" if verb == "mute" else "mistake.subscribe_nothing")

    def revise() -> Note:
        topics_of_known = [_of_known_author(context, repo, topic) for topic in found]
        wanted = [_subscription(context, verb, repo, topic, least) for topic in topics_of_known]
        known = context.services.subscriptions.of(recipient_of(context))
        # Subscribing to a muted topic unmutes it.
        lifted = [one.id for one in known if one.is_mute and any(map(one.is_about_the_same, wanted))]
        revision = context.services.subscriptions.revise(
            recipient_of(context), wanted, lifted if verb == "subscribe" else ()
        )
        return _receipt(context, verb, revision)

    return await context.services.work.quick(revise)


def _of_known_author(context: CommandContext, repo: str, topic: Topic) -> Topic:
    """Return a topic with its author's full name, if only a part was given.

    Raises:
        Mistake: several authors match.
    """
    if topic.author in {"", BOTS}:
        return topic
    wanted = topic.author.lower()
    found = context.services.core.stores.commits.authors([repo], wanted, _MOST_AUTHORS)
    if any(wanted in {name.lower(), login.lower()} for name, login in found):
        return topic
    named = dict.fromkeys(name for name, _ in found if wanted in name.lower().split())
    if len(named) > 1:
        raise Mistake("mistake.author_several", text=topic.author, known=tuple(named)[:_SHOWN_AUTHORS])
    return replace(topic, author=next(iter(named), topic.author))


def _authors_unknown(context: CommandContext, wanted: Sequence[Subscription]) -> str:
    """Say which authors have no known commits, so that typos are noticed; empty if none."""
    commits = context.services.core.stores.commits
    some = commits.authors([wanted[0].repository], "", _SHOWN_AUTHORS)
    missing = [
        one.author
        for one in wanted
        if one.author not in {"", BOTS}
        and not any(
            one.author.lower() in {name.lower(), login.lower()}
            for name, login in commits.authors([one.repository], one.author, _MOST_AUTHORS)
        )
    ]
    if not some or not missing:
        return ""
    names, known = context.listed(f"`{name}`" for name in missing), context.listed(name for name, _ in some)
    return context.say("receipt.author_unknown", names=names, known=known)


def _which(context: CommandContext, unclear: Unclear, words: Sequence[str]) -> AmbiguousChoice | Mistake:
    """Offer both readings of a phrase as buttons, if it is all that was said."""
    if " ".join(words).strip(" .!?") != unclear.phrase:
        return unclear
    named = {name: values for name, values in context.command.named.items() if name not in topics.NAMES}
    readings = [
        (replace(context.command, words=(), named=named | {"word": (unclear.phrase,)}), f"“{unclear.phrase}”"),
        (replace(context.command, words=unclear.known, named=named), context.listed(unclear.known)),
    ]
    choices = [(printed(command), label) for command, label in readings]
    return AmbiguousChoice("which.topic", [choice for choice in choices if len(choice[0]) <= MOST_COMMAND])


def _uses(context: CommandContext) -> str:
    """Return the list of uses: the asker's own file if they sent one, else that of this channel's team."""
    repo = _repository(context).lower()
    if not is_for_channel(context) and context.services.core.stores.sent_uses.get(context.owner, repo):
        return SENT
    found = next((feed.uses for feed in context.feeds if feed.uses and feed.repository.lower() == repo), "")
    if not found:
        raise Mistake("mistake.no_uses")
    return found


def _repository(context: CommandContext) -> str:
    """Return the repository that is meant; a path may look like a repository's name."""
    try:
        return context.repository()
    except Mistake as mistake:
        word = next(filter(context.is_repository, context.command.words), "")
        if word and mistake.key.startswith("mistake.not_seen"):
            raise Mistake("mistake.repository_or_path", text=word, right=f"path={word}") from None
        raise


def _receipt(context: CommandContext, verb: Literal["subscribe", "mute"], revision: Revision) -> Note:
    """Confirm what was understood; mention any previous state, with a button to restore it."""
    language, here = context.language, here_flag(context)
    first = revision.left[0]
    is_as_it_was = not revision.number
    key = f"receipt.{verb}_already" if is_as_it_was else f"receipt.{verb}"
    when = topics.say_when(first, language)
    said = said_topics(context, revision.left)
    parts = [context.say(f"{key}_here" if here else key, topics=said, repo=first.repository, when=when)]
    lifted = [one for one in revision.found if one.is_mute != first.is_mute]
    if lifted:
        parts.append(context.say("done.unmuted", topics=said_topics(context, lifted)))
    if before := [one for one in revision.found if one not in [*revision.left, *lifted]]:
        parts.append(context.say("done.until_now", was=said_before(context, before)))
    parts += [*_silenced(context, revision.left), _authors_unknown(context, revision.left)]
    undo = () if is_as_it_was else (context.button("undo", f"undo {revision.number}{here}"),)
    return Note(joined(context, parts), "done", (*undo, context.button("subs", f"subs{here}")))


def _silenced(context: CommandContext, made: Sequence[Subscription]) -> Iterator[str]:
    """Say which of a recipient's subscriptions, old or new, are silenced by a mute."""
    own = context.services.subscriptions.of(made[0].recipient)
    for mute in own:
        silent = [one for one in own if mute.silences(one) and (mute in made or one in made)]
        if silent:
            key = "receipt.silences" if mute in made else "receipt.silenced"
            yield context.say(key, topics=said_topics(context, silent), muted=said_topics(context, [mute]))


def _subscription(context: CommandContext, verb: str, repo: str, topic: Topic, least: Importance) -> Subscription:
    feed = context.feed_of(repo)
    at = meanings.clock(context.value("at")) if context.value("at") else (feed.at if feed else time(9))
    return Subscription(
        recipient=recipient_of(context),
        repository=repo,
        since=context.services.core.now(),
        **asdict(topic),
        least=least,
        how=meanings.how(context.value("how")) if context.value("how") else "daily",
        at=at,
        zone=meanings.zone(context.value("zone")) if context.value("zone") else context.zone(repo),
        language=feed.language if feed and is_for_channel(context) else context.language,
        is_mute=verb == "mute",
        made_by=context.asker.user,
    )


def _area_named(context: CommandContext) -> str:
    """Return the display name of the area whose key a button gives."""
    areas, text = context.services.core.sources.areas(), context.value("area")
    key = areas.find(text) if text else None
    return areas.name(key, context.language) if key else text


def _form(context: CommandContext, verb: Literal["subscribe", "mute"], repo: str, command: str) -> Form:
    language = context.language

    def options(values: tuple[str, ...], group: str) -> tuple[tuple[str, str], ...]:
        return tuple((value, say(f"{group}.{value}", language)) for value in values)

    scope = context.scope_of(repo)
    path = context.value("path") or (scope.paths[0] if len(scope.paths) == 1 else "")
    fields = [
        Field(
            "area",
            context.say("field.area"),
            _area_named(context),
            context.say("field.area_hint"),
            many=True,
            optional=True,
            offers="area",
        ),
        Field("word", context.say("field.word"), context.value("word"), context.say("field.word_hint"), optional=True),
        Field("path", context.say("field.path"), path, hint="python/**/scheduler*.py", optional=True),
        Field("author", context.say("field.author"), many=True, optional=True, offers="author"),
        Field("type", context.say("field.type"), options=options(TYPES, "type"), optional=True),
        Field(
            "label",
            context.say("field.label"),
            ", ".join(context.values("label") or scope.labels),
            context.say("field.label_hint"),
            many=True,
            optional=True,
            offers="label",
        ),
    ]
    if verb == "subscribe":
        levels = tuple((level, context.say(f"least.{level}")) for level in reversed(LEVELS))
        hows = tuple((how, context.say(f"how.{meanings.how(how)}")) for how in HOW)
        fields += [
            Field("min", context.say("field.least"), "low", options=levels),
            Field("how", context.say("field.how"), "daily", options=hows),
        ]
        if context.asker.is_direct and not context.asker.zone:  # neither a channel nor the platform gives a time zone
            hint = context.say("field.zone_hint")
            fields.append(Field("zone", context.say("field.zone"), context.zone(), hint, offers="zone"))
    if not context.asker.is_direct and context.services.access.is_admin(context.asker):
        places = (("user", context.say("where.user")), ("channel", context.say("where.channel")))
        fields.append(Field("where", context.say("field.where"), "user", options=places))
    return Form(
        title=context.say(f"form.{verb}"),
        submit=context.say(f"button.{verb}"),
        command=command,
        fields=tuple(fields),
        language=language,
    )
