"""True and false claims about the recorded day: no false one passes that anything decides, and hardly a true one is lost.

The true ones are ours, written from the diffs (`true_claims.tsv`); the false ones are made from the day, and written by hand.
"""

from collections import Counter

import pytest
from labelled import of_the_day
from planted import Planted, by_hand, planted, rows

from analysis.entry import Claim
from analysis.facts import facts_of
from analysis.llm.verify.grounding import Ground, keep_grounded, keep_sentences

FIVE_KINDS = {"path", "number", "identifier", "direction", "another's file"}


@pytest.fixture(scope="module")
def grounds() -> dict[str, Ground]:
    """What each of the day's commits holds, by the first digits of its SHA."""
    return {commit.short: Ground.of(commit, facts_of(commit)) for commit in of_the_day()}


@pytest.fixture(scope="module")
def made() -> list[Planted]:
    return planted(of_the_day())


def is_believed(text: str, ground: Ground) -> bool:
    """Whether a claim is told without a mark, and as a summary without a cut."""
    (kept, _), (sentences, _) = keep_grounded([Claim(text)], ground), keep_sentences(text, ground)
    assert bool(kept and not kept[0].estimate) == (sentences == text)
    return sentences == text


def test_every_false_claim_that_was_made_is_dropped_or_marked(grounds: dict[str, Ground], made: list[Planted]) -> None:
    ways = Counter(claim.way for claim in made)
    assert (len(made) >= 300, len(ways), min(ways.values()) >= 20) == (True, 8, True), ways
    assert [claim for claim in made if is_believed(claim.text, grounds[claim.sha[:7]])] == []


def test_of_those_by_hand_only_what_nothing_decides_passes(grounds: dict[str, Ground]) -> None:
    """The ledger is exact: who finds one of those marked `meaning` takes its mark off."""
    claims = by_hand()
    ways = Counter(claim.way for claim in claims)
    assert (len(claims) >= 200, ways.keys() >= FIVE_KINDS, ways["meaning"] <= 0.07 * len(claims)) == (True, True, True)
    assert {claim.sha for claim in claims} <= grounds.keys()
    passed = [claim for claim in claims if is_believed(claim.text, grounds[claim.sha])]
    assert passed == [claim for claim in claims if claim.way == "meaning"]


def test_at_most_one_in_fifty_true_claims_is_lost(grounds: dict[str, Ground]) -> None:
    claims = rows("true_claims.tsv")
    assert (len(claims) >= 370, {sha for sha, _ in claims} == grounds.keys()) == (True, True)
    lost = [(sha, text) for sha, text in claims if not is_believed(text, grounds[sha])]
    assert len(lost) <= 0.02 * len(claims), lost
