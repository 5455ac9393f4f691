"""Digests day after day on one store: every commit in exactly one of them, nothing fetched, asked or paid twice."""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers import model as as_model
from servers.answers import asked_of, reader, shape, shown
from servers.github import GitHubServer
from servers.loopback import Reply, Request
from servers.model import ModelServer
from servers.scratch import NOON, Scratch
from servers.waiting import hurry

from analysis.commits.commit import Commit
from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.digest.pipeline import SPENT, Step
from analysis.digest.stories import StoryKind
from analysis.entry import RULES
from analysis.errors import BadInput, NotFound, Outage, RateLimited
from analysis.i18n.language import LANGUAGES
from analysis.sources.git_clone import GitClone
from analysis.triage.triage import Importance
from bot.config import load
from bot.digests.core import Core, open_core
from bot.digests.repositories import Place
from storage.claims import Claims

REPO = "ann/scratch"
DAY = timedelta(days=1)
JANUARY_8 = Window.of(date(2026, 1, 8), "UTC")
QUILL_DAY = Window.of(date(2026, 3, 12), "Asia/Shanghai")


def days_later(number: int) -> Window:
    return Window.of(JANUARY_8.first + number * DAY, "UTC")


def quiet(_name: str, _done: int, _total: int) -> None:
    """Show no progress."""


class Bot:
    """Daybrief with one store, whose clock is set for each digest; each is made by a new process, so to speak."""

    def __init__(self, environ: dict[str, str], place: Place) -> None:
        self.environ, self.place = environ, place

    def core(self, now: datetime, **settings: str) -> Core:
        return open_core(load(self.environ | settings), lambda: now)

    def digest(
        self,
        window: Window = JANUARY_8,
        *,
        now: datetime | None = None,
        step: Step = quiet,
        analyser: str = "auto",
        **settings: str,
    ) -> Digest:
        """Make a digest, if nothing else is said an hour after its window's end."""
        core = self.core(now or window.end + timedelta(hours=1), **settings)
        try:
            return core.digest(core.sources.open(self.place), window, "en", core.analyser(analyser), step)[0]
        finally:
            core.stores.store.close()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        core = self.core(NOON)
        with core.stores.store.read() as db:
            found = list(db.execute(query).fetchall())
        core.stores.store.close()
        return found


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that clients would have waited."""
    return hurry(monkeypatch)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "scratch.git")


@pytest.fixture
def clone(scratch: Scratch, environ: dict[str, str]) -> Bot:
    """A bot that reads the scratch repository as a clone."""
    return Bot(environ, Place(REPO, str(scratch.path)))


@pytest.fixture
def server(scratch: Scratch) -> Iterator[GitHubServer]:
    with GitHubServer({REPO: scratch.path}) as running:
        yield running
        assert running.unrouted == []


@pytest.fixture
def hub(server: GitHubServer, environ: dict[str, str]) -> Bot:
    """A bot that reads the scratch repository on GitHub."""
    github = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    return Bot(environ | github, Place(REPO))


@pytest.fixture(params=["clone", "hub"])
def bot(request: pytest.FixtureRequest) -> Bot:
    """A bot for each source: what holds for days holds for both."""
    found: Bot = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(reader) as running:
        yield running


@pytest.fixture
def reading(clone: Bot, model: ModelServer) -> Bot:
    """A bot that asks a model, one call after the other."""
    clone.environ |= {
        "DAYBRIEF_MODEL__NAME": "test-model",
        "DAYBRIEF_MODEL__BASE_URL": model.base_url,
        "DAYBRIEF_MODEL__CONCURRENCY": "1",
    }
    return clone


def told(digest: Digest) -> dict[str, bool]:
    """Return the digest's commits by subject, and whether each is marked as late."""
    return {entry.commit.subject: entry.late for entry in digest.entries}


