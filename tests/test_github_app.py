"""GitHub's tokens: those of an app's installation, renewed before they end; and when a personal one does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bots import MORNING, a_bot
from conftest import Cli, refused
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from servers.github import GitHubServer

from analysis.errors import BadInput, NotFound, Problem, Unwelcome
from analysis.sources.github_app import App
from analysis.sources.github_requests import GitHub, Requests
from bot.config import load
from bot.service.check import Check
from bot.service.doctor import examine

NOW = datetime.now(UTC)
_KEY = rsa.generate_private_key(65537, 2048)
PEM = _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = _KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
APP = App("Iv23liExample", 42, PEM)


@pytest.fixture
def server(quill: Path) -> Iterator[GitHubServer]:
    with GitHubServer({"example/quill": quill}, tokens=(), private={"example/quill"}) as running:
        running.app_id, running.app_key, running.installations = APP.id, PUBLIC, {APP.installation}
        yield running


def environment(environ: dict[str, str], server: GitHubServer) -> dict[str, str]:
    return environ | {
        "DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__APP_ID": APP.id,
        "DAYBRIEF_GITHUB__APP_INSTALLATION": "42", "DAYBRIEF_GITHUB__APP_KEY": PEM,
    }  # fmt: skip


def test_a_digest_of_a_private_repository_is_made(cli: Cli, environ: dict[str, str], server: GitHubServer) -> None:
    """With one token for all connections."""
    given = environment(environ, server)
    done = cli("digest", "--repo", "example/quill", "--date", "2026-03-12", "--tz", "Asia/Shanghai", "--quiet", **given)
    assert done.stdout.startswith("example/quill: Thursday, 2026-03-12\n")
    assert (server.count("app.token"), server.count("commits.get", 200)) == (1, 18)


def test_a_token_is_renewed_before_it_ends(server: GitHubServer) -> None:
    """Also on connections that were made with the one before."""
    started = datetime.now(UTC)  # the server's clock is the machine's
    now = [started]
    asked = Requests(GitHub(server.url, app=APP), lambda: now[0])
    for minutes, tokens in ((0, 1), (54, 1), (56, 2)):
        now[0] = started + timedelta(minutes=minutes)
        asked.get("/repos/example/quill", about="example/quill")
        assert server.count("app.token", 201) == tokens
    assert asked.expires is not None
    assert abs(asked.expires - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=2)


def test_a_token_that_is_refused_early_is_renewed_once(server: GitHubServer) -> None:
    """As when the repositories of an installation were changed; where there is no installation any more, that is told."""
    asked = Requests(GitHub(server.url, app=APP))
    asked.get("/repos/example/quill", about="example/quill")
    server.tokens = ()
    asked.get("/repos/example/quill", about="example/quill")
    assert server.count("app.token", 201) == 2
    server.tokens, server.installations = (), set()
    with pytest.raises(Unwelcome, match="a token for the installation 42"):
        asked.get("/repos/example/quill", about="example/quill")


def test_a_repository_without_the_app_is_told(server: GitHubServer) -> None:
    """There is no token to correct."""
    with pytest.raises(NotFound, match="or the app is not installed on it: check the name and the repositories of its"):
        Requests(GitHub(server.url, app=APP)).get("/repos/example/other", about="example/other")


@pytest.mark.parametrize(
    ("app", "kind", "why"),
    [
        (App(APP.id, 43, PEM), Unwelcome, "a token for the installation 43 .Not Found"),
        (App("Iv0", 42, PEM), Unwelcome, "check .github. app_id"),
        (App(APP.id, 42, "-----BEGIN"), BadInput, "app_key is not a private key"),
    ],
)
def test_what_github_refuses_is_told(server: GitHubServer, app: App, kind: type[Problem], why: str) -> None:
    with pytest.raises(kind, match=why):
        Requests(GitHub(server.url, app=app)).get("/repos/example/quill", about="example/quill")


def test_half_an_app_is_refused() -> None:
    """And an app beside a token: nobody would know which is asked with."""
    with pytest.raises(BadInput, match="set all three"):
        load({"DAYBRIEF_GITHUB__APP_ID": "7"})
    whole = {"DAYBRIEF_GITHUB__APP_ID": "7", "DAYBRIEF_GITHUB__APP_INSTALLATION": "42", "DAYBRIEF_GITHUB__APP_KEY": PEM}
    assert PEM in load(whole).settings.secrets
    with pytest.raises(BadInput, match="keep one of them"):
        load(whole | {"DAYBRIEF_GITHUB__TOKEN": "ghp_1"})


def test_doctor_tells_of_the_installation(environ: dict[str, str], server: GitHubServer) -> None:
    found = {check.what: check for check in examine(environment(environ, server), None, None)}["GitHub"]
    assert found.state == "ok"
    assert found.found.startswith("app installation accepted, its token is renewed before ")


def test_doctor_refuses_a_wrong_key_without_showing_it(cli: Cli, environ: dict[str, str], server: GitHubServer) -> None:
    given = environment(environ, server) | {"DAYBRIEF_GITHUB__APP_KEY": "not-a-key-at-all"}
    told = cli("doctor", **given).stdout
    assert "app_key is not a private key" in told
    assert "not-a-key-at-all" not in told
    assert "app_key is not a private key" in refused(cli("digest", "--repo", "example/quill", **given), 2)


@pytest.mark.parametrize(("days", "state"), [(30, "ok"), (6, "warning")])
def test_doctor_tells_when_a_personal_token_ends(
    environ: dict[str, str], server: GitHubServer, days: int, state: str
) -> None:
    """A week before, that it is time."""
    server.tokens = ("ghp_1",)
    server.expires = f"{NOW + timedelta(days=days, hours=1):%Y-%m-%d %H:%M:%S} UTC"
    given = environ | {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "ghp_1"}
    found = {check.what: check for check in examine(given, None, None)}["GitHub"]
    assert isinstance(found, Check)
    assert (found.state, bool(found.remedy)) == (state, state == "warning")
    assert f"expires on {NOW + timedelta(days=days, hours=1):%Y-%m-%d}" in found.found


async def test_status_tells_when_a_personal_token_ends(
    environ: dict[str, str], server: GitHubServer, quill: Path
) -> None:
    """In the week before; so whoever looks at the channel can tell those who run the bot."""
    server.tokens = ("ghp_1",)
    server.expires = f"{MORNING + timedelta(days=3):%Y-%m-%d %H:%M:%S} UTC"
    given = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "ghp_1"}
    async with a_bot(environ, quill, MORNING, **given) as bot:
        bot.feed()
        assert "GitHub's token expires" not in await bot.shown("status")
        bot.core.sources.github.rate_limit()
        assert f"GitHub's token expires on {MORNING + timedelta(days=3):%Y-%m-%d}" in await bot.shown("status")
