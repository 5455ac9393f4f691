"""Who asks a model for what, and what that may cost: the same for all processes that share the store."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made import a_digest

from analysis.digest.digest import RunCard
from analysis.entry import Usage
from storage.claims import Claims, Spending
from storage.digests import Digests
from storage.store import Store

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "claims.db")


def test_what_one_has_claimed_the_other_has_to_wait_for(store: Store) -> None:
    """All of a piece, or nothing of it."""
    one, other = Claims(store), Claims(store)
    assert one.take(["a", "b"])
    assert one.take(["b"])  # another thread of it
    assert not other.take(["b", "c"])
    assert other.take(["c"])
    one.release(["a", "b"])
    assert other.take(["b"])


def test_nobody_lets_go_of_what_another_has(store: Store) -> None:
    one, other = Claims(store), Claims(store)
    assert one.take(["a"])
    other.release(["a"])
    assert not other.take(["a"])


def test_a_claim_that_is_not_renewed_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.claims.LEASE", 0.4)
    one, other = Claims(store), Claims(store)
    assert one.take(["gone"])
    time.sleep(0.25)
    kept = Claims(store)
    assert kept.take(["kept"])
    time.sleep(0.25)
    kept.renew()
    assert other.take(["gone"])
    time.sleep(0.25)
    assert not other.take(["kept"])


def test_what_is_set_aside_and_what_was_spent_pass_no_limit_together(store: Store) -> None:
    spending, digest = Spending(store), a_digest()
    now, midnight = digest.built_at, digest.built_at.replace(hour=0)
    first = spending.reserve(600, 1_000, midnight, now)
    assert first
    assert spending.reserve(600, 1_000, midnight, now) is None
    spending.settle(first, 300)
    assert spending.reserve(600, 1_000, midnight, now)
    Digests(store).put_run(digest, RunCard("m", "1", usage=Usage(1, 0, 250, 50)), 0)
    spending.forget([first])  # the run has counted it
    assert spending.reserve(101, 1_000, midnight, now) is None
    assert spending.reserve(100, 1_000, midnight, now)


def test_another_day_has_tokens_of_its_own(store: Store) -> None:
    spending = Spending(store)
    assert spending.reserve(1_000, 1_000, NOW, NOW)
    tomorrow = NOW + timedelta(days=1)
    assert spending.reserve(1_000, 1_000, tomorrow, tomorrow)
