"""Charts of days: what landed by day, by area, by hour, and the week compared with the four before.

A chart comes with its numbers as a table and in a sentence, for readers who cannot see it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.digest.digest import Digest
from analysis.digest.period import Day
from analysis.digest.review import Review
from analysis.i18n.language import Language
from analysis.rules.wording import say
from analysis.triage.areas import Areas
from analysis.triage.triage import Importance
from formatters.charts.plot import Plot
from formatters.charts.svg import Drawing, width_of
from formatters.i18n.wording import label
from formatters.text.plain import clean

WEEKS = 5
"""How many weeks a chart covers, including the last one."""

_WIDTH = 360.0
_MOST_AREAS = 8
_LEAST_DAYS = 3
_WEEK = 7
_KNOWN_BEFORE = 7
_BY_DAY, _LINES = "by-day", "lines"
_COLUMNS = 14
"""Columns of a plot: two weeks of days, or the areas with the most lines."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes:
        head, rows: its numbers, as a table.
        description: what it shows, in a sentence.
    """

    name: str
    title: str
    description: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    drawing: Drawing

    @property
    def plot(self) -> Plot | None:
        """Its numbers as columns; None if there are too many, or they have different units."""
        rows = self.rows[-_COLUMNS:] if self.name == _BY_DAY else self.rows[:_COLUMNS]
        if self.name not in {_BY_DAY, _LINES}:
            return None
        unit, *names = self.head
        columns = [tuple(int(row[at].replace(",", "")) for row in rows) for at in range(1, len(names) + 1)]
        categories = tuple(row[0][5:] if self.name == _BY_DAY else row[0] for row in rows)  # without the year
        return Plot(self.title, unit, categories, tuple(zip(names, columns, strict=True)))

    def inline(self, prefix: str = "") -> str:
        """Return it as SVG for a page; several on one page need prefixes."""
        return self.drawing.inline(f"{prefix}{self.name}", self.title, self.description)

    def file(self) -> str:
        """Return it as a standalone SVG file."""
        return self.drawing.file(self.title, self.description)


def charts(digest: Digest, days: Sequence[Day], areas: Areas) -> tuple[Chart, ...]:
    """Return the charts that have something to show; `days` are the known ones up to the digest's, in order."""
    pen = _Pen(digest.language, areas)
    of_day = [pen.hours(digest), *pen.lines(digest)] if digest.entries else []
    return (*course(days, digest.window.last, digest.language, areas), *of_day)


def course(days: Sequence[Day], last: date, language: Language, areas: Areas) -> tuple[Chart, ...]:
    """Return the charts of days side by side, in order up to `last`; none if there are too few."""
    pen = _Pen(language, areas)
    if len(days) < _LEAST_DAYS:
        return ()
    return pen.importance_by_day(days), *pen.areas_by_day(days), *pen.weeks(days, last)


def looked_back(made: Review, areas: Areas, language: Language) -> tuple[Chart, ...]:
    """Return the charts of a review: its last weeks, and for a week also the comparison with the four before."""
    last = made.window.last
    days = [day for day in (*made.before, *made.days) if last - day.date < timedelta(weeks=WEEKS)]
    is_week = len(made.window.days) == _WEEK
    return tuple(chart for chart in course(days, last, language, areas) if chart.name != "weeks" or is_week)


