"""Answers about subscriptions: made, muted, listed, ended."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from datetime import time
from typing import Literal

from analysis.i18n.typography import LIST_SIGNS, fold
from analysis.rules.wording import say
from analysis.triage.triage import Importance
from bot.commands import meanings, topics
from bot.commands.bare_topics import Unclear
from bot.commands.grammar import printed
from bot.commands.mistakes import Mistake
from bot.commands.registry import HOW, LEVELS, TYPES
from bot.commands.topics import Topic
from bot.conversation.context import AmbiguousChoice, CommandContext
from bot.delivery.posts import named
from bot.digests.uses import SENT
from bot.i18n.wording import said
from bot.i18n.words import WORDS
from formatters.reply import MOST_COMMAND, Button, Field, Form, Note, Reply, Sheet
from storage.subscriptions import BOTS, Recipient, Revision, Subscription

_MOST_AUTHORS, _SHOWN_AUTHORS = 30, 3
"""Authors that are looked through for one of a name, and of these that are named."""


async def subscribe(context: CommandContext) -> AsyncIterator[Reply]:
    """Subscribe to a topic; without one, ask for it by a form."""
    yield await _made(context, "subscribe")


async def mute(context: CommandContext) -> AsyncIterator[Reply]:
    """Hear nothing of a topic; without one, ask for it by a form."""
    yield await _made(context, "mute")


async def _made(context: CommandContext, verb: Literal["subscribe", "mute"]) -> Reply:
    """Make subscriptions, or return the form that asks for one."""
    if _for_channel(context) and not context.services.access.is_admin(context.asker):
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
        known = context.services.subscriptions.of(_recipient(context))
        # Who subscribes to what they have muted wants to hear of it again.
        lifted = [one.id for one in known if one.is_mute and any(map(one.is_about_the_same, wanted))]
        revision = context.services.subscriptions.revise(
            _recipient(context), wanted, lifted if verb == "subscribe" else ()
        )
        return _receipt(context, verb, revision)

    return await context.services.work.quick(revise)


def _of_known_author(context: CommandContext, repo: str, topic: Topic) -> Topic:
    """Return a topic with its author by the whole name, where a part of one was given.

    Raises:
        Mistake: several authors have that part.
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
    """Say of whom no commit is known, so that a name that is mistyped is noticed; nothing where nobody's is known."""
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
    """Offer both readings of a phrase by buttons, where it is all that was said."""
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
    """Return what says what is used: the asker's own file where they sent one, else that of this channel's team."""
    repo = _repository(context).lower()
    if not _for_channel(context) and context.services.core.stores.sent_uses.get(context.owner, repo):
        return SENT
    found = next((feed.uses for feed in context.feeds if feed.uses and feed.repository.lower() == repo), "")
    if not found:
        raise Mistake("mistake.no_uses")
    return found


def _repository(context: CommandContext) -> str:
    """Return the repository that is meant; a path may look like the name of one."""
    try:
        return context.repository()
    except Mistake as mistake:
        word = next(filter(context.is_repository, context.command.words), "")
        if word and mistake.key.startswith("mistake.not_seen"):
            raise Mistake("mistake.repository_or_path", text=word, right=f"path={word}") from None
        raise


def _receipt(context: CommandContext, verb: Literal["subscribe", "mute"], revision: Revision) -> Note:
    """Repeat what was understood; what was so before is told, and comes back by the button."""
    language, here = context.language, _here(context)
    first = revision.left[0]
    is_as_it_was = not revision.number
    key = f"receipt.{verb}_already" if is_as_it_was else f"receipt.{verb}"
    when = topics.say_when(first, language)
    said = _said(context, revision.left)
    parts = [context.say(f"{key}_here" if here else key, topics=said, repo=first.repository, when=when)]
    lifted = [one for one in revision.found if one.is_mute != first.is_mute]
    if lifted:
        parts.append(context.say("done.unmuted", topics=_said(context, lifted)))
    if before := [one for one in revision.found if one not in [*revision.left, *lifted]]:
        parts.append(context.say("done.until_now", was=_was(context, before)))
    parts += [*_silenced(context, revision.left), _authors_unknown(context, revision.left)]
    undo = () if is_as_it_was else (context.button("undo", f"undo {revision.number}{here}"),)
    return Note(_joined(context, parts), "done", (*undo, context.button("subs", f"subs{here}")))


def _silenced(context: CommandContext, made: Sequence[Subscription]) -> Iterator[str]:
    """Say what of a recipient's subscriptions, old or new, brings nothing because it is muted."""
    own = context.services.subscriptions.of(made[0].recipient)
    for mute in own:
        silent = [one for one in own if mute.silences(one) and (mute in made or one in made)]
        if silent:
            key = "receipt.silences" if mute in made else "receipt.silenced"
            yield context.say(key, topics=_said(context, silent), muted=_said(context, [mute]))


