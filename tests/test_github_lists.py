"""Recent commits on GitHub are listed by a branch's newest page: free while nothing landed, one request when something did."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from servers.github import GitHubServer
from servers.loopback import Reply, Request, as_json
from servers.scratch import NOON, Scratch
from servers.shelf import Shelf
from servers.waiting import hurry

from analysis.errors import Outage
from analysis.sources.github_lists import CommitLists
from analysis.sources.github_requests import GitHub, Requests

REPO = "ann/scratch"
WEEK = (NOON - timedelta(days=7), NOON + timedelta(days=1))
TODAY = (NOON - timedelta(hours=12), NOON + timedelta(hours=12))


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that clients would have waited."""
    return hurry(monkeypatch)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "scratch.git")
    made.line(250, at=NOON - timedelta(days=3))
    return made


@pytest.fixture
def server(scratch: Scratch) -> Iterator[GitHubServer]:
    with GitHubServer({REPO: scratch.path}) as running:
        yield running


def lists(server: GitHubServer, shelf: Shelf | None, now: datetime = NOON) -> CommitLists:
    return CommitLists(Requests(GitHub(server.url, "test-token")), REPO, "", shelf, lambda: now)


def listed(server: GitHubServer, shelf: Shelf | None, span: tuple[datetime, datetime] = WEEK) -> list[str]:
    """Return the titles of a span."""
    return [item["commit"]["message"].strip() for item in lists(server, shelf).span(*span) or []]


def statuses(server: GitHubServer) -> list[int]:
    found = [asked.status for asked in server.requests]
    server.requests.clear()
    return found


def test_an_unchanged_branch_costs_nothing_whatever_is_asked_of_it(server: GitHubServer, scratch: Scratch) -> None:
    """A poll has listed it; the morning asks for other days, and GitHub counts no request."""
    shelf = Shelf()
    assert listed(server, shelf) == listed(server, None)
    statuses(server)
    for span in (WEEK, TODAY, (WEEK[0] + timedelta(days=1), TODAY[1])):
        found = listed(server, shelf, span)
        assert statuses(server) == [304]
        assert found == listed(server, None, span)
        statuses(server)
    scratch.commit("One more", at=NOON)
    listed(server, shelf, TODAY)
    assert statuses(server) == [200]


def test_an_unchanged_branch_is_asked_for_once(server: GitHubServer) -> None:
    shelf = Shelf()
    listed(server, shelf)
    statuses(server)
    one = lists(server, shelf)
    one.span(*WEEK)
    one.newest()
    assert statuses(server) == [304]


def test_what_was_pushed_joins_what_was_listed(server: GitHubServer, scratch: Scratch) -> None:
    """Also more than a page of it, and what a merge of an old branch brought."""
    shelf = Shelf()
    listed(server, shelf)
    base = scratch.tip()
    for number in range(3):
        scratch.commit(
            f"Aside {number}", at=NOON - timedelta(hours=2), branch="aside", parents=[base] if not number else None
        )
    scratch.commit("Merge", parents=[scratch.tip(), scratch.tip("aside")], at=NOON)
    assert listed(server, shelf) == listed(server, None)
    for number in range(120):
        scratch.commit(f"Later {number}", at=NOON + timedelta(seconds=number))
    assert sorted(listed(server, shelf)) == sorted(listed(server, None))


def test_what_was_taken_from_the_branch_is_gone(server: GitHubServer, scratch: Scratch) -> None:
    """A rewritten history has other commits."""
    shelf = Shelf()
    base = scratch.tip()
    scratch.commit("Taken back", at=NOON)
    assert "Taken back" in listed(server, shelf)
    scratch.commit("In its place", at=NOON, parents=[base])
    found = listed(server, shelf)
    assert found[0] == "In its place"
    assert "Taken back" not in found
    assert found == listed(server, None)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_always_the_list_that_github_has(tmp_path: Path, seed: int) -> None:
    """However commits, merges, wrong clocks and looks follow each other."""
    dice, shelf = random.Random(seed), Shelf()  # noqa: S311 - no secret, the same each time
    scratch = Scratch(tmp_path / "r")
    scratch.line(dice.choice([5, 110]), at=NOON - timedelta(days=2))
    with GitHubServer({REPO: scratch.path}) as server:
        for step in range(25):
            at = NOON - timedelta(hours=20) + timedelta(minutes=30 * step)
            tip = scratch.tip()
            kind = dice.random()
            if kind < 0.2:
                scratch.commit(f"Aside {step}", at=at, branch=f"b{step}", parents=[tip])
                scratch.commit(f"Trunk {step}", at=at)
                scratch.commit(f"Merge {step}", at=at, parents=[scratch.tip(), scratch.tip(f"b{step}")])
            elif kind < 0.3:
                scratch.commit(f"Late {step}", at=at - timedelta(hours=dice.choice([1, 30])))
            elif kind < 0.4:
                scratch.commit(f"Rewritten {step}", at=at, parents=[scratch.git("rev-parse", "main~1")])
            else:
                scratch.commit(f"Commit {step}", at=at)
            if dice.random() < 0.5:
                assert sorted(listed(server, shelf)) == sorted(listed(server, None)), step


@pytest.mark.parametrize("answer", [[{}], [None], [{"sha": None}], [{"commit": None}]])
def test_a_list_without_what_every_commit_has_is_an_outage(scratch: Scratch, answer: object) -> None:
    class Odd(GitHubServer):
        def reply(self, request: Request) -> Reply:
            return Reply(200, as_json(answer))

    with Odd({REPO: scratch.path}) as server, pytest.raises(Outage, match="without what every commit has"):
        listed(server, Shelf())


def test_a_list_that_leads_to_itself_ends(scratch: Scratch) -> None:
    """A proxy that forgets the page's number would have it listed for ever."""

    class Circle(GitHubServer):
        def reply(self, request: Request) -> Reply:
            return super().reply(replace(request, query={**request.query, "page": "1"}))

    with Circle({REPO: scratch.path}) as server:
        for shelf in (None, Shelf()):
            with pytest.raises(Outage, match="again and again"):
                listed(server, shelf)


def test_an_unchanged_that_nobody_asked_for_is_an_outage(scratch: Scratch) -> None:
    class Proxy(GitHubServer):
        def reply(self, request: Request) -> Reply:
            return Reply(304)

    with Proxy({REPO: scratch.path}) as server, pytest.raises(Outage, match="unchanged although it was never fetched"):
        listed(server, Shelf())
