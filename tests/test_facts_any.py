"""What holds for every fact, whatever the patch: it cites a line that is there, and says nothing that is not."""

import re

import pytest
from builders import a_change, a_commit_of, found
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.commits.commit import Commit, FileChange, Status
from analysis.commits.patch import hunks
from analysis.facts import Fact, FactKind, facts_of

unhurried = settings(deadline=None)
"""A slow machine is no failure."""

PATHS = [
    "quill/a.py", "src/a.rs", "a.go", "a.cu", "a.ts", "conf/a.yaml", "conf/a.toml", "conf/a.json", "pyproject.toml", "setup.py", "setup.cfg",
    "Cargo.toml", "go.mod", "package.json", "requirements.txt", "environment.yml", "Dockerfile", "cmake/a.cmake", "build.sh",
    ".github/workflows/a.yml", ".pre-commit-config.yaml", "tests/test_a.py", "docs/a.md", "third_party/lib", "a", "",
    "include/a.hpp",
]  # fmt: skip
LINES = [
    "class LoadConfig(BaseModel):", "    size: int = 5", "    size: int = 6,", "def load(path, retries=3):", "    def load(self, *, n: int = 4):",
    '    parser.add_argument("--port", default=1, help="Port")', "    port: u16,", "    #[arg(long, default_value_t = 5)]", "pub fn load() {}",
    '    x = os.environ.get("QUILL_X", "7")', "QUILL_Y = EnvBool(False)", '@app.get("/v1/load", methods=["GET"])', '    .route("/x", get(load))',
    "MAX_SIZE = 5", "MAX_SIZE = 6", '    raise ValueError("size must be positive")', '    assert x > 0, "x must be positive"', "torch==2.0", "torch==2.1",
    '    "numpy>=1.0",', "dependencies = [", "]", "FROM python:3.11", "RUN pip install torch==2.0 \\", "    numpy", "ARG X_TAG=1.2",
    "  uses: actions/cache@v3", "  uses: actions/cache@v4 # v4.1", 'serde = { version = "1.0" }', "\tgithub.com/a/b v1.0.0", '  "react": "^18.0.0",',
    "trainer:", "  lr: 0.1", "  lr: 0.2", "  - name: a", "[server]", 'mode = "x"', "    GIT_REPOSITORY https://github.com/a/b", "    GIT_TAG abc",
    '@pytest.mark.skip("see #1")', "def test_a():", "    pass", 'warnings.warn("load is deprecated", DeprecationWarning)', "x = pickle.loads(y)",
    '"""', "'''", "# a comment", "// a comment", "/*", "*/", "    ", "", "(", ")", "{", '"', "'", "`", "\\", "\r", "é́ \u2028", "Subproject commit " + "a" * 40,
    "#[cfg(test)]", "mod tests {", 'flag.Int("port", 1, "x")', 'DEFINE_int32(port, 1, "x");', '.option("--port <n>", "x", 1)', "export const LOAD = 1;",
    "QUILL_API int load(const char * path, int mode = 3);", "struct load_params {", "    int size = 5;", "#define QUILL_SIZE 5", "namespace detail {",
    "    '--share',", "    default=3,", "[project.scripts]", "[features]", 'default = ["a"]', "load = 'quill:main'", "ENV QUILL_X=1", 'ENTRYPOINT ["a"]',
    '    "Programming Language :: Python :: 3.9",', "find_package(Torch 2.1)", "cmake_minimum_required(VERSION 3.16)", "set(CMAKE_CUDA_ARCHITECTURES 70 80)",
    "__all__ = ['load']", "__all__ = [", "    'load',", "export { load } from './a';", "export {", "func DefaultConfig() *Config {", "\t\tPort: 80,",
    'viper.SetDefault("port", 80)', "fn default_port() -> u16 {", "    80", "}", "export function load(n = 3) {", "export const defaultLoad = {", "  n: 3,",
]  # fmt: skip

marked = st.lists(st.tuples(st.sampled_from("+- "), st.sampled_from(LINES)), max_size=25)
statuses: st.SearchStrategy[Status] = st.sampled_from(["added", "modified", "removed", "renamed"])


def written(lines: list[tuple[str, str]], heading: str = "") -> str:
    return "\n".join([f"@@ -10,5 +20,5 @@ {heading}", *(mark + text for mark, text in lines)])


