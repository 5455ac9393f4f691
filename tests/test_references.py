"""Who else uses what a commit changes, in whatever language, and what else touched its files that day."""

from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from builders import a_change, a_commit_of
from servers.scratch import NOON, Scratch

from analysis.commits.references import SourceLine, holding, references, traced, uses
from analysis.commits.surroundings import Surroundings
from analysis.sources.git_clone import GitClone

ENVIRON = {"PATH": "/usr/bin:/bin"}


@pytest.mark.parametrize(
    ("path", "before", "after", "names"),
    [
        pytest.param(
            "quill/a.py",
            "def load_block(path):\n    first()\n    return 1\n",
            "def load_block(path):\n    first()\n    return 2\n",
            ("load_block",),
            id="the function that a line stands in",
        ),
        pytest.param(
            "quill/a.py",
            "MAX_BLOCKS: int = 4\n\n\ndef load_block(path):\n    return 1\n",
            "MAX_BLOCKS: int = 8\n\n\ndef load_block(path, *, again=False):\n    return 2\n",
            ("load_block", "MAX_BLOCKS"),
            id="what is defined otherwise, and constants",
        ),
        pytest.param(
            "src/a.rs",
            "impl Pool {\n    pub(crate) async fn take_one(&self) -> u8 {\n        1\n    }\n}\n",
            "impl Pool {\n    pub(crate) async fn take_one(&self) -> u8 {\n        2\n    }\n}\n",
            ("take_one",),
            id="Rust",
        ),
        pytest.param(
            "a/a.go",
            "func (p *Pool) takeOne() int {\n\treturn 1\n}\n",
            "func (p *Pool) takeOne() int {\n\treturn 2\n}\n",
            ("takeOne",),
            id="a method in Go",
        ),
        pytest.param(
            "src/a.cu",
            "__global__ void scale_rows(float* x, int n) {\n  x[0] = 1;\n}\n",
            "__global__ void scale_rows(float* x, int n) {\n  x[0] = 2;\n}\n",
            ("scale_rows",),
            id="a kernel",
        ),
        pytest.param(
            "src/A.cs",
            "class A {\n    public static async Task TakeOne(int n) {\n        One();\n    }\n}\n",
            "class A {\n    public static async Task TakeOne(int n) {\n        Two();\n    }\n}\n",
            ("TakeOne",),
            id="a method with who may see it",
        ),
        pytest.param(
            "quill/a.py",
            "def forward(x):\n    return 1\n",
            "def forward(x):\n    return 2\n",
            (),
            id="a word of every file",
        ),
        pytest.param(
            "tests/test_a.py",
            "def load_block():\n    return 1\n",
            "def load_block():\n    return 2\n",
            (),
            id="nothing of tests",
        ),
        pytest.param("quill/new.py", None, "def load_block():\n    return 1\n", (), id="nothing of what is new"),
    ],
)
def test_the_names_that_a_commit_changes(path: str, before: str | None, after: str, names: tuple[str, ...]) -> None:
    assert traced(a_commit_of(a_change(path, before, after))) == names


BEFORE = "def load_block(path):\n    return 1\n"
CHANGE = a_change("quill/a.py", BEFORE, BEFORE.replace("1", "2"))


def used(*lines: tuple[str, str]) -> list[str]:
    """Return which of these lines, each with its path, use `load_block` outside the diff that changes it."""
    found = holding(["load_block"], [SourceLine(path, number, text) for number, (path, text) in enumerate(lines, 1)])
    return [line.text.strip() for line in uses(a_commit_of(CHANGE), found).get("load_block", ())]


@pytest.mark.parametrize(
    ("line", "is_use"),
    [
        ("    block = load_block(path)", True),
        ("class FastLoader(load_block):", True),
        ("    load_block[grid](x)", True),
        ("    load_block<Half>(x);", True),
        ("from quill.a import load_block", False),
        ("# load_block(path) reads it", False),
        ('    raise ValueError("load_block(path) failed")', False),
        ("    >>> load_block(path)", False),
        ("    loader: load_block", False),
        ("    reload_block(path)", False),
    ],
)
def test_a_use_calls_a_name_or_builds_upon_it(line: str, is_use: bool) -> None:
    assert bool(used(("quill/b.py", line))) is is_use


def test_uses_in_other_files_come_first() -> None:
    assert used(("quill/a.py", "again = load_block(x)"), ("quill/b.py", "load_block(y)")) == [
        "load_block(y)",
        "again = load_block(x)",
    ]


def test_what_the_diff_shows_itself_is_no_news() -> None:
    change = a_change("quill/a.py", f"{BEFORE}load_block(x)\n", f"{BEFORE}load_block(x)\n".replace("1", "2"))
    found = holding(["load_block"], [SourceLine("quill/a.py", 3, "load_block(x)")])
    assert uses(a_commit_of(change), found) == {}


