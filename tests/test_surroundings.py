"""The blocks that a change stands in, read from the whole file, in whatever language."""

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from builders import a_change, a_commit_of
from made import an_entry
from servers.scratch import NOON, Scratch

from analysis.commits.surroundings import surroundings
from analysis.entry import Quote
from analysis.llm.verify.ground import Ground
from analysis.llm.verify.judging import Verdict, judge
from analysis.sources.git_clone import GitClone

LINES = "\n".join(f"step_{number}();" for number in range(6))


def opened(path: str, before: str, old: str, new: str) -> list[str]:
    """Return the lines that open the blocks around a change of `old` to `new`."""
    before = dedent(before).removeprefix("\n").replace("STEPS", LINES)
    after = before.replace(old, new)
    found = surroundings([(a_change(path, before, after), after)])
    return [one.text.strip() for one in found.of(path, 0)]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        pytest.param(
            "quill/a.py",
            """
            class Loader:
                def load(
                    self,
                    path: str,
                ) -> None:
                    if is_in_ci():
                        one()
                        two()

                        # three
                        three()
                        four()
                        OLD
            """,
            ["class Loader:", "def load(", "if is_in_ci():"],
            id="what Python indents, a definition over several lines",
        ),
        pytest.param(
            "quill/a.py",
            """
            def load():
                if fast:
                    one()
                    two()
                else:
                    one()
                    two()
                    three()
                    four()
                    OLD
            """,
            ["def load():", "if fast:", "else:"],
            id="an else with what it is the other case of",
        ),
        pytest.param(
            "src/a.rs",
            """
            impl Pool {
                fn take(&self) -> u8 {
                    match self.state {
                        State::Idle => {
                            one();
                            two();
                            three();
                            four();
                            OLD
                        }
                    }
                }
            }
            """,
            ["impl Pool {", "fn take(&self) -> u8 {", "match self.state {", "State::Idle => {"],
            id="what braces enclose",
        ),
        pytest.param(
            "src/a.cu",
            """
            #if WITH_TRACE
            #ifdef OTHER
            int other;
            #endif
            void run() {
              one();
              two();
              three();
              four();
              OLD
            }
            #endif
            """,
            ["#if WITH_TRACE", "void run() {"],
            id="a condition of the preprocessor, and none that ended before",
        ),
        pytest.param("src/a.go", "func a() {\n\tone()\n}\n\nSTEPS\nOLD\n", [], id="nothing at the top"),
        pytest.param("quill/a.py", "if fast:\n    one()\n    OLD\n", [], id="nothing that the hunk shows itself"),
    ],
)
def test_the_lines_that_open_its_blocks_are_found(path: str, text: str, expected: list[str]) -> None:
    assert opened(path, text, "OLD", "five();") == expected


def test_what_is_only_taken_away_stands_somewhere_too() -> None:
    before = "def load():\n    if fast:\n" + "".join(f"        step_{number}()\n" for number in range(6))
    assert opened("quill/a.py", before, "        step_5()\n", "") == ["def load():", "if fast:"]


def test_of_very_many_blocks_the_innermost_count() -> None:
    lines = [f"{'  ' * number}if level_{number}:" for number in range(40)]
    body = [f"{'  ' * 40}step_{number}()" for number in range(5)]
    found = opened("quill/a.py", "\n".join([*lines, *body, f"{'  ' * 40}OLD"]), "OLD", "NEW")
    assert found == [f"if level_{number}:" for number in range(34, 40)]


def test_a_clone_knows_what_stands_around(tmp_path: Path) -> None:
    """Of files that are there before and after; odd ones are passed over."""
    scratch = Scratch(tmp_path / "scratch.git")
    body = "def load():\n    if is_in_ci():\n" + "".join(f"        step_{number}()\n" for number in range(6))
    before: dict[str, str | bytes | tuple[str, str | bytes] | None] = {
        "quill/a b.py": body,
        "quill/gone.py": "1\n",
        "tests/test_a.py": body,
        "quill/bin.py": b"\0\1",
    }
    scratch.commit("Start", before, at=NOON)
    after: dict[str, str | bytes | tuple[str, str | bytes] | None] = {
        "quill/a b.py": body.replace("step_5", "step_7"), "quill/new.py": "1\n", "quill/gone.py": None,
        "tests/test_a.py": body.replace("step_5", "step_7"), "quill/bin.py": b"\0\2",
    }  # fmt: skip
    sha = scratch.commit("Change", after, at=NOON)
    source = GitClone(scratch.path, environ={"PATH": "/usr/bin:/bin"})
    found = source.around([source.resolve(sha)])
    assert {path: [one.text.strip() for one in openers] for (path, _), openers in found[sha].blocks.items()} == {
        "quill/a b.py": ["def load():", "if is_in_ci():"]
    }
    assert {"is_in_ci", "step_7"} <= found[sha].names


class TestEvidence:
    """What a model sees above a hunk may bear a claim out, and names of the files are not invented."""

    @pytest.fixture
    def ground(self) -> Ground:
        before = "def load():\n    if is_in_ci():\n" + "".join(f"        step_{number}()\n" for number in range(6))
        before += "\n\n\ndef keep(): return other_name(--with-care)\n"
        after = before.replace("step_5()", "wait(2)")
        commit = a_commit_of(a_change("quill/a.py", before, after, context=1))
        return Ground.of(replace(an_entry(commit), surroundings=surroundings([(commit.files[0], after)])))

    def test_a_line_that_opens_a_block_is_evidence(self, ground: Ground) -> None:
        quote = ground.find("if is_in_ci():", "quill/a.py", "new")
        assert quote == Quote("if is_in_ci():", "quill/a.py", 2)
        assert ground.around(quote)[0].strip() == "def load():"
        assert judge("CI waits longer: `is_in_ci` decides.", "", "", [quote], ground).verdict is Verdict.BORNE_OUT

    def test_it_was_left_as_it_was(self, ground: Ground) -> None:
        assert "is_in_ci" in ground.kept
        assert "is_in_ci" not in ground.old + ground.new

    @pytest.mark.parametrize(("name", "verdict"), [("other_name", Verdict.DOUBTFUL), ("--with-care", Verdict.DOUBTFUL), ("--with-ease", Verdict.REFUTED), ("no_name", Verdict.UNCHECKED)])  # fmt: skip
    def test_a_name_of_the_file_is_a_second_readings_matter(self, ground: Ground, name: str, verdict: Verdict) -> None:
        quote = ground.find("wait(2)", "quill/a.py", "new")
        assert quote
        assert judge(f"It waits as `{name}` does.", "", "", [quote], ground).verdict is verdict

    def test_who_does_not_know_the_files_any_more_shows_the_line_alone(self, ground: Ground) -> None:
        quote = ground.find("if is_in_ci():", "quill/a.py", "new")
        assert quote
        assert Ground((), ()).around(quote) == ["if is_in_ci():"]
