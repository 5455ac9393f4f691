"""What is asked of GitHub, and what becomes of its failures: few requests, patience, and sentences that tell the way out."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.github import GitHubServer
from servers.github_objects import PatchLimits
from servers.loopback import Loopback, Reply, Request, as_json
from servers.scratch import NOON, Scratch
from servers.shelf import Shelf
from servers.waiting import hurry

from analysis.commits.commit import Commit
from analysis.errors import BadInput, NotFound, Outage, Problem, RateLimited
from analysis.sources.github_requests import GitHub, Requests
from analysis.sources.github_rest import GitHubRepository

REPO = "ann/scratch"
DAY = (NOON - timedelta(hours=12), NOON + timedelta(hours=12))


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that clients would have waited."""
    return hurry(monkeypatch)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A repository with three commits on the day, and one before it."""
    made = Scratch(tmp_path / "scratch.git")
    made.commit("Before", {"a.py": "0\n"}, at=NOON - timedelta(days=1))
    for number in (1, 2, 3):
        made.commit(f"Commit {number}", {"a.py": f"{number}\n"}, at=NOON + timedelta(minutes=number))
    return made


@pytest.fixture
def server(scratch: Scratch) -> Iterator[GitHubServer]:
    with GitHubServer({REPO: scratch.path}) as running:
        yield running
        assert running.unrouted == []


def opened(server: Loopback, name: str = REPO, token: str = "test-token", **options: Any) -> GitHubRepository:  # noqa: S107 - the server's own
    return GitHubRepository(Requests(GitHub(server.url, token)), name, **options)


def subjects(source: GitHubRepository, span: tuple[datetime, datetime] = DAY) -> list[str]:
    return [head.subject for head in source.landed(*span).heads]


def fetched(source: GitHubRepository, heads: tuple[Commit, ...], width: int = 4) -> list[Commit]:
    with ThreadPoolExecutor(width) as executor:
        return list(source.fetch(heads, executor))


class TestRequests:
    def test_one_for_a_page_and_one_for_a_commit(self, server: GitHubServer) -> None:
        source = opened(server)
        commits = fetched(source, source.landed(*DAY).heads)
        assert sorted(commit.subject for commit in commits) == ["Commit 1", "Commit 2", "Commit 3"]
        assert len(server.requests) == server.count("commits.list", 200) + server.count("commits.get", 200) == 1 + 3

    @pytest.mark.parametrize(("count", "pages"), [(100, 1), (101, 2), (230, 3)])
    def test_a_page_holds_a_hundred(self, tmp_path: Path, count: int, pages: int) -> None:
        scratch = Scratch(tmp_path / "r")
        scratch.line(count)
        with GitHubServer({REPO: scratch.path}) as server:
            assert subjects(opened(server)) == [f"Number {number}" for number in range(count - 1, -1, -1)]
            assert len(server.requests) == server.count("commits.list", 200) == pages

    def test_what_is_pushed_between_two_pages_gives_no_commit_twice(self, tmp_path: Path) -> None:
        scratch = Scratch(tmp_path / "r")
        scratch.line(150)

        class Growing(GitHubServer):
            def reply(self, request: Request) -> Reply:
                if request.query.get("page") == "2":
                    scratch.commit("Pushed meanwhile", {"a": "1\n"}, at=NOON + timedelta(hours=1))
                return super().reply(request)

        with Growing({REPO: scratch.path}) as server:
            assert subjects(opened(server)) == [f"Number {number}" for number in range(149, -1, -1)]

    def test_an_unchanged_list_is_answered_by_304(self, server: GitHubServer, scratch: Scratch) -> None:
        shelf = Shelf()
        first = opened(server, pages=shelf).landed(*DAY)
        assert opened(server, pages=shelf).landed(*DAY) == first
        assert [asked.status for asked in server.requests] == [200, 304]
        scratch.commit("Commit 4", {"a.py": "4\n"}, at=NOON + timedelta(minutes=4))
        assert subjects(opened(server, pages=shelf)) == ["Commit 4", "Commit 3", "Commit 2", "Commit 1"]

    def test_unchanged_pages_are_followed_to_the_last(self, tmp_path: Path) -> None:
        scratch, shelf = Scratch(tmp_path / "r"), Shelf()
        scratch.line(150)
        with GitHubServer({REPO: scratch.path}) as server:
            assert len({*subjects(opened(server, pages=shelf)), *subjects(opened(server, pages=shelf))}) == 150
            assert [asked.status for asked in server.requests] == [200, 200, 304, 304]

    def test_files_come_three_hundred_a_page(self, tmp_path: Path) -> None:
        scratch = Scratch(tmp_path / "r")
        scratch.commit("Many", {f"d/{number:04}": "x\n" for number in range(650)})
        with GitHubServer({REPO: scratch.path}) as server:
            commit = opened(server).resolve("main")
            assert (len({file.path for file in commit.files}), commit.more_files, len(server.requests)) == (
                650,
                False,
                3,
            )

    def test_three_thousand_files_may_not_be_all(self, tmp_path: Path) -> None:
        scratch = Scratch(tmp_path / "r")
        scratch.commit("Too many", {f"d/{number:04}": "x\n" for number in range(3_100)})
        with GitHubServer({REPO: scratch.path}) as server:
            commit = opened(server).resolve("main")
            assert (len(commit.files), commit.more_files, len(server.requests)) == (3_000, True, 10)

    def test_patches_that_the_json_lacks_cost_one_more(self, scratch: Scratch) -> None:
        with GitHubServer({REPO: scratch.path}, patches=PatchLimits(file_lines=0)) as server:
            (file,) = opened(server).resolve("main").files
            assert (file.patch, file.unseen) == ("@@ -1 +1 @@\n-2\n+3", None)
            assert server.count("commits.get") == 2

    def test_patches_that_cannot_be_had_are_marked(self, scratch: Scratch) -> None:
        with GitHubServer({REPO: scratch.path}, patches=PatchLimits(file_lines=0)) as server:
            server.diff_lines = 1
            (file,) = opened(server).resolve("main").files
            assert (file.additions, file.deletions, file.patch, file.unseen) == (1, 1, None, "too large")

    def test_a_page_of_html_is_no_diff(self, scratch: Scratch) -> None:
        """It would look like a diff in which the file does not stand."""

        class SignIn(GitHubServer):
            def reply(self, request: Request) -> Reply:
                if "diff" in request.headers["accept"]:
                    return Reply(200, b"<html>Sign in</html>", {"Content-Type": "text/html"})
                return super().reply(request)

        with (
            SignIn({REPO: scratch.path}, patches=PatchLimits(file_lines=0)) as server,
            pytest.raises(Outage, match="did not answer with GitHub's JSON"),
        ):
            opened(server).resolve("main")

    def test_the_branch_that_is_asked_for(self, server: GitHubServer, scratch: Scratch) -> None:
        scratch.commit("Aside", {"b": "1\n"}, parents=[scratch.tip()], branch="fix/it")
        assert "Aside" in subjects(opened(server, branch="fix/it"))
        assert "Aside" not in subjects(opened(server))

    def test_only_so_many_at_once(self, server: GitHubServer) -> None:
        source = opened(server)
        heads = source.landed(*DAY).heads
        server.latency = 0.02
        fetched(source, heads * 4, width=3)
        assert server.peak == 3

    def test_an_enterprise_server_has_its_own_address(self, server: GitHubServer) -> None:
        assert len(subjects(GitHubRepository(Requests(GitHub(f"{server.url}/api/v3", "test-token")), REPO))) == 3

    def test_a_token_stays_out_of_what_is_printed(self) -> None:
        assert "secret" not in repr(GitHub(token="secret"))  # noqa: S106 - not a real one


class TestNames:
    def test_a_renamed_repository_is_noticed(self, server: GitHubServer) -> None:
        """The redirect drops the span that was asked for, so the list is asked for anew."""
        server.rename(REPO, "ann/new")
        source = opened(server)
        listing = source.landed(*DAY)
        assert [head.subject for head in listing.heads] == ["Commit 3", "Commit 2", "Commit 1"]
        assert (listing.repo, source.repo, {head.repo for head in listing.heads}) == ("ann/new", "ann/new", {"ann/new"})
        assert listing.notes == ("ann/scratch is now called ann/new: use the new name",)
        assert [asked.status for asked in server.requests] == [301, 200, 200]

    def test_a_renamed_repository_with_many_commits(self, tmp_path: Path) -> None:
        scratch = Scratch(tmp_path / "r")
        scratch.line(250)
        with GitHubServer({"ann/new": scratch.path}, renames={REPO: "ann/new"}) as server:
            assert len(set(subjects(opened(server)))) == 250
            assert len(server.requests) == 2 + 3

    def test_a_renamed_repository_is_known_again_by_its_answer(self, server: GitHubServer) -> None:
        server.rename(REPO, "ann/new")
        shelf = Shelf()
        for _ in range(2):
            assert opened(server, pages=shelf).landed(*DAY).repo == "ann/new"
        assert server.count("commits.list", 304) == 2

    def test_a_large_commit_of_a_renamed_repository(self, tmp_path: Path) -> None:
        scratch = Scratch(tmp_path / "r")
        scratch.commit("Many", {f"d/{number:04}": "x\n" for number in range(650)})
        with GitHubServer({"ann/new": scratch.path}, renames={REPO: "ann/new"}) as server:
            assert len({file.path for file in opened(server).resolve("main").files}) == 650

    def test_a_name_is_written_as_github_writes_it(self, server: GitHubServer) -> None:
        listing = opened(server, "Ann/SCRATCH").landed(*DAY)
        assert (listing.repo, listing.notes, len(server.requests)) == (REPO, (), 1)

    def test_an_unknown_repository(self, server: GitHubServer) -> None:
        with pytest.raises(NotFound) as caught:
            opened(server, "ann/nothing").landed(*DAY)
        assert str(caught.value) == (
            "GitHub has no repository ann/nothing, or this token may not see it: check the name and [github] token."
        )

    def test_a_private_repository_without_a_token(self, scratch: Scratch) -> None:
        with GitHubServer({REPO: scratch.path}, private={REPO}) as server:
            with pytest.raises(NotFound, match="no repository ann/scratch, or it is private and needs a token"):
                opened(server, token="").landed(*DAY)
            assert len(subjects(opened(server))) == 3

    def test_an_unknown_branch(self, server: GitHubServer) -> None:
        with pytest.raises(NotFound, match="GitHub has no repository ann/scratch with a branch 'no-such'"):
            opened(server, branch="no-such").landed(*DAY)

    def test_an_empty_repository(self, tmp_path: Path) -> None:
        with GitHubServer({REPO: Scratch(tmp_path / "r").path}) as server:
            listing = opened(server).landed(*DAY)
            assert (listing.heads, listing.notes) == ((), ("the repository has no commits yet",))
            with pytest.raises(NotFound, match="ann/scratch has no commits yet"):
                opened(server).resolve("main")

    @pytest.mark.parametrize("ref", ["0" * 40, "no/such", "abcdef1"])
    def test_an_unknown_commit(self, server: GitHubServer, ref: str) -> None:
        with pytest.raises(NotFound, match=f"ann/scratch has no commit '{ref}': give a SHA from its history"):
            opened(server).resolve(ref)

    def test_a_commit_is_found_by_any_of_its_names(self, server: GitHubServer, scratch: Scratch) -> None:
        scratch.commit("Aside", {"b": "1\n"}, parents=[scratch.tip()], branch="fix/it#1")
        sha = scratch.tip()
        assert {opened(server).resolve(name).sha for name in (sha, sha[:7], "main")} == {sha}
        assert opened(server).resolve("fix/it#1").subject == "Aside"

    def test_a_commit_without_an_author(self) -> None:
        """GitHub's answer may have none: https://docs.github.com/en/rest/commits/commits#get-a-commit."""

        class Nobody(Loopback):
            def reply(self, request: Request) -> Reply:
                commit = {"author": None, "committer": {"date": "2026-01-08T12:00:00Z"}, "message": "Anonymous"}
                item: dict[str, Any] = {
                    "sha": "a" * 40,
                    "html_url": "",
                    "parents": [],
                    "author": None,
                    "commit": commit,
                }
                return Reply(200, as_json([item]))

        with Nobody() as server:
            (head,) = opened(server, pages=Shelf()).landed(*DAY).heads
        assert (head.author, head.login, head.authored_at) == ("", None, NOON)


