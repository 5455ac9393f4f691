"""What a moved submodule brings, read from the clone of the submodule that lies in the clone, or on GitHub."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from made import an_entry
from servers.github import GitHubServer
from servers.scratch import ENVIRONMENT, Scratch
from servers.waiting import hurry

from analysis.commits.commit import SubmoduleMove
from analysis.errors import RateLimited
from analysis.i18n.language import Language
from analysis.sources.git_clone import GitClone
from analysis.sources.github_requests import GitHub, Requests
from analysis.sources.github_rest import GitHubRepository
from analysis.sources.submodules import page_of, urls_by_path
from analysis.triage.areas import general
from formatters.text.item import item_of

KERNELS, PARSER, THEMES = "third_party/kernels", "vendor/parser", "site/themes"


class Project:
    """A project with one submodule, whose clone is where `git submodule update` puts it."""

    def __init__(self, folder: Path, path: str, *, name: str = "", url: str = "../inner.git", clone: str = "") -> None:
        self.path, self.name = path, name or path
        self.outer = Scratch(folder / "outer.git")
        self.inner = Scratch(folder / "outer.git" / (clone or f"modules/{self.name}"))
        self._settings = {".gitmodules": f'[submodule "{self.name}"]\n\tpath = {path}\n\turl = {url}\n'}

    def moved(self, before: str, after: str) -> tuple[SubmoduleMove, ...]:
        """Move the submodule in a commit, and return what the source says of it."""
        self.outer.commit("Add", {**self._settings, self.path: ("160000", before)})
        sha = self.outer.commit("Move", {self.path: ("160000", after)})
        return GitClone(self.outer.path, repo="ann/outer", environ=ENVIRONMENT).resolve(sha).submodules

    def points(self, before: str, after: str, language: Language = "en") -> list[tuple[str, str]]:
        """Return what the details of such a commit say of it, each line with the page that it leads to."""
        self.moved(before, after)
        commit = GitClone(self.outer.path, repo="ann/outer", environ=ENVIRONMENT).resolve("main")
        parts = {part.key: part for part in item_of(an_entry(commit), language, general()).parts}
        return [(point.text, point.url) for point in parts["submodules"].points]


@pytest.mark.parametrize(
    ("path", "name", "subjects", "shown"),
    [
        (KERNELS, "kernels", ["Fuse the two passes"], []),
        (PARSER, PARSER, [f"Accept form {number}" for number in range(5)], []),
        (THEMES, "my themes", [f"Darken shade {number}" for number in range(7)], ["and 2 more"]),
    ],
    ids=["one", "as many as are named", "more than are named"],
)
def test_the_commits_between_are_counted_and_the_newest_named(
    tmp_path: Path, path: str, name: str, subjects: list[str], shown: list[str]
) -> None:
    project = Project(tmp_path, path, name=name)
    before = project.inner.commit("Begin")
    shas = [project.inner.commit(subject) for subject in subjects]
    count = f"{len(subjects)} commits added" if len(subjects) > 1 else "1 commit added"
    newest = [f"{sha[:7]} {subject}" for sha, subject in zip(shas, subjects, strict=True)][::-1][:5]
    (first, *rest) = (text for text, _ in project.points(before, shas[-1]))
    assert first == f"`{path}` {before[:7]} → {shas[-1][:7]}: {count}"
    assert rest == newest + shown


def test_it_is_said_in_chinese(tmp_path: Path) -> None:
    project = Project(tmp_path, KERNELS)
    before, after = (project.inner.commit(subject) for subject in ("Begin", "Fuse the two passes"))
    (first, _), *_ = project.points(before, after, "zh")
    assert first == f"`{KERNELS}` {before[:7]} → {after[:7]}：新增 1 个提交"


def test_one_that_goes_back_or_aside_says_what_is_dropped(tmp_path: Path) -> None:
    project = Project(tmp_path, PARSER)
    root, old = (project.inner.commit(subject) for subject in ("Begin", "Accept more"))
    aside = project.inner.commit("Accept less", parents=[root], branch="aside")
    assert [(move.came, move.lost) for move in project.moved(old, root)] == [(0, 1)]
    first, *_ = project.points(old, aside)
    assert first == (f"`{PARSER}` {old[:7]} → {aside[:7]}: 1 commit added, 1 commit dropped", "")


def test_its_work_tree_need_not_be_there(tmp_path: Path) -> None:
    """Git itself says where that was, and fails in the submodule's folder once it is gone."""
    project = Project(tmp_path, KERNELS)
    before, after = (project.inner.commit(subject) for subject in ("Begin", "Fuse the two passes"))
    project.inner.git("config", "core.bare", "false")
    project.inner.git("config", "core.worktree", "../../../gone")
    assert [move.came for move in project.moved(before, after)] == [1]


