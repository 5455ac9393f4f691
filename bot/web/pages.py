"""The archive's pages: each function answers one address, as a page or as its JSON, for one reader. Knows no server."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from analysis.commits.window import Window, parse_day
from analysis.digest.stories import find_stories
from analysis.entry import Entry
from analysis.errors import BadInput, NotFound
from analysis.i18n.language import LANGUAGES
from analysis.questions.spans import Days
from analysis.triage.areas import Areas
from bot.commands.asking import ask as answered
from bot.commands.mistakes import Mistake
from bot.commands.unread import days_of, unread
from bot.digests.archive import Archive
from bot.digests.core import Core
from bot.digests.releases import say_reverted
from bot.digests.review import look_back
from bot.web.exchange import ATOM, HTML, JSON, Asked, Written
from bot.web.search_form import FIELDS, question_of
from formatters.asking import answer_json, answer_outline, say_unread, spans_json
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
    problem_page,
    repo_page,
)
from formatters.html.atom import FeedEntry, commit_entry, day_entry, feed
from formatters.html.page import Sheet
from formatters.html.review import look_back_page
from formatters.i18n.wording import label
from formatters.json_document import document, entry_document, review_json
from formatters.text.json_text import json_text
from formatters.text.plain import clean
from storage.search import Question, newest, search

_ON_A_PAGE, _SHELF, _FEED_DAYS, _BUSY = 50, 7, 14, timedelta(days=28)
_SHA = re.compile(r"[0-9a-f]{1,64}")
_CHOICES, _MISSING = 300, 404
_ANSWERS = 10
_NEAR, _START, _ALIKE = 5, 3, 0.5


class WebPages:
    """The pages of a core's store.

    Args:
        zone: the zone that defines a day.
    """

    def __init__(self, core: Core, zone: str) -> None:
        self._core = core
        self._archive = Archive(core)
        self._zone = zone

    # -- the addresses

    def home(self, asked: Asked) -> Written:
        """All repositories with their last days."""
        shelves = [self._shelf(repo) for repo in asked.visitor.of(self._core.stores.commits.repositories())]
        if asked.wants_json:
            return _json({"repositories": [{"repo": shelf.repo, "days": _days(shelf.days)} for shelf in shelves]})
        return Written(HTML, home_page(self.view(asked), shelves))

    def repo(self, asked: Asked, name: str) -> Written:
        """A repository's days of a year."""
        repo, areas = self.seen(asked, name), self._core.sources.areas()
        span = self._archive.history.span(repo)
        years = range(self._local(span[1]).year, self._local(span[0]).year - 1, -1) if span else [self._today().year]
        year = _number(asked.given.get("year"), years[0])
        if year not in years:
            raise NotFound(label("web.no_year", asked.language, repo=repo, year=year, first=years[-1], last=years[0]))
        days = self._archive.calendar(repo, Window(date(year, 1, 1), date(year, 12, 31), self._zone))
        if asked.wants_json:
            return _json({"repo": repo, "year": year, "days": _days((day, *days[day]) for day in sorted(days))})
        end = span[1] + timedelta(seconds=1) if span else self._core.now()
        recent = self._core.stores.commits.between(repo, end - _BUSY, end)
        busy = Counter(key for entry in recent for key in entry.triage.areas).most_common()
        return Written(HTML, repo_page(self.view(asked, areas), repo, year, years, days, busy))

    def day(self, asked: Asked, name: str, day: str) -> Written:
        """A day's report."""
        repo = self.seen(asked, name)
        window = Window.of(self._day(asked, day), self._zone)
        days = self._archive.days(repo, window)
        digest = self._archive.digest(repo, window, asked.language, days)
        is_whole = (
            self._archive.was_read(repo, window) or window.end > self._core.now()
        )  # the page says anyway that it is not over
        if not digest.entries and not is_whole:
            raise NotFound(
                label("web.no_day", asked.language, repo=clean(repo), day=window.first.isoformat(), zone=self._zone)
            )
        if asked.wants_json:
            return _json(document(digest))
        near = self._archive.calendar(
            repo, Window(window.first - timedelta(days=14), window.last + timedelta(days=14), self._zone)
        )
        before = max((other for other in near if other < window.first), default=None)
        after = min((other for other in near if other > window.first), default=None)
        areas = self._core.sources.areas()
        sheet = Sheet(digest, areas, days)
        return Written(HTML, day_page(self.view(asked, areas), sheet, before, after, is_whole=is_whole))

    def look_back(self, asked: Asked, name: str, day: str, count: int) -> Written:
        """A review of `count` days, of which `day` is the last."""
        repo, last = self.seen(asked, name), self._day(asked, day)
        window = Window(last - timedelta(days=count - 1), last, self._zone)
        try:
            made = look_back(self._core, repo, window, asked.language)
        except NotFound:
            told = {"repo": clean(repo), "first": window.first, "last": last, "zone": self._zone}
            raise NotFound(label("web.no_span", asked.language, **told)) from None
        areas = self._core.sources.areas()
        if asked.wants_json:
            return _json(review_json(made, areas))
        span = self._archive.history.span(repo)
        newest = self._local(span[1]).date() if span else last
        return Written(HTML, look_back_page(self.view(asked, areas), made, newest))

    def commit(self, asked: Asked, sha: str) -> Written:
        """A commit."""
        hits = self._hits(asked, sha.lower())
        if len(hits) > 1:
            return self._choice(asked, hits, label("web.which_commit", asked.language, sha=sha), _CHOICES)
        entry = self._core.memory.entry(*hits[0], asked.language) if hits else None
        if entry is None:
            about = label("web.no_commit", asked.language, sha=clean(sha))
            return self._choice(asked, self._near(asked, sha.lower()), about, _MISSING)
        commit = entry.commit
        if asked.wants_json:
            return _json({"entry": entry_document(entry)})
        day = self._local(commit.committed_at).date()
        window = Window.of(day, self._zone)
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
            return _json({"error": about, "commits": [entry_document(entry) for entry in found]}, status)
        return Written(HTML, list_page(self.view(asked), Found(about, tuple(found)), ()), status)

    def area(self, asked: Asked, key: str) -> Written:
        """An area's commits, newest first."""
        areas = self._core.sources.areas()
        key = areas.find(key) or key
        name = areas.name(key, asked.language)
        view = self.view(asked, areas)
        about = label("web.area", asked.language, name=name)
        feed_link = view.links.feed(area=key, repo=asked.given.get("repo"))
        shown = {area.key: area.name(asked.language) for area in areas}

        def near() -> list[tuple[str, str]]:
            meant = {text.lower(): other for other in shown for text in (shown[other], other)}
            alike = dict.fromkeys(meant[text] for text in get_close_matches(key.lower(), meant, _NEAR))
            return [(shown[other], view.links.area(other)) for other in alike or sorted(shown, key=shown.__getitem__)]

        return self._newest(
            asked, view, about, Question(areas=(key,)), feed_link, lambda **more: view.links.area(key, **more),
            near if key not in shown else None,
        )  # fmt: skip

    def author(self, asked: Asked) -> Written:
        """An author's commits, newest first."""
        name = asked.given.get("name", "")
        if not name.strip():
            raise BadInput(label("web.which_author", asked.language))
        view = self.view(asked)
        about = label("web.author", asked.language, name=name)
        return self._newest(
            asked, view, about, Question(authors=(name,)), "", lambda **more: view.links.author(name, **more),
            lambda: [(clean(other), view.links.author(other)) for other in self._authors_near(asked, name)],
        )  # fmt: skip

    def _authors_near(self, asked: Asked, name: str) -> list[str]:
        """Return authors with a similar name, among those whose names share the beginning of a word."""
        repos = self._among(asked)
        if repos is None:
            return []
        starts = [word[:_START] for word in name.split()[:_NEAR]]
        found = [search(self._core.stores.store, Question(words=start, repos=repos), _ON_A_PAGE) for start in starts]
        authors = {entry.commit.author for answer in found for entry in answer.entries}
        return get_close_matches(name, sorted(authors), _NEAR, _ALIKE)

    def search(self, asked: Asked) -> Written:
        """The search, with its form."""
        given = {name: text for name in FIELDS if (text := clean(asked.given.get(name, "")))}
        entries: Sequence[Entry] = ()
        missing: tuple[Days, ...] = ()
        more, problem = False, ""
        if given:
            try:
                entries, more, missing = self._found(asked, given)
            except BadInput as wrong:
                problem = str(wrong)
        if asked.wants_json:
            if problem:
                raise BadInput(problem)
            shown = [entry_document(entry) for entry in entries]
            return _json({"entries": shown, "more": more, "unread": spans_json(missing)})
        found = Found(
            about=given.get("q") or label("web.search", asked.language),
            entries=tuple(entries),
            given=given,
            problem=problem,
            more=more,
            notes=tuple(say_unread(missing, asked.language)),
        )
        return Written(HTML, list_page(self.view(asked), found, self.visible(asked)))

    def ask(self, asked: Asked) -> Written:
        """A question in plain words, answered by rules alone: following a link must not cost tokens."""
        text = clean(asked.given.get("q", ""))
        repos = self.visible(asked)
        answer, problem = None, "" if text and repos else label("web.which_question", asked.language)
        if text and repos:
            try:
                answer = answered(self._core, text, asked.language, None, self._zone, repos, _ANSWERS)
            except Mistake as mistake:
                problem = mistake.said(asked.language)
        if asked.wants_json:
            if answer is None:
                raise BadInput(problem)
            return _json(answer_json(answer))
        view = self.view(asked)
        told = answer_outline(answer, view.areas, asked.language) if answer else None
        return Written(HTML, ask_page(view, text, told, problem if text else ""))

    def feed(self, asked: Asked) -> Written:
        """The feed of a repository (its days), of an area (its commits), or of an area in a repository."""
        repo, key = asked.given.get("repo", ""), asked.given.get("area", "")
        areas = self._core.sources.areas()
        view = self.view(asked, areas)
        if repo:
            repo = self.seen(asked, repo)
        if key:
            about = label("web.area", asked.language, name=areas.name(key, asked.language))
            title = label("web.in_repo", asked.language, about=about, repo=repo) if repo else about
            entries, _ = self._page(asked, Question(areas=(key,)), repo, None)
            made = [
                commit_entry(view, item)
                for item in view.items(self._core.memory.with_analyses(entries, asked.language))
            ]
            page = view.links.area(key, repo=repo)
        elif repo:
            title, page = label("web.feed_days", asked.language, repo=repo), view.links.repo(repo)
            made = self._told_days(asked, view, repo)
        else:
            raise BadInput(label("web.which_feed", asked.language))
        here = view.links.feed(repo=repo, area=key)
        return Written(ATOM, feed(view, title, asked.origin, here, page, made))

    # -- what they are made of

    def view(self, asked: Asked, areas: Areas | None = None) -> View:
        """Return what a page must know about its reader."""
        from urllib.parse import urlencode

        path = asked.path.partition("?")[0]
        kept = {name: value for name, value in asked.given.items() if name not in {"lang", "token"}}
        here = {code: f"{asked.root}{path}?{urlencode({**kept, 'lang': code})}" for code in LANGUAGES}
        data = f"{asked.root}{path}?{urlencode({**kept, 'format': 'json'})}"
        return View(
            asked.language, self._zone, areas or self._core.sources.areas(), Links(asked.root, asked.chosen), here, data
        )

    def _newest(  # one list, in its parts
        self,
        asked: Asked,
        view: View,
        about: str,
        question: Question,
        feed_link: str,
        link: Any,
        near: Callable[[], list[tuple[str, str]]] | None,
    ) -> Written:
        """Answer with a list; if it is empty and `near` has suggestions, the page does not exist."""
        repo = asked.given.get("repo", "")
        repo = self.seen(asked, repo) if repo else ""
        entries, following = self._page(asked, question, repo, _number(asked.given.get("before"), 0) or None)
        entries = self._core.memory.with_analyses(entries, asked.language)
        if near and not entries:
            about, names = label("web.no_such", asked.language, about=about), near()
            if asked.wants_json:
                return _json({"error": about, "nearest": [name for name, _ in names]}, _MISSING)
            return Written(
                HTML,
                problem_page(view, about, label("web.nearest" if names else "web.missing_said", asked.language), names),
                _MISSING,
            )
        if asked.wants_json:
            return _json({"entries": [entry_document(entry) for entry in entries], "next": following})
        title = label("web.in_repo", asked.language, about=about, repo=repo) if repo else about
        older = link(repo=repo, before=following) if following else ""
        return Written(HTML, list_page(view, Found(title, tuple(entries), older, feed_link), ()))

    def _page(self, asked: Asked, question: Question, repo: str, before: int | None) -> tuple[list[Entry], int | None]:
        repos = (repo,) if repo else self._among(asked)
        if repos is None:
            return [], None
        return newest(self._core.stores.store, replace(question, repos=repos), _ON_A_PAGE, before)

    def _found(self, asked: Asked, given: Mapping[str, str]) -> tuple[list[Entry], bool, tuple[Days, ...]]:
        repos = (self.seen(asked, given["repo"]),) if "repo" in given else self._among(asked)
        if repos is None:
            return [], False, ()
        question = question_of(given, repos, self._local(self._core.now()), asked.language)
        answer = search(self._core.stores.store, question, limit=_ON_A_PAGE)
        missing = unread(self._core, repos or self.visible(asked), days_of(question, self._zone), self._zone)
        return self._core.memory.with_analyses(answer.entries, asked.language), answer.more, missing

    def _told_days(self, asked: Asked, view: View, repo: str) -> list[FeedEntry]:
        span = self._archive.history.span(repo)
        if not span:
            return []
        last = min(self._local(span[1]).date(), self._today() - timedelta(days=1))  # a day is reported once it is over
        days = self._archive.calendar(repo, Window(last - timedelta(days=_FEED_DAYS - 1), last, self._zone))
        windows = [Window.of(day, self._zone) for day in sorted(days, reverse=True)]
        return [day_entry(view, self._archive.digest(repo, window, asked.language)) for window in windows]

    def _shelf(self, repo: str) -> Shelf:
        span = self._archive.history.span(repo)
        if not span:
            return Shelf(repo, ())
        last = self._local(span[1]).date()
        days = self._archive.calendar(repo, Window(last - timedelta(days=27), last, self._zone))
        return Shelf(repo, tuple((day, *days[day]) for day in sorted(days, reverse=True)[:_SHELF]))

    def visible(self, asked: Asked) -> tuple[str, ...]:
        """Return the repositories that a visitor may see."""
        return asked.visitor.of(self._core.stores.commits.repositories())

    def _among(self, asked: Asked) -> tuple[str, ...] | None:
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

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self._zone))

    def _day(self, asked: Asked, text: str) -> date:
        """Parse a day in a URL."""
        try:
            return parse_day(text, self._today())
        except BadInput:
            raise BadInput(label("web.bad_day", asked.language, value=text, today=self._today())) from None

    def _today(self) -> date:
        return self._local(self._core.now()).date()


def _days(days: Any) -> list[dict[str, Any]]:
    return [{"date": day.isoformat(), "commits": commits, "high": high} for day, commits, high in days]


def _json(data: Any, status: int = 200) -> Written:
    return Written(JSON, json_text(data), status)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else otherwise  # noqa: PLR2004 - SQLite's integers end there
