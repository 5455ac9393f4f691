"""Answers requests: parses the command, checks permissions, calls its handler, and turns mistakes into notes.

The same for every platform; see `bot.port.platform.Conversation`.
"""

import logging
import re
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from itertools import chain

from analysis.errors import Problem
from analysis.i18n.language import LANGUAGES, Language
from analysis.i18n.typography import in_a_row
from analysis.questions.dates import names_time
from bot.commands import topics as topic_grammar
from bot.commands.grammar import of_day, surplus, typed
from bot.commands.mistakes import Mistake
from bot.commands.registry import as_typed, discord_command, usage, verb, verbs
from bot.commands.terms import terms
from bot.commands.troubles import worded
from bot.conversation.context import (
    PRIVATE,
    AmbiguousChoice,
    CommandContext,
    Handler,
    Services,
    language_named,
    language_of,
    read_context,
)
from bot.conversation.handlers import (
    commits,
    days,
    feeds,
    free_text,
    mentions,
    previews,
    prompts,
    ranks,
    reviews,
    searching,
    setup,
    subscriptions,
    topics,
    tracing,
    upgrades,
    uses,
)
from bot.i18n.wording import tell
from bot.port.accounts import Accounts
from bot.port.command import Command
from bot.port.platform import Answer, Request
from formatters.reply import Button, Note, Reply, Sheet

_LOG = logging.getLogger(__name__)

_SEVERAL = {"setup", "subscribe", "mute", "unmute", "unsubscribe", "search"}
"""Commands that accept several values for a topic's options."""

_OF_TOPICS = {"subscribe", "mute", "unmute", "unsubscribe", "save"}
_MENTION = re.compile(r"<(?P<sign>[@#])[!&]?\w[^>]*>")
"""A person, a group or a channel, as platforms write them: IDs that mean nothing here, to us or to readers."""
_OF_DAYS = {"today", "yesterday", "date"}
"""Commands for days, which may also begin a question."""
_OF_SPANS = {"week", "month"}
"""The same for reviews; `month 2026-02` is not a question."""