@st.composite
def commits(draw: st.DrawFn) -> Commit:
    files = []
    for path in draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=3, unique=True)):
        patches = [written(draw(marked), draw(st.sampled_from(LINES))) for _ in range(draw(st.integers(1, 2)))]
        files.append(FileChange(path, draw(statuses), 1, 1, patch="\n".join(patches)))
    return a_commit_of(*files)


def numbers(change: FileChange, fact: Fact) -> set[int | None]:
    return {line.old if fact.is_before else line.new for hunk in hunks(change.patch or "") for line in hunk.lines}


@unhurried
@given(commits())
def test_a_fact_cites_a_line_that_the_patch_shows(commit: Commit) -> None:
    for fact in facts_of(commit):
        change = next(file for file in commit.files if file.path == fact.path)
        assert fact.line in numbers(change, fact) or fact.kind is FactKind.MODULE_REMOVED


@unhurried
@given(commits())
def test_a_fact_says_nothing_that_the_commit_does_not(commit: Commit) -> None:
    """Each word of its name and its values stands in the commit; a flag may be made of a field's name."""
    text = "\n".join(f"{file.path}\n{file.patch}" for file in commit.files)
    for fact in facts_of(commit):
        for word in re.findall(r"[\w.]+", f"{fact.name} {fact.before} {fact.after}"):
            parts = [word, *word.split(".")]
            assert any(part in text or part.upper() in text.upper() for part in parts), (word, fact)


@unhurried
@given(st.lists(st.sampled_from(LINES), max_size=25), st.sampled_from(PATHS), st.sampled_from(LINES))
def test_lines_that_did_not_change_prove_nothing(lines: list[str], path: str, heading: str) -> None:
    patch = written([(" ", line) for line in lines], heading)
    assert facts_of(a_commit_of(FileChange(path, "modified", 0, 0, patch=patch))) == ()


@unhurried
@given(st.lists(st.sampled_from(LINES), max_size=25), st.sampled_from(PATHS))
def test_a_file_written_anew_with_the_same_text_proves_nothing(lines: list[str], path: str) -> None:
    """Also when every line ends in another way: then the patch takes all of them out and in."""
    patch = written([*(("-", f"{line}\r") for line in lines), *(("+", line.replace("\r", "")) for line in lines)])
    assert facts_of(a_commit_of(FileChange(path, "modified", 9, 9, patch=patch))) == ()


@unhurried
@given(st.sampled_from(PATHS), st.text(max_size=300))
def test_any_patch_can_be_read(path: str, text: str) -> None:
    facts_of(
        a_commit_of(FileChange(path, "modified", 1, 1, patch=f"@@ -1,9 +1,9 @@ {text[:40]}\n+{text}\n-{text[::-1]}"))
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS[:6] + PATHS[8:10] + PATHS[16:18] + PATHS[19:20] + PATHS[21:22] + PATHS[26:])
@pytest.mark.parametrize(
    "unit", ['add_argument("--', "assert ", "raise X(", "[", '"', "'''", "/a", "Option(", "x: int = ", "a.", "1", " ", "TORCH_CHECK(", "A_TAG=", "int a(", "a b ", "export {", "__all__ = [", "#define A_B ", "a::b<"]
)  # fmt: skip
def test_a_hostile_patch_is_read_to_its_end(path: str, unit: str) -> None:
    """One line of 200 kB, and 200 kB in lines of 900 characters: no pattern runs away on either."""
    line, row = unit * (200_000 // len(unit)), unit * (900 // len(unit))
    patch = written([("+", line), ("-", line), *((mark, row) for mark in "+-" * 110), ("+", "MAX_SIZE = 6")])
    for fact in found(FileChange(path, "modified", 9, 9, patch=patch)):
        assert len(fact.name) < 2_000


def test_a_line_too_long_for_a_person_is_no_declaration() -> None:
    """Minified code and data hold nothing that anybody declared."""
    line = f'parser.add_argument("--port", help="{"x" * 1_000}")\n'
    assert found(a_change("quill/a.py", "", line)) == []


def test_the_same_fact_is_told_once() -> None:
    line = 'x = os.getenv("QUILL_X")\n'
    assert len(found(a_change("a.py", "", line), a_change("b.py", "", line))) == 1


def test_without_a_patch_nothing_is_proved() -> None:
    assert (
        found(FileChange("a.py", "modified", 5, 5, unseen="too large"), FileChange("b.png", "added", unseen="binary"))
        == []
    )
