"""The archive's lists of commits: of an area, of an author, those that a search finds; and the feeds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from analysis.commits.window import Window
from analysis.entry import Entry
from analysis.errors import BadInput
from analysis.questions.spans import Days
from bot.commands.unread import days_of, unread
from bot.digests.core import Core
from bot.web.exchange import ATOM, HTML, MISSING, Asked, Written, json_answer, number
from bot.web.pages import WebPages
from bot.web.search_form import FIELDS, question_of
from formatters.asking import say_unread, spans_json
from formatters.html.archive import Found, View, list_page, problem_page
from formatters.html.atom import FeedEntry, commit_entry, day_entry, feed
from formatters.i18n.wording import label
from formatters.json_document import entry_document
from formatters.text.plain import clean
from storage.search import Question, newest, search

_ON_A_PAGE, _FEED_DAYS = 50, 14
_NEAR, _START, _ALIKE = 5, 3, 0.5


class ListPages:
    """Lists of commits, of the repositories that a visitor may see."""

    def __init__(self, core: Core, pages: WebPages) -> None:
        self._core, self._pages = core, pages

    def area(self, asked: Asked, key: str) -> Written:
        """An area's commits, newest first."""
        areas = self._core.sources.areas()
        key = areas.find(key) or key
        name = areas.name(key, asked.language)
        view = self._pages.view(asked, areas)
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
        view = self._pages.view(asked)
        about = label("web.author", asked.language, name=name)
        return self._newest(
            asked, view, about, Question(authors=(name,)), "", lambda **more: view.links.author(name, **more),
            lambda: [(clean(other), view.links.author(other)) for other in self._authors_near(asked, name)],
        )  # fmt: skip

    def _authors_near(self, asked: Asked, name: str) -> list[str]:
        """Return authors with a similar name, among those whose names share the beginning of a word."""
        repos = self._pages.among(asked)
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
            return json_answer({"entries": shown, "more": more, "unread": spans_json(missing)})
        found = Found(
            about=given.get("q") or label("web.search", asked.language),
            entries=tuple(entries),
            given=given,
            problem=problem,
            more=more,
            notes=tuple(say_unread(missing, asked.language)),
        )
        return Written(HTML, list_page(self._pages.view(asked), found, self._pages.visible(asked)))

    def feed(self, asked: Asked) -> Written:
        """The feed of a repository (its days), of an area (its commits), or of an area in a repository."""
        repo, key = asked.given.get("repo", ""), asked.given.get("area", "")
        areas = self._core.sources.areas()
        view = self._pages.view(asked, areas)
        if repo:
            repo = self._pages.seen(asked, repo)
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
        repo = self._pages.seen(asked, repo) if repo else ""
        entries, following = self._page(asked, question, repo, number(asked.given.get("before"), 0) or None)
        entries = self._core.memory.with_analyses(entries, asked.language)
        if near and not entries:
            about, names = label("web.no_such", asked.language, about=about), near()
            if asked.wants_json:
                return json_answer({"error": about, "nearest": [name for name, _ in names]}, MISSING)
            return Written(
                HTML,
                problem_page(view, about, label("web.nearest" if names else "web.missing_said", asked.language), names),
                MISSING,
            )
        if asked.wants_json:
            return json_answer({"entries": [entry_document(entry) for entry in entries], "next": following})
        title = label("web.in_repo", asked.language, about=about, repo=repo) if repo else about
        older = link(repo=repo, before=following) if following else ""
        return Written(HTML, list_page(view, Found(title, tuple(entries), older, feed_link), ()))

    def _page(self, asked: Asked, question: Question, repo: str, before: int | None) -> tuple[list[Entry], int | None]:
        repos = (repo,) if repo else self._pages.among(asked)
        if repos is None:
            return [], None
        return newest(self._core.stores.store, replace(question, repos=repos), _ON_A_PAGE, before)

    def _found(self, asked: Asked, given: Mapping[str, str]) -> tuple[list[Entry], bool, tuple[Days, ...]]:
        repos = (self._pages.seen(asked, given["repo"]),) if "repo" in given else self._pages.among(asked)
        if repos is None:
            return [], False, ()
        question = question_of(given, repos, self._pages.local(self._core.now()), asked.language)
        answer = search(self._core.stores.store, question, limit=_ON_A_PAGE)
        missing = unread(
            self._core, repos or self._pages.visible(asked), days_of(question, self._pages.zone), self._pages.zone
        )
        return self._core.memory.with_analyses(answer.entries, asked.language), answer.more, missing

    def _told_days(self, asked: Asked, view: View, repo: str) -> list[FeedEntry]:
        span = self._pages.archive.history.span(repo)
        if not span:
            return []
        last = min(
            self._pages.local(span[1]).date(), self._pages.today() - timedelta(days=1)
        )  # a day is reported once it is over
        days = self._pages.archive.calendar(repo, Window(last - timedelta(days=_FEED_DAYS - 1), last, self._pages.zone))
        windows = [Window.of(day, self._pages.zone) for day in sorted(days, reverse=True)]
        return [day_entry(view, self._pages.archive.digest(repo, window, asked.language)) for window in windows]
