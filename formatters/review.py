"""A look-back in words, the same for every format."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from posixpath import basename

from analysis.commits.commit import Commit
from analysis.digest.period import Day
from analysis.digest.review import NEW, AreaReview, Matter, Review
from analysis.digest.stories import Earlier, Story, StoryKind
from analysis.entry import RULES, Entry
from analysis.facts import Fact
from analysis.i18n.typography import outside, without_stop
from analysis.rules.wording import say_fact
from analysis.triage.areas import Areas
from analysis.triage.triage import Importance
from formatters.i18n.wording import label, say_day, say_days
from formatters.text.item import Item, item_of
from formatters.text.plain import brief, clean, columns
from formatters.text.scope import say_repository

TOP, AREAS = "review.top", "review.areas"
"""The sections whose lines have nested lines."""

WEEK = 7
"""A review of this many days is a week in review."""

_FACTS, _NEW, _UNREAD = 2, 8, 4
_SOME, _MANY, _TITLE, _LONGEST = 3, 6, 44, 60
_NUMBER = re.compile(r"\s*\(#\d+\)$")
_SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Line:
    """One statement.

    Attributes:
        shas: the commits it refers to; `level`: its importance if it has one.
        head, about: the same in two parts, the subject and what is said about it; both empty if it has no parts.
        under: statements that belong to it.
    """

    text: str
    shas: tuple[str, ...] = ()
    level: Importance | None = None
    head: str = ""
    about: str = ""
    under: tuple["Line", ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Statements under a heading.

    Attributes:
        key: that of its name, such as TOP.
        brief: its summary in one or two lines on a phone; empty if there is none.
    """

    key: str
    name: str
    lines: tuple[Line, ...]
    brief: str = ""


@dataclass(frozen=True, slots=True)
class ReviewOutline:
    """Everything a review says, in order; texts contain code in backticks and no other markup.

    Attributes:
        coverage: how many commits were read, and by what.
        commits: those it refers to, by SHA.
    """

    made: Review
    title: str
    window: str
    counts: str
    coverage: str
    notices: tuple[str, ...]
    sections: tuple[Section, ...]
    commits: Mapping[str, Commit]

    @property
    def top(self) -> tuple[Line, ...]:
        """What mattered most."""
        return next((section.lines for section in self.sections if section.key == TOP), ())

    @property
    def replies(self) -> tuple[tuple[Section, ...], ...]:
        """The sections grouped into replies of a thread: what mattered, the areas, the rest."""
        own = [(section,) for section in self.sections if section.key in {TOP, AREAS}]
        rest = tuple(section for section in self.sections if section.key not in {TOP, AREAS})
        return (*own, rest) if rest else tuple(own)

    @property
    def footing(self) -> str:
        """What it is based on, in a line: its areas, and what read it."""
        areas = [section.brief for section in self.sections if section.key == AREAS]
        return _SEPARATOR.join([*areas, self.coverage])

    @property
    def briefly(self) -> tuple[Section, ...]:
        """The sections that have a one-line summary, without the areas."""
        return tuple(section for section in self.sections if section.brief and section.key != AREAS)


def review_outline(made: Review, areas: Areas) -> ReviewOutline:
    """Put a review into words, in its own language."""
    return _Writer(made, areas).write()


