"""The servers that stand in for GitHub and for a model, proved with the clients that the product uses."""

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import Any

import github
import jsonschema
import openai
import pydantic
import pytest
import requests
from openai.types.chat import ChatCompletion
from servers import model as as_model
from servers.github import GitHubServer
from servers.github_objects import PatchLimits
from servers.model import Behaviour, ModelServer

REPO = "ann/scratch"
START = datetime(2026, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
MERGE, AFTER = 7, 8
GIT_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_AUTHOR_DATE": "2026-01-08T12:00:00Z",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
    "GIT_COMMITTER_DATE": "2026-01-08T12:00:00Z",
}


def git(folder: Path, *args: str, stdin: str = "") -> str:
    command = ("git", "-C", str(folder), *args)
    done = subprocess.run(command, env=GIT_ENVIRONMENT, input=stdin.encode(), check=True, capture_output=True)
    return done.stdout.decode().strip()


def text(path: str, content: str, mode: str = "100644") -> str:
    return f"M {mode} inline {path}\ndata {len(content.encode())}\n{content}\n"


def commit(number: int, message: str, parents: tuple[int, ...], *changes: str) -> str:
    """Return a commit for git fast-import; its time is START plus its number in hours."""
    who = f"Ann <1+ann@users.noreply.github.com> {int((START + number * HOUR).timestamp())} +0800"
    lines = [f"commit refs/heads/main\nmark :{number}\nauthor {who}\ncommitter {who}\n"]
    lines.append(f"data {len(message.encode())}\n{message}\n")
    lines += [f"{'merge' if at else 'from'} :{parent}\n" for at, parent in enumerate(parents)]
    return "".join([*lines, *changes, "\n"])


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the commits that are rare: huge, binary, renaming, merging."""
    folder = tmp_path_factory.mktemp("scratch")
    git(folder, "-c", "init.defaultBranch=main", "init", "--quiet", "--bare")
    numbered = "".join(f"line {number}\n" for number in range(50))
    odd = (
        "R a.txt dir/ä b.txt\n",
        text("run.sh", "#!\n", "100755"),
        text("b.bin", "\0\2"),
        text("empty", ""),
        text("no-newline", "end"),
        text("link", "run.sh", "120000"),
        "D gone.txt\n",
        text("wide.txt", "z" * 600_000 + "\n"),
        text("宽.txt", "宽" * 200_000 + "\n"),
    )
    stream = [
        commit(1, "Start", (), *(text(name, numbered) for name in ("a.txt", "gone.txt")), text("b.bin", "\0\1")),
        commit(2, "Add many files (#12)", (1,), *(text(f"d/{number:03}", "x\n") for number in range(650))),
        commit(3, "Add too many files", (2,), *(text(f"e/{number:04}", "y\n") for number in range(3_100))),
        commit(4, "Odd changes\n\nA body.\n", (3,), text("run.sh", "#!\n"), *odd),
        commit(5, "Add a long file", (4,), text("long.txt", "x\n" * 20_100)),
        commit(6, "Work aside", (1,), text("side.txt", "s\n")),
        commit(MERGE, "Merge pull request #77 from ann/side", (5, 6), text("side.txt", "s\n")),
        commit(AFTER, "Make the link a file", (MERGE,), text("link", "plain\n")),
    ]
    git(folder, "fast-import", "--quiet", "--force", stdin="".join(stream))
    git(folder, "branch", "fix/it", "main~1")
    return folder


@pytest.fixture(scope="session")
def shas(scratch: Path) -> dict[int, str]:
    lines = git(scratch, "log", "--format=%H %ct", "main").splitlines()
    hours = {sha: (int(at) - int(START.timestamp())) // 3_600 for sha, at in map(str.split, lines)}
    return {number: sha for sha, number in hours.items()}


@pytest.fixture
def server(scratch: Path) -> Iterator[GitHubServer]:
    with GitHubServer({REPO: scratch}) as running:
        yield running


def hub(server: GitHubServer, signed: str = "test-token", **options: Any) -> github.Github:
    auth = github.Auth.Token(signed) if signed else None
    usual = {"retry": None, "seconds_between_requests": None, "timeout": 5, "per_page": 100}
    return github.Github(base_url=server.url, auth=auth, **{**usual, **options})


def retrying(**options: Any) -> github.GithubRetry:
    return github.GithubRetry(total=3, backoff_factor=0.01, **options)


def get(server: GitHubServer, path: str, signed: str = "test-token", **headers: str) -> requests.Response:
    sent = {"Authorization": f"Bearer {signed}"} if signed else {}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(server.url + path, headers=sent, timeout=5, allow_redirects=False)


class TestGitHubLists:
    def test_pages_follow_each_other(self, server: GitHubServer, shas: dict[int, str]) -> None:
        found = [item.sha for item in hub(server, per_page=3).get_repo(REPO).get_commits()]
        assert found == [shas[number] for number in sorted(shas, reverse=True)]
        assert [asked.query.get("page", "1") for asked in server.requests[1:]] == ["1", "2", "3"]
        assert (server.count("repos.get"), server.count("commits.list", 200), server.unrouted) == (1, 3, [])

    def test_links_name_the_pages_around(self, server: GitHubServer) -> None:
        pages = [get(server, f"/repos/{REPO}/commits?per_page=3&page={page}").links for page in (1, 2, 3)]
        assert [sorted(page) for page in pages] == [
            ["last", "next"],
            ["first", "last", "next", "prev"],
            ["first", "prev"],
        ]
        assert re.search(r"/repositories/\d+/commits\?per_page=3&page=3$", pages[0]["last"]["url"])
        assert len(requests.get(pages[0]["last"]["url"], timeout=5).json()) == 2

    def test_a_page_holds_thirty_and_at_most_a_hundred(self, tmp_path: Path) -> None:
        git(tmp_path, "-c", "init.defaultBranch=main", "init", "--quiet")
        one_by_one = [commit(number, "More", (number - 1,) if number else ()) for number in range(1, 121)]
        stream = one_by_one[0].replace("from :0\n", "") + "".join(one_by_one[1:])
        git(tmp_path, "fast-import", "--quiet", stdin=stream)
        with GitHubServer({REPO: tmp_path}) as server:
            path = f"/repos/{REPO}/commits"
            sizes = [len(get(server, path + query).json()) for query in ("", "?per_page=500", "?page=9")]
        assert sizes == [30, 100, 0]

    def test_both_ends_of_the_window_are_in_it(self, server: GitHubServer, shas: dict[int, str]) -> None:
        found = hub(server).get_repo(REPO).get_commits(since=START + 2 * HOUR, until=START + 4 * HOUR)
        assert [item.sha for item in found] == [shas[4], shas[3], shas[2]]
        assert found[0].commit.committer.date == START + 4 * HOUR

    def test_the_client_sends_wall_time_as_utc(self, server: GitHubServer) -> None:
        """PyGithub ignores a datetime's zone: whoever asks converts to UTC first."""
        in_shanghai = (START + 7 * HOUR).astimezone(timezone(8 * HOUR))
        assert list(hub(server).get_repo(REPO).get_commits(since=in_shanghai)) == []
        assert server.requests[-1].query["since"] == "2026-01-08T15:00:00Z"

    def test_a_time_that_is_none_is_refused(self, server: GitHubServer) -> None:
        assert get(server, f"/repos/{REPO}/commits?since=yesterday").status_code == 422

    def test_a_commit_names_people_parents_and_its_page(self, server: GitHubServer, shas: dict[int, str]) -> None:
        odd, *_, start = hub(server).get_repo(REPO).get_commits(sha=shas[4])
        assert (odd.commit.message, odd.author.login) == ("Odd changes\n\nA body.", "ann")
        assert odd.html_url == f"https://github.com/{REPO}/commit/{shas[4]}"
        assert [parent.sha for parent in odd.parents] == [shas[3]]
        assert odd.raw_data["commit"]["author"]["date"] == "2026-01-08T04:00:00Z"
        assert start.parents == []

    def test_an_unchanged_list_is_free(self, server: GitHubServer) -> None:
        asker = hub(server).requester
        path = f"/repos/{REPO}/commits"
        _, first, _ = asker.requestJson("GET", path)
        status, again, body = asker.requestJson("GET", path, headers={"If-None-Match": first["etag"]})
        assert (status, body) == (304, "")
        assert first["x-ratelimit-remaining"] == again["x-ratelimit-remaining"] == "4999"
        status, other, _ = asker.requestJson("GET", path, headers={"If-None-Match": 'W/"0"'})
        assert (status, other["x-ratelimit-remaining"]) == (200, "4998")

    def test_an_unchanged_list_counts_for_the_anonymous(self, server: GitHubServer) -> None:
        first = get(server, f"/repos/{REPO}/commits", signed="")
        again = get(server, f"/repos/{REPO}/commits", signed="", If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.headers["X-RateLimit-Remaining"]) == (304, "58")

    def test_what_is_committed_while_it_runs_is_listed(self, tmp_path: Path) -> None:
        git(tmp_path, "-c", "init.defaultBranch=main", "init", "--quiet")
        with GitHubServer({REPO: tmp_path}) as server:
            repo = hub(server).get_repo(REPO)
            with pytest.raises(github.GithubException, match=r"Git Repository is empty\.") as caught:
                repo.get_commits().totalCount  # noqa: B018
            git(tmp_path, "commit", "--quiet", "--allow-empty", "-m", "First")
            assert [item.commit.message for item in repo.get_commits()] == ["First"]
        assert caught.value.status == 409

    def test_what_is_no_repository_is_not_served(self, tmp_path: Path) -> None:
        with pytest.raises(subprocess.CalledProcessError):
            GitHubServer({REPO: tmp_path})


