"""What digests told, what the days before were like, what runs cost."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from made import DAY, NOON, a_commit, a_digest, an_entry

from analysis.commits.commit import FileChange
from analysis.commits.title import ChangeType
from analysis.commits.window import Window
from analysis.digest.digest import Digest, RunCard
from analysis.entry import Entry, Theme, Usage
from storage.commits import Commits
from storage.digests import Digests
from storage.store import Store

REPO = "example/quill"
WEEK_AGO = DAY.first - timedelta(days=7)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "s.db")


def told(store: Store, digest: Digest) -> None:
    """Store a digest as a run does: its commits, their triage, and that they were told."""
    Commits(store).put(entry.commit for entry in digest.entries)
    Commits(store).put_triage(digest.entries)
    Digests(store).put(digest)


def day_before(days: int, *entries: Entry, **changes: Any) -> Digest:
    """A digest of a day before DAY, whose entries landed at noon."""
    window = Window.of(DAY.first - timedelta(days=days), DAY.zone)
    moved = [
        replace(entry, commit=replace(entry.commit, committed_at=NOON - timedelta(days=days))) for entry in entries
    ]
    fields: dict[str, Any] = {"window": window, "built_at": window.end}
    return a_digest(*moved, **fields | changes)


def test_remembers_what_was_told_in_which_window(store: Store) -> None:
    """A commit that was told is found with the window of its digest."""
    digest = a_digest(an_entry(), an_entry(late=True))
    told(store, digest)
    found = Digests(store).reported(REPO, "main", DAY.zone, WEEK_AGO)
    assert found.closed == (DAY,)
    assert found.where == {entry.commit.sha: DAY for entry in digest.entries}


@pytest.mark.parametrize(
    "asked",
    [
        ("example/other", "main", DAY.zone, WEEK_AGO),
        (REPO, "next", DAY.zone, WEEK_AGO),
        (REPO, "main", "UTC", WEEK_AGO),
        (REPO, "main", DAY.zone, DAY.first + timedelta(days=1)),
    ],
    ids=["repository", "branch", "zone", "day"],
)
def test_what_was_told_elsewhere_was_not_told_here(store: Store, asked: tuple[str, str, str, date]) -> None:
    """Each repository, branch and zone has digests of its own."""
    told(store, a_digest(an_entry()))
    found = Digests(store).reported(*asked)
    assert (found.closed, found.where) == ((), {})


def test_a_digest_made_before_its_day_was_over_does_not_close_it(store: Store) -> None:
    """What lands later that day is not late."""
    told(store, a_digest(an_entry(), built_at=DAY.end - timedelta(seconds=1)))
    assert Digests(store).reported(REPO, "main", DAY.zone, WEEK_AGO).closed == ()
    told(store, a_digest(an_entry(), built_at=DAY.end))
    assert Digests(store).reported(REPO, "main", DAY.zone, WEEK_AGO).closed == (DAY,)


def test_a_digest_made_again_takes_the_place_of_the_first(store: Store) -> None:
    """What it no longer tells was not told."""
    first, second = an_entry(), an_entry()
    told(store, a_digest(first, second))
    told(store, a_digest(second))
    assert list(Digests(store).reported(REPO, "main", DAY.zone, WEEK_AGO).where) == [second.commit.sha]


def test_knows_what_the_days_before_were_like(store: Store) -> None:
    """Over those days of the last seven that have a digest of their own."""
    files = (FileChange("quill/a.py", "modified", 8, 2), FileChange("tests/test_a.py", "modified", 50, 0))
    high = an_entry(a_commit(files=files), "high")
    revert = an_entry(a_commit(files=files), types=(ChangeType.REVERT,))
    told(store, day_before(1, high, revert))
    told(store, day_before(3, an_entry(a_commit(files=files))))
    average = Digests(store).average(REPO, "main", DAY)
    assert average is not None
    assert (average.days, average.commits, average.high, average.reverts) == (2, 1.5, 0.5, 0.5)
    assert average.product_lines == 15


def test_only_what_those_days_told_counts_for_their_average(store: Store) -> None:
    """Commits that are known from elsewhere (a week's digest, another branch) make no day busier than it was."""
    told(store, day_before(1, an_entry()))
    week = Window(DAY.first - timedelta(days=7), DAY.first - timedelta(days=1), DAY.zone)
    told(store, day_before(2, *(an_entry() for _ in range(20)), window=week))
    told(store, day_before(3, *(an_entry() for _ in range(20)), branch="next"))
    told(store, day_before(4, *(an_entry() for _ in range(20)), built_at=NOON - timedelta(days=4)))
    average = Digests(store).average(REPO, "main", DAY)
    assert average is not None
    assert (average.days, average.commits) == (1, 1.0)


def test_a_day_without_commits_is_a_day_of_the_average(store: Store) -> None:
    """A quiet day halves it."""
    told(store, day_before(1, an_entry()))
    told(store, day_before(2))
    average = Digests(store).average(REPO, "main", DAY)
    assert average is not None
    assert (average.days, average.commits) == (2, 0.5)


def test_without_days_before_there_is_nothing_to_compare_with(store: Store) -> None:
    """None, and not zero; the day itself and those of eight days ago do not count."""
    told(store, a_digest(an_entry()))
    told(store, day_before(8, an_entry()))
    assert Digests(store).average(REPO, "main", DAY) is None


def test_remembers_an_overview_under_its_key(store: Store) -> None:
    """It is asked for once."""
    themes = (Theme("缓存：更快。", ("a" * 40,)), Theme("Quiet otherwise."))
    assert Digests(store).overview("k") is None
    Digests(store).put_overview("k", themes, NOON)
    assert Digests(store).overview("k") == themes


def test_counts_what_runs_have_spent_since_a_moment(store: Store) -> None:
    """In and out together, and the cost where prices are known."""
    digests = Digests(store)
    run = RunCard(usage=Usage(calls=2, tokens_in=100, tokens_out=10), cost=0.5)
    for hours in (0, 1, 2):
        digest = a_digest(built_at=NOON + timedelta(hours=hours))
        digests.put_run(digest, run if hours else replace(run, cost=None), 0)
    assert digests.spent(NOON) == (330, 1.0)
    assert digests.spent(NOON + timedelta(hours=1)) == (220, 1.0)
    assert digests.spent(NOON + timedelta(hours=3)) == (0, 0.0)
