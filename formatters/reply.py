"""What people are shown in chat, independent of the platform: the same for Slack, Discord and the terminal.

Texts may contain code in backticks and no other markup; everything else is shown literally. A button carries its
command, so it works after a restart and means the same as the typed one.
"""

from dataclasses import dataclass
from typing import Literal

from analysis.i18n.language import Language
from formatters.charts.plot import Plot
from formatters.outline import Outline
from formatters.review import ReviewOutline
from formatters.text.item import Item

MOST_COMMAND = 90
"""Characters of a button's command; platforms store it with the message (Discord: 100 including our mark)."""


@dataclass(frozen=True, slots=True)
class Button:
    """A control that runs a command.

    Attributes:
        command: as if typed, such as `show sgl-project/sglang@4c46ecd`; at most MOST_COMMAND characters.
    """

    label: str
    command: str
    style: Literal["plain", "primary", "danger"] = "plain"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel; the platform, which knows its name, shows it to those who may see it.

    Attributes:
        id: the platform's own, never outside text.
    """

    id: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a longer task.

    Attributes:
        links: (URL, text) of what it reads; our own texts or references such as `#12`, nothing from outside.
    """

    text: str
    state: Literal["pending", "active", "done"] = "active"
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """One or a few sentences: a receipt, a mistake and its remedy, a part of the help.

    Attributes:
        about: the channel it refers to, shown before the text.
        field: the form field that was filled in wrong; empty for none.
        steps: of a working note, the steps done, running and pending; platforms that cannot show them show only the
            text.
        paragraphs: of a working note, the part of the answer available so far, word for word.
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
    """A file attached to a post.

    Attributes:
        name: only letters, digits, dots, dashes and underscores; `title`: as shown to people.
        alternative: what a picture shows, in a sentence, for people who cannot see it; empty for other files.
        plot: its numbers, for a platform that draws them itself; None if a plain chart cannot show them.
    """

    name: str
    title: str
    content: bytes
    alternative: str = ""
    plot: Plot | None = None


@dataclass(frozen=True, slots=True)
class DigestPost:
    """A day's digest: a parent that fits a phone's first screen, and a thread with everything.

    Attributes:
        buttons: those under the parent.
        item_commands: for each must-know item, the command that shows its details.
        files: last in the thread: the day's charts, then the full report as a page; empty for a short look.
        page: the day's URL in the archive; empty if readers cannot reach it.
    """

    outline: Outline
    buttons: tuple[Button, ...] = ()
    item_commands: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    page: str = ""


@dataclass(frozen=True, slots=True)
class ReviewPost:
    """A review: a parent that fits a phone's first screen, and a thread with all of it, by area and story.

    Attributes:
        item_commands: for each of the top items, the command that shows its details.
        files: last in the thread: charts of the days, then the review as a page; empty for a short look.
        is_whole: show all of it at once if there is no thread.
    """

    told: ReviewOutline
    buttons: tuple[Button, ...] = ()
    item_commands: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    page: str = ""
    is_whole: bool = False


Post = DigestPost | ReviewPost
"""A reply that has a thread where it is posted."""


@dataclass(frozen=True, slots=True)
class CommitDetail:
    """One commit in full, with its buttons (wrong rank up or down, regenerate).

    Attributes:
        opinions: who ranked it, and who votes for another rank; empty if nobody did.
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
        when: its local time. `repo`: empty if all are from one repository.
        because: which subscription it is sent for; empty without one.
        sentence: the part of it that answers a question; empty if its title does, or there is no question.
    """

    item: Item
    when: str
    repo: str
    command: str
    because: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class CommitList:
    """Commits under a headline; `note` says what is missing or how to narrow the list, and may be empty."""

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
    """One field of a form.

    Attributes:
        name: its key in the answer. `options`: (value, label); empty for free text.
        hint: shown below it. `value`: its initial value, several joined by commas if `many`.
        is_time: a time of day, as `09:00`; typed if a platform has no picker for it.
        offers: what kind of suggestions it shows, though any other value is accepted; empty for none.
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
    """A form; submitting it runs `command` with the fields' values, by their names."""

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
