"""A request with everything needed to answer it: permissions, language, time zone."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from analysis.commits.window import check_zone
from analysis.digest.scope import EVERYTHING, Scope
from analysis.entry import RULES, Analyser
from analysis.errors import BadInput
from analysis.i18n.language import LANGUAGES, Language
from analysis.i18n.typography import fold
from bot.commands import meanings
from bot.commands.access import TERMINAL, Access
from bot.commands.grammar import printed
from bot.commands.mistakes import Mistake
from bot.commands.people import People
from bot.commands.pieces import unquoted
from bot.commands.registry import as_typed
from bot.config import machine_zone
from bot.digests.core import Core
from bot.digests.work import Work
from bot.i18n.wording import tell
from bot.i18n.words import WORDS
from bot.port.command import Command
from bot.port.platform import Asker, Request
from formatters.i18n.wording import label
from formatters.reply import MOST_COMMAND, Button, Note, Reply
from storage.deliveries import Deliveries, Delivery
from storage.feeds import Feed, Feeds
from storage.subscriptions import Recipient, Subscriptions
from storage.uses import Owner

PRIVATE = {
    "subscribe", "mute", "unmute", "subs", "unsubscribe", "undo", "setup", "save", "home", "rate", "rank", "details", "why", "uses", "explain",
    "prompts", "preview",
}  # fmt: skip
"""Answers that are private, or that would flood a channel, whatever is requested."""

_OF_DAYS = {"today", "yesterday", "date", "details", "why", "rerun", "regenerate"}
"""Commands that read a day's commits: a model reads them in the channel's language, not once per reader."""

_REPOSITORY = re.compile(r"(?=.*[A-Za-z])(?!.*\.\.)[\w-][\w.-]*/[\w.-]+", re.ASCII)
"""`owner/name`; `5/5` is not one, nor is `a/main..b`, a range of revisions."""
_ADDRESS = re.compile(r"^(?:https?://(?:www\.)?|git@|ssh://git@)?github\.com[/:]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Services:
    """What all answers need.

    Attributes:
        analyser: reads a commit once, however many people ask; `fresh` reads it again.
        mend: updates a feed's post after something in it changed.
        welcome: tells a channel what a new feed there brings.
    """

    core: Core
    feeds: Feeds
    deliveries: Deliveries
    subscriptions: Subscriptions
    access: Access
    people: People
    work: Work
    analyser: Analyser
    fresh: Analyser
    mend: Callable[[Feed, Delivery], Awaitable[None]]
    welcome: Callable[[Feed], Awaitable[None]]


class AmbiguousChoice(Exception):
    """Several match; the choices are commands with their labels."""

    def __init__(self, key: str, choices: list[tuple[str, str]]) -> None:
        super().__init__(key)
        self.key = key
        self.choices = choices


@dataclass(frozen=True, slots=True)
class CommandContext:
    """A parsed request with its context.

    Attributes:
        feeds: those of the channel it was asked in; in direct messages the named one, if the asker may administer it.
        visible: the repositories visible from there.
    """

    services: Services
    request: Request
    command: Command
    language: Language
    feeds: tuple[Feed, ...]
    visible: tuple[str, ...]

    @property
    def asker(self) -> Asker:
        """Who asks."""
        return self.request.asker

    @property
    def is_admin(self) -> bool:
        """Whether the asker may administer the channel concerned, or from their home tab one of its feeds."""
        return self.services.access.is_admin(self.asker) or (self.asker.is_direct and bool(self.feeds))

    @property
    def of_channel(self) -> "CommandContext":
        """The same in the channel's language: for what the whole channel sees."""
        return replace(self, language=self.feeds[0].language) if self.feeds and not self.asker.is_direct else self

    @property
    def recipient(self) -> Recipient:
        """The person, or with `here` the channel, as a recipient."""
        asker = self.asker
        if "here" in self.command.flags and not asker.is_direct:
            return Recipient(asker.platform, asker.workspace, "channel", asker.channel)
        return Recipient(asker.platform, asker.workspace, "user", asker.user)

    @property
    def owner(self) -> Owner:
        """The asker, as the owner of files they sent."""
        return Owner(self.asker.platform, self.asker.workspace, self.asker.user)

    def value(self, name: str) -> str:
        """Return the value given under a name, in a form or as `name=value`; empty if none was."""
        return unquoted((self.request.values.get(name) or self.command.value(name)).strip())

    def values(self, name: str) -> list[str]:
        """Return all values given under a name."""
        found = (self.request.values.get(name, ""), *self.command.named.get(name, ()))
        return [unquoted(text.strip()) for text in found if text.strip()]

    def say(self, key: str, **values: object) -> str:
        """Return a sentence in the asker's language, with its commands as typed on their platform."""
        return tell(key, self.language, lambda text: as_typed(text, self.asker.platform), **values)

    def listed(self, items: Iterable[str]) -> str:
        """Return items as a list in the asker's language."""
        return label("list.comma", self.language).join(items)

    def note(self, key: str, *buttons: Button, **values: object) -> Note:
        """Return a sentence that confirms something."""
        return Note(self.say(key, **values), "done", buttons)

    def working(self, key: str, **values: object) -> Note:
        """Return a sentence to show until the answer is ready."""
        return Note(self.say(key, **values), "working")

    def button(self, key: str, command: str) -> Button:
        """Return a button by the key of its label and its command."""
        return Button(self.say(f"button.{key}"), command)

    # -- what is meant

    def repository(self) -> str:
        """Return the repository that is meant: the named one, or the only one here.

        Raises:
            Mistake: there is none, or it is not visible from here.
            Which: there are several.
        """
        wanted = self.value("repository") or next(filter(self.is_repository, self.command.words), "")
        if wanted:
            return self.seen(wanted)
        names = list(dict.fromkeys(self._standard(feed.repository) for feed in self.feeds)) or list(self.visible)
        if not names:
            key = "mistake.nothing_direct" if self.asker.is_direct else "mistake.nothing_here"
            raise Mistake(key)
        if len(names) > 1:
            named = [
                (replace(self.command, named=self.command.named | {"repository": (name,)}), name) for name in names
            ]
            commands = [(printed(command), name) for command, name in named]
            raise AmbiguousChoice("which.repository", [pair for pair in commands if len(pair[0]) <= MOST_COMMAND])
        return names[0]

    def is_repository(self, word: str) -> bool:
        """Whether a word names a repository: by owner and name, or a visible one by its name alone."""
        name = bare_name(word)
        if name.lower() in {seen.lower().rpartition("/")[2] for seen in self.visible}:
            return True
        areas = self.services.core.sources.areas()
        return bool(_REPOSITORY.fullmatch(name)) and not all(areas.find(part) for part in name.split("/"))

    def _standard(self, name: str) -> str:
        return next((seen for seen in self.visible if seen.lower() == name.lower()), name)

    def seen(self, wanted: str) -> str:
        """Return the spelling of a repository that someone names; raise Mistake if it is not visible from here."""
        name = bare_name(wanted)
        if name.startswith("~") and name[1:].isdigit():
            numbers = {number: known for known, number in self.services.core.stores.commits.numbers().items()}
            name = numbers.get(int(name[1:]), name)
        lowered = name.lower()
        for known in self.visible:
            if lowered in {known.lower(), known.lower().rpartition("/")[2]}:
                return known
        if _REPOSITORY.fullmatch(name) and self.services.access.is_public(name):
            return name
        raise Mistake(
            "mistake.not_seen" if self.visible else "mistake.not_seen_none",
            repo=name,
            seen=self.visible[:5],
        )

    def feed_of(self, repo: str) -> Feed | None:
        """Return the channel's feed for a repository: the one a button names, else the first that brings digests."""
        named = self.value("feed")
        here = [feed for feed in self.feeds if feed.repository.lower() == repo.lower()]
        found = [feed for feed in here if str(feed.id) == named] or here
        return min(found, key=lambda feed: feed.looks_back, default=None)

    def scope_of(self, repo: str) -> Scope:
        """Return the part of a repository that is meant: what the channel's feeds cover, or the one a button names."""
        named = self.value("feed")
        here = [feed for feed in self.feeds if feed.repository.lower() == repo.lower()]
        scopes = {feed.scope for feed in here if str(feed.id) == named} or {feed.scope for feed in here}
        return scopes.pop() if len(scopes) == 1 else EVERYTHING

    def zone(self, repo: str = "") -> str:
        """Return the zone whose days are meant: the one a button names, the feed's, the asker's, or the machine's."""
        named = self.command.value("zone")
        if named and self.command.verb != "save":
            return meanings.zone(named)
        feed = self.feed_of(repo) or next(iter(self.feeds), None)
        is_said = self.asker.platform == TERMINAL and self.asker.zone  # from --tz
        if feed and not is_said:
            return feed.zone
        try:
            return check_zone(self.asker.zone) if self.asker.zone else machine_zone()
        except BadInput:
            return machine_zone()

    def today(self, zone: str) -> date:
        """Return today's date in a zone."""
        return self.services.core.now().astimezone(ZoneInfo(zone)).date()


