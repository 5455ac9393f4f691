"""A look back in words, and as Markdown, for the terminal, as a page, and as data for programs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.areas import Areas
from analysis.commit import Commit
from analysis.period import Day
from analysis.review import Matter, Review
from analysis.stories import Earlier
from analysis.triage import Importance
from analysis.wording import say_fact
from formatters.item import ICONS, Item, item_of
from formatters.links import commit_page
from formatters.markdown import escape
from formatters.plain import clean
from formatters.wording import label, say_day, say_days

_FACTS, _NEW = 2, 8
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Line:
    """One statement; `shas` are the commits that it speaks of, `level` its importance where it has one."""

    text: str
    shas: tuple[str, ...] = ()
    level: Importance | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Statements under a heading."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ReviewOutline:
    """Everything a look back says, in its order; texts hold code in backticks and no other markup.

    Attributes:
        commits: those that it speaks of, by SHA.
    """

    title: str
    window: str
    counts: str
    notices: tuple[str, ...]
    sections: tuple[Section, ...]
    commits: Mapping[str, Commit]


def review_outline(made: Review, areas: Areas) -> ReviewOutline:
    """Put a look back into words, in its own language."""
    return _Writer(made, areas).write()


class _Writer:
    def __init__(self, made: Review, areas: Areas) -> None:
        self.made, self.areas, self.language = made, areas, made.language
        self.commits = {entry.commit.sha: entry.commit for entry in made.entries}

    def label(self, key: str, **values: object) -> str:
        return label(key, self.language, **values)

    def write(self) -> ReviewOutline:
        made, window = self.made, self.made.window
        days = (window.last - window.first).days + 1
        title = "review.week" if days == _WEEK else "review.span"
        start, end = window.local(window.start), window.local(window.end)
        high = sum(entry.triage.importance is Importance.HIGH for entry in made.entries)
        people = len({entry.commit.author for entry in made.entries})
        sections = (
            Section(self.label(name), tuple(lines))
            for name, lines in (
                ("review.top", map(self.matter, made.top)),
                ("review.areas", self.by_area()),
                ("review.came_back", self.came_back()),
                ("review.to_try", map(self.to_try, made.to_try)),
                ("review.newcomers", self.newcomers()),
                ("review.compared", self.compared()),
            )
        )
        return ReviewOutline(
            title=self.label(title, repo=clean(made.repo), days=say_days(window, self.language)),
            window=self.label(
                "review.window", start=f"{start:%Y-%m-%d %H:%M}", end=f"{end:%Y-%m-%d %H:%M}", zone=window.zone
            ),
            counts=self.label(
                "review.counts",
                commits=self.label("report.commits", count=len(made.entries)),
                authors=self.label("report.authors", count=people),
                high=high,
            ),
            notices=(self.label("review.missing", count=made.missing),) if made.missing else (),
            sections=tuple(section for section in sections if section.lines),
            commits=self.commits,
        )

    def item(self, entry: Any) -> Item:
        return item_of(entry, self.language, self.areas)

    def matter(self, matter: Matter) -> Line:
        item = self.item(matter.lead)
        areas = self.label("list.brackets", text=item.areas) if item.areas else ""
        return Line(f"{_bare(item.line)}{areas}", matter.shas, matter.lead.triage.importance)

    def by_area(self) -> Iterator[Line]:
        for area in self.made.areas:
            name = clean(self.areas.name(area.key, self.language))
            count = self.label("report.commits", count=area.commits)
            high = self.label("list.clause") + self.label("answer.high", count=area.high) if area.high else ""
            told = self.label("list.semicolon").join(_bare(self.item(matter.lead).line) for matter in area.matters)
            text = self.label("review.area", name=name, count=f"{count}{high}", told=told)
            yield Line(text if told else text.rstrip(" :："), tuple(matter.lead.commit.sha for matter in area.matters))

    def came_back(self) -> Iterator[Line]:
        for entry, origin in self.made.reverted:
            yield Line(self.reverted(self.item(entry), origin), (entry.commit.sha,), entry.triage.importance)
        for fixed in self.made.fixed_again:
            yield Line(self.label("review.fixed_again", path=_code(fixed.path), count=len(fixed.shas)), fixed.shas)

    def reverted(self, item: Item, origin: Earlier | None) -> str:
        if origin is None or origin.committed_at is None:
            return item.line
        landed = self.made.window.local(origin.committed_at).date()
        stood = item.entry.commit.committed_at - origin.committed_at
        key = "review.reverted_hours" if stood.days < 1 else "review.reverted_days"
        return self.label(
            key,
            title=clean(origin.title),
            day=say_day(landed, self.language),
            count=stood.days or max(1, round(stood.seconds / 3600)),
        )

    def to_try(self, entry: Any) -> Line:
        facts = [clean(say_fact(fact, self.language)) for fact in entry.facts if fact.kind.value.endswith("_added")]
        told = self.label("list.semicolon").join(dict.fromkeys(facts[:_FACTS]))
        return Line(f"{self.item(entry).title}{self.label('list.brackets', text=told)}", (entry.commit.sha,))

    def newcomers(self) -> Iterator[Line]:
        new = self.made.newcomers or ()
        for entry in new[:_NEW]:
            item = self.item(entry)
            text = self.label("entry.claim", aspect=item.author, text=item.title)
            yield Line(text, (entry.commit.sha,), entry.triage.importance)
        if len(new) > _NEW:
            yield Line(self.label("review.more_newcomers", count=len(new) - _NEW))

    def compared(self) -> Iterator[Line]:
        now, before = self.made.days, self.made.before
        if not before:
            return
        measures: tuple[tuple[str, Callable[[Day], int]], ...] = (
            ("chart.commits", lambda day: day.commits),
            ("chart.high", lambda day: day.high),
            ("chart.reverts", lambda day: day.reverts),
            ("chart.product_lines", lambda day: day.production),
        )
        for name, of in measures:
            values = (_average(now, of), _average(before, of))
            yield Line(
                self.label("review.measure", name=self.label(name), now=values[0], before=values[1], count=len(before))
            )


def review_markdown(made: Review, areas: Areas) -> str:
    """Return a look back as Markdown."""
    told = review_outline(made, areas)
    lines = [f"# {escape(told.title)}\n", f"**{escape(told.counts)}**  \n{escape(told.window)}"]
    lines += [f"\n> ⚠️ {escape(notice)}" for notice in told.notices]
    for section in told.sections:
        lines.append(f"\n## {escape(section.name)}\n")
        for line in section.lines:
            icon = f"{ICONS[line.level]} " if line.level else ""
            links = [_link(told.commits[sha]) for sha in line.shas if sha in told.commits]
            lines.append(f"- {icon}{escape(line.text)}{' ' if links else ''}{' '.join(links)}")
    return "\n".join([*lines, f"\n<sub>{label('report.generated', made.language)}</sub>"]) + "\n"


def review_terminal(made: Review, areas: Areas, *, width: int, colour: bool) -> str:
    """Return a look back as lines for a terminal."""
    from formatters.terminal import Screen, marked_line

    told = review_outline(made, areas)
    screen = Screen(width, colour=colour)
    screen.line(told.title, style="bold")
    screen.line(told.window, style="dim")
    screen.line(told.counts)
    for notice in told.notices:
        screen.line(notice, style="bold yellow", mark="! ")
    for section in told.sections:
        screen.heading(section.name)
        for line in section.lines:
            marked_line(
                line.text, line.level, [told.commits[sha].short for sha in line.shas if sha in told.commits], screen
            )
    return screen.text()


def review_page(made: Review, areas: Areas) -> str:
    """Return a look back as a page that needs nothing else."""
    from formatters.html_text import templates

    told = review_outline(made, areas)
    return templates().get_template("review.html.j2").render(told=told, lang=made.language)


def review_json(made: Review, areas: Areas) -> dict[str, Any]:
    """Return a look back as plain data: its sections in words, with the SHAs that they speak of."""
    told = review_outline(made, areas)
    return {
        "repo": made.repo,
        "first": made.window.first.isoformat(),
        "last": made.window.last.isoformat(),
        "zone": made.window.zone,
        "language": made.language,
        "commits": len(made.entries),
        "missing_days": made.missing,
        "title": told.title,
        "sections": [
            {
                "name": section.name,
                "lines": [
                    {"text": line.text, "shas": list(line.shas), "importance": line.level} for line in section.lines
                ],
            }
            for section in told.sections
        ],
    }


def _link(commit: Commit) -> str:
    page = commit_page(commit)
    return f"[`{commit.short}`]({page})" if page else f"`{commit.short}`"


def _code(path: str) -> str:
    shown = clean(path)
    return shown if "`" in shown else f"`{shown}`"


def _bare(line: str) -> str:
    return line.rstrip(".。")


def _average(days: Sequence[Day], of: Callable[[Day], int]) -> str:
    value = sum(map(of, days)) / max(len(days), 1)
    return f"{value:,.0f}" if value >= 20 else f"{value:.1f}"  # noqa: PLR2004 - beyond, a tenth says nothing