class TestFaults:
    @pytest.mark.parametrize("kind", ["500", "502", "503", "reset", "truncate"])
    @pytest.mark.parametrize("route", ["commits.list", "commits.get"])
    def test_what_passes_is_waited_for(self, server: GitHubServer, kind: Any, route: str) -> None:
        server.fail(times=2, kinds=(kind,), routes=(route,))
        source = opened(server)
        assert len(fetched(source, source.landed(*DAY).heads, width=1)) == 3
        assert server.count(route) == server.count(route, 200) + (0 if kind == "truncate" else 2)

    @pytest.mark.parametrize(
        ("kind", "reason"),
        [
            ("502", "it kept answering with errors"),
            ("reset", "the connection failed"),
            ("truncate", "its answers broke off"),
        ],
    )
    def test_what_does_not_pass_is_told(self, server: GitHubServer, kind: Any, reason: str) -> None:
        server.fail(times=1_000, kinds=(kind,))
        with pytest.raises(Outage) as caught:
            opened(server).landed(*DAY)
        assert str(caught.value) == (
            f"GitHub at {server.url} did not answer a request for ann/scratch ({reason}): try again later; nothing was skipped."
        )
        assert len(server.requests) < 10

    def test_a_server_that_is_not_there(self, scratch: Scratch) -> None:
        with GitHubServer({REPO: scratch.path}) as server:
            pass
        with pytest.raises(Outage, match="did not answer a request for ann/scratch"):
            opened(server).landed(*DAY)

    @pytest.mark.parametrize("route", ["commits.list", "commits.get"])
    def test_a_page_of_html_is_no_quiet_day(self, server: GitHubServer, route: str) -> None:
        server.fail(times=1_000, kinds=("html",), routes=(route,))
        source = opened(server)
        with pytest.raises(
            Outage, match=r"did not answer with GitHub's JSON: check \[github\] base_url, and any proxy"
        ):
            fetched(source, source.landed(*DAY).heads)

    @pytest.mark.parametrize("body", ["{}", "null", "3", '{"message": "hello"}', "[1"])
    def test_an_answer_of_another_shape_is_no_quiet_day(self, body: str) -> None:
        class Other(Loopback):
            def reply(self, request: Request) -> Reply:
                return Reply(200, body.encode(), {"Content-Type": "application/json"})

        with Other() as server, pytest.raises(Outage, match="did not answer with GitHub's JSON"):
            opened(server).landed(*DAY)

    @pytest.mark.parametrize("address", ["https://127.0.0.1/elsewhere", "http://localhost:1/"])
    def test_a_redirect_to_another_address(self, address: str) -> None:
        class Moved(Loopback):
            def reply(self, request: Request) -> Reply:
                return Reply(301, b"", {"Location": address})

        with (
            Moved() as server,
            pytest.raises(BadInput, match=r"redirects to another address: correct \[github\] base_url"),
        ):
            opened(server).landed(*DAY)

    def test_a_failure_half_way_keeps_what_was_fetched_and_asks_no_more(self, tmp_path: Path) -> None:
        scratch = Scratch(tmp_path / "r")
        scratch.line(30)
        got: list[Commit] = []
        with GitHubServer({REPO: scratch.path}, token_limit=11) as server:
            source = opened(server)
            heads = source.landed(*DAY).heads
            with ThreadPoolExecutor(2) as executor, pytest.raises(RateLimited):
                got.extend(source.fetch(heads, executor))
            assert server.count("commits.get", 403) <= 2  # those under way
        assert len(got) == 10

    def test_who_stops_early_leaves_nothing_waiting(self, server: GitHubServer) -> None:
        source = opened(server)
        heads = source.landed(*DAY).heads
        with ThreadPoolExecutor(1) as executor:
            commits = source.fetch(heads * 20, executor)
            next(commits)
            commits.close()  # type: ignore[attr-defined]  # it is a generator
        assert server.count("commits.get") < 10