class TestGitHubNames:
    @pytest.mark.parametrize("length", [40, 7])
    def test_a_commit_is_found_by_sha(self, server: GitHubServer, shas: dict[int, str], length: int) -> None:
        assert hub(server).get_repo(REPO).get_commit(shas[4][:length].upper()).sha == shas[4]

    @pytest.mark.parametrize(("branch", "number"), [("main", AFTER), ("fix/it", MERGE)])
    def test_a_branch_is_found_by_name(
        self, server: GitHubServer, shas: dict[int, str], branch: str, number: int
    ) -> None:
        repo = hub(server).get_repo(REPO)
        assert repo.get_commit(branch).sha == repo.get_commits(sha=branch)[0].sha == shas[number]

    @pytest.mark.parametrize("ref", ["0" * 40, "abcdef1", "no/such/branch"])
    def test_an_unknown_commit_is_422(self, server: GitHubServer, ref: str) -> None:
        with pytest.raises(github.GithubException, match=f"No commit found for SHA: {ref}") as caught:
            hub(server).get_repo(REPO).get_commit(ref)
        assert caught.value.status == 422

    def test_an_unknown_branch_or_repository_is_404(self, server: GitHubServer) -> None:
        with pytest.raises(github.UnknownObjectException):
            hub(server).get_repo(REPO).get_commits(sha="no-such-branch").totalCount  # noqa: B018
        with pytest.raises(github.UnknownObjectException):
            hub(server).get_repo("ann/nothing")

    def test_names_ignore_case(self, server: GitHubServer) -> None:
        repo = hub(server).get_repo(REPO.upper())
        assert (repo.full_name, repo.default_branch) == (REPO, "main")
        assert hub(server).get_repo(repo.id).full_name == REPO

    def test_an_enterprise_server_has_a_prefix(self, server: GitHubServer) -> None:
        with github.Github(base_url=f"{server.url}/api/v3", seconds_between_requests=None, per_page=5) as client:
            assert len(list(client.get_repo(REPO).get_commits())) == 8

    def test_a_renamed_repository_is_redirected(self, server: GitHubServer) -> None:
        server.rename(REPO, "ann/new")
        moved = get(server, f"/repos/{REPO}/commits?per_page=3&since=2026-01-08T07:00:00Z")
        assert moved.status_code == 301
        assert moved.json()["message"] == "Moved Permanently"
        assert re.search(r"/repositories/\d+/commits\?per_page=3&since=", moved.headers["Location"])
        assert len(requests.get(moved.headers["Location"], timeout=5).json()) == 2
        assert hub(server).get_repo(REPO).full_name == "ann/new"

    def test_the_client_loses_the_query_of_a_redirect(self, scratch: Path) -> None:
        """PyGithub follows a 301 without the window: every commit comes back."""
        with GitHubServer({"ann/new": scratch}, renames={REPO: "ann/new"}) as server:
            lazy = hub(server, lazy=True).get_repo(REPO)
            found = list(lazy.get_commits(since=START + 8 * HOUR))
            assert len(found) == 8
            assert found[0].html_url.startswith("https://github.com/ann/new/commit/")
            assert [asked.status for asked in server.requests] == [301, 200]

    def test_what_it_does_not_have_is_recorded(self, server: GitHubServer) -> None:
        assert get(server, f"/repos/{REPO}/issues").status_code == 404
        assert requests.post(f"{server.url}/repos/{REPO}/commits", timeout=5).status_code == 404
        assert server.unrouted == [f"GET /repos/{REPO}/issues", f"POST /repos/{REPO}/commits"]


