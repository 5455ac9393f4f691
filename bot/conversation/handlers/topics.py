"""Answers about subscriptions: made, muted, listed, ended."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import time
from typing import Literal

from analysis.i18n.wording import say
from analysis.triage.triage import Importance
from bot.commands import meanings as meant
from bot.commands import topics
from bot.commands.grammar import Mistake
from bot.commands.registry import HOW, LEVELS, TYPES
from bot.commands.topics import Topic
from bot.conversation.context import Question
from bot.delivery.posts import named
from bot.i18n.wording import said
from formatters.reply import Button, Field, Form, Note, Reply, Sheet
from storage.subscriptions import Recipient, Revision, Subscription


async def subscribe(question: Question) -> AsyncIterator[Reply]:
    """Subscribe to a topic; without one, ask for it by a form."""
    yield await _made(question, "subscribe")


async def mute(question: Question) -> AsyncIterator[Reply]:
    """Hear nothing of a topic; without one, ask for it by a form."""
    yield await _made(question, "mute")


async def _made(question: Question, verb: Literal["subscribe", "mute"]) -> Reply:
    """Make subscriptions, or return the form that asks for one."""
    if _for_channel(question) and not question.desk.access.is_admin(question.asker):
        raise Mistake("mistake.admin")
    core, is_sent = question.desk.core, question.command.verb == "save"
    words = [] if is_sent else [word for word in question.command.words if not question.is_repository(word)]
    given = {name: question.values(name) for name in topics.NAMES}
    found = await question.desk.work.quick(lambda: topics.read(core, given, words))
    least = meant.importance(question.value("min")) if question.value("min") else Importance.LOW
    if not found and least.rank and verb == "subscribe":
        found = [Topic()]  # "only what ranks high" is a topic
    if not found and not is_sent:
        repo = question.repository()
        number = (await question.desk.work.quick(core.commits.numbers)).get(repo, 0)
        return _form(question, verb, named(f"save {verb}", repo, number))
    repo = question.repository()
    if not found or (verb == "mute" and Topic() in found):
        raise Mistake("mistake.mute_nothing" if verb == "mute" else "mistake.subscribe_nothing")
    wanted = [_subscription(question, verb, repo, topic, least) for topic in found]
    revision = await question.desk.work.quick(lambda: question.desk.subscriptions.revise(_recipient(question), wanted))
    return _receipt(question, verb, revision)


def _receipt(question: Question, verb: Literal["subscribe", "mute"], revision: Revision) -> Note:
    """Repeat what was understood; what was so before is told, and comes back by the button."""
    areas, language, here = question.desk.core.areas(), question.language, _here(question)
    first = revision.left[0]
    said = topics.say_topics((topics.say_topic(one, areas, language) for one in revision.left), language)
    is_as_it_was = not revision.number
    key = f"receipt.{verb}_already" if is_as_it_was else f"receipt.{verb}"
    when = topics.say_when(first, language)
    text = question.say(f"{key}_here" if here else key, topics=said, repo=first.repository, when=when)
    if before := [one for one in revision.found if one not in revision.left]:
        was = [
            question.say("done.was", topic=topics.say_topic(one, areas, language), when=topics.say_when(one, language))
            for one in before
        ]
        text += " " + question.say("done.until_now", was=question.listed(was))
    undo = () if is_as_it_was else (question.button("undo", f"undo {revision.number}{here}"),)
    return Note(text, "done", (*undo, question.button("subs", f"subs{here}")))


async def undo(question: Question) -> AsyncIterator[Reply]:
    """Make subscriptions what they were before a change."""
    recipient, number = question.recipient, question.command.text
    if recipient.kind == "channel" and not question.desk.access.is_admin(question.asker):
        raise Mistake("mistake.admin")
    taken_back = await question.desk.work.quick(
        lambda: question.desk.subscriptions.undo(int(number) if number.isdecimal() else 0, recipient)
    )
    subs = question.button("subs", f"subs{_here(question)}")
    if taken_back is None:
        yield Note(question.say("done.undone_already"), "plain", (subs,))
        return
    areas, language = question.desk.core.areas(), question.language
    if not taken_back.left:
        yield question.note("done.undone", subs)
        return
    was = [
        question.say("done.was", topic=topics.say_topic(one, areas, language), when=topics.say_when(one, language))
        for one in taken_back.left
    ]
    yield question.note("done.undone_to", subs, was=question.listed(was))


def _here(question: Question) -> str:
    return " here" if _for_channel(question) else ""


def _for_channel(question: Question) -> bool:
    return _recipient(question).kind == "channel"


def _recipient(question: Question) -> Recipient:
    asker = question.asker
    if question.value("where") == "channel" and not asker.is_direct:
        return Recipient(asker.platform, asker.workspace, "channel", asker.channel)
    return question.recipient


def _subscription(question: Question, verb: str, repo: str, topic: Topic, least: Importance) -> Subscription:
    feed = question.feed_of(repo)
    at = meant.clock(question.value("at")) if question.value("at") else (feed.at if feed else time(9))
    return Subscription(
        recipient=_recipient(question),
        repository=repo,
        since=question.desk.core.now(),
        **asdict(topic),
        least=least,
        how=meant.how(question.value("how")) if question.value("how") else "daily",
        at=at,
        zone=question.zone(repo),
        language=question.language,
        is_mute=verb == "mute",
        made_by=question.asker.user,
    )


def _form(question: Question, verb: Literal["subscribe", "mute"], command: str) -> Form:
    language = question.language

    def options(values: tuple[str, ...], group: str) -> tuple[tuple[str, str], ...]:
        return tuple((value, say(f"{group}.{value}", language)) for value in values)

    fields = [
        Field(
            "area", question.say("field.area"), question.value("area"), question.say("field.area_hint"), optional=True
        ),
        Field(
            "word", question.say("field.word"), question.value("word"), question.say("field.word_hint"), optional=True
        ),
        Field("path", question.say("field.path"), hint="python/**/scheduler*.py", optional=True),
        Field("author", question.say("field.author"), optional=True),
        Field("type", question.say("field.type"), options=options(TYPES, "type"), optional=True),
    ]
    if verb == "subscribe":
        levels = tuple((level, question.say(f"least.{level}")) for level in reversed(LEVELS))
        hows = tuple((how, question.say(f"how.{meant.how(how)}")) for how in HOW)
        fields += [
            Field("min", question.say("field.least"), "low", options=levels),
            Field("how", question.say("field.how"), "daily", options=hows),
        ]
    if not question.asker.is_direct and question.desk.access.is_admin(question.asker):
        places = (("user", question.say("where.user")), ("channel", question.say("where.channel")))
        fields.append(Field("where", question.say("field.where"), "user", options=places))
    return Form(
        title=question.say(f"form.{verb}"),
        submit=question.say(f"button.{verb}"),
        command=command,
        fields=tuple(fields),
        language=language,
    )


async def subs(question: Question) -> AsyncIterator[Reply]:
    """List the subscriptions, with a button to end each."""
    yield await question.desk.work.quick(lambda: listed(question))


def listed(question: Question) -> Reply:
    """Return the asker's subscriptions as a table."""
    recipient = question.recipient
    found = _own(question, recipient)
    here = " here" if recipient.kind == "channel" else ""
    if not found:
        return Note(question.say("subs.none"), "plain", (question.button("subscribe", f"subscribe{here}"),))
    return Sheet(
        title=question.say("subs.title_here" if here else "subs.title"),
        columns=(question.say("column.number"), question.say("column.topic"), question.say("column.when")),
        rows=tuple((str(one.id), _what(one, question), _when(one, question)) for one in found),
        language=question.language,
        actions=tuple(Button(question.say("button.unsubscribe"), f"unsubscribe {one.id}{here}") for one in found),
        buttons=(question.button("subscribe", f"subscribe{here}"),),
    )