class TestDays:
    @pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
    def test_a_day_is_as_long_as_people_live_it(self, bot: Bot, scratch: Scratch, day: date, hours: int) -> None:
        """The clocks in Berlin change on these days; a commit each minute around both midnights."""
        window = Window.of(day, "Europe/Berlin")
        assert window.hours == hours
        for edge in (window.start, window.end):
            for seconds in (-1, 0):
                at = edge + timedelta(seconds=seconds)
                scratch.commit(f"{at:%d %H:%M:%S}", {"a": f"{at}\n"}, at=at)
        first, last = window.start, window.end - timedelta(seconds=1)
        assert told(bot.digest(window)) == {f"{first:%d %H:%M:%S}": False, f"{last:%d %H:%M:%S}": False}

    def test_a_quiet_day_is_a_digest_too(self, bot: Bot, scratch: Scratch) -> None:
        scratch.commit("Another day", {"a": "1\n"}, at=NOON - 9 * DAY)
        digest = bot.digest()
        assert (digest.entries, digest.notes, digest.repo, digest.run.fetched) == ((), (), REPO, 0)

    def test_an_empty_repository_is_told_as_one(self, bot: Bot) -> None:
        assert bot.digest().notes == ("the repository has no commits yet",)

    def test_an_emptied_repository_is_an_outage(self, bot: Bot, scratch: Scratch) -> None:
        scratch.line(3)
        assert len(bot.digest().entries) == 3
        scratch.git("update-ref", "-d", "refs/heads/main")
        with pytest.raises(Outage, match=r"has no commits any more|its branch main is missing"):
            bot.digest()

    def test_the_sample_day(self, environ: dict[str, str], quill: Path) -> None:
        digest = Bot(environ, Place("example/quill", str(quill))).digest(QUILL_DAY)
        assert (len(digest.entries), digest.coverage.brought, digest.coverage.late) == (18, 2, 0)
        assert (digest.run.fetched, digest.run.cached, digest.run.analysed) == (18, 0, 18)

    def test_progress_is_told_to_the_end(self, bot: Bot, scratch: Scratch) -> None:
        scratch.line(3)
        steps: list[tuple[str, int, int]] = []
        bot.digest(step=lambda *step: steps.append(step))
        assert steps == [
            *(("fetching commits", done, 3) for done in range(4)),
            ("analysing", 0, 3),
            ("analysing", 3, 3),
        ]


