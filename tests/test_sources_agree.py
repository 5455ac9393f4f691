"""A repository reads the same as a clone and on GitHub, but for what git cannot know: accounts and pages."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from servers.github import GitHubServer
from servers.github_objects import PatchLimits
from servers.scratch import ENVIRONMENT, NOON, Content, Scratch

from analysis.commits.commit import Commit
from analysis.commits.window import Window
from analysis.sources import fold_merges
from analysis.sources.git_clone import GitClone
from analysis.sources.github_requests import GitHub, Requests
from analysis.sources.github_rest import GitHubRepository

REPO = "example/quill"
DAY = Window.of(date(2026, 3, 12), "Asia/Shanghai")
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
NO_PATCHES = PatchLimits(file_lines=0, file_bytes=0)

Pairs = dict[str, tuple[Commit, Commit]]
"""A commit as the clone and as GitHub gives it, by subject."""

ODD_PATHS = [
    'a "quoted" name.py',
    "tab\there.py",
    "new\nline.py",
    "宽/文件.py",
    "ä b.py",
    " spaces at the ends ",
    "back\\slash.py",
    "a b/c b/d",
    ":colon",
    "diff --git a b",
    "{a => b}.py",
    "1\t2\tname",
    "bell\a.py",
]


def read(source: GitClone | GitHubRepository, since: datetime, until: datetime) -> tuple[Commit, ...]:
    with ThreadPoolExecutor(4) as executor:
        heads = source.landed(since, until).heads
        whole = {commit.sha: commit for commit in source.fetch(heads, executor)}
    return tuple(whole[head.sha] for head in heads)


def both(
    path: Path, span: tuple[datetime, datetime] = EVER, patches: PatchLimits | None = None
) -> tuple[Sequence[Commit], Sequence[Commit]]:
    """Read a repository as a clone and on GitHub, without accounts and pages; nothing unknown was asked for."""
    clone = GitClone(path, repo=REPO, environ=ENVIRONMENT)
    with GitHubServer({REPO: path}, patches=patches) as server:
        on_github = read(GitHubRepository(Requests(GitHub(server.url, "test-token")), REPO), *span)
        assert server.unrouted == []
    return read(clone, *span), [replace(commit, login=None, url=None) for commit in on_github]


def test_the_sample_day_is_equal(quill: Path) -> None:
    in_clone, on_github = both(quill, (DAY.start, DAY.end))
    assert (len(in_clone), len(fold_merges(in_clone))) == (20, 18)
    assert in_clone == tuple(on_github)


def test_the_sample_days_whole_history_is_equal_when_patches_come_as_a_diff(quill: Path) -> None:
    """GitHub leaves large patches out of the JSON: then the whole diff is read instead."""
    in_clone, on_github = both(quill, patches=NO_PATCHES)
    assert in_clone == tuple(on_github)
    assert len(in_clone) == 30


def test_accounts_and_pages_are_known_on_github_alone(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "r")
    sha = scratch.commit("By an account", {"a": "1\n"}, author="Ann <1+ann@users.noreply.github.com>")
    with GitHubServer({REPO: scratch.path}) as server:
        (on_github,) = read(GitHubRepository(Requests(GitHub(server.url)), REPO), *EVER)
    assert (on_github.login, on_github.url) == ("ann", f"https://github.com/{REPO}/commit/{sha}")
    (in_clone,) = read(GitClone(scratch.path, repo=REPO, environ=ENVIRONMENT), *EVER)
    assert (in_clone.login, in_clone.url) == (None, None)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pairs]:
    """Every odd path through its life, and every change: how both read it, with patches in the JSON and without."""
    scratch = Scratch(tmp_path_factory.mktemp("odd") / "r")
    anchor: dict[str, Content] = {"anchor": "there is always a file\n"}
    for number, path in enumerate(ODD_PATHS):
        scratch.commit(f"path {number}: add", {**anchor, path: "one\n"}, parents=[], branch="side")
        scratch.commit(f"path {number}: change", {path: "two\n"}, branch="side")
        scratch.commit(f"path {number}: move", {path: None, f"moved/{path}": "two\n"}, branch="side")
        scratch.commit(f"path {number}: back", {f"moved/{path}": None, path: "two\n" * 20 + "three\n"}, branch="side")
        tip = scratch.commit(f"path {number}: remove", {path: None}, branch="side")
        scratch.commit("Merge", parents=[*filter(None, [scratch.tip()]), tip])
    for what, (before, after) in CHANGES.items():
        scratch.commit(f"before: {what}", {**anchor, **before}, parents=[], branch="side")
        tip = scratch.commit(what, after, branch="side")
        scratch.commit("Merge", parents=[scratch.tip(), tip])
    read = {"patches": both(scratch.path), "diff": both(scratch.path, patches=NO_PATCHES)}
    return {how: {one.subject: (one, other) for one, other in zip(*pair, strict=True)} for how, pair in read.items()}


@pytest.mark.parametrize("how", ["patches", "diff"])
@pytest.mark.parametrize("number", range(len(ODD_PATHS)), ids=ODD_PATHS)
def test_an_unusual_path_is_equal(odd: dict[str, Pairs], number: int, how: str) -> None:
    path = ODD_PATHS[number]
    life = [odd[how][f"path {number}: {what}"] for what in ("add", "change", "move", "back", "remove")]
    assert [in_clone for in_clone, _ in life] == [on_github for _, on_github in life]
    _, changed, moved, *_ = (commit.files[-1] for commit, _ in life)
    assert (changed.path, changed.patch) == (path, "@@ -1 +1 @@\n-one\n+two")
    assert (moved.old_path, moved.path) == (path, f"moved/{path}")


LINES = "".join(f"line {number}\n" for number in range(30))
SUBMODULE = "160000"
LINK = "120000"
CHANGES: dict[str, tuple[dict[str, Content], dict[str, Content]]] = {
    "add": ({}, {"a.py": "x\n"}),
    "remove": ({"a.py": "x\n"}, {"a.py": None}),
    "add an empty file": ({}, {"a.py": ""}),
    "remove an empty file": ({"a.py": ""}, {"a.py": None}),
    "empty a file": ({"a.py": LINES}, {"a.py": ""}),
    "fill an empty file": ({"a.py": ""}, {"a.py": LINES}),
    "rename": ({"a.py": LINES}, {"a.py": None, "b.py": LINES}),
    "rename and change": ({"a.py": LINES}, {"a.py": None, "b.py": LINES + "more\n"}),
    "rename an empty file": ({"a.py": ""}, {"a.py": None, "b.py": ""}),
    "copy": ({"a.py": LINES}, {"b.py": LINES}),
    "no line break at the end": ({"a.py": "x"}, {"a.py": "y"}),
    "carriage returns": ({"a.py": "x\r\ny\r\n"}, {"a.py": "x\r\nz\r\n"}),
    "change the mode": ({"a.sh": LINES}, {"a.sh": ("100755", LINES)}),
    "change mode and content": ({"a.sh": LINES}, {"a.sh": ("100755", LINES + "more\n")}),
    "file to link": ({"a": "target\n"}, {"a": (LINK, "target")}),
    "link to file": ({"a": (LINK, "target")}, {"a": LINES}),
    "change a link": ({"a": (LINK, "one")}, {"a": (LINK, "two")}),
    "add a binary file": ({}, {"a.bin": b"\0\1"}),
    "add a binary file without an ending": ({}, {"weights": b"\0\1"}),
    "change a binary file": ({"a.bin": b"\0\1"}, {"a.bin": b"\0\2"}),
    "change a binary file without an ending": ({"weights": b"\0\1"}, {"weights": b"\0\2"}),
    "remove a binary file": ({"a.bin": b"\0\1"}, {"a.bin": None}),
    "rename a binary file": ({"a.bin": b"\0\1" * 99}, {"a.bin": None, "b.bin": b"\0\1" * 99}),
    "text to binary": ({"a": "text\n"}, {"a": b"\0\1"}),
    "binary to text": ({"a": b"\0\1"}, {"a": "text\n"}),
    "a zero byte far down": ({"a.py": "x\n" * 5_000}, {"a.py": "y\n" + "x\n" * 4_999 + "\0\n"}),
    "bytes that are no text": ({"a.py": b"caf\xe9\n"}, {"a.py": b"caf\xe8\n"}),
    "a patch that looks like a header": ({"a": "x\n"}, {"a": "diff --git a/a b/a\n@@ -1 +1 @@\n+y\n"}),
    "add a submodule": ({}, {"sub": (SUBMODULE, "1" * 40)}),
    "move a submodule on": ({"sub": (SUBMODULE, "1" * 40)}, {"sub": (SUBMODULE, "2" * 40)}),
    "file to submodule": ({"sub": "x\n"}, {"sub": (SUBMODULE, "1" * 40)}),
    "nothing": ({"a.py": "x\n"}, {}),
    "file to folder": ({"a": "x\n"}, {"a": None, "a/b": "x\n"}),
}


@pytest.mark.parametrize("how", ["patches", "diff"])
@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_equal(odd: dict[str, Pairs], what: str, how: str) -> None:
    in_clone, on_github = odd[how][what]
    assert in_clone == on_github
    assert bool(in_clone.files) is (what != "nothing")


@pytest.mark.parametrize(
    "message",
    [
        "Subject\r\n\r\nBody\r\n",
        "Control \x01\x02\x1b[31m\x7f",
        "Bell\a and\ttab",
        "\n\n  Indented\n",
        "",
        "𝒳 ﷽ \u202e\u200b",
    ],
    ids=ascii,
)
def test_a_message_is_equal(tmp_path: Path, message: str) -> None:
    scratch = Scratch(tmp_path / "r")
    scratch.commit(message, {"a.py": "x\n"})
    in_clone, on_github = both(scratch.path)
    assert in_clone == tuple(on_github)


def test_merges_of_all_kinds_are_equal(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "r")
    root = scratch.commit("Root", {"a": "1\n"})
    one, two, three = (
        scratch.commit(f"Side {name}", {name: "x\n"}, parents=[root], branch=name) for name in ("one", "two", "three")
    )
    octopus = scratch.commit("Octopus", {"two": "x\n", "three": "x\n"}, parents=[root, two, three])
    inner = scratch.commit("Inner merge", {"two": "x\n"}, parents=[one, two], branch="inner")
    scratch.commit("Merge of a merge", {"one": "x\n"}, parents=[octopus, inner])
    in_clone, on_github = both(scratch.path)
    assert in_clone == tuple(on_github)
    merges = {commit.subject: [file.path for file in commit.files] for commit in in_clone if commit.is_merge}
    assert merges == {"Merge of a merge": ["one"], "Octopus": ["three", "two"], "Inner merge": ["two"]}


def test_times_are_equal_and_in_utc(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "r")
    scratch.commit("Late", {"a": "1\n"}, at=NOON, authored=NOON - timedelta(days=400))
    in_clone, on_github = both(scratch.path)
    assert in_clone == tuple(on_github)
    assert (in_clone[0].committed_at, in_clone[0].authored_at) == (NOON, NOON - timedelta(days=400))


def test_the_ends_of_a_span_are_equal(tmp_path: Path) -> None:
    """A span holds its first second and not its last."""
    scratch = Scratch(tmp_path / "r")
    for seconds in (-1, 0, 59, 60):
        scratch.commit(f"At {seconds}", {"a": f"{seconds}\n"}, at=NOON + timedelta(seconds=seconds))
    in_clone, on_github = both(scratch.path, (NOON, NOON + timedelta(minutes=1)))
    assert in_clone == tuple(on_github)
    assert [commit.subject for commit in in_clone] == ["At 59", "At 0"]


def test_a_file_that_is_too_large_is_marked_by_both(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "r")
    scratch.commit("Add", {"wide.txt": "z" * 1_000_001 + "\n"})
    in_clone, on_github = both(scratch.path)
    assert in_clone == tuple(on_github)
    (file,) = in_clone[0].files
    assert (file.additions, file.patch, file.unseen) == (1, None, "too large")


def test_an_empty_repository_is_told_by_both(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "r")
    with GitHubServer({REPO: scratch.path}) as server:
        on_github = GitHubRepository(Requests(GitHub(server.url)), REPO).landed(*EVER)
    in_clone = GitClone(scratch.path, repo=REPO, environ=ENVIRONMENT).landed(*EVER)
    assert in_clone.heads == on_github.heads == ()
    assert in_clone.notes == on_github.notes == ("the repository has no commits yet",)