def test_tests_call_for_nobody() -> None:
    assert used(("tests/test_b.py", "load_block(path)")) == []


def test_a_name_that_another_file_defines_too_may_mean_either() -> None:
    assert used(("quill/b.py", "load_block(path)"), ("quill/c.py", "def load_block(path):")) == []


def test_what_is_used_everywhere_tells_nothing() -> None:
    assert used(*(("quill/b.py", "load_block(path)") for _ in range(31))) == []


def test_uses_are_shown_with_who_and_when() -> None:
    """The definitions around a use and the conditions closest to it; what tests call within the product's files is left out."""
    text = dedent(
        """
        class Loader:
            def run(self):
                if self.is_fast:
                    for path in paths:
                        with lock:
                            load_block(path)

        def test_run():
            load_block(path)
        """
    ).removeprefix("\n")
    lines = [SourceLine("quill/b.py", n, line) for n, line in enumerate(text.split("\n"), 1) if "load_block" in line]
    (found,) = references({"load_block": lines}, {"quill/b.py": text})
    assert (found.name, found.count, [use.line.number for use in found.uses]) == ("load_block", 2, [6])
    assert [one.text.strip() for one in found.uses[0].blocks] == [
        "class Loader:", "def run(self):", "for path in paths:", "with lock:",
    ]  # fmt: skip


class TestClone:
    """A clone looks through the whole project, for commits that are read closely."""

    @pytest.fixture
    def clone(self, tmp_path: Path) -> tuple[Scratch, list[str]]:
        scratch = Scratch(tmp_path / "scratch.git")
        files = {
            "quill/a.py": "def load_block(path):\n    return 1\n",
            "quill/server.py": "def serve():\n    if is_fast:\n        load_block(PATH)\n",
            "docs/a.md": "load_block(path)\n",
            "quill/long.py": f"load_block('{'x' * 500}')\n",
        }
        scratch.commit("Start", files, at=NOON - timedelta(days=3))
        fixed = scratch.commit("Fix a crash", {"quill/a.py": files["quill/a.py"].replace("1", "2")}, at=NOON)
        later = scratch.commit("Load it twice", {"quill/a.py": "def load_block(path):\n    return 3\n"}, at=NOON)
        scratch.commit("Change nothing of it", {"quill/other.py": "1\n"}, at=NOON)
        return scratch, [fixed, later]

    def around(self, scratch: Scratch, sha: str, *, closely: bool) -> Surroundings:
        source = GitClone(scratch.path, environ=ENVIRON)
        source.landed(NOON - timedelta(days=1), NOON + timedelta(days=1))
        return source.around([source.resolve(sha)], {sha} if closely else ())[sha]

    def test_who_uses_it_and_what_else_touched_it(self, clone: tuple[Scratch, list[str]]) -> None:
        scratch, (fixed, later) = clone
        found = self.around(scratch, fixed, closely=True)
        assert [(use.line.path, use.line.number) for one in found.references for use in one.uses] == [
            ("quill/server.py", 3)
        ]
        assert [one.text.strip() for one in found.references[0].uses[0].blocks] == ["def serve():", "if is_fast:"]
        assert [(one.sha, one.subject, one.paths) for one in found.neighbours] == [
            (later, "Load it twice", ("quill/a.py",))
        ]

    def test_other_commits_are_not_worth_the_search(self, clone: tuple[Scratch, list[str]]) -> None:
        found = self.around(clone[0], clone[1][0], closely=False)
        assert (found.references, found.neighbours) == ((), ())
        assert "load_block" in found.names

    def test_what_git_does_not_say_in_time_is_left_out(
        self, clone: tuple[Scratch, list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("analysis.sources.git_around._MOST_TEXTS", 10)
        monkeypatch.setattr("analysis.sources.git_around._MOST_LINES", 10)
        source = GitClone(clone[0].path, environ=ENVIRON)
        commit = source.resolve(clone[1][0])
        assert source.around([commit], {commit.sha})[commit.sha] == Surroundings(has_tree=True)

    def test_names_of_the_whole_project_are_known(self, clone: tuple[Scratch, list[str]]) -> None:
        """In whole, and paths by their ends; whatever text it is."""
        source = GitClone(clone[0].path, environ=ENVIRON)
        asked = {
            "load_block",
            "is_fas",
            "server.py",
            "quill/server.py",
            "erver.py",
            "docs/b.md",
            "--no-such",
            "a\nb",
            " ",
            "([",
        }
        assert source.standing(asked, source.resolve(clone[1][0])) == {"load_block", "server.py", "quill/server.py"}