def test_secrets_and_escapes_in_subjects_are_taken_out(tmp_path: Path) -> None:
    project = Project(tmp_path, KERNELS)
    before = project.inner.commit("Begin")
    token = "ghp_" + "a1B2" * 9
    after = project.inner.commit(f"Use \x1b[31m{token} for now")
    _, (subject, _) = project.points(before, after)
    assert subject == f"{after[:7]} Use [secret removed] for now"


@pytest.mark.parametrize(
    ("url", "remote", "page"),
    [
        ("https://github.com/ann/kernels.git", "", "https://github.com/ann/kernels"),
        ("git@github.com:ann/parser.git", "", "https://github.com/ann/parser"),
        ("../themes.git", "https://github.com/ann/outer.git", "https://github.com/ann/themes"),
        ("../../bob/themes", "git@github.com:ann/outer.git", "https://github.com/bob/themes"),
    ],
)
def test_without_its_clone_there_is_a_link_to_the_comparison(tmp_path: Path, url: str, remote: str, page: str) -> None:
    project = Project(tmp_path, KERNELS, url=url, clone="elsewhere")
    if remote:
        project.outer.git("config", "remote.origin.url", remote)
    before, after = "1" * 40, "2" * 40
    assert project.points(before, after) == [(f"`{KERNELS}` 1111111 → 2222222", f"{page}/compare/{before}...{after}")]


@pytest.mark.parametrize(
    "url",
    ["https://git.example.com/ann/kernels", "/srv/kernels", "../kernels", "https://github.com/ann", "../../../../x",
     "https://github.com.example.com/a/b", "https://github.com/../b", "https://github.com/a/b/c", "file:///srv/github.com/a/b"],
)  # fmt: skip
def test_without_its_clone_and_a_page_on_github_nothing_is_said(tmp_path: Path, url: str) -> None:
    assert Project(tmp_path, KERNELS, url=url, clone="elsewhere").moved("1" * 40, "2" * 40) == ()


@pytest.mark.parametrize("name", ["../secret", "a/../../secret", "..", "{root}/secret", "link", ".", "n" * 5_000])
def test_a_name_leads_nowhere_outside_the_modules(tmp_path: Path, name: str) -> None:
    """Although a repository with both commits is where it points."""
    name = name.format(root=tmp_path / "outer.git")
    project = Project(tmp_path, KERNELS, name=name, clone="secret")
    (tmp_path / "outer.git" / "modules" / "a").mkdir(parents=True)
    (tmp_path / "outer.git" / "modules" / "link").symlink_to("../secret")
    before, after = (project.inner.commit(subject) for subject in ("Begin", "Fuse the two passes"))
    assert project.moved(before, after) == ()


def test_an_unfit_clone_says_nothing(tmp_path: Path) -> None:
    """One that is cut off cannot be counted in, and one without the commits must not answer from the repository around it."""
    project = Project(tmp_path, KERNELS)
    before, after = (project.inner.commit(subject) for subject in ("Begin", "Fuse the two passes"))
    assert project.moved(before, "3" * 40) == ()
    one, two = (project.outer.commit(subject) for subject in ("One", "Two"))
    assert project.moved(one, two) == ()
    (project.inner.path / "shallow").write_text(f"{before}\n")
    assert project.moved(before, after) == ()


