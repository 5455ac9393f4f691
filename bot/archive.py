"""Days as they are remembered, put together again from the store: nothing is fetched, read or written here."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from analysis.areas import Areas
from analysis.digest import Digest, RunCard, order
from analysis.entry import LANGUAGES, Entry, Language
from analysis.period import Day, count_day
from analysis.rules import RulesAnalyser
from analysis.stories import find_stories
from analysis.window import Window
from bot.core import Core, overview_key
from storage.history import History, Told

if TYPE_CHECKING:
    from formatters.html_page import Sheet

LOOK_BACK = 35
"""Days that pictures look back over: five weeks, the last one included."""


class Archive:
    """What a core's store remembers of days."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.history = History(core.store)

    def find(self, repo: str, day: date, zone: str = "", branch: str | None = None) -> list[Told]:
        """Return the digests of a day, the newest made first; of one zone or branch only, if given."""
        return [
            told
            for told in self.history.told(repo, day, day)
            if (not zone or told.window.zone == zone) and (branch is None or told.branch == branch)
        ]

    def digest(self, told: Told, language: Language) -> Digest:
        """Return a told day's digest with what is known of its commits now."""
        return self.digest_of(told, self.history.entries([told])[told.number], language)

    def digest_of(self, told: Told, remembered: Sequence[Entry], language: Language) -> Digest:
        """Return the digest of a window of these entries."""
        entries = self.core.with_analyses(remembered, language)
        ordered = order(entries)
        run = self.history.run(told, language) or RunCard(prompt=RulesAnalyser().prompt, cached=len(entries))
        themes = self.core.digests.overview(overview_key(ordered, run.analyser, run.prompt, language))
        return Digest(
            repo=told.repo,
            branch=told.branch,
            window=told.window,
            language=language,
            entries=ordered,
            stories=find_stories(entries, self.core.earlier(entries)),
            built_at=told.built_at,
            overview=RulesAnalyser().overview(ordered, told.repo, language).themes if themes is None else themes,
            before=self.core.digests.average(told.repo, told.branch, told.window),
            run=run,
        )

    def days(self, repo: str, branch: str, window: Window, back: int = LOOK_BACK) -> tuple[Day, ...]:
        """Return the told days of the `back` days that end with the window's last, oldest first."""
        first = window.last - timedelta(days=back - 1)
        told = [
            one
            for one in self.history.told(repo, first, window.last)
            if one.branch == branch and one.window.zone == window.zone
        ]
        entries = self.history.entries(told)
        return tuple(count_day(one.window.first, entries[one.number]) for one in reversed(told))

    def sheets(self, digest: Digest, areas: Areas) -> list["Sheet"]:
        """Return a digest's sheets for a page: as it is, and in the other languages in which all of it was read."""
        from formatters.html_page import Sheet

        days = self.days(digest.repo, digest.branch, digest.window)
        sheets = [Sheet(digest, areas, days)]
        found = self.find(digest.repo, digest.window.first, digest.window.zone, digest.branch)
        shown = {entry.commit.sha for entry in digest.entries}
        for told in found[:1]:
            for language in self.history.languages(told):
                if language != digest.language:
                    other = self.digest(told, language)
                    if len(shown) < len(other.entries) or digest.area:
                        other = other.keep((e for e in other.entries if e.commit.sha in shown), digest.area)
                    sheets.append(Sheet(other, areas, days))
        return sheets

    def page(self, made: Sequence[tuple[Digest, Areas]]) -> str:
        """Return digests as one page, with a switch for the languages that all of them are stored in."""
        from formatters.html_page import page

        sheets = [{sheet.digest.language: sheet for sheet in self.sheets(digest, areas)} for digest, areas in made]
        own = made[0][0].language
        both = [own, *(language for language in LANGUAGES if language != own and all(language in s for s in sheets))]
        return page(*([one[language] for one in sheets] for language in both))
