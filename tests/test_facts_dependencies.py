"""What is built or installed with the product comes, goes and changes."""

import pytest
from builders import a_change, told

from analysis.commits.commit import FileChange

OLD, NEW = "1" * 40, "2" * 40
PYPROJECT = """
    [project]
    name = "quill"
    version = "1.0"
    requires-python = ">=3.10"
    classifiers = [
        "Typing :: Typed",
    ]
    dependencies = [
        "torch{torch}",
        "numpy{numpy}",  # arrays
    ]

    [project.optional-dependencies]
    extra = [
        "trio{trio}",
    ]

    [tool.ruff.lint]
    select = [
        "E501",
    ]
    """


def pyproject(torch: str = "", numpy: str = "", trio: str = "") -> str:
    return PYPROJECT.format(torch=torch, numpy=numpy, trio=trio)


CHANGED = {
    "requirements": ("requirements.txt", "torch==2.0\n", "torch==2.1\n", ("torch", "==2.0", "==2.1")),
    "requirements with an extra": ("requirements-npu.txt", "ray[all]>=2.0 # x\n", "ray[all]>=2.1\n", ("ray", ">=2.0", ">=2.1")),
    "requirements by URL": ("requirements.txt", "q @ git+https://x/q@v1\n", "q @ git+https://x/q@v2\n", ("q", "@ git+https://x/q@v1", "@ git+https://x/q@v2")),
    "pyproject": ("pyproject.toml", pyproject("==2.0"), pyproject("==2.1"), ("torch", "==2.0", "==2.1")),
    "pyproject extra": ("pyproject.toml", pyproject(trio=">=0.1"), pyproject(trio=">=0.2,<1"), ("trio", ">=0.1", ">=0.2,<1")),
    "pyproject pinned": ("pyproject.toml", pyproject(), pyproject(numpy="<2"), ("numpy", "", "<2")),
    "Python itself": ("pyproject.toml", 'requires-python = ">=3.9"\n', 'requires-python = ">=3.10,<3.15"\n', ("requires-python", ">=3.9", ">=3.10,<3.15")),
    "one line": ("pyproject.toml", '[build-system]\nrequires = ["wheel", "ninja==1"]\n', '[build-system]\nrequires = ["wheel", "ninja==2"]\n', ("ninja", "==1", "==2")),
    "poetry": ("pyproject.toml", '[tool.poetry.dependencies]\nrich = "^12.0"\n', '[tool.poetry.dependencies]\nrich = "^13.0"\n', ("rich", "^12.0", "^13.0")),
    "setup.py": ("setup.py", "install_requires = [\n    'torch==2.0',\n]\n", "install_requires = [\n    'torch',\n]\n", ("torch", "==2.0", "")),
    "setup.cfg": ("setup.cfg", "install_requires =\n    py>=1.5\n", "install_requires =\n    py>=1.8;python_version<'4'\n", ("py", ">=1.5", ">=1.8")),
    "conda": ("environment.yml", "dependencies:\n  - torch=2.0\n", "dependencies:\n  - torch=2.1\n", ("torch", "=2.0", "=2.1")),
    "Cargo": ("Cargo.toml", '[dependencies]\nserde = "1.0"\n', '[dependencies]\nserde = "1.1"\n', ("serde", "1.0", "1.1")),
    "Cargo table": ("Cargo.toml", 'axum = { version = "0.7", features = ["ws"] }\n', 'axum = { version = "0.8", features = [\n', ("axum", "0.7", "0.8")),
    "Rust itself": ("Cargo.toml", '[package]\nrust-version = "1.70"\n', '[package]\nrust-version = "1.80"\n', ("rust-version", "1.70", "1.80")),
    "go.mod": ("go.mod", "require (\n\tgithub.com/a/b v1.0.0\n)\n", "require (\n\tgithub.com/a/b v1.1.0\n)\n", ("github.com/a/b", "v1.0.0", "v1.1.0")),
    "Go itself": ("go.mod", "go 1.22\n", "go 1.23.1\n", ("go", "1.22", "1.23.1")),
    "engines": ("package.json", '{\n  "engines": {\n    "node": ">=16"\n  }\n}\n', '{\n  "engines": {\n    "node": ">=20"\n  }\n}\n', ("node", ">=16", ">=20")),
    "package.json": ("package.json", '{\n  "react": "^18.0.0",\n}\n', '{\n  "react": "^19.0.0"\n}\n', ("react", "^18.0.0", "^19.0.0")),
    "Python itself beside others": ("setup.py", "setup(x=1, python_requires='>=3.8')\n", "setup(x=1, python_requires='>=3.10')\n", ("python_requires", ">=3.8", ">=3.10")),
    "CMake itself": ("CMakeLists.txt", "cmake_minimum_required(VERSION 3.16)\n", "cmake_minimum_required(VERSION 3.24 FATAL_ERROR)\n", ("cmake_minimum_required", "3.16", "3.24")),
    "C++ itself": ("CMakeLists.txt", "set(CMAKE_CXX_STANDARD 14)\n", "set(CMAKE_CXX_STANDARD 20)\n", ("CMAKE_CXX_STANDARD", "14", "20")),
    "CMake package": ("CMakeLists.txt", "find_package(CUDAToolkit 11 REQUIRED)\n", "find_package(CUDAToolkit 12.4 REQUIRED)\n", ("CUDAToolkit", "11", "12.4")),
    "CMake on a line": ("a.cmake", "FetchContent_Declare(fmt GIT_REPOSITORY https://x/fmt GIT_TAG v9)\n", "FetchContent_Declare(fmt GIT_REPOSITORY https://x/fmt GIT_TAG v10)\n", ("fmt", "v9", "v10")),
    "image": ("Dockerfile", "FROM python:3.11-slim AS base\n", "FROM python:3.12-slim AS base\n", ("python", "3.11-slim", "3.12-slim")),
    "image of a registry": ("docker/rocm.Dockerfile", "FROM host:5000/a/b:1\n", 'FROM "host:5000/a/b:2"\n', ("host:5000/a/b", "1", "2")),
    "image with a variable": ("Dockerfile", "FROM nvidia/cuda:${V}-20.04\n", "FROM nvidia/cuda:${V}-22.04\n", ("nvidia/cuda", "${V}-20.04", "${V}-22.04")),
    "image argument": ("Dockerfile", "ARG CUDA_VERSION=12.8.1\n", "ARG CUDA_VERSION=12.9.0\n", ("CUDA_VERSION", "12.8.1", "12.9.0")),
    "pip in an image": ("Dockerfile", "RUN pip install -U torch==2.0 && rm -rf x\n", "RUN pip install -U torch==2.1 && rm -rf x\n", ("torch", "==2.0", "==2.1")),
    "CMake": (
        "cmake/flash.cmake",
        f"FetchContent_Declare(\n    repo\n    GIT_REPOSITORY https://github.com/a/FlashMLA.git\n    GIT_TAG {OLD}\n)\n",
        f"FetchContent_Declare(\n    repo\n    GIT_REPOSITORY https://github.com/a/FlashMLA.git\n    GIT_TAG {NEW}\n)\n",
        ("FlashMLA", OLD, NEW),
    ),
    "CMake variable": ("CMakeLists.txt", 'set(CUTLASS_TAG "v3.8")\n', 'set(CUTLASS_TAG "v3.9")\n', ("CUTLASS_TAG", "v3.8", "v3.9")),
    "action": (".github/workflows/a.yml", "steps:\n  - uses: actions/cache@v3\n", "steps:\n  - uses: actions/cache@v4\n", ("actions/cache", "v3", "v4")),
    "action by commit": (
        ".github/workflows/a.yml", f"  uses: actions/cache@{OLD} # v3.1\n", f"  uses: actions/cache@{NEW} # v3.2\n", ("actions/cache", "v3.1", "v3.2"),
    ),
    "action by commit alone": (".github/workflows/a.yml", f"  uses: a/b@{OLD}\n", f"  uses: a/b@{NEW}\n", ("a/b", OLD, NEW)),
    "pre-commit": (
        ".pre-commit-config.yaml",
        "repos:\n  - repo: https://github.com/a/ruff\n    rev: v1\n",
        "repos:\n  - repo: https://github.com/a/ruff\n    rev: v2\n",
        ("a/ruff", "v1", "v2"),
    ),
    "shell": ("scripts/ci/install.sh", 'KERNEL_TAG="20251206"\n', 'KERNEL_TAG="2025.12.31"\n', ("KERNEL_TAG", "20251206", "2025.12.31")),
    "pip in CI": ("scripts/ci/install.sh", "pip install torch==2.0 -q\n", "pip install torch==2.1 -q\n", ("torch", "==2.0", "==2.1")),
}  # fmt: skip

