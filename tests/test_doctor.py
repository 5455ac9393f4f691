"""The doctor looks at each part, says what it found, and how to mend what is broken."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from servers import model as as_model
from servers.github import GitHubServer
from servers.loopback import Loopback, Reply, Request, as_json
from servers.model import Behaviour, ModelServer
from servers.scratch import NOON, Scratch
from servers.waiting import hurry

from bot.service.check import Check
from bot.service.doctor import examine

REPO = "ann/scratch"


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that clients would have waited."""
    return hurry(monkeypatch)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "scratch.git")
    made.commit("Start", {"a.py": "1\n"}, at=NOON)
    return made


@pytest.fixture
def server(scratch: Scratch) -> Iterator[GitHubServer]:
    with GitHubServer({REPO: scratch.path}, private={REPO}) as running:
        yield running
        assert running.unrouted == []


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(lambda _: {"sum": 5}) as running:
        yield running


@pytest.fixture
def environ(environ: dict[str, str], server: GitHubServer) -> dict[str, str]:
    """An environment in which all is well."""
    return {**environ, "DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}


def checks(environ: dict[str, str], config: Path | None = None, repo: str | None = None) -> dict[str, Check]:
    return {check.what: check for check in examine(environ, config, repo, now=lambda: NOON)}


class TestAll:
    def test_where_all_is_well_nothing_is_to_be_done(self, environ: dict[str, str], model: ModelServer) -> None:
        configured = {"DAYBRIEF_MODEL__NAME": "test-model", "DAYBRIEF_MODEL__BASE_URL": model.base_url}
        found = checks(environ | configured, repo=REPO)
        assert list(found) == [
            "configuration",
            "store",
            "time zones",
            "git",
            "GitHub",
            REPO,
            "pull requests",
            "model",
            "bot",
        ]
        assert {check.state for check in found.values()} == {"ok"}
        assert {check.remedy for check in found.values()} == {""}

    def test_no_secret_is_shown(self, environ: dict[str, str], model: ModelServer) -> None:
        secrets = {"DAYBRIEF_MODEL__NAME": "test-model", "DAYBRIEF_MODEL__API_KEY": "the-models-own-key"}
        address = {"DAYBRIEF_MODEL__BASE_URL": model.base_url.replace("//", "//ann:pa55word@")}
        model.always = as_model.UNAUTHORIZED
        told = repr(checks(environ | secrets | address, repo=REPO))
        assert not [text for text in ("the-models-own-key", "test-token", "pa55word") if text in told]


class TestConfiguration:
    def test_without_a_file(self, environ: dict[str, str]) -> None:
        assert checks(environ)["configuration"] == Check(
            "configuration", "ok", "no daybrief.toml here; using defaults and the environment"
        )

    def test_with_a_file(self, environ: dict[str, str], tmp_path: Path) -> None:
        file = tmp_path / "own.toml"
        file.write_text('[model]\nname = ""\n')
        assert checks(environ, file)["configuration"] == Check("configuration", "ok", str(file))

    @pytest.mark.parametrize("text", ['[model]\nnme = "x"\n', "[model\n"])
    def test_a_mistake_ends_the_examination(self, environ: dict[str, str], tmp_path: Path, text: str) -> None:
        file = tmp_path / "own.toml"
        file.write_text(text)
        (check,) = checks(environ, file).values()
        assert (check.what, check.state) == ("configuration", "broken")
        assert str(file) in check.found
        assert check.remedy == "Then run `daybrief doctor` again."


class TestStore:
    def test_it_is_counted(self, environ: dict[str, str]) -> None:
        path = environ["DAYBRIEF_STORE__PATH"]
        assert checks(environ)["store"] == Check("store", "ok", f"{path} (0 commits)")

    def test_a_file_that_is_no_store(self, environ: dict[str, str], tmp_path: Path) -> None:
        Path(environ["DAYBRIEF_STORE__PATH"]).write_text("This is a diary, and not a database at all.\n" * 30)
        check = checks(environ)["store"]
        assert (check.state, check.remedy) == ("broken", "Repair the file, or set another one as [store] path.")
        assert environ["DAYBRIEF_STORE__PATH"] in check.found

    def test_a_damaged_store(self, environ: dict[str, str]) -> None:
        path = environ["DAYBRIEF_STORE__PATH"]
        checks(environ)
        with sqlite3.connect(path) as db:
            db.execute("pragma writable_schema = on")
            db.execute("update sqlite_schema set rootpage = 3 where name = 'runs'")
        db.close()
        check = checks(environ)["store"]
        assert check.state == "broken"
        assert path in check.found
        assert check.remedy

    def test_a_folder_in_its_place(self, environ: dict[str, str]) -> None:
        Path(environ["DAYBRIEF_STORE__PATH"]).mkdir()
        assert checks(environ)["store"].state == "broken"

    def test_one_that_may_only_be_read(self, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        checks(environ)
        monkeypatch.setattr("storage.store._writable", lambda _: False)
        check = checks(environ)["store"]
        assert (check.state, check.remedy) == ("warning", "Make it writable to fetch more.")
        assert check.found.endswith("(0 commits) is read-only")


class TestGit:
    def test_it_is_found_with_its_version(self, environ: dict[str, str]) -> None:
        check = checks(environ)["git"]
        assert check.found.startswith("git version ")
        assert check.found.endswith(str(shutil.which("git", path=environ["PATH"])))

    def test_without_it_github_works(self, environ: dict[str, str], tmp_path: Path) -> None:
        assert checks({**environ, "PATH": str(tmp_path)})["git"] == Check(
            "git",
            "warning",
            "not installed",
            "Install git 2.37 or newer to read local clones; GitHub works without it.",
        )

    @pytest.mark.parametrize(
        ("script", "found"),
        [("echo git version 2.20.1", "git version 2.20.1, "), ("exit 3", "does not run (")],
    )
    def test_one_that_is_of_no_use(self, environ: dict[str, str], tmp_path: Path, script: str, found: str) -> None:
        program = tmp_path / "git"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        check = checks({**environ, "PATH": str(tmp_path)})["git"]
        assert (check.state, found in check.found, bool(check.remedy)) == ("warning", True, True)


class TestGitHub:
    def test_what_is_left_is_told(self, environ: dict[str, str], server: GitHubServer) -> None:
        check = checks(environ)["GitHub"]
        assert check.found.startswith("token accepted, 5,000 of 5,000 requests left until ")
        assert server.count("rate_limit") == len(server.requests) == 1

    def test_without_a_token_there_is_a_warning(self, environ: dict[str, str]) -> None:
        check = checks({**environ, "DAYBRIEF_GITHUB__TOKEN": ""})["GitHub"]
        assert (check.state, check.remedy) == (
            "warning",
            "Set [github] token: reading a busy repository's day takes about 60 requests.",
        )
        assert check.found.startswith("no token: 60 of 60 requests left until ")

    def test_a_limit_that_is_used_up(self, environ: dict[str, str], server: GitHubServer) -> None:
        server.token_limit = 0
        check = checks(environ)["GitHub"]
        assert (check.state, check.remedy) == ("broken", "Wait until then, or use another token.")
        assert check.found.startswith("0 of 0 requests left until ")

    def test_a_bad_token(self, environ: dict[str, str]) -> None:
        check = checks({**environ, "DAYBRIEF_GITHUB__TOKEN": "no-such-token"})["GitHub"]
        assert (check.state, check.remedy) == (
            "broken",
            "Check [github] base_url, and the token or the app; local clones work without GitHub.",
        )
        assert check.found.startswith("GitHub rejects the token (Bad credentials)")

    def test_a_server_that_does_not_answer(self, environ: dict[str, str]) -> None:
        with Loopback() as gone:
            pass
        check = checks({**environ, "DAYBRIEF_GITHUB__BASE_URL": gone.url})["GitHub"]
        assert (check.state, "did not answer a request for the rate limit" in check.found) == ("broken", True)

    def test_a_server_that_is_another(self, environ: dict[str, str], model: ModelServer) -> None:
        check = checks({**environ, "DAYBRIEF_GITHUB__BASE_URL": model.url})["GitHub"]
        assert (check.state, "is not a GitHub API" in check.found) == ("broken", True)

    def test_a_server_without_a_limit(self, environ: dict[str, str]) -> None:
        class Unlimited(Loopback):
            def reply(self, request: Request) -> Reply:
                return Reply(404, as_json({"message": "Rate limiting is not enabled."}))

        with Unlimited() as enterprise:
            check = checks({**environ, "DAYBRIEF_GITHUB__BASE_URL": enterprise.url})["GitHub"]
        assert check == Check("GitHub", "ok", f"token accepted, {enterprise.url} has no request limit")


class TestPullRequests:
    def test_whether_they_can_be_read_is_tried(self, environ: dict[str, str], server: GitHubServer) -> None:
        assert checks(environ, repo=REPO)["pull requests"] == Check("pull requests", "ok", "can be read")
        assert server.count("graphql") == 1

    def test_what_the_token_lacks_is_told(self, environ: dict[str, str], server: GitHubServer) -> None:
        server.fail(times=9, kinds=("no_pulls",), routes=("graphql",))
        check = checks(environ, repo=REPO)["pull requests"]
        assert (check.state, "needs read access" in check.found, bool(check.remedy)) == ("warning", True, True)

    def test_where_they_are_not_wanted_nobody_asks(self, environ: dict[str, str], server: GitHubServer) -> None:
        off = {**environ, "DAYBRIEF_GITHUB__PULL_REQUESTS": "false"}
        check = checks(off, repo=REPO)["pull requests"]
        assert (check.state, check.found, server.count("graphql")) == (
            "ok",
            "not read: [github] pull_requests is false",
            0,
        )


class TestRepository:
    def test_one_on_github(self, environ: dict[str, str], server: GitHubServer) -> None:
        assert checks(environ, repo=REPO)[REPO] == Check(REPO, "ok", "can be read, 0 commits in the last 24 hours")
        assert server.count("commits.list") == 1

    def test_one_that_may_not_be_seen(self, environ: dict[str, str]) -> None:
        check = checks({**environ, "DAYBRIEF_GITHUB__TOKEN": ""}, repo=REPO)[REPO]
        assert (check.state, "it is private and needs a token" in check.found) == ("broken", True)

    def test_one_that_was_renamed(self, environ: dict[str, str], server: GitHubServer) -> None:
        server.rename(REPO, "ann/new")
        check = checks(environ, repo=REPO)[REPO]
        assert (check.state, "ann/scratch is now called ann/new" in check.found) == ("warning", True)

    def test_a_clone_is_looked_at_without_github(self, environ: dict[str, str], scratch: Scratch) -> None:
        scratch.commit("Today", {"a.py": "2\n"}, at=datetime(2026, 1, 8, 11, tzinfo=UTC))
        path = str(scratch.path)
        found = checks({**environ, "DAYBRIEF_GITHUB__TOKEN": "no-such-token"}, repo=path)
        assert found["GitHub"].state == "broken"
        assert found[path] == Check(path, "ok", "can be read, 1 commit in the last 24 hours")

    @pytest.mark.parametrize("repo", ["nothing", "/nowhere/at/all"])
    def test_one_that_is_none(self, environ: dict[str, str], repo: str) -> None:
        assert checks(environ, repo=repo)[repo].state == "broken"


class TestModel:
    def test_none_is_needed(self, environ: dict[str, str]) -> None:
        assert checks(environ)["model"] == Check(
            "model", "ok", "none configured, so the rules do the analysis", "Set [model] name and base_url to use one."
        )

    @pytest.mark.parametrize(
        ("behaviour", "form"),
        [
            (as_model.NORMAL, "by JSON schema"),
            (as_model.NO_JSON_SCHEMA, "as JSON, without a schema"),
            (as_model.NO_RESPONSE_FORMAT, "as free text, read as JSON"),
        ],
    )
    def test_how_it_gives_answers_is_told(
        self, environ: dict[str, str], model: ModelServer, behaviour: Behaviour, form: str
    ) -> None:
        model.always = behaviour
        configured = {"DAYBRIEF_MODEL__NAME": "test-model", "DAYBRIEF_MODEL__BASE_URL": model.base_url}
        check = checks(environ | configured)["model"]
        assert (check.state, check.remedy) == ("ok", "")
        assert check.found.startswith(f"test-model at {model.base_url} answers in 0.")
        assert check.found.endswith(f" s, {form}")

    def test_a_model_that_cannot_add_is_doubted(self, environ: dict[str, str]) -> None:
        with ModelServer(lambda _: {"sum": 6}) as model:
            configured = {"DAYBRIEF_MODEL__NAME": "test-model", "DAYBRIEF_MODEL__BASE_URL": model.base_url}
            check = checks(environ | configured)["model"]
        assert (check.state, check.remedy) == ("warning", "Check what it says, or use a larger model.")
        assert check.found.endswith(" s, by JSON schema; it says that 2 + 3 is 6")

    @pytest.mark.parametrize(
        ("behaviour", "said"),
        [
            (as_model.UNAUTHORIZED, "rejects the key"),
            (as_model.UNKNOWN_MODEL, "has no model 'test-model'"),
            (as_model.NO_QUOTA, "quota is used up"),
            (as_model.SERVER_ERROR, "answered 500"),
            (as_model.RESET, "cannot be reached"),
            (as_model.HTML_PAGE, "answer is not a model's"),
            (as_model.MALFORMED, "does not have the requested format"),
        ],
    )
    def test_what_is_broken_is_told(
        self, environ: dict[str, str], model: ModelServer, behaviour: Behaviour, said: str
    ) -> None:
        model.always = behaviour
        configured = {"DAYBRIEF_MODEL__NAME": "test-model", "DAYBRIEF_MODEL__BASE_URL": model.base_url}
        check = checks(environ | configured)["model"]
        assert (check.state, said in check.found) == ("broken", True)
        assert (
            check.remedy == "Check [model] base_url, name and api_key; until this is fixed, the rules do the analysis."
        )

    def test_it_is_not_waited_for_longer_than_configured(self, environ: dict[str, str], model: ModelServer) -> None:
        model.always = as_model.DRIP
        configured = {
            "DAYBRIEF_MODEL__NAME": "test-model",
            "DAYBRIEF_MODEL__BASE_URL": model.base_url,
            "DAYBRIEF_MODEL__DEADLINE": "0.1",
        }
        assert "gave no answer within 0.1 s" in checks(environ | configured)["model"].found
