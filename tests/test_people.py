"""Labels of pull requests and of the issues that they close, and votes, count in types and ranks."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from builders import a_change, a_commit_of

from analysis.commits.pull_request import LinkedIssue, PullRequest
from analysis.commits.title import ChangeType
from analysis.digest.pipeline import judge
from analysis.i18n.language import LANGUAGES
from analysis.rules.wording import say_reason
from analysis.triage.areas import general
from analysis.triage.triage import Importance, Triage

PRODUCT = a_change("quill/cache.py", "a = 1\nb = compute(a)\n", "a = 1\nb = compute(a, 2)\n")
TESTS = a_change("tests/test_cache.py", "x = 1\n", "x = 2\n")


def a_pull_request(*labels: str, issue: tuple[str, ...] = (), votes: int = 0, closes: bool = True) -> PullRequest:
    linked = LinkedIssue("example/quill", 7, "It breaks", "https://example.org/7", issue, votes, closes)
    issues = (linked,) if issue or votes else ()
    return PullRequest(
        "example/quill", 12, "", "", "", "ann", datetime(2026, 1, 8, tzinfo=UTC), labels=labels, issues=issues
    )


def judged(pull_request: PullRequest | None, title: str = "Compute it with two pages") -> Triage:
    commit = a_commit_of(PRODUCT, TESTS, message=title)
    (entry,) = judge([commit], general(), pull_requests={commit.sha: pull_request} if pull_request else None)
    return entry.triage


PLAIN = judged(None)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("P0", "labelled"), ("priority/critical-urgent", "labelled"), ("high priority", "labelled"), ("I-crash", "labelled"),
        ("regression", "labelled"), ("severity: high", "labelled"), ("release-blocker", "labelled"), ("security", "labelled"),
        ("backport-1.2", "backported"), ("needs-cherry-pick", "backported"), ("backport:stable", "backported"),
    ],
)  # fmt: skip
def test_what_maintainers_label_so_counts_more(label: str, code: str) -> None:
    found = judged(a_pull_request(label))
    assert found.score > PLAIN.score
    (reason,) = (reason for reason in found.reasons if reason.code == code)
    assert all(label in say_reason(reason, language) for language in LANGUAGES)


@pytest.mark.parametrize(
    "label",
    ["run-ci", "size/L", "no-backport", "low priority", "not security", "lgtm", "P2", "priority/low", "supporting"],
)
def test_what_says_how_it_is_handled_counts_nothing(label: str) -> None:
    assert judged(a_pull_request(label)) == PLAIN


@pytest.mark.parametrize("label", ["trivial", "skip-changelog", "release-note-none", "kind/cleanup", "minor"])
def test_what_users_need_not_hear_of_counts_less(label: str) -> None:
    assert judged(a_pull_request(label)).score < PLAIN.score


def test_an_issue_that_it_closes_counts_as_if_it_were_its_own() -> None:
    closed = judged(a_pull_request(issue=("regression",)))
    assert "labelled" in {reason.code for reason in closed.reasons}
    assert judged(a_pull_request(issue=("regression",), closes=False)) == PLAIN


def test_votes_count_the_more_the_more_they_are() -> None:
    scores = [judged(a_pull_request(votes=count)).score for count in (0, 1, 8, 40)]
    assert scores == sorted(set(scores))
    assert judged(a_pull_request(votes=40)).score == judged(a_pull_request(votes=4000)).score


@pytest.mark.parametrize(
    ("labels", "issue", "kind"),
    [
        (("kind/bug",), (), ChangeType.BUGFIX), (("C-bug",), (), ChangeType.BUGFIX), (("enhancement",), (), ChangeType.FEATURE),
        (("breaking-change",), (), ChangeType.BREAKING), (("bug", "documentation"), (), ChangeType.BUGFIX),
        ((), ("bug",), ChangeType.BUGFIX), (("performance",), ("bug",), ChangeType.PERFORMANCE),
    ],
)  # fmt: skip
def test_a_label_says_the_type_that_the_title_leaves_open(
    labels: tuple[str, ...], issue: tuple[str, ...], kind: ChangeType
) -> None:
    assert judged(a_pull_request(*labels, issue=issue)).types[0] is kind
    assert judged(a_pull_request(*labels, issue=issue), "refactor: pages").types[0] is ChangeType.REFACTOR


def test_labels_that_differ_say_no_type() -> None:
    assert judged(a_pull_request("bug", "enhancement")).types == PLAIN.types


def test_no_label_lifts_what_touches_nothing_of_the_product() -> None:
    commit = a_commit_of(TESTS, message="Mend the test")
    (entry,) = judge([commit], general(), pull_requests={commit.sha: replace(a_pull_request("P0"), reactions=99)})
    assert entry.triage.importance is Importance.LOW