def bare_name(text: str) -> str:
    """Return a bare repository name, stripped of a URL or link markup."""
    name = fold(text).strip("`<>").partition("|")[0]
    bare, is_address = _ADDRESS.subn("", name)
    whole = bare.strip("/").removesuffix(".git")
    return "/".join(whole.split("/")[:2]) if is_address else whole


Handler = Callable[[CommandContext], AsyncIterator[Reply]]
"""Answers a question: each reply replaces the previous one."""


async def read_context(services: Services, request: Request, command: Command) -> CommandContext:
    """Gather what is needed to answer a request."""
    asker = request.asker

    def look() -> tuple[tuple[Feed, ...], tuple[str, ...]]:
        if not asker.is_direct:
            return tuple(services.feeds.of_channel(asker.platform, asker.channel)), services.access.visible(asker)
        number = command.value("feed")
        found = services.feeds.get(int(number)) if number.isdecimal() else None
        feeds = (found,) if found and services.access.administers(asker, found) else ()
        return feeds, services.access.visible(asker)

    feeds, visible = await services.work.quick(look)
    language = language_of(asker, command, feeds, by_model=services.analyser.name != RULES)
    return CommandContext(services, request, command, language, feeds, visible)


def language_of(asker: Asker, command: Command | None, feeds: tuple[Feed, ...], *, by_model: bool = False) -> Language:
    """Return the language to answer in: the named one; the channel's for what everyone there sees, else the asker's.

    `by_model`: a model reads commits, at a cost per language.
    """
    if named := language_named(command.value("lang")) if command else None:
        return named
    of_channel = feeds[0].language if feeds and not asker.is_direct and asker.platform != TERMINAL else None
    is_shared = command is not None and (
        (command.is_public and command.verb not in PRIVATE) or (by_model and command.verb in _OF_DAYS)
    )
    return (of_channel if is_shared else None) or asker.language or of_channel or "en"


def language_named(text: str) -> Language | None:
    """Return the language that someone names, in either language; None for any other."""
    named = WORDS.names("languages").get(text.strip().lower())
    return next((language for language in LANGUAGES if language == named), None)
