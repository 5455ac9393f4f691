"""Releases: which tags are versions, which came before; told first in a day, and each by itself where a channel wants it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bots import a_bot
from conftest import Cli
from repositories import Repository
from servers.github import GitHubServer

from analysis.commits.tags import Tag, before, one_each, versions
from analysis.sources.github_requests import GitHub, Requests
from analysis.sources.github_revisions import GitHubRevisions
from formatters.reply import DigestPost, Sheet
from storage.pages import Pages
from storage.store import Store

NOON = datetime(2026, 1, 8, 12, tzinfo=UTC)


def a_tag(name: str, hours: int = 0, *, is_marked: bool = False) -> Tag:
    return Tag(name, "a" * 40, NOON + timedelta(hours=hours), is_marked=is_marked)


@pytest.mark.parametrize(("name", "is_final"), [
    ("v1.2.0", True), ("1.2", True), ("pen-1.2.0", True), ("pen@1.2.0", True), ("v1.2.0.post1", True), ("v1.2.0rc1", False),
    ("v1.2.0-beta.2", False), ("v1.2.0a1", False), ("v1.2.0.dev3", False), ("nightly", False), ("v1.2.0-canary.1", False),
])  # fmt: skip
def test_what_is_for_everybody(name: str, is_final: bool) -> None:
    """By its name; a tag that names no version is none."""
    assert a_tag(name).is_final is is_final
    assert not a_tag(name, is_marked=True).is_final


def test_what_came_before_is_of_the_same_package() -> None:
    """The highest final version below; before a pre-release the one just before."""
    names = [
        "v1.1.0",
        "v1.1.1",
        "v1.2.0rc1",
        "v1.2.0rc2",
        "pen-3.0.0",
        "v1.2.0",
        "v1.1.2",
        "pen-3.1.0",
        "v1.10.0",
        "latest",
    ]
    tags = [a_tag(name, hours) for hours, name in enumerate(names)]
    found = {tag.name: earlier.name if (earlier := before(tag, tags)) else "" for tag in tags}
    assert found == {
        "v1.1.0": "", "v1.1.1": "v1.1.0", "v1.2.0rc1": "v1.1.1", "v1.2.0rc2": "v1.2.0rc1", "v1.2.0": "v1.1.1", "v1.1.2": "v1.1.1",
        "v1.10.0": "v1.2.0", "pen-3.0.0": "", "pen-3.1.0": "pen-3.0.0", "latest": "",
    }  # fmt: skip
    assert [tag.name for tag in versions(tags)][:2] == ["v1.10.0", "pen-3.1.0"]


def test_a_release_is_told_once_however_many_tags_its_commit_has() -> None:
    """Go tags each module of a repository by itself, and some a second time with numbers to import it by."""
    names = ["v3.5.4", "v0.305.4", "api/v3.5.4", "pen-1.2.0", "v1.0.0"]
    tags = [Tag(name, ("b" if name == "v1.0.0" else "a") * 40, NOON) for name in names]
    assert [tag.name for tag in one_each(tags)] == ["v3.5.4", "pen-1.2.0", "v1.0.0"]
    modules = [Tag(name, "a" * 40, NOON) for name in ("api/v1.2.0", "sdk/v1.2.0")]
    assert one_each(modules) == modules


ARGUMENTS = """
    def add(parser):
        parser.add_argument("--port", type=int, default=80)
        parser.add_argument("--slow-start", action="store_true")
