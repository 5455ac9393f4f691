"""Of what type a commit is said to be: only what its author says or its diff shows."""

from dataclasses import replace
from typing import Any

import pytest
from builders import a_change, a_commit_of
from made import a_commit, a_digest, a_sha, an_entry

from analysis.commits.commit import FileChange
from analysis.commits.title import ChangeType
from analysis.digest.digest import statistics
from analysis.facts import facts_of
from analysis.rules.themes import themes
from analysis.triage.areas import general
from analysis.triage.decision import Opinion, decide
from analysis.triage.triage import Importance, Triage, triage
from formatters.outline import outline
from formatters.text.item import item_of

PRODUCT = a_change("quill/cache.py", "a = 1\nb = compute(a)\n", "a = 1\nb = compute(a, 2)\n")
MINOR = a_change("quill/templates/cache.py", "a = 1\nb = compute(a)\n", "a = 1\nb = compute(a, 2)\n")
TESTS = a_change("tests/test_cache.py", "def test_a():\n    assert 1\n", "def test_a():\n    assert 2\n")
CI = a_change(".github/workflows/ci.yml", "timeout: 10\n", "timeout: 20\n")
EXAMPLE = a_change("examples/serve.py", "serve(80)\n", "serve(port=80, workers=2)\n")
NEW = a_change(
    "quill/spill.py", None, "class Spill:\n    '''Pages on disk.'''\n\n    def keep(self):\n        return 1\n" * 9
)
FLAG = a_change("quill/cli.py", 'add("--a")\n', 'add("--a")\nparser.add_argument("--spill", type=str)\n')
TOOL = a_change("xtask/src/main.rs", 'fn main() { run("a") }\n', 'fn main() { run("b") }\n')
LICENSE = a_change(
    "quill/pages.py",
    "# Copyright 2024 Quill\nx = 1\n",
    "# Copyright 2026 The Quill authors. All rights reserved.\nx = 1\n",
)
RENAMED = a_change(
    "quill/loss.py",
    "def loss(a):\n    ratio = a + 1\n    return ratio * 2\n",
    "def loss(a):\n    weight = a + 1\n    return weight * 2\n",
)


def judged(title: str, *files: FileChange, body: str = "") -> Triage:
    commit = a_commit_of(*files, message=f"{title}\n\n{body}" if body else title)
    return triage(commit, facts_of(commit), general())


@pytest.mark.parametrize(
    ("title", "files", "kind"),
    [
        ("fix: pages", [PRODUCT], ChangeType.BUGFIX),
        ("Fix the order in which pages are spilled", [PRODUCT], ChangeType.BUGFIX),
        ("cache: fixed a wrong page count", [PRODUCT], ChangeType.BUGFIX),
        ("Repair spilling on Windows", [PRODUCT], ChangeType.BUGFIX),
        ("Support spilling to disk", [NEW, FLAG], ChangeType.FEATURE),
        ("New: pages are spilled to disk with an option", [NEW, FLAG], ChangeType.FEATURE),
        ("Steadier tests of the cache", [TESTS], ChangeType.TESTS),
        ("Wait longer", [CI], ChangeType.CI_BUILD),
        ("Fix the linter's job", [CI], ChangeType.CI_BUILD),
        ("Say weight, as the paper does", [RENAMED], ChangeType.REFACTOR),
        ("Update the headers", [LICENSE], ChangeType.CHORE),
        ("Speed up the lookup of pages", [PRODUCT], ChangeType.PERFORMANCE),
    ],
)
def test_a_type_that_is_said_or_shown_is_told(title: str, files: list[FileChange], kind: ChangeType) -> None:
    assert judged(title, *files).shown_types == (kind,)


@pytest.mark.parametrize(
    ("title", "files"),
    [
        ("Align the cache with the paper", [PRODUCT]),
        ("Improve the performance monitor", [PRODUCT, TESTS]),
        ("Add missing checks of pages", [PRODUCT]),
        ("Move eviction after the release of weights", [PRODUCT]),
        ("Pages", [PRODUCT]),
        ("Serve with two workers", [EXAMPLE]),
        ("Run another task", [TOOL]),
    ],
)
def test_a_type_that_is_only_likely_is_not_told(title: str, files: list[FileChange]) -> None:
    """Nor counted, nor given as a reason; search and order go by it all the same."""
    found = judged(title, *files)
    entry = replace(an_entry(a_commit_of(*files, message=title)), triage=found)
    assert found.shown_types == ()
    assert found.types[0] is not ChangeType.UNKNOWN
    assert item_of(entry, "en", general()).types == ""
    assert not any(reason.code.startswith("type.") for reason in found.reasons)
    assert statistics([entry]).by_type == {"unknown": 1}


def test_what_the_author_calls_it_remains() -> None:
    for title in ("chore: align the cache with the paper", "chore: handle replies of the cache", "misc: keep pages"):
        assert judged(title, PRODUCT).shown_types == (ChangeType.CHORE,)


def test_a_guess_alone_raises_nothing() -> None:
    """A title that only resembles those of fixes leaves a small change among the low ones; the fix itself is not."""
    assert judged("Align the cache with the paper", MINOR).importance is Importance.LOW
    assert judged("Fix the cache", MINOR).importance is not Importance.LOW


def test_a_model_that_names_a_type_is_certain() -> None:
    commit = a_commit_of(PRODUCT, message="Align the cache with the paper")
    opinion = Opinion(Importance.MEDIUM, types=(ChangeType.BUGFIX,))
    decided = decide(triage(commit, (), general()), opinion, commit, ())
    assert decided.shown_types == (ChangeType.BUGFIX,)
    left = decide(triage(commit, (), general()), Opinion(Importance.MEDIUM), commit, ())
    assert left.shown_types == ()


def test_what_has_no_type_is_counted_last_as_other_changes() -> None:
    guess: dict[str, Any] = {"types": (ChangeType.FEATURE,), "is_type_certain": False}
    fix: dict[str, Any] = {"types": (ChangeType.BUGFIX,)}
    entries = [
        an_entry(a_commit(sha=a_sha(str(number))), areas=("scheduler",), **kind)
        for number, kind in enumerate((guess, guess, fix))
    ]
    digest = a_digest(*entries)
    assert outline(digest, general()).makeup.endswith("1 bug fix, 2 other changes")
    assert [theme.text for theme in themes(entries, "en")] == ["Scheduler: 1 bug fix and 2 other changes"]
    assert [theme.text for theme in themes(entries[:2], "en")] == ["Scheduler: 2 changes"]
    assert [theme.text for theme in themes(entries[:2], "zh")] == ["调度：2 项改动"]
