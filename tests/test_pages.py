"""Remembered answers of servers."""

from pathlib import Path

import pytest

from storage import pages as module
from storage.pages import Pages
from storage.store import Store


def test_an_answer_comes_out_as_it_went_in_and_the_last_one_counts(tmp_path: Path) -> None:
    """A page has one remembered answer."""
    pages = Pages(Store(tmp_path / "s.db"), 1)
    assert pages.get("k") is None
    pages.put("k", '"one"', "[1]")
    pages.put("k", '"two"', "[2]")
    assert pages.get("k") == ('"two"', "[2]")


def test_the_oldest_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They would grow without end."""
    monkeypatch.setattr(module, "_KEPT", 3)
    store = Store(tmp_path / "s.db")
    for moment in range(6):
        Pages(store, moment).put(f"k{moment}", "e", "b")
    assert [key for key in range(6) if Pages(store, 9).get(f"k{key}")] == [3, 4, 5]