"""


@pytest.fixture
def pen(tmp_path: Path) -> Repository:
    """A repository with two releases and a candidate on the day, and a commit after them."""
    made = Repository(tmp_path / "pen")
    made.commit("Begin", {"pen/args.py": ARGUMENTS}, "v1.0.0")
    text = "\n".join(line for line in ARGUMENTS.split("\n") if "slow" not in line)
    made.commit("Drop a flag (#1)", {"pen/args.py": text}, "v1.1.0rc1")
    made.commit("Fix it (#2)", {"pen/more.py": "x = 1\n"}, "v1.1.0")
    made.commit("Go on (#3)", {"pen/more.py": "x = 2\n"})
    return made


def test_a_day_tells_its_releases_first(cli: Cli, pen: Repository) -> None:
    """Before everything else, with what most have until then; and a commit that is in none yet is told so."""
    day = ("digest", "--repo", f"ann/pen={pen.path}", "--date", "2026-01-08", "--tz", "UTC", "--quiet")
    told = cli(*day).stdout
    assert told.index("v1.1.0` is out, after `v1.0.0`") < told.index("the pre-release `v1.1.0rc1` is out")
    assert "`v1.1.0` 已发布，上一版本为 `v1.0.0`" in cli(*day, "--lang", "zh", "--format", "markdown").stdout
    assert "v1.1.0</code> is out" in cli(*day, "--format", "html").stdout
    releases = json.loads(cli(*day, "--json").stdout)["releases"]
    assert [(one["tag"]["name"], one["before"]) for one in releases] == [
        ("v1.1.0", "v1.0.0"),
        ("v1.1.0rc1", "v1.0.0"),
        ("v1.0.0", ""),
    ]
    assert "not in a release yet (the newest is v1.1.0)" in cli("show", "Go on").stdout
    fixed = cli("show", "Fix it").stdout
    assert "not in a release yet" not in fixed
    assert "In v1.1.0." in fixed


@pytest.mark.parametrize("is_clone", [True, False])
async def test_a_feeds_day_tells_its_releases(environ: dict[str, str], pen: Repository, *, is_clone: bool) -> None:
    """Though the channel wants no brief for each; of a repository on GitHub too, where a token makes looking free."""
    with GitHubServer({"ann/pen": pen.path}) as server:
        github = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
        async with a_bot(environ | github, pen.path) as bot:
            place = f"ann/pen={pen.path}" if is_clone else "ann/pen"
            bot.feed(repository="ann/pen", place=place, zone="UTC", since=NOON - timedelta(days=1))
            await bot.at(NOON + timedelta(hours=22))
            (post,) = (one for one in bot.platform.replies.values() if isinstance(one, DigestPost))
            names = [one.tag.name for one in post.outline.digest.releases]
            assert names == ["v1.1.0", "v1.1.0rc1", "v1.0.0"]


@pytest.mark.parametrize(("wanted", "names"), [("final", ["v1.1.0"]), ("all", ["v1.1.0rc1", "v1.1.0"]), ("", [])])
async def test_each_release_comes_once_with_what_it_does(
    environ: dict[str, str], pen: Repository, wanted: str, names: list[str]
) -> None:
    """Where a channel wants it; those from before the feed was made are old news."""
    async with a_bot(environ, pen.path) as bot:
        bot.now = NOON + timedelta(hours=6)
        bot.feed(repository="ann/pen", place=f"ann/pen={pen.path}", releases=wanted, since=NOON)
        for _ in range(2):
            await bot.assembly.releases.look()
            await bot.assembly.releases.round()
        sheets = [reply for reply in bot.platform.replies.values() if isinstance(reply, Sheet)]
        assert [sheet.title.rpartition(" ")[2] for sheet in sheets] == names
        assert all("`--slow-start`" in str(sheet.rows) for sheet in sheets)
        assert all(" of ann/pen is out." in sheet.note for sheet in sheets)
        assert set(bot.platform.posts.values()) <= {1}


def test_github_is_asked_for_tags_by_conditional_requests(pen: Repository, tmp_path: Path) -> None:
    """Two for a look, both free while nothing is new; a published release says when, and where its notes are."""
    with GitHubServer({"ann/pen": pen.path}) as server:
        server.releases = [
            {
                "tag_name": "v1.1.0",
                "published_at": "2026-01-09T00:00:00Z",
                "html_url": "https://github.com/ann/pen/releases/tag/v1.1.0",
                "prerelease": False,
            },
            {"tag_name": "v1.1.0rc1", "published_at": "2026-01-08T20:00:00Z", "html_url": "", "prerelease": True},
        ]
        source = GitHubRevisions(
            Requests(GitHub(server.url, "test-token")), "ann/pen", pages=Pages(Store(tmp_path / "a.db"), 0)
        )
        tags = source.tags()
        assert [(tag.name, tag.is_final, f"{tag.at:%d %H}") for tag in versions(tags)] == [
            ("v1.1.0", True, "09 00"),
            ("v1.1.0rc1", False, "08 20"),
        ]
        assert source.tags() == tags
        assert [asked.status for asked in server.requests] == [200, 200, 304, 304]
        between = source.between("v1.0.0", "v1.1.0")
        assert [head.subject for head in between.heads] == ["Fix it (#2)", "Drop a flag (#1)"]
        files = source.files(between.old.sha, ["pen/args.py", "pen/none.py"])
        assert not files.is_whole
        assert list(files.texts) == ["pen/args.py"]
        assert "--slow-start" in files.texts["pen/args.py"]
        assert server.unrouted == []
