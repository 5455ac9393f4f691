"""Stored days, reassembled from the store: nothing is fetched and nothing is analysed again.

A day here is everything known about its commits by committer time in one zone, whoever was told about it and when.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from analysis.commits.window import Window
from analysis.digest.digest import Digest, RunCard
from analysis.digest.net import net
from analysis.digest.period import Day
from analysis.digest.stories import find_stories
from analysis.entry import Entry, Theme
from analysis.i18n.language import LANGUAGES, Language
from analysis.rules import RulesAnalyser
from analysis.triage.areas import Areas
from bot.digests.core import Core
from bot.digests.follow_ups import landed_before
from bot.digests.session import digest_key

if TYPE_CHECKING:
    from formatters.html.page import Sheet

LOOK_BACK = 35
"""Days covered by charts: five weeks, including the last one."""


class Archive:
    """What a core's store knows about days."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.history = core.stores.history

    def digest(self, repo: str, window: Window, language: Language, days: Sequence[Day] | None = None) -> Digest:
        """Return the digest of a window with what is known now; one without commits is valid too.

        `days` are those up to it, if the caller has already counted them.
        """
        remembered = self.core.stores.commits.between(repo, window.start, window.end)
        run = self.history.run(repo, window, language) or RunCard(prompt=RulesAnalyser().prompt, cached=len(remembered))
        read = net(self.core.memory.whole(self.core.memory.with_analyses(remembered, language)))
        entries, first = self.core.memory.ordered(read, run.analyser, run.prompt)
        read_at = self.history.read_at(repo) or self.core.now()
        return Digest(
            repo=repo,
            branch="",
            window=window,
            language=language,
            entries=entries,
            stories=find_stories(entries, self.core.memory.earlier(entries)),
            built_at=read_at,
            overview=self._overview(entries, repo, run, language),
            before=self.core.stores.digests.average(repo, "", window),
            unusual=self.core.memory.unusual(repo, window, entries, days),
            follow_ups=self.core.memory.follow_ups(
                repo, window, entries, landed_before(self.core.stores.commits, repo, window)
            ),
            run=run,
            first=first,
        )

    def was_read(self, repo: str, window: Window) -> bool:
        """Whether all of a window was read after it ended, so that all its commits are known."""
        return self.history.read_days(repo, window).issuperset(window.days)

    def days(self, repo: str, window: Window, back: int = LOOK_BACK) -> tuple[Day, ...]:
        """Return the known days of the `back` days that end with the window's last, oldest first."""
        return self.history.days(repo, window, back)

    def calendar(self, repo: str, window: Window) -> dict[date, tuple[int, int]]:
        """Return, for each day of a window with known commits, their number, and how many of them rank high."""
        commits, high = Counter[date](), Counter[date]()
        for count in self.history.counts(repo, window.start, window.end):
            day = window.local(count.moment).date()
            commits[day] += count.commits
            high[day] += count.high
        return {day: (commits[day], high[day]) for day in commits}

    def page(self, made: Sequence[tuple[Digest, Areas]], above: Sequence[tuple[str, str]] = ()) -> str:
        """Return digests as one page, with a switch for the languages in which all of their commits were read.

        `above` are the names and URLs of parent pages.
        """
        from formatters.html.page import page

        sheets = [self._sheets(digest, areas) for digest, areas in made]
        own = made[0][0].language
        both = [own, *(language for language in LANGUAGES if language != own and all(language in s for s in sheets))]
        return page(*([one[language] for one in sheets] for language in both), above=above)

    def _sheets(self, digest: Digest, areas: Areas) -> dict[Language, "Sheet"]:
        from formatters.html.page import Sheet

        days = self.days(digest.repo, digest.window)
        found = (self.said_in(digest, language) for language in LANGUAGES)
        return {other.language: Sheet(other, areas, days) for other in found if other}

    def said_in(self, digest: Digest, language: Language) -> Digest | None:
        """Return a digest in another language, otherwise unchanged; None if not all of it was read in that language."""
        if language == digest.language:
            return digest
        shas = [entry.commit.sha for entry in digest.entries]
        found = self.core.stores.analyses.latest(digest.repo, shas, language)
        if len(found) < len(shas):
            return None
        entries = tuple(replace(entry, analysis=found[entry.commit.sha]) for entry in digest.entries)
        run = self.history.run(digest.repo, digest.window, language) or digest.run
        overview = self._overview(entries, digest.repo, run, language)
        return replace(digest, language=language, entries=entries, overview=overview, run=run)

    def _overview(self, entries: tuple[Entry, ...], repo: str, run: RunCard, language: Language) -> tuple[Theme, ...]:
        known = self.core.stores.digests.overview(digest_key(entries, run.analyser, run.prompt, language))
        return RulesAnalyser().compare(entries, repo, language).themes if known is None else known
