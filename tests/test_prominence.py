"""What speaks for a commit's prominence, and how the reasons are given."""

from dataclasses import replace

import pytest
from builders import a_change, a_commit_of

from analysis.commits.commit import FileChange
from analysis.facts import facts_of
from analysis.statements import Source, Statement
from analysis.triage.areas import general
from analysis.triage.prominence import Prominence, Signal, shipped
from analysis.triage.reason import Reason
from analysis.triage.triage import Importance, sort, triage

FIX = a_change("quill/cache.py", "a = 1\nb = compute(a)\n", "a = 1\nb = compute(a, 2)\n")
TEST = a_change("tests/test_cache.py", "x = 1\n", "x = 2\n")
GUIDE = a_change("docs/cache.md", "One\n", "Two\n")
BENCH = a_change("quill/benchmarks/run.py", "a = 1\n", "a = 2\n")


def names(
    title: str, *files: FileChange, statements: tuple[Statement, ...] = (), repo: str = "example/quill"
) -> set[str]:
    commit = replace(a_commit_of(*files, message=title), repo=repo)
    return {signal.name for signal in sort(commit, facts_of(commit), general(), statements=statements).signals} - {
        "learned"
    }


def said(text: str, source: Source = Source.BODY, category: str = "") -> tuple[Statement, ...]:
    return (Statement(text, source, category=category),)


@pytest.mark.parametrize(
    ("title", "files", "expected"),
    [
        ("Fix the cache", [FIX, TEST], {"mends", "tested"}),
        ("Fix a crash of the cache", [FIX], {"mends", "grave_title"}),
        ("Fix KeyError of the cache", [FIX], {"mends", "error_title"}),
        ("feat: two caches", [FIX, GUIDE], {"new", "documented"}),
        ("feat!: two caches", [FIX], {"breaking"}),
        ("Refactor the cache", [FIX], {"housekeeping"}),
        ("fix: reject empty caches", [FIX], {"mends", "refuses"}),
        ("fix: Llama 3 on two caches", [FIX], {"mends", "model_fix"}),
        ("Fix the cache of MI300 on ROCm", [FIX], {"mends", "platform"}),
        ("Fix pages (#12) (#13)", [FIX], {"mends", "copy"}),
        ("Fix the runner", [BENCH], {"surroundings"}),
        ("Describe the cache", [GUIDE], {"surroundings", "around"}),
    ],
)
def test_signals_are_what_readers_look_for(title: str, files: list[FileChange], expected: set[str]) -> None:
    assert expected <= names(title, *files)


@pytest.mark.parametrize(
    ("path", "is_documented"),
    [
        ("docs/caches.rst", True),
        ("website/guide/caches.md", True),
        ("README.md", True),
        ("website/layouts/caches.html", False),
        ("CONTRIBUTING.md", False),
        ("changelog.d/README.md", False),
        ("LICENSE", False),
        ("docs/internals/caches.md", False),
    ],
)
def test_only_pages_for_users_document_anything(path: str, is_documented: bool) -> None:
    """Not how a site looks, nor what its contributors read."""
    page = a_change(path, "One cache.\n", "Two caches.\n")
    assert ("documented" in names("feat: two caches", FIX, page)) is is_documented


def test_a_grave_sentence_counts_where_the_title_is_silent() -> None:
    told = said("Without it the worker deadlocks when two requests come at once.")
    assert {"grave_text", "consequence", "grave_fix"} <= names("Fix the cache", FIX, statements=told)


def test_a_sentence_made_for_users_says_what_kind_of_news_it_is() -> None:
    assert "fragment_fix" in names("Cache", FIX, statements=said("The cache is kept.", Source.FRAGMENT, "bugfix"))
    assert "fragment_breaking" in names(
        "Cache", FIX, statements=said("The cache is gone.", Source.FRAGMENT, "breaking")
    )


def test_comments_in_the_code_tell_no_symptom() -> None:
    """They explain what the code guards against, not what happened."""
    told = said("Without the lock this would deadlock.", Source.CODE_COMMENT)
    assert "grave_text" not in names("Fix the cache", FIX, statements=told)


def test_hardware_that_the_whole_repository_is_for_tells_no_commit_apart() -> None:
    assert "platform" in names("[NPU] Fix the cache", FIX)
    assert "platform" not in names("[NPU] Fix the cache", FIX, repo="example/quill-ascend")


def test_reasons_are_one_for_each_thing_that_is_told() -> None:
    found = [
        Signal("grave_title", code="crash", detail="crash"),
        Signal("grave_text", 2, "crash", "crash"),
        Signal("size", 3.0),
    ]
    model = Prominence(-1.0, {"grave_title": 1.0, "grave_text": 0.5, "size": 0.1})
    assert model.reasons(found) == [Reason("crash", "crash", 2.0)]
    assert model.odds(found) == pytest.approx(1.3)


def test_what_is_dumped_is_loaded() -> None:
    assert Prominence.load(shipped().dump()).dump() == shipped().dump()


def test_a_grave_fix_with_its_test_must_be_known_and_upkeep_need_not() -> None:
    crash = a_commit_of(FIX, TEST, message="Fix a crash of the cache")
    upkeep = a_commit_of(FIX, message="Rename the helper of the cache")
    assert triage(crash, facts_of(crash), general()).importance is Importance.HIGH
    assert triage(upkeep, facts_of(upkeep), general()).importance is Importance.LOW
