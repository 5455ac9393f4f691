"""Answers about subscriptions: made, muted, listed, ended."""

from collections.abc import AsyncIterator
from datetime import time
from typing import Literal, get_args

from analysis.entry import Language
from analysis.triage import Importance
from analysis.wording import say
from bot import meant
from bot.asking import Mistake
from bot.posts import named
from bot.question import Question
from bot.verbs import HOW, LEVELS, TYPES
from bot.wording import said
from formatters.reply import Button, Field, Form, Note, Reply, Sheet
from storage.subscriptions import How, Recipient, Subscription

_TOPICS = ("area", "path", "author", "word", "type")


async def subscribe(question: Question) -> AsyncIterator[Reply]:
    """Subscribe to a topic; without one, ask for it by a form."""
    yield await _made(question, "subscribe")


async def mute(question: Question) -> AsyncIterator[Reply]:
    """Hear nothing of a topic; without one, ask for it by a form."""
    yield await _made(question, "mute")


async def _made(question: Question, verb: Literal["subscribe", "mute"]) -> Reply:
    """Make a subscription, or return the form that asks for it."""
    if _for_channel(question) and not question.desk.access.is_admin(question.asker):
        raise Mistake("mistake.admin")
    given = {name: question.value(name) for name in _TOPICS}
    bare = " ".join(word for word in question.command.words if "/" not in word)
    if bare and question.command.verb != "save" and not any(given.values()):
        areas = question.desk.core.areas()
        given["area" if areas.find(bare) else "word"] = bare
    is_sent = question.command.verb == "save" or bool(question.request.values)
    if not is_sent and not any(given.values()) and not question.value("how") and not question.value("min"):
        repo = question.repository()
        number = (await question.desk.work.quick(question.desk.core.commits.numbers)).get(repo, 0)
        return _form(question, verb, named(f"save {verb}", repo, number))
    repo = question.repository()
    if verb == "mute" and not any(given.values()):
        raise Mistake("mistake.mute_everything")
    wanted = await question.desk.work.quick(lambda: _read(question, verb, repo, given))
    stored = await question.desk.work.quick(lambda: question.desk.subscriptions.put(wanted))
    topic = say_topic(stored, question)
    if verb == "mute":
        return question.note("done.muted", question.button("subs", _list_command(question)), topic=topic, repo=repo)
    key = f"done.subscribed_{stored.how}" + ("_here" if stored.recipient.kind == "channel" else "")
    return question.note(
        key,
        question.button("undo", f"unsubscribe {stored.id}" + (" here" if stored.recipient.kind == "channel" else "")),
        question.button("subs", _list_command(question)),
        topic=topic, repo=repo, time=f"{stored.at:%H:%M}", zone=stored.zone,
    )  # fmt: skip


def _language(question: Question) -> Language:
    """A channel is told in its language, a person in their own, as far as the platform knows it; unless one is named."""
    own = None if _for_channel(question) or question.value("lang") else question.asker.language
    return own or question.language


def _for_channel(question: Question) -> bool:
    return _recipient(question).kind == "channel"


def _recipient(question: Question) -> Recipient:
    asker = question.asker
    if question.value("where") == "channel" and not asker.is_direct:
        return Recipient(asker.platform, asker.workspace, "channel", asker.channel)
    return question.recipient


def _read(question: Question, verb: str, repo: str, given: dict[str, str]) -> Subscription:
    core = question.desk.core
    how: How = "daily"
    if question.value("how"):
        wanted = question.value("how").lower()
        found = next((one for one in get_args(How) if one == wanted), None)
        if found is None:
            raise Mistake("mistake.how", text=wanted, known=HOW)
        how = found
    feed = question.feed_of(repo)
    at = meant.clock(question.value("at")) if question.value("at") else (feed.at if feed else time(9))
    return Subscription(
        recipient=_recipient(question),
        repository=repo,
        since=core.now(),
        area=meant.area(core, given["area"]) if given["area"] else "",
        path=given["path"],
        author=given["author"].lstrip("@"),
        word=given["word"],
        type=meant.change_type(given["type"]) if given["type"] else "",
        least=meant.importance(question.value("min")) if question.value("min") else Importance.LOW,
        how=how,
        at=at,
        zone=question.zone(repo),
        language=_language(question),
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
        Field("word", question.say("field.word"), hint=question.say("field.word_hint"), optional=True),
        Field("path", question.say("field.path"), hint="python/**/scheduler*.py", optional=True),
        Field("author", question.say("field.author"), optional=True),
        Field("type", question.say("field.type"), options=options(TYPES, "type"), optional=True),
    ]
    if verb == "subscribe":
        levels = tuple((level, question.say(f"least.{level}")) for level in reversed(LEVELS))
        hows = tuple((how, question.say(f"how.{how}")) for how in HOW)
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
    topic = say_topic(one, question)
    muted = question.say("subs.mute", topic=topic) if one.is_mute else topic
    return question.say("status.about", name=one.repository, text=muted)


def _when(one: Subscription, question: Question) -> str:
    if one.paused:
        return question.say("subs.paused", why=said(one.paused, question.language))
    if one.is_mute:
        return "–"
    return question.say(f"when.{one.how}", time=f"{one.at:%H:%M}", zone=one.zone)


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
    await question.desk.work.quick(lambda: question.desk.subscriptions.remove(numbers))
    yield question.note("done.unsubscribed", question.button("subs", _list_command(question)), count=len(numbers))


def _list_command(question: Question) -> str:
    return "subs here" if _recipient(question).kind == "channel" else "subs"


def say_topic(one: Subscription, question: Question) -> str:
    """Say what a subscription is about."""
    language = question.language
    parts = []
    if one.area:
        parts.append(question.desk.core.areas().name(one.area, language))
    if one.type:
        parts.append(say(f"type.{one.type}", language))
    parts += [f"`{text}`" for text in (one.path, one.word) if text]
    if one.author:
        parts.append(f"@{one.author}")
    if one.least.rank:
        parts.append(question.say(f"least.{one.least}"))
    return " · ".join(parts) or question.say("subs.everything")