def test_a_file_that_reads_like_a_submodule_is_none(tmp_path: Path) -> None:
    project = Project(tmp_path, KERNELS)
    before, after = (project.inner.commit(subject) for subject in ("Begin", "Fuse the two passes"))
    project.moved(before, before)
    project.outer.commit("Add a file", {"notes": f"Subproject commit {before}\n"})
    sha = project.outer.commit("Change the file", {"notes": f"Subproject commit {after}\n"})
    assert GitClone(project.outer.path, repo="ann/outer", environ=ENVIRONMENT).resolve(sha).submodules == ()


def test_a_clone_with_its_submodules_by_git_itself(tmp_path: Path) -> None:
    inner, outer = Scratch(tmp_path / "inner.git"), Scratch(tmp_path / "outer.git")
    before, after = (inner.commit(subject, {"a.txt": subject}) for subject in ("Begin", "Fuse the two passes"))
    settings = f'[submodule "kernels"]\n\tpath = {KERNELS}\n\turl = {inner.path}\n'
    outer.commit("Add", {".gitmodules": settings, KERNELS: ("160000", before)})
    outer.commit("Move", {KERNELS: ("160000", after)})
    places = [str(outer.path), str(tmp_path / "clone")]
    subprocess.run(
        ["git", "-c", "protocol.file.allow=always", "clone", "--quiet", "--recurse-submodules", *places],
        check=True,
        env=ENVIRONMENT,
    )
    (move,) = GitClone(tmp_path / "clone", environ=ENVIRONMENT).resolve("HEAD").submodules
    assert (move.came, [one.subject for one in move.newest]) == (1, ["Fuse the two passes"])


# -- on GitHub


class Hub:
    """The same project on GitHub, where the submodule is a repository beside it."""

    def __init__(self, folder: Path, server: GitHubServer, outer: Scratch, inner: Scratch) -> None:
        self.folder, self.server, self.outer, self.inner = folder, server, outer, inner

    def moved(self, before: str, after: str, url: str = "../kernels.git") -> tuple[SubmoduleMove, ...]:
        """Move the submodule in a commit, and return what GitHub says of it."""
        settings = f'[submodule "kernels"]\n\tpath = {KERNELS}\n\turl = {url}\n'
        self.outer.commit("Add", {".gitmodules": settings, KERNELS: ("160000", before)})
        sha = self.outer.commit("Move", {KERNELS: ("160000", after)})
        return GitHubRepository(Requests(GitHub(self.server.url, "test-token")), "ann/outer").resolve(sha).submodules


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hurry(monkeypatch)
    outer, inner = Scratch(tmp_path / "outer.git"), Scratch(tmp_path / "inner.git")
    inner.commit("Begin")
    with GitHubServer({"ann/outer": outer.path, "ann/kernels": inner.path}) as server:
        yield Hub(tmp_path, server, outer, inner)
        assert server.unrouted == []


@pytest.mark.parametrize("count", [1, 7, 103])
def test_on_github_they_are_counted_by_a_comparison(hub: Hub, count: int) -> None:
    """The newest are on its last page."""
    hub.inner.line(count + 1)
    before = hub.inner.git("rev-parse", f"main~{count}")
    (move,) = hub.moved(before, hub.inner.tip())
    assert (move.came, move.lost) == (count, 0)
    assert move.url == f"https://github.com/ann/kernels/compare/{before}...{hub.inner.tip()}"
    shown = min(count, 5) if count <= 100 else count - 100
    assert [one.subject for one in move.newest] == [f"Number {count - number}" for number in range(shown)]


def test_on_github_one_that_goes_back_says_what_is_dropped(hub: Hub) -> None:
    before, after = hub.inner.tip(), hub.inner.commit("Fuse the two passes")
    assert [(move.came, move.lost, move.newest) for move in hub.moved(after, before)] == [(0, 1, ())]


@pytest.mark.parametrize("secret", ["../secret", "https://github.com/ann/secret", "git@github.com:ann/secret.git"])
def test_nothing_is_told_of_a_private_repository(hub: Hub, secret: str) -> None:
    """Whoever writes `.gitmodules` could have us read aloud what our token may read; the link says what they wrote."""
    other = Scratch(hub.folder / "secret.git")
    before, after = (other.commit(subject) for subject in ("Begin", "Plan the takeover"))
    repositories = {"ann/outer": hub.outer.path, "ann/secret": other.path}
    with GitHubServer(repositories, private=["ann/secret"]) as server:
        hub.server = server
        (move,) = hub.moved(before, after, secret)
        assert server.count("compare") == 0
    assert (move.came, move.newest, move.url) == (None, (), f"https://github.com/ann/secret/compare/{before}...{after}")


