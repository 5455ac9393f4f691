"""Pull requests in digests: read once, remembered with their commits, and told about where they are missing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.github import GitHubServer
from servers.github_graphql import Pulls
from servers.scratch import NOON, Scratch, run_git
from servers.waiting import hurry

from analysis.commits.pull_request import Gap, Unread
from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.i18n.language import LANGUAGES
from bot.config import load
from bot.digests.archive import Archive
from bot.digests.core import Core, open_core
from bot.digests.repositories import Place
from formatters.outline import outline
from storage.digests import NOTHING_TOLD
from storage.search import Question, search

REPO = "ann/scratch"
JANUARY_8 = Window.of(date(2026, 1, 8), "UTC")
MORNING = NOON + timedelta(hours=20)


def quiet(_name: str, _done: int, _total: int) -> None:
    """Show no progress."""


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that clients would have waited."""
    return hurry(monkeypatch)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A repository with three commits on the day; the second came from no pull request."""
    made = Scratch(tmp_path / "scratch.git")
    for number, title in enumerate(("Widen the cache (#1)", "Pushed by hand", "Close the leak (#3)"), 1):
        made.commit(title, {"a.py": f"{number}\n"}, at=NOON + timedelta(minutes=number))
    return made


@pytest.fixture
def server(scratch: Scratch) -> Iterator[GitHubServer]:
    with GitHubServer({REPO: scratch.path}) as running:
        running.graphql.pulls[REPO] = Pulls(
            {
                1: {"title": "Widen the cache", "body": "Long prompts were slow.", "mergedAt": "2026-01-08T12:00:00Z"},
                3: {"title": "Close the leak", "body": "Fixes #9", "mergedAt": "2026-01-08T12:00:00Z"},
            },
            {9: {"title": "It dies after a day"}},
        )
        yield running
        assert running.unrouted == []


class Bot:
    """Daybrief on one store; each digest is made by a new process, so to speak."""

    def __init__(self, environ: dict[str, str], place: Place) -> None:
        self.environ, self.place = environ, place

    def core(self, now: datetime = MORNING, **settings: str) -> Core:
        return open_core(load(self.environ | settings), lambda: now)

    def digest(self, now: datetime = MORNING, **settings: str) -> Digest:
        core = self.core(now, **settings)
        try:
            return core.digest(core.sources.open(self.place), JANUARY_8, "en", core.analyser(), quiet)[0]
        finally:
            core.stores.store.close()


@pytest.fixture
def settings(server: GitHubServer, environ: dict[str, str]) -> dict[str, str]:
    return environ | {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}


@pytest.fixture
def hub(settings: dict[str, str]) -> Bot:
    """A bot that reads the scratch repository on GitHub."""
    return Bot(settings, Place(REPO))


@pytest.fixture(params=["hub", "clone"])
def bot(request: pytest.FixtureRequest, settings: dict[str, str], scratch: Scratch) -> Bot:
    """A bot for each source."""
    return Bot(settings, Place(REPO) if request.param == "hub" else Place(REPO, str(scratch.path)))


def bodies(digest: Digest) -> dict[str, str | None]:
    return {entry.commit.subject: entry.pull_request.body if entry.pull_request else None for entry in digest.entries}


ALL = {
    "Widen the cache (#1)": "Long prompts were slow.",
    "Pushed by hand": None,
    "Close the leak (#3)": "Fixes #9",
}


class TestEntries:
    def test_each_has_what_it_came_from(self, bot: Bot, server: GitHubServer) -> None:
        digest = bot.digest()
        assert (bodies(digest), digest.run.unread) == (ALL, None)
        (issue,) = [issue for entry in digest.entries if entry.pull_request for issue in entry.pull_request.issues]
        assert issue.title == "It dies after a day"
        assert server.count("graphql") == 2

    def test_what_its_people_wrote_stands_under_the_headline(self, bot: Bot, server: GitHubServer) -> None:
        """Also where a digest was made before anybody could read it."""
        told = "Requests crashed when the cache was full."
        server.graphql.pulls[REPO].pull_requests[3]["body"] = f"## Why\n{told}\n\nFixes #9"
        unread = bot.digest(DAYBRIEF_GITHUB__PULL_REQUESTS="false")
        read = bot.digest()
        shown = [
            [one.text for entry in digest.entries if entry.analysis for one in entry.analysis.why]
            for digest in (unread, read)
        ]
        assert (told in shown[0], told in shown[1]) == (False, True)

    def test_what_stands_in_most_descriptions_is_nobodys_word(
        self, bot: Bot, server: GitHubServer, scratch: Scratch
    ) -> None:
        """A template is learned from those that are known, the day's own among them."""
        scratch.commit("Pin the pages (#4)", {"a.py": "4\n"}, at=NOON + timedelta(minutes=4))
        template = "Changes that break users crash the nightly build of the cache."
        own = {1: "Requests hung when the cache was full.", 3: "Pages leaked when users logged out.", 4: ""}
        pull_requests = server.graphql.pulls[REPO].pull_requests
        pull_requests[4] = {"title": "Pin the pages", "mergedAt": "2026-01-08T12:00:00Z"}
        for number, text in own.items():
            pull_requests[number]["body"] = f"{text}\n\n{template}"
        shown = {one.text for entry in bot.digest().entries if entry.analysis for one in entry.analysis.why}
        assert shown == set(filter(None, own.values()))

    def test_a_second_run_that_morning_asks_nothing(self, bot: Bot, server: GitHubServer) -> None:
        first = bot.digest()
        server.requests.clear()
        again = bot.digest(MORNING + timedelta(hours=1))
        assert (again.entries, server.count("graphql")) == (first.entries, 0)

    def test_what_was_just_pushed_is_asked_for_again(self, hub: Bot, server: GitHubServer, scratch: Scratch) -> None:
        """GitHub may not know yet which pull request it came from."""
        soon = NOON + timedelta(minutes=10)
        assert bodies(hub.digest(soon))["Pushed by hand"] is None
        pull = {
            "body": "Known by now.",
            "mergeCommit": scratch.git("rev-parse", "main~1"),
            "mergedAt": "2026-01-08T12:02:00Z",
        }
        server.graphql.pulls[REPO].pull_requests[5] = pull
        assert bodies(hub.digest())["Pushed by hand"] == "Known by now."

    def test_what_is_read_from_the_store_has_it_too(self, bot: Bot) -> None:
        digest = bot.digest()
        core = bot.core()
        shas = [entry.commit.sha for entry in digest.entries]
        told = core.stores.digests.told(REPO, JANUARY_8)
        assert told
        recalled = core.memory.recall(REPO, JANUARY_8, "en", core.analyser(), told)
        assert recalled
        asked = Question(words="cache", repos=(REPO,))
        one = core.memory.entry(REPO, next(e.commit.sha for e in digest.entries if e.commit.pull_request == 1), "en")
        assert one
        found = [
            *core.stores.commits.entries(REPO, shas).values(),
            *core.stores.commits.between(REPO, JANUARY_8.start, JANUARY_8.end),
            *recalled.entries,
            *search(core.stores.store, asked, 9).entries,
            one,
        ]
        core.stores.store.close()
        assert len(found) == 3 + 3 + 3 + 1 + 1
        assert {(e.commit.subject, e.pull_request and e.pull_request.body) for e in found} == set(ALL.items())

    def test_a_commit_that_is_asked_for_alone_has_it(self, bot: Bot, scratch: Scratch) -> None:
        core = bot.core()
        entry = core.read_one(core.sources.open(bot.place), scratch.tip(), "en", core.analyser())
        core.stores.store.close()
        assert entry.pull_request
        assert entry.pull_request.number == 3

    def test_polling_reads_it_ahead(self, hub: Bot, server: GitHubServer) -> None:
        core = hub.core()
        new, _ = core.follow(core.sources.open(hub.place), JANUARY_8.start, JANUARY_8.end, ["en"], core.analyser())
        core.stores.store.close()
        server.requests.clear()
        assert (len(new), bodies(hub.digest()), server.count("graphql")) == (3, ALL, 0)

    def test_it_can_be_switched_off(self, hub: Bot, server: GitHubServer) -> None:
        digest = hub.digest(DAYBRIEF_GITHUB__PULL_REQUESTS="false")
        assert (set(bodies(digest).values()), digest.run.unread, server.count("graphql")) == ({None}, None, 0)


