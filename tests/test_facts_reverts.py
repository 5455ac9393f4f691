"""What a commit takes back, by its own words."""

import pytest
from builders import found

from analysis.facts import FactKind

SHA = "0123456789abcdef0123456789abcdef01234567"
BULLETS = f'* Faster cache\n\n* Skip it\n\n* Revert "Skip it"\n\nThis reverts commit {SHA}.\n\n* Tidy up'


def taken_back(message: str) -> list[tuple[str, str, str]]:
    return [(fact.name, fact.before, fact.detail) for fact in found(message=message) if fact.kind is FactKind.REVERTS]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ('Revert "Faster cache"', [("Faster cache", "", "")]),
        ('Revert "Faster cache (#12)" (#13)', [("Faster cache", "", "#12")]),
        ('[CI] Revert "Faster cache (#12)" (#13)', [("Faster cache", "", "#12")]),
        (f'Revert "Faster cache"\n\nThis reverts commit {SHA}.', [("Faster cache", SHA, "")]),
        ('Revert "Faster cache" (#13)\n\nReverts example/quill#12', [("Faster cache", "", "#12")]),
        ("Slow the cache down (#13)\n\nReverts #12", [("#12", "", "#12")]),
        (f"Slow the cache down\n\nThis reverts commit {SHA}.", [(SHA[:7], SHA, "")]),
        (
            f'Slow it down\n\nRevert "Faster cache (#12)"\n\nThis reverts commit {SHA} and adds tests.',
            [("Faster cache", SHA, "#12")],
        ),
        (
            f"Slow it down\n\nThis reverts commits {SHA[:9]} and abcdef1.",
            [(SHA[:7], SHA[:9], ""), ("abcdef1", "abcdef1", "")],
        ),
        ('Revert "Faster cache (#12)" to unblock CI (#13)', [("Faster cache", "", "#12")]),
        (
            "Revert \"Faster cache of everybody's pages and of w… (#13)",
            [("Faster cache of everybody's pages and of w…", "", "")],
        ),
        (
            'Revert "Faster cache of everybody\'s pages and of w… (#13)\n\n…hat else there is (#12)"',
            [("Faster cache of everybody's pages and of what else there is", "", "#12")],
        ),
        (
            "Slow it down (#13)\n\nThis reverts #11, #12 and example/quill#14.",
            [("#11", "", "#11"), ("#12", "", "#12"), ("#14", "", "#14")],
        ),
        ("Undo it (#13)\n\nIt broke the build.\n\nThis reverts PR #12.", [("#12", "", "#12")]),
        ('fix: revert, "Faster cache (#12)" (#13)', [("Faster cache", "", "#12")]),
        ('Reapply "Faster cache (#12)" (#14)', [('Revert "Faster cache (#12)"', "", "")]),
        (f'Reapply "Faster cache"\n\nThis reverts commit {SHA}.', [('Revert "Faster cache"', SHA, "")]),
        ("Revert PR #12: the faster cache (#13)", [("#12", "", "#12")]),
        ("Revert #12 (#13)", [("#12", "", "#12")]),
        ("revert pr 12 to pass test 34 (#13)", [("#12", "", "#12")]),
        ("Revert PR 12 & 14 related to R1 (#15)", [("#12", "", "#12"), ("#14", "", "#14")]),
        ("Revert 0123abc and 4567def", [("0123abc", "0123abc", ""), ("4567def", "4567def", "")]),
        ('Revert "Revert "Faster cache (#12)" (#13)" (#14)', [('Revert "Faster cache (#12)"', "", "#13")]),
    ],
)
def test_a_revert_says_what_it_takes_back(message: str, expected: list[tuple[str, str, str]]) -> None:
    """By title, by SHA, by number: whatever the message gives, so that the other commit is found."""
    assert taken_back(message) == expected


@pytest.mark.parametrize(
    "message",
    [
        "Faster cache (#12)",
        "Revert the change of the default (#13)",
        "Revert transformers to 4.57.1 (#13)",
        "Revert several PRs (#13)",
        "Revert to the saved layout when #12 is open (#13)",
        "Revert 2 things (#13)",
        "Revert 1234567 pages (#13)",
        "Reverts (#13)",
        "Keep pages\n\nWithout it, Reverts #12 would come back.",
        f"Faster cache (#12)\n\n{BULLETS}",
        f"Faster cache\n\nSee what happens when somebody says: This reverts commit {SHA}.",
        'Document `Revert "x"` in the guide',
    ],
)
def test_what_takes_nothing_back_that_had_landed_is_no_revert(message: str) -> None:
    """A squashed pull request lists its own commits: one that took back another of them never landed."""
    assert taken_back(message) == []
