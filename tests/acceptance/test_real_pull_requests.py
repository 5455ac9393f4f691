"""The recorded day's pull requests over the strict GraphQL: how few queries they take, and what a day is where GitHub fails."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from acceptance.recorded import replay
from servers.waiting import hurry

from analysis.commits.pull_request import Gap
from analysis.commits.window import Window
from analysis.digest.digest import Digest
from bot.config import load
from bot.digests.core import open_core
from bot.digests.repositories import Place

REPO = "sgl-project/sglang"
ON_GITHUB = Place(REPO)
DAY = Window.of(date(2026, 1, 8), "Asia/Shanghai")
NEXT_DAY = Window.of(date(2026, 1, 9), "Asia/Shanghai")
MORNING = datetime(2026, 1, 9, 1, tzinfo=UTC)
COMMITS, KNOWN = 49, 46
"""Of three commits nobody knows the pull request."""


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that clients would have waited."""
    return hurry(monkeypatch)


class Bot:
    """Daybrief with one store over one replay; each digest is made by a new process, so to speak."""

    def __init__(self, server: Any, store: Path, environ: dict[str, str]) -> None:
        self.server = server
        github = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "replay-token"}
        self.environ = environ | github | {"DAYBRIEF_STORE__PATH": str(store)}

    def digest(self, window: Window = DAY, now: datetime = MORNING, place: Place = ON_GITHUB) -> tuple[Digest, int]:
        """Return a digest, and how many queries it took."""
        before = self.queries()
        core = open_core(load(self.environ), lambda: now)
        try:
            made = core.digest(core.sources.open(place), window, "en", core.analyser(), lambda *_: None)[0]
        finally:
            core.stores.store.close()
        return made, self.queries() - before

    def queries(self) -> int:
        found: int = self.server.replay.stats.as_json()["by_route"].get("graphql", 0)
        return found


@pytest.fixture
def bot(tmp_path: Path, environ: dict[str, str]) -> Iterator[Bot]:
    with replay() as server:
        yield Bot(server, tmp_path / "store.db", environ)
        assert server.replay.stats.as_json()["unrouted"] == []


def known(digest: Digest) -> int:
    assert len(digest.entries) == COMMITS
    return sum(entry.pull_request is not None for entry in digest.entries)


def test_two_queries_then_none_then_one_a_morning(bot: Bot) -> None:
    """The second of the day asks for the issues that descriptions name, and for commits whose number nobody knows."""
    digest, queries = bot.digest()
    assert (known(digest), digest.run.unread, queries) == (KNOWN, None, 2)
    again, none = bot.digest(now=MORNING + timedelta(hours=1))
    assert (again.entries, none) == (digest.entries, 0)
    quiet, one = bot.digest(NEXT_DAY, MORNING + timedelta(days=1))
    assert (quiet.run.unread, one) == (None, 1)
    assert bot.digest(NEXT_DAY, MORNING + timedelta(days=1, hours=1))[1] == 0


def test_a_clone_with_a_name_gets_them_too(bot: Bot, bundle: Path) -> None:
    """Its commits have other SHAs than GitHub's: numbers and titles tell whose they are."""
    digest, queries = bot.digest(place=Place(REPO, str(bundle)))
    assert (known(digest), digest.run.unread, queries) == (KNOWN, None, 2)


def test_they_say_what_people_wrote(bot: Bot) -> None:
    """Descriptions, labels, the issues that they close."""
    pulls = {pull.number: pull for entry in bot.digest()[0].entries if (pull := entry.pull_request)}
    assert sum(bool(pull.body) for pull in pulls.values()) > 40
    assert [issue.number for issue in pulls[16445].issues if issue.closes] == [16132]
    assert all(pull.merged_at and pull.merge_commit for pull in pulls.values())


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        ({"fault_first": 1, "fault_kinds": ["502"]}, 4),
        ({"fault_every": 2, "fault_kinds": ["502"]}, 8),
        ({"fault_every": 2, "fault_kinds": ["500", "503", "reset", "truncate"]}, 6),
        ({"fault_every": 2, "fault_kinds": ["graphql_partial"]}, 5),
        ({"fault_every": 2, "fault_kinds": ["graphql_resources"]}, 6),
        ({"graphql_timeout_objects": 200}, 12),
        ({"graphql_resource_objects": 200}, 12),
    ],
    ids=str,
)
def test_what_fails_now_and_then_is_had_all_the_same(bot: Bot, settings: dict[str, Any], most: int) -> None:
    """A query that is too much is cut; what is missing from an answer is asked for again."""
    bot.server.replay.configure({"fault_routes": ["graphql"], **settings})
    digest, queries = bot.digest()
    assert (known(digest), digest.run.unread) == (KNOWN, None)
    assert queries <= most


@pytest.mark.parametrize(
    ("settings", "gap", "most"),
    [
        ({"fault_every": 1, "fault_kinds": ["502"]}, Gap.OUTAGE, 9),
        ({"fault_every": 1, "fault_kinds": ["503", "reset"]}, Gap.OUTAGE, 9),
        ({"fault_every": 1, "fault_kinds": ["graphql_error"]}, Gap.OUTAGE, 1),
        ({"graphql_limit": 0}, Gap.LIMIT, 1),
        ({"graphql_limit": 0, "graphql_limit_type": "RATE_LIMITED"}, Gap.LIMIT, 1),
    ],
    ids=str,
)
def test_where_they_cannot_be_had_the_digest_goes_on_and_the_next_run_has_them(
    bot: Bot, settings: dict[str, Any], gap: Gap, most: int
) -> None:
    """It says so, and it does not try for long."""
    bot.server.replay.configure({"fault_routes": ["graphql"], **settings})
    digest, queries = bot.digest()
    assert digest.run.unread
    assert (known(digest), digest.run.unread.gap, digest.run.unread.count) == (0, gap, COMMITS)
    assert 1 <= queries <= most
    bot.server.replay.reset()
    mended, queries = bot.digest(now=MORNING + timedelta(hours=1))
    assert (known(mended), mended.run.unread, queries) == (KNOWN, None, 2)


@pytest.mark.parametrize(
    ("settings", "gap"),
    [
        ({"secondary_after": 1, "secondary_status": 403}, Gap.LIMIT),
        ({"secondary_after": 1, "secondary_status": 429}, Gap.LIMIT),
        ({"secondary_after": 1, "secondary_status": 200}, Gap.LIMIT),
        ({"secondary_after": 1, "secondary_retry_after": False}, Gap.LIMIT),
        ({"revoke_after": 1}, Gap.UNAUTHORISED),
    ],
    ids=str,
)
def test_where_github_has_had_enough_after_the_list_a_day_that_is_known_is_told(
    bot: Bot, settings: dict[str, Any], gap: Gap
) -> None:
    """The commits are in the store, and one query is all that is tried."""
    bot.server.replay.configure({"graphql_limit": 0})
    bot.digest()
    bot.server.replay.reset()
    bot.server.replay.configure(settings)
    digest, queries = bot.digest(now=MORNING + timedelta(hours=1))
    assert digest.run.unread
    assert (known(digest), digest.run.unread.gap, digest.run.unread.count, queries) == (0, gap, COMMITS, 1)
    bot.server.replay.reset()
    mended, queries = bot.digest(now=MORNING + timedelta(hours=2))
    assert (known(mended), mended.run.unread, queries) == (KNOWN, None, 2)