class TestGitHubCommits:
    def test_files_come_three_hundred_a_page(self, server: GitHubServer, shas: dict[int, str]) -> None:
        assert len(get(server, f"/repos/{REPO}/commits/{shas[2]}").json()["files"]) == 300
        found = hub(server).get_repo(REPO).get_commit(shas[2], commit_files_per_page=300)
        assert len({file.filename for file in found.files}) == 650
        assert server.count("commits.get") == 1 + 3

    def test_the_clients_page_size_is_also_that_of_files(self, server: GitHubServer, shas: dict[int, str]) -> None:
        """PyGithub's per_page=100, meant for lists, makes seven requests of three."""
        assert len(list(hub(server, per_page=100).get_repo(REPO).get_commit(shas[2]).files)) == 650
        assert server.count("commits.get") == 7

    def test_three_thousand_files_are_shown(self, server: GitHubServer, shas: dict[int, str]) -> None:
        found = hub(server).get_repo(REPO).get_commit(shas[3], commit_files_per_page=300)
        assert len(list(found.files)) == 3_000
        assert found.stats.total == 3_100
        assert server.count("commits.get") == 10

    def test_files_say_what_became_of_them(self, server: GitHubServer, shas: dict[int, str]) -> None:
        found = hub(server).get_repo(REPO).get_commit(shas[4])
        files = {file.filename: file for file in found.files}
        assert {name: file.status for name, file in files.items() if file.status != "added"} == {
            "b.bin": "modified",
            "dir/ä b.txt": "renamed",
            "gone.txt": "removed",
        }
        assert files["dir/ä b.txt"].previous_filename == "a.txt"
        assert files["dir/ä b.txt"].blob_url.endswith("/dir%2F%C3%A4%20b.txt")
        assert f"/{shas[3]}/" in files["gone.txt"].blob_url
        assert files["gone.txt"].patch.startswith("@@ -1,50 +0,0 @@\n-line 0\n")
        assert files["no-newline"].patch == "@@ -0,0 +1 @@\n+end\n\\ No newline at end of file"
        without = {name for name, file in files.items() if file.patch is None}
        assert without == {"b.bin", "dir/ä b.txt", "empty", "wide.txt", "宽.txt"}
        assert (files["wide.txt"].additions, files["b.bin"].changes, found.stats.deletions) == (1, 0, 50)

    def test_a_change_of_type_is_changed(self, server: GitHubServer, shas: dict[int, str]) -> None:
        (file,) = hub(server).get_repo(REPO).get_commit(shas[AFTER]).files
        assert (file.status, file.patch.count("@@ ")) == ("changed", 2)

    def test_a_merge_shows_what_it_brought_to_its_first_parent(
        self, server: GitHubServer, shas: dict[int, str]
    ) -> None:
        merge = hub(server).get_repo(REPO).get_commit(shas[MERGE])
        assert [parent.sha for parent in merge.parents] == [shas[5], shas[6]]
        assert [(file.filename, file.patch) for file in merge.files] == [("side.txt", "@@ -0,0 +1 @@\n+s")]

    def test_the_first_commit_shows_all_its_files(self, server: GitHubServer, shas: dict[int, str]) -> None:
        files = hub(server).get_repo(REPO).get_commit(shas[1]).files
        assert [(file.filename, file.status) for file in files] == [
            ("a.txt", "added"),
            ("b.bin", "added"),
            ("gone.txt", "added"),
        ]

    def test_a_page_has_room_for_so_many_patches(self, scratch: Path, shas: dict[int, str]) -> None:
        with GitHubServer({REPO: scratch}, patches=PatchLimits(page_lines=100)) as server:
            found = get(server, f"/repos/{REPO}/commits/{shas[2]}").json()["files"]
        assert [("patch" in file) for file in found] == [True] * 50 + [False] * 250

    def test_a_commit_is_shown_as_a_diff(self, server: GitHubServer, shas: dict[int, str]) -> None:
        status, headers, diff = hub(server).requester.requestJson(
            "GET", f"/repos/{REPO}/commits/{shas[4]}", headers={"Accept": "application/vnd.github.diff"}
        )
        assert (status, headers["content-type"]) == (200, "application/vnd.github.diff; charset=utf-8")
        assert diff.startswith("diff --git a/b.bin b/b.bin\n")
        assert f"\n+{'z' * 600_000}\n" in diff
        assert "\nrename from a.txt\n" in diff

    def test_the_diff_quotes_names_as_git_does(self, server: GitHubServer, shas: dict[int, str]) -> None:
        """GitHub leaves core.quotePath at its default: https://github.com/cli/cli/issues/9114."""
        found = get(server, f"/repos/{REPO}/commits/{shas[4]}", Accept="application/vnd.github.v3.diff").text
        assert r'diff --git "a/\345\256\275.txt" "b/\345\256\275.txt"' in found

    def test_a_diff_of_more_than_20_000_lines_is_refused(self, server: GitHubServer, shas: dict[int, str]) -> None:
        path = f"/repos/{REPO}/commits/{shas[5]}"
        assert "patch" not in get(server, path).json()["files"][0]
        refused = get(server, path, Accept="application/vnd.github.diff")
        assert refused.status_code == 406
        assert refused.json()["message"] == "Sorry, the diff exceeded the maximum number of lines (20000)"
        server.diff_lines = 30_000
        assert get(server, path, Accept="application/vnd.github.diff").text.count("\n+x") == 20_100

    def test_a_foreign_media_type_is_refused(self, server: GitHubServer) -> None:
        assert get(server, f"/repos/{REPO}/commits/main", Accept="text/html").status_code == 415


