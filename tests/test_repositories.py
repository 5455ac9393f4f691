"""What people name as a repository: a name, a page, a clone, or a clone under a name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from servers.scratch import ENVIRONMENT, Scratch

from analysis.errors import BadInput
from analysis.sources import CommitSource
from analysis.sources.git_clone import GitClone
from analysis.sources.github_requests import GitHub, Requests
from analysis.sources.github_rest import GitHubRepository
from bot.digests.repositories import Place, open_source, parse_place

PUBLIC = "https://api.github.com"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("sgl-project/sglang", Place("sgl-project/sglang")),
        (" sgl-project/sglang ", Place("sgl-project/sglang")),
        ("ann/quill.git", Place("ann/quill")),
        ("ann/.github", Place("ann/.github")),
        ("https://github.com/ann/quill", Place("ann/quill", host="github.com")),
        ("https://GitHub.com/ann/quill/", Place("ann/quill", host="github.com")),
        ("http://www.github.com/ann/quill.git", Place("ann/quill", host="www.github.com")),
        ("github.com/ann/quill", Place("ann/quill", host="github.com")),
        ("https://github.com/ann/quill/commits/main?since=1", Place("ann/quill", host="github.com")),
        ("https://github.com/ann/quill#readme", Place("ann/quill", host="github.com")),
        ("git@github.com:ann/quill.git", Place("ann/quill", host="github.com")),
        ("ssh://git@github.com:22/ann/quill.git", Place("ann/quill", host="github.com")),
        ("https://user:secret@ghe.example.com:8443/ann/quill", Place("ann/quill", host="ghe.example.com")),
        ("/srv/quill", Place("", "/srv/quill")),
        ("./quill", Place("", "./quill")),
        ("../quill", Place("", "../quill")),
        ("~/quill", Place("", "~/quill")),
        (".", Place("", ".")),
        ("ann/quill=/srv/quill.git", Place("ann/quill", "/srv/quill.git")),
        ("ann/quill=quill", Place("ann/quill", "quill")),
        ("ann/quill=/srv/a=b", Place("ann/quill", "/srv/a=b")),
        ("./a=b/c", Place("", "./a=b/c")),
    ],
)
def test_what_is_understood(text: str, place: Place) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize("name", ["quill", "ann/quill", "a=b"])
def test_a_folder_that_exists_is_a_clone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir(parents=True)
    assert parse_place(name) == Place("", name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quill",
        "a/b/c",
        "ann/",
        "a/b=",
        "ann/..",
        "ann/.",
        "ann quill",
        "https://github.com/ann",
        "=x",
    ],
)
def test_what_names_nothing_is_told(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_place(text)
    assert str(caught.value) == (
        f"{text!r} does not name a repository: write owner/name, a clone's folder, or owner/name=folder."
    )


def opened(place: Place, base_url: str = PUBLIC) -> CommitSource:
    return open_source(
        place,
        base_url=base_url,
        github=lambda: Requests(GitHub(base_url)),
        branch=None,
        environ=ENVIRONMENT,
        pages=None,
        now=lambda: datetime.now(UTC),
    )


def test_a_folder_is_read_as_a_clone(tmp_path: Path) -> None:
    source = opened(Place("ann/quill", str(Scratch(tmp_path / "r").path)))
    assert isinstance(source, GitClone)
    assert source.repo == "ann/quill"


def test_a_name_is_read_on_github() -> None:
    source = opened(Place("ann/quill"))
    assert isinstance(source, GitHubRepository)
    assert (source.repo, source.branch) == ("ann/quill", "")


@pytest.mark.parametrize(
    ("host", "base_url"),
    [
        ("github.com", PUBLIC),
        ("www.github.com", PUBLIC),
        ("api.github.com", PUBLIC),
        ("ghe.example.com", "https://ghe.example.com/api/v3/"),
    ],
)
def test_a_page_of_the_configured_server_is_read_there(host: str, base_url: str) -> None:
    assert opened(Place("ann/quill", host=host), base_url).repo == "ann/quill"


@pytest.mark.parametrize(
    ("host", "base_url"),
    [("gitlab.com", PUBLIC), ("github.com", "https://ghe.example.com/api/v3"), ("hub.com", PUBLIC)],
)
def test_a_page_of_another_server_is_not_taken_for_it(host: str, base_url: str) -> None:
    """Another repository of the same name may be there."""
    with pytest.raises(BadInput, match=rf"{host} is not the configured GitHub \({base_url}\): clone the repo"):
        opened(Place("ann/quill", host=host), base_url)
