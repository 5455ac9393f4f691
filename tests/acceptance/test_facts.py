"""Every fact on a drawn sample of real commits and on the real day was read against its diff; `facts_verdicts.tsv` is what
came of it. It holds no text of other people's: a fact is known again by a mark.

`drawn`: of 50 commits of each labelled repository, drawn by seed. `day`: the recorded day. `read`: of all other labelled
commits whose diff is there in full, all facts but dependencies that only changed; on these the rules were worked out.
"""

import csv
import hashlib
import random
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from acceptance.labelled import labelled, of_the_day

from analysis.facts import Fact, FactKind, facts_of

VERDICTS = Path(__file__).with_name("facts_verdicts.tsv")
Key = tuple[str, str]
"""A commit's first ten digits, and a fact's mark."""


def mark(fact: Fact) -> str:
    text = f"{fact.kind}\n{fact.path}\n{fact.name}\n{fact.before}\n{fact.after}\n{fact.detail}"
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@pytest.fixture(scope="module")
def verdicts() -> dict[Key, tuple[str, str]]:
    """The draw and the verdict of each fact that was read."""
    with VERDICTS.open(encoding="utf-8") as lines:
        rows = [row for row in csv.reader(lines, delimiter="\t") if not row[0].startswith("#")]
    return {(commit, mark): (draw, verdict) for draw, _, commit, _, _, mark, verdict in rows}


@pytest.fixture(scope="module")
def facts() -> dict[Key, Fact]:
    """The facts of the commits that were read."""
    drawn = defaultdict(list)
    for commit, whole in labelled():
        if whole:
            drawn[commit.repo].append(commit)
    found = {(commit.sha[:10], mark(fact)): fact for commit in of_the_day() for fact in facts_of(commit)}
    for repo, commits in sorted(drawn.items()):
        by_sha = sorted(commits, key=lambda commit: commit.sha)
        sample = {commit.sha for commit in random.Random(f"daybrief {repo}").sample(by_sha, 50)}  # noqa: S311 - a seed, no secret
        for commit in commits:
            for fact in facts_of(commit):
                if commit.sha in sample or fact.kind is not FactKind.DEPENDENCY_CHANGED:
                    found[commit.sha[:10], mark(fact)] = fact
    return found


def test_every_fact_has_been_read(verdicts: dict[Key, tuple[str, str]], facts: dict[Key, Fact]) -> None:
    """A rule that finds something new, or words it anew, has its findings read before it is merged."""
    unread = [
        (commit, fact.kind.value, fact.name, fact.path)
        for (commit, m), fact in facts.items()
        if (commit, m) not in verdicts
    ]
    assert unread == []


def test_nineteen_in_twenty_facts_are_right(verdicts: dict[Key, tuple[str, str]], facts: dict[Key, Fact]) -> None:
    """On the sample and the day by themselves, on everything that was read, and of each kind with twenty facts or more."""
    judged = [(fact.kind, *verdicts[key]) for key, fact in facts.items() if key in verdicts]
    fresh = [verdict for _, draw, verdict in judged if draw != "read"]
    assert (len(fresh) >= 70, fresh.count("right") / len(fresh) >= 0.95) == (True, True)
    right = Counter(kind for kind, _, verdict in judged if verdict == "right")
    every = Counter(kind for kind, _, _ in judged)
    assert sum(right.values()) / len(judged) >= 0.95
    assert {
        kind: right[kind] / every[kind] for kind in every if every[kind] >= 20 and right[kind] / every[kind] < 0.95
    } == {}


def test_no_right_fact_is_lost(verdicts: dict[Key, tuple[str, str]], facts: dict[Key, Fact]) -> None:
    lost = [key for key, (_, verdict) in verdicts.items() if verdict == "right" and key not in facts]
    assert lost == []