class TestGitHubLimits:
    def test_the_anonymous_have_sixty_an_hour(self, server: GitHubServer) -> None:
        asker = hub(server, signed="")
        left = [asker.requester.requestJson("GET", "/repos/ann/x")[1]["x-ratelimit-remaining"] for _ in range(60)]
        assert (left[0], left[-1]) == ("59", "0")
        with pytest.raises(github.RateLimitExceededException, match="API rate limit exceeded") as caught:
            asker.get_repo(REPO)
        headers = caught.value.headers or {}
        assert headers["x-ratelimit-remaining"] == "0"
        assert 3_500 < int(headers["x-ratelimit-reset"]) - time.time() < 3_601
        assert asker.get_rate_limit().resources.core.used == 60  # asking for it is free
        assert hub(server).get_repo(REPO).full_name == REPO  # a token has its own

    def test_the_limit_is_renewed(self, server: GitHubServer) -> None:
        server.token_limit, server.window = 1, 0.2
        asker = hub(server)
        asker.get_repo(REPO)
        with pytest.raises(github.RateLimitExceededException):
            asker.get_repo(REPO)
        time.sleep(0.25)
        assert asker.get_repo(REPO).full_name == REPO

    def test_the_limit_as_429_is_another_exception(self, server: GitHubServer) -> None:
        server.token_limit, server.limit_status = 0, 429
        with pytest.raises(github.GithubException) as caught:
            hub(server).get_repo(REPO)
        assert (type(caught.value), caught.value.status) == (github.GithubException, 429)

    def test_a_wait_that_is_too_long_is_not_waited(self, server: GitHubServer) -> None:
        server.token_limit = 0
        with pytest.raises(github.RateLimitExceededException, match="exceed") as caught:
            hub(server, retry=retrying(max_rate_limit_wait=120)).get_repo(REPO)
        assert type(caught.value).__name__ == "RateLimitExceededExceedsMaxWait"
        assert len(server.requests) == 1

    def test_the_secondary_limit_says_how_long_to_wait(self, server: GitHubServer) -> None:
        server.limit_secondary(after=1, seconds=0.2)
        asker = hub(server)
        asker.get_repo(REPO)
        with pytest.raises(github.RateLimitExceededException, match="secondary rate limit") as caught:
            asker.get_repo(REPO)
        headers = caught.value.headers or {}
        assert (headers["retry-after"], headers["x-ratelimit-remaining"]) == ("1", "4999")
        time.sleep(0.25)
        assert asker.get_repo(REPO).full_name == REPO

    def test_a_bad_token_is_refused(self, server: GitHubServer) -> None:
        with pytest.raises(github.BadCredentialsException):
            hub(server, signed="wrong").get_repo(REPO)

    def test_a_private_repository_needs_a_token(self, scratch: Path) -> None:
        with GitHubServer({REPO: scratch}, private={REPO}, tokens={"mine"}) as server:
            with pytest.raises(github.UnknownObjectException):
                hub(server, signed="").get_repo(REPO)
            assert hub(server, signed="mine").get_repo(REPO).private

    def test_a_foreign_api_version_is_refused(self, server: GitHubServer) -> None:
        assert get(server, "/rate_limit", X_GitHub_Api_Version="1999-01-01").status_code == 400

    def test_every_answer_has_githubs_headers(self, server: GitHubServer) -> None:
        headers = get(server, f"/repos/{REPO}").headers
        assert headers["Content-Type"] == "application/json; charset=utf-8"
        assert headers["ETag"].startswith('W/"')
        assert {"X-GitHub-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Used", "X-RateLimit-Resource"} <= set(headers)


