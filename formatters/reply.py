"""What people are shown in chat, independent of the platform: the same for Slack, Discord and the terminal.

Texts may hold code in backticks and nothing else of any markup; everything else in them is shown as it is. A button
carries the command that it stands for, so that it works after a restart and means the same as the typed one.
"""

from dataclasses import dataclass
from typing import Literal

from analysis.i18n.language import Language
from formatters.charts.plot import Plot
from formatters.outline import Outline
from formatters.review import ReviewOutline
from formatters.text.item import Item

MOST_COMMAND = 90
"""Characters of a button's command; platforms keep it with the message (Discord: 100 with our mark)."""


@dataclass(frozen=True, slots=True)
class Button:
    """A control that stands for a command.

    Attributes:
        command: what typing would be, such as `show sgl-project/sglang@4c46ecd`; at most MOST_COMMAND characters.
    """

    label: str
    command: str
    style: Literal["plain", "primary", "danger"] = "plain"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel; the platform shows its name, which it knows and we do not, to whoever may know it.

    Attributes:
        id: the platform's own, never text from outside.
    """

    id: str


@dataclass(frozen=True, slots=True)
class Step:
    """A part of what takes a while.

    Attributes:
        links: (address, text) of what it reads; texts of ours or references such as `#12`, nothing from outside.
    """

    text: str
    state: Literal["pending", "active", "done"] = "active"
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence or a few: a receipt, a mistake and its way out, a help text's part.

    Attributes:
        about: the channel that it speaks of, shown before the text.
        field: the entry of the form that was filled in wrong; empty for none.
        steps: of a working note, what is done, under way and to come; a platform without a look for that shows the text alone.
        paragraphs: of a working note, what of the answer stands already, as the answer itself will say it.
    """

    text: str
    tone: Literal["plain", "done", "problem", "working"] = "plain"
    buttons: tuple[Button, ...] = ()
    about: Channel | None = None
    field: str = ""
    steps: tuple[Step, ...] = ()
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a post.

    Attributes:
        name: of letters, digits, dots, dashes and underscores alone; `title`: as people see it.
        alternative: what a picture shows, in a sentence, for whoever does not see it; empty for what is no picture.
        plot: its numbers, for a platform that draws them itself; None where no plain chart shows them.
    """

    name: str
    title: str
    content: bytes
    alternative: str = ""
    plot: Plot | None = None


@dataclass(frozen=True, slots=True)
class DigestPost:
    """A day's digest: a parent within a phone's first screen, and a thread with everything.

    Attributes:
        buttons: those under the parent.
        item_commands: for each must-know item, the command of its details.
        files: last in the thread: the day's pictures, then the full report as a page; empty for a short look.
        page: the address of the day in the archive; empty where readers cannot reach it.
    """

    outline: Outline
    buttons: tuple[Button, ...] = ()
    item_commands: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    page: str = ""


@dataclass(frozen=True, slots=True)
class ReviewPost:
    """A look back: a parent within a phone's first screen, and a thread with all of it, by area and story.

    Attributes:
        item_commands: for each of what mattered most, the command of its details.
        files: last in the thread: the days in pictures, then the look back as a page; empty for a short look.
        is_whole: all of it is shown at once where there is no thread.
    """

    told: ReviewOutline
    buttons: tuple[Button, ...] = ()
    item_commands: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    page: str = ""
    is_whole: bool = False


Post = DigestPost | ReviewPost
"""What has a thread where it stands."""


@dataclass(frozen=True, slots=True)
class CommitDetail:
    """One commit in full, with its buttons (wrong rank up or down, regenerate).

    Attributes:
        opinions: who ranked it, and who votes for another rank; empty where nobody did.
    """

    item: Item
    language: Language
    zone: str
    buttons: tuple[Button, ...] = ()
    opinions: str = ""


@dataclass(frozen=True, slots=True)
class CommitRow:
    """A commit in a list.

    Attributes:
        when: its local time. `repo`: empty where all are of one repository.
        because: which subscription it is told for; empty where nobody has subscribed.
        sentence: what of it answers a question; empty where its title does, or nobody asked.
    """

    item: Item
    when: str
    repo: str
    command: str
    because: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class CommitList:
    """Commits under a headline; `note` says what is missing or how to narrow, and may be empty."""

    title: str
    rows: tuple[CommitRow, ...]
    language: Language
    note: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A short table of two or three columns: areas, subscriptions, status, help. Cells are texts or channels.

    Attributes:
        actions: for each row a button, or None.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Channel, ...], ...]
    language: Language
    note: str = ""
    actions: tuple[Button | None, ...] = ()
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of a form.

    Attributes:
        name: its key in the answer. `options`: (value, label); empty for free text.
        hint: below it. `value`: what stands in it at first, several joined by commas where `many`.
        is_time: a time of day, as `09:00`; typed where a platform has no picker for it.
        offers: what is suggested while it is filled in, anything else may be given, too; empty for nothing.
    """

    name: str
    label: str
    value: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    many: bool = False
    optional: bool = False
    is_time: bool = False
    offers: Literal["", "repository", "zone", "area", "author", "label"] = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form; sending it runs `command` with the fields' values, by their names."""

    title: str
    submit: str
    command: str
    fields: tuple[Field, ...]
    language: Language


@dataclass(frozen=True, slots=True)
class Board:
    """Several replies below each other, shown as one: a person's home (Slack's App Home), the status, the help."""

    parts: tuple[Note | Sheet | CommitList, ...]
    language: Language


Reply = Note | DigestPost | ReviewPost | CommitDetail | CommitList | Sheet | Form | Board
