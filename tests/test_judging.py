"""A commit is judged once; again when anything that its judgement rests on has changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from builders import MOMENT, a_change, a_commit_of

from analysis.commits.commit import Brought, Commit
from analysis.commits.pull_request import PullRequest
from analysis.digest.pipeline import judge
from analysis.entry import Entry
from analysis.statements import Conventions
from analysis.triage.areas import Areas
from analysis.triage.repository_areas import of_repository
from analysis.triage.triage import Importance
from bot.digests import judging
from bot.digests.judging import Judging
from storage.commits import Commits
from storage.feedback import Correction, Feedback
from storage.learned import Learned
from storage.store import Store

COMMIT = a_commit_of(
    a_change("quill/config.py", "LIMIT = 4\n", "LIMIT = 8\n"), message="Raise the limit\n\nIt was too low."
)
AREAS, CONVENTIONS = of_repository(), Conventions()
PULL = PullRequest(COMMIT.repo, 7, "Raise it", "Because it was low.", "https://example.com/7", "ann", MOMENT)


class Judged:
    """One store, and how many commits were judged for it."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        store = Store(path)
        self.commits, self.feedback, self.learned = Commits(store), Feedback(store), Learned(store)
        self._judging = Judging(self.commits, self.learned, self.feedback)
        self.count = 0

        def counted(commits: Sequence[Commit], *given: Any, **named: Any) -> Iterator[Entry]:
            self.count += len(commits)
            return judge(commits, *given, **named)

        monkeypatch.setattr(judging, "judge", counted)

    def __call__(
        self,
        commit: Commit = COMMIT,
        areas: Areas = AREAS,
        conventions: Conventions = CONVENTIONS,
        pulls: Mapping[str, PullRequest] = MappingProxyType({}),
    ) -> tuple[Entry, bool]:
        """Judge a commit; return its entry and whether it was judged just now."""
        self.commits.put([commit])
        before = self.count
        ((entry,),) = self._judging.judge(commit.repo, [[commit]], areas, conventions, pulls)
        return entry, self.count > before


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judged:
    return Judged(tmp_path / "daybrief.db", monkeypatch)


def test_what_was_judged_is_not_judged_again(judged: Judged) -> None:
    """The second time everything comes from the store, the same in each part, and with the commit's patches."""
    first, was_new = judged()
    again, is_new = judged()
    assert (was_new, is_new) == (True, False)
    assert again == first
    assert again.commit.files[0].patch


def test_whatever_a_judgement_rests_on_makes_it_anew(judged: Judged) -> None:
    """Areas, a repository's habits, its pull request, what a merge brought, and people's word."""
    judged()
    changes: tuple[dict[str, Any], ...] = (
        {"areas": of_repository(configured={"limits": {"paths": ["quill/*"], "en": "Limits"}})},
        {"conventions": Conventions(frozenset({"it was too low."}))},
        {"pulls": {COMMIT.sha: PULL}},
        {"commit": replace(COMMIT, brought=(Brought("b" * 40, "More"),))},
    )
    for change in changes:
        assert judged(**change)[1], change
        assert not judged(**change)[1], change
    looked_at_again = {COMMIT.sha: replace(PULL, fetched_at=MOMENT + timedelta(days=1))}
    assert judged(pulls={COMMIT.sha: PULL})[1]
    assert not judged(pulls=looked_at_again)[1]


def test_a_correction_is_kept_and_holds(judged: Judged) -> None:
    """What people say of a rank is said of each later judgement too, also of one that was stored before they said it."""
    entry, _ = judged()
    wanted = next(level for level in Importance if level is not entry.triage.importance)
    judged.feedback.correct(
        Correction(COMMIT.repo, COMMIT.sha, wanted, entry.triage.importance, "slack/T1/U1", MOMENT + timedelta(days=1))
    )
    corrected, is_new = judged()
    assert (corrected.triage.importance, is_new) == (wanted, True)
    assert judged()[0].triage.importance is wanted


def test_another_version_of_the_rules_judges_again(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an update nothing old is left standing."""
    judged()
    monkeypatch.setattr(judging, "judgement_version", lambda: "another")
    assert judged()[1]