def _said(context: CommandContext, some: Iterable[Subscription]) -> str:
    areas = context.services.core.sources.areas()
    return topics.say_topics((topics.say_topic(one, areas, context.language) for one in some), context.language)


def _was(context: CommandContext, some: Iterable[Subscription]) -> str:
    """Say what some were: muted, or told when."""
    areas, language = context.services.core.sources.areas(), context.language
    said = []
    for one in some:
        topic = topics.say_topic(one, areas, language)
        when = topics.say_when(one, language)
        said.append(
            context.say("subs.mute", topic=topic) if one.is_mute else context.say("done.was", topic=topic, when=when)
        )
    return context.listed(said)


def _joined(context: CommandContext, sentences: Iterable[str]) -> str:
    return (" " if context.language == "en" else "").join(filter(None, sentences))


async def undo(context: CommandContext) -> AsyncIterator[Reply]:
    """Make subscriptions what they were before a change, the last one if none is named."""
    recipient, known = context.recipient, context.services.subscriptions
    if recipient.kind == "channel" and not context.services.access.is_admin(context.asker):
        raise Mistake("mistake.admin")
    subs = context.button("subs", f"subs{_here(context)}")
    numbers = [int(word) for word in context.command.words if word.isdecimal()]
    if numbers[1:]:
        raise Mistake("mistake.undo_several", number=str(numbers[0]))
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
    yield context.note("done.undone_to", subs, was=_was(context, taken_back.left))


def _here(context: CommandContext) -> str:
    return " here" if _for_channel(context) else ""


def _for_channel(context: CommandContext) -> bool:
    return _recipient(context).kind == "channel"


def _recipient(context: CommandContext) -> Recipient:
    asker = context.asker
    if context.value("where") == "channel" and not asker.is_direct:
        return Recipient(asker.platform, asker.workspace, "channel", asker.channel)
    return context.recipient


def _subscription(context: CommandContext, verb: str, repo: str, topic: Topic, least: Importance) -> Subscription:
    feed = context.feed_of(repo)
    at = meanings.clock(context.value("at")) if context.value("at") else (feed.at if feed else time(9))
    return Subscription(
        recipient=_recipient(context),
        repository=repo,
        since=context.services.core.now(),
        **asdict(topic),
        least=least,
        how=meanings.how(context.value("how")) if context.value("how") else "daily",
        at=at,
        zone=meanings.zone(context.value("zone")) if context.value("zone") else context.zone(repo),
        language=feed.language if feed and _for_channel(context) else context.language,
        is_mute=verb == "mute",
        made_by=context.asker.user,
    )


def _area_named(context: CommandContext) -> str:
    """Return the area that a button names by its key, as people call it."""
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
        if (
            context.asker.is_direct and not context.asker.zone
        ):  # neither a channel nor the platform says on whose clocks
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


async def subs(context: CommandContext) -> AsyncIterator[Reply]:
    """List the subscriptions, with a button to end each."""
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
    """Return the subscriptions of a channel, or all of a person's that concern them where they ask."""
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
    """End subscriptions by their numbers or their topics, or all; of a topic that is only muted, that."""
    yield await _ended(context)


async def unmute(context: CommandContext) -> AsyncIterator[Reply]:
    """Hear again of what was muted, by its number or its topic, or of all; subscriptions stay."""
    yield await _ended(context, is_mute=True)


async def _ended(context: CommandContext, *, is_mute: bool = False) -> Reply:
    """End what is named of the asker's subscriptions, or of what they muted alone."""
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
    """Return the numbers of the subscriptions that are to end."""
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
    found = topics.read(context.services.core, given, words)
    ended = [one for one in own if any(_is_about(one, topic) for topic in found)]
    if not ended:
        shown = text or next(one for values in given.values() for one in values)
        raise Mistake(unknown, text=shown, known=known)
    # Where a topic is both, to unsubscribe ends the subscription: `unmute` is for the other.
    return [one.id for one in ended if not one.is_mute] or [one.id for one in ended]


def _is_about(one: Subscription, topic: Topic) -> bool:
    """Whether a subscription has a topic; an author may be named by a part of the name, as when it was made."""
    return all(
        getattr(one, field.name) == getattr(topic, field.name)
        for field in fields(Topic)
        if field.name != "author" or topic.author.lower() not in one.author.lower().split()
    )


def _farewell(context: CommandContext, ended: Revision) -> Note:
    """Repeat what has ended, by what it was: a subscription, or something that was muted."""
    here = _here(context)
    ends = "done.unsubscribed_here" if here else "done.unsubscribed"
    parts = []
    for is_mute, key in ((False, ends), (True, "done.unmuted")):
        if some := [one for one in ended.found if one.is_mute is is_mute]:
            parts.append(context.say(key, count=len(some), topics=_said(context, some)))
    return Note(
        _joined(context, parts),
        "done",
        (context.button("undo", f"undo {ended.number}{here}"), context.button("subs", f"subs{here}")),
    )
