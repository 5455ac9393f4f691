"""The port that platforms implement, and what all of them have in common.

A platform turns people's actions (a command, a mention, a button, a form) into a `Request`, passes it to the
conversation, and shows the replies. It posts through the `Transport` port and does not know what is due.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from analysis.i18n.language import Language
from bot.i18n.wording import said
from bot.port.command import Command
from formatters.reply import Reply

Lacks = Callable[[str, bool], Awaitable[tuple[str, ...]]]
"""Called with a channel, and whether a test message may be posted and deleted at once."""


async def _nothing(channel: str, by_posting: bool) -> tuple[str, ...]:  # noqa: ARG001 - as `Asker.lacks` is called
    return ()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and from where.

    Attributes:
        workspace: the Slack team or Discord guild; empty in a direct message on Discord and in the terminal.
        channel: where the answer goes; `is_direct`: it is a conversation with the bot alone.
        is_admin: may administer this channel's feeds, according to the platform.
        lacks: what currently keeps Daybrief from posting in a channel, according to the platform: `member`, `archived`,
            keys of `lacks`, or one of `refused`, in `bot/i18n/`; empty if nothing does, or nothing is known.
        channels: in direct messages, the channels the person is in, as far as the platform tells; `administers`: those
            whose feeds they may administer.
        name: their display name there; empty if the platform does not tell.
        language, zone: this person's, according to the platform; empty if it does not tell.
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
    """A file attached to a request; outside data, described only by the platform.

    Attributes:
        size: bytes.
        read: fetches it in full. Raises Later.
    """

    name: str
    size: int
    read: Callable[[], Awaitable[bytes]] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    Attributes:
        command: text as typed, or the command of a button or a form (`show 4c46ecd public`), which is parsed by
            `bot.commands.grammar`; or a command whose options the platform has already separated, which is used as is.
        values: of a form, by field name.
        thread: the message thread it was made in; empty outside of one.
        attachment: the file attached to it; None without one.
        message: the requesting message, below which a thread with the answer may start; empty if unknown.
        follows: whether steps are shown while the answer is made, so that updated working notes are welcome.
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
    """A reply, and whether everyone in the channel sees it.

    A request may have several answers, each replacing the previous one (`Note(tone="working")`, then the result).
    """

    reply: Reply
    public: bool = False


Conversation = Callable[[Request], AsyncIterator[Answer]]
"""Answers a request. The platform acknowledges it before the first answer. Never raises for bad input."""


Kind = Literal[
    "words", "repository", "zone", "area", "author", "label", "date", "hour", "commit", "versions", "branches", "subscription", "mute",
    "path", "branch", "command", "choice", "flag", "file",
]  # fmt: skip
"""The kind of an option's values: if there is a list of them, they are offered while typing."""


@dataclass(frozen=True, slots=True)
class Option:
    """An argument of a command, for platforms with typed options and for help.

    Attributes:
        name: in ASCII, lower case. `says`: what it is, by language; at most 100 characters.
        kind: what is offered while typing; a `flag` is a yes or no, a `file` is attached to the request and never
            typed.
        choices: for a `choice`, the words to choose from, each with its label, by language.
        named: it is typed as `name=value` (a flag as its name alone) instead of by position.
    """

    name: str
    kind: Kind
    says: Mapping[Language, str]
    required: bool = False
    choices: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)
    named: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """One line of the command table: the source of help, Slack's manifest and Discord's commands.

    Attributes:
        is_admin: only for those who may administer the channel; not offered in direct messages.
        has_form: it may be answered with a form, quickly: Discord shows one only as the very first answer.
        group: its heading on platforms that limit the number of commands (Discord: 25); None to stand alone.
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
    """Offers completions while someone types; quickly, from the store, the clock, and local clones."""

    async def __call__(
        self, asker: Asker, verb: str, option: Option, typed: str, others: Mapping[str, str]
    ) -> Sequence[tuple[str, str]]:
        """Return (value, label) for `typed`, best first; `others` are the options already filled in."""


class Memory(Protocol):
    """Stores a platform's few small values between runs."""

    def get(self, key: str) -> str:
        """Return the value last put, or an empty string."""

    def put(self, key: str, value: str) -> None:
        """Store a value."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a post is: the platform's IDs of the parent and of the following messages in the thread, in order."""

    channel: str
    message: str
    followers: tuple[str, ...] = ()


class Unsure(Exception):
    """A post's outcome is unknown (a lost reply): check before posting again."""


class Refused(Exception):
    """The channel is gone, archived or forbids posting.

    Attributes:
        why: the reason, as stored and worded in any language: a key of `refused` in `bot/i18n/`.
    """

    def __init__(self, why: str) -> None:
        super().__init__(said(why, "en"))
        self.why = why


class Later(Exception):
    """The platform cannot accept it now.

    Attributes:
        seconds: the minimum wait.
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
        """Finish answers in progress, then disconnect."""

    async def disconnected(self) -> str:
        """Say in a sentence why it is not connected now; an empty string while it is."""

    async def examine(self, channels: Sequence[str], people: Sequence[str] = ()) -> list[str]:
        """Check its configuration, some channels and people, and return one sentence per problem; nothing is posted."""

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        """Post; `key` (at most 36 characters, one per delivery) is attached to the message so that `find` can see it.

        Continues a thread begun under `key`: existing parts are not posted again.

        Raises:
            Unsure, Refused, Later.
        """

    async def find(self, channel: str, key: str) -> Posted | None:
        """Look for what was posted under `key`; None if certainly nothing was. Raises Refused, Later."""

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Edit `posted` to show `reply`. Raises Refused, Later."""

    async def direct(self, user: str) -> str:
        """Return the channel of direct messages with a person. Raises Refused, Later."""
