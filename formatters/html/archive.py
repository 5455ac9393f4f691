"""The archive's pages: what they hold, and how they are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from analysis.commits.title import KNOWN_TYPES
from analysis.entry import Entry
from analysis.i18n.language import Language
from analysis.rules.wording import say
from analysis.triage.areas import Areas
from analysis.triage.triage import Importance
from formatters.asking import AnswerOutline
from formatters.html.page import Sheet, edition
from formatters.html.templates import templates
from formatters.i18n.wording import label, say_day
from formatters.text.item import Item, item_of
from formatters.tracing import Findings
from formatters.upgrade import UpgradeOutline

HistoryKind = Literal["upgrade", "fix", "suspects"]
"""A question about a history: what an upgrade changes, where a fix is, or what may have broken something."""

_STEPS = (1, 10, 25, 50)


@dataclass(frozen=True, slots=True)
class Links:
    """URLs within the archive.

    Attributes:
        root: where the archive begins, without a trailing slash; empty for a server of its own.
        language: added to every URL if the reader has chosen one.
    """

    root: str = ""
    language: Language | None = None

    def home(self) -> str:
        """All repositories."""
        return self._to("/")

    def repo(self, repo: str, **more: object) -> str:
        """A repository: its calendar."""
        return self._to(f"/repo/{quote(repo)}", **more)

    def day(self, repo: str, day: date) -> str:
        """A day of a repository."""
        return self._to(f"/day/{day}/{quote(repo)}")

    def week(self, repo: str, last: date) -> str:
        """The week of a repository that ends with a day."""
        return self._to(f"/week/{last}/{quote(repo)}")

    def month(self, repo: str, last: date) -> str:
        """The thirty days of a repository that end with a day."""
        return self._to(f"/month/{last}/{quote(repo)}")

    def commit(self, sha: str) -> str:
        """A commit."""
        return self._to(f"/commit/{quote(sha, safe='')}")

    def area(self, key: str, **more: object) -> str:
        """An area's commits."""
        return self._to(f"/area/{quote(key, safe='')}", **more)

    def author(self, name: str, **more: object) -> str:
        """An author's commits."""
        return self._to("/author", name=name, **more)

    def search(self, **more: object) -> str:
        """The search."""
        return self._to("/search", **more)

    def ask(self, **more: object) -> str:
        """A question in plain words."""
        return self._to("/ask", **more)

    def history(self, kind: HistoryKind, **more: object) -> str:
        """A question about a repository's history."""
        return self._to(f"/{kind}", **more)

    def feed(self, **more: object) -> str:
        """A feed."""
        return self._to("/feed.atom", **more)

    def _to(self, path: str, **values: object) -> str:
        given = {name: value for name, value in values.items() if value}
        if self.language:
            given["lang"] = self.language
        return f"{self.root}{path}{'?' + urlencode(given) if given else ''}"


@dataclass(frozen=True, slots=True)
class View:
    """What every page needs to know about its reader.

    Attributes:
        here: this page's URL in each language; `data`: that of its JSON.
    """

    language: Language
    zone: str
    areas: Areas
    links: Links
    here: Mapping[Language, str]
    data: str

    def write(self, template: str, **values: Any) -> str:
        """Render a page."""
        return (
            templates()
            .get_template(template)
            .render(lang=self.language, links=self.links, view=self, areas=self.areas, **values)
        )

    def items(self, entries: Sequence[Entry]) -> list[Item]:
        """Put entries into words."""
        return [item_of(entry, self.language, self.areas) for entry in entries]

    def local(self, moment: Any) -> Any:
        """Return a moment in the archive's time zone."""
        return moment.astimezone(ZoneInfo(self.zone))

    def day(self, day: date) -> str:
        """Say a day."""
        return say_day(day, self.language)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A repository on the home page: its last days with their number of commits, if known, and how many rank high."""

    repo: str
    days: tuple[tuple[date, int | None, int], ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a calendar: weeks of seven days, None outside the month."""

    first: date
    weeks: tuple[tuple[date | None, ...], ...]


def months(year: int) -> list[Month]:
    """Return a year's months."""
    made = []
    for number in range(1, 13):
        first = date(year, number, 1)
        start, weeks = first - timedelta(days=first.weekday()), []
        while start.month == number or start < first:
            days = (start + timedelta(days=offset) for offset in range(7))
            weeks.append(tuple(day if day.month == number else None for day in days))
            start += timedelta(days=7)
        made.append(Month(first, tuple(weeks)))
    return made


def shade(commits: int) -> int:
    """Return the shade of a calendar day, 0 to 4."""
    return sum(commits >= step for step in _STEPS)


