"""What a package or an image offers besides its code, and no longer does."""

import pytest
from builders import a_change, the_one, told

from analysis.commits.commit import FileChange
from analysis.facts import FactKind

GONE = {
    "script": ("pyproject.toml", "[project.scripts]\nquill = 'q:main'\n{}", "quillctl = 'q:ctl'\n", ("command_removed", "quillctl")),
    "poetry": ("pyproject.toml", "[tool.poetry.scripts]\nquill = 'q:main'\n{}", "quillctl = 'q:ctl'\n", ("command_removed", "quillctl")),
    "extra": ("pyproject.toml", "[project.optional-dependencies]\n{}cpu = []\n", "gpu = []\n", ("config_removed", "optional-dependencies.gpu")),
    "feature": ("Cargo.toml", "[features]\na = []\n{}", 'tls = ["rustls"]\n', ("config_removed", "features.tls")),
    "feature of a table above": ("Cargo.toml", "a = 1\n{}", 'tls = ["dep:rustls"]\n', ("config_removed", "features.tls")),
    "Python": ("setup.cfg", "classifiers =\n    Typing :: Typed\n{}", "    Programming Language :: Python :: 3.9\n", ("requirement_changed", "Python :: 3.9", "3.9")),
    "Python in a list": ("pyproject.toml", "[project]\nclassifiers = [\n{}]\n", '  "Programming Language :: Python :: 3.9",\n', ("requirement_changed", "Python :: 3.9", "3.9")),
    "variable": ("Dockerfile", "FROM a\n{}RUN b\n", "ENV QUILL_MODE=fast\n", ("config_removed", "QUILL_MODE")),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "line", "fact"), GONE.values(), ids=GONE)
def test_what_can_no_longer_be_chosen_is_told(path: str, text: str, line: str, fact: tuple[str, ...]) -> None:
    assert told(a_change(path, text.format(line), text.format(""))) == [fact]


@pytest.mark.parametrize(("path", "text", "line", "fact"), GONE.values(), ids=GONE)
def test_what_came_or_only_moved_is_not_gone(path: str, text: str, line: str, fact: tuple[str, ...]) -> None:
    """Into another file, or it may be there where the diff is not shown."""
    old, new = text.format(line), text.format("")
    assert told(a_change(path, new, old), kinds="removed") == []
    elsewhere = a_change("setup.py" if path != "Dockerfile" else "b.Dockerfile", "a = 1\n", f"a = 1\n{line}")
    assert told(a_change(path, old, new), elsewhere, kinds="removed") == []
    unseen = FileChange("sub/setup.cfg", "modified", 900, 900, unseen="too large")
    assert told(a_change(path, old, new), unseen, kinds="removed") == []
    assert fact[1] not in str(told(a_change(path, old, None), kinds="config"))


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("pyproject.toml", "[tool.ruff]\nfix = true\n[project]\n", "[tool.ruff]\n[project]\n"),
        ("pyproject.toml", "[project.optional-dependencies]\ndev = []\na = []\n", "[project.optional-dependencies]\na = []\n"),
        ("pyproject.toml", "[project.scripts]\nquill = 'q:main'\n", "[project.scripts]\nquill = 'q.cli:main'\n"),
        ("Cargo.toml", '[features]\na = ["b"]\n', '[features]\na = [\n  "b",\n]\n'),
        ("Cargo.toml", "[package.metadata]\na = []\nb = []\n", "[package.metadata]\na = []\n"),
        ("Dockerfile", "FROM a\nENV DEBIAN_FRONTEND=noninteractive\n", "FROM a\n"),
        ("Dockerfile", "FROM a\nENV QUILL_MODE=fast\n", "FROM a\nENV A=1 \\\n    QUILL_MODE=fast\n"),
        ("Dockerfile", "FROM a\nENV PATH=/a:$PATH\nENV CUDA_HOME=/a\n", "FROM a\n"),
        (".github/Dockerfile", "FROM a\nENV QUILL_MODE=fast\n", "FROM a\n"),
    ],
)  # fmt: skip
def test_what_no_user_chooses_is_no_loss(path: str, before: str, after: str) -> None:
    """Tools' settings, developers' extras, another place of the same program, variables for the build itself."""
    assert told(a_change(path, before, after), kinds="removed") == []


def test_a_version_of_python_that_is_dropped_is_seen_where_it_stood() -> None:
    """Lines above it that went away too are counted."""
    kept = '[project]\nclassifiers = [\n  "Typing :: Typed",\n]\n'
    before = '[project]\nname = "quill"\nclassifiers = [\n  "Programming Language :: Python :: 3.9",\n  "Typing :: Typed",\n]\n'
    fact = the_one(FactKind.REQUIREMENT_CHANGED, a_change("pyproject.toml", before, kept))
    assert (fact.line, fact.is_before) == (4, True)


def test_what_a_crate_has_by_default_is_a_default() -> None:
    old, new = '[features]\ndefault = ["tls"]\ntls = []\n', "[features]\ndefault = []\ntls = []\n"
    assert told(a_change("Cargo.toml", old, new)) == [("default_changed", "features.default", '["tls"]', "[]")]
    assert told(a_change("Cargo.toml", old, old.replace('["tls"]', '[\n  "tls",\n]'))) == []
    assert told(a_change("crates/store/Cargo.toml", old, new)) == []  # of one crate of several


CAME = {
    key: ("command_added" if fact[0].startswith("command") else "config_added", fact[1])
    for key, (_, _, _, fact) in GONE.items()
    if key in {"script", "poetry", "extra", "feature"}
}


@pytest.mark.parametrize("key", CAME)
def test_what_can_be_chosen_from_now_on_is_told(key: str) -> None:
    path, text, line, _ = GONE[key]
    assert told(a_change(path, text.format(""), text.format(line))) == [CAME[key]]
    assert told(a_change(path, None, text.format(line)), kinds="_added") == []