class Dispatcher:
    """A conversation with everyone on every platform."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._accounts = Accounts(services.core.settings.people)

    async def __call__(self, request: Request) -> AsyncIterator[Answer]:
        """Answer a request; see `bot.port.platform.Conversation`."""
        language: Language = request.asker.language or "en"
        command: Command | None = None
        try:
            await self._services.work.quick(lambda: self._services.people.note(request.asker))
            command = self._named(
                typed(request.command) if isinstance(request.command, str) else request.command, request
            )
            context = await read_context(self._services, request, command)
            if not command.strange and _asks(command, _strange(context)):
                command = of_day(command)
                context = await read_context(self._services, request, command)
            language = context.language
            is_public = command.is_public and command.verb not in PRIVATE
            _check(context)
            async for reply in _HANDLERS[command.verb](context):
                shown = self._accounts.shown(reply, request.asker.platform)
                yield Answer(shown, is_public and not _is_mistake(reply))
        except AmbiguousChoice as which:
            yield Answer(_choice(which, language))
        except Mistake as mistake:
            language = await self._language(request, command, language)
            yield Answer(_note(mistake, command, language, request.asker.platform))
        except Problem as problem:
            _LOG.warning("a question in %s was not answered: %s", request.asker.channel, problem)
            yield Answer(Note(worded(problem, await self._language(request, command, language)), "problem"))
        except Exception:  # noqa: BLE001 - one question is an outer edge: the bot goes on
            _LOG.exception("a question could not be answered")
            yield Answer(Note(tell("mistake.defect", language), "problem"))

    def _named(self, command: Command, request: Request) -> Command:
        """Return a command with the accounts of the people it mentions."""
        platform = request.asker.platform
        words = tuple(self._accounts.named(word, platform) for word in command.words)
        named = {
            name: tuple(self._accounts.named(value, platform) for value in values)
            for name, values in command.named.items()
        }
        return replace(command, words=words, named=named)

    async def _language(self, request: Request, command: Command | None, known: Language) -> Language:
        """Return the language for private replies, even if the command could not be parsed."""
        asker = request.asker
        if asker.language and not (command and command.value("lang")):
            return asker.language
        if command is not None or asker.is_direct:
            return known
        feeds = await self._services.work.quick(lambda: self._services.feeds.of_channel(asker.platform, asker.channel))
        return language_of(asker, None, tuple(feeds))


def _check(context: CommandContext) -> None:
    found = verb(context.command.verb)
    if strange := _strange(context):
        raise Mistake("mistake.surplus", text=strange[0])
    texts = (
        *context.command.words,
        *chain.from_iterable(context.command.named.values()),
        *context.request.values.values(),
    )
    if mention := next(filter(None, map(_MENTION.search, texts)), None):
        if mention["sign"] == "@":
            raise Mistake("mistake.author_mention")
        raise Mistake("mistake.channel_mention" if context.command.verb in _OF_TOPICS else "mistake.channel_elsewhere")
    several = next((name for name, values in context.command.named.items() if len(set(values)) > 1), "")
    if several and not (several in topic_grammar.NAMES and context.command.verb in _SEVERAL):
        raise Mistake("mistake.twice", name=several)
    language = context.command.value("lang")
    if language and language_named(language) is None:
        raise Mistake("mistake.choice", text=language, known=LANGUAGES)
    if found and found.is_admin and not context.is_admin:
        raise Mistake("mistake.only_in_channel" if context.asker.is_direct else "mistake.admin")


def _asks(command: Command, strange: Collection[str]) -> bool:
    """Whether a command for days begins a question: `yesterday AMD`."""
    if command.verb in _OF_SPANS:
        return bool(strange) and not any(names_time(word) or any(map(str.isdigit, word)) for word in strange)
    return bool(strange) and command.verb in _OF_DAYS


def _strange(context: CommandContext) -> list[str]:
    """Return the surplus parts of a command."""
    return [piece for piece in surplus(context.command) if not context.is_repository(piece)]


def _is_mistake(reply: Reply) -> bool:
    return isinstance(reply, Note) and reply.tone == "problem"


def _choice(which: AmbiguousChoice, language: Language) -> Note:
    buttons = tuple(Button(label, command) for command, label in which.choices)
    return Note(tell(which.key, language), "plain", buttons)


def _note(mistake: Mistake, command: Command | None, language: Language, platform: str) -> Note:
    text = mistake.said(language, platform)
    found = verb(command.verb) if command else None
    if found and (mistake.key.endswith("_missing") or mistake.key == "mistake.surplus"):
        text = in_a_row((text, f"`{usage(found, platform)}`"), language)
    near = mistake.values.get("near", "") if mistake.key == "mistake.verb_near" else ""
    return Note(text, "problem", (Button(str(near), str(near)),) if near else (), field=mistake.field)


async def _save(context: CommandContext) -> AsyncIterator[Reply]:
    """Process a submitted form."""
    what = next(iter(context.command.words), "")
    handler = _FORMS.get(what)
    if handler is None:
        raise Mistake("mistake.verb", verb=f"save {what}".strip(), near="")
    async for reply in handler(context):
        yield reply


async def _help(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with the commands, or with how to use one."""
    language, platform = context.language, context.asker.platform
    name = context.command.text.strip()
    found = verb(name) if name else None
    if name == "undo":
        yield Note(context.say("help.undo"))
        return
    if terms(name) and found is None:
        raise Mistake("mistake.verb", verb=name, near="")
    if found:
        lines = [f"`{usage(found, platform)}`", found.says[language]]
        lines += [f"`{option.name}`: {option.says[language]}" for option in found.options]
        yield Note("\n".join(lines))
        return
    is_admin = context.services.access.is_admin(context.asker)
    shown = [one for one in verbs() if is_admin or not one.is_admin]
    if platform == "discord":
        shown.sort(key=discord_command)
    starts = (
        [context.button("setup", "setup")] if is_admin and not context.feeds and not context.asker.is_direct else []
    )
    if context.visible:
        starts = [context.button("yesterday", "yesterday"), context.button("subs", "subs"), *starts]
    note = "help.note_new" if not context.visible else "help.note_discord" if platform == "discord" else "help.note"
    yield Sheet(
        title=context.say("help.title"),
        columns=(context.say("column.command"), context.say("column.does")),
        rows=tuple((as_typed(f"`{_short(one.name, platform)}`", platform), one.says[language]) for one in shown),
        language=language,
        note=context.say(note),
        buttons=tuple(starts),
    )


def _short(name: str, platform: str) -> str:
    """Return a command with its required arguments only."""
    found = verb(name)
    assert found is not None
    if name == "date":
        return "date 2026-01-08" if platform == "discord" else "2026-01-08"
    return " ".join([name, *(f"<{one.name}>" for one in found.options if one.required)])


_FORMS: dict[str, Handler] = {
    "setup": setup.save_setup,
    "subscribe": topics.subscribe,
    "mute": topics.mute,
}

_HANDLERS: dict[str, Handler] = {
    "today": days.today,
    "yesterday": days.yesterday,
    "date": days.day,
    "week": reviews.week,
    "month": reviews.month,
    "details": days.details,
    "why": days.why,
    "rate": days.rate,
    "rerun": days.rerun,
    "show": commits.show,
    "explain": mentions.explain,
    "area": commits.area,
    "search": searching.search,
    "areas": commits.areas,
    "upgrade": upgrades.upgrade,
    "fix": tracing.fix,
    "suspects": tracing.suspects,
    "patches": tracing.patches,
    "uses": uses.uses,
    "rank": ranks.rank,
    "regenerate": commits.regenerate,
    "subscribe": topics.subscribe,
    "mute": topics.mute,
    "subs": subscriptions.subs,
    "unsubscribe": subscriptions.unsubscribe,
    "unmute": subscriptions.unmute,
    "undo": subscriptions.undo,
    "setup": setup.setup,
    "pause": feeds.pause,
    "resume": feeds.resume,
    "remove": feeds.remove,
    "status": feeds.status,
    "home": feeds.home,
    "prompts": prompts.prompts,
    "preview": previews.preview,
    "help": _help,
    "ask": free_text.ask,
    "save": _save,
}