def home_page(view: View, shelves: Sequence[Shelf]) -> str:
    """Return the home page."""
    return view.write("home.html.j2", shelves=shelves)


def repo_page(
    view: View,
    repo: str,
    year: int,
    years: Sequence[int],
    days: Mapping[date, tuple[int, int]],
    busy: Sequence[tuple[str, int]],
) -> str:
    """Return a repository's page: a year's days with (commits, high ones), and its busy areas with their counts."""
    shown = [month for month in months(year) if any(day in days for week in month.weeks for day in week)]
    return view.write(
        "repo.html.j2", repo=repo, year=year, years=years, months=shown, days=days, busy=busy, shade=shade
    )


def day_page(view: View, sheet: Sheet, before: date | None, after: date | None, *, is_whole: bool) -> str:
    """Return a day's report; `is_whole` says that all its commits are known."""
    made = edition([sheet])
    return view.write("day.html.j2", edition=made, editions=[made], before=before, after=after, is_whole=is_whole)


def commit_page_of(view: View, entry: Entry, day: date, others: Sequence[Entry], reverted: str = "") -> str:
    """Return a commit's page; `others` belong to the same story, `reverted` says what reverts it."""
    item = item_of(entry, view.language, view.areas)
    return view.write("commit.html.j2", item=item, day=day, others=view.items(others), reverted=reverted)


@dataclass(frozen=True, slots=True)
class Found:
    """A list of commits.

    Attributes:
        about: what they have in common, as the page's title.
        next: the URL of the older ones; empty if there are none.
        feed: the URL of its feed; empty if it has none.
        given: what was searched for, by the names of the form's fields; None without a form.
        problem: what was wrong with the question.
        notes: what the reader should know about how it was found.
    """

    about: str
    entries: tuple[Entry, ...]
    next: str = ""
    feed: str = ""
    given: Mapping[str, str] | None = None
    problem: str = ""
    more: bool = False
    notes: tuple[str, ...] = ()


def list_page(view: View, found: Found, repos: Sequence[str]) -> str:
    """Return a list of commits, with the search form if it is a search."""
    types = [(kind.value, say(f"type.{kind}", view.language)) for kind in KNOWN_TYPES]
    levels = [(level.value, say(f"importance.{level}", view.language)) for level in Importance]
    known = sorted(((area.key, area.name(view.language)) for area in view.areas), key=lambda pair: pair[1])
    return view.write(
        "list.html.j2",
        found=found,
        items=view.items(found.entries),
        types=types,
        levels=levels,
        named=known,
        repos=repos,
    )


def ask_page(view: View, question: str, told: AnswerOutline | None, problem: str = "") -> str:
    """Return the page for questions in plain words, with the answer to one, or with what is unclear about it."""
    return view.write("ask.html.j2", question=question, told=told, problem=problem)


@dataclass(frozen=True, slots=True)
class HistoryForm:
    """A question about a repository's history.

    Attributes:
        given: what was asked, by the names of the form's fields.
        repos: the choices.
        problem: what was wrong with the question.
    """

    kind: HistoryKind
    given: Mapping[str, str]
    repos: Sequence[str]
    problem: str = ""


def history_page(view: View, form: HistoryForm, told: Findings | UpgradeOutline | None) -> str:
    """Return the page for a question about a history, with its answer; `upgrade` is answered by an outline."""
    known = sorted(((area.key, area.name(view.language)) for area in view.areas), key=lambda pair: pair[1])
    return view.write("history.html.j2", form=form, told=told, named=known)


def problem_page(
    view: View, title: str, sentence: str, near: Sequence[tuple[str, str]] = (), *, asks_token: bool = False
) -> str:
    """Return a page that says what is wrong, with suggestions as names and URLs.

    It has a field for the token if that grants access.
    """
    return view.write("problem.html.j2", title=title, sentence=sentence, near=near, asks_token=asks_token)


def index_page(
    title: str, shelves: Sequence[tuple[Shelf, str]], above: Sequence[tuple[str, str]], language: Language
) -> str:
    """Return a page that links to exported days; a standalone file.

    `shelves` are repositories, each with the folder below this page that holds its days, empty for this one;
    `above` are the names and URLs of parent pages.
    """
    return (
        templates()
        .get_template("index.html.j2")
        .render(title=title, shelves=shelves, above=above, lang=language, say_day=say_day)
    )


def title_of(item: Item, language: Language) -> str:
    """Return an entry's title in a feed: its importance and its title."""
    level = label("entry.importance", language, importance=say(f"importance.{item.entry.triage.importance}", language))
    return label("entry.claim", language, aspect=level, text=item.title)
