"""Answers what people ask: reads the command, looks who may, hands it to its handler, and turns mistakes into notes.

The same for every platform; see `bot.port.platform.Conversation`.
"""

import logging
from collections.abc import AsyncIterator

from analysis.entry import LANGUAGES, Language
from analysis.errors import Problem
from bot.commands import topics
from bot.commands.grammar import Mistake, read, surplus
from bot.commands.registry import as_typed, usage, verb, verbs
from bot.commands.terms import terms
from bot.commands.troubles import worded
from bot.conversation.context import Desk, Handler, Question, Which, language_named, language_of, understood
from bot.conversation.handlers import commits as answers_commits
from bot.conversation.handlers import days as answers_days
from bot.conversation.handlers import feeds as answers_feeds
from bot.conversation.handlers import free_text as answers_free
from bot.conversation.handlers import ranks as answers_ranks
from bot.conversation.handlers import reviews as answers_reviews
from bot.conversation.handlers import topics as answers_topics
from bot.i18n.wording import tell
from bot.port.command import Command
from bot.port.platform import Answer, Request
from formatters.reply import Button, Note, Reply, Sheet

_LOG = logging.getLogger(__name__)

_PRIVATE = {
    "subscribe",
    "mute",
    "subs",
    "unsubscribe",
    "undo",
    "setup",
    "save",
    "home",
    "rate",
    "rank",
    "details",
    "why",
}
"""Answers that are nobody else's business, or that would fill a channel, whatever is asked."""