class TestLimits:
    @pytest.mark.parametrize("status", [403, 429])
    def test_the_hours_limit_is_told_with_its_renewal(self, server: GitHubServer, status: Any) -> None:
        server.token_limit, server.limit_status = 0, status
        before = datetime.now(UTC)
        with pytest.raises(RateLimited) as caught:
            opened(server).landed(*DAY)
        until = caught.value.until
        assert until is not None
        assert timedelta(minutes=59) < until - before < timedelta(minutes=61)
        assert str(caught.value) == (
            f"GitHub's request limit is used up until {until:%H:%M} UTC; what was fetched is kept, "
            "and the next run continues from there."
        )
        assert len(server.requests) == 1

    def test_without_a_token_one_is_recommended(self, server: GitHubServer) -> None:
        server.anonymous_limit = 0
        with pytest.raises(RateLimited, match=r"A token raises it from 60 to 5,000 an hour: set \[github\] token\.$"):
            opened(server, token="").landed(*DAY)

    def test_a_limit_that_is_renewed_soon_is_waited_for(self, server: GitHubServer, slept: list[float]) -> None:
        server.token_limit, server.window = 1, 0.04
        source = opened(server)
        assert len(subjects(source)) == len(subjects(source)) == 3
        assert max(slept, default=0) < 3

    @pytest.mark.parametrize("status", [403, 429])
    def test_the_secondary_limit_is_waited_for(self, server: GitHubServer, slept: list[float], status: Any) -> None:
        server.limit_secondary(seconds=0.04, status=status)
        assert len(subjects(opened(server))) == 3
        assert slept[0] == 1  # as Retry-After says, in whole seconds

    @pytest.mark.parametrize("status", [403, 429])
    def test_a_long_secondary_limit_is_told_at_once(
        self, server: GitHubServer, slept: list[float], status: Any
    ) -> None:
        server.limit_secondary(seconds=900, status=status)
        before = datetime.now(UTC)
        with pytest.raises(RateLimited) as caught:
            opened(server).landed(*DAY)
        assert caught.value.until is not None
        assert timedelta(minutes=14) < caught.value.until - before < timedelta(minutes=16)
        assert (len(server.requests), slept) == (1, [])

    def test_a_secondary_limit_that_does_not_end_is_told(self, server: GitHubServer) -> None:
        server.limit_secondary(seconds=100)
        with pytest.raises(RateLimited):
            opened(server).landed(*DAY)
        assert len(server.requests) < 10

    def test_what_is_not_found_with_the_last_request_is_not_called_a_limit(self, server: GitHubServer) -> None:
        server.token_limit = 1
        with pytest.raises(NotFound, match="no repository ann/nothing"):
            opened(server, "ann/nothing").landed(*DAY)

    def test_a_bad_token(self, server: GitHubServer) -> None:
        with pytest.raises(Outage) as caught:
            opened(server, token="no-such-token").landed(*DAY)  # noqa: S106 - not a real one
        assert str(caught.value) == "GitHub rejects the token (Bad credentials): set a valid one as [github] token."

    @pytest.mark.parametrize("token", ["ghp_\u200bx", "ключ", "two words", "line\nbreak"])
    def test_a_token_that_cannot_be_one(self, server: GitHubServer, token: str) -> None:
        with pytest.raises(BadInput, match=r"copy it again into \[github\] token") as caught:
            opened(server, token=token).landed(*DAY)
        assert token not in str(caught.value)

    @pytest.mark.parametrize("address", ["api.github.com", "", "ftp://github.com", "https://"])
    def test_an_address_that_is_none(self, address: str) -> None:
        with pytest.raises(
            BadInput, match=r"is not an API address: set \[github\] base_url to one such as https://api"
        ):
            GitHubRepository(Requests(GitHub(address)), REPO).landed(*DAY)

    @pytest.mark.parametrize(
        ("status", "message", "told"),
        [
            (403, "Resource not accessible by personal access token", "needs read access to its contents"),
            (401, "Requires authentication", "cannot be read without a token"),
            (307, "Temporary Redirect", r"GitHub redirects ann/scratch elsewhere \(307\): check \[github\] base_url"),
            (451, "Repository access blocked", r"GitHub answered 451 for ann/scratch \(Repository access blocked\)"),
        ],
    )
    def test_other_refusals(self, status: int, message: str, told: str) -> None:
        class Refusing(Loopback):
            def reply(self, request: Request) -> Reply:
                return Reply(status, as_json({"message": message}), {"Content-Type": "application/json"})

        with Refusing() as server, pytest.raises(Problem, match=told):
            opened(server, token="").landed(*DAY)


class TestWhatIsLeft:
    def test_it_is_told_and_free(self, server: GitHubServer) -> None:
        subjects(opened(server))
        limit = Requests(GitHub(server.url, "test-token")).rate_limit()
        assert limit is not None
        assert (limit.left, limit.limit) == (4_999, 5_000)
        assert limit.renewed > datetime.now(UTC)

    def test_a_server_may_have_no_limit(self) -> None:
        """As GitHub Enterprise says it: https://docs.github.com/en/enterprise-server/rest/rate-limit."""

        class Unlimited(Loopback):
            def reply(self, request: Request) -> Reply:
                return Reply(404, as_json({"message": "Rate limiting is not enabled."}))

        with Unlimited() as server:
            assert Requests(GitHub(server.url)).rate_limit() is None

    def test_another_server_is_not_taken_for_github(self) -> None:
        class Other(Loopback):
            def reply(self, request: Request) -> Reply:
                return Reply(404, as_json({"message": "Not Found"}))

        with Other() as server, pytest.raises(Outage, match=r"is not a GitHub API: check \[github\] base_url"):
            Requests(GitHub(server.url)).rate_limit()
