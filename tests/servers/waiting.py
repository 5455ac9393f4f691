"""Clients wait between attempts: in tests they hardly do, and say how long they would have."""

import time

import pytest

_LONGEST = 0.02


def hurry(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Make all sleeping short; return the seconds that were asked for, in order."""
    asked: list[float] = []
    sleep = time.sleep

    def nap(seconds: float) -> None:
        asked.append(seconds)
        sleep(min(seconds, _LONGEST))

    monkeypatch.setattr(time, "sleep", nap)
    return asked
