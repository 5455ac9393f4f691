"""All parts of one store."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from storage.analyses import Analyses
from storage.claims import Claims
from storage.commits import Commits
from storage.digests import Digests
from storage.feedback import Feedback
from storage.history import History
from storage.learned import Learned
from storage.pull_requests import PullRequests
from storage.store import Store
from storage.tags import Tags
from storage.uses import SentUses


@dataclass(frozen=True, slots=True)
class Stores:
    """One SQLite file, and what it stores about commits and digests."""

    store: Store
    commits: Commits
    analyses: Analyses
    digests: Digests
    pull_requests: PullRequests
    learned: Learned
    feedback: Feedback
    history: History
    claims: Claims
    tags: Tags
    sent_uses: SentUses

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the store at `path`, creating it if necessary."""
        store = Store(path)
        return cls(
            store,
            Commits(store),
            Analyses(store),
            Digests(store),
            PullRequests(store),
            Learned(store),
            Feedback(store),
            History(store),
            Claims(store),
            Tags(store),
            SentUses(store),
        )