class _Writer:
    def __init__(self, made: Review, areas: Areas) -> None:
        self.made, self.areas, self.language = made, areas, made.language
        self.commits = {entry.commit.sha: entry.commit for entry in made.entries}

    def label(self, key: str, **values: object) -> str:
        return label(key, self.language, **values)

    def write(self) -> ReviewOutline:
        made, window = self.made, self.made.window
        title = "review.week" if len(window.days) == WEEK else "review.span"
        start, end = window.local(window.start), window.local(window.end)
        high = sum(entry.triage.importance is Importance.HIGH for entry in made.entries)
        people = len({author for entry in made.entries for author in entry.commit.authors})
        sections = (
            Section(key, self.label(key), tuple(lines), briefly)
            for key, lines, briefly in (
                (TOP, map(self.matter, made.top), ""),
                (AREAS, map(self.area, made.areas), self.areas_briefly()),
                ("review.came_back", self.came_back(), self.came_back_briefly()),
                ("review.to_try", map(self.to_try, made.to_try), self.to_try_briefly()),
                ("review.newcomers", self.newcomers(), self.newcomers_briefly()),
                ("review.compared", self.compared(), self.compared_briefly()),
            )
        )
        return ReviewOutline(
            made=made,
            title=self.label(
                title, repo=say_repository(made.repo, made.scope, self.language), days=say_days(window, self.language)
            ),
            window=self.label(
                "review.window", start=f"{start:%Y-%m-%d %H:%M}", end=f"{end:%Y-%m-%d %H:%M}", zone=window.zone
            ),
            counts=self.label(
                "review.counts",
                commits=self.label("report.commits", count=len(made.entries)),
                authors=self.label("report.authors", count=people),
                high=high,
            )
            if made.entries
            else self.label("review.nothing"),
            coverage=self.coverage(),
            notices=tuple(self.notices()),
            sections=tuple(section for section in sections if section.lines),
            commits=self.commits,
        )

    def notices(self) -> Iterator[str]:
        unread = self.made.unread
        spans = [list(days) for _, days in groupby(unread, key=lambda day: day.toordinal() - unread.index(day))]
        said = [
            self.label("report.days", first=days[0].isoformat(), last=days[-1].isoformat())
            if len(days) > 1
            else days[0].isoformat()
            for days in spans
        ]
        if unread:
            days = self.some(said, _UNREAD)
            yield self.label("review.unread", count=len(unread), whole=len(self.made.window.days), days=days)

    def coverage(self) -> str:
        if not self.made.entries:
            known = sorted(day.date for day in (*self.made.before, *self.made.days))
            return self.label("review.known", count=len(known), day=say_day(known[0], self.language)) if known else ""
        by = Counter(entry.analysis.analyser for entry in self.made.entries if entry.analysis)
        names = (f"{self.label('run.by_rules') if name == RULES else clean(name)} {by[name]}" for name in by)
        return self.label("run.read", read=by.total(), by=_SEPARATOR.join(names) or self.label("stat.none"))

    def item(self, entry: Entry) -> Item:
        return item_of(entry, self.language, self.areas)

    def some(self, texts: Sequence[str], most: int = _SOME, between: str = "") -> str:
        """Join a few and say how many more there are."""
        more = f" +{len(texts) - most}" if len(texts) > most else ""
        return (between or self.label("list.comma")).join(texts[:most]) + more

    # -- the sections, line by line and in a line

    def matter(self, matter: Matter) -> Line:
        item = self.item(matter.lead)
        areas = self.label("list.brackets", text=item.areas) if item.areas else ""
        head = without_stop(item.line)
        under = tuple(Line(text) for text in self.more(item, matter.story))
        return Line(f"{head}{areas}", matter.shas, matter.lead.triage.importance, head, item.area, under)

    def more(self, item: Item, story: Story | None) -> Iterator[str]:
        """What its line does not say: that it is one change of several commits, and what matters most besides."""
        if story and story.kind is not StoryKind.REVERT:
            yield self.label(f"story.{story.kind}", count=len(story.shas))
        if item.gist:
            yield item.gist

    def area(self, area: AreaReview) -> Line:
        name = clean(self.areas.name(area.key, self.language))
        count = self.label("report.commits", count=area.commits)
        high = self.label("list.clause") + self.label("answer.high", count=area.high) if area.high else ""
        under = tuple(
            Line(without_stop(self.item(matter.lead).line), matter.shas, matter.lead.triage.importance)
            for matter in area.matters
        )
        about = f"{count}{high}"
        return Line(self.label("review.area", name=name, count=about), head=name, about=about, under=under)

    def areas_briefly(self) -> str:
        counts = [f"{clean(self.areas.name(area.key, self.language))} {area.commits}" for area in self.made.areas]
        return self.some(counts, _MANY, _SEPARATOR)

    def came_back(self) -> Iterator[Line]:
        for entry, origin in self.made.reverted:
            text = self.reverted(entry, origin, "review.reverted_hours", "review.reverted_days")
            text = text or self.item(entry).line
            yield Line(text, (entry.commit.sha,), entry.triage.importance)
        for fixed in self.made.fixed_again:
            yield Line(self.label("review.fixed_again", path=_code(fixed.path), count=len(fixed.shas)), fixed.shas)

    def came_back_briefly(self) -> str:
        reverted = [
            self.reverted(entry, origin, "review.back_hours", "review.back_days", _TITLE)
            or without_stop(self.item(entry).line)
            for entry, origin in self.made.reverted
        ]
        again = [f"{_code(basename(fixed.path))} ×{len(fixed.shas)}" for fixed in self.made.fixed_again]
        said = [self.label("review.back", count=len(reverted), told=self.some(reverted, 1))] if reverted else []
        said += [self.label("review.again", told=self.some(again, 1))] if again else []
        return self.label("list.semicolon").join(said)

    def reverted(
        self, entry: Entry, origin: Earlier | None, in_hours: str, in_days: str, most: int | None = None
    ) -> str:
        """Say what was reverted and after how long; an empty string if that is not known."""
        if origin is None or origin.committed_at is None:
            return ""
        title, stood = clean(outside(origin.title)), entry.commit.committed_at - origin.committed_at
        return self.label(
            in_hours if stood.days < 1 else in_days,
            title=brief(_NUMBER.sub("", title), most) if most else title,
            day=say_day(self.made.window.local(origin.committed_at).date(), self.language),
            count=stood.days or max(1, round(stood.seconds / 3600)),
        )

    def to_try(self, entry: Entry) -> Line:
        facts = [clean(say_fact(fact, self.language)) for fact in _added(entry)]
        told = self.label("list.semicolon").join(dict.fromkeys(facts[:_FACTS]))
        title = self.item(entry).title
        return Line(f"{title}{self.label('list.brackets', text=told)}", (entry.commit.sha,), head=title, about=told)

    def to_try_briefly(self) -> str:
        names = (_code(fact.name) for entry in self.made.to_try for fact in _added(entry)[:_FACTS])
        return self.some([name for name in dict.fromkeys(names) if columns(name) <= _LONGEST])

    def newcomers(self) -> Iterator[Line]:
        new = self.made.newcomers or ()
        for entry in new[:_NEW]:
            item = self.item(entry)
            text = self.label("entry.claim", aspect=item.author, text=item.title)
            yield Line(text, (entry.commit.sha,), entry.triage.importance, item.author, item.title)
        if len(new) > _NEW:
            yield Line(self.label("review.more_newcomers", count=len(new) - _NEW))

    def newcomers_briefly(self) -> str:
        return self.some([self.item(entry).author for entry in self.made.newcomers or ()])

    def measures(self) -> Iterator[tuple[str, str, str]]:
        """What is compared: its name, its daily average, and that of the days before."""
        measures: tuple[tuple[str, Callable[[Day], int]], ...] = (
            ("chart.commits", lambda day: day.commits),
            ("chart.high", lambda day: day.high),
            ("chart.reverts", lambda day: day.reverts),
            ("chart.product_lines", lambda day: day.production),
        )
        for name, of in measures if self.made.before else ():
            yield self.label(name), _average(self.made.days, of), _average(self.made.before, of)

    def compared(self) -> Iterator[Line]:
        for name, now, before in self.measures():
            told = self.label("review.measure", now=now, before=before, count=len(self.made.before))
            yield Line(self.label("entry.claim", aspect=name, text=told), head=name, about=told)

    def compared_briefly(self) -> str:
        told = [f"{name} {before} → {now}" for name, now, before in self.measures()]
        return self.label("review.measures", told=_SEPARATOR.join(told[:-1])) if told else ""


def _code(path: str) -> str:
    shown = clean(path)
    return shown if "`" in shown else f"`{shown}`"


def _added(entry: Entry) -> list[Fact]:
    return [fact for fact in entry.facts if fact.kind in NEW]


def _average(days: Sequence[Day], of: Callable[[Day], int]) -> str:
    value = sum(map(of, days)) / max(len(days), 1)
    return f"{value:,.0f}" if value >= 20 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004 - beyond, a tenth says nothing