@dataclass(frozen=True, slots=True)
class _Pen:
    language: Language
    areas: Areas

    def say(self, key: str, **values: object) -> str:
        return label(key, self.language, **values)

    def importance_by_day(self, days: Sequence[Day]) -> Chart:
        shown = _filled(days)
        columns = [(f"{day:%m-%d}", found.by_importance if found else {}) for day, found in shown]
        drawing = self.stacked(columns, _ticks([day for day, _ in shown]))
        busiest = max(days, key=lambda day: day.commits)
        return self.levels_chart(
            _BY_DAY,
            drawing,
            self.say("chart.by_day"),
            self.say("chart.by_day_said", days=len(days), count=sum(day.commits for day in days), busiest=busiest.date.isoformat(), most=busiest.commits),
            self.say("chart.day"),
            [(day.date.isoformat(), day.by_importance) for day in days],
        )  # fmt: skip

    def hours(self, digest: Digest) -> Chart:
        counts: list[Counter[str]] = [Counter() for _ in range(24)]
        for entry in digest.entries:
            counts[digest.window.local(entry.commit.committed_at).hour][entry.triage.importance.value] += 1
        drawing = self.stacked([(f"{hour:02}", count) for hour, count in enumerate(counts)], [0, 6, 12, 18])
        busiest = max(range(24), key=lambda hour: counts[hour].total())
        return self.levels_chart(
            "by-hour",
            drawing,
            self.say("chart.by_hour", zone=digest.window.zone),
            self.say(
                "chart.by_hour_said", count=len(digest.entries), hour=f"{busiest:02}:00", most=counts[busiest].total()
            ),
            self.say("chart.hour"),
            [(f"{hour:02}:00", count) for hour, count in enumerate(counts) if count],
        )

    def levels_chart(  # the parts of a chart are its arguments
        self,
        name: str,
        drawing: Drawing,
        title: str,
        said: str,
        unit: str,
        rows: Sequence[tuple[str, Mapping[str, int]]],
    ) -> Chart:
        head = (unit, *(say(f"importance.{level}", self.language) for level in Importance))
        table = tuple((key, *(str(count.get(level.value, 0)) for level in Importance)) for key, count in rows)
        return Chart(name, title, said, head, table, drawing)

    def stacked(self, columns: Sequence[tuple[str, Mapping[str, int]]], ticks: Sequence[int]) -> Drawing:
        """Draw stacked columns of high, medium and low, with high at the bottom."""
        drawing = Drawing(_WIDTH, 170)
        top, bottom, left = 26.0, 150.0, 26.0
        x = left
        for level in Importance:
            name = say(f"importance.{level}", self.language)
            drawing.level(x, 2, 11, 11, level.value)
            drawing.text(x + 16, 12, name, colour="ink")
            x += width_of(name) + 36
        most = max((sum(count.values()) for _, count in columns), default=0)
        step = _step(most)
        height = (bottom - top) / max(step * -(-most // step), 1)
        for value in range(0, most + step, step):
            y = bottom - value * height
            drawing.line(left, y, _WIDTH, y)
            drawing.text(left - 5, y + 4, f"{value:,}", at="end")
        pitch = (_WIDTH - left) / max(len(columns), 1)
        width = min(pitch * 0.76, 26)
        for index, (_, count) in enumerate(columns):
            y = bottom
            for level in Importance:
                size = count.get(level.value, 0) * height
                y -= size
                # A thin gap of background between two parts shows the border to readers who cannot tell the colours
                # apart.
                x = left + index * pitch + (pitch - width) / 2
                drawing.level(x, y, width, size - min(0.8, size / 3), level.value)
        for index in ticks:
            drawing.text(left + (index + 0.5) * pitch, bottom + 15, columns[index][0], at="middle")
        return drawing

    def areas_by_day(self, days: Sequence[Day]) -> Iterator[Chart]:
        total = Counter[str]()
        for day in days:
            total.update(day.by_area)
        chosen = [key for key, _ in total.most_common(_MOST_AREAS)]
        if not chosen:
            return
        shown = _filled(days)
        names = {key: clean(self.areas.name(key, self.language)) for key in chosen}
        left = min(120.0, max(width_of(name) for name in names.values()) + 8)
        pitch, row = (_WIDTH - left - 34) / len(shown), 18.0
        drawing = Drawing(_WIDTH, len(chosen) * row + 44)
        most = max(day.by_area.get(key, 0) for day in days for key in chosen)
        for line, key in enumerate(chosen):
            y = line * row + 2
            drawing.text(left - 7, y + 12, names[key], at="end", colour="ink", room=left - 4)
            for column, (_, found) in enumerate(shown):
                count = found.by_area.get(key, 0) if found else 0
                _cell(drawing, left + column * pitch, y, pitch - 1, count, most)
            drawing.text(_WIDTH, y + 12, str(total[key]), at="end")
        bottom = len(chosen) * row
        for column in _ticks([day for day, _ in shown]):
            drawing.text(left + (column + 0.5) * pitch, bottom + 16, f"{shown[column][0]:%m-%d}", at="middle")
        drawing.text(_WIDTH, bottom + 38, self.say("chart.sum"), at="end")
        drawing.text(0, bottom + 38, self.say("chart.cells"))
        x = width_of(self.say("chart.cells")) + 8
        for count in sorted({0, 1, -(-most // 2), most}):
            _cell(drawing, x, bottom + 26, 14, count, most)
            drawing.text(x + 18, bottom + 38, str(count))
            x += 18 + width_of(str(count)) + 12
        yield Chart(
            "areas-by-day",
            self.say("chart.areas_by_day"),
            self.say("chart.areas_by_day_said", days=len(days), areas=self.together(f"{names[key]} {total[key]}" for key in chosen)),
            (self.say("chart.day"), *names.values()),
            tuple((day.date.isoformat(), *(str(day.by_area.get(key, 0)) for key in chosen)) for day in days),
            drawing,
        )  # fmt: skip

    def lines(self, digest: Digest) -> Iterator[Chart]:
        """Product lines to the right, test lines to the left; a commit counts in each of its areas."""
        found: dict[str, Counter[FileKind]] = {}
        for entry in digest.entries:
            for key in entry.triage.areas or ("",):
                for file in entry.commit.files:
                    found.setdefault(key, Counter())[kind_of(file.path)] += file.additions + file.deletions
        counts = {key: (kinds[FileKind.PRODUCTION], kinds[FileKind.TEST]) for key, kinds in found.items()}
        changed = sorted((key for key in counts if sum(counts[key])), key=lambda key: -sum(counts[key]))
        if not changed:
            return
        ranked, more = changed[:_MOST_AREAS], len(changed[_MOST_AREAS:])
        names = {
            key: clean(self.areas.name(key, self.language)) if key else self.say("chart.no_area") for key in changed
        }
        left = min(120.0, max(width_of(names[key]) for key in ranked) + 8)
        sides = [max(counts[key][side] for key in ranked) for side in (0, 1)]
        room = _WIDTH - left - 88  # shared by the bars of both sides, on one scale; the rest is for the numbers
        share = min(max(sides[1] / sum(sides), 0.15), 0.85)
        scale = min(room * part / most for part, most in ((1 - share, sides[0]), (share, sides[1])) if most)
        middle, row = left + 44 + share * room, 20.0
        drawing = Drawing(_WIDTH, len(ranked) * row + 42)
        drawing.text(middle - 6, 12, self.say("chart.tests"), at="end", colour="ink")
        drawing.text(middle + 6, 12, self.say("chart.production"), colour="ink")
        for line, key in enumerate(ranked):
            y = 22 + line * row
            production, tests = counts[key]
            drawing.text(left - 7, y + 11, names[key], at="end", colour="ink", room=left - 4)
            wide, narrow = max(1.0, production * scale), max(1.0, tests * scale)
            drawing.bar(middle, y, wide if production else 0, 14, "main")
            drawing.bar(middle - narrow, y, narrow if tests else 0, 14, "second")
            drawing.text(middle + (wide if production else 0) + 4, y + 11, f"{production:,}", size=10)
            drawing.text(middle - (narrow if tests else 0) - 4, y + 11, f"{tests:,}", at="end", size=10)
        drawing.line(middle, 20, middle, 22 + len(ranked) * row)
        note = self.say("chart.each_area_more", count=more) if more else self.say("chart.each_area")
        drawing.text(0, drawing.height - 4, note, size=10)
        numbers = digest.statistics.lines_by_kind
        yield Chart(
            _LINES,
            self.say("chart.lines"),
            self.say(
                "chart.lines_said", production=f"{numbers['production']:,}", tests=f"{numbers['test']:,}", note=note
            ),
            (self.say("chart.area"), self.say("chart.production"), self.say("chart.tests")),
            tuple((names[key], *(f"{count:,}" for count in counts[key])) for key in changed),
            drawing,
        )

    def weeks(self, days: Sequence[Day], last: date) -> Iterator[Chart]:
        """This week against the four before, as daily averages over the days that are known."""
        weeks: list[list[Day]] = [[] for _ in range(WEEKS)]
        for day in days:
            back = (last - day.date).days // 7
            if 0 <= back < WEEKS:
                weeks[WEEKS - 1 - back].append(day)
        if not weeks[-1] or sum(map(len, weeks[:-1])) < _KNOWN_BEFORE:
            return
        measures: tuple[tuple[str, Callable[[Day], int]], ...] = (
            ("chart.commits", lambda day: day.commits),
            ("chart.high", lambda day: day.high),
            ("chart.reverts", lambda day: day.reverts),
            ("chart.product_lines", lambda day: day.production),
        )
        values = {name: [sum(map(of, week)) / len(week) if week else None for week in weeks] for name, of in measures}
        drawing = Drawing(_WIDTH, 150)
        panel = _WIDTH / len(measures)
        for number, (name, row) in enumerate(values.items()):
            self.panel(drawing, number * panel, panel - 14, self.say(name), row)
        drawing.text(0, 146, self.say("chart.weeks_axis"), size=10)
        first = [last - timedelta(days=7 * (WEEKS - week) - 1) for week in range(WEEKS)]
        yield Chart(
            "weeks",
            self.say("chart.weeks"),
            self.say(
                "chart.weeks_said", values=self.together(self.compared(name, row) for name, row in values.items())
            ),
            (self.say("chart.week_from"), *(self.say(name) for name in values)),
            tuple((first[week].isoformat(), *(_number(row[week]) for row in values.values())) for week in range(WEEKS)),
            drawing,
        )

    def compared(self, name: str, row: Sequence[float | None]) -> str:
        before = [value for value in row[:-1] if value is not None]
        return self.say(
            "chart.compared", name=self.say(name), now=_number(row[-1]), before=_number(sum(before) / len(before))
        )

    def panel(self, drawing: Drawing, x: float, width: float, name: str, row: Sequence[float | None]) -> None:
        top, bottom = 40.0, 128.0
        drawing.text(x, 12, name, colour="ink", room=width + 8)
        drawing.text(x, 30, _number(row[-1]), colour="ink", size=16)
        most = max((value for value in row if value is not None), default=0) or 1
        pitch = width / len(row)
        for week, value in enumerate(row):
            height = (value or 0) / most * (bottom - top)
            drawing.bar(
                x + week * pitch, bottom - height, pitch - 3, height, "main" if week == len(row) - 1 else "second"
            )
        drawing.line(x, bottom, x + width, bottom)

    def together(self, words: Iterator[str] | Sequence[str]) -> str:
        return label("list.comma", self.language).join(words)


def _filled(days: Sequence[Day]) -> list[tuple[date, Day | None]]:
    """All days from the first to the last, with what is known about each."""
    known = {day.date: day for day in days}
    first, last = min(known), max(known)
    return [
        (day, known.get(day)) for day in (first + timedelta(days=count) for count in range((last - first).days + 1))
    ]


def _ticks(days: Sequence[date]) -> list[int]:
    """Which days are labelled: Mondays; if there are few days, the first and the last."""
    mondays = [index for index, day in enumerate(days) if day.weekday() == 0]
    return mondays if len(mondays) > 1 else [0, len(days) - 1]


def _cell(drawing: Drawing, x: float, y: float, width: float, count: int, most: int) -> None:
    """Draw a count as a shade, 16 units high; the background of an empty cell shows that there is a day."""
    drawing.bar(x, y, width, 16, "line", opacity=0.35)
    if count:
        drawing.bar(x, y, width, 16, "main", opacity=0.15 + 0.85 * (count / most) ** 0.7)


def _step(most: int) -> int:
    """The distance between grid lines: 1, 2 or 5 times a power of ten, for three or four of them."""
    scale = 1
    while True:
        for step in (scale, 2 * scale, 5 * scale):
            if most <= 4 * step:
                return step
        scale *= 10


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 20 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004 - beyond, a tenth says nothing