class TestLate:
    def test_what_lands_after_its_day_was_told_is_in_the_next_digest_once(self, bot: Bot, scratch: Scratch) -> None:
        scratch.commit("On time", {"a": "1\n"}, at=NOON)
        assert told(bot.digest()) == {"On time": False}
        scratch.commit("Pushed late", {"a": "2\n"}, at=NOON + timedelta(hours=1))
        scratch.commit("Next day", {"a": "3\n"}, at=NOON + DAY)
        scratch.commit("Third day", {"a": "4\n"}, at=NOON + 2 * DAY)
        days = [bot.digest(days_later(number)) for number in (1, 2)]
        assert [told(digest) for digest in days] == [{"Next day": False, "Pushed late": True}, {"Third day": False}]
        again = [told(bot.digest(days_later(number), now=NOON + 9 * DAY)) for number in (2, 1, 0, 2, 1, 0)]
        assert again == [*[told(digest) for digest in days][::-1], {"On time": False}] * 2
        assert (days[0].coverage.late, days[0].coverage.commits) == (1, 2)

    def test_it_is_found_for_a_week(self, bot: Bot, scratch: Scratch) -> None:
        scratch.commit("First", {"a": "1\n"}, at=NOON)
        bot.digest()
        scratch.commit("Pushed late", {"a": "2\n"}, at=NOON + timedelta(hours=1))
        scratch.commit("Much later", {"a": "3\n"}, at=NOON + 7 * DAY)
        assert told(bot.digest(days_later(7))) == {"Much later": False, "Pushed late": True}

    def test_a_day_that_nobody_told_has_no_late_commits(self, bot: Bot, scratch: Scratch) -> None:
        scratch.commit("Never told", {"a": "1\n"}, at=NOON)
        scratch.commit("Next day", {"a": "2\n"}, at=NOON + DAY)
        assert told(bot.digest(days_later(1))) == {"Next day": False}
        assert told(bot.digest()) == {"Never told": False}

    def test_a_digest_of_a_day_that_is_not_over_makes_nothing_late(self, bot: Bot, scratch: Scratch) -> None:
        scratch.commit("Morning", {"a": "1\n"}, at=NOON)
        assert told(bot.digest(now=NOON + timedelta(minutes=1))) == {"Morning": False}
        scratch.commit("Afternoon", {"a": "2\n"}, at=NOON + timedelta(hours=4))
        scratch.commit("Next day", {"a": "3\n"}, at=NOON + DAY)
        assert told(bot.digest(days_later(1))) == {"Next day": False}
        assert told(bot.digest()) == {"Morning": False, "Afternoon": False}

    def test_what_lands_before_the_next_digest_joins_its_own_day_if_that_is_made_anew(
        self, bot: Bot, scratch: Scratch
    ) -> None:
        scratch.commit("On time", {"a": "1\n"}, at=NOON)
        bot.digest()
        scratch.commit("Pushed late", {"a": "2\n"}, at=NOON + timedelta(hours=1))
        assert told(bot.digest()) == {"On time": False, "Pushed late": False}
        scratch.commit("Next day", {"a": "3\n"}, at=NOON + DAY)
        assert told(bot.digest(days_later(1))) == {"Next day": False}

    def test_what_a_merge_brings_from_a_told_day_is_the_merges(self, bot: Bot, scratch: Scratch) -> None:
        root = scratch.commit("Root", {"a": "1\n"}, at=NOON)
        bot.digest()
        side = scratch.commit("Side", {"b": "1\n"}, at=NOON + timedelta(hours=1), parents=[root], branch="side")
        scratch.commit("Merge", {"b": "1\n"}, at=NOON + DAY, parents=[root, side])
        digest = bot.digest(days_later(1))
        assert told(digest) == {"Merge": False}
        assert [one.subject for one in digest.entries[0].commit.brought] == ["Side"]

    def test_what_a_told_merge_brought_is_not_late_when_its_branch_goes_on(self, bot: Bot, scratch: Scratch) -> None:
        """Seen from the next day, the branch looks like a line of its own: its later commits wait for the merge that brings them."""
        root = scratch.commit("Root", {"a": "1\n"}, at=NOON)
        side = scratch.commit("Side", {"b": "1\n"}, at=NOON + timedelta(hours=1), parents=[root], branch="develop")
        merge = scratch.commit("Merge", {"b": "1\n"}, at=NOON + timedelta(hours=2), parents=[root, side])
        assert told(bot.digest()) == {"Merge": False, "Root": False}
        side = scratch.commit("Side goes on", {"b": "2\n"}, at=NOON + DAY, branch="develop")
        scratch.commit("Merge again", {"b": "2\n"}, at=NOON + 2 * DAY, parents=[merge, side])
        assert told(bot.digest(days_later(1), now=NOON + 3 * DAY)) == {}
        (merged,) = bot.digest(days_later(2), now=NOON + 3 * DAY).entries
        assert [one.subject for one in merged.commit.brought] == ["Side goes on"]
        assert told(bot.digest(days_later(2))) == {"Merge again": False}

    def test_what_a_merge_brought_is_remembered_anew(self, bot: Bot, scratch: Scratch) -> None:
        """It is seen when the days before are looked at as well."""
        root = scratch.commit("Root", {"a": "1\n"}, at=NOON)
        side = scratch.commit("Side", {"b": "1\n"}, at=NOON + timedelta(hours=1), parents=[root], branch="side")
        merge = scratch.commit("Merge", {"b": "1\n"}, at=NOON + DAY, parents=[root, side])
        bot.digest(days_later(1))
        bot.digest()
        bot.digest(days_later(1))
        entry = bot.core(NOON).memory.entry(REPO, merge, "en")
        assert entry is not None
        assert [one.subject for one in entry.commit.brought] == ["Side"]


class TestReverts:
    def test_a_revert_of_an_earlier_days_commit_names_it(self, bot: Bot, scratch: Scratch) -> None:
        sha = scratch.commit("Add a flag (#7)", {"a.py": "flag = 1\n"}, at=NOON)
        bot.digest()
        message = f'Revert "Add a flag (#7)" (#9)\n\nThis reverts commit {sha}.'
        revert = scratch.commit(message, {"a.py": None}, at=NOON + DAY)
        (story,) = bot.digest(days_later(1)).stories
        assert (story.kind, story.shas, story.lead) == (StoryKind.REVERT, (revert,), revert)
        assert story.earlier is not None
        assert (story.earlier.sha, story.earlier.title, story.earlier.committed_at) == (sha, "Add a flag (#7)", NOON)

    @pytest.mark.parametrize(
        "message", ['Revert "Add a flag (#7)" (#9)', 'Revert "Add a word"', 'Revert "Add a flag" (#9)']
    )
    def test_it_is_found_by_its_number_or_its_title(self, clone: Bot, scratch: Scratch, message: str) -> None:
        scratch.commit("Add a flag (#7)", {"a.py": "flag = 1\n"}, at=NOON)
        scratch.commit("Add a word", {"b.py": "word = 1\n"}, at=NOON)
        clone.digest()
        scratch.commit(message, {"a.py": None}, at=NOON + DAY)
        (story,) = clone.digest(days_later(1)).stories
        assert story.earlier is not None
        assert story.earlier.committed_at == NOON
        assert story.earlier.title.removesuffix(" (#7)") in message

    def test_one_of_several_that_are_taken_back_is_named(self, clone: Bot, scratch: Scratch) -> None:
        sha = scratch.commit("Add a flag", {"a.py": "flag = 1\n"}, at=NOON)
        clone.digest()
        message = f"Take two back\n\nThis reverts commit {'0' * 40}.\nThis reverts commit {sha}."
        scratch.commit(message, {"a.py": None}, at=NOON + DAY)
        (story,) = clone.digest(days_later(1)).stories
        assert story.earlier is not None
        assert story.earlier.title == "Add a flag"

    @pytest.mark.parametrize("number", ["9" * 9, "9" * 19, "9" * 400])
    def test_a_revert_of_nothing_known_says_what_it_takes_back(self, clone: Bot, scratch: Scratch, number: str) -> None:
        scratch.commit(f'Revert "Unknown (#{number})" (#9)', {"a.py": "1\n"}, at=NOON)
        (story,) = clone.digest().stories
        assert story.earlier is not None
        assert (story.earlier.sha, story.earlier.committed_at) == ("", None)
        assert story.earlier.title.startswith("Unknown")