class Talk:
    """A conversation with everybody on every platform."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, request: Request) -> AsyncIterator[Answer]:
        """Answer a request; see `bot.port.platform.Conversation`."""
        language: Language = request.asker.language or "en"
        command: Command | None = None
        try:
            await self._desk.work.quick(lambda: self._desk.people.note(request.asker))
            command = read(request.command) if isinstance(request.command, str) else request.command
            question = await understood(self._desk, request, command)
            language = question.language
            is_public = command.is_public and command.verb not in _PRIVATE
            _check(question)
            async for reply in _HANDLERS[command.verb](question):
                yield Answer(reply, is_public and not _is_mistake(reply))
        except Which as which:
            yield Answer(_choice(which, language))
        except Mistake as mistake:
            language = await self._language(request, command, language)
            yield Answer(_note(mistake, command, language, request.asker.platform))
        except Problem as problem:
            _LOG.warning("a question in %s was not answered: %s", request.asker.channel, problem)
            yield Answer(Note(worded(problem, language), "problem"))
        except Exception:  # noqa: BLE001 - one question is an outer edge: the bot goes on
            _LOG.exception("a question could not be answered")
            yield Answer(Note(tell("mistake.defect", language), "problem"))

    async def _language(self, request: Request, command: Command | None, known: Language) -> Language:
        """Return the language for somebody whose command could not even be read."""
        if command is not None or request.asker.is_direct:
            return known
        asker = request.asker
        feeds = await self._desk.work.quick(lambda: self._desk.feeds.of_channel(asker.platform, asker.channel))
        return language_of(asker, None, tuple(feeds))


def _check(question: Question) -> None:
    found = verb(question.command.verb)
    strange = [piece for piece in surplus(question.command) if not question.is_repository(piece)]
    if strange:
        raise Mistake("mistake.surplus", text=strange[0])
    several = next((name for name, values in question.command.named.items() if len(values) > 1), "")
    if several and several not in topics.NAMES:
        raise Mistake("mistake.twice", name=several)
    language = question.command.value("lang")
    if language and language_named(language) is None:
        raise Mistake("mistake.choice", text=language, known=LANGUAGES)
    if found and found.is_admin and not question.is_admin:
        raise Mistake("mistake.only_in_channel" if question.asker.is_direct else "mistake.admin")


def _is_mistake(reply: Reply) -> bool:
    return isinstance(reply, Note) and reply.tone == "problem"


def _choice(which: Which, language: Language) -> Note:
    buttons = tuple(Button(label, command) for command, label in which.choices)
    return Note(tell(which.key, language), "plain", buttons)


def _note(mistake: Mistake, command: Command | None, language: Language, platform: str) -> Note:
    text = mistake.said(language, platform)
    found = verb(command.verb) if command else None
    if found and (mistake.key.endswith("_missing") or mistake.key == "mistake.surplus"):
        apart = " " if language == "en" else ""
        text = f"{text}{apart}`{usage(found, platform)}`"
    near = mistake.values.get("near", "") if mistake.key == "mistake.verb_near" else ""
    return Note(text, "problem", (Button(str(near), str(near)),) if near else ())


async def _save(question: Question) -> AsyncIterator[Reply]:
    """Take what a form was filled in with."""
    what = next(iter(question.command.words), "")
    handler = _FORMS.get(what)
    if handler is None:
        raise Mistake("mistake.verb", verb=f"save {what}".strip(), near="")
    async for reply in handler(question):
        yield reply


async def _help(question: Question) -> AsyncIterator[Reply]:
    """Answer with the commands, or with how one is used."""
    language, platform = question.language, question.asker.platform
    name = question.command.text.strip()
    found = verb(name) if name else None
    if terms(name) and found is None:
        raise Mistake("mistake.verb", verb=name, near="")
    if found:
        lines = [f"`{usage(found, platform)}`", found.says[language]]
        lines += [f"`{option.name}`: {option.says[language]}" for option in found.options]
        yield Note("\n".join(lines))
        return
    is_admin = question.desk.access.is_admin(question.asker)
    shown = [one for one in verbs() if is_admin or not one.is_admin]
    starts = (
        [question.button("setup", "setup")] if is_admin and not question.feeds and not question.asker.is_direct else []
    )
    if question.visible:
        starts = [question.button("yesterday", "yesterday"), question.button("subs", "subs"), *starts]
    note = "help.note_new" if not question.visible else "help.note_discord" if platform == "discord" else "help.note"
    yield Sheet(
        title=question.say("help.title"),
        columns=(question.say("column.command"), question.say("column.does")),
        rows=tuple((as_typed(f"`{_short(one.name, platform)}`", platform), one.says[language]) for one in shown),
        language=language,
        note=question.say(note),
        buttons=tuple(starts),
    )


def _short(name: str, platform: str) -> str:
    """Return a command with what it needs, without what it may have."""
    found = verb(name)
    assert found is not None
    if name == "date":
        return "date 2026-01-08" if platform == "discord" else "2026-01-08"
    return " ".join([name, *(f"<{one.name}>" for one in found.options if one.required)])


_FORMS: dict[str, Handler] = {
    "setup": answers_feeds.save_setup,
    "subscribe": answers_topics.subscribe,
    "mute": answers_topics.mute,
}

_HANDLERS: dict[str, Handler] = {
    "today": answers_days.today,
    "yesterday": answers_days.yesterday,
    "date": answers_days.day,
    "week": answers_reviews.week,
    "month": answers_reviews.month,
    "details": answers_days.details,
    "why": answers_days.why,
    "rate": answers_days.rate,
    "rerun": answers_days.rerun,
    "show": answers_commits.show,
    "area": answers_commits.area,
    "search": answers_commits.search,
    "areas": answers_commits.areas,
    "rank": answers_ranks.rank,
    "regenerate": answers_commits.regenerate,
    "subscribe": answers_topics.subscribe,
    "mute": answers_topics.mute,
    "subs": answers_topics.subs,
    "unsubscribe": answers_topics.unsubscribe,
    "undo": answers_topics.undo,
    "setup": answers_feeds.setup,
    "pause": answers_feeds.pause,
    "resume": answers_feeds.resume,
    "remove": answers_feeds.remove,
    "status": answers_feeds.status,
    "home": answers_feeds.home,
    "help": _help,
    "ask": answers_free.ask,
    "save": _save,
}
