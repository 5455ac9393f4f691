"""What a merge brought counts with it, however old it is; a rewritten history is told as one line, not again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.github import GitHubServer
from servers.scratch import Scratch

from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.digest.pipeline import silent
from analysis.entry import RULES
from analysis.triage.areas import general
from bot.config import load
from bot.digests.backfill import Span, plan
from bot.digests.core import open_core
from bot.digests.learning import learn_repository
from bot.digests.repositories import parse_place
from formatters.outline import outline
from formatters.text.item import item_of
from storage.search import Question, search

NINE = datetime(2026, 1, 9, 9, 0, tzinfo=UTC)
"""The morning after the eighth of January."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "scratch.git")
    made.commit("Begin", {"app.py": "a = 0\n"}, at=NINE - 60 * DAY)
    return made


@pytest.fixture(params=["clone", "GitHub"])
def place(request: pytest.FixtureRequest, scratch: Scratch, environ: dict[str, str]) -> Iterator[str]:
    """Where the repository is read."""
    with GitHubServer({"ann/scratch": scratch.path}) as github:
        environ |= {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
        yield f"ann/scratch={scratch.path}" if request.param == "clone" else "ann/scratch"
        assert github.unrouted == []


def told(environ: dict[str, str], place: str, now: datetime = NINE) -> Digest:
    """Return the digest of the day before, as one reader gets it."""
    core = open_core(load(environ), lambda: now)
    window = Window.of((now - DAY).date(), "UTC")
    digest, _ = core.digest(core.sources.open(parse_place(place)), window, "en", core.analyser(RULES), silent)
    core.stores.store.close()
    return digest


def titles(digest: Digest) -> list[str]:
    return sorted(entry.commit.subject + (" (late)" if entry.late else "") for entry in digest.entries)


def a_branch(scratch: Scratch, *ages: int) -> str:
    """Commit on a side branch, so many days before; return its tip."""
    tip = scratch.tip()
    for age in ages:
        content = {f"side{age}.py": f"b = {age}\n"}
        tip = scratch.commit(f"Fix crash {age}", content, at=NINE - 20 * HOUR - age * DAY, parents=[tip], branch="side")
    return tip


class TestMerges:
    @pytest.mark.parametrize("ages", [(0, 0, 0), (30, 3, 0), (59, 30, 8), (40, 39, 38)])
    def test_all_that_a_merge_brought_is_told_with_it(
        self, scratch: Scratch, environ: dict[str, str], place: str, ages: tuple[int, ...]
    ) -> None:
        """Also what was committed before any day that was told; nothing of it is told by itself."""
        scratch.commit("Trunk", {"app.py": "a = 1\n"}, at=NINE - 50 * DAY)
        told(environ, place, NINE - DAY)
        tip = a_branch(scratch, *ages)
        scratch.commit("Merge the crash fixes", at=NINE - 15 * HOUR, parents=[scratch.tip(), tip])
        digest = told(environ, place)
        assert titles(digest) == ["Merge the crash fixes"]
        (entry,) = digest.entries
        assert sorted(one.subject for one in entry.commit.brought) == sorted(f"Fix crash {age}" for age in ages)
        again = told(environ, place)
        assert len(again.entries[0].commit.brought) == 3, "asked for once, and remembered"

    def test_who_plans_and_who_learns_counts_it_once(
        self, scratch: Scratch, environ: dict[str, str], place: str
    ) -> None:
        """Also where an old commit lies between two of the day."""
        tip = a_branch(scratch, 0, 30, 0)
        scratch.commit("Merge the crash fixes", at=NINE - 15 * HOUR, parents=[scratch.tip(), tip])
        core = open_core(load(environ), lambda: NINE)
        day = (NINE - DAY).date()
        wanted = plan(core, Span(parse_place(place), None, day, day, "UTC", "en"), core.analyser(RULES), silent)
        learned = learn_repository(core, parse_place(place), 10, silent)
        core.stores.store.close()
        assert (wanted.commits, learned.commits) == (1, 1)

    def test_it_is_found_by_what_it_brought(self, scratch: Scratch, environ: dict[str, str], place: str) -> None:
        """However old that is."""
        tip = a_branch(scratch, 40, 39)
        scratch.commit("Merge the scheduler", at=NINE - 15 * HOUR, parents=[scratch.tip(), tip])
        told(environ, place)
        core = open_core(load(environ), lambda: NINE)
        found = search(core.stores.store, Question(words="crash 39"), limit=5).entries
        assert [entry.commit.subject for entry in found] == ["Merge the scheduler"]
        assert [sha for _, sha in core.stores.commits.find(tip[:9])] == [found[0].commit.sha]
        assert core.stores.commits.find("0" * 9) == []
        core.stores.store.close()

    def test_each_is_named_below_the_merge(self, scratch: Scratch, environ: dict[str, str], place: str) -> None:
        """With its SHA and its title, in every format that shows a commit's parts."""
        tip = a_branch(scratch, 40, 39)
        scratch.commit("Merge the scheduler", at=NINE - 15 * HOUR, parents=[scratch.tip(), tip])
        (entry,) = told(environ, place).entries
        (part,) = (part for part in item_of(entry, "en", general()).parts if part.key == "brought")
        assert part.points[0].text == f"{tip[:7]} Fix crash 39"
        assert [point.text[8:] for point in part.points] == ["Fix crash 39", "Fix crash 40"]

    @pytest.mark.parametrize(("depth", "line"), [(1, "merge of 1 commit"), (6, "merge of 11 commits")])
    def test_merges_within_a_merge_are_counted_where_it_is_shown(
        self, scratch: Scratch, environ: dict[str, str], place: str, depth: int, line: str
    ) -> None:
        """Each level brings a commit, and the merge that brought the level below."""
        trunk = tip = scratch.tip()
        for level in range(depth):
            at, branch = NINE - 20 * HOUR + level * timedelta(minutes=9), f"side{level}"
            side = scratch.commit(f"Side {level}", {f"{level}.py": "b = 0\n"}, at=at, parents=[trunk], branch=branch)
            tip = side if level == 0 else scratch.commit(f"Join {level}", at=at, parents=[side, tip], branch=branch)
        scratch.commit("Merges 1 commits", at=NINE - 15 * HOUR, parents=[trunk, tip])
        (entry,) = told(environ, place).entries
        assert line in item_of(entry, "en", general()).size

    def test_what_the_trunk_had_is_not_brought(self, scratch: Scratch, environ: dict[str, str], place: str) -> None:
        """A branch that begins long ago brings its own commits alone."""
        tip = a_branch(scratch, 40)
        for number in range(3):
            scratch.commit(f"Trunk {number}", {"app.py": f"a = {number}\n"}, at=NINE - (30 - number) * DAY)
        scratch.commit("Merge it", at=NINE - 15 * HOUR, parents=[scratch.tip(), tip])
        (entry,) = told(environ, place).entries
        assert [one.subject for one in entry.commit.brought] == ["Fix crash 40"]

    @pytest.mark.parametrize("root", [True, False], ids=["from the beginning", "in between"])
    def test_what_is_dated_before_its_own_parent_is_held_together_by_ancestry(
        self, scratch: Scratch, environ: dict[str, str], place: str, *, root: bool
    ) -> None:
        """What the trunk had is not the merge's, though a date hides the commit between, and it was told the day before."""
        if root:
            scratch.git("update-ref", "-d", "refs/heads/main")
        for number in range(3):
            scratch.commit(f"Trunk {number}", {"app.py": f"a = {number}\n"}, at=NINE - 40 * HOUR + number * HOUR)
        assert len(told(environ, place, NINE - DAY).entries) == 3
        base = scratch.tip()
        scratch.commit("Trunk, by a slow clock", {"app.py": "a = 9\n"}, at=NINE - 9 * DAY)
        trunk, tip = scratch.tip(), base
        for age in (16, 15, 14):
            content = {f"side{age}.py": "b = 1\n"}
            tip = scratch.commit(f"Side {age}", content, at=NINE - age * DAY, parents=[tip], branch="side")
        scratch.commit("Merge it", at=NINE - 15 * HOUR, parents=[trunk, tip])
        for _ in range(2):  # made, and made again
            entries = {entry.commit.subject: entry for entry in told(environ, place).entries}
            assert set(entries) == {"Merge it", "Trunk, by a slow clock"}
            assert [one.subject for one in entries["Merge it"].commit.brought] == ["Side 14", "Side 15", "Side 16"]


class TestDates:
    @pytest.fixture(autouse=True)
    def _told(self, scratch: Scratch, environ: dict[str, str], place: str) -> None:
        scratch.commit("Told", {"app.py": "a = 1\n"}, at=NINE - 40 * HOUR)
        assert titles(told(environ, place, NINE - DAY)) == ["Told"]

    @pytest.mark.parametrize(
        ("at", "title"),
        [
            (datetime(2099, 1, 1, tzinfo=UTC), "Odd"),
            (datetime(2010, 1, 1, tzinfo=UTC), "Odd (late)"),
            (NINE - 45 * DAY, "Odd (late)"),
        ],
    )
    @pytest.mark.parametrize("others", [0, 3])
    def test_a_commit_of_any_date_is_told_when_it_comes(
        self, scratch: Scratch, environ: dict[str, str], place: str, at: datetime, title: str, others: int
    ) -> None:
        """Once, beside what landed that day and before what came this morning."""
        for number in range(others):
            scratch.commit(f"Day {number}", {"app.py": f"a = {number}\n"}, at=NINE - 20 * HOUR + number * HOUR)
        scratch.commit("Odd", {"odd.py": "1\n"}, at=at)
        if others:
            scratch.commit("This morning", {"app.py": "a = 9\n"}, at=NINE - HOUR)
        expected = sorted([title, *(f"Day {number}" for number in range(others))])
        assert titles(told(environ, place)) == expected
        assert titles(told(environ, place)) == expected, "made again"
        assert titles(told(environ, place, NINE + DAY)) == (["This morning"] if others else [])


ODD = [
    datetime(2099, 1, 1, tzinfo=UTC),
    datetime(2010, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    NINE - 90 * DAY,
]
"""A clock that is far ahead, two that are far behind, and what comes of a date that cannot be read."""


class TestTheFirstDigest:
    """Nothing was told before: dates that cannot be right are held against what the commits are built on."""

    def line(self, scratch: Scratch, *dates: datetime) -> None:
        for number, at in enumerate(dates):
            scratch.commit(f"Number {number}", {"app.py": f"a = {number}\n"}, at=at)

    @pytest.mark.parametrize("at", ODD)
    @pytest.mark.parametrize("hours_after", [(), (-10,), (-10, -8, -1)], ids=["last", "below one", "below three"])
    def test_a_commit_of_any_date_is_told(
        self, scratch: Scratch, environ: dict[str, str], place: str, at: datetime, hours_after: tuple[int, ...]
    ) -> None:
        """Marked with its date; not again with the next day's."""
        self.line(scratch, NINE - 2 * DAY, NINE - 20 * HOUR, at, *(NINE + hours * HOUR for hours in hours_after))
        digest = told(environ, place)
        assert "Number 2" in {entry.commit.subject for entry in digest.entries}
        (entry,) = (entry for entry in digest.entries if entry.commit.subject == "Number 2")
        said = "its date cannot be read" if at.year == 1970 else f"dated {at:%Y-%m-%d}, which cannot be when it landed"
        assert said in item_of(entry, "en", general(), digest.window).marks
        after = told(environ, place, NINE + DAY)
        assert "Number 2" not in {entry.commit.subject for entry in after.entries}

    def test_a_few_wrong_dates_do_not_outvote_a_right_one(
        self, scratch: Scratch, environ: dict[str, str], place: str
    ) -> None:
        """Three machines with an empty battery above the only commit of the day."""
        self.line(scratch, NINE - 20 * HOUR, *(datetime(2010, 1, day, tzinfo=UTC) for day in (1, 2, 3)))
        assert len(told(environ, place).entries) == 4

    @pytest.mark.parametrize("at", ODD)
    def test_what_came_before_or_after_is_not_told(
        self, scratch: Scratch, environ: dict[str, str], place: str, at: datetime
    ) -> None:
        """What is built on it, or what it is built on, has a date that says so."""
        self.line(scratch, NINE - 30 * DAY, at, NINE - 29 * DAY, NINE - 20 * HOUR, NINE - HOUR, at, NINE - HOUR)
        assert titles(told(environ, place)) == ["Number 3"]

    @pytest.mark.parametrize("at", ODD)
    def test_below_a_merge(self, scratch: Scratch, environ: dict[str, str], place: str, at: datetime) -> None:
        """Ordered by dates, everything else comes before it."""
        self.line(scratch, NINE - 20 * HOUR)
        base = scratch.tip()
        scratch.commit("Odd", {"odd.py": "1\n"}, at=at)
        side = scratch.commit("Side", {"side.py": "1\n"}, at=NINE - 15 * HOUR, parents=[base], branch="side")
        scratch.commit("Merge it", at=NINE - 14 * HOUR, parents=[scratch.tip(), side])
        digest = told(environ, place)
        assert sorted(entry.commit.subject for entry in digest.entries) == ["Merge it", "Number 0", "Odd"]

    def test_below_more_than_a_page(self, scratch: Scratch, environ: dict[str, str], place: str) -> None:
        """A day that lies deep in a busy branch."""
        after = (NINE + timedelta(seconds=number) for number in range(101))
        self.line(scratch, NINE - 20 * HOUR, datetime(2010, 1, 1, tzinfo=UTC), NINE - 19 * HOUR, *after)
        assert titles(told(environ, place)) == ["Number 0", "Number 1 (late)", "Number 2"]

    def test_clocks_that_differ_by_minutes_say_nothing(
        self, scratch: Scratch, environ: dict[str, str], place: str
    ) -> None:
        """Midnight lies between the two: each counts on the day that it names."""
        self.line(scratch, NINE - 9 * HOUR + timedelta(minutes=5), NINE - 9 * HOUR - timedelta(minutes=5))
        assert titles(told(environ, place)) == ["Number 1"]


def rewrite(scratch: Scratch, mark: str, *, changed: int = -1) -> None:
    """Write the last five commits anew, with a line more in their messages: other SHAs, the same changes and dates."""
    commits = scratch.git("log", "--reverse", "--format=%H %ct %s", "-5").splitlines()
    tip = commits[0].split()[0] + "^"
    tip = scratch.git("rev-parse", tip)
    for number, line in enumerate(commits):
        _, seconds, title = line.split(" ", 2)
        content = {"app.py": f"a = {number}{'0' if number == changed else ''}\n"}
        moment = datetime.fromtimestamp(int(seconds), UTC)
        tip = scratch.commit(f"{title}\n\n{mark}", content, at=moment, parents=[tip], branch="rewritten")
    scratch.git("update-ref", "refs/heads/main", tip)


class TestRewritten:
    @pytest.fixture(autouse=True)
    def _told(self, scratch: Scratch, environ: dict[str, str], place: str) -> None:
        for number in range(5):
            scratch.commit(f"Change {number}", {"app.py": f"a = {number}\n"}, at=NINE - 44 * HOUR + number * HOUR)
        assert len(told(environ, place, NINE - DAY).entries) == 5

    def test_what_was_told_is_not_told_again(self, scratch: Scratch, environ: dict[str, str], place: str) -> None:
        """What is new is, and one line says that history was rewritten; the next day nothing of it."""
        rewrite(scratch, "Signed-off-by: Ann")
        scratch.commit("New", {"new.py": "1\n"}, at=NINE - 10 * HOUR)
        digest = told(environ, place)
        assert titles(digest) == ["New"]
        assert digest.notes == ("the branch's history was rewritten: 5 commits reported before now have other SHAs",)
        assert (digest.run.fetched, digest.run.cached) == (6, 0)
        assert outline(digest, general()).counts.startswith("1 commit by 1 author"), "not one of six"
        assert titles(told(environ, place)) == ["New"], "made again"
        scratch.commit("Newer", {"new.py": "2\n"}, at=NINE + 10 * HOUR)
        after = told(environ, place, NINE + DAY)
        assert (titles(after), after.notes) == (["Newer"], ())

    def test_what_was_changed_on_the_way_is_told(self, scratch: Scratch, environ: dict[str, str], place: str) -> None:
        """It has the title and the dates of what was told, and does something else; so has what follows it."""
        rewrite(scratch, "Signed-off-by: Ann", changed=4)
        digest = told(environ, place)
        assert titles(digest) == ["Change 4 (late)"]
        assert "4 commits reported before" in digest.notes[0]
        assert told(environ, place, NINE + DAY).notes == ()

    def test_what_landed_twice_is_told_twice(self, scratch: Scratch, environ: dict[str, str], place: str) -> None:
        """Its old self is still there: it was taken back and put in again."""
        scratch.commit("Revert it", {"app.py": "a = 3\n"}, at=NINE - 12 * HOUR)
        scratch.commit("Change 4", {"app.py": "a = 4\n"}, at=NINE - 10 * HOUR, authored=NINE - 40 * HOUR)
        assert titles(told(environ, place)) == ["Change 4", "Revert it"]

    def test_what_is_reverted_and_picked_again_is_in_again(
        self, scratch: Scratch, environ: dict[str, str], place: str
    ) -> None:
        """A revert whose own title names nothing, on the next day the same change once more, and then nothing."""
        sha = scratch.tip()
        scratch.commit(f"回滚：缓存引起死锁\n\nThis reverts commit {sha}.", {"app.py": "a = 3\n"}, at=NINE - 12 * HOUR)
        made = outline(told(environ, place), general())
        assert [point.text for point in made.watch] == ["Reverted: “Change 4”"]
        assert [one.text for one in made.follow_ups] == [f"{sha[:7]} “Change 4”, reported on Wednesday: reverted"]
        scratch.commit("Change 4", {"app.py": "a = 4\n"}, at=NINE + 12 * HOUR)
        (news,) = outline(told(environ, place, NINE + DAY), general()).follow_ups
        assert news.text == f"{sha[:7]} “Change 4”, reported on Wednesday: in again after a revert"
        scratch.commit("New", {"new.py": "1\n"}, at=NINE + 36 * HOUR)
        assert told(environ, place, NINE + 2 * DAY).follow_ups == ()

    def test_what_is_gone_is_named_once(self, scratch: Scratch, environ: dict[str, str], place: str) -> None:
        """A force push dropped two of them; the next digest says so, and only that one, however often it is made."""
        gone = [scratch.git("rev-parse", "--short=7", name) for name in ("main", "main~1")]
        scratch.git("update-ref", "refs/heads/main", "main~2")
        scratch.commit("New", {"new.py": "1\n"}, at=NINE - 10 * HOUR)
        said = (
            f"2 commits reported on 2026-01-07 are no longer on the branch: `{gone[0]} Change 4`, `{gone[1]} Change 3`"
        )
        for _ in range(2):
            digest = told(environ, place)
            assert titles(digest) == ["New"]
            assert sorted(digest.notes[0]) == sorted(said)
        scratch.commit("Newer", {"new.py": "2\n"}, at=NINE + 10 * HOUR)
        assert told(environ, place, NINE + DAY).notes == ()

    def test_what_was_gone_and_is_back_is_named_once(
        self, scratch: Scratch, environ: dict[str, str], place: str
    ) -> None:
        """A force push dropped one; another brought it back as it was."""
        dropped = scratch.git("rev-parse", "main")
        scratch.git("update-ref", "refs/heads/main", "main~1")
        assert "is no longer on the branch" in told(environ, place).notes[0]
        scratch.git("update-ref", "refs/heads/main", dropped)
        back = f"1 commit reported on 2026-01-07 is on the branch again: `{dropped[:7]} Change 4`"
        for _ in range(2):
            assert told(environ, place, NINE + DAY).notes == (back,)
        assert told(environ, place, NINE + 2 * DAY).notes == ()

    @pytest.mark.parametrize("is_quiet", [True, False])
    def test_what_is_gone_is_named_whatever_its_date(
        self, scratch: Scratch, environ: dict[str, str], place: str, *, is_quiet: bool
    ) -> None:
        """No day lists what claims to be from 2099 or 2010: dropped, it is named all the same, and what stays is not."""
        for year in (2097, 2099, 2010):
            moment = datetime(year, 5, 1, tzinfo=UTC)
            scratch.commit(f"From {year}", {"odd.py": f"b = {year}\n"}, at=moment)
        scratch.commit("Change 5", {"app.py": "a = 5\n"}, at=NINE - 12 * HOUR)
        assert titles(told(environ, place)) == ["Change 5", "From 2010 (late)", "From 2097", "From 2099"]
        scratch.git("update-ref", "refs/heads/main", "main~3")
        if not is_quiet:
            scratch.commit("New", {"new.py": "1\n"}, at=NINE + 10 * HOUR)
        (note,) = told(environ, place, NINE + DAY).notes
        assert note.startswith("3 commits reported on 2026-01-08 are no longer on the branch: ")
        assert all(title in note for title in ("Change 5", "From 2010", "From 2099"))
        assert "2097" not in note

    def test_a_rebase_of_what_has_odd_dates_tells_nothing_again(
        self, scratch: Scratch, environ: dict[str, str], place: str
    ) -> None:
        """It is known by what it changes, and not called gone."""
        tip = scratch.tip()
        moment = datetime(2099, 5, 1, tzinfo=UTC)
        scratch.commit("From 2099", {"odd.py": "b = 1\n"}, at=moment)
        told(environ, place)
        tip = scratch.commit(
            "From 2099\n\nSigned-off-by: Ann", {"odd.py": "b = 1\n"}, at=moment, parents=[tip], branch="b"
        )
        scratch.git("update-ref", "refs/heads/main", tip)
        digest = told(environ, place, NINE + DAY)
        assert titles(digest) == []
        assert digest.notes == ("the branch's history was rewritten: 1 commit reported before now has another SHA",)

    def test_a_history_that_was_replaced_is_said_to_be(
        self, scratch: Scratch, environ: dict[str, str], place: str
    ) -> None:
        """By another root; of many commits a few are named."""
        tip = scratch.commit("Anew", {"a.py": "1\n"}, at=NINE - 11 * HOUR, parents=[], branch="anew")
        scratch.git("update-ref", "refs/heads/main", tip)
        digest = told(environ, place)
        assert titles(digest) == ["Anew"]
        assert digest.notes[0].startswith("5 commits reported on 2026-01-07 are no longer on the branch: `")

    def test_a_rebase_that_dates_all_anew_tells_nothing_again(
        self, scratch: Scratch, environ: dict[str, str], place: str
    ) -> None:
        """Not even the time of authorship is the same; what the commits change is. The day counts as one without commits."""
        tip = scratch.git("rev-parse", "main~5")
        for number in range(5):
            moment = NINE - 14 * HOUR + number * HOUR
            tip = scratch.commit(
                f"Change {number}", {"app.py": f"a = {number}\n"}, at=moment, parents=[tip], branch="b"
            )
        scratch.git("update-ref", "refs/heads/main", tip)
        digest = told(environ, place)
        assert titles(digest) == []
        assert digest.notes == ("the branch's history was rewritten: 5 commits reported before now have other SHAs",)
        assert outline(digest, general()).counts.startswith("Nothing new landed: ")
        assert told(environ, place, NINE + DAY).notes == ()

    def test_a_title_from_outside_is_only_a_title(self, scratch: Scratch, environ: dict[str, str], place: str) -> None:
        """No mention, link or end of ours is forged by what is gone, and a long one is cut."""
        scratch.commit(
            f"Say `hi` <!channel> [x](http://x) {'x' * 200}", {"app.py": "a = 9\n"}, at=NINE - 40 * HOUR + 5 * HOUR
        )
        told(environ, place, NINE - DAY)
        scratch.git("update-ref", "refs/heads/main", "main~1")
        (note,) = told(environ, place).notes
        assert note.count("`") == 2
        assert len(note) < 250
