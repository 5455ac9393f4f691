"""The report as a page: one self-contained file, in one language or both."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.digest.digest import Digest
from analysis.digest.period import Day
from analysis.i18n.language import Language
from analysis.rules.wording import say
from analysis.triage.areas import Areas
from analysis.triage.triage import Importance
from formatters.charts.drawings import Chart, charts
from formatters.html.templates import templates
from formatters.outline import Outline, outline
from formatters.text.item import Item, author_of
from formatters.text.plain import clean


@dataclass(frozen=True, slots=True)
class Sheet:
    """One repository's digest, the areas it was made with, and the days before it for the charts."""

    digest: Digest
    areas: Areas
    days: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A filter value: its key in the page's data, how it is shown, and how many commits have it."""

    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a template needs for one repository's digest."""

    outline: Outline
    charts: tuple[Chart, ...]

    @property
    def table(self) -> list[Item]:
        """All items, newest first."""
        return sorted(self.outline.items(), key=lambda item: item.entry.commit.committed_at, reverse=True)


@dataclass(frozen=True, slots=True)
class Edition:
    """The page's content in one language."""

    language: Language
    reports: tuple[Report, ...]
    areas: tuple[Option, ...]
    types: tuple[Option, ...]
    authors: tuple[Option, ...]
    levels: tuple[Option, ...]

    @property
    def title(self) -> str:
        """The page's title."""
        return " · ".join(report.outline.title for report in self.reports)

    @property
    def count(self) -> int:
        """The number of commits in it."""
        return sum(level.count for level in self.levels)


def edition(sheets: Sequence[Sheet]) -> Edition:
    """Return the content of a page for these digests, all in one language."""
    language = sheets[0].digest.language
    reports = tuple(
        Report(outline(sheet.digest, sheet.areas), charts(sheet.digest, sheet.days, sheet.areas)) for sheet in sheets
    )
    entries = [entry for sheet in sheets for entry in sheet.digest.entries]
    names = {
        key: sheet.areas.name(key, language) for sheet in sheets for e in sheet.digest.entries for key in e.triage.areas
    }
    levels = Counter(entry.triage.importance for entry in entries)
    return Edition(
        language=language,
        reports=reports,
        areas=_options(Counter(key for entry in entries for key in entry.triage.areas), names),
        types=_options(
            Counter(kind.value for entry in entries for kind in entry.triage.shown_types[:2]),
            {kind.value: say(f"type.{kind}", language) for entry in entries for kind in entry.triage.shown_types},
        ),
        authors=_options(
            Counter(author_of(entry.commit, language) for entry in entries),
            {item.author: item.author for report in reports for item in report.outline.items()},
        ),
        levels=tuple(Option(level.value, say(f"importance.{level}", language), levels[level]) for level in Importance),
    )


def _options(counts: Counter[str], names: dict[str, str]) -> tuple[Option, ...]:
    made = (Option(clean(key), clean(names[key]) or clean(key), count) for key, count in counts.items())
    return tuple(sorted(made, key=lambda option: option.name.casefold()))


def page(*editions: Sequence[Sheet], above: Sequence[tuple[str, str]] = ()) -> str:
    """Return the page of a digest (or several repositories'), in the first language with a switch for the others.

    `above` are the names and URLs of parent pages.
    """
    made = [edition(sheets) for sheets in editions]
    return templates().get_template("page.html.j2").render(editions=made, first=made[0], above=above)