class TestClones:
    def test_one_with_the_remote_of_another_server_is_kept_to_itself(
        self, settings: dict[str, str], scratch: Scratch, server: GitHubServer
    ) -> None:
        """A name from its own remote: the other server's project must not be asked for on GitHub."""
        run_git(scratch.path, "config", "remote.origin.url", "https://git.example.com/ann/scratch.git")
        digest = Bot(settings, Place("", str(scratch.path))).digest()
        assert (set(bodies(digest).values()), digest.run.unread, server.count("graphql")) == ({None}, None, 0)

    def test_without_a_token_nothing_is_said_of_it(self, settings: dict[str, str], scratch: Scratch) -> None:
        """Whoever named it did not say that it is on GitHub."""
        digest = Bot(settings, Place(REPO, str(scratch.path))).digest(DAYBRIEF_GITHUB__TOKEN="")
        assert (set(bodies(digest).values()), digest.run.unread) == ({None}, None)

    def test_one_without_a_name_has_none(
        self, settings: dict[str, str], scratch: Scratch, server: GitHubServer
    ) -> None:
        digest = Bot(settings, Place("", str(scratch.path))).digest()
        assert (digest.repo, digest.run.unread, server.count("graphql")) == ("scratch", None, 0)


class TestFailures:
    @pytest.mark.parametrize("kind", ["502", "html", "reset", "null", "forbidden", "sso", "limit"])
    def test_the_digest_goes_on_and_the_next_run_asks_again(self, bot: Bot, server: GitHubServer, kind: Any) -> None:
        server.fail(times=1_000, kinds=(kind,), routes=("graphql",))
        digest = bot.digest()
        assert digest.run.unread
        assert (set(bodies(digest)), set(bodies(digest).values()), digest.run.unread.count) == (set(ALL), {None}, 3)
        server.fail(times=0)
        mended = bot.digest()
        assert (bodies(mended), mended.run.unread) == (ALL, None)

    def test_one_whose_issues_were_not_read_is_asked_for_again(self, hub: Bot, server: GitHubServer) -> None:
        hub.digest(DAYBRIEF_GITHUB__PULL_REQUESTS="false")
        server.fail(times=0, every=2, kinds=("limit",), routes=("graphql",))
        digest = hub.digest()
        assert (bodies(digest), digest.run.unread) == (ALL, Unread(Gap.LIMIT, 1))
        server.fail(times=0)
        server.requests.clear()
        mended = hub.digest()
        assert [issue.number for e in mended.entries if e.pull_request for issue in e.pull_request.issues] == [9]
        assert server.graphql.asked[-2:] == [1, 1]

    @pytest.mark.parametrize("gap", list(Gap))
    @pytest.mark.parametrize("count", [1, 3])
    def test_the_run_card_says_so_in_one_line(self, hub: Bot, gap: Gap, count: int) -> None:
        made = hub.digest()
        digest = replace(made, run=replace(made.run, unread=Unread(gap, count)))
        core = hub.core()
        for language in LANGUAGES:
            run = dict(outline(replace(digest, language=language), core.sources.areas()).run)
            line = run[{"en": "Pull requests", "zh": "PR 内容"}[language]]
            assert "\n" not in line
            assert str(count) in line
        core.stores.store.close()

    def test_without_a_token_it_says_what_to_do(self, settings: dict[str, str]) -> None:
        digest = Bot(settings, Place(REPO)).digest(DAYBRIEF_GITHUB__TOKEN="")
        assert digest.run.unread == Unread(Gap.ANONYMOUS, 3)
        assert (
            "set [github] token"
            in dict(outline(digest, Bot(settings, Place(REPO)).core().sources.areas()).run)["Pull requests"]
        )


