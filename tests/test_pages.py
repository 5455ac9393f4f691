"""Remembered answers of servers."""

from pathlib import Path

from storage.pages import Pages
from storage.store import Store


def test_an_answer_comes_out_as_it_went_in_and_the_last_one_counts(tmp_path: Path) -> None:
    """A page has one remembered answer."""
    pages = Pages(Store(tmp_path / "s.db"), 1)
    assert pages.get("k") is None
    pages.put("k", '"one"', "[1]")
    pages.put("k", '"two"', "[2]")
    assert pages.get("k") == ('"two"', "[2]")


def test_what_nobody_asks_for_any_more_is_forgotten(tmp_path: Path) -> None:
    """However many there are: of three thousand repositories that are followed, each keeps its own."""
    store, hour = Store(tmp_path / "s.db"), 3_600
    with store.write():
        for number in range(3_000):
            Pages(store, 0).put(f"k{number}", "e", "b")
    for moment in range(0, 96, 8):
        assert Pages(store, moment * hour).get("k7") == ("e", "b")
    Pages(store, 96 * hour).put("another", "e", "b")
    assert [key for key in range(3_000) if Pages(store, 96 * hour).get(f"k{key}")] == [7]
