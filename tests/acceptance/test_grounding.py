"""True and false claims about the recorded day: no false one passes, and hardly a true one is lost.

The true ones are ours, written from the diffs (`true_claims.tsv`); the false ones are made from the day (`planted`).
"""

import csv
from collections import Counter
from pathlib import Path

import pytest
from labelled import of_the_day
from planted import Planted, planted

from analysis.entry import Claim
from analysis.grounding import Ground, keep_grounded, keep_sentences

TRUE_CLAIMS = Path(__file__).with_name("true_claims.tsv")


@pytest.fixture(scope="module")
def grounds() -> dict[str, Ground]:
    """What each of the day's commits holds, by the first digits of its SHA."""
    return {commit.short: Ground.of(commit) for commit in of_the_day()}


@pytest.fixture(scope="module")
def false_claims() -> list[Planted]:
    return planted(of_the_day())


def is_believed(text: str, ground: Ground) -> bool:
    """Whether a claim is told without a mark, and as a summary without a cut."""
    (kept, _), (sentences, _) = keep_grounded([Claim(text)], ground), keep_sentences(text, ground)
    assert bool(kept and not kept[0].estimate) == (sentences == text)
    return sentences == text


def test_every_false_claim_is_dropped_or_marked(grounds: dict[str, Ground], false_claims: list[Planted]) -> None:
    ways = Counter(claim.way for claim in false_claims)
    assert (len(false_claims) >= 300, len(ways), min(ways.values()) >= 20) == (True, 8, True), ways
    assert [claim for claim in false_claims if is_believed(claim.text, grounds[claim.sha[:7]])] == []


def test_at_most_one_in_fifty_true_claims_is_lost(grounds: dict[str, Ground]) -> None:
    with TRUE_CLAIMS.open(encoding="utf-8") as lines:
        claims = [row for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row[0][0] != "#"]
    assert (len(claims) >= 150, {sha for sha, _ in claims} == grounds.keys()) == (True, True)
    lost = [(sha, text) for sha, text in claims if not is_believed(text, grounds[sha])]
    assert len(lost) <= 0.02 * len(claims), lost
