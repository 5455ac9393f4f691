"""Records of commits as JSON lines: plain or gzipped, complete or cut, with labels or without."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import FILES, PATCH

from analysis.commits.commit import Commit, FileChange
from analysis.commits.records import commits_of, labelled_of, read_labels
from analysis.errors import BadInput


def commit_of(record: dict[str, object]) -> Commit:
    (commit,) = commits_of([json.dumps(record)], "-")
    return commit


def test_each_file_gets_its_part_of_the_patch() -> None:
    """Found by its path after the change."""
    commit = commit_of({"title": "Tune", "files": FILES, "patch_excerpt": PATCH})
    first, second = commit.files
    assert first.patch is not None
    assert first.patch.startswith("@@ -10,3")
    assert first.patch.endswith("hidden: int = 4")
    assert second.patch == "@@ -1,1 +1,2 @@\n import quill\n+# tested"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["a.py", "A", 3, 0], FileChange("a.py", "added", 3, 0)),
        (["a.py", "R100", 0, 0], FileChange("a.py", "renamed")),
        (["a.png", "M", "-", "-"], FileChange("a.png", "modified")),
        (["a.py", "X", None, "2"], FileChange("a.py", "modified", 0, 2)),
        (["a.py", "modified", 1, 1, "more"], FileChange("a.py", "modified", 1, 1)),
        (["a.py"], FileChange("a.py", "modified")),
        ("a.py", FileChange("a.py", "modified")),
    ],
)
def test_a_file_may_be_told_in_short(given: object, expected: FileChange) -> None:
    """By its path alone, or as git counts a binary one."""
    assert commit_of({"title": "x", "files": [given]}).files == (expected,)


def test_a_section_cut_in_the_middle_of_a_line_ends_there() -> None:
    """Excerpts of long diffs are cut by size: the next file's section begins right behind half a line."""
    cut = PATCH.replace("16384\n     hidden: int = 4\n", "16384\n     hid")
    commit = commit_of({"title": "x", "files": FILES, "patch_excerpt": cut})
    config, test = commit.files
    assert config.patch is not None
    assert config.patch.endswith("+    max_prefill_tokens: int = 16384")
    assert test.patch is not None
    assert test.patch.endswith("+# tested")


RECORD = {
    "repo": "o/r", "sha": "abc", "title": "Tune", "body": "Why.", "author": "Ann", "date": "2026-01-08T12:00:00Z",
    "files": FILES, "label_type": "performance", "label_importance": "high", "label_areas": ["scheduler", "lora"],
}  # fmt: skip


def test_a_record_is_a_commit_with_what_people_said() -> None:
    """Keys that nobody here knows are passed over."""
    (found,) = labelled_of([json.dumps(RECORD | {"x": 1})], "-")
    commit = found.commit
    assert (commit.repo, commit.sha, commit.subject, commit.body) == ("o/r", "abc", "Tune", "Why.")
    assert (commit.author, commit.committed_at) == ("Ann", datetime(2026, 1, 8, 12, tzinfo=UTC))
    assert (found.type, found.importance, found.areas) == ("performance", "high", ("lora", "scheduler"))


def test_what_nobody_said_is_nothing() -> None:
    """A title is enough; a date without a zone is UTC; a bot without a name is still one."""
    (found,) = labelled_of(['{"title": "Tune", "bot": true, "date": "2026-01-08T12:00:00"}'], "-")
    assert (found.type, found.importance, found.areas) == (None, None, ())
    assert found.commit.author == "[bot]"
    assert found.commit.committed_at == datetime(2026, 1, 8, 12, tzinfo=UTC)


def write(path: Path, *lines: str) -> Path:
    text = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


@pytest.mark.parametrize("name", ["labels.jsonl", "labels.jsonl.gz"])
def test_label_files_are_read_plain_or_gzipped(tmp_path: Path, name: str) -> None:
    """Several, one after the other; empty lines are passed over."""
    path = write(tmp_path / name, json.dumps(RECORD), "", json.dumps(RECORD | {"sha": "def"}))
    assert [one.commit.sha for one in read_labels([path, path])] == ["abc", "def"] * 2


@pytest.mark.parametrize("name", ["labels.jsonl", "labels.jsonl.gz"])
def test_a_broken_line_is_named_with_its_file_and_number(tmp_path: Path, name: str) -> None:
    """Whoever mined a million lines must find it."""
    path = write(tmp_path / name, json.dumps(RECORD), "", "{broken")
    with pytest.raises(BadInput) as told:
        read_labels([path])
    assert f"line 3 of {path} is not JSON" in str(told.value)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ('{"title": "a", "label_type": 5}', "no usable label_type"),
        ('{"title": "a", "label_areas": "lora"}', "no usable label_areas"),
        ('{"title": "a", "date": "yesterday"}', "no usable date"),
        ("{}", "no title"),
    ],
)
def test_a_record_that_says_something_odd_is_refused(tmp_path: Path, line: str, hint: str) -> None:
    """In one sentence."""
    with pytest.raises(BadInput) as told:
        read_labels([write(tmp_path / "labels.jsonl", line)])
    assert hint in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Absent, a folder, no text, or a gzip that is none or was cut."""
    whole = gzip.compress(b'{"title": "a"}\n' * 100)
    (tmp_path / "none.gz").write_bytes(b"plain")
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) - 9])
    (tmp_path / "damaged.gz").write_bytes(whole[:10] + b"\xff" + whole[11:])
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    for name in ("absent.jsonl", ".", "none.gz", "cut.gz", "damaged.gz", "binary.jsonl"):
        with pytest.raises(BadInput, match="cannot be read") as told:
            read_labels([tmp_path / name])
        assert str(tmp_path / name) in str(told.value)
        assert "\n" not in str(told.value)
