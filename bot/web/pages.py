"""The archive's pages: each function answers one address, as a page or as its JSON, for one reader. Knows no server."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analysis.commits.window import Window, parse_day
from analysis.digest.stories import find_stories
from analysis.errors import BadInput, NotFound
from analysis.i18n.language import LANGUAGES
from analysis.triage.areas import Areas
from bot.commands.asking import ask as answered
from bot.commands.mistakes import Mistake
from bot.digests.archive import Archive
from bot.digests.core import Core
from bot.digests.releases import say_reverted
from bot.digests.review import look_back
from bot.web.exchange import HTML, MISSING, Asked, Written, json_answer, number
from formatters.asking import answer_json, answer_outline
from formatters.html.archive import (
    Found,
    Links,
    Shelf,
    View,
    ask_page,
    commit_page_of,
    day_page,
    home_page,
    list_page,
    repo_page,
)
from formatters.html.page import Sheet
from formatters.html.review import look_back_page
from formatters.i18n.wording import label
from formatters.json_document import document, entry_document, review_json
from formatters.text.plain import clean

_SHELF, _BUSY = 7, timedelta(days=28)
_SHA = re.compile(r"[0-9a-f]{1,64}")
_CHOICES = 300
_ANSWERS = 10
_NEAR = 5


class WebPages:
    """The pages of a core's store, and what others need to know about a visitor.

    Args:
        zone: the zone that defines a day.
    """

    def __init__(self, core: Core, zone: str) -> None:
        self._core = core
        self.archive = Archive(core)
        self.zone = zone

    # -- the addresses

    def home(self, asked: Asked) -> Written:
        """All repositories with their last days."""
        shelves = [self._shelf(repo) for repo in asked.visitor.of(self._core.stores.commits.repositories())]
        if asked.wants_json:
            return json_answer({"repositories": [{"repo": shelf.repo, "days": _days(shelf.days)} for shelf in shelves]})
        return Written(HTML, home_page(self.view(asked), shelves))

    def repo(self, asked: Asked, name: str) -> Written:
        """A repository's days of a year."""
        repo, areas = self.seen(asked, name), self._core.sources.areas()
        span = self.archive.history.span(repo)
        years = range(self.local(span[1]).year, self.local(span[0]).year - 1, -1) if span else [self.today().year]
        year = number(asked.given.get("year"), years[0])
        if year not in years:
            raise NotFound(label("web.no_year", asked.language, repo=repo, year=year, first=years[-1], last=years[0]))
        days = self.archive.calendar(repo, Window(date(year, 1, 1), date(year, 12, 31), self.zone))
        if asked.wants_json:
            return json_answer({"repo": repo, "year": year, "days": _days((day, *days[day]) for day in sorted(days))})
        end = span[1] + timedelta(seconds=1) if span else self._core.now()
        recent = self._core.stores.commits.between(repo, end - _BUSY, end)
        busy = Counter(key for entry in recent for key in entry.triage.areas).most_common()
        return Written(HTML, repo_page(self.view(asked, areas), repo, year, years, days, busy))

    def day(self, asked: Asked, name: str, day: str) -> Written:
        """A day's report."""
        repo = self.seen(asked, name)
        window = Window.of(self._day(asked, day), self.zone)
        days = self.archive.days(repo, window)
        digest = self.archive.digest(repo, window, asked.language, days)
        is_whole = (
            self.archive.was_read(repo, window) or window.end > self._core.now()
        )  # the page says anyway that it is not over
        if not digest.entries and not is_whole:
            raise NotFound(
                label("web.no_day", asked.language, repo=clean(repo), day=window.first.isoformat(), zone=self.zone)
            )
        if asked.wants_json:
            return json_answer(document(digest))
        near = self.archive.calendar(
            repo, Window(window.first - timedelta(days=14), window.last + timedelta(days=14), self.zone)
        )
        before = max((other for other in near if other < window.first), default=None)
        after = min((other for other in near if other > window.first), default=None)
        areas = self._core.sources.areas()
        sheet = Sheet(digest, areas, days)
        return Written(HTML, day_page(self.view(asked, areas), sheet, before, after, is_whole=is_whole))

    def look_back(self, asked: Asked, name: str, day: str, count: int) -> Written:
        """A review of `count` days, of which `day` is the last."""
        repo, last = self.seen(asked, name), self._day(asked, day)
        window = Window(last - timedelta(days=count - 1), last, self.zone)
        try:
            made = look_back(self._core, repo, window, asked.language)
        except NotFound:
            told = {"repo": clean(repo), "first": window.first, "last": last, "zone": self.zone}
            raise NotFound(label("web.no_span", asked.language, **told)) from None
        areas = self._core.sources.areas()
        if asked.wants_json:
            return json_answer(review_json(made, areas))
        span = self.archive.history.span(repo)
        newest = self.local(span[1]).date() if span else last
        return Written(HTML, look_back_page(self.view(asked, areas), made, newest))

    def commit(self, asked: Asked, sha: str) -> Written:
        """A commit."""
        hits = self._hits(asked, sha.lower())
        if len(hits) > 1:
            return self._choice(asked, hits, label("web.which_commit", asked.language, sha=sha), _CHOICES)
        entry = self._core.memory.entry(*hits[0], asked.language) if hits else None
        if entry is None:
            about = label("web.no_commit", asked.language, sha=clean(sha))
            return self._choice(asked, self._near(asked, sha.lower()), about, MISSING)
        commit = entry.commit
        if asked.wants_json:
            return json_answer({"entry": entry_document(entry)})
        day = self.local(commit.committed_at).date()
        window = Window.of(day, self.zone)
        same_day = self._core.stores.commits.between(commit.repo, window.start, window.end)
        story = next((story for story in find_stories(same_day) if commit.sha in story.shas), None)
        others = [
            other for other in same_day if story and other.commit.sha in story.shas and other.commit.sha != commit.sha
        ]
        others = self._core.memory.with_analyses(others, asked.language)
        reverted = say_reverted(self._core.memory.reverted_by(entry), asked.language)
        return Written(HTML, commit_page_of(self.view(asked), entry, day, others, reverted))

    def _hits(self, asked: Asked, sha: str) -> list[tuple[str, str]]:
        """Return the commits with this SHA prefix, without duplicates from forks.

        Each repository is searched separately: results are limited, and invisible ones would displace the rest.
        """
        repos = self.visible(asked) if _SHA.fullmatch(sha) else ()
        found = {hit[1]: hit for repo in reversed(repos) for hit in self._core.stores.commits.find(sha, repo)}
        return list(found.values())

    def _near(self, asked: Asked, sha: str) -> list[tuple[str, str]]:
        """Return the commits whose SHA shares the longest prefix: per repository, so that none reveals another's."""
        if not _SHA.fullmatch(sha):
            return []
        near = [hit for repo in self.visible(asked) for hit in self._core.stores.commits.nearest(sha, repo)]
        alike = {
            hit: next((n for n, pair in enumerate(zip(sha, hit[1], strict=False)) if len(set(pair)) > 1), 0)
            for hit in near
        }
        return sorted(near, key=lambda hit: -alike[hit])[:_NEAR]

    def _choice(self, asked: Asked, hits: Sequence[tuple[str, str]], about: str, status: int) -> Written:
        """Offer commits if none or several match."""
        found = [entry for repo, sha in hits if (entry := self._core.memory.entry(repo, sha, asked.language))]
        if asked.wants_json:
            return json_answer({"error": about, "commits": [entry_document(entry) for entry in found]}, status)
        return Written(HTML, list_page(self.view(asked), Found(about, tuple(found)), ()), status)

    def ask(self, asked: Asked) -> Written:
        """A question in plain words, answered by rules alone: following a link must not cost tokens."""
        text = clean(asked.given.get("q", ""))
        repos = self.visible(asked)
        answer, problem = None, "" if text and repos else label("web.which_question", asked.language)
        if text and repos:
            try:
                answer = answered(self._core, text, asked.language, None, self.zone, repos, _ANSWERS)
            except Mistake as mistake:
                problem = mistake.said(asked.language)
        if asked.wants_json:
            if answer is None:
                raise BadInput(problem)
            return json_answer(answer_json(answer))
        view = self.view(asked)
        told = answer_outline(answer, view.areas, asked.language) if answer else None
        return Written(HTML, ask_page(view, text, told, problem if text else ""))

    # -- what they are made of

    def view(self, asked: Asked, areas: Areas | None = None) -> View:
        """Return what a page must know about its reader."""
        from urllib.parse import urlencode

        path = asked.path.partition("?")[0]
        kept = {name: value for name, value in asked.given.items() if name not in {"lang", "token"}}
        here = {code: f"{asked.root}{path}?{urlencode({**kept, 'lang': code})}" for code in LANGUAGES}
        data = f"{asked.root}{path}?{urlencode({**kept, 'format': 'json'})}"
        return View(
            asked.language, self.zone, areas or self._core.sources.areas(), Links(asked.root, asked.chosen), here, data
        )

    def _shelf(self, repo: str) -> Shelf:
        span = self.archive.history.span(repo)
        if not span:
            return Shelf(repo, ())
        last = self.local(span[1]).date()
        days = self.archive.calendar(repo, Window(last - timedelta(days=27), last, self.zone))
        return Shelf(repo, tuple((day, *days[day]) for day in sorted(days, reverse=True)[:_SHELF]))

    def visible(self, asked: Asked) -> tuple[str, ...]:
        """Return the repositories that a visitor may see."""
        return asked.visitor.of(self._core.stores.commits.repositories())

    def among(self, asked: Asked) -> tuple[str, ...] | None:
        """Return what to search in: empty for everything if the visitor sees all, None if they see nothing."""
        known = self._core.stores.commits.repositories()
        seen = asked.visitor.of(known)
        if not seen:
            return None
        return () if len(seen) == len(known) else seen

    def seen(self, asked: Asked, name: str) -> str:
        """Return a repository's stored name; an invisible one is treated like an unknown one."""
        known = self._core.stores.commits.repository(name)
        if known is None or not asked.visitor.sees(known):
            raise NotFound(label("web.missing_said", asked.language))
        return known

    def local(self, moment: datetime) -> datetime:
        """Return a moment in the archive's zone."""
        return moment.astimezone(ZoneInfo(self.zone))

    def _day(self, asked: Asked, text: str) -> date:
        """Parse a day in a URL."""
        try:
            return parse_day(text, self.today())
        except BadInput:
            raise BadInput(label("web.bad_day", asked.language, value=text, today=self.today())) from None

    def today(self) -> date:
        """Return the current day there."""
        return self.local(self._core.now()).date()


def _days(days: Any) -> list[dict[str, Any]]:
    return [{"date": day.isoformat(), "commits": commits, "high": high} for day, commits, high in days]