def test_commits_that_are_not_there_leave_the_link(hub: Hub) -> None:
    before, after = "1" * 40, "2" * 40
    (move,) = hub.moved(before, after)
    assert (move.came, move.url) == (None, f"https://github.com/ann/kernels/compare/{before}...{after}")


@pytest.mark.parametrize(
    "url", ["https://git.example.com/ann/kernels", "https://github.com.example.com/ann/kernels", "/srv/kernels"]
)
def test_another_host_is_neither_asked_nor_linked(hub: Hub, url: str) -> None:
    before, after = hub.inner.tip(), hub.inner.commit("Fuse the two passes")
    assert hub.moved(before, after, url) == ()
    assert hub.server.count("compare") == 0


def test_a_server_that_fails_at_it_leaves_the_commit_whole(hub: Hub) -> None:
    before, after = hub.inner.tip(), hub.inner.commit("Fuse the two passes")
    hub.server.fail(times=50, kinds=("500",), routes={"compare"})
    (move,) = hub.moved(before, after)
    assert (move.came, bool(move.url)) == (None, True)
    hub.server.fail(times=50, kinds=("500",), routes={"contents"})
    assert hub.moved(before, after) == ()


def test_a_used_up_limit_is_told_as_ever(hub: Hub) -> None:
    """So that the commit is read again, whole."""
    before, after = hub.inner.tip(), hub.inner.commit("Fuse the two passes")
    hub.server.token_limit = 2
    with pytest.raises(RateLimited):
        hub.moved(before, after)


def test_a_commit_that_moves_none_costs_one_request(hub: Hub) -> None:
    sha = hub.outer.commit("Change a file", {"a.txt": "a\n"})
    GitHubRepository(Requests(GitHub(hub.server.url, "test-token")), "ann/outer").resolve(sha)
    assert len(hub.server.requests) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[submodule "a"]\n\tpath = a\n\turl = ../a.git\n', {"a": "../a.git"}),
        ('[submodule "a b"]\n\turl = x\n\tpath = "deep/a b"\n\tbranch = main\n', {"deep/a b": "x"}),
        ('# ours\n[submodule "a"]\npath=a\n; url = y\nurl=x\n[submodule "a"]\n\tshallow\n', {"a": "x"}),
        ('[submodule "a"]\npath = a\n[core]\npath = b\nurl = y\n[submodule "c"]\nurl = z\n', {}),
        ("[submodule", {}),
        ("path = a\nurl = x\n", {}),
        ("[DEFAULT]\npath = a\nurl = x\n", {}),
        ('\0\x1b[31m\n[submodule "a"]\npath = a\nurl = x', {}),
        ("", {}),
    ],
)
def test_gitmodules_is_read_as_git_writes_it(text: str, found: dict[str, str]) -> None:
    assert urls_by_path(text) == found


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://ghe.example.com/ann/kernels.git", "https://ghe.example.com/ann/kernels"),
        ("../kernels", "https://ghe.example.com/ann/kernels"),
        ("https://github.com/ann/kernels", "https://github.com/ann/kernels"),
        ("https://ghe.example.com@evil.example/ann/kernels", ""),
        ("https://evil.example/ghe.example.com/ann/kernels", ""),
        ("https://ghe.example.com/ann/kernels?x=//evil.example/a/b", ""),
        ("https://ghe.example.com/ann/kernels)[evil](https://evil.example", ""),
        ("javascript:alert(1)//ghe.example.com/ann/kernels", ""),
        ("../../../evil.example/ann/kernels", ""),
        ("", ""),
    ],
)
def test_a_page_is_on_a_host_that_is_known(url: str, page: str) -> None:
    assert page_of(url, "https://ghe.example.com/ann/outer", {"ghe.example.com", "github.com"}) == page
