"""What kind of file a path is, and in which language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.commits.file_kinds import FileKind, kind_of, language_of, looks_binary

paths = st.text(alphabet="abt./_-testdocs", min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("kind", "members"),
    {
        "production": "quill/cache.py src/latest.rs quill/testament.py contest.go quill/config/a.yaml lib/protest/x.c "
        "tools/server/server.cpp quill/v1/sample/top_k.py quill/scripts.py utils/loss.py apps/blog/views.py news/models.py src/packaging/version.py src/xdev.py lib/dev/tools.py core/recipes/run.py",
        "test": "test/a.py quill/tests/data/a.json quill/test_cache.py cache_test.go a.spec.ts src/CacheTest.java "
        "conftest.py testing/python/x.py __tests__/a.js tox.ini e2e_test/a.py test_utils/a.py t/smoke/tasks.py t/lib/Cache.pm quill/resources/mdtest/pages.md quill/doctests/ink.md integrationtests/a.go db/page_test_util.cc crates/quill-test-support/src/lib.rs quill/page_test_helpers.py quill/funtests/setup.py cases/join.querytest lib/a.filetests",
        "ci": ".github/workflows/a.yml scripts/ci/install.sh .gitlab-ci.yml Jenkinsfile .pre-commit-config.yaml .ci/a.sh",
        "docs": "README.md docs/a.py doc_src/a.json changelog/1.bugfix.rst LICENSE mkdocs.yml news/12.bugfix website/index.html "
        ".github/CONTRIBUTING.md a.ipynb",
        "build": "Dockerfile docker/rocm.Dockerfile docker/a.sh Makefile setup.py python/pyproject_cpu.toml go.mod "
        "gradle.properties app/build.gradle.kts gradle/libs.versions.toml sgl/CMakeLists.txt requirements-npu.txt cmake/x.cmake Cargo.toml build.rs",
        "tooling": "examples/a.py examples/react/package.json playground/css/package.json benchmarks/a.py bench/Dockerfile quill/tuning_moe.py sample/a.py "
        "scripts/a.sh quill/scripts/inspect.py scripts-dev/lint.sh xtask/src/check.rs vdev/src/main.rs dev-tools/a.py utils/release_notes/post.py tools/page_bench_tool.cc src/page_benchmark.cpp ui/vitest.config.ts tools/a.py internal/e2e/go.mod docs/sample-app/go.mod docs-site/package.json tests/requirements.txt .gitignore .vscode/a.json CODEOWNERS",
        "generated": "a_pb2.py x.min.js quill/_version.py gen/generated/a.ts config/_generated_a.yaml a.pb.go quill-proto/src/codegen/quill/quill.store.rs",
        "vendored": "third_party/cutlass/a.h 3rdparty/x vendor/a.go node_modules/a.js",
        "lock": "uv.lock package-lock.json go.sum Cargo.lock pnpm-lock.yaml",
    }.items(),
)
def test_a_path_tells_what_a_file_is_for(kind: str, members: str) -> None:
    assert {path: kind_of(path).value for path in members.split()} == dict.fromkeys(members.split(), kind)


@given(paths)
def test_every_path_has_a_kind(path: str) -> None:
    assert kind_of(path) in FileKind


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.py", "python"), ("a.pyi", "python"), ("A.RS", "rust"), ("k.cuh", "c"), ("k.hip", "c"), ("x/y.tsx", "javascript"),
        ("Dockerfile", "docker"), ("docker/Dockerfile.rocm", "docker"), ("docker/rocm.Dockerfile", "docker"),
        ("CMakeLists.txt", "cmake"), ("x.cmake", "cmake"), ("a.yml", "yaml"), ("Makefile", ""), ("a", ""), ("py", ""),
    ],
)  # fmt: skip
def test_a_name_tells_the_language(path: str, language: str) -> None:
    assert language_of(path) == language


@pytest.mark.parametrize(
    ("path", "binary"), [("a.PNG", True), ("m.safetensors", True), ("a.py", False), ("png", False)]
)
def test_a_name_tells_what_is_no_text(path: str, binary: bool) -> None:
    assert looks_binary(path) is binary