class TestGitHubFaults:
    @pytest.mark.parametrize("kind", ["500", "502", "503"])
    def test_a_server_error_is_one_answer(self, server: GitHubServer, kind: Any) -> None:
        server.fail(kinds=(kind,))
        with pytest.raises(github.GithubException) as caught:
            hub(server).get_repo(REPO)
        assert str(caught.value.status) == kind
        assert hub(server).get_repo(REPO).full_name == REPO

    @pytest.mark.parametrize("kind", ["502", "reset"])
    def test_the_clients_own_retry_gets_past(self, server: GitHubServer, kind: Any) -> None:
        server.fail(every=2, times=0, kinds=(kind,))
        repo = hub(server, retry=retrying(), per_page=3).get_repo(REPO)
        assert len(list(repo.get_commits())) == 8
        assert server.count("commits.list", 200) == 3
        assert len(server.requests) > 4

    def test_errors_that_do_not_end_are_of_the_http_library(self, server: GitHubServer) -> None:
        server.fail(times=9)
        with pytest.raises(requests.exceptions.RetryError):
            hub(server, retry=retrying()).get_repo(REPO)
        assert [asked.status for asked in server.requests] == [502] * 4

    def test_a_reset_is_a_connection_error(self, server: GitHubServer) -> None:
        server.fail(kinds=("reset",))
        with pytest.raises(requests.exceptions.ConnectionError, match="Connection reset"):
            hub(server).get_repo(REPO)
        assert server.requests[0].status == 0

    def test_a_truncated_body_gets_past_the_clients_retry(self, server: GitHubServer) -> None:
        server.fail(kinds=("truncate",), routes=("commits.get",))
        repo = hub(server, retry=retrying()).get_repo(REPO)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            repo.get_commit("main")
        assert server.count("commits.get") == 1

    def test_a_page_of_html_is_not_what_was_asked_for(self, server: GitHubServer) -> None:
        server.fail(kinds=("html",))
        status, _, body = hub(server).requester.requestJson("GET", f"/repos/{REPO}")
        assert (status, body[:15]) == (200, "<!DOCTYPE html>")

    def test_kinds_take_turns_on_the_routes_that_fail(self, server: GitHubServer) -> None:
        server.fail(times=3, kinds=("500", "502"), routes=("repos.get",))
        paths = [f"/repos/{REPO}", f"/repos/{REPO}/commits", f"/repos/{REPO}", f"/repos/{REPO}", f"/repos/{REPO}"]
        assert [get(server, path).status_code for path in paths] == [500, 200, 502, 500, 200]

    def test_many_at_once_are_answered_and_counted(self, server: GitHubServer, shas: dict[int, str]) -> None:
        server.latency = 0.05
        with ThreadPoolExecutor(4) as pool:
            found = pool.map(lambda sha: get(server, f"/repos/{REPO}/commits/{sha}").json()["sha"], shas.values())
            assert list(found) == list(shas.values())
        assert server.peak == 4

    def test_a_server_that_ended_answers_nobody(self, scratch: Path) -> None:
        with GitHubServer({REPO: scratch}) as server:
            client = hub(server)
            client.get_repo(REPO)  # its connection stays open
        with pytest.raises(requests.exceptions.ConnectionError):
            client.get_repo(REPO)


