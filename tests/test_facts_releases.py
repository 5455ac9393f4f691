"""Versions that a commit publishes, by its files and its title."""

from dataclasses import replace

import pytest
from builders import a_change, a_commit_of

from analysis.commits.commit import Brought, FileChange
from analysis.commits.title import ChangeType
from analysis.facts import FactKind, facts_of
from analysis.facts.releases import is_final, is_main
from analysis.triage.areas import general
from analysis.triage.triage import Importance, triage

PYTHON = a_change("quill/__init__.py", '__version__ = "1.1.0"\n', '__version__ = "1.2.0"\n')
RUST = a_change("Cargo.toml", '[package]\nversion = "1.1.0"\n', '[package]\nversion = "1.2.0"\n')
SCRIPT = a_change("packages/quill/package.json", '{\n  "version": "1.1.0"\n}\n', '{\n  "version": "1.2.0"\n}\n')
TEXT = a_change("version.txt", "1.1.0\n", "1.2.0\n")
SIDE = a_change("packages/quill-cli/package.json", '{\n  "version": "1.1.0"\n}\n', '{\n  "version": "1.2.0"\n}\n')
CHANGELOG = a_change("CHANGES.rst", "Old\n", "1.2.0 (2026-03-12)\n==================\n\n- Faster pages\n\nOld\n")
CODE = a_change("quill/pages.py", "a = 1\n", "a = 2\n")
PAGE = a_change("docs/v1.2.0.md", "Old\n", "New\n")
CHECKS = a_change("tests/test_pages.py", "a = 1\n", "a = 2\n")
WORKFLOW = a_change(".github/workflows/ship.yml", "on: push\n", "on: release\n")


def published(message: str, *files: FileChange) -> list[tuple[str, str, str]]:
    facts = facts_of(a_commit_of(*files, message=message))
    return [(fact.name, fact.before, fact.after) for fact in facts if fact.kind is FactKind.VERSION_CHANGED]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("gradle.properties", "version=4.2.0-SNAPSHOT\n", "version=4.2.0-INTERNAL-SNAPSHOT\n"),
        ("gradle.properties", "quillStoreVersion=1.1.0\n", "quillStoreVersion=1.1.1\n"),
        ("pyproject.toml", '[project]\nversion = "1.1.0"\n', '[project]\nversion = "1.2.0-custom.build"\n'),
    ],
)
def test_what_is_no_version_of_the_project_or_has_an_unknown_suffix_is_not_published(
    path: str, before: str, after: str
) -> None:
    assert published("Prepare the branch", a_change(path, before, after)) == []


def test_a_version_of_gradle_is_published() -> None:
    change = a_change("gradle.properties", "version=4.1.0\n", "version=4.2.0\n")
    assert published("Release v4.2.0", change) == [("quill", "4.1.0", "4.2.0")]


@pytest.mark.parametrize("file", [PYTHON, RUST, SCRIPT, TEXT])
@pytest.mark.parametrize(
    "title",
    ["Release v1.2.0 (#3)", "Bump version", "chore(main): release 1.2.0", "v1.2.0", "Prepare release", "发布 1.2.0"],
)
def test_a_version_in_a_file_of_versions_is_published(title: str, file: FileChange) -> None:
    assert published(title, file, CHANGELOG) == [("quill", "1.1.0", "1.2.0")]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Release v1.2.0 (#3)", ("quill", "1.2.0")),
        ("release: v1.2.0", ("quill", "1.2.0")),
        ("[chore] Prepare release v1.2.0/v0.3.0", ("quill", "1.2.0")),
        ("[release] 1.2.0rc1", ("quill", "1.2.0rc1")),
        ("chore: prepare quill-cli v1.2.0", ("quill-cli", "1.2.0")),
        ("release: quill-cli@1.2.0", ("quill-cli", "1.2.0")),
    ],
)
def test_a_title_says_it_where_no_file_does(title: str, expected: tuple[str, str]) -> None:
    ((name, _, version),) = published(title)
    assert (name, version) == expected


