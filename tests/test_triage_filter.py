"""The rules as a filter for other programs."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from builders import FILES, PATCH
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import BadInput
from bot.cli.triage_filter import triage_lines
from bot.settings import Settings


def unlearned(_repo: str) -> None:
    return None


def made(*records: object, settings: Settings | None = None) -> list[dict[str, Any]]:
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return [json.loads(line) for line in triage_lines(lines, settings or Settings(), unlearned, name="-", quiet=True)]


def refused(lines: Sequence[str], name: str = "-") -> str:
    with pytest.raises(BadInput) as told:
        list(triage_lines(lines, Settings(), unlearned, name=name, quiet=True))
    assert "\n" not in str(told.value)
    return str(told.value)


def test_a_commit_is_sorted_and_ranked() -> None:
    """Types, importance with score and reasons, areas: what the rules see in the diff."""
    (answer,) = made(
        {
            "repo": "o/r",
            "sha": "abc",
            "title": "[Scheduler] Tune prefill",
            "files": FILES,
            "patch_excerpt": PATCH,
            "x": 1,
        }
    )
    assert set(answer) == {
        "repo", "sha", "types", "is_type_certain", "importance", "score", "reasons", "areas",
    }  # fmt: skip
    assert (answer["repo"], answer["sha"]) == ("o/r", "abc")
    assert answer["importance"] in {"high", "medium"}
    assert any("max_prefill_tokens" in str(reason) for reason in answer["reasons"])
    assert answer["areas"][0] == "scheduler"


def test_each_line_has_its_answer_in_the_same_order() -> None:
    """Empty lines have none; the repository is only told where it was given."""
    answers = made(
        {"title": "Fix a", "sha": "1", "files": FILES}, "", "  ", {"title": "Fix b", "sha": "2", "files": FILES}
    )
    assert [answer["sha"] for answer in answers] == ["1", "2"]
    assert all("repo" not in answer for answer in answers)


@pytest.mark.parametrize(("title", "is_low"), [("", True), ("Fix a crash", False), ("修复缓存", False)])
def test_only_a_title_is_needed(title: str, is_low: bool) -> None:
    """The rest may be unknown: its words decide. Of a commit that is known to touch nothing, they do not."""
    unknown, empty = made({"title": title}, {"title": title, "files": []})
    assert unknown["sha"] == ""
    assert (unknown["importance"] == "low") is is_low
    assert empty["importance"] == "low"


def test_answers_come_as_lines_come() -> None:
    """A program that feeds it need not wait for the end."""
    lines = iter([json.dumps({"title": "Fix", "files": FILES})])
    answers = triage_lines(lines, Settings(), unlearned, name="-", quiet=True)
    assert next(answers)
    assert next(answers, None) is None


def test_no_line_gives_no_answer() -> None:
    """And no mistake."""
    assert made() == []


@pytest.mark.parametrize("length", range(0, len(PATCH), 7))
def test_a_patch_that_is_cut_anywhere_is_read_as_far_as_it_goes(length: int) -> None:
    """Excerpts end where they end."""
    (answer,) = made({"title": "Tune prefill", "files": FILES, "patch_excerpt": PATCH[:length]})
    assert answer["types"]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("not json", "line 1 of standard input is not JSON"),
        ('{"title": "a"', "is not JSON"),
        ("[]", "has no object in it"),
        ('"title"', "has no object in it"),
        ("null", "has no object in it"),
        ("{}", "has no title"),
        ('{"title": 5}', "has no usable title"),
        ('{"title": null}', "has no usable title"),
        ('{"title": "a", "files": "a.py"}', "has no usable files"),
        ('{"title": "a", "files": [1]}', "has no usable files"),
        ('{"title": "a", "files": [["a.py", "M", "x", 0]]}', "has no usable files"),
        ('{"title": "a", "files": [["a.py", "M", -1, 0]]}', "has no usable files"),
        ('{"title": "a", "body": {}}', "has no usable body"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_line_that_is_no_commit_is_told_with_its_number(line: str, hint: str) -> None:
    """And what a line should be."""
    told = refused([line])
    assert hint in told
    assert "give" in told


def test_lines_before_a_bad_one_are_answered() -> None:
    """A mistake in the middle costs only what comes after it; the file is named."""
    lines = triage_lines(
        ['{"title": "Fix", "files": ["a.py"]}', "", "bad"], Settings(), unlearned, name="commits.jsonl", quiet=True
    )
    assert json.loads(next(lines))
    with pytest.raises(BadInput, match=r"line 3 of commits\.jsonl"):
        next(lines)


def test_a_byte_order_mark_is_passed_over() -> None:
    """Some editors begin a file with it."""
    assert len(made("\ufeff" + json.dumps({"title": "Fix", "files": FILES}))) == 1


def test_configured_areas_are_known() -> None:
    """Those of one's own too."""
    settings = Settings.model_validate({"areas": {"moon": {"en": "Moon", "words": ["moon"]}}})
    (answer,) = made({"title": "[Moon] Land", "files": FILES}, settings=settings)
    assert "moon" in answer["areas"]


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=4), max_size=4)


@given(st.dictionaries(st.sampled_from(["sha", "body", "files", "patch_excerpt", "repo", "author"]), VALUES), st.text())
def test_any_object_is_answered_or_refused_in_a_sentence(record: dict[str, object], title: str) -> None:
    """Whatever another program writes."""
    try:
        assert len(made(record | {"title": title})) == 1
    except BadInput as told:
        assert "line 1" in str(told)  # noqa: PT017 - either outcome is right
