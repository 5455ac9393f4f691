"""What a source cannot give of single commits: they are told by their titles, marked; the others as ever."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bots import Bot, a_bot
from servers.github import GitHubServer
from servers.scratch import ENVIRONMENT, NOON, Scratch, run_git
from servers.waiting import hurry

from analysis.commits.window import Window
from analysis.digest.pipeline import silent
from analysis.entry import RULES
from analysis.errors import BadInput, Outage
from analysis.sources.git_clone import GitClone
from analysis.triage.triage import Importance
from bot.config import load
from bot.digests.core import open_core
from bot.digests.repositories import parse_place
from formatters.outline import outline
from formatters.reply import DigestPost, Note
from storage.feeds import Quiet

NINE = datetime(2026, 1, 9, 9, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
UNREAD = "its diff was not seen because the source did not provide it: only the title is known"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "scratch.git")
    for number in range(6):
        made.commit(f"Fix crash {number}", {"app.py": f"a = {number}\n"}, at=NINE - 20 * HOUR + number * HOUR)
    return made


@pytest.fixture
def github(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    hurry(monkeypatch)
    with GitHubServer({"ann/scratch": scratch.path}) as server:
        yield server


@pytest.fixture
async def bot(environ: dict[str, str], scratch: Scratch, github: GitHubServer) -> AsyncIterator[Bot]:
    settings = {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    async with a_bot(environ, scratch.path, NINE, **settings) as made:
        made.feed(repository="ann/scratch", place="ann/scratch", zone="UTC", since=NINE - HOUR)
        yield made


def notes(post: object) -> dict[str, list[str]]:
    """The remarks on each commit of a post, by its title."""
    assert isinstance(post, DigestPost), post
    return {item.entry.commit.subject: list(item.marks) for item in post.outline.items()}


@pytest.mark.parametrize("is_read_ahead", [False, True], ids=["at once", "read ahead"])
@pytest.mark.parametrize("status", [403, 404, 422, 451, 500, 503, 504])
async def test_one_commit_that_github_does_not_serve_is_told_by_its_title(
    bot: Bot, github: GitHubServer, scratch: Scratch, status: int, *, is_read_ahead: bool
) -> None:
    """The others are told as ever, also where they are known and it alone is asked for; when GitHub serves it, the post is completed where it stands."""
    sha = scratch.git("rev-parse", "main~2")
    github.unserved[sha] = status
    if is_read_ahead:
        await bot.assembly.look()
    await bot.assembly.due()
    (post,) = bot.platform.in_channel("C1")
    assert len(notes(post)) == 6
    assert {title for title, said in notes(post).items() if UNREAD in said} == {"Fix crash 3"}
    github.unserved.clear()
    bot.now += 15 * timedelta(minutes=1)
    await bot.assembly.look()
    ((_, edited),) = bot.platform.edits
    assert [said for said in notes(edited).values() if UNREAD in said] == []


async def test_a_quiet_day_of_a_rewritten_history_says_so(bot: Bot, scratch: Scratch) -> None:
    """Nothing landed, and yet the branch is another one."""
    await bot.assembly.due()
    tip = scratch.git("rev-parse", "main~1")
    tip = scratch.commit(
        "Fix crash 5\n\nSigned-off-by: Ann", {"app.py": "a = 5\n"}, at=NINE - 15 * HOUR, parents=[tip], branch="new"
    )
    scratch.git("update-ref", "refs/heads/main", tip)
    bot.now += DAY
    await bot.assembly.due()
    _, said = bot.platform.in_channel("C1")
    assert isinstance(said, Note)
    assert said.text.splitlines() == [
        "ann/scratch, Friday, 2026-01-09: nothing landed.",
        "⚠️ the branch's history was rewritten: 1 commit reported before now has another SHA",
    ]


@pytest.mark.parametrize("quiet", ["line", "nothing"])
async def test_what_a_force_push_dropped_is_told_on_a_quiet_day(bot: Bot, scratch: Scratch, quiet: Quiet) -> None:
    """Also where quiet days are passed over: what the channel was told is not true any more."""
    (feed,) = bot.assembly.feeds.all()
    bot.assembly.feeds.put(replace(feed, quiet=quiet))
    await bot.assembly.due()
    short = scratch.git("rev-parse", "--short=7", "main")
    scratch.git("update-ref", "refs/heads/main", "main~1")
    for _ in range(2):
        bot.now += DAY
        await bot.assembly.due()
    said = bot.platform.in_channel("C1")[1]
    assert isinstance(said, Note)
    assert said.text.splitlines() == [
        "ann/scratch, Friday, 2026-01-09: nothing landed.",
        f"⚠️ 1 commit reported on 2026-01-08 is no longer on the branch: `{short} Fix crash 5`",
    ]
    assert len(bot.platform.in_channel("C1")) == (3 if quiet == "line" else 2)


async def test_where_github_serves_none_of_them_it_is_an_outage(
    bot: Bot, github: GitHubServer, scratch: Scratch
) -> None:
    """Nothing is posted by titles alone."""
    for sha in scratch.git("rev-list", "main").split():
        github.unserved[sha] = 500
    await bot.assembly.due()
    assert bot.platform.in_channel("C1") == []
    assert github.count("commits.get") < 100


def loose(scratch: Scratch, folder: Path) -> Path:
    """Return a copy that keeps each object in a file of its own."""
    path = folder / "loose.git"
    run_git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(path))
    for file in (scratch.path / "objects").glob("??/*"):
        target = path / "objects" / file.parent.name / file.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(file.read_bytes())
    for pack in (scratch.path / "objects" / "pack").glob("*.pack"):
        run_git(path, "unpack-objects", "-q", stdin=pack.read_bytes())
    run_git(path, "update-ref", "refs/heads/main", scratch.tip())
    return path


def lose(path: Path, name: str) -> None:
    sha = run_git(path, "rev-parse", name)
    (path / "objects" / sha[:2] / sha[2:]).unlink()


class TestClone:
    def test_an_unreadable_blob_hides_its_own_file_alone(self, scratch: Scratch, tmp_path: Path) -> None:
        """The two commits that have it on either side are told with the names of their files; the others whole."""
        path = loose(scratch, tmp_path)
        lose(path, "main~2:app.py")
        source = GitClone(path, environ=ENVIRONMENT)
        commits = list(source.fetch(source.landed(*EVER).heads, None))  # type: ignore[arg-type]  # it needs no executor
        seen = {commit.subject: [(file.path, file.unseen) for file in commit.files] for commit in commits}
        unreadable, readable = [("app.py", "unreadable")], [("app.py", None)]
        assert seen == {f"Fix crash {number}": unreadable if number in {3, 4} else readable for number in range(6)}

    def test_a_lost_tree_leaves_the_title(self, scratch: Scratch, tmp_path: Path) -> None:
        path = loose(scratch, tmp_path)
        lose(path, "main~2^{tree}")
        source = GitClone(path, environ=ENVIRONMENT)
        commits = list(source.fetch(source.landed(*EVER).heads, None))  # type: ignore[arg-type]  # it needs no executor
        assert {commit.subject for commit in commits if commit.is_unread} == {"Fix crash 3", "Fix crash 4"}
        assert len(commits) == 6

    def test_the_day_of_an_unreadable_blob_is_told(
        self, scratch: Scratch, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        """With the mark on what was not seen."""
        path = loose(scratch, tmp_path)
        lose(path, "main~2:app.py")
        core = open_core(load(environ), lambda: NINE)
        window = Window.of((NINE - DAY).date(), "UTC")
        source = core.sources.open(parse_place(f"ann/scratch={path}"))
        digest, areas = core.digest(source, window, "en", core.analyser(RULES), silent)
        said = {item.entry.commit.subject: item.marks for item in outline(digest, areas).items()}
        assert len(said) == 6
        assert [title for title in sorted(said) if "part of the diff was not seen: app.py" in said[title]] == [
            "Fix crash 3", "Fix crash 4",
        ]  # fmt: skip

    @pytest.mark.parametrize("lost", ["main~2^{tree}", "main~2:app.py"], ids=["its tree", "its file"])
    @pytest.mark.parametrize(
        ("title", "kind"),
        [
            ("Add the parser", "unknown"),
            ("docs: say how", "docs"),
            ("Fix the crash of the parser", "bugfix"),
            ("修复崩溃", "bugfix"),
        ],
    )
    def test_what_was_not_seen_has_no_type_but_its_authors(
        self, scratch: Scratch, tmp_path: Path, environ: dict[str, str], lost: str, title: str, kind: str
    ) -> None:
        """It counts as nothing else, and its rank says what it rests on."""
        for number, said in enumerate(["Before", title, "Between", "After"]):
            scratch.commit(said, {"app.py": f"b = {number}\n"}, at=NINE - 12 * HOUR + number * HOUR)
        path = loose(scratch, tmp_path)
        lose(path, lost)
        core = open_core(load(environ), lambda: NINE)
        window = Window.of((NINE - DAY).date(), "UTC")
        source = core.sources.open(parse_place(f"ann/scratch={path}"))
        digest, areas = core.digest(source, window, "en", core.analyser(RULES), silent)
        told = outline(digest, areas)
        (item,) = (item for item in told.items() if item.entry.commit.subject == title)
        assert [one.value for one in item.entry.triage.types] == [kind]
        assert any("the diff was not seen" in mark or "its diff was not seen" in mark for mark in item.marks)
        said = "its diff was not seen: ranked by what its author wrote"
        assert said in item.ranked or item.entry.triage.importance is Importance.LOW
        assert "other change" in told.makeup  # what follows it was not seen either, and says nothing of itself


class TestEncodings:
    @pytest.mark.parametrize(
        ("encoding", "stored", "read"),
        [
            ("UTF-16LE", b"Fix the parser", "Fix the parser"),
            ("UTF-32", "Fix für alle".encode(), "Fix für alle"),
            ("utf-7x", b"Fix the parser", "Fix the parser"),
            ("GBK", "修复崩溃".encode("gbk"), "修复崩溃"),
            ("ISO-8859-1", "Für alle".encode("latin-1"), "Für alle"),
            ("", "修复崩溃".encode(), "修复崩溃"),
            ("idna", b"Fix the parser", "Fix the parser"),
            ("base64", b"Fix the parser", "Fix the parser"),
        ],
    )
    def test_a_header_of_any_encoding_hides_no_commit(
        self, scratch: Scratch, encoding: str, stored: bytes, read: str
    ) -> None:
        """It is read as it can be."""
        tree, seconds = scratch.git("rev-parse", "main^{tree}"), int(NOON.timestamp())
        who = f"A <a@b> {seconds} +0000"
        head = f"tree {tree}\nparent {scratch.tip()}\nauthor {who}\ncommitter {who}\n"
        head += f"encoding {encoding}\n" if encoding else ""
        raw = head.encode() + b"\n" + stored + b"\n"
        sha = scratch.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw)
        scratch.git("update-ref", "refs/heads/main", sha)
        source = GitClone(scratch.path, environ=ENVIRONMENT)
        heads = source.landed(*EVER).heads
        assert (len(heads), heads[0].subject) == (7, read)
        assert source.resolve(sha).subject == read


def test_a_day_that_was_left_out_is_no_quiet_day(scratch: Scratch, environ: dict[str, str]) -> None:
    """Samoa went from the 29th to the 31st."""
    core = open_core(load(environ), lambda: NINE)
    source = core.sources.open(parse_place(f"ann/scratch={scratch.path}"))
    window = Window.of(datetime(2011, 12, 30, tzinfo=UTC).date(), "Pacific/Apia")
    with pytest.raises(BadInput, match="There was no 2011-12-30 in Pacific/Apia, where the calendar skipped it"):
        core.digest(source, window, "en", core.analyser(RULES), silent)


def test_a_server_that_is_down_is_an_outage_whatever_was_served_before(
    scratch: Scratch, github: GitHubServer, environ: dict[str, str]
) -> None:
    """What was served is kept for the next run."""
    settings = {"DAYBRIEF_GITHUB__BASE_URL": github.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    core = open_core(load(environ | settings), lambda: NINE)
    github.fail(times=1_000, routes=("commits.get",))
    with pytest.raises(Outage):
        core.digest(
            core.sources.open(parse_place("ann/scratch")),
            Window.of((NINE - DAY).date(), "UTC"),
            "en",
            core.analyser(RULES),
            silent,
        )