@pytest.mark.parametrize(
    ("title", "files"),
    [
        ("Bump torch to 1.2.0", []),
        ("Bump torch version to 1.2.0", []),
        ("Release the lock before 1.2.0 is read", [CODE]),
        ("Add the release notes of 1.2.0", []),
        ("Fix the release workflow for 1.2.0", []),
        ("Use node 24.15 on Windows", []),
        ('Revert "Release v1.2.0"', []),
        ("Widen the pages", [CODE, PYTHON]),
        ("Update the version check", [CODE]),
        ("Update v1.2.0.md", [PAGE]),
        ("Update 1.2.0", [PAGE, CHECKS]),
        ("Release 1.2.0", [WORKFLOW]),
    ],
)
def test_what_speaks_of_versions_publishes_none(title: str, files: list[FileChange]) -> None:
    assert published(title, *files) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2.0.0-alpha.1", "2.0.0-alpha.2"),
        ("2.0.0-beta.1", "2.0.0-beta.2"),
        ("2.0.0-beta.9", "2.0.0-rc.1"),
        ("2.0.0-preview.1", "2.0.0-preview.2"),
        ("2.0.0-canary.7", "2.0.0-canary.8"),
    ],
)
def test_a_pre_release_is_read_to_its_end(before: str, after: str) -> None:
    assert published("Bump version", a_change("VERSION.txt", f"{before}\n", f"{after}\n")) == [("quill", before, after)]


def test_a_package_beside_the_main_one_is_named() -> None:
    assert published("Release", SIDE) == [("quill-cli", "1.1.0", "1.2.0")]


def test_a_changelog_alone_publishes() -> None:
    assert published("Release v1.2.0", CHANGELOG) == [("quill", "", "1.2.0")]


@pytest.mark.parametrize(
    ("paths", "package"),
    [
        (["quill-cli/pyproject.toml", "docs/v1.2.0.md"], "quill-cli"),
        (["quill-cli/pyproject.toml", "python/pyproject.toml"], "quill"),
        (["pages/read.py"], "quill"),
    ],
)
def test_files_without_patches_name_the_package_by_their_folders(paths: list[str], package: str) -> None:
    files = [FileChange(path, "modified", 1, 1) for path in paths]
    assert published("chore: bump v1.2.0 for it (#3)", *files) == [(package, "", "1.2.0")]


def test_a_merge_publishes_what_it_brought() -> None:
    commit = replace(a_commit_of(CHANGELOG, message="Merge branch '1.2'"), parents=("a" * 40, "b" * 40))
    commit = replace(commit, brought=(Brought("c" * 40, "Fix pages"), Brought("d" * 40, "Release v1.2.0 (#9)")))
    (fact,) = (fact for fact in facts_of(commit) if fact.kind is FactKind.VERSION_CHANGED)
    assert (fact.after, fact.path, fact.line) == ("1.2.0", "CHANGES.rst", 1)


def test_a_merge_that_catches_up_proves_nothing() -> None:
    """Its diff is what others did."""
    commit = replace(
        a_commit_of(PYTHON, CODE, message="Merge branch 'main' of example.com:o/r"), parents=("a" * 40, "b" * 40)
    )
    assert facts_of(commit) == ()


@pytest.mark.parametrize(("version", "final"), [("1.2.0", True), ("1.2.0.post1", True), ("2026.3", True), ("1.2.0rc1", False), ("1.2.0.dev0", False), ("1.2.0-beta.2", False), ("1.2b1", False), ("1.2.0-SNAPSHOT", False)])  # fmt: skip
def test_candidates_and_development_versions_are_not_final(version: str, final: bool) -> None:
    assert is_final(version) is final


@pytest.mark.parametrize(
    ("package", "is_it"), [("quill", True), ("Quill", True), ("quill.js", True), ("quill-cli", False), ("qu", False)]
)
def test_the_main_package_is_named_as_its_repository(package: str, is_it: bool) -> None:
    assert is_main(package, "example/quill") is is_it


def test_a_release_has_its_own_type_whatever_it_touches() -> None:
    commit = a_commit_of(PYTHON, CHANGELOG, message="Release v1.2.0")
    found = triage(commit, facts_of(commit), general())
    assert (found.types[0], found.importance, found.reasons[0].code) == (
        ChangeType.RELEASE,
        Importance.HIGH,
        "released",
    )
    development = a_commit_of(
        a_change("quill/__init__.py", '__version__ = "1.2.0"\n', '__version__ = "1.3.0.dev0"\n'), message="Bump version"
    )
    assert triage(development, facts_of(development), general()).importance is Importance.LOW
