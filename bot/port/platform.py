"""The port that platforms implement, and what all of them have in common.

A platform turns whatever people do (a command, a mention, a button, a form) into a `Request`, hands it to the
conversation, and shows the replies. It posts through the `Transport` port and knows nothing of what is due.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from analysis.i18n.language import Language
from bot.i18n.wording import said
from bot.port.command import Command
from formatters.reply import Reply

Lacks = Callable[[str, bool], Awaitable[tuple[str, ...]]]
"""Takes a channel, and whether it may be tried by a message that is taken back at once."""


async def _nothing(channel: str, by_posting: bool) -> tuple[str, ...]:  # noqa: ARG001 - as `Asker.lacks` is called
    return ()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and from where.

    Attributes:
        workspace: the Slack team or Discord guild; empty in a direct message on Discord and in the terminal.
        channel: where the answer goes; `is_direct`: it is a conversation with the bot alone.
        is_admin: may administer this channel's feeds, by the platform's own word.
        lacks: what keeps Daybrief from posting in a channel, by the platform's own word, as it is now: `member`, `archived`,
            keys of `lacks`, or one of `refused`, in `bot/i18n/`; empty where nothing does, or nothing is known.
        channels: in direct messages, the channels that the person is in, as far as the platform says; `administers`: those
            whose feeds they may administer.
        name: as others there see it; empty where the platform does not say.
        language, zone: as the platform knows them of this person; empty where it does not.
    """

    platform: str
    workspace: str
    user: str
    channel: str
    is_direct: bool = False
    is_admin: bool = False
    name: str = ""
    language: Language | None = None
    zone: str = ""
    channels: frozenset[str] = frozenset()
    administers: frozenset[str] = frozenset()
    lacks: Lacks = field(default=_nothing, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a request; outside text, of which nothing is known but what the platform says.

    Attributes:
        size: bytes.
        read: fetches it whole. Raises Later.
    """

    name: str
    size: int
    read: Callable[[], Awaitable[bytes]] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants.

    Attributes:
        command: a text as it was typed, or the name of a button or a form (`show 4c46ecd public`), which is read by the
            grammar of `bot.commands.grammar`; or a command whose options the platform told apart, which is taken as it is.
        values: of a form, by field name.
        thread: the message thread it was asked in; empty outside of one.
        attachment: the file that came with it; None without one.
        message: the message that asked, below which a thread with its answer may begin; empty where that is not known.
        follows: whether steps are shown while the answer is made, so that working notes with newer ones are welcome.
    """

    asker: Asker
    command: str | Command
    values: dict[str, str] = field(default_factory=dict)
    thread: str = ""
    attachment: Attachment | None = None
    message: str = ""
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, and whether everybody in the channel sees it.

    A request may have several answers: each replaces the one before it (`Note(tone="working")`, then the result).
    """

    reply: Reply
    public: bool = False


Conversation = Callable[[Request], AsyncIterator[Answer]]
"""Answers a request. The platform has acknowledged it before the first answer comes. Never raises for bad input."""


Kind = Literal[
    "words", "repository", "zone", "area", "author", "label", "date", "hour", "commit", "versions", "branches", "subscription", "mute",
    "path", "branch", "command", "choice", "flag", "file",
]  # fmt: skip
"""What an option holds: where anything has a list of it, that is offered while it is typed."""


@dataclass(frozen=True, slots=True)
class Option:
    """What may follow a verb, for platforms with typed options and for help.

    Attributes:
        name: in ASCII, lower case. `says`: what it is, by language; at most 100 characters.
        kind: what is offered while it is typed; a `flag` is a yes or no, a `file` comes with the request and is never typed.
        choices: of a `choice`, the words to choose from, each with what it is called, by language.
        named: it is typed as `name=value` (a flag as its name alone) instead of by its place.
    """

    name: str
    kind: Kind
    says: Mapping[Language, str]
    required: bool = False
    choices: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)
    named: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """One line of the command table: what help, Slack's manifest and Discord's commands are made of.

    Attributes:
        is_admin: only for those who may administer the channel; not offered in direct messages.
        has_form: it may be answered with a form, quickly: Discord shows one only as the very first answer.
        group: what it is listed under where a platform takes few commands at once (Discord: 25); None for by itself.
    """

    name: str
    says: Mapping[Language, str]
    options: tuple[Option, ...] = ()
    is_admin: bool = False
    has_form: bool = False
    group: "Group | None" = None


@dataclass(frozen=True, slots=True)
class Group:
    """Commands that belong together.

    Attributes:
        name: in ASCII, lower case. `says`: what they are about, by language; at most 100 characters.
    """

    name: str
    says: Mapping[Language, str]


class Suggest(Protocol):
    """Offers what could be meant while somebody types; quickly, from the store, the clock, and clones at hand."""

    async def __call__(
        self, asker: Asker, verb: str, option: Option, typed: str, others: Mapping[str, str]
    ) -> Sequence[tuple[str, str]]:
        """Return (value, label) for `typed`, the best first; `others` are the options that are filled in already."""


class Memory(Protocol):
    """Remembers a few small things of a platform from one start to the next."""

    def get(self, key: str) -> str:
        """Return what was put last, or an empty text."""

    def put(self, key: str, value: str) -> None:
        """Remember a text."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a post stands: the platform's ids of the parent and of what follows it in the thread, in order."""

    channel: str
    message: str
    followers: tuple[str, ...] = ()


class Unsure(Exception):
    """A post's outcome is unknown (a lost reply): look before anything is posted again."""


class Refused(Exception):
    """The channel is gone, archived or forbids posting.

    Attributes:
        why: which it is, as it is kept and said in any language: a key of `refused` in `bot/i18n/`.
    """

    def __init__(self, why: str) -> None:
        super().__init__(said(why, "en"))
        self.why = why


class Later(Exception):
    """The platform cannot take it now.

    Attributes:
        seconds: how long to wait at least.
    """

    def __init__(self, text: str, seconds: float) -> None:
        super().__init__(text)
        self.seconds = seconds


class Transport(Protocol):
    """A connected platform."""

    @property
    def name(self) -> str:
        """`slack`, `discord`, `outlet` or `terminal`."""

    async def run(self, conversation: Conversation) -> None:
        """Stay connected and answer until cancelled; reconnects by itself. Raises BadInput for a refused token."""

    async def close(self) -> None:
        """Finish what is being answered, then disconnect."""

    async def disconnected(self) -> str:
        """Say in a sentence why it is not connected now; an empty text while it is."""

    async def examine(self, channels: Sequence[str], people: Sequence[str] = ()) -> list[str]:
        """Try what it is configured with, some channels and people, and say in a sentence each what is wrong; nothing is posted."""

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        """Post; `key` (36 characters at most, one for each delivery) travels with the message so that `find` sees it.

        Goes on with a thread that `key` has begun: parts that stand already are not posted again.

        Raises:
            Unsure, Refused, Later.
        """

    async def find(self, channel: str, key: str) -> Posted | None:
        """Look for what was posted under `key`; None if it is certain that nothing was. Raises Refused, Later."""

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Show `reply` where `posted` stands. Raises Refused, Later."""

    async def direct(self, user: str) -> str:
        """Return the channel of direct messages with a person. Raises Refused, Later."""