REQUIRED = {
    "requires-python",
    "python_requires",
    "rust-version",
    "go",
    "node",
    "cmake_minimum_required",
    "CMAKE_CXX_STANDARD",
}
"""What is asked of a user's machine, and not installed."""


class TestChangedDependencies:
    @pytest.mark.parametrize(("path", "before", "after", "expected"), CHANGED.values(), ids=CHANGED)
    def test_another_version_is_told_with_both(
        self, path: str, before: str, after: str, expected: tuple[str, str, str]
    ) -> None:
        name, was, now = expected
        kind = "requirement_changed" if name in REQUIRED else "dependency_changed"
        assert told(a_change(path, before, after)) == [(kind, name, was, now) if now else (kind, name, was)]

    def test_a_submodule_is_told_by_its_path_with_short_commits(self) -> None:
        patch = f"@@ -1 +1 @@\n-Subproject commit {OLD}\n+Subproject commit {NEW}"
        change = FileChange("third_party/cutlass", "modified", 1, 1, patch=patch)
        assert told(change) == [("dependency_changed", "third_party/cutlass", "1" * 12, "2" * 12)]
        gone = FileChange("recipe", "removed", 0, 1, patch=f"@@ -1 +0,0 @@\n-Subproject commit {OLD}")
        assert told(gone) == [("dependency_removed", "recipe", "1" * 12)]

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("requirements.txt", "torch>=2,<3\n", "torch <3, >=2  # both\n"),
            ("requirements.txt", "rank_bm25==1\n", "Rank-BM25==1\n"),
            ("requirements.txt", "torch==2\nray==1\n", "ray==1\ntorch==2\n"),
            ("requirements.txt", "# torch==2\n", "# torch==3\n"),
            ("requirements.txt", "--index-url https://a\n", "--index-url https://b\n"),
            ("pyproject.toml", 'dependencies = [\n  "a>=1",\n  "b>=1",\n]\n', 'dependencies = ["a>=1", "b>=1"]\n'),
            ("pyproject.toml", '[project]\nversion = "1.0"\n', '[project]\nversion = "1.1"\n'),
            ("Cargo.toml", '[package]\nversion = "1.0"\nedition = "2018"\n', '[package]\nversion = "1.1"\nedition = "2021"\n'),
            ("go.mod", "\tgithub.com/a/b v1.0.0 // indirect\n", "\tgithub.com/a/b v1.1.0 // indirect\n"),
            ("package.json", '{\n  "version": "1.0.0",\n  "name": "x"\n}\n', '{\n  "version": "1.1.0",\n  "name": "x"\n}\n'),
            ("docs/requirements.txt", "torch==2\n", "torch==3\n"),
            ("tests/requirements.txt", "torch==2\n", "torch==3\n"),
            ("uv.lock", "torch==2\n", "torch==3\n"),
            ("Dockerfile", "FROM python:3.11 AS base\nFROM base\n", "FROM python:3.11 AS base\nFROM base AS more\n"),
            ("Dockerfile", "RUN <<EOF\nfrom a.b import c\nEOF\n", "RUN <<EOF\nfrom a.b.d import c\nEOF\n"),
            ("quill/a.py", 'x = ["torch==2"]\n', 'x = ["torch==3"]\n'),
            ("Dockerfile", "RUN pip install torch==2.0\n", "RUN pip install torch==${TORCH}\n"),
            (
                "CMakeLists.txt",
                "GIT_REPOSITORY ${REPO}\nGIT_TAG ${TAG}\n",
                f"GIT_REPOSITORY https://github.com/a/FlashMLA\nGIT_TAG {NEW}\n",
            ),
        ],
        ids=["order", "spelling", "lines", "a comment", "an option", "layout", "own version", "own crate", "indirect", "own package",
             "docs", "tests", "lock", "a stage", "a script", "code", "said elsewhere", "named elsewhere"],
    )  # fmt: skip
    def test_what_installs_the_same_is_no_change(self, path: str, before: str, after: str) -> None:
        assert told(a_change(path, before, after), kinds="dependency") == []

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("pyproject.toml", '[dependency-groups]\ndev = [\n  "numpy{}",\n]\n'),
            ("pyproject.toml", '[project.optional-dependencies]\nlint = ["numpy{}"]\n'),
            ("pyproject.toml", "[tool.poetry.group.docs.dependencies]\nnumpy = '{}'\n".replace("'", '"')),
            (
                "setup.py",
                'setup(\n    extras_require={{\n        "test": [\n            "numpy{}",\n        ],\n    }},\n)\n',
            ),
            ("setup.py", 'extras["quality"] = [\n    "numpy{}",\n]\n'),
            ("Cargo.toml", '[dev-dependencies]\nnumpy = "{}"\n'),
            ("Cargo.toml", "[target.'cfg(unix)'.dev-dependencies]\nnumpy = {{ version = \"{}\" }}\n"),
        ],
    )
    def test_what_only_developers_install_is_none(self, path: str, text: str) -> None:
        old, new = (
            text.format(f"{'' if path == 'Cargo.toml' or 'poetry' in text else '>='}{number}.0") for number in (1, 2)
        )
        assert told(a_change(path, old, new)) == []

    def test_what_only_developers_install_is_none_below_the_heading_of_a_hunk(self) -> None:
        text = "typing = [\n" + "".join(f'  "a{number}",\n' for number in range(9)) + "]\n"
        assert told(a_change("pyproject.toml", text, text.replace("]", '  "numpy",\n]'))) == []

        text = 'extras["testing"] = (\n' + "".join(f'    "a{number}",\n' for number in range(9)) + ")\n"
        assert told(a_change("setup.py", text, text.replace(")\n", '    "numpy",\n)\n'))) == []

    def test_what_moves_to_the_developers_is_gone(self) -> None:
        text = '[project]\ndependencies = [\n  "torch",\n{}]\n\n[dependency-groups]\ndev = [\n  "trio",\n{}]\n'
        core, dev = (text.format(*lines) for lines in (('  "numpy",\n', ""), ("", '  "numpy",\n')))
        assert told(a_change("pyproject.toml", core, dev)) == [("dependency_removed", "numpy")]
        assert told(a_change("pyproject.toml", dev, core)) == [("dependency_added", "numpy")]

    def test_a_package_in_two_lists_is_paired_place_for_place(self) -> None:
        text = "a==1; python_version<'3.9'\na=={}; python_version>='3.9'\n"
        assert told(a_change("requirements.txt", text.format(2), text.format(3))) == [
            ("dependency_changed", "a", "==2", "==3")
        ]

    def test_a_pin_in_many_images_is_one_fact(self) -> None:
        changes = [a_change(f"docker/{name}.Dockerfile", "ARG A_TAG=1\n", "ARG A_TAG=2\n") for name in "xyz"]
        assert told(*changes) == [("dependency_changed", "A_TAG", "1", "2")]


