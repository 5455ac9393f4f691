"""What a model may still be asked and what that may cost: claimed in the store, so that all processes share one limit."""

import contextlib
import threading
from collections.abc import Sequence
from datetime import datetime

from analysis.digest.pipeline import Turn
from analysis.entry import Usage
from analysis.errors import Problem
from storage.claims import LEASE, Claims, Spending
from storage.store import Store


class Budget:
    """Claims what a model is asked, and reserves what that may cost.

    Args:
        limit: tokens that all questions since `since` may take together; None for no limit.
        now: when it began, for the account.
    """

    def __init__(
        self, store: Store, claims: Claims, prefix: str, limit: int | None, since: datetime, now: datetime
    ) -> None:
        self._store, self._claims, self._spending = store, claims, Spending(store)
        self._prefix, self._limit, self._since, self._now = prefix, limit, since, now
        self._reserved: dict[tuple[str, ...], int] = {}
        self._counted: list[int] = []
        self._over = threading.Event()
        self._renewing: threading.Thread | None = None
        self._starting = threading.Lock()

    @property
    def is_short(self) -> bool:
        """Whether spending is limited."""
        return self._limit is not None

    def close(self) -> None:
        """Release everything."""
        self._over.set()
        if self._renewing:
            self._renewing.join()

    def take(self, names: Sequence[str], cost: int) -> Turn:
        """Claim these names, and reserve `cost` tokens for them."""
        with self._store.write():  # both, or nothing
            if not self._claims.take([self._prefix + name for name in names]):
                return Turn.LATER
            if self._limit is not None:
                number = self._spending.reserve(cost, self._limit, self._since, self._now)
                if number is None:
                    self._claims.release([self._prefix + name for name in names])
                    return Turn.NEVER
                self._reserved[tuple(names)] = number
        with self._starting:
            if self._renewing is None:
                self._renewing = threading.Thread(target=self._renew, name="claims", daemon=True)
                self._renewing.start()
        return Turn.NOW

    def give(self, names: Sequence[str], usage: Usage) -> None:
        """Release these names; their cost stays on the account until the run is stored."""
        number = self._reserved.pop(tuple(names), None)
        with self._store.write():
            if number is not None:
                self._spending.settle(number, usage.tokens_in + usage.tokens_out)
                self._counted.append(number)
            self._claims.release([self._prefix + name for name in names])

    def counted(self) -> None:
        """Remove from the account what a stored run now includes."""
        self._spending.forget(self._counted)
        self._counted.clear()

    def _renew(self) -> None:
        while not self._over.wait(LEASE / 4):
            with contextlib.suppress(Problem):  # the next question runs into the same error, and reports it
                self._claims.renew()
        self._store.close()