class TestGitHub:
    def test_an_unchanged_second_run_asks_for_lists_alone(
        self, hub: Bot, server: GitHubServer, scratch: Scratch
    ) -> None:
        scratch.line(120)
        first = hub.digest()
        queries = 3  # fifty commits each
        assert (first.run.fetched, len(server.requests)) == (120, 2 + 120 + queries)
        server.requests.clear()
        again = hub.digest()
        assert [(asked.path.count("/"), asked.status) for asked in server.requests] == [(4, 304)]
        assert (again.entries, again.run.fetched, again.run.cached) == (first.entries, 0, 120)

    def test_a_failure_half_way_is_an_outage_and_the_next_run_fetches_the_rest(
        self, hub: Bot, server: GitHubServer, scratch: Scratch
    ) -> None:
        scratch.line(20)
        server.token_limit = 11
        with pytest.raises(RateLimited):
            hub.digest(DAYBRIEF_GITHUB__PULL_REQUESTS="false")
        assert hub.rows("select count(*) from digests") == [(0,)]
        server.token_limit = 5_000
        server.requests.clear()
        digest = hub.digest()
        assert (digest.run.fetched, digest.run.cached, len(digest.entries)) == (10, 10, 20)
        assert server.count("commits.get") == 10

    @pytest.mark.parametrize("kind", ["502", "reset", "truncate", "html"])
    def test_an_outage_is_never_a_quiet_day(self, hub: Bot, server: GitHubServer, scratch: Scratch, kind: Any) -> None:
        scratch.line(3)
        server.fail(times=1_000, kinds=(kind,))
        with pytest.raises(Outage):
            hub.digest()
        assert hub.rows("select count(*) from digests") == [(0,)]
        server.fail(times=0)
        assert len(hub.digest().entries) == 3

    def test_a_renamed_repository_keeps_its_history(self, hub: Bot, server: GitHubServer, scratch: Scratch) -> None:
        """Also what lands late in a day that was told under the old name."""
        scratch.commit("On time", {"a": "1\n"}, at=NOON)
        hub.digest()
        server.rename(REPO, "ann/new")
        scratch.commit("Pushed late", {"a": "2\n"}, at=NOON + timedelta(hours=1))
        scratch.commit("Next day", {"a": "3\n"}, at=NOON + DAY)
        digest = hub.digest(days_later(1))
        assert told(digest) == {"Next day": False, "Pushed late": True}
        assert (digest.repo, digest.notes) == ("ann/new", ("ann/scratch is now called ann/new: use the new name",))
        assert hub.rows("select name from repositories") == [("ann/new",)]
        assert (digest.before is not None, digest.run.fetched) == (True, 2)
        assert told(hub.digest(days_later(1))) == told(digest)

    @pytest.mark.parametrize("first", ["ann/scratch", "Ann/SCRATCH"])
    def test_a_name_in_another_case_is_the_same_repository(
        self, hub: Bot, server: GitHubServer, scratch: Scratch, first: str
    ) -> None:
        scratch.commit("On time", {"a": "1\n"}, at=NOON)
        hub.place = Place(first)
        hub.digest()
        scratch.commit("Pushed late", {"a": "2\n"}, at=NOON + timedelta(hours=1))
        hub.place = Place("ANN/scratch")
        assert told(hub.digest(days_later(1))) == {"Pushed late": True}
        hub.digest(days_later(2))
        assert hub.rows("select name from repositories") == [(REPO,)]

    def test_an_unknown_repository_leaves_nothing_behind(self, hub: Bot, server: GitHubServer) -> None:
        hub.place = Place("ann/nothing")
        with pytest.raises(NotFound):
            hub.digest()
        assert hub.rows("select name from repositories") == []


