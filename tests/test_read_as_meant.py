"""What newcomers saw misread: titles that say one thing where the diff proves another, parts that do not ship, merges of the trunk."""

from dataclasses import replace

import pytest
from builders import a_change, a_commit_of, found

from analysis.commits.commit import Brought, Commit, FileChange
from analysis.commits.title import ChangeType
from analysis.digest.pipeline import judge
from analysis.entry import Analysis, Entry
from analysis.rules.analyser import RulesAnalyser
from analysis.triage.areas import general
from analysis.triage.triage import Importance

PRODUCT = a_change("quill/cache.py", "a = 1\nb = compute(a)\n", "a = 1\nb = compute(a, 2)\n")
TESTS = a_change("tests/test_cache.py", "x = 1\n", "x = 2\n")
LAYOUT = a_change("quill/a.py", "from b import (a,b)\nx = [1,2]\n", "from b import (a, b)\nx = [1, 2]\n")
COMMENT = a_change("quill/a.py", "# teh cache\ny = 2\n", "# the cache\ny = 2\n")
DOCSTRING = a_change("quill/a.py", 'def a():\n    """Kep it."""\n', 'def a():\n    """Keep it."""\n')
MOVED = FileChange("quill/new.py", "renamed", 0, 0, "quill/_old.py")


def read(commit: Commit) -> Entry:
    (entry,) = judge([commit], general())
    return entry


def analysed(commit: Commit) -> Analysis:
    return RulesAnalyser().analyse((read(commit),), "en").analyses[commit.sha]


class TestWhatChangesNothing:
    @pytest.mark.parametrize(
        "title", ["Optimize imports", "Run the formatter", "fix: lint", "perf: tidy the lists", "Fix style"]
    )
    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            (LAYOUT, ChangeType.REFACTOR),
            (COMMENT, ChangeType.DOCS),
            (DOCSTRING, ChangeType.DOCS),
            (MOVED, ChangeType.REFACTOR),
        ],
        ids=["layout", "comment", "docstring", "another path"],
    )
    def test_it_is_no_fix_and_no_speed_whatever_it_is_called(
        self, title: str, change: FileChange, kind: ChangeType
    ) -> None:
        triage = read(a_commit_of(change, message=title)).triage
        assert (triage.types[0], triage.importance) == (kind, Importance.LOW)

    def test_with_tests_it_is_about_them(self) -> None:
        assert read(a_commit_of(COMMENT, TESTS, message="Fix the tests")).triage.types[0] is ChangeType.TESTS

    @pytest.mark.parametrize(
        "other", [PRODUCT, a_change("quill/b.py", None, "a = 1\n")], ids=["another file", "a new file"]
    )
    def test_one_line_that_runs_makes_it_what_it_says(self, other: FileChange) -> None:
        assert read(a_commit_of(COMMENT, other, message="fix: the cache")).triage.types[0] is ChangeType.BUGFIX

    def test_what_says_that_it_breaks_is_believed(self) -> None:
        assert read(a_commit_of(MOVED, message="fix!: another path")).triage.types[0] is ChangeType.BREAKING


class TestWhatDoesNotShip:
    @pytest.mark.parametrize(
        "folder", ["playground", "examples", "benchmarks", "scripts-dev", "demo", "samples", "benches"]
    )
    def test_its_flags_defaults_and_dependencies_are_nobodys(self, folder: str) -> None:
        flags = a_change(
            f"{folder}/run.py",
            "import argparse\np = argparse.ArgumentParser()\n",
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--pages', default=3)\n",
        )
        needs = a_change(f"{folder}/requirements.txt", "numpy==1.0\n", "numpy==2.0\n")
        default = a_change(
            f"{folder}/config.py", "class RunConfig:\n    pages: int = 3\n", "class RunConfig:\n    pages: int = 4\n"
        )
        assert found(flags, needs, default) == []
        assert analysed(a_commit_of(flags, needs, default, message="Add options")).effect == ""

    @pytest.mark.parametrize("path", ["quill/sample/topk.py", "quill/sampler/topk.py", "quill/sampling/topk.py"])
    def test_a_sampler_is_no_example(self, path: str) -> None:
        assert (
            read(a_commit_of(a_change(path, "a = 1\n", "a = 2\n"), message="Fix top-k")).triage.ceiling
            is Importance.HIGH
        )


