"""What is written is there whole, or what was there before is."""

import os
import stat
from pathlib import Path

import pytest

from storage.files import replacing


def test_a_file_is_replaced_when_it_is_complete(tmp_path: Path) -> None:
    """Its permissions stay; a new one has what the user's mask gives."""
    target = tmp_path / "new" / "report.md"
    with replacing(target) as draft:
        draft.write_text("one")
        assert not target.exists()
    target.chmod(0o640)
    with replacing(target) as draft:
        draft.write_text("two")
        assert target.read_text() == "one"
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("two", 0o640)
    assert list(target.parent.iterdir()) == [target]


def test_what_goes_wrong_leaves_what_was_there(tmp_path: Path) -> None:
    """A full disk, for one; nothing is left beside it."""
    target = tmp_path / "report.md"
    target.write_text("yesterday's")

    def write() -> None:
        with replacing(target) as draft:
            draft.write_text("half of")
            raise OSError(28, "full")

    with pytest.raises(OSError, match="full"):
        write()
    assert target.read_text() == "yesterday's"
    assert list(tmp_path.iterdir()) == [target]


def test_what_is_no_regular_file_is_written_as_it_is(tmp_path: Path) -> None:
    """Nobody's device or pipe is replaced by a file; a link stays a link."""
    with replacing(Path(os.devnull)) as draft:
        draft.write_text("nothing")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with replacing(tmp_path / "link") as draft:
        draft.write_text("there")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "there"