class TestComingAndGoing:
    @pytest.mark.parametrize(
        ("path", "before", "line", "name", "version"),
        [
            ("requirements.txt", "torch\n", "numpy>=2", "numpy", ">=2"),
            ("pyproject.toml", 'dependencies = [\n  "torch",\n', '  "numpy",', "numpy", ""),
            ("pyproject.toml", '[project.optional-dependencies]\nfast = [\n  "torch",\n', '  "numpy",', "numpy", ""),
            ("setup.py", "setup(\n    install_requires=[\n", '        "numpy",', "numpy", ""),
            ("Cargo.toml", '[dependencies]\nserde = "1"\n', "numpy.workspace = true", "numpy", ""),
            ("Cargo.toml", '[dependencies]\nserde = "1"\n', 'numpy = { path = "../numpy" }', "numpy", ""),
            ("Dockerfile", "RUN apt-get update && apt-get install -y \\\n    git \\\n", "    numpy \\", "numpy", ""),
            (
                "Dockerfile",
                "RUN python3 -m pip install -r x.txt torch \\\n    # arrays\n",
                "    'numpy[all]>=2' \\",
                "numpy",
                ">=2",
            ),
        ],
    )
    def test_a_new_line_is_a_new_dependency_and_a_lost_one_a_lost(
        self, path: str, before: str, line: str, name: str, version: str
    ) -> None:
        came = ("dependency_added", name, "", version) if version else ("dependency_added", name)
        gone = ("dependency_removed", name, version) if version else ("dependency_removed", name)
        assert told(a_change(path, before, f"{before}{line}\n")) == [came]
        assert told(a_change(path, f"{before}{line}\n", before)) == [gone]

    def test_a_list_that_the_hunk_does_not_open_is_known_from_its_heading(self) -> None:
        """Of an image's command, too, only the first line may be known."""
        items = "".join(f'  "a{number}",\n' for number in range(9))
        text = f"dependencies = [\n{items}]\n"
        assert told(a_change("pyproject.toml", text, text.replace("]", '  "numpy",\n]'))) == [
            ("dependency_added", "numpy")
        ]
        command = "RUN --mount=type=cache,target=/root/.cache/pip \\\n    python3 -m pip install \\\n" + "".join(
            f"    a{number} \\\n" for number in range(9)
        )
        assert told(a_change("Dockerfile", f"{command}    last\n", f"{command}    last \\\n    numpy\n")) == [
            ("dependency_added", "numpy")
        ]

    def test_a_command_above_the_hunk_may_hold_several_packages_a_line(self) -> None:
        command = "RUN pip install torch \\\n" + "".join(f"    a{number} \\\n" for number in range(9))
        change = a_change("Dockerfile", f"{command}    last\n", f"{command}    last ray numpy==2 \\\n    trio\n")
        assert told(change) == [
            ("dependency_added", "ray"),
            ("dependency_added", "numpy", "", "==2"),
            ("dependency_added", "trio"),
        ]

    def test_a_list_over_several_lines_is_no_package(self) -> None:
        before = '[dependencies]\n\naxum = { version = "0.7", features = [\n    "ws",\n] }\n'
        assert told(a_change("Cargo.toml", before, before.replace('"ws",', '"ws",\n    "http2",'))) == []

    @pytest.mark.parametrize(
        ("path", "before", "line"),
        [
            ("pyproject.toml", "[tool.ruff.lint]\nselect = [\n", '  "E501",'),
            ("pyproject.toml", 'select = [\n  "E1",\n', '  "E501",'),
            ("pyproject.toml", "classifiers = [\n", '  "Programming",'),
            ("pyproject.toml", "[tool.mypy]\n", 'enable_error_code = ["deprecated"]'),
            ("pyproject.toml", "[project]\n", 'license = {text = "Apache-2.0"}'),
            ("pyproject.toml", "[tool.x]\nwords = [\n", '  "numpy",'),
            ("setup.py", "libraries = [\n", '    "cuda",'),
            ("Cargo.toml", "[features]\n", 'default = ["numpy"]'),
            ("package.json", '{\n  "scripts": {\n', '    "build": "tsc",'),
            ("Dockerfile", "FROM a:1\n", "RUN make install"),
            ("Dockerfile", "RUN pip install torch && \\\n", "    make \\"),
            ("Dockerfile", "RUN pip install torch \\\n\n", "ENV QUILL_FAST 1"),
            (".github/workflows/a.yml", "steps:\n", "  - uses: actions/cache@v4"),
            ("scripts/run.sh", "set -e\n", "pip install torch==2.0"),
            ("README.md", "# Quill\n", "pip install torch==2.0"),
        ],
    )
    def test_what_only_looks_like_a_dependency_is_none(self, path: str, before: str, line: str) -> None:
        """Names of rules and features, words of lists, one job more that checks the code out."""
        assert told(a_change(path, before, f"{before}{line}\n")) == []

    def test_a_new_file_is_no_list_of_new_dependencies(self) -> None:
        assert told(a_change("requirements-xpu.txt", None, "torch==2.0\n")) == []

    def test_what_moves_from_the_dependencies_to_a_choice_is_gone_for_most(self) -> None:
        """It is still named in the file, but whoever installs the package gets it no more."""
        core = pyproject().replace('    "numpy",  # arrays\n', "")
        moved = core.replace('    "trio",\n', '    "trio",\n        "numpy",\n')
        assert told(a_change("pyproject.toml", pyproject(), moved)) == [("dependency_removed", "numpy")]
        assert told(a_change("pyproject.toml", moved, pyproject())) == [("dependency_added", "numpy")]

    @pytest.mark.parametrize(
        ("was", "now", "expected"),
        [
            ("", "", []),
            ("", ">=2", []),
            ("==2", "==2", []),
            ("==2", "==3", [("dependency_changed", "numpy", "==2", "==3")]),
        ],
    )
    def test_what_one_file_gives_up_and_another_takes_on_has_moved(
        self, was: str, now: str, expected: list[tuple[str, ...]]
    ) -> None:
        gone = a_change("requirements.txt", f"torch\nnumpy{was}\n", "torch\n")
        came = a_change(
            "pyproject.toml", 'dependencies = [\n  "torch",\n]\n', f'dependencies = [\n  "torch",\n  "numpy{now}",\n]\n'
        )
        assert told(gone, came) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n", "a\nfind_package(CUDAToolkit 12 REQUIRED)\n"),
        ("find_package(Torch 2)\na\n", "find_package(Torch)\na\n"),
        ("a\n", "a\ncmake_minimum_required(VERSION 3.24)\n"),
        ("set(CMAKE_CXX_STANDARD 17)\na\n", "a\n"),
        ("find_package(Torch 2)\na\n", "if(B)\n  find_package(Torch 2)\nendif()\na\n"),
        ("# find_package(Torch 2)\n", "# find_package(Torch 3)\n"),
    ],
)
def test_what_one_build_file_asks_for_others_may_ask_for_too(before: str, after: str) -> None:
    """A line more or less in one of many is neither a new dependency nor one less."""
    assert told(a_change("src/CMakeLists.txt", before, after)) == []