class TestWhatIsNoDefault:
    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("src/commands/sets.json", '{"function": "setCommand",\n "a": 1}\n', '{"function": "smembersCommand",\n "a": 1}\n'),
            ("rust-toolchain.toml", '[toolchain]\nchannel = "1.80"\n', '[toolchain]\nchannel = "1.81"\n'),
            ("tsconfig.json", '{"include": ["src"]}\n', '{"include": ["src", "lib"]}\n'),
        ],
        ids=["a table of commands", "a toolchain", "a list of files"],
    )  # fmt: skip
    def test_data_and_tools_have_none(self, path: str, before: str, after: str) -> None:
        assert "by default" not in analysed(a_commit_of(a_change(path, before, after), message="Tidy")).effect

    @pytest.mark.parametrize(
        "line",
        [
            "if os.environ.get('QUILL_DISABLE_PAGES'):\n    pages = None\n",
            "FAST = os.environ.get('QUILL_FAST', '1') == '1'\n",
        ],
        ids=["one that disables", "one that is on"],
    )
    def test_a_switch_that_is_on_or_disables_is_not_told_as_off(self, line: str) -> None:
        change = a_change("quill/envs.py", "import os\n", f"import os\n{line}")
        told = analysed(a_commit_of(change, message="Add a switch"))
        assert not any("off by default" in text.lower() for text in (told.effect, *(one.text for one in told.impact)))

    def test_a_check_that_moved_lets_nothing_pass(self) -> None:
        check = "    if not p:\n        raise ValueError('no pages')\n"
        change = a_change(
            "quill/a.py",
            f"def load(p):\n{check}    return p\n\ndef keep(p):\n    return load(p)\n",
            f"def load(p):\n    return p\n\ndef keep(p):\n{check}    return load(p)\n",
        )
        assert analysed(a_commit_of(change, message="Move the check")).effect == ""

    def test_a_classifier_is_no_name_in_code(self) -> None:
        change = a_change(
            "pyproject.toml",
            '[project]\nname = "quill"\nclassifiers = [\n  "Programming Language :: Python :: 3.9",\n  "A :: B",\n]\n',
            '[project]\nname = "quill"\nclassifiers = [\n  "A :: B",\n]\n',
        )
        told = analysed(a_commit_of(change, message="Drop Python 3.9"))
        assert not any("code" in one.text.lower() for one in (*told.impact, *told.recommendations))


class TestMergesOfTheTrunk:
    @pytest.mark.parametrize(
        "title",
        [
            "Merge branch 'main' of https://example.org/quill",
            "Merge remote-tracking branch 'origin/main'",
            "Merge branch 'main' into release/1.2",
            "Merge main into release/1.2",
        ],
    )
    def test_what_brings_a_branch_up_to_date_is_no_news(self, title: str) -> None:
        """It proves nothing either: what it touches landed by itself."""
        flag = a_change(
            "quill/args.py",
            "p = argparse.ArgumentParser()\n",
            "p = argparse.ArgumentParser()\np.add_argument('--pages')\n",
        )
        entry = read(replace(a_commit_of(flag, message=title), parents=("a" * 40, "b" * 40)))
        assert (entry.triage.importance, entry.facts) == (Importance.LOW, ())

    def test_ones_own_commit_in_it_counts(self) -> None:
        commit = a_commit_of(PRODUCT, message="Merge branch 'main' of https://example.org/quill")
        commit = replace(commit, parents=("a" * 40, "b" * 40), brought=(Brought("c" * 40, "Fix a crash of the cache"),))
        triage = read(commit).triage
        assert triage.importance is not Importance.LOW
        assert triage.types[0] is ChangeType.BUGFIX


class TestRepositoriesOfOnePlatform:
    def test_its_own_name_makes_nothing_a_fix_for_it(self) -> None:
        """Everything there lies in a folder of that name."""
        change = a_change("quill_ascend/ops/a.py", "a = 1\n", "a = 2\n")
        own, other = (
            read(replace(a_commit_of(change, message="Fix the pages on NPU"), repo=repo)).triage
            for repo in ("example/quill-ascend", "example/quill")
        )
        assert own.score < other.score
        assert "platform" not in {reason.code for reason in own.reasons}
        silent = read(replace(a_commit_of(change, message="Fix the pages"), repo="example/quill-ascend")).triage
        assert silent.areas == ()