class Risk(StrEnum):
    LOW = "low"
    HIGH = "high"


class Claim(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    text: str
    path: str | None


class Reading(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    title: str
    risk: Risk
    claims: list[Claim]
    score: int
    breaking: bool


SCHEMA = Reading.model_json_schema()
VALID = {
    "title": "title",
    "risk": "low",
    "claims": [{"text": "text", "path": "path"}],
    "score": 1,
    "breaking": False,
}
STRICT = {"type": "json_schema", "json_schema": {"name": "Reading", "strict": True, "schema": SCHEMA}}
HINT = {"role": "system", "content": f"Answer with one JSON object for this schema: {json.dumps(SCHEMA)}"}
QUESTION = [{"role": "user", "content": "What is in this diff, as JSON?"}]


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


Ask = Callable[..., ChatCompletion]


@pytest.fixture
def ask(model: ModelServer) -> Iterator[Ask]:
    with openai.OpenAI(base_url=model.base_url, api_key="test-key", max_retries=0, timeout=5) as client:

        def asking(**options: Any) -> ChatCompletion:
            chosen = client.with_options(timeout=options.pop("timeout", 5), max_retries=options.pop("retries", 0))
            usual = {"model": "test-model", "messages": QUESTION, "response_format": STRICT}
            found: ChatCompletion = chosen.chat.completions.create(**{**usual, **options})
            return found

        yield asking


def content(done: ChatCompletion) -> str:
    return done.choices[0].message.content or ""


class TestModelAnswers:
    def test_the_answer_is_valid_for_the_schema_asked_for(self, ask: Ask) -> None:
        done = ask()
        assert json.loads(content(done)) == VALID
        assert Reading.model_validate_json(content(done)).risk is Risk.LOW
        assert done.choices[0].finish_reason == "stop"

    def test_the_schema_may_be_told_in_a_system_message(self, ask: Ask) -> None:
        for form in ({"type": "json_object"}, openai.omit):
            assert json.loads(content(ask(messages=[HINT, *QUESTION], response_format=form))) == VALID

    def test_without_a_schema_it_answers_with_a_sentence(self, ask: Ask) -> None:
        assert content(ask(response_format=openai.omit)) == "A short answer."

    @pytest.mark.parametrize(
        "shape",
        [
            {"type": "array", "items": {"type": "number", "exclusiveMinimum": 3}, "minItems": 2},
            {"type": "array", "items": {"$ref": "#/$defs/Tree"}, "maxItems": 1},
            {"type": ["string", "null"], "minLength": 9, "maxLength": 9},
            {"anyOf": [{"const": 7}, {"type": "null"}]},
            {"type": "integer", "maximum": -3},
            {"$ref": "#/$defs/Tree", "description": "a schema within itself"},
            {"type": "null"},
            {"type": "object"},
        ],
        ids=str,
    )
    def test_any_schema_is_answered_validly(self, shape: dict[str, Any]) -> None:
        again = {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]}
        tree = {"type": "object", "properties": {"left": again, "right": again}, "required": ["left", "right"]}
        schema = {"type": "object", "properties": {"it": shape}, "required": ["it"], "$defs": {"Tree": tree}}
        request = {"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}}
        jsonschema.validate(as_model.valid_answer(request), schema)

    def test_a_test_answers_as_it_likes(self) -> None:
        def answer(request: dict[str, Any]) -> dict[str, Any] | str:
            asked = str(request["messages"][-1]["content"])
            return {"asked": asked} if "JSON" in asked else "没有"

        with ModelServer(answer) as model, openai.OpenAI(base_url=model.base_url, api_key="k") as client:
            said = [
                content(
                    client.chat.completions.create(model="test-model", messages=[{"role": "user", "content": text}])
                )
                for text in ("JSON, please", "Chinese, please")
            ]
        assert said == ['{"asked": "JSON, please"}', "没有"]

    def test_what_was_asked_is_recorded(self, model: ModelServer, ask: Ask) -> None:
        done = ask(messages=[{"role": "user", "content": "四个字节"}], temperature=0)
        assert [request["temperature"] for request in model.requests] == [0]
        assert model.authorizations == ["Bearer test-key"]
        assert done.usage is not None
        assert (model.tokens_in, done.usage.prompt_tokens) == (3, 3)
        assert done.usage.total_tokens == 3 + done.usage.completion_tokens

    def test_it_lists_its_models(self, model: ModelServer) -> None:
        with openai.OpenAI(base_url=model.base_url, api_key="k") as client:
            assert [found.id for found in client.models.list()] == ["test-model"]

    def test_requests_in_flight_are_counted(self, model: ModelServer, ask: Ask) -> None:
        model.latency = 0.05
        with ThreadPoolExecutor(3) as pool:
            assert len(list(pool.map(lambda _: ask(), range(6)))) == 6
        assert model.peak == 3

    def test_an_answer_that_fails_fails_the_test(self) -> None:
        def answer(request: dict[str, Any]) -> str:
            raise LookupError("no such fixture")

        with (
            pytest.raises(LookupError),
            ModelServer(answer) as model,
            openai.OpenAI(base_url=model.base_url, api_key="k", max_retries=0) as client,
            pytest.raises(openai.InternalServerError, match="no such fixture"),
        ):
            client.chat.completions.create(model="test-model", messages=[{"role": "user", "content": "?"}])


class TestModelRefuses:
    @pytest.mark.parametrize(
        ("options", "reason"),
        [
            ({"extra_body": {"tempreture": 1}}, "tempreture"),
            ({"temperature": 3}, "temperature"),
            ({"messages": []}, "messages"),
            ({"messages": [{"role": "robot", "content": "?"}]}, "role"),
            ({"messages": [{"role": "user"}]}, "content"),
            ({"messages": [{"role": "user", "content": "?"}], "response_format": {"type": "json_object"}}, "'json'"),
            ({"response_format": {"type": "yaml"}}, "response_format"),
            ({"response_format": {"type": "json_schema", "json_schema": {"name": "a b"}}}, "name"),
            ({"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}}, "object"),
        ],
    )
    def test_a_request_that_openai_would_refuse(self, ask: Ask, options: dict[str, Any], reason: str) -> None:
        with pytest.raises(openai.BadRequestError, match=reason):
            ask(**options)

    @pytest.mark.parametrize(
        ("shape", "reason"),
        [
            ({"type": "object", "properties": {}, "required": []}, "additionalProperties"),
            ({"type": "object", "properties": {"a": {}}, "required": [], "additionalProperties": False}, "required"),
            ({"$ref": "#/$defs/Claim", "description": "beside it"}, r"\$ref cannot have keywords"),
            ({"type": "string", "default": ""}, "'default' is not permitted"),
        ],
    )
    @pytest.mark.parametrize("place", ["items", "anyOf", "$defs"])
    def test_a_schema_that_is_not_strict(self, ask: Ask, shape: dict[str, Any], reason: str, place: str) -> None:
        places: dict[str, dict[str, Any]] = {
            "items": {"properties": {"a": {"type": "array", "items": shape}}},
            "anyOf": {"properties": {"a": {"anyOf": [{"type": "null"}, shape]}}},
            "$defs": {"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": shape}},
        }
        schema = {"type": "object", "additionalProperties": False, "required": ["a"], **places[place]}
        form = {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": schema}}
        with pytest.raises(openai.BadRequestError, match=reason):
            ask(response_format=form)

    def test_an_unknown_model(self, ask: Ask) -> None:
        with pytest.raises(openai.NotFoundError) as caught:
            ask(model="no-such-model")
        assert caught.value.code == "model_not_found"


class TestModelBehaviours:
    @pytest.mark.parametrize("behaviour", [as_model.NO_JSON_SCHEMA, as_model.NO_RESPONSE_FORMAT])
    def test_a_response_format_may_be_unknown(self, model: ModelServer, ask: Ask, behaviour: Behaviour) -> None:
        model.always = behaviour
        with pytest.raises(openai.BadRequestError, match="response_format"):
            ask()
        if "json_object" in behaviour.refuses:
            with pytest.raises(openai.BadRequestError, match="json_object"):
                ask(response_format={"type": "json_object"})
        else:
            assert content(ask(response_format={"type": "json_object"})) == "{}"
        assert json.loads(content(ask(messages=[HINT, *QUESTION], response_format=openai.omit))) == VALID

    @pytest.mark.parametrize(
        ("behaviour", "finish"), [(as_model.LENGTH, "length"), (as_model.CONTENT_FILTER, "content_filter")]
    )
    def test_an_answer_may_stop_early(self, model: ModelServer, ask: Ask, behaviour: Behaviour, finish: str) -> None:
        model.plan = [behaviour]
        done = ask()
        assert done.choices[0].finish_reason == finish
        assert json.dumps(VALID).startswith(content(done))
        assert len(content(done)) < len(json.dumps(VALID))

    def test_an_answer_may_be_refused(self, model: ModelServer, ask: Ask) -> None:
        model.plan = [as_model.REFUSAL]
        message = ask().choices[0].message
        assert message.content is None
        assert message.refusal

    @pytest.mark.parametrize("behaviour", [as_model.MALFORMED, as_model.WRONG_SHAPE])
    def test_an_answer_may_be_unusable(self, model: ModelServer, ask: Ask, behaviour: Behaviour) -> None:
        model.plan = [behaviour]
        with pytest.raises(pydantic.ValidationError):
            Reading.model_validate_json(content(ask()))

    @pytest.mark.parametrize("behaviour", [as_model.FENCED, as_model.THINKING])
    def test_an_answer_may_be_wrapped(self, model: ModelServer, ask: Ask, behaviour: Behaviour) -> None:
        model.plan = [behaviour]
        said = content(ask())
        assert not said.startswith("{")
        assert json.dumps(VALID) in said

    def test_a_proxys_page_is_a_string(self, model: ModelServer, ask: Ask) -> None:
        """The client returns HTML with status 200 as text, not as a completion."""
        model.plan = [as_model.HTML_PAGE]
        assert str(ask()).startswith("<!DOCTYPE html>")

    @pytest.mark.parametrize(
        ("behaviour", "error", "code"),
        [
            (as_model.CONTEXT_LENGTH, openai.BadRequestError, "context_length_exceeded"),
            (as_model.UNAUTHORIZED, openai.AuthenticationError, "invalid_api_key"),
            (as_model.UNKNOWN_MODEL, openai.NotFoundError, "model_not_found"),
            (as_model.rate_limited(7), openai.RateLimitError, "rate_limit_exceeded"),
            (as_model.NO_QUOTA, openai.RateLimitError, "insufficient_quota"),
            (as_model.SERVER_ERROR, openai.InternalServerError, None),
            (as_model.UNAVAILABLE, openai.InternalServerError, None),
        ],
    )
    def test_an_error_has_its_exception_and_code(
        self, model: ModelServer, ask: Ask, behaviour: Behaviour, error: type[openai.APIStatusError], code: str | None
    ) -> None:
        model.plan = [behaviour]
        with pytest.raises(error) as caught:
            ask()
        assert caught.value.code == code
        expected = "7" if code == "rate_limit_exceeded" else None
        assert caught.value.response.headers.get("retry-after") == expected
        assert json.loads(content(ask())) == VALID  # the plan is used up

    def test_a_reset_is_a_connection_error(self, model: ModelServer, ask: Ask) -> None:
        model.plan = [as_model.RESET]
        with pytest.raises(openai.APIConnectionError):
            ask()

    def test_the_clients_own_retry_gets_past(self, model: ModelServer, ask: Ask) -> None:
        model.plan = [as_model.rate_limited(0)]
        assert json.loads(content(ask(retries=1))) == VALID
        assert len(model.requests) == 2

    def test_a_late_answer_is_a_timeout(self, model: ModelServer, ask: Ask) -> None:
        model.plan = [as_model.hang(60)]
        with pytest.raises(openai.APITimeoutError):
            ask(timeout=0.1)

    def test_a_dripping_answer_is_no_timeout(self, model: ModelServer, ask: Ask) -> None:
        """The client's timeout is for each read: only the caller can bound the whole."""
        model.plan = [Behaviour(drip=0.001)]
        began = time.monotonic()
        assert json.loads(content(ask(timeout=0.2))) == VALID
        assert time.monotonic() - began > 0.3

    def test_a_slow_drip_is_a_timeout(self, model: ModelServer, ask: Ask) -> None:
        model.plan = [as_model.DRIP]
        with pytest.raises(openai.APITimeoutError):
            ask(timeout=0.1)

    def test_usage_may_be_missing(self, model: ModelServer, ask: Ask) -> None:
        model.plan = [as_model.NO_USAGE]
        assert ask().usage is None
