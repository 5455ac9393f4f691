"""What is left of a day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from made import NOON, a_commit, an_entry

from analysis.commits.commit import Commit
from analysis.commits.copies import original_title
from analysis.commits.title import ChangeType
from analysis.digest.digest import order
from analysis.digest.net import net
from analysis.digest.stories import StoryKind, find_stories
from analysis.entry import Entry
from analysis.facts import Fact, FactKind, facts_of
from analysis.triage.decision import corrected
from analysis.triage.reason import Reason
from analysis.triage.triage import Importance


def day(*messages: str) -> list[Entry]:
    """Return entries of high importance, an hour apart, with the facts that their messages prove."""
    commits = [a_commit(message, committed_at=NOON + timedelta(hours=hour)) for hour, message in enumerate(messages)]
    return [entry_of(commit) for commit in commits]


def entry_of(commit: Commit) -> Entry:
    return an_entry(commit, "high", facts=facts_of(commit))


def left(*messages: str) -> list[str]:
    """Return what each message is worth at the end of the day."""
    return [entry.triage.importance.value for entry in net(day(*messages))]


HIGH, MEDIUM, LOW = "high", "medium", "low"


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (["Widen pages (#1)", "Fix pages (#2)"], [HIGH, HIGH]),
        (["Widen pages (#1)", 'Revert "Widen pages" (#2)'], [LOW, MEDIUM]),
        (["Widen pages (#1)", 'Revert "Widen pages (#1)" (#2)'], [LOW, MEDIUM]),
        (["Widen pages (#1)", "Slow down (#2)\n\nReverts example/quill#1"], [LOW, MEDIUM]),
        (["Widen pages (#1)", "Tidy (#3)", "Undo (#4)\n\nThis reverts #1, #3."], [LOW, LOW, MEDIUM]),
        (['Revert "Widen pages (#1)" (#2)'], [HIGH]),
        (['Revert "Widen pages (#1)" (#2)', 'Reapply "Widen pages (#1)" (#3)'], [LOW, LOW]),
        (['fix: revert, "Widen pages (#1)" (#2)', 'fix: restore, "Widen pages (#1)" (#3)'], [LOW, LOW]),
        (["Widen pages (#1)", 'Revert "Widen pages" (#2)', 'Revert "Revert "Widen pages"" (#3)'], [HIGH, LOW, LOW]),
        (["Widen pages (#1)", 'Revert "Narrow pages" (#2)'], [HIGH, HIGH]),
    ],
)
def test_what_is_taken_back_the_same_day_leads_nothing(messages: list[str], expected: list[str]) -> None:
    assert left(*messages) == expected


@pytest.mark.parametrize(
    "copy",
    [
        "[PR #1/ab12cd3 backport][1.2] Widen pages (#2)",
        "Widen pages (#1) (#2)",
        "Widen pages (backport #1) (#2)",
        "[Backport 1.2] Widen pages (#2)",
        "Backport of #1 to 1.2: Widen pages (#2)",
        "[Cherry-pick][main] Widen pages (from #1) (#2)",
        "Wider pages for 1.2 (#2)\n\nBackport of #1",
    ],
)
def test_a_backport_is_told_with_its_original(copy: str) -> None:
    original, backport = day("Widen pages (#1)", copy)
    assert [entry.triage.importance.value for entry in net([original, backport])] == [HIGH, LOW]
    (story,) = find_stories(net([original, backport]))
    assert (story.kind, story.lead) == (StoryKind.BACKPORT, original.commit.sha)


def test_a_copy_by_trailer_is_told_with_its_original() -> None:
    original = entry_of(a_commit("Widen pages"))
    message = f"Wider pages on 1.2\n\n(cherry picked from commit {original.commit.sha})"
    copy = entry_of(a_commit(message, committed_at=NOON + timedelta(hours=1)))
    assert [entry.triage.reasons[0].code for entry in net([original, copy])][1] == "copy"


def test_the_same_title_of_another_change_is_no_copy() -> None:
    one = an_entry(a_commit("Update the guide (#1)"), "high")
    other = an_entry(a_commit("Update the guide (#2)", files=()), "high")
    assert [entry.triage.importance.value for entry in net([one, other])] == [HIGH, HIGH]


def test_of_two_releases_the_last_one_is_news() -> None:
    assert left("Release v1.2.0", "Release v1.2.1", "Release v1.3.0rc1") == [MEDIUM, HIGH, HIGH]


def test_releases_of_two_packages_do_not_overtake_each_other() -> None:
    assert left("Release v1.2.0", "release: quill-cli@3.0.0") == [HIGH, HIGH]


def test_what_a_person_ranked_stays() -> None:
    original, revert = day("Widen pages (#1)", 'Revert "Widen pages" (#2)')
    kept = replace(original, triage=corrected(original.triage, Importance.HIGH))
    assert net([kept, revert])[0] == kept


def test_the_reason_names_the_other_commit() -> None:
    original, revert = net(day("Widen pages (#1)", 'Revert "Widen pages" (#2)'))
    assert original.triage.reasons[0] == Reason("taken_back", "#2")
    assert revert.triage.reasons[0] == Reason("takes_back", "#1")
    assert Fact(FactKind.REVERTS, "Widen pages") in revert.facts


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("[PR #13/ed8b backport][3.14] Fix pages (#19)", "Fix pages"),
        ("Fix pages (#13) (#19)", "Fix pages"),
        ("[Cherry-pick][main][Doc] Fix pages (from #11) (#12)", "[Doc] Fix pages"),
        ("feat: add a cherry-pick command (#3)", "feat: add a cherry-pick command"),
        ("Fix pages (after cherry-picking) (#3)", "Fix pages (after cherry-picking)"),
        ("(#12)", "(#12)"),
    ],
)
def test_copies_share_their_originals_title(subject: str, title: str) -> None:
    assert original_title(subject) == title


def ranked(level: str, kind: ChangeType, title: str, score: float) -> Entry:
    entry = an_entry(a_commit(title), level, types=(kind,))
    return replace(entry, triage=replace(entry.triage, score=score))


def test_a_release_that_is_news_leads_the_day() -> None:
    """Before troubles of a higher score; one of a package beside the main one does not."""
    trouble = ranked("high", ChangeType.BUGFIX, "Fix a crash", 0.99)
    release = ranked("high", ChangeType.RELEASE, "Release v1.2.0", 0.9)
    beside = ranked("medium", ChangeType.RELEASE, "release: quill-cli@3.0.0", 0.5)
    tidy = ranked("medium", ChangeType.BUGFIX, "Fix the guide", 0.6)
    found = order([beside, tidy, trouble, release], ranking=[trouble.commit.sha, release.commit.sha])
    assert found == (release, trouble, tidy, beside)