DAY = timedelta(days=1)
JANUARY_9 = Window.of(date(2026, 1, 9), "UTC")


def a_comment(text: str, at: str, **fields: str) -> dict[str, str]:
    return {"author": "zoe", "body": text, "createdAt": at, **fields}


class TestFollowUps:
    """Thursday is told; on Friday a fix lands, and people write below what was told."""

    def friday(self, bot: Bot, now: datetime = MORNING + DAY, window: Window = JANUARY_9) -> Digest:
        core = bot.core(now)
        try:
            return core.digest(core.sources.open(bot.place), window, "en", core.analyser(), quiet)[0]
        finally:
            core.stores.store.close()

    @pytest.fixture
    def told(self, bot: Bot, scratch: Scratch, server: GitHubServer) -> Bot:
        bot.digest()
        scratch.commit("Fix the empty cache (#4)\n\nIntroduced in #1.", {"a.py": "4\n"}, at=NOON + DAY)
        pulls = server.graphql.pulls[REPO].pull_requests
        pulls[4] = {"title": "Fix the empty cache", "mergedAt": "2026-01-09T12:00:00Z"}
        pulls[3]["comments"] = [
            a_comment("This PR breaks the import.", "2026-01-09T15:00:00Z"),
            a_comment("We will revert it.", "2026-01-09T16:00:00Z", author="bo", authorAssociation="MEMBER"),
        ]
        server.requests.clear()
        return bot

    def test_they_are_told_with_the_next_day_in_two_queries(self, told: Bot, server: GitHubServer) -> None:
        """One for what is new, one for all that is still watched."""
        digest = self.friday(told)
        fix, report = digest.follow_ups
        assert (fix.kind, fix.number, fix.by_number, fix.told_on) == ("fix", 1, 4, date(2026, 1, 8))
        assert (report.kind, report.number, report.count) == ("report", 3, 2)
        assert (report.author, report.quote) == ("bo", "We will revert it.")
        assert server.count("graphql") == 2

    def test_a_second_run_says_the_same_and_asks_nothing(self, told: Bot, server: GitHubServer) -> None:
        first = self.friday(told)
        server.requests.clear()
        again = self.friday(told, MORNING + DAY + timedelta(hours=2))
        assert (again.follow_ups, server.count("graphql")) == (first.follow_ups, 0)

    def test_they_are_told_once(self, told: Bot) -> None:
        self.friday(told)
        saturday = self.friday(told, MORNING + 2 * DAY, Window.of(date(2026, 1, 10), "UTC"))
        assert (saturday.entries, saturday.follow_ups) == ((), ())

    def test_nobody_who_was_not_told_of_the_change_hears_of_them(self, told: Bot) -> None:
        """Another feed, which began on Friday."""
        core = told.core(MORNING + DAY)
        made, _ = core.digest(core.sources.open(told.place), JANUARY_9, "en", core.analyser(), quiet, told=NOTHING_TOLD)
        core.stores.store.close()
        assert made.follow_ups == ()

    def test_after_a_week_nobody_looks_any_more(self, told: Bot, server: GitHubServer) -> None:
        self.friday(told, MORNING + 9 * DAY, Window.of(date(2026, 1, 17), "UTC"))
        assert server.count("graphql") == 0

    def test_where_they_cannot_be_read_the_run_card_says_so(self, told: Bot, server: GitHubServer) -> None:
        server.fail(times=0, every=2, kinds=("limit",), routes=("graphql",))
        digest = self.friday(told)
        assert ([one.kind for one in digest.follow_ups], digest.run.unread) == (["fix"], Unread(Gap.LIMIT, 2))

    def test_the_archive_shows_them_too(self, told: Bot) -> None:
        digest = self.friday(told)
        core = told.core(MORNING + DAY)
        shown = Archive(core).digest(REPO, JANUARY_9, "en")
        core.stores.store.close()
        assert shown.follow_ups == digest.follow_ups