class TestModel:
    def test_what_the_rules_stood_in_for_is_asked_again_and_nothing_else(
        self, reading: Bot, scratch: Scratch, model: ModelServer
    ) -> None:
        for number in range(4):
            scratch.commit(f"Fix a crash {number}", {f"quill/{number}.py": "1\n"}, at=NOON + timedelta(minutes=number))
        model.plan = [as_model.NORMAL, as_model.HTML_PAGE, as_model.NORMAL, as_model.HTML_PAGE]
        first = reading.digest()
        (reason,) = set(first.coverage.stand_ins.values())
        assert reason.startswith("the model server's answer is not a model's")
        assert first.coverage.by == {"test-model": 2, RULES: 2}
        model.requests.clear()
        again = reading.digest()
        assert (again.coverage.by, again.run.analysed) == ({"test-model": 4}, 2)
        asked = [asked_of(request) for request in model.requests if shape(request) == "Commits"]
        assert sorted(sha for shas in asked for sha in shas) == sorted(sha[:7] for sha in first.coverage.stand_ins)

    def test_the_days_budget_ends_the_spending_and_not_the_digest(
        self, reading: Bot, scratch: Scratch, model: ModelServer
    ) -> None:
        for number in range(4):
            scratch.commit(f"Fix a crash {number}", {f"quill/{number}.py": "1\n"}, at=NOON + timedelta(minutes=number))
        evening = NOON + DAY + timedelta(hours=8)
        first = reading.digest(now=evening, DAYBRIEF_MODEL__DAILY_TOKENS="2500")
        assert (first.coverage.by, len(model.requests)) == ({"test-model": 1, RULES: 3}, 1)
        assert set(first.coverage.stand_ins.values()) == {SPENT}
        assert first.run.notes == (f"order and overview by rules: {SPENT}",)
        again = reading.digest(now=evening + timedelta(hours=1), DAYBRIEF_MODEL__DAILY_TOKENS="2500")
        assert (again.coverage.by, len(model.requests)) == ({"test-model": 1, RULES: 3}, 1)
        tomorrow = reading.digest(now=evening + timedelta(hours=8), DAYBRIEF_MODEL__DAILY_TOKENS="100000")
        assert tomorrow.coverage.by == {"test-model": 4}

    def test_what_is_under_way_is_paid_from_the_budget_as_well(
        self, reading: Bot, scratch: Scratch, model: ModelServer
    ) -> None:
        """However many are asked at once, together they stay within it; what they did not take is there for others."""
        for number in range(12):
            scratch.commit(f"Fix a crash {number}", {f"quill/{number}.py": "1\n"}, at=NOON + timedelta(minutes=number))
        digest = reading.digest(DAYBRIEF_MODEL__DAILY_TOKENS="8500", DAYBRIEF_MODEL__CONCURRENCY="12")
        assert 4 <= digest.coverage.by["test-model"] < 12
        assert digest.run.usage.tokens_in + digest.run.usage.tokens_out <= 8_500
        assert reading.rows("select count(*) from spending") == [(0,)]

    def test_an_overview_is_paid_from_the_same_budget(self, reading: Bot, scratch: Scratch, model: ModelServer) -> None:
        scratch.commit("Fix a crash", {"quill/a.py": "1\n"}, at=NOON)
        digest = reading.digest(DAYBRIEF_MODEL__DAILY_TOKENS="2500")
        asked = [shape(request) for request in model.requests]
        assert (digest.coverage.by, asked) == ({"test-model": 1}, ["Commits", "Findings"])
        assert digest.run.notes == (f"order and overview by rules: {SPENT}",)

    def test_two_processes_ask_a_model_once(self, reading: Bot, scratch: Scratch) -> None:
        """Each takes what the other has not begun, and waits for the rest."""
        for number in range(12):
            scratch.commit(f"Fix a crash {number}", {f"quill/{number}.py": "1\n"}, at=NOON + timedelta(minutes=number))
        with ModelServer(reader, latency=0.05) as model, ThreadPoolExecutor(2) as both:
            settings: dict[str, Any] = {"DAYBRIEF_MODEL__BASE_URL": model.base_url, "DAYBRIEF_MODEL__CONCURRENCY": "2"}
            made = [both.submit(reading.digest, **settings) for _ in range(2)]
            digests = [future.result() for future in made]
        assert [digest.coverage.by for digest in digests] == [{"test-model": 12}] * 2
        assert digests[0].overview == digests[1].overview
        assert [e.commit.sha for e in digests[0].entries] == [e.commit.sha for e in digests[1].entries]
        asked = Counter(sha for request in model.requests if shape(request) == "Commits" for sha in asked_of(request))
        assert (len(asked), set(asked.values())) == (12, {1})
        assert sum(shape(request) == "Day" for request in model.requests) == 1
        assert sum(digest.run.analysed for digest in digests) == 12

    def test_what_another_process_has_read_meanwhile_is_not_asked_again(
        self, reading: Bot, scratch: Scratch, model: ModelServer
    ) -> None:
        """Between a look into the store and the question, the other one may have had its answer."""
        for number in range(4):
            scratch.commit(f"Fix a crash {number}", {f"quill/{number}.py": "1\n"}, at=NOON + timedelta(minutes=number))
        others: list[Digest] = []

        def step(name: str, done: int, total: int) -> None:
            if name == "analysing" and not others:
                others.append(reading.digest())

        digest = reading.digest(step=step)
        assert (others[0].run.analysed, digest.run.analysed) == (4, 0)
        assert digest.coverage.by == {"test-model": 4}
        assert len(model.requests) == 4 + 2  # what was said, and the day: asked once as well

    def test_what_a_killed_process_was_asking_is_asked_again(
        self, reading: Bot, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its claim ends by itself."""
        monkeypatch.setattr("storage.claims.LEASE", 0.5)
        sha = scratch.commit("Fix a crash", {"quill/a.py": "1\n"}, at=NOON)
        core = reading.core(NOON + DAY)
        analyser = core.analyser()
        assert Claims(core.stores.store).take([f"{analyser.name} {analyser.prompt} en {sha}"])
        assert reading.digest().coverage.by == {"test-model": 1}

    def test_reading_begins_while_commits_still_arrive(
        self, reading: Bot, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The source gives the oldest commit only when the model was asked about the others; the digest is the usual one."""
        for number in range(5):
            scratch.commit(f"Fix a crash {number}", {f"quill/{number}.py": "1\n"}, at=NOON + timedelta(minutes=number))
        was_asked, fetch = threading.Event(), GitClone.fetch

        def slowly(source: GitClone, heads: Sequence[Commit], executor: Executor) -> Iterator[Commit]:
            *others, last = fetch(source, heads, executor)
            yield from others[::-1]
            assert was_asked.wait(10)
            yield last

        def answer(asked: dict[str, Any]) -> Any:
            was_asked.set()
            return reader(asked)

        with ModelServer(answer) as model:
            reading.environ["DAYBRIEF_MODEL__BASE_URL"] = model.base_url
            with monkeypatch.context() as patched:
                patched.setattr(GitClone, "fetch", slowly)
                digest = reading.digest()
            asked = [shape(request) for request in model.requests]
        assert (digest.coverage.by, digest.run.fetched) == ({"test-model": 5}, 5)
        assert sorted(asked) == ["Commits"] * (len(asked) - 2) + ["Day", "Findings"]
        again = reading.digest()
        assert (again.entries, again.overview) == (digest.entries, digest.overview)

    def test_an_outage_on_the_way_keeps_what_was_read_meanwhile(
        self, reading: Bot, scratch: Scratch, model: ModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And what it has cost counts."""
        for number in range(3):
            scratch.commit(f"Fix a crash {number}", {f"quill/{number}.py": "1\n"}, at=NOON + timedelta(minutes=number))
        fetch, reply = GitClone.fetch, model.reply
        is_asked = threading.Event()

        def broken(source: GitClone, heads: Sequence[Commit], executor: Executor) -> Iterator[Commit]:
            yield next(fetch(source, heads, executor))
            assert is_asked.wait(30)
            raise Outage("The disk is gone.")

        def noted(request: Request) -> Reply:
            is_asked.set()
            return reply(request)

        with monkeypatch.context() as patched:
            patched.setattr(GitClone, "fetch", broken)
            patched.setattr(model, "reply", noted)
            with pytest.raises(Outage):
                reading.digest()
        assert reading.rows("select count(*) from digests") == [(0,)]
        assert reading.rows("select calls from runs") == [(1,)]
        digest = reading.digest()
        assert (digest.run.fetched, digest.run.analysed, digest.coverage.by) == (2, 2, {"test-model": 3})

    def test_a_theme_that_rests_on_what_was_taken_back_goes(self, reading: Bot, scratch: Scratch) -> None:
        """The day is compared while claims are still being checked."""
        for number in range(3):
            scratch.commit(f"Fix a crash {number}", {f"quill/{number}.py": "1\n"}, at=NOON + timedelta(minutes=number))
        taken = scratch.tip()[:7]

        def answer(asked: dict[str, Any]) -> Any:
            found = reader(asked)
            match shape(asked):
                case "Day":
                    first, other = taken, next(sha for sha in asked_of(asked) if sha != taken)
                    found["themes"] = [
                        {"text": "One thing was mended.", "commits": [first]},
                        {"text": "Another thing was mended.", "commits": [other]},
                        {"text": "Things were mended.", "commits": []},
                    ]
                case "Findings":
                    claims = re.findall(r"(?m)^## (\d+)\nClaim: (.*)$", shown(asked))
                    found["findings"] = [
                        {"claim": int(number), "verdict": "contradicts" if "commit two" in text else "follows"}
                        for number, text in claims
                    ]
                case _:
                    for one in found["items"]:
                        one["effect"]["text"] += " It is commit two." if one["sha"] == taken else ""
            return found

        with ModelServer(answer) as model:
            digest = reading.digest(DAYBRIEF_MODEL__BASE_URL=model.base_url)
        assert [theme.text for theme in digest.overview] == ["Another thing was mended."]

    def test_the_rules_need_no_budget(self, reading: Bot, scratch: Scratch) -> None:
        scratch.line(3)
        digest = reading.digest(analyser=RULES, DAYBRIEF_MODEL__DAILY_TOKENS="0")
        assert (digest.coverage.by, digest.coverage.stand_ins, digest.run.analysed) == ({RULES: 3}, {}, 3)

    def test_a_run_is_remembered_with_what_it_cost(self, reading: Bot, scratch: Scratch, model: ModelServer) -> None:
        scratch.commit("Fix a crash", {"quill/a.py": "1\n"}, at=NOON)
        prices: dict[str, Any] = {"DAYBRIEF_MODEL__PRICE_IN": "3", "DAYBRIEF_MODEL__PRICE_OUT": "15"}
        run = reading.digest(**prices).run
        assert run.usage.tokens_in == model.tokens_in
        assert run.cost == pytest.approx((run.usage.tokens_in * 3 + run.usage.tokens_out * 15) / 1_000_000)
        again = reading.digest(**prices).run
        assert (again.usage.calls, again.cost) == (0, None)
        assert reading.rows(
            "select repository, analyser, commits, fetched, analysed, failed, calls, cost from runs"
        ) == [
            (REPO, "test-model", 1, 1, 1, 0, 3, run.cost),
            (REPO, "test-model", 1, 0, 0, 0, 0, None),
        ]

    def test_an_overview_is_asked_for_once(self, reading: Bot, scratch: Scratch, model: ModelServer) -> None:
        scratch.commit("Fix a crash", {"quill/a.py": "1\n"}, at=NOON)
        assert reading.digest().overview == reading.digest().overview
        assert len(model.requests) == 3  # the commit, what was said of it, and the day
        scratch.commit("Fix a hang", {"quill/b.py": "1\n"}, at=NOON)
        reading.digest()
        assert len(model.requests) == 6

    def test_who_analyses_may_be_chosen(self, reading: Bot, clone: Bot) -> None:
        core = reading.core(NOON)
        assert [core.analyser(wanted).name for wanted in ("auto", "model", "rules")] == [
            "test-model",
            "test-model",
            RULES,
        ]

    def test_without_a_model_none_can_be_chosen(self, clone: Bot) -> None:
        core = clone.core(NOON)
        assert core.analyser().name == RULES
        with pytest.raises(BadInput, match=r"No model is configured: set \[model\] name .* or use --analyser rules"):
            core.analyser("model")


class Interrupted:
    """A step that is interrupted from the keyboard at a point."""

    def __init__(self, name: str, done: int) -> None:
        self.at = (name, done)

    def __call__(self, name: str, done: int, _total: int) -> None:
        if (name, done) == self.at:
            raise KeyboardInterrupt


class TestInterrupts:
    def test_what_was_fetched_is_kept(self, hub: Bot, server: GitHubServer, scratch: Scratch) -> None:
        scratch.line(40)
        server.latency = 0.1  # long enough that the interrupt comes before the last is asked for
        with pytest.raises(KeyboardInterrupt):
            hub.digest(step=Interrupted("fetching commits", 10))
        assert server.count("commits.get") < 40
        server.latency = 0.0
        server.requests.clear()
        digest = hub.digest()
        assert (len(digest.entries), digest.run.cached) == (40, 10)
        assert server.count("commits.get", 200) >= digest.run.fetched == 30

    def test_what_was_analysed_is_kept_and_counted(self, reading: Bot, scratch: Scratch, model: ModelServer) -> None:
        for number in range(4):
            scratch.commit(f"Fix a crash {number}", {f"quill/{number}.py": "1\n"}, at=NOON + timedelta(minutes=number))
        with pytest.raises(KeyboardInterrupt):
            reading.digest(step=Interrupted("analysing", 2))
        ((calls, tokens),) = reading.rows("select calls, tokens_in + tokens_out from runs")
        assert calls == 2
        assert tokens > 0
        assert reading.rows("select count(*) from digests") == [(0,)]
        assert (reading.digest().run.analysed, len(model.requests)) == (2, 6)

    def test_who_interrupts_does_not_wait_for_the_model(
        self, reading: Bot, scratch: Scratch, model: ModelServer
    ) -> None:
        for number in range(6):
            scratch.commit(f"Fix a crash {number}", {f"quill/{number}.py": "1\n"}, at=NOON + timedelta(minutes=number))
        model.plan = [as_model.NORMAL]
        model.always = as_model.hang(60)
        began = datetime.now(UTC)
        with pytest.raises(KeyboardInterrupt):
            reading.digest(
                step=Interrupted("analysing", 1), DAYBRIEF_MODEL__CONCURRENCY="4", DAYBRIEF_MODEL__DEADLINE="3"
            )
        assert datetime.now(UTC) - began < timedelta(seconds=2)


class TestTogether:
    def test_two_at_once_on_one_store_tell_the_same(self, bot: Bot, scratch: Scratch) -> None:
        scratch.line(30)
        ready = threading.Barrier(2)
        made: list[Digest] = []

        def run() -> None:
            core = bot.core(NOON + DAY)
            ready.wait(5)
            made.append(core.digest(core.sources.open(bot.place), JANUARY_8, "en", core.analyser(), quiet)[0])
            core.stores.store.close()

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [len(digest.entries) for digest in made] == [30, 30]
        assert made[0].entries == made[1].entries
        assert bot.rows("select count(*), count(distinct sha) from commits") == [(30, 30)]
        assert bot.rows("select count(*) from digest_commits") == [(30,)]


class TestWhatIsKnown:
    def test_a_commit_is_known_with_its_newest_analysis(self, reading: Bot, scratch: Scratch) -> None:
        sha = scratch.commit("Fix a crash", {"quill/a.py": "1\n"}, at=NOON)
        reading.digest()
        core = reading.core(NOON)
        english, chinese = (core.memory.entry(REPO, sha, language) for language in LANGUAGES)
        assert english is not None
        assert chinese is not None
        assert english.analysis is not None
        assert chinese.analysis is not None
        assert (english.analysis.analyser, chinese.analysis.analyser) == ("test-model", RULES)
        assert core.memory.entry(REPO, "0" * 40, "en") is None

    def test_a_repositorys_own_areas_are_read_from_a_clone(self, clone: Bot, scratch: Scratch) -> None:
        labels = "teapot:\n- changed-files:\n  - any-glob-to-any-file: 'teapot/**'\n"
        scratch.commit("Label", {".github/labeler.yml": labels, "teapot/spout.py": "x = 1\n"}, at=NOON)
        (entry,) = clone.digest().entries
        assert "teapot" in entry.triage.areas
        assert clone.core(NOON).sources.areas().find("teapot") is None

    def test_what_landed_before_is_compared_with(self, bot: Bot, scratch: Scratch) -> None:
        for number in range(3):
            scratch.commit(f"Commit {number}", {"a": f"{number}\n"}, at=NOON + number * DAY)
        assert bot.digest().before is None
        bot.digest(days_later(1))
        before = bot.digest(days_later(2)).before
        assert before is not None
        assert (before.days, before.commits) == (2, 1.0)

    def test_a_commit_keeps_its_rank(self, bot: Bot, scratch: Scratch) -> None:
        scratch.commit("docs: a word", {"README.md": "word\n"}, at=NOON)
        assert [bot.digest().entries[0].triage.importance for _ in range(2)] == [Importance.LOW] * 2