def _own(question: Question, recipient: Recipient) -> list[Subscription]:
    desk, asker = question.desk, question.asker
    if recipient.kind == "channel":
        return desk.subscriptions.of(recipient)
    found = desk.subscriptions.of_user(asker.platform, asker.user)
    return [one for one in found if not asker.workspace or one.recipient.workspace in {asker.workspace, ""}]


def _what(one: Subscription, question: Question) -> str:
    topic = topics.say_topic(one, question.desk.core.areas(), question.language)
    muted = question.say("subs.mute", topic=topic) if one.is_mute else topic
    return question.say("status.about", name=one.repository, text=muted)


def _when(one: Subscription, question: Question) -> str:
    if one.paused:
        return question.say("subs.paused", why=said(one.paused, question.language))
    if one.is_mute:
        return "–"
    return topics.say_when(one, question.language)


async def unsubscribe(question: Question) -> AsyncIterator[Reply]:
    """End a subscription by its number, or all."""
    wanted = question.command.text.strip().lstrip("#").lower()
    recipient = question.recipient
    if recipient.kind == "channel" and not question.desk.access.is_admin(question.asker):
        raise Mistake("mistake.admin")
    own = await question.desk.work.quick(lambda: _own(question, recipient))
    numbers = [one.id for one in own if wanted in {"all", "全部", str(one.id)}]
    if not own:
        raise Mistake("mistake.no_subscription")
    if not numbers:
        known = tuple(str(one.id) for one in own)
        raise Mistake("mistake.subscription" if wanted else "mistake.number_missing", text=wanted, known=known)
    ended = await question.desk.work.quick(lambda: question.desk.subscriptions.revise(recipient, ended=numbers))
    here, language = _here(question), question.language
    said = topics.say_topics(
        (topics.say_topic(one, question.desk.core.areas(), language) for one in ended.found), language
    )
    yield question.note(
        "done.unsubscribed", question.button("undo", f"undo {ended.number}{here}"),
        question.button("subs", f"subs{here}"), count=len(numbers), topics=said,
    )  # fmt: skip
